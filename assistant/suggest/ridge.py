"""Ridge regression for all codes at once, with what it would have said had it not seen a fold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Ridge:
    """Predictions for all rows, shape (rows, targets), and the weights, shape (features, targets).

    `without` holds for each fold the weights that were fitted without it.
    """

    predictions: Matrix
    weights: Matrix
    without: Sequence[Matrix]

    def beside(self, features: Matrix, place: Rows, fold: Rows) -> Matrix:
        """What is predicted for the row at each row's `place`, by a regression that saw the row itself no more than it.

        Of a row that was fitted on, a neighbour that was not would otherwise tell what was decided of it. `fold` is
        (rows,), with a number that is no fold's where a row was not fitted on.
        """
        said = self.predictions[place]
        for number, weights in enumerate(self.without):
            here = np.flatnonzero((fold == number) & (fold[place] != number))
            said[here] = features[place[here]] @ weights
        return said


def ridge(features: Matrix, rows: Rows, targets: Matrix, folds: Rows, penalty: float) -> Ridge:
    """Fit on `rows` of `features`, whose `targets` are (len(rows), targets), and predict every row.

    `folds` numbers the folds of `rows` from 0, without gaps. A row that was fitted on is predicted by the regression
    that leaves its whole fold out, so that its prediction is as honest as one for a row never seen. Leaving a fold out
    only takes its sums away from the normal equations.
    """
    known = features[rows]
    gram = known.T @ known
    gram[np.diag_indices_from(gram)] += np.float32(penalty)
    moments = known.T @ targets
    weights = _solve(gram, moments)
    predictions = features @ weights
    left_out = []
    for fold in range(int(folds.max()) + 1):
        inside = np.flatnonzero(folds == fold)
        part = known[inside]
        without = _solve(gram - part.T @ part, moments - part.T @ targets[inside])
        predictions[rows[inside]] = part @ without
        left_out.append(without)
    return Ridge(predictions, weights, left_out)


def _solve(gram: Matrix, moments: Matrix) -> Matrix:
    from scipy.linalg import cho_factor, cho_solve

    solved: Matrix = cho_solve(cho_factor(gram, check_finite=False), moments, check_finite=False)
    return solved
