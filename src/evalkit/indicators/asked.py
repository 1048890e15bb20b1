"""The indicators of a programme as columns, so that all of them are estimated at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.indicators.slices import denominator_of, numerator_of
from evalkit.indicators.wide import NO_COLUMN, Column, Places
from evalkit.programme.kinds import KINDS
from evalkit.programme.models import Indicator, Programme

Truth = NDArray[np.bool_]
EVER = (date(1900, 1, 1), date(2200, 1, 1))


@dataclass(frozen=True, slots=True)
class Asked:
    """The indicators of a programme as columns: of each its name, its measures' columns and what its kind says.

    Attributes
    ----------
    names : list of str
    columns : list of Column
        Every measure, or part of one, that any of them is made of.
    above, below : ndarray
        Of each indicator the column of its numerator, and of its denominator, which may be none.
    against : ndarray, two columns
        Of a share of shares the two columns of the other share.
    about : dict of ndarray
        What is declared of each: ``kind``, ``parts``, ``formula``, ``method``, ``unit``, ``scale``, ``min_base``, ...
    programme : Programme
    """

    names: list[str]
    columns: list[Column]
    above: Places
    below: Places
    against: Places
    about: dict[str, NDArray[Any]]
    programme: Programme

    def kinds_with(self, **what: object) -> Truth:
        """Tell of each indicator whether its kind's record says so: ``parts="base"``."""
        rules = [KINDS[indicator.kind] for indicator in self.programme.indicators.values()]
        return np.array(
            [all(getattr(rule, name) == value for name, value in what.items()) for rule in rules], dtype=bool
        )


def asked_of(programme: Programme) -> Asked:
    """Return the indicators of a programme as columns."""
    columns: dict[Column, int] = {}

    def place(column: Column | None) -> int:
        if column is None:
            return NO_COLUMN
        columns.setdefault(column._replace(placed=""), len(columns))
        return columns.setdefault(column, len(columns))

    every = list(programme.indicators.values())
    above = [place(Column(numerator_of(one), one.numerator)) for one in every]
    below = [place(_below(one, programme)) for one in every]
    against = [
        [place(Column(name, name) if name else None) for name in one.against or ("", "")] for one in every
    ]
    about = pd.DataFrame([_declared(one, programme) for one in every], columns=list(_DECLARED))
    return Asked(
        list(programme.indicators),
        list(columns),
        np.array(above, dtype=np.intp),
        np.array(below, dtype=np.intp),
        np.array(against, dtype=np.intp).reshape(len(every), 2),
        {name: about[name].to_numpy() for name in _DECLARED},
        programme,
    )


def _below(indicator: Indicator, programme: Programme) -> Column | None:
    if not indicator.denominator:
        return None
    if KINDS[indicator.kind].parts == "files":
        return Column(indicator.denominator, indicator.denominator)
    column = Column(denominator_of(indicator), indicator.denominator)
    one, other = (programme.measures[name].place_basis for name in (indicator.numerator, column.measure))
    elsewhere = KINDS[indicator.kind].any_place_basis and one != other
    return column._replace(placed=one) if elsewhere else column


def unit_of(indicator: Indicator, programme: Programme) -> str:
    """Return the unit of an indicator's value.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> programme = load_programme("vn-trafficking")
    >>> unit_of(programme.indicators["case_rate"], programme)
    'per 100000 person-years'
    """
    above = programme.measures[indicator.numerator].unit
    below = programme.measures[indicator.denominator].unit if indicator.denominator else ""
    usual = "percent" if indicator.scale == 100 else "per {scale:.0f}"
    return (KINDS[indicator.kind].unit or usual).format(above=above, below=below, scale=indicator.scale)


_DECLARED = (
    *("indicator_id", "kind", "parts", "formula", "method", "unit", "warns", "scale", "min_base", "fewest"),
    *("is_share", "is_decided", "is_counted", "whole_above", "whole_below", "exists_from", "exists_to"),
)


def _declared(indicator: Indicator, programme: Programme) -> dict[str, object]:
    rule, counted = KINDS[indicator.kind], programme.is_counted(indicator)
    below = programme.measures[indicator.denominator or indicator.numerator]
    return {
        "indicator_id": indicator.id,
        "kind": indicator.kind,
        "parts": rule.parts,
        "formula": indicator.formula,
        "method": rule.method,
        "unit": unit_of(indicator, programme),
        "warns": rule.warns,
        "scale": indicator.scale,
        "min_base": float(indicator.min_base),
        "fewest": float(indicator.fewest),
        "is_share": indicator.is_share,
        "is_decided": programme.is_decided(indicator),
        "is_counted": counted,
        # the numerator of a median is the number of files behind it; person-years are no whole number
        "whole_above": counted or rule.parts == "files",
        "whole_below": rule.parts == "files"
        or (rule.parts != "person_years" and below.whole and not below.negative),
        "exists_from": np.datetime64(indicator.valid_from or EVER[0], "D"),
        "exists_to": np.datetime64(indicator.valid_to or EVER[1], "D"),
    }
