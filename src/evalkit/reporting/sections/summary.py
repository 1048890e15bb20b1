"""The first section of a page: what is known, how surely, and what is not."""

from __future__ import annotations

from datetime import date

from evalkit.facts.areas import Area
from evalkit.indicators.judging import JUDGED
from evalkit.indicators.trends import Trend
from evalkit.programme.kinds import IN_PERCENT
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.kind_words import value_with_unit
from evalkit.reporting.sections.compared import Compared, compared
from evalkit.reporting.sections.comparison_words import comparison_sentence
from evalkit.reporting.sections.news_sentences import (
    break_cautions,
    differing_sentences,
    latest_sentence,
    shift_sentences,
    zero_news_sentence,
)
from evalkit.reporting.sections.promises import needed_words, promise_words, target_name
from evalkit.reporting.sections.shared_words import Row, area_name, area_within, counted
from evalkit.reporting.sections.trends import trend_sentence
from evalkit.reporting.sections.zeros import zero_table
from evalkit.reporting.sentence import Caution, Sentence
from evalkit.reporting.wording import say
from evalkit.statistics.results import TrendFit

SMALL_BASE = 10


@headed("summary", lambda: say("In short"))
def _(result: Summary) -> tuple[Block, ...]:
    known = _known(result)
    blocks: list[Block] = []
    if known:
        items = tuple(sentence.printed for sentence in known)
        blocks += [Paragraph(say("What we know and how sure we are:")), Bullets(items), *_zeros_ended(result)]
    else:
        text = _nothing_summarised(result)
        blocks.append(Paragraph(text, tone="gap"))
    blocks += [Paragraph(say("What is not known:")), Bullets(tuple(_unknown(result)))]
    return tuple(blocks)


def _known(result: Summary) -> list[Sentence]:
    """Return what is known; the newest figures of each topic come last, so that no topic ends on a zero or a fall."""
    area, news = result.area, result.news
    sentences = shift_sentences(result)
    sentences += [_comparison(item, result) for item in compared(result.comparisons)]
    sentences += [_trend(item, result) for item in result.trends.items if isinstance(item.fit, TrendFit)]
    sentences += [zero_news_sentence(item, area) for item in news.zeros]
    sentences += [Sentence(text) for text in verdict_sentences(result)]
    sentences += differing_sentences(result)
    return sentences + [told for item in news.latest for told in latest_sentence(item, result)]


def _zeros_ended(result: Summary) -> list[Table]:
    """Return the figures of the runs of zeros that the section on zeros leaves out, for their series do not end with them."""
    shown = {(item.indicator, item.start) for item in result.zeros.items}
    runs = [zero.run for zero in result.news.zeros]
    return [zero_table(run, result.area) for run in runs if (run.indicator, run.start) not in shown]


def _comparison(item: Compared, result: Summary) -> Sentence:
    measure = result.area.programme.indicators[item.indicator].numerator
    told = "declared_event" in item.verdict.failed and not item.verdict.could_be_chance
    cautions = () if told else break_cautions(measure, item.earlier.start, item.later.end, result.area)
    if 0 < item.earlier.count < SMALL_BASE:
        base = counted(item.earlier.count, measure, result.area.programme)
        cautions += (Caution("small_base", say("The base is small: {base}.", base=base)),)
    return Sentence(comparison_sentence(item, result.area), cautions)


def _trend(item: Trend, result: Summary) -> Sentence:
    """Give a trend the events inside it and the years it lacks."""
    fit, area = item.fit, result.area
    text = trend_sentence(item, area)
    if not isinstance(fit, TrendFit):
        return Sentence(text)
    days = (date(fit.first, 1, 1), date(fit.last, 12, 31))
    told = "declared_event" in item.verdict.failed and not item.verdict.could_be_chance
    measure = area.programme.indicators[item.indicator].numerator
    cautions = () if told else break_cautions(measure, *days, area)
    missing = sorted(set(range(fit.first, fit.last)) - set(fit.years_used))
    if missing:
        years = formats.listed([same(str(year)) for year in missing])
        cautions += (Caution("years_missing", say("The series has no figure for {years}.", years=years)),)
    return Sentence(text, cautions)


