"""Find the unit a text means, or say why it is not clear which: nothing ambiguous is ever settled by a guess."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import Protocol

from evalkit.errors import FactsError
from evalkit.messages import listed, named, worded
from evalkit.places.nation import Nation
from evalkit.places.place_names import Spelling, read_spelling
from evalkit.places.registry_tables import AliasRow, FormerUnitRow, NameRow
from evalkit.places.units import Unit

_NUMBER = re.compile(r"(\d+)(\.0+)?")


class Units(Protocol):
    """What a search asks of a registry: its units, with their names in time and their spellings."""

    @property
    def nation(self) -> Nation:
        """The country."""

    @property
    def schemes(self) -> tuple[str, ...]:
        """The boundary sets, oldest first."""

    @property
    def ambiguous(self) -> tuple[AliasRow, ...]:
        """Spellings of more than one unit."""

    @property
    def former(self) -> tuple[FormerUnitRow, ...]:
        """Units of before the oldest boundary set."""

    def units(self, scheme: str) -> tuple[Unit, ...]:
        """Return the units of a scheme."""

    def unit(self, code: str, scheme: str) -> Unit:
        """Return the unit with a code."""

    def names(self, code: str, scheme: str) -> tuple[NameRow, ...]:
        """Return its names in time."""

    def spellings(self, scheme: str) -> tuple[tuple[Spelling, Unit], ...]:
        """Return all spellings of a scheme's units."""

    def components(self, code: str, scheme: str) -> tuple[Unit, ...]:
        """Return the units it was made of."""

    def successor(self, code: str, scheme: str) -> Unit | None:
        """Return the unit it became."""


def find_unit(registry: Units, text: str, scheme: str) -> Unit:
    """Return the one unit of a scheme that a code, a name or an alias stands for.

    Parameters
    ----------
    registry : Units
        Where to look.
    text : str
        A code exactly as in units.csv, or a name as `read_spelling` understands it.
    scheme : str
        The boundary set the unit must belong to.

    Raises
    ------
    FactsError
        If the text is empty, is a code without its leading zero, is ambiguous, belongs to another scheme, speaks of a
        city where the unit is a province, or is unknown.

    Examples
    --------
    >>> from evalkit.places.registry import load_registry, reference_folder
    >>> find_unit(load_registry(reference_folder()), "TP.HCM", "34").name
    'Hồ Chí Minh'
    """
    units = {unit.code: unit for unit in registry.units(scheme)}
    asked = text.strip()
    if asked in units:
        return units[asked]
    spelling = read_spelling(asked, registry.nation.unit_type)
    if not spelling.bare:
        raise _refusal(
            asked,
            scheme,
            rule=worded("the text holds no name"),
            do=worded("give a code or a name of units.csv"),
        )
    if _NUMBER.fullmatch(asked):
        raise unknown_code(registry, asked, scheme)
    _refuse_ambiguous(registry, asked, spelling, scheme)
    found = matching_units(registry, spelling, scheme)
    if len(found) == 1:
        return found[0]
    if found:
        raise _refusal(
            asked,
            scheme,
            rule=worded("the name fits more than one unit"),
            do=worded("ask by code: {listed}", listed=_listed(found)),
        )
    raise _not_here(registry, asked, spelling, scheme)


def matching_units(registry: Units, spelling: Spelling, scheme: str) -> list[Unit]:
    """Return the units of a scheme a spelling fits: with its diacritics if that decides, else without."""
    known = [
        (other, unit)
        for other, unit in registry.spellings(scheme)
        if other.bare == spelling.bare and _types_agree(registry, spelling, other, unit)
    ]
    exact = {unit.code: unit for other, unit in known if other.exact == spelling.exact}
    loose = {unit.code: unit for _, unit in known}
    return list(exact.values()) if len(exact) == 1 else list(loose.values())


def _types_agree(registry: Units, asked: Spelling, known: Spelling, unit: Unit) -> bool:
    """Tell whether "thành phố X" can mean the unit: where smaller units bear the word too, only one of that type."""
    types = registry.nation.unit_type
    named = types.get(asked.unit_type or "")
    if named is None or not named.smaller_too or known.unit_type == asked.unit_type:
        return True
    return any(name.unit_type == asked.unit_type for name in registry.names(unit.code, unit.scheme))


def unknown_code(registry: Units, code: str, scheme: str) -> FactsError:
    """Return the refusal of a code the scheme does not have: its leading zero lost, of another scheme, or unknown."""
    here = [unit.code for unit in registry.units(scheme)]
    number = _NUMBER.fullmatch(code)
    padded = number[1].zfill(max(len(known) for known in here)) if number else code
    if padded in here:
        return _refusal(
            code,
            scheme,
            rule=worded("a code is text and keeps its leading zero; {code} is not a code", code=repr(code)),
            do=worded(
                "did you mean {padded} ({name})?", padded=padded, name=registry.unit(padded, scheme).name
            ),
        )
    elsewhere = [
        unit for other in _others(registry, scheme) for unit in registry.units(other) if unit.code == padded
    ]
    return _refusal(
        code,
        scheme,
        rule=worded("scheme {scheme} has no unit with the code {padded}", scheme=scheme, padded=repr(padded)),
        do=listed([_remedy(registry, unit, scheme) for unit in elsewhere])
        or worded("codes of this scheme: {here}", here=", ".join(here)),
    )


