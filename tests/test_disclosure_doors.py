"""The sixteen doors by which a hidden count gets out: each gives it away on unprotected output, and stays shut on ours.

The country is invented. The hidden figure is that of province 01 in 2017; it is 2 or 3 in two worlds that agree in all that is
told. A door is shut if what comes through it is the same in both worlds, or nothing at all.
"""

from __future__ import annotations

import functools
import math
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evalkit.additivity.totals import with_totals
from evalkit.batch.prepare import make_bundle, receive
from evalkit.disclosure.audit import widths
from evalkit.disclosure.earlier import told_by
from evalkit.disclosure.ledger import Ledger
from evalkit.disclosure.ledger_file import append
from evalkit.disclosure.linked_tables import labelled, linked_tables
from evalkit.disclosure.protect import primary, protect
from evalkit.disclosure.protection_rules import protected_cells
from evalkit.evaluation import evaluate
from evalkit.facts.bundle import Bundle, open_bundle
from evalkit.indicators.completeness import (
    completeness,
    completeness_by_place,
    late_reporters,
    reconciliation,
)
from evalkit.indicators.estimates import estimate_indicators
from evalkit.indicators.followup import follow_up
from evalkit.indicators.gaps import class_gaps, group_gaps, place_gaps
from evalkit.indicators.midterm import mid_term_view
from evalkit.indicators.pathway import pathway
from evalkit.indicators.support import support_table
from evalkit.places.registry import Registry
from evalkit.reporting.display import section_of
from evalkit.reporting.every_section import page_head
from evalkit.reporting.page import page_from_sections
from evalkit.statistics.joinpoint.joinpoint import joinpoint
from evalkit.statistics.provinces.shrinkage import shrink_rates
from evalkit.table import totals_only
from evalkit.workspace import Audience, DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry
from tests.workspaces import tiny_workspace

VICTIMS = "victims_identified"
YEARS = range(2012, 2026)
HIDDEN = 2017
POPULATION = 850_000
OTHERS = {
    2012: 14,
    2013: 17,
    2014: 9,
    2015: 22,
    2016: 19,
    2018: 12,
    2019: 16,
    2020: 8,
    2021: 11,
    2022: 21,
    2023: 13,
    2024: 18,
    2025: 15,
}
WORLDS = (2, 3)
DAY = date(2032, 1, 1)
POLICY = DisclosurePolicy()
Attack = Callable[[pd.DataFrame], float | None]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def world(hidden: int, *, edition: int = 0) -> list[dict]:
    """Return the facts of one world: 02 holds what 01 does not, the nation is published; ``edition`` came to 01 later."""
    rows = []
    revised = {"edition_date": "2027-01-01"} if edition else {}
    for year in YEARS:
        first = hidden + edition if year == HIDDEN else OTHERS[year]
        second = 26 - hidden if year == HIDDEN else 30
        later = revised if year == HIDDEN else {}
        values = {"01": first, "02": second, "03": 40, "VN": first + second + 40}
        for place, value in values.items():
            told = later if place in ("01", "VN") else {}
            rows.append(fact(place, value, year=year, measure=VICTIMS, published=place == "VN", **told))
    rows.append(
        fact("01", sum(OTHERS[y] for y in (2016, 2018)) + hidden + edition, measure=VICTIMS, **revised)
        | {"period_start": "2016-01-01", "period_end": "2018-12-31"}
    )
    for sex, value in (("female", 23 - hidden), ("male", hidden)):
        rows.append(fact("02", value, year=2030, measure=VICTIMS, sex=sex))
    rows.append(fact("02", 23, year=2030, measure=VICTIMS))
    for start, end, value in (("2031-01-01", "2031-06-30", hidden), ("2031-01-01", "2031-12-31", 30)):
        rows.append(fact("03", value, measure=VICTIMS, period_start=start, period_end=end))
    return rows


def harmonised(registry: Registry, rows: list[dict]) -> pd.DataFrame:
    return with_totals(facts_table(*rows), registry=registry, programme=PROGRAMME, scheme="new")


def released(registry: Registry, hidden: int) -> pd.DataFrame:
    return protect(
        harmonised(registry, world(hidden)),
        programme=PROGRAMME,
        registry=registry,
        policy=POLICY,
        audience="public",
    ).facts


def primary_only(registry: Registry, hidden: int) -> pd.DataFrame:
    """Return the facts with the small counts alone hidden."""
    facts = harmonised(registry, world(hidden))
    return facts.assign(value=facts["value"].mask(facts["value"].between(1, 4)))


