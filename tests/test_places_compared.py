"""Two places compared: the ratio equals that of other programs, the sentence says no more than it carries, what cannot be compared is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.rates import confint_poisson_2indep

import evalkit as ek
import evalkit.reporting.every_section
from evalkit.errors import FactsError
from evalkit.facts.areas import Area, ProvinceFacts
from evalkit.indicators.place_comparison import PlaceRate, ratio_of_rates
from evalkit.records import PlacesCompared
from evalkit.reporting.blocks import Language, Section, Table
from evalkit.reporting.display import mime_bundle, section_of, shown_as
from evalkit.reporting.page import page_from_sections
from evalkit.review.page_rules import contradictions
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.table import dimensions_of
from tests.shipped import bundle_of

LAW = ScatterLaw("quadratic", 9.0, 0.45, series=34, cells=340, degrees=272, p=0.0)


def province(code: str) -> ProvinceFacts:
    return bundle_of("demo").province(code)


def changed(area: ProvinceFacts, measure: str, **values: Any) -> ProvinceFacts:
    """Return a province in which every total of a measure since 2021 says something else."""
    facts = area.facts.copy()
    mine = facts["measure"].eq(measure) & facts["period_start"].dt.year.ge(2021)
    for name, value in values.items():
        facts.loc[mine, name] = value
    return replace(area, facts=facts)


# ---- the numbers


def score_of(ratio: float, one: PlaceRate, other: PlaceRate) -> float:
    """Return by statsmodels the score statistic that one place's rate is ``ratio`` times the other's, under the law of scatter."""
    spread = [(one, int(one.years)), (other, int(other.years))]
    counts = np.concatenate([[place.count / years] * years for place, years in spread])
    people = np.concatenate([[place.person_years / years] * years for place, years in spread])
    is_one = np.concatenate([np.ones(spread[0][1]), np.zeros(spread[1][1])])
    offset = np.log(people) + is_one * math.log(ratio)
    family = sm.families.NegativeBinomial(alpha=LAW.alpha)
    null = sm.GLM(counts, np.ones((len(counts), 1)), family=family, offset=offset).fit(tol=1e-12)
    return float(np.ravel(null.score_test(exog_extra=is_one[:, None], observed=False)[0])[0])


@pytest.mark.parametrize(("count", "other"), [(69.0, 14.0), (20.0, 240.0), (7.0, 9.0)])
def test_the_limits_are_the_ratios_that_a_score_test_of_statsmodels_just_does_not_reject(
    count: float, other: float
):
    one, beside = PlaceRate(count, 5.0, 6.6e6), PlaceRate(other, 5.0, 3.3e6)
    found = ratio_of_rates(one, beside, [LAW, LAW])
    bound = stats.chi2.ppf(0.95, 1)
    assert score_of(found.lower, one, beside) == pytest.approx(bound, rel=1e-4)
    assert score_of(found.upper, one, beside) == pytest.approx(bound, rel=1e-4)


def test_without_a_law_the_limits_are_exact():
    found = ratio_of_rates(PlaceRate(39.0, 5.0, 2e6), PlaceRate(23.0, 5.0, 4e6), [None, None])
    share = stats.beta.ppf([0.025, 0.975], [39, 40], [24, 23])  # Clopper-Pearson, by hand
    np.testing.assert_allclose((found.exact.ratio_lower, found.exact.ratio_upper), share / (1 - share) * 2)
    assert math.isnan(found.lower)
    near = confint_poisson_2indep(39, 2e6, 23, 4e6, method="score", compare="ratio")
    np.testing.assert_allclose((found.exact.ratio_lower, found.exact.ratio_upper), near, rtol=0.1)


def test_the_limits_are_never_narrower_than_the_exact_ones():
    calm = replace(LAW, alpha=0.0)
    found = ratio_of_rates(PlaceRate(1.0, 5.0, 5e6), PlaceRate(14.0, 5.0, 3e6), [calm, calm])
    share = stats.beta.ppf([0.025, 0.975], [1, 2], [15, 14])
    exact = share / (1 - share) * 3 / 5
    assert found.lower <= exact[0] * (1 + 1e-12)
    assert found.upper >= exact[1] * (1 - 1e-12)


def test_two_provinces_have_the_counts_and_populations_of_their_facts():
    found = ek.compare_places(province("04"), province("08"), "cases")
    for code, row in zip(["04", "08"], found.frame.to_dict("records"), strict=True):
        facts = province(code).facts
        facts = facts[facts[dimensions_of(facts)].eq("all").all(axis=1)]
        years = facts["period_start"].dt.year.between(2021, 2025)
        people = facts[facts["measure"].eq(province(code).programme.population) & years]
        cases = facts[facts["measure"].eq("cases_recorded") & years & facts["place_basis"].eq("occurrence")]
        cases = cases[(cases["period_end"] - cases["period_start"]).dt.days.between(364, 365)]
        lived = people.drop_duplicates("period_end")["value"].sum()
        assert row["person_years"] == lived
        assert row["count"] == cases.drop_duplicates("period_end")["value"].sum()
        limits = stats.chi2.ppf([0.025, 0.975], [2 * row["count"], 2 * row["count"] + 2]) / 2
        np.testing.assert_allclose((row["lower"], row["upper"]), 1e5 * limits / lived)
    first, second = found.frame["value"]
    assert found.frame["ratio"].iloc[0] == pytest.approx(first / second)


def test_a_province_beside_the_nation_is_counted_once():
    nation = bundle_of("demo").nation()
    forth, back = (
        ek.compare_places(*pair, "cases") for pair in ((province("04"), nation), (nation, province("04")))
    )
    assert forth.frame["count"].tolist() == [69.0, 571.0 - 69.0]
    assert forth.frame["ratio"].iloc[0] == pytest.approx(1 / back.frame["ratio"].iloc[0])
    assert forth.frame["ratio_lower"].iloc[0] == pytest.approx(
        1 / back.frame["ratio_upper"].iloc[0], rel=1e-6
    )


# ---- the words


def test_the_words_say_both_rates_the_ratio_and_what_chance_can_explain():
    found = ek.compare_places(province("04"), province("08"), "cases")
    said = found.text("en")
    assert "In Tuyet Linh 1.05, 95% interval 0.82 to 1.33 (69 cases, derived)." in said
    assert "2.49 times that of Bach Vu, 95% interval 0.85 to 6.68" in said
    assert "can explain the difference" in said
    assert "hardly" not in said
    assert "detection may differ" in said
    assert "bằng 2,49 lần tỷ suất của tỉnh Bạch Vũ" in found.text("vi")
    assert repr(found) == "<PlacesCompared of Tuyết Lĩnh (04): cases, 2021-2025, frame 2 rows>"
    assert set(found.frame["source_id"]) <= set(found.sources)


def test_the_source_is_told_with_what_its_title_means_in_the_readers_language():
    """The article's title is Vietnamese; its meaning stands before it on an English page alone."""
    published = bundle_of("vn-published")
    found = ek.compare_places(published.provinces["22"], published.nation(), "cases")
    told = [found.sources[name] for name in found.frame["source_id"].iloc[0].split(";")]
    assert told
    for source in told:
        assert f"{source.title_in.of('en')} [{source.title}]" in found.text("en")
        assert source.title in found.text("vi")
        assert f"[{source.title}]" not in found.text("vi")


