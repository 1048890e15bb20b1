"""From reception to reintegration: the stages of the latest year as bars, and what cannot be shown of the persons behind them."""

from __future__ import annotations

import pandas as pd

from evalkit.programme.kinds import IN_PERCENT
from evalkit.programme.models import Stage
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import (
    CONFIDENTIAL,
    Bilingual,
    Block,
    Bullets,
    Cell,
    Column,
    Figure,
    Paragraph,
    Section,
    Table,
)
from evalkit.reporting.citations import Citations
from evalkit.reporting.drawing.stages import StageBar, stages
from evalkit.reporting.kind_words import share_in_brief
from evalkit.reporting.sections.coarser import coarser_sentences
from evalkit.reporting.sections.indicators import latest_rows
from evalkit.reporting.sections.shared_words import (
    NOT_AVAILABLE,
    Row,
    both,
    counted,
    either,
    sentences,
    span,
    within_sentence,
)
from evalkit.reporting.wording import say
from evalkit.table import WITH_VALUE

FEWEST_STAGES = 2


def way_of_persons(result: Summary, cites: Citations) -> Section | None:
    """Return the stages of the latest period in which at least two have a figure; None where there is none."""
    frame = result.pathway.frame if result.pathway is not None else pd.DataFrame()
    if frame.empty:
        return None
    told = frame[frame["status"].isin(WITH_VALUE)]
    counts = told.groupby(["period_start", "period_end"])["stage"].nunique()
    usable = counts[counts >= FEWEST_STAGES]
    if usable.empty:
        return None
    start, end = max(usable.index, key=lambda days: (days[1], days[0]))
    rows = frame[(frame["period_start"] == start) & (frame["period_end"] == end)].sort_values("position")
    rows = rows.drop_duplicates("stage")
    bars = tuple(_bar(row, result) for row in rows.to_dict("records") if row["status"] in WITH_VALUE)
    wide, phone = stages(bars)
    period = formats.within_year(start.date(), end.date())
    alt = say("{period}: {stages}.", period=period, stages=formats.listed([_read(bar) for bar in bars]))
    figure = Figure("way", wide, alt, _caption(rows, result, cites), phone, _table(rows, result))
    title = say("From reception to reintegration, {period}", period=period)
    return Section("way-of-persons", title, (figure,), layer="brief", width="wide")


def _stage(name: str, result: Summary) -> Stage:
    return next(stage for stage in result.area.programme.stages if stage.id == name)


def _bar(row: Row, result: Summary) -> StageBar:
    label, count = both(_stage(row["stage"], result).label), _count(row, result)
    if pd.isna(row["base_value"]):
        return StageBar(label, row["value"], count)
    words = say("{n} of {base}", n=count, base=formats.figure(row["base_value"]))
    return StageBar(label, row["value"], words, float(row["base_value"]))


def _count(row: Row, result: Summary) -> Bilingual:
    """Write the count of a stage: both, where two sources differ."""
    unlike = result.news.differing
    unlike = unlike[
        (unlike["measure"] == _stage(row["stage"], result).measure)
        & (unlike["period_start"] == row["period_start"])
        & (unlike["period_end"] == row["period_end"])
    ]
    return either(unlike["figures"].iloc[0]) if len(unlike) else formats.figure(row["value"])


def _read(bar: StageBar) -> Bilingual:
    return say("{stage} {count}", stage=bar.label, count=bar.words)


def _caption(rows: pd.DataFrame, result: Summary, cites: Citations) -> Bilingual:
    """Say what is counted: totals of one period are no cohort, a part of a cohort has its own base, named where it is none of the stages."""
    text = say("Persons counted in the same period, not followed from stage to stage.")
    if (rows["basis"] == "cohort").any():
        text = sentences(text, say("Dashed frame: the base of a stage."), *_bases(rows, result))
    return cites.after(text, *rows["source_id"])


def _bases(rows: pd.DataFrame, result: Summary) -> list[Bilingual]:
    """Name each base that is drawn and is no stage itself: it may be wider than the stage before."""
    measures = result.area.programme.measures
    told = [_stage(row["stage"], result) for row in rows.to_dict("records") if pd.notna(row["base_value"])]
    drawn = {stage.measure for stage in result.area.programme.stages}
    return [
        say(
            "{stage}: of {base}.",
            stage=both(stage.label),
            base=within_sentence(both(measures[str(stage.base)].label)),
        )
        for stage in told
        if stage.base not in drawn
    ]


