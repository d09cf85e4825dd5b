"""faster-whisper as a recogniser: int8 on the CPU, several groups of speech at a time.

Each group of at most 30 seconds is decoded without time stamps of its own: with them, the batched decoder ends
many groups early and loses what follows. Words get their times from the model's attention, and utterances are cut by
us.
"""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assistant.transcribe.audio import Samples
from assistant.transcribe.clips import Clip, SpeechOnly, unheard
from assistant.transcribe.recogniser import AUTO, Heard
from assistant.transcribe.sentences import Confidence, HeardWord, utterances_of
from assistant.transcribe.windows import VAD, Window
from store.errors import InvalidInputError, StudyError
from store.values import Utterance

BATCH_SIZE = 4
BEAM_SIZE = 1
FILES = ("model.bin", "config.json", "tokenizer.json")


class WhisperRecogniser:
    """A Whisper model in CTranslate2's format, from a folder on this machine."""

    def __init__(self, folder: Path, *, name: str, sha256: str, threads: int) -> None:
        _require_files(folder, name)
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        try:
            self._model = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError) as error:
            raise StudyError(
                f"The model {name} in {folder} cannot be loaded ({error}); run `interview models pull {name}`."
            ) from error
        self._pipeline = BatchedInferencePipeline(self._model)
        self._sha256 = sha256
        self._name = name

    @property
    def name(self) -> str:
        """The model's name in the catalogue."""
        return self._name

    @property
    def identity(self) -> Mapping[str, Any]:
        """Model, weights, decoding options and versions."""
        return {
            "model": self._name,
            "weights_sha256": self._sha256,
            "compute_type": "int8",
            "beam_size": BEAM_SIZE,
            "batch_size": BATCH_SIZE,
            "without_timestamps": True,
            "vad": dict(VAD),
            "versions": {name: version(name) for name in ("faster-whisper", "ctranslate2", "av")},
        }

    def language_for(self, wanted: str) -> str | None:
        """English for an English-only model; otherwise what is wanted, or None to guess."""
        known: list[str] = self._model.supported_languages
        multilingual: bool = self._model.model.is_multilingual
        if wanted == AUTO:
            return None if multilingual else "en"
        if wanted in known:
            return wanted
        if not multilingual:
            raise InvalidInputError(
                f"The model {self._name} knows only English, not {wanted!r}; choose another with --model, "
                "`interview models list` shows which languages each one knows."
            )
        raise InvalidInputError(
            f"The model {self._name} knows no language {wanted!r}; give a code such as en, de or ja, or auto."
        )

    def hear(self, window: Window, language: str | None) -> Heard:
        """Decode the window's groups, four at a time, and again what follows where a group ended early.

        The decoder now and then stops in the middle of a group as if it were over; what it left is heard by itself.
        """
        speech = SpeechOnly(window)
        heard: list[Utterance] = []
        certainty = 1.0
        clips = speech.clips
        while clips:
            segments, info = self._decoded(speech.samples, clips, language)
            if language is None:
                language, certainty = info.language, float(info.language_probability)
            heard += (u for segment in segments for u in _utterances(segment, speech))
            clips = unheard(clips, segments)
        return Heard(tuple(sorted(heard, key=lambda u: (u.start_ms, u.end_ms))), language or "", certainty)

    def _decoded(self, samples: Samples, clips: list[Clip], language: str | None) -> tuple[list[Any], Any]:
        try:
            segments, info = self._pipeline.transcribe(
                samples,
                language=language,
                beam_size=BEAM_SIZE,
                temperature=0.0,
                word_timestamps=True,
                without_timestamps=True,
                clip_timestamps=[clip.in_seconds() for clip in clips],
                batch_size=BATCH_SIZE,
                language_detection_segments=BATCH_SIZE,
            )
            return list(segments), info
        except RuntimeError as error:
            raise StudyError(
                f"The model {self._name} failed ({error}); close other programs, then run the same command again."
            ) from error


def _utterances(segment: Any, speech: SpeechOnly) -> tuple[Utterance, ...]:
    words: list[HeardWord] = []
    latest_ms = 0
    for word in segment.words or ():
        start_ms, end_ms = speech.word_ms(word.start, word.end)
        latest_ms = max(latest_ms, start_ms)
        words.append(HeardWord(word.word, latest_ms, max(latest_ms, end_ms), float(word.probability)))
    confidence = Confidence(float(segment.avg_logprob), float(segment.no_speech_prob), float(segment.compression_ratio))
    return utterances_of(words, confidence)


def _require_files(folder: Path, name: str) -> None:
    """Refuse early: faster-whisper would try to download a missing tokenizer."""
    missing = [file for file in FILES if not (folder / file).is_file()]
    if missing:
        raise StudyError(
            f"The model {name} lacks {', '.join(missing)} in {folder}; run `interview models pull {name}`."
        )
