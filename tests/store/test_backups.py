"""Rolling copies of the database: read back, thinned out, for their owner only, without what was erased."""

import stat
import sys
from datetime import UTC, datetime, timedelta

import pytest
from by_hand import by_hand
from full_study import add_text
from hypothesis import given
from hypothesis import strategies as st

from store import backups, database, server_copies
from store.audit import verify
from store.backup_keeper import BackupKeeper
from store.backups import (
    BackupPlan,
    chosen_copy,
    copies,
    drop_half_backups,
    is_due,
    keep_copy,
    keep_copy_before,
    keep_copy_when_due,
    newest_good,
    plan_of,
    thinned,
)
from store.decisions import keep_decisions
from store.erase import erase_interview
from store.errors import DamagedError, NotFoundError, StudyError
from store.imports import Import, keep_import
from store.soundness import soundness
from store.study import open_study
from store.transcripts import transcript
from store.values import DecisionDraft, Span, Verdict

PLAN = BackupPlan()


def decide(study, times=1):
    for number in range(times):
        draft = DecisionDraft(transcript(study, "T1").id, Span(0, 3), Verdict.ADD, f"code {number}")
        keep_decisions(study, "ada", [draft])


def test_a_copy_holds_every_event_and_is_for_its_owner_only(full):
    """It was read back: pages, chain and number of events are those of the study."""
    copy = keep_copy(full.folder)
    report = verify(full)
    assert (copy.head.count, copy.head.hash, copy.fault, copy.good) == (report.events, report.head, None, True)
    if sys.platform != "win32":
        assert stat.S_IMODE(copy.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(copy.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in copy.path.parent.iterdir()] == [copy.path.name]


def test_a_copy_is_due_after_events_or_time_and_never_without_anything_new(full):
    """Nothing happened: none; many events, or any and a while: one."""
    assert is_due(full.folder, PLAN)
    made = keep_copy(full.folder).made_at
    late = made + timedelta(minutes=PLAN.minutes)
    assert not is_due(full.folder, PLAN, late)
    decide(full)
    assert not is_due(full.folder, PLAN, late - timedelta(seconds=1))
    assert is_due(full.folder, PLAN, late)
    assert is_due(full.folder, BackupPlan(events=1), made)
    assert keep_copy_when_due(full.folder, BackupPlan(minutes=0, events=1)) is None
    assert keep_copy_when_due(full.folder, BackupPlan(events=1)) is not None
    assert len(list(copies(full.folder))) == 2


def test_what_a_study_sets_is_the_plan_and_nonsense_is_not():
    """Settings are counts; a truth value or a text is none."""
    assert plan_of({"backup_minutes": 5, "backup_newest": True, "backup_days": -1, "backup_weeks": "8"}) == BackupPlan(
        5
    )


TIMES = st.lists(st.integers(0, 400 * 24 * 60), min_size=1, max_size=80, unique=True)


@given(TIMES, st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
def test_thinning_keeps_the_newest_and_one_of_each_day_and_week(minutes, newest, days, weeks):
    """Whatever the plan, the newest stays, and of each day within reach the newest one."""
    times = sorted((datetime(2026, 11, 27, tzinfo=UTC) - timedelta(minutes=m) for m in minutes), reverse=True)
    plan = BackupPlan(newest=newest, days=days, weeks=weeks)
    gone = set(thinned(times, plan))
    stay = [time for time in times if time not in gone]
    assert stay[0] == times[0]
    assert set(times[:newest]) <= set(stay)
    for time in times:
        first_of_day = time == max(t for t in times if t.date() == time.date())
        if first_of_day and times[0] - time < timedelta(days=days):
            assert time in stay
    assert len(stay) <= max(1, newest) + days + 1 + weeks + 1


def test_old_copies_go_when_a_new_one_is_made(full, monkeypatch):
    """As many stay as the plan says."""
    for _ in range(4):
        keep_copy(full.folder, BackupPlan(newest=2, days=0, weeks=0))
    assert len(list(copies(full.folder))) == 2


def test_the_newest_good_copy_outlives_newer_ones_of_a_log_that_was_changed(full):
    """A study that was tampered with is copied all the same, but never at the price of the last good copy."""
    good = keep_copy(full.folder)
    by_hand(full, "UPDATE event SET coder = 'eve' WHERE id = 3")
    for _ in range(3):
        made = keep_copy(full.folder, BackupPlan(newest=1, days=0, weeks=0))
        assert (made.good, made.readable) == (False, True)
    assert newest_good(full.folder).path == good.path
    assert len(list(copies(full.folder))) == 2


@pytest.mark.parametrize("place", ["header", "page"])
def test_a_damaged_copy_is_none_and_the_one_before_is_offered(full, place):
    """What cannot be read back is not taken for a copy, and asking for it by number says so."""
    older, newer = keep_copy(full.folder), keep_copy(full.folder)
    raw = bytearray(newer.path.read_bytes())
    start = 0 if place == "header" else 4096 * 4
    raw[start : start + 4096] = bytes(4096)
    newer.path.write_bytes(raw)
    assert [copy.good for copy in copies(full.folder)] == [False, True]
    assert chosen_copy(full.folder, "newest").path == older.path == chosen_copy(full.folder, "2").path
    with pytest.raises(StudyError, match=r"is damaged .*choose another copy"):
        chosen_copy(full.folder, "1")
    with pytest.raises(NotFoundError, match="lists the 2 there are"):
        chosen_copy(full.folder, "3")


def test_a_full_disk_is_a_sentence_leaves_no_half_copy_and_the_study_goes_on(full, monkeypatch):
    """The copies that were there stay, and the next decision is kept."""
    keep_copy(full.folder)
    before = sorted((full.folder / "backups").iterdir())

    def full_disk(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(database, "new_file", full_disk)
    monkeypatch.setattr(server_copies, "new_file", full_disk)
    with pytest.raises(StudyError, match=r"No copy .*could be .*No space left.*space"):
        keep_copy(full.folder)
    assert sorted((full.folder / "backups").iterdir()) == before
    decide(full)
    assert verify(full).faults == ()


@pytest.mark.sqlite
def test_a_database_that_cannot_be_read_through_makes_no_copy(full):
    """The sentence names the newest good copy, which stays."""
    good = keep_copy(full.folder)
    full.close()
    path = full.folder / "study.db"
    raw = bytearray(path.read_bytes())
    raw[4096 * 3 : 4096 * 4] = bytes(4096)
    path.write_bytes(raw)
    with pytest.raises(DamagedError, match="newest good copy"):
        keep_copy(full.folder)
    assert [copy.path for copy in copies(full.folder)] == [good.path]


def test_half_copies_of_killed_processes_go_with_the_next_opening(full):
    """They are told of, and nobody takes one for a copy."""
    keep_copy(full.folder)
    (full.folder / "backups" / "study-20260101T000000000000Z.partial").write_bytes(b"half")
    (full.folder / "backups" / "study-20260101T000000000000Z.partial-journal").write_bytes(b"half")
    with open_study(full.folder) as again:
        assert again.repairs == ("Removed a half copy of the database, which had broken off.",)
    assert len(list((full.folder / "backups").iterdir())) == 1
    assert drop_half_backups(full.folder) == 0


def test_an_import_is_preceded_by_a_copy_unless_one_holds_everything(blank, tmp_path):
    """A new study needs none; then the state before an import can be had back."""
    keep_import(blank, "ada", Import("a", "1" * 64, "x"))
    assert list(copies(blank.folder)) == []
    keep_import(blank, "ada", Import("b", "2" * 64, "x"))
    assert len(list(copies(blank.folder))) == 1
    keep_copy(blank.folder)
    keep_copy_before(blank.folder, "Nothing was imported.")
    assert len(list(copies(blank.folder))) == 2


def test_an_import_without_a_copy_is_not_begun(full, monkeypatch):
    """The sentence says that nothing was imported."""
    monkeypatch.setattr(backups, "_copied", lambda *_: (_ for _ in ()).throw(StudyError("The disk is full.")))
    before = verify(full).events
    with pytest.raises(StudyError, match=r"The disk is full. Nothing was imported."):
        keep_import(full, "ada", Import("a", "1" * 64, "x"))
    assert verify(full).events == before


def test_copies_that_hold_an_erased_interview_go_and_a_new_one_is_there(full):
    """Also the copies that nobody can read, and damaged databases that were set aside; a copy from before it stays."""
    keep_copy(full.folder)
    folder = full.folder / "backups"
    (folder / "study-20260101T000000000000Z-0007.db").write_bytes(b"who knows")
    aside = folder / "damaged-20260101T000000000000Z"
    aside.mkdir()
    (aside / "study.db").write_bytes(b"who knows")
    words = transcript(full, "T1").text.encode()[:12]
    assert any(words in path.read_bytes() for path in folder.glob("*.db"))
    erase_interview(full, "T1", coder="ada")
    assert not any(words in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert not aside.exists()
    (left,) = copies(full.folder)
    assert left.good


def test_a_copy_from_before_the_interview_was_added_stays(blank, tmp_path):
    """An erasure takes what it must and no more."""
    add_text(blank, tmp_path, "I1", ("One.",))
    early = keep_copy(blank.folder)
    add_text(blank, tmp_path, "I2", ("Two and more.",))
    late = keep_copy(blank.folder)
    erase_interview(blank, "I2", coder="ada")
    there = [copy.path for copy in copies(blank.folder)]
    assert early.path in there
    assert late.path not in there
    assert len(there) == 2


def test_an_erasure_whose_copies_cannot_go_is_finished_with_the_next_opening(full, monkeypatch):
    """Without a new copy none is removed; the records are gone, and the next opening does the rest."""
    keep_copy(full.folder)
    monkeypatch.setattr(backups, "_copied", lambda *_: (_ for _ in ()).throw(StudyError("The disk is full.")))
    with pytest.raises(StudyError, match="disk is full"):
        erase_interview(full, "T1", coder="ada")
    assert len(list(copies(full.folder))) == 1
    assert any("broke off" in fault for fault in verify(full).faults)
    monkeypatch.undo()
    with open_study(full.folder) as again:
        assert any("erasure that had broken off was finished" in said for said in again.repairs)
        assert verify(again).faults == ()
    (copy,) = copies(full.folder)
    assert copy.head.count > 0


def test_the_keeper_copies_beside_the_work_and_ends_with_the_study(full):
    """It looks at once here; a problem is kept as a sentence and goes when a copy can be made again."""
    plans = iter([BackupPlan(events=1)])
    keeper = BackupKeeper(full, lambda: next(plans, BackupPlan()), seconds=0.01)
    while not list(copies(full.folder)):
        pass
    keeper.end()
    assert newest_good(full.folder).head.count == verify(full).events
    again = BackupKeeper(full, BackupPlan, seconds=0.01)
    full.close()
    again._thread.join(timeout=30)
    assert not again._thread.is_alive()


def test_soundness_names_what_is_wrong(full, tmp_path):
    """An empty file, a foreign one, a broken chain."""
    (tmp_path / "empty.db").touch()
    assert soundness(tmp_path / "empty.db").fault == "it is empty"
    (tmp_path / "text.db").write_text("no database at all, just a text of some length" * 100)
    assert "not a database" in soundness(tmp_path / "text.db").fault
    by_hand(full, "UPDATE event SET payload = '{}' WHERE id = 4")
    found = soundness(full.folder / "study.db" if full.place is None else keep_copy(full.folder).path)
    assert (found.head.count, found.readable) == (3, True)
    assert found.fault == "the content of event 4 does not fit its hash"
