"""Which provinces of a comparison are told of fewer years than the others."""

from __future__ import annotations

import pandas as pd

from evalkit.facts.areas import NationFacts
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.sections.shared_words import lasting, short_name
from evalkit.reporting.wording import say


def fewer_years_note(frame: pd.DataFrame, area: NationFacts) -> tuple[Bilingual, ...]:
    """Name the provinces whose count goes over fewer years than those of the others, each with its years; nothing where none does.

    Parameters
    ----------
    frame : DataFrame
        A row for each province compared: ``province_code``, ``count``, ``years``.
    area : NationFacts
    """
    told = frame[frame["count"].notna() & frame["years"].notna()]
    few = told[told["years"] < told["years"].median()]
    years = dict(zip(few["province_code"], few["years"].astype(float), strict=True))
    named = [
        say("{place} ({years})", place=short_name(place), years=lasting(years[place.code]))
        for place in area.places
        if place.code in years
    ]
    return (
        (say("From fewer years than the others: {places}.", places=formats.listed(named)),) if named else ()
    )
