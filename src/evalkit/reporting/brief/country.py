"""The whole country at one look: a tile a province with its latest count, and who reported what as a matrix of squares."""

from __future__ import annotations

from evalkit.additivity.years import exposure_years
from evalkit.facts.areas import NationFacts
from evalkit.indicators.sources import preferred
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import CONFIDENTIAL, Bilingual, Cell, Column, Figure, Paragraph, Section, Table
from evalkit.reporting.brief.country_and_sum import sum_rows, sum_words, unlike_sums
from evalkit.reporting.brief.followed_counts import Topic
from evalkit.reporting.drawing.tiles import State, TileDrawn, tile_grid
from evalkit.reporting.sections.shared_words import NOT_AVAILABLE, both, short_name
from evalkit.reporting.wording import say
from evalkit.table import TOLD, WITH_VALUE, totals_only

Years = dict[str, dict[int, tuple[str, float]]]


def country_at_one_look(result: Summary, topics: tuple[Topic, ...]) -> Section | None:
    """Return the tile grid of the nation's page; a table alone where the registry has no grid; None for a province."""
    area = result.area
    if not isinstance(area, NationFacts) or not topics:
        return None
    topic = topics[0]
    told = _by_place(area, topic.measure)
    years = [year for one in told.values() for year in one]
    if not years:
        return _who_has_figures(area)
    first, last = min(years), max(years)
    states = {place.code: _state(told.get(place.code, {}), last) for place in area.places}
    measure = both(area.programme.measures[topic.measure].label)
    title = _title(states, last, measure)
    table_years = list(range(max(first, last - 4), last + 1))
    unlike = unlike_sums(area, topic.measure, table_years)
    table = _table(area, told, table_years, measure, sum_rows(unlike, table_years))
    beside = [Paragraph(sum_words(unlike, topic.measure, area))] if unlike else []
    if not any(place.tiles for place in area.places):
        return Section("country", title, (table, *beside), layer="brief", width="wide")
    wide, phone = tile_grid(_tiles(area, told, states, (first, last)))
    figure = Figure(
        "tiles",
        wide,
        _read_aloud(area, states, say("{measure}, {year}", measure=measure, year=str(last))),
        _caption(states, (first, last)),
        phone,
        table,
    )
    return Section("country", title, (figure, *beside), layer="brief", width="wide")


def _who_has_figures(area: NationFacts) -> Section | None:
    """Return the tiles with how many items have a figure, where no province tells a whole year of what the page is about."""
    rows = area.province_facts
    rows = rows[rows["status"].isin(TOLD) & (rows["measure"] != area.programme.population)]
    items = rows.groupby("province_code")["measure"].nunique()
    states: dict[str, tuple[State, float]] = {
        place.code: ("value", float(items[place.code])) if place.code in items.index else ("none", 0.0)
        for place in area.places
    }
    some = sum(state == "value" for state, _ in states.values())
    title = say(
        "Figures by province: {some} have some in the sources used, {silent} have none",
        some=str(some),
        silent=str(len(states) - some),
    )
    columns = (
        Column("place", say("Province or city")),
        Column("items", say("Items with a figure"), numeric=True),
    )
    table = Table(
        "tiles-figures",
        say("Items with a figure, by province, in official order"),
        columns,
        tuple(
            (Cell(short_name(place)), Cell(formats.number(states[place.code][1]), states[place.code][1]))
            for place in area.places
        ),
    )
    if not any(place.tiles for place in area.places):
        return Section("country", title, (table,), layer="brief", width="wide")
    wide, phone = tile_grid(_tiles(area, {}, states, (0, -1)))
    caption = say(
        "Each tile is a province. Number: items with a figure in the sources used, of all years. Dark edge: land border."
    )
    alt = _read_aloud(area, states, say("Items with a figure"))
    return Section(
        "country", title, (Figure("tiles", wide, alt, caption, phone, table),), layer="brief", width="wide"
    )


def _by_place(area: NationFacts, measure: str) -> Years:
    """Return what is told of each year and place: its status and count."""
    rows = preferred(totals_only(area.province_facts), area.programme)
    basis = area.programme.measures[measure].place_basis
    codes = {place.code for place in area.places}
    rows = rows[(rows["measure"] == measure) & (rows["place_basis"] == basis) & rows["status"].isin(TOLD)]
    rows = rows[rows["province_code"].isin(codes)]
    found: Years = {}
    for row in rows.to_dict("records"):
        if exposure_years(row["period_start"], row["period_end"]) == 1:
            found.setdefault(row["province_code"], {})[row["period_end"].year] = (row["status"], row["value"])
    return found


