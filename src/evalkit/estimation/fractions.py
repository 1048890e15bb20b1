"""Numerators beside their denominators: same place, same period, same place basis, and the same source where it has both.

All indicators of one kind are taken through together; the column ``indicator`` keeps them apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evalkit.errors import FactsError
from evalkit.estimation.population import PERIOD, PLACE, person_years
from evalkit.estimation.slices import denominator_of, numerator_of
from evalkit.programme.indicator import ANY_PLACE_BASIS
from evalkit.programme.models import Programme
from evalkit.table import TOLD, WITH_VALUE, named_rows, period_names

BASIS = ["indicator", *PLACE, "place_basis", *PERIOD]
FIGURES = ["value", "status", "qualifier", "unit"]
BELOW = {name: f"{name}_below" for name in FIGURES}


def counted(facts: pd.DataFrame, names: Sequence[str], programme: Programme) -> pd.DataFrame:
    """Return numerators that have no denominator.

    Parameters
    ----------
    facts : DataFrame
        Facts rows, totals, latest editions.
    names : sequence of str
        Indicators of kind "count", or of another kind whose denominator comes later.
    programme : Programme

    Returns
    -------
    DataFrame
        ``indicator``, place, place basis, period, ``source_id``, ``numerator``, ``denominator`` (missing), ``state`` (what
        the facts say of the estimate: ``estimated``, ``suppressed``, ``not_reported``, ``not_applicable``), ``derived``,
        ``inexact``, ``problem`` (a flag, or "").
    """
    rows = _of(facts, {name: numerator_of(programme.indicators[name]) for name in names})
    alone = rows.assign(value_below=np.nan, status_below="reported", qualifier_below="exact", borrowed=False)
    return _judged(alone)


def over_person_years(
    facts: pd.DataFrame, shown: pd.DataFrame, names: Sequence[str], programme: Programme
) -> pd.DataFrame:
    """Return numerators over the person-years of their place and period.

    Parameters
    ----------
    facts : DataFrame
        Facts rows, totals, latest editions.
    shown : DataFrame
        Those of the preferred sources.
    names : sequence of str
        Indicators of kind "rate" with one and the same denominator.
    programme : Programme
        Declares the place basis of the population.

    Returns
    -------
    DataFrame
        As :func:`counted`; ``problem`` is ``no_population`` where a year of the period has none.
    """
    rows = counted(facts, names, programme)
    one = programme.indicators[names[0]]
    basis = programme.measures[str(one.denominator)].place_basis
    people = shown[(shown["measure"] == denominator_of(one)) & (shown["place_basis"] == basis)]
    lived = person_years(rows, people)
    lacking = (rows["state"] == "estimated") & lived.isna()
    return rows.assign(
        denominator=lived,
        state=rows["state"].mask(lacking, "not_estimable"),
        problem=rows["problem"].mask(lacking, "no_population"),
    )


def over_base(
    facts: pd.DataFrame, shown: pd.DataFrame, names: Sequence[str], programme: Programme
) -> pd.DataFrame:
    """Return numerators over the denominators reported for the same place, period and place basis.

    Parameters
    ----------
    facts : DataFrame
        Facts rows, totals, latest editions.
    shown : DataFrame
        Those of the preferred sources: they serve where the numerator's own source has no denominator.
    names : sequence of str
        Indicators with a denominator other than person-years.
    programme : Programme
        For the kinds that set events beside activities or holders beside each other, the two place bases may differ.

    Returns
    -------
    DataFrame
        As :func:`counted`, with a row too for each denominator that has no numerator. ``problem``: ``no_denominator``,
        ``different_bases`` (there is a denominator, on another place basis), ``different_units`` (of a proportion),
        ``sources_contradict`` (a part larger than the base of another source).

    Raises
    ------
    FactsError
        If a part exceeds the base that the same source gives, for kinds that are shares. Rows are named, never figures.
    """
    above = _of(facts, {name: numerator_of(programme.indicators[name]) for name in names})
    base = {name: denominator_of(programme.indicators[name]) for name in names}
    below, chosen = (_on_the_numerators_basis(_of(rows, base), programme) for rows in (facts, shown))
    rows = pd.concat([_joined(above, below, chosen), _only_below(above, chosen)], ignore_index=True)
    judged = _judged(rows)
    elsewhere = _has_match(judged, below, ["indicator", *PLACE, *PERIOD]) & (
        judged["problem"] == "no_denominator"
    )
    judged["problem"] = judged["problem"].mask(elsewhere, "different_bases")
    return _parts_within(judged, programme)


def _on_the_numerators_basis(below: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Place a base that may be counted elsewhere (visits, another holder's figure) where its numerator is counted."""
    basis = below["place_basis"].copy()
    for name in below["indicator"].unique():
        indicator = programme.indicators[name]
        if indicator.kind in ANY_PLACE_BASIS:
            own = programme.measures[str(indicator.denominator)].place_basis
            at_home = (below["indicator"] == name) & (basis == own)
            basis = basis.mask(at_home, programme.measures[indicator.numerator].place_basis)
    return below.assign(place_basis=basis)


