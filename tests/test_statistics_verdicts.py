"""How surely something changed: each grade and each check by hand, all comparisons together, and what one year carries."""

from __future__ import annotations

import itertools
import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from evalkit.indicators.period_comparison import (
    Beside,
    PeriodComparison,
    judged_change,
    period_change_p,
    years_left_out,
)
from evalkit.indicators.windows import PeriodTotal
from evalkit.programme.models import Break
from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable, RateComparison, TrendFit
from evalkit.statistics.trend.headline import fit_trend
from evalkit.statistics.trend.trend_study import study_trend, trend_verdict
from evalkit.statistics.verdicts import ChangeVerdict, Checks, Family, family_of, weigh_change

SURENESS = {"open": 0, "leaning": 1, "clear": 2}
LAW = ScatterLaw("quadratic", 1.4, 0.05, series=34, cells=340, degrees=272, p=0.0)


def verdict(p: float, exact_p: float = 0.0001, family: Family | None = None, **checks: Any) -> ChangeVerdict:
    return weigh_change(Checks(**({"change": -0.4, "p": p, "exact_p": exact_p} | checks)), family)


# ---- the four grades


def test_a_fall_that_passes_every_check_is_clear():
    found = verdict(0.001, family=Family(65, 0.01))
    assert (found.grade, found.direction, found.failed, found.tests) == ("clear", "fall", (), 65)
    assert verdict(0.001, change=0.4).direction == "rise"


@pytest.mark.parametrize(
    ("checks", "failed"),
    [
        ({"p": 0.07}, "interval"),
        ({"p": 0.001, "exact_p": 0.2}, "interval"),
        ({"p": 0.001, "year": 2011}, "single_year"),
        ({"p": 0.001, "events": ("border",)}, "declared_event"),
        ({"p": 0.001, "sources": 3}, "several_sources"),
        ({"p": 0.001, "is_exact": False}, "not_exact"),
        ({"p": 0.001, "years_known": False}, "years_unknown"),
        ({"p": 0.04, "family": Family(65, 0.002)}, "family"),
    ],
)
def test_one_check_that_fails_leaves_it_leaning(checks: dict[str, Any], failed: str):
    found = verdict(**checks)
    assert (found.grade, found.failed, found.could_be_chance) == ("leaning", (failed,), False)


@pytest.mark.parametrize(
    "checks",
    [
        {"p": 0.07, "events": ("border",)},
        {"p": 0.001, "year": 2011, "events": ("border",)},
        {"p": 0.001, "is_exact": False, "sources": 2},
        {"p": 0.001, "year": 2011, "years_known": False},
        {"p": 0.04, "year": 2011, "family": Family(65, 0.002)},
    ],
)
def test_two_checks_that_fail_leave_it_open_but_not_chance(checks: dict[str, Any]):
    found = verdict(**checks)
    assert (found.grade, len(found.failed), found.could_be_chance) == ("open", 2, False)


def test_an_event_and_a_change_of_source_raise_one_doubt():
    found = verdict(0.001, events=("border",), sources=4)
    assert (found.grade, found.failed, found.sources) == ("leaning", ("declared_event", "several_sources"), 4)


@pytest.mark.parametrize("p", [0.10, 0.4, 1.0])
def test_where_the_90_percent_interval_holds_no_change_it_could_be_chance(p: float):
    found = verdict(p)
    assert (found.grade, found.could_be_chance) == ("open", True)


def test_no_change_at_all_could_be_chance_whatever_the_p():
    assert verdict(0.001, change=0.0) == ChangeVerdict("open", "none", could_be_chance=True)


def test_without_a_p_there_is_no_comparison():
    assert verdict(math.nan).grade == "none"


def test_without_an_exact_test_the_law_alone_decides():
    assert verdict(0.03, math.nan).grade == "clear"


