"""The boundary set of a known form: the one its mapping names, or a later one where the places and periods of the sheet are of that."""

from __future__ import annotations

from datetime import date

from evalkit.facts.forms.form_places import FormPlaces, Placed
from evalkit.facts.forms.grid import Sheet, cell_at, column_at
from evalkit.facts.forms.mapping import PeriodAxis, PlaceAxis, TableMapping
from evalkit.facts.forms.period_texts import period_of
from evalkit.places.registry import Registry


def in_its_scheme(table: TableMapping, sheet: Sheet, registry: Registry) -> TableMapping:
    """Return a table of a known form with the boundary set of the places on its sheet.

    Parameters
    ----------
    table : TableMapping
        With the boundary set that the form had when its mapping was made.
    sheet : Sheet
    registry : Registry

    Returns
    -------
    TableMapping
        With a later boundary set where no label names a place of the earlier one alone, and either each unit of the later one stands there
        or a period ends when that one was in force; else as it was.
    """
    place = table.place
    if not isinstance(place, PlaceAxis) or place.column is None or place.scheme not in registry.schemes:
        return table
    codes = {scheme: _codes(table, sheet, registry, scheme, place) for scheme in registry.schemes}
    last = _last_day(table, sheet)
    for scheme in reversed(registry.schemes):
        begun = max((unit.valid_from for unit in registry.units(scheme) if unit.valid_from), default=None)
        if scheme == place.scheme or begun is None or codes[place.scheme].keys() - codes[scheme].keys():
            continue
        whole = {unit.code for unit in registry.units(scheme)} <= set(codes[scheme].values())
        if whole or (last is not None and last >= begun):
            return table.model_copy(update={"place": place.model_copy(update={"scheme": scheme})})
    return table


def _codes(
    table: TableMapping, sheet: Sheet, registry: Registry, scheme: str, place: PlaceAxis
) -> dict[str, str]:
    """Return the labels that name places in a boundary set, with their codes."""
    places, column = FormPlaces(registry, scheme), column_at(place.column or "A")
    cells = [sheet.spread(row, column) for row in range(cell_at(table.corner)[0], sheet.rows + 1)]
    found = {cell.text: places.read(cell) for cell in cells if cell.kind == "text"}
    return {text: one.code for text, one in found.items() if isinstance(one, Placed)}


def _last_day(table: TableMapping, sheet: Sheet) -> date | None:
    """Return the last day of the periods in the headings of a sheet."""
    row = table.period.row if isinstance(table.period, PeriodAxis) else None
    if row is None:
        return None
    first = cell_at(table.corner)[1]
    spans = [
        period_of(sheet.spread(row, column), table.calendar) for column in range(first, sheet.columns + 1)
    ]
    return max((span.end for span in spans if span is not None), default=None)
