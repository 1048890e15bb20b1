"""The effect on a measured value: what the untreated cells expect of the treated ones, by least squares, every treated cell alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalkit.statistics.counts import Numbers
from evalkit.statistics.panel.panel import Panel
from evalkit.statistics.panel.untreated_fit import tied_together
from evalkit.statistics.results import NotEstimable


@dataclass(frozen=True, slots=True)
class ImputedDifference:
    """The mean difference over the treated cells.

    Attributes
    ----------
    estimate : float
        Mean of value less expected value.
    error : float
        Conservative standard error clustered by place: the differences of places that start together are held against their mean.
    """

    estimate: float
    error: float


def value_imputation(panel: Panel) -> ImputedDifference | NotEstimable:
    """Estimate the mean difference that a programme made to a value, against what its absence would have given.

    Parameters
    ----------
    panel : Panel
        Values over exposure; starts may differ, cells may be missing.

    Returns
    -------
    ImputedDifference or NotEstimable
        Not estimable: ``none_treated``, ``treated_from_start`` (a place has no period before), ``no_comparison`` (the untreated
        cells do not tie places and periods together).

    Notes
    -----
    Effects of places and periods are fitted by least squares to the untreated cells alone. Each place's base is the mean of all its
    periods before the start; :func:`evalkit.statistics.panel.group_time.group_time_effects` has the last of them. The differences of a start of a
    single place are held against their own mean: it adds next to nothing to the error.

    References
    ----------
    Borusyak, Jaravel and Spiess (2024), Rev. Econ. Stud. 91, 3253-3285, theorem 3.

    Examples
    --------
    >>> values = np.array([[1.0, 2, 5], [2, 2, 7], [1, 2, 3], [2, 3, 3], [0, 2, 2]])
    >>> panel = Panel(values, np.ones((5, 3)), (3, 3, None, None, None), tuple("ABCDE"), (1, 2, 3), whole=False)
    >>> found = value_imputation(panel)
    >>> round(found.estimate, 2), round(found.error, 2)
    (3.25, 0.58)
    """
    treated, untreated = panel.treated & panel.reported, panel.reported & ~panel.treated
    if not panel.ever.any():
        return NotEstimable("none_treated")
    if (panel.ever & ~untreated.any(axis=1)).any():
        return NotEstimable("treated_from_start")
    if not treated.any() or not tied_together(untreated):
        return NotEstimable("no_comparison")
    values, columns = (panel.counts / panel.exposure).ravel(), _dummies(panel)
    fitted, asked = columns * untreated.reshape(-1, 1), treated.ravel() / treated.sum()
    solve = np.linalg.pinv(fitted)
    expected = columns @ (solve @ np.where(untreated.ravel(), values, 0.0))
    weights = (asked - (columns.T @ asked) @ solve).reshape(treated.shape)
    left = np.where(panel.reported, (values - expected).reshape(treated.shape), 0.0)
    estimate = float(left[treated].mean())
    scores = (weights * np.where(treated, left - _means_of_starts(panel, left), left)).sum(axis=1)
    return ImputedDifference(estimate, float(np.sqrt((scores**2).sum())))


def _dummies(panel: Panel) -> Numbers:
    """Return a row for each cell, place by place: a column per place, and per period but the first."""
    places, periods = np.shape(panel.counts)
    return np.hstack(
        [np.repeat(np.eye(places), periods, axis=0), np.tile(np.eye(periods)[:, 1:], (places, 1))]
    )


def _means_of_starts(panel: Panel, left: Numbers) -> Numbers:
    """Return for each cell the mean difference of the places that start with its own."""
    treated, means = panel.treated & panel.reported, np.zeros_like(left)
    for start in np.unique(panel.starts[panel.ever]):
        together = treated & (panel.starts == start)[:, None]
        means[together] = left[together].mean() if together.any() else 0.0
    return means
