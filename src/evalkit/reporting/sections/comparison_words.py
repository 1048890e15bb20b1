"""The sentences about two periods compared: both counts, the change with its interval, how surely, and what it assumes."""

from __future__ import annotations

import math

from evalkit.facts.areas import Area
from evalkit.indicators.period_comparison import sources_between
from evalkit.indicators.period_totals import PeriodTotal
from evalkit.programme.models import Programme
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.sections.compared import Compared
from evalkit.reporting.sections.limits import SMALL_BASE, change_limits, change_written
from evalkit.reporting.sections.shared_words import (
    both,
    lasting_beside_mean,
    p_words,
    sentences,
    span,
    total_words,
)
from evalkit.reporting.sections.verdict_words import verdict_sentence
from evalkit.reporting.wording import say
from evalkit.statistics.results import RateComparison

_AS_CHANCE = (
    1.05  # times what pure chance would make, written with one decimal: no more is told of the scatter
)


def comparison_sentence(item: Compared, area: Area) -> Bilingual:
    """Return the reading of one comparison: both counts, the change with its interval and p, and how surely it changed."""
    return sentences(_numbers_sentence(item, area), verdict_sentence(item.verdict, area.programme))


def _numbers_sentence(item: Compared, area: Area) -> Bilingual:
    earlier, later = item.earlier, item.later
    measure = area.programme.indicators[item.indicator].numerator
    unlike = earlier.years != later.years
    words = {
        "indicator": both(area.programme.indicators[item.indicator].label),
        "before": window_words(earlier, measure, area.programme, unlike=unlike),
        "early": span(earlier.start, earlier.end),
        "after": window_words(later, measure, area.programme, unlike=unlike),
        "late": span(later.start, later.end),
    }
    if earlier.count == 0:
        if later.count == 0:
            return say(
                "{indicator}, {early}: {before}; {late}: {after}. There was no case in either period; a change in percent is not defined.",
                **words,
            )
        return say(
            "{indicator}, {early}: {before}; {late}: {after}. A change in percent is not defined on a base of zero.",
            **words,
        )
    if earlier.count < SMALL_BASE:
        return say(
            "{indicator}, {early}: {before}; {late}: {after}. The base is too small for a change in percent.",
            **words,
        )
    words |= {
        "change": change_written(item.result.percent_change),
        "limits": interval_words(item),
        "p": p_words(item.p),
    }
    if item.under_law is None:
        return say(
            "{indicator}, {early}: {before}; {late}: {after}. Change of the yearly average {change}; if yearly counts vary by chance alone, the 95% interval is {limits}, {p}.",
            **words,
        )
    return say(
        "{indicator}, {early}: {before}; {late}: {after}. Change of the yearly average {change}, 95% interval {limits}, {p}.",
        **words,
    )


def window_words(total: PeriodTotal, measure: str, programme: Programme, *, unlike: bool) -> Bilingual:
    """Return a period's count with its unit, and its years where they are not all there or unlike those beside it."""
    count = total_words(total, measure, programme)
    if not unlike or total.missing:
        return count
    return say("{count} in {years}", count=count, years=lasting_beside_mean(total.count, total.years))


def caution_sentence(item: Compared) -> Bilingual:
    """Return what the interval assumes and what so small a base could have shown at all."""
    result, law = item.result, item.under_law
    if law is not None and law.factor < _AS_CHANCE:
        return say("Years like these scatter about as pure chance would make them.")
    if law is not None and math.isfinite(law.minimum_detectable_fall):
        return say(
            "Years like these have {factor} times the variance that pure chance would give them, and the interval allows for that. With {base} as base, only a fall of about {fall} or more would be found in four of five such comparisons.",
            factor=formats.number(law.factor, 1),
            base=formats.number(result.earlier),
            fall=formats.percent(100 * law.minimum_detectable_fall, 0),
        )
    if law is not None:
        return say(
            "Years like these have {factor} times the variance that pure chance would give them, and the interval allows for that. With {base} as base, not even a fall to zero would be found in four of five such comparisons.",
            factor=formats.number(law.factor, 1),
            base=formats.number(result.earlier),
        )
    return exact_caution(result)


def unlike_figures(item: Compared) -> tuple[Bilingual, ...]:
    """Say where the two totals come from different sources, or are not exact; nothing where neither is so."""
    found, totals = [], (item.earlier, item.later)
    if sources_between(item.earlier, item.later) > 1:
        found.append(say("The two totals come from different sources, which may count differently."))
    if any("inexact" in total.flags for total in totals):
        found.append(
            say("A source gives some of these figures only approximately; interval and p take them as exact.")
        )
    return tuple(found)


def exact_caution(result: RateComparison) -> Bilingual:
    """Return what an exact interval assumes, and how wide it would be if years scattered more."""
    if not says_dispersed(result):
        return say(
            "The interval assumes that cases come independently of each other; a few totals cannot check that. More scatter between years would widen it."
        )
    return say(
        "The interval assumes that cases come independently of each other; a few totals cannot check that. If yearly counts had twice the variance of pure chance, it would run from {low} to {high}. With {base} cases as base, only a fall of about {fall} or more would be found in four of five such comparisons.",
        low=formats.signed_percent(result.dispersed_lower),
        high=formats.signed_percent(result.dispersed_upper),
        base=formats.number(result.earlier),
        fall=formats.percent(100 * result.minimum_detectable_fall, 0),
    )


def says_dispersed(result: RateComparison) -> bool:
    """Tell whether a comparison says how wide its interval would be with twice the scatter, and what it could show."""
    return math.isfinite(result.dispersed_lower) and math.isfinite(result.minimum_detectable_fall)


def interval_words(item: Compared, *, base: float = math.inf) -> Bilingual:
    """Return the interval that is printed first: under the law of scatter where it is known, else the exact one; ``base`` as of a change."""
    shown = item.result if item.under_law is None else item.under_law
    return change_limits(shown.percent_lower, shown.percent_upper, base=base)
