"""What broke off is finished or cleared away when the study is opened, and said; what others hold is left alone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from by_hand import by_hand

from store.audit import verify
from store.backups import keep_copy
from store.config import read_settings
from store.erase import erase_interview
from store.interviews import add_interview, interviews, media_held
from store.replacing import restore_in_place
from store.study import open_study

OWN = "9b2f1c1e-0000-4000-8000-00000000000a"

KILLED = """
import os, sys
from pathlib import Path
import store.interviews
from store.study import open_study
store.interviews.new_interview = lambda *_, **__: os._exit(9)
store.interviews.add_interview(open_study(Path(sys.argv[1])), Path(sys.argv[2]), "recording")
"""


def sound(tmp_path, name="talk.wav"):
    path = tmp_path / name
    path.write_bytes(b"RIFF" + name.encode() * 100)
    return path


def test_a_recording_whose_adding_was_killed_is_moved_aside_and_told(full, tmp_path):
    """Nothing of it is in the records; the same file can be added again, and the audit finds nothing left."""
    before = len(interviews(full))
    full.close()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(full.folder), str(sound(tmp_path))], check=False)
    assert killed.returncode == 9
    with open_study(full.folder) as study:
        (said,) = (each for each in study.repairs if "no interview" in each)
        assert "left-over" in said
        (left,) = (study.media / "left-over").iterdir()
        assert left.name in said
        assert left.read_bytes() == sound(tmp_path).read_bytes()
        assert len(interviews(study)) == before
        add_interview(study, sound(tmp_path), "recording")
        assert verify(study).faults == ()
    with open_study(full.folder) as study:
        assert study.repairs == ()


def test_what_is_being_added_right_now_is_left_alone(full):
    """Another process holds the lock from the copying of a recording until its interview is kept."""
    file = full.media / f"{OWN}.wav"
    file.write_bytes(b"RIFF")
    (full.media / "half.wav.partial").write_bytes(b"RI")
    with media_held(full), open_study(full.folder) as study:
        assert study.repairs == ()
        assert file.exists()
    with open_study(full.folder) as study:
        assert len(study.repairs) == 2
        assert not file.exists()


def test_other_files_in_media_are_nobodys_business(full):
    """Only what bears the name of a recording of ours is moved."""
    (full.media / "notes.txt").write_text("mine")
    with open_study(full.folder) as study:
        assert study.repairs == ()
    assert (full.media / "notes.txt").read_text() == "mine"


def test_recordings_of_interviews_newer_than_a_restored_copy_are_kept_aside(full, tmp_path):
    """Going back loses no recording."""
    keep_copy(full.folder)
    added = add_interview(full, sound(tmp_path), "recording")
    full.close()
    restore_in_place(full.folder, "1")
    with open_study(full.folder) as study:
        assert "no interview" in study.repairs[0]
        assert (study.media / "left-over" / Path(added.media).name).is_file()


def test_an_erasure_takes_recordings_left_over_of_that_interview(full):
    """Wherever a part of it lies in the study's folder, it goes."""
    gone = next(each for each in interviews(full) if each.media)
    aside = full.media / "left-over"
    aside.mkdir()
    shutil.copyfile(full.folder / gone.media, aside / Path(gone.media).name)
    (aside / f"{OWN}.wav").write_bytes(b"another one's")
    erase_interview(full, gone.label, coder="ada")
    assert [path.name for path in aside.iterdir()] == [f"{OWN}.wav"]


def test_half_written_settings_go_and_the_whole_ones_stay(full):
    """A kill in the middle of writing leaves a file beside them."""
    half = full.folder / ".interview.toml.0123.partial"
    half.write_text("[settings]\nbroken")
    before = read_settings(full.folder)
    with open_study(full.folder) as study:
        assert study.repairs == ()
    assert not half.exists()
    assert read_settings(full.folder) == before


def test_rooms_of_killed_exports_are_told(full):
    """Files that were being made may hold names."""
    left = full.folder / f".room-{'0123' * 8}"
    left.mkdir()
    (left / "study.db").write_text("names")
    with open_study(full.folder) as study:
        assert study.repairs == ("Removed files that a broken-off export, backup or restore had left in the study.",)
    assert not left.exists()


def test_a_weekly_look_finds_what_nobody_has_read_since(full):
    """The log is checked too: something changed by hand is told at the opening that reads everything."""
    full.close()
    by_hand(full, "UPDATE event SET coder = 'eve' WHERE id = 5")
    with open_study(full.folder) as study:
        assert study.repairs == ()
    os.utime(full.folder / ".checked", (0, 0))
    with open_study(full.folder) as study:
        assert "The log holds up to event 4 only" in study.repairs[0]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_a_study_that_may_only_be_read_opens(full, monkeypatch):
    """What cannot be mended there is no reason not to read."""
    (full.media / f"{OWN}.wav").write_bytes(b"RIFF")

    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("store.interviews.move_left_over", forbidden)
    with open_study(full.folder) as study:
        assert study.repairs == ()
