"""Prompts are files: one Markdown file per prompt and version, checked when it is loaded, named by its hash.

A file is a strict header (`id`, `version`, `inputs`, `output`, `description`) between lines of `---`, then sections
`# System`, `# Prefix`, `# Suffix`, `# Tail`, each a Jinja2 template over the inputs.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

import yaml
from jinja2 import Environment, StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.llm.errors import PromptFileError
from assistant.llm.protocol import LabelPrompt, Message

_SECTIONS = ("System", "Prefix", "Suffix", "Tail")
_FORM = re.compile(r"\A---\n(?P<header>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t]*$", re.MULTILINE)


class PromptHeader(BaseModel):
    """The front matter; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    inputs: list[str]
    output: Literal["label", "text", "json"]
    description: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """A prompt filled in; system and prefix stay the same while only the inputs of suffix and tail change."""

    system: str
    prefix: str
    suffix: str
    tail: str

    def for_labels(self, labels: tuple[str, ...]) -> LabelPrompt:
        """What to score forks with, whose stems are suffixes and whose branches are tails."""
        return LabelPrompt(self.system, self.prefix, labels)

    def messages(self) -> list[Message]:
        """The same as chat messages."""
        user = {"role": "user", "content": f"{self.prefix}{self.suffix}{self.tail}"}
        return [{"role": "system", "content": self.system}, user] if self.system else [user]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A checked prompt file; `sha256` is that of its bytes."""

    header: PromptHeader
    sha256: str
    sections: Mapping[str, Template]

    @property
    def name(self) -> str:
        """`id.vVERSION`, as the file is called."""
        return f"{self.header.id}.v{self.header.version}"

    def render(self, **inputs: Any) -> RenderedPrompt:
        """Fill in all declared inputs; raises PromptFileError for missing, unknown or unusable ones."""
        if set(inputs) != set(self.header.inputs):
            raise PromptFileError(
                f"The prompt {self.name} takes the inputs {', '.join(self.header.inputs)},"
                f" but was given {', '.join(sorted(inputs)) or 'none'}."
            )
        try:
            system, *user = (self.sections[name].render(inputs).strip() for name in _SECTIONS)
        except TemplateError as error:
            raise PromptFileError(f"The prompt {self.name} cannot be filled in: {error}.") from error
        # One newline, at the end of a part: there every tokenizer cuts the parts as it would cut the whole.
        prefix, suffix, tail = (f"{text}\n" if text else "" for text in user)
        return RenderedPrompt(system, prefix, suffix, tail.rstrip("\n"))


@cache
def load_prompt(name: str) -> Prompt:
    """The prompt file `prompts/NAME.md`, for example `ask_code.v1`."""
    file = resources.files("prompts") / f"{name}.md"
    try:
        data = file.read_bytes()
    except OSError as error:
        raise PromptFileError(f"There is no prompt file prompts/{name}.md; prompts are named id.vVERSION.") from error
    return parse_prompt(f"{name}.md", data)


def parse_prompt(file_name: str, data: bytes) -> Prompt:
    """Check a prompt file's bytes; raises PromptFileError that says what is wrong with which file."""
    try:
        return _parsed(file_name, data)
    except RecursionError as error:
        raise PromptFileError(f"The prompt file {file_name} nests too deeply to be read; make it flatter.") from error


def _parsed(file_name: str, data: bytes) -> Prompt:
    try:
        match = _FORM.match(data.decode("utf-8").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise PromptFileError(f"The prompt file {file_name} is not UTF-8 text.") from error
    if match is None:
        raise PromptFileError(f"The prompt file {file_name} must begin with a header between two lines of ---.")
    header = _header(file_name, match["header"])
    sources = _sections(file_name, match["body"])
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    _check_inputs(file_name, header, _used(file_name, environment, sources))
    sections = {name: environment.from_string(sources.get(name, "")) for name in _SECTIONS}
    return Prompt(header, hashlib.sha256(data).hexdigest(), MappingProxyType(sections))


def _header(file_name: str, text: str) -> PromptHeader:
    try:
        header = PromptHeader.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise PromptFileError(
            f"The header of the prompt file {file_name} is wrong at {where}: {first['msg']}."
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise PromptFileError(f"The header of the prompt file {file_name} is not YAML: {error}.") from error
    if file_name != f"{header.id}.v{header.version}.md":
        raise PromptFileError(
            f"The prompt file {file_name} says it is {header.id} version {header.version}; call it"
            f" {header.id}.v{header.version}.md."
        )
    return header


def _sections(file_name: str, body: str) -> dict[str, str]:
    before, *parts = _HEADING.split(body)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    unknown = [name for name in parts[::2] if name not in _SECTIONS]
    if unknown or before.strip() or len(sections) * 2 != len(parts):
        what = f"the heading {unknown[0]!r}" if unknown else "a repeated section or text before the first"
        raise PromptFileError(
            f"The prompt file {file_name} has {what}; allowed are the sections {', '.join(_SECTIONS)}, once each."
        )
    if not any(sections.get(name, "").strip() for name in ("Prefix", "Suffix")):
        raise PromptFileError(f"The prompt file {file_name} has no text under # Prefix or # Suffix.")
    return sections


def _used(file_name: str, environment: Environment, sections: Mapping[str, str]) -> set[str]:
    try:
        found = [meta.find_undeclared_variables(environment.parse(text)) for text in sections.values()]
    except TemplateError as error:
        raise PromptFileError(f"The prompt file {file_name} is not a valid template: {error}.") from error
    return set().union(*found)


def _check_inputs(file_name: str, header: PromptHeader, used: set[str]) -> None:
    declared = set(header.inputs)
    if used != declared:
        missing, idle = ", ".join(sorted(used - declared)), ", ".join(sorted(declared - used))
        wrong = f"uses {missing} without declaring it" if missing else f"declares {idle} without using it"
        raise PromptFileError(f"The prompt file {file_name} {wrong}; `inputs` must list exactly what is used.")
