"""Interviews, their files and their attributes."""

import errno
import os
import shutil
import sys
from typing import BinaryIO

import pytest
from filelock import FileLock

from store import config
from store.audit import verify
from store.errors import ConflictError, NotFoundError, StudyError
from store.interviews import add_interview, interview, interviews, set_attributes, set_media_facts
from store.study import Study, open_study


def sound(folder, name="a.wav", data=b"RIFF one"):
    (folder / name).write_bytes(data)
    return folder / name


def test_a_recording_is_copied_and_the_original_stays(blank, tmp_path):
    """The copy is whole, lies in media, and keeps the kind of file; the source is untouched."""
    added = add_interview(blank, sound(tmp_path, "Talk.WAV"), "recording", attributes={"region": "north"})
    assert added.media is not None
    assert (blank.folder / added.media).read_bytes() == (tmp_path / "Talk.WAV").read_bytes() == b"RIFF one"
    assert added.media.endswith(".wav")
    assert (added.label, added.position, added.source_name, added.transcribed) == ("I1", 1, "Talk.WAV", False)
    assert interview(blank, "I1") == added
    assert interview(blank, added.guid) == added


def test_doubles_are_refused_and_leave_no_file(blank, tmp_path):
    """The same content, or a taken label, is refused with a sentence, and no copy is left in media."""
    add_interview(blank, sound(tmp_path), "recording", label="A")
    media = list(blank.media.iterdir())
    with pytest.raises(ConflictError, match="in this study already, as A"):
        add_interview(blank, sound(tmp_path, "b.wav"), "recording")
    with pytest.raises(ConflictError, match="label A is taken"):
        add_interview(blank, sound(tmp_path, "c.wav", b"other"), "recording", label="A")
    assert list(blank.media.iterdir()) == media
    assert [i.label for i in interviews(blank)] == ["A"]


def test_labels_count_on_past_taken_ones(blank, tmp_path):
    """A free label is found beside those that people chose."""
    for number, label in enumerate(("I2", None, None)):
        add_interview(blank, sound(tmp_path, data=b"%d" % number), "transcript", label=label)
    assert [i.label for i in interviews(blank)] == ["I2", "I3", "I4"]


def test_attributes_are_added_to_and_replaced(blank, tmp_path):
    """Setting one attribute leaves the others; the facts of a recording are kept beside."""
    add_interview(blank, sound(tmp_path), "recording", attributes={"region": "north", "age": "40"})
    set_attributes(blank, "I1", {"region": "süd 🙂"})
    set_media_facts(blank, "I1", duration_ms=90, language="en")
    set_media_facts(blank, "I1")
    one = interview(blank, "I1")
    assert (one.attributes, one.duration_ms, one.language) == ({"region": "süd 🙂", "age": "40"}, 90, "en")
    assert verify(blank).faults == ()
    with pytest.raises(NotFoundError, match="there are: I1"):
        set_attributes(blank, "I2", {})


def test_a_full_disk_while_copying_is_a_sentence_and_leaves_nothing(blank, tmp_path, monkeypatch):
    """A copy that breaks off is removed, and the sentence says which file could not be added."""

    def half(source: object, target: BinaryIO, *_: object) -> None:
        target.write(b"RI")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", half)
    with pytest.raises(StudyError, match=r"a\.wav could not be copied .*No space left.*; nothing was added"):
        add_interview(blank, sound(tmp_path), "recording")
    assert list(blank.media.iterdir()) == []
    assert interviews(blank) == ()


def test_a_half_copy_of_a_killed_command_goes_when_the_study_is_opened(blank, tmp_path):
    """What a kill left in `media` is removed, but not while another process copies."""
    half = blank.media / "0a1b2c3d-0000-4000-8000-000000000000.wav.partial"
    half.write_bytes(b"RIFF")
    with FileLock(blank.folder / ".media.lock"):
        open_study(blank.folder).close()
        assert half.exists()
    with open_study(blank.folder) as study:
        assert verify(study).faults == ()
    assert not half.exists()


def test_an_interview_that_was_kept_keeps_its_recording(blank, tmp_path, monkeypatch):
    """Whatever goes wrong after the row is on disk, the recording is not taken away from it."""

    def broken(folder: object, head: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(config, "keep_head", broken)
    with pytest.raises(RuntimeError):
        add_interview(blank, sound(tmp_path), "recording")
    monkeypatch.undo()
    (one,) = interviews(blank)
    assert (blank.folder / str(one.media)).read_bytes() == b"RIFF one"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a file's name be any bytes")
def test_a_file_name_of_another_encoding_is_kept_readable(blank: Study, tmp_path):
    """A name out of an old archive, not UTF-8, does not stop the file from being added."""
    path = os.fsdecode(os.fsencode(tmp_path / "caf") + b"\xe9.wav")
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"RIFF")
    assert add_interview(blank, tmp_path / os.path.basename(path), "recording").source_name == "caf\ufffd.wav"  # noqa: PTH119
    assert verify(blank).faults == ()
