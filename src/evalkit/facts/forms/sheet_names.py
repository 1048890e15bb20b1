"""What the name of a sheet says of its figures: another period or another province than the mapping gives them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from evalkit.facts.findings import Finding
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.form_places import FormPlaces, Placed
from evalkit.facts.forms.grid import Sheet, text_cell
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.period_texts import Span, period_of
from evalkit.facts.period_said import period_said
from evalkit.messages import worded


def other_sheet_named(
    table: TableMapping,
    sheet: Sheet,
    placed: Placed,
    spans: Collection[Span],
    vocabulary: Vocabulary,
    path: Path,
) -> Iterator[Finding]:
    """Yield a warning where a sheet is named for a period or a province, and its figures go to another.

    Parameters
    ----------
    table : TableMapping
        Of evalkit's own form nothing is said.
    sheet : Sheet
    placed : Placed
        Where the figures of a table go that has one place for all.
    spans : collection of Span
        The periods of the figures.
    vocabulary : Vocabulary
    path : Path
        The form's file.
    """
    if table.own_form:
        return
    do = worded("correct sheet, place or period in the mapping and import again, unless the mapping is right")
    where, name = path.name, text_cell(sheet.name)
    said = period_of(name, table.calendar)
    if said is not None and not any(one.start <= said.end and said.start <= one.end for one in spans):
        first = min((one.start, one.end) for one in spans)
        rule = worded(
            "the sheet is named for {said}, and its figures go to {place}",
            said=period_said(said.start, said.end),
            place=period_said(*first),
        )
        yield Finding("warning", where, rule, do)
    named = (
        FormPlaces(vocabulary.registry, placed.scheme).read(name) if isinstance(table.place, str) else None
    )
    if isinstance(named, Placed) and named.code != placed.code:
        rule = worded(
            "the sheet is named for {said}, and its figures go to {place}",
            said=name.text,
            place=f"{placed.scheme} {placed.code}",
        )
        yield Finding("warning", where, rule, do)
