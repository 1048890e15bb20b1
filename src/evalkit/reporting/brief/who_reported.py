"""Who reported what, on the nation's page: every year of the latest programme period that is over, some of them, or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from evalkit.facts.areas import NationFacts
from evalkit.programme.models import ProgrammePeriod
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Cell, Column, Figure, Paragraph, Section, Table
from evalkit.reporting.drawing.squares import Share, SquaresDrawn, squares
from evalkit.reporting.sections.shared_words import both, short_name, within_sentence
from evalkit.reporting.wording import say
from evalkit.table import TOLD

MOST_NAMED = 8  # places with a figure that are named in a sentence instead of drawn


def who_reported(result: Summary) -> Section | None:
    """Return the matrix of places by subjects; None for a province, or where no province has a figure."""
    area = result.area
    if not isinstance(area, NationFacts):
        return None
    rows = _told(area)
    period = _latest_told_period(rows, area)
    if period is None:
        return None
    drawn = _matrix(rows, area, period)
    if all(share == "every" for line in drawn.shares for share in line):
        days = formats.period(period.valid_from, period.valid_to)
        return _all_told(drawn, _lacking(rows, area, period), days)
    told = [
        name
        for name, line in zip(drawn.places, drawn.shares, strict=True)
        if any(share != "none" for share in line)
    ]
    if len(told) <= MOST_NAMED < len(drawn.places):
        return _few_told(told, len(drawn.places), formats.period(period.valid_from, period.valid_to))
    wide, phone = squares(drawn)
    every = sum(share == "every" for line in drawn.shares for share in line)
    silent = sum(all(share == "none" for share in line) for line in drawn.shares)
    days = formats.period(period.valid_from, period.valid_to)
    title = say("Who reported what, {period}", period=days)
    alt = say(
        "{title}. Of {all} squares {every} are full; {silent} provinces have no figure at all.",
        title=title,
        all=str(sum(map(len, drawn.shares))),
        every=str(every),
        silent=str(silent),
    )
    figure = Figure("who-reported", wide, alt, _caption(drawn), phone, _table(drawn, days))
    return Section("who-reported-what", title, (figure,), layer="brief")


def _all_told(drawn: SquaresDrawn, lacking: list[Bilingual], days: Bilingual) -> Section:
    """Say in a sentence what a matrix without an empty square would say in hundreds."""
    count, subjects = str(len(drawn.places)), _in_a_row(drawn.subjects)
    if not lacking:
        texts = [
            say(
                "All {count} provinces have a figure of every year on every item. Subjects: {subjects}.",
                count=count,
                subjects=subjects,
            )
        ]
    else:
        every = say(
            "All {count} provinces have a figure of every year on every subject: {subjects}.",
            count=count,
            subjects=subjects,
        )
        texts = [every, _some_items(lacking, len(drawn.subjects))]
    return Section(
        "who-reported-what",
        say("Who reported what, {period}", period=days),
        tuple(Paragraph(text) for text in texts),
        layer="brief",
    )


def _some_items(lacking: list[Bilingual], every: int) -> Bilingual:
    """Say on which subjects an item has no figure of some province and year."""
    if len(lacking) == every:
        return say("Yet on each of them some items have no figure of some provinces or years.")
    return say(
        "Yet some items have no figure of some provinces or years: items on {subjects}.",
        subjects=_in_a_row(lacking),
    )


def _in_a_row(subjects: Sequence[Bilingual]) -> Bilingual:
    return formats.listed([within_sentence(subject) for subject in subjects])


def _lacking(rows: pd.DataFrame, area: NationFacts, period: ProgrammePeriod) -> list[Bilingual]:
    """Return the subjects told of an item of which lacks a figure of a province and year of the period."""
    within = _within(rows, period)
    told = within.drop_duplicates(["province_code", "measure", "year"])["measure"].value_counts()
    squares_of_an_item = len(area.places) * within["year"].nunique()
    lacks = {
        measure.strand
        for name, measure in area.programme.measures.items()
        if name != area.programme.population and told.get(name, 0) < squares_of_an_item
    }
    subjects = set(within["strand"]) & lacks
    return [both(strand.label) for strand in area.programme.strands if strand.id in subjects]


def _few_told(told: list[Bilingual], places: int, days: Bilingual) -> Section:
    """Name the few places that have a figure at all: a matrix would be empty."""
    text = (
        say(
            "1 of {all} provinces has figures for these years: {name}. Of the others the sources used have none for these years.",
            all=str(places),
            name=told[0],
        )
        if len(told) == 1
        else say(
            "{some} of {all} provinces have figures for these years: {names}. Of the others the sources used have none for these years.",
            some=str(len(told)),
            all=str(places),
            names=formats.listed(told),
        )
    )
    return Section(
        "who-reported-what",
        say("Who reported what, {period}", period=days),
        (Paragraph(text),),
        layer="brief",
    )


def _told(area: NationFacts) -> pd.DataFrame:
    rows = area.province_facts
    rows = rows[rows["status"].isin(TOLD) & (rows["measure"] != area.programme.population)]
    strands = {name: measure.strand for name, measure in area.programme.measures.items()}
    return rows.assign(strand=rows["measure"].map(strands), year=rows["period_end"].dt.year)


def _latest_told_period(rows: pd.DataFrame, area: NationFacts) -> ProgrammePeriod | None:
    """Return the latest programme period that is over and of which a province tells; where none is over, the latest told."""
    today = date.fromisoformat(area.about.date)
    periods = [period for period in area.programme.periods if not _within(rows, period).empty]
    return max(periods, key=lambda period: (period.valid_to < today, period.valid_from), default=None)


def _within(rows: pd.DataFrame, period: ProgrammePeriod) -> pd.DataFrame:
    """Return the figures whose period ends within one of the programme's."""
    days = rows["period_end"].dt.date
    within: pd.DataFrame = rows[(days >= period.valid_from) & (days <= period.valid_to)]
    return within


