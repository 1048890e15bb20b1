"""Indicators with their intervals, and targets with verdict and evidence as two statements."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.programme.models import Indicator, Programme
from evalkit.records import Indicators
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.kind_words import method_words, value_with_unit, value_words
from evalkit.reporting.sections.promises import nothing_due
from evalkit.reporting.sections.shared_words import (
    CONFIDENTIAL,
    NOT_APPLICABLE,
    NOTHING,
    Row,
    both,
    in_groups,
    marked,
    place_basis,
    qualified,
    qualified_count,
    sentence_start,
    span,
    status_word,
)
from evalkit.reporting.sections.unlike import Unlike
from evalkit.reporting.wording import say
from evalkit.table import MARK


@headed("indicators", lambda: say("Indicators, latest reported period"))
def _(result: Indicators) -> tuple[Block, ...]:
    latest = latest_rows(result.frame)
    if latest.empty:
        text = say(
            "The sources used hold no figure for any of the programme's {count} indicators in this place.",
            count=str(len(result.area.programme.indicators)),
        )
        return (Paragraph(text, tone="gap"),)
    blocks: list[Block] = [
        Paragraph(
            say(
                "Each row gives the latest period with a figure. On a small base read the counts first; the percentage can jump by chance."
            )
        ),
    ]
    hidden = latest["status"] == "suppressed"
    if not hidden.all():
        caption = say("Indicators with their counts, interval and method")
        blocks.append(indicator_table(latest[~hidden], result.area, name="indicators-table", caption=caption))
    if hidden.any():
        blocks.append(Bullets(tuple(_hidden(latest[hidden], result.area))))
    return tuple(blocks)


def _hidden(rows: pd.DataFrame, area: Area) -> Iterator[Bilingual]:
    """Name the indicators that are hidden in their latest period, in a sentence for each period: their rows would hold marks alone."""
    for period in in_groups(rows.to_dict("records"), ["period_start", "period_end"], ordered=True):
        names = [_name(row, area) for row in period]
        yield say(
            "{period}: confidential are {indicators}.",
            period=sentence_start(span(period[0]["period_start"], period[0]["period_end"])),
            indicators=each(lambda *told: "; ".join(told), *names),
        )


def _name(row: Row, area: Area) -> Bilingual:
    indicator = area.programme.indicators[row["indicator"]]
    return say("{id} {label}", id=indicator.id, label=both(indicator.label))


def latest_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return for each indicator its latest period with a value, a hidden one or 0 of 0, in the order of the frame.

    A period of up to a year goes before a longer one, which would blur what is latest.
    """
    zero = [nothing_due(row) is not None for row in frame.to_dict("records")]
    told = frame[
        frame["value"].notna() | (frame["status"] == "suppressed") | pd.Series(zero, frame.index, dtype=bool)
    ]
    is_short = (told["period_end"] - told["period_start"]).dt.days <= 366
    ordered = told.assign(is_short=is_short).sort_values(
        ["is_short", "period_end", "period_start"], kind="stable"
    )
    return ordered.drop_duplicates("indicator", keep="last").sort_index()


def indicator_table(rows: pd.DataFrame, area: Area, *, name: str, caption: Bilingual) -> Table:
    """Return estimates as a table: counts, value, interval, and how each was made."""
    columns = (
        Column("indicator", say("Indicator")),
        Column("period", say("Period")),
        Column("counts", say("Counts"), numeric=True),
        Column("value", say("Value"), numeric=True),
        Column("interval", say("95% interval"), numeric=True),
        Column("method", say("Method and reading")),
    )
    unlike = Unlike(area)
    cells = tuple(_row(row, area, unlike) for row in rows.to_dict("records"))
    carries_over = rows["kind"].eq("period_ratio").any()
    carry_over = say("[o] Carry-over from earlier years can put it above 100%, so it has no interval.")
    notes = (
        say("[u] marks a rate on fewer than 20 events: it is unstable."),
        *([carry_over] if carries_over else []),
        say("A count of what was done is no count of chance events: it has no interval."),
        say(
            "The base of a rate is person-years: the average populations of the years of the period, added up."
        ),
        say(
            "Sources are listed at the end of the page; where sources disagree, the first of the programme's order is shown here."
        ),
    )
    return Table(name, caption, columns, cells, notes)


