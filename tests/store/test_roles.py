"""What a member's role does not allow is refused by the store, in the transaction, whoever asks."""

import re
from pathlib import Path

import pytest
from full_study import QUEUE, full_study

import store.consent_records
import store.exchange_records
import store.member_records
import store.quote_records
import store.sound_records
import store.work_records
import store.written_records
from store.archive import back_up_study
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.consent import ConsentChange, record_consent
from store.decisions import decisions, keep_decisions
from store.double_coding import double_codings
from store.erase import erase_interview
from store.errors import ForbiddenError
from store.event_log import last_event
from store.exports import record_export
from store.interviews import interview, interviews, set_attributes
from store.jobs import queue_job
from store.members import MemberRole, members, remove_member, set_member, set_member_password
from store.memos import memos
from store.permissions import EVENT_ROLES, may
from store.records import Witnessed
from store.saved_queries import save_query, saved_queries
from store.segments import segments
from store.values import DecisionDraft, Verdict

LEAD, CODER, REVIEWER, READER = MemberRole
NAMES = {LEAD: "Lea", CODER: "Cleo", REVIEWER: "Ren", READER: "Rea"}
STORE = Path(store.__file__).parent
NOT_EVENTS = {"job.queued", "study.archived"}


@pytest.fixture
def team(tmp_path):
    with full_study(tmp_path) as made:
        for role, name in NAMES.items():
            set_member(made, name, role, by="Lea")
        yield made


def witnessed(kind=Witnessed):
    for each in kind.__subclasses__():
        if hasattr(each, "event_type"):
            yield each.event_type
        yield from witnessed(each)


