"""The first section of a page: what is known, how surely, and what is not."""

from __future__ import annotations

from evalkit.estimation.results import TrendFit
from evalkit.programme.population import POPULATION
from evalkit.records import Summary
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Paragraph, Section
from evalkit.reporting.display import section_of
from evalkit.reporting.sections.compared import compared
from evalkit.reporting.sections.comparison_words import comparison_sentence
from evalkit.reporting.sections.trends import trend_sentence
from evalkit.reporting.sections.words import area_name, within
from evalkit.reporting.sections.zeros import zero_sentence
from evalkit.reporting.wording import say


@section_of.register
def _(result: Summary) -> Section:
    known = _known(result)
    blocks: list[Block] = []
    if known:
        blocks += [Paragraph(say("What is known, and how surely:")), Bullets(tuple(known))]
    else:
        text = _nothing_summarised(result)
        blocks.append(Paragraph(text, tone="gap"))
    blocks += [Paragraph(say("What is not known:")), Bullets(tuple(_unknown(result)))]
    return Section("summary", say("In short"), tuple(blocks))


def _known(result: Summary) -> list[Bilingual]:
    area = result.area
    sentences = [comparison_sentence(item, area) for item in compared(result.comparisons)]
    sentences += [zero_sentence(item, area) for item in result.zeros.items]
    sentences += [
        trend_sentence(item, area) for item in result.trends.items if isinstance(item.fit, TrendFit)
    ]
    return sentences + _verdicts(result)


def _verdicts(result: Summary) -> list[Bilingual]:
    frame = result.assessments.frame
    judged = frame[frame["verdict"].isin(["met", "not_met"])]
    if judged.empty:
        return []
    last = judged["period_end"].max()
    rows = judged[judged["period_end"] == last]
    met = int((rows["verdict"] == "met").sum())
    return [
        say(
            "Targets in {year}: {met} of {all} that could be judged were met by arithmetic; the section on targets says how surely.",
            year=str(last.year),
            met=str(met),
            all=str(len(rows)),
        )
    ]


def _unknown(result: Summary) -> list[Bilingual]:
    frame = result.completeness.frame
    silent = int(frame["last"].isna().sum())
    sentences = [
        say(
            "{silent} of {all} measures have no figure in the sources used.",
            silent=str(silent),
            all=str(len(frame)),
        ),
        say("How many cases and victims were never detected."),
        say("Whether the programme caused any change: the figures describe, they do not prove an effect."),
    ]
    hidden = result.area.about.hidden_cells
    if hidden == 1:
        sentences.append(say("1 figure is confidential to protect persons; nothing is computed from it."))
    elif hidden:
        sentences.append(
            say(
                "{hidden} figures are confidential to protect persons; nothing is computed from them.",
                hidden=str(hidden),
            )
        )
    return sentences


def _nothing_summarised(result: Summary) -> Bilingual:
    """Say that nothing is known, or that what is known is too little to be compared and stands in the tables."""
    frame = result.completeness.frame
    told = int((frame["last"].notna() & (frame["measure"] != POPULATION)).sum())
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
        "Nothing on this programme has been published for {place} in the sources used. The page says what binds the place and which figures are missing.",
        place=within(place),
    )