def at(
    told: pd.DataFrame, place: str = "01", year: int = HIDDEN, *, scheme: str = "old", sex: str = "all"
) -> float:
    """Return one yearly figure as it is told; missing where it is hidden."""
    rows = told[(told["province_code"] == place) & (told["scheme"] == scheme) & (told["sex"] == sex)]
    rows = rows[(rows["period_start"] == f"{year}-01-01") & (rows["period_end"] == f"{year}-12-31")]
    return float(rows["value"].item())


def span(told: pd.DataFrame, place: str, start: str, end: str) -> float:
    rows = told[
        (told["province_code"] == place) & (told["period_start"] == start) & (told["period_end"] == end)
    ]
    return float(rows.loc[rows["scheme"] == "old", "value"].item())


def series(told: pd.DataFrame) -> pd.Series:
    return pd.Series({year: at(told, year=year) for year in YEARS})


def others_known(told: pd.DataFrame) -> pd.Series:
    """Return the other years as the attacker knows them, from wherever."""
    return pd.Series(OTHERS, dtype=float)


def margins(told: pd.DataFrame) -> float:
    """Door 1: the nation less the other provinces."""
    return at(told, "VN", scheme="nation") - at(told, "02") - at(told, "03")


def public_total(told: pd.DataFrame) -> float:
    """Door 2: a total that is public anyway, less the part that is shown."""
    return 23 - at(told, "02", 2030, sex="female")


def years_and_period(told: pd.DataFrame) -> float:
    """Door 3: a period less its other years."""
    return span(told, "01", "2016-01-01", "2018-12-31") - at(told, year=2016) - at(told, year=2018)


def half_year_and_year(told: pd.DataFrame) -> float:
    """Door 3 the other way round: the second half of a year is what the year holds beyond the first."""
    rest = span(told, "03", "2031-01-01", "2031-12-31") - span(told, "03", "2031-01-01", "2031-06-30")
    return 30 - rest


def old_and_new(told: pd.DataFrame) -> float:
    """Door 4: the nation less the new province that took in all the others."""
    return at(told, "VN", scheme="nation") - at(told, "03", scheme="new")


def rounded(told: pd.DataFrame) -> float:
    """Door 5: everything rounded to 5: the middle of what the rounded margin and parts allow."""
    parts = [at(told, "VN", scheme="nation"), at(told, "02"), at(told, "03")]
    total, *rest = [5 * round(part / 5) if not math.isnan(part) else math.nan for part in parts]
    return total - sum(rest)


def slope(told: pd.DataFrame) -> float:
    """Door 7: the slope of a straight trend with 4 decimals, the other years known."""
    told_series = series(told).dropna()
    weight = pd.Series({year: year - np.mean(list(YEARS)) for year in YEARS})
    weight /= (weight**2).sum()
    printed = round(float(np.polyfit(told_series.index, told_series, 1)[0]), 4)
    others = others_known(told)
    return (printed - (weight[others.index] * others).sum()) / weight[HIDDEN]


def mean(told: pd.DataFrame) -> float:
    """Door 8: the mean over the years, the other years known."""
    return len(YEARS) * round(float(series(told).mean()), 2) - others_known(told).sum()


def rate(told: pd.DataFrame) -> float:
    """Door 9: a rate per 100,000 with the public population."""
    return round(1e5 * at(told) / POPULATION, 2) * POPULATION / 1e5


def percent(told: pd.DataFrame) -> float:
    """Door 10: "13.0 % of 23"."""
    return round(100 * at(told, "02", 2030, sex="male") / 23, 1) * 23 / 100


def change(told: pd.DataFrame) -> float:
    """Door 11: a change on the year before, which is shown."""
    return OTHERS[2016] * (1 + round(100 * (at(told) / OTHERS[2016] - 1), 1) / 100)


def line(told: pd.DataFrame) -> float:
    """Door 12: the coordinates of a line, scaled by two points that are known."""
    height = (400 - 9.7 * series(told)).round(2)
    scale = (height[2015] - height[2020]) / (OTHERS[2015] - OTHERS[2020])
    return OTHERS[2015] + (height[HIDDEN] - height[2015]) / scale


def picture(told: pd.DataFrame) -> float:
    """Door 13: the same from pixels, a person being 15 of them high."""
    height = (480 - 15 * series(told)).round()
    return OTHERS[2015] + (height[2015] - height[HIDDEN]) / 15


