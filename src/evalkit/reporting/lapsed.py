"""What stands on a page in place of what an error kept from being computed or written: one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from evalkit.lapses import Lapse, is_whole, lapses_of
from evalkit.reporting.blocks import Bilingual, Paragraph, Section, Sections
from evalkit.reporting.wording import say


@dataclass(frozen=True, slots=True)
class Heading:
    """What a section is called: its identifier on the page, and its title, looked up in the languages of the moment."""

    id: str
    title: Callable[[], Bilingual]


HEADINGS: dict[str, Heading] = {}  # by the name of the record's type; each section registers its own


def has_heading(result: object) -> bool:
    """Tell whether a result is a step's record, whose section can be replaced by a line."""
    return type(result).__name__ in HEADINGS


def section_of_lapses(result: Any) -> Section:
    """Return a record's section that holds nothing but its lapses."""
    heading = HEADINGS[type(result).__name__]
    return Section(heading.id, heading.title(), lines_of(result, lapses_of(result)))


def is_empty(result: Any) -> bool:
    """Tell whether a record has no item and no row: beside a lapse, its section would deny what is not known."""
    content = getattr(result, "items", getattr(result, "frame", None))
    return content is not None and len(content) == 0


def lines_of(result: Any, lapses: Iterable[Lapse]) -> tuple[Paragraph, ...]:
    """Return a line for each lapse; one of another section, which has its own line there, is a gap here."""
    own = type(result).__name__
    lines = [
        Paragraph(_words(lapse, result), tone="lapse" if lapse.step == own else "gap")
        for lapse in dict.fromkeys(lapses)
    ]
    return tuple(dict.fromkeys(lines))


def lapses_told(sections: Iterable[object]) -> tuple[str, ...]:
    """Return the lines of finished sections that tell of a lapse, in English, each after its section's title.

    Examples
    --------
    >>> lines = (Paragraph(Bilingual("Mất.", "Lost."), tone="lapse"), Paragraph(Bilingual("Số vụ.", "Cases.")))
    >>> lapses_told([Section("trends", Bilingual("Xu hướng", "Trends"), lines)])
    ('Trends: Lost.',)
    """
    return tuple(
        f"{section.title.en}: {block.text.en}"
        for part in sections
        for section in (part.items if isinstance(part, Sections) else (part,))
        if isinstance(section, Section)
        for block in section.blocks
        if isinstance(block, Paragraph) and block.tone == "lapse"
    )


def _words(lapse: Lapse, result: Any) -> Bilingual:
    """Write a lapse: what it took and the kind of error, never the error's message."""
    if is_whole(lapse, result):
        return say(
            "This section could not be computed because of an error of the program ({error}).",
            error=lapse.error,
        )
    if not lapse.indicator:
        return say(
            "The section “{section}” could not be computed; nothing is said of it here.",
            section=HEADINGS[lapse.step].title(),
        )
    name = _named(lapse.indicator, result)
    if lapse.step != type(result).__name__:
        return say(
            "{indicator}: part of it could not be computed; nothing is said of that part here.",
            indicator=name,
        )
    return say(
        "{indicator}: could not be computed because of an error of the program ({error}).",
        indicator=name,
        error=lapse.error,
    )


def _named(name: str, result: Any) -> Bilingual:
    """Return the label of the indicator that a lapse concerns, or of the comparison or the measure."""
    programme = result.area.programme
    labels = {one.id: one.label for one in programme.comparisons}
    for declared in (programme.measures, programme.indicators):
        labels |= {own: one.label for own, one in declared.items()}
    return Bilingual(**labels[name].root)


def not_written(result: Any, lapse: Lapse) -> Section:
    """Return the section of a record that an error kept from being written."""
    heading = HEADINGS[type(result).__name__]
    text = say(
        "This section could not be written because of an error of the program ({error}).", error=lapse.error
    )
    return Section(
        heading.id, heading.title(), (Paragraph(text, tone="lapse"), *lines_of(result, lapses_of(result)))
    )
