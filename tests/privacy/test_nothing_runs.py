"""Nothing that lies in a study or a model folder is ever run: no pickle is loaded, no code of theirs is imported."""

import ast
import contextlib
import io
import json
import os
import pickle
import shutil
import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import pytest
from jinja2.exceptions import SecurityError
from sqlalchemy import delete
from study_builder import word_embeddings

from assistant.models import model_path
from assistant.pseudonyms import language_model as names_module
from assistant.segment import embeddings as embeddings_module
from assistant.settings import Settings, load_settings
from assistant.transcribe.speakers import NeuralListener
from assistant.transcribe.whisper import WhisperRecogniser
from store.canonical import sha256_text
from store.config import keep_setting
from store.errors import InvalidInputError, StudyError
from store.index import VectorIndex
from store.records import VectorRow
from store.segments import segments
from store.vectors import keep_vectors

MODEL = "words@test"


class Bomb:
    """Makes a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@pytest.fixture
def mark(tmp_path):
    """The file that every bomb would make; it must not be there in the end."""
    path = tmp_path / "it-ran"
    yield path
    assert not path.exists()


def source_that_runs(mark: Path) -> str:
    """A module that makes the mark where it is imported."""
    return f"from pathlib import Path\nPath({str(mark)!r}).touch()\nclass Evil:\n    pass\n"


def test_the_bombs_go_off_where_they_may(tmp_path):
    """The other tests prove something: unpickled and imported, these do make their mark."""
    pickle.loads(pickle.dumps(Bomb(tmp_path / "one")))  # noqa: S301 - that is the point
    exec(source_that_runs(tmp_path / "two"), {})  # noqa: S102 - and here too
    assert (tmp_path / "one").exists()
    assert (tmp_path / "two").exists()


def plant(folder: Path, mark: Path, *names: str) -> None:
    """Put a pickle under each name, and a module with each ending that Python imports."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source_that_runs(mark)) if path.suffix == ".py" else path.write_bytes(pickle.dumps(Bomb(mark)))


def forget_all_vectors(study) -> None:
    with study.write() as session:
        session.execute(delete(VectorRow))


@pytest.fixture
def indexed(machines):
    """A study whose index is built, and whose next opening adds a segment to it."""
    cut = segments(machines)
    longest = max((s.text for s in cut), key=len)
    embeddings, _ = word_embeddings(machines)
    forget_all_vectors(machines)
    embeddings.matrix([s.text for s in cut if s.text != longest])
    with VectorIndex(machines, MODEL) as index:
        assert 0 < index.repair.segments < len(cut)
    return machines


def with_the_rest(study) -> VectorIndex:
    """The index, opened when the vectors of all segments are there."""
    found = word_embeddings(study)[1].embed_documents([s.text for s in segments(study)])
    digests = [sha256_text(s.text) for s in segments(study)]
    keep_vectors(study, MODEL, {d: np.array(v, np.float32) for d, v in zip(digests, found, strict=True)})
    return VectorIndex(study, MODEL)


def test_a_pickle_in_the_index_is_not_loaded(indexed, mark):
    """Chroma's own format once had one, under this name; in each of its folders it does nothing."""
    folders = [path for path in indexed.index.iterdir() if path.is_dir()]
    assert folders
    for folder in [indexed.index, *folders]:
        plant(folder, mark, "index_metadata.pickle", "metadata.pkl", "sitecustomize.py", "chromadb.py")
    with with_the_rest(indexed) as index:
        assert index.repair.segments == len(segments(indexed))


def evil_model(folder: Path, mark: Path) -> Path:
    """A folder that sentence-transformers takes for a model whose code it is to import."""
    folder.mkdir()
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": "evil.Evil"}]))
    (folder / "config_sentence_transformers.json").write_text("{}")
    (folder / "config.json").write_text("{}")
    (folder / "evil.py").write_text(source_that_runs(mark))
    return folder


def named_in_the_index(study, config: dict[str, object]) -> None:
    """Have the index itself say how texts are to be embedded, as somebody may who sends a study."""
    said = {"type": "known", "name": "sentence_transformer", "config": config}
    with contextlib.closing(sqlite3.connect(study.index / "chroma.sqlite3")) as database, database:
        (text,) = database.execute("SELECT schema_str FROM collections").fetchone()
        schema = json.loads(text)
        schema["keys"]["#embedding"]["float_list"]["vector_index"]["config"]["embedding_function"] = said
        database.execute(
            "UPDATE collections SET schema_str = ?, config_json_str = ?",
            (json.dumps(schema), json.dumps({"embedding_function": said})),
        )


def test_an_index_cannot_name_code_to_be_run(indexed, mark, tmp_path):
    """Chroma builds what its database names as the maker of vectors, with code from a folder; here it builds none."""
    folder = evil_model(tmp_path / "model", mark)
    named_in_the_index(
        indexed,
        {
            "model_name": str(folder),
            "device": "cpu",
            "normalize_embeddings": False,
            "kwargs": {"trust_remote_code": True},
        },
    )
    with with_the_rest(indexed) as index:
        assert index.repair.segments == len(segments(indexed))


def test_voices_that_a_study_keeps_are_numbers_alone(mark):
    """What was heard of voices is kept as an array file; one that holds a pickle is refused."""
    from assistant.transcribe.speakers.voices import Voices

    file = io.BytesIO()
    objects = np.array([Bomb(mark)], dtype=object)
    np.savez(file, starts_ms=objects, classes=objects, vectors=objects, seconds=objects)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        Voices.from_bytes(file.getvalue())


