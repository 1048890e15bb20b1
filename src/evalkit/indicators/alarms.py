"""Months or quarters of one measure, each held against what the same season of earlier years makes usual."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evalkit.errors import FactsError
from evalkit.indicators.sources import preferred
from evalkit.programme.models import Programme
from evalkit.short_form import ShortForm
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.surveillance.farrington import farrington, watch_settings
from evalkit.table import totals_only

STEPS = {"months": 1, "quarters": 3}
_ONE_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True, repr=False)
class Alarms(ShortForm):
    """The latest year of months or quarters beside their bounds.

    Attributes
    ----------
    measure : str
    step : str
        "months" or "quarters".
    frame : DataFrame, one row per month or quarter
        See :func:`~evalkit.statistics.surveillance.farrington.farrington`.

        - ``period_start``, ``period_end`` (datetime): first and last day, both inclusive.
        - ``count`` (float, in the unit of the measure): missing where not reported.
        - ``expected`` (float): what the same season of earlier years makes usual; missing where it could not be judged.
        - ``upper`` (float): the alarm bound; missing likewise.
        - ``alarm`` (bool): the count lies above its bound.
        - ``dispersion`` (float): of the baseline, never below 1.
        - ``points`` (int): figures in the baseline.
        - ``reason`` (str): why it could not be judged; else "".
    alpha : float
        Share of quiet months or quarters that lie above their bound.
    """

    measure: str
    step: str
    frame: pd.DataFrame
    alpha: float

    @property
    def false_alarms(self) -> float:
        """Alarms a year to be expected of one quiet place."""
        return self.alpha * 12 / STEPS[self.step]

    def __str__(self) -> str:
        """Say in plain words which counts are unusual, and how many would be by chance."""
        judged = self.frame[self.frame["upper"].notna() & self.frame["count"].notna()]
        above = judged[judged["alarm"]]
        told = "; ".join(
            f"{row.period_start:%Y-%m}: {row.count:.0f} recorded, {row.expected:.1f} usual, bound {row.upper:.0f}"
            for row in above[["period_start", "count", "expected", "upper"]].itertuples(
                index=False, name="Row"
            )
        )
        return (
            f"{self.measure}: {len(above)} of {len(judged)} {self.step} above their bound{': ' if told else ''}{told}. "
            f"{len(self.frame) - len(judged)} could not be judged. Where nothing changes, {100 * self.alpha:g}% of {self.step} lie above it, "
            f"{self.false_alarms:.2f} a year in one place and {10 * self.false_alarms:.1f} in ten. An alarm asks for a look at what was "
            "recorded; it does not tell a rise of crime from a rise of detection or of reporting."
        )


def watch(
    facts: pd.DataFrame, measure: str, programme: Programme, *, alpha: float = 0.01
) -> Alarms | NotEstimable:
    """Hold the latest year's months or quarters of a place against its years before.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of one place.
    measure : str
    programme : Programme
        Declares the measure's place basis; figures on another are left aside.
    alpha : float
        Share of quiet months above their bound.

    Returns
    -------
    Alarms or NotEstimable
        Months where there are any, else quarters. Not estimable: ``not_reported`` (neither), ``suppressed`` (a figure is hidden: what is
        hidden is small, and without it all would seem larger than it is).

    Raises
    ------
    FactsError
        If the measure is not counted in whole numbers.
    """
    rows = totals_only(preferred(facts[facts["measure"] == measure], programme))
    rows = rows[rows["place_basis"] == programme.measures[measure].place_basis]
    for step, months in STEPS.items():
        series = _regular(rows, months)
        if len(series) == 0:
            continue
        if (series["status"] == "suppressed").any():
            hidden = int((series["status"] == "suppressed").sum())
            return NotEstimable("suppressed", {"hidden": hidden, "points": len(series)})
        freq = 12 // months
        found = farrington(series["value"], freq=freq, settings=watch_settings(freq, alpha=alpha))
        periods = series[["period_start", "period_end"]].iloc[found["row"].tolist()].reset_index(drop=True)
        columns = ["count", "expected", "upper", "alarm", "dispersion", "points", "reason"]
        return Alarms(measure, step, pd.concat([periods, found[columns]], axis=1), alpha)
    return NotEstimable("not_reported", {"points": 0})


def _regular(rows: pd.DataFrame, months: int) -> pd.DataFrame:
    """Return the rows of one length in the order of time without a gap: a period without a row has no value."""
    starts = rows["period_start"]
    own = rows[starts + pd.DateOffset(months=months) - _ONE_DAY == rows["period_end"]]
    if own.empty:
        return own
    first = own["period_start"].min()
    every = pd.date_range(first, own["period_start"].max(), freq=pd.DateOffset(months=months))
    own = own[own["period_start"].isin(every)]
    if own["period_start"].duplicated().any():
        raise FactsError(
            where="alarms",
            rule="a place has one total for a period",
            do="give the facts of one place and of one scheme",
        )
    full = (
        own.set_index("period_start")[["value", "status"]]
        .reindex(every)
        .rename_axis("period_start")
        .reset_index()
    )
    full["value"] = full["value"].astype(float)
    return full.assign(period_end=full["period_start"] + pd.DateOffset(months=months) - _ONE_DAY)
