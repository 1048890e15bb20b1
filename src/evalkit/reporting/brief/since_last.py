"""What is new since the last edition: how many figures, which are revised, and which verdicts are others now."""

from __future__ import annotations

from datetime import date

import pandas as pd

from evalkit.records import SinceLast, Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Paragraph, Section
from evalkit.reporting.brief.followed_counts import Topic
from evalkit.reporting.sections.promises import target_name, verdict_words
from evalkit.reporting.sections.shared_words import Row, both, counted, span
from evalkit.reporting.wording import say

MOST_REVISED, MOST_VERDICTS = 4, 3


def since_last_edition(result: Summary, topics: tuple[Topic, ...]) -> Section | None:
    """Return what changed since the edition released before; None for a first edition, or where nothing did."""
    since = result.since
    if since is None or not len(since.new) + len(since.revised):
        return None
    lines = [*_revised(since, result, topics), *_verdicts(since, result)]
    blocks: list[Block] = [Paragraph(_counts(since))]
    if lines:
        blocks.append(Bullets(tuple(lines)))
    title = say("Since the edition of {day}", day=formats.day(date.fromisoformat(since.date)))
    return Section("since-last", title, tuple(blocks), layer="brief")


def _counts(since: SinceLast) -> Bilingual:
    new, revised = formats.number(len(since.new)), formats.number(len(since.revised))
    if since.new.empty:
        return say("Figures revised: {revised}; none is new.", revised=revised)
    years = _years(since.new)
    if since.revised.empty:
        return say("New figures, of {years}: {new}; none is revised.", new=new, years=years)
    return say(
        "New figures, of {years}: {new}. Figures revised: {revised}.", new=new, years=years, revised=revised
    )


def _years(rows: pd.DataFrame) -> Bilingual:
    """Return the years that figures are of, a run of them as its ends."""
    first, last = int(rows["period_start"].dt.year.min()), int(rows["period_end"].dt.year.max())
    return same(str(last) if first == last else f"{first}–{last}")


def _revised(since: SinceLast, result: Summary, topics: tuple[Topic, ...]) -> list[Bilingual]:
    """Say the revised figures, those that the page follows first, then in the programme's order, the newest first."""
    programme = result.area.programme
    order = {
        name: place for place, name in enumerate([*(one.measure for one in topics), *programme.measures])
    }
    rows = since.revised.assign(order=since.revised["measure"].map(order))
    rows = rows.sort_values(["order", "period_end"], ascending=[True, False], kind="stable")
    told = [_revision(row, result) for row in rows.head(MOST_REVISED).to_dict("records")]
    rest = len(rows) - len(told)
    if rest > 0:
        told.append(say("{rest} more; the tables mark them [r].", rest=formats.number(rest)))
    return told


def _revision(row: Row, result: Summary) -> Bilingual:
    programme = result.area.programme
    return say(
        "{measure}, {period}: {now}; {before} before.",
        measure=both(programme.measures[row["measure"]].label),
        period=span(row["period_start"], row["period_end"]),
        now=counted(row["value"], row["measure"], programme),
        before=formats.number(row["before"]),
    )


def _verdicts(since: SinceLast, result: Summary) -> list[Bilingual]:
    """Say the verdicts that are others by the figures of now, the newest first."""
    targets = {target.id: target for target in result.area.programme.targets}
    rows = since.verdicts
    if rows.empty:
        return []
    rows = rows.sort_values("period_end", ascending=False, kind="stable")
    told = [
        say(
            "{target}, {period}: now “{now}”, “{before}” before.",
            target=target_name(targets[row["target_id"]], result.area.programme),
            period=span(row["period_start"], row["period_end"]),
            now=verdict_words(row["verdict"], is_small_base=False),
            before=verdict_words(row["before"], is_small_base=False),
        )
        for row in rows.head(MOST_VERDICTS).to_dict("records")
    ]
    rest = len(rows) - len(told)
    if rest > 0:
        told.append(say("{rest} more verdicts are others than before.", rest=formats.number(rest)))
    return told