def _refuse_ambiguous(registry: Units, asked: str, spelling: Spelling, scheme: str) -> None:
    """Refuse what aliases.csv declares ambiguous, and name the candidates as they stand in the scheme asked."""
    for alias in registry.ambiguous:
        written = read_spelling(alias.alias, registry.nation.unit_type)
        if written.bare != spelling.bare or alias.scheme not in {"", scheme}:
            continue
        if written.unit_type in {None, spelling.unit_type}:
            candidates = [registry.unit(code, of) for of, code in alias.places]
            raise _refusal(
                asked,
                scheme,
                rule=worded(
                    "the spelling is ambiguous: {candidates}",
                    candidates=listed([_seen_from(registry, unit, scheme) for unit in candidates]),
                ),
                do=worded("write the name out, or ask by code"),
            )


def _not_here(registry: Units, asked: str, spelling: Spelling, scheme: str) -> FactsError:
    """Return the refusal of a name that fits no unit of the scheme: of another type, of another scheme, or unknown."""
    if former := _former_unit(registry, asked, spelling, scheme):
        return former
    elsewhere = [
        unit for other in _others(registry, scheme) for unit in matching_units(registry, spelling, other)
    ]
    remedies = [_remedy(registry, unit, scheme) for unit in elsewhere]
    rule = worded("scheme {scheme} has no unit of this name", scheme=scheme)
    whole = matching_units(registry, replace(spelling, unit_type=None), scheme)
    if whole:
        rule = worded(
            "{listed} is a {kind} in scheme {scheme}; a {other} of that name is at most a part of it",
            listed=_listed(whole),
            kind=_type_word(registry, whole[0]),
            scheme=scheme,
            other=_shown_type(registry, str(spelling.unit_type)),
        )
        remedies.insert(0, worded("ask for {listed} if it is meant", listed=_listed(whole)))
    return _refusal(
        asked, scheme, rule=rule, do=listed(remedies) or _nearest_names(registry, spelling, scheme)
    )


def _former_unit(registry: Units, asked: str, spelling: Spelling, scheme: str) -> FactsError | None:
    """Return the refusal of a unit that was gone before the oldest boundary set began; None where the name is none of one."""
    for row in registry.former:
        if read_spelling(row.name, registry.nation.unit_type).bare == spelling.bare:
            return _refusal(
                asked,
                scheme,
                rule=worded(
                    "{name} is in no boundary set of the registry (part of {unit} since {day})",
                    name=row.name,
                    unit=registry.unit(row.code, row.scheme).name,
                    day=row.since.isoformat(),
                ),
                do=worded(
                    "its figures stand for no unit of today: leave them out, or ask for {unit} by name",
                    unit=registry.unit(row.code, row.scheme).name,
                ),
            )
    return None


def _type_word(registry: Units, unit: Unit) -> str:
    latest = registry.names(unit.code, unit.scheme)[-1]
    return _shown_type(registry, latest.unit_type)


def _shown_type(registry: Units, unit_type: str) -> str:
    name = registry.nation.unit_type[unit_type].name
    return named(name.en, name.vi)


def _nearest_names(registry: Units, spelling: Spelling, scheme: str) -> str:
    names = {known.bare: unit for known, unit in registry.spellings(scheme)}
    begun = [unit for bare, unit in names.items() if bare.startswith(spelling.bare)]
    close = begun or [
        names[bare] for bare in difflib.get_close_matches(spelling.bare, names, n=3, cutoff=0.75)
    ]
    distinct = list({unit.code: unit for unit in close}.values())
    return (
        worded("did you mean {listed}?", listed=_listed(distinct))
        if distinct
        else worded("ask by a code or a name of units.csv")
    )


def _remedy(registry: Units, unit: Unit, scheme: str) -> str:
    """Say where a unit of another scheme is to be found in the scheme asked."""
    here = _counterparts(registry, unit, scheme)
    known, use = (
        worded("{name} ({code} of scheme {scheme})", name=unit.name, code=unit.code, scheme=unit.scheme),
        worded("use --scheme {scheme}", scheme=unit.scheme),
    )
    if not here:
        return worded("{known} is a unit of its own: {use}", known=known, use=use)
    if registry.schemes.index(unit.scheme) < registry.schemes.index(scheme):
        return worded(
            "{known} is now part of {listed}; ask for that, or {use}",
            known=known,
            listed=_listed(here),
            use=use,
        )
    return worded(
        "{known} is made of {listed}; ask for one of them, or {use}",
        known=known,
        listed=_listed(here),
        use=use,
    )


def _seen_from(registry: Units, unit: Unit, scheme: str) -> str:
    """Name a candidate by its code in the scheme asked, or by what it became there."""
    here = _counterparts(registry, unit, scheme)
    if unit.scheme != scheme and len(here) == 1:
        same = here[0].name == unit.name
        return (
            _listed(here)
            if same
            else worded(
                "{name} (now part of {whole}, {code})", name=unit.name, whole=here[0].name, code=here[0].code
            )
        )
    return (
        f"{unit.name} ({unit.code})"
        if unit.scheme == scheme
        else worded("{name} ({code} of scheme {scheme})", name=unit.name, code=unit.code, scheme=unit.scheme)
    )


def _counterparts(registry: Units, unit: Unit, scheme: str) -> list[Unit]:
    """Return what became of a unit in a newer scheme, or what it was made of in an older one; itself in its own."""
    found = [unit]
    while found and found[0].scheme != scheme:
        if registry.schemes.index(found[0].scheme) < registry.schemes.index(scheme):
            after = registry.successor(found[0].code, found[0].scheme)
            found = [after] if after else []
        else:
            found = [part for one in found for part in registry.components(one.code, one.scheme)]
    return found


def _others(registry: Units, scheme: str) -> list[str]:
    return [other for other in registry.schemes if other != scheme]


def _listed(units: list[Unit]) -> str:
    return ", ".join(f"{unit.name} ({unit.code})" for unit in units)


def _refusal(asked: str, scheme: str, *, rule: str, do: str) -> FactsError:
    return FactsError(where=f"province {asked!r}, scheme {scheme}", rule=rule, do=do)
