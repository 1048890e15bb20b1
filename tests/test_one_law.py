"""One law for every sentence: what a page prints of changes is what the law of scatter gives, worked out outside the code."""

from __future__ import annotations

import functools
import math
import re
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats
from statsmodels.stats.rates import test_poisson_2indep as two_poisson_rates

from evalkit.facts.areas import About, ProvinceFacts
from evalkit.facts.intake import Source
from evalkit.facts.named_places import Place
from evalkit.labels import Label
from evalkit.programme.models import Programme, Target
from evalkit.records import Comparisons
from evalkit.reporting.blocks import Bilingual, Paragraph, Section, Table
from evalkit.reporting.display import plain_text
from evalkit.reporting.every_section import section_of
from evalkit.reporting.sections.side_by_side import _difference
from evalkit.reporting.sections.verdict_words import checks_words
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.provinces.heterogeneity import Heterogeneity, heterogeneity
from evalkit.steps import (
    assess_targets,
    compare_periods,
    estimate_indicators,
    fit_trends,
    follow_recommendations,
    view_mid_term,
)
from tests.builders import PROGRAMME, fact, facts_table

PHI = 4.0
LAW = ScatterLaw("linear", PHI, 0.3, series=34, cells=340, degrees=272, p=0.0)
BEFORE, AFTER = (20, 27, 24, 25, 24), (16, 15, 18, 17, 18)  # 120 and 84 in five years each


@functools.cache
def about() -> About:
    return About(
        workspace="ws", nation="VN", title={"vi": "Nước thử", "en": "A trial country"}, scheme="old", audience="public",
        invented=True, k=10, k_sensitive=10, custodian="nobody", hidden_cells=0, date="2026-01-01",
    )  # fmt: skip


def area(*rows: dict[str, Any], law: ScatterLaw | None = LAW, **changes: Any) -> ProvinceFacts:
    """Return a province with these rows, whose years scatter by a law."""
    facts = facts_table(*rows)
    place = Place(
        code="01", scheme="old", name="An Thử", name_en="An Thu", full_name="Tỉnh An Thử", slug="an-thu",
        region_code="R", region=Label(vi="Vùng", en="Region"), land_border=(), names=(), components=(),
    )  # fmt: skip
    return ProvinceFacts(
        place=place,
        about=about(),
        facts=facts,
        parts=facts.iloc[:0],
        nation=facts,
        programme=changes.get("programme", PROGRAMME),
        panel=dict.fromkeys(PROGRAMME.indicators, law.as_record()) if law else {},
        families=changes.get("families", {}),
        sources={"s": Source(title="Invented", agency="nobody", date="2026", confidence="verified")},
        findings=(),
    )


def only(name: str) -> Programme:
    """Return the programme with one indicator, and the recommendations cut down to it."""
    asked = [
        one.model_copy(update={"indicators": (name,)})
        for one in PROGRAMME.recommendations
        if name in one.indicators
    ]
    return PROGRAMME.model_copy(
        update={"indicators": {name: PROGRAMME.indicators[name]}, "recommendations": tuple(asked)}
    )


def yearly(measure: str, *counts: float, first: int) -> list[dict[str, Any]]:
    return [fact(value=count, year=first + n, measure=measure) for n, count in enumerate(counts)]


def cases(*counts: float) -> list[dict[str, Any]]:
    return yearly("cases_recorded", *counts, first=2011)


def outside(later: float, earlier: float, years: tuple[float, float]) -> tuple[float, float, float]:
    """Return the limits of the change in percent and p: the score test of two Poisson rates, widened by phi."""

    def score(ratio: float) -> float:
        found = two_poisson_rates(later, years[0], earlier, years[1], method="score", value=ratio)
        return float(found.statistic) / math.sqrt(PHI)

    lower, upper = (optimize.brentq(lambda r, at=at: score(r) - at, 0.01, 20) for at in (1.959964, -1.959964))
    return 100 * (lower - 1), 100 * (upper - 1), float(2 * stats.norm.sf(abs(score(1.0))))


def signed(value: float) -> str:
    return f"{value:+.1f}%".replace("-", "−")


def first_finding(section: Section) -> str:
    return next(block.text.en for block in section.blocks if isinstance(block, Paragraph))


