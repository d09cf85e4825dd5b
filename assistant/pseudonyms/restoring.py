"""Names back into a study: transcripts as they were, to the character, and everything else by the key."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.correction import turns_of
from assistant.pseudonyms.applying import (
    ORIGIN,
    code_fields,
    code_with,
    memo_fields,
    set_fields,
    swap_turns,
    swapped_fields,
    write_memo,
)
from assistant.pseudonyms.key import Change, Key
from assistant.pseudonyms.key_file import change_key, open_key
from assistant.pseudonyms.rewriting import Swap, rewritten_turns, to_names
from store.codebook import current_codebook, edit_codebook
from store.event_log import LogFilter, log
from store.interviews import interviews, set_attributes
from store.memos import memos
from store.pseudonymised import record_pseudonyms
from store.sets import keep_set, named_sets
from store.study import Study
from store.transcripts import transcript
from store.values import Code, Codebook, Span, Transcript

BACK = "names"
"""Of a revision in which names were brought back."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Interviews whose transcripts are as they were before; those brought back by the key, name by name; the others."""

    exact: tuple[str, ...]
    by_key: tuple[str, ...]
    attributes: int
    memos: int
    codes: int
    sets: int


@dataclass(frozen=True, slots=True)
class _Step:
    """A revision in which names were replaced, the one before it, and where the pseudonyms stand in it.

    `stretches` are (start, length, length of the name), in code points.
    """

    revision: int
    before: int
    stretches: tuple[tuple[int, int, int], ...]


def restore_names(study: Study, path: Path, passphrase: str, *, coder: str) -> Restored:
    """Bring the names back, with this key: exactly where nothing was corrected since, else as the key spells them."""
    key = open_key(study, path, passphrase)
    swap = to_names(key)
    exact: list[str] = []
    by_key: list[str] = []
    counts: Counter[str] = Counter()
    for each in interviews(study):
        if not each.transcribed:
            continue
        how, hits = _restore(study, each.label, swap, coder)
        counts["names"] += hits
        if how:
            (exact if how == "exact" else by_key).append(each.label)
    attributes = _restore_attributes(study, key, swap)
    notes, codes = _restore_memos(study, key, swap, coder), _restore_codes(study, key, swap, coder)
    sets = _restore_sets(study, key, swap, coder)
    if exact or by_key or attributes or notes or codes or sets:
        record_pseudonyms(study, coder, counts, restored=True)
    change_key(study, path, passphrase, lambda now: replace(now, changes=()))
    return Restored(tuple(exact), tuple(by_key), attributes, notes, codes, sets)


def _restore(study: Study, label: str, swap: Swap, coder: str) -> tuple[str, int]:
    """How a transcript was restored, `exact`, `key` or not at all, and how many names came back."""
    hits, how = 0, ""
    for step in reversed(_steps(study, label)):
        now = transcript(study, label)
        made = transcript(study, label, step.revision)
        if turns_of(now) != turns_of(made):
            break
        hits += _step_back(study, now, step, coder)
        how = "exact"
    now = transcript(study, label)
    if not _steps(study, label):
        return how, hits
    places = [(span, name) for span, name, _ in swap.places(now.text)]
    new = rewritten_turns(turns_of(now), places, swap)
    if tuple(new) != turns_of(now):
        swap_turns(study, now, new, places, BACK, coder, {})
        return "key", hits + len(places)
    return how, hits


def _step_back(study: Study, now: Transcript, step: _Step, coder: str) -> int:
    before = transcript(study, now.interview, step.before)
    places, drift = [], 0
    for start, length, original in step.stretches:
        old = start - drift
        places.append((Span(start, start + length), before.text[old : old + original]))
        drift += length - original
    swap_turns(study, now, turns_of(before), places, BACK, coder, {"to": step.before})
    return len(places)


def _steps(study: Study, label: str) -> list[_Step]:
    """The replacements that were not taken back yet, oldest first."""
    found: list[_Step] = []
    for event in log(study, wanted=LogFilter(types=("transcript.revised",), interview=label)):
        said = json.loads(event.payload) if event.payload else {}
        details: Mapping[str, Any] = (said.get("details") or {}).get("pseudonyms") or {}
        if said.get("origin") == ORIGIN and "of" in details:
            stretches = tuple((a, b, c) for a, b, c in details["stretches"])
            found.append(_Step(said["revision"], details["of"], stretches))
        elif said.get("origin") == BACK:
            found = found[:-1] if "to" in details else []
    return found


def _latest(key: Key, what: str, guid: str, now: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What stood there before, where it says what it said after names were replaced; None otherwise."""
    held: Mapping[str, Any] | None = None
    for change in reversed([c for c in key.changes if (c.what, c.id) == (what, guid)]):
        if dict(change.after) == dict(now if held is None else held):
            held = change.before
    return held


def _back(key: Key, what: str, guid: str, now: Mapping[str, Any], swap: Swap) -> dict[str, Any]:
    """What stands somewhere with the names back: as it was before, else with each name as the key spells it."""
    held = _latest(key, what, guid, now)
    return swapped_fields(now, swap) if held is None else dict(held)


def _restore_attributes(study: Study, key: Key, swap: Swap) -> int:
    count = 0
    for each in interviews(study):
        new: dict[str, str] = {}
        for name, value in each.attributes.items():
            single = Key("", changes=tuple(_only(key, each.guid, name)))
            held = _latest(single, "attributes", each.guid, {name: value})
            made = swap.of(value) if held is None else str(held[name])
            if made != value:
                new[name] = made
        if new:
            set_attributes(study, each.guid, new)
        count += len(new)
    return count


def _only(key: Key, guid: str, name: str) -> list[Change]:
    """What was changed of one attribute of an interview."""
    return [
        Change(c.what, c.id, {name: c.before[name]}, {name: c.after[name]})
        for c in key.changes
        if (c.what, c.id) == ("attributes", guid) and name in c.after
    ]


def _restore_memos(study: Study, key: Key, swap: Swap, coder: str) -> int:
    count = 0
    for memo in memos(study):
        now = memo_fields(memo)
        new = _back(key, "memo", memo.guid, now, swap)
        if new != now:
            write_memo(study, coder, memo.guid, new)
            count += 1
    return count


def _restore_sets(study: Study, key: Key, swap: Swap, coder: str) -> int:
    count = 0
    for each in named_sets(study):
        now = set_fields(each)
        new = _back(key, "set", each.guid, now, swap)
        if new != now:
            keep_set(study, coder, replace(each, **new))
            count += 1
    return count


def _restore_codes(study: Study, key: Key, swap: Swap, coder: str) -> int:
    def restored(code: Code) -> Code:
        return code_with(code, _back(key, "code", code.guid, code_fields(code), swap))

    def edited(book: Codebook) -> list[Code]:
        return [restored(code) for code in book.codes]

    book = current_codebook(study)
    changed = 0 if book is None else sum(restored(code) != code for code in book.codes)
    if changed:
        edit_codebook(study, edited, coder=coder, reason="Names brought back")
    return changed
