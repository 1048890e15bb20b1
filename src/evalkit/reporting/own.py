"""A researcher's own drawing or table on a page: with caption, period and source, which no figure on a page is without.

In a report notebook of one's own, on the protected figures that it was given::

    ek.show(ek.own_table(frame, name="waiting", title="Waiting", period="2021–2025", source="own computation"))

Every text may be one for all languages, or texts by language: ``{"vi": "Đang chờ", "en": "Waiting"}``, or a label of the programme.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from evalkit.declaration import nearest
from evalkit.errors import FactsError
from evalkit.labels import Label
from evalkit.messages import worded
from evalkit.reporting import formats
from evalkit.reporting.bilingual import Bilingual, same
from evalkit.reporting.blocks import Cell, Column, Figure, Paragraph, Section, Table
from evalkit.reporting.sections.shared_words import NOT_AVAILABLE
from evalkit.reporting.svg import clean_svg
from evalkit.reporting.wording import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

Text = str | Mapping[str, str] | Label
MOST_ROWS = 1_000


def own_table(
    frame: pd.DataFrame,
    *,
    name: str,
    title: Text,
    period: Text,
    source: Text,
    columns: Mapping[str, Text] | None = None,
) -> Section:
    """Return an own table as a section of the page.

    Parameters
    ----------
    frame : DataFrame
        At most 1,000 rows of numbers and texts; its columns head the table. Whole numbers from 1900 to 2100 alone are years. A missing value reads "[x]", never 0.
    name : str
        Names the section, its table and its files: small letters, digits and inner hyphens.
    title, period, source : str, mapping of str by language, or Label
        What it shows, of which days, and where the figures come from; a plain text stands in every language.
    columns : mapping, optional
        Headings by column, each as ``title``; a column that is not named here is headed by its name in the frame.

    Returns
    -------
    Section
        For :func:`evalkit.show`: the line of period and source, and the table.

    Raises
    ------
    FactsError
        If it is no frame, period or source is empty, the frame has no row or too many, or no such column.
    DeclarationError
        If the name is none, or a number is infinite.

    Examples
    --------
    >>> frame = pd.DataFrame({"year": [2024, 2025], "waiting": [16, 37]})
    >>> about = {"period": "2024–2025", "source": "own computation"}
    >>> section = own_table(frame, name="waiting", title="Waiting", columns={"year": {"vi": "Năm", "en": "Year"}}, **about)
    >>> section.tables[0].rows[1][1].text.en, section.blocks[0].text.en
    ('37', 'Period: 2024–2025. Source: own computation.')
    >>> [column.header.vi for column in section.tables[0].columns]
    ['Năm', 'waiting']
    """
    told = _told(name, period, source)
    if not isinstance(frame, pd.DataFrame):
        raise FactsError(
            where=f"own_table({type(frame).__name__})",
            rule=worded("an own table is a frame of pandas"),
            do=worded("give it a DataFrame, such as series.reset_index() or pd.DataFrame(rows)"),
        )
    if not 0 < len(frame) <= MOST_ROWS:
        raise FactsError(
            where=f"own_table {name!r}",
            rule=worded("an own table has between 1 and {most} rows", most=MOST_ROWS),
            do=worded("show what belongs on a page; leave the rest in a file"),
        )
    years = [_holds_years(frame[column]) for column in frame]
    rows = tuple(
        tuple(_year(value) if is_year else _cell(value) for value, is_year in zip(row, years, strict=True))
        for row in frame.itertuples(index=False, name=None)
    )
    heads = _heads(frame, columns or {}, name)
    return Section(name, _both(title), (told, Table(f"{name}-table", _both(title), heads, rows)))


def _heads(frame: pd.DataFrame, columns: Mapping[str, Text], name: str) -> tuple[Column, ...]:
    for column in columns:
        if column not in frame:
            raise FactsError(
                where=f"own_table {name!r}, columns",
                rule=worded("the frame has no such column"),
                do=nearest(str(column), [str(one) for one in frame]),
            )
    return tuple(
        Column(
            str(column),
            _both(columns.get(str(column), str(column))),
            numeric=pd.api.types.is_numeric_dtype(frame[column]),
        )
        for column in frame
    )


def own_figure(
    drawing: Drawing | Mapping[str, Drawing],
    *,
    name: str,
    title: Text,
    alt: Text,
    period: Text,
    source: Text,
) -> Section:
    """Return an own drawing of matplotlib or seaborn as a section of the page.

    Parameters
    ----------
    drawing : matplotlib.figure.Figure, or mapping of them by language
        Axes and grids of seaborn stand for the figure they are in. It is written as SVG with its text as text; shapes and words alone survive. One with words of its own is drawn once for each
        language. pyplot lets go of it: it need not be closed.
    name : str
        As of :func:`own_table`.
    title, alt, period, source : str, mapping of str by language, or Label
        ``alt`` says what is to be seen, with its figures, for whoever hears the page; it is not the title again.

    Returns
    -------
    Section
        For :func:`evalkit.show`: the line of period and source, and the drawing.

    Raises
    ------
    FactsError, DeclarationError
        As of :func:`own_table`; or if it is no drawing, or title and alt are the same.

    Examples
    --------
    >>> from matplotlib.figure import Figure as Drawing
    >>> drawing = Drawing(figsize=(3, 2))
    >>> bars = drawing.subplots().bar(["2024", "2025"], [16, 37])
    >>> about = {"period": "2024–2025", "source": "own computation"}
    >>> section = own_figure(drawing, name="waiting", title="Waiting", alt="Waiting: 16 in 2024, 37 in 2025", **about)
    >>> section.blocks[1].alt.en, section.blocks[1].svg.en.startswith("<svg")
    ('Waiting: 16 in 2024, 37 in 2025', True)
    """
    told = _told(name, period, source)
    drawn = (
        Bilingual(**{language: _svg(one) for language, one in drawing.items()})
        if isinstance(drawing, Mapping)
        else same(_svg(drawing))
    )
    return Section(name, _both(title), (told, Figure(f"{name}-figure", drawn, _both(alt), _both(title))))


def _svg(drawing: Drawing) -> str:
    """Return a drawing as SVG, and let pyplot forget it: left open, a notebook would show it a second time below the section."""
    import matplotlib as mpl  # noqa: PLC0415  drawing is loaded where somebody draws

    drawing = _figure_of(drawing)
    stream = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        drawing.savefig(stream, format="svg", bbox_inches="tight")
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(drawing)
    return clean_svg(stream.getvalue())


def _figure_of(drawing: Any) -> Drawing:
    """Return the whole drawing that axes or a grid of seaborn belong to."""
    from matplotlib.figure import Figure as Whole  # noqa: PLC0415

    found = drawing if isinstance(drawing, Whole) else getattr(drawing, "figure", None)
    if not isinstance(found, Whole):
        raise FactsError(
            where=f"own_figure({type(drawing).__name__})",
            rule=worded("an own figure is a drawing of matplotlib or seaborn"),
            do=worded("give it the figure, as in figure, axes = plt.subplots(), or record.figure()"),
        )
    return found


def _told(name: str, period: Text, source: Text) -> Paragraph:
    for what, text in (("period", period), ("source", source)):
        if not text or not all(part.strip() for part in _both(text)):
            raise FactsError(
                where=f"{name!r}, {what}",
                rule=worded("no figure stands on a page without its period and its source"),
                do=worded("say of which days the figures are, and where they come from"),
            )
    return Paragraph(
        say("Period: {period}. Source: {source}.", period=_both(period), source=_both(source)), tone="aside"
    )


def _both(text: Text) -> Bilingual:
    if isinstance(text, str):
        return same(text)
    return Bilingual(**(text.root if isinstance(text, Label) else text))


def _holds_years(column: pd.Series) -> bool:
    """Tell whether a column holds years, which are written without a mark for thousands."""
    return bool(pd.api.types.is_integer_dtype(column) and column.between(1900, 2100).all())


def _year(value: int) -> Cell:
    return Cell(same(str(value)), int(value))


def _cell(value: Any) -> Cell:
    if pd.isna(value):
        return Cell(NOT_AVAILABLE)
    if isinstance(value, str):
        return Cell(same(value))
    if isinstance(value, pd.Timestamp):
        return Cell(formats.day(value.date()))
    if isinstance(value, bool):
        return Cell(say("yes") if value else say("no"))
    number = float(value)
    return Cell(formats.number(number, 0 if number.is_integer() else formats.decimals_of(number)), value)
