"""What pages need to know of the whole panel: dispersion and remarks, computed from protected facts only."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evalkit.estimation.law import panel_law
from evalkit.estimation.sources import preferred
from evalkit.facts.findings import Finding
from evalkit.facts.schema import WITH_VALUE, totals_only
from evalkit.programme.models import Programme
from evalkit.programme.population import POPULATION

LATE_DAYS = 365


def panel_context(facts: pd.DataFrame, programme: Programme, *, scheme: str) -> dict[str, dict[str, Any]]:
    """Return the dispersion of the whole panel for each indicator with a trend, from protected facts only.

    Parameters
    ----------
    facts : DataFrame
        The protected facts of the whole country.
    programme : Programme
    scheme : str
        The boundary set whose units make up the panel.

    Returns
    -------
    dict
        Indicator name to the fields of :class:`~evalkit.estimation.law.ScatterLaw`.
    """
    rows = preferred(totals_only(facts[facts["scheme"] == scheme]), programme)
    context = {}
    for name, indicator in programme.indicators.items():
        if indicator.trend:
            series = yearly_series(rows, indicator.numerator, programme)
            context[name] = panel_law(series[series["status"].isin(WITH_VALUE)]).as_record()
    return context


def page_findings(facts: pd.DataFrame, programme: Programme) -> tuple[Finding, ...]:
    """Return the remarks a page makes on the quality of its figures, from protected facts only."""
    late = facts[(facts["edition_date"] - facts["period_end"]).dt.days > LATE_DAYS]
    late = late[~late["published"] & late["measure"].isin(list(programme.measures))]
    return tuple(
        Finding(
            "warning",
            where=f"{measure}, {end:%Y}",
            rule="reported_late",
            do="",
            province_code=code,
            scheme=scheme,
        )
        for code, scheme, measure, end in late[["province_code", "scheme", "measure", "period_end"]]
        .drop_duplicates()
        .itertuples(index=False)
    )


def yearly_series(
    facts: pd.DataFrame, measure: str, programme: Programme, *, population: str = POPULATION
) -> pd.DataFrame:
    """Return the yearly figures of one measure, with the population of each year where every year has one.

    Parameters
    ----------
    facts : DataFrame
        Total rows of one or several places, one per period.
    measure, population : str
        What is counted, and the measure it is held against.
    programme : Programme
        Declares the place basis on which the measure is counted; figures on another basis are left aside.

    Returns
    -------
    DataFrame
        ``province_code``, ``year`` (int), ``count`` (missing where not reported or hidden), ``status`` and, where known for
        all rows, ``exposure`` (person-years) with its ``exposure_source``. Calendar and police years alike count as the year they end in.
    """
    basis = programme.measures[measure].place_basis
    counts = _years(facts[facts["place_basis"] == basis], measure).rename(columns={"value": "count"})
    inhabitants = _years(facts, population).rename(
        columns={"value": "exposure", "source_id": "exposure_source"}
    )
    key, known = ["province_code", "year"], ["exposure", "exposure_source"]
    series = counts.drop(columns="source_id").merge(inhabitants[[*key, *known]], on=key, how="left")
    return series if series["exposure"].notna().all() else series.drop(columns=known)


def _years(facts: pd.DataFrame, measure: str) -> pd.DataFrame:
    rows = facts[facts["measure"] == measure]
    rows = rows[(rows["period_end"] - rows["period_start"]).dt.days.between(364, 365)]
    rows = rows.assign(year=rows["period_end"].dt.year)
    rows = rows.sort_values(["province_code", "year", "period_start"])
    # of a police and a calendar year that end in one year, the calendar year begins later
    rows = rows.drop_duplicates(["province_code", "year"], keep="last")
    return rows[["province_code", "year", "value", "status", "source_id"]].reset_index(drop=True)
