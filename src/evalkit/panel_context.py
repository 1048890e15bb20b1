"""What pages need to know of the whole panel: how years scatter, which comparisons stand among all, remarks on quality.

Computed from protected facts only, and from the ranges that these alone leave to hidden figures.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from evalkit.facts.findings import Finding
from evalkit.indicators.period_comparison import period_change_p
from evalkit.indicators.period_totals import indicator_totals
from evalkit.indicators.province_comparison import funnel_of_period
from evalkit.indicators.sources import preferred
from evalkit.indicators.yearly import yearly_series
from evalkit.programme.kinds import KINDS
from evalkit.programme.models import Programme
from evalkit.statistics.law.law_of_panel import panel_law
from evalkit.statistics.law.law_of_places import law_of_sum, place_laws
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.provinces.funnel import Funnel, funnel_lines
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.headline import fit_trend
from evalkit.statistics.verdicts import family_of
from evalkit.table import NATION_SCHEME, RANGE_KEY, TOLD, totals_only

LATE_DAYS = 365
_FIGURE = ["province_code", "scheme", "measure", "period_start", "period_end"]
STEPS_OF_LINES = 25


def panel_context(
    facts: pd.DataFrame, programme: Programme, *, scheme: str, ranges: pd.DataFrame, threshold: int = 5
) -> dict[str, dict[str, Any]]:
    """Return what pages need to know of the whole panel, from protected facts only.

    Parameters
    ----------
    facts : DataFrame
        The protected facts of the whole country.
    programme : Programme
    scheme : str
        The boundary set whose units make up the panel.
    ranges : DataFrame
        Per hidden total the range that the figures shown leave to it: the columns of its key, ``low``, ``high``.
    threshold : int
        Counts of persons from 1 to one less are hidden.

    Returns
    -------
    dict
        ``laws``: indicator to the fields of :class:`~evalkit.statistics.law.scatter.ScatterLaw`; ``own``: indicator to place ("scheme:code") to
        how many times more its own years scatter; ``nation``: indicator to the law of the nation's figures; ``families``:
        "comparisons" and "trends", each with ``tests`` and ``line`` (:class:`~evalkit.statistics.verdicts.Family`); ``funnels``: indicator to
        ``period``, ``years`` (the median of the places), ``target`` (rate per person-year), ``lines`` (columns of
        :func:`~evalkit.statistics.provinces.funnel.funnel_lines`) and ``points``: place to its row of the funnel, with the ``years`` its own
        count goes over.
    """
    rows = totals_only(facts)
    rows = rows.merge(ranges, on=list(RANGE_KEY), how="left") if len(ranges) else rows
    rows = preferred(rows[(rows["scheme"] == scheme) | (rows["scheme"] == NATION_SCHEME)], programme)
    nation = _code_of_nation(rows)
    context: dict[str, dict[str, Any]] = {"laws": {}, "own": {}, "nation": {}}
    laws = _laws_by_indicator(rows, programme, threshold=threshold, nation=nation)
    for name, of_places in laws.items():
        context["laws"][name] = of_places[""].as_record()
        context["nation"][name] = of_places[nation].as_record()
        own = {code: law.own for code, law in of_places.items() if code not in ("", nation)}
        context["own"] |= {name: {f"{scheme}:{code}": factor for code, factor in own.items()}} if own else {}
    mine = facts[facts["scheme"].isin([scheme, NATION_SCHEME])]
    families = {"comparisons": _comparisons(mine, laws, programme), "trends": _trends(rows, laws, programme)}
    named = {name: family_of(p) for name, p in families.items()}
    context["funnels"] = _funnels(mine, laws, programme, scheme=scheme)
    context["families"] = {
        name: {"tests": family.tests, "line": family.line} for name, family in named.items()
    }
    return context


def _funnels(
    facts: pd.DataFrame, laws: dict[str, dict[str, ScatterLaw]], programme: Programme, *, scheme: str
) -> dict[str, Any]:
    """Return where each place lies among all, for the counts that are compared over periods."""
    found: dict[str, Any] = {}
    rows = totals_only(facts[facts["scheme"] == scheme])
    for name, indicator in programme.indicators.items():
        if not indicator.compare_periods or name not in laws:
            continue
        codes = {code: laws[name].get(code, laws[name][""]) for code in rows["province_code"].unique()}
        told = funnel_of_period(rows, name, programme, law=codes)
        if told is not None:
            found[name] = _funnel_record(*told, scheme=scheme)
    return found


def _funnel_record(period: str, told: Funnel, spans: pd.Series, *, scheme: str) -> dict[str, Any]:
    """Return a funnel as plain values; a point's own ``years`` may be fewer than those of the period, and of the other points."""
    points = told.frame[told.frame["flag"] == ""]
    points = points.assign(years=points["province_code"].map(spans))
    years = float(spans.median())
    edges = points["exposure"].min(), points["exposure"].max()
    lines = funnel_lines(told, np.linspace(*edges, STEPS_OF_LINES), years=years)
    names = [
        "count",
        "exposure",
        "expected",
        "chance_lower",
        "chance_upper",
        "wide_lower",
        "wide_upper",
        "verdict",
        "side",
        "years",
    ]
    return {
        "period": period,
        "years": years,
        "target": told.target,
        "hidden": told.hidden,
        "law": told.law is not None,
        "lines": {name: [float(f"{value:.6g}") for value in column] for name, column in lines.items()},
        "points": {
            f"{scheme}:{row['province_code']}": {name: row[name] for name in names}
            for row in points.to_dict("records")
        },
    }


