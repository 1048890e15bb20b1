"""What was reported and what was not, measure by measure; which figures came late; the marks used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import pandas as pd

from evalkit.facts.areas import Area, NationFacts, ProvinceFacts
from evalkit.facts.findings import Finding
from evalkit.indicators.completeness import IN_PART, told_by_provinces
from evalkit.records import Completeness
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each, same
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.former_units import former_units
from evalkit.reporting.sections.reporters import agencies, places
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    Row,
    both,
    period_cell,
    sentences,
    span,
    status_word,
)
from evalkit.reporting.wording import say
from evalkit.table import STATUSES

_MOST_LISTED = 12
_LATE_YEARS = 1  # that is named; the ones before stand together


@headed("quality", lambda: say("What was reported, and what was not"))
def _(result: Completeness) -> tuple[Block, ...]:
    area, frame = result.area, result.frame
    frame = frame[frame["measure"] != area.programme.population]
    with_figure = frame[frame["last"].notna()]
    told = frame[list(STATUSES)].sum(axis=1) > 0
    elsewhere = told_by_provinces(frame, result.places)
    text = _how_many(len(with_figure), int(told.sum()) + len(elsewhere), len(frame))
    blocks: list[Block] = [Paragraph(text, tone="plain" if len(with_figure) else "gap")]
    if isinstance(area, ProvinceFacts):
        blocks += _parts(area)
    blocks += _partial(area)
    blocks += [_table(frame[told], result)] if told.any() else []
    blocks += [*_untold(frame[~told], elsewhere, result), *_late(result), *agencies(result), *places(result)]
    blocks += [Paragraph(_marks(result)), *_custodian(result)]
    return tuple(blocks)


def _how_many(told: int, named: int, every: int) -> Bilingual:
    """Say how many measures have a figure; one reported for a part only, or as missing, is named in the sources and has none."""
    if told == every == 1:
        return say("The only measure has a figure.")
    if told == every:
        return say("All {all} measures have a figure.", all=str(every))
    if told < named:
        return say(
            "{told} of {all} measures have a figure. Reported for a part only, or said to be missing, so that no figure is given: {partly}. Not in the sources used at all: {untold}, which is not the same as zero.",
            told=str(told),
            all=str(every),
            partly=str(named - told),
            untold=str(every - named),
        )
    return say(
        "{told} of {all} measures have a figure; the others have none in the sources used, which is not the same as zero.",
        told=str(told),
        all=str(every),
    )


def _table(frame: pd.DataFrame, result: Completeness) -> Table:
    columns = (
        Column("measure", say("Measure")),
        Column("state", say("Figures")),
        Column("span", say("From – to")),
    )
    rows = tuple(_row(row, result) for row in frame.to_dict("records"))
    return Table(
        "completeness-table",
        say("Figures by measure: what was reported, and what was not"),
        columns,
        rows,
        is_put_together=True,
    )


def _untold(frame: pd.DataFrame, elsewhere: Collection[str], result: Completeness) -> list[Block]:
    """Name the measures of which nothing is known, in one sentence, and those that provinces alone tell."""
    nowhere = _named(frame[~frame["measure"].isin(elsewhere)], result)
    provinces = _named(frame[frame["measure"].isin(elsewhere)], result)
    texts = [
        *([say("No figure in the sources used: {measures}.", measures=nowhere)] if nowhere else []),
        *([say("Of provinces alone: {measures}.", measures=provinces)] if provinces else []),
    ]
    return [Paragraph(sentences(*texts), tone="gap")] if texts else []


def _named(frame: pd.DataFrame, result: Completeness) -> Bilingual | None:
    """List measures by their labels; None where there is none."""
    names = [both(result.area.programme.measures[name].label) for name in frame["measure"]]
    return each(lambda *texts: "; ".join(texts), *names) if names else None


def _row(row: Row, result: Completeness) -> tuple[Cell, ...]:
    name = Cell(both(result.area.programme.measures[row["measure"]].label))
    told = pd.notna(row["last"])
    when: Cell = period_cell(row["first"], row["last"]) if told else Cell(NOTHING)
    return (name, Cell(_states(_counts(row))), when)


def _counts(row: Row) -> dict[str, int]:
    """Return how many figures there are of each kind; sums of which a part was reported are no figures that nobody reported."""
    counts = {state: int(row[state]) for state in STATUSES} | {IN_PART: int(row[IN_PART])}
    counts["not_reported"] -= counts[IN_PART]
    return {state: number for state, number in counts.items() if number > 0}


def _states(counts: dict[str, int]) -> Bilingual:
    """Write how many figures there are, and of which kind."""
    total = sum(counts.values())
    if len(counts) == 1:
        kind = status_word(next(iter(counts)))
        return (
            say("1 figure, {kind}", kind=kind)
            if total == 1
            else say("{count} figures, all {kind}", count=str(total), kind=kind)
        )
    kinds = [
        say("{count} {state}", count=str(number), state=status_word(state))
        for state, number in counts.items()
    ]
    return say("{count} figures: {kinds}", count=str(total), kinds=formats.listed(kinds))


def _parts(area: ProvinceFacts) -> list[Block]:
    """Name the former units for which a figure exists while the sum over all of them does not."""
    units = [one for one in former_units(area) if one.measures]
    if not units:
        return []
    text = say(
        "For some former units a figure exists, but not for all: the sum is not given, and figures of a part are not figures of the whole."
    )
    items = tuple(
        say("{unit}, {period}: {measures}", unit=one.name, period=one.period, measures=one.listed(area))
        for one in units
    )
    return [Paragraph(text, tone="gap"), Bullets(items)]


def _partial(area: Area) -> list[Block]:
    """Say of which sums a part is missing: eleven of twelve months, 33 of 34 provinces."""
    found = area.facts["source_cell"].str.extract(
        r"^partial: (\d+) of (\d+) (months|quarters|provinces|days)$"
    )
    rows = area.facts.assign(there=found[0], of=found[1], parts=found[2])[found[0].notna()]
    rows = rows[rows["measure"].isin(list(area.programme.measures))].drop_duplicates(
        ["measure", "period_start", "period_end"]
    )
    if rows.empty:
        return []
    text = say("Of some totals a part is missing: they are not given.")
    listed = rows.sort_values(["measure", "period_start"]).head(_MOST_LISTED)
    items = tuple(
        say(
            "{coverage}: {totals}",
            coverage=_coverage(*map(str, key)),
            totals=each(
                lambda *texts: "; ".join(texts), *(_total(row, area) for row in group.to_dict("records"))
            ),
        )
        for key, group in listed.groupby(["parts", "there", "of"], sort=False)
    )
    left = len(rows) - len(listed)
    more = [Paragraph(say("And {count} more.", count=str(left)))] if left else []
    return [Paragraph(text, tone="gap"), Bullets(items), *more]


def _total(row: Row, area: Area) -> Bilingual:
    label = both(area.programme.measures[row["measure"]].label)
    return say("{measure}, {period}", measure=label, period=span(row["period_start"], row["period_end"]))


def _coverage(parts: str, there: str, of: str) -> Bilingual:
    if parts == "months":
        return say("{there} of {of} months", there=there, of=of)
    if parts == "quarters":
        return say("{there} of {of} quarters", there=there, of=of)
    if parts == "provinces":
        return say("{there} of {of} provinces", there=there, of=of)
    return say("{there} of {of} days", there=there, of=of)


def _late(result: Completeness) -> list[Block]:
    late = [finding for finding in result.findings if finding.rule == "reported_late"]
    if not late:
        return []
    text = _late_words(len(late), of_the_country=isinstance(result.area, NationFacts))
    return [Paragraph(text, tone="caution"), *([_late_table(late)] if len(late) > 1 else [])]


def _late_words(count: int, *, of_the_country: bool) -> Bilingual:
    """Say how many figures came late; on the country's page those of provinces stand in a table of their own."""
    if of_the_country:
        return (
            say(
                "Of 1 figure reported for the whole country the sources used hold no edition of within a year after its period."
            )
            if count == 1
            else say(
                "Of {count} figures reported for the whole country the sources used hold no edition of within a year after their period; each measure of one period is counted once, sums and the figures of provinces are not.",
                count=str(count),
            )
        )
    if count == 1:
        return say("Of 1 figure the sources used hold no edition of within a year after its period.")
    return say(
        "Of {count} figures the sources used hold no edition of within a year after their period; each measure of one place and period is counted once, sums are not.",
        count=str(count),
    )


