"""Results that are no section of a page, in plain words: what alarms and the overlaps of lists say, in the languages of the workspace."""

from __future__ import annotations

import math
from functools import singledispatch
from typing import Any

from evalkit.indicators.alarms import Alarms
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each, same
from evalkit.reporting.blocks import Bilingual, Language
from evalkit.reporting.display import language_asked
from evalkit.reporting.sections.shared_words import Row, sentences
from evalkit.reporting.wording import say
from evalkit.statistics.hidden_cases import HiddenCases


def result_text(result: Any, language: Language | None = None) -> str:
    """Return a result in plain words of one language.

    Raises
    ------
    SettingsError
        If results are not told in that language.
    """
    return words_of(result).of(language_asked(language))


@singledispatch
def words_of(result: Any) -> Bilingual:
    """Return a result in plain words; of what has none, its short form."""
    return same(repr(result))


@words_of.register
def _(result: Alarms) -> Bilingual:
    judged = result.judged
    above = [_alarm(row) for row in judged[judged["alarm"]].to_dict("records")]
    numbers: dict[str, Bilingual | str] = {
        "measure": result.measure,
        "above": formats.number(len(above)),
        "judged": formats.number(len(judged)),
        "untold": formats.number(len(result.frame) - len(judged)),
    }
    months = result.step == "months"
    told = (
        say(
            "{measure}: {above} of {judged} months lie above their alarm bound; {untold} could not be judged.",
            **numbers,
        )
        if months
        else say(
            "{measure}: {above} of {judged} quarters lie above their alarm bound; {untold} could not be judged.",
            **numbers,
        )
    )
    listed = (
        (say("Above it: {alarms}.", alarms=each(lambda *texts: "; ".join(texts), *above)),) if above else ()
    )
    look = say("An alarm asks for a look at what was recorded.")
    unlike = say("It does not tell a rise of crime from a rise of detection or of reporting.")
    return sentences(told, *listed, _by_chance(result), look, unlike)


def _alarm(row: Row) -> Bilingual:
    return say(
        "{period}: {count} recorded, {expected} usual, bound {bound}",
        period=formats.month_or_quarter(row["period_start"].date(), row["period_end"].date()),
        count=formats.number(row["count"]),
        expected=formats.number(row["expected"], 1),
        bound=formats.number(row["upper"]),
    )


def _by_chance(result: Alarms) -> Bilingual:
    """Say how many would lie above their bound by chance alone."""
    words = {
        "share": formats.percent(100 * result.alpha),
        "one": formats.number(result.false_alarms, 2),
        "ten": formats.number(10 * result.false_alarms, 1),
    }
    return {
        "months": say(
            "Where nothing changes, {share} of months lie above it: {one} a year in one place, {ten} in ten.",
            **words,
        ),
        "quarters": say(
            "Where nothing changes, {share} of quarters lie above it: {one} a year in one place, {ten} in ten.",
            **words,
        ),
    }[result.step]


@words_of.register
def _(result: HiddenCases) -> Bilingual:
    seen = say(
        "{observed} cases stand on at least one of {lists} lists, {shared} of them on two or more.",
        observed=formats.number(result.observed),
        lists=formats.number(len(result.lists)),
        shared=formats.number(result.shared),
    )
    best = result.frame.iloc[0]
    heaviest = say(
        "Heaviest model: {model} (weight {weight}).",
        model=say("the lists independent") if best["model"] == "independent" else best["model"],
        weight=formats.number(best["weight"], 2),
    )
    caution = say(
        "This is an estimate under assumptions that the lists cannot show: that cases were matched rightly, that none left or came, and that no case was out of reach of every list. Such cases are in no number here."
    )
    return sentences(seen, _hidden(result), heaviest, *_without(result), caution)


def _hidden(result: HiddenCases) -> Bilingual:
    """Say between what the models lie, and their average with its limits."""
    endless = math.isinf(result.upper)
    limits = (
        say("at least {lower}, no upper limit", lower=formats.number(result.lower))
        if endless
        else say("{lower} to {upper}", lower=formats.number(result.lower), upper=formats.number(result.upper))
    )
    return say(
        "Models of how the lists overlap ({models} of them) put between {least} and {most} more on none of them; weighted by how well they fit, {hidden} ({level} limits: {limits}), together {total}.",
        models=formats.number(int(result.frame["reason"].eq("").sum())),
        least=formats.number(result.least),
        most=formats.number(result.most),
        hidden=formats.number(result.hidden),
        level=formats.percent(100 * result.level, formats.decimals_of(100 * result.level)),
        limits=limits,
        total=formats.number(result.total),
    )


def _without(result: HiddenCases) -> tuple[Bilingual, ...]:
    """Say the total with each list left out in turn; nothing where none can be told."""
    told = result.without.dropna(subset="total").to_dict("records")
    if not told:
        return ()
    each_one = [
        say("{total} without {list}", total=formats.number(row["total"]), list=str(row["left_out"]))
        for row in told
    ]
    return (
        say(
            "With one list left out, together: {totals}.",
            totals=each(lambda *texts: ", ".join(texts), *each_one),
        ),
    )
