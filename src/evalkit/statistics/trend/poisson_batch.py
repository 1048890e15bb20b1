"""Thousands of small Poisson regressions on one design, fitted at once: what a bootstrap needs."""

from __future__ import annotations

import numpy as np

from evalkit.statistics.counts import Numbers

LARGEST_LOG_MEAN = 40.0  # beyond any count; keeps a wild step from overflowing before it is halved
TOLERANCE = 1e-7
MOST_STEPS = 40
MOST_HALVINGS = 12


def fit_batch(
    design: Numbers, counts: Numbers, *, offset: Numbers, deviance_alone: bool = False
) -> tuple[Numbers, Numbers]:
    """Fit one log-linear Poisson model to many series at once.

    Parameters
    ----------
    design : ndarray, years by coefficients
        Shared by all series; of full rank.
    counts : ndarray, years by series
        No missing values.
    offset : ndarray, years by series (or by 1)
        Logarithm of the exposure.
    deviance_alone : bool
        Whether only the deviance is asked for, which stands a step before the coefficients do.

    Returns
    -------
    coefficients : ndarray, coefficients by series
    deviances : ndarray, one per series
        Where cases run out (zeros beyond a join, or everywhere) the coefficients go on without end; the deviance does
        not, and is what is returned.

    Notes
    -----
    Newton's method, which for this model is iteratively reweighted least squares, with halved steps where the deviance
    would rise; series leave the batch as they converge (deviance falling by less than 1e-7 of itself; where it alone is asked for,
    about to fall by less, were the next fall to the last as the last to the one before). The information
    matrices of all series come from one matrix product, and their Cholesky factors are computed side by side.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, ch. 2.5.

    Examples
    --------
    >>> design = np.column_stack([np.ones(6), np.arange(6.0)])
    >>> counts = np.array([[12.0, 9, 10, 7, 5, 6], [6.0, 5, 3, 3, 1, 1]]).T
    >>> coefficients, deviances = fit_batch(design, counts, offset=np.zeros((6, 1)))
    >>> np.round(100 * np.expm1(coefficients[1]), 1).tolist(), np.round(deviances, 2).tolist()
    ([-14.8, -30.2], [0.7, 0.57])
    """
    offset = np.broadcast_to(offset, counts.shape)
    batch = _Batch(design, counts, offset)
    coefficients = np.linalg.pinv(design) @ (np.log(counts + 0.5) - offset)
    deviances = batch.deviance(coefficients)
    active, before = np.arange(counts.shape[1]), np.ones(counts.shape[1])
    for step in range(MOST_STEPS):
        stepped, lower = batch.step(coefficients[:, active], deviances[active])
        fell = deviances[active] - lower
        coefficients[:, active], deviances[active] = stepped, lower
        ahead = fell * np.minimum(fell / before, 1.0) if step and deviance_alone else fell
        going = ahead > TOLERANCE * (1 + np.abs(lower))
        if not going.any():
            break
        active, before, batch = active[going], fell[going], batch.only(going)
    return coefficients, np.maximum(deviances, 0.0)


class _Batch:
    """The series still being fitted, with what their steps share."""

    def __init__(self, design: Numbers, counts: Numbers, offset: Numbers) -> None:
        self.design, self.counts, self.offset = design, counts, offset
        self.rows, self.columns = np.tril_indices(design.shape[1])
        self.products = np.ascontiguousarray((design[:, self.rows] * design[:, self.columns]).T)
        self.sums = design.T @ counts
        log_counts = np.log(np.where(counts > 0, counts, 1.0))
        self.constant = 2 * (counts * (log_counts - 1 - offset)).sum(axis=0)

    def only(self, keep: np.ndarray) -> _Batch:
        """Return the batch of some of the series."""
        if keep.all():
            return self
        rest = object.__new__(_Batch)
        rest.design, rest.products, rest.rows, rest.columns = (
            self.design,
            self.products,
            self.rows,
            self.columns,
        )
        rest.counts, rest.offset = self.counts[:, keep], self.offset[:, keep]
        rest.sums, rest.constant = self.sums[:, keep], self.constant[keep]
        return rest

    def means(self, coefficients: Numbers) -> Numbers:
        log_means = self.design @ coefficients
        log_means += self.offset
        np.minimum(log_means, LARGEST_LOG_MEAN, out=log_means)
        return np.exp(log_means, out=log_means)

    def deviance(self, coefficients: Numbers, means: Numbers | None = None) -> Numbers:
        means = self.means(coefficients) if means is None else means
        told = np.einsum("ij,ij->j", self.sums, coefficients)
        return np.asarray(self.constant - 2 * (told - means.sum(axis=0)))

    def step(self, coefficients: Numbers, deviances: Numbers) -> tuple[Numbers, Numbers]:
        """Return coefficients after one Newton step, and their deviances: never above those before."""
        means = self.means(coefficients)
        move = _solve(self.products @ means, self.sums - self.design.T @ means)
        stepped = coefficients + move
        lower = self.deviance(stepped)
        for _ in range(MOST_HALVINGS):
            worse: np.ndarray = np.flatnonzero(~(lower <= deviances + 1e-10))
            if not len(worse):
                return stepped, lower
            move[:, worse] *= 0.5
            stepped[:, worse] = coefficients[:, worse] + move[:, worse]
            part = self.only(np.isin(np.arange(len(deviances)), worse))
            lower[worse] = part.deviance(stepped[:, worse])
        kept = ~(lower <= deviances)
        stepped[:, kept], lower[kept] = coefficients[:, kept], deviances[kept]
        return stepped, lower


def _solve(triangle: Numbers, right: Numbers) -> Numbers:
    """Solve many small symmetric systems by Cholesky, all at once; ``triangle`` holds the lower triangles, row by row."""
    size = len(right)
    places = ((row, column) for row in range(size) for column in range(row + 1))
    place = {both: at for at, both in enumerate(places)}
    lower: dict[tuple[int, int], Numbers] = {}
    solution = np.empty_like(right)
    for row in range(size):
        for column in range(row):
            inner = triangle[place[row, column]]
            for k in range(column):
                inner = inner - lower[row, k] * lower[column, k]
            lower[row, column] = inner * lower[column, column]
        pivot = triangle[place[row, row]]
        known = right[row]
        for k in range(row):
            pivot = pivot - lower[row, k] ** 2
            known = known - lower[row, k] * solution[k]
        # the inverse root; the floor holds where all means have gone to 0
        lower[row, row] = 1 / np.sqrt(np.maximum(pivot, 1e-12 * triangle[place[row, row]] + 1e-200))
        solution[row] = known * lower[row, row]
    for row in reversed(range(size)):
        for k in range(row + 1, size):
            solution[row] -= lower[k, row] * solution[k]
        solution[row] *= lower[row, row]
    return solution
