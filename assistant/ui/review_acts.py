"""What the keys of the review desk do; each act is on disk before the page is drawn again.

The desk in the browser numbers its acts and sends those again that it does not know to be done; here each one is done
once, in order. An act names exactly what was on the screen when its key was pressed, and does nothing where that
stands already or the screen shows something else by now.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from streamlit.runtime.scriptrunner import RerunException, StopException

from assistant.review import blindness, finish
from assistant.suggest import Order
from assistant.ui.rationale import model_words, what_it_saw
from assistant.ui.review_order import following, go_to, preceding
from assistant.ui.role_here import may_judge
from assistant.ui.session import Visit, spoken_segments
from store.decisions import decision_of, last_word
from store.errors import InvalidInputError, NotAllowedError, NotFoundError, StudyError
from store.memos import MemoDraft, MemoTarget, keep_memo
from store.study import Study
from store.values import Decision, Segment, Span, SuggestionDraft, Verdict


class Act(BaseModel):
    """One act of the desk; which of the fields count depends on its kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int = Field(ge=1)
    kind: str
    segment: int
    code: str = ""
    by: str = ""
    codes: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    decision: str = ""
    text: str = Field(default="", max_length=100_000)
    title: str = Field(default="", max_length=1_000)
    name: str = Field(default="", max_length=200)
    theme: str | None = None
    steps: int = 0
    form: str = ""
    """The form in the browser that this act empties once it is kept."""

    @field_validator("span")
    @classmethod
    def _is_a_stretch(cls, span: tuple[int, int] | None) -> tuple[int, int] | None:
        if span is not None and not 0 <= span[0] < span[1]:
            msg = "this is no stretch of text"
            raise ValueError(msg)
        return span


SomeAct = TypeVar("SomeAct", bound=Act)
Doing = Callable[[Study, Visit, Segment, Act], None]


def perform(study: Study, visit: Visit, sent: object) -> None:
    """Do the acts that are new; the first one that fails ends it, is told on the page, and drops those after it."""
    acts = parsed(sent)
    new = [act for act in acts if act.id > visit.heard]
    if not new:
        return
    visit.problem = visit.said = ""
    visit.heard = max(act.id for act in new)
    for act in sorted(new, key=lambda act: act.id):
        try:
            _perform(study, visit, act)
        except StudyError as error:
            visit.problem = str(error)
            return
        except (RerunException, StopException):  # broken off for another run of the page: to be sent again
            visit.heard = act.id - 1
            raise


def parsed(sent: object) -> list[Act]:
    """The acts that a page sent; raises InvalidInputError where it sent something else."""
    return parsed_as(Act, sent)


def parsed_as(kind: type[SomeAct], sent: object) -> list[SomeAct]:
    """The same for the acts of another page."""
    if not isinstance(sent, Sequence) or isinstance(sent, str):
        return []
    try:
        return [kind.model_validate(act) for act in sent]
    except ValidationError as error:
        first = error.errors()[0]
        msg = f"The page sent something that cannot be understood ({first['loc']}: {first['msg']}); load it again."
        raise InvalidInputError(msg) from error


def _perform(study: Study, visit: Visit, act: Act) -> None:
    if act.kind not in _DOINGS:
        msg = f"The page sent an unknown act “{act.kind[:40]}”; load it again."
        raise InvalidInputError(msg)
    if act.segment != visit.segment:
        return  # pressed for a segment that is not on the screen any more
    segment = spoken_by_id(study).get(act.segment)
    if segment is None:
        msg = "The passage on the screen is not in the study any more; it was corrected or erased. Load the page again."
        raise NotFoundError(msg)
    _DOINGS[act.kind](study, visit, segment, act)


def spoken_by_id(study: Study) -> Mapping[int, Segment]:
    """The participants' segments by id."""
    return spoken_segments(study).by_id


def _draft(visit: Visit, segment: Segment, code: str) -> SuggestionDraft:
    held = visit.held
    found = next((d for d in held.drafts if d.code == code), None) if held and held.segment == segment.id else None
    if found is None:
        msg = "That suggestion is not on the screen any more; nothing was decided."
        raise InvalidInputError(msg)
    return found


def _stands(study: Study, visit: Visit, segment: Segment, span: Span, code: str) -> Verdict | None:
    word = last_word(study, visit.sitting.coder, segment.transcript_id, span, code)
    return None if word is None else word.verdict


def _span(segment: Segment, act: Act) -> Span:
    """The stretch that was selected, or the whole segment."""
    return segment.span if act.span is None else Span(*act.span)


def _accept(study: Study, visit: Visit, segment: Segment, act: Act) -> None:
    draft, span = _draft(visit, segment, act.code), _span(segment, act)
    if _stands(study, visit, segment, span, act.code) not in (Verdict.ACCEPT, Verdict.ADD):
        visit.sitting.accept(study, segment, draft, span=span)


def _reject(study: Study, visit: Visit, segment: Segment, act: Act) -> None:
    draft = _draft(visit, segment, act.code)
    if _stands(study, visit, segment, segment.span, act.code) is not Verdict.REJECT:
        visit.sitting.reject(study, segment, draft)


def _replace(study: Study, visit: Visit, segment: Segment, act: Act) -> None:
    draft = _draft(visit, segment, act.code)
    rejected = _stands(study, visit, segment, segment.span, act.code) is Verdict.REJECT
    if act.by != act.code and not rejected:
        visit.sitting.replace(study, segment, draft, act.by)


