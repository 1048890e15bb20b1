"""A province's rate as it would be with the country's mix of ages: direct and indirect."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evalkit.indicators.sources import preferred
from evalkit.programme.models import Programme
from evalkit.short_form import ShortForm
from evalkit.statistics.rates import byar_interval, garwood_interval
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.standardisation import standardise_directly, standardise_to_reference
from evalkit.table import ALL, TOLD, totals_only

PER = 100_000
_PERIOD = ["period_start", "period_end"]
_IS_AGE = re.compile("age(_.*)?")  # how a programme names a breakdown by age
_HERE = "here"
_COLUMNS = ["value", "lower", "upper", "byar_lower", "byar_upper"]


@dataclass(frozen=True, slots=True, repr=False)
class Standardised(ShortForm):
    """One measure in the latest year in which it is reported by a breakdown by which the inhabitants are known too.

    Attributes
    ----------
    measure, dimension : str
        By their names in the programme.
    start, end : Timestamp
        First and last day, both inclusive.
    strata : DataFrame, one row per value of the breakdown
        - ``category`` (str): the value.
        - ``count``, ``exposure`` (float): of the province, in persons or cases and person-years; missing where hidden or not reported.
        - ``status`` (str): of the count.
        - ``reference_count``, ``standard`` (float): count and inhabitants of the country.
    rates : DataFrame or NotEstimable
        One row per rate: ``rate`` ("crude", "direct": per 100,000 person-years; "indirect": observed over expected), ``value``, ``lower``,
        ``upper`` (exact), ``byar_lower``, ``byar_upper``; missing for "direct" where fewer than 10 are counted. Not estimable: ``suppressed``,
        ``not_reported``, ``no_exposure`` (of a value), ``no_reference`` (the country's).
    expected : float
        Count at the country's rates in each value; missing without rates.
    """

    measure: str
    dimension: str
    start: pd.Timestamp
    end: pd.Timestamp
    strata: pd.DataFrame
    rates: pd.DataFrame | NotEstimable
    expected: float


def ages_of_inhabitants(facts: pd.DataFrame, programme: Programme) -> tuple[str, ...]:
    """Return the breakdowns by age by which the inhabitants are known, of those whose values add up.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of one place.
    programme : Programme
    """
    own = facts[facts["measure"] == programme.population]
    return tuple(
        name
        for name, dimension in programme.dimensions.items()
        if _IS_AGE.fullmatch(name)
        and name in own
        and dimension.exhaustive
        and not dimension.separate
        and own[name].ne(ALL).any()
    )


def measures_by(facts: pd.DataFrame, dimension: str, programme: Programme) -> tuple[str, ...]:
    """Return the measures that count persons or cases and are reported by a breakdown, in the programme's order."""
    told = set(facts.loc[facts[dimension].ne(ALL) & facts["status"].isin(TOLD), "measure"])
    return tuple(
        name
        for name, measure in programme.measures.items()
        if name in told and measure.disclosure != "activity" and measure.time_basis == "flow"
    )


def standardised(
    facts: pd.DataFrame, nation: pd.DataFrame, measure: str, dimension: str, programme: Programme
) -> Standardised:
    """Standardise the latest year of a measure by the country's inhabitants and by its rates.

    Parameters
    ----------
    facts, nation : DataFrame
        Facts rows of the province, and of the country.
    measure, dimension : str
        A measure reported by the breakdown.
    programme : Programme

    Returns
    -------
    Standardised
        The inhabitants are those of the same days. A hidden or missing value is no zero: it leaves a reason and no rate.

    References
    ----------
    Dobson et al. (1991), Stat. Med. 10, 457-462; Breslow and Day (1987), Statistical Methods in Cancer Research II, 65-71.
    """
    people = _by(facts, programme.population, dimension, programme)
    counts = _by(facts, measure, dimension, programme)
    known = counts[counts["status"].isin(TOLD)].merge(people[_PERIOD].drop_duplicates(), on=_PERIOD)
    latest = (known if len(known) else counts).sort_values(_PERIOD[::-1])[_PERIOD].iloc[-1]
    country = [_by(nation, name, dimension, programme) for name in (measure, programme.population)]
    values = list(programme.dimensions[dimension].values)
    own, lived, *there = (_in(table, latest, dimension, values) for table in (counts, people, *country))
    strata = pd.DataFrame(
        {
            "category": values,
            "count": own["value"].to_numpy(),
            "exposure": lived["value"].to_numpy(),
            "status": own["status"].fillna("not_reported").to_numpy(),
            "reference_count": there[0]["value"].to_numpy(),
            "standard": there[1]["value"].to_numpy(),
        }
    )
    rates, expected = _rates(strata)
    return Standardised(measure, dimension, latest.iloc[0], latest.iloc[1], strata, rates, expected)


def _by(facts: pd.DataFrame, measure: str, dimension: str, programme: Programme) -> pd.DataFrame:
    """Return the rows of a measure by one breakdown alone, one source a figure, on the measure's own place basis."""
    rows = facts[(facts["measure"] == measure) & facts[dimension].ne(ALL)]
    others = [name for name in programme.dimensions if name in rows and name != dimension]
    rows = preferred(totals_only(rows, others), programme)
    return rows[rows["place_basis"] == programme.measures[measure].place_basis]


def _in(rows: pd.DataFrame, latest: pd.Series, dimension: str, values: list[str]) -> pd.DataFrame:
    """Return value and status of a year by the values of a breakdown, in their order; missing where there is no row."""
    same = (rows["period_start"] == latest["period_start"]) & (rows["period_end"] == latest["period_end"])
    told: pd.DataFrame = rows[same].set_index(dimension)[["value", "status"]].reindex(values)
    return told


def _rates(strata: pd.DataFrame) -> tuple[pd.DataFrame | NotEstimable, float]:
    """Return the crude, the direct and the indirect rate with both limits, and the count expected; or the reason why there is none."""
    frame = strata.assign(area=_HERE)[["area", "category", "count", "exposure", "standard", "status"]]
    exact = standardise_directly(frame, area="area", stratum="category", scale=PER).iloc[0]
    byar = standardise_directly(frame, area="area", stratum="category", scale=PER, method="phe").iloc[0]
    if exact["flag"] not in ("", "fewer_than_10_events"):
        return NotEstimable(str(exact["flag"])), math.nan
    reference = strata[["category", "reference_count", "standard"]]
    if not np.isfinite(reference["reference_count"]).all():
        return NotEstimable("no_reference"), math.nan
    reference = reference.set_axis(["category", "count", "exposure"], axis=1)
    ratio, by_byar = (
        standardise_to_reference(frame, reference, area="area", stratum="category", method=method).iloc[0]
        for method in ("exact", "byar")
    )
    rows = {
        "crude": _crude(strata),
        "direct": _with_limits(exact, byar),
        "indirect": _with_limits(ratio, by_byar),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=_COLUMNS).astype(float)
    return table.rename_axis("rate").reset_index(), float(ratio["expected"])


def _crude(strata: pd.DataFrame) -> list[float]:
    count, lived = float(strata["count"].sum()), float(strata["exposure"].sum())
    limits = (*garwood_interval(count, lived), *byar_interval(count, lived))
    return [PER * float(one) for one in (count / lived, *limits)]


def _with_limits(exact: pd.Series, byar: pd.Series) -> list[float]:
    return [float(one) for one in (*exact[_COLUMNS[:3]], *byar[_COLUMNS[1:3]])]
