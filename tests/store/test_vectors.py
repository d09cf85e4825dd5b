"""The vector cache, exact search, and the index that repairs itself."""

import multiprocessing
import shutil

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings as ChromaSettings
from filelock import Timeout
from full_study import MODEL, add_text, embed, vector
from sqlalchemy import delete
from two_writers import hold_index

from store.canonical import sha256_text
from store.index import VectorIndex, refresh_index, reindex
from store.records import VectorRow
from store.segments import segments
from store.vectors import keep_vectors, load_vectors, stack


def forget_vectors(study, digests):
    """As an erasure does, to see what a missing vector does."""
    with study.write() as session:
        session.execute(delete(VectorRow).where(VectorRow.text_sha256.in_(digests)))


def test_vectors_are_kept_by_model_and_text(blank):
    """Embeddings come back bit for bit, of their model alone; those there stay; more than SQLite's limit fit."""
    many = {f"{n:064x}": np.array([n, -n, 0.1], np.float32) for n in range(40_000)}
    keep_vectors(blank, "a", many)
    keep_vectors(blank, "a", {f"{1:064x}": np.zeros(3, np.float32)})
    keep_vectors(blank, "b", {f"{1:064x}": np.zeros(3, np.float32)})
    keep_vectors(blank, "a", {})
    found = load_vectors(blank, "a", [*many, "unknown", f"{1:064x}"])
    assert found.keys() == many.keys()
    np.testing.assert_array_equal(stack(found, list(many)), stack(many, list(many)))
    assert set(load_vectors(blank, "b", many)) == {f"{1:064x}"}
    assert stack(found, []).shape == (0, 0)


TEXTS = tuple(f"Sentence number {n} about machines." for n in range(12))


@pytest.fixture
def indexed(blank, tmp_path):
    """A study of twelve segments whose index is built."""
    add_text(blank, tmp_path, "I1", TEXTS)
    with VectorIndex(blank, MODEL) as index:
        assert (index.repair.reason, index.repair.segments) == ("it was missing", 12)
    return blank


def sound(study):
    """Open the index, see that every segment finds itself, and return why it was made again, if it was."""
    with VectorIndex(study, MODEL) as index:
        reason = index.repair.reason
        for segment in segments(study):
            ((found, similarity), *_) = index.search(vector(segment.text), 3)
            assert found == segment.id
            assert similarity == pytest.approx(1, abs=1e-5)
    assert refresh_index(study, MODEL).reason is None
    return reason


def test_a_sound_index_is_left_alone(indexed):
    """Opening an index with nothing wrong does not make it again."""
    assert sound(indexed) is None


def test_new_segments_are_added_and_old_ones_leave(indexed, tmp_path):
    """The index follows the study without being made again; segments without a vector wait."""
    add_text(indexed, tmp_path, "I2", ("Something new.",))
    assert sound(indexed) is None
    forget_vectors(indexed, [sha256_text(TEXTS[0])])
    with VectorIndex(indexed, MODEL) as index:
        assert index.repair.segments == 12
        assert len(index.search(vector("x"), 50)) == 12
    embed(indexed)
    assert sound(indexed) is None


def without_folder(study):
    shutil.rmtree(study.index)


def emptied(study):
    shutil.rmtree(study.index)
    study.index.mkdir()


def garbled_database(study):
    (study.index / "chroma.sqlite3").write_bytes(b"garbage" * 1000)


def truncated_files(study):
    for path in study.index.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied_files(study):
    for path in study.index.rglob("*"):
        if path.is_file():
            path.write_bytes(b"")


def without_database(study):
    (study.index / "chroma.sqlite3").unlink()
    (study.index / "stray").write_bytes(b"x")


def a_file(study):
    shutil.rmtree(study.index)
    study.index.write_bytes(b"x")


def of_another_program(study):
    shutil.rmtree(study.index)
    study.index.mkdir()
    (study.index / "notes.txt").write_text("mine", encoding="utf-8")


def through_chroma(study, change):
    client = chromadb.PersistentClient(str(study.index), ChromaSettings(anonymized_telemetry=False))
    (collection,) = client.list_collections()
    change(client.get_collection(collection.name))
    client.close()


def with_wrong_vectors(study):
    def change(collection):
        ids = collection.get(include=[])["ids"]
        collection.update(ids=ids, embeddings=[vector(f"wrong {name}").tolist() for name in ids])

    through_chroma(study, change)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (without_folder, "missing"), (emptied, "missing"), (a_file, ""), (garbled_database, "could not be read"),
        (truncated_files, "could not be read"), (emptied_files, ""), (without_database, ""), (of_another_program, ""),
        (with_wrong_vectors, "did not find itself"),
    ],
)  # fmt: skip
def test_a_spoilt_index_is_made_again(indexed, spoil, reason):
    """Whatever was done to the folder, opening the index repairs it from the cache and every segment is found."""
    spoil(indexed)
    assert reason in (sound(indexed) or "")


def test_entries_taken_out_or_put_in_behind_our_back_are_put_right(indexed):
    """Missing and foreign entries are mended where they are."""
    through_chroma(indexed, lambda c: c.delete(ids=c.get(include=[])["ids"][:5]))
    assert sound(indexed) is None
    through_chroma(indexed, lambda c: c.add(ids=["foreign"], embeddings=[vector("x").tolist()], documents=["x"]))
    assert sound(indexed) is None


def test_reindexing_makes_it_afresh(indexed):
    """On request everything is made again, and the same is found."""
    assert (reindex(indexed, MODEL).segments, sound(indexed)) == (12, None)


def test_an_empty_study_has_an_empty_index(blank):
    """Nothing to index is no fault, and searching finds nothing."""
    for _ in range(2):
        with VectorIndex(blank, MODEL) as index:
            assert (index.repair.reason, index.search(vector("x"), 3)) == (None, [])


def test_one_process_at_a_time_holds_the_index(indexed):
    """While another process holds it, opening is a Timeout and refreshing tells that it was not done."""
    spawn = multiprocessing.get_context("spawn")
    held, done = spawn.Event(), spawn.Event()
    other = spawn.Process(target=hold_index, args=(indexed.folder, held, done))
    other.start()
    assert held.wait(180)
    with pytest.raises(Timeout), VectorIndex(indexed, MODEL):
        pass
    assert refresh_index(indexed, MODEL) is None
    with pytest.raises(Timeout):
        reindex(indexed, MODEL, wait_seconds=0.0)
    done.set()
    other.join()
    assert sound(indexed) is None


def test_two_models_have_indexes_of_their_own(indexed):
    """Segments embedded by another model, of another width, do not disturb the first."""
    keep_vectors(indexed, "other", {s.text_sha256: np.eye(12, dtype=np.float32)[s.index] for s in segments(indexed)})
    with VectorIndex(indexed, "other") as index:
        ((found, _),) = index.search(np.eye(12, dtype=np.float32)[3], 1)
        assert found == segments(indexed)[3].id
    assert sound(indexed) is None
