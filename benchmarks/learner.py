"""How long the learner takes to learn from all decisions anew, on made-up segments of a given size.

    python benchmarks/learner.py [--segments 20000] [--codes 300] [--interviews 50] [--json]

Every segment is decided. The pool (what decisions do not change) is made once for a run and a codebook; the refit is
what follows a decision. Peak memory is that of this process.
"""

import argparse
import json
import time

import numpy as np
from machine import machine, peak_mb

from assistant.suggest.labels import Labels
from assistant.suggest.learner import learn
from assistant.suggest.pool import RawRows, build_pool

DIMENSIONS = 384
WORDS = 3_000
REPEATS = 3


def main() -> None:
    """Print seconds for the pool and the refit, and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=20_000)
    parser.add_argument("--codes", type=int, default=300)
    parser.add_argument("--interviews", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows, signals, labels = _made_up(options.segments, options.codes, options.interviews)
    names = [str(number) for number in range(options.codes)]
    began = time.perf_counter()
    pool = build_pool(rows, names, {name: str(int(name) % 20) if int(name) >= 20 else None for name in names}, signals)  # noqa: PLR2004
    made = time.perf_counter() - began
    refits = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        learn(pool, labels)
        refits.append(time.perf_counter() - began)
    result = {
        "segments": options.segments,
        "codes": options.codes,
        "pool_seconds": round(made, 2),
        "refit_seconds": round(sorted(refits)[REPEATS // 2], 2),
        "peak_mb": peak_mb(),
        "machine": machine(),
    }
    told = f"pool {result['pool_seconds']} s, refit {result['refit_seconds']} s, peak {result['peak_mb']} MB"
    print(json.dumps(result, indent=2) if options.json else told)


def _made_up(count: int, codes: int, interviews: int) -> tuple[RawRows, dict[str, np.ndarray], Labels]:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(count, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [" ".join(f"w{n}" for n in line) for line in rng.zipf(1.4, size=(count, 40)) % WORDS]
    owner = np.sort(rng.integers(interviews, size=count))
    rows = RawRows(list(range(count)), owner.tolist(), texts, vectors, np.roll(vectors, 1, 0), np.roll(vectors, 2, 0))
    truth = rng.random((count, codes)) < 1.5 / codes
    similar = rng.normal(size=(count, codes)).astype(np.float32) + truth
    signals = {"definition": similar, "sentence": similar, "llm": similar}
    return rows, signals, Labels(np.ones_like(truth), truth.astype(np.float32), np.zeros_like(truth))


if __name__ == "__main__":
    main()
