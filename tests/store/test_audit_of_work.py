"""Whatever is changed by hand in memos, double codings, adjudications … is found, and the first broken event named."""

import pytest
from by_hand import asked_by_hand, by_hand
from full_study import QUEUE, full_study

from store.adjudications import AdjudicationDraft, adjudicate
from store.audit import verify
from store.coders import set_role
from store.decisions import codings
from store.double_coding import DoubleCodingDraft, finish_double_coding, keep_double_coding
from store.event_log import log
from store.memos import MemoDraft, MemoTarget, keep_memo
from store.milestones import keep_milestone
from store.remarks import keep_remark
from store.segments import segments
from store.values import CoderRole, RemarkKind

TABLES = {
    "coder_role": "role = 'coder'",
    "memo": "text = 'x'",
    "milestone": "through = 1",
    "double_coding": "seed = 8",
    "double_coding_part": "spans = '[[0, 1]]'",
    "double_coding_end": "how = 'called off'",
    "adjudication": "applies = NOT applies",
    "remark": "text = 'x'",
}


@pytest.fixture
def worked(tmp_path):
    """One of each thing that people do beside coding."""
    with full_study(tmp_path) as study:
        first = segments(study, "T1")[0]
        keep_memo(study, "ada", MemoDraft(MemoTarget(), "A memo."))
        keep_milestone(study, "ada", "start")
        spans = {"T1": ((first.transcript_id, first.span),)}
        made = keep_double_coding(study, "ada", DoubleCodingDraft("round", "ben", 7, None, spans))
        finish_double_coding(study, "ben", made.guid)
        adjudicate(study, "ada", [AdjudicationDraft(made.guid, first.transcript_id, first.span, QUEUE, True)])
        coding = next(c for c in codings(study) if c.coder == "ada")
        keep_remark(study, "ben", coding.decision, RemarkKind.COMMENT, "Hm.")
        set_role(study, "ada", CoderRole.LEAD, by="ada")
        yield study


def test_what_the_store_writes_is_no_fault(worked):
    """Every new kind of event is there and holds."""
    report = verify(worked)
    assert (report.faults, report.first_broken) == ((), None)
    types = {event.type for event in log(worked)}
    assert types >= {
        "coder.role_set", "memo.kept", "milestone.kept", "double_coding.drawn", "double_coding.sampled",
        "double_coding.ended", "adjudication.made", "remark.made",
    }  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_a_value_changed_in_any_of_the_tables_is_found(worked, table):
    """The event that does not hold any more is named."""
    by_hand(worked, f"UPDATE {table} SET {TABLES[table]}")  # noqa: S608 - our own names
    report = verify(worked)
    assert report.faults
    ((first,),) = asked_by_hand(worked, f"SELECT min(event_id) FROM {table}")  # noqa: S608 - our own names
    assert report.first_broken == first


@pytest.mark.parametrize("table", TABLES)
def test_a_row_taken_from_any_of_the_tables_is_found(worked, table):
    """The event still tells of it."""
    by_hand(worked, f"DELETE FROM {table}")  # noqa: S608 - our own names
    assert verify(worked).faults


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE event SET payload = '{}' WHERE id = 5", 5),
        ("UPDATE event SET coder = 'eve' WHERE id = 7", 7),
        ("DELETE FROM event WHERE id = 6", 6),
        ("UPDATE event SET payload = '{}' WHERE id IN (9, 4)", 4),
    ],
)
def test_the_first_broken_event_is_named_first(worked, change, broken):
    """Whatever else does not hold after it, the first sentence tells of that event."""
    by_hand(worked, change)
    report = verify(worked)
    assert report.first_broken == broken
    assert str(broken) in report.faults[0]


def test_a_tail_cut_off_is_named_by_the_first_missing_event(worked):
    """The head outside the database knows how long the log was."""
    last = len(log(worked))
    by_hand(worked, "DELETE FROM coder_role", f"DELETE FROM event WHERE id = {last}")  # noqa: S608 - our own number
    assert verify(worked).first_broken == last
