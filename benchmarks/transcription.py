"""Transcription and speakers on a folder of recordings with references.

    python benchmarks/transcription.py --audio DIR [--model base] [--rttm NAME=DIR]… [--repeats 3] [--json]
    python benchmarks/transcription.py --audio DIR --long 60 [--model base] [--json]

`manifest.json` in the folder names the files, their language, how far the reference words may be trusted, and how
many speak; `NAME.rttm` beside a file says who speaks when. For each file: real-time factor (seconds of work for a
second of sound, models loaded before) with the product, without and with speakers, and with bare faster-whisper (same
model, threads and batch), alternating within one run; word error rate of both (jiwer, Whisper's normaliser) where the
reference is human; diarization error rate (pyannote.metrics, overlaps counted) with the number of speakers given and
found out. `--rttm` adds what another tool wrote, one `FILE.rttm` a recording, for comparison.

`--long` joins the files to a recording of so many minutes, transcribes it with speakers in a process of its own, prints
how its memory grows, kills another such process at half, goes on, and compares both transcripts.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from machine import machine

from assistant.models import choose
from assistant.settings import Settings, load_settings
from assistant.transcribe import transcribe
from assistant.transcribe.audio import RATE_HZ, Recording
from assistant.transcribe.recogniser import Recogniser
from assistant.transcribe.speakers import VoiceListener, assign, timeline
from assistant.transcribe.transcription import load_listener, load_recogniser
from assistant.transcribe.whisper import BATCH_SIZE, BEAM_SIZE
from store.errors import StudyError
from store.interviews import add_interview
from store.study import create_study, open_study
from store.transcripts import transcript

SHORTEST_S = 30
COLLARS = (0.25, 0.0)
WHOLE_MS = 12 * 3_600_000


def main() -> None:
    """Print a table, or JSON, of what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--audio", type=Path, required=True)
    parser.add_argument("--model", default="base")
    parser.add_argument("--rttm", action="append", default=[], metavar="NAME=DIR")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--long", type=int, default=0, metavar="MINUTES")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = _long(options) if options.long else _files(options)
    result |= {"model": options.model, "machine": machine()}
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for row in result.get("files", [result]):
        print("  ".join(f"{key} {value}" for key, value in row.items()))
    if "files" in result:
        print(json.dumps({key: value for key, value in result.items() if key != "files"}, indent=2))


# ---- one file after the other


def _files(options: argparse.Namespace) -> dict[str, Any]:
    settings = load_settings()
    recogniser, listener = load_recogniser(options.model, settings), load_listener(settings)
    bare = _bare(options.model, settings)
    rows = []
    entries = json.loads((options.audio / "manifest.json").read_text(encoding="utf-8"))
    for entry in entries:
        path = options.audio / entry["file"]
        row: dict[str, Any] = {"file": path.name, "seconds": entry["duration_s"]}
        if entry["duration_s"] >= SHORTEST_S:
            row |= _speed(path, options.repeats, recogniser, listener, bare)
        if (
            entry["reference"]
            and entry["reference_kind"].startswith("human")
            and recogniser.language_for("auto") in (None, entry["lang"])
        ):
            row |= _words(path, entry, recogniser, bare)
        rows.append(row)
    return {"files": rows, **_summary(rows), "diarization": _diarization(options, listener), "peak_mb": _peak()}


