"""From the shipped workspaces to what their pages say: the numbers of Quảng Ninh, and places about which nothing is known."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from evalkit.batch.plan import notebooks_folder
from evalkit.errors import FactsError
from evalkit.evaluation import AREA, RECIPE, evaluate, recipe_of
from evalkit.facts.bundle import Bundle, open_bundle
from evalkit.records import Evaluation
from evalkit.reporting.blocks import Section, Table
from evalkit.reporting.display import plain_text, section_of
from evalkit.reporting.every_section import page_head
from evalkit.reporting.sections.side_by_side import _outside, _scatter
from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.provinces.funnel import funnel
from evalkit.statistics.results import NotEstimable, RateComparison, TrendFit
from evalkit.steps import break_down, compare_provinces, methods_used, provinces_side_by_side
from tests.lengths import FULL
from tests.shipped import bundle_of, evaluation_of

# Places that other tests evaluate too, of an invented country or not.
FEW = {True: ("08", "11", "22"), False: ("22", "96")}


@pytest.fixture(scope="module")
def published() -> Bundle:
    return bundle_of("vn-published")


@pytest.fixture(scope="module")
def demo() -> Bundle:
    return bundle_of("demo")


def evaluated(bundle: Bundle, code: str = "") -> Evaluation:
    """Evaluate a province, or the nation, once for all tests."""
    return evaluation_of("demo" if bundle.about.invented else "vn-published", code)


def text_of(result: object, language: str = "en") -> str:
    return plain_text(section_of(result), language)


def test_quang_ninh_39_to_23_is_no_change_that_the_figures_carry(published: Bundle):
    text = text_of(evaluated(published, "22").comparisons)
    assert "2011–2015: 39 cases (derived); 2016–2020: 23 cases." in text
    condition = "if yearly counts vary by chance alone, the 95% interval is −66.4% to +1.2%, p = 0.056"
    assert f"−41.0%; {condition}. A change is not established: the 95% interval includes no change" in text
    assert "39 (2011–2015) is derived, not published." in text
    assert "from −71.5% to +22.2%" in text
    assert "only a fall of about 56% or more" in text
    vi = text_of(evaluated(published, "22").comparisons, "vi")
    condition = (
        "nếu các năm chênh lệch nhau chỉ do ngẫu nhiên thì khoảng tin cậy 95% là −66,4% đến +1,2%, p = 0,056"
    )
    assert f"−41,0%; {condition}. Chưa đủ cơ sở để kết luận có thay đổi" in vi


def test_quang_ninh_the_zero_has_its_bound_and_its_rivals(published: Bundle):
    text = text_of(evaluated(published, "22").zeros)
    assert "0 cases in 2021–2022 (2 years)" in text
    assert "up to 1.8 cases a year" in text
    assert "Border closure during COVID-19" in text
    assert "10 persons received in 2023, counted by place of reception" in text


def test_quang_ninh_three_figures_are_told_for_what_they_can_and_cannot_carry(published: Bundle):
    text = text_of(evaluated(published, "22").trends)
    assert "39 cases (derived) in 2011–2015, 23 cases in 2016–2020 and 0 cases in 2021–2022" in text
    assert "no line may be drawn through them and nothing may be forecast" in text
    vi = text_of(evaluated(published, "22").trends, "vi")
    assert "không được vẽ đường xu hướng qua các số này và không được dự báo" in vi


def test_detection_explains_no_fall_that_the_figures_do_not_carry(published: Bundle):
    text = text_of(evaluated(published, "22").comparisons)
    assert "detection alone" not in text
    assert "a fall can mean fewer crimes or less detection" in text


def test_a_trend_is_not_said_to_cross_an_event_of_another_measure(demo: Bundle):
    trends = evaluated(demo, "11").trends
    area = trends.area
    others = [
        event.model_copy(update={"measures": (area.programme.population,)}) for event in area.programme.breaks
    ]
    programme = area.programme.model_copy(update={"breaks": tuple(others)})
    assert "All trends are fitted across these events" in text_of(trends)
    (one,) = (item for item in trends.items if item.indicator == "cases")
    assert "The trend is fitted across these events" in text_of(replace(trends, items=(one,)))
    assert "across these events" not in text_of(replace(trends, area=replace(area, programme=programme)))


def test_a_trend_stands_beside_its_checks(demo: Bundle):
    """Unit 11 was drawn with a mean of 20 cases a year to 2015 and of 6 from 2016."""
    trends = evaluated(demo, "11").trends
    cases = trends.items[0]
    assert isinstance(cases.study.bends, JoinpointFit)
    assert cases.study.sensitivity.tipping.percent == pytest.approx(cases.fit.apc)
    table = text_of(trends)
    for check in (
        "Smallest fall it could show",
        "Detection alone",
        "Without any one year",
        "Mann-Kendall",
        "exploratory",
        "Step at a declared date",
    ):
        assert check in table


def test_quang_ninh_place_bases_stand_side_by_side_and_are_no_contradiction(published: Bundle):
    text = text_of(evaluated(published, "22").place_bases)
    assert "(by place of occurrence)" in text
    assert "(by place of reception)" in text
    assert "are not a contradiction" in text
    lines = text.splitlines()
    assert next(line for line in lines if line.startswith("2021–2022")).split()[1:3] == ["0", "–"]
    assert next(line for line in lines if line.startswith("2023")).split()[1] == "–"
    assert " 10 " in next(line for line in lines if line.startswith("2023"))


def test_a_figure_told_once_stands_in_a_table_as_surely_as_it_was_told(published: Bundle):
    result = evaluated(published, "22")
    bases = text_of(result.place_bases)
    line = next(line for line in bases.splitlines() if line.startswith("Trafficking cases instituted"))
    assert "at least 1" in line
    indicators = text_of(result.indicators)
    assert "at least 3" in next(line for line in indicators.splitlines() if line.startswith("J06S"))


def test_figures_by_attribute_show_the_mark_of_hidden_ones_and_no_more(demo: Bundle):
    for place in demo.places:
        result = break_down(demo.province(place.code))
        hidden = int((result.frame["status"] == "suppressed").sum())
        text = text_of(result)
        alone = [
            rows
            for _, rows in result.frame.groupby(["measure", "dimension"])
            if set(rows["status"]) <= {"suppressed"}
        ]
        assert text.count(" [c]") + sum(map(len, alone)) == hidden
        assert text.count("every figure is confidential") == len(alone)
    assert hidden > 0
    assert result.frame.groupby(["measure", "dimension"])["period_end"].nunique().max() == 5


def test_the_nation_says_which_total_of_a_province_is_derived(published: Bundle):
    text = text_of(provinces_side_by_side(published.nation()))
    line = next(line for line in text.splitlines() if line.startswith("22 "))
    assert "39 cases (derived) " in line, "of all years of the period"
    assert "0 cases in 2 years" in line, "of two of five"


def test_the_provinces_rates_stand_in_official_order_and_never_as_a_league_table(demo: Bundle):
    nation = demo.nation()
    text = text_of(compare_provinces(nation))
    rows = (line for line in text.splitlines() if line[:2].isdigit() and line[3:4].isupper())
    codes = [line[:2] for line in rows]
    assert codes == [place.code for place in nation.places]
    assert "Benjamini-Hochberg" in text


def test_the_provinces_rates_have_no_place_and_verdicts_that_name_their_limits(demo: Bundle):
    blocks = section_of(compare_provinces(demo.nation())).blocks
    tables = [block for block in blocks if isinstance(block, Table) and not block.id.startswith("differ-")]
    table, heads = tables[0], [column.header.en for column in tables[0].columns]
    assert not any(word in head.lower() for head in heads for word in ("rank", "place", "drawn"))
    assert sum("estimated with the help of the other provinces" in head for head in heads) == 1
    assert sum("person-years" in head for head in heads) == 2
    assert sum("95% limits of" in head for head in heads) == 2
    for row in table.rows:
        count, expected, verdict = row[1].value, row[4].text.en, row[-1].text.en
        (low, high), (lowest, highest) = (
            [int(one) for one in row[k].text.en.replace(",", "").split(" to ")] for k in (5, 6)
        )
        assert heads[1] == "Trafficking cases recorded"
        assert row[1].text.en == f"{count:.0f}"
        assert (verdict == "not clearly different") == (low <= count <= high)
        assert ("unusual" in verdict) == (not lowest <= count <= highest)
        if verdict != "not clearly different":
            assert verdict.startswith("above" if count > float(expected) else "below")


def test_how_years_scatter_is_named_or_stands_as_a_condition(demo: Bundle):
    nation = demo.nation()
    text, unruled = text_of(compare_provinces(nation)), text_of(compare_provinces(replace(nation, panel={})))
    assert "even allowing for extra variation between years in the whole panel" in text
    assert "How years scatter, from all provinces and years" in text
    assert "if yearly counts vary by chance alone" in unruled
    assert "How years scatter, from" not in unruled
    assert re.search(r"(?<![\d.,])1 (cases|stand|lie|of these)\b", text) is None


def test_a_province_whose_years_scatter_more_has_its_own_law_on_the_nations_page(demo: Bundle):
    nation = demo.nation()
    assert nation.own == demo.panel["own"]
    name = next(name for name, one in nation.programme.indicators.items() if one.compare_periods)
    first = nation.places[0]
    none, one = (
        compare_provinces(replace(nation, own=own)).items[0]
        for own in ({}, {name: {f"{first.scheme}:{first.code}": 3.0}})
    )
    widths = [item.shrunken.frame.set_index("province_code").eval("upper - lower") for item in (none, one)]
    assert widths[1][first.code] > 1.2 * widths[0][first.code]
    assert list(one.differs.frame.query("own > 1")["province_code"]) == [first.code]
    text = text_of(compare_provinces(replace(nation, own={name: {f"{first.scheme}:{first.code}": 3.0}})))
    assert "The years of one province scatter more than that" in text


def test_one_is_written_as_one():
    law = ScatterLaw("quadratic", 2.0, 0.41, series=34, cells=340, degrees=272, p=0.0)
    one = _scatter(law, pd.DataFrame({"count": [5.0, 4.0, 6.0], "years": 5.0}))
    assert "where a count of 1 a year is expected, the variance of a year is 1.4 times" in one.en
    three = _scatter(law, pd.DataFrame({"count": [15.0], "years": 5.0}))
    assert "where a count of 3 a year is expected" in three.en
    counts = pd.DataFrame(
        {"province_code": list("ABCDEF"), "count": [60, 20, 21, 22, 20, 19], "exposure": 1.0, "years": 5.0}
    )
    text = _outside(funnel(counts, target=20.0)).en
    assert "Of 6 provinces, one lies outside the 95% limits of chance" in text
    assert "one stands apart" in text
    two = _outside(funnel(counts.assign(count=[60, 60, 21, 22, 20, 19]), target=20.0)).en
    assert "2 lie outside the 95% limits of chance" in two
    assert "0 stand apart" in two  # each widens the spread of provinces for the other


def test_where_too_few_provinces_have_a_total_the_page_says_so(published: Bundle):
    assert "Fewer than five provinces have a total" in text_of(compare_provinces(published.nation()))


def test_population_has_its_source_on_the_page(published: Bundle):
    province = published.province("01")
    text = text_of(methods_used(province))
    assert "V02.01" in text
    assert set(province.facts["source_id"]) <= set(province.sources)


def figures(*told: tuple[str, int, float]) -> pd.DataFrame:
    """Return figures of single years, of one source."""
    rows = [(name, f"{year}-01-01", f"{year}-12-31", value) for name, year, value in told]
    frame = pd.DataFrame(rows, columns=["measure", "period_start", "period_end", "value"])
    frame = frame.astype({"period_start": "datetime64[ns]", "period_end": "datetime64[ns]"})
    return frame.assign(status="reported", qualifier="", source_id="s")


def test_figures_of_the_same_years_stand_on_one_line_and_single_ones_on_their_own(published: Bundle):
    bases = evaluated(published, "22").place_bases

    def table(seldom: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
        blocks = section_of(replace(bases, seldom=seldom)).blocks
        found = next(block for block in blocks if isinstance(block, Table) and block.id == "seldom-table")
        return [column.key for column in found.columns], [
            [cell.text.en for cell in row] for row in found.rows
        ]

    calls = [("hotline_calls", year, float(year - 2000)) for year in (2023, 2021, 2022)]
    two = figures(*calls, ("budget_spent", 2021, 5.0), ("budget_spent", 2023, 7.0))
    assert table(two)[0] == ["measure", "2021", "2022", "2023"], "one source stands below the table"
    keys, rows = table(two.assign(source_id=["s"] * 3 + ["t"] * 2))
    assert keys == ["measure", "2021", "2022", "2023", "source"]
    assert rows == [
        ["Hotline calls", "21", "22", "23", "s"],
        ["Budget spent (million dong)", "5", "–", "7", "t"],
    ]
    keys, rows = table(figures(("hotline_calls", 2021, 1.0), ("budget_spent", 2023, 2.0)))
    assert keys == ["measure", "period", "value"]
    assert [row[1:] for row in rows] == [["2021", "1"], ["2023", "2"]]
    assert table(figures(("hotline_calls", 2021, 1.0)))[0] == keys, "one figure is told with its period"
    twice = figures(*calls, *calls)
    assert len(table(twice)[1]) == len(twice), "two figures of one source and period are both shown"


def test_the_fall_is_not_called_progress(published: Bundle):
    text = text_of(evaluated(published, "22").comparisons)
    assert "neither coloured nor counted as success" in text
    assert "progress" not in text.lower().replace("as progress", "")


def test_a_province_about_which_nothing_is_published_says_so_and_shows_what_binds_it(published: Bundle):
    province = published.province("96")
    result = evaluated(published, "96")
    assert "The sources used hold no figure on this programme" in text_of(result.summary)
    place = text_of(province)
    assert "Average population in 2024" in place
    assert "T2" in text_of(result.mid_term)
    measures = province.programme.measures
    untold = text_of(result.completeness).partition("No figure in the sources used: ")[2].partition(".")[0]
    labels = [measure.label.en for name, measure in measures.items() if name != "population_average"]
    assert untold == "; ".join(labels)


def test_official_names_follow_the_day():
    before, after = (bundle_of("vn-published", day) for day in (date(2026, 8, 31), date(2026, 9, 1)))
    assert page_head(before.province("22")).title.vi.endswith("Tỉnh Quảng Ninh")
    assert page_head(after.province("22")).title.vi.endswith("Thành phố Quảng Ninh")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_province_is_found_by_code_and_by_name_in_either_unicode_form(published: Bundle, form: str):
    assert published.province(unicodedata.normalize(form, "Quảng Ninh")).place.code == "22"
    with pytest.raises(FactsError, match="no page"):
        published.province("Nowhere")


def test_every_section_of_every_page_can_be_made(published: Bundle, demo: Bundle):
    for bundle in (published, demo):
        # by default the places that other tests evaluate too
        places = [place.code for place in bundle.places[::5]] if FULL else FEW[bundle.about.invented]
        results = [evaluated(bundle), *(evaluated(bundle, code) for code in places)]
        for result in results:
            given = result.by_step()
            assert list(given) == [step.gives for step in recipe_of(result.area)]
            assert all(isinstance(section_of(one), Section) for one in (result.area, *given.values()))


def called(notebook: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the steps that a report notebook calls, in order: each with the names of the steps whose results it is given."""
    cells = json.loads((notebooks_folder() / notebook).read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    known = {line.by.__name__ for line in RECIPE}
    held: dict[str, str] = {}
    found: list[tuple[str, tuple[str, ...]]] = []
    for node in ast.parse(source).body:
        calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
        for call in calls:
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if name in known:
                found.append((name, tuple(held.get(ast.unparse(one), AREA) for one in call.args)))
                if isinstance(node, ast.Assign):
                    held[ast.unparse(node.targets[0])] = name
    return found


@pytest.mark.parametrize(
    ("notebook", "nation"), [("province_report.ipynb", False), ("national_overview.ipynb", True)]
)
def test_the_report_notebooks_call_the_steps_of_the_recipe(notebook: str, nation: bool):  # noqa: FBT001
    by = {line.gives: line.by.__name__ for line in RECIPE}
    lines = [line for line in RECIPE if nation or not line.for_nation]
    known = {AREA, *(line.gives for line in lines)}
    wanted = [(line.by.__name__, tuple(by.get(name, name) for name in line.given(known))) for line in lines]
    assert called(notebook) == wanted


def test_results_are_equal_where_their_content_is(demo: Bundle):
    one, again, other = (evaluate(demo.slice_for(code).province(code)) for code in ("11", "11", "08"))
    for name in one.__slots__:
        assert getattr(one, name) == getattr(again, name), name
        assert getattr(one, name) != getattr(other, name) or getattr(one, name) is None, name
    assert one == again
    moved = one.indicators.frame.assign(value=one.indicators.frame["value"] + 1e-9)
    assert replace(one.indicators, frame=moved) != one.indicators


def test_nothing_on_a_demo_page_is_computed_from_hidden_figures(demo: Bundle):
    hidden = demo.facts[demo.facts["mark"] == "c"]
    assert len(hidden) > 100
    assert hidden["value"].isna().all()
    assert (hidden["status"] == "suppressed").all()


def test_a_slice_gives_the_same_page_and_holds_no_other_province(demo: Bundle, tmp_path: Path):
    demo.slice_for("08").write(tmp_path)
    part = open_bundle(tmp_path)
    assert set(part.facts["province_code"]) == {"08", "R1", "VN"}
    region = part.facts[part.facts["province_code"] == "R1"]
    shown = demo.facts[demo.facts["mark"] != "c"]
    size = sum(place.region_code == "R1" for place in demo.places)
    assert set(region["source_cell"]) == {f"sum of {size} figures"}, (
        "only where each of its provinces is shown"
    )
    assert set(region["measure"]) <= set(shown["measure"])
    one, other = evaluate(part.province("08")), evaluated(demo, "08")
    for name in ("comparisons", "zeros", "indicators", "assessments", "trends"):
        assert text_of(getattr(one, name)) == text_of(getattr(other, name))
    with pytest.raises(FactsError):
        part.province("02")


def test_a_bundle_read_back_is_the_same_and_its_date_is_not_content(published: Bundle, tmp_path: Path):
    published.write(tmp_path)
    assert open_bundle(tmp_path).content_hash == published.content_hash
    assert bundle_of("vn-published", date(2026, 11, 24)).content_hash == published.content_hash


def test_the_planted_step_of_the_demo_is_found_and_a_short_series_is_refused(demo: Bundle, published: Bundle):
    """Unit 11 was drawn with a mean of 20 cases a year to 2015 and of 6 from 2016."""
    result = evaluated(demo, "11")
    step = result.comparisons.items[0].result
    assert isinstance(step, RateComparison)
    assert step.percent_upper < 0
    assert isinstance(result.trends.items[0].fit, TrendFit)
    assert isinstance(evaluated(published, "22").trends.items[0].fit, NotEstimable)


def test_the_nation_shows_sources_that_disagree_beside_each_other(published: Bundle):
    lines = text_of(evaluated(published).place_bases).splitlines()
    year = [line for line in lines if line.startswith("2022 ")]
    assert any("222" in line for line in year)
    assert any("255" in line for line in year)


def test_a_page_says_whose_decision_it_is_that_small_totals_of_persons_stand(demo: Bundle, published: Bundle):
    stands = "stand here even where they are small, by decision of Invented Statistics Office"
    assert stands in text_of(evaluated(demo, "08").completeness)
    assert stands not in text_of(evaluated(published, "22").completeness)


def test_figures_too_few_to_compare_are_not_called_nothing(published: Bundle):
    """Điện Biên has one published figure: 131 persons received."""
    text = text_of(evaluated(published, "11").summary)
    assert "Persons received for verification, 131 persons (1 December 2015 – 31 May 2018)." in text
    assert "hold no figure on this programme" not in text
