"""What a page is made of: a few frozen, typed blocks, each holding all languages at once.

There is no block for raw HTML, and every text is escaped when it is rendered. A block checks its own fields when it is
built, whether by a section or from the JSON in an executed notebook.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Callable
from dataclasses import field
from functools import wraps
from typing import Annotated, Any, Literal, TypeVar, dataclass_transform

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
)
from pydantic.dataclasses import dataclass

from evalkit.errors import DeclarationError
from evalkit.languages import DEFAULT, spoken
from evalkit.reporting.bilingual import Bilingual as Bilingual  # noqa: PLC0414  what blocks are made of

Language = str
Tone = Literal["plain", "finding", "caution", "gap", "lapse", "aside"]
Layer = Literal["brief", "annex"]
Width = Literal["full", "wide", "narrow", "half"]
Audience = Literal["public", "internal"]

LANGUAGES: tuple[Language, ...] = DEFAULT
CONFIDENTIAL = "[c]"
T = TypeVar("T")
_IDENTIFIER = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def block(kind: type[T]) -> type[T]:
    """Make a class a frozen dataclass that refuses a field which is not of its declared type.

    Raises
    ------
    DeclarationError
        When one is built with such a field: naming the class and the field, never the value.

    Examples
    --------
    >>> Bullets(items=("one language only",))
    Traceback (most recent call last):
    ...
    evalkit.errors.DeclarationError: DeclarationError [exit 3]
      where  Bullets.items.0
      rule   the field must fit: Input should be a wording: texts by language
      do     build it from the typed blocks of evalkit.reporting.blocks; there is no raw HTML
    """
    made: Any = dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))(kind)
    build: Callable[..., None] = made.__init__

    @wraps(build)
    def checked(self: Any, *given: Any, **named: Any) -> None:
        try:
            build(self, *given, **named)
        except ValidationError as fault:
            raise _misfit(kind.__name__, fault) from None

    made.__init__ = checked
    checked_kind: type[T] = made
    return checked_kind


def _misfit(where: str, fault: ValidationError) -> DeclarationError:
    first = fault.errors(include_url=False, include_input=False, include_context=False)[0]
    return DeclarationError(
        where=".".join([where, *map(str, first["loc"])]),
        rule=f"the field must fit: {first['msg'].removeprefix('Value error, ')}",
        do="build it from the typed blocks of evalkit.reporting.blocks; there is no raw HTML",
    )


def _plain(value: object) -> object:
    """Return a number of numpy's as a plain one, anything else as it is."""
    if isinstance(value, bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) else value


Value = Annotated[StrictFloat | StrictInt | StrictStr | None, BeforeValidator(_plain)]


def _require_identifier(text: str, *, of: str) -> None:
    if not _IDENTIFIER.fullmatch(text):
        raise DeclarationError(
            where=f"{of} {text!r}",
            rule="an identifier holds small letters, digits and inner hyphens only",
            do="name it like cases-by-year",
        )


@block
class Paragraph:
    """A paragraph. All tones but ``plain`` are set apart on the page, with a word and a form, not a colour.

    ``gap`` says what is not known; ``lapse`` what an error of the program kept from the page; ``aside`` is small print: what a
    drawing shows, what a table leaves out.
    """

    type: Literal["paragraph"] = field(default="paragraph", kw_only=True, repr=False)
    text: Bilingual
    tone: Tone = "plain"


@block
class Bullets:
    """A list of sentences."""

    type: Literal["bullets"] = field(default="bullets", kw_only=True, repr=False)
    items: tuple[Bilingual, ...]


