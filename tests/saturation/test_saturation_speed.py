from time import perf_counter

import numpy as np

from assistant.saturation.ahead import chance_of_new, expected_new, interviews_to, interviews_to_interval
from assistant.saturation.incidence import incidence_of
from assistant.saturation.orders import order_band
from assistant.saturation.rarefaction import extrapolation, rarefaction
from assistant.saturation.resampled import resample
from assistant.saturation.richness import richness
from assistant.saturation.stopping import guest, guest_bootstrap


def everything(found):
    """All that a report on saturation asks of one matrix, each with 1,000 draws."""
    resample.cache_clear()
    counts = incidence_of(found)
    y, t = counts.y, counts.t
    return (
        richness(y, t),
        rarefaction(y, t),
        extrapolation(y, t, range(1, 101)),
        order_band(found),
        guest(found),
        guest_bootstrap(found),
        expected_new(y, t),
        chance_of_new(y, t),
        interviews_to(y, t),
        interviews_to_interval(y, t),
    )


def test_a_thousand_interviews_and_three_hundred_codes_within_two_seconds():
    """The aim of the design: 1,000 draws of everything in 2 s; the better of two runs, as other work may be about."""
    random = np.random.default_rng(1)
    found = random.random((300, 1000)) < random.beta(0.3, 3, 300)[:, None]
    taken = []
    for _ in range(2):
        start = perf_counter()
        everything(found)
        taken.append(perf_counter() - start)
        if taken[-1] < 2:
            break
    assert min(taken) < 2, taken
