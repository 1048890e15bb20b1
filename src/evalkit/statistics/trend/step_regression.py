"""A step, and a change of slope, in a series of counts with season and exposure: the bare model, for any columns.

:func:`evalkit.statistics.trend.interruption.interrupted_series` is what pages use: it takes a date and the panel's law of scatter,
and refuses where there is too little. Here a researcher gives the columns and gets the model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evalkit.statistics.counts import Numbers
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.loglinear_regression import LoglinearRegression, loglinear_regression
from evalkit.statistics.trend.nested_models import NestedTest, compare_nested

STEP, TREND, BEND = "step", "time", "slope_change"


@dataclass(frozen=True, slots=True)
class Averted:
    """Cases after a step, and cases had the step not come.

    Attributes
    ----------
    observed, counterfactual : float
        Counted after the step, and expected by the model with the step taken out.
    averted : float
        Counterfactual minus observed; negative where there were more.
    percent : float
        Observed over counterfactual, as percent change.
    """

    observed: float
    counterfactual: float
    averted: float
    percent: float


@dataclass(frozen=True, slots=True)
class StepRegression:
    """A fitted series with a step.

    Attributes
    ----------
    fit : LoglinearRegression
        The model asked for; its columns are ``step``, ``time``, ``slope_change`` where asked for, and those of the season.
    without_bend : LoglinearRegression
        The same without ``slope_change``.
    counts, after : ndarray
        Cases of each point, and the step's column.
    """

    fit: LoglinearRegression
    without_bend: LoglinearRegression
    counts: Numbers
    after: Numbers

    def bend_test(self, *, scattered: bool = True) -> NestedTest:
        """Return the test of the change of slope: F with the larger model's dispersion, or the likelihood ratio."""
        return compare_nested(self.without_bend, self.fit, scattered=scattered)

    @property
    def averted(self) -> Averted:
        """What the step alone averted: under the model without a change of slope."""
        gone = self.after > 0
        step = float(self.without_bend.coefficients[STEP])
        observed = float(self.counts[gone].sum())
        expected = float((self.without_bend.fitted * np.exp(-step * self.after))[gone].sum())
        return Averted(observed, expected, expected - observed, 100 * (observed / expected - 1))


def step_regression(
    points: pd.DataFrame, *, season: pd.DataFrame | None = None, slope_origin: float | None = None
) -> StepRegression | NotEstimable:
    """Fit a step in a log-linear trend, and a change of slope where one is asked for.

    Parameters
    ----------
    points : DataFrame, one row per point
        ``count``, ``time`` (a running number), ``step`` (0 before, 1 after); ``exposure`` where the change is one of rates.
        No missing values.
    season : DataFrame, optional
        Columns that carry the season, a row for each point (:func:`~evalkit.statistics.season.harmonic_columns`).
    slope_origin : float, optional
        Asks for a change of slope, (time - slope_origin) * step: the step is then the change at that time.

    Returns
    -------
    StepRegression or NotEstimable
        Not estimable: ``insufficient_events`` (no case on one side, or too few points for the columns).

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    Notes
    -----
    Limits by the dispersion as found: ``fit.ratio("step", dispersion=fit.dispersion)``; it may lie below 1.

    References
    ----------
    Lopez Bernal, Cummins and Gasparrini (2017), Int. J. Epidemiol. 46, 348-355.

    Examples
    --------
    >>> counts = [12, 9, 14, 11, 10, 13, 8, 12, 6, 5, 7, 4, 5, 6]
    >>> points = pd.DataFrame({"count": counts, "time": range(14), "step": [0] * 8 + [1] * 6})
    >>> found = step_regression(points, slope_origin=8)
    >>> [round(value, 2) for value in found.fit.ratio("step")[:3]], round(found.bend_test().p, 2)
    ([0.54, 0.25, 1.14], 0.93)
    >>> round(found.averted.counterfactual, 1), round(found.averted.percent)
    (61.9, -47)
    """
    bare = points[[STEP, TREND]].astype(float).reset_index(drop=True)
    if season is not None:
        bare = bare.join(season.reset_index(drop=True))
    whole = bare
    if slope_origin is not None:
        whole = bare.assign(**{BEND: (bare[TREND] - slope_origin) * bare[STEP]})
    exposure = points["exposure"].to_numpy(dtype=float) if "exposure" in points.columns else None
    counts = points["count"].to_numpy(dtype=float)
    fit = loglinear_regression(counts, whole, exposure=exposure)
    without_bend = fit if whole is bare else loglinear_regression(counts, bare, exposure=exposure)
    if fit is None or without_bend is None:
        return NotEstimable("insufficient_events", {"points": len(points), "total": math.fsum(counts)})
    return StepRegression(fit, without_bend, counts, bare[STEP].to_numpy())
