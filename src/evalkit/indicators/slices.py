"""Figures at one value of a breakdown, as indicators ask for them: they travel as measures of their own."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evalkit.programme.models import Indicator, Programme
from evalkit.table import totals_only


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
        slice_name(measure, part)
        for indicator in programme.indicators.values()
        for measure, part in (
            (indicator.numerator, indicator.part),
            (indicator.denominator, indicator.base_part),
        )
        if measure and part and set(part) <= set(dimensions)
    }
    crossed = facts[(facts[dimensions] != "all").any(axis=1)] if dimensions else facts.iloc[:0]
    names = pd.Series(_names(crossed, dimensions), index=crossed.index, dtype="str")
    named = names.isin(wanted)
    slices = crossed[named].assign(measure=names[named], **dict.fromkeys(dimensions, "all"))
    return (
        pd.concat([totals_only(facts, programme.dimensions), slices])
        if len(slices)
        else totals_only(facts, programme.dimensions)
    )


def _names(crossed: pd.DataFrame, dimensions: list[str]) -> list[str]:
    """Return for each row of a breakdown the name under which it travels."""
    rows = crossed.groupby(["measure", *dimensions], sort=False, dropna=False)
    names = (
        [
            slice_name(
                measure,
                {name: value for name, value in zip(dimensions, values, strict=True) if value != "all"},
            )
            for measure, *values in rows.first().index
        ]
        if len(crossed)
        else []
    )
    return [names[number] for number in rows.ngroup()]
