"""Rates by the country's mix of ages on a page: by pencil and paper, what is hidden or missing, and where nothing is computed."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

import evalkit as ek
from evalkit import steps
from evalkit.cli import app
from evalkit.facts.areas import ProvinceFacts
from evalkit.facts.bundle import Bundle
from evalkit.records import StandardisedRates
from evalkit.reporting.blocks import Paragraph, Section, Table
from evalkit.reporting.display import shown_as
from evalkit.reporting.every_section import section_of
from evalkit.reporting.sections.not_estimable import why
from evalkit.statistics.results import NotEstimable
from tests.compared_country import bundle
from tests.country_by_age import LAST, codes, country_by_age, crashes, people
from tests.shipped import bundle_of

CODE = "02"


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return bundle(country_by_age(tmp_path_factory.mktemp("by-age")))


@pytest.fixture(scope="module")
def area(country: Bundle) -> ProvinceFacts:
    return country.province(CODE)


def words(result: StandardisedRates, language: str = "en") -> str:
    blocks = section_of(result).blocks
    return " ".join(one.text.of(language) for one in blocks if isinstance(one, Paragraph))


def garwood(count: float) -> tuple[float, float]:
    return stats.chi2.ppf(0.025, 2 * count) / 2, stats.chi2.ppf(0.975, 2 * count + 2) / 2


def byar(count: float) -> tuple[float, float]:
    z, more = stats.norm.ppf(0.975), count + 1
    lower = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3
    return lower, more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3


def by_hand() -> dict[str, list[float]]:
    """Return crude, direct and indirect rate with exact and Byar's limits, written out."""
    cases, lived = crashes(CODE), people(CODE)
    all_cases, all_lived = (
        [sum(one(code)[at] for code in codes()) for at in (0, 1)] for one in (crashes, people)
    )
    count = sum(cases)
    crude = 1e5 / sum(lived)
    weights = [one / sum(all_lived) for one in all_lived]
    direct = sum(w * y / t for w, y, t in zip(weights, cases, lived, strict=True))
    spread = math.sqrt(sum(w * w * y / t**2 for w, y, t in zip(weights, cases, lived, strict=True)) / count)
    expected = sum(t * y / n for t, y, n in zip(lived, all_cases, all_lived, strict=True))
    limits = (*garwood(count), *byar(count))
    return {
        "crude": [crude * one for one in (count, *limits)],
        "direct": [1e5 * direct, *(1e5 * (direct + spread * (one - count)) for one in limits)],
        "indirect": [one / expected for one in (count, *limits)],
    }


def test_rates_and_both_limits_are_those_of_pencil_and_paper(area: ProvinceFacts):
    result = ek.standardise_rates(area)
    (item,) = result.items
    assert (item.measure, item.dimension, item.start.year) == ("road_crashes", "age", LAST)
    assert isinstance(item.rates, pd.DataFrame)
    found = item.rates.set_index("rate")
    for name, wanted in by_hand().items():
        assert found.loc[name].tolist() == pytest.approx(wanted, rel=1e-9), name
    crude, direct, indirect = (by_hand()[name][0] for name in ("crude", "direct", "indirect"))
    assert (
        f"As counted {crude:.2f} per 100,000 person-years, {direct:.2f} if the inhabitants were mixed by age group"
        in words(result)
    )
    assert f"{indirect:.2f} times as many as the whole country's rates lead one to expect" in words(result)
    assert "cơ cấu dân số theo nhóm tuổi giống cả nước" in words(result, "vi")
    tables = [block for block in section_of(result).blocks if isinstance(block, Table)]
    assert [row[1].value for row in tables[1].rows] == pytest.approx([crude, direct, indirect], abs=1e-6)


def changed(
    area: ProvinceFacts, measure: str, value: float, status: str, *, age: str = "old"
) -> ProvinceFacts:
    """Return the county with its latest figure of an age changed."""
    facts = area.facts.copy()
    at = (facts["measure"] == measure) & (facts["age"] == age) & (facts["period_end"].dt.year == LAST)
    assert at.sum() == 1
    facts.loc[at, ["value", "status"]] = [value, status]
    return replace(area, facts=facts)


@pytest.mark.parametrize(
    ("measure", "status", "reason", "said"),
    [
        ("road_crashes", "suppressed", "suppressed", "some of its figures are confidential"),
        ("road_crashes", "not_reported", "not_reported", "not every value of it has a figure"),
        ("inhabitants", "not_reported", "no_exposure", "the inhabitants of the same days are not known"),
    ],
)
def test_what_is_hidden_or_missing_is_no_zero_and_leaves_one_reason(
    measure: str, status: str, reason: str, said: str, area: ProvinceFacts
):
    result = ek.standardise_rates(changed(area, measure, np.nan, status))
    assert [item.rates for item in result.items] == [NotEstimable(reason)]
    section = section_of(result)
    assert [(type(block), block.tone) for block in section.blocks] == [(Paragraph, "gap")]
    assert said in words(result)


def test_fewer_than_ten_have_no_direct_rate(area: ProvinceFacts):
    few = changed(
        changed(area, "road_crashes", 3.0, "reported"), "road_crashes", 4.0, "reported", age="young"
    )
    result = ek.standardise_rates(few)
    (item,) = result.items
    assert isinstance(item.rates, pd.DataFrame)
    rates = item.rates.set_index("rate")
    assert rates.loc["direct"].isna().all()
    assert rates.loc["indirect"].notna().all()
    assert "too few for a direct rate" in words(result)


def test_values_that_do_not_add_up_are_not_standardised(area: ProvinceFacts):
    age = area.programme.dimensions["age"].model_copy(update={"exhaustive": False})
    programme = area.programme.model_copy(update={"dimensions": {"age": age}})
    assert ek.standardise_rates(replace(area, programme=programme)).items == ()


def test_the_nation_is_the_standard_itself(country: Bundle):
    result = ek.standardise_rates(country.nation())
    assert (result.items, result.why) == ((), None)


@pytest.mark.parametrize(("name", "code"), [("demo", "04"), ("vn-published", "22")])
def test_where_inhabitants_are_not_known_by_age_nothing_is_computed_and_the_record_says_why(
    name: str, code: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(steps, "standardised", lambda *_, **__: 1 / 0)
    result = ek.standardise_rates(bundle_of(name).province(code))
    assert (result.items, result.lapses) == ((), ())
    assert result.why is not None
    assert "not known by ages that add up" in why(result.why).en
    shown = shown_as(result)
    assert isinstance(shown, Section)
    assert shown.blocks == ()


def test_pages_with_standardised_rates_are_made_and_pass_verify(tmp_path: Path):
    folder, out = country_by_age(tmp_path / "ws"), tmp_path / "out"
    asked = ["run", str(folder), "--province", CODE, "--lang", "both", "--out", str(out)]
    made = CliRunner().invoke(app, asked)
    assert made.exit_code == 0, made.output
    read = CliRunner().invoke(app, ["verify", str(out)])
    assert read.exit_code == 0, read.output
    page = next(out.glob(f"{CODE}-*.en.html")).read_text(encoding="utf-8")
    assert "Standardised rates" in page