@block
class Cell:
    """What the page shows (``text``) and what a download gets (``value``; the text itself where it is None).

    ``page`` is the stem of the page beside this one that the text leads to, such as ``11-thien-linh``.

    Examples
    --------
    >>> Cell(Bilingual("41,0%", "41.0%"), 41.0).value
    41.0
    >>> Cell(Bilingual("[c]", "[c]")).value is None
    True
    """

    text: Bilingual
    value: Value = None
    page: str = ""

    def __post_init__(self) -> None:
        """Refuse a number that is none, and a page elsewhere."""
        if self.page and not _STEM.fullmatch(self.page):
            raise DeclarationError(
                where=f"table cell {self.text.en!r}",
                rule="a cell leads to a page in the same folder only",
                do="give the stem of its file, such as 11-thien-linh",
            )
        if isinstance(self.value, float) and not math.isfinite(self.value):
            raise DeclarationError(
                where=f"table cell {self.text.en!r}",
                rule="a cell's value is a finite number, a text or None",
                do="leave the value out and say in the text why there is no number",
            )


@block
class Column:
    """One column: ``key`` heads it in downloads, ``header`` on the page; numbers are set to the right."""

    key: str
    header: Bilingual
    numeric: StrictBool = False


@block
class Table:
    """A table with its caption. The first cell of a row is the row's header.

    ``drawings`` has a small SVG without words for each row, in a column of its own under ``drawn``, before the column of number
    ``drawn_at``; all it tells stands in the row as text, too. ``is_put_together``: a page has one row for all first cells whose rows
    read alike but for them; files have a row for each.
    """

    type: Literal["table"] = field(default="table", kw_only=True, repr=False)
    id: str
    caption: Bilingual
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Bilingual, ...] = ()
    drawings: tuple[str, ...] = ()
    drawn: Bilingual | None = None
    drawn_at: StrictInt = 0
    is_put_together: StrictBool = False

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the columns, and two columns of one name."""
        _require_identifier(self.id, of="table")
        keys = [column.key for column in self.columns]
        drawn = len(self.drawings) if self.drawn else len(self.rows)
        if (
            not keys
            or len(set(keys)) < len(keys)
            or {len(row) for row in self.rows} - {len(keys)}
            or drawn != len(self.rows)
        ):
            raise DeclarationError(
                where=f"table {self.id!r}",
                rule="a table has columns of different names, and each row has one cell for each of them",
                do=f"give every row {len(keys)} cells under keys that differ",
            )

    @property
    def hidden(self) -> int:
        """The number of cells marked as confidential."""
        return sum(cell.text.en == CONFIDENTIAL for row in self.rows for cell in row)


@block
class Figure:
    """A drawing (SVG text, one per language), what it tells in words (``alt``) and its caption.

    ``narrow`` is the same drawn for a phone, where it differs; ``table`` holds the figures drawn, one tap away. ``unless`` names
    a figure that shows the same: a page whose brief has that one leaves this one out.
    """

    type: Literal["figure"] = field(default="figure", kw_only=True, repr=False)
    id: str
    svg: Bilingual
    alt: Bilingual
    caption: Bilingual
    narrow: Bilingual | None = None
    table: Table | None = None
    unless: str = ""

    def __post_init__(self) -> None:
        """Refuse a figure that a listener would get nothing from."""
        _require_identifier(self.id, of="figure")
        for language in spoken():
            alt, caption = self.alt.of(language).strip(), self.caption.of(language).strip()
            if not alt or not caption or alt == caption:
                raise DeclarationError(
                    where=f"figure {self.id!r}, {language}",
                    rule="a figure has a caption and an alternative text that says what is to be seen",
                    do="state in alt the finding and the figures, not the caption again",
                )


@block
class KeyNumber:
    """A number at the head of a page: the figure with its unit, of what and when, and what stands beside it."""

    figure: Bilingual
    unit: Bilingual
    label: Bilingual
    details: tuple[Bilingual, ...] = ()


@block
class KeyNumbers:
    """The few numbers that a page begins with."""

    type: Literal["key_numbers"] = field(default="key_numbers", kw_only=True, repr=False)
    items: tuple[KeyNumber, ...]


@block
class Sources:
    """The sources of a page in the order of their numbers: what a number at a figure leads to.

    ``titles`` are their names alone, as the tables of the annex have them.
    """

    type: Literal["sources"] = field(default="sources", kw_only=True, repr=False)
    items: tuple[Bilingual, ...]
    titles: tuple[Bilingual, ...] = ()


Block = Annotated[Paragraph | Bullets | Table | Figure | KeyNumbers | Sources, Field(discriminator="type")]


@block
class Section:
    """One section of a page: of the brief, which everybody reads, or of the annex, which is opened on request.

    ``width`` is how much of a wide page a section of the brief takes.
    """

    type: Literal["section"] = field(default="section", kw_only=True, repr=False)
    id: str
    title: Bilingual
    blocks: tuple[Block, ...]
    layer: Layer = "annex"
    width: Width = "full"

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables, those behind drawings too, in the order of the page."""
        own = (
            block if isinstance(block, Table) else block.table
            for block in self.blocks
            if isinstance(block, Table | Figure)
        )
        return tuple(table for table in own if table is not None)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The drawings."""
        return tuple(block for block in self.blocks if isinstance(block, Figure))

    def __post_init__(self) -> None:
        """Refuse an identifier that could not be an anchor."""
        _require_identifier(self.id, of="section")


@block
class Sections:
    """Several sections that one result is shown as."""

    type: Literal["sections"] = field(default="sections", kw_only=True, repr=False)
    items: tuple[Section, ...]


@block
class PageHead:
    """What stands at the top of a page, and what the page is.

    ``facts`` are pairs of a label and its text; ``slug`` names the page's files; ``invented`` says that no figure is
    real, ``invented_places`` that no place is either; ``bundle_date`` is the day of the protected facts, ISO.
    """

    type: Literal["page_head"] = field(default="page_head", kw_only=True, repr=False)
    title: Bilingual
    subtitle: Bilingual
    slug: str
    facts: tuple[tuple[Bilingual, Bilingual], ...]
    invented: StrictBool
    audience: Audience
    bundle_date: str
    invented_places: StrictBool = False

    def __post_init__(self) -> None:
        """Refuse a slug that could not be a file name, or a date that is none."""
        _require_identifier(self.slug, of="page")
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", self.bundle_date):
            raise DeclarationError(
                where=f"page {self.slug!r}, bundle_date",
                rule="the date of the facts is written YYYY-MM-DD",
                do="pass the date as ISO text",
            )


Content = Section | Sections | PageHead
_READER: TypeAdapter[Content | Block] = TypeAdapter(
    Annotated[
        Section | Sections | PageHead | Paragraph | Bullets | Table | Figure | KeyNumbers | Sources,
        Field(discriminator="type"),
    ]
)


def to_json(record: Content | Block) -> dict[str, Any]:
    """Return the plain dict of sections, a page head or a block: the form in which an executed notebook carries them to the page.

    Examples
    --------
    >>> to_json(Paragraph(Bilingual("Số vụ giảm.", "Cases fell."), tone="finding"))
    {'type': 'paragraph', 'text': {'vi': 'Số vụ giảm.', 'en': 'Cases fell.'}, 'tone': 'finding'}
    """
    content: dict[str, Any] = _READER.dump_python(record, mode="json")
    return content


def from_json(content: Any) -> Content | Block:
    """Return the sections, page head or block that ``to_json`` wrote.

    Parameters
    ----------
    content : dict
        As parsed from JSON.

    Raises
    ------
    DeclarationError
        If the type is unknown (there is none for raw HTML), or a field is absent, unknown or of another type.

    Examples
    --------
    >>> from_json({"type": "html", "text": "<b>"})
    Traceback (most recent call last):
    ...
    evalkit.errors.DeclarationError: DeclarationError [exit 3]
      where  block
      rule   the field must fit: Input tag 'html' found using 'type' does not match any of the expected tags: 'section', 'sections', 'page_head', 'paragraph', 'bullets', 'table', 'figure', 'key_numbers', 'sources'
      do     build it from the typed blocks of evalkit.reporting.blocks; there is no raw HTML
    """
    try:
        return _READER.validate_python(content)
    except ValidationError as fault:
        raise _misfit("block", fault) from None
