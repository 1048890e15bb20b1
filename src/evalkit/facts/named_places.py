"""A place as a page names it: taken from the registry once, carried in the bundle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import Field

from evalkit.declaration import Declared, nearest
from evalkit.errors import FactsError
from evalkit.labels import Label, labels_in
from evalkit.messages import worded
from evalkit.places.place_names import read_spelling, without_diacritics
from evalkit.places.registry import Registry, Unit


class Part(Declared):
    """A former unit that became part of a place, and since when."""

    code: str
    scheme: str
    name: str
    full_name: str
    within: str = ""
    since: date | None = None


class FormerName(Declared):
    """An official full name with its validity."""

    full_name: str
    valid_from: date | None
    valid_to: date | None
    within: str = ""


class Tile(Declared):
    """Where a place's tile stands on the page of the whole country; with a label it is an inset of the place, such as islands."""

    row: int
    column: int
    label: Label | None = None


class Place(Declared):
    """A province or centrally-run city on the day of the bundle.

    ``full_name`` carries the type in force that day ("Thành phố Quảng Ninh"), ``within`` is the same as a sentence has it
    ("thành phố Quảng Ninh", empty where it does not differ); ``names`` are all official names by date;
    ``land_border`` lists neighbouring countries by code or, for an invented country, by name, and is None where nothing is known of borders; ``tiles`` is empty where the registry
    has no grid.
    """

    code: str
    scheme: str
    name: str
    name_en: str
    name_in: dict[str, str] = Field(default_factory=dict)
    full_name: str
    slug: str
    region_code: str
    region: Label
    land_border: tuple[str, ...] | None
    within: str = ""
    names: tuple[FormerName, ...]
    components: tuple[Part, ...]
    tiles: tuple[Tile, ...] = ()

    def __repr__(self) -> str:
        """Name it, with its code."""
        return f"<{self.full_name} ({self.code}, scheme {self.scheme})>"


def places_on(day: date, registry: Registry, *, scheme: str) -> tuple[Place, ...]:
    """Return the places of a scheme as they are named on a day.

    Parameters
    ----------
    day : date
        The bundle's day.
    registry : Registry
    scheme : str
        The boundary set of the pages.
    """
    with labels_in(()):  # they were checked when the registry was read
        return tuple(_place(unit, day, registry) for unit in registry.units(scheme))


def _place(unit: Unit, day: date, registry: Registry) -> Place:
    scheme = unit.scheme

    def named(full_name: str) -> dict[str, str]:
        return {"full_name": full_name, "within": registry.nation.within(full_name)}

    return Place(
        code=unit.code,
        scheme=scheme,
        name=unit.name,
        name_en=unit.name_en,
        name_in=unit.name_in,
        **named(registry.full_name(unit.code, scheme, day)),
        slug=unit.slug,
        region_code=unit.region_code,
        region=unit.region,
        land_border=unit.land_border,
        names=tuple(
            FormerName(**named(name.full_name), valid_from=name.valid_from, valid_to=name.valid_to)
            for name in registry.names(unit.code, scheme)
        ),
        components=tuple(
            Part(
                code=part.code,
                scheme=part.scheme,
                name=part.name,
                **named(registry.full_name(part.code, part.scheme, part.valid_to or day)),
                since=part.valid_to + timedelta(days=1) if part.valid_to else None,
            )
            for part in registry.components(unit.code, scheme)
        ),
        tiles=tuple(
            Tile(row=tile.row, column=tile.column, label=Label(**tile.inset_in) if tile.inset_in else None)
            for tile in registry.tiles(unit.code, scheme)
        ),
    )


def match_place(text: str, places: Sequence[Place]) -> Place:
    """Return the place a code or a name stands for.

    Raises
    ------
    FactsError
        If it stands for none of them, or for several; of a former unit it is said what it became part of.
    """
    if not isinstance(text, str):
        raise _no_text(text)
    key = read_spelling(text).bare
    found = [
        place
        for place in places
        if text == place.code or key in (read_spelling(place.name).bare, read_spelling(place.name_en).bare)
    ]
    if len(found) == 1:
        return found[0]
    if not found and (told := _former(text, key, places) or _ambiguous(text, places)):
        raise told
    raise FactsError(
        where=f"province {text!r}",
        rule=worded("the text stands for several places")
        if found
        else worded("no page of this bundle is made for it"),
        do=worded(
            "give the two-digit code; {nearest}",
            nearest=_nearest(text, places),
        ),
    )


def _nearest(text: str, places: Sequence[Place]) -> str:
    """Return the code that lost its leading zero, or the nearest names."""
    codes = [place.code for place in places]
    padded = next((code for code in codes if text.isdecimal() and code.lstrip("0") == text), None)
    if padded is not None:
        return worded('did you mean "{close}"?', close=padded)
    return nearest(text, [word for place in places for word in (place.code, place.name)])


def _no_text(given: object) -> FactsError:
    """Return the refusal of what is no text: a code without quotation marks, above all."""
    remedy = f'"{given:02d}"' if isinstance(given, int) and not isinstance(given, bool) else '"22"'
    return FactsError(
        where=f"province {given!r}",
        rule=worded("a place is asked for by its code or name, as text: a number loses its leading zero"),
        do=worded(
            "write {remedy}, in quotation marks; with papermill: -r province_code {code}",
            remedy=remedy,
            code=remedy.strip('"'),
        ),
    )


def _ambiguous(text: str, places: Sequence[Place]) -> FactsError | None:
    """Return the refusal of a short form that stands for several places or former units; None where it does not."""
    short = without_diacritics(text).casefold().replace(".", "").strip()
    named = [
        (name, place.code)
        for place in places
        for name in dict.fromkeys((place.name, *(part.name for part in place.components)))
        if short and _shortens(short, without_diacritics(name).casefold())
    ]
    if len(named) <= 1:
        return None
    return FactsError(
        where=f"province {text!r}",
        rule=worded(
            "the spelling is ambiguous: {candidates}",
            candidates=", ".join(f"{name} ({code})" for name, code in named),
        ),
        do=worded("write the name out, or ask by code"),
    )


def _shortens(short: str, name: str) -> bool:
    """Tell whether letters are the first of each word of a name, or words the first of it."""
    words = name.split()
    return short.replace(" ", "") == "".join(word[0] for word in words) or name.startswith(f"{short} ")


def _former(text: str, key: str, places: Sequence[Place]) -> FactsError | None:
    """Return the refusal of a unit that became part of another one; None where it is none."""
    for place in places:
        for part in place.components:
            if key == read_spelling(part.name).bare or text.strip() == part.code:
                since = part.since.isoformat() if part.since else "?"
                return FactsError(
                    where=f"province {text!r}",
                    rule=worded(
                        "{part} is part of {place} since {day}", part=part.name, place=place.name, day=since
                    ),
                    do=worded(
                        'ask for "{place}" ({code}); its facts of before are in parts',
                        place=place.name,
                        code=place.code,
                    ),
                )
    return None
