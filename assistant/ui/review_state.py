"""What the review desk draws: a segment, its suggestions, what stands there, and how far the coder is."""

from collections.abc import Sequence
from typing import Any

from assistant.privacy.instructions import NOTE, instructions_in
from assistant.review import Assignment, Blindness, Card, Cards, Ledger, Option, ReadSegments, assignment, blindness
from assistant.suggest import Order
from assistant.ui.held import held_card
from assistant.ui.review_desk import codes_key
from assistant.ui.review_order import before_in_text, read_segments, same_interview, walk
from assistant.ui.session import (
    Held,
    Spoken,
    Visit,
    current_learning,
    current_learnt,
    current_ledger,
    spoken_segments,
    study_settings,
)
from assistant.ui.spoken_for import voices
from assistant.ui.transcript_view import text_key
from store.codebook import current_codebook
from store.errors import InvalidInputError
from store.memos import Memo, memos
from store.study import Study
from store.values import Codebook, Decision, Segment, Span, State, Verdict

_ONE_IN_FIVE = 0.2
_ASSURED = (
    "It belongs to the suggestions for which a guarantee holds: on average, at most one in ten of them is wrong,"
    " measured on what was decided blind. It still needs your decision."
)


def codebook_in_use(study: Study) -> Codebook:
    """The newest codebook; raises InvalidInputError where there is none."""
    codebook = current_codebook(study)
    if codebook is None:
        msg = "This study has no codebook yet; bring one with `interview codebook import`."
        raise InvalidInputError(msg)
    return codebook


def desk_card(study: Study, visit: Visit, segment: Segment, codebook: Codebook) -> Card:
    """The card of the segment on the screen; its suggestions stay as they are until it is left."""
    learnt, share, coder = current_learnt(study), study_settings(study).blind_share, visit.sitting.coder
    cards = Cards(
        codebook,
        learnt.proposals,
        current_ledger(study),
        coder,
        blind_share=share,
        without_suggestions=blindness(study, coder).interviews,
    )
    read = segment in read_segments(study, visit) or segment.id in visit.read
    return held_card(study, visit, cards.card(segment, read=read), codebook, learnt)


def desk_state(study: Study, visit: Visit, card: Card, codebook: Codebook) -> dict[str, Any]:
    """Everything that the desk draws, as JSON values; offsets are code points into the interview's text."""
    segment, coder = card.segment, visit.sitting.coder
    hidden, mine = blindness(study, coder), assignment(study, coder)
    spoken, ledger = spoken_segments(study), current_ledger(study)  # asked for once: each asks the database
    way, read = walk(study, visit), ledger.read(coder, spoken.segments)
    answered = {option.code.guid for option in card.options}
    words = ledger.words(segment.transcript_id)
    last = _is_last(spoken, visit, segment, way, read)
    return {
        "heard": visit.heard,
        "way": f"{visit.order}|{visit.assigned}|{visit.filters.to_query()}",
        "text": text_key(segment.interview, segment.revision),
        "codes": codes_key(codebook),
        "segment": _place(segment),
        "read": card.read,
        "instruction": _instruction(segment),
        "blind": _why_blind(study_settings(study).blind_share) if card.blind else "",
        "hidden": segment.interview in hidden.interviews,
        "assigned": _assigned(mine, segment),
        "options": [_option(option, visit.held) for option in card.options],
        "own": [_own(ledger, word) for word in card.codings if word.code not in answered],
        "others": [_other(word) for word in words if _shown(word, coder, hidden) and word.span.overlaps(segment.span)],
        "memos": [_memo(memo) for memo in _memos(study, visit, segment, hidden)],
        "marks": [_mark(word, coder) for word in words if _marked(word, coder, hidden)],
        "can": _can(spoken, visit, segment, way, last=last),
        "progress": _progress(spoken, visit, segment, way, read),
        "asked": _asked(visit),
        "said": visit.said,
        "problem": visit.problem or current_learning(study).problem,
        "end": _end(way, read),
    }


def _place(segment: Segment) -> dict[str, Any]:
    return {
        "id": segment.id,
        "interview": segment.interview,
        "start": segment.span.start,
        "end": segment.span.end,
        "start_ms": segment.start_ms,
        "end_ms": segment.end_ms,
    }


def _instruction(segment: Segment) -> list[str]:
    """What a coder is told of a passage that reads like an instruction to a machine, and what it does; else nothing."""
    does = dict.fromkeys(found.words for found in instructions_in(segment.text))
    return [NOTE, f"It {' and '.join(does)}. The words are framed in the transcript."] if does else []


