"""Months and quarters on a page: which are tested, against which bound, how many false alarms are to be expected, and what is not tested."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from typer.testing import CliRunner

import evalkit as ek
from evalkit import steps
from evalkit.cli import app
from evalkit.facts.areas import ProvinceFacts
from evalkit.facts.bundle import Bundle
from evalkit.indicators.alarms import Alarms, measures_to_watch
from evalkit.records import MonthsWatched
from evalkit.reporting.blocks import Paragraph, Section, Table
from evalkit.reporting.display import plain_text, shown_as
from evalkit.reporting.every_section import section_of
from evalkit.statistics.results import NotEstimable
from tests.builders import PROGRAMME, fact, facts_table
from tests.compared_country import bundle
from tests.made_country import FIRST
from tests.shipped import bundle_of
from tests.watched_country import HIGH, LAST, SHAPE, crashes, watched_country

MONTHS = [(year, month) for year in range(FIRST, LAST + 1) for month in range(1, 13)]
COUNTS = np.array([crashes("01")[one] for one in MONTHS], dtype=float)
ROW = MONTHS.index(HIGH)


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return bundle(watched_country(tmp_path_factory.mktemp("watched")))


@pytest.fixture(scope="module")
def area(country: Bundle) -> ProvinceFacts:
    return country.province("01")


def tables(result: MonthsWatched) -> dict[str, Table]:
    return {one.id: one for one in section_of(result).blocks if isinstance(one, Table)}


def words(result: MonthsWatched, language: str = "en") -> str:
    blocks = section_of(result).blocks
    return " ".join(one.text.of(language) for one in blocks if isinstance(one, Paragraph))


def column(table: Table, key: str) -> list[object]:
    at = [one.key for one in table.columns].index(key)
    return [row[at].value if row[at].value is not None else row[at].text.en for row in table.rows]


def slow_bound(row: int) -> tuple[float, float]:
    """Return mean and bound of a month by statsmodels: levels of four parts of the year, five years, the six months before left out."""
    part = {}
    for year in range(1, 6):
        middle = row - 12 * year
        part |= dict.fromkeys((middle - 1, middle, middle + 1), 0)
        part |= {middle + 2 + step: 1 + step // 3 for step in range(9)}
    part[row - 1] = 0
    part = {one: level for one, level in part.items() if one < row - 6}
    rows = sorted(part)
    design = np.array([[float(part[one] == level) for level in range(4)] for one in rows])
    counts = COUNTS[rows]
    fit = sm.GLM(counts, design, family=sm.families.Poisson()).fit()
    degrees = len(rows) - 4
    phi = max(1.0, ((counts - fit.mu) ** 2 / fit.mu).sum() / degrees)
    mean = float(np.exp(fit.params[0]))
    leverage = fit.mu * np.einsum("np,pq,nq->n", design, fit.normalized_cov_params, design)
    residuals = 1.5 * (counts ** (2 / 3) * fit.mu ** (-1 / 6) - fit.mu**0.5) / np.sqrt(phi * (1 - leverage))
    assert residuals.max() < 3.5  # so that no month of this baseline counts less
    tails = 6 * (phi - 1) / mean + 1 / (phi * mean)
    level = stats.norm.sf(stats.t.ppf(0.99, 2 * degrees / (2 + tails)))
    variance = phi * mean + phi * fit.normalized_cov_params[0, 0] * mean**2
    law = stats.nbinom(mean**2 / (variance - mean), mean / variance)
    rare = (count for count in range(1000) if law.sf(count) + law.pmf(count) / 2 < level)
    return mean, next(rare) - 1.0


def test_the_page_tells_the_bound_that_a_slow_recomputation_gives(area: ProvinceFacts):
    """The alarm, its count, what was expected and the bound: in the sentence and in the table."""
    result = ek.watch_months(area)
    mean, bound = slow_bound(ROW)
    told = tables(result)["alarms-road-crashes"]
    at = HIGH[1] - 1
    assert column(told, "count") == COUNTS[-12:].tolist()
    assert column(told, "expected")[at] == pytest.approx(mean, abs=1e-5)
    assert column(told, "bound")[at] == bound
    assert column(told, "alarm")[1:] == ["yes" if one == HIGH else "no" for one in MONTHS[-11:]]
    sentence = f"September {LAST}: 60 crashes, where {mean:.1f} were expected and the bound is {bound:.0f}."
    assert f"Months tested: 11; above their alarm bound: 1. Road crashes, {sentence}" in words(result)
    assert "a reason to look at what was recorded and why; it is not a finding" in words(result)


def test_every_month_tested_has_the_bound_of_the_slow_recomputation(area: ProvinceFacts):
    told = column(tables(ek.watch_months(area))["alarms-road-crashes"], "bound")
    assert told == ["–", *(slow_bound(row)[1] for row in range(len(MONTHS) - 11, len(MONTHS)))]


def reported(counts: list[float], measure: str, *, months: int) -> list[dict[str, object]]:
    starts = pd.date_range("2015-01-01", periods=len(counts), freq=pd.DateOffset(months=months))
    ends = starts + pd.DateOffset(months=months) - pd.Timedelta(days=1)
    days = zip(counts, starts, ends, strict=True)
    return [fact("04", one, measure=measure, period_start=start, period_end=end) for one, start, end in days]


def drawn(length: int, mean: float, seed: int) -> list[float]:
    return np.random.default_rng(seed).poisson(mean, size=length).astype(float).tolist()


def told(*rows: dict[str, object]) -> MonthsWatched:
    """Watch a province of the invented country by other figures."""
    return ek.watch_months(replace(bundle_of("demo").province("04"), facts=facts_table(*rows)))


def test_false_alarms_are_those_of_so_many_months_and_so_many_quarters():
    """One of a hundred: 24 months of two measures in a year give .24, four quarters .04."""
    result = told(
        *reported(drawn(84, 9, 1), "cases_recorded", months=1),
        *reported(drawn(84, 12, 2), "victims_identified", months=1),
        *reported(drawn(32, 30, 3), "suspects", months=3),
    )
    text = words(result)
    assert "of 24 months tested in a year, 0.24 false alarms a year are to be expected on this page" in text
    assert "of 4 quarters tested in a year, 0.04 false alarms a year are to be expected on this page" in text
    months, quarters = tables(result)["alarms-of-months"], tables(result)["alarms-of-quarters"]
    assert column(months, "false_alarms") == [0.12, 0.12, 0.24]
    assert column(months, "tested") == [12, 12, 24]
    assert (column(quarters, "tested"), column(quarters, "false_alarms")) == ([4], [0.04])
    assert "does not tell a rise of crime from a rise of detection" in text
    assert "năm năm trước" in words(result, "vi")
    assert len(result.frame) == 28


def test_what_the_programme_itself_does_and_what_stands_alone_is_not_tested(area: ProvinceFacts):
    assert measures_to_watch(area.facts, area.programme) == ("road_crashes",)
    one = reported([9.0], "cases_recorded", months=3)
    assert measures_to_watch(facts_table(*one), PROGRAMME) == ()
    assert measures_to_watch(facts_table(*one, *reported([8.0], "suspects", months=3)), PROGRAMME) == ()
    two = reported([9.0, 8.0], "cases_recorded", months=3)
    assert measures_to_watch(facts_table(*two), PROGRAMME) == ("cases_recorded",)


def hidden(area: ProvinceFacts, *months: tuple[int, int]) -> ProvinceFacts:
    """Return the county with some months confidential."""
    facts = area.facts.copy()
    starts = [pd.Timestamp(year, month, 1) for year, month in months]
    days = (facts["period_end"] - facts["period_start"]).dt.days
    at = (facts["measure"] == "road_crashes") & facts["period_start"].isin(starts) & (days < 31)
    assert at.sum() == len(months)
    facts.loc[at, ["value", "status"]] = [np.nan, "suppressed"]
    return replace(area, facts=facts)


def test_a_hidden_month_on_which_no_bound_rests_is_a_gap_and_no_zero(area: ProvinceFacts):
    result = ek.watch_months(hidden(area, (LAST, 8)))
    table = tables(result)["alarms-road-crashes"]
    assert [row[1].text.en for row in table.rows][7] == "[c]"
    assert column(table, "alarm")[7] == "–"
    assert column(tables(result)["alarms-of-months"], "tested") == [10]
    assert column(tables(result)["alarms-of-months"], "false_alarms") == [0.1]
    assert math.isnan(result.frame["count"][7])
    assert result.frame["alarm"].tolist() == [one == HIGH for one in MONTHS[-12:]]


def test_hidden_months_that_a_bound_rests_on_leave_one_reason_and_no_number(area: ProvinceFacts):
    result = ek.watch_months(hidden(area, (FIRST + 2, 5)))
    assert isinstance(result.items[0].found, NotEstimable)
    section = section_of(result)
    assert [block.tone for block in section.blocks if isinstance(block, Paragraph)] == ["gap"]
    assert not section.tables
    assert "some are confidential" in words(result)
    assert words(result).endswith("than it is: Road crashes.")


@pytest.mark.parametrize(
    ("counts", "reason", "said"),
    [
        (drawn(61, 9, 4), "too_few_points", "needs the five years before"),
        ([0.0, 1.0] * 42, "few_cases", "fewer than 5 were recorded in any four running"),
    ],
)
def test_short_and_sparse_series_leave_one_reason_among_the_silent_sections(
    counts: list[float], reason: str, said: str
):
    result = told(*reported(counts, "cases_recorded", months=1))
    found = result.items[0].found
    assert isinstance(found, Alarms)
    assert set(found.frame["reason"]) == {reason}
    section = section_of(result)
    assert [(type(block), block.tone) for block in section.blocks] == [(Paragraph, "gap")]
    assert said in words(result)
    assert ": Trafficking cases recorded." in words(result)


def test_the_sixty_second_month_is_the_first_that_can_be_tested():
    result = told(*reported(drawn(62, 9, 4), "cases_recorded", months=1))
    assert column(tables(result)["alarms-of-months"], "tested") == [1]


@pytest.mark.parametrize(
    ("name", "code"), [("demo", "04"), ("demo", ""), ("vn-published", "22"), ("vn-published", "")]
)
def test_where_years_alone_are_reported_nothing_is_computed_and_no_section_appears(
    name: str, code: str, monkeypatch: pytest.MonkeyPatch
):
    opened = bundle_of(name)
    monkeypatch.setattr(steps, "watch_measure", lambda *_: 1 / 0)
    result = ek.watch_months(opened.province(code) if code else opened.nation())
    assert (result.items, result.lapses) == ((), ())
    shown = shown_as(result)
    assert isinstance(shown, Section)
    assert shown.blocks == ()


def test_an_error_costs_one_measure_and_says_so(area: ProvinceFacts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(steps, "watch_measure", lambda *_: 1 / 0)
    result = ek.watch_months(area)
    assert [one.indicator for one in result.lapses] == ["road_crashes"]
    shown = shown_as(result)
    assert isinstance(shown, Section)
    assert "Road crashes: could not be computed because of an error" in plain_text(shown, "en")


def test_the_nation_is_tested_by_the_months_of_all_its_places(country: Bundle):
    every = [crashes(f"{place:02}") for place in range(1, SHAPE.units + 1)]
    found = ek.watch_months(country.nation()).frame
    assert found["count"].tolist() == [sum(one[month] for one in every) for month in MONTHS[-12:]]


def test_pages_with_alarms_are_made_and_pass_verify(tmp_path: Path):
    folder, out = watched_country(tmp_path / "ws"), tmp_path / "out"
    asked = ["run", str(folder), "--province", "01", "--lang", "both", "--out", str(out)]
    made = CliRunner().invoke(app, asked)
    assert made.exit_code == 0, made.output
    read = CliRunner().invoke(app, ["verify", str(out)])
    assert read.exit_code == 0, read.output
    page = next(out.glob("01-*.en.html")).read_text(encoding="utf-8")
    assert "0.11 false alarms a year are to be expected" in page
    assert f"September {LAST}: 60 crashes" in page
