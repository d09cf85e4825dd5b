"""Ridge regression for all codes at once, with what it would have said had it not seen a fold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Ridge:
    """Predictions for all rows, shape (rows, targets), and the weights, shape (features, targets)."""

    predictions: Matrix
    weights: Matrix


def ridge(features: Matrix, rows: Rows, targets: Matrix, folds: Rows, penalty: float) -> Ridge:
    """Fit on `rows` of `features`, whose `targets` are (len(rows), targets), and predict every row.

    A row that was fitted on is predicted by the regression that leaves its whole fold out, so that its prediction is
    as honest as one for a row never seen. Leaving a fold out only takes its sums away from the normal equations.
    """
    known = features[rows]
    gram = known.T @ known
    gram[np.diag_indices_from(gram)] += np.float32(penalty)
    moments = known.T @ targets
    weights = _solve(gram, moments)
    predictions = features @ weights
    for fold in np.unique(folds):
        inside = np.flatnonzero(folds == fold)
        part = known[inside]
        without = _solve(gram - part.T @ part, moments - part.T @ targets[inside])
        predictions[rows[inside]] = part @ without
    return Ridge(predictions, weights)


def _solve(gram: Matrix, moments: Matrix) -> Matrix:
    from scipy.linalg import cho_factor, cho_solve

    solved: Matrix = cho_solve(cho_factor(gram, check_finite=False), moments, check_finite=False)
    return solved
