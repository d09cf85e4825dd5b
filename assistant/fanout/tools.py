"""The models of one worker: loaded once, kept between pieces, and only those that the study's record will name."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from langchain_core.embeddings import Embeddings

from assistant.fanout.request import UnfitError
from assistant.llm import LlmClient
from assistant.models import InstalledModel, Role, choose
from assistant.segment import local_embedder
from assistant.settings import Settings, load_settings
from assistant.transcribe.recogniser import Recogniser
from assistant.transcribe.speakers import VoiceListener
from assistant.transcribe.transcription import load_listener, load_recogniser
from store.canonical import sha256_text
from store.errors import StudyError

DETAILS = ("llama_cpp", "use_extra_bufts")
"""What of a language model's process changes its numbers."""


class Tools:
    """What one worker has loaded; asks about one thing at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = threading.Lock()
        self._kept: dict[str, tuple[object, Any]] = {}

    def settings(self, **changed: Any) -> Settings:
        """This machine's settings; a language model's process is this worker's own, also after it was started again."""
        own = load_settings()
        return own.model_copy(update={"runtime_dir": own.runtime_dir / f"w{sha256_text(self.name)[:8]}", **changed})

    def recogniser(self, name: str, words: Mapping[str, Any], glossary: Sequence[str]) -> Recogniser:
        """The speech model that hears as `words` says; raises UnfitError where this machine has no such one."""
        self._installed("whisper", name, str(words.get("weights_sha256")))
        found: Recogniser = self._once(
            "words", (name, dict(words)), lambda: load_recogniser(name, self.settings(), glossary)
        )
        self._same(f"hears words with {name}", dict(found.identity), dict(words))
        return found

    def listener(self, voices: Mapping[str, Any]) -> VoiceListener:
        """The model that tells speakers apart as `voices` says; raises UnfitError where there is no such one."""
        name = str(voices.get("model"))
        self._installed("speakers", name, str(voices.get("weights_sha256")))
        found: VoiceListener = self._once("voices", dict(voices), lambda: load_listener(self.settings(speakers=name)))
        self._same(f"tells speakers apart with {name}", dict(found.identity), dict(voices))
        return found

    def embedder(self, name: str, model: str) -> Embeddings:
        """The embedding model whose vectors are kept under `model`; raises UnfitError where there is no such one."""
        try:
            embedder = local_embedder(self.settings(embedder=name))
        except StudyError as error:
            raise self._unfit(str(error)) from error
        self._same(f"embeds with {name}", embedder.name, model)
        found: Embeddings = self._once("embedder", model, embedder.load)
        return found

    def language_model(self, name: str, sha256: str, details: Mapping[str, Any], **changed: Any) -> LlmClient:
        """The language model with those weights and details; raises UnfitError where there is no such one."""
        chosen = self._installed("llm", name, sha256)
        found: LlmClient = self._once(
            "llm", (name, sha256, changed), lambda: LlmClient(chosen.path, self.settings(**changed))
        )
        info = found.info()
        self._same(f"runs {name}", {key: info.get(key) for key in details}, dict(details))
        return found

    def close(self) -> None:
        """End the language model's process, which nobody else needs."""
        kept = self._kept.pop("llm", None)
        if kept is not None:
            with suppress(StudyError, OSError):
                kept[1].shutdown()

    def _once(self, kind: str, key: object, load: Any) -> Any:
        """What was loaded for that, or what is loaded now in its place; one of a kind, for memory."""
        kept = self._kept.get(kind)
        if kept is None or kept[0] != key:
            if kind == "llm":
                self.close()
            self._kept.pop(kind, None)
            kept = self._kept[kind] = (key, load())
        return kept[1]

    def _installed(self, role: Role, name: str, sha256: str) -> InstalledModel:
        try:
            chosen = choose(role, name, self.settings())
        except StudyError as error:
            raise self._unfit(str(error)) from error
        self._same(f"has the model {name}", chosen.sha256, sha256)
        return chosen

    def _same(self, what: str, here: object, there: object) -> None:
        if here == there:
            return
        if isinstance(here, dict) and isinstance(there, dict):
            parts = sorted(key for key in here.keys() | there.keys() if here.get(key) != there.get(key))
            what = f"{what} ({', '.join(parts)} differ)"
        raise self._unfit(f"It {what} in another form than the machine that asks; install the same version on both.")

    def _unfit(self, why: str) -> UnfitError:
        return UnfitError(f"The worker {self.name} cannot help: {why}")
