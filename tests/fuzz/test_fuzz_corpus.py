"""The files that fuzzing begins with, and those that it found: each is taken as it should be, one by one."""

import shutil

import pytest
from fuzz_checks import sentence
from fuzz_readers import CORPUS, READERS
from fuzz_studies import restored

from store.errors import StudyError

FILES = [(reader, path) for reader in READERS for path in reader.files()]
REFUSED = {
    "playlist.mp3",
    "list.wav",
    "session.m4a",
    "found_before_the_file.zip",
    "found_twice.toml",
    "found_half_character.jsonl",
    "found_beyond.jsonl",
    "found_steering.csv",
    "found_list_for_mapping.key",
    "found_half_character.key",
    "found_deep.key",
    "found_gigabytes.key",
    "found_endless.key",
    "found_deep.md",
    "found_digits.md",
    "aliases.yml",
    "found_crowded.pdf",
    "found_vast.pdf",
    "found_beyond.zip",
}


@pytest.mark.parametrize(("reader", "path"), FILES, ids=[f"{reader.name}-{path.name}" for reader, path in FILES])
def test_each_file_of_the_corpus_is_read_or_refused_with_a_sentence(reader, path, tmp_path):
    """What is fine is read; what was found to do harm is refused, and the sentence names the file."""
    given = tmp_path / f"{reader.stem}{path.suffix}"
    shutil.copy(path, given)
    into = tmp_path / "into"
    into.mkdir()
    if path.name in REFUSED:
        with pytest.raises(StudyError) as refused:
            reader.read(given, into)
        assert sentence(refused.value, given) is None
    else:
        reader.check(reader.read(given, into))


@pytest.mark.parametrize("reader", [each for each in READERS if each.use is not None], ids=lambda each: each.name)
def test_what_is_read_goes_into_a_study_and_out_again(reader, tmp_path):
    """The first file of each reader, all the way."""
    path = next(each for each in reader.files() if each.name not in REFUSED)
    given = tmp_path / f"{reader.stem}{path.suffix}"
    shutil.copy(path, given)
    into = tmp_path / "into"
    into.mkdir()
    reader.use(restored(tmp_path), given, into, reader.read(given, into))
    assert any(into.iterdir())


def test_the_corpus_is_small():
    """No file of it weighs on whoever fetches the project."""
    sizes = {path: path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()}
    assert sum(sizes.values()) < 1_000_000
    assert max(sizes.values()) < 50_000
    assert {path.name for path in sizes} >= REFUSED
