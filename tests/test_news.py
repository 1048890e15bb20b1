"""The summary says what is news, ends no topic on a zero that later figures contradict, and takes its cautions along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

import evalkit.reporting.every_section  # noqa: F401
from evalkit.facts.areas import ProvinceFacts
from evalkit.indicators.group_shifts import GroupShift, group_shifts
from evalkit.indicators.news import find_news
from evalkit.indicators.period_totals import PeriodTotal, indicator_totals
from evalkit.records import Summary
from evalkit.reporting.blocks import Bilingual, Bullets
from evalkit.reporting.display import plain_text, section_of
from evalkit.reporting.formats import period
from evalkit.reporting.sections.news_sentences import shift_sentences
from evalkit.reporting.sections.shared_words import total_words
from evalkit.reporting.sentence import Caution, Sentence
from evalkit.statistics.results import RateComparison, TrendFit
from evalkit.steps import compare_periods, examine_zeros, fit_trends, sum_up
from tests.builders import NATION, PROGRAMME, fact, facts_table
from tests.shipped import bundle_of, evaluation_of

ON_CASES = ("cases_recorded", "cases_handled", "cases_instituted", "suspects", "victims_in_cases")


def known(summary: Summary, language: str = "en") -> list[str]:
    """Return what the section says of each sentence, row by row, and below the table what is newest."""
    section = section_of(summary)
    rows = [
        " | ".join(cell.text.of(language) for cell in row) for table in section.tables for row in table.rows
    ]
    told = [block for block in section.blocks if isinstance(block, Bullets)]
    return rows + [item.of(language) for block in told for item in block.items]


def test_quang_ninhs_summary_does_not_end_on_the_zero():
    summary = evaluation_of("vn-published", "22").summary
    text = " ".join(known(summary))
    zero = next(line for line in known(summary) if "none in 2021–2022" in line)
    assert "Border closure during COVID-19" in zero
    assert "later: Trafficking cases handled, with those carried over, at least 1 case (2023)" in zero
    assert "Persons received for verification, 10 persons (2023)." in text
    assert "at least 1 case (1 December 2025 – 31 January 2026)." in text
    vi = " ".join(known(summary, "vi"))
    assert "về sau: Vụ mua bán người đang xử lý" in vi or "ít nhất 1 vụ (năm 2023)" in vi
    assert "ít nhất 1 vụ (01/12/2025–31/01/2026)" in vi
    assert "10 người (năm 2023)" in vi


def test_the_nations_summary_tells_that_men_and_boys_became_most_of_the_victims():
    rows = known(evaluation_of("vn-published").summary)
    assert rows[0].startswith(
        "Victims identified, men and boys: 2021, 2022 | 10%, then 60%; chance alone hardly"
    )
    words = shift_sentences(evaluation_of("vn-published").summary)[0].printed.en
    assert "men and boys: 12 of 126 persons in 2021 (10%), 153 of 255 persons in 2022 (60%)." in words
    assert "The figures do not say why: border closure during COVID-19, one large case" in words


def test_the_nations_summary_names_sources_that_differ():
    text = plain_text(section_of(evaluation_of("vn-published").summary), "en")
    assert "Victims supported, 1 January 2023 – 30 June 2023: sources differ (82 or 65 persons)." in text


def a_table(seed: int) -> pd.DataFrame:
    """Return a small table of one place: years, half-years and spans, zeros, gaps, two sources."""
    rng = np.random.default_rng(seed)
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for _ in range(rng.integers(1, 13)):
        start = int(rng.integers(2011, 2026))
        end = min(start + int(rng.choice((0, 0, 0, 1, 1, 4))), 2025)
        days = (f"{start}-01-01", f"{end}-{rng.choice(('12-31', '12-31', '06-30'))}")
        measure = str(rng.choice(("cases_recorded", "cases_recorded", *ON_CASES)))
        source = str(rng.choice(("a", "b")))
        row = fact("22", int(rng.choice((0, 0, 0, 0, 1, 3, 12))), measure=measure, source_id=source)
        row |= {"scheme": "34", "period_start": days[0], "period_end": days[1]}
        rows[measure, source, days] = row
    return facts_table(*rows.values())


def summary_of(facts: pd.DataFrame) -> tuple[Summary, ProvinceFacts]:
    """Sum up a table as Quảng Ninh's, with the targets and the completeness of the shipped page."""
    shipped = evaluation_of("vn-published", "22")
    area = replace(bundle_of("vn-published").province("22"), facts=facts)
    made = compare_periods(area), examine_zeros(area), shipped.assessments, fit_trends(area)
    return sum_up(*made, shipped.completeness), area


