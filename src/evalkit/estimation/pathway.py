"""The way of victims as stages that stand beside each other: yearly totals of different persons are no funnel."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evalkit.estimation.population import PERIOD, PLACE
from evalkit.estimation.proportions import wilson_interval
from evalkit.estimation.sources import TOLD, preferred, totals_of
from evalkit.programme.models import Programme

COLUMNS = [
    *PLACE,
    *PERIOD,
    *("stage", "position", "measure", "basis", "place_basis", "source_id", "value", "status", "qualifier"),
    *("base_measure", "base_value", "share", "lower", "upper", "exceeds_earlier", "other_place_basis"),
]


def pathway(facts: pd.DataFrame, programme: Programme, *, level: float = 0.95) -> pd.DataFrame:
    """Return the stages of the pathway, period by period.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of one or many places; breakdowns are left aside.
    programme : Programme
        Declares the stages in their order.
    level : float
        Confidence level of the limits of a share of a cohort.

    Returns
    -------
    DataFrame, one row per place, period and stage
        Place, period; ``stage`` (id), ``position`` (1, 2, ...), ``measure``; ``basis`` ("totals" or "cohort");
        ``place_basis``; ``source_id``; ``value`` (persons, missing where hidden or not reported), ``status`` and ``qualifier`` (those of the
        figure); for a cohort ``base_measure``, ``base_value`` and ``share``, ``lower``, ``upper`` (percent of the cohort,
        Wilson), missing for totals; ``exceeds_earlier`` (more persons than at the stage before, which happens because the
        totals of one year are not the same persons); ``other_place_basis`` (counted elsewhere than the stage before).
        Periods in which fewer than two stages are told are left out. No share of one total in another is ever given.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> day = pd.to_datetime("2023-12-31")
    >>> row = {"province_code": "97", "scheme": "x", "place_basis": "reception", "status": "reported", "source_id": "s"}
    >>> row |= {"period_start": pd.Timestamp("2023-01-01"), "period_end": day, "edition_date": day}
    >>> facts = pd.DataFrame([row | {"measure": m, "value": v} for m, v in (("persons_received", 9.0), ("persons_verified", 11.0))])
    >>> pathway(facts, load_programme("vn-trafficking"))[["stage", "value", "exceeds_earlier"]].head(2)
          stage  value  exceeds_earlier
    0  received    9.0            False
    1  verified   11.0             True
    """
    names = {name for stage in programme.stages for name in (stage.measure, stage.base) if name}
    bases = {name: programme.measures[name].place_basis for name in names}
    totals = totals_of(facts, programme)
    totals = totals[totals["measure"].isin(names)]
    rows = preferred(totals[totals["place_basis"] == totals["measure"].map(bases)], programme)
    first = [stage.measure for stage in programme.stages]
    told = rows[rows["measure"].isin(first) & rows["status"].isin(TOLD)]
    if told.empty:
        return pd.DataFrame(columns=COLUMNS)
    several = told.groupby([*PLACE, *PERIOD])["measure"].transform("nunique") > 1
    every = told[several][[*PLACE, *PERIOD]].drop_duplicates().merge(_stages(programme), how="cross")
    return _compared(_with_figures(every, rows), level=level).sort_values(
        [*PLACE, *PERIOD, "position"], kind="stable", ignore_index=True
    )[COLUMNS]


def _stages(programme: Programme) -> pd.DataFrame:
    rows = [
        {
            "stage": stage.id,
            "position": position,
            "measure": stage.measure,
            "base_measure": stage.base or "",
            "basis": stage.basis,
            "place_basis": programme.measures[stage.measure].place_basis,
        }
        for position, stage in enumerate(programme.stages, start=1)
    ]
    return pd.DataFrame(rows)


def _with_figures(every: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    key = [*PLACE, *PERIOD]
    if "qualifier" not in rows.columns:
        rows = rows.assign(qualifier="exact")
    figures = rows[[*key, "measure", "value", "status", "qualifier", "source_id"]]
    both = every.merge(figures, on=[*key, "measure"], how="left")
    below = figures[[*key, "measure", "value"]].rename(
        columns={"measure": "base_measure", "value": "base_value"}
    )
    both = both.merge(below, on=[*key, "base_measure"], how="left")
    blanks = {"status": "not_reported", "qualifier": "exact", "source_id": ""}
    return both.fillna(blanks)


def _compared(rows: pd.DataFrame, *, level: float) -> pd.DataFrame:
    ordered = rows.sort_values([*PLACE, *PERIOD, "position"], kind="stable")
    before = ordered.groupby([*PLACE, *PERIOD])[["value", "place_basis"]].shift()
    made = (
        ordered["value"].notna() & (ordered["base_value"] > 0) & (ordered["value"] <= ordered["base_value"])
    )
    parts, base = ordered["value"].where(made, np.nan), ordered["base_value"].where(made, np.nan)
    lower, upper = wilson_interval(parts, base, level=level)
    return ordered.assign(
        share=100 * parts / base,
        lower=100 * lower,
        upper=100 * upper,
        exceeds_earlier=ordered["value"] > before["value"],
        other_place_basis=before["place_basis"].notna() & (ordered["place_basis"] != before["place_basis"]),
    )
