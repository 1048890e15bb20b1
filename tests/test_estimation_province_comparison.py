"""From facts of provinces to one panel a programme period: counts, person-years, and the refusals."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from evalkit.estimation.heterogeneity import Heterogeneity
from evalkit.estimation.province_comparison import compare_provinces
from evalkit.estimation.results import NotEstimable
from evalkit.programme.population import POPULATION
from tests.builders import PROGRAMME, fact, facts_table

CASES = {"01": 12, "02": 3, "03": 0, "04": 7, "05": 30, "06": 8}
INDICATOR = next(name for name, one in PROGRAMME.indicators.items() if one.compare_periods)


def five_years(code: str, total: int, *, reported: int = 5, **changes: Any) -> list[dict[str, Any]]:
    """Five yearly figures that add up to a total, and a population of 100,000 growing by 1,000 a year."""
    cases = [total, *[0] * (reported - 1)]
    people = [
        fact(
            code, 100_000 + 1000 * n, year=2016 + n, measure=POPULATION, unit="nguoi", place_basis="residence"
        )
        for n in range(5)
    ]
    return [fact(code, value, year=2016 + n, **changes) for n, value in enumerate(cases)] + people


def compared(*rows: dict[str, Any]):
    return compare_provinces(facts_table(*rows), INDICATOR, PROGRAMME)


def test_each_province_enters_with_its_total_and_its_person_years():
    found = compared(*(row for code, total in CASES.items() for row in five_years(code, total)))
    assert found.period == "2016-2020"
    assert dict(zip(found.frame["province_code"], found.frame["count"], strict=True)) == CASES
    assert found.frame["exposure"].tolist() == [5 * 100_000 + 10_000] * 6
    assert isinstance(found.differs, Heterogeneity)
    assert found.differs.rate == pytest.approx(60 / (6 * 510_000))


def test_a_province_that_reported_four_of_five_years_enters_with_four_fifths_of_its_person_years():
    rows = [row for code, total in CASES.items() if code != "05" for row in five_years(code, total)]
    found = compared(*rows, *five_years("05", 30, reported=4))
    exposure = found.frame.set_index("province_code")["exposure"]
    assert exposure["05"] == pytest.approx(100_000 + 101_000 + 102_000 + 103_000)


def test_a_hidden_total_refuses_the_comparison_of_the_others():
    rows = [row for code, total in CASES.items() if code != "02" for row in five_years(code, total)]
    hidden = [fact("02", None, year=2016 + n, status="suppressed") for n in range(5)]
    found = compared(*rows, *hidden)
    for result in (found.differs, found.shrunken, found.funnel, found.ranks):
        assert isinstance(result, NotEstimable)
        assert result.reason == "suppressed"


def test_four_provinces_are_too_few():
    rows = [row for code in list(CASES)[:4] for row in five_years(code, CASES[code])]
    found = compared(*rows)
    assert (found.period, found.differs) == ("", NotEstimable("too_few_provinces"))
    assert isinstance(found.frame, pd.DataFrame)
