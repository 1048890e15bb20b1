"""From facts of provinces to one panel a programme period: counts, person-years, and the refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from evalkit.indicators.province_comparison import compare_provinces
from evalkit.places.population import POPULATION
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.provinces.heterogeneity import Heterogeneity
from evalkit.statistics.results import NotEstimable
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
    assert (found.period, found.differs) == ("", NotEstimable("too_few_provinces", {"provinces": 4}))
    assert isinstance(found.frame, pd.DataFrame)


def test_six_totals_without_population_are_not_called_too_few():
    rows = [row for code, total in CASES.items() for row in five_years(code, total)]
    found = compared(*(row for row in rows if row["measure"] != POPULATION))
    assert found.differs == NotEstimable("no_exposure", {"provinces": 6})


def test_totals_of_which_most_are_hidden_are_not_called_too_few():
    shown = [row for code in list(CASES)[:3] for row in five_years(code, CASES[code])]
    hidden = [
        fact(code, None, year=2016 + n, status="suppressed") for code in list(CASES)[3:] for n in range(5)
    ]
    found = compared(*shown, *hidden)
    assert found.differs == NotEstimable("suppressed", {"provinces": 3})


def test_a_law_of_years_reaches_every_result_with_the_years_behind_each_total():
    rows = [row for code, total in CASES.items() if code != "05" for row in five_years(code, total)]
    law = ScatterLaw("quadratic", 2.0, 0.41, series=34, cells=340, degrees=272, p=0.0)
    table = facts_table(*rows, *five_years("05", 30, reported=4))
    found = compare_provinces(table, INDICATOR, PROGRAMME, law=law)
    assert found.frame.set_index("province_code")["years"].to_dict() == {**dict.fromkeys(CASES, 5), "05": 4}
    assert isinstance(found.differs, Heterogeneity)
    assert found.differs.law == law
    assert found.differs.p > found.differs.plain_p
    assert found.shrunken.years_law == law
    assert found.funnel.law == law
    plain = compare_provinces(table, INDICATOR, PROGRAMME)
    widths = [one.ranks.frame.eval("rank_upper - rank_lower").sum() for one in (plain, found)]
    assert widths[1] > widths[0]


def test_the_law_of_one_province_reaches_every_result():
    rows = [row for code, total in CASES.items() for row in five_years(code, total)]
    law = ScatterLaw("quadratic", 2.0, 0.41, series=34, cells=340, degrees=272, p=0.0)
    each = dict.fromkeys(CASES, law) | {"02": replace(law, own=4.0)}
    found, alike = (
        compare_provinces(facts_table(*rows), INDICATOR, PROGRAMME, law=one) for one in (each, law)
    )
    assert found.differs.law == found.shrunken.years_law == found.funnel.law == law
    for name, width in (("shrunken", "upper - lower"), ("funnel", "upper_95 - lower_95")):
        wide, narrow = (
            getattr(one, name).frame.set_index("province_code").eval(width) for one in (found, alike)
        )
        assert wide["02"] > 1.2 * narrow["02"]
    assert found.differs.frame.set_index("province_code")["own"].to_dict() == {
        **dict.fromkeys(CASES, 1.0),
        "02": 4.0,
    }