@pytest.mark.parametrize("tested", ["p", "exact_p"])
def test_lowering_a_p_never_makes_a_verdict_less_sure(tested: str):
    lines = [None, Family(65, 0.05), Family(65, 0.03), Family(65, 0.0008)]
    states = itertools.product(
        [None, 2011], [(), ("border",)], [True, False], lines, [0.0001, 0.02, 0.049, 0.051, 0.09, 0.3]
    )
    for year, events, known, family, other in states:
        fixed: dict[str, Any] = {"year": year, "events": events, "years_known": known, "family": family}
        fixed["exact_p" if tested == "p" else "p"] = other
        grades = [
            SURENESS[verdict(**fixed, **{tested: p}).grade]
            for p in (0.5, 0.1, 0.0999, 0.06, 0.05, 0.0499, 0.035, 0.03, 0.01, 0.0005, 0.0)
        ]
        assert grades == sorted(grades), fixed


@pytest.mark.parametrize("check", ["year", "events", "years_known", "family"])
def test_a_check_that_fails_never_makes_a_verdict_surer(check: str):
    failing = {"year": 2011, "events": ("border",), "years_known": False, "family": Family(65, 0.0001)}
    for p, others in itertools.product((0.001, 0.04, 0.06, 0.2), itertools.product((False, True), repeat=3)):
        rest = [name for name in failing if name != check]
        given = {name: failing[name] for name, fails in zip(rest, others, strict=True) if fails}
        without, with_it = verdict(p, **given), verdict(p, **given, **{check: failing[check]})
        assert SURENESS[with_it.grade] <= SURENESS[without.grade]


# ---- all comparisons together


@pytest.mark.parametrize("seed", range(40))
def test_what_stands_in_a_family_is_what_statsmodels_lets_stand(seed: int):
    random = np.random.default_rng(seed)
    p = np.where(random.random(30) < 0.3, random.beta(0.3, 8, 30), random.random(30))
    family = family_of([*p.tolist(), math.nan])
    rejected, *_ = multipletests(p, alpha=0.05, method="fdr_bh")
    assert (p <= family.line).tolist() == rejected.tolist()
    assert family.tests == 30
    for one, stands in zip(p.tolist(), rejected.tolist(), strict=True):
        assert (verdict(one, family=family).grade == "clear") == stands


def test_a_p_on_the_line_stands_and_one_above_it_does_not():
    assert verdict(0.02, family=Family(65, 0.02)).grade == "clear"
    assert verdict(0.0201, family=Family(65, 0.02)).failed == ("family",)


def test_a_family_of_none_or_one_is_that_one_test():
    assert family_of([]) == family_of([math.nan]) == Family(0, pytest.approx(0.05))
    assert family_of([0.03]) == Family(1, 0.05)


# ---- the years behind two totals


def total(first: int, counts: list[int], *, one_row: bool = False, count: float | None = None) -> PeriodTotal:
    last = first + len(counts) - 1
    return PeriodTotal(
        period=str(first),
        start=pd.Timestamp(f"{first}-01-01"),
        end=pd.Timestamp(f"{last}-12-31"),
        count=float(sum(counts)) if count is None else count,
        years=float(len(counts)),
        status="reported",
        made="one_row" if one_row else "sum_of_years",
        years_used=() if one_row else tuple(range(first, last + 1)),
        place_basis="occurrence",
        sources=("s",),
        flags=(),
    )


def yearly(before: list[int], after: list[int]) -> pd.DataFrame:
    counts = [*before, *after]
    return pd.DataFrame(
        {
            "year": range(2011, 2011 + len(counts)),
            "count": np.array(counts, dtype=float),
            "status": "reported",
        }
    )


def exact(later: PeriodTotal, earlier: PeriodTotal) -> RateComparison:
    found = compare_counts(
        later.count, earlier.count, later_exposure=later.years, earlier_exposure=earlier.years
    )
    assert isinstance(found, RateComparison)
    return found


