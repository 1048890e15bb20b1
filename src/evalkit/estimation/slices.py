"""Figures at one value of a breakdown, as indicators ask for them: they travel as measures of their own."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evalkit.estimation.sources import totals_of
from evalkit.programme.models import Indicator, Programme


def slice_name(measure: str, part: Mapping[str, str]) -> str:
    """Return the name under which a part of a measure travels; the measure's own for the total.

    Examples
    --------
    >>> slice_name("victims_identified", {"sex": "female"})
    'victims_identified[sex=female]'
    >>> slice_name("victims_identified", {})
    'victims_identified'
    """
    told = ",".join(f"{dimension}={value}" for dimension, value in sorted(part.items()))
    return f"{measure}[{told}]" if told else measure


def numerator_of(indicator: Indicator) -> str:
    """Return the name of an indicator's numerator in a table of totals and slices."""
    return slice_name(indicator.numerator, indicator.part)


def denominator_of(indicator: Indicator) -> str:
    """Return the name of an indicator's denominator in a table of totals and slices; "" where it has none."""
    return slice_name(indicator.denominator, indicator.base_part) if indicator.denominator else ""


def totals_and_slices(facts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the totals, and the parts that indicators are made of as totals of a measure of their own.

    Parameters
    ----------
    facts : DataFrame
        A facts table; a dimension column that is absent means "all".
    programme : Programme
        Its indicators tell which parts are needed.

    Returns
    -------
    DataFrame
        Rows of ``facts``; a part has the measure ``name[dimension=value]`` and "all" in every dimension.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> facts = pd.DataFrame({"measure": ["victims_identified"] * 2, "ethnicity": ["all", "minority"], "value": [7, 4]})
    >>> totals_and_slices(facts, load_programme("vn-trafficking"))["measure"].tolist()
    ['victims_identified', 'victims_identified[ethnicity=minority]']
    """
    dimensions = [name for name in programme.dimensions if name in facts.columns]
    wanted = {
        slice_name(measure, part): (measure, part)
        for indicator in programme.indicators.values()
        for measure, part in (
            (indicator.numerator, indicator.part),
            (indicator.denominator, indicator.base_part),
        )
        if measure and part and set(part) <= set(dimensions)
    }
    crossed = facts[(facts[dimensions] != "all").any(axis=1)] if dimensions else facts.iloc[:0]
    slices = [_slice(crossed, dimensions, name, *which) for name, which in wanted.items()]
    return pd.concat([totals_of(facts, programme), *(part for part in slices if len(part))])


def _slice(
    crossed: pd.DataFrame, dimensions: list[str], name: str, measure: str, part: Mapping[str, str]
) -> pd.DataFrame:
    at = {dimension: part.get(dimension, "all") for dimension in dimensions}
    rows = crossed[(crossed["measure"] == measure) & (crossed[dimensions] == pd.Series(at)).all(axis=1)]
    return rows.assign(measure=name, **dict.fromkeys(dimensions, "all"))
