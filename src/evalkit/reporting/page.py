"""Put a page together: one self-contained HTML file per language, without outside address; only the list of pages has a script, by its hash."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources as packaged
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evalkit.errors import DeclarationError
from evalkit.reporting.blocks import Bilingual, Language, PageHead, Section
from evalkit.reporting.formats import day, locale_of
from evalkit.reporting.index_tools import script_hash
from evalkit.reporting.render import Numbering, phrase, render_folded, render_section
from evalkit.reporting.said_once import as_on_page
from evalkit.reporting.used_style import with_used_style
from evalkit.reporting.wording import say

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
MOST_BYTES = 200_000
_SCOPE = re.compile(r"(<th) scope=(?:col|row)(?=[ >])")
_NEIGHBOUR = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.html|(?:forms|tables)/[A-Za-z0-9][A-Za-z0-9._-]*\.xlsx")


@dataclass(frozen=True, slots=True)
class Part:
    """A rendered piece of a page: ``id`` and ``title`` put it into the table of contents, None leaves it out.

    ``place`` is where it stands: in the brief, folded in the annex, or in the one column of a page that has no brief.
    """

    body: Markup
    id: str | None = None
    title: Markup | None = None
    place: Literal["brief", "annex", "column"] = "column"


@dataclass(frozen=True, slots=True)
class Extras:
    """What the list of pages has beside what every page has: more style, and one script that its policy names by hash."""

    style: Markup
    script: str


def page_from_sections(
    head: PageHead,
    sections: Iterable[Section | Markup],
    *,
    language: Language,
    resources: Mapping[str, Any] | None = None,
) -> str:
    """Return a whole page.

    Parameters
    ----------
    head : PageHead
        Title, subtitle, facts and what the page is.
    sections : iterable of Section or Markup
        In the order of the page; Markup is text that was sanitised before (markdown cells).
    language : {"vi", "en"}
        The language of the page.
    resources : mapping, optional
        ``footer``: lines about the report, each a text by language or a pair (vi, en); ``siblings``: pairs of another language and the file
        name of the same page in it; ``index``: file name of the list of pages; ``country``: that of the country's page; ``workbook``:
        that of the page's tables, in the folder ``tables``; ``form``: that of a form to be filled in, in the folder ``forms``.

    Returns
    -------
    str
        The HTML file.

    Raises
    ------
    DeclarationError
        If two things on the page bear the same identifier, or a neighbouring page is not a plain file name.

    Examples
    --------
    >>> title = Bilingual("Tỉnh A", "Province A")
    >>> head = PageHead(title, title, "97-a", (), False, "public", "2026-11-01")
    >>> page = page_from_sections(head, [Section("cases", Bilingual("Số vụ", "Cases"), ())], language="en")
    >>> '<html lang="en">' in page, '<h2 id="cases">Cases</h2>' in page
    (True, True)
    """
    internal = head.audience == "internal"
    numbering = Numbering(
        language, stamp=say("For internal circulation only").of(language) if internal else ""
    )
    sections = as_on_page(sections)
    has_brief = any(isinstance(section, Section) and section.layer == "brief" for section in sections)
    parts = [_part(section, numbering, has_brief=has_brief) for section in sections]
    return assemble(head, parts, language=language, resources=resources)


def assemble(
    head: PageHead,
    parts: Sequence[Part],
    *,
    language: Language,
    resources: Mapping[str, Any] | None = None,
    extras: Extras | None = None,
) -> str:
    """Return a page made of parts that are already HTML; see ``page_from_sections``."""
    given, extras = resources or {}, extras or Extras(Markup(""), "")
    brief = [part for part in parts if part.place == "brief"]
    style = _stylesheet("page.css") + ("" if brief else _stylesheet("column.css")) + extras.style
    page = (
        _environment()
        .get_template("page.html.j2")
        .render(
            lang=language,
            siblings=[_sibling(*one) for one in given.get("siblings", ())],
            head=head,
            t=lambda text: phrase(text.of(language)),
            plain=lambda text: unicodedata.normalize("NFC", text.of(language)),
            csp=policy(extras.script),
            css=style,
            script=Markup(extras.script),  # noqa: S704  our own file
            words=_words(head, language),
            brief=brief,
            column=[part for part in parts if part.place == "column"],
            annex=[part for part in parts if part.place == "annex"],
            contents=[part for part in parts if part.id and part.title and part.place == "column"],
            about=[*about_lines(head), *(_line(line) for line in given.get("footer", ()))],
            index=neighbour(given.get("index"), of="index"),
            country=neighbour(given.get("country"), of="country"),
            workbook=neighbour(given.get("workbook"), of="workbook"),
            form=neighbour(given.get("form"), of="form"),
        )
    )
    return page if extras.script else _within_bytes(with_used_style(page, style))


def _within_bytes(page: str) -> str:
    """Return a page without what browsers supply by themselves where it would be too large: what a head of a table is the head of follows from its place."""
    return page if len(page.encode()) <= MOST_BYTES else _SCOPE.sub(r"\1", page)


def policy(script: str = "") -> Markup:
    """Return a page's Content-Security-Policy: nothing is fetched, and no script runs but the one given.

    Examples
    --------
    >>> policy() == CONTENT_SECURITY_POLICY, str(policy("1"))[-64:]
    (True, "script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='")
    """
    allowed = f"; script-src '{script_hash(script)}'" if script else ""
    return Markup(CONTENT_SECURITY_POLICY + allowed)  # noqa: S704  ours, without quotes of its attribute


def _part(section: Section | Markup, numbering: Numbering, *, has_brief: bool) -> Part:
    if isinstance(section, Markup):
        prose = Markup('<div class="prose">{}</div>').format(section)
        return Part(prose, place="annex" if has_brief else "column")
    _take_names(section, numbering)
    title = phrase(section.title.of(numbering.language))
    if section.layer == "brief":
        return Part(render_section(section, numbering), section.id, title, "brief")
    if has_brief:
        return Part(render_folded(section, numbering), section.id, title, "annex")
    return Part(render_section(section, numbering), section.id, title)


def _take_names(section: Section, numbering: Numbering) -> None:
    """Refuse a second thing of one name on a page."""
    for name in (
        section.id,
        *(table.id for table in section.tables),
        *(figure.id for figure in section.figures),
    ):
        if name in numbering.names:
            raise DeclarationError(
                where=f"section {section.id!r}",
                rule=f"every section, table and figure of a page has a name of its own; {name!r} is taken",
                do="give it another id",
            )
        numbering.names.add(name)


def _words(head: PageHead, language: Language) -> dict[str, str]:
    """Return the fixed words of the page in its language."""
    words = {
        "skip": say("Skip to the content"),
        "contents": say("Contents"),
        "about": say("About this report"),
        "annex": say("Annex"),
        "as_of": as_of_words(head),
        "workbook": workbook_words(),
        "form": say("The form for these figures, with the place filled in (XLSX)"),
        "folded": say("Everything else, collapsed; only opened sections are printed."),
        "all_pages": say("All reports"),
        "country": say("The whole country"),
        "invented": invented_words(head),
        "internal": say("For internal circulation only"),
        "page": say("Page"),
        "swipe": say("↔ Swipe sideways to see the whole table"),
    }
    return {name: text.of(language) for name, text in words.items()} | {
        "running": running_words(head).of(language)
    }


def as_of_words(head: PageHead) -> Bilingual:
    """Return the line with the day of the figures, at the head of a page."""
    return say("As of {day}", day=day(date.fromisoformat(head.bundle_date)))


def workbook_words() -> Bilingual:
    """Return the words of the link to the page's tables."""
    return say("All tables of this page as one workbook (XLSX); each also as CSV beside it")


