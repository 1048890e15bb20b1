"""Whether the figures of a form can be of the periods that it names: not of days after the form itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from evalkit.facts.findings import Finding
from evalkit.messages import worded


def after_its_day(facts: pd.DataFrame, path: Path) -> Iterator[Finding]:
    """Yield a warning where figures are of periods that begin, or are not over, after the day of their form.

    Parameters
    ----------
    facts : DataFrame
        Rows of text in the columns of a facts file.
    path : Path
        The form's file.
    """
    later = facts[facts["period_start"] > facts["edition_date"]]
    if len(later):
        yield Finding(
            "warning",
            path.name,
            worded(
                "{number} figures are of periods that begin after the day of the form ({day})",
                number=len(later),
                day=later["edition_date"].iloc[0],
            ),
            worded("correct the day (edition_date in the mapping, or the head of the form) or the periods"),
        )
    open_ones = facts[(facts["period_end"] > facts["edition_date"]) & (facts["preliminary"] != "true")].drop(
        later.index
    )
    if len(open_ones):
        yield Finding(
            "warning",
            path.name,
            worded(
                "{number} figures are of periods that were not over on the day of the form ({day})",
                number=len(open_ones),
                day=open_ones["edition_date"].iloc[0],
            ),
            worded(
                "write the first and last day that they are of as their period, or year_starts where the year of the form begins on another day; correct the day of the form where it is wrong"
            ),
        )
