"""Words that every declaration uses: a label in two languages, a validity, and the lists of what may be declared."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from evalkit.declaration import Declared

Unit = str
PlaceBasis = Literal["occurrence", "residence", "detection", "reception"]
TimeBasis = Literal["flow", "stock", "cohort"]
DisclosureClass = Literal["activity", "case", "person"]
Polarity = Literal["higher", "lower", "neutral"]
Comparator = Literal["greater_than", "at_least", "less_than", "at_most"]
Criterion = Literal["relevance", "coherence", "effectiveness", "efficiency", "impact", "sustainability"]
ThreeP = Literal["prevention", "protection", "prosecution", "partnership"]
ResultLevel = Literal["output", "outcome", "impact"]

CRITERIA: tuple[Criterion, ...] = (
    "relevance",
    "coherence",
    "effectiveness",
    "efficiency",
    "impact",
    "sustainability",
)


class Label(Declared):
    """One wording in both languages of the pages."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Dated(Declared):
    """Something in force from one day to another, both inclusive."""

    valid_from: date
    valid_to: date

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from: a validity ends on or after the day it starts")
        return self

    def covers(self, day: date) -> bool:
        """Tell whether the day lies inside the validity."""
        return self.valid_from <= day <= self.valid_to
