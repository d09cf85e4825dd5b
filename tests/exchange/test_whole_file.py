"""Files that go out: whole or not at all, and never through a link or over one that is there."""

import os

import pytest

from assistant.exchange.whole_file import put_whole, refuse_taken, write_whole
from store.errors import ConflictError, InvalidInputError


def test_a_name_that_no_disk_takes_is_a_sentence(tmp_path):
    path = tmp_path / f"{'x' * 300}.csv"
    with pytest.raises(InvalidInputError, match="cannot be written"):
        refuse_taken(path, force=False)
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write_whole(path, b"words")
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_leads_nowhere_is_there_and_is_replaced_not_followed(tmp_path):
    link, beyond = tmp_path / "codings.csv", tmp_path / "beyond.csv"
    try:
        link.symlink_to(beyond)
    except OSError:
        pytest.skip("this account may not make links")
    with pytest.raises(ConflictError, match="--force"):
        refuse_taken(link, force=False)
    refuse_taken(link, force=True)
    write_whole(link, b"words")
    assert (link.is_symlink(), link.read_bytes(), beyond.exists()) == (False, b"words", False)


def test_nothing_is_left_of_what_broke_off(tmp_path):
    def broken_off():
        with put_whole(tmp_path / "study.xlsx") as beside:
            beside.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_file(tmp_path):
    """It holds words of the study, under a name that nobody looks for."""
    left = tmp_path / f".room-{'0a' * 16}"
    left.mkdir()
    (left / "study.xlsx").write_bytes(b"half")
    write_whole(tmp_path / "other.csv", b"words")
    assert [path.name for path in tmp_path.iterdir()] == ["other.csv"]


def test_a_folder_that_is_not_there_is_a_sentence_and_not_made(tmp_path):
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write_whole(tmp_path / "missing" / "a.csv", b"words")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a folder cannot be flushed, and is by itself")
def test_a_power_cut_after_it_was_said_to_be_there_takes_nothing_of_it(tmp_path, monkeypatch):
    """The log says what left the study: the file and its name are flushed before anybody is told."""
    flushed, flush = [], os.fsync

    def noted(descriptor):
        flush(descriptor)
        flushed.append((os.fstat(descriptor).st_ino, os.fstat(descriptor).st_size))

    monkeypatch.setattr(os, "fsync", noted)
    write_whole(tmp_path / "codings.csv", b"words")
    assert ((tmp_path / "codings.csv").stat().st_ino, 5) in flushed
    assert flushed[-1][0] == tmp_path.stat().st_ino