def _table(rows: pd.DataFrame, result: Summary) -> Table:
    columns = (
        Column("stage", say("Stage")),
        Column("count", say("Persons"), numeric=True),
        Column("of", say("of"), numeric=True),
    )
    cells = tuple(_cells(row, result) for row in rows.to_dict("records"))
    return Table("way-figures", say("The stages, counted in the same period"), columns, cells)


def _cells(row: Row, result: Summary) -> tuple[Cell, ...]:
    head = Cell(both(_stage(row["stage"], result).label))
    if row["status"] == "suppressed":
        return (head, Cell(same(CONFIDENTIAL)), Cell(same("")))
    if row["status"] not in WITH_VALUE:
        return (head, Cell(NOT_AVAILABLE), Cell(same("")))
    base: Cell = (
        Cell(same(""))
        if pd.isna(row["base_value"])
        else Cell(formats.figure(row["base_value"]), row["base_value"])
    )
    return (head, Cell(_count(row, result), row["value"]), base)


def waiting_and_missed(result: Summary) -> Section | None:
    """Return who waits to be identified, and which breakdowns of persons cannot be shown and where they are."""
    blocks: list[Block] = []
    waiting = _waiting(result)
    if waiting:
        blocks += _waiting_words(waiting, result)
    area = result.area
    persons = {name for name, one in area.programme.measures.items() if one.disclosure == "person"}
    blocks += [
        Paragraph(paragraph.text)
        for paragraph in coarser_sentences(area, measures=persons, crossed=False)[:1]
    ]
    if not blocks:
        return None
    return Section(
        "waiting-and-missed",
        _who(waiting, blocks),
        tuple(blocks),
        layer="brief",
        width="narrow",
    )


def _who(waiting: list[Row], blocks: list[Block]) -> Bilingual:
    """Name what the section tells: who waits, which breakdowns cannot be shown, or both."""
    if not waiting:
        return say("Who may be missed")
    return (
        say("Who waited, and who may be missed") if isinstance(blocks[-1], Paragraph) else say("Who waited")
    )


def _waiting(result: Summary) -> list[Row]:
    """Return the figures of the table in the annex; one that is hidden last is not told of an earlier year instead."""
    rows = result.support.waiting if result.support is not None else pd.DataFrame()
    if rows.empty:
        return []
    latest = latest_rows(rows)
    return list(latest[latest["status"] == "estimated"].to_dict("records"))


def _waiting_words(rows: list[Row], result: Summary) -> list[Block]:
    """Say who waits, the period once where all figures are of one."""
    told = [_figure(row, result) for row in rows]
    spans = [span(row["period_start"], row["period_end"]) for row in rows]
    if len(set(spans)) == 1:
        return [
            Paragraph(say("Persons who waited to be identified, {period}:", period=spans[0])),
            Bullets(tuple(told)),
        ]
    dated = (
        say("{figure} ({period})", figure=one, period=when) for one, when in zip(told, spans, strict=True)
    )
    return [Paragraph(say("Persons who waited to be identified:")), Bullets(tuple(dated))]


def _figure(row: Row, result: Summary) -> Bilingual:
    programme = result.area.programme
    indicator = programme.indicators[row["indicator"]]
    if pd.isna(row["denominator"]):
        count = counted(row["numerator"], indicator.numerator, programme)
        return say("{indicator}: {count}", indicator=both(indicator.label), count=count)
    if indicator.kind not in IN_PERCENT:
        return say(
            "{indicator}: {value} ({n} for {base})",
            indicator=both(indicator.label),
            value=share_in_brief(indicator, row, programme),
            n=counted(row["numerator"], indicator.numerator, programme),
            base=counted(row["denominator"], str(indicator.denominator), programme),
        )
    return say(
        "{indicator}: {value}, {n} of {base}",
        indicator=both(indicator.label),
        value=share_in_brief(indicator, row, programme),
        n=formats.figure(row["numerator"]),
        base=formats.figure(row["denominator"]),
    )
