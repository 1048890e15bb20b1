"""The law of scatter as a panel of yearly counts tells it.

One series of ten or fifteen years cannot tell; a whole panel can. Each series is first given its own log-linear trend, so
that a rise or fall is not taken for scatter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import optimize, stats

from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.law.hidden_counts import HiddenCounts
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_panel import YearlyPanel, yearly_panel

FEWEST_PLACES = 5
LONG_SERIES = 8  # years from which on a single series tells its own law
LEAST_MEAN_HIDDEN, LEAST_LARGE_SHOWN = (
    2.5,
    0.14,
)  # below them the law of a panel with hidden figures is not known
LARGEST_ALPHA = 64.0
LARGEST_PHI = 1e5
HALVINGS = 14


def panel_law(panel: pd.DataFrame, *, threshold: int = 5) -> ScatterLaw:
    """Estimate the law of scatter of a panel of yearly counts.

    Parameters
    ----------
    panel : DataFrame, one row per province and year
        As :func:`evalkit.statistics.law.yearly_panel.yearly_panel` takes it; rows of status "suppressed" are hidden figures, with
        the range ``low`` to ``high`` that the figures shown leave to them.
    threshold : int
        Counts from 1 to one less are always hidden where figures are hidden at all.

    Returns
    -------
    ScatterLaw
        From the series with at least 5 years, 4 cases and 2 years with cases. "unknown" with fewer than 5 such series unless
        one has 8 years, and where figures are hidden and too few large ones shown: a mean
        of a year below 2.6, or fewer than 15 % of the years shown with a count of the threshold or more.

    Raises
    ------
    FactsError
        If a province has two figures for one year, or a count is negative or not whole.

    Notes
    -----
    Alpha brings Pearson's chi-square of all series to its expectation: the degrees of freedom, less what the fitted means
    take from it (a share of alpha (p + 1) / 2T in T years with p parameters, to first order). Maximum likelihood takes no account of the
    parameters spent on each series and comes out a quarter too small. A hidden count enters with its expected square under
    the law that is being fitted, given its range, and given that small counts are always hidden and larger ones at a rate
    that is estimated along the way. Two laws are then held against the series' own dispersions by their gamma likelihood: a
    constant phi (linear), and 1 + alpha * mean (quadratic).

    References
    ----------
    Breslow (1984), Appl. Stat. 33, 38-44; McCullagh and Nelder (1989), Generalized Linear Models, 9.2; Dempster, Laird and
    Rubin (1977), J. R. Stat. Soc. B 39, 1-38.

    Examples
    --------
    >>> cells = [(code, year, 5 + (year * place) % 7) for place, code in enumerate("ABCDE", 1) for year in range(2010, 2022)]
    >>> found = panel_law(pd.DataFrame(cells, columns=["province_code", "year", "count"]))
    >>> found.form, found.series, found.cells, round(found.phi, 2)
    ('linear', 5, 60, 0.52)
    """
    whole_counts(panel["count"].astype(float), where="panel", labels=lambda: panel["province_code"])
    series = yearly_panel(panel).telling()
    if not _says_enough(series):
        return _unknown(series)
    hidden = HiddenCounts(series, threshold)
    alpha = _alpha(hidden)
    mean, squared = hidden.squares(alpha)
    if series.hidden.any() and not _shows_enough(series, mean, threshold):
        return _unknown(series)
    pearson, degrees = np.nansum(squared / mean, axis=1), series.degrees
    phi = _phi(series, pearson, np.nanmean(mean, axis=1))
    quadratic = (
        alpha > 0
        and len(series.codes) >= FEWEST_PLACES
        and _is_quadratic(pearson / degrees, degrees, np.nanmean(mean, axis=1), phi)
    )
    return ScatterLaw(
        form="quadratic" if quadratic else "linear",
        phi=phi,
        alpha=alpha,
        series=len(series.codes),
        cells=int(series.years.sum()),
        degrees=int(degrees.sum()),
        p=float(stats.chi2.sf(pearson.sum(), degrees.sum())),
    )


def _shows_enough(series: YearlyPanel, mean: Numbers, threshold: int) -> bool:
    """Tell whether enough large counts are shown to tell few cases with much scatter from more cases with little."""
    large = float((series.counts >= threshold).sum()) / float(series.told.sum())
    return float(np.nanmean(mean)) >= LEAST_MEAN_HIDDEN and large >= LEAST_LARGE_SHOWN


def _unknown(series: YearlyPanel) -> ScatterLaw:
    return ScatterLaw.unknown(series=len(series.codes), cells=int(series.years.sum()))


def _says_enough(series: YearlyPanel) -> bool:
    return len(series.codes) >= FEWEST_PLACES or bool((series.years >= LONG_SERIES).any())


def _alpha(hidden: HiddenCounts) -> float:
    """Return the alpha at which the pooled Pearson chi-square is what it should be; 0 without overdispersion."""
    series = hidden.panel
    degrees = series.degrees

    def excess(alpha: float) -> float:
        mean, squared = hidden.squares(alpha)
        return float(np.nansum(squared / (mean + alpha * mean**2))) - float(
            (degrees / series.pearson_divisor(alpha)).sum()
        )

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1.0
    while high < LARGEST_ALPHA and excess(high) > 0:
        low, high = high, 2 * high
    if not series.hidden.any() and high < LARGEST_ALPHA:
        return float(optimize.brentq(excess, low, high))
    for _ in range(
        HALVINGS
    ):  # means of hidden counts are approached, so that the excess is no exact function
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2


def _phi(series: YearlyPanel, pearson: Numbers, means: Numbers) -> float:
    """Return the phi at which the pooled Pearson chi-square is what it should be."""
    degrees, plain = series.degrees, float(pearson.sum() / series.degrees.sum())

    def excess(phi: float) -> float:
        taken = 1 + (phi - 1) * (series.parameters + 1) / (2 * series.years * means)
        return float(pearson.sum() - (degrees * phi / taken).sum())

    if plain <= 1 or excess(LARGEST_PHI) > 0:
        return plain
    return float(optimize.brentq(excess, plain, LARGEST_PHI))


def _is_quadratic(own: Numbers, degrees: Numbers, means: Numbers, phi: float) -> bool:
    """Tell whether the series' own dispersions grow with their means rather than lie about one value."""

    def misfit(expected: Numbers) -> float:
        return float(degrees @ (own / expected + np.log(expected)))

    grown = optimize.minimize_scalar(
        lambda alpha: misfit(1 + alpha * means), bounds=(0, 50), method="bounded"
    )
    return bool(grown.fun < misfit(np.full_like(means, phi)))
