"""The yearly figures of one measure, whatever the periods it was reported in: what a trend and a law of scatter are made of."""

from __future__ import annotations

import pandas as pd

from evalkit.programme.models import Programme


def yearly_series(
    facts: pd.DataFrame, measure: str, programme: Programme, *, population: str | None = None
) -> pd.DataFrame:
    """Return the yearly figures of one measure, with the population of each year where every year has one.

    Parameters
    ----------
    facts : DataFrame
        Total rows of one or several places, one per period.
    measure, population : str
        What is counted, and the measure it is held against: the programme's population by default.
    programme : Programme
        Declares the place basis on which the measure is counted; figures on another basis are left aside.

    Returns
    -------
    DataFrame
        ``province_code``, ``year`` (int), ``count`` (missing where not reported or hidden), ``status``, ``low`` and ``high`` where
        the facts have them (what is left to a hidden figure) and, where known for
        all rows and never 0, ``exposure`` (person-years) with its ``exposure_source``. Calendar and police years alike count as the year they end in.
    """
    basis = programme.measures[measure].place_basis
    counts = _years(facts[facts["place_basis"] == basis], measure).rename(columns={"value": "count"})
    inhabitants = _years(facts, population or programme.population).rename(
        columns={"value": "exposure", "source_id": "exposure_source"}
    )
    key, known = ["province_code", "year"], ["exposure", "exposure_source"]
    series = counts.drop(columns="source_id").merge(inhabitants[[*key, *known]], on=key, how="left")
    return series if (series["exposure"] > 0).all() else series.drop(columns=known)


def how_told(facts: pd.DataFrame, measure: str, programme: Programme) -> tuple[dict[str, int], bool]:
    """Return how many sources tell the yearly figures of a measure at each place, and whether all figures are exact.

    Parameters
    ----------
    facts, measure, programme
        As for :func:`yearly_series`. What is derived bears a source of its own and counts as none; facts without a qualifier are exact.

    Returns
    -------
    dict, bool
        Code of each place with a figure that is not derived to the number of its sources; True where no figure is approximate.
    """
    basis = programme.measures[measure].place_basis
    rows = whole_years(facts[(facts["measure"] == measure) & (facts["place_basis"] == basis)])
    rows = rows[rows["value"].notna()]
    sources = rows[rows["status"] != "derived"].groupby("province_code")["source_id"].nunique()
    is_exact = "qualifier" not in rows.columns or bool((rows["qualifier"] == "exact").all())
    return {str(code): int(number) for code, number in sources.items()}, is_exact


def whole_years(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that cover a whole year, one a place and year, with ``year``, in which they end.

    Parameters
    ----------
    facts : DataFrame
        Total rows of one measure.
    """
    rows = facts[(facts["period_end"] - facts["period_start"]).dt.days.between(364, 365)]
    rows = rows.assign(year=rows["period_end"].dt.year)
    rows = rows.sort_values(["province_code", "year", "period_start"])
    # of a police and a calendar year that end in one year, the calendar year begins later
    return rows.drop_duplicates(["province_code", "year"], keep="last")


def _years(facts: pd.DataFrame, measure: str) -> pd.DataFrame:
    rows = whole_years(facts[facts["measure"] == measure])
    names = ["province_code", "year", "value", "status", "source_id"]
    names += [name for name in ("low", "high") if name in rows.columns]
    return rows[names].reset_index(drop=True)