def _matrix(rows: pd.DataFrame, area: NationFacts, period: ProgrammePeriod) -> SquaresDrawn:
    within = _within(rows, period)
    years = within["year"].nunique()
    told = within.groupby(["province_code", "strand"])["year"].nunique()
    strands = [strand for strand in area.programme.strands if strand.id in set(within["strand"])]

    def share(code: str, strand: str) -> Share:
        count = int(told.get((code, strand), 0))
        return "every" if count == years else "some" if count else "none"

    return SquaresDrawn(
        tuple(short_name(place) for place in area.places),
        tuple(both(strand.label) for strand in strands),
        tuple(tuple(share(place.code, strand.id) for strand in strands) for place in area.places),
    )


def _caption(drawn: SquaresDrawn) -> Bilingual:
    named = [
        say("{number} {subject}", number=str(place), subject=subject)
        for place, subject in enumerate(drawn.subjects, start=1)
    ]
    return say(
        "Full: figures of every year that any province has; half: of some; empty: none in the sources used. {subjects}.",
        subjects=formats.listed(named),
    )


def _table(drawn: SquaresDrawn, days: Bilingual) -> Table:
    words = {"every": say("every year"), "some": say("some years"), "none": say("none")}
    columns = [Column("place", say("Province or city"))]
    columns += [
        Column(f"s{place}", say("{number} {subject}", number=str(place), subject=subject))
        for place, subject in enumerate(drawn.subjects, start=1)
    ]
    rows = tuple(
        (Cell(name), *(Cell(words[share]) for share in line))
        for name, line in zip(drawn.places, drawn.shares, strict=True)
    )
    return Table(
        "who-reported-figures",
        say("Figures by province and subject, {period}", period=days),
        tuple(columns),
        rows,
        is_put_together=True,
    )
