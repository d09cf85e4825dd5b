import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import StudyError
from store.keys import StudyKey
from store.sealed import HEADER, PIECE, content_size, is_sealed, open_sealed, seal

KEY = StudyKey("one", bytes(range(32)))
OTHER = StudyKey("two", bytes(range(1, 33)))
TAG = 16


def sealed_file(folder, content: bytes, key: StudyKey = KEY):
    path = folder / "sealed"
    with path.open("wb") as target:
        seal(io.BytesIO(content), target, key)
    return path


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7])
def test_what_comes_out_is_what_went_in(tmp_path, size):
    content = random.Random(size).randbytes(size)
    path = sealed_file(tmp_path, content)
    assert is_sealed(path)
    assert content_size(path) == size
    with open_sealed(path, KEY) as file:
        assert file.read() == content
    assert size < PIECE - 1 or content[:100] not in path.read_bytes()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 90_000)), max_size=6))
def test_any_stretch_is_read_as_from_the_plain_file(tmp_path_factory, stretches):
    """Sought and read in any order, as a decoder of sound does it."""
    content = random.Random(1).randbytes(2 * PIECE + 1234)
    plain = io.BytesIO(content)
    with open_sealed(sealed_file(tmp_path_factory.mktemp("s"), content), KEY) as file:
        for start, length in stretches:
            assert file.seek(start) == plain.seek(start)
            assert file.read(length) == plain.read(length)
            assert file.tell() == plain.tell()
        assert file.seek(-5, io.SEEK_END) == plain.seek(-5, io.SEEK_END)
        assert file.read() == plain.read()


def damaged(path, change):
    data = bytearray(path.read_bytes())
    path.write_bytes(bytes(change(data)))
    return path


def swap_pieces(data):
    one, two = HEADER, HEADER + PIECE + TAG
    first, second = data[one:two], data[two : two + PIECE + TAG]
    data[one:two], data[two : two + PIECE + TAG] = second, first
    return data


def flip(place):
    def change(data):
        data[place] ^= 1
        return data

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data[: HEADER + 2 * (PIECE + TAG)],  # whole pieces, but the last one is gone
        lambda data: data[:HEADER],
        lambda data: data[:10],
        lambda data: data + bytes(PIECE),
        swap_pieces,
        flip(30),
        flip(HEADER + 5),
        flip(-1),
    ],
)
def test_what_was_changed_moved_or_cut_off_is_told(tmp_path, change):
    path = damaged(sealed_file(tmp_path, random.Random(2).randbytes(3 * PIECE - 5)), change)
    with pytest.raises(StudyError, match="sealed is damaged or was cut off"), open_sealed(path, KEY) as file:
        file.read()


def test_another_key_opens_nothing(tmp_path):
    path = sealed_file(tmp_path, b"words of a person")
    with pytest.raises(StudyError, match="belongs to another study"):
        open_sealed(path, OTHER)


def test_the_same_content_never_looks_the_same_twice(tmp_path):
    first = sealed_file(tmp_path, b"words of a person").read_bytes()
    assert sealed_file(tmp_path, b"words of a person").read_bytes()[HEADER:] != first[HEADER:]
