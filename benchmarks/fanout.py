"""Ten recordings heard by one worker and by two, on this machine.

    python benchmarks/fanout.py [--recordings 10] [--seconds 60] [--rounds 3] [--model tiny.en] [--threads 1] [--json]

Cuts the recordings from the two samples, starts two schedulers on loopback, one with a worker and one with two, all
workers with the same number of threads (half of the cores, so that two fit), has every worker hear something first, and
then measures `interview transcribe --scheduler` without the start of the program: the same study made anew for each
round, with one worker and with two in turn, the order changing from round to round. Prints the medians, and the
speed-up against the two that would be ideal.
"""

import argparse
import statistics
import sys
import tempfile
import time
import wave
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from machine import machine
from printed import printed

sys.path.append(str(Path(__file__).parents[1] / "tests"))  # where the same cluster is started for tests
from servers.dask_cluster import dask_cluster

from assistant.fanout import Cluster, cluster_at, transcribe_spread
from assistant.settings import load_settings
from assistant.transcribe.audio import RATE_HZ, Recording
from assistant.transcribe.transcription import Wanted
from store.interviews import add_interview
from store.study import create_study

SAMPLES = Path(__file__).parents[1] / "samples" / "recordings"
STEP_MS = 11_000
"""Each recording begins so much later than the one before, so that no two are the same."""


def main() -> None:
    """Print what came out, as lines or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--threads", type=int, default=max(1, (psutil.cpu_count() or 2) // 2))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fanout-") as folder:
        print(printed(measured(Path(folder), options), as_json=options.json))


def measured(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """The seconds of each round with one worker and with two, and how much faster two are."""
    before = machine()
    clips = [_clip(folder, number, options.seconds * 1000) for number in range(options.recordings)]
    settings = load_settings()
    seconds: dict[int, list[float]] = {1: [], 2: []}
    with ExitStack() as stack:
        clusters = {}
        for count in seconds:
            names = [f"of{count}-{number}" for number in range(1, count + 1)]
            started = stack.enter_context(dask_cluster(folder / f"dask{count}", *names, threads=options.threads))
            clusters[count] = stack.enter_context(cluster_at(started.address, settings, _note))
            _round(folder / f"warm{count}", clips[: 2 * count], clusters[count], options.model)
        for number in range(options.rounds):
            for count in (1, 2) if number % 2 == 0 else (2, 1):
                place = folder / f"round{number}-{count}"
                seconds[count].append(_round(place, clips, clusters[count], options.model))
                _note(f"round {number + 1}, {count} worker(s): {seconds[count][-1]} s")
    one, two = statistics.median(seconds[1]), statistics.median(seconds[2])
    return {
        "recordings": options.recordings,
        "seconds_each": options.seconds,
        "model": options.model,
        "threads_a_worker": options.threads,
        "one_worker_s": one,
        "two_workers_s": two,
        "speed_up": round(one / two, 2),
        "ideal": 2,
        "share_of_ideal": round(one / two / 2, 2),
        "all_one_s": seconds[1],
        "all_two_s": seconds[2],
        "machine": {**before, "load_after": machine()["load"]},
    }


def _round(place: Path, clips: list[Path], cluster: Cluster, model: str) -> float:
    """How many seconds it takes to hear them all and keep what was heard."""
    with create_study(place) as study:
        for clip in clips:
            add_interview(study, clip, "recording", label=clip.stem)
        began = time.perf_counter()
        outcome = transcribe_spread(study, load_settings(), cluster, wanted=Wanted(model=model))
        spent = time.perf_counter() - began
    if outcome.failed or len(outcome.done) != len(clips):
        raise RuntimeError(outcome.failed)
    return round(spent, 2)


def _clip(folder: Path, number: int, length_ms: int) -> Path:
    """A recording cut from the samples, whose beginning follows where they end."""
    sources = sorted(SAMPLES.glob("*.mp3"))
    path = folder / f"R{number + 1:02}.wav"
    with Recording(sources[number % len(sources)]) as sound, wave.open(str(path), "wb") as file:
        start_ms = number * STEP_MS % max(1, sound.facts.duration_ms - length_ms)
        samples = sound.read(start_ms, length_ms)
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 32_000).astype(np.int16).tobytes())
    return path


def _note(sentence: Any) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    main()