def interval(told: pd.DataFrame) -> float:
    """Door 14: the half width of an interval, 1.96 times the root of the count."""
    return (round(1.96 * math.sqrt(at(told)), 2) / 1.96) ** 2 if not math.isnan(at(told)) else math.nan


DOORS: dict[str, Attack] = {
    "1 exact margins": margins,
    "2 public totals": public_total,
    "3 years and period": years_and_period,
    "3 half-year and year": half_year_and_year,
    "4 old and new provinces": old_and_new,
    "7 slope of a trend": slope,
    "8 mean": mean,
    "9 rate": rate,
    "10 percent": percent,
    "11 change": change,
    "12 coordinates of a line": line,
    "13 pixels": picture,
    "14 half width of an interval": interval,
}
ON_PRIMARY_ALONE = ("1 exact margins", "3 years and period", "4 old and new provinces", "2 public totals")


def same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


@pytest.mark.parametrize("name", list(DOORS))
def test_a_door_gives_the_figure_away_unprotected_and_tells_nothing_of_ours(registry: Registry, name: str):
    attack = DOORS[name]
    make = primary_only if name in ON_PRIMARY_ALONE else lambda reg, hidden: harmonised(reg, world(hidden))
    for hidden in WORLDS:
        assert attack(make(registry, hidden)) == pytest.approx(hidden, abs=0.49)
    assert same(*(attack(released(registry, hidden)) for hidden in WORLDS))


def test_door_5_rounding_tells_the_figure_more_closely_than_hiding(registry: Registry):
    """The rest rounded to 5, totals too: what is left is a guess within the rule's width; ours gives none."""
    assert abs(rounded(primary_only(registry, 3)) - 3) < 4
    assert math.isnan(rounded(released(registry, 3)))


def test_door_6_the_attack_of_a_checker_finds_every_hidden_figure_wide(registry: Registry):
    """The tau-Argus kind of audit on the same table: exact with primary suppression alone, at least k - 1 wide with ours."""
    facts = harmonised(registry, world(3))
    tables = linked_tables(labelled(protected_cells(facts, PROGRAMME, POLICY)), PROGRAMME, registry)
    cells = tables.cells
    implicit = set(cells.index[cells["implicit"]])
    target = cells.index[(cells["value"] == 3) & ~cells["implicit"]][0]
    alone = widths(tables, primary(tables) | implicit, {target: 4.0})[target]
    marked = released(registry, 3)
    ours = set(cells.index[cells["row"].isin(marked.index[marked["mark"] == "c"])])
    assert alone < 1e-6
    assert min(widths(tables, ours | implicit, dict.fromkeys(ours, 4.0)).values()) >= 4


def test_door_15_the_next_edition(registry: Registry, tmp_path: Path):
    """Four persons were added to the 3: the 7 could be shown, and the two national totals tell how many were added."""
    first = released(registry, 3)
    about = {
        "workspace": "w",
        "edition": "1",
        "date": date(2032, 1, 1),
        "rules": {},
        "signed": "",
        "bundle": "",
    }
    ledger = append(tmp_path, Ledger(), told_by(first, PROGRAMME, POLICY), about=about)

    def attacked(next_ledger: Ledger) -> float:
        told = protect(
            harmonised(registry, world(3, edition=4)),
            programme=PROGRAMME,
            registry=registry,
            policy=POLICY,
            audience="public",
            ledger=next_ledger,
        ).facts
        return at(told) - (at(told, "VN", scheme="nation") - at(first, "VN", scheme="nation"))

    assert attacked(Ledger()) == 3
    assert math.isnan(attacked(ledger))


def test_door_16_one_mark_and_an_order_that_tells_nothing(registry: Registry):
    """Two marks tell small from complementary; a table sorted by value tells between which figures the hidden one lies."""
    facts = harmonised(registry, world(3))
    naive = facts["value"].map(lambda value: "<5" if 1 <= value < 5 else "")
    assert set(naive[facts["value"] == 3]) == {"<5"}
    told = released(registry, 3)
    hidden = told[told["mark"] != ""]
    assert set(hidden["mark"]) == {"c"}
    assert set(hidden["qualifier"]) == {"exact"}
    assert len(set(hidden["status"])) == 1
    assert told.index.equals(facts.index)


@functools.cache
def bundle_in(audience: Audience, hidden: int) -> Bundle:
    """Return the bundle of a world, whose received facts are gone."""
    rows = [row | {"sex": row.get("sex", "all")} for row in world(hidden)]
    with tempfile.TemporaryDirectory() as folder:
        workspace = tiny_workspace(Path(folder) / f"world{hidden}" / "trial", facts=rows)
        return make_bundle(receive(workspace, day=DAY), day=DAY, audience=audience)


