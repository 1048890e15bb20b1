"""A shift of level: did the rate of events step up or down once, and in which year.

A joinpoint bends a trend; a change point moves the level at once, as a law, a closed border or a new form may do.
``docs/joinpoint.md`` explains and gives examples.
"""

from __future__ import annotations

import pandas as pd

from evalkit.errors import SettingsError
from evalkit.statistics.joinpoint.joinpoint_series import Columns, why_no_answer
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.changepoint_results import ChangepointFit
from evalkit.statistics.trend.changepoint_scan import Scan, Simulation, report

FEWEST_YEARS = 7


def changepoint(
    frame: pd.DataFrame,
    *,
    count: str = "count",
    exposure: str | None = None,
    time: str = "year",
    outside: int = 2,
    dispersion: float = 1.0,
    replicates: int = 999,
    seed: int = 20_301_231,
) -> ChangepointFit | NotEstimable:
    """Find the year in which the rate of events shifted once, or say why that cannot be done.

    Parameters
    ----------
    frame : DataFrame, one row per year
        As for :func:`evalkit.statistics.joinpoint.joinpoint.joinpoint`: a missing count is no zero.
    count : str
        The column of counts: whole numbers.
    exposure : str, optional
        The column of person-years, where rates are compared.
    time : str
        The column of whole years, or of dates.
    outside : int
        Years each regime has at least.
    dispersion : float
        Variance over mean of the counts, from the panel (``panel_law(...).phi``); below 1 it counts as 1. At 1 the
        test is exact up to its Monte-Carlo error, and rejects too often where years scatter more than chance.
    replicates, seed : int
        Of the simulation; the same seed gives the same answer.

    Returns
    -------
    ChangepointFit or NotEstimable
        Not estimable: ``suppressed``, ``not_reported``, ``too_few_years`` (fewer than 7), ``years_missing``,
        ``no_events``, ``insufficient_events``.

    Raises
    ------
    FactsError
        If a year stands twice, or a count is negative, infinite or not whole.
    SettingsError
        If the regimes do not fit into the series, or fewer than 19 replicates are asked for.

    Notes
    -----
    Every year is tried; the statistic is the largest likelihood ratio. Given the total, counts of one rate are multinomial
    (with dispersion phi Dirichlet-multinomial, concentration mean / (phi - 1)), which the simulation draws from. The
    posterior of the year is closed: equal prior chances, Jeffreys priors on both rates.

    References
    ----------
    Raftery and Akman (1986), Biometrika 73, 85-89; Carlin, Gelfand and Smith (1992), Applied Statistics 41, 389-405.

    Examples
    --------
    >>> series = pd.DataFrame({"year": range(2011, 2021), "count": [9, 7, 8, 10, 6, 2, 1, 3, 2, 1]})
    >>> fit = changepoint(series)
    >>> fit.last_before, fit.rate_before, fit.rate_after, fit.p, fit.credible
    (2015, 8.0, 1.8, 0.001, (2014, 2015, 2016))
    """
    series = Columns(count, time, exposure).read(frame, where="changepoint")
    refused = series if isinstance(series, NotEstimable) else why_no_answer(series, fewest_years=FEWEST_YEARS)
    if refused is not None or isinstance(series, NotEstimable):
        return refused or NotEstimable("not_reported")
    _refuse_settings(len(series.years), outside, replicates)
    simulation = Simulation(max(1.0, dispersion), replicates, seed)
    return report(Scan(series, outside), simulation)


def _refuse_settings(years: int, outside: int, replicates: int) -> None:
    if not 1 <= outside <= years // 2:
        raise SettingsError(
            where=f"changepoint, outside = {outside}",
            rule=f"each of two regimes has at least one and at most half of the {years} years",
            do="2 is the default",
        )
    if replicates < 19:
        raise SettingsError(
            where=f"changepoint, replicates = {replicates}",
            rule="19 replicates are the fewest that can reach p = 0.05",
            do="999 or more",
        )
