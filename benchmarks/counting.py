"""How long the statistics of saturation and of agreement take over a large made-up study, intervals included.

    python benchmarks/counting.py [--interviews 1000] [--codes 300] [--draws 1000] [--units 20] [--runs 5] [--json]

Saturation: everything a report holds, over a code × interview table. Agreement: percent, kappa, alpha and AC1 of each
code for two coders, their intervals by resampling interviews, from ratings of `units` units in each interview. Codes
are as rare as codes are: most stand in a few interviews, a few in nearly all. Times are the median of the runs.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from machine import machine, peak_mb
from numpy.typing import NDArray
from printed import printed

from assistant.agreement import agreement_from, bootstrap, counts_of
from assistant.saturation.ahead import chance_of_new, expected_new, interviews_to, interviews_to_interval
from assistant.saturation.orders import order_band
from assistant.saturation.rarefaction import extrapolation, rarefaction
from assistant.saturation.richness import richness
from assistant.saturation.stopping import guest, guest_bootstrap

AIM_S = 2.0
SLIPS = 0.1
"""The share of a code's units on which the second coder says something else."""


def made_table(interviews: int, codes: int, seed: int = 1) -> NDArray[np.bool_]:
    """Which code is found in which interview, (codes, interviews)."""
    chance = np.random.default_rng(seed)
    common = chance.beta(0.6, 4, size=(codes, 1))
    return chance.random((codes, interviews)) < common


def made_ratings(interviews: int, codes: int, units: int, seed: int = 1) -> NDArray[np.int8]:
    """Two coders' ratings, (codes, coders, units of all interviews)."""
    chance = np.random.default_rng(seed)
    common = chance.beta(0.6, 8, size=(codes, 1))
    first = chance.random((codes, interviews * units)) < common
    second = np.where(chance.random(first.shape) < SLIPS * common, ~first, first)
    return np.stack([first, second], axis=1).astype(np.int8)


def all_of_saturation(found: NDArray[np.bool_], draws: int) -> None:
    """What `interview saturation` computes once it has the table."""
    y, count = found.sum(axis=1), found.shape[1]
    guest(found)
    guest_bootstrap(found, draws=draws)
    guest_bootstrap(found, draws=draws, replace=False)
    order_band(found, draws=draws)
    richness(y, count, draws=draws)
    rarefaction(y, count)
    extrapolation(y, count, range(1, 61))
    expected_new(y, count)
    chance_of_new(y, count)
    interviews_to(y, count)
    interviews_to_interval(y, count)


def all_of_agreement(ratings: NDArray[np.int8], interview_of_unit: NDArray[np.int64], draws: int) -> None:
    """Every statistic of every code with its interval, from the ratings on."""
    counts = counts_of(ratings, interview_of_unit)
    agreement_from(counts)
    bootstrap(counts, draws=draws)


def seconds(run: Callable[[], None], runs: int) -> dict[str, float]:
    """The median and the extremes of some runs, after one that does not count."""
    run()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return {name: round(of(times), 3) for name, of in (("median", statistics.median), ("min", min), ("max", max))}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("interviews", 1000), ("codes", 300), ("draws", 1000), ("units", 20), ("runs", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = made_table(given.interviews, given.codes)
    ratings = made_ratings(given.interviews, given.codes, given.units)
    where = np.repeat(np.arange(given.interviews), given.units)
    told = {
        "interviews": given.interviews,
        "codes": given.codes,
        "draws": given.draws,
        "units": ratings.shape[2],
        "saturation_s": seconds(lambda: all_of_saturation(found, given.draws), given.runs),
        "agreement_s": seconds(lambda: all_of_agreement(ratings, where, given.draws), given.runs),
        "aim_s": AIM_S,
        "peak_mb": peak_mb(),
        "machine": machine(),
    }
    print(printed(told, as_json=given.json))
    return 0


if __name__ == "__main__":
    sys.exit(main())