def verdict_sentences(result: Summary) -> list[Bilingual]:
    """Say how many targets could be judged in the latest year, how many were met, and which is furthest off."""
    frame = result.assessments.frame
    judged = frame[frame["verdict"].isin(JUDGED)]
    if judged.empty:
        return []
    years = judged["period_end"].dt.year
    rows = judged[years == years.max()]
    missed = rows[rows["verdict"] == "not_met"].sort_values("reached", kind="stable")
    counts = {"year": str(years.max()), "met": str(len(rows) - len(missed)), "missed": str(len(missed))}
    sentences = [
        say(
            "In {year} {all} targets could be judged: {met} met, {missed} not met.",
            all=str(len(rows)),
            **counts,
        )
    ]
    if len(rows) == 1:
        del counts["met"], counts["missed"]
        sentences = [
            say("In {year} one target could be judged; it was not met.", **counts)
            if len(missed)
            else say("In {year} one target could be judged; it was met.", **counts)
        ]
    return sentences + [_furthest(row, result) for row in missed.head(1).to_dict("records")]


def _furthest(row: Row, result: Summary) -> Bilingual:
    programme = result.area.programme
    target = next(target for target in programme.targets if target.id == row["target_id"])
    names = {"target": target_name(target, programme), "n": formats.figure(row["numerator"])}
    if row["kind"] == "change":
        return say(
            "Furthest off is {target}: from {base} to {n}, where the target called for {needed}.",
            base=formats.figure(row["denominator"]),
            needed=needed_words(row, target),
            **names,
        )
    names["promise"] = promise_words(target, row["kind"])
    names["value"] = value_with_unit(programme.indicators[str(target.indicator)], row["value"], programme)
    if row["kind"] in IN_PERCENT:
        return say(
            "Furthest off is {target}: {n} of {base} ({value}), against a target of {promise}.",
            base=formats.figure(row["denominator"]),
            **names,
        )
    del names["n"]
    return say("Furthest off is {target}: {value}, against a target of {promise}.", **names)


def _unknown(result: Summary) -> list[Bilingual]:
    frame = result.completeness.frame
    frame = frame[frame["measure"] != result.area.programme.population]
    silent = int(frame["last"].isna().sum())
    sentences = [
        say(
            "{silent} of {all} measures have no figure in the sources used.",
            silent=str(silent),
            all=str(len(frame)),
        ),
        *_undetected(result.area),
        say("Whether the programme caused any change: the figures describe, they do not prove an effect."),
    ]
    hidden = result.area.about.hidden_cells
    if hidden == 1:
        sentences.append(say("1 figure is confidential to protect persons; nothing is computed from it."))
    elif hidden:
        sentences.append(
            say(
                "{hidden} figures are confidential to protect persons; nothing is computed from them.",
                hidden=formats.number(hidden),
            )
        )
    return sentences


def _undetected(area: Area) -> list[Bilingual]:
    if not area.programme.counts_detection:
        return []
    return [say("How many cases and victims were never detected.")]


def _nothing_summarised(result: Summary) -> Bilingual:
    """Say that nothing is known, or that what is known is too little to be compared and stands in the tables."""
    frame = result.completeness.frame
    told = int((frame["last"].notna() & (frame["measure"] != result.area.programme.population)).sum())
    place = area_name(result.area)
    if told == 1:
        return say("For {place} a single measure has figures; they stand in the tables below.", place=place)
    if told:
        return say(
            "For {place} {told} measures have figures; they are too few to be compared and stand in the tables below.",
            place=place,
            told=str(told),
        )
    return say(
        "The sources used hold no figure on this programme for {place}; that does not mean there were no cases. The page says what binds the place and which figures are missing.",
        place=area_within(result.area),
    )
