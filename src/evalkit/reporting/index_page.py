"""The list of all pages of a run: provinces by region, the national page first, and plainly which ones failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Literal

from markupsafe import Markup

from evalkit.errors import DeclarationError
from evalkit.reporting.blocks import Bilingual, Language, PageHead, block
from evalkit.reporting.formats import number
from evalkit.reporting.page import Part, assemble, neighbour
from evalkit.reporting.render import phrase
from evalkit.reporting.wording import say

State = Literal["made", "failed"]


@block
class IndexRow:
    """One page of the list.

    ``files`` are the file names of its two pages; ``region`` heads the group; ``note`` is one short line under the name.
    """

    name: Bilingual
    region: Bilingual
    files: Bilingual
    state: State = "made"
    note: Bilingual | None = None


def index_page(
    rows: Sequence[IndexRow],
    *,
    head: PageHead,
    language: Language,
    national: IndexRow | None = None,
    resources: Mapping[str, Any] | None = None,
) -> str:
    """Return the list of pages as a page.

    Parameters
    ----------
    rows : sequence of IndexRow
        In official order; those of one region stand together, regions in order of their first row.
    head : PageHead
        Title, subtitle and facts of the list.
    language : {"vi", "en"}
        The language of the page.
    national : IndexRow, optional
        The national page, put first.
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
    >>> page = index_page([IndexRow(name, region, Bilingual("97-a.html", "97-a.en.html"))], head=head, language="en")
    >>> '<a href="97-a.en.html">Province A</a>' in page
    True
    """
    if not rows:
        raise DeclarationError(
            where="index", rule="the list of pages is never empty", do="pass a row for every province"
        )
    order = {region: place for place, region in reversed(list(enumerate(row.region for row in rows)))}
    by_region = groupby(sorted(rows, key=lambda row: order[row.region]), key=lambda row: row.region)
    parts = [_summary(rows, language)]
    if national is not None:
        parts.append(_group("national", national.region, [national], language))
    parts += [
        _group(f"region-{n}", region, list(group), language)
        for n, (region, group) in enumerate(by_region, start=1)
    ]
    return assemble(head, parts, language=language, resources=resources)


def _summary(rows: Sequence[IndexRow], language: Language) -> Part:
    failed = sum(row.state == "failed" for row in rows)
    total = number(len(rows))
    if not failed:
        text = say("Reports made: {total} of {total}.", total=total)
        return Part(Markup("<p>{}</p>").format(phrase(text.of(language))))
    text = say(
        "{failed} of {total} reports are missing: the run failed for them. Their earlier pages were removed.",
        failed=number(failed),
        total=total,
    )
    label = say("Caution.").of(language)
    return Part(
        Markup('<p class="note caution"><strong>{}</strong> {}</p>').format(label, phrase(text.of(language)))
    )


def _group(name: str, region: Bilingual, rows: Sequence[IndexRow], language: Language) -> Part:
    title = phrase(region.of(language))
    items = Markup("\n").join(_item(row, language) for row in rows)
    body = Markup(
        '<section aria-labelledby="{0}">\n<h2 id="{0}">{1}</h2>\n<ul class="pages">\n{2}\n</ul>\n</section>'
    )
    return Part(body.format(name, title, items), name, title)


def _item(row: IndexRow, language: Language) -> Markup:
    name = phrase(row.name.of(language))
    note = Markup(" <small>{}</small>").format(phrase(row.note.of(language))) if row.note else Markup("")
    if row.state == "failed":
        words = say("no report: this run failed").of(language)
        return Markup("<li>{} <small>{}</small></li>").format(name, words)
    file = neighbour(row.files.of(language), of=f"index, {row.name.en}")
    return Markup('<li><a href="{}">{}</a>{}</li>').format(file, name, note)
