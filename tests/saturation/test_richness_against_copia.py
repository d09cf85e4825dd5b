"""Against copia (Kestemont & Karsdorp; CC0), which is not ours and counts individuals instead of interviews.

Its formulas are those of Chao with the number of individuals n where ours have the number of interviews t. So it can
be asked about interviews in two ways: what differs is a known factor, or the counts are made to add up to t by one
more "species" of 50, which is taken off again.
"""

import warnings

import numpy as np
import pytest
from copia import richness as copia
from copia import stats as copia_stats

from assistant.saturation.incidence import incidence
from assistant.saturation.rarefaction import extrapolation, rarefaction
from assistant.saturation.resampled import detection
from assistant.saturation.richness import chao2, coverage, ichao2, jack1, richness

FILLER = 50
SEEDS = pytest.mark.parametrize("seed", range(8))
TWICE = pytest.mark.parametrize("twice", [True, False], ids=["some twice", "none twice"])


def found(seed, *, twice=True):
    """Codes as interviews find them: up to 60 codes, 8 to 40 interviews."""
    random = np.random.default_rng(seed)
    t = int(random.integers(8, 40))
    y = random.binomial(t, random.beta(0.5, 3, 60))
    return y[(y > 0) & (twice | (y != 2))], t


def filled(y):
    """As many interviews as incidents with the further species, and the counts with it."""
    return int(y.sum()) + FILLER, np.append(y, FILLER)


@SEEDS
@TWICE
def test_unseen_codes_are_those_of_copia_but_for_the_factor(seed, twice):
    """Chao2's q0 is Chao1's f0 with (t-1)/t for (n-1)/n."""
    y, t = found(seed, twice=twice)
    n = y.sum()
    unseen = (copia.chao1(y) - len(y)) * n / (n - 1) * (t - 1) / t
    assert chao2(incidence(y, t)) == pytest.approx(len(y) + unseen)


@SEEDS
@TWICE
def test_chao2_is_the_chao1_of_copia_for_filled_counts(seed, twice):
    """With as many individuals as interviews no factor is needed."""
    y, _ = found(seed, twice=twice)
    t, individuals = filled(y)
    assert richness(y, t, draws=0).chao2 == pytest.approx(copia.chao1(individuals) - 1)


@SEEDS
@TWICE
def test_the_curve_is_that_of_copia_for_filled_counts(seed, twice):
    """Rarefaction and extrapolation, less the chance that the further species is among m of t interviews."""
    y, _ = found(seed, twice=twice)
    t, individuals = filled(y)
    theirs = copia_stats.rarefaction_extrapolation(individuals, t + 31)
    m = np.arange(t)
    further = 1 - np.cumprod(np.maximum(t - FILLER - m, 0) / (t - m))
    ours = [p.codes for p in (*rarefaction(y, t, draws=0), *extrapolation(y, t, range(1, 31), draws=0))]
    assert ours == pytest.approx(theirs - np.append(further, np.ones(30)))


@SEEDS
@TWICE
def test_chances_and_coverage_are_those_of_copia(seed, twice):
    """Chao et al.'s (2014) chances from which the bootstrap draws; those of unseen species are what is not covered."""
    t, individuals = filled(found(seed, twice=twice)[0])
    theirs = copia_stats.bt_prob(individuals)
    counts = incidence(individuals, t)
    assert np.sort(detection(counts)) == pytest.approx(np.sort(theirs))
    assert coverage(counts) == pytest.approx(1 - theirs[len(individuals) :].sum())


@SEEDS
def test_jackknife_and_improved_chao_are_those_of_copia_for_many_interviews(seed):
    """Their factors go to 1 as interviews grow; copia leaves them out."""
    y, _ = found(seed)
    counts = incidence(y, 10**9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gain = copia.iChao1(y) - copia.chao1(y)
        first = copia.jackknife(y, k=1)
    assert ichao2(counts) - chao2(counts) == pytest.approx(gain, abs=1e-6)
    assert jack1(counts) == pytest.approx(first, abs=1e-6)
