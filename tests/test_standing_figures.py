"""What sentences say stands in tables too: trends, what comparisons could show, zeros, figures of sources that differ."""

from __future__ import annotations

import math
import re

import pytest
from scipy import stats

import evalkit.reporting.every_section  # noqa: F401
from evalkit.reporting.blocks import Paragraph, Table
from evalkit.reporting.display import section_of
from evalkit.steps import (
    assess_targets,
    compare_periods,
    estimate_indicators,
    examine_zeros,
    fit_trends,
    place_bases,
)
from tests.shipped import bundle_of


def rows_of(record: object, table_id: str) -> list[list[str]]:
    """Return the English rows of one table of a record's section."""
    section = section_of(record)
    table = next(block for block in section.blocks if isinstance(block, Table) and block.id == table_id)
    return [[cell.text.en for cell in row] for row in table.rows]


def test_a_trend_heads_the_table_of_its_checks_with_the_words_of_its_sentence():
    trends = fit_trends(bundle_of("vn-published").nation())
    section = section_of(trends)
    told = [block.text.en for block in section.blocks if isinstance(block, Paragraph)]
    tables = [block for block in section.blocks if isinstance(block, Table)]
    (table,) = tables
    (first, *numbers), (second, *words) = ([cell.text.en for cell in row] for row in table.rows[:2])
    assert (first, second) == ("The trend itself", "In a few words")
    assert len(numbers) == len(words) == 2
    for number, word in zip(numbers, words, strict=True):
        assert any(number in sentence for sentence in told)
        assert word in ("appears to fall", "no change established")
    (note,) = (note.en for note in table.notes)
    assert "2 trends looked at on all pages together" in note


def test_a_period_s_count_has_its_number_a_year_with_exact_limits():
    """Quảng Ninh: 39 cases in five years; Garwood's limits from the chi-square distribution."""
    record = compare_periods(bundle_of("vn-published").province("22"))
    low, high = stats.chi2.ppf(0.025, 2 * 39) / 2 / 5, stats.chi2.ppf(0.975, 2 * 40) / 2 / 5
    rows = rows_of(record, "periods-table")
    assert rows[0][1] == f"39 cases (derived) in 5 years; 7.8 a year ({low:.1f} to {high:.1f})"
    twice = next(row for row in rows if "had twice the variance" in row[0])
    reach = stats.norm.ppf(0.975) * math.sqrt(
        2 * (1 / 23 + 1 / 39)
    )  # of the log ratio, with twice Poisson's variance
    limits = [100 * (23 / 39 * math.exp(sign * reach) - 1) for sign in (-1, 1)]
    low, high = (float(found) for found in re.findall(r"[\d.]+", twice[1])[-2:])
    assert 1 - stats.nbinom.cdf(38, 5 * low, 0.5) == pytest.approx(
        0.025, abs=0.004
    )  # five years, each of mean and size m
    assert stats.nbinom.cdf(39, 5 * high, 0.5) == pytest.approx(0.025, abs=0.004)
    assert twice[4] == f"{limits[0]:+.1f}% to {limits[1]:+.1f}%".replace("-", "−")
    assert twice[5:] == ["–", "–"]


def test_what_a_comparison_could_show_stands_beside_its_scatter():
    rows = rows_of(compare_periods(bundle_of("vn-published").province("22")), "detectable-table")
    assert all(row[2].startswith(("about ", "none, ")) for row in rows)
    assert rows[0][1] == "–", "no law is known for so few published figures"


def test_a_time_at_zero_has_its_figures_in_a_table():
    """Two years without a case: the exact upper limit is -ln(0.025)/2 = 1.84 a year; 23 cases in five years give exp(-9.2)."""
    (row,) = rows_of(examine_zeros(bundle_of("vn-published").province("22")), "zero-cases")
    assert row[:4] == ["2021–2022", "2 years", "1.8", "0.01%"]


def test_one_of_two_unlike_figures_names_the_other_wherever_it_stands():
    """First half of 2023: 82 supported by one source, 65 by another."""
    nation = bundle_of("vn-published").nation()
    supported = [
        row for row in rows_of(place_bases(nation), "seldom-table") if row[0] == "Victims supported (persons)"
    ]
    values = {row[2] for row in supported if row[1] == "1 January 2023 – 30 June 2023"}
    assert values == {"82; another source: 65", "65; another source: 82"}
    indicators = rows_of(estimate_indicators(nation), "indicators-table")
    *_, interval, reading = next(row for row in indicators if row[0].startswith("V05 "))
    assert reading.endswith("; sources differ (Victims supported: 82 or 65): no interval")
    assert interval == "–", "an interval about 82 of 82 leaves out the 65 of the other source"


def test_a_change_on_a_base_too_small_for_a_percentage_says_so():
    """Reports by citizens rose from 6 to 25: over the promise, but 6 is under the programme's least base of 10."""
    assessed = assess_targets(estimate_indicators(bundle_of("demo").province("11")))
    rows = rows_of(assessed, "assessment-table")
    (row,) = (row for row in rows if row[0].startswith("T8") and row[1] == "2023")
    assert row[-2:] == ["met, small base", "the base is too small for a percentage or an interval"]
