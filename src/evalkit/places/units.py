"""A province or city of one boundary scheme, built from the tables of a registry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from evalkit.labels import Label
from evalkit.places.registry_tables import Place, RegistryTables, UnitRow


@dataclass(frozen=True, slots=True)
class Unit:
    """A province or centrally run city of one scheme.

    Attributes
    ----------
    code, scheme : str
        The key: the code is text with its leading zero and means nothing without the scheme.
    name, name_en, slug : str
        The short name and the English one, and the name as it stands in addresses.
    name_in : dict of str
        The short name in other languages.
    region_code : str
    region : Label
        The socio-economic region, by language.
    land_border : tuple of str, or None
        ISO 3166-1 codes of the countries it borders by land; None where no unit of units.csv has one: nothing is known of borders.
    valid_from, valid_to : date or None
        First and last day; None where the registry knows no beginning or end.
    components : tuple of str
        Codes of the units of ``component_scheme`` it was made of; empty in the oldest scheme.
    component_scheme : str or None
    """

    code: str
    scheme: str
    name: str
    name_en: str
    name_in: dict[str, str] = field(hash=False)
    slug: str
    region_code: str
    region: Label
    land_border: tuple[str, ...] | None
    valid_from: date | None
    valid_to: date | None
    components: tuple[str, ...]
    component_scheme: str | None


def units_of(tables: RegistryTables) -> dict[str, dict[str, Unit]]:
    """Return the units by scheme (oldest first) and code (in code order), each with the units it was made of."""
    parts: dict[Place, list[Place]] = {}
    for link in tables.crosswalk:
        parts.setdefault((link.to_scheme, link.to_code), []).append((link.from_scheme, link.from_code))
    units: dict[str, dict[str, Unit]] = {row.scheme: {} for row in tables.units}
    told = any(row.land_border for row in tables.units)
    for row in sorted(tables.units, key=lambda row: row.code):
        borders = _borders(row) if told else None
        made_of = sorted(parts.get((row.scheme, row.code), []))
        units[row.scheme][row.code] = _unit(row, made_of, land_border=borders)
    return units


def _borders(row: UnitRow) -> tuple[str, ...]:
    return tuple(country for country in row.land_border.split(";") if country)


def _unit(row: UnitRow, parts: list[Place], *, land_border: tuple[str, ...] | None) -> Unit:
    return Unit(
        code=row.code,
        scheme=row.scheme,
        name=row.name,
        name_en=row.name_in.get("en", row.name),
        name_in=row.name_in,
        slug=row.slug,
        region_code=row.region_code,
        region=Label(**row.region_in),
        land_border=land_border,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        components=tuple(code for _, code in parts),
        component_scheme=parts[0][0] if parts else None,
    )
