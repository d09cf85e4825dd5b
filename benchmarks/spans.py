"""How long agreement on spans takes over long transcripts: by intervals, whatever their number of characters.

    python benchmarks/spans.py [--interviews 100] [--characters 50000] [--codes 50] [--spans 20] [--runs 5] [--json]

100 interviews of an hour are about five million characters. Two coders mark `spans` spans of every code in each
interview, beginnings up to 60 characters apart. Measured: laying the spans out, agreement on every character, alpha
for unitizing of every code; and their intervals from 1,000 draws of interviews. Times are the median of the runs.
"""

import argparse
import sys

import numpy as np
from counting import seconds
from machine import machine, peak_mb
from printed import printed

from assistant.agreement import (
    Continua,
    agreement_from,
    alpha_u,
    bootstrap,
    bootstrap_alpha_u,
    character_counts,
    continua_from,
)

AIM_S = 2.0


def laid_out(interviews: int, characters: int, codes: int, spans: int, seed: int = 1) -> Continua:
    """Made-up spans of two coders."""
    chance = np.random.default_rng(seed)
    each = interviews * spans
    start = chance.integers(0, characters - 700, (codes, 1, each)) + chance.integers(0, 60, (codes, 2, each))
    end = start + chance.integers(40, 600, start.shape)
    code, coder, place = (axis.ravel() for axis in np.indices(start.shape))
    numbers = np.arange(interviews)
    read = [numbers, np.zeros_like(numbers), np.full_like(numbers, characters)]
    return continua_from(place // spans, coder, code, start.ravel(), end.ravel(), read=read, coders=2, codes=codes)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("interviews", 100), ("characters", 50000), ("codes", 50), ("spans", 20), ("runs", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    size = (given.interviews, given.characters, given.codes, given.spans)
    continua = laid_out(*size)
    counts = character_counts(continua)

    def figures() -> None:
        built = laid_out(*size)
        agreement_from(character_counts(built))
        alpha_u(built)

    def intervals() -> None:
        bootstrap(counts)
        bootstrap_alpha_u(continua)

    told = {
        "interviews": given.interviews,
        "characters": given.interviews * given.characters,
        "codes": given.codes,
        "spans": len(continua.first),
        "figures_s": seconds(figures, given.runs),
        "intervals_s": seconds(intervals, given.runs),
        "aim_s": AIM_S,
        "peak_mb": peak_mb(),
        "machine": machine(),
    }
    print(printed(told, as_json=given.json))
    return 0


if __name__ == "__main__":
    sys.exit(main())