def invented_words(head: PageHead) -> Bilingual:
    """Return what stands on everything made of invented figures: that the places are real, where they are, is said too."""
    if head.invented_places:
        return say("INVENTED FIGURES – a country that does not exist")
    return say("INVENTED FIGURES – not figures of this place")


def running_words(head: PageHead) -> Bilingual:
    """Return what stands at the head of every printed page: what the reader must not overlook."""
    if head.invented and head.audience == "internal":
        if head.invented_places:
            return say("INVENTED FIGURES – a country that does not exist · For internal circulation only")
        return say("INVENTED FIGURES – not figures of this place · For internal circulation only")
    if head.invented:
        return invented_words(head)
    return say("For internal circulation only") if head.audience == "internal" else Bilingual("", "")


def about_lines(head: PageHead) -> tuple[Bilingual, ...]:
    """Return what every page, cover and index says about itself."""
    as_of = say(
        "Made on {day} from the figures known on that day.", day=day(date.fromisoformat(head.bundle_date))
    )
    marks = say(
        "Marks: [c] confidential; [x] not available; [z] not applicable; [u] fewer than 20 events, unstable; [r] revised by its source; [p] preliminary."
    )
    if head.audience == "internal":
        return as_of, say("Made for internal use: it may hold figures that are not to be published."), marks
    return as_of, say("Made for the public: small figures that could point to a person are hidden."), marks


def _line(line: Bilingual | Mapping[str, str] | Sequence[str]) -> Bilingual:
    if isinstance(line, Bilingual):
        return line
    return Bilingual(**line) if isinstance(line, Mapping) else Bilingual(*line)


def _sibling(language: Language, file: str) -> tuple[Language, str | None, str]:
    """Return a language, the page's file in it, and what the language calls itself."""
    names = locale_of(language)
    own = str(names.languages.get(language.replace("-", "_"), names.languages.get(names.language, language)))
    return (
        language,
        neighbour(file, of="siblings"),
        own[:1].upper() + own[1:] if names.language != "root" else language,
    )


def neighbour(name: str | None, *, of: str) -> str | None:
    """Return the file name of a neighbouring page, checked."""
    if name is not None and not _NEIGHBOUR.fullmatch(name):
        raise DeclarationError(
            where=f"resources, {of}",
            rule="a neighbouring page is a plain file name in the same folder",
            do="pass a name such as index.html",
        )
    return name


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("evalkit.reporting", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["css_string"] = css_string
    return environment


def css_string(text: str) -> Markup:
    r"""Return a text as a CSS string that can neither end itself nor the style element.

    Examples
    --------
    >>> css_string('Trang "1" </style>')
    Markup('"Trang \\22 1\\22  \\3c \\2f style\\3e "')
    """
    safe = "".join(char if char.isalnum() or char in " .,·–-:" else f"\\{ord(char):x} " for char in text)
    return Markup(f'"{safe}"')  # noqa: S704  every character that means something in CSS or HTML is escaped above


@cache
def _stylesheet(name: str) -> Markup:
    """Return a style sheet without comments, indentation and the spaces around its marks; it is our own file."""
    text = packaged.files("evalkit.reporting").joinpath("template", name).read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text).strip()
    return Markup(re.sub(r" ?([{};,]) ?|(?<=:) ", r"\1", text).replace(";}", "}"))  # noqa: S704
