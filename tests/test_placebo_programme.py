"""A programme that never was, drawn on the invented country's figures, is seldom called clear: the whole table is made by benchmarks/placebo_programme.py."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.placebo_programme import MARKS, MOST_CLEAR, placebo, tally
from scipy import stats

import evalkit.reporting.every_section  # noqa: F401  each section registers itself
from evalkit.languages import speaking
from evalkit.reporting.blocks import Paragraph
from evalkit.reporting.display import section_of
from evalkit.statistics.panel.effect import Chance, Effect
from evalkit.steps import compare_once
from tests.lengths import at_length
from tests.shipped import bundle_of

CLEAR = "Chance alone hardly explains this difference; chosen after the fact, it is no finding."
PAGE = Path(__file__).parents[1] / "docs" / "methods.md"


@pytest.fixture(autouse=True)
def _english():
    with speaking(("en",)):
        yield


@pytest.mark.parametrize("treated", [5, 8])
def test_a_programme_that_never_was_is_called_clear_no_more_often_than_six_times_in_a_hundred(treated):
    """A share of 6 % would exceed the bound once in ten thousand runs."""
    draws = at_length(20, 40)
    found = tally(bundle_of("demo").nation(), "cases_recorded", treated=treated, dates=1, draws=draws)
    assert found.judged + found.refused.total() == draws
    assert found.judged > draws / 2
    assert found.clear <= stats.binom.ppf(1 - 1e-4, found.judged, MOST_CLEAR)


@pytest.mark.parametrize("p", [0.01, 0.2])
@pytest.mark.parametrize("lower", [0.5, 1.1])
def test_what_is_counted_as_clear_is_what_the_page_calls_so(p, lower):
    nation = bundle_of("demo").nation()
    drawn = placebo(nation, np.random.default_rng(3), "cases_recorded", treated=5, dates=1)
    made = compare_once(nation, drawn)
    effect = made.items[0].found
    assert isinstance(effect, Effect)
    changed = replace(effect, chance=Chance(p, 0.001, 1000, complete=False), lower=lower, upper=2.0)
    section = section_of(replace(made, items=(replace(made.items[0], found=changed),)))
    said = any(CLEAR in block.text.en for block in section.blocks if isinstance(block, Paragraph))
    assert said == changed.is_clear == (p <= 0.05 and lower > 1)


def test_the_table_of_the_page_is_within_the_promise():
    told = PAGE.read_text(encoding="utf-8").split(MARKS[0])[1].split(MARKS[1])[0]
    rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")] for line in told.strip().splitlines()[2:]
    ]
    whole = rows[-1]
    assert whole[0] == "all"
    clear, error = map(float, re.findall(r"[\d.]+", whole[-3]))
    assert 0 < clear <= 100 * MOST_CLEAR
    assert error < 1
