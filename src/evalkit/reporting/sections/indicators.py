"""Indicators with their intervals, and targets with verdict and evidence as two statements."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.indicators.changes_under_law import METHOD as UNDER_LAW
from evalkit.programme.models import Indicator, Measure, Programme
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
    period_cell,
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

YEARLY_KINDS = ("rate", "period_ratio", "carried_over")  # of part of a year they would be read as of the year
SHORTEST_YEAR = 363  # days from the first to the last of a whole year, by the calendar or of the police


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
                "Each row gives the latest period with a figure. Parts of a year give way to the whole year in which they lie; rates and ratios of a part of a year are left out where a longer period is known. On a small base read the counts first; the percentage can jump by chance."
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

    A period of up to a year goes before a longer one, which would blur what is latest. A whole year goes before its parts, and a rate
    of part of a year, which would stand as a yearly one, is left out where a whole year or more is told. An indicator that last had
    0 of 0 is left out where a later period has a base, too small for a value: that nothing was due is no longer so.
    """
    rows = frame.to_dict("records")
    zero = pd.Series([nothing_due(row) is not None for row in rows], frame.index, dtype=bool)
    few = frame[pd.Series([_is_too_few(row) for row in rows], frame.index, dtype=bool)]
    told = frame[frame["value"].notna() | (frame["status"] == "suppressed") | zero]
    told = told[~_beside_a_year(told)]
    is_short = (told["period_end"] - told["period_start"]).dt.days <= 366
    ordered = told.assign(is_short=is_short).sort_values(
        ["is_short", "period_end", "period_start"], kind="stable"
    )
    latest = ordered.drop_duplicates("indicator", keep="last").sort_index()
    later = few.groupby("indicator")["period_end"].max().reindex(latest["indicator"]).to_numpy()
    return latest[~(zero[latest.index] & (later > latest["period_end"]))]


def _is_too_few(row: Row) -> bool:
    """Tell whether an estimate has no value because its base is too small for one."""
    return row["status"] == "not_estimable" and "small_base" in row["flag"].split(";")


def _beside_a_year(told: pd.DataFrame) -> pd.Series:
    """Tell which rows are of part of a year that is told whole, or rates of part of a year beside one of a longer period."""
    days = (told["period_end"] - told["period_start"]).dt.days
    part, whole = days < SHORTEST_YEAR, told[(days >= SHORTEST_YEAR) & told["value"].notna()]
    years = whole[(whole["period_end"] - whole["period_start"]).dt.days <= 366]
    named = dict(iter(years.groupby("indicator")))
    inside = [
        is_part and bool((named[name]["period_start"].le(start) & named[name]["period_end"].ge(end)).any())
        for is_part, name, start, end in zip(
            part & told["indicator"].isin(list(named)),
            told["indicator"],
            told["period_start"],
            told["period_end"],
            strict=True,
        )
    ]
    rates = part & told["kind"].isin(YEARLY_KINDS) & told["indicator"].isin(whole["indicator"])
    return rates | pd.Series(inside, index=told.index, dtype=bool)


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
    return Table(name, caption, columns, cells, _notes(rows, area.programme))


def _notes(rows: pd.DataFrame, programme: Programme) -> tuple[Bilingual, ...]:
    """Say what the marks and the words of the table mean."""
    carries_over = rows["kind"].eq("period_ratio").any()
    carry_over = say("[o] Carry-over from earlier years can put it above 100%, so it has no interval.")
    decided = say("What was done, counts and shares of it, is not left to chance: it has no interval.")
    shown = [programme.indicators[one] for one in rows["indicator"].unique()]
    return (
        say("[u] marks a rate on fewer than 20 events: it is unstable."),
        *([carry_over] if carries_over else []),
        *([decided] if any(map(programme.is_decided, shown)) else []),
        say(
            "The base of a rate is person-years: the average populations of the years of the period, added up."
        ),
        say(
            "Sources are listed at the end of the page; where sources disagree, the first of the programme's order is shown here."
        ),
    )


def _row(row: Row, area: Area, unlike: Unlike) -> tuple[Cell, ...]:
    hidden = row["status"] == "suppressed"
    indicator = area.programme.indicators[row["indicator"]]
    measure = area.programme.measures[indicator.numerator]
    readings = _basis(row, measure) or [NOTHING] if hidden else [_reading(row, area.programme)]
    differing = unlike.named(_measures(indicator), row)
    if differing is not None and (not pd.isna(row["lower"]) or "sources_differ" in row["flag"].split(";")):
        # an interval of chance about one source's figure leaves out the other's
        row = row | {"lower": math.nan, "upper": math.nan}
        readings = _basis(row, measure)
    if differing is not None:
        readings = [*readings, say("sources differ ({figures}): no interval", figures=differing)]
    reading = each(lambda *texts: "; ".join(texts), *readings)
    return (
        Cell(_name(row, area)),
        period_cell(row["period_start"], row["period_end"]),
        Cell(CONFIDENTIAL) if hidden else _as_told(counts_cell(row), row, area),
        Cell(CONFIDENTIAL) if hidden else _as_told(value_cell(row, area.programme), row, area, unit=True),
        Cell(CONFIDENTIAL) if hidden else _interval(row),
        Cell(reading if hidden else _contradicted(reading, unlike.against_itself(_measures(indicator), row))),
    )


def _measures(indicator: Indicator) -> list[str]:
    return [name for name in (indicator.numerator, indicator.denominator) if name]


def _contradicted(reading: Bilingual, why: Bilingual | None) -> Bilingual:
    """Say beside an estimate that the figures of its own source contradict each other; the reading alone where they do not."""
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
    if pd.isna(row["lower"]):
        return Cell(NOTHING)
    if row["kind"] == "count":
        words = formats.number(row["lower"], 1), formats.number(row["upper"], 1)
    else:
        words = value_words(row["kind"], row["lower"]), value_words(row["kind"], row["upper"])
    return Cell(say("{low} to {high}", low=words[0], high=words[1]))


def _reading(row: Row, programme: Programme) -> Bilingual:
    indicator = programme.indicators[row["indicator"]]
    if (due := nothing_due(row)) is not None:
        return due
    flags, has_limits = row["flag"].split(";"), not pd.isna(row["lower"])
    without_limits = "inexact" in flags and (pd.notna(row["level"]) or row["kind"] == "count")
    under_law = row["method"] == UNDER_LAW
    method = method_words(indicator, programme, has_limits=has_limits, under_law=under_law)
    parts = [*([] if without_limits else [method]), *_basis(row, programme.measures[indicator.numerator])]
    if "derived" in flags:
        parts.append(status_word("derived"))
    return each(lambda *texts: "; ".join(texts), *parts, *_warning(flags, without_limits=without_limits))


def _basis(row: Row, measure: Measure) -> list[Bilingual]:
    """Say where it was counted, of cases and persons, and of what was counted elsewhere than declared; a budget is spent where it is."""
    can_differ = measure.disclosure != "activity" or row["place_basis"] != measure.place_basis
    return [place_basis(row["place_basis"])] if can_differ else []


def _warning(flags: list[str], *, without_limits: bool) -> list[Bilingual]:
    """Say why a figure is read with care, or has no interval although its method would give one."""
    if without_limits:
        return [say("the source does not give the figure exactly: no interval")]
    if "inexact" in flags:
        return [say("the source does not give the figure exactly")]
    if "derived" in flags:
        return []
    return [say("small base: read the counts first")] if "small_base" in flags else []
