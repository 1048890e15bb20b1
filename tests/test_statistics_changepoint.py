"""Change point: the published coal mining disasters, every way the cases could lie in time, the posterior by integration."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from evalkit.errors import FactsError, SettingsError
from evalkit.statistics.joinpoint.joinpoint_series import YearlySeries
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.changepoint import changepoint
from evalkit.statistics.trend.changepoint_results import ChangepointFit
from evalkit.statistics.trend.changepoint_scan import Scan, Simulation

STEP = [9, 7, 8, 10, 6, 2, 1, 3, 2, 1]  # invented
YEARS = [1.0, 1.2, 0.8, 1.0, 1.0, 2.0, 1.5, 1.0, 0.5, 1.0]


def series_of(counts: Sequence[float], *, first: int = 2001, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"year": range(first, first + len(counts)), "count": counts} | columns)


def shifted(
    counts: Sequence[float], *, exposure: Sequence[float] | None = None, **given: Any
) -> ChangepointFit:
    table = series_of(counts) if exposure is None else series_of(counts, people=exposure)
    fit = changepoint(table, exposure=None if exposure is None else "people", **given)
    assert isinstance(fit, ChangepointFit)
    return fit


def gains(counts: Sequence[float], exposure: Sequence[float], outside: int = 2) -> dict[int, float]:
    """The likelihood ratio of each split, from two Poisson likelihoods."""
    found = {}
    y, time = np.array(counts, dtype=float), np.array(exposure, dtype=float)
    one = stats.poisson.logpmf(y, time * y.sum() / time.sum()).sum()
    for upto in range(outside, len(y) - outside + 1):
        rates = [y[:upto].sum() / time[:upto].sum()] * upto
        rates += [y[upto:].sum() / time[upto:].sum()] * (len(y) - upto)
        found[upto] = 2 * (stats.poisson.logpmf(y, time * rates).sum() - one)
    return found


@pytest.mark.parametrize("exposure", [[1.0] * 10, YEARS])
def test_the_split_is_that_of_the_largest_likelihood(exposure: list[float]):
    fit, ratios = shifted(STEP, exposure=exposure, replicates=19), gains(STEP, exposure)
    best = max(ratios, key=lambda upto: ratios[upto])
    assert (fit.last_before, fit.first_after) == (2000 + best, 2001 + best)
    assert fit.statistic == pytest.approx(ratios[best])
    assert fit.rate_before == pytest.approx(sum(STEP[:best]) / sum(exposure[:best]))
    assert fit.rate_after == pytest.approx(sum(STEP[best:]) / sum(exposure[best:]))


def test_p_by_writing_down_every_way_the_cases_could_lie_in_time():
    counts, exposure = [0, 1, 0, 0, 2, 1, 2], [1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 0.5]
    fit = shifted(counts, exposure=exposure, replicates=9999)
    shares = np.array(exposure) / sum(exposure)
    chances: dict[tuple[int, ...], float] = {}
    for places in itertools.combinations_with_replacement(range(7), 6):
        laid = tuple(places.count(year) for year in range(7))
        chances[laid] = stats.multinomial.pmf(laid, 6, shares)
    assert sum(chances.values()) == pytest.approx(1)
    exact = sum(
        p for laid, p in chances.items() if max(gains(laid, exposure).values()) >= fit.statistic - 1e-9
    )
    assert 0.02 < exact < 0.8
    assert fit.p == pytest.approx(exact, abs=4 * fit.monte_carlo_error)
    assert fit.monte_carlo_error == pytest.approx(math.sqrt(fit.p * (1 - fit.p) / 9999))


def test_the_posterior_of_the_year_by_integrating_both_rates_out():
    fit = shifted(STEP, exposure=YEARS, replicates=19)

    def evidence(counts: Sequence[float], exposure: Sequence[float]) -> float:
        """With rate = root**2 the Jeffreys prior is flat in the root."""

        def likelihood(root: float) -> float:
            return float(stats.poisson.pmf(counts, root**2 * np.array(exposure)).prod())

        return float(integrate.quad(likelihood, 0, 6, epsabs=0, limit=200)[0])

    weights = np.array([evidence(STEP[:k], YEARS[:k]) * evidence(STEP[k:], YEARS[k:]) for k in range(2, 9)])
    assert [year for year, _ in fit.posterior] == [2002, 2003, 2004, 2005, 2006, 2007, 2008]
    assert [p for _, p in fit.posterior] == pytest.approx(weights / weights.sum(), rel=1e-6)
    assert fit.most_likely == 2002 + int(weights.argmax())


def test_the_credible_years_are_the_fewest_that_hold_95_percent():
    fit = shifted([6, 4, 7, 5, 3, 4, 2, 3, 1, 2, 2, 1], replicates=19)
    chances = dict(fit.posterior)
    held = sum(chances[year] for year in fit.credible)
    assert held >= 0.95
    assert held - min(chances[year] for year in fit.credible) < 0.95
    left_out = [p for year, p in chances.items() if year not in fit.credible]
    assert left_out
    assert min(chances[year] for year in fit.credible) >= max(left_out)
    assert fit.frame["credible"].sum() == len(fit.credible)
    assert fit.frame["probability"].sum() == pytest.approx(1)


def rejected(rng: np.random.Generator, *, dispersion: float, taken: float) -> int:
    """Of 200 series of one rate, mean 8, how many are found shifted at 5 %."""
    means, found = np.full((200, 12), 8.0), 0
    counts = rng.poisson(means if dispersion == 1 else rng.gamma(means / (dispersion - 1), dispersion - 1))
    for row in counts.astype(float):
        scan = Scan(YearlySeries(np.arange(12), row, np.ones(12), np.full(12, np.nan), span=12), 2)
        simulated = scan.simulated(Simulation(taken, 199, 1))
        found += (simulated >= scan.ratios(row[:, None]).max() - 1e-9).sum() < 10
    return int(found)


def test_one_rate_is_seldom_called_two_once_the_scatter_is_allowed_for():
    """5 % of 200; more than 20 or none would come by chance less than once in 500 such tests."""
    assert 1 <= rejected(np.random.default_rng(1), dispersion=1, taken=1) <= 20
    assert 1 <= rejected(np.random.default_rng(2), dispersion=3, taken=3) <= 20
    assert rejected(np.random.default_rng(3), dispersion=3, taken=1) > 40


def test_scatter_beyond_chance_is_said_unless_it_was_allowed_for():
    wild = [3, 16, 5, 18, 4, 2, 9, 0, 8, 1]
    assert "scatter_beyond_chance" in shifted(wild).flags
    allowed = shifted(wild, dispersion=4.0)
    assert "scatter_beyond_chance" not in allowed.flags
    assert allowed.p > shifted(wild).p
    assert shifted(wild, dispersion=0.3).p == shifted(wild).p
    assert "scatter_beyond_chance" not in shifted(STEP).flags


def test_zeros_on_one_side_give_an_answer():
    fit = shifted([5, 4, 6, 5, 7, 0, 0, 0, 0])
    assert (fit.last_before, fit.rate_after, fit.ratio) == (2005, 0, 0)
    assert 0 < fit.ratio_upper < 1
    assert fit.p == 0.001
    risen = shifted([0, 0, 0, 0, 5, 4, 6, 5, 7])
    assert math.isnan(risen.ratio)
    assert risen.ratio_lower > 1


def test_what_must_not_matter():
    fit, thousand = shifted(STEP, exposure=YEARS), shifted(STEP, exposure=[1000 * year for year in YEARS])
    assert (fit.last_before, fit.p, fit.credible) == (thousand.last_before, thousand.p, thousand.credible)
    assert fit.ratio == pytest.approx(thousand.ratio)
    assert shifted(STEP) == shifted(STEP)
    middling = [9, 7, 8, 10, 6, 5, 7, 6, 5, 8]
    assert shifted(middling, seed=1).p != shifted(middling, seed=2).p
    shuffled = changepoint(series_of(STEP).sample(frac=1, random_state=3))
    assert shuffled == shifted(STEP)


def test_reasons_why_there_is_no_answer():
    def reason(counts: Sequence[float], **columns: object) -> str:
        fit = changepoint(series_of(counts, **columns))
        assert isinstance(fit, NotEstimable)
        return fit.reason

    assert reason([5, 4, 3, 2, 1, 1]) == "too_few_years"
    assert reason([4, np.nan, np.nan, 3, 2, np.nan, 5, 6, 3, 3]) == "years_missing"
    assert reason([0] * 9) == "no_events"
    assert reason([0, 0, 0, 8, 0, 0, 0, 0]) == "insufficient_events"
    assert reason([np.nan] * 8) == "not_reported"
    assert reason(STEP, status=["reported"] * 9 + ["suppressed"]) == "suppressed"


@pytest.mark.parametrize("wrong", [-1, 2.5, math.inf])
def test_what_is_no_count_is_refused_by_its_year(wrong: float):
    with pytest.raises(FactsError, match=r"changepoint\(list\)"):
        changepoint([1, 2])
    with pytest.raises(FactsError, match="changepoint: rows 2003"):
        changepoint(series_of([5, 4, wrong, *[6] * 8]))


@pytest.mark.parametrize("settings", [{"outside": 0}, {"outside": 6}, {"replicates": 9}])
def test_settings_that_do_not_fit_are_refused(settings: dict[str, int]):
    with pytest.raises(SettingsError, match=next(iter(settings))):
        changepoint(series_of(STEP), **settings)
