"""Who is missed: a group beside everybody else, as a difference with its uncertainty, never as a rank."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from evalkit.indicators.person_years import PERIOD, PLACE
from evalkit.indicators.sources import preferred
from evalkit.programme.models import Programme
from evalkit.statistics.proportions import newcombe_difference, wilson_interval

KEY = [*PLACE, "place_basis", *PERIOD]
COLUMNS = [
    *("indicator", "dimension", "group", "beside"),
    *KEY,
    *("numerator", "denominator", "value", "lower", "upper"),
    *("beside_numerator", "beside_denominator", "beside_value"),
    *("difference", "difference_lower", "difference_upper", "status", "flag"),
]
SMALL_BASE = 10
REST = "rest"


def group_gaps(facts: pd.DataFrame, programme: Programme, *, level: float = 0.95) -> pd.DataFrame:
    """Return the gap between each group and everybody else, for shares reported by sex, age band, ethnicity, ...

    Parameters
    ----------
    facts : DataFrame
        Facts rows of one or many places, breakdowns included.
    programme : Programme
        Every indicator that is a share of two measures with a breakdown in common is looked at.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame, one row per indicator, breakdown value, place and period
        ``indicator``, ``dimension``, ``group``, ``beside`` ("rest": the total less the group); place, place basis, period;
        ``numerator``, ``denominator``, ``value``, ``lower``, ``upper`` of the group (percent, Wilson);
        ``beside_numerator``, ``beside_denominator``, ``beside_value``; ``difference`` (percentage points, group minus the
        other) with ``difference_lower``, ``difference_upper`` (Newcombe). A share of own doings is no sample: no limits; ``status``: ``estimated``, ``suppressed`` (a
        figure needed is hidden), ``not_applicable`` (nobody in the group, or nobody else); ``flag``: ``small_base``.
        In declared order, never by size.

    References
    ----------
    Newcombe (1998), Stat. Med. 17, 873-890, method 10.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> group_gaps(pd.DataFrame(columns=["measure"]), load_programme("vn-trafficking")).empty
    True
    """
    pairs = pd.DataFrame(list(_groups(facts, programme)), columns=list(_PAIR))
    if pairs.empty:
        return pd.DataFrame(columns=COLUMNS)
    told = _beside_the_rest(pairs, _by_one_attribute(facts, programme, pairs))
    if told.empty:
        return pd.DataFrame(columns=COLUMNS)
    return _differences(told, decided=_is_decided(told, programme), level=level)


def place_gaps(
    estimates: pd.DataFrame, nation: pd.DataFrame, programme: Programme, *, level: float = 0.95
) -> pd.DataFrame:
    """Return the gap between a province and the rest of the nation, for shares of whole counts.

    Parameters
    ----------
    estimates, nation : DataFrame
        Estimates of the province and of the nation, as
        :func:`evalkit.indicators.estimates.estimate_indicators` returns them.
    programme : Programme
        Says which shares are of own doings, which have no limits.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        As :func:`group_gaps`, with dimension "place", the province's code as ``group`` and beside it the nation less the
        province. Only where both were estimated by kind "proportion".
    """
    shares = estimates[(estimates["kind"] == "proportion") & (estimates["status"] == "estimated")]
    whole = nation[(nation["kind"] == "proportion") & (nation["status"] == "estimated")]
    key = ["indicator", "place_basis", *PERIOD]
    figures = whole[[*key, "numerator", "denominator"]].drop_duplicates(key)
    both = shares.merge(figures, on=key, suffixes=("", "_all"))
    rows = both.assign(
        dimension="place",
        group=both["province_code"],
        beside=REST,
        beside_numerator=both["numerator_all"] - both["numerator"],
        beside_denominator=both["denominator_all"] - both["denominator"],
        hidden=False,
    )
    return _differences(rows, decided=_is_decided(rows, programme), level=level)


def shares_of_persons(programme: Programme) -> Programme:
    """Return the programme with those indicators only that are shares of persons: what a gap between places is about.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> list(shares_of_persons(load_programme("vn-trafficking")).indicators)[:2]
    ['victims_supported', 'verified_in_time']
    """
    shares = {
        name: indicator
        for name, indicator in programme.indicators.items()
        if indicator.kind == "proportion"
        and not indicator.part
        and programme.measures[str(indicator.denominator)].disclosure == "person"
    }
    return programme.model_copy(update={"indicators": shares})


def class_gaps(supports: pd.DataFrame, programme: Programme, *, level: float = 0.95) -> pd.DataFrame:
    """Return for each support the gap between a legal class of persons and the first class declared.

    Parameters
    ----------
    supports : DataFrame
        As :func:`evalkit.indicators.support.support_table` returns it.
    programme : Programme
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        As :func:`group_gaps`: ``indicator`` is the support, ``dimension`` the one of classes, ``beside`` the first class.
        Classes stand beside each other and are never added up.
    """
    matrix = programme.support
    if matrix is None or supports.empty:
        return pd.DataFrame(columns=COLUMNS)
    first = next(iter(matrix.classes))
    key = [*PLACE, *PERIOD, "support"]
    told = supports[supports["entitlement"] != "none"]
    reference = told[told["person_class"] == first][[*key, "received", "accepting", "status"]]
    names = {"received": "beside_numerator", "accepting": "beside_denominator", "status": "beside_status"}
    both = told[told["person_class"] != first].merge(reference.rename(columns=names), on=key)
    rows = both.assign(
        indicator=both["support"],
        dimension=matrix.class_dimension,
        group=both["person_class"],
        beside=first,
        place_basis=programme.measures[matrix.received].place_basis,
        numerator=both["received"],
        denominator=both["accepting"],
        hidden=(both["status"] == "suppressed") | (both["beside_status"] == "suppressed"),
    )
    return _differences(rows, decided=pd.Series(data=False, index=rows.index), level=level)


def _shares_by_group(facts: pd.DataFrame, programme: Programme) -> Iterator[tuple[str, str]]:
    for name, indicator in programme.indicators.items():
        if not indicator.is_share or indicator.part or indicator.kind == "carried_over":
            continue
        above = programme.measures[indicator.numerator].dimensions
        below = programme.measures[str(indicator.denominator)].dimensions
        for dimension in above:
            shared = dimension in below and dimension in facts.columns
            if shared and not programme.dimensions[dimension].separate:
                yield name, dimension


_PAIR = ("indicator", "dimension", "group", "numerator_measure", "denominator_measure")


def _groups(facts: pd.DataFrame, programme: Programme) -> Iterator[tuple[str, ...]]:
    """Return every group of every share, in declared order, with the measures that the share is made of."""
    for name, dimension in _shares_by_group(facts, programme):
        indicator = programme.indicators[name]
        for group in programme.dimensions[dimension].values:  # noqa: PD011
            yield name, dimension, group, indicator.numerator, str(indicator.denominator)


def _by_one_attribute(facts: pd.DataFrame, programme: Programme, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the preferred totals and figures by one attribute, with the attribute's name and value; "all" for totals."""
    rows = facts[facts["measure"].isin({*pairs["numerator_measure"], *pairs["denominator_measure"]})]
    names = [name for name in programme.dimensions if name in facts.columns]
    crossed = (rows[names] != "all").to_numpy(dtype=bool)
    rows = preferred(rows[crossed.sum(axis=1) <= 1], programme)
    dimension, group = (pd.Series("all", index=rows.index, dtype="str") for _ in range(2))
    for name in pairs["dimension"].unique():
        mine = rows[name] != "all"
        dimension, group = dimension.mask(mine, name), group.mask(mine, rows[name])
    whole = (rows[names] == "all").all(axis=1)
    figures = rows.assign(dimension=dimension, group=group)[whole | (dimension != "all")]
    return figures[[*KEY, "measure", "dimension", "group", "value", "status"]]


