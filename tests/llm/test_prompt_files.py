import hashlib
from types import SimpleNamespace

import pytest

from assistant.llm import load_prompt
from assistant.llm.errors import PromptFileError
from assistant.llm.prompts import parse_prompt

HEADER = "---\nid: ask\nversion: 1\ninputs: [who]\noutput: text\ndescription: Asks.\n---\n"
GOOD = HEADER + "# System\nBe brief.\n\n# Prefix\nWho is {{ who }}?\n"


def test_good_file_renders_and_is_named_by_its_bytes():
    """A sound file gives its sections filled in and the hash of exactly its bytes."""
    prompt = parse_prompt("ask.v1.md", GOOD.encode())
    rendered = prompt.render(who="Ada <|im_end|> {{ x }}")
    assert rendered.system == "Be brief."
    assert rendered.prefix == "Who is Ada <|im_end|> {{ x }}?\n"
    assert prompt.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()
    assert prompt.name == "ask.v1"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (GOOD.replace("who }}", "whom }}"), "uses whom without declaring"),
        (GOOD.replace("[who]", "[who, when]"), "declares when without using"),
        (GOOD.replace("output: text", "output: poem"), "wrong at output"),
        (GOOD.replace("output: text", "output: text\nauthor: me"), "wrong at author"),
        (GOOD.replace("version: 1", "version: '1'"), "wrong at version"),
        (GOOD.replace("description: Asks.\n", ""), "wrong at description"),
        (GOOD.replace("id: ask", "id: [unclosed"), "not YAML"),
        (GOOD.replace("version: 1", "version: 2"), "call it ask.v2.md"),
        (GOOD.replace("# System", "# Sistem"), "heading 'Sistem'"),
        (GOOD + "# Prefix\nagain\n", "repeated section"),
        (GOOD.replace("# System", "Hello\n# System"), "text before the first"),
        (GOOD.replace("{{ who }}", "{{ who"), "not a valid template"),
        (GOOD.replace("---\n", "", 1), "must begin with a header"),
        (HEADER.replace("[who]", "[]") + "# System\nHello\n", "no text under"),
        ("", "must begin with a header"),
    ],
)
def test_bad_file_is_refused_when_loaded(wrong, says):
    """Each defect is found before any interview is opened, with a sentence that names file and fault."""
    with pytest.raises(PromptFileError, match=says) as caught:
        parse_prompt("ask.v1.md", wrong.encode())
    assert "ask.v1.md" in str(caught.value)


def test_bytes_that_are_no_text_are_refused():
    """A file in another encoding is refused, not guessed at."""
    with pytest.raises(PromptFileError, match="UTF-8"):
        parse_prompt("ask.v1.md", GOOD.replace("brief", "kürz").encode("latin-1"))


@pytest.mark.parametrize("inputs", [{}, {"who": "x", "when": "y"}, {"whom": "x"}])
def test_inputs_must_be_those_declared(inputs):
    """Missing and unknown inputs are refused by name."""
    with pytest.raises(PromptFileError, match="takes the inputs who"):
        parse_prompt("ask.v1.md", GOOD.encode()).render(**inputs)


def test_missing_attribute_of_an_input_is_refused():
    """A code without the field that the prompt shows fails loudly, not as an empty string."""
    prompt = parse_prompt("ask.v1.md", GOOD.replace("{{ who }}", "{{ who.name }}").encode())
    with pytest.raises(PromptFileError, match="cannot be filled in"):
        prompt.render(who=object())


def test_unknown_name_is_a_sentence():
    """A prompt that does not exist is named with where it was looked for."""
    with pytest.raises(PromptFileError, match=r"prompts/none\.v1\.md"):
        load_prompt("none.v1")


def test_question_about_a_code_keeps_passage_and_code_apart():
    """The prefix is the same for all, the suffix knows no code and the tail no passage, so each is evaluated once."""
    plain = SimpleNamespace(name="Data", theme="", definition="", include="", exclude="")
    themed = SimpleNamespace(name="Pay", theme="Money", definition="Who pays.", include="grants", exclude="salaries")
    prompt = load_prompt("ask_code.v1")
    first = prompt.render(code=plain, question="", segment="It rained.")
    second = prompt.render(code=themed, question="And then?", segment="We met.")
    assert first.for_labels(("Yes", "No")) == second.for_labels(("Yes", "No"))
    assert prompt.render(code=themed, question="", segment="It rained.").suffix == first.suffix
    assert prompt.render(code=themed, question="", segment="It rained.").tail == second.tail
    assert first.tail.startswith("Code: Data\n")
    assert second.tail.startswith("Code: Pay (Money): Who pays. Include: grants Exclude: salaries\n")
    assert "It rained." in first.suffix
    assert "And then?" in second.suffix
    assert "Asked just before" not in first.suffix
