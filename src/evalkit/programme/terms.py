"""The lists of what a programme may declare: bases, classes, comparators, criteria, levels."""

from __future__ import annotations

from typing import Literal

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
