"""Which confirmed codings a statistic counts: whose, where, and as of when; said in words beside every result."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from assistant.review.blindness import Blindness
from store.adjudications import Adjudication, adjudications
from store.codebook import codebook_versions, version_end
from store.coders import coders
from store.decisions import codings, decisions
from store.errors import InvalidInputError, NotFoundError
from store.interviews import interviews
from store.milestones import milestones
from store.study import Study
from store.values import Codebook, Coding, Decision, Interview, Verdict

ADJUDICATED = "adjudicated"
"""Whose coding it is where an adjudication says that a disputed code applies."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Which confirmed codings count; what is empty does not matter.

    Of one `coder` or of all; `adjudicated` puts adjudications in the place of what they resolve. `interviews` are
    labels; attributes in `where` must all hold, one named twice may have either value. As it stood after the event
    `through`, or when the codebook's `version` was the newest.
    """

    coder: str | None = None
    adjudicated: bool = False
    interviews: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    through: int | None = None
    version: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Only what matters, as JSON values."""
        kept: dict[str, Any] = {
            "coder": self.coder,
            "adjudicated": self.adjudicated or None,
            "interviews": list(self.interviews) or None,
            "where": [list(pair) for pair in self.where] or None,
            "through": self.through,
            "version": self.version,
        }
        return {name: value for name, value in kept.items() if value is not None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read back what `to_json` gave."""
        return cls(
            coder=value.get("coder"),
            adjudicated=bool(value.get("adjudicated", False)),
            interviews=tuple(value.get("interviews", ())),
            where=tuple((str(key), str(each)) for key, each in value.get("where", ())),
            through=value.get("through"),
            version=value.get("version"),
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """What a basis names: the interviews in study order, read or not, and the codings and readings in them.

    At an earlier moment, `interviews` are those that had been added by then, with the attributes that they have now.
    `codebook` is that of then, `versions` are all up to then; a coding's `code` is one of `codebook` wherever it can
    be. `readers` are all who have recorded a reading by then, wherever. `sentence` says what was counted, for captions.
    """

    basis: Basis
    codebook: Codebook
    versions: tuple[Codebook, ...]
    interviews: tuple[Interview, ...]
    codings: tuple[Coding, ...]
    readings: tuple[Decision, ...]
    readers: frozenset[str]
    hidden: Blindness
    sentence: str


def counted(study: Study, basis: Basis | None = None, hidden: Blindness | None = None) -> Counted:
    """The codings and readings that a basis names; what is `hidden` from whoever looks is as if it were not there.

    Raises InvalidInputError without a codebook, or where `coder` and `adjudicated`, or `through` and `version`, are
    both asked for; NotFoundError for an unknown coder, label, attribute or version.
    """
    basis, unseen = basis or Basis(), hidden or Blindness("")
    through = _moment(study, basis)
    versions = codebook_versions(study, through=through)
    if not versions:
        msg = "This study has no codebook yet, so nothing can be counted; bring one with `interview codebook import`."
        if basis.through is not None:
            msg = "There was no codebook yet at that moment, so nothing can be counted; choose a later one."
        raise InvalidInputError(msg)
    _refuse_unknown(study, basis)
    among = fitting_interviews(study, basis.where, basis.interviews, through=through)
    labels = {interview.label for interview in among}
    found = tuple(
        c
        for c in codings(study, coder=basis.coder, through=through)
        if c.interview in labels and not unseen.hides(c.interview, c.coder)
    )
    if basis.adjudicated:
        said = [a for a in adjudications(study, through=through) if a.interview in labels]
        found = settled(found, [a for a in said if not unseen.hides(a.interview, a.coder)], versions[-1])
    every = [d for d in decisions(study, through=through) if d.verdict is Verdict.READ]
    return Counted(
        basis=basis,
        codebook=versions[-1],
        versions=versions,
        interviews=among,
        codings=found,
        readings=tuple(
            d
            for d in every
            if basis.coder in (None, d.coder) and d.interview in labels and not unseen.hides(d.interview, d.coder)
        ),
        readers=frozenset(d.coder for d in every),
        hidden=unseen,
        sentence=_sentence(study, basis),
    )


def _moment(study: Study, basis: Basis) -> int | None:
    if basis.coder is not None and basis.adjudicated:
        msg = "Adjudicated codings are nobody’s alone; ask for one coder or for adjudicated codings, not for both."
        raise InvalidInputError(msg)
    if basis.version is None:
        return basis.through
    if basis.through is not None:
        msg = "Ask for a milestone or for a version of the codebook, not for both."
        raise InvalidInputError(msg)
    return version_end(study, basis.version)


def _refuse_unknown(study: Study, basis: Basis) -> None:
    known = coders(study)
    if basis.coder is not None and basis.coder not in known:
        msg = f"There is no coder “{basis.coder}” in this study; there are: {', '.join(known) or 'none yet'}."
        raise NotFoundError(msg)


def fitting_interviews(
    study: Study, where: Sequence[tuple[str, str]] = (), labels: Sequence[str] = (), *, through: int | None = None
) -> tuple[Interview, ...]:
    """The interviews with these attributes, among those of these labels, in study order; raises NotFoundError.

    With `through`, those that were there after that event; the label of a later one is known all the same.
    """
    known = interviews(study)
    keys = {key for interview in known for key in interview.attributes}
    for key, _ in where:
        if key not in keys:
            msg = f"No interview has the attribute “{key}”; there are: {', '.join(sorted(keys)) or 'none yet'}."
            raise NotFoundError(msg)
    missing = set(labels) - {interview.label for interview in known}
    if missing:
        there = ", ".join(interview.label for interview in known) or "none yet"
        msg = f"There is no interview {min(missing)} in this study; there are: {there}."
        raise NotFoundError(msg)
    wanted: dict[str, set[str]] = {}
    for key, value in where:
        wanted.setdefault(key, set()).add(value.casefold())
    return tuple(
        interview
        for interview in (known if through is None else interviews(study, through=through))
        if (not labels or interview.label in labels)
        and all(interview.attributes.get(key, "").casefold() in values for key, values in wanted.items())
    )


def settled(found: Iterable[Coding], said: Sequence[Adjudication], codebook: Codebook) -> tuple[Coding, ...]:
    """Codings with adjudications in the place of those that they speak of: same code, overlapping stretch.

    Where the code applies it stands once, on the adjudicated stretch, as the coder `adjudicated`.
    """
    last: dict[tuple[int, str], list[Adjudication]] = {}
    for each in said:
        code = codebook.present(each.code) or each.code
        here = [a for a in last.get((each.transcript_id, code), []) if not a.span.overlaps(each.span)]
        last[each.transcript_id, code] = [*here, each]
    kept = [c for c in found if not any(a.span.overlaps(c.span) for a in last.get((c.transcript_id, c.code), ()))]
    applied = [
        Coding(a.interview, a.transcript_id, a.span, code, ADJUDICATED, a.guid, a.at, a.memo, made_with=a.code)
        for (_, code), each in last.items()
        for a in each
        if a.applies
    ]
    return (*kept, *applied)


def _sentence(study: Study, basis: Basis) -> str:
    who = "all coders" if basis.coder is None else basis.coder
    parts = [f"Confirmed codings of {who}" + (", disputed ones as adjudicated" if basis.adjudicated else "")]
    if basis.interviews:
        parts.append(f"in {', '.join(basis.interviews)}")
    grouped: dict[str, list[str]] = {}
    for key, value in basis.where:
        grouped.setdefault(key, []).append(value)
    parts += [f"in interviews whose {key} is {' or '.join(values)}" for key, values in grouped.items()]
    if basis.version is not None:
        parts.append(f"as it stood under version {basis.version} of the codebook")
    if basis.through is not None:
        named = next((m.name for m in milestones(study) if m.through == basis.through), None)
        parts.append(f"as it stood at “{named}”" if named else f"as it stood after event {basis.through}")
    return ", ".join(parts)
