"""Months or quarters of a measure, each held against what the same season of earlier years makes usual."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evalkit.errors import FactsError
from evalkit.indicators.sources import preferred
from evalkit.programme.models import Programme
from evalkit.short_form import InWords
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.surveillance.farrington import FarringtonSettings, farrington, watch_settings
from evalkit.table import WITH_VALUE, totals_only

STEPS = {"months": 1, "quarters": 3}
LEVEL = 0.01  # share of quiet months above their bound
FEWEST = 2  # one month or quarter by itself is no series
_ONE_DAY = pd.Timedelta(days=1)
_DAYS = {1: (28, 31), 3: (90, 92)}  # how long a month and a quarter may be


@dataclass(frozen=True, slots=True, repr=False)
class Alarms(InWords):
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
        - ``status`` (str): of the count: reported, zero_reported, derived or suppressed; not_reported where nothing is told.
    alpha : float
        Share of quiet months or quarters that lie above their bound.
    """

    measure: str
    step: str
    frame: pd.DataFrame
    alpha: float

    @property
    def judged(self) -> pd.DataFrame:
        """The rows of ``frame`` that have a count and a bound."""
        told: pd.DataFrame = self.frame[self.frame["upper"].notna() & self.frame["count"].notna()]
        return told

    @property
    def false_alarms(self) -> float:
        """Alarms a year to be expected of one quiet place."""
        return self.alpha * 12 / STEPS[self.step]


@dataclass(frozen=True, slots=True)
class WatchedMeasure:
    """A measure of which months or quarters are reported.

    Attributes
    ----------
    measure : str
    step : str
        "months" or "quarters".
    reported : int
        How many of them have a figure that is shown.
    found : Alarms or NotEstimable
    """

    measure: str
    step: str
    reported: int
    found: Alarms | NotEstimable


def measures_to_watch(facts: pd.DataFrame, programme: Programme) -> tuple[str, ...]:
    """Return the measures of which months or quarters are reported and an alarm can be asked for, in the programme's order.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of one place.
    programme : Programme

    Returns
    -------
    tuple of str
        Measures that are counted in whole numbers. What the programme itself does (visits, leaflets) is decided, not drawn by chance:
        no bound is asked of it.
    """
    days = (facts["period_end"] - facts["period_start"]).dt.days + 1
    short = facts.loc[
        days.between(*_DAYS[1]) | days.between(*_DAYS[3]), ["measure", "period_start", "period_end"]
    ]
    if short.empty:
        return ()
    numbers = short.drop_duplicates().value_counts("measure")
    return tuple(
        name for name in programme.measures if numbers.get(name, 0) >= FEWEST and _is_chance(name, programme)
    )


def _is_chance(name: str, programme: Programme) -> bool:
    """Tell whether a measure counts what happens, not what is there, or what the programme itself decides."""
    measure = programme.measures[name]
    counts = measure.whole and measure.additive and not measure.negative and measure.time_basis == "flow"
    if not counts or name == programme.population:
        return False
    asked = [one for one in programme.indicators.values() if one.numerator == name]
    own = all(one.is_own_doing for one in asked)
    return not own if asked else measure.disclosure != "activity"


def watch_measure(
    facts: pd.DataFrame, measure: str, programme: Programme, *, alpha: float = LEVEL
) -> WatchedMeasure | None:
    """Hold the latest year's months or quarters of a place against its years before, and tell how many are reported.

    Parameters
    ----------
    facts, measure, programme, alpha
        As for :func:`watch`.

    Returns
    -------
    WatchedMeasure or None
        Months where there are any, else quarters; None where there is neither.

    Raises
    ------
    FactsError
        As :func:`watch`.
    """
    rows = totals_only(preferred(facts[facts["measure"] == measure], programme))
    rows = rows[rows["place_basis"] == programme.measures[measure].place_basis]
    for step, months in STEPS.items():
        series = _regular(rows, months)
        if len(series):
            reported = int(series["status"].isin(WITH_VALUE).sum())
            return WatchedMeasure(measure, step, reported, _held(series, measure, step, alpha=alpha))
    return None


def watch(
    facts: pd.DataFrame, measure: str, programme: Programme, *, alpha: float = LEVEL
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
        Months where there are any, else quarters. Not estimable: ``not_reported`` (neither), ``suppressed`` (a figure that a bound rests on is
        hidden: what is hidden is small, and without it all would seem larger than it is). Hidden figures on which no bound rests are gaps.

    Raises
    ------
    FactsError
        If the measure is not counted in whole numbers.
    """
    found = watch_measure(facts, measure, programme, alpha=alpha)
    return NotEstimable("not_reported", {"points": 0}) if found is None else found.found


def _held(series: pd.DataFrame, measure: str, step: str, *, alpha: float) -> Alarms | NotEstimable:
    """Return the alarms of a series without gaps in time, or that a figure its bounds rest on is hidden."""
    freq = 12 // STEPS[step]
    settings = watch_settings(freq, alpha=alpha)
    hidden = series["status"].eq("suppressed").iloc[_rests_on(len(series), freq, settings)]
    if hidden.any():
        return NotEstimable("suppressed", {"hidden": int(hidden.sum()), "points": len(series)})
    found = farrington(series["value"], freq=freq, settings=settings)
    periods = series[["period_start", "period_end", "status"]].iloc[found["row"].tolist()]
    columns = ["count", "expected", "upper", "alarm", "dispersion", "points", "reason"]
    return Alarms(measure, step, pd.concat([periods.reset_index(drop=True), found[columns]], axis=1), alpha)


def _rests_on(length: int, freq: int, settings: FarringtonSettings) -> slice:
    """Return the rows that are in the baseline of one of the latest year's."""
    first = length - freq * (1 + settings.years) - settings.window
    return slice(max(0, first), max(0, length - 1 - settings.left_out))


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
    full["status"] = full["status"].astype(object).fillna("not_reported")
    return full.assign(period_end=full["period_start"] + pd.DateOffset(months=months) - _ONE_DAY)