def test_a_clear_difference_is_one_only_of_a_pair_chosen_before():
    said = ek.compare_places(province("04"), bundle_of("demo").nation(), "cases").text("en")
    assert "hardly explain the difference of the lasting rates, if this pair was chosen before" in said
    assert "the whole country without the province beside it" in said
    assert "different sources" in said


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (0.0, 0.0, "Nothing was counted in either place"),
        (3.0, 0.0, "a ratio over zero is not defined"),
        (30.0, 0.8, "Too little was counted in Bach Vu for a ratio"),
    ],
)
def test_where_too_little_was_counted_no_ratio_is_said(one: float, other: float, told: str):
    counts = [changed(province("04"), "cases_recorded", value=one), province("08")]
    counts[1] = changed(province("08"), "cases_recorded", value=round(other))
    found = ek.compare_places(counts[0], counts[1], "cases")
    said = found.text("en")
    if other == 0.8:
        assert found.frame["count"].tolist() == [150.0, 5.0]
        found = replace(found, frame=found.frame.assign(count=[150.0, 4.0]))
        said = found.text("en")
    assert told in said
    assert "times that of" not in said


def test_where_no_law_is_known_the_condition_stands_in_the_sentence():
    alone = [replace(province(code), panel={}) for code in ("04", "08")]
    said = ek.compare_places(alone[0], alone[1], "cases").text("en")
    assert "if yearly counts vary by chance alone, the 95% interval is" in said


def test_it_displays_itself_and_draws_both_rates():
    found = ek.compare_places(province("04"), province("08"), "cases")
    assert "1.05" in mime_bundle(shown_as(found), language="en")["text/html"]
    axes = found.figure(language="en").axes[0]
    points = next(line for line in axes.lines if line.get_gid() == "points")
    assert list(points.get_xdata()) == found.frame["value"].tolist()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Tuyet Linh", "Bach Vu"]