def _option(option: Option, held: Held | None) -> dict[str, Any]:
    draft, answer = option.draft, option.answer
    near = held.near.get(draft.code, ()) if held is not None else ()
    return {
        "code": draft.code,
        "p": draft.probability,
        "state": {State.CONFIRMED: "confirmed", State.REJECTED: "rejected"}.get(option.state, "suggested"),
        "decision": None if answer is None else answer.guid,
        "span": None if answer is None else _pair(answer.span),
        "evidence": [_pair(span) for span in draft.evidence],
        "assured": _ASSURED if held is not None and held.assured == draft.code else "",
        "voices": [[words, value] for words, value in voices(draft.scores)],
        "near": [{"interview": q.interview, "text": q.text, "similarity": q.similarity} for q in near],
    }


def _own(ledger: Ledger, word: Decision) -> dict[str, Any]:
    return {
        "decision": word.guid,
        "code": word.code,
        "span": _pair(word.span),
        "verdict": str(word.verdict),
        "memo": word.memo,
        "needs_look": word.guid in ledger.needs_look,
    }


def _shown(word: Decision, coder: str, hidden: Blindness) -> bool:
    """Whether a coder is shown this word of somebody else."""
    other = word.coder != coder and word.verdict is not Verdict.REJECT
    return other and not hidden.hides(word.interview, word.coder)


def _marked(word: Decision, coder: str, hidden: Blindness) -> bool:
    """Codings are marked in the transcript; what was rejected stands on the card alone."""
    return word.verdict is not Verdict.REJECT and (word.coder == coder or _shown(word, coder, hidden))


def _other(word: Decision) -> dict[str, Any]:
    return {"code": word.code, "coder": word.coder, "span": _pair(word.span)}


def _mark(word: Decision, coder: str) -> dict[str, Any]:
    kind = "human" if word.coder == coder else "other"
    return {
        "id": word.guid,
        "start": word.span.start,
        "end": word.span.end,
        "code": word.code,
        "coder": word.coder,
        "kind": kind,
    }


def _memos(study: Study, visit: Visit, segment: Segment, hidden: Blindness) -> Sequence[Memo]:
    return [
        memo
        for memo in memos(study, interview=segment.interview)
        if memo.target.span is not None
        and memo.target.span.overlaps(segment.span)
        and (memo.first_coder == visit.sitting.coder or not hidden.hides(segment.interview, memo.first_coder))
    ]


def _memo(memo: Memo) -> dict[str, Any]:
    return {"title": memo.title, "text": memo.text, "coder": memo.coder}


def _can(spoken: Spoken, visit: Visit, segment: Segment, way: Sequence[Segment], *, last: bool) -> dict[str, Any]:
    sitting = visit.sitting
    name = "Finish" if last else "Next"
    if not last and visit.order is Order.CHRONOLOGICAL:
        here = same_interview(spoken, way, segment)
        name = "Next interview" if here and here[-1].id == segment.id else name
    return {
        "back": bool(visit.trail) or before_in_text(spoken, way, segment) is not None,
        "next": name,
        "undo": len(sitting.done),
        "redo": len(sitting.undone),
        "steps": len(sitting.done),
    }


def _is_last(spoken: Spoken, visit: Visit, segment: Segment, way: Sequence[Segment], read: ReadSegments) -> bool:
    if visit.order is Order.CHRONOLOGICAL:
        return not way or spoken.place[segment.id] >= spoken.place[way[-1].id]
    return len(way) - read.among(way) <= 1 and all(s in read or s.id == segment.id for s in way)


def _progress(
    spoken: Spoken, visit: Visit, segment: Segment, way: Sequence[Segment], read: ReadSegments
) -> dict[str, Any]:
    done = read.among(way)
    here = [s.id for s in same_interview(spoken, way, segment)]
    at = f"Segment {here.index(segment.id) + 1} of {len(here)}" if segment.id in here else "A segment"
    steps = len(visit.sitting.done)
    what = "of those chosen" if visit.filters or visit.assigned else "of the study’s"
    decided = f"{steps} decision{'' if steps == 1 else 's'} in this sitting"
    sentence = f"{at} in {segment.interview} · {done} {what} {len(way)} read · {decided}"
    return {"read": done, "of": len(way), "sentence": sentence}


def _end(way: Sequence[Segment], read: ReadSegments) -> str:
    if way and read.among(way) == len(way):
        return "This is the end: everything here is read."
    return ""


def _asked(visit: Visit) -> list[dict[str, str]]:
    return [
        {"code": code, "kind": kind, "head": head, "text": text} for (code, kind), (head, text) in visit.asked.items()
    ]


def _assigned(mine: Assignment | None, segment: Segment) -> dict[str, Any] | None:
    if mine is None or all(s.id != segment.id for s in mine.segments):
        return None
    return {"name": mine.name, "read": mine.read, "of": len(mine.segments)}


def _why_blind(share: float) -> str:
    drawn = "one in five" if share == _ONE_IN_FIVE else f"{100 * share:g} %"
    return f"code this passage before you see suggestions ({drawn}, drawn by chance, to measure the machine honestly)."


def _pair(span: Span) -> list[int]:
    return [span.start, span.end]
