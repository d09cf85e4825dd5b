"""faster-whisper as a recogniser: int8 on the CPU, several groups of speech at a time.

Each group of at most 30 seconds is decoded without time stamps of its own: with them, the batched decoder ends
many groups early and loses what follows. Words get their times from the model's attention, and utterances are cut by
us. A group that comes out as a loop is decoded once more by itself, the slow and careful way.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assistant.transcribe.audio import RATE_HZ, Samples
from assistant.transcribe.clips import Clip, SpeechOnly, unheard
from assistant.transcribe.doubts import loops
from assistant.transcribe.recogniser import AUTO, MIXED, Heard
from assistant.transcribe.sentences import Confidence, HeardWord, utterances_of
from assistant.transcribe.windows import VAD, Window
from store.canonical import sha256_json
from store.errors import InvalidInputError, StudyError
from store.values import Utterance

BATCH_SIZE = 4
BEAM_SIZE = 1
CAREFUL_BEAM = 5
CAREFUL_TEMPERATURES = (0.0, 0.2, 0.4)
REPETITIVE = 2.4
"""Text that compresses better than this was written in a loop (Radford et al. 2022)."""
SURE_OF_LANGUAGE = 0.5
"""Below this, a group of speech is taken to be in the language that is spoken most."""
MOST_HOTWORD_TOKENS = 220
"""What the decoder leaves room for."""
FILES = ("model.bin", "config.json", "tokenizer.json")


class WhisperRecogniser:
    """A Whisper model in CTranslate2's format, from a folder on this machine."""

    def __init__(self, folder: Path, *, name: str, sha256: str, threads: int, glossary: Sequence[str] = ()) -> None:
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
        self._glossary = tuple(glossary)
        self._hotwords, self.left_out = self._fitting(self._glossary)
        """`left_out` are the terms of the glossary for which the model has no room."""

    def _fitting(self, terms: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
        """The terms that fit before a decoding, as one text, and those that do not."""
        used, kept = 0, 0
        for kept, term in enumerate(terms):
            used += len(self._model.hf_tokenizer.encode(f" {term},", add_special_tokens=False).ids)
            if used > MOST_HOTWORD_TOKENS:
                return ", ".join(terms[:kept]) or None, tuple(terms[kept:])
        return ", ".join(terms) or None, ()

    @property
    def name(self) -> str:
        """The model's name in the catalogue."""
        return self._name

    @property
    def identity(self) -> Mapping[str, Any]:
        """Model, weights, decoding options and versions."""
        return identity_of(self._name, self._sha256, self._glossary)

    def language_for(self, wanted: str) -> str | None:
        """English for an English-only model; otherwise what is wanted, or None to guess."""
        known: list[str] = self._model.supported_languages
        wanted = wanted.strip().lower()
        multilingual: bool = self._model.model.is_multilingual
        if wanted == AUTO:
            return None if multilingual else "en"
        if wanted in known or (wanted == MIXED and multilingual):
            return wanted
        if not multilingual:
            raise InvalidInputError(
                f"The model {self._name} knows only English, not {wanted!r}; choose another with --model, "
                "`interview models list` shows which languages each one knows."
            )
        raise InvalidInputError(
            f"The model {self._name} knows no language {wanted!r}; give a code such as en, de or ja, auto, or mixed."
        )

    def hear(self, window: Window, language: str | None) -> Heard:
        """Decode the window's groups, four at a time, and again what follows where a group ended early.

        The decoder now and then stops in the middle of a group as if it were over; what it left is heard by itself.
        """
        speech = SpeechOnly(window)
        if language == MIXED:
            return self._mixed(speech)
        heard, language, certainty = self._clips(speech, speech.clips, language)
        return Heard(_in_order(heard), language or "", certainty)

    def _mixed(self, speech: SpeechOnly) -> Heard:
        """Each group in its own language; one that is not clear is taken to be in the most spoken one."""
        spoken: Counter[str] = Counter()
        guesses: list[str | None] = []
        for clip in speech.clips:
            language, certainty, _ = self._model.detect_language(audio=speech.samples[clip.start : clip.end])
            sure = certainty >= SURE_OF_LANGUAGE
            guesses.append(language if sure else None)
            spoken[language] += (clip.end - clip.start) if sure else 1
        most = max(spoken, key=lambda code: spoken[code], default="")
        heard: list[Utterance] = []
        for code in dict.fromkeys(guess or most for guess in guesses):
            clips = [c for c, guess in zip(speech.clips, guesses, strict=True) if (guess or most) == code]
            found, _, _ = self._clips(speech, clips, code)
            heard += (replace(utterance, language=code) for utterance in found)
        return Heard(_in_order(heard), most)

    def _clips(
        self, speech: SpeechOnly, clips: list[Clip], language: str | None
    ) -> tuple[list[Utterance], str | None, float]:
        """The utterances of some groups, the language they are in, and how sure that is."""
        heard: list[Utterance] = []
        certainty = 1.0
        while clips:
            segments, info = self._decoded(speech.samples, clips, language)
            if language is None:
                language, certainty = info.language, float(info.language_probability)
            left: list[Clip] = []
            for clip in clips:
                own = [s for s in segments if s.seek == clip.seek]
                careful = self._again(speech, clip, language) if _loops(own) else []
                heard += careful or [u for segment in own for u in _utterances(segment, speech)]
                if not careful:
                    left.append(clip)
            clips = unheard(left, segments)  # what was decoded again was decoded to its end
        return heard, language, certainty

    def _again(self, speech: SpeechOnly, clip: Clip, language: str | None) -> list[Utterance]:
        """A looping group decoded by itself with a wider beam and, if need be, at higher temperatures.

        Nothing where that is no better: what loops again, or no words at all.
        """
        try:
            segments, _ = self._model.transcribe(
                speech.samples[clip.start : clip.end],
                language=language,
                beam_size=CAREFUL_BEAM,
                temperature=list(CAREFUL_TEMPERATURES),
                compression_ratio_threshold=REPETITIVE,
                condition_on_previous_text=False,
                word_timestamps=True,
                hotwords=self._hotwords,
                vad_filter=False,
            )
            careful = list(segments)
        except RuntimeError as error:
            raise self._failed(error) from error
        if _loops(careful):
            return []
        offset = clip.start / RATE_HZ
        return [u for segment in careful for u in _utterances(segment, speech, offset)]

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
                hotwords=self._hotwords,
            )
            return list(segments), info
        except RuntimeError as error:
            raise self._failed(error) from error

    def _failed(self, error: RuntimeError) -> StudyError:
        return StudyError(
            f"The model {self._name} failed ({error}); close other programs, then run the same command again."
        )