def _of(facts: pd.DataFrame, measures: dict[str, str]) -> pd.DataFrame:
    """Return the rows of the measures named, once per indicator that uses them."""
    used = pd.DataFrame({"indicator": list(measures), "measure": list(measures.values())}, dtype="str")
    rows = facts[facts["measure"].isin(used["measure"])].merge(used, on="measure")
    return rows[[*BASIS, "source_id", *FIGURES]]


def _joined(above: pd.DataFrame, below: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Give each numerator its own source's denominator, or else the preferred source's."""
    told = below[below["status"].isin(TOLD)].rename(columns=BELOW)
    own = above.merge(told, on=[*BASIS, "source_id"], how="left")
    other = above[BASIS].merge(chosen[[*BASIS, *FIGURES]].rename(columns=BELOW), on=BASIS, how="left")
    lacking = own["status_below"].isna()
    columns = list(BELOW.values())
    own[columns] = own[columns].mask(lacking, other[columns])
    return own.assign(borrowed=lacking & own["status_below"].isin(TOLD))


def _only_below(above: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return the denominators that no numerator stands above."""
    alone = chosen[~_has_match(chosen, above, BASIS) & chosen["status"].isin(TOLD)]
    below = alone.rename(columns=BELOW)
    return below.assign(
        value=np.nan, status="not_reported", qualifier="exact", unit=below["unit_below"], borrowed=False
    )


def _has_match(rows: pd.DataFrame, others: pd.DataFrame, key: list[str]) -> pd.Series:
    known = pd.MultiIndex.from_frame(others[key])
    return pd.Series(pd.MultiIndex.from_frame(rows[key]).isin(known), index=rows.index)


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Say of each row what its two parts allow; where one was never reported, it is not the hidden one that is lacking."""
    parts = rows["status"], rows["status_below"]
    silent = [~part.isin([*TOLD, "not_applicable"]) for part in parts]
    state = np.select(
        [
            (parts[0] == "not_applicable") | (parts[1] == "not_applicable"),
            silent[0] | silent[1],
            (parts[0] == "suppressed") | (parts[1] == "suppressed"),
        ],
        ["not_applicable", "not_reported", "suppressed"],
        "estimated",
    )
    about = (rows["qualifier"] != "exact") | (rows["qualifier_below"].fillna("exact") != "exact")
    return rows.rename(columns={"value": "numerator", "value_below": "denominator"}).assign(
        state=state,
        derived=(parts[0] == "derived") | (parts[1] == "derived"),
        inexact=about,
        problem=np.where(parts[0].isin(WITH_VALUE) & silent[1], "no_denominator", ""),
    )


def _parts_within(rows: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Refuse parts larger than their base; where the two come from different sources, give no share instead."""
    shares = [name for name, indicator in programme.indicators.items() if indicator.is_share]
    made = (rows["state"] == "estimated") & rows["indicator"].isin(shares)
    larger = made & (rows["numerator"] > rows["denominator"])
    wrong = rows[larger & ~rows["borrowed"].astype(bool)]
    if not wrong.empty:
        indicator = programme.indicators[str(wrong["indicator"].iloc[0])]
        places = period_names(wrong[wrong["indicator"] == wrong["indicator"].iloc[0]])
        raise FactsError(
            where=f"{indicator.numerator} / {indicator.denominator}: {named_rows(places)}",
            rule=f"{indicator.numerator} must not exceed {indicator.denominator}",
            do="ask the source to confirm both figures; where carry-over can lift it above, the kind is period_ratio",
        )
    mixed = made & (rows["unit"] != rows["unit_below"])
    problem = rows["problem"].mask(mixed, "different_units").mask(larger, "sources_contradict")
    return rows.assign(problem=problem, state=rows["state"].mask(mixed | larger, "not_estimable"))
