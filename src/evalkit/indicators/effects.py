"""What happened where a measure was taken, held against places without it: from yearly figures to an effect, or a reason why there is none.

The methods for panels are loaded where a comparison is declared, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    found, two_way, parallel, used = (
        (refused, refused, None, cells) if refused is not None else _told(cells, comparison, law)
    )
    held = _Held.of(used, comparison, found)
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
        held.rates,
        held.early,
        held.beside,
        held.apart,
        tuple(code for code in who if comparison.first_whole_year(code) > comparison.last_year),
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


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """The figures that an effect rests on, of the places with the measure and of those without, by what was left out and what came too late."""

    own: pd.DataFrame
    others: pd.DataFrame
    first: int
    whole: int

    @classmethod
    def of(cls, cells: pd.DataFrame, comparison: Comparison, found: Effect | NotEstimable) -> _Held:
        """Part the figures used; none where there is no effect. A place that starts after the window is one without."""
        gone = () if isinstance(found, NotEstimable) else found.left_out
        out = [one.what for one in gone if one.reason != "cohort_of_one"]
        told = cells[cells["count"].notna() & ~cells["province_code"].isin(out)]
        told = told.head(0) if isinstance(found, NotEstimable) else told
        whole = {code: comparison.first_whole_year(code) for code in comparison.who}
        within = {code: year for code, year in whole.items() if year <= comparison.last_year}
        is_own = told["province_code"].isin(within)
        codes = told.loc[is_own, "province_code"].unique()
        own = told[is_own].assign(since=told.loc[is_own, "province_code"].map(within).astype(float))
        first = min((comparison.began(code).year for code in codes), default=comparison.first_year)
        return cls(own, told[~is_own], first, min((within[code] for code in codes), default=first))

    @property
    def rates(self) -> tuple[float, float]:
        """What was counted a person-year, or a place and year, with the measure: before its start and since."""
        since = self.own["year"] >= self.own["since"]
        return _counted(self.own[~since])[1], _counted(self.own[since])[1]

    @property
    def early(self) -> tuple[float, float]:
        """What was counted with the measure in the years before the first start, and its rate."""
        return _counted(self.own[self.own["year"] < self.first])

    @property
    def beside(self) -> tuple[float, float, float, float]:
        """What was counted without the measure before its first start and since its first whole year, then the two rates."""
        before, since = (
            _counted(self.others[years])
            for years in (self.others["year"] < self.first, self.others["year"] >= self.whole)
        )
        return before[0], since[0], before[1], since[1]

    @property
    def apart(self) -> str:
        """Whether the places with the measure all stood on one side of the others before the first start: then none of these is like them."""
        own, others = (
            [
                _counted(of_place)[1]
                for _, of_place in side[side["year"] < self.first].groupby("province_code")
            ]
            for side in (self.own, self.others)
        )
        if not own or not others:
            return ""
        if max(own) < min(others):
            return "below"
        return "above" if min(own) > max(others) else ""


def _counted(rows: pd.DataFrame) -> tuple[float, float]:
    """Return what rows count together, and how much that is a person-year, or a place and year; missing without a row."""
    if rows.empty:
        return np.nan, np.nan
    count = float(rows["count"].sum())
    return count, count / float(rows["exposure"].sum() if "exposure" in rows else len(rows))


def _starts(comparison: Comparison, who: Sequence[str]) -> dict[int, tuple[str, ...]]:
    years = sorted({comparison.first_whole_year(code) for code in who})
    return {year: tuple(code for code in who if comparison.first_whole_year(code) == year) for year in years}


def _told(
    cells: pd.DataFrame, comparison: Comparison, law: ScatterLaw
) -> tuple[Effect | NotEstimable, Effect | NotEstimable, Effect | NotEstimable | None, pd.DataFrame]:
    """Return the effect by the method that the number of places calls for, what two-way fixed effects and a parallel mixture would have said, and the figures used."""
    from evalkit.statistics.panel.count_imputation import count_imputation  # noqa: PLC0415  light import
    from evalkit.statistics.panel.synthetic_difference import synthetic_difference  # noqa: PLC0415
    from evalkit.statistics.panel.synthetic_effect import synthetic_effect  # noqa: PLC0415
    from evalkit.statistics.panel.two_way import two_way_effect  # noqa: PLC0415

    used = _without_broken(cells, comparison)
    panel = _panel(comparison, used, law)
    found = count_imputation(panel)
    if isinstance(found, NotEstimable) and found.reason == "too_few_treated":
        years = {comparison.broken_year(code) for code in comparison.who}
        used = cells[~cells["year"].isin(years)]
        whole_years = _panel(comparison, used, law)
        return synthetic_effect(whole_years), found, synthetic_difference(whole_years), used
    return found, two_way_effect(panel), None, used


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
