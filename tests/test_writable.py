"""Every legal result can be written: hard series through every estimator of a page, and all that comes out through its writer."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from evalkit.evaluation import evaluate
from evalkit.facts.areas import About, NationFacts, ProvinceFacts
from evalkit.facts.intake import Source, read_facts, without_origin
from evalkit.facts.named_places import Place
from evalkit.indicators.trends import Trend
from evalkit.labels import Label
from evalkit.places.population import POPULATION
from evalkit.programme.load import load_programme
from evalkit.reporting import formats
from evalkit.reporting.blocks import LANGUAGES, Sections
from evalkit.reporting.display import plain_text, shown_as
from evalkit.reporting.every_section import section_of
from evalkit.reporting.lapsed import lapses_told
from evalkit.reporting.render import Numbering, render_section
from evalkit.reporting.sections.headline_trends import trend_sentence
from evalkit.reporting.sections.limits import change_limits, change_written, limits_written
from evalkit.reporting.sections.shared_words import chance, p_words
from evalkit.reporting.sections.shares import share_cell
from evalkit.reporting.sections.trend_checks import bends_words
from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.headline import fit_trend
from evalkit.statistics.trend.trend_study import study_trend
from evalkit.steps import (
    compare_provinces,
    estimate_indicators,
    follow_recommendations,
    provinces_side_by_side,
)
from tests.builders import fact, facts_table
from tests.shipped import ROOT

FIRST, LAST = 2011, 2025
UNWRITTEN = re.compile(r"(?<![\w“])(?:nan|NaN|inf|-inf|NaT|None(?! of))(?!\w)")
FALLS = (12, 9, 7, 5, 3, 2, 1, *[0] * 8)
SHAPES: dict[str, tuple[float, ...]] = {
    "zeros": (0,) * 15,
    "falls to zero": FALLS,
    "rises from zero": FALLS[::-1],
    "zeros, then six a year": (*[0] * 8, *[6] * 7),
    "six a year, then zeros": (*[6] * 7, *[0] * 8),
    "one year of 40": (*[0] * 7, 40, *[0] * 7),
    "40 in the first year": (40, *[0] * 14),
    "40 in the last year": (*[0] * 14, 40),
    "zeros at both ends": (*[0] * 5, 3, 9, 4, 7, 2, *[0] * 5),
    "five points": (*[math.nan] * 10, 7, 4, 0, 3, 9),
    "five points, huge": (*[math.nan] * 10, 60_000, 31_000, 52_000, 44_000, 23_000),
    "huge": (
        60_000,
        48_000,
        71_000,
        52_000,
        66_000,
        39_000,
        58_000,
        61_000,
        44_000,
        70_000,
        53_000,
        47_000,
        62_000,
        50_000,
        41_000,
    ),
    "huge, then zeros": (60_000, 30_000, 15_000, *[0] * 12),
    "one, then fourteen": (*[1] * 7, *[14] * 8),
}
PROGRAMME = load_programme(str(ROOT / "data/demo/programme"))
LAWS = {
    "wild": ScatterLaw("quadratic", 60.0, 10.0, 40, 400, 380, 0.0),
    "very wild": ScatterLaw("linear", 1_700.0, 0.5, 40, 400, 380, 0.0, own=3.0),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One place's rows of the invented country: every measure of which it tells, broken down as it may be."""
    lines = (ROOT / "data/demo/facts.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path_factory.mktemp("facts") / "facts.csv"
    path.write_text("\n".join([lines[0], *(line for line in lines if line.startswith("11,d34,"))]), "utf-8")
    table = without_origin(read_facts([path], PROGRAMME)).assign(mark="", qualifier="exact", source_cell="")
    whole = (table["period_start"] == f"{LAST}-01-01") & (table["period_end"] == f"{LAST}-12-31")
    return table[whole]


def place(code: str) -> Place:
    name = f"Thử {code}"
    return Place(
        code=code, scheme="d34", name=name, name_en=name, full_name=f"Tỉnh {name}", slug=f"thu-{code}",
        region_code="R", region=Label(vi="Vùng", en="Region"), land_border=(), names=(), components=(),
    )  # fmt: skip


def shaped(rows: pd.DataFrame, shape: tuple[float, ...], *, code: str = "11") -> pd.DataFrame:
    """Give a place, in each year, every figure of the template with the shape's value; a year without one is not reported."""
    tables = [
        rows.assign(
            province_code=code,
            period_start=pd.Timestamp(f"{year}-01-01"),
            period_end=pd.Timestamp(f"{year}-12-31"),
            edition_date=pd.Timestamp(f"{year + 1}-03-15"),
            value=float(value),
            status="not_reported" if math.isnan(value) else "reported" if value else "zero_reported",
        )
        for year, value in enumerate(shape, start=FIRST)
    ]
    return pd.concat(tables, ignore_index=True)


def people(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the same place's population, year by year."""
    one = rows[(rows["measure"] == "cases_recorded") & (rows["article"] == "all")].drop_duplicates(
        "period_end"
    )
    basis = PROGRAMME.measures[POPULATION].place_basis
    changed = {"measure": POPULATION, "value": 1_250_000.0, "status": "reported", "place_basis": basis}
    return one.assign(unit=PROGRAMME.measures[POPULATION].unit, **changed)


def about() -> About:
    return About(
        workspace="ws",
        nation="VN",
        title={"vi": "Nước thử", "en": "A trial country"},
        scheme="d34",
        audience="public",
        invented=True,
        k=10,
        k_sensitive=10,
        custodian="nobody",
        hidden_cells=0,
        date="2026-01-01",
    )


def sources(rows: pd.DataFrame) -> dict[str, Source]:
    one = Source(title="Invented", agency="nobody", date="2026", confidence="verified")
    return dict.fromkeys(rows["source_id"].unique(), one)


def province(rows: pd.DataFrame, shape: str, *, populated: bool, law: str | None = None) -> ProvinceFacts:
    facts = shaped(rows, SHAPES[shape])
    facts = pd.concat([facts, people(facts)], ignore_index=True) if populated else facts
    nation = facts.assign(province_code="VN", scheme="nation", value=2 * facts["value"])
    wanted = [name for name, indicator in PROGRAMME.indicators.items() if indicator.trend]
    panel = dict.fromkeys(wanted, LAWS[law].as_record()) if law else {}
    return ProvinceFacts(
        place=place("11"),
        about=about(),
        facts=facts,
        parts=facts.iloc[:0],
        nation=nation,
        programme=PROGRAMME,
        panel=panel,
        families={},
        sources=sources(facts),
        findings=(),
    )


def texts_of(result: object) -> Iterator[str]:
    """Write a result as the page does, in both languages, as text and as HTML."""
    shown = shown_as(result)
    sections = shown.items if isinstance(shown, Sections) else (shown,)
    assert lapses_told(sections) == ()
    for section, language in product(sections, LANGUAGES):
        yield plain_text(section, language)
        yield str(render_section(section, Numbering(language)))


def require_written(*results: object) -> None:
    for result in results:
        for text in texts_of(result):
            found = UNWRITTEN.search(re.sub(r"<[^>]*>", " ", text))
            assert found is None, text[max(found.start() - 90, 0) : found.end() + 30]


@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_a_province_s_series_is_its_page_can_be_written(
    shape: str, rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("EVALKIT_TRACEBACK", "1")
    turn = list(SHAPES).index(shape)
    area = province(rows, shape, populated=turn % 2 == 0, law=(None, "wild", "very wild")[turn % 3])
    found = evaluate(area)
    assert [len(item.series) for item in found.trends.items] == [len(SHAPES[shape])] * 2
    require_written(area, *found.by_step().values())


def test_whatever_the_provinces_series_are_the_nation_s_page_can_be_written(
    rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("EVALKIT_TRACEBACK", "1")
    totals = rows[rows["measure"].isin(["cases_recorded", "victims_identified"])]
    codes = [f"{number:02}" for number in range(1, len(SHAPES) + 1)]
    for chosen in (codes, codes[:1] * 1 + codes[6:9]):
        tables = [
            shaped(totals, shape, code=code)
            for code, shape in zip(codes, SHAPES.values(), strict=True)
            if code in chosen
        ]
        tables += [people(table) for table in tables]
        facts = pd.concat(tables, ignore_index=True)
        own = facts[facts["province_code"] == chosen[-1]].assign(province_code="VN", scheme="nation")
        places = tuple(map(place, dict.fromkeys(chosen)))
        nation = NationFacts(about(), own, facts, places, PROGRAMME, {}, {}, {}, sources(facts), ())
        sides = provinces_side_by_side(nation)
        assert set(sides.frame["province_code"]) == set(chosen)
        require_written(sides, compare_provinces(nation), nation)


def test_a_limit_that_cannot_be_given_is_said_in_words():
    assert limits_written(5.3, math.inf, write=formats.signed_percent).vi == (
        "+5,3% trở lên, không xác định được giới hạn trên"
    )
    assert limits_written(math.nan, 7, write=formats.number).en == "up to 7, no lower limit can be given"
    assert change_limits(-math.inf, math.inf) == limits_written(math.nan, math.nan, write=formats.number)
    assert change_written(10_000.0).en == "+10,000.0%"
    assert change_written(3.1e9).en == "more than +10,000%"


def test_a_chance_or_a_p_that_cannot_be_given_is_said_in_words():
    assert p_words(math.nan).en == "p cannot be given"
    assert chance(math.nan).en == "a value that cannot be given"


def test_nothing_over_nothing_is_no_share_and_a_hidden_one_stays_hidden():
    row = {"status": "estimated", "numerator": 0.0, "denominator": 0.0, "value": math.nan}
    assert share_cell(row).text.en == "0/0: nothing to take a share of"
    assert share_cell(row | {"status": "suppressed"}).text.en == "[c]"
    assert share_cell(row | {"denominator": math.nan}).text.en == "–"


def yearly(*counts: float) -> pd.DataFrame:
    years = range(FIRST, FIRST + len(counts))
    return pd.DataFrame({"year": years, "count": map(float, counts), "status": "reported"})


def test_a_trend_without_upper_limit_or_p_is_written_and_never_beyond_chance(rows: pd.DataFrame):
    series = yearly(*SHAPES["rises from zero"])
    fit = fit_trend(series)
    assert isinstance(fit, TrendFit)
    area = province(rows, "zeros", populated=False)
    item = Trend("cases", series, replace(fit, upper=math.inf, p=math.nan), None, ())
    text = trend_sentence(item, area).en
    assert "% upwards, no upper limit can be given, p cannot be given" in text
    assert text.endswith("There is no comparison.")


def test_no_bend_is_told_with_the_level_at_which_one_would_be_taken():
    """Six series of ten years each: a bend is refused by the level of its last test, which stands beside p."""
    generator = np.random.default_rng(7)
    told = 0
    for _ in range(6):
        series = yearly(*generator.poisson(9, 10))
        found = study_trend(series, fit_trend(series)).bends
        assert isinstance(found, JoinpointFit)
        if not found.joins:
            (level,) = re.findall(r"from (0\.\d+) downwards", bends_words(found, series).en)
            assert found.p > float(level) >= 0.01
            told += 1
    assert told


def test_where_no_bend_can_be_looked_for_the_reason_stands():
    series = yearly(*[5] * 8)
    found = study_trend(series, fit_trend(series)).bends
    assert isinstance(found, NotEstimable)
    assert bends_words(found, series).en == "not looked for: a bend needs ten years of figures"


def test_a_piece_without_a_case_names_its_years_without_that_of_the_join():
    for shape, zeros in (("falls to zero", "2018–2025"), ("zeros, then six a year", "2011–2018")):
        series = yearly(*SHAPES[shape])
        found = study_trend(series, fit_trend(series)).bends
        assert f"no case at all in {zeros}, so no rate of change" in bends_words(found, series).en


@pytest.mark.parametrize(
    ("before", "said"),
    [(1, "2 before, 28 after: too few for a percentage"), (3, "+366.7%")],
    ids=["from 2 in two years", "from 6 in two years"],
)
def test_a_change_from_fewer_than_five_is_told_in_counts(rows: pd.DataFrame, before: int, said: str):
    """The review is of mid-2023: 2 or 6 before it, 28 after; 28 / 6 - 1 is 366.7%."""
    counts = {2021: before, 2022: before, 2024: 14, 2025: 14}
    facts = facts_table(
        *(fact("01", value, year=year, measure="persons_waiting") for year, value in counts.items())
    )
    area = replace(province(rows, "zeros", populated=False), facts=facts, nation=facts)
    text = plain_text(section_of(follow_recommendations(estimate_indicators(area))), "en")
    assert said in text
    assert ("+1,300.0%" in text) is False


def test_a_bend_is_claimed_only_where_it_stands_among_all_series_looked_at():
    series = yearly(*SHAPES["falls to zero"])
    found = study_trend(series, fit_trend(series)).bends
    assert isinstance(found, JoinpointFit)
    assert found.joins
    assert bends_words(found, series, tests=1).en.startswith("bend in")
    assert "does not stand among the 69 series" in bends_words(found, series, tests=69).en
