"""Folders in which files are made: gone afterwards, whatever happened."""

import pytest
from filelock import FileLock

from store.rooms import drop_left_rooms, room


def test_a_room_is_gone_afterwards(tmp_path):
    """With everything in it, whether the work was done or broke off."""
    with room(tmp_path) as place:
        (place / "study.db").write_text("names", encoding="utf-8")
    assert list(tmp_path.iterdir()) == []

    def broken_off():
        with room(tmp_path) as place:
            (place / "study.db").write_text("names", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_dropped_and_what_is_in_use_stays(tmp_path):
    """A killed process lets go of its lock, but not of its folder."""
    left = tmp_path / f".room-{'0123' * 8}"
    left.mkdir()
    (left / "study.db").write_text("names", encoding="utf-8")
    lock = left.with_name(f"{left.name}.lock")
    lock.touch()
    (tmp_path / "media").mkdir()
    with room(tmp_path) as place:
        drop_left_rooms(tmp_path)
        assert place.is_dir()
        assert not left.exists()
        assert not lock.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["media"]


def test_a_lock_whose_room_was_never_made_is_dropped_and_one_that_is_held_stays(tmp_path):
    """Between the lock and the room lies an instant in which a process can be killed."""
    lone, held = (tmp_path / f".room-{digits * 16}.lock" for digits in ("0a", "0b"))
    lone.touch()
    with FileLock(held):
        drop_left_rooms(tmp_path)
        assert (lone.exists(), held.exists()) == (False, True)
    drop_left_rooms(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_next_room_drops_what_was_left_beside_it_and_nothing_else(tmp_path):
    """Files go out into folders that hold other things than a study."""
    left, own = tmp_path / f".room-{'0123' * 8}", tmp_path / ".room-plans"
    left.mkdir()
    own.mkdir()
    with room(tmp_path):
        assert not left.exists()
    assert list(tmp_path.iterdir()) == [own]


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    """A slip in a path makes no folder."""
    with pytest.raises(FileNotFoundError), room(tmp_path / "no" / "such"):
        pass
    assert list(tmp_path.iterdir()) == []
