"""A study with one of everything that its methods appendix tells of; no models, scores written by hand."""

from datetime import date
from pathlib import Path

from small_study import build_study

from assistant.codebook import add_code
from assistant.correction import correct, rename_speaker
from assistant.review import Sitting, compare, draw, finish, finished, verdict_on
from assistant.suggest import Proposals, propose
from store.adjudications import adjudicate
from store.coders import add_coder, set_role
from store.config import keep_setting
from store.decisions import keep_decisions
from store.exports import record_export
from store.interviews import add_interview, set_attributes
from store.memos import MemoDraft, MemoKind, MemoTarget, keep_memo
from store.milestones import keep_milestone
from store.remarks import keep_remark
from store.segments import segments
from store.study import Study
from store.values import CoderRole, DecisionDraft, RemarkKind, Role, Segment, Span, SuggestionDraft, Verdict

MILESTONE = "After “I1” & more"


def methods_study(folder: Path) -> Study:
    """Ana answers every suggestion in a way of its own; Ben codes I1 blind; I3 has no text yet.

    Of Ana's answers one accepts, one is put on another stretch, one on another code, one rejects, two are a rule's, and
    one is taken back; two codings are her own, one of which no other stands beside.
    """
    study = build_study(folder)
    waiting = folder / "three.txt"
    waiting.write_text("three", encoding="utf-8")
    add_interview(study, waiting, "transcript", label="I3", attributes={"region": "north", "name": "Cleo"})
    set_attributes(study, "I2", {"region": "south", "name": "Ben"})
    for name, role in (("Ana", CoderRole.LEAD), ("Ben", CoderRole.SECOND)):
        add_coder(study, name, by="Ana")
        set_role(study, name, role, by="Ana")
    _answered(study)
    keep_milestone(study, "Ana", MILESTONE, "first synthesis")
    _second_opinion(study)
    _notes(study)
    correct(study, "I2", rename_speaker("Ben", "Benno"), coder="Ana")
    add_code(study, "Came later", parent="t2", coder="Ben")
    record_export(study, "Ana", "quotes.docx", {}, 3)
    keep_setting(study.folder, "expected_precision", 0.5)
    return study


def spoken(study: Study, label: str) -> list[Segment]:
    """What participants said in an interview."""
    return [segment for segment in segments(study, label) if segment.role is not Role.INTERVIEWER]


def draft(proposals: Proposals, segment: Segment, code: str) -> SuggestionDraft:
    """The suggestion of a code on a segment, displayed or not."""
    assert proposals.chances is not None
    return proposals.chances.drafts([(segment.id, code)])[0]


def _answered(study: Study) -> None:
    proposals, desk = propose(study), Sitting("Ana")
    (first, second, third), (fourth, fifth) = spoken(study, "I1"), spoken(study, "I2")
    desk.accept(study, first, draft(proposals, first, "c1"))
    (moved,) = desk.accept(study, first, draft(proposals, first, "c3"))
    desk.respan(study, first, moved, Span(first.span.start, first.span.start + 17))
    desk.replace(study, second, draft(proposals, second, "c2"), "c5")
    desk.reject(study, fourth, draft(proposals, fourth, "c3"))
    (gone,) = desk.accept(study, fifth, draft(proposals, fifth, "c1"))
    desk.withdraw(study, fifth, gone)
    desk.add(study, fifth, ["c4"])
    desk.reject_all(study, [(third, draft(proposals, third, code)) for code in ("c1", "c2")])
    for segment in (first, second, third, fourth, fifth):
        desk.read(study, segment)


def _second_opinion(study: Study) -> None:
    draw(study, "Ana", "Round <1> & 50 %", "Ben", interviews=["I1", "I2"], seed=7)
    mine = [*spoken(study, "I1"), *spoken(study, "I2")]
    made = [DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in mine]
    made.append(DecisionDraft(mine[0].transcript_id, mine[0].span, Verdict.ADD, "c1"))
    made.append(DecisionDraft(mine[1].transcript_id, mine[1].span, Verdict.ADD, "c2"))
    keep_decisions(study, "Ben", made)
    finish(study, "Ben")
    drawn = finished(study)
    differ = compare(study, drawn).disagreements
    adjudicate(study, "Ana", [verdict_on(drawn, differ[0], applies=True)])


def _notes(study: Study) -> None:
    keep_memo(study, "Ana", MemoDraft(MemoTarget(), "What machines mean."))
    keep_memo(study, "Ben", MemoDraft(MemoTarget("I1"), "Calm.", "", MemoKind.DEBRIEFING, date(2026, 3, 1), "Ana"))
    desk = Sitting("Ana")
    (coding,) = desk.add(study, spoken(study, "I1")[2], ["c6"])
    keep_remark(study, "Ben", coding.guid, RemarkKind.CHALLENGE, "Is that so?")
    keep_remark(study, "Ana", coding.guid, RemarkKind.OUTCOME, "Yes.", outcome="kept")
