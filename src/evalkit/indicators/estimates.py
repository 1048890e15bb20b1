"""Every indicator of the programme in every period it was reported for, with its limits or the reason why it has none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from evalkit.indicators.asked import Asked, Truth, asked_of
from evalkit.indicators.beside import with_what_kinds_need
from evalkit.indicators.formulas import with_numbers
from evalkit.indicators.fractions import (
    ESTIMATED,
    NOT_APPLICABLE,
    NOT_ESTIMABLE,
    PROBLEM,
    PROBLEMS,
    STATES,
    Fractions,
    put_together,
)
from evalkit.indicators.person_years import PERIOD, PLACE
from evalkit.indicators.slices import totals_and_slices
from evalkit.indicators.sources import FIGURE, differing, preferred
from evalkit.indicators.wide import NONE, Places, Wide, days_of, wide_of
from evalkit.programme.models import Programme
from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.table import latest_editions, period_names, totals_only

COLUMNS = [
    "indicator",
    "indicator_id",
    "kind",
    "province_code",
    "scheme",
    "place_basis",
    "period_start",
    "period_end",
    "source_id",
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "bound_one_sided",
    "level",
    "method",
    "unit",
    "status",
    "flag",
    "against_numerator",
    "against_denominator",
]
SMALL_NUMBER = 20


def estimate_indicators(facts: pd.DataFrame, programme: Programme, *, level: float = 0.95) -> pd.DataFrame:
    """Estimate every indicator for every place, period and source in a facts table.

    Parameters
    ----------
    facts : DataFrame
        A facts table of one or many provinces and the nation; breakdowns serve the indicators that name one of them.
    programme : Programme
        Declares the indicators, the measures and the order of sources.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    DataFrame, one row per indicator, place, place basis, period and source
        ``indicator``, ``indicator_id``, ``kind``; place, place basis, period, ``source_id`` of the numerator;
        ``numerator``, ``denominator`` (persons, cases, ...; person-years for a rate; the earlier figure for a change;
        numerator is the number of files for a median, and what was not new for a carried-over share); ``value``, ``lower``, ``upper``,
        ``bound_one_sided`` (exact one-sided bound where the numerator is 0, or the whole base); ``level``, ``method``,
        ``unit``; ``status``: ``estimated``, ``suppressed``, ``not_reported``, ``not_applicable`` (0 of 0 too) or
        ``not_estimable``; ``flag``: codes joined by ";" such as ``small_number`` (rate on fewer than 20),
        ``small_base`` (base under the indicator's ``min_base``), ``no_population``, ``no_base``, ``no_denominator``,
        ``different_bases``, ``sources_contradict``, ``two_sources``, ``derived``, ``inexact``, ``preliminary``, ``no_period_before``,
        ``outside_validity``; of figures shown, ``sources_differ``. A value is missing unless the status is ``estimated``. ``against_numerator`` and
        ``against_denominator`` hold the second share of a share of shares; missing for other kinds.

    Raises
    ------
    FactsError
        If a part exceeds its base in one source, a count is negative or not whole, or a figure stands twice. Rows are
        named, never figures.

    Notes
    -----
    A count has the exact limits of its expectation in its own period; counts and shares of level "output" have none, because
    leaflets and visits are decided, not drawn by chance. What a source gives as "about" or "at least" has none, whatever its kind. Rates: Garwood (1936) on person-years. Proportions: Wilson (1927). Period
    ratios have no limits and may exceed 100.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> row = {"province_code": "97", "scheme": "x", "place_basis": "occurrence", "unit": "vu", "qualifier": "exact"}
    >>> row |= {"measure": "cases_recorded", "status": "reported", "source_id": "s", "value": 23.0}
    >>> facts = pd.DataFrame([row | {"period_start": "2016-01-01", "period_end": "2020-12-31", "edition_date": "2023-01-01"}])
    >>> facts = facts.astype(dict.fromkeys(["period_start", "period_end", "edition_date"], "datetime64[s]"))
    >>> table = estimate_indicators(facts, load_programme("vn-trafficking"))
    >>> table[["indicator_id", "value", "lower", "upper", "status", "flag"]].round(1)
      indicator_id  value  lower  upper         status            flag
    0          J06   23.0   14.6   34.5      estimated
    1         J06R    NaN    NaN    NaN  not_estimable   no_population
    2          J07    NaN    NaN    NaN   not_reported  no_denominator
    """
    told = totals_and_slices(facts, programme)
    rows = latest_editions(told.drop(columns=[name for name in programme.dimensions if name in told]), FIGURE)
    rows = rows.reset_index(drop=True)
    asked = asked_of(programme)
    wide = wide_of(rows, preferred(rows, programme), asked.columns, programme)
    found = with_what_kinds_need(put_together(wide, asked), wide, asked)
    _refuse_no_counts(found, wide, asked)
    _turn_round(found, asked)
    found = _in_order(found, wide)
    few = _limited(found, wide, asked)
    return _table(found, few, wide, asked, level)


def _refuse_no_counts(found: Fractions, wide: Wide, asked: Asked) -> None:
    """Refuse a numerator or denominator that is no whole number where its measure counts; money and medians have decimals."""
    for end, whole in (("numerator", "whole_above"), ("denominator", "whole_below")):
        counted = asked.about[whole].astype(bool)[found.indicator]
        values = getattr(found, end)
        wrong = counted & ((values < 0) | np.isinf(values) | (np.floor(values) != values) & ~np.isnan(values))
        if wrong.any():
            first = found.indicator[wrong].min()
            rows = np.flatnonzero(found.indicator == first)
            names = asked.names[first] + " " + period_names(wide.facts.iloc[_stands_for(found)[rows]])
            whole_counts(values[rows], where=f"{end}s", labels=names.copy)


def _stands_for(found: Fractions) -> Places:
    """Return a figure of each row that has its place and period: the numerator, or what stands below none."""
    return np.where(found.above == NONE, found.below, found.above)


def _turn_round(found: Fractions, asked: Asked) -> None:
    """Make of what was new among all that was handled what was not: carried over."""
    rows = (asked.about["kind"] == "carried_over")[found.indicator]
    found.numerator[rows] = found.denominator[rows] - found.numerator[rows]


def _in_order(found: Fractions, wide: Wide) -> Fractions:
    """Return the rows in the programme's order, then by place, period, place basis and source."""
    facts = wide.facts.iloc[wide.fact_of]
    spans = [_ranks(facts[name])[found.span] for name in (*PLACE, *PERIOD)]
    bases, sources = (_ranks(pd.Series(names)) for names in (wide.bases, wide.sources))
    keys = [found.indicator, *spans, bases[found.basis], sources[found.source]]
    order = np.lexsort(keys[::-1])
    return found.only(order)


def _ranks(names: pd.Series) -> Numbers:
    return np.asarray(names.rank(method="dense"), dtype=float)


def _limited(found: Fractions, wide: Wide, asked: Asked) -> Truth:
    """Take the value from rows outside the days of their indicator and from those on too small a base; tell the latter."""
    about = {
        name: asked.about[name][found.indicator]
        for name in ("exists_from", "exists_to", "fewest", "min_base")
    }
    days = days_of(wide, found.span)
    outside = (days["period_start"] < about["exists_from"]) | (days["period_end"] > about["exists_to"])
    found.state[outside] = NOT_APPLICABLE
    found.problem[outside] = PROBLEM["outside_validity"]
    least = np.where((asked.about["kind"] == "change")[found.indicator], about["min_base"], about["fewest"])
    base = _base(found, asked)
    few: Truth = (found.state == ESTIMATED) & (base > 0) & (base < least)
    found.state[few] = NOT_ESTIMABLE
    return few


def _base(found: Fractions, asked: Asked) -> Numbers:
    """Return what a value rests on: the denominator, or the files behind a median."""
    return np.where(asked.kinds_with(parts="files")[found.indicator], found.numerator, found.denominator)


def _table(found: Fractions, few: Truth, wide: Wide, asked: Asked, level: float) -> pd.DataFrame:
    """Return the estimates: a base of zero gives no share, and a row without a value has no level and no method."""
    numbers = with_numbers(found, asked, level)
    numbers.loc[found.inexact, ["lower", "upper", "bound_one_sided"]] = np.nan
    empty = (found.denominator == 0) | (found.against == 0).any(axis=1)
    no_base = (found.state == ESTIMATED) & empty
    state = np.where(no_base, np.where(found.numerator == 0, NOT_APPLICABLE, NOT_ESTIMABLE), found.state)
    made = state == ESTIMATED
    flags = _flags(found, asked, made=made, few=few, no_base=no_base)
    table = {
        **_named(found, wide, asked),
        **{name: getattr(found, name) for name in ("numerator", "denominator")},
        **{name: numbers[name].array for name in ("value", "lower", "upper", "bound_one_sided")},
        "level": numbers["level"].where(made).array,
        "method": numbers["method"].where(made, "").array,
        "status": pd.Index(STATES, dtype="str").take(state),
        "flag": flags,
        "against_numerator": found.against[:, 0],
        "against_denominator": found.against[:, 1],
    }
    return pd.DataFrame(table)[COLUMNS]


def _named(found: Fractions, wide: Wide, asked: Asked) -> dict[str, Any]:
    """Return the columns that say what an estimate is of: indicator, place, place basis, period and source."""
    facts = wide.facts.take(wide.fact_of[found.span])
    names = {name: asked.about[name] for name in ("indicator_id", "kind", "unit")} | {
        "indicator": asked.names
    }
    return {
        **{name: pd.Index(column, dtype="str").take(found.indicator) for name, column in names.items()},
        **{name: facts[name].array for name in (*PLACE, *PERIOD)},
        "place_basis": wide.bases.take(found.basis),
        "source_id": wide.sources.take(found.source),
    }


def _flags(found: Fractions, asked: Asked, *, made: Truth, few: Truth, no_base: Truth) -> pd.Index:
    warns = asked.about["warns"][found.indicator]
    small = _base(found, asked) < asked.about["min_base"][found.indicator]
    said = {
        "small_number": made & (found.numerator < SMALL_NUMBER) & (warns == "small_number"),
        "small_base": few | (made & small & (warns == "small_base")),
        "no_base": no_base,
        "derived": made & found.derived,
        "inexact": made & found.inexact,
        "preliminary": made & found.preliminary,
        "two_sources": made & found.borrowed,
    }
    codes: Places = sum(
        (holds.astype(np.intp) << bit for bit, holds in enumerate(said.values())),
        start=found.problem << len(said),
    )
    kinds, back = np.unique(codes, return_inverse=True)
    words = [
        ";".join(
            filter(
                None,
                [PROBLEMS[code >> len(said)], *(name for bit, name in enumerate(said) if code >> bit & 1)],
            )
        )
        for code in kinds.tolist()
    ]
    return pd.Index(words, dtype="str").take(back)


def shown_estimates(facts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Estimate from the figures that are shown first, each share from one source where that source gives both its numbers.

    Parameters
    ----------
    facts : DataFrame
        A facts table with the figures of all sources.
    programme : Programme

    Returns
    -------
    DataFrame, one row per indicator, place, place basis and period
        As :func:`estimate_indicators` gives it for the source of the numerator that is shown first, by the rule of
        :func:`~evalkit.indicators.sources.preferred`. Where sources give a figure of it unlike, it has no limits: those of chance
        about one source's figure would leave out the other's.
    """
    shown = preferred(facts, programme)
    if len(shown) == len(latest_editions(facts)):
        return estimate_indicators(shown, programme)
    frame = estimate_indicators(facts, programme)
    numerators = {name: one.numerator for name, one in programme.indicators.items()}
    figure = [*FIGURE, "source_id"]
    editions = facts.groupby(figure)["edition_date"].max().rename("_edition")
    ranked = frame.assign(
        measure=frame["indicator"].map(numerators),
        _silent=frame["status"] == "not_reported",
        _rank=frame["source_id"].map({name: n for n, name in enumerate(programme.source_order)}),
    ).join(editions, on=figure)
    ranked["_rank"] = ranked["_rank"].fillna(len(programme.source_order))
    by = ["_silent", "_rank", "_edition", "source_id"]
    ranked = ranked.sort_values(by, ascending=[True, True, False, True], kind="stable")
    first = ranked.drop_duplicates(["indicator", *PLACE, "place_basis", *PERIOD]).index
    found = frame.loc[first.sort_values()].reset_index(drop=True)
    return _without_limits_of_one_source(found, differing(totals_only(facts), programme), programme)


def _without_limits_of_one_source(
    frame: pd.DataFrame, unlike: pd.DataFrame, programme: Programme
) -> pd.DataFrame:
    """Take the limits from estimates on whose figures sources differ, and say so in the flag."""
    if unlike.empty:
        return frame
    known = pd.MultiIndex.from_frame(unlike[[*PLACE, *PERIOD, "measure"]])
    at = pd.Series(data=False, index=frame.index)
    for part in ("numerator", "denominator"):
        of_part = {name: getattr(one, part) for name, one in programme.indicators.items()}
        rows = frame[[*PLACE, *PERIOD]].assign(measure=frame["indicator"].map(of_part))
        at |= pd.MultiIndex.from_frame(rows).isin(known)
    at &= frame["lower"].notna()
    frame.loc[at, ["lower", "upper", "bound_one_sided"]] = np.nan
    flags = frame.loc[at, "flag"]
    frame.loc[at, "flag"] = flags.where(flags == "", flags + ";") + "sources_differ"
    return frame