def _state(years: dict[int, tuple[str, float]], last: int) -> tuple[State, float]:
    status, value = years.get(last, ("", 0.0))
    if status == "suppressed":
        return "hidden", 0.0
    if status not in WITH_VALUE:
        return "none", 0.0
    return ("value", value) if value else ("zero", 0.0)


def _title(states: dict[str, tuple[State, float]], last: int, measure: Bilingual) -> Bilingual:
    counts = {
        name: sum(state == name for state, _ in states.values())
        for name in ("value", "zero", "none", "hidden")
    }
    words: dict[str, Bilingual | str] = {
        "measure": measure,
        "year": str(last),
        "some": str(counts["value"] + counts["hidden"]),
        "none": str(counts["zero"]),
    }
    if not counts["none"] and not counts["zero"]:
        del words["none"]
        return say("{measure} in {year}: some in all {some} provinces", **words)
    if not counts["none"]:
        return say("{measure} in {year}: some in {some} provinces, none recorded in {none}", **words)
    return say(
        "{measure} in {year}: some in {some} provinces, none recorded in {none}, no figure for {silent}",
        silent=str(counts["none"]),
        **words,
    )


def _tiles(
    area: NationFacts, told: Years, states: dict[str, tuple[State, float]], span: tuple[int, int]
) -> list[TileDrawn]:
    drawn = []
    for place in area.places:
        for tile in place.tiles:
            if tile.label is not None:
                drawn.append(TileDrawn(tile.row, tile.column, both(tile.label), None))
                continue
            state, count = states[place.code]
            years = tuple(_year(told.get(place.code, {}), year) for year in range(span[0], span[1] + 1))
            drawn.append(
                TileDrawn(
                    tile.row,
                    tile.column,
                    short_name(place),
                    state,
                    count,
                    years,
                    has_land_border=bool(place.land_border),
                )
            )
    return drawn


def _year(years: dict[int, tuple[str, float]], year: int) -> float | None:
    status, value = years.get(year, ("", 0.0))
    return float(value) if status in WITH_VALUE else None


def _caption(states: dict[str, tuple[State, float]], span: tuple[int, int]) -> Bilingual:
    """Say what a tile shows, naming the states that occur."""
    text = say(
        "Each tile is a province, shaded where the number is above 0. Number: {last}; line: {first}–{last}, one scale for all. Dark edge: land border. –: no figure in the sources used.",
        first=str(span[0]),
        last=str(span[1]),
    )
    if any(state == "hidden" for state, _ in states.values()):
        return say("{text} [c]: confidential.", text=text)
    return text


def _read_aloud(area: NationFacts, states: dict[str, tuple[State, float]], what: Bilingual) -> Bilingual:
    items = [
        say("{place} {count}", place=short_name(place), count=_written(*states[place.code]))
        for place in area.places
    ]
    return say("{measure}: {years}.", measure=what, years=formats.listed(items))


def _written(state: State, count: float) -> Bilingual:
    if state == "hidden":
        return say("confidential")
    return say("no figure") if state == "none" else formats.number(count)


def _table(
    area: NationFacts,
    told: Years,
    years: list[int],
    measure: Bilingual,
    last: tuple[tuple[Cell, ...], ...],
) -> Table:
    columns = [Column("place", say("Province or city"))]
    columns += [Column(f"y{year}", same(str(year)), numeric=True) for year in years]
    rows = tuple(
        (Cell(short_name(place)), *(_cell(told.get(place.code, {}).get(year)) for year in years))
        for place in area.places
    )
    return Table(
        "tiles-figures",
        say("{measure}, by province, in official order", measure=measure),
        tuple(columns),
        (*rows, *last),
    )


def _cell(told: tuple[str, float] | None) -> Cell:
    if told is None or told[0] not in TOLD:
        return Cell(NOT_AVAILABLE)
    return Cell(same(CONFIDENTIAL)) if told[0] == "suppressed" else Cell(formats.number(told[1]), told[1])