def rows_of(section: Section, name: str) -> list[list[str]]:
    table = next(block for block in section.blocks if isinstance(block, Table) and block.id == name)
    return [[cell.text.en for cell in row] for row in table.rows]


def compared(*counts: float, **changes: Any) -> tuple[Comparisons, Section]:
    result = compare_periods(area(*cases(*counts), **changes))
    return result, section_of(result)


# ---- two periods


def test_the_interval_printed_first_is_that_of_the_law_and_the_exact_one_is_second_with_its_condition():
    _, section = compared(*BEFORE, *AFTER)
    lower, upper, p = outside(84, 120, (5, 5))
    sentence = first_finding(section)
    assert f"−30.0%, 95% interval {signed(lower)} to {signed(upper)}, p = {p:.3f}" in sentence
    assert "pure chance" not in sentence
    assert "The difference could be chance." in sentence
    first, second = rows_of(section, "periods-table")[:2]
    assert "pure chance" not in first[0]
    assert (first[4], first[5]) == (f"{signed(lower)} to {signed(upper)}", f"{p:.3f}")
    exact = stats.binomtest(84, 204, 0.5)
    low, high = (100 * (limit / (1 - limit) - 1) for limit in exact.proportion_ci(0.95, method="exact"))
    assert second[0].endswith("if yearly counts vary by chance alone")
    assert (second[4], second[5]) == (f"{signed(low)} to {signed(high)}", f"{exact.pvalue:.3f}")


def test_without_a_law_the_condition_stands_in_the_sentence_itself():
    _, section = compared(*BEFORE, *AFTER, law=None)
    assert "if yearly counts vary by chance alone, the 95% interval is" in first_finding(section)


def test_the_fall_said_to_be_found_in_four_of_five_comparisons_is_found_in_four_of_five():
    """Totals of years with four times the variance of pure chance, drawn by numpy; the exact test alone would say 34%."""
    _, section = compared(*BEFORE, *AFTER)
    text = plain_text(section, "en")
    assert "have 4.0 times the variance that pure chance would give them" in text
    (told,) = set(re.findall(r"only a fall of about (\d+)% or more", text))
    assert rows_of(section, "detectable-table")[0][2] == f"about {told}%"
    rng = np.random.default_rng(4)
    before, after = (
        rng.negative_binomial(mean / (PHI - 1), 1 / PHI, 20_000)
        for mean in (120, 120 * (1 - int(told) / 100))
    )
    shown = (before - after) / np.sqrt(PHI * (before + after)) > 1.959964
    assert shown.mean() == pytest.approx(0.8, abs=0.03)


