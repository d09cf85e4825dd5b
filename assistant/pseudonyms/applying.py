"""Pseudonyms into a study: new revisions of transcripts, memos and sets, attributes, a new version of the codebook.

What was there before stays in the study’s history, on this machine; exports hold what stands now.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.correction import turns_of
from assistant.pseudonyms.key import Change, Key
from assistant.pseudonyms.key_file import change_key
from assistant.pseudonyms.rewriting import Swap, rewritten_turns, to_pseudonyms
from assistant.pseudonyms.texts import CODE_FIELDS, passages
from assistant.segment.cut import cut
from store.carried import carry_over
from store.codebook import current_codebook, edit_codebook
from store.errors import InvalidInputError
from store.interviews import interviews, set_attributes
from store.memos import Memo, memo_history, memos, revise_memo
from store.offsets import OffsetMap
from store.pseudonymised import record_pseudonyms
from store.sets import NamedSet, keep_set, named_sets
from store.study import Study
from store.transcripts import revise_transcript, transcript
from store.values import Code, NewTurn, Span, Transcript

ORIGIN = "pseudonyms"
"""Of a revision in which names were replaced."""

MEMO_FIELDS = ("title", "text", "present")
SET_FIELDS = ("name", "description")


@dataclass(frozen=True, slots=True)
class Applied:
    """What was rewritten: interviews whose transcripts have a new revision, and how many of the others.

    `replaced` counts names in transcripts by kind, a speaker's once for each interview; `left` says in sentences where
    names stay that must be changed by hand.
    """

    interviews: tuple[str, ...]
    attributes: int
    memos: int
    codes: int
    sets: int
    replaced: Mapping[str, int]
    left: tuple[str, ...]


def apply_pseudonyms(study: Study, path: Path, passphrase: str, *, coder: str) -> Applied:
    """Replace every name by its pseudonym in everything that can be rewritten; what is done already stays as it is.

    Codings keep their stretches exactly. Broken off halfway, it goes on where it stopped when called again.
    """
    if not coder.strip():
        msg = "Somebody must answer for replacing the names; give a coder’s name. Nothing was changed."
        raise InvalidInputError(msg)
    key = change_key(study, path, passphrase, lambda key: _with_changes(study, key))
    swap = to_pseudonyms(key)
    counts: Counter[str] = Counter()
    done = tuple(
        each.label for each in interviews(study) if each.transcribed and _apply(study, each.label, swap, coder, counts)
    )
    attributes = _apply_attributes(study, swap)
    notes, codes = _apply_memos(study, swap, coder), _apply_codes(study, swap, coder)
    sets = _apply_sets(study, swap, coder)
    if done or attributes or notes or codes or sets:
        record_pseudonyms(study, coder, counts)
    return Applied(done, attributes, notes, codes, sets, dict(counts), _left(study, key))


def _apply(study: Study, label: str, swap: Swap, coder: str, counts: Counter[str]) -> bool:
    now = transcript(study, label)
    old = turns_of(now)
    places = swap.places(now.text)
    speakers = {turn.speaker for turn in old if turn.speaker}
    renamed = [place for name in sorted(speakers) for place in swap.places(name)]
    found = Counter(str(kind) for _, _, kind in [*places, *renamed])
    new = rewritten_turns(old, [(span, text) for span, text, _ in places], swap)
    if tuple(new) == old:
        return False
    swap_turns(study, now, new, [(s, t) for s, t, _ in places], ORIGIN, coder, {"counts": dict(found)})
    counts.update(found)
    return True


def swap_turns(
    study: Study,
    now: Transcript,
    turns: Sequence[NewTurn],
    places: Sequence[tuple[Span, str]],
    origin: str,
    coder: str,
    details: Mapping[str, Any],
) -> Transcript:
    """Keep a revision in which these stretches were replaced, with where they stand and how long they are now."""
    moves, text = OffsetMap.replacing(now.text, places) if places else (None, now.text)
    stretches = [] if moves is None else [[b, m, n] for _, b, n, m in moves.replaced]
    if text != "\n".join(turn.text for turn in turns):
        msg = f"The names in {now.interview} cannot be replaced turn by turn; nothing was changed in it."
        raise InvalidInputError(msg)
    what = {"what": origin, "hits": len(places)}
    return revise_transcript(
        study,
        now.interview,
        turns,
        coder=coder,
        expected=now.revision,
        origin=origin,
        details={"correction": what, "pseudonyms": {"of": now.revision, "stretches": stretches, **details}},
        then=lambda session, before, after: carry_over(session, before, after, cut(after)),
        offsets=moves,
    )


def _with_changes(study: Study, key: Key) -> Key:
    """The key with what all but transcripts says before and after, so that it can be brought back exactly."""
    swap = to_pseudonyms(key)
    new = [*_attribute_changes(study, swap), *_memo_changes(study, swap), *_code_changes(study, swap)]
    new += _set_changes(study, swap)
    return replace(key, changes=(*key.changes, *(change for change in new if change not in key.changes)))


def _attribute_changes(study: Study, swap: Swap) -> list[Change]:
    found = []
    for each in interviews(study):
        new = {name: made for name, value in each.attributes.items() if (made := swap.of(value)) != value}
        if new:
            found.append(Change("attributes", each.guid, {name: each.attributes[name] for name in new}, new))
    return found


def _memo_changes(study: Study, swap: Swap) -> list[Change]:
    changes = [Change("memo", m.guid, memo_fields(m), swapped_fields(memo_fields(m), swap)) for m in memos(study)]
    return [change for change in changes if change.before != change.after]


def _code_changes(study: Study, swap: Swap) -> list[Change]:
    codebook = current_codebook(study)
    codes = codebook.codes if codebook else ()
    changes = [Change("code", c.guid, code_fields(c), swapped_fields(code_fields(c), swap)) for c in codes]
    return [change for change in changes if change.before != change.after]


def _set_changes(study: Study, swap: Swap) -> list[Change]:
    changes = [Change("set", s.guid, set_fields(s), swapped_fields(set_fields(s), swap)) for s in named_sets(study)]
    return [change for change in changes if change.before != change.after]


def memo_fields(memo: Memo) -> dict[str, Any]:
    """What is written in a memo."""
    return {name: getattr(memo, name) for name in MEMO_FIELDS}


def set_fields(named: NamedSet) -> dict[str, Any]:
    """What is written of a named set."""
    return {name: getattr(named, name) for name in SET_FIELDS}


def code_fields(code: Code) -> dict[str, Any]:
    """What is written in an entry of the codebook."""
    return {**{name: getattr(code, name) for name in CODE_FIELDS}, "examples": list(code.examples)}


def code_with(code: Code, fields: Mapping[str, Any]) -> Code:
    """The entry with these fields."""
    return replace(code, **{**fields, "examples": tuple(fields["examples"])})


def swapped_fields(fields: Mapping[str, Any], swap: Swap) -> dict[str, Any]:
    """The same fields, with everything in them replaced."""
    return {
        name: swap.of(value) if isinstance(value, str) else [swap.of(each) for each in value]
        for name, value in fields.items()
    }


def _apply_attributes(study: Study, swap: Swap) -> int:
    changes = _attribute_changes(study, swap)
    for change in changes:
        set_attributes(study, change.id, change.after)
    return sum(len(change.after) for change in changes)


def _apply_memos(study: Study, swap: Swap, coder: str) -> int:
    changes = _memo_changes(study, swap)
    for change in changes:
        write_memo(study, coder, change.id, change.after)
    return len(changes)


def write_memo(study: Study, coder: str, guid: str, fields: Mapping[str, Any]) -> None:
    """Keep another revision of a memo with these fields."""
    newest = memo_history(study, guid)[-1]
    revise_memo(study, coder, guid, revision=newest.revision, on=newest.on, **fields)


def _apply_codes(study: Study, swap: Swap, coder: str) -> int:
    changes = {change.id: change for change in _code_changes(study, swap)}
    if changes:
        edit_codebook(
            study,
            lambda book: [code_with(c, changes[c.guid].after) if c.guid in changes else c for c in book.codes],
            coder=coder,
            reason="Names replaced by pseudonyms",
        )
    return len(changes)


def _apply_sets(study: Study, swap: Swap, coder: str) -> int:
    changes = {change.id: change for change in _set_changes(study, swap)}
    for each in named_sets(study):
        if each.guid in changes:
            keep_set(study, coder, replace(each, **changes[each.guid].after))
    return len(changes)


def _left(study: Study, key: Key) -> tuple[str, ...]:
    """Where names stay that no command rewrites, without the names."""
    originals = key.originals()
    places = Counter(
        p.place if p.what != "label" else "the label of an interview" for p in passages(study) if originals.find(p.text)
    )
    names = sum(bool(originals.find(each.source_name)) for each in interviews(study))
    said = [
        f"A name stays in {place} ({_times(count)}); change it by hand where it may be shown."
        for place, count in places.items()
    ]
    if names:
        said.append(f"The names of {names} files that interviews came from hold a name; they stay as they are.")
    return tuple(said)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
