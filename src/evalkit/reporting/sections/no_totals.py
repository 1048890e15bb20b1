"""A place of which figures of breakdowns alone are told, and no total."""

from __future__ import annotations

from evalkit.facts.areas import Area
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.formats import listed
from evalkit.reporting.sections.shared_words import area_within, both, within_sentence
from evalkit.reporting.wording import say
from evalkit.table import TOLD

MOST_NAMED = 4


def breakdowns_alone(area: Area) -> Bilingual | None:
    """Say of which measures breakdowns alone are told; None where there are none of those either.

    To be asked of a place without a total of its own.
    """
    programme, facts = area.programme, area.facts
    told = facts[facts["status"].isin(TOLD) & (facts["measure"] != programme.population)]
    names = [name for name in programme.measures if name in set(told["measure"])]
    if not names:
        return None
    named = [within_sentence(both(programme.measures[name].label)) for name in names[:MOST_NAMED]]
    words = {"place": area_within(area), "measures": listed(named)}
    if len(names) > MOST_NAMED:
        return say(
            "The sources used hold no total on this programme for {place}: of {measures} and others only breakdowns are told. They stand in the tables of the annex and are not added up to totals.",
            **words,
        )
    return say(
        "The sources used hold no total on this programme for {place}: of {measures} only breakdowns are told. They stand in the tables of the annex and are not added up to totals.",
        **words,
    )