def test_every_kind_of_event_is_somebodys():
    """Also those that are appended by a name alone; and the table names nothing that there is not."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in STORE.glob("*.py"))
    named = set(re.findall(r'^_?[A-Z_]+ = "([a-z_]+\.[a-z_]+)"', source, re.MULTILINE))
    named |= set(re.findall(r'^    (?:BACK|FORTH) = "([a-z_]+\.[a-z_]+)"', source, re.MULTILINE))
    named = {each for each in named if not each.endswith((".db", ".json", ".toml", ".key", ".log"))}
    assert set(witnessed()) | named | NOT_EVENTS == set(EVENT_ROLES)


def test_a_role_may_do_what_the_ones_below_it_may():
    for kind in EVENT_ROLES:
        allowed = [may(role, kind) for role in (READER, REVIEWER, CODER, LEAD)]
        assert allowed == sorted(allowed), kind
    assert not may(READER, "something.new")
    assert not may(CODER, "something.new")


def _draft(study):
    segment = segments(study)[0]
    return DecisionDraft(segment.transcript_id, segment.span, Verdict.ADD, QUEUE)


def _rename(study, name):
    book = current_codebook(study)
    codes = (*book.codes[:-1], book.codes[-1].__class__(**{**_fields(book.codes[-1]), "name": f"of {name}"}))
    keep_codebook(study, codes, coder=name, reason="a name")


def _fields(code):
    return {name: getattr(code, name) for name in code.__dataclass_fields__}


ACTS = {
    "decide": (REVIEWER, lambda study, name, _: keep_decisions(study, name, [_draft(study)])),
    "save a query": (REVIEWER, lambda study, name, _: save_query(study, name, "mine", {"words": "queue"})),
    "edit the codebook": (CODER, lambda study, name, _: _rename(study, name)),
    "set attributes": (CODER, lambda study, name, _: set_attributes(study, "T1", {"region": "north"})),
    "export": (CODER, lambda study, name, _: record_export(study, name, "quotes.docx", {}, 1)),
    "consent": (
        LEAD,
        lambda study, name, _: record_consent(study, "T1", ConsentChange(note="on paper"), coder=name),
    ),
    "make members": (LEAD, lambda study, name, _: set_member(study, "New", READER)),
    "raise oneself": (LEAD, lambda study, name, _: set_member(study, name, LEAD)),
    "set passwords": (LEAD, lambda study, name, _: set_member_password(study, "Cleo", "$argon2id$salt$x")),
    "remove members": (LEAD, lambda study, name, _: remove_member(study, "Rea")),
    "archive": (LEAD, lambda study, name, place: back_up_study(study, place / "study.zip")),
    "erase": (LEAD, lambda study, name, _: erase_interview(study, "T1", coder=name)),
}
ORDER = (READER, REVIEWER, CODER, LEAD)


@pytest.mark.parametrize("role", ORDER)
@pytest.mark.parametrize("act", ACTS)
def test_who_may_do_what(team, tmp_path, act, role):
    """What is allowed happens; what is not writes nothing, no event and no file, and says so."""
    least, do = ACTS[act]
    acting, before = team.acting_as(NAMES[role]), verify(team)
    if ORDER.index(role) >= ORDER.index(least):
        do(acting, NAMES[role], tmp_path)
        assert verify(team).faults == ()
        return
    with pytest.raises(ForbiddenError, match=NAMES[role]):
        do(acting, NAMES[role], tmp_path)
    assert verify(team) == before
    assert not (tmp_path / "study.zip").exists()


def test_a_recording_is_queued_by_those_who_shape(team, tmp_path):
    sound = tmp_path / "more.wav"
    sound.write_bytes(b"RIFF" + bytes(300))
    from store.interviews import add_interview

    add_interview(team.acting_as("Cleo"), sound, "recording", label="R9", duration_ms=1)
    for name in ("Ren", "Rea"):
        with pytest.raises(ForbiddenError, match=f"{name} may not do this"):
            queue_job(team.acting_as(name), "R9")
    assert queue_job(team.acting_as("Cleo"), "R9").interview == "R9"


def test_nobody_acts_under_another_name(team):
    before = verify(team)
    for name, other in (("Ren", "Cleo"), ("Cleo", "Lea"), ("Lea", "Ren"), ("Cleo", "ada")):
        with pytest.raises(ForbiddenError, match=f"may not act under the name of {other}"):
            keep_decisions(team.acting_as(name), other, [_draft(team)])
    with pytest.raises(ForbiddenError, match="under the name of Nobody"):
        keep_decisions(team.acting_as("Cleo"), "Nobody", [_draft(team)])
    assert verify(team) == before


def test_what_was_changed_meanwhile_counts(team):
    """A view that was made before is worth what its member may do now."""
    acting = team.acting_as("Cleo")
    keep_decisions(acting, "Cleo", [_draft(team)])
    set_member(team, "Cleo", READER, by="Lea")
    with pytest.raises(ForbiddenError, match="in the role “reader”"):
        keep_decisions(acting, "Cleo", [_draft(team)])
    remove_member(team, "Cleo", by="Lea")
    with pytest.raises(ForbiddenError, match="not a member"):
        keep_decisions(acting, "Cleo", [_draft(team)])
    with pytest.raises(ForbiddenError, match="not a member"):
        team.acting_as("Stranger").write().__enter__()


def test_a_reader_reads(team):
    reading = team.acting_as("Rea")
    assert len(decisions(reading)) == len(decisions(team)) > 0
    assert interviews(reading) == interviews(team)
    assert (memos(reading), saved_queries(reading), double_codings(reading)) == (memos(team), (), ())
    assert members(reading) == members(team)
    assert interview(reading, "T1").label == "T1"


def test_a_reader_changes_nothing_that_the_log_is_not_told_of(team):
    from store.vectors import keep_vectors

    with pytest.raises(ForbiddenError, match="Rea reads this study"):
        keep_vectors(team.acting_as("Rea"), "words@test", {"0" * 64: segments_vector()})


def segments_vector():
    import numpy as np

    return np.ones(4, np.float32)


def test_without_acting_everything_is_as_it_was(team):
    keep_decisions(team, "ada", [_draft(team)])
    keep_decisions(team, "Somebody new", [_draft(team)])
    with team.read() as session:
        assert session.info == {}
    assert verify(team).faults == ()
    assert last_event(team) > 0
