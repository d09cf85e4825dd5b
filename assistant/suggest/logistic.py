"""Logistic regression around what is believed beforehand: with few decisions it stays there, with many it moves."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ITERATIONS = 50
_HALVINGS = 12
_ENOUGH = 1e-6
_FARTHEST = 30.0


def fit(
    features: Array,
    targets: Array,
    prior: Array,
    strength: Array,
    weights: Array | None = None,
    positive: NDArray[np.bool_] | None = None,
) -> Array:
    """The maximum a posteriori coefficients, shape (features,), under a normal prior around `prior`.

    `features` is (rows, features) with a column of ones where an intercept is wanted, `targets` lie in 0..1, `strength`
    is each coefficient's prior precision, `weights` the rows' (one each by default). Coefficients that are marked
    `positive` and would come out below zero are held at zero. Newton's method with halved steps (Bishop 2006, Pattern
    Recognition and Machine Learning, section 4.3.3), so that separable data do no harm.
    """
    of_row = np.ones(len(targets)) if weights is None else weights
    free = np.ones(len(prior), np.bool_)
    while True:
        found = np.zeros(len(prior))
        found[free] = _newton(features[:, free], targets, prior[free], strength[free], of_row)
        below = (found < 0) & free & (False if positive is None else positive)
        if not below.any():
            return found
        free &= ~below


def _newton(features: Array, targets: Array, prior: Array, strength: Array, of_row: Array) -> Array:
    found = prior.astype(np.float64)
    cost = _cost(features, targets, found, prior, strength, of_row)
    for _ in range(_ITERATIONS):
        chance = sigmoid(features @ found)
        slope = features.T @ (of_row * (chance - targets)) + strength * (found - prior)
        curve = (features * (of_row * chance * (1 - chance))[:, None]).T @ features + np.diag(strength)
        step = np.linalg.solve(curve, slope)
        for _ in range(_HALVINGS):
            reached = _cost(features, targets, found - step, prior, strength, of_row)
            if reached <= cost:
                break
            step /= 2
        else:
            break
        found, better, cost = found - step, cost - reached, reached
        if better < _ENOUGH * max(1.0, abs(cost)):
            break
    return found


def _cost(features: Array, targets: Array, at: Array, prior: Array, strength: Array, of_row: Array) -> float:
    logits = features @ at
    lost = np.logaddexp(0, logits) - targets * logits
    return float((of_row * lost).sum() + (strength * (at - prior) ** 2).sum() / 2)


def sigmoid(logits: NDArray[np.floating]) -> Array:
    """Log-odds to probabilities, without overflow.

    >>> [round(float(p), 3) for p in sigmoid(np.array([-1e9, 0.0, 1.0]))]
    [0.0, 0.5, 0.731]
    """
    bounded = np.clip(logits, -_FARTHEST, _FARTHEST).astype(np.float64)
    chances: Array = 1 / (1 + np.exp(-bounded))
    return chances