def page_with(found: PlacesCompared, language: Language) -> str:
    head = ek.page_head(found.area)
    parts = [section_of(found)]
    return page_from_sections(head, parts, language=language, resources={})


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("workspace", "one", "other", "law"),
    [
        ("demo", "04", "08", True),
        ("demo", "04", "", True),
        ("demo", "04", "08", False),
        ("vn-published", "22", "", True),
    ],
)
def test_it_stands_on_a_page_that_does_not_contradict_itself(
    language: Language,
    workspace: str,
    one: str,
    other: str,
    law: bool,  # noqa: FBT001
):
    bundle = bundle_of(workspace)
    beside = bundle.province(other) if other else bundle.nation()
    sides = [bundle.province(one), beside]
    found = ek.compare_places(*(sides if law else [replace(side, panel={}) for side in sides]), "cases")
    page = page_with(found, language)
    assert list(contradictions(page)) == []
    without = Section(
        "places-compared",
        section_of(found).title,
        tuple(b for b in section_of(found).blocks if not isinstance(b, Table)),
    )
    alone = page_from_sections(ek.page_head(found.area), [without], language=language, resources={})
    assert list(contradictions(alone)), "the tables are what the figures of the sentences stand in"


def lived_in(code: str) -> str:
    """Return the person-years of five years, added up from the facts."""
    facts, measure = province(code).facts, province(code).programme.population
    facts = facts[facts[dimensions_of(facts)].eq("all").all(axis=1) & facts["measure"].eq(measure)]
    people = facts[facts["period_start"].dt.year.between(2021, 2025)]
    return f"{people.drop_duplicates('period_end')['value'].sum():,.0f}"


def test_the_tables_hold_both_places_and_the_ratio():
    found = ek.compare_places(province("04"), province("08"), "cases")
    rates, ratio = section_of(found).tables
    assert [[cell.text.en for cell in row][1:] for row in rates.rows] == [
        ["69", lived_in("04"), "1.05", "0.82 to 1.33"],
        ["14", lived_in("08"), "0.42", "0.23 to 0.71"],
    ]
    assert [cell.text.en for cell in ratio.rows[0]] == ["Tuyet Linh over Bach Vu", "2.49", "0.85 to 6.68"]
    few = replace(found, frame=found.frame.assign(count=[150.0, 4.0]))
    assert [table.id for table in section_of(few).tables] == ["places-compared-rates"]


# ---- what is refused


def refusal(one: Any, other: Any, indicator: str = "cases", **named: str) -> FactsError:
    with pytest.raises(FactsError) as refused:
        ek.compare_places(one, other, indicator, **named)
    assert refused.value.do
    return refused.value


def test_a_hidden_figure_is_not_compared_nor_told():
    hidden = changed(province("08"), "cases_recorded", value=float("nan"), status="suppressed")
    found = refusal(province("04"), hidden, period="2021-2025")
    assert "confidential" in found.rule
    assert not any(digit in str(found) for digit in ("69", "14"))


def test_what_has_no_exposure_is_refused():
    assert "no inhabitants" in refusal(province("04"), province("08"), "victims_supported").rule
    assert "agency does" in refusal(province("04"), province("08"), "leaflets").rule
    assert "part of a measure" in refusal(province("04"), province("08"), "victims_rate_female").rule
    area = province("08")
    empty = replace(area, facts=area.facts[area.facts["measure"].ne(area.programme.population)])
    assert "no population of Bạch Vũ (08)" in refusal(province("04"), empty).rule


def test_places_of_two_bundles_or_programmes_are_refused():
    other = bundle_of("vn-published").province("22")
    assert "different programmes" in refusal(province("04"), other).rule
    internal = province("08")
    internal = replace(internal, about=replace(internal.about, audience="internal"))
    assert "different bundles" in refusal(province("04"), internal).rule


def test_what_is_no_place_or_no_indicator_is_refused_with_what_to_write():
    area: Area = province("04")
    assert "a step takes a place" in refusal(area, "08").rule
    assert "itself" in refusal(area, area).rule
    assert refusal(area, province("08"), "casess").do == 'did you mean "cases"?'
    assert "2021-2025" in refusal(area, province("08"), period="2021-2026").do
    assert "no period" in refusal(area, province("08"), period="2026-2030").rule


def test_periods_told_over_other_days_are_refused():
    nation = bundle_of("demo").nation()  # four of the five years of its first period are reported
    assert "other days" in refusal(province("04"), nation, period="2011-2015").rule