def _speed(
    path: Path, repeats: int, recogniser: Recogniser, listener: VoiceListener, bare: Callable[..., str]
) -> dict[str, float]:
    with Recording(path) as sound:
        seconds = len(sound.read(0, WHOLE_MS)) / RATE_HZ
    found: dict[str, list[float]] = {"bare": [], "ours": [], "with_speakers": []}
    for _ in range(repeats):
        found["bare"].append(_timed(lambda: bare(path, "en")))
        found["ours"].append(_timed(lambda: _ours(path, "en", recogniser, None)))
        found["with_speakers"].append(_timed(lambda: _ours(path, "en", recogniser, listener)))
    least = {name: min(times) / seconds for name, times in found.items()}
    return {
        "rtf_bare": round(least["bare"], 3),
        "rtf_ours": round(least["ours"], 3),
        "ratio": round(least["ours"] / least["bare"], 2),
        "speakers_add": round(least["with_speakers"] - least["ours"], 3),
    }


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _words(path: Path, entry: dict[str, Any], recogniser: Recogniser, bare: Callable[..., str]) -> dict[str, float]:
    import jiwer
    from transformers.models.whisper.english_normalizer import BasicTextNormalizer, EnglishTextNormalizer

    plain = EnglishTextNormalizer({}) if entry["lang"] == "en" else BasicTextNormalizer()
    truth = plain(entry["reference"])
    return {
        "wer_bare": round(jiwer.wer(truth, plain(bare(path, entry["lang"]))), 3),
        "wer_ours": round(jiwer.wer(truth, plain(_ours(path, entry["lang"], recogniser, None))), 3),
        "words": len(truth.split()),
    }


def _ours(path: Path, language: str, recogniser: Recogniser, listener: VoiceListener | None) -> str:
    """The transcript's text by the product, from the file to the disk."""
    with tempfile.TemporaryDirectory() as folder, create_study(Path(folder) / "study") as study:
        label = add_interview(study, path, "recording").label
        speakers = "none" if listener is None else "auto"
        try:
            return transcribe(
                study,
                label,
                load_settings(),
                language=language,
                speakers=speakers,
                recogniser=recogniser,
                listener=listener,
            ).text.replace("\n", " ")
        except StudyError as error:  # no speech found is a result here
            print(error, file=sys.stderr)
            return ""


def _bare(model: str, settings: Settings) -> Callable[..., str]:
    """Faster-whisper as its own documentation runs it in batches."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    folder = choose("whisper", model, settings).path
    loaded = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=settings.threads)
    pipeline = BatchedInferencePipeline(loaded)

    def hear(path: Path, language: str) -> str:
        segments, _ = pipeline.transcribe(
            str(path),
            language=language,
            batch_size=BATCH_SIZE,
            beam_size=BEAM_SIZE,
            temperature=0.0,
            word_timestamps=True,
        )
        return " ".join(segment.text.strip() for segment in segments)

    return hear


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    ratios = [row["ratio"] for row in rows if "ratio" in row]
    added = [row["speakers_add"] for row in rows if "speakers_add" in row]
    words = sum(row["words"] for row in rows if "words" in row)
    return {
        "median_ratio": statistics.median(ratios) if ratios else None,
        "median_speakers_add": statistics.median(added) if added else None,
        **{
            name: round(sum(row[name] * row["words"] for row in rows if name in row) / words, 3) if words else None
            for name in ("wer_bare", "wer_ours")
        },
        "reference_words": words,
    }


# ---- who speaks when


def _diarization(options: argparse.Namespace, listener: VoiceListener) -> dict[str, Any]:
    """Pooled and by file, for the product with the number of speakers given and found out, and for other tools."""
    others = dict(pair.split("=", 1) for pair in options.rttm)
    ways: dict[str, dict[str, list[tuple[float, float, str]]]] = {"ours, given": {}, "ours, found out": {}}
    ways |= {name: {} for name in others}
    truths = {path.stem: _rttm(path) for path in sorted(options.audio.glob("*.rttm"))}
    lengths = {}
    for name, truth in truths.items():
        with Recording(options.audio / f"{name}.wav") as sound:
            samples = sound.read(0, WHOLE_MS)
        lengths[name] = len(samples) / RATE_HZ
        voices = listener.listen(samples, 0)
        people = len({who for _, _, who in truth})
        for way, count in (("ours, given", people), ("ours, found out", None)):
            spoken = timeline(voices, assign(voices, count))
            ways[way][name] = [(s.start_ms / 1000, s.end_ms / 1000, str(s.speaker)) for s in spoken]
        for other, folder in others.items():
            path = Path(folder) / f"{name}.rttm"
            ways[other][name] = _rttm(path) if path.is_file() else []
    return {way: {f"collar {c}": _error(truths, found, lengths, c) for c in COLLARS} for way, found in ways.items()}


def _error(truths: Any, found: Any, lengths: dict[str, float], collar: float) -> dict[str, float]:
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    def annotation(stretches: list[tuple[float, float, str]]) -> Any:
        made = Annotation()
        for number, (start, end, who) in enumerate(stretches):
            made[Segment(start, end), number] = who
        return made

    metric = DiarizationErrorRate(collar=collar)
    by_file = {
        name: round(
            float(metric(annotation(truth), annotation(found[name]), uem=Timeline([Segment(0, lengths[name])]))), 3
        )
        for name, truth in truths.items()
    }
    return {"pooled": round(float(abs(metric)), 3), **by_file}


def _rttm(path: Path) -> list[tuple[float, float, str]]:
    fields = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("SPEAKER"))
    return [(float(f[3]), float(f[3]) + float(f[4]), f[7]) for f in fields]


# ---- a long recording

CHILD = """
import sys
from pathlib import Path
from assistant.settings import load_settings
from assistant.transcribe import transcribe
from store.study import open_study