def _add(study: Study, visit: Visit, segment: Segment, act: Act) -> None:
    span = _span(segment, act)
    standing = (Verdict.ACCEPT, Verdict.ADD)
    codes = [c for c in dict.fromkeys(act.codes) if _stands(study, visit, segment, span, c) not in standing]
    if codes:
        visit.sitting.add(study, segment, codes, span=span)


def _standing(study: Study, visit: Visit, guid: str) -> Decision:
    decision = decision_of(study, guid)
    code = decision.code
    word = None if code is None else last_word(study, decision.coder, decision.transcript_id, decision.span, code)
    if decision.coder != visit.sitting.coder or word is None or word.guid != guid:
        msg = "That coding does not stand any more; look at the passage again. Nothing was changed."
        raise InvalidInputError(msg)
    return decision


def _refuse_hidden(study: Study, visit: Visit, decision: Decision) -> None:
    """What somebody codes blind must not see is not to be written about either, whatever a page sends."""
    if blindness(study, visit.sitting.coder).hides(decision.interview, decision.coder):
        msg = "That coding is hidden from you while you code blind; nothing was kept."
        raise NotAllowedError(msg)


def _withdraw(study: Study, visit: Visit, segment: Segment, act: Act) -> None:
    visit.sitting.withdraw(study, segment, _standing(study, visit, act.decision))


def _respan(study: Study, visit: Visit, segment: Segment, act: Act) -> None:
    decision = _standing(study, visit, act.decision)
    if act.span is not None and Span(*act.span) != decision.span:
        visit.sitting.respan(study, segment, decision, Span(*act.span))


def _new_code(study: Study, visit: Visit, segment: Segment, act: Act) -> None:
    span = _span(segment, act)
    visit.sitting.new_code(study, segment, act.name, definition=act.text, theme=act.theme, span=span)
    visit.said = f"“{act.name.strip()}” is in the codebook and on this passage."


def _memo(study: Study, visit: Visit, segment: Segment, act: Act) -> None:
    if act.decision:
        _refuse_hidden(study, visit, decision_of(study, act.decision))
    place = MemoTarget(segment.interview, segment.transcript_id, _span(segment, act))
    target = MemoTarget(decision=act.decision) if act.decision else place
    keep_memo(study, visit.sitting.coder, MemoDraft(target, act.text, act.title))
    visit.said = "The memo is kept."


def _undo(study: Study, visit: Visit, _segment: Segment, act: Act) -> None:
    if len(visit.sitting.done) == act.steps and (step := visit.sitting.undo(study)) is not None:
        _show_step(study, visit, step.segment_id)


def _redo(study: Study, visit: Visit, _segment: Segment, act: Act) -> None:
    if len(visit.sitting.done) == act.steps and (step := visit.sitting.redo(study)) is not None:
        _show_step(study, visit, step.segment_id)


def _show_step(study: Study, visit: Visit, segment_id: int) -> None:
    visit.said = visit.sitting.told
    segment = spoken_by_id(study).get(segment_id)
    if segment is not None:
        go_to(visit, segment)


def _next(study: Study, visit: Visit, segment: Segment, _act: Act) -> None:
    _read(study, visit, segment)
    chosen = following(study, visit, segment)
    if chosen is not None and chosen.id != segment.id:
        if visit.order is not Order.CHRONOLOGICAL:
            visit.trail.append(segment.id)
        go_to(visit, chosen)


def _back(study: Study, visit: Visit, segment: Segment, _act: Act) -> None:
    """Going back says nothing about what was read."""
    chosen = preceding(study, visit, segment)
    if chosen is not None:
        go_to(visit, chosen)


def _go(study: Study, visit: Visit, _segment: Segment, act: Act) -> None:
    """To a segment that was pointed at in the transcript; `steps` holds its id."""
    segment = spoken_by_id(study).get(act.steps)
    if segment is not None and segment.id != visit.segment:
        visit.trail.append(act.segment)
        go_to(visit, segment)


def _reveal(study: Study, visit: Visit, segment: Segment, _act: Act) -> None:
    """Note that a segment of the blind sample was read; from now on its suggestions are shown."""
    _read(study, visit, segment)
    visit.held = None


def _finish(study: Study, visit: Visit, segment: Segment, _act: Act) -> None:
    """The second coder has read the last segment of the blind double coding, and says that it is done."""
    _read(study, visit, segment)
    finish(study, visit.sitting.coder)
    visit.assigned = False
    visit.said = "Your blind double coding is finished; from now on you see the work of others again."


def _why(study: Study, visit: Visit, segment: Segment, act: Act) -> None:
    """Have the language model write two sentences on a suggestion; they are kept."""
    if (act.code, "why") not in visit.asked:
        visit.asked[act.code, "why"] = model_words(study, _draft(visit, segment, act.code))


def _seen(study: Study, visit: Visit, segment: Segment, act: Act) -> None:
    """Tell what the language model read before it answered."""
    visit.asked[act.code, "seen"] = what_it_saw(study, _draft(visit, segment, act.code))


def _read(study: Study, visit: Visit, segment: Segment) -> None:
    """Keep that the passage was read, where the role lets that count; who only reads goes on all the same."""
    if segment.id not in visit.read and may_judge():
        visit.sitting.read(study, segment)
    visit.read.add(segment.id)


_DOINGS: Mapping[str, Doing] = {
    "accept": _accept,
    "reject": _reject,
    "replace": _replace,
    "add": _add,
    "withdraw": _withdraw,
    "respan": _respan,
    "new code": _new_code,
    "memo": _memo,
    "undo": _undo,
    "redo": _redo,
    "next": _next,
    "back": _back,
    "go": _go,
    "reveal": _reveal,
    "finish": _finish,
    "why": _why,
    "seen": _seen,
}
