"""The file of all segments' vectors: right whatever was done to it, and never with what was erased."""

import numpy as np
import pytest
from full_study import MODEL, add_text, embed, vector
from sqlalchemy import delete

import store.vector_file
from store.encryption import encrypt_study
from store.erase import erase_interview
from store.index_folder import VECTORS
from store.records import VectorRow
from store.segments import segments
from store.study import create_study, open_study
from store.vector_file import SegmentVectors
from store.vectors import keep_vectors
from store.words_index import stamp_of

TEXTS = tuple(f"Sentence number {n} about machines." for n in range(12))


@pytest.fixture
def filled(blank, tmp_path):
    """A study of twelve embedded segments."""
    add_text(blank, tmp_path, "I1", TEXTS)
    return blank


def file_of(study):
    (path,) = study.index.glob(f"{VECTORS}*")
    return path


def matrix(study, vectors=None):
    """What the file, or an older reader, gives; and that it is right."""
    found = segments(study)
    given = (vectors or SegmentVectors(study, MODEL)).of(found, stamp_of(found))
    wanted = np.stack([vector(segment.text) / np.linalg.norm(vector(segment.text)) for segment in found])
    np.testing.assert_allclose(given, wanted, atol=1e-6)
    return given


def truncated(path):
    path.write_bytes(path.read_bytes()[:-1])


def emptied(path):
    path.write_bytes(b"")


def garbled(path):
    path.write_bytes(b"\xff" * path.stat().st_size)


def with_one_bit_turned(path):
    data = bytearray(path.read_bytes())
    data[700] ^= 1
    path.write_bytes(bytes(data))


def with_a_huge_head(path):
    path.write_bytes(path.read_bytes().replace(b'"rows": 12', b'"rows": 1' + b"0" * 300))


def with_nested_head(path):
    path.write_bytes(b"[" * 512 + path.read_bytes()[512:])


def gone(path):
    path.unlink()


@pytest.mark.parametrize(
    "spoil", [truncated, emptied, garbled, with_one_bit_turned, with_a_huge_head, with_nested_head, gone]
)
def test_a_spoilt_file_is_made_again(filled, spoil):
    """Whatever was done to it, the next reader has the right vectors and leaves a right file."""
    matrix(filled)
    path = file_of(filled)
    right = path.read_bytes()
    spoil(path)
    matrix(filled)
    assert path.read_bytes() == right


def test_a_right_file_is_read_and_not_made_again(filled, monkeypatch):
    """The database is not asked for a vector then, whether the file is read or mapped."""
    matrix(filled)
    written = file_of(filled).stat().st_mtime_ns

    def asked(*_):
        msg = "the database was asked"
        raise AssertionError(msg)

    monkeypatch.setattr(store.vector_file, "load_vectors", asked)
    matrix(filled)
    monkeypatch.setattr(store.vector_file, "_MAPPED_FROM", 0)
    matrix(filled)
    assert file_of(filled).stat().st_mtime_ns == written


def test_new_segments_come_in_and_old_vectors_are_taken_from_the_file(filled, tmp_path, monkeypatch):
    """Only what is new is read from the database."""
    vectors = SegmentVectors(filled, MODEL)
    matrix(filled, vectors)
    add_text(filled, tmp_path, "I2", ("Something new.", TEXTS[3]))
    asked = []
    load = store.vector_file.load_vectors

    def counted(study, model, digests):
        wanted = list(digests)
        asked.append(len(wanted))
        return load(study, model, wanted)

    monkeypatch.setattr(store.vector_file, "load_vectors", counted)
    assert matrix(filled, vectors).shape == (14, len(vector("x")))
    assert max(asked[1:]) == 1


def test_what_is_not_embedded_yet_is_zeros_and_looked_for_again(filled):
    """A vector that comes later comes in; nothing at all is nothing."""
    found = segments(filled)
    with filled.write() as session:
        session.execute(delete(VectorRow).where(VectorRow.text_sha256 == found[4].text_sha256))
    vectors = SegmentVectors(filled, MODEL)
    given = vectors.of(found, stamp_of(found))
    assert np.flatnonzero(~given.any(axis=1)).tolist() == [4]
    embed(filled)
    assert np.flatnonzero(~matrix(filled, vectors).any(axis=1)).tolist() == []
    assert SegmentVectors(filled, "another").of(found, stamp_of(found)) is None
    assert SegmentVectors(filled, MODEL).of((), stamp_of(())) is None


def test_a_vector_of_another_width_does_not_disturb_the_others(filled):
    """As a broken row of the cache would."""
    found = segments(filled)
    with filled.write() as session:
        session.execute(delete(VectorRow).where(VectorRow.text_sha256 == found[4].text_sha256))
    keep_vectors(filled, MODEL, {found[4].text_sha256: np.ones(3, np.float32)})
    given = SegmentVectors(filled, MODEL).of(found, stamp_of(found))
    assert np.flatnonzero(~given.any(axis=1)).tolist() == [4]


def test_an_erased_interview_leaves_the_file_and_does_not_come_back(filled, tmp_path):
    """A reader that still holds the segments may search them, but writes nothing of them to the disk."""
    add_text(filled, tmp_path, "I2", ("Only hers.",))
    before = segments(filled)
    vectors = SegmentVectors(filled, MODEL)
    matrix(filled, vectors)
    secret = (vector("Only hers.") / np.linalg.norm(vector("Only hers."))).astype("<f4").tobytes()
    assert secret in file_of(filled).read_bytes()
    erase_interview(filled, "I2", coder="Ada")
    assert not list(filled.index.glob(f"{VECTORS}*"))
    SegmentVectors(filled, MODEL).of(before, stamp_of(before))
    assert not list(filled.index.glob(f"{VECTORS}*"))
    assert matrix(filled, vectors).shape[0] == 12
    assert secret not in file_of(filled).read_bytes()


def test_where_nothing_can_be_written_it_is_held_in_memory(filled, monkeypatch):
    """A full disk, or a folder that may not be written."""

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.vector_file.tempfile, "mkstemp", full)
    matrix(filled)
    assert not list(filled.index.glob(f"{VECTORS}*"))


def test_an_encrypted_study_has_no_such_file(tmp_path):
    """Its vectors are in memory alone."""
    with create_study(tmp_path / "s", "S") as study:
        if study.place is not None:
            pytest.skip("a database on a server is not encrypted by this program")
        add_text(study, tmp_path, "I1", TEXTS)
        matrix(study)
    encrypt_study(tmp_path / "s", "a passphrase for tests, long enough")
    with open_study(tmp_path / "s") as study:
        matrix(study)
        assert not list(study.index.glob(f"{VECTORS}*"))