def tell(done_ms, total_ms):
    print(done_ms, total_ms, flush=True)

with open_study(Path(sys.argv[1])) as study:
    transcribe(study, "I1", load_settings(), model=sys.argv[2], language="en", progress=tell)
"""


def _long(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = _joined(options.audio, options.long, Path(folder) / "long.wav")
        began = time.perf_counter()
        whole = Path(folder) / "whole"
        memory = list(_run(path, whole, options.model, kill_at=None))
        seconds = time.perf_counter() - began
        resumed = Path(folder) / "resumed"
        list(_run(path, resumed, options.model, kill_at=0.5))
        list(_run(None, resumed, options.model, kill_at=None))
        one, other = _turns(whole), _turns(resumed)
        return {
            "minutes": options.long,
            "seconds": round(seconds),
            "rtf": round(seconds / 60 / options.long, 3),
            "memory_mb": memory,
            "turns": len(one),
            "words": sum(len(turn[4]) for turn in one),
            "same_after_kill": one == other,
            "first_difference": next(([a[:4], b[:4]] for a, b in zip(one, other, strict=False) if a != b), None),
        }


def _joined(audio: Path, minutes: int, target: Path) -> Path:
    """The recordings of human speech after one another, again and again, until it is long enough."""
    entries = json.loads((audio / "manifest.json").read_text(encoding="utf-8"))
    names = [e["file"] for e in entries if e["lang"] == "en" and e["duration_s"] >= 5]  # noqa: PLR2004 - no single words
    left = minutes * 60 * RATE_HZ
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        while left > 0:
            for name in names:
                with Recording(audio / name) as sound:
                    samples = sound.read(0, WHOLE_MS)[:left]
                file.writeframes((np.clip(samples, -1, 1) * 32_767).astype(np.int16).tobytes())
                left -= len(samples)
                if left <= 0:
                    break
    return target


def _run(path: Path | None, folder: Path, model: str, kill_at: float | None) -> Iterator[tuple[float, int]]:
    """Transcribe in a process of its own; yields (share done, MB it holds) at each tenth, the last is its peak."""
    if path is not None:
        with create_study(folder) as study:
            add_interview(study, path, "recording", label="I1")
    command = [sys.executable, "-c", CHILD, str(folder), model]
    peak = told = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own interpreter
        process = psutil.Process(child.pid)
        assert child.stdout is not None
        for line in child.stdout:
            done, total = (int(number) for number in line.split())
            held = process.memory_info().rss // 1024**2
            peak = max(peak, held)
            if done * 10 // total > told or not told:
                told = max(1, done * 10 // total)
                yield round(done / total, 2), held
            if kill_at is not None and done >= kill_at * total:
                child.kill()
                return
    yield 1.0, peak


def _turns(folder: Path) -> list[tuple[Any, ...]]:
    with open_study(folder) as study:
        found = transcript(study, "I1")
        return [(t.speaker, t.span.of(found.text), t.start_ms, t.end_ms, t.words) for t in found.turns]


def _peak() -> int | None:
    from machine import peak_mb

    return peak_mb()


if __name__ == "__main__":
    main()
