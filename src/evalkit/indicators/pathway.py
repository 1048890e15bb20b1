"""The way of victims as stages that stand beside each other: yearly totals of different persons are no funnel."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evalkit.indicators.person_years import PERIOD, PLACE
from evalkit.indicators.sources import differing, preferred
from evalkit.programme.models import Programme
from evalkit.statistics.proportions import wilson_interval
from evalkit.table import MARK, TOLD, totals_only

COLUMNS = [
    *PLACE,
    *PERIOD,
    *(
        "stage",
        "position",
        "measure",
        "basis",
        "place_basis",
        "source_id",
        "value",
        "status",
        "qualifier",
        "mark",
    ),
    *(
        "figures",
        "base_measure",
        "base_value",
        "share",
        "lower",
        "upper",
        "exceeds_earlier",
        "exceeded",
        "other_place_basis",
        "left_out",
    ),
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
        figure); ``figures`` (the unlike figures where sources differ, else empty); for a cohort ``base_measure``, ``base_value`` and ``share``, ``lower``, ``upper`` (percent of the cohort,
        Wilson), missing for totals; ``exceeds_earlier`` (more persons than at the nearest earlier stage with a number, ``exceeded``, which happens because the
        totals of one year are not the same persons); ``other_place_basis`` (counted elsewhere than the stage before);
        ``left_out`` (why a figure of a cohort has no share: ``untold``, ``sources_differ``, ``two_sources``, ``same_figure``, ``exceeds``;
        empty where it has one, and where neither number is told).
        A share is made only where one source gives both numbers, no other source contradicts either, and a published number
        is not used as both: else nobody followed the same persons. Periods in which fewer than two stages are told are left out. No share of one total in another is ever given.

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
    totals = totals_only(facts, programme.dimensions)
    totals = _whole_rows(totals[totals["measure"].isin(names)])
    totals = totals[totals["place_basis"] == totals["measure"].map(bases)]
    rows = _with_unlike(preferred(totals, programme), differing(totals, programme))
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


def _whole_rows(totals: pd.DataFrame) -> pd.DataFrame:
    """Return facts rows with the columns that a small table may lack."""
    if "qualifier" not in totals.columns:
        totals = totals.assign(qualifier="exact")
    if MARK not in totals.columns:
        totals = totals.assign(**{MARK: ""})
    return totals if "published" in totals.columns else totals.assign(published=False)


def _with_unlike(rows: pd.DataFrame, unlike: pd.DataFrame) -> pd.DataFrame:
    """Add the figures of sources that differ, an empty tuple where none does."""
    key = [*PLACE, *PERIOD, "measure"]
    known = {tuple(row[:-1]): row[-1] for row in unlike[[*key, "figures"]].itertuples(index=False, name=None)}
    return rows.assign(
        figures=[known.get(tuple(row), ()) for row in rows[key].itertuples(index=False, name=None)]
    )


def _with_figures(every: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    key = [*PLACE, *PERIOD]
    told = ["value", "status", "qualifier", MARK, "source_id", "figures", "published"]
    both = every.merge(rows[[*key, "measure", *told]], on=[*key, "measure"], how="left")
    of_base = ("measure", "value", "source_id", "figures", "qualifier")
    below = rows[[*key, *of_base]].rename(columns={name: f"base_{name}" for name in of_base})
    both = both.merge(below, on=[*key, "base_measure"], how="left")
    blanks = {"status": "not_reported", "qualifier": "exact", "base_qualifier": "exact"}
    blanks |= {MARK: "", "source_id": "", "base_source_id": ""}
    both = both.fillna(blanks)
    for name in ("figures", "base_figures"):
        both[name] = [found if isinstance(found, tuple) else () for found in both[name]]
    return both


def _compared(rows: pd.DataFrame, *, level: float) -> pd.DataFrame:
    ordered = rows.sort_values([*PLACE, *PERIOD, "position"], kind="stable")
    before = ordered.groupby([*PLACE, *PERIOD])[["value", "place_basis"]].shift()
    told = _told_before(ordered)
    exceeds = ordered["value"] > told["value"]
    left_out = _why_left_out(ordered)
    made = ordered["value"].notna() & (ordered["base_value"] > 0) & (left_out == "")
    parts, base = ordered["value"].where(made, np.nan), ordered["base_value"].where(made, np.nan)
    lower, upper = wilson_interval(parts, base, level=level)
    exact = (ordered["qualifier"] == "exact") & (ordered["base_qualifier"] == "exact")
    return ordered.assign(
        share=100 * parts / base,
        lower=pd.Series(100 * lower, index=ordered.index).where(exact),
        upper=pd.Series(100 * upper, index=ordered.index).where(exact),
        exceeds_earlier=exceeds,
        exceeded=told["stage"].where(exceeds, ""),
        other_place_basis=before["place_basis"].notna() & (ordered["place_basis"] != before["place_basis"]),
        left_out=left_out,
    )


def _told_before(ordered: pd.DataFrame) -> pd.DataFrame:
    """Return the number and the name of the nearest earlier stage that has a number, for each stage of a place and period."""
    is_told = ordered["value"].notna()
    known = ordered[[*PLACE, *PERIOD]].assign(
        value=ordered["value"], stage=ordered["stage"].where(is_told).astype("str")
    )
    groups = [*PLACE, *PERIOD]
    return known.groupby(groups)[["value", "stage"]].ffill().groupby([known[name] for name in groups]).shift()


def _why_left_out(rows: pd.DataFrame) -> pd.Series:
    """Tell why no share is made: only where one source gives both numbers, none contradicts them, and no published number is both."""
    value, base = rows["value"], rows["base_value"]
    told, nobody = value.notna() & base.notna(), (value == 0) & (base == 0)
    reasons = {
        "untold": value.notna() ^ base.notna(),
        "sources_differ": told & (rows[["figures", "base_figures"]].map(len).sum(axis=1) > 0),
        "two_sources": told & (rows["source_id"] != rows["base_source_id"]),
        "same_figure": told & rows["published"].eq(other=True) & (value == base),
        "exceeds": value > base,
    }
    asked = (rows["basis"] == "cohort") & ~nobody
    found = np.select([asked & holds for holds in reasons.values()], list(reasons), "")
    return pd.Series(found, index=rows.index, dtype="str")
