"""A damaged database is found, told of with the newest good copy, and replaced with all that can be proved."""

import os
import shutil
import subprocess
import sys
from contextlib import closing

import pytest

import store.study
from store import config, replacing
from store.audit import verify
from store.backups import keep_copy
from store.database import connect, is_plain
from store.decisions import decisions, keep_decisions
from store.encryption import encrypt_study
from store.erase import erase_interview, unfinished_erasure
from store.errors import ConflictError, DamagedError, NotFoundError, StudyError
from store.event_log import log
from store.interviews import interviews
from store.opening import forget_check
from store.presence import Presence, nobody_else
from store.replacing import READY, RESTORED_EVENT, finish_replacing, restore_in_place
from store.study import create_study, open_study
from store.transcripts import transcript
from store.values import DecisionDraft, Span, Verdict

pytestmark = pytest.mark.sqlite

PAGE = 4096
LATER = 3
"""How many decisions were made after the copy."""


@pytest.fixture
def folder(full):
    """A study with a copy of its database and decisions after it, closed."""
    keep_copy(full.folder)
    for number in range(LATER):
        draft = DecisionDraft(transcript(full, "T1").id, Span(0, 3), Verdict.ADD, f"later {number}")
        keep_decisions(full, "ada", [draft])
    full.close()
    return full.folder