def _late_table(late: list[Finding]) -> Table:
    """Return how many figures came late, by the year of their period; the year stands behind what the remark is about."""
    years = Counter(finding.where.rpartition(", ")[2] for finding in late)
    rows = sorted(years.items())[-_LATE_YEARS:]
    cells = [(Cell(same(year)), Cell(same(str(number)), number)) for year, number in rows]
    if earlier := len(late) - sum(number for _, number in rows):
        cells.insert(0, (Cell(say("Earlier years")), Cell(same(str(earlier)), earlier)))
    total = (Cell(say("All years")), Cell(same(str(len(late))), len(late)))
    return Table(
        "late",
        say("Figures reported more than a year late"),
        (Column("year", say("Year")), Column("figures", say("Figures"), numeric=True)),
        (*cells, total),
    )


def _marks(result: Completeness) -> Bilingual:
    if result.area.about.audience == "internal":
        return say("Internal copy: nothing is hidden in it. It may not be passed on.")
    return say(
        "Marks: [c] confidential (a small count of persons, another figure that would give it away, or a median over few cases); [u] fewer than 20 events. Counts of persons under {k}, or under {strict} where they are crossed by a sensitive or a second attribute, are hidden unless officially published. Among all the figures this page is made from, {hidden} are hidden, those of breakdowns that it does not show included.",
        k=str(result.area.about.k),
        strict=str(result.area.about.k_sensitive),
        hidden=formats.number(result.area.about.hidden_cells),
    )


def _custodian(result: Completeness) -> list[Block]:
    """Say whose decision it is that small totals of persons stand."""
    about = result.area.about
    if not about.person_totals_stand or about.audience == "internal":
        return []
    text = say(
        "Totals of persons by place and year stand here even where they are small, by decision of {custodian}; their breakdowns are hidden as said.",
        custodian=about.custodian,
    )
    return [Paragraph(text, tone="caution")]