def identity_of(name: str, sha256: str, glossary: Sequence[str]) -> Mapping[str, Any]:
    """All that decides what such a model hears, without loading it: model, weights, decoding options and versions."""
    return {
        "model": name,
        "weights_sha256": sha256,
        "compute_type": "int8",
        "beam_size": BEAM_SIZE,
        "batch_size": BATCH_SIZE,
        "without_timestamps": True,
        "vad": dict(VAD),
        "careful": {"beam_size": CAREFUL_BEAM, "temperatures": list(CAREFUL_TEMPERATURES), "after": REPETITIVE},
        "glossary_sha256": sha256_json(list(glossary)) if glossary else None,
        "versions": {name: version(name) for name in ("faster-whisper", "ctranslate2", "av")},
    }


def _in_order(heard: list[Utterance]) -> tuple[Utterance, ...]:
    return tuple(sorted(heard, key=lambda u: (u.start_ms, u.end_ms)))


def _loops(segments: Sequence[Any]) -> bool:
    """Whether a group was written in a loop."""
    words = [word.word for segment in segments for word in segment.words or ()]
    return any(segment.compression_ratio > REPETITIVE for segment in segments) or bool(loops(words))


def _utterances(segment: Any, speech: SpeechOnly, offset_s: float = 0.0) -> tuple[Utterance, ...]:
    words: list[HeardWord] = []
    latest_ms = 0
    for word in segment.words or ():
        start_ms, end_ms = speech.word_ms(word.start + offset_s, word.end + offset_s)
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