def _code_of_nation(facts: pd.DataFrame) -> str:
    """Return the code under which the nation's figures stand; a word of our own where it has none."""
    codes = facts.loc[facts["scheme"] == NATION_SCHEME, "province_code"]
    return str(codes.iloc[0]) if len(codes) else NATION_SCHEME


def _laws_by_indicator(
    rows: pd.DataFrame, programme: Programme, *, threshold: int, nation: str
) -> dict[str, dict[str, ScatterLaw]]:
    """Return the laws of each indicator that has one; they are those of its measure, and measures without a figure share theirs."""
    told, found, laws = set(rows["measure"]), dict[str, dict[str, ScatterLaw]](), {}
    for name, indicator in programme.indicators.items():
        if (KINDS[indicator.kind].by_chance or indicator.trend) and programme.is_counted(indicator):
            measure = indicator.numerator
            key = measure if measure in told else ""
            if key not in found:
                found[key] = _laws(yearly_series(rows, measure, programme), threshold, nation)
            laws[name] = found[key]
    return laws


def _laws(series: pd.DataFrame, threshold: int, code: str) -> dict[str, ScatterLaw]:
    """Return the law of the panel (under ""), of each place that scatters more, and of the nation, whose code is given."""
    places, nation = series[series["province_code"] != code], series[series["province_code"] == code]
    law = panel_law(places, threshold=threshold)
    means = places.groupby("province_code")["count"].mean().fillna(0)
    found = place_laws(places, law, threshold=threshold)
    summed = law_of_sum(law, means, nation.drop(columns="exposure", errors="ignore"), threshold=threshold)
    return {"": law, code: summed} | found


def _comparisons(
    facts: pd.DataFrame, laws: dict[str, dict[str, ScatterLaw]], programme: Programme
) -> list[float]:
    """Return the p of every comparison of periods on any page."""
    wanted = [name for name, indicator in programme.indicators.items() if indicator.compare_periods]
    totals = totals_only(facts)
    used = totals[totals["measure"].isin([programme.indicators[name].numerator for name in wanted])]
    found = []
    for (code, _), rows in used.groupby(["province_code", "scheme"], sort=True):
        for name in wanted:
            law = laws[name].get(str(code), laws[name][""])
            for earlier, later in pairwise(indicator_totals(rows, name, programme)):
                if not isinstance(earlier, NotEstimable) and not isinstance(later, NotEstimable):
                    found.append(period_change_p(earlier, later, law))
    return found


def _trends(rows: pd.DataFrame, laws: dict[str, dict[str, ScatterLaw]], programme: Programme) -> list[float]:
    """Return the p of every trend on any page."""
    found, told = [], set(rows["measure"])
    for name in [name for name, one in programme.indicators.items() if one.trend and one.numerator in told]:
        series = yearly_series(rows, programme.indicators[name].numerator, programme)
        for code, own in series.groupby("province_code", sort=True):
            fit = fit_trend(own, law=laws[name].get(str(code), laws[name][""]))
            found += [] if isinstance(fit, NotEstimable) else [fit.p]
    return found


def page_findings(
    facts: pd.DataFrame, programme: Programme, *, reported: pd.DataFrame
) -> tuple[Finding, ...]:
    """Return the remarks a page makes on the quality of its figures: those that came late, each once.

    Parameters
    ----------
    facts : DataFrame
        Protected facts: what is in none of them is not remarked on.
    programme : Programme
    reported : DataFrame
        What was reported, all editions; its values are not read. A figure is a measure of one place and period, whatever its breakdowns
        and sources; its day is that of its first edition. Sums, and rows of a former unit under the code of the unit it became, are
        nobody's report. Figures that were officially published are left aside: the day of a newspaper is not the day of a report.
    """
    own = reported[reported["status"].isin(TOLD) & ~reported["published"].astype(bool)]
    own = own[own["measure"].isin(list(programme.measures))]
    first = own.groupby(_FIGURE, as_index=False)["edition_date"].min()
    late = first[(first["edition_date"] - first["period_end"]).dt.days > LATE_DAYS]
    shown = late.merge(facts[_FIGURE].drop_duplicates(), on=_FIGURE)
    return tuple(
        Finding(
            "warning",
            where=f"{measure}, {end:%Y}",
            rule="reported_late",
            do="",
            province_code=code,
            scheme=scheme,
        )
        for code, scheme, measure, _, end in shown[_FIGURE].itertuples(index=False, name=None)
    )