def test_a_p_that_stands_alone_is_corrected_where_many_comparisons_are_made_at_once():
    _, alone = compared(*BEFORE, *(count / 3 // 1 for count in BEFORE))
    family = {"comparisons": {"tests": 65, "line": 1e-6}}
    _, among = compared(*BEFORE, *(count / 3 // 1 for count in BEFORE), families=family)
    assert "does not stand among" not in first_finding(alone)
    assert "this does not stand among the 65 comparisons made at once" in first_finding(among)


def test_from_a_base_under_five_the_counts_are_given_and_no_percentage():
    _, section = compared(1, 0, 0, 0, 0, 2, 3, 4, 3, 2)
    text = plain_text(section, "en")
    assert "2011–2015: 1 case; 2016–2020: 14 cases" in text
    assert "The base is too small for a change in percent." in text
    assert "1,300" not in text
    for row in rows_of(section, "periods-table"):
        assert row[3:5] == ["base under five", "base under five"]


def test_sums_of_unlike_numbers_of_years_say_their_years():
    _, section = compared(20, 27, 24, 25, 24, 16, 15)
    assert "2011–2015: 120 cases in 5 years; 2016–2017: 31 cases in 2 years." in first_finding(section)


# ---- years, recommendations, targets


def test_a_change_from_year_to_year_has_the_limits_of_the_law():
    found = estimate_indicators(
        area(*yearly("citizen_reports", 40, 60, first=2021), programme=only("citizen_reports_change"))
    ).frame
    row = found[(found["indicator"] == "citizen_reports_change") & found["value"].notna()].iloc[-1]
    lower, upper, _ = outside(60, 40, (1, 1))
    assert row["value"] == pytest.approx(50)
    assert (row["lower"], row["upper"]) == pytest.approx((lower, upper), abs=0.01)


def test_before_and_after_a_review_are_held_apart_by_the_law():
    """40 in two years before, 70 in two after: pure chance says p = 0.006, years of four times its scatter 0.15."""
    given = area(
        *yearly("persons_waiting", 18, 22, 30, 34, 36, first=2021), programme=only("persons_waiting")
    )
    frame = follow_recommendations(estimate_indicators(given)).frame
    row = frame[frame["indicator"] == "persons_waiting"].iloc[0]
    lower, upper, p = outside(70, 40, (2, 2))
    assert stats.binomtest(70, 110, 0.5).pvalue < 0.01
    assert (row["change_lower"], row["change_upper"]) == pytest.approx((lower, upper), abs=0.01)
    assert row["p"] == pytest.approx(p)
    assert row["said"] == "not_distinguishable"


def test_a_chance_of_meeting_a_target_supposes_the_law_of_the_place():
    words = {"wording": {"vi": "-", "en": "-"}, "source": "invented", "unit": "count"}
    goal = Target(
        id="T", indicator="cases", comparator="at_most", value=5,
        valid_from=date(2016, 1, 1), valid_to=date(2025, 12, 31), **words,
    )  # fmt: skip
    programme = PROGRAMME.model_copy(update={"targets": (goal,)})
    rows = yearly("cases_recorded", 10, 4, 9, 12, 5, first=2018)
    told = {}
    for name, law in (("law", LAW), ("pure_chance", None)):
        given = area(*rows, law=law, programme=programme)
        (found,) = view_mid_term(estimate_indicators(given)).frame.to_dict("records")
        assert found["supposes"] == name
        told[name] = found["chance"]
    assert told["law"] > told["pure_chance"] + 0.05


def test_what_detection_alone_would_explain_is_said_beside_no_trend_that_could_be_chance():
    for counts, asked in (((9, 7, 10, 8, 6, 9, 8, 7), False), (tuple(range(60, 20, -5)), True)):
        trends = fit_trends(area(*cases(*counts), law=None))
        item, section = next(one for one in trends.items if one.indicator == "cases"), section_of(trends)
        row = next(row for row in rows_of(section, "trend-checks") if row[0] == "Detection alone")
        assert (item.verdict.grade in ("clear", "leaning")) is asked
        assert ("would explain" in row[1]) is asked


def test_a_trend_and_its_bend_are_corrected_for_all_series_looked_at():
    """Up, then down as fast, and a steady fall: each beyond chance by itself, and not among 69."""
    bent = cases(9, 8, 15, 14, 22, 21, 12, 11, 9, 5)
    family = {"trends": {"tests": 69, "line": 1e-12}}
    section = section_of(fit_trends(area(*bent, law=None, families=family)))
    row = next(row for row in rows_of(section, "trend-checks") if row[0].startswith("Does it bend?"))
    assert row[1].startswith("a bend in 2015 fits best")
    assert "this does not stand among the 69 series looked at" in row[1]
    sharp = section_of(fit_trends(area(*cases(4, 7, 12, 21, 36, 21, 12, 7, 4, 2), law=None, families=family)))
    row = next(row for row in rows_of(sharp, "trend-checks") if row[0].startswith("Does it bend?"))
    assert row[1].startswith("bend in 2015"), "so sharp a bend stands even among 69"
    straight = cases(60, 52, 47, 40, 36, 30, 27, 24)
    alone, among = (section_of(fit_trends(area(*straight, law=None, families=one))) for one in ({}, family))
    assert "does not stand among" not in plain_text(alone, "en")
    assert "does not stand among the 69 series looked at" in plain_text(among, "en")


def test_a_count_is_clearly_off_a_promise_only_under_its_condition():
    """41 after a promise of at most 20: Garwood's lower limit is 29.4."""
    words = {"wording": {"vi": "-", "en": "-"}, "source": "invented", "unit": "count"}
    goal = Target(
        id="T", indicator="cases", comparator="at_most", value=20,
        valid_from=date(2016, 1, 1), valid_to=date(2025, 12, 31), **words,
    )  # fmt: skip
    programme = only("cases").model_copy(update={"targets": (goal,)})
    rows = yearly("cases_recorded", 41, first=2018)
    section = section_of(assess_targets(estimate_indicators(area(*rows, programme=programme))))
    (row,) = rows_of(section, "assessment-table")
    assert row[-2:] == ["not met", "clear, if yearly counts vary by chance alone"]


def test_provinces_are_told_apart_under_the_law_of_years_or_under_a_condition_that_stands_in_the_sentence():
    """Equal rates, years of four times the scatter of pure chance: the sum of squares of 30 totals is about 4 times 29."""
    totals = np.random.default_rng(5).negative_binomial(40 / (PHI - 1), 1 / PHI, 30)
    frame = pd.DataFrame(
        {"province_code": [f"{k:02d}" for k in range(30)], "count": totals, "exposure": 5.0, "years": 5.0}
    )
    squares = float(((totals - totals.mean()) ** 2 / totals.mean()).sum())
    assert stats.chi2.sf(squares, 29) < 1e-6
    assert stats.chi2.sf(squares / PHI, 29) > 0.05
    words, condition = (
        [Bilingual("-", "-")] * 2,
        "if yearly counts vary by chance alone, chance alone",
    )
    apart, alike = (
        "hardly explains how the lasting rates of 30 provinces differ",
        "can explain how the rates of 30",
    )
    for law, wanted, absent in ((None, apart, alike), (LAW, alike, apart)):
        found = heterogeneity(frame, law=law)
        assert isinstance(found, Heterogeneity)
        said = _difference(found, *words).en
        assert wanted in said
        assert absent not in said
        assert (condition in said) is (law is None)
    calm = heterogeneity(frame.assign(count=[*[39, 41] * 15]))
    assert isinstance(calm, Heterogeneity)
    assert f"{condition} can explain" in _difference(calm, *words).en


def test_over_all_years_a_trend_from_fewer_than_five_has_no_percentage():
    said = {}
    for first in (2, 12):
        section = section_of(fit_trends(area(*cases(first, 14, 19, 24, 33, 41, 52, 70), law=None)))
        said[first] = next(row[1] for row in rows_of(section, "trend-checks") if row[0] == "Detection alone")
    assert all("would explain the whole rise" in text for text in said.values())
    assert ["over all the years" in said[first] for first in (2, 12)] == [False, True]


def test_a_change_from_year_to_year_on_a_base_under_five_is_told_in_counts_wherever_it_stands():
    words = {"wording": {"vi": "-", "en": "-"}, "source": "invented", "unit": "percent"}
    goal = Target(
        id="T", indicator="citizen_reports_change", comparator="at_least", value=10,
        valid_from=date(2021, 1, 1), valid_to=date(2025, 12, 31), **words,
    )  # fmt: skip
    programme = only("citizen_reports_change").model_copy(update={"targets": (goal,)})
    found = estimate_indicators(area(*yearly("citizen_reports", 1, 14, first=2021), programme=programme))
    judged, mid_term = assess_targets(found), view_mid_term(found)
    for record in (found, judged, mid_term):
        assert "1,300" not in plain_text(section_of(record), "en")
    assert "14 after 1" in plain_text(section_of(judged), "en")
    assert "14 after 1" in plain_text(section_of(mid_term), "en")
    assert "too few to judge" in plain_text(section_of(judged), "en")


def test_years_that_are_not_told_are_not_laid_to_an_unknown_law():
    """A row said that years scatter by the law, and that no law is known for them."""
    totals = [
        fact(
            measure="cases_recorded",
            value=value,
            period_start=f"{first}-01-01",
            period_end=f"{first + 4}-12-31",
        )
        for first, value in ((2011, 39), (2016, 23))
    ]
    known, unknown = (compare_periods(area(*totals, law=law)).items[0].verdict for law in (LAW, None))
    assert known.grade == unknown.grade
    assert (known.failed[-1], unknown.failed[-1]) == ("years_untold", "years_unknown")
    programme = PROGRAMME
    assert "the single years are not told or do not add up" in checks_words(known, programme).en
    assert "law of scatter" not in checks_words(known, programme).en
    assert "no law of scatter is known for these years" in checks_words(unknown, programme).en
