"""Places with a measure held against places without it: what was counted, one ratio, how sure it is, what it does not say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evalkit.indicators.compared_effect import ComparedEffect
from evalkit.programme.models import Programme
from evalkit.records import Effects
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Paragraph
from evalkit.reporting.display import headed
from evalkit.reporting.sections.effect_words import HERE, by_itself
from evalkit.reporting.sections.shared_words import both, counted, p_words, reason, sentences
from evalkit.reporting.sections.without_measure_tables import left_out, limits, places, tables
from evalkit.reporting.wording import say
from evalkit.statistics.results import NotEstimable

if TYPE_CHECKING:
    from evalkit.statistics.panel.effect import Chance, Effect

LINE = 0.05


@headed("without-measure", lambda: say("Compared with places without the measure"))
def _(result: Effects) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for item in result.items:
        found = item.found
        if isinstance(found, NotEstimable):
            blocks += _refused(item, found)
        else:
            blocks += _told(item, found, result)
    return tuple(blocks)


def _refused(item: ComparedEffect, refused: NotEstimable) -> list[Block]:
    """Say why no number is given, and of how many figures."""
    why = HERE[refused.reason]() if refused.reason in HERE else reason(refused.reason)
    text = sentences(_declared(item), say("No ratio is given."), why, *_hidden(item))
    return [Paragraph(text, tone="gap")]


def _told(item: ComparedEffect, found: Effect, result: Effects) -> list[Block]:
    programme = result.area.programme
    numbers = (_counts(item, found, programme), _ratio(found), *_chance(found, exploratory=item.exploratory))
    lines = left_out(item, found, result.area)
    blocks: list[Block] = [
        Paragraph(_declared(item)),
        Paragraph(sentences(*numbers), tone="finding"),
        *tables(item, found, result.area),
        Paragraph(sentences(_before(found), *by_itself(found))),
        Paragraph(sentences(_rates(item), *_hidden(item))),
        Paragraph(_caution(programme)),
    ]
    return [*blocks, Paragraph(say("What was left out, and why:")), Bullets(lines)] if lines else blocks


def _declared(item: ComparedEffect) -> Bilingual:
    """Say when the comparison was laid down and what was expected, or that it was chosen after the fact."""
    one = item.comparison
    if item.exploratory or one.registered_on is None:
        return say(
            "{comparison}: exploratory, chosen after the fact. It was not laid down before its figures were known; it may raise a question and answers none.",
            comparison=both(one.label),
        )
    expected = {
        "fall": lambda: say("a fall"),
        "rise": lambda: say("a rise"),
        "none": lambda: say("no change"),
    }
    return say(
        "{comparison}: laid down on {day}, before its figures were known; {expected} was expected ({source}).",
        comparison=both(one.label),
        day=formats.day(one.registered_on),
        expected=expected[one.expected](),
        source=one.source,
    )


def _counts(item: ComparedEffect, found: Effect, programme: Programme) -> Bilingual:
    measure = item.comparison.measure
    return say(
        "With the measure: {treated}; {before} before its first whole year, {after} since. Without it: {compared}.",
        treated=places(found.treated),
        compared=places(found.comparison),
        before=counted(found.cases_before, measure, programme),
        after=counted(found.cases_after, measure, programme),
    )


def _ratio(found: Effect) -> Bilingual:
    """Say the ratio, with its interval where the design has one."""
    ratio = formats.number(found.estimate, 2)
    if found.design == "synthetic_control":
        return say(
            "Since the start, {ratio} times as many were recorded as in a mixture of other places that ran alike before; with so few places there is no interval.",
            ratio=ratio,
        )
    if math.isnan(found.lower):
        return say(
            "Since the start, {ratio} times as many were recorded as the places without the measure lead one to expect; no interval can be given.",
            ratio=ratio,
        )
    return say(
        "Since the start, {ratio} times as many were recorded as the places without the measure lead one to expect (95% interval {limits}).",
        ratio=ratio,
        limits=limits(found.lower, found.upper),
    )


def _chance(found: Effect, *, exploratory: bool) -> tuple[Bilingual, ...]:
    """Say how often as much would be seen had the starts been drawn for other places, and what that allows to be said."""
    chance = found.chance
    if chance is None:
        return ()
    text = say(
        "Had the starts been drawn for other places, a difference as large would have come up with {p} (smallest p possible: {smallest}).",
        p=p_words(chance.p),
        smallest=formats.p_value(chance.smallest),
    )
    return (text, _verdict(found, chance, exploratory=exploratory))


def _verdict(found: Effect, chance: Chance, *, exploratory: bool) -> Bilingual:
    """Say what draws and interval allow together; of a comparison chosen after the fact, that even a clear one is no finding."""
    if chance.smallest > LINE:
        return say("With so few places not even the largest difference could be told from chance.")
    if found.is_clear and exploratory:
        return say("Chance alone hardly explains this difference; chosen after the fact, it is no finding.")
    if found.is_clear:
        return say("Chance alone hardly explains this difference.")
    if chance.p <= LINE or not (math.isnan(found.lower) or found.lower <= 1 <= found.upper):
        return say("The draws and the interval do not agree: chance is not ruled out.")
    return say("This difference could be chance.")


def _before(found: Effect) -> Bilingual:
    """Say how to read the years before the start; of a matched mixture they tell nothing."""
    if found.design == "synthetic_control":
        return say(
            "The mixture was matched to the years before the start; that the ratio is near 1 there is no finding."
        )
    return say(
        "Years before the start are estimated as those after it; taken together their ratio is near 1 by construction, single ones may tell otherwise. Nothing shows that the places would have run alike afterwards without the measure."
    )


def _rates(item: ComparedEffect) -> Bilingual:
    if item.per_person:
        return say("Rates per inhabitant are compared.")
    return say(
        "No population is known for every figure; counts a year are compared, not rates per inhabitant."
    )


def _hidden(item: ComparedEffect) -> tuple[Bilingual, ...]:
    """Say how many figures are hidden or missing; nothing where none is."""
    hidden = item.treated.hidden + item.compared.hidden
    missing = item.treated.missing + item.compared.missing
    if not hidden + missing:
        return ()
    text = say(
        "Confidential [c]: {treated} of {treated_cells} yearly figures with the measure and {compared} of {compared_cells} without it; not reported: {missing}.",
        treated=formats.number(item.treated.hidden),
        treated_cells=formats.number(item.treated.cells),
        compared=formats.number(item.compared.hidden),
        compared_cells=formats.number(item.compared.cells),
        missing=formats.number(missing),
    )
    small = say("What is confidential is small; without it the ratio may be off in either direction.")
    return (text, small) if hidden else (text,)


def _caution(programme: Programme) -> Bilingual:
    chosen = say(
        "Places may have taken the measure because their figures stood high, and high figures fall by themselves; this comparison does not rule that out."
    )
    if not programme.counts_detection:
        return chosen
    return sentences(chosen, say("Detection may differ as much as crime."))
