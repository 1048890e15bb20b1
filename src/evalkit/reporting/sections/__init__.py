"""What each section of a page says. Importing this package teaches ``section_of`` every result of an evaluation."""

from evalkit.reporting.brief import compose as brief
from evalkit.reporting.display import is_shown, record_text, section_of, show
from evalkit.reporting.jupyter_display import teach_ipython
from evalkit.reporting.sections import (
    assessments,
    bases,
    breakdowns,
    criteria,
    gaps,
    indicators,
    methods,
    mid_term,
    nation,
    pathway,
    periods,
    place,
    quality,
    recommendations,
    side_by_side,
    summary,
    support,
    trends,
    zeros,
)
from evalkit.reporting.sections.place import page_head

__all__ = [
    "assessments",
    "bases",
    "breakdowns",
    "brief",
    "criteria",
    "gaps",
    "indicators",
    "is_shown",
    "methods",
    "mid_term",
    "nation",
    "page_head",
    "pathway",
    "periods",
    "place",
    "quality",
    "recommendations",
    "record_text",
    "section_of",
    "show",
    "side_by_side",
    "summary",
    "support",
    "trends",
    "zeros",
]

teach_ipython()
