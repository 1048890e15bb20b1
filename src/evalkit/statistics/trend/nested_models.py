"""One regression inside another: is what the larger adds more than chance, and a trend that curves against a straight one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from evalkit.errors import SettingsError
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.loglinear_regression import LoglinearRegression, loglinear_regression


@dataclass(frozen=True, slots=True)
class NestedTest:
    """The larger of two regressions against the smaller one within it.

    Attributes
    ----------
    statistic : float
        Fall in deviance where the dispersion is known to be 1; else F, that fall per column over the dispersion.
    degrees : int
        Columns that the larger has more.
    residual_degrees : float
        Of the dispersion; infinite where it is known.
    p : float
    """

    statistic: float
    degrees: int
    residual_degrees: float
    p: float


@dataclass(frozen=True, slots=True)
class CurvedTrend:
    """A log-linear trend with a quadratic term.

    Attributes
    ----------
    curve, line : LoglinearRegression
        With and without the quadratic term; the columns are ``t`` and ``t2``.
    test : NestedTest
        The curve against the line, by the likelihood ratio.
    """

    curve: LoglinearRegression
    line: LoglinearRegression
    test: NestedTest


def compare_nested(
    smaller: LoglinearRegression, larger: LoglinearRegression, *, scattered: bool = False
) -> NestedTest:
    """Test what the larger of two nested regressions adds.

    Parameters
    ----------
    smaller, larger : LoglinearRegression
        Of the same points, every column of the smaller among those of the larger.
    scattered : bool
        Whether points scatter by more or less than chance: then F with the larger model's Pearson dispersion as found,
        else the likelihood ratio.

    Raises
    ------
    SettingsError
        If the one is not within the other.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, 2.3 and 4.5; Venables and Ripley (2002), Modern Applied
    Statistics with S, 7.5 (F with an estimated dispersion).

    Examples
    --------
    >>> points = pd.DataFrame({"after": [0, 0, 0, 0, 1, 1, 1, 1], "time": range(8)})
    >>> fits = [loglinear_regression([9, 12, 8, 11, 6, 5, 7, 4], points[names]) for names in (["time"], ["time", "after"])]
    >>> found = compare_nested(*fits)
    >>> round(found.statistic, 3), found.degrees, round(found.p, 3)
    (1.079, 1, 0.299)
    """
    more = len(larger.coefficients) - len(smaller.coefficients)
    if more < 1 or not set(smaller.coefficients.index) <= set(larger.coefficients.index):
        raise SettingsError(
            where="nested regressions",
            rule="every column of the smaller is among those of the larger, which has more",
            do="fit both on columns of one table",
        )
    gained = smaller.deviance - larger.deviance
    if not scattered:
        return NestedTest(gained, more, math.inf, float(stats.chi2.sf(gained, more)))
    ratio = gained / more / larger.dispersion
    return NestedTest(ratio, more, larger.degrees, float(stats.f.sf(ratio, more, larger.degrees)))


def curved_trend(
    counts: ArrayLike,
    *,
    years: Sequence[float],
    exposure: ArrayLike | None = None,
    origin: float | None = None,
) -> CurvedTrend | NotEstimable:
    """Fit a log-linear trend that curves, and hold it against a straight one.

    Parameters
    ----------
    counts : array-like of float
        Cases of each year; no missing values.
    years : sequence of float
    exposure : array-like of float, optional
        Person-years or length of each year; equal by default.
    origin : float, optional
        The year from which ``t`` counts; the first by default.

    Returns
    -------
    CurvedTrend or NotEstimable
        Not estimable: ``insufficient_events`` (the cases determine no curve).

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    Examples
    --------
    >>> found = curved_trend([6, 9, 11, 17, 14, 21, 19, 18, 15, 16, 10, 9], years=range(2010, 2022))
    >>> found.curve.coefficients.round(3).tolist(), round(found.test.p, 6)
    ([1.835, 0.377, -0.032], 7e-05)
    """
    since = np.asarray(years, dtype=float) - (min(years) if origin is None else origin)
    columns = pd.DataFrame({"t": since, "t2": since**2})
    curve = loglinear_regression(counts, columns, exposure=exposure)
    line = loglinear_regression(counts, columns[["t"]], exposure=exposure)
    if curve is None or line is None:
        return NotEstimable("insufficient_events", {"years": len(since)})
    return CurvedTrend(curve, line, compare_nested(line, curve))