def claims(summary: Summary) -> list[pd.Timestamp]:
    """Return the last days of the zeros and falls of cases that the summary tells."""
    ends = [zero.run.end for zero in summary.news.zeros]
    for item in summary.comparisons.items:
        if isinstance(item.result, RateComparison) and item.earlier is not None and item.later is not None:
            rates = (item.earlier.count / item.earlier.years, item.later.count / item.later.years)
            ends += [item.later.end] if rates[1] < rates[0] else []
    for trend in summary.trends.items:
        if isinstance(trend.fit, TrendFit) and trend.fit.apc < 0:
            ends.append(pd.Timestamp(trend.fit.last, 12, 31))
    return ends


@pytest.mark.parametrize("seed", range(30))
def test_no_summary_ends_on_a_zero_or_a_fall_that_a_later_figure_contradicts(seed: int):
    facts = a_table(seed)
    summary, _ = summary_of(facts)
    said = known(summary) if claims(summary) else []
    for end in claims(summary):
        later = facts[(facts["value"] > 0) & (facts["period_start"] > end)]
        spans = {period(row.period_start.date(), row.period_end.date()).en for row in later.itertuples()}
        tail = said[max(n for n, line in enumerate(said) if _tells_less(line)) :]
        assert later.empty or any(f"({span})" in line for span in spans for line in tail)


def _tells_less(line: str) -> bool:
    return "none in" in line or "%: " in line or "% a year: " in line


def test_the_random_tables_of_that_test_hold_zeros_that_later_figures_contradict():
    found = [find_news(a_table(seed), PROGRAMME, nation=False) for seed in range(30)]
    assert sum(any(zero.later is not None for zero in news.zeros) for news in found) >= 5


def test_a_zero_that_another_source_contradicts_says_so():
    rows = [fact("22", value, year=2022, source_id=name) for value, name in ((0, "a"), (2, "b"))]
    before = fact("22", 0, year=2021, source_id="a")
    table = facts_table(*(row | {"scheme": "34"} for row in (before, *rows)))
    zero = find_news(table, PROGRAMME, nation=False).zeros[0]
    assert zero.run.years == 2
    assert zero.against is not None
    assert zero.against.value == 2
    summary, _ = summary_of(table)
    assert any("meanwhile: Trafficking cases recorded, 2 cases (2022)" in line for line in known(summary))


def test_persons_received_stand_beside_a_zero():
    rows = [
        fact("22", 0, year=2021),
        fact("22", 0, year=2022),
        fact("22", 9, year=2022, measure="persons_received"),
    ]
    zero = find_news(facts_table(*rows), PROGRAMME, nation=False).zeros[0]
    assert zero.received is not None
    assert (zero.received.value, zero.received.end.year) == (9, 2022)


def test_a_single_zero_year_inside_a_series_is_no_news():
    rows = [fact(value=value, year=year) for year, value in ((2019, 4), (2020, 0), (2021, 5))]
    assert find_news(facts_table(*rows), PROGRAMME, nation=False).zeros == ()


def test_the_newest_year_wins_over_an_older_one_whatever_its_measure_and_source():
    rows = [
        fact(value=12, year=2020),
        fact(value=2, year=2022, measure="victims_in_cases", source_id="other"),
        fact(
            value=1, measure="cases_instituted", period_start="2023-03-01", period_end="2023-04-30", year=2023
        ),
    ]
    latest = find_news(facts_table(*rows), PROGRAMME, nation=False).latest[0]
    assert latest.year is not None
    assert latest.newest is not None
    assert (latest.year.measure, latest.year.value) == ("victims_in_cases", 2)
    assert (latest.newest.measure, latest.newest.value) == ("cases_instituted", 1)


def victims(year: int, total: float, **groups: float) -> list[dict[str, Any]]:
    row = {"measure": "victims_identified", "year": year}
    return [
        fact(NATION, total, sex="all", **row),
        *(fact(NATION, n, sex=name, **row) for name, n in groups.items()),
    ]


