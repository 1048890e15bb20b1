"""ek.alarms: months or quarters of a place, gaps, hidden figures, plain words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import evalkit as ek
from evalkit.errors import FactsError, SettingsError
from evalkit.facts.areas import Area
from evalkit.indicators.alarms import Alarms, watch
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.surveillance.farrington import farrington, watch_settings
from tests.builders import PROGRAMME, fact, facts_table
from tests.shipped import bundle_of

MEASURE = "cases_recorded"


def periods(counts: list[float | None], *, months: int = 1, first: str = "2015-01-01") -> pd.DataFrame:
    """Return a facts table of one place, one row a period."""
    starts = pd.date_range(first, periods=len(counts), freq=pd.DateOffset(months=months))
    ends = starts + pd.DateOffset(months=months) - pd.Timedelta(days=1)
    told = zip(starts, ends, counts, strict=True)
    return facts_table(*[fact("01", count, period_start=start, period_end=end) for start, end, count in told])


def drawn(length: int, *, seed: int = 1, mean: float = 8) -> list[float | None]:
    return np.random.default_rng(seed).negative_binomial(mean, 0.5, size=length).astype(float).tolist()


def seen(facts: pd.DataFrame) -> Alarms:
    found = watch(facts, MEASURE, PROGRAMME)
    assert isinstance(found, Alarms)
    return found


def test_the_latest_months_are_held_against_the_function_of_counts():
    counts = drawn(84)
    counts[80] = 60.0
    found = seen(periods(counts).sample(frac=1, random_state=1))
    wanted = farrington(counts, freq=12, settings=watch_settings(12))
    assert found.frame["upper"].tolist() == wanted["upper"].tolist()
    assert found.frame.loc[found.frame["alarm"], "period_start"].tolist() == [pd.Timestamp("2021-09-01")]
    assert found.frame["period_end"].iloc[-1] == pd.Timestamp("2021-12-31")
    assert (found.step, found.false_alarms) == ("months", pytest.approx(0.12))


def test_quarters_serve_where_no_month_is_reported():
    found = seen(periods(drawn(32, mean=20), months=3))
    assert (found.step, len(found.frame)) == ("quarters", 4)
    assert found.frame["reason"].tolist() == [""] * 4
    assert found.false_alarms == pytest.approx(0.04)


def test_a_month_without_a_row_and_a_month_not_reported_are_gaps():
    counts = drawn(84)
    counts[82] = None
    facts = periods(counts)
    found = seen(facts.drop(index=79))
    assert len(found.frame) == 12
    assert found.frame["count"].isna().tolist() == [at in (7, 10) for at in range(12)]
    assert not found.frame["alarm"].iloc[[7, 10]].any()
    assert "2 could not be judged" in found.text("en")


def test_years_alone_and_short_series_give_no_number():
    assert watch(periods([5.0, 7.0], months=12), MEASURE, PROGRAMME) == NotEstimable(
        "not_reported", {"points": 0}
    )
    assert set(seen(periods(drawn(30))).frame["reason"]) == {"too_few_points"}
    assert set(seen(periods([0.0] * 84)).frame["reason"]) == {"few_cases"}


def test_a_hidden_month_refuses_all():
    """Hidden months are small ones: without them the others would make a quiet month look usual and a bound too high."""
    facts = periods(drawn(84))
    facts.loc[20, ["value", "status"]] = [np.nan, "suppressed"]
    found = watch(facts, MEASURE, PROGRAMME)
    assert found == NotEstimable("suppressed", {"hidden": 1, "points": 84})


def test_figures_by_sex_and_on_another_basis_are_left_aside():
    counts = drawn(84)
    facts, other = periods(counts), periods([100.0] * 84)
    parts = pd.concat([facts.assign(sex="all"), other.assign(sex="male")], ignore_index=True)
    assert seen(parts).frame["count"].tolist() == counts[-12:]
    elsewhere = pd.concat([facts, other.assign(place_basis="residence")], ignore_index=True)
    assert seen(elsewhere).frame["count"].tolist() == counts[-12:]


def test_two_places_at_once_are_refused():
    both = pd.concat([periods(drawn(84)), periods(drawn(84)).assign(province_code="04")], ignore_index=True)
    with pytest.raises(FactsError, match="one total"):
        watch(both, MEASURE, PROGRAMME)


def test_the_words_name_the_alarm_and_what_it_is_not():
    counts = drawn(84)
    counts[80] = 60.0
    found = seen(periods(counts))
    text = found.text("en")
    assert (
        "1 of 12 months lie above their alarm bound; 0 could not be judged. Above it: September 2021: 60 recorded"
        in text
    )
    assert "0.12 a year in one place, 1.2 in ten" in text
    assert "does not tell a rise of crime from a rise of detection" in text
    assert found.text("vi") == str(found)
    assert "Có 1 trong 12 tháng vượt ngưỡng cảnh báo" in str(found)
    assert "0,12" in str(found)
    assert "bound" not in str(found)
    with pytest.raises(SettingsError, match="languages there are: vi, en"):
        found.text("fr")


def test_quarters_are_named_as_quarters_in_both_languages():
    quarters = periods(drawn(84))
    found = replace(seen(quarters), step="quarters")
    assert "of 12 quarters lie above" in found.text("en")
    assert "0.04 a year in one place, 0.4 in ten" in found.text("en")
    assert "12 quý" in found.text("vi")
    assert "tháng vượt" not in found.text("vi")


@pytest.fixture(scope="module")
def area() -> Area:
    return bundle_of("vn-published").provinces["22"]


def test_an_area_of_a_bundle_is_watched(area: Area):
    months = periods(drawn(84)).assign(province_code="22", scheme=area.facts["scheme"].iloc[0])
    found = ek.alarms(replace(area, facts=months), MEASURE)
    assert isinstance(found, Alarms)
    assert len(found.frame) == 12
    with pytest.raises(FactsError, match="no such measure"):
        ek.alarms(area, "cases_recordet")
    assert isinstance(ek.alarms(area, MEASURE), (Alarms, NotEstimable))