def judged(
    before: list[int],
    after: list[int],
    *,
    law: ScatterLaw | None = LAW,
    years: pd.DataFrame | None = None,
    one_row: bool = False,
    events: tuple[Break, ...] = (),
) -> PeriodComparison:
    earlier = total(2011, before, one_row=one_row)
    later = total(2011 + len(before), after, one_row=one_row)
    item = PeriodComparison("cases", earlier, later, exact(later, earlier))
    return judged_change(item, Beside(law, years), events)


STEADY, LOWER = [20, 18, 22, 19, 21], [6, 8, 5, 7, 6]
ONE_YEAR = [6, 8, 60, 7, 6]


def event(first: date, last: date) -> Break:
    said = {"vi": "mốc", "en": "event"}
    return Break.model_validate(
        {
            "id": "border",
            "label": said,
            "effect": said,
            "kind": "detection",
            "source": "invented",
            "valid_from": first,
            "valid_to": last,
        }
    )


def test_years_that_all_fell_are_a_clear_fall():
    found = judged(STEADY, LOWER, years=yearly(STEADY, LOWER))
    assert (found.verdict.grade, found.verdict.direction) == ("clear", "fall")
    assert found.under_law is not None
    assert found.p == found.under_law.p == period_change_p(total(2011, STEADY), total(2016, LOWER), LAW)


def test_a_single_year_that_carries_the_change_is_named():
    before = [2, 1, 3, 2, 60]
    found = judged(before, [2, 1, 2, 3, 2], years=yearly(before, [2, 1, 2, 3, 2]))
    assert found.p < 0.05
    assert (found.verdict.grade, found.verdict.failed, found.verdict.year) == (
        "leaning",
        ("single_year",),
        2015,
    )


def test_each_year_is_left_out_of_its_own_period():
    """The exact binomial p of what is left, where years scatter as pure chance would make them: R's binom.test doubled tails."""
    left = years_left_out(total(2011, STEADY), total(2016, LOWER), Beside(None, yearly(STEADY, LOWER)))
    assert left is not None
    assert list(left) == list(range(2011, 2021))
    before, after = sum(STEADY) - STEADY[1], sum(LOWER)
    assert left[2012] == pytest.approx(2 * stats.binom.cdf(after, before + after, 5 / 9), rel=1e-6)
    before, after = sum(STEADY), sum(LOWER) - LOWER[4]
    assert left[2020] == pytest.approx(2 * stats.binom.cdf(after, before + after, 4 / 9), rel=1e-6)


def test_a_period_of_one_year_or_a_change_that_turns_round_hangs_on_that_year():
    left = years_left_out(total(2011, STEADY), total(2016, [3]), Beside(LAW, yearly(STEADY, [3])))
    assert left is not None
    assert left[2016] == 1.0
    assert max(p for year, p in left.items() if year != 2016) < 1.0
    lower = total(2011, LOWER)
    rise = years_left_out(lower, total(2016, ONE_YEAR), Beside(LAW, yearly(LOWER, ONE_YEAR)))
    assert rise is not None
    assert rise[2018] > 0.5  # 32 in five years, then 27 in four
    fewer = [5, 5, 60, 5, 5]
    turned = years_left_out(lower, total(2016, fewer), Beside(LAW, yearly(LOWER, fewer)))
    assert turned is not None
    assert turned[2018] == 1.0  # 32 in five years, then 20 in four: a fall


def test_a_declared_event_inside_the_years_leaves_it_leaning():
    inside = event(date(2018, 1, 1), date(2030, 12, 31))
    found = judged(STEADY, LOWER, years=yearly(STEADY, LOWER), events=(inside,))
    assert (found.verdict.grade, found.verdict.failed, found.verdict.events) == (
        "leaning",
        ("declared_event",),
        ("border",),
    )
    long_before = event(date(2001, 1, 1), date(2030, 12, 31))
    assert judged(STEADY, LOWER, years=yearly(STEADY, LOWER), events=(long_before,)).verdict.grade == "clear"


