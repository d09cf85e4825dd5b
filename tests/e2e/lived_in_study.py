"""The small study after some work: every page has something to show."""

from datetime import date
from pathlib import Path

from small_study import build_study

from assistant.exchange.participants import TITLES, pack_for, participant_of, record_pack
from assistant.review import draw, finish
from store.coders import add_coder, set_role
from store.decisions import keep_decisions
from store.memos import MemoDraft, MemoKind, MemoTarget, keep_memo
from store.milestones import keep_milestone
from store.quote_lists import note_quote, pick_quotes
from store.remarks import RemarkKind, keep_remark
from store.saved_queries import save_query
from store.segments import segments
from store.study import Study
from store.values import CoderRole, DecisionDraft, Role, Verdict


def lived_in_study(folder: Path) -> Study:
    """Ana leads and has read everything; Ben coded I1 blind and differs once; memos, a milestone and a remark."""
    study = build_study(folder)
    spoken = [s for s in segments(study) if s.role is not Role.INTERVIEWER]
    add_coder(study, "Ana", by="Ana")
    set_role(study, "Ana", CoderRole.LEAD, by="Ana")
    add_coder(study, "Ben", by="Ana")
    set_role(study, "Ben", CoderRole.SECOND, by="Ana")
    made = keep_decisions(
        study,
        "Ana",
        [
            *(
                DecisionDraft(s.transcript_id, s.span, Verdict.ADD, code)
                for s, code in zip(spoken, CODED, strict=False)
            ),
            *(DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in spoken),
        ],
    )
    keep_milestone(study, "Ana", "After I1", "first synthesis")
    first = spoken[0]
    keep_memo(study, "Ana", MemoDraft(MemoTarget(), "What machines mean.", "Machines"))
    keep_memo(study, "Ana", MemoDraft(MemoTarget(code="c1"), "Borrowed from whom?"))
    keep_memo(study, "Ana", MemoDraft(MemoTarget("I1", first.transcript_id, first.span), "Said with a laugh."))
    debriefing = MemoDraft(MemoTarget("I1"), "A calm talk.", "", MemoKind.DEBRIEFING, date(2026, 3, 1), "Ana, Ben")
    keep_memo(study, "Ana", debriefing)
    draw(study, "Ana", "First round", "Ben", interviews=["I1"], seed=1)
    mine = [s for s in spoken if s.interview == "I1"]
    keep_decisions(
        study,
        "Ben",
        [
            DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c3", memo="The work, not the machine."),
            *(DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in mine),
        ],
    )
    finish(study, "Ben", anyway=True)
    pick_quotes(study, "Ana", "Quotes for the paper", [(s.transcript_id, s.span) for s in spoken[:4]])
    note_quote(study, "Ana", "Quotes for the paper", (first.transcript_id, first.span), "Opens the section.")
    save_query(study, "Ana", "What broke", {"codes": ["c2"]})
    keep_remark(study, "Ben", made[0].guid, RemarkKind.CHALLENGE, "Is this borrowed?")
    pack = pack_for(study, participant_of(study, ["I1"], speakers=["Ana"]))
    record_pack(study, pack, "participant-I1.docx", b"", coder="Ana")
    keep_memo(study, "Ana", MemoDraft(MemoTarget("I1", first.transcript_id, first.span), "Quite so.", TITLES[0]))
    return study


CODED = ("c1", "c2", "c3")