def roots(path):
    with closing(connect(path)) as connection:
        return dict(connection.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0").fetchall())


def zero(path, page):
    """A page as a failing disk gives it back."""
    raw = bytearray(path.read_bytes())
    raw[(page - 1) * PAGE : page * PAGE] = bytes(PAGE)
    path.write_bytes(raw)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil_header(path):
    zero(path, 1)


def later_codes(study):
    return [each.code for each in decisions(study) if (each.code or "").startswith("later")]


def test_damage_is_told_with_the_newest_good_copy_what_it_lacks_and_the_command(folder):
    """The sentence has all that a person needs to go on; nothing was written to the file."""
    zero(folder / "study.db", roots(folder / "study.db")["decision"])
    forget_check(folder)
    before = (folder / "study.db").read_bytes()
    with pytest.raises(DamagedError) as told:
        open_study(folder)
    said = str(told.value)
    assert "study.db is damaged" in said
    assert "The newest good copy is of 2" in said
    assert f"lacks the last {LATER} events; `interview restore {folder} --from-backups newest`" in said
    assert told.value.folder == folder
    assert (folder / "study.db").read_bytes() == before


@pytest.mark.parametrize("table", ["vector", "turn", "decision", "suggestion", "ix_event_type", "memo", "codebook"])
def test_what_can_be_read_and_proved_is_saved(folder, table):
    """A page that holds no event costs nothing: rows come from the copy, or from what the events tell."""
    zero(folder / "study.db", roots(folder / "study.db")[table])
    made = restore_in_place(folder, coder="ada")
    assert (made.copy, made.missing, made.salvaged, made.faults) == (None, 0, LATER, ())
    with open_study(folder) as study:
        assert later_codes(study) == [f"later {n}" for n in range(LATER)]
        assert verify(study).faults == ()
        assert log(study, limit=1)[0].type == RESTORED_EVENT


def test_a_destroyed_header_costs_nothing(folder):
    """The first page is lent by the copy, and everything is proved as before."""
    spoil_header(folder / "study.db")
    with pytest.raises(DamagedError, match="not a database"):
        open_study(folder)
    assert restore_in_place(folder).salvaged == LATER
    with open_study(folder) as study:
        assert len(later_codes(study)) == LATER
        assert verify(study).faults == ()


def fill_with_ones(path):
    path.write_bytes(b"\xff" * 50_000)


def empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("spoil", [cut, fill_with_ones, empty])
def test_what_cannot_be_proved_is_replaced_by_the_copy_and_counted(folder, spoil):
    """The copy stands alone, the missing events are counted, the log says what was restored, the file is kept."""
    spoil(folder / "study.db")
    spoilt = (folder / "study.db").read_bytes()
    with pytest.raises(DamagedError, match="newest good copy"):
        open_study(folder)
    made = restore_in_place(folder, coder="ada")
    assert made.copy is not None
    assert made.missing == LATER
    assert (made.set_aside / "study.db").read_bytes() == spoilt
    assert f"The last {LATER} that the study knew of are missing" in made.sentence()
    with open_study(folder) as study:
        assert study.repairs == ()
        assert verify(study).faults == ()
        assert later_codes(study) == []
        (event,) = log(study, limit=1)
        assert (event.type, event.coder) == (RESTORED_EVENT, "ada")
        assert f'"known":{made.events + LATER}' in event.payload


def test_an_unreadable_event_is_no_proof(folder):
    """A page of the log that is gone cannot be made up, whatever else can be read."""
    zero(folder / "study.db", roots(folder / "study.db")["event"])
    made = restore_in_place(folder)
    assert (made.copy is None, made.missing) == (False, LATER)


def test_an_earlier_copy_can_be_had_by_its_number(folder):
    """Where somebody wants an older state, nothing of the present one is mixed with it; that is set aside."""
    keep_copy(folder)
    made = restore_in_place(folder, "2")
    assert made.missing == LATER
    assert (made.set_aside / "study.db").is_file()
    with open_study(folder) as study:
        assert later_codes(study) == []
        assert verify(study).faults == ()


def test_without_a_copy_what_can_be_proved_is_saved_and_otherwise_nothing_is_touched(folder):
    """The sentence says to take an archive."""
    shutil.rmtree(folder / "backups")
    zero(folder / "study.db", roots(folder / "study.db")["ix_event_type"])
    forget_check(folder)
    with pytest.raises(DamagedError, match="there is no good copy"):
        open_study(folder)
    assert restore_in_place(folder).missing == 0
    cut(folder / "study.db")
    before = (folder / "study.db").read_bytes()
    with pytest.raises(NotFoundError, match=r"interview backup.*Nothing was changed"):
        restore_in_place(folder)
    assert (folder / "study.db").read_bytes() == before


def test_a_study_that_is_open_is_not_replaced(folder):
    """The one who has it open would go on writing into a file that is no longer the study's."""
    if sys.platform == "win32":
        pytest.skip("no shared locks there")
    with open_study(folder), pytest.raises(ConflictError, match="is open in another program"):
        restore_in_place(folder)


@pytest.mark.parametrize("step", ["replace_head", "put_in_place"])
def test_a_restoring_that_breaks_off_once_it_is_decided_is_finished_by_the_next_opening(folder, monkeypatch, step):
    """The head and the journal never go with the wrong database, wherever a power cut falls."""
    cut(folder / "study.db")
    (folder / "study.db-wal").write_bytes(b"left by a crash" * 100)

    class PowerCut(BaseException):
        """Nothing catches it."""

    calls = []
    put = replacing.put_in_place

    def cut_short(*args):
        calls.append(args)
        if step == "put_in_place" and len(calls) == 1:
            return put(*args)  # the one that decides it
        raise PowerCut

    monkeypatch.setattr(config if step == "replace_head" else replacing, step, cut_short)
    with pytest.raises(PowerCut):
        restore_in_place(folder)
    monkeypatch.undo()
    assert (folder / READY).is_file()
    with open_study(folder) as study:
        assert "had broken off and was finished" in study.repairs[0]
        assert verify(study).faults == ()
    assert finish_replacing(folder) == ()


def test_whoever_waited_for_a_restoring_that_broke_off_finishes_it_before_writing(folder, monkeypatch):
    """What is written into the old database would go with it at the next opening."""
    real, came = store.study.Presence, []

    def comes(place):
        if not came:
            shutil.copyfile(next((folder / "backups").glob("*.db")), folder / READY)
        came.append(place)
        return real(place)

    monkeypatch.setattr(store.study, "Presence", comes)
    with open_study(folder) as study:
        assert "had broken off and was finished" in study.repairs[0]
        assert not (folder / READY).exists()
    assert len(came) == 2


def test_a_cut_off_tail_is_told_at_every_opening_and_writing_on_does_not_hide_it(folder):
    """An older file in the database's place: the head in the settings goes on telling, and so does the audit."""
    shutil.copyfile(next((folder / "backups").iterdir()), folder / "study.db")
    for _ in range(2):
        with open_study(folder) as study:
            assert f"the last {LATER} are missing" in study.repairs[0]
            draft = DecisionDraft(transcript(study, "T1").id, Span(0, 3), Verdict.ADD, "new")
            for _ in range(LATER):
                keep_decisions(study, "ada", [draft])
            assert verify(study).first_broken is not None
        with open_study(folder) as study:
            assert study.repairs != ()
        break
    with open_study(folder) as study:
        assert "the log was replaced" in study.repairs[0]


def test_a_copy_with_more_than_the_database_is_named(folder):
    """Where the database fell behind and a copy did not, the sentence names the command."""
    old = next((folder / "backups").iterdir())
    keep_copy(folder)
    shutil.copyfile(old, folder / "study.db")
    with open_study(folder) as study:
        assert "--from-backups newest` puts it in place" in study.repairs[0]
    assert restore_in_place(folder).missing == 0
    with open_study(folder) as study:
        assert study.repairs == ()
        assert len(later_codes(study)) == LATER


KILLED = """
import os, sys
from pathlib import Path
from store.study import create_study, open_study
from store.interviews import set_media_facts
study = open_study(Path(sys.argv[1]))
set_media_facts(study, "R1", language="xx")
os._exit(9)
"""


def test_after_a_kill_the_database_is_read_through_and_told_of_once(folder):
    """The journal that a killed process leaves makes the next opening look at everything."""
    subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False, cwd=os.getcwd())  # noqa: PTH109
    assert (folder / "study.db-wal").stat().st_size > 0
    with open_study(folder) as study:
        (said,) = study.repairs
        assert "stopped while the study was open" in said
        assert f"all {verify(study).events} events" in said
        with open_study(folder) as beside:
            assert beside.repairs == ()
    with open_study(folder) as study:
        assert study.repairs == ()


