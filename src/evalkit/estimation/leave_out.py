"""A trend fitted again without each year in turn: does one single year carry it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evalkit.estimation.law import ScatterLaw
from evalkit.estimation.recent import trend_numbers
from evalkit.estimation.results import NotEstimable
from evalkit.estimation.trends import fit_trend


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """A trend fitted again without each year in turn.

    Attributes
    ----------
    fits : DataFrame
        ``year`` (the one left out), ``apc``, ``lower``, ``upper``, ``p``; a year without which there is no trend to fit has
        missing values.
    least, most : float
        Range of the annual percent change.
    decisive : int
        The year without which it changes most.
    same_sign, same_verdict : bool
        Whether every fit has the headline's sign, and its verdict at the level of its limits.
    """

    fits: pd.DataFrame
    least: float
    most: float
    decisive: int
    same_sign: bool
    same_verdict: bool

    @property
    def frame(self) -> pd.DataFrame:
        """The fits, one row per year left out."""
        return self.fits


def leave_one_year_out(
    series: pd.DataFrame, *, law: ScatterLaw | None = None, level: float = 0.95
) -> LeaveOneOut | NotEstimable:
    """Fit a trend again without each year in turn.

    Parameters
    ----------
    series, law, level
        As in :func:`evalkit.estimation.trends.fit_trend`.

    Returns
    -------
    LeaveOneOut or NotEstimable
        Not estimable for the reasons of the whole series; ``too_few_years`` where leaving one out leaves fewer than 5.

    References
    ----------
    Belsley, Kuh and Welsch (1980), Regression Diagnostics, ch. 2.

    Examples
    --------
    >>> counts = [9, 14, 8, 12, 5, 9, 4, 7, 2, 3]
    >>> series = pd.DataFrame({"year": range(2010, 2020), "count": counts, "status": "reported"})
    >>> found = leave_one_year_out(series)
    >>> round(found.least, 1), round(found.most, 1), found.decisive, found.same_sign
    (-16.3, -11.1, 2010, True)
    """
    whole = fit_trend(series, law=law, level=level)
    if isinstance(whole, NotEstimable):
        return whole
    year = series["year"] if "year" in series.columns else series["period_end"].dt.year
    fits = {out: fit_trend(series[year != out], law=law, level=level) for out in whole.years_used}
    rows = [{"year": out} | trend_numbers(fit) for out, fit in fits.items()]
    frame = pd.DataFrame(rows, columns=["year", "apc", "lower", "upper", "p"])
    told = frame.dropna()
    if told.empty:
        return NotEstimable("too_few_years", {"years": len(whole.years_used)})
    return LeaveOneOut(
        fits=frame,
        least=float(told["apc"].min()),
        most=float(told["apc"].max()),
        decisive=int(told["year"].iloc[int((told["apc"] - whole.apc).abs().argmax())]),
        same_sign=bool(((told["apc"] > 0) == (whole.apc > 0)).all()),
        same_verdict=bool(((told["p"] < 1 - level) == (whole.p < 1 - level)).all()),
    )
