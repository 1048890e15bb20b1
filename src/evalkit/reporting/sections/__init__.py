"""What each section of a page says. Importing this package teaches ``section_of`` every result of an evaluation."""

from evalkit.reporting.display import show
from evalkit.reporting.lab import teach_ipython
from evalkit.reporting.sections import (
    assessments,
    bases,
    breakdowns,
    indicators,
    methods,
    nation,
    periods,
    place,
    quality,
    side_by_side,
    summary,
    trends,
    zeros,
)
from evalkit.reporting.sections.place import page_head

__all__ = [
    "assessments",
    "bases",
    "breakdowns",
    "indicators",
    "methods",
    "nation",
    "page_head",
    "periods",
    "place",
    "quality",
    "show",
    "side_by_side",
    "summary",
    "trends",
    "zeros",
]

teach_ipython()
