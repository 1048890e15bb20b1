"""The list of all pages of a run: a row for each place in official order, what its page holds, and plainly which ones failed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from markupsafe import Markup

from evalkit.errors import DeclarationError
from evalkit.places.place_names import sort_key
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual, Language, PageHead, block
from evalkit.reporting.formats import number
from evalkit.reporting.index_tools import script, style
from evalkit.reporting.page import Extras, Part, as_of_words, assemble, neighbour
from evalkit.reporting.render import phrase
from evalkit.reporting.wording import say

State = Literal["some", "none", "hidden", "failed", "missing"]
NO_PAGE = ("failed", "missing")
_DOTS: Mapping[State, str] = {"some": "●", "none": "○", "hidden": "◐", "failed": "×", "missing": "–"}
_MOST_UNFOLDED = 5
_DOWNLOAD = re.compile(r"tables/[A-Za-z0-9][A-Za-z0-9._-]*\.(?:xlsx|json)")


@block
class IndexTile:
    """A cell of the small map, rows and columns counted from 1; ``label`` names an inset of the place, such as islands."""

    row: int
    column: int
    label: Bilingual | None = None


@block
class IndexRow:
    """One page of the list.

    ``files`` are the file names of its two pages, ``state`` what they hold; ``counts`` the newest counts, one for each column;
    ``items`` how many items have a figure; ``tables`` how many tables ``books``, the workbooks beside the pages, hold; ``also``
    other names it is found by; ``note`` is one short line under the name; ``tiles`` where it stands on the small map, nowhere without a grid.
    """

    name: Bilingual
    region: Bilingual
    files: Bilingual
    state: State = "some"
    note: Bilingual | None = None
    code: str = ""
    also: str = ""
    counts: tuple[Bilingual, ...] = ()
    items: int = 0
    books: Bilingual | None = None
    tables: int = 0
    tiles: tuple[IndexTile, ...] = ()


@block
class Listing:
    """All rows, places in official order; ``counted`` heads the columns of counts; ``national`` comes first; ``package`` describes all tables."""

    rows: tuple[IndexRow, ...]
    counted: tuple[Bilingual, ...] = ()
    national: IndexRow | None = None
    package: str = ""


def index_page(
    listing: Listing,
    *,
    head: PageHead,
    language: Language,
    resources: Mapping[str, Any] | None = None,
) -> str:
    """Return the list of pages as a page.

    Parameters
    ----------
    listing : Listing
    head : PageHead
        Title, subtitle and facts of the list.
    language : {"vi", "en"}
        The language of the page.
    resources : mapping, optional
        ``footer`` and ``siblings``, as for every page.

    Returns
    -------
    str
        The HTML file.

    Raises
    ------
    DeclarationError
        If the list is empty, or a file is not a plain file name.

    Examples
    --------
    >>> name, region = Bilingual("Tỉnh A", "Province A"), Bilingual("Vùng", "Region")
    >>> head = PageHead(region, region, "index", (), False, "public", "2026-11-01")
    >>> rows = (IndexRow(name, region, Bilingual("97-a.html", "97-a.en.html")),)
    >>> page = index_page(Listing(rows), head=head, language="en")
    >>> '<a href="97-a.en.html">Province A</a>' in page
    True
    """
    if not listing.rows:
        raise DeclarationError(
            where="index", rule="the list of pages is never empty", do="pass a row for every province"
        )
    regions = {region: str(n) for n, region in enumerate(dict.fromkeys(row.region for row in listing.rows))}
    states = [state for state in _DOTS if any(row.state == state for row in listing.rows)]
    parts = [
        _summary(listing.rows, head, language),
        Part(
            Markup("<section>\n{}\n{}\n{}\n{}\n{}\n{}\n</section>").format(
                _tools(len(listing.rows), language),
                _by_state(listing.rows, states, language),
                _by_region(listing.rows, regions, language),
                _table(listing, regions, language),
                _notes(listing, language),
                _map(listing.rows, states, language),
            )
        ),
    ]
    cells = {(tile.row, tile.column) for row in listing.rows for tile in row.tiles}
    extras = Extras(style([("s", states), ("r", regions.values())], cells), script())
    return assemble(head, parts, language=language, resources=resources, extras=extras)


def _summary(rows: Sequence[IndexRow], head: PageHead, language: Language) -> Part:
    failed, missing = (sum(row.state == state for row in rows) for state in NO_PAGE)
    total = number(len(rows))
    if failed:
        text = say(
            "{failed} of {total} reports are missing: the run failed for them. Their earlier pages were removed.",
            failed=number(failed),
            total=total,
        )
        return Part(
            Markup('<p class="note caution"><strong>{}</strong> {}</p>').format(
                _text(say("Caution."), language), _text(text, language)
            )
        )
    text = say("Reports made: {total} of {total}.", total=total)
    if missing:
        text = say("Reports made: {made} of {total}.", made=number(len(rows) - missing), total=total)
    day = Markup('<time datetime="{}">{}</time>').format(head.bundle_date, _text(as_of_words(head), language))
    return Part(Markup("<p>{} · {}</p>").format(day, _text(text, language)))


def _tools(total: int, language: Language) -> Markup:
    """Return what needs the script; it is hidden until the script runs."""
    orders = {"c": say("code"), "n": say("name"), "i": say("items with a figure")}
    options = Markup("").join(
        Markup('<option value="{}">{}</option>').format(key, _text(words, language))
        for key, words in orders.items()
    )
    said = say("Shown: {count} of {total}", count="#", total=number(total)).of(language)
    return Markup(
        '<div id="tools" hidden=""><label for="find">{}</label> <input id="find" type="search" autocomplete="off">'
        ' <label for="order">{}</label> <select id="order" autocomplete="off">{}</select>'
        '<p id="found" class="aside" role="status" aria-live="polite" data-said="{}"></p></div>'
    ).format(_text(say("Find a place"), language), _text(say("Order by"), language), options, said)


def _by_state(rows: Sequence[IndexRow], states: Sequence[State], language: Language) -> Markup:
    choices = [(state, _state(state), sum(row.state == state for row in rows)) for state in states]
    return _choice("s", say("Status"), choices, len(rows), language)


def _by_region(rows: Sequence[IndexRow], regions: Mapping[Bilingual, str], language: Language) -> Markup:
    choices = [
        (value, region, sum(row.region == region for row in rows)) for region, value in regions.items()
    ]
    return _choice("r", say("Region"), choices, len(rows), language)


def _choice(
    name: str, title: Bilingual, choices: Sequence[tuple[str, Bilingual, int]], total: int, language: Language
) -> Markup:
    """Return radio buttons that filter by style alone; nothing where there is nothing to choose."""
    if len(choices) == 1:
        return Markup("")
    buttons = [
        Markup(
            '<label><input type="radio" name="{0}" id="{0}-{1}"{2} autocomplete="off"> {3}</label>'
        ).format(
            name,
            value,
            Markup(' checked=""') if value == "all" else Markup(""),
            _text(say("{name} ({count})", name=words, count=number(count)), language),
        )
        for value, words, count in (("all", say("All"), total), *choices)
    ]
    body = Markup('<fieldset class="pick"><legend{}>{}</legend>{}</fieldset>')
    if len(choices) <= _MOST_UNFOLDED:
        return body.format("", _text(title, language), Markup("").join(buttons))
    unseen = Markup(' class="vh"')
    return Markup('<details class="folded"><summary>{}</summary>{}</details>').format(
        _text(title, language), body.format(unseen, _text(title, language), Markup("").join(buttons))
    )


def _table(listing: Listing, regions: Mapping[Bilingual, str], language: Language) -> Markup:
    heads = [*listing.counted, say("Items with a figure")]
    columns = [
        Markup('<th scope="col">{}</th>').format(_text(words, language))
        for words in (say("Province or city"), say("Status"))
    ]
    columns += [Markup('<th scope="col" class="num">{}</th>').format(_text(head, language)) for head in heads]
    columns.append(Markup('<th scope="col">{}</th>').format(_text(say("Tables to download"), language)))
    order = _by_name(listing.rows, language)
    nation = [_row(listing.national, heads, Markup(""), language)] if listing.national else []
    rows = [
        _row(row, heads, _found_by(row, regions[row.region], order[row]), language) for row in listing.rows
    ]
    caption = say(
        "No ranking: low figures do not mean that things are better there, and high ones do not mean that the work is worse."
    )
    return Markup(
        '<div class="cards"><table id="list"><caption>{}</caption>\n<thead><tr>{}</tr></thead>\n{}<tbody id="places">\n{}\n</tbody></table></div>'
    ).format(
        _text(caption, language),
        Markup("").join(columns),
        Markup("<tbody>{}</tbody>\n").format(nation[0]) if nation else Markup(""),
        Markup("\n").join(rows),
    )


def _by_name(rows: Sequence[IndexRow], language: Language) -> dict[IndexRow, int]:
    """Return at which place each row stands in the order of names."""
    named = sorted(rows, key=lambda row: sort_key(row.name.of(language)))
    return {row: place for place, row in enumerate(named)}


def _found_by(row: IndexRow, region: str, place: int) -> Markup:
    """Return what a row is filtered, found and put in order by."""
    items = -row.items if row.state not in NO_PAGE else 1
    return Markup(' data-s="{}" data-r="{}" data-k="{}" data-n="{}" data-i="{}"').format(
        row.state, region, row.also, place, items
    )


def _row(row: IndexRow, heads: Sequence[Bilingual], given: Markup, language: Language) -> Markup:
    name = _text(row.name, language)
    if row.state not in NO_PAGE:
        file = neighbour(row.files.of(language), of=f"index, {row.name.en}")
        name = Markup('<a href="{}">{}</a>').format(file, name)
    small = [Markup("<small>{}</small>").format(row.code)] if row.code else []
    if row.code:
        small.append(Markup('<small class="where">{}</small>').format(_text(row.region, language)))
    if row.note:
        small.append(Markup('<small class="told">{}</small>').format(_text(row.note, language)))
    cells = _cells(row, heads, language)
    head = Markup(" ").join([name, *small])
    return Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(given, head, cells)


def _cells(row: IndexRow, heads: Sequence[Bilingual], language: Language) -> Markup:
    state = Markup('<span class="dot" aria-hidden="true">{}</span>{}').format(
        _DOTS[row.state], _text(_state(row.state), language)
    )
    if row.state in NO_PAGE:
        return Markup('<td class="alone" colspan="{}">{}</td>').format(len(heads) + 2, state)
    kinds = ["num"] * len(row.counts) + ["num items"]
    counts = [
        Markup('<td class="{}" data-label="{}">{}</td>').format(
            kind, head.of(language), _text(count, language)
        )
        for kind, head, count in zip(kinds, heads, (*row.counts, number(row.items)), strict=True)
    ]
    return Markup('<td class="state">{}</td>{}<td class="file">{}</td>').format(
        state, Markup("").join(counts), _book(row, language)
    )


def _book(row: IndexRow, language: Language) -> Markup:
    if row.books is None:
        return Markup("–")
    book = f"XLSX {row.code}".rstrip()  # a link whose text no other link has
    words = say("{name} ({count})", name=book, count=number(row.tables))
    return Markup('<a href="{}">{}</a>').format(_download(row.books.of(language)), _text(words, language))


def _notes(listing: Listing, language: Language) -> Markup:
    """Say what the marks mean, and what there is to download."""
    lines = [
        say(
            "No figure in the sources used does not mean that there were no cases. A count is that of the newest whole year; an older year stands beside it. –: no figure. [c]: confidential."
        )
    ]
    if any(row.books for row in listing.rows):
        lines.append(say("Each XLSX holds all tables of its page, one a sheet; in brackets how many."))
    body = [_text(line, language) for line in lines]
    if listing.package:
        words = _text(say("All tables as CSV, described for programs"), language)
        body.append(Markup('<a href="{}">{}</a>.').format(_download(listing.package), words))
    return Markup('<p class="notes">{}</p>').format(Markup(" ").join(body))


def _map(rows: Sequence[IndexRow], states: Sequence[State], language: Language) -> Markup:
    """Return the small map: a tile a place, roughly where it lies; for the eye and the pointer, since the list has the same links."""
    tiles = [_tile(row, tile, language) for row in rows for tile in row.tiles]
    if not tiles:
        return Markup("")
    marks = {
        "some": say("filled: figures"),
        "none": say("dashed: none in the sources used"),
        "hidden": say("framed: confidential only"),
        "failed": say("struck through: no report"),
        "missing": say("grey: no report made yet"),
    }
    told = each(lambda *words: "; ".join(words), *(marks[state] for state in states))
    legend = say("Roughly where places lie; {marks}.", marks=told)
    return Markup('<div id="map" aria-hidden="true"><ul>{}</ul><p class="aside">{}</p></div>').format(
        Markup("").join(tiles), _text(legend, language)
    )


def _tile(row: IndexRow, tile: IndexTile, language: Language) -> Markup:
    """Return a tile; an inset leads nowhere."""
    where = f"t{tile.row}-{tile.column}"
    if tile.label is not None:
        return Markup('<li class="inset {}">{}</li>').format(where, _text(tile.label, language))
    name = _text(row.name, language)
    if row.state not in NO_PAGE:
        file = neighbour(row.files.of(language), of=f"index, {row.name.en}")
        name = Markup('<a href="{}" tabindex="-1">{}</a>').format(file, name)
    return Markup('<li class="{} {}">{}</li>').format(row.state, where, name)


def _state(state: State) -> Bilingual:
    """Return what a page holds, in words; the dot beside them says no more."""
    words = {
        "some": say("figures"),
        "none": say("no figures"),
        "hidden": say("confidential only"),
        "failed": say("no report: this run failed"),
        "missing": say("no report made yet"),
    }
    return words[state]


def _download(name: str) -> str:
    if not _DOWNLOAD.fullmatch(name):
        raise DeclarationError(
            where="index, downloads",
            rule="a download is a file of the folder tables",
            do="pass a name such as tables/97-a.xlsx",
        )
    return name


def _text(text: Bilingual, language: Language) -> Markup:
    return phrase(text.of(language))