@pytest.mark.parametrize("name", ["models_dir", "cache_dir", "runtime_dir", "hub_endpoint"])
def test_a_study_does_not_say_where_models_are_taken_from(machines, name):
    """Whoever sends a study could bring a models folder along; the sentence says where that is set instead."""
    keep_setting(machines.folder, name, str(machines.folder))
    with pytest.raises(InvalidInputError, match=f"“{name}” is this machine's .* set INTERVIEW_{name.upper()}"):
        load_settings(machines.settings())


REACHES_OUT = "{{ ''.__class__.__mro__[1].__subclasses__() }}"


def test_a_chat_template_reaches_nothing():
    """The template comes with a model file, a researcher's own too: it is rendered in a sandbox."""
    formats = pytest.importorskip("llama_cpp.llama_chat_format", reason="llama-cpp-python is not installed")
    formatter = formats.Jinja2ChatFormatter(template=REACHES_OUT, eos_token="", bos_token="")
    with pytest.raises(SecurityError):
        formatter(messages=[{"role": "user", "content": "x"}])


LOADERS = {
    "minilm": lambda path: embeddings_module._sentence_transformer(path, 1).embed_query("x"),
    "names-en": lambda path: names_module._loaded.__wrapped__(path)("Ada lives in Lisbon."),
    "tiny.en": lambda path: WhisperRecogniser(path, name="tiny.en", sha256="", threads=1),
    "voices": lambda path: NeuralListener(path, name="voices", sha256="", threads=1),
}
LURES = (
    "pytorch_model.bin",
    "model.pkl",
    "index_metadata.pickle",
    "training_args.bin",
    "optimizer.pt",
    "vocabulary.pickle",
    "evil.py",
    "modeling_bert.py",
    "code.py",
    "__init__.py",
    "ner/model.pkl",
    "vocab/vectors.pkl",
    "vocab/key2row.pickle",
    "1_Pooling/pytorch_model.bin",
    "1_Pooling/evil.py",
)


@pytest.mark.models
@pytest.mark.parametrize("name", LOADERS)
def test_loaders_pass_by_what_was_planted(name, mark, tmp_path):
    """A folder with strangers is refused; and even its loader alone, asked past that check, runs nothing of them."""
    folder = tmp_path / "models" / name
    shutil.copytree(model_path(name, load_settings()), folder, copy_function=os.link)
    plant(folder, mark, *LURES)
    with pytest.raises(StudyError, match="was put there since"):
        model_path(name, Settings(models_dir=folder.parent))
    LOADERS[name](folder)


@pytest.mark.models
def test_weights_of_voices_that_are_a_pickle_are_refused(mark, tmp_path):
    """Torch's own format is a pickle of tensors; anything else in it is an error and not run."""
    from assistant.transcribe.speakers.segmentation_model import SegmentationModel
    from assistant.transcribe.speakers.voice_model import VoiceModel

    for number, load in enumerate((SegmentationModel, VoiceModel)):
        plain, zipped = tmp_path / f"{number}.pt", tmp_path / f"{number}.zip.pt"
        plain.write_bytes(pickle.dumps(Bomb(mark)))
        with zipfile.ZipFile(zipped, "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps(Bomb(mark)))
            archive.writestr("archive/version", "3")
        for path in (plain, zipped):
            with pytest.raises(pickle.UnpicklingError, match=r"[Ww]eights"):
                load(path)


ROOT = Path(__file__).parents[2]
OURS = [*(ROOT / "assistant").rglob("*.py"), *(ROOT / "store").rglob("*.py"), ROOT / "app.py"]
UNPICKLERS = {"pickle", "cPickle", "_pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal", "imp"}


def test_our_own_code_unpickles_nothing():
    """No module of ours imports what loads pickles; tensors and arrays are loaded with pickles switched off."""
    found = []
    for path in OURS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found += [f"{path.name}: {what}" for what in unpickling(node)]
    assert found == []


def unpickling(node: ast.AST) -> list[str]:
    """What this piece of code would unpickle, or run."""
    match node:
        case ast.Import(names):
            return [a.name for a in names if a.name.partition(".")[0] in UNPICKLERS]
        case ast.ImportFrom(module=str(name)):
            return [name] if name.partition(".")[0] in UNPICKLERS else []
        case ast.Call(func=ast.Name(id=("eval" | "exec") as name)):
            return [name]
        case ast.Call(func=ast.Attribute(attr="load", value=ast.Name(id=("np" | "numpy" | "torch") as name))):
            safe = {"torch": ("weights_only", True)}.get(name, ("allow_pickle", False))
            return [] if safe in stated(node) else [f"{name}.load"]
        case ast.Call() if ("trust_remote_code", True) in stated(node) or ("allow_pickle", True) in stated(node):
            return [ast.unparse(node)]
    return []


def stated(call: ast.Call) -> list[tuple[str | None, object]]:
    return [(word.arg, word.value.value) for word in call.keywords if isinstance(word.value, ast.Constant)]


@pytest.mark.parametrize(
    "code",
    ["import pickle", "from joblib import load", "np.load(f)", "torch.load(f, weights_only=False)", "eval(x)"],
)
def test_the_look_through_our_code_sees_them(code):
    """What the test before looks for, it finds."""
    assert [what for node in ast.walk(ast.parse(code)) for what in unpickling(node)]