def shifts(*rows: dict[str, Any]) -> dict[str, GroupShift]:
    found = group_shifts(facts_table(*rows), ["victims_identified"], PROGRAMME)
    return {shift.group: shift for shift in found}


def test_shifts_have_the_limits_of_an_independent_library_at_one_level_for_all():
    """Bonferroni: 5 % over the groups looked at, for each; the last of Holm's steps would give one of them plain 95% limits."""
    found = shifts(*victims(2021, 126, male=12, female=114), *victims(2022, 255, male=153, female=102))
    assert {shift.tried for shift in found.values()} == {2}
    for group, (before, after) in {"male": (12, 153), "female": (114, 102)}.items():
        low, high = confint_proportions_2indep(after, 255, before, 126, method="newcomb", alpha=0.05 / 2)
        assert [found[group].lower, found[group].upper] == pytest.approx([100 * low, 100 * high], abs=1e-6)
        assert found[group].stands


def test_a_share_that_hardly_moved_and_a_small_year_are_no_news():
    quiet = shifts(*victims(2021, 126, male=12), *victims(2022, 255, male=30))
    assert not quiet["male"].stands
    assert shifts(*victims(2021, 19, male=1), *victims(2022, 255, male=153)) == {}


def test_more_is_asked_of_each_group_the_more_groups_are_looked_at():
    """23 of 100 against 12 of 100: p = 0.06 by Fisher's test; the plain 95% limits just leave out zero."""
    one = shifts(*victims(2021, 100, male=12), *victims(2022, 100, male=23))
    two = shifts(*victims(2021, 100, male=12, female=50), *victims(2022, 100, male=23, female=50))
    low, high = confint_proportions_2indep(23, 100, 12, 100, method="newcomb", alpha=0.05)
    assert (one["male"].lower, one["male"].upper) == pytest.approx((100 * low, 100 * high))
    assert one["male"].stands
    assert not two["male"].stands


def test_a_sum_over_a_window_with_a_gap_says_its_years():
    nation = " ".join(known(evaluation_of("demo").summary))
    assert "646 cases in 4 of 5 years reported (2014 missing) (2011–2015)" in nation
    vi = " ".join(known(evaluation_of("demo").summary, "vi"))
    assert "646 vụ trong 4 trên 5 năm có số liệu (thiếu năm 2014)" in vi


@pytest.mark.parametrize("gap", [2011, 2013, 2015])
def test_a_total_with_a_year_missing_names_the_year_wherever_it_lies(gap: int):
    rows = [fact(value=3, year=year) for year in range(2011, 2016) if year != gap]
    rows.append(fact(value=None, year=gap))
    found = indicator_totals(facts_table(*rows), "cases", PROGRAMME)
    total = next(item for item in found if isinstance(item, PeriodTotal))
    words = total_words(total, "cases_recorded", PROGRAMME).en
    assert words == f"12 cases in 4 of 5 years reported ({gap} missing)"
    assert total.count / total.years == 3


def test_periods_of_unlike_length_say_their_years():
    text = " ".join(known(evaluation_of("vn-published", "22").summary))
    assert "23 cases in 5 years (2016–2020), 0 cases in 2 years (2021–2022)" in text


def test_a_sentence_prints_at_most_two_cautions_in_their_order():
    said = [Bilingual(name, name) for name in ("A.", "B.", "C.")]
    cautions = (Caution("small_base", said[2]), Caution("sources_differ", said[1]), Caution("break", said[0]))
    sentence = Sentence(Bilingual("S.", "S."), cautions, (Bilingual("T.", "T."),))
    assert sentence.printed.en == "S. A. B. T."


def test_every_comparison_with_an_event_inside_carries_it():
    lines = [line for line in known(evaluation_of("vn-published", "22").summary) if "%: " in line]
    assert len(lines) == 2
    assert all(line.count("Penal Code 2015") == 1 for line in lines), (
        "named once, by the verdict or behind it"
    )
    open_one = next(line for line in known(evaluation_of("demo").summary) if "646 cases" in line)
    assert "events in between may have changed what is counted: border closure (invented)" in open_one
