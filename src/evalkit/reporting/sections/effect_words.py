"""Why the effect of a programme cannot be told: a sentence for each reason of the methods for panels."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.wording import say

NO_EFFECT: Mapping[str, Callable[[], Bilingual]] = {
    "none_treated": lambda: say(
        "No place has the programme within these years; there is no effect to estimate."
    ),
    "all_treated": lambda: say("Every place has the programme; none is left to compare with."),
    "treated_from_start": lambda: say(
        "The places with the programme had it from the first year on; nothing shows how they were before."
    ),
    "no_comparison": lambda: say(
        "The places without the programme have no figures that can be compared with."
    ),
    "no_comparison_cases": lambda: say(
        "The places without the programme have no case before the start, or none after it; their change cannot be told."
    ),
    "no_cases_before": lambda: say(
        "The places with the programme had no case before it; a change from zero is no ratio."
    ),
    "no_cases_after": lambda: say(
        "The places with the programme have had no case since its start; compare the counts, not a ratio."
    ),
    "too_few_treated": lambda: say(
        "Fewer than five places have the programme; so few can only be held against a mixture of other places."
    ),
    "too_few_compared": lambda: say(
        "Fewer than five places are without the programme; chance cannot be judged by so few."
    ),
    "too_few_cases": lambda: say(
        "The places that start together have fewer than 30 cases in all years; at least 30 are needed."
    ),
    "different_starts": lambda: say(
        "The places started in different years; before and after are not the same years for all."
    ),
    "no_match": lambda: say("No mixture of other places ran as this place did before the start."),
}
