"""How the yearly counts of an area scatter, indicator by indicator, and what is compared at once: told by the whole panel, carried by the area."""

from __future__ import annotations

from dataclasses import replace

from evalkit.facts.areas import Area, NationFacts, ProvinceFacts
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.verdicts import Family, Of


def law_of(area: Area, indicator: str) -> ScatterLaw | None:
    """Return how the yearly counts of an indicator scatter in this area; None where nothing was told of it."""
    laws = area.panel if isinstance(area, ProvinceFacts) else area.nation_laws
    return ScatterLaw.from_record(laws[indicator]) if indicator in laws else None


def laws_of(area: Area) -> dict[str, ScatterLaw]:
    """Return how years scatter, by indicator, as far as that is known of a province or of the nation."""
    found = {name: law_of(area, name) for name in area.programme.indicators}
    return {name: law for name, law in found.items() if law is not None}


def law_of_measure(nation: NationFacts, measure: str) -> ScatterLaw | None:
    """Return how a province's years of a measure scatter, told for each indicator that counts it; None where nothing was told."""
    names = [name for name, one in nation.programme.indicators.items() if one.numerator == measure]
    laws = [nation.panel[name] for name in names if name in nation.panel]
    return ScatterLaw.from_record(laws[0]) if laws else None


def laws_of_provinces(nation: NationFacts, indicator: str) -> dict[str, ScatterLaw] | None:
    """Return how the yearly counts of an indicator scatter in each province; None where nothing was told of it."""
    if indicator not in nation.panel:
        return None
    law, own = ScatterLaw.from_record(nation.panel[indicator]), nation.own.get(indicator, {})
    return {
        place.code: replace(law, own=own.get(f"{place.scheme}:{place.code}", 1.0)) for place in nation.places
    }


def family_of(area: Area, name: Of) -> Family | None:
    """Return the comparisons, or the trends, that are made at once on all pages."""
    family = area.families.get(name)
    return Family(int(family["tests"]), float(family["line"]), name) if family else None
