"""A number that is not given: why, in words, wherever a researcher meets the reason in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evalkit.reporting.blocks import Bilingual, Block, Paragraph
from evalkit.reporting.display import headed
from evalkit.reporting.sections.effect_words import HERE
from evalkit.reporting.sections.shared_words import reason
from evalkit.reporting.wording import say
from evalkit.statistics.results import NotEstimable

# the detail that tells which method refused, where its code means something of its own
OF_MONTHS: Mapping[str, Callable[[], Bilingual]] = {
    "not_reported": lambda: say(
        "Neither months nor quarters of this measure are reported; years alone sound no alarm."
    ),
    "suppressed": lambda: say(
        "Months or quarters of this measure are confidential. They are the small ones; without them the usual number would seem larger than it is."
    ),
}
OF_LISTS: Mapping[str, Callable[[], Bilingual]] = {
    "small_overlap": lambda: say(
        "Too few cases stand on two lists or more; so small an overlap does not tell how many are on none."
    ),
    "no_overlap": lambda: say("No case stands on two lists; nothing tells how many are on none."),
    "pair_without_overlap": lambda: say(
        "Two lists that the model takes to be linked share no case; their link cannot be told."
    ),
    "too_many_terms": lambda: say("The lists combine in fewer ways than the model has numbers to estimate."),
    "no_maximum": lambda: say(
        "Combinations of lists without a case leave no best estimate; the model has none."
    ),
}


@headed("not-estimable", lambda: say("No number is given"))
def _(result: NotEstimable) -> tuple[Block, ...]:
    return (Paragraph(why(result), tone="gap"),)


def why(refused: NotEstimable) -> Bilingual:
    """Return the sentence for why there is no number.

    Parameters
    ----------
    refused : NotEstimable
        Of the alarms, of several lists, of the effect of a programme, or of what pages show.

    Examples
    --------
    >>> why(NotEstimable("suppressed", {"hidden": 3, "points": 84})).en[:59]
    'Months or quarters of this measure are confidential. They a'
    """
    known: Mapping[str, Callable[[], Bilingual]] = OF_LISTS
    if "points" in refused.detail:
        known = OF_MONTHS
    elif "treated" in refused.detail:
        known = HERE
    return known[refused.reason]() if refused.reason in known else reason(refused.reason)
