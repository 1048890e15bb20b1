"""What happened where a measure was taken, held against places without it: from yearly figures to an effect, or a reason why there is none.

The methods for panels are loaded where a comparison is declared, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evalkit.indicators.compared_effect import ComparedEffect, Side
from evalkit.indicators.sources import preferred
from evalkit.indicators.yearly import how_told, yearly_series
from evalkit.programme.comparison import Comparison
from evalkit.programme.models import Programme
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable
from evalkit.table import totals_only

if TYPE_CHECKING:
    from evalkit.statistics.panel.effect import Effect
    from evalkit.statistics.panel.panel import Panel


def effect_of(
    facts: pd.DataFrame,
    comparison: Comparison,
    programme: Programme,
    *,
    places: Sequence[str],
    law: ScatterLaw | None = None,
) -> ComparedEffect:
    """Return what came of one comparison.

    Parameters
    ----------
    facts : DataFrame
        The provinces' protected figures; yearly totals of the preferred source and the measure's own place basis are used.
    comparison : Comparison
    programme : Programme
    places : sequence of str
        The codes of all places of the pages.
    law : ScatterLaw, optional
        How a province's years of the measure scatter; not known by default.

    Returns
    -------
    ComparedEffect
        Not estimable, beside the reasons of the methods: ``other_scheme`` (the pages are about other places), ``too_many_hidden``
        (over a fifth of the figures of a side are confidential), ``not_reported`` (a side has no figure at all).
    """
    law = law or ScatterLaw.unknown()
    rows = _rows(facts, comparison, programme, comparison.with_others(places))
    cells = _cells(rows, comparison, programme, comparison.with_others(places))
    sources, is_exact = how_told(rows, comparison.measure, programme)
    treated = _side(cells, comparison.who)
    compared = _side(cells, comparison.with_others(places))
    known = set(comparison.who) <= set(places)
    refused = _refusal(treated, compared) if known else NotEstimable("other_scheme")
    found, two_way, parallel = (
        (refused, refused, None) if refused is not None else _told(cells, comparison, law)
    )
    each_alike = found if isinstance(found, NotEstimable) else _each_alike(cells, comparison, found)
    who = [code for code in comparison.who if code not in treated.silent]
    return ComparedEffect(
        comparison,
        found,
        two_way,
        parallel,
        each_alike,
        is_exploratory(facts, comparison),
        _starts(comparison, who),
        tuple((code, year) for code in who if (year := comparison.broken_year(code)) is not None),
        treated,
        compared,
        "exposure" in cells,
        _rates(cells, comparison, found),
        _early(cells, comparison, found),
        _beside(cells, comparison, found),
        _apart(cells, comparison, found),
        tuple(code for code, number in sources.items() if number > 1),
        is_exact,
        law,
    )


def is_exploratory(facts: pd.DataFrame, comparison: Comparison) -> bool:
    """Tell whether a comparison was laid down only when a figure of its places since the start was known, or on no day at all."""
    if comparison.registered_on is None:
        return True
    rows = facts[facts["measure"].eq(comparison.measure) & facts["province_code"].isin(comparison.who)]
    began = pd.to_datetime(rows["province_code"].map(comparison.began))
    known = rows.loc[rows["period_end"] >= began, "edition_date"]
    return bool((known <= pd.Timestamp(comparison.registered_on)).any())


def _rows(
    facts: pd.DataFrame, comparison: Comparison, programme: Programme, others: Sequence[str]
) -> pd.DataFrame:
    """Return the totals of the measure and of the population in the window, of the preferred source, at the places compared."""
    rows = facts[facts["measure"].isin([comparison.measure, programme.population])]
    rows = totals_only(rows[rows["province_code"].isin([*comparison.who, *others])])
    rows = rows[rows["period_end"].dt.year.between(comparison.first_year, comparison.last_year)]
    return preferred(rows, programme)


def _cells(
    rows: pd.DataFrame, comparison: Comparison, programme: Programme, others: Sequence[str]
) -> pd.DataFrame:
    """Return a row for each place and year of the window: ``count``, ``status`` and, where every figure has one, ``exposure``."""
    codes, series = [*comparison.who, *others], yearly_series(rows, comparison.measure, programme)
    years = range(comparison.first_year, comparison.last_year + 1)
    grid = pd.MultiIndex.from_product([codes, years], names=["province_code", "year"]).to_frame(index=False)
    names = [name for name in ("count", "status", "exposure") if name in series]
    return grid.merge(series[["province_code", "year", *names]], how="left", on=["province_code", "year"])


def _side(cells: pd.DataFrame, codes: Sequence[str]) -> Side:
    own = cells[cells["province_code"].isin(codes)]
    hidden = own["status"].eq("suppressed")
    told = set(own.loc[own["count"].notna(), "province_code"])
    return Side(
        places=len(codes),
        cells=len(own),
        hidden=int(hidden.sum()),
        missing=int((own["count"].isna() & ~hidden).sum()),
        silent=tuple(code for code in codes if code not in told),
    )


def _rates(cells: pd.DataFrame, comparison: Comparison, found: Effect | NotEstimable) -> tuple[float, float]:
    """Return what was counted a person-year, or a place and year, with the measure: before its start and since."""
    if isinstance(found, NotEstimable):
        return np.nan, np.nan
    out = [one.what for one in found.left_out]
    codes = [code for code in comparison.who if code not in out]
    own = cells[cells["province_code"].isin(codes) & cells["count"].notna()]
    years = own["year"] - own["province_code"].map(comparison.first_whole_year)
    broken = own["year"].eq(own["province_code"].map(comparison.broken_year))
    lived = own["exposure"] if "exposure" in own else pd.Series(1.0, index=own.index)
    before, since = (
        float(own.loc[rows, "count"].sum() / lived[rows].sum())
        for rows in ((years < 0) & ~broken, years >= 0)
    )
    return before, since


def _beside(
    cells: pd.DataFrame, comparison: Comparison, found: Effect | NotEstimable
) -> tuple[float, float, float, float]:
    """Return what was counted without the measure before its first start and since its first whole year, then the two rates: the years of those with it."""
    if isinstance(found, NotEstimable):
        return np.nan, np.nan, np.nan, np.nan
    out = [one.what for one in found.left_out]
    others = cells[~cells["province_code"].isin([*comparison.who, *out]) & cells["count"].notna()]
    whole = min(comparison.first_whole_year(code) for code in comparison.who)
    before, since = (
        _counted(rows)
        for rows in (others[others["year"] < _first_start(comparison)], others[others["year"] >= whole])
    )
    return before[0], since[0], before[1], since[1]


def _early(cells: pd.DataFrame, comparison: Comparison, found: Effect | NotEstimable) -> tuple[float, float]:
    """Return what was counted with the measure in the years before the first start, and its rate."""
    if isinstance(found, NotEstimable):
        return np.nan, np.nan
    out = [one.what for one in found.left_out]
    codes = [code for code in comparison.who if code not in out]
    own = cells["province_code"].isin(codes) & cells["count"].notna()
    return _counted(cells[own & (cells["year"] < _first_start(comparison))])


def _first_start(comparison: Comparison) -> int:
    return min(comparison.began(code).year for code in comparison.who)


def _counted(rows: pd.DataFrame) -> tuple[float, float]:
    """Return what rows count together, and how much that is a person-year, or a place and year."""
    count = float(rows["count"].sum())
    lived = float(rows["exposure"].sum()) if "exposure" in rows else float(len(rows))
    return count, count / lived if lived else np.nan


def _apart(cells: pd.DataFrame, comparison: Comparison, found: Effect | NotEstimable) -> str:
    """Tell whether the places with the measure all stood on one side of the others before the first start: then none of these is like them."""
    if isinstance(found, NotEstimable):
        return ""
    out = [one.what for one in found.left_out]
    early = cells[
        (cells["year"] < _first_start(comparison))
        & cells["count"].notna()
        & ~cells["province_code"].isin(out)
    ]
    lived = early["exposure"] if "exposure" in early else pd.Series(1.0, index=early.index)
    sums = early.assign(lived=lived).groupby("province_code")[["count", "lived"]].sum()
    rates = sums["count"] / sums["lived"]
    own = rates.index.isin(comparison.who)
    if rates[own].max() < rates[~own].min():
        return "below"
    return "above" if rates[own].min() > rates[~own].max() else ""


def _starts(comparison: Comparison, who: Sequence[str]) -> dict[int, tuple[str, ...]]:
    years = sorted({comparison.first_whole_year(code) for code in who})
    return {year: tuple(code for code in who if comparison.first_whole_year(code) == year) for year in years}


def _told(
    cells: pd.DataFrame, comparison: Comparison, law: ScatterLaw
) -> tuple[Effect | NotEstimable, Effect | NotEstimable, Effect | NotEstimable | None]:
    """Return the effect by the method that the number of places calls for, what two-way fixed effects would have said, and a mixture that ran parallel."""
    from evalkit.statistics.panel.count_imputation import count_imputation  # noqa: PLC0415  light import
    from evalkit.statistics.panel.synthetic_difference import synthetic_difference  # noqa: PLC0415
    from evalkit.statistics.panel.synthetic_effect import synthetic_effect  # noqa: PLC0415
    from evalkit.statistics.panel.two_way import two_way_effect  # noqa: PLC0415

    panel = _panel(comparison, _without_broken(cells, comparison), law)
    found = count_imputation(panel)
    if isinstance(found, NotEstimable) and found.reason == "too_few_treated":
        years = {comparison.broken_year(code) for code in comparison.who}
        whole_years = _panel(comparison, cells[~cells["year"].isin(years)], law)
        return synthetic_effect(whole_years), found, synthetic_difference(whole_years)
    return found, two_way_effect(panel), None


def _each_alike(cells: pd.DataFrame, comparison: Comparison, found: Effect) -> Effect | NotEstimable:
    """Return the mean difference of log rates by group and time, of the places of the headline; where any figure is 0 or missing there is none.

    The year in the midst of which the measure began is no base, and counts on neither side.
    """
    from evalkit.statistics.panel.measured_effect import measured_effect  # noqa: PLC0415  light import

    if not (cells["count"] > 0).all():
        return NotEstimable("years_missing")
    lived = cells.get("exposure", 1.0)
    logs = cells.assign(count=np.log(cells["count"] / lived)).drop(columns="exposure", errors="ignore")
    broken = any(comparison.broken_year(code) is not None for code in comparison.who)
    mean = measured_effect(
        _panel(comparison, logs, ScatterLaw.unknown(), whole=False), anticipation=int(broken)
    )
    if isinstance(mean, NotEstimable) or (mean.treated, mean.comparison) == (found.treated, found.comparison):
        return mean
    return NotEstimable("years_missing")


def _refusal(treated: Side, compared: Side) -> NotEstimable | None:
    """Return why nothing is computed: a side is empty, or not told."""
    if compared.places == 0:
        return NotEstimable("all_treated", {"treated": treated.places})
    for side in (treated, compared):
        if not side.is_mostly_told:
            return NotEstimable("too_many_hidden", {"hidden": side.hidden, "cells": side.cells})
        if len(side.silent) == side.places:
            return NotEstimable("not_reported")
    return None


def _without_broken(cells: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Take out the figures of years in the midst of which the measure began."""
    broken = {(code, comparison.broken_year(code)) for code in comparison.who}
    inside = [pair in broken for pair in zip(cells["province_code"], cells["year"], strict=True)]
    return cells.assign(count=cells["count"].mask(pd.Series(inside, index=cells.index, dtype=bool)))


def _panel(comparison: Comparison, cells: pd.DataFrame, law: ScatterLaw, *, whole: bool = True) -> Panel:
    """Return the panel of the places and years that have a figure."""
    from evalkit.statistics.panel.panel import Panel  # noqa: PLC0415

    told = cells[cells["count"].notna()]
    rows = cells[cells["province_code"].isin(told["province_code"]) & cells["year"].isin(told["year"])]
    since = {code: comparison.first_whole_year(code) for code in comparison.who}
    return Panel.from_frame(
        rows,
        {code: year for code, year in since.items() if code in set(rows["province_code"])},
        law=law,
        whole=whole,
    )
