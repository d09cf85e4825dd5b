"""The options that say which confirmed codings count, the same in every command that counts them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import known_coder
from store.errors import InvalidInputError
from store.study import Study

if TYPE_CHECKING:
    from assistant.review import Basis

Coder = Annotated[str | None, typer.Option(help="Only this coder's decisions.")]
Adjudicated = Annotated[bool, typer.Option("--adjudicated", help="Disputed codings as they were adjudicated.")]
Labels = Annotated[list[str] | None, typer.Option("--interview", help="Only this interview; may be repeated.")]
Where = Annotated[
    list[str] | None,
    typer.Option(help="Only interviews with key=value; may be repeated, one key twice means either value."),
]
AtMilestone = Annotated[str | None, typer.Option("--milestone", help="As it stood at this milestone.")]
UnderVersion = Annotated[int | None, typer.Option("--version", help="As it stood under this version of the codebook.")]


class By(StrEnum):
    """What is counted."""

    CODE = "code"
    THEME = "theme"


def basis_of(
    study: Study,
    *,
    coder: str | None,
    adjudicated: bool,
    where: Sequence[str] | None,
    milestone: str | None,
    version: int | None,
    interviews: Sequence[str] | None = None,
) -> "Basis":
    """What the options say; raises NotFoundError for an unknown coder or milestone, InvalidInputError."""
    from assistant.review import Basis
    from assistant.review.milestones import milestone_of

    return Basis(
        coder=known_coder(study, coder),
        adjudicated=adjudicated,
        interviews=tuple(interviews or ()),
        where=pairs_of(where),
        through=None if milestone is None else milestone_of(study, milestone).through,
        version=version,
    )


def pairs_of(where: Sequence[str] | None) -> tuple[tuple[str, str], ...]:
    """Attributes with their values; raises InvalidInputError for what is no key=value."""
    pairs = []
    for item in where or ():
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            msg = f"--where takes key=value, not “{item}”."
            raise InvalidInputError(msg)
        pairs.append((key.strip(), value.strip()))
    return tuple(pairs)
