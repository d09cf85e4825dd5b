"""YAML as people write it by hand: every scalar is text, and nothing hides in it."""

from collections import Counter
from typing import Any

import yaml

from store.errors import InvalidInputError


class _Loader(yaml.SafeLoader):
    """Reads every scalar as the text that stands there (`no` is a name, not False) and refuses what would hide text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the attribute is PyYAML's
        first: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            problem = "aliases are not read"
            mark = self.get_mark()
            raise yaml.composer.ComposerError(None, None, problem, mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        if double := [key for key, times in keys.items() if times > 1]:
            problem = f"“{double[0]}” stands twice in one place"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep=deep)


def load_yaml(text: str, name: str, otherwise: str = "look at its indentation") -> Any:
    """What a YAML text holds; `name` is what the file is called in sentences, `otherwise` what to do where all fails.

    Raises InvalidInputError with the line where it cannot be read.
    """
    if yaml.reader.Reader.NON_PRINTABLE.search(text) is not None:
        msg = f"{name} holds control characters, which YAML does not allow; remove them."
        raise InvalidInputError(msg)
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        msg = f"{name} cannot be read as YAML at line {line} ({error.problem}); mend that line."
        raise InvalidInputError(msg) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        msg = f"{name} cannot be read as YAML; {otherwise}."
        raise InvalidInputError(msg) from error
    finally:
        loader.dispose()
