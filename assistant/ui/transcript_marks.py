"""What lies over a transcript: the codings of this coder and of others, what was rejected, and what is suggested."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.review import blindness, is_blind, read_by
from assistant.suggest import show
from assistant.ui.session import current_ledger, current_proposals, interview_segments, study_settings
from store.study import Study
from store.values import Codebook, Decision, Verdict

Mark = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose codings somebody wants to see, and whether rejections and suggestions too."""

    mine: bool = True
    others: bool = True
    rejected: bool = False
    suggestions: bool = False


def marks(study: Study, coder: str, label: str, transcript_id: int, codebook: Codebook, wanted: Wanted) -> list[Mark]:
    """The marks of an interview, as the transcript view draws them; offsets are code points into its text.

    Nothing that a blind coder must not see is among them. Suggestions that are among them count as shown from now on.
    """
    hidden, ledger = blindness(study, coder), current_ledger(study)
    words = ledger.words(transcript_id)
    found = [
        _mark(word, coder, codebook, ledger.events.get(word.guid), look=word.guid in ledger.needs_look)
        for word in words
        if not hidden.hides(label, word.coder) and _is_wanted(word, coder, wanted)
    ]
    if wanted.suggestions and label not in hidden.interviews:
        found += _suggestions(study, coder, label, words)
    return found


def _is_wanted(word: Decision, coder: str, wanted: Wanted) -> bool:
    whose = wanted.mine if word.coder == coder else wanted.others
    return whose and (wanted.rejected or word.verdict is not Verdict.REJECT)


def _mark(word: Decision, coder: str, codebook: Codebook, event: int | None, *, look: bool) -> Mark:
    """A coding of a merged code is drawn as what that code went into."""
    mine = word.coder == coder
    return {
        "id": word.guid,
        "start": word.span.start,
        "end": word.span.end,
        "code": codebook.present(word.code or "") or word.code,
        "coder": word.coder,
        "kind": "rejected" if word.verdict is Verdict.REJECT else "human" if mine else "other",
        "mine": mine,
        "memo": word.memo,
        "event": event,
        "needs_look": look,
    }


def _suggestions(study: Study, coder: str, label: str, words: Sequence[Decision]) -> list[Mark]:
    """Suggestions that nobody has answered.

    Those of the blind sample stay hidden from a coder who has not read them yet.
    """
    proposals, share = current_proposals(study), study_settings(study).blind_share
    read = read_by(study, coder)
    found = [
        (segment, draft)
        for segment in interview_segments(study, label)
        if segment in read or not is_blind(segment, proposals, share)
        for draft in proposals.of(segment)
        if not any(word.code == draft.code and word.span.overlaps(segment.span) for word in words)
    ]
    show(study, [draft for _, draft in found])
    return [
        {
            "id": f"machine {segment.id} {draft.code}",
            "start": segment.span.start,
            "end": segment.span.end,
            "code": draft.code,
            "coder": "",
            "kind": "machine",
            "p": draft.probability,
        }
        for segment, draft in found
    ]
