"""The disclosure report: what protection cost, by measure, as pages in each language of the workspace and as JSON.

It tells how many figures are hidden for their own sake and how many for others', which no public page may: it stays with the custodian.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from evalkit.batch.page_names import footer_lines, page_file
from evalkit.disclosure.choice import WHOLE
from evalkit.disclosure.report import Cost, total
from evalkit.facts.areas import Coarser
from evalkit.facts.bundle import Bundle
from evalkit.facts.plain_files import to_json
from evalkit.languages import spoken
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bilingual, Cell, Column, PageHead, Paragraph, Section, Table
from evalkit.reporting.formats import number
from evalkit.reporting.page import page_from_sections
from evalkit.reporting.wording import say

FORMAT = 1
STEM = "report"


def cost_json(
    bundle: Bundle, by_measure: Mapping[str, Cost], *, methods: Mapping[str, int], recorded: bool
) -> bytes:
    """Return the report for programs.

    Parameters
    ----------
    bundle : Bundle
        What would be released.
    by_measure : mapping of Cost by measure
    methods : mapping of int by name
        How many networks of linked figures were solved in which way.
    recorded : bool
        Whether the ledger has the release.
    """
    about = bundle.about
    content: dict[str, Any] = {
        "format": FORMAT,
        "workspace": about.workspace,
        "scheme": about.scheme,
        "date": about.date,
        "invented": about.invented,
        "rules": {"k": about.k, "k_sensitive": about.k_sensitive},
        "recorded": recorded,
        "for_the_custodian_alone": True,
        "total": _plain(total(dict(by_measure))),
        "coarser": [asdict(one) for one in bundle.coarser],
        "measures": {name: _plain(cost) for name, cost in by_measure.items()},
        "methods": dict(methods),
    }
    return to_json(content)


def cost_pages(
    bundle: Bundle, by_measure: Mapping[str, Cost], *, methods: Mapping[str, int], recorded: bool
) -> dict[str, bytes]:
    """Return the report for people: a page in each language of the workspace, by file name.

    Parameters
    ----------
    bundle, by_measure, methods, recorded
        As for :func:`cost_json`.
    """
    sections = [
        _purpose(recorded=recorded),
        _costs(bundle, by_measure),
        *_coarser(bundle),
        _methods(methods),
    ]
    pages = {}
    for language in spoken():
        others = [(other, page_file(STEM, other)) for other in spoken() if other != language]
        page = page_from_sections(
            _head(bundle),
            sections,
            language=language,
            resources={"footer": footer_lines(bundle.about, content_key=""), "siblings": others},
        )
        pages[page_file(STEM, language)] = page.encode()
    return pages


def _head(bundle: Bundle) -> PageHead:
    about = bundle.about
    return PageHead(
        title=Bilingual(**about.title),
        subtitle=say("Disclosure report"),
        slug=STEM,
        facts=((say("Boundary set"), same(about.scheme)),),
        invented=about.invented,
        audience="internal",
        bundle_date=about.date,
        invented_places=about.invented_places,
    )


def _purpose(*, recorded: bool) -> Section:
    state = (
        say("This release is recorded in the ledger: its figures count as seen by everybody from now on.")
        if recorded
        else say("This is a rehearsal: nothing was recorded in the ledger, and nothing is released.")
    )
    stays = say(
        "This report stays with the custodian: it tells how many figures are hidden for their own sake, which helps whoever looks for them. It holds no hidden figure."
    )
    return Section("purpose", say("What this is"), (Paragraph(stays, "caution"), Paragraph(state)))


def _costs(bundle: Bundle, by_measure: Mapping[str, Cost]) -> Section:
    heads = (
        Column("measure", say("Measure")),
        Column("figures", say("Figures"), numeric=True),
        Column("shown", say("Shown"), numeric=True),
        Column("own", say("Hidden for their own sake"), numeric=True),
        Column("others", say("Hidden for others' sake"), numeric=True),
        Column("coarser", say("In tables not shown"), numeric=True),
        Column("kept", say("Share shown, %"), numeric=True),
    )
    named = [(_label(bundle, name), cost) for name, cost in by_measure.items()]
    rows = [_row(label, cost) for label, cost in [*named, (say("All measures"), total(dict(by_measure)))]]
    note = say(
        "For their own sake: small, hidden by an earlier release, the whole of a group, or a median over few. For others' sake: so that no subtraction leads back to one of these. In tables not shown: whatever the figure is, because its table is shown coarser."
    )
    table = Table(
        "costs", say("What would be shown and what hidden, by measure"), heads, tuple(rows), (note,)
    )
    return Section("costs-by-measure", say("Figures shown and hidden"), (table,))


def _label(bundle: Bundle, name: str) -> Bilingual:
    return Bilingual(**bundle.programme.measures[name].label.root)


def _row(label: Bilingual, cost: Cost) -> tuple[Cell, ...]:
    counts = (cost.figures, cost.shown, cost.own, cost.others, cost.coarser)
    return (
        Cell(label),
        *(Cell(number(count), count) for count in counts),
        Cell(number(cost.kept, 1), round(cost.kept, 1)),
    )


def _coarser(bundle: Bundle) -> list[Section]:
    """Name the tables that are not shown at their level; no section where there is none."""
    if not bundle.coarser:
        return []
    heads = (
        Column("measure", say("Measure")),
        Column("by", say("By")),
        Column("level", say("Not shown at")),
        Column("reason", say("Reason")),
        Column("instead", say("Shown instead")),
    )
    rows = tuple(_coarser_row(bundle, one) for one in bundle.coarser)
    table = Table("coarser", say("Tables not shown at their level"), heads, rows)
    return [Section("coarser-tables", say("Tables shown coarser"), (table,))]


def _coarser_row(bundle: Bundle, one: Coarser) -> tuple[Cell, ...]:
    reason = say("more than half of the figures are small") if one.small else say("the custodian said so")
    shown = [_level(bundle, *each) for each in one.instead]
    instead = formats.listed(shown) if shown else say("nothing")
    by = formats.listed([_attribute(bundle, name) for name in one.by])
    level = say("{place}, {period}", place=_PLACES[one.place](), period=_PERIODS[one.period]())
    return tuple(map(Cell, (_label(bundle, one.measure), by, level, reason, instead)))


def _level(bundle: Bundle, by: tuple[str, ...], place: str, period: str) -> Bilingual:
    attributes = formats.listed([_attribute(bundle, name) for name in by])
    return say(
        "{attributes}: {place}, {period}",
        attributes=attributes,
        place=_PLACES[place](),
        period=_PERIODS[period](),
    )


def _attribute(bundle: Bundle, name: str) -> Bilingual:
    return Bilingual(**bundle.programme.dimensions[name].label.root)


_PLACES = {
    "province": lambda: say("provinces"),
    "region": lambda: say("regions"),
    "nation": lambda: say("the whole country"),
}
_PERIODS = {
    "month": lambda: say("months"),
    "quarter": lambda: say("quarters"),
    "half-year": lambda: say("half-years"),
    "year": lambda: say("years"),
    "longer": lambda: say("programme periods"),
}


def _methods(methods: Mapping[str, int]) -> Section:
    if not methods:
        none = say("No figure had to be hidden for another's sake: nothing was to be chosen.")
        return Section("choice", say("How the further figures were chosen"), (Paragraph(none),))
    heads = (
        Column("method", say("Method")),
        Column("networks", say("Groups of linked figures"), numeric=True),
    )
    rows = tuple((Cell(same(name)), Cell(number(count), count)) for name, count in sorted(methods.items()))
    table = Table("methods", say("Groups of linked figures, by method"), heads, rows)
    whole = (Paragraph(_whole(methods)),) if WHOLE in methods else ()
    return Section("choice", say("How the further figures were chosen"), (*whole, table))


def _whole(methods: Mapping[str, int]) -> Bilingual:
    return say(
        "Groups of linked figures hidden whole, but for what is known from elsewhere, because no smaller choice was found: {number} of {total}.",
        number=number(methods[WHOLE]),
        total=number(sum(methods.values())),
    )


def _plain(cost: Cost) -> dict[str, float]:
    return {
        "figures": cost.figures,
        "shown": cost.shown,
        "hidden_for_their_own_sake": cost.own,
        "hidden_for_others_sake": cost.others,
        "in_tables_not_shown": cost.coarser,
        "kept_percent": round(cost.kept, 2),
    }
