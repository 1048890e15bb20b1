"""The first section of the annex: how sure each sentence of the brief is, and what is newer than the brief; and what the targets' verdicts come to."""

from __future__ import annotations

from evalkit.facts.areas import ProvinceFacts
from evalkit.indicators.judging import JUDGED
from evalkit.programme.kinds import IN_PERCENT
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Paragraph
from evalkit.reporting.display import headed
from evalkit.reporting.kind_words import share_in_brief
from evalkit.reporting.sections.former_units import of_parts_alone
from evalkit.reporting.sections.how_sure import how_sure, is_latest_year_told
from evalkit.reporting.sections.news_sentences import differing_sentences, latest_sentence
from evalkit.reporting.sections.no_totals import breakdowns_alone
from evalkit.reporting.sections.promises import needed_words, promise_words
from evalkit.reporting.sections.shared_words import Row, area_name, area_within, both, within_sentence
from evalkit.reporting.wording import say


@headed("summary", lambda: say("How sure each sentence is"))
def _(result: Summary) -> tuple[Block, ...]:
    table = how_sure(result)
    beside = differing_sentences(result)
    for item in result.news.latest:
        beside += latest_sentence(item, result, year_is_told=is_latest_year_told(item, result))
    blocks: list[Block] = [table] if table is not None else []
    if beside:
        blocks.append(Bullets(tuple(sentence.printed for sentence in beside)))
    return tuple(blocks) or (Paragraph(_nothing_summarised(result), tone="gap"),)


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
            "In {year}, {all} targets could be judged: {met} met, {missed} not met.",
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
    told = [_furthest(row, result) for row in missed.head(1).to_dict("records")]
    if len(missed) > 1:
        return sentences + [say("Furthest off is {told}", told=one) for one in told]
    return sentences + [say("The one not met is {told}", told=one) for one in told]


def furthest_source(result: Summary) -> list[str]:
    """Return whose figures judge the target furthest off in the latest year; nobody where none was missed."""
    frame = result.assessments.frame
    judged = frame[frame["verdict"].isin(JUDGED)]
    latest = (
        judged[judged["period_end"].dt.year == judged["period_end"].dt.year.max()] if len(judged) else judged
    )
    missed = latest[latest["verdict"] == "not_met"].sort_values("reached", kind="stable")
    return [str(name) for name in missed["source_id"].head(1)]


def _furthest(row: Row, result: Summary) -> Bilingual:
    """Say how far a target is from being met."""
    programme = result.area.programme
    target = next(target for target in programme.targets if target.id == row["target_id"])
    label = both(programme.indicators[str(target.indicator)].label)
    names = {"target": within_sentence(label), "n": formats.figure(row["numerator"])}
    if row["kind"] == "change":
        return say(
            "{target}: from {base} to {n}, where the target called for {needed}.",
            base=formats.figure(row["denominator"]),
            needed=needed_words(row, target),
            **names,
        )
    names["promise"] = promise_words(target, row["kind"])
    names["value"] = share_in_brief(programme.indicators[str(target.indicator)], row, programme)
    if row["kind"] in IN_PERCENT:
        return say(
            "{target}: {n} of {base} ({value}), against a target of {promise}.",
            base=formats.figure(row["denominator"]),
            **names,
        )
    del names["n"]
    return say("{target}: {value}, against a target of {promise}.", **names)


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
    parts = of_parts_alone(result.area) if isinstance(result.area, ProvinceFacts) else None
    return (
        parts
        or breakdowns_alone(result.area)
        or say(
            "The sources used hold no figure on this programme for {place}; that does not mean there were no cases. The page says what binds the place and which figures are missing.",
            place=area_within(result.area),
        )
    )
