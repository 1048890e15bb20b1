"""Places with a measure held against places without it: what was counted, one ratio, how sure it is, what it does not say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from evalkit.facts.areas import NationFacts
from evalkit.indicators.compared_effect import ComparedEffect
from evalkit.programme.models import Programme
from evalkit.records import Effects
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Paragraph
from evalkit.reporting.display import headed
from evalkit.reporting.sections.effect_words import HERE, by_itself, moves_withstood
from evalkit.reporting.sections.shared_words import both, counted, p_words, reason, sentences
from evalkit.reporting.sections.without_measure_tables import (
    PER,
    decimals_of,
    left_out,
    limits,
    places,
    tables,
)
from evalkit.reporting.wording import say
from evalkit.statistics.results import NotEstimable

if TYPE_CHECKING:
    from evalkit.statistics.panel.effect import Effect

LINE = 0.05


@headed("without-measure", lambda: say("Compared with places without the measure"))
def _(result: Effects) -> tuple[Block, ...]:
    blocks: list[Block] = [*_disagreements(result.items)]
    for item in result.items:
        found = item.found
        if isinstance(found, NotEstimable):
            blocks += _refused(item, found)
        else:
            blocks += _told(item, found, result)
    return tuple(blocks)


def _disagreements(items: Sequence[ComparedEffect]) -> Iterator[Paragraph]:
    """Say of comparisons that hold the same places against the others, and differ in how they are set up alone, that they disagree."""
    alike: dict[tuple[str, frozenset[str]], list[ComparedEffect]] = {}
    for item in items:
        alike.setdefault((item.comparison.measure, frozenset(item.comparison.who)), []).append(item)
    for same in alike.values():
        if len({_standing(item.found) for item in same if not isinstance(item.found, NotEstimable)}) > 1:
            yield Paragraph(
                say(
                    "These comparisons are of the same places and the same measure, and their verdicts differ: {comparisons}. What is said hangs on how the comparison is set up.",
                    comparisons=each(
                        lambda *told: "; ".join(told), *(both(item.comparison.label) for item in same)
                    ),
                ),
                tone="caution",
            )


def _refused(item: ComparedEffect, refused: NotEstimable) -> list[Block]:
    """Say why no number is given, and of how many figures."""
    why = HERE[refused.reason]() if refused.reason in HERE else reason(refused.reason)
    text = sentences(_declared(item), say("No ratio is given."), why, *_hidden(item))
    return [Paragraph(text, tone="gap")]


def _told(item: ComparedEffect, found: Effect, result: Effects) -> list[Block]:
    programme = result.area.programme
    numbers = (*_apart(item), _counts(item, found, programme), _ratio(found), *_chance(found))
    lines = left_out(item, found, result.area)
    verdict = _verdict(found, exploratory=item.exploratory) if found.chance is not None else ()
    blocks: list[Block] = [
        Paragraph(_declared(item)),
        Paragraph(sentences(*numbers, *verdict), tone="plain" if item.exploratory else "finding"),
        Paragraph(_caution(item, programme)),
        Paragraph(sentences(_before(found), *by_itself(found))),
        *tables(item, found, result.area),
        Paragraph(sentences(_method(found), _rates(item), *_hidden(item), *_changed(item, result.area))),
    ]
    return [*blocks, Paragraph(say("What was left out, and why:")), Bullets(lines)] if lines else blocks


def _declared(item: ComparedEffect) -> Bilingual:
    """Say when the comparison was laid down and what was expected, or that it was chosen after the fact."""
    one = item.comparison
    days = sorted({one.began(code) for code in one.who})
    words: dict[str, Bilingual | str] = {
        "comparison": both(one.label),
        "began": formats.day(days[0]),
        "source": one.source,
    }
    since = (
        say("{comparison}: in force since {began} ({source}).", **words)
        if len(days) == 1
        else say(
            "{comparison}: came into force between {began} and {last}, by place ({source}).",
            last=formats.day(days[-1]),
            **words,
        )
    )
    window = say("Years compared: {first} to {last}.", first=str(one.first_year), last=str(one.last_year))
    return sentences(since, window, _registered(item))


def _registered(item: ComparedEffect) -> Bilingual:
    """Say whether the comparison was declared before a figure since the start was known, and what that means."""
    one = item.comparison
    if item.exploratory or one.registered_on is None:
        return say(
            "This comparison is exploratory, chosen after the fact: it was not declared before figures since the start were known. It may raise a question, and cannot answer one."
        )
    expected = {
        "fall": lambda: say("a fall"),
        "rise": lambda: say("a rise"),
        "none": lambda: say("no change"),
    }
    return say(
        "The comparison was declared on {day}, before any figure since the start was known; {expected} was expected.",
        day=formats.day(one.registered_on),
        expected=expected[one.expected](),
    )


def _stood_higher(item: ComparedEffect, words: Mapping[str, Bilingual]) -> Bilingual:
    """Say that places with a measure stood higher beforehand, and which way their falling back by itself would mislead."""
    higher = (
        say(
            "{when}, the places with the measure had more per 100,000 inhabitants a year than the others ({own} against {others}), and may have taken it because of that.",
            **words,
        )
        if item.per_person
        else say(
            "{when}, the places with the measure had more a year than the others ({own} against {others} a place), and may have taken it because of that.",
            **words,
        )
    )
    rises = not isinstance(item.found, NotEstimable) and item.found.estimate > 1
    return sentences(
        higher,
        say("Whatever made them stand higher may go on by itself; the comparison does not rule that out.")
        if rises
        else say(
            "High figures fall back by themselves, which would look like this; the comparison does not rule it out."
        ),
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
    """Say the ratio, with what was expected, and its interval where the design has one."""
    ratio = formats.number(found.estimate, 2)
    expected = float(found.cohorts["expected"].sum())
    words = {"ratio": ratio, "expected": formats.number(expected, decimals_of(expected))}
    if found.design == "synthetic_control":
        return say(
            "Since the start, {ratio} times as many were recorded as in a mixture of other places that ran alike before; with so few places there is no interval.",
            ratio=ratio,
        )
    if math.isnan(found.lower):
        return say(
            "Going by the places without the measure, {expected} were to be expected since: {ratio} times as many were recorded; no interval can be given.",
            **words,
        )
    return say(
        "Going by the places without the measure, {expected} were to be expected since: {ratio} times as many were recorded (95% interval {limits}).",
        limits=limits(found.lower, found.upper),
        **words,
    )


def _chance(found: Effect) -> tuple[Bilingual, ...]:
    """Say how often as much is seen where the starts are given to other places."""
    chance = found.chance
    if chance is None:
        return ()
    words = {
        "number": formats.number(chance.assignments),
        "p": p_words(chance.p),
        "smallest": formats.p_value(chance.smallest),
    }
    if chance.complete:
        return (
            say(
                "Giving the starts to other places in all {number} ways, a difference as large comes up with {p} (smallest p possible: {smallest}).",
                **words,
            ),
        )
    return (
        say(
            "Giving the starts to other places at random, {number} times with the true one, a difference as large comes up with {p} (smallest p that so many draws can give: {smallest}).",
            **words,
        ),
    )


def _verdict(found: Effect, *, exploratory: bool) -> tuple[Bilingual, ...]:
    """Say what draws and interval allow together; of a comparison chosen after the fact, that even a clear one is no finding."""
    standing, times = _standing(found), moves_withstood(found)
    if standing == "clear":
        is_frail = found.honest is None or (times is not None and times < 1)
        return (_hardly_chance(exploratory=exploratory, is_frail=is_frail),)
    could_be_chance = (
        say("This difference could be chance."),
        say("That does not show that the measure makes no difference."),
    )
    return {
        "none": (),
        "too_few": (say("With so few places not even the largest difference could be told from chance."),),
        "not_agreed": (say("The draws and the interval do not agree: chance is not ruled out."),),
        "chance": could_be_chance,
    }[standing]


def _standing(found: Effect) -> str:
    """Tell what draws and interval allow together: none, too_few, clear, not_agreed or chance."""
    if found.chance is None:
        return "none"
    if found.chance.smallest > LINE:
        return "too_few"
    if found.is_clear:
        return "clear"
    holds_no_change = math.isnan(found.lower) or found.lower <= 1 <= found.upper
    return "chance" if found.chance.p > LINE and holds_no_change else "not_agreed"


def _hardly_chance(*, exploratory: bool, is_frail: bool) -> Bilingual:
    if exploratory:
        return say("Chance alone hardly explains this difference; chosen after the fact, it is no finding.")
    if is_frail:
        return say(
            "Chance alone hardly explains this difference, but it rests on the places running alike without the measure."
        )
    return say("Chance alone hardly explains this difference.")


def _method(found: Effect) -> Bilingual:
    """Say how what was expected is found, and what the interval and p stand on."""
    if found.design == "synthetic_control":
        return say(
            "Method: each place with the measure is held against the mixture of other places that was nearest to it in the years before (Abadie, Diamond and Hainmueller 2010)."
        )
    return say(
        "Method: each place keeps its own level, and each year changes all places by one factor, fitted to the figures without the measure (Poisson; Borusyak, Jaravel and Spiess 2024); intervals leave out each place in turn, so that those of single years are rough."
    )


def _before(found: Effect) -> Bilingual:
    """Say how to read the years before the start; of a matched mixture they tell nothing."""
    if found.design == "synthetic_control":
        return say(
            "The mixture was matched to the years before the start; that the ratio is near 1 there is no finding."
        )
    if not (found.events.loc[found.events["at"] < 0, "estimate"] > 0).any():
        return say(
            "Too few years before the start are known to see whether the places ran alike before it. Nothing shows that they would have run alike afterwards without the measure."
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


def _changed(item: ComparedEffect, area: NationFacts) -> tuple[Bilingual, ...]:
    """Say what else changed in the years compared: declared events of the measure, and places made of former units; nothing where nothing did."""
    one = item.comparison
    first, last = date(one.first_year, 1, 1), date(one.last_year, 12, 31)
    events = [both(event.label) for event in area.programme.breaks_between(first, last, measure=one.measure)]
    named = say(
        "In the years compared there were, too: {events}. What changed all places alike leaves the ratio as it is; what changed some more than others does not.",
        events=formats.listed(events),
    )
    return (*([named] if events else []), *_made_anew(item, area), *_unlike(item))


def _unlike(item: ComparedEffect) -> tuple[Bilingual, ...]:
    """Say where the years of a place are told by several sources, and that figures are approximate; nothing where neither is so."""
    found = []
    if item.several_sources:
        found.append(
            say(
                "In {places} the years are told by more than one source, which may count differently.",
                places=places(len(item.several_sources)),
            )
        )
    if not item.is_exact:
        found.append(
            say(
                "Some of the figures are approximate at their source; ratio, interval and p take them as exact."
            )
        )
    return tuple(found)


def _made_anew(item: ComparedEffect, area: NationFacts) -> tuple[Bilingual, ...]:
    one = item.comparison
    compared = {*one.who, *one.with_others([place.code for place in area.places])}
    days = [
        max(since)
        for place in area.places
        if place.code in compared
        and len(place.components) > 1
        and (since := [part.since for part in place.components if part.since is not None])
    ]
    within = [day for day in days if date(one.first_year, 1, 1) < day <= date(one.last_year, 12, 31)]
    if not within:
        return ()
    return (
        say(
            "Made of former units within these years: {places}; figures of before were put together for today's boundaries by the source, as well as it could.",
            places=places(len(within)),
        ),
    )


def _caution(item: ComparedEffect, programme: Programme) -> Bilingual:
    """Say in what the places differed beforehand, and what that may do by itself."""
    per, digits = (PER, 2) if item.per_person else (1, 1)
    own, others = item.early[1], item.beside[2]
    words: dict[str, Bilingual] = {
        "when": say("Before the start")
        if len(item.starts) == 1
        else say("In the years before the first start"),
        "own": formats.number(own * per, digits),
        "others": formats.number(others * per, digits),
    }
    if math.isnan(own) or math.isnan(others):
        chosen = say(
            "Places may have taken the measure because their figures stood high, and high figures fall by themselves; this comparison does not rule that out."
        )
    elif own >= others:
        chosen = _stood_higher(item, words)
    else:
        chosen = (
            say(
                "{when}, the places with the measure had fewer per 100,000 inhabitants a year than the others ({own} against {others}): they were unlike already, and may have been chosen for reasons that the figures do not show.",
                **words,
            )
            if item.per_person
            else say(
                "{when}, the places with the measure had fewer a year than the others ({own} against {others} a place): they were unlike already, and may have been chosen for reasons that the figures do not show.",
                **words,
            )
        )
    detected = [say("Detection may differ as much as crime.")] if programme.counts_detection else []
    return sentences(chosen, *detected)


def _apart(item: ComparedEffect) -> tuple[Bilingual, ...]:
    """Say that no place without the measure was like those with it; nothing where the two sides overlap."""
    told = {
        "below": lambda: say(
            "In the years before the first start, every place with the measure stood below every place without it: none of the others was like them."
        ),
        "above": lambda: say(
            "In the years before the first start, every place with the measure stood above every place without it: none of the others was like them."
        ),
    }
    return (told[item.apart](),) if item.apart else ()
