"""Whether the figures of a form can be of the periods that it names: not of days after the form itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from evalkit.facts.findings import Finding
from evalkit.messages import worded


def after_its_day(facts: pd.DataFrame, path: Path) -> Iterator[Finding]:
    """Yield a warning where figures are of periods that begin after the day of their form.

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