@pytest.mark.skipif(sys.platform == "win32", reason="no shared locks there")
def test_whoever_makes_a_study_is_in_it(tmp_path):
    """Who opens it beside them has nothing to tell of, and nobody replaces its database meanwhile."""
    folder = tmp_path / "new"
    with create_study(folder, title="Made"):
        with open_study(folder) as beside:
            assert (beside.title, beside.repairs) == ("Made", ())
        with pytest.raises(ConflictError, match="open in another program"), nobody_else(folder):
            pass
    with nobody_else(folder):
        assert not (folder / "study.db-wal").exists()


def test_who_is_alone_in_a_study_knows_it(tmp_path):
    """Whoever comes second is not, and the first one's leaving makes the next one alone again."""
    if sys.platform == "win32":
        pytest.skip("no shared locks there")
    first, second = Presence(tmp_path), Presence(tmp_path)
    assert (first.alone, second.alone) == (True, False)
    first.leave()
    assert not Presence(tmp_path).alone
    second.leave()
    assert Presence(tmp_path).alone


def test_damage_found_at_work_makes_the_next_opening_read_everything(folder):
    """What fails in the middle of the work is the same offer, and opening again leads to it."""
    with open_study(folder) as study:
        whole = (folder / "study.db").read_bytes()
        (folder / "study.db").write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
        with pytest.raises(StudyError, match="newest good copy"):
            verify(study)
    with pytest.raises(DamagedError):
        open_study(folder)


def test_a_copy_made_while_an_interview_was_erased_is_put_in_place_without_a_fault(full):
    """The newest copy is made anew by the erasure itself, before the erasure says that its files are gone."""
    keep_copy(full.folder)
    erase_interview(full, "T1", coder="ada")
    full.close()
    spoil_header(full.folder / "study.db")
    made = restore_in_place(full.folder, salvage=False)
    assert (made.copy is None, made.faults) == (False, ())
    with open_study(full.folder) as again:
        assert all(each.label != "T1" for each in interviews(again))
        assert unfinished_erasure(again) is None


def test_an_encrypted_study_is_saved_as_any_other_and_stays_encrypted(folder):
    """A page that does not decrypt costs its rows alone, and nothing is written in the clear."""
    encrypt_study(folder, "correct horse battery")
    with open_study(folder) as study:
        draft = DecisionDraft(transcript(study, "T1").id, Span(0, 3), Verdict.ADD, f"later {LATER}")
        copy = keep_copy(folder)
        keep_decisions(study, "ada", [draft])
    assert not is_plain(copy.path)
    zero(folder / "study.db", roots(folder / "study.db")["decision"])
    made = restore_in_place(folder)
    assert (made.copy, made.missing, made.salvaged, made.faults) == (None, 0, 1, ())
    assert not is_plain(folder / "study.db")
    with open_study(folder) as study:
        assert len(later_codes(study)) == LATER + 1
        assert verify(study).faults == ()
