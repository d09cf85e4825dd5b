"""Stores that break their promise, each in another way: a harness that finds nothing in these finds nothing at all."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from store import database
from store.study import Study
from store.values import DecisionDraft

deciding: Any = import_module("assistant.review.decide")  # the package gives its function that name


def unflushed() -> None:
    """Nothing is flushed to the disk: a power cut takes what was shown as done."""
    configure = database._configure

    def configured(connection: Any, record: object) -> None:
        configure(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    database._configure = configured


def too_early() -> None:
    """Decisions are shown as done when they are in memory, and written with the next ones."""
    keep, waiting = deciding.keep_decisions, []

    def kept(study: Study, coder: str, drafts: Sequence[DecisionDraft]) -> tuple[DecisionDraft, ...]:
        if waiting:
            keep(study, *waiting.pop())
        waiting.append((coder, drafts))
        return tuple(drafts)

    deciding.keep_decisions = kept


def by_pieces() -> None:
    """Decisions of one command are written one by one."""
    keep = deciding.keep_decisions

    def kept(study: Study, coder: str, drafts: Sequence[DecisionDraft]) -> tuple[object, ...]:
        return tuple(made for draft in drafts for made in keep(study, coder, [draft]))

    deciding.keep_decisions = kept


BROKEN: dict[str, tuple[Callable[[], None], str]] = {
    "unflushed": (unflushed, "power cut"),
    "too early": (too_early, "killed"),
    "by pieces": (by_pieces, "killed"),
}
"""How each breaks it, and the fault that shows it."""
