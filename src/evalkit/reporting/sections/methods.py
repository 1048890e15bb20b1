"""Methods with their references, and every source behind the page."""

from __future__ import annotations

from evalkit.facts.areas import Area, NationFacts
from evalkit.records import Methods
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.sections.bases import source_day, source_title, translated
from evalkit.reporting.sections.shared_words import both
from evalkit.reporting.wording import say


@headed("methods", lambda: say("Methods and sources"))
def _(result: Methods) -> tuple[Block, ...]:
    blocks: list[Block] = [Bullets(_methods()), _sources(result.area)]
    if result.area.about.invented:
        blocks.insert(0, Paragraph(_invented(result.area), tone="caution"))
    return tuple(blocks)


def _invented(area: Area) -> Bilingual:
    """Say that the figures are invented; that the country is, only where it is."""
    if area.about.invented_places:
        return say(
            "Every figure, place and source on this page is invented; the country does not exist. Laws and offices may bear the names of real ones; no figure here is theirs. The page shows how evalkit works."
        )
    return say("The figures of this programme on this page are invented: they are not figures of this place.")


def _methods() -> tuple[Bilingual, ...]:
    return (
        say(
            "Counts and rates: exact Poisson interval (Garwood 1936), if yearly counts vary by chance alone."
        ),
        say("Proportions: Wilson interval (Wilson 1927; Newcombe 1998)."),
        say(
            "Two periods: score test of the ratio under the law of scatter that all provinces together tell (Rao 1948); beside it, or alone where no law is known, the exact conditional comparison of Poisson rates with Clopper-Pearson limits (Przyborowski and Wilenski 1940; Fay 2010). The verdict allows for all comparisons made at once (Benjamini and Hochberg 1995)."
        ),
        say(
            "Trends: exact conditional test for few cases; otherwise a log-linear rate model whose dispersion comes from all provinces together (McCullagh and Nelder 1989)."
        ),
        say(
            "Differences of two shares: Newcombe (1998), method 10. The chance that a count meets its target: Gamma posterior with Jeffreys prior, no trend assumed."
        ),
        say("Former provinces: counts are added up, never split; with a part missing no sum is given."),
        say(
            "No calculation uses the value of a hidden figure. Where the scatter of years is estimated, such a figure counts as the range that the figures shown leave to it, which any reader can work out."
        ),
        say(
            "What is shown describes; neither it nor a comparison of places proves an effect of the programme."
        ),
    )


def _sources(area: Area) -> Table:
    cited = set(area.facts["source_id"])
    is_nation = isinstance(area, NationFacts)
    used = [name for name in area.sources if name in cited]
    used += [name for name in area.sources if is_nation and name not in cited]
    columns: tuple[Column, ...] = (
        Column("source", say("Source")),
        Column("agency", say("Agency")),
        Column("date", say("Date")),
        Column("address", say("Where")),
        Column("note", say("Note")),
    )
    rows = tuple(_source_row(name, area) for name in used)
    notes = [say("Titles and agencies are given in the language of the source.")]
    shared = {row[-1].text for row in rows}
    if len(rows) > 1 and len(shared) == 1:  # said once, below
        columns, rows = columns[:-1], tuple(row[:-1] for row in rows)
        notes += [say("On each of them: {note}", note=note) for note in shared if note.en != "–"]
    title = (
        say("Sources of the figures on this page, then those of the provinces")
        if len(used) > len(cited.intersection(used))
        else say("Sources of the figures on this page")
    )
    return Table("sources-table", title, columns, rows, tuple(notes))


def _source_row(name: str, area: Area) -> tuple[Cell, ...]:
    source = area.sources[name]
    return (
        Cell(source_title(name, area)),
        Cell(translated(source.agency, source.agency_in)),
        Cell(source_day(source.date)),
        Cell(Bilingual(source.address or "–", source.address or "–")),
        Cell(both(source.note) if source.note else Bilingual("–", "–")),
    )
