"""What the list of pages says of each: from the protected facts that the pages themselves are made from, and the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.batch.manifest import Manifest, PageRecord
from evalkit.batch.page_names import NATIONAL, TABLES, page_file
from evalkit.batch.plan import Job
from evalkit.batch.staleness import changed_ingredient
from evalkit.facts.bundle import Bundle
from evalkit.facts.named_places import Place
from evalkit.indicators.sources import preferred
from evalkit.indicators.topics import topics
from evalkit.languages import ending
from evalkit.reporting.bilingual import by_language, same
from evalkit.reporting.blocks import CONFIDENTIAL, Bilingual
from evalkit.reporting.formats import day
from evalkit.reporting.index_page import IndexRow, IndexTile, Listing, State
from evalkit.reporting.sections.shared_words import NOTHING, Row, both, qualified
from evalkit.reporting.wording import say
from evalkit.table import MARK, NATION_SCHEME, TOLD, WITH_VALUE, totals_only

MOST_TOPICS = 2
_NATION = ""  # stands where a place has its code
_PACKAGE = f"{TABLES}/datapackage.json"


@dataclass(frozen=True, slots=True)
class _Column:
    """One count: its head, and for each place what is shown of its newest whole year."""

    head: Bilingual
    shown: dict[str, Bilingual]


def listing(bundle: Bundle, manifest: Manifest, jobs: Sequence[Job]) -> Listing:
    """Return the rows of the list of pages: every place of the plan in its order, the nation in front.

    Parameters
    ----------
    bundle : Bundle
        The protected facts.
    manifest : Manifest
        What will be published; a page that failed, or was never asked for, has its row too.
    jobs : sequence of Job
        The whole plan: a page whose content key is no longer that of the plan says which figures it was made from.
    """
    places = {place.code: place for place in bundle.places}
    told = _told(bundle)
    columns = _columns(told, bundle)
    counts = {
        code: tuple(column.shown.get(code, NOTHING) for column in columns) for code in (*places, _NATION)
    }
    by_place = dict(iter(told.groupby(_place_of(told))))
    rows: list[IndexRow] = []
    national = None
    for job in jobs:
        code = _NATION if job.kind == NATIONAL else job.code
        row = _row(job, places.get(code), manifest, invented=bundle.about.invented)
        if row.state == "some":
            facts = by_place.get(code, told[:0])
            row = replace(row, state=_state(facts), counts=counts[code], items=facts["measure"].nunique())
        if code == _NATION:
            national = row
        else:
            rows.append(row)
    has_tables = any(name.endswith(".csv") for name in manifest.files)
    heads = tuple(column.head for column in columns)
    return Listing(tuple(rows), heads, national, _PACKAGE if has_tables else "")


def _told(bundle: Bundle) -> pd.DataFrame:
    """Return the rows that tell something of the programme, a hidden figure included, of places and of the nation."""
    facts = bundle.facts
    mine = facts["scheme"].isin([bundle.about.scheme, NATION_SCHEME])
    mine &= facts["status"].isin(TOLD) & (facts["measure"] != bundle.programme.population)
    return facts[mine]


def _place_of(facts: pd.DataFrame) -> pd.Series:
    return facts["province_code"].where(facts["scheme"] != NATION_SCHEME, _NATION).rename("place")


def _columns(told: pd.DataFrame, bundle: Bundle) -> tuple[_Column, ...]:
    """Return the counts that the pages are about, without one of which no place tells a whole year."""
    programme = bundle.programme
    measures = [programme.indicators[name].numerator for name in topics(programme)[:MOST_TOPICS]]
    rows = preferred(totals_only(told[told["measure"].isin(measures)]), programme)
    whole = map(exposure_years, rows["period_start"], rows["period_end"])
    rows = rows[pd.Series(whole, index=rows.index, dtype=float) == 1]
    rows = rows.assign(place=_place_of(rows)).sort_values("period_end", kind="stable")
    found = []
    for measure in measures:
        own = rows[
            (rows["measure"] == measure) & (rows["place_basis"] == programme.measures[measure].place_basis)
        ]
        if not own.empty:
            found.append(_column(own.groupby("place").tail(1), both(programme.measures[measure].label)))
    return tuple(found)


def _column(newest: pd.DataFrame, label: Bilingual) -> _Column:
    """Return a column of the newest year that any place tells; an older figure bears its own."""
    year = newest["period_end"].max().year
    shown = {}
    for row in newest.to_dict("records"):
        hidden = row["status"] not in WITH_VALUE
        text = same(CONFIDENTIAL) if hidden else _figure(row)
        own = row["period_end"].year
        shown[row["place"]] = text if own == year else say("{count} ({year})", count=text, year=str(own))
    return _Column(say("{measure}, {year}", measure=label, year=str(year)), shown)


def _figure(row: Row) -> Bilingual:
    return qualified(row["value"], row["qualifier"], mark=str(row.get(MARK, "")))


def _state(facts: pd.DataFrame) -> State:
    if facts.empty:
        return "none"
    return "some" if facts["status"].isin(WITH_VALUE).any() else "hidden"


def _row(job: Job, place: Place | None, manifest: Manifest, *, invented: bool) -> IndexRow:
    row = IndexRow(
        name=_name(place) if place else say("The nation"),
        region=Bilingual(**place.region.root) if place else say("Overview"),
        files=by_language(lambda language: page_file(job.stem, language)),
        state="failed" if job.stem in manifest.failed else "missing",
        code=job.code if place else "",
        also=f"{place.name_en} {place.full_name} {place.slug}" if place else "",
        tiles=_tiles(place) if place else (),
    )
    if job.stem not in manifest.pages:
        return row
    record = manifest.pages[job.stem]
    stem = f"{TABLES}/{job.stem}{'.invented' if invented else ''}"
    books = by_language(lambda language: f"{stem}{ending(language)}.xlsx")
    tables = sum(name.startswith(f"{TABLES}/") and name.endswith(".csv") for name in record.files)
    return replace(
        row,
        state="some",
        note=_note(job, record),
        books=books if all(books.of(language) in record.files for language in manifest.languages) else None,
        tables=tables // len(manifest.languages),
    )


def _tiles(place: Place) -> tuple[IndexTile, ...]:
    return tuple(
        IndexTile(tile.row, tile.column, Bilingual(**tile.label.root) if tile.label else None)
        for tile in place.tiles
    )


def _name(place: Place) -> Bilingual:
    return Bilingual(**({"vi": place.name, "en": place.name_en} | place.name_in))


def _note(job: Job, record: PageRecord) -> Bilingual | None:
    earlier = day(date.fromisoformat(record.bundle_date))
    if changed_ingredient(job, record) == "slice changed":
        return say("made from the figures of {day}, since changed", day=earlier)
    return say("some lines could not be computed; the page says which") if record.lapses else None
