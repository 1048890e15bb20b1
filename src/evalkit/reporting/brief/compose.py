"""The blocks of the brief in their order. A block that an error keeps from being written costs its own place, not the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from evalkit.lapses import Lapse, attempt
from evalkit.records import Summary
from evalkit.reporting.blocks import Paragraph, Section
from evalkit.reporting.brief.among_all import among_all
from evalkit.reporting.brief.beside_country import beside_the_country, last_years
from evalkit.reporting.brief.closing import sources, what_figures_cannot_tell, what_to_ask
from evalkit.reporting.brief.country import country_at_one_look
from evalkit.reporting.brief.followed_counts import topics_of
from evalkit.reporting.brief.key_numbers import key_numbers
from evalkit.reporting.brief.nothing_told import has_figures, nothing_told
from evalkit.reporting.brief.opening import opening
from evalkit.reporting.brief.over_time import over_time
from evalkit.reporting.brief.promises_kept import targets_of_the_year
from evalkit.reporting.brief.provinces_rates import rates_of_provinces
from evalkit.reporting.brief.since_last import since_last_edition
from evalkit.reporting.brief.way import waiting_and_missed, way_of_persons
from evalkit.reporting.brief.who_reported import who_reported
from evalkit.reporting.citations import Citations
from evalkit.reporting.display import brief_of
from evalkit.reporting.wording import say

Made = Section | Lapse | None
_PARTNER = {"narrow": "wide", "wide": "narrow", "half": "half"}


@brief_of.register
def brief_sections(result: Summary) -> tuple[Section, ...]:
    """Return the sections that a page begins with, in their order.

    Parameters
    ----------
    result : Summary
        What the evaluation found; blocks of records that it has not been given are left out.
    """
    if not has_figures(result):
        return _in_rows(list(nothing_told(result)))
    topics, cites = topics_of(result), Citations()
    steps: tuple[tuple[str, Callable[[], Section | None]], ...] = (
        ("headline", lambda: opening(result, topics, cites)),
        ("key-numbers", lambda: key_numbers(result, topics, cites)),
        ("country", lambda: country_at_one_look(result, topics)),
        ("over-time", lambda: over_time(result, topics, cites)),
        ("targets", lambda: targets_of_the_year(result, cites)),
        ("provinces-rates", lambda: rates_of_provinces(result, topics)),
        ("way-of-persons", lambda: way_of_persons(result, cites)),
        ("waiting-and-missed", lambda: waiting_and_missed(result)),
        ("beside", lambda: beside_the_country(result, cites)),
        ("among-all-provinces", lambda: among_all(result, topics)),
        ("last-years", lambda: last_years(result, topics, cites)),
        ("since-last", lambda: since_last_edition(result, topics)),
        ("who-reported-what", lambda: who_reported(result)),
        ("ask-next", lambda: what_to_ask(result, topics)),
        ("cannot-tell", lambda: what_figures_cannot_tell(result)),
        ("cited", lambda: sources(result, topics, cites)),
    )
    made: list[tuple[str, Made]] = [(name, attempt(step, step=name)) for name, step in steps]
    return _in_rows(
        _with_numbers(
            [
                _lost(name, section) if isinstance(section, Lapse) else section
                for name, section in made
                if section is not None
            ]
        )
    )


def _in_rows(sections: list[Section]) -> tuple[Section, ...]:
    """Give sections that stand alone in their row its whole width; pairs that fill a row stay as they are."""
    placed: list[Section] = []
    waiting = list(sections)
    while waiting:
        one = waiting.pop(0)
        if waiting and waiting[0].width == _PARTNER.get(one.width):
            placed += [one, waiting.pop(0)]
        else:
            placed.append(replace(one, width="full"))
    return tuple(placed)


def _with_numbers(sections: list[Section]) -> list[Section]:
    """Put the four numbers below the headline and its drawing, so that neither column stays blank; in the headline where it has no words."""
    head, numbers, *rest = sections
    if not head.blocks and numbers.id == "key-numbers":
        return [replace(head, blocks=numbers.blocks), *rest]
    if rest and rest[0].width == _PARTNER.get(head.width):
        return [head, rest[0], numbers, *rest[1:]]
    return sections


def _lost(name: str, lapse: Lapse) -> Section:
    """Return the section that stands for one that could not be written."""
    text = say(
        "This section could not be written because of an error of the program ({error}).", error=lapse.error
    )
    return Section(name, say("Not written"), (Paragraph(text, tone="lapse"),), layer="brief")
