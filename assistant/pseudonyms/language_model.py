"""Names that a small language model hears in a text; where none is installed, nothing."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from assistant.models import InstalledModel, choose
from assistant.pseudonyms.found import Found
from assistant.pseudonyms.kinds import Kind
from assistant.settings import Settings
from store.errors import NotFoundError

NOT_INSTALLED = (
    "The model that finds names is not installed; names are found by lists, forms and capital letters alone. "
    "`interview models pull names-en` brings it."
)
_KINDS = {
    "PERSON": Kind.PERSON,
    "PER": Kind.PERSON,
    "GPE": Kind.PLACE,
    "LOC": Kind.PLACE,
    "FAC": Kind.PLACE,
    "ORG": Kind.ORGANISATION,
}


class Heard(Protocol):
    """Finds names in texts."""

    def __call__(self, texts: Iterable[str]) -> Iterator[list[Found]]:
        """The names of each text, in the order of the texts."""


def nothing_heard(texts: Iterable[str]) -> Iterator[list[Found]]:
    """What is heard where no model is installed."""
    return ([] for _ in texts)


def installed_names(settings: Settings) -> InstalledModel | None:
    """The model on this machine, if there is one; raises StudyError where it is damaged."""
    try:
        return choose("names", "auto", settings)
    except NotFoundError:
        return None


def model_names(settings: Settings) -> Heard | None:
    """What hears names on this machine; None where no model is installed."""
    model = installed_names(settings)
    if model is None:
        return None

    def heard(texts: Iterable[str]) -> Iterator[list[Found]]:
        for doc in _loaded(model.path).pipe(texts, batch_size=64):
            yield [Found(e.start_char, e.end_char, _KINDS[e.label_], "model") for e in doc.ents if e.label_ in _KINDS]

    return heard


@cache
def _loaded(folder: Path) -> Any:
    import spacy

    others = ["tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
    return spacy.load(folder, exclude=others)
