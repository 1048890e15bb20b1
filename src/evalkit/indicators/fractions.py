"""Numerators beside their denominators, for all indicators at once: same place, same period, same place basis.

A denominator comes from the numerator's own source where that has both, and else from the preferred source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from evalkit.errors import FactsError
from evalkit.indicators.asked import Asked, Truth
from evalkit.indicators.wide import NO_COLUMN, NONE, Places, Wide, numbers_of
from evalkit.statistics.counts import Numbers
from evalkit.table import MARK, PRELIMINARY, STATUSES, TOLD, named_rows, period_names

STATES = ("estimated", "suppressed", "not_reported", "not_applicable", "not_estimable")
ESTIMATED, SUPPRESSED, NOT_REPORTED, NOT_APPLICABLE, NOT_ESTIMABLE = range(len(STATES))
PROBLEMS = (
    "",
    "no_denominator",
    "different_bases",
    "different_units",
    "sources_contradict",
    "no_population",
    "no_period_before",
    "outside_validity",
)
PROBLEM = {name: number for number, name in enumerate(PROBLEMS)}
_MISSING = len(STATUSES)  # the status of a figure that is not there
_STATUS = {name: number for number, name in enumerate(STATUSES)}
_TOLD = np.array([_STATUS[name] for name in TOLD])


@dataclass(slots=True)
class Fractions:
    """Rows of estimates to be: what stands above and below the line, and what the two allow.

    Attributes
    ----------
    indicator, span, basis, source : ndarray of int
        Which indicator of :class:`Asked`, and which place and period, place basis and source of the wide table.
    above, below : ndarray of int
        The figures, by their place in the wide table's facts; :data:`NONE` where there is none.
    numerator, denominator, figure : ndarray of float
        ``figure`` is what was reported above the line, where ``numerator`` is another number than that.
    against : ndarray of float, two columns
        Numerator and denominator of the share that a share is held against.
    state, problem : ndarray of int
        What the parts say of the estimate, a place in :data:`STATES`; and the flag for it, a place in :data:`PROBLEMS`.
    derived, inexact, preliminary, borrowed : ndarray of bool
        Whether a part is a derived total, was not told exactly, or is preliminary; whether the denominator is another source's.
    """

    indicator: Places
    span: Places
    basis: Places
    source: Places
    above: Places
    below: Places
    numerator: Numbers
    denominator: Numbers
    figure: Numbers
    against: Numbers
    state: Places
    problem: Places
    derived: Truth
    inexact: Truth
    preliminary: Truth
    borrowed: Truth

    def only(self, rows: Truth | Places) -> Fractions:
        """Return some of the rows, by their numbers in the order of these."""
        return Fractions(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Figures:
    """Columns of the facts, each with an entry at its end that stands for a figure that is not there."""

    value: Numbers
    status: Places
    exact: Truth
    preliminary: Truth
    unit: Places

    def is_told(self, figures: Places) -> Truth:
        """Tell which figures are there, shown or hidden."""
        return np.isin(self.status[figures], _TOLD)


def figures_of(wide: Wide) -> Figures:
    """Return the columns of the facts that estimates look at."""
    facts = wide.facts
    status = numbers_of(facts["status"], pd.Index(STATUSES, dtype="str"))
    return Figures(
        np.append(facts["value"].to_numpy(dtype=float, na_value=np.nan), np.nan),
        np.append(np.where(status == NONE, _MISSING, status), _MISSING),
        np.append((facts["qualifier"] == "exact").to_numpy(dtype=bool), True),
        np.append(_is_preliminary(facts), False),
        np.append(pd.factorize(facts["unit"])[0], NONE),
    )


def _is_preliminary(facts: pd.DataFrame) -> Truth:
    """Tell which figures their source calls preliminary; none where that was not kept."""
    if MARK not in facts:
        return np.zeros(len(facts), dtype=bool)
    return (facts[MARK] == PRELIMINARY).to_numpy(dtype=bool)


def put_together(wide: Wide, asked: Asked) -> Fractions:
    """Return every numerator with its denominator, and every denominator that stands below none.

    Parameters
    ----------
    wide : Wide
    asked : Asked

    Returns
    -------
    Fractions
        ``state`` and ``problem`` say: ``no_denominator``, ``different_bases`` (there is a denominator, on another place
        basis), ``different_units`` (of a share), ``sources_contradict`` (a part larger than the base of another source).

    Raises
    ------
    FactsError
        If a part exceeds the base that the same source gives, for kinds that are shares. Rows are named, never figures.
    """
    figures = figures_of(wide)
    pairs = [_with_numerator(wide, asked, figures), _only_below(wide, asked, figures)]
    found = _judged(
        wide, asked, figures, _Pairs(*(np.concatenate(both) for both in zip(*pairs, strict=True)))
    )
    elsewhere = wide.there[found.span, asked.below[found.indicator]]
    elsewhere &= found.problem == PROBLEM["no_denominator"]
    found.problem[elsewhere] = PROBLEM["different_bases"]
    _keep_parts_within(found, wide, asked, figures)
    return found


class _Pairs(NamedTuple):
    """What stands above and below the line, row by row: indicator, site and source, both figures, whose the lower one is."""

    indicator: Places
    site: Places
    source: Places
    above: Places
    below: Places
    borrowed: Truth


def _reported_base(asked: Asked) -> Places:
    """Return of each indicator the column of its denominator, where that is reported for the same site; else no column."""
    return np.where(asked.kinds_with(parts="base"), asked.below, NO_COLUMN)


def _with_numerator(wide: Wide, asked: Asked, figures: Figures) -> _Pairs:
    """Give each numerator its own source's denominator, or else the preferred source's."""
    unit, indicator = np.nonzero(wide.own[:, asked.above] != NONE)
    site, column = wide.site_of[unit], _reported_base(asked)[indicator]
    own = wide.own[unit, column]
    lacking = ~figures.is_told(own)
    below = np.where(lacking, wide.shown[site, column], own)
    above = wide.own[unit, asked.above[indicator]]
    return _Pairs(
        indicator, site, wide.source_of[unit], above, below, borrowed=lacking & figures.is_told(below)
    )


def _only_below(wide: Wide, asked: Asked, figures: Figures) -> _Pairs:
    """Return the preferred denominators that no numerator of any source stands above."""
    firsts = np.searchsorted(wide.site_of, np.arange(len(wide.shown)))
    has_above = np.logical_or.reduceat(wide.own != NONE, firsts, axis=0)
    column = _reported_base(asked)
    site, indicator = np.nonzero(figures.is_told(wide.shown[:, column]) & ~has_above[:, asked.above])
    below = wide.shown[site, column[indicator]]
    source = numbers_of(wide.facts["source_id"].iloc[below], wide.sources)
    return _Pairs(
        indicator, site, source, np.full(len(site), NONE), below, borrowed=np.zeros(len(site), dtype=bool)
    )


def _judged(wide: Wide, asked: Asked, figures: Figures, pairs: _Pairs) -> Fractions:
    """Say of each row what its two parts allow; where one was never reported, it is not the hidden one that is lacking."""
    indicator, site, source, above, below, borrowed = pairs
    needs = asked.kinds_with(parts="base")[indicator]
    one, other = figures.status[above], np.where(needs, figures.status[below], _STATUS["reported"])
    lacks = figures.is_told(above) & (one != _STATUS["suppressed"]) & _is_silent(other)
    value = figures.value[above]
    return Fractions(
        indicator,
        wide.span_of[site],
        wide.basis_of[site],
        source,
        above,
        below,
        numerator=value,
        denominator=figures.value[below],
        figure=value.copy(),
        against=np.full((len(indicator), 2), np.nan),
        state=_state_of(one, other),
        problem=np.where(lacks, PROBLEM["no_denominator"], 0),
        derived=(one == _STATUS["derived"]) | (other == _STATUS["derived"]),
        inexact=~figures.exact[above] | ~figures.exact[below],
        preliminary=figures.preliminary[above] | figures.preliminary[below],
        borrowed=borrowed,
    )


def _is_silent(status: Places) -> Truth:
    """Tell where nothing was told: not even that there is nothing to tell."""
    return ~np.isin(status, [*_TOLD, _STATUS["not_applicable"]])


def _state_of(one: Places, other: Places) -> Places:
    return np.select(
        [
            (one == _STATUS["not_applicable"]) | (other == _STATUS["not_applicable"]),
            _is_silent(one) | _is_silent(other),
            (one == _STATUS["suppressed"]) | (other == _STATUS["suppressed"]),
        ],
        [NOT_APPLICABLE, NOT_REPORTED, SUPPRESSED],
        ESTIMATED,
    )


def _keep_parts_within(found: Fractions, wide: Wide, asked: Asked, figures: Figures) -> None:
    """Refuse parts larger than their base; of different sources, or where one is not exact, give no share instead."""
    made = (found.state == ESTIMATED) & asked.about["is_share"].astype(bool)[found.indicator]
    larger = made & (found.numerator > found.denominator)
    wrong = larger & ~found.borrowed & ~found.inexact  # 15 of about 15 may be all: no share, and no fault
    if wrong.any():
        _refuse_larger(found.only(wrong), wide, asked)
    mixed = made & (figures.unit[found.above] != figures.unit[found.below])
    found.problem[mixed] = PROBLEM["different_units"]
    found.problem[larger] = PROBLEM["sources_contradict"]
    found.state[mixed | larger] = NOT_ESTIMABLE


def _refuse_larger(wrong: Fractions, wide: Wide, asked: Asked) -> None:
    first = wrong.indicator.min()
    indicator = asked.programme.indicators[asked.names[first]]
    places = period_names(wide.facts.iloc[np.sort(wrong.above[wrong.indicator == first])])
    raise FactsError(
        where=f"{indicator.numerator} / {indicator.denominator}: {named_rows(places)}",
        rule=f"{indicator.numerator} must not exceed {indicator.denominator}",
        do="ask the source to confirm both figures; where carry-over can lift it above, the kind is period_ratio",
    )