def protected() -> list[Bundle]:
    return [bundle_in("public", hidden) for hidden in WORLDS]


def unprotected() -> list[Bundle]:
    return [bundle_in("internal", hidden) for hidden in WORLDS]


def pages(bundle: Bundle) -> list[str]:
    """Return every page in both languages, with all its sections, figures, alt texts and tables."""
    nation = bundle.nation()
    made = []
    for area in (nation, *(bundle.province(place.code) for place in bundle.places)):
        result = evaluate(area)
        sections = [section_of(record) for record in result.by_step().values()]
        made += [
            page_from_sections(page_head(area), sections, language=language) for language in ("vi", "en")
        ]
    return made


def test_every_door_at_once_the_pages_of_two_worlds_are_the_same():
    """Titles, sentences, rates, percents, changes, intervals, trends, figures, alt texts: no byte depends on what is hidden."""
    first, second = protected()
    assert first.about.hidden_cells > 0
    assert first.content_hash == second.content_hash
    assert pages(first) == pages(second)


def test_the_pages_of_two_worlds_differ_where_nothing_is_protected():
    """The control: an internal bundle shows which world it is."""
    first, second = unprotected()
    assert pages(first) != pages(second)


def further_views(bundle: Bundle) -> list[object]:
    """Return what the further views compute of each place: supports, pathway, mid-term, follow-up, gaps, completeness, bends."""
    programme, nation = bundle.programme, bundle.nation()
    whole = estimate_indicators(nation.facts, programme)
    found: list[object] = []
    for area in (nation, *(bundle.province(place.code) for place in bundle.places)):
        facts, supports = area.facts, support_table(area.facts, programme)
        estimates = estimate_indicators(facts, programme)
        years = totals_only(facts[facts["measure"] == VICTIMS])
        years = years[years["period_end"] - years["period_start"] > pd.Timedelta(days=360)]
        years = years.assign(year=years["period_start"].dt.year, count=years["value"]).drop_duplicates("year")
        found += [
            estimates,
            supports,
            pathway(facts, programme),
            mid_term_view(estimates, programme, programme.targets),
            *(follow_up(estimates, programme, period=period) for period in programme.periods),
            group_gaps(facts, programme),
            place_gaps(estimates, whole, programme),
            class_gaps(supports, programme),
            completeness(facts, programme),
            late_reporters(facts),
            reconciliation(estimates),
            joinpoint(years[["year", "count", "status"]]),
        ]
    provinces = totals_only(nation.province_facts)
    one_year = provinces[(provinces["measure"] == VICTIMS) & (provinces["period_start"] == f"{HIDDEN}-01-01")]
    one_year = one_year[one_year["scheme"] == bundle.about.scheme]
    rates = one_year.assign(count=one_year["value"], exposure=POPULATION)
    return [*found, completeness_by_place(provinces, programme), shrink_rates(rates)]


def told(results: list[object]) -> list[str]:
    """Return everything that results hold, as text."""
    return [one.to_csv() if isinstance(one, pd.DataFrame) else repr(one) for one in results]


def test_the_further_views_of_two_worlds_are_the_same_and_differ_where_nothing_is_protected():
    """Supports, pathway, mid-term, follow-up, gaps, completeness, bends and shrunken rates see protected facts alone."""
    first, second = (told(further_views(bundle)) for bundle in protected())
    assert first == second
    one, other = (told(further_views(bundle)) for bundle in unprotected())
    assert one != other


def test_every_page_and_view_is_computed_again_from_the_protected_bundle_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The received facts are gone, and whoever asks for them fails: pages and tables come out of the bundle, the same in both worlds."""
    written = [tmp_path / f"bundle{hidden}" for hidden in WORLDS]
    for bundle, folder in zip(protected(), written, strict=True):
        bundle.write(folder)
    expected = told(further_views(protected()[0]))

    def unavailable(*_: object, **__: object) -> None:
        raise AssertionError("received facts were asked for")

    for name in ("read_facts_told", "protect", "receive", "make_bundle"):
        monkeypatch.setattr(f"evalkit.batch.prepare.{name}", unavailable)
    # the same files, so that what is computed from one world's is computed from the other's
    first, second = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in written)
    assert first == second
    bundle = open_bundle(written[0])
    assert told(further_views(bundle)) == expected
    made = pages(bundle)
    assert sum(page.count("<table") for page in made) > 30