def _row(row: Row, area: Area, unlike: Unlike) -> tuple[Cell, ...]:
    hidden = row["status"] == "suppressed"
    reading = _reading(row, area.programme.indicators[row["indicator"]])
    return (
        Cell(_name(row, area)),
        Cell(span(row["period_start"], row["period_end"])),
        Cell(CONFIDENTIAL) if hidden else _as_told(counts_cell(row), row, area),
        Cell(CONFIDENTIAL) if hidden else _as_told(value_cell(row, area.programme), row, area, unit=True),
        Cell(CONFIDENTIAL) if hidden else _interval(row),
        Cell(reading if hidden else _with_unlike(reading, row, area, unlike)),
    )


def _with_unlike(reading: Bilingual, row: Row, area: Area, unlike: Unlike) -> Bilingual:
    """Say beside an estimate on which of its counts sources differ."""
    indicator = area.programme.indicators[row["indicator"]]
    measures = [name for name in (indicator.numerator, indicator.denominator) if name]
    figures, why = unlike.named(measures, row), unlike.against_itself(measures, row)
    if figures is not None:
        reading = say("{reading}; sources differ ({figures})", reading=reading, figures=figures)
    if why is None:
        return reading
    return say(
        "{count}; the source's own figures contradict each other, and it stands by them: {why}",
        count=reading,
        why=why,
    )


def _as_told(cell: Cell, row: Row, area: Area, *, unit: bool = False) -> Cell:
    """Write a count as surely as its source said it: at least, about; with its unit where asked."""
    if row["kind"] != "count" or "inexact" not in row["flag"].split(";"):
        return cell
    facts = area.facts
    told = facts[
        (facts["measure"] == area.programme.indicators[row["indicator"]].numerator)
        & (facts["source_id"] == row["source_id"])
        & (facts["period_start"] == row["period_start"])
        & (facts["period_end"] == row["period_end"])
        & (facts["value"] == row["value"])
    ]
    if told.empty:
        return cell
    qualifier, mark = told["qualifier"].iloc[0], str(told.iloc[0].get(MARK, ""))
    if unit and row["unit"] in area.programme.units:
        measure = area.programme.indicators[row["indicator"]].numerator
        return Cell(qualified_count(row["value"], qualifier, measure, area.programme, mark=mark), cell.value)
    return Cell(qualified(row["value"], qualifier, mark=mark), cell.value)


def counts_cell(row: Row) -> Cell:
    """Return the counts behind a value: a count, or numerator over denominator."""
    if row["kind"] == "count" or pd.isna(row["denominator"]):
        return Cell(formats.figure(row["numerator"]), row["numerator"])
    base = formats.number if row["kind"] == "rate" else formats.figure  # person-years are told in whole years
    return Cell(say("{n}/{base}", n=formats.figure(row["numerator"]), base=base(row["denominator"])))


def value_cell(row: Row, programme: Programme) -> Cell:
    """Return a value with its unit, a rate with its base, marked [u] for a rate on fewer than 20 events."""
    if pd.isna(row["value"]):
        return Cell(NOT_APPLICABLE if nothing_due(row) else NOTHING)
    written = value_with_unit(programme.indicators[str(row["indicator"])], row["value"], programme)
    if row["kind"] == "rate" and row["numerator"] < 20:
        written = say("{value} [u]", value=written)
    return Cell(marked(written, row), round(float(row["value"]), 4))


def _interval(row: Row) -> Cell:
    if pd.isna(row["lower"]) or "inexact" in row["flag"].split(";"):
        return Cell(say("none"))
    if row["kind"] == "count":
        words = formats.number(row["lower"], 1), formats.number(row["upper"], 1)
    else:
        words = value_words(row["kind"], row["lower"]), value_words(row["kind"], row["upper"])
    return Cell(say("{low} to {high}", low=words[0], high=words[1]))


def _reading(row: Row, indicator: Indicator) -> Bilingual:
    if (due := nothing_due(row)) is not None:
        return due
    flags, basis = row["flag"].split(";"), place_basis(row["place_basis"])
    if row["kind"] == "count" and "inexact" in flags and "derived" not in flags:
        return say("{basis}; the source does not give the figure exactly: no interval", basis=basis)
    words = {"method": method_words(indicator, has_limits=not pd.isna(row["lower"])), "basis": basis}
    if "derived" in flags:
        return say("{method}; {basis}; {status}", status=status_word("derived"), **words)
    if "inexact" in flags:
        return say("{method}; {basis}; the source does not give the figure exactly", **words)
    if "small_base" in flags:
        return say("{method}; {basis}; small base: read the counts first", **words)
    return say("{method}; {basis}", **words)
