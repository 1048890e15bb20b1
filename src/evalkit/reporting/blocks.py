"""What a page is made of: a few frozen, typed blocks, each holding all languages at once.

There is no block for raw HTML, and every text is escaped when it is rendered. A block checks its own fields when it is
built, whether by a section or from the JSON in an executed notebook.
"""

from __future__ import annotations

import math
import numbers
import re
from dataclasses import dataclass
from typing import Literal

from evalkit.errors import DeclarationError
from evalkit.languages import DEFAULT, spoken
from evalkit.reporting.bilingual import Bilingual as Bilingual  # noqa: PLC0414  what blocks are made of
from evalkit.reporting.typed import require_fields

Language = str
Tone = Literal["plain", "finding", "caution", "gap", "lapse"]
Audience = Literal["public", "internal"]
Value = float | int | str | None

LANGUAGES: tuple[Language, ...] = DEFAULT
CONFIDENTIAL = "[c]"
_PLAIN = {int, float, str, type(None)}
_IDENTIFIER = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class Checked:
    """Base of the blocks: refuses a field that is not of its declared type."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Check every field against its annotation."""
        require_fields(self)


def _require_identifier(text: str, *, of: str) -> None:
    if not _IDENTIFIER.fullmatch(text):
        raise DeclarationError(
            where=f"{of} {text!r}",
            rule="an identifier holds small letters, digits and inner hyphens only",
            do="name it like cases-by-year",
        )


@dataclass(frozen=True, slots=True)
class Paragraph(Checked):
    """A paragraph. All tones but ``plain`` are set apart on the page, with a word and a form, not a colour.

    ``gap`` says what is not known; ``lapse`` what an error of the program kept from the page.
    """

    text: Bilingual
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Bullets(Checked):
    """A list of sentences."""

    items: tuple[Bilingual, ...]


def _plain(value: object) -> object:
    """Return a number of numpy's as a plain one, anything else as it is."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else value


@dataclass(frozen=True, slots=True)
class Cell(Checked):
    """What the page shows (``text``) and what a download gets (``value``; the text itself where it is None).

    Examples
    --------
    >>> Cell(Bilingual("41,0 %", "41.0 %"), 41.0).value
    41.0
    >>> Cell(Bilingual("[c]", "[c]")).value is None
    True
    """

    text: Bilingual
    value: Value = None

    def __post_init__(self) -> None:
        """Turn numpy numbers into plain ones; refuse a number that is none."""
        value: object = self.value
        if type(value) not in _PLAIN:
            value = _plain(value)
            object.__setattr__(self, "value", value)
        if isinstance(value, float) and not math.isfinite(value):
            raise DeclarationError(
                where=f"table cell {self.text.en!r}",
                rule="a cell's value is a finite number, a text or None",
                do="leave the value out and say in the text why there is no number",
            )
        require_fields(self)


@dataclass(frozen=True, slots=True)
class Column(Checked):
    """One column: ``key`` heads it in downloads, ``header`` on the page; numbers are set to the right."""

    key: str
    header: Bilingual
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table(Checked):
    """A table with its caption. The first cell of a row is the row's header."""

    id: str
    caption: Bilingual
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Bilingual, ...] = ()

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the columns, and two columns of one name."""
        require_fields(self)
        _require_identifier(self.id, of="table")
        keys = [column.key for column in self.columns]
        if not keys or len(set(keys)) < len(keys) or any(len(row) != len(keys) for row in self.rows):
            raise DeclarationError(
                where=f"table {self.id!r}",
                rule="a table has columns of different names, and each row has one cell for each of them",
                do=f"give every row {len(keys)} cells under keys that differ",
            )

    @property
    def hidden(self) -> int:
        """The number of cells marked as confidential."""
        return sum(cell.text.en == CONFIDENTIAL for row in self.rows for cell in row)


@dataclass(frozen=True, slots=True)
class Figure(Checked):
    """A drawing (SVG text, one per language), what it tells in words (``alt``) and its caption."""

    id: str
    svg: Bilingual
    alt: Bilingual
    caption: Bilingual

    def __post_init__(self) -> None:
        """Refuse a figure that a listener would get nothing from."""
        require_fields(self)
        _require_identifier(self.id, of="figure")
        for language in spoken():
            alt, caption = self.alt.of(language).strip(), self.caption.of(language).strip()
            if not alt or not caption or alt == caption:
                raise DeclarationError(
                    where=f"figure {self.id!r}, {language}",
                    rule="a figure has a caption and an alternative text that says what is to be seen",
                    do="state in alt the finding and the figures, not the caption again",
                )


Block = Paragraph | Bullets | Table | Figure


@dataclass(frozen=True, slots=True)
class Section(Checked):
    """One section of a page."""

    id: str
    title: Bilingual
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        """Refuse an identifier that could not be an anchor."""
        require_fields(self)
        _require_identifier(self.id, of="section")


@dataclass(frozen=True, slots=True)
class PageHead(Checked):
    """What stands at the top of a page, and what the page is.

    ``facts`` are pairs of a label and its text; ``slug`` names the page's files; ``invented`` says that no figure is
    real; ``bundle_date`` is the day of the protected facts, ISO.
    """

    title: Bilingual
    subtitle: Bilingual
    slug: str
    facts: tuple[tuple[Bilingual, Bilingual], ...]
    invented: bool
    audience: Audience
    bundle_date: str

    def __post_init__(self) -> None:
        """Refuse a slug that could not be a file name, or a date that is none."""
        require_fields(self)
        _require_identifier(self.slug, of="page")
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", self.bundle_date):
            raise DeclarationError(
                where=f"page {self.slug!r}, bundle_date",
                rule="the date of the facts is written YYYY-MM-DD",
                do="pass the date as ISO text",
            )