def _beside_the_rest(pairs: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Return the groups' figures and, beside them, everybody's less the groups', where all four were told."""
    total = figures["dimension"] == "all"
    groups, whole = figures[~total], figures[total].drop(columns=["dimension", "group"])
    table = pairs
    for part in ("numerator", "denominator"):
        measure = {"measure": f"{part}_measure"}
        own = groups.rename(columns=measure | {"value": part, "status": f"{part}_status"})
        same = [*KEY, f"{part}_measure", "dimension", "group"]
        table = table.merge(own, on=[name for name in same if name in table])
        everybody = whole.rename(columns=measure | {"value": f"{part}_all", "status": f"{part}_all_status"})
        table = table.merge(everybody, on=[*KEY, f"{part}_measure"])
    statuses = table[[column for column in table if str(column).endswith("_status")]]
    table = table.assign(
        beside=REST,
        beside_numerator=table["numerator_all"] - table["numerator"],
        beside_denominator=table["denominator_all"] - table["denominator"],
        hidden=(statuses == "suppressed").any(axis=1),
    )
    return table[~statuses.isin(["not_reported", "not_applicable"]).any(axis=1)].reset_index(drop=True)


def _is_decided(rows: pd.DataFrame, programme: Programme) -> pd.Series:
    """Tell of each row whether its share is of own doings, which are no sample."""
    names = [name for name, one in programme.indicators.items() if programme.is_decided(one)]
    return rows["indicator"].isin(names)


def _differences(rows: pd.DataFrame, *, decided: pd.Series, level: float) -> pd.DataFrame:
    names = ["numerator", "denominator", "beside_numerator", "beside_denominator"]
    figures = rows[names].astype(float)
    known = figures.notna().all(axis=1) & ~rows["hidden"].astype(bool)
    possible = (figures["numerator"] <= figures["denominator"]) & (
        figures["beside_numerator"].between(0, figures["beside_denominator"])
    )
    made = known & possible & (figures["denominator"] > 0) & (figures["beside_denominator"] > 0)
    one, of_one, other, of_other = (figures[name].where(made, np.nan) for name in names)
    limits = [
        *wilson_interval(one, of_one, level=level),
        *newcombe_difference((one, of_one), (other, of_other), level=level),
    ]
    lower, upper, low, high = (100 * np.where(decided, np.nan, limit) for limit in limits)
    small = made & ((of_one < SMALL_BASE) | (of_other < SMALL_BASE))
    return rows.assign(
        value=100 * one / of_one,
        lower=lower,
        upper=upper,
        beside_value=100 * other / of_other,
        difference=100 * (one / of_one - other / of_other),
        difference_lower=low,
        difference_upper=high,
        status=np.select([made, rows["hidden"].astype(bool)], ["estimated", "suppressed"], "not_applicable"),
        flag=np.where(small, "small_base", ""),
    )[COLUMNS]
