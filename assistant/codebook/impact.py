"""What an edit of the codebook does to what is coded already, told before it is done."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.codebook.history import differences
from store.codebook import current_codebook
from store.decisions import codings
from store.memos import memos
from store.study import Study
from store.values import Code, Codebook, Coding

Made = Sequence[Coding] | None
"""The codings that the person who asks may know of; all of the study for None."""


@dataclass(frozen=True, slots=True)
class Impact:
    """How many codings an edit touches, by coder, in which interviews, and what it does to them in sentences."""

    codings: int
    by_coder: tuple[tuple[str, int], ...]
    interviews: tuple[str, ...]
    sentences: tuple[str, ...]


def use_of(made: Iterable[Coding]) -> Counter[str]:
    """How many codings stand under each code, by GUID."""
    return Counter(coding.code for coding in made)


def effect_of_change(study: Study, guid: str, made: Made = None) -> Impact:
    """Of another name or definition: codings keep standing, and suggestions are asked anew."""
    found = _codings(study, {guid}, made)
    text = "They keep standing; which version of the codebook each was made under stays on record."
    return _impact(found, [text] if found else ["Nothing is coded with it yet."])


def effect_of_move(study: Study, guid: str, parent: str | None, made: Made = None) -> Impact:
    """Of another theme: codings count for the new theme, and no more for the old one."""
    codebook = _codebook(study)
    if codebook is None:
        return _impact([], [])
    found = _codings(study, codebook.family(guid), made)
    old = codebook.theme_of(_code(codebook, guid))
    was = "no theme" if old is None else f"“{old.name}”"
    now = "no theme" if parent is None else f"“{_code(codebook, parent).name}”"
    below = len(codebook.family(guid)) - 1
    more = [f"{below} codes below it move with it."] if below else []
    return _impact(found, [f"They count for {now} instead of {was}.", *more])


def effect_of_merge(study: Study, into: str, others: Sequence[str], made: Made = None) -> Impact:
    """Of merging: codings of the others count as the one that stays, and what both had on one stretch counts once."""
    codebook = _codebook(study)
    if codebook is None:
        return _impact([], [])
    found, staying = _codings(study, set(others), made), _codings(study, {into}, made)
    both = {(c.coder, c.transcript_id, c.span) for c in staying}
    double = sum((c.coder, c.transcript_id, c.span) in both for c in found)
    name = _code(codebook, into).name
    said = [f"They count as “{name}” from then on; each decision still says which code it was made with."]
    if double:
        said.append(f"{double} of them lie on a stretch that the same coder gave “{name}” too: they count once.")
    children = sum(len(codebook.children(guid)) for guid in others)
    if children:
        said.append(f"{children} codes below them move below “{name}”.")
    kept = sum(len(memos(study, code=guid)) for guid in others)
    if kept:
        said.append(f"{kept} memos on them stay on record under the former codes.")
    return _impact(found, said)


def effect_of_split(study: Study, guid: str, made: Made = None) -> Impact:
    """Of splitting: codings wait under the former code until each coder has sorted theirs into the parts."""
    codebook = _codebook(study)
    if codebook is None:
        return _impact([], [])
    children = len(codebook.children(guid))
    waiting = (
        "They stand under the former code until each coder has sorted their own into the parts: nobody’s coding is"
        " changed for them."
    )
    said = [waiting]
    if children:
        said.append(f"{children} codes below it move up to its theme.")
    return _impact(_codings(study, {guid}, made), said)


def effect_of_retiring(study: Study, guid: str, made: Made = None, *, back: bool = False) -> Impact:
    """Of retiring: codings stay, the code is offered and suggested no more; or of bringing it `back`."""
    if back:
        return _impact(
            _codings(study, {guid}, made), ["They stay. The code is offered, suggested and asked for again."]
        )
    return _impact(_codings(study, {guid}, made), ["They stay. The code is no longer offered, suggested or asked for."])


def effect_of_restoring(study: Study, version: Codebook, made: Made = None) -> Impact:
    """Of restoring a version: what comes back, what goes, and which codings would stand under former codes."""
    codebook = _codebook(study)
    changes = differences(codebook, version)
    counted = Counter(change.kind for change in changes)
    said = [f"{count} {kind}." for kind, count in sorted(counted.items())] or [
        "Nothing differs from the newest version."
    ]
    there = codings(study) if made is None else made
    lost = [coding for coding in there if version.present(coding.made_with or coding.code) is None]
    if lost:
        said.append(f"{len(lost)} codings would stand under codes that this version does not have.")
    return _impact(lost, said)


def _codebook(study: Study) -> Codebook | None:
    return current_codebook(study)


def _code(codebook: Codebook, guid: str) -> Code:
    return next(code for code in codebook.codes if code.guid == guid)


def _codings(study: Study, guids: set[str] | frozenset[str], made: Made) -> list[Coding]:
    return [coding for coding in (codings(study) if made is None else made) if coding.code in guids]


def _impact(found: Sequence[Coding], sentences: Sequence[str]) -> Impact:
    by_coder = Counter(coding.coder for coding in found)
    interviews = tuple(dict.fromkeys(coding.interview for coding in found))
    return Impact(len(found), tuple(sorted(by_coder.items())), interviews, (_counted(found, by_coder), *sentences))


def _counted(found: Sequence[Coding], by_coder: Counter[str]) -> str:
    if not found:
        return "No coding is touched."
    who = ", ".join(f"{name} {count}" for name, count in sorted(by_coder.items()))
    where = len({coding.interview for coding in found})
    some = "1 coding is" if len(found) == 1 else f"{len(found)} codings are"
    return f"{some} touched ({who}) in {where} interview{'' if where == 1 else 's'}."
