"""One probe of the doctor, run as `python -m assistant.doctor_probe NAME [PATH]`: the last line printed is the answer.

A probe that fails may end in a traceback or a native crash: the doctor reads the exit status and the last line.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from importlib import import_module, metadata
from pathlib import Path

from assistant.llm import LlmClient
from assistant.privacy import go_offline
from assistant.settings import load_settings
from store.errors import StudyError

_SILENCE_SAMPLES = 8_000  # half a second at 16 kHz


def _sqlite() -> str:
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "probe.db")) as probe:
        mode = probe.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        probe.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    if mode != "wal":
        sys.exit(f"SQLite {sqlite3.sqlite_version} has no WAL on this disk")
    return f"SQLite {sqlite3.sqlite_version}"


def _chromadb() -> str:
    import_module("chromadb")
    return f"chromadb {metadata.version('chromadb')}"


def _audio() -> str:
    import_module("av")
    return f"PyAV {metadata.version('av')}"


def _whisper(path: str) -> str:
    import numpy as np
    from faster_whisper import WhisperModel

    model = WhisperModel(path, device="cpu", compute_type="int8", local_files_only=True)
    segments, _ = model.transcribe(np.zeros(_SILENCE_SAMPLES, dtype=np.float32), language="en", beam_size=1)
    list(segments)
    return f"faster-whisper {metadata.version('faster-whisper')}"


def _speakers(path: str) -> str:
    import numpy as np

    from assistant.transcribe.speakers import NeuralListener

    listener = NeuralListener(Path(path), name="the model", sha256="", threads=1)
    listener.listen(np.zeros(_SILENCE_SAMPLES, dtype=np.float32), 0)
    return f"torch {metadata.version('torch')}"


def _embedder(path: str) -> str:
    from sentence_transformers import SentenceTransformer

    vector = SentenceTransformer(path, device="cpu", local_files_only=True).encode("interview")
    return f"{len(vector)} dimensions, sentence-transformers {metadata.version('sentence-transformers')}"


def _llm(path: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        # a process of our own: the doctor must not end one that somebody works with
        settings = load_settings().model_copy(update={"runtime_dir": Path(folder)})
        client = LlmClient(Path(path), settings)
        try:
            told = client.self_test()
        finally:
            client.shutdown()
    fallback = "" if told.get("use_extra_bufts", True) else ", without AMX buffers"
    return f"llama-cpp-python {metadata.version('llama-cpp-python')}{fallback}"


PROBES: dict[str, Callable[..., str]] = {
    "sqlite": _sqlite,
    "chromadb": _chromadb,
    "audio": _audio,
    "whisper": _whisper,
    "speakers": _speakers,
    "embedder": _embedder,
    "llm": _llm,
}


def main(name: str, *arguments: str) -> None:
    """Print what the probe found; end with a sentence where one is known, else with the traceback."""
    go_offline(alone=True)
    try:
        print(PROBES[name](*arguments))
    except StudyError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