def test_totals_alone_do_not_tell_how_years_scatter():
    found = judged(STEADY, LOWER, law=None, years=None, one_row=True)
    assert found.under_law is None
    assert (found.verdict.grade, found.verdict.failed) == ("leaning", ("years_unknown",))
    # A panel tells how years scatter, but not what each of these years was.
    assert judged(STEADY, LOWER, years=None).verdict.failed == ("years_untold",)
    assert judged(STEADY, LOWER, law=None, years=yearly(STEADY, LOWER)).verdict.failed == ("years_unknown",)


def test_years_that_do_not_make_up_the_total_are_not_its_years():
    beside = Beside(LAW, yearly(STEADY, LOWER))
    same = total(2011, STEADY, one_row=True), total(2016, LOWER, one_row=True)
    assert years_left_out(*same, beside) is not None
    unlike = total(2011, STEADY, one_row=True, count=sum(STEADY) + 1.0)
    assert years_left_out(unlike, same[1], beside) is None
    assert years_left_out(*same, Beside(LAW, yearly(STEADY, LOWER)[:-1])) is None  # one year has no figure
    hidden = yearly(STEADY, LOWER)
    hidden.loc[3, ["status", "count"]] = ["suppressed", math.nan]
    assert years_left_out(*same, Beside(LAW, hidden)) is None


def test_what_is_not_compared_has_no_verdict():
    item = PeriodComparison("cases", None, None, NotEstimable("not_reported"))
    assert judged_change(item, Beside(LAW), ()) == item
    assert math.isnan(item.p)


# ---- trends


def trend(counts: list[int], law: ScatterLaw | None = None) -> tuple[TrendFit, ChangeVerdict]:
    series = pd.DataFrame({"year": range(2010, 2010 + len(counts)), "count": counts, "status": "reported"})
    fit = fit_trend(series, law=law)
    assert isinstance(fit, TrendFit)
    return fit, trend_verdict(fit, study_trend(series, fit, law=law))


POISSON = ScatterLaw("linear", 1.0, 0.0, series=60, cells=600, degrees=480, p=0.5)


def test_a_trend_without_one_deciding_year_is_clear():
    fit, found = trend([30, 27, 24, 20, 18, 16, 13, 12, 10, 8], POISSON)
    assert fit.p < 0.05
    assert (found.grade, found.direction, found.year) == ("clear", "fall", None)


@pytest.mark.parametrize(
    ("counts", "year"),
    [
        ([5, 4, 6, 5, 5, 4, 5, 6, 4, 30], 2019),  # nothing but the last year rises
        ([5, 4, 5, 4, 5, 5, 4, 14], 2017),
        ([0, 0, 0, 0, 0, 0, 0, 0, 5, 30], 2018),  # without 2018 all cases lie in one year: no trend to fit
    ],
)
def test_a_trend_that_hangs_on_one_year_is_never_clear(counts: list[int], year: int):
    fit, found = trend(counts, POISSON)
    assert fit.p < 0.05
    assert fit.exact_p < 0.05
    assert found.grade != "clear"
    assert "single_year" in found.failed
    assert found.year == year


def test_no_random_trend_that_one_year_could_undo_is_called_clear():
    random, clear = np.random.default_rng(4), 0
    for _ in range(25):
        counts = random.poisson(np.exp(np.linspace(2.2, 0.9, 9))).tolist()
        series = pd.DataFrame({"year": range(2010, 2019), "count": counts, "status": "reported"})
        fit = fit_trend(series, law=POISSON)
        found = trend_verdict(fit, study_trend(series, fit, law=POISSON))
        rest = [fit_trend(series.drop(index=place), law=POISSON) for place in range(9)]
        stays = all(isinstance(one, TrendFit) and one.p < 0.05 and one.apc * fit.apc > 0 for one in rest)
        assert (found.grade == "clear") == (max(fit.p, fit.exact_p) < 0.05 and stays)
        clear += found.grade == "clear"
    assert 0 < clear < 25
