"""The comments within a saved page, or alone as JSON; nothing else of a page is looked at."""

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from assistant.exchange.participants.questions import ANSWERS, tokens_in
from assistant.exchange.participants.returned import Returned, shortened
from assistant.ingest.decoding import read_bytes
from store.errors import InvalidInputError

_LARGEST = 50_000_000
_MOST = 20_000
"""Comments of one file; no pack has so many passages."""
_LONGEST_KEY = 40
_HELD = "comments"


def returned_page(path: Path) -> Returned:
    """What stands in the page's own comments; raises InvalidInputError where there are none that can be read."""
    data = read_bytes(path, _LARGEST, "a file with comments")
    text = data.decode("utf-8-sig", "replace")
    found = _json(text if path.suffix.lower() == ".json" else _held(text, path), path)
    notes: list[str] = []
    comments = {
        key: shortened(said, key[:_LONGEST_KEY].replace("-", " "), notes)
        for key, said in _strings(found, "comments", path).items()
        if said.strip()
    }
    answers = {key: each for key, each in _strings(found, "answers", path).items() if each in ANSWERS}
    return Returned(tokens_in(str(found.get("pack", ""))), comments, answers, notes=tuple(notes))


def _held(text: str, path: Path) -> str:
    finder = _Finder()
    finder.feed(text)
    finder.close()
    if not finder.found:
        msg = (
            f"{path.name} holds no comments; it must be the file that “Save my comments” made, not a copy of its text."
        )
        raise InvalidInputError(msg)
    return "".join(finder.found)


class _Finder(HTMLParser):
    """Finds the block in which a page holds its comments."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and not self.found and dict(attrs).get("id") == _HELD

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found.append(data)


def _json(text: str, path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(path) from error
    if not isinstance(found, dict):
        raise _damaged(path)
    return found


def _strings(found: Mapping[str, Any], name: str, path: Path) -> Mapping[str, str]:
    held = found.get(name, {})
    if not isinstance(held, dict) or len(held) > _MOST or not all(isinstance(each, str) for each in held.values()):
        raise _damaged(path)
    return {key: each.encode("utf-8", "replace").decode() for key, each in held.items()}


def _damaged(path: Path) -> InvalidInputError:
    msg = f"The comments in {path.name} are damaged or cut off; ask the participant to save and send the file again."
    return InvalidInputError(msg)
