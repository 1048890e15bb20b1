"""Farrington's bounds: R's own numbers, a slow recomputation with statsmodels, and what gives no bound."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.surveillance.farrington import (
    FarringtonSettings,
    farrington,
    farrington_original,
)

# invented counts; bounds computed by R 4.2.2, surveillance 1.20.3, farrington(b = 5, w = 2, alpha = 0.01, trend = FALSE)
MONTHS = [
    *(5, 2, 3, 6, 6, 1, 1, 3, 1, 3, 2, 3, 1, 5, 4, 1, 2, 7, 2, 2, 2, 3, 3, 0, 2, 3, 2, 3, 3, 1, 4, 3),
    *(1, 2, 4, 1, 6, 4, 5, 3, 1, 2, 2, 1, 2, 2, 0, 2, 5, 5, 3, 5, 6, 2, 2, 4, 1, 1, 2, 6, 1, 6, 2, 3),
    *(1, 1, 3, 1, 3, 1, 2, 6, 6, 4, 3, 4, 2, 4, 2, 2, 3, 3, 3, 3, 5, 5, 2, 4, 3, 3, 2, 14, 2, 2, 3, 2),
]
BY_R = [
    *(9.004142701, 9.35579615, 9.221031216, 8.537106169, 7.840154093, 7.563862547),
    *(6.968720421, 6.806404585, 6.905098253, 6.941037173, 7.827628488, 9.183061045),
]
WITHOUT_TREND = farrington_original(years=5, window=2, trend=False)


def drawn(seed: int, *, length: int = 120, mean: float = 9.0, rise: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    months = np.arange(length)
    means = mean * np.exp(0.4 * np.cos(months / 6 * np.pi) + rise * months / 12)
    return rng.poisson(rng.gamma(means, 1.0)).astype(float)


def slow_fit(counts: np.ndarray, time: np.ndarray, trend: bool, threshold: float) -> tuple[object, float]:  # noqa: FBT001
    """Fit, weigh and fit again by statsmodels, one baseline by itself."""
    design = np.column_stack([np.ones(len(time)), *([time] if trend else [])])

    def fitted(weights: np.ndarray) -> tuple[object, float]:
        fit = sm.GLM(counts, design, family=sm.families.Poisson(), freq_weights=weights).fit(tol=1e-12)
        scatter = (weights * (counts - fit.mu) ** 2 / fit.mu).sum() / (len(counts) - design.shape[1])
        return fit, scatter

    fit, scatter = fitted(np.ones(len(counts)))
    root = np.sqrt(np.diag(fit.mu))
    hat = np.diag(root @ design @ np.linalg.inv(design.T @ np.diag(fit.mu) @ design) @ design.T @ root)
    residuals = [
        1.5 * (y ** (2 / 3) * mu ** (-1 / 6) - mu**0.5) / math.sqrt(max(1, scatter) * (1 - h))
        for y, mu, h in zip(counts, fit.mu, hat, strict=True)
    ]
    raw = np.array([one**-2 if one > threshold else 1.0 for one in residuals])
    return fitted(raw * len(raw) / raw.sum())


def slow_bound(
    counts: np.ndarray, row: int, *, years: int, window: int, original: bool
) -> tuple[float, bool]:
    """Return the bound of one row, written out for months: the trend always asked by p < .05."""
    rows = np.array(
        [row - 12 * year + step for year in range(1, years + 1) for step in range(-window, window + 1)]
    )
    baseline = counts[rows]
    threshold = 1.0 if original else 2.58
    fit, scatter = slow_fit(baseline, rows - row, True, threshold)  # noqa: FBT003
    t = fit.params[1] / math.sqrt(scatter * fit.normalized_cov_params[1, 1])
    p = 2 * stats.t.sf(abs(t), len(baseline) - 2)
    kept = p < 0.05 and math.exp(fit.params[0]) <= baseline.max()
    if not kept:
        fit, scatter = slow_fit(baseline, rows - row, False, threshold)  # noqa: FBT003
    mean, phi = math.exp(fit.params[0]), max(1.0, scatter)
    if not original:
        upper = (
            stats.nbinom.ppf(0.99, mean / (phi - 1), 1 / phi) if phi > 1 else stats.poisson.ppf(0.99, mean)
        )
        return float(upper), kept
    variance = phi * fit.normalized_cov_params[0, 0] * mean**2
    spread = math.sqrt(4 / 9 * mean ** (1 / 3) * (phi + variance / mean))
    return (mean ** (2 / 3) + stats.norm.ppf(0.995) * spread) ** 1.5, kept


def test_the_bounds_are_those_of_r():
    found = farrington(MONTHS, freq=12, rows=range(84, 96), settings=WITHOUT_TREND)
    assert found["upper"].tolist() == pytest.approx(BY_R, rel=2e-6)
    assert found["row"][found["alarm"]].tolist() == [91]
    assert not found["trend"].any()


@pytest.mark.parametrize("rise", [0.0, -0.12])
@pytest.mark.parametrize("original", [True, False])
def test_bounds_are_those_of_a_slow_recomputation(rise: float, original: bool):  # noqa: FBT001
    """Series with and without a trend: the bound, and whether the trend was kept."""
    kept = []
    for seed in range(4):
        counts = drawn(seed, rise=rise)
        settings = farrington_original(years=5, window=3)
        if not original:
            settings = FarringtonSettings(years=5, window=3, trend_level=0.05, left_out=6)
        found = farrington(counts, freq=12, rows=[100, 119], settings=settings)
        told = [slow_bound(counts, row, years=5, window=3, original=original) for row in (100, 119)]
        assert found["upper"].tolist() == pytest.approx([upper for upper, _ in told], rel=1e-6)
        assert found["trend"].tolist() == [trend for _, trend in told]
        kept += found["trend"].tolist()
    assert any(kept) == (rise < 0)


def test_a_trend_that_leads_above_all_that_was_seen_is_dropped():
    rising = np.round(2 * np.exp(0.035 * np.arange(84)))
    found = farrington(rising, freq=12, rows=[83], settings=farrington_original(years=4, window=2))
    assert found["trend"].tolist() == [False]
    assert found["expected"][0] < rising[-13]


def test_two_years_tell_no_trend():
    falling = np.round(400 * np.exp(-0.03 * np.arange(84)))
    kept = [
        bool(farrington(falling, freq=12, rows=[83], settings=farrington_original(years=years))["trend"][0])
        for years in (2, 5)
    ]
    assert kept == [False, True]


def test_parts_of_a_year_have_levels_of_their_own():
    """With as many parts as months, and no trend, the expectation is the mean of that month's baseline."""
    counts = drawn(5)
    settings = FarringtonSettings(
        years=6, window=0, periods=12, left_out=0, weights_from=None, trend=False, alpha=0.01
    )
    found = farrington(counts, freq=12, rows=[110, 119], settings=settings)
    means = [counts[[row - 12 * year for year in range(1, 7)]].mean() for row in (110, 119)]
    assert found["expected"].tolist() == pytest.approx(means)
    assert found["points"].tolist() == [6 * 12, 6 * 12]


def test_an_outbreak_just_before_does_not_raise_its_own_bound():
    counts = drawn(6)
    settings = FarringtonSettings(years=5, window=2, left_out=12, periods=4)
    quiet = farrington(counts, freq=12, rows=[119], settings=settings)["upper"][0]
    counts[112:119] += 40
    assert farrington(counts, freq=12, rows=[119], settings=settings)["upper"][0] == quiet


def test_the_predictive_bound_is_the_largest_count_that_is_not_too_rare():
    """By counting up: chance of more and half that of as many, from mean and dispersion of the baseline, at the level of t."""
    settings = FarringtonSettings(
        window=1, bound="predictive", weights_from=None, trend=False, left_out=6, alpha=0.02
    )
    for seed in range(6):
        counts = drawn(seed, mean=6.0)
        baseline = counts[[118 - 12 * year + step for year in range(1, 6) for step in (-1, 0, 1)]]
        mean = baseline.mean()
        phi = max(1.0, float(((baseline - mean) ** 2 / mean).sum() / 14))
        tails = stats.nbinom(mean / (phi - 1), 1 / phi).stats(moments="k") if phi > 1 else 1 / mean
        level = stats.norm.sf(stats.t.ppf(0.98, 14 * 2 / (2 + float(tails))))
        variance = phi * mean + phi * mean / 15
        law = stats.nbinom(mean**2 / (variance - mean), mean / variance)
        count = 0
        while law.sf(count + 1) + law.pmf(count + 1) / 2 >= level:
            count += 1
        assert farrington(counts, freq=12, rows=[118], settings=settings)["upper"].tolist() == [count]


# ---- what gives no bound


def test_few_cases_give_no_bound_and_no_alarm():
    counts = np.zeros(96)
    counts[::9] = 1
    counts[95] = 4
    found = farrington(counts, freq=12, rows=[94, 95], settings=WITHOUT_TREND)
    assert found["reason"].tolist() == ["few_cases", "few_cases"]
    assert found["upper"].isna().all()
    assert not found["alarm"].any()
    counts[95] = 5
    assert farrington(counts, freq=12, rows=[95], settings=WITHOUT_TREND)["alarm"].tolist() == [True]


def test_a_baseline_without_a_case_has_a_bound_of_nothing():
    counts = np.zeros(96)
    found = farrington(counts, freq=12, settings=WITHOUT_TREND)
    assert set(found["reason"]) == {"few_cases"}
    counts[95] = 6
    (last,) = farrington(counts, freq=12, rows=[95], settings=WITHOUT_TREND).to_dict("records")
    assert (last["reason"], last["upper"], last["alarm"]) == ("no_events", 0.0, True)


def test_too_short_a_history_gives_no_bound():
    found = farrington(MONTHS[:62], freq=12, rows=[61], settings=WITHOUT_TREND)
    assert found["reason"].tolist() == ["too_few_points"]
    assert farrington(MONTHS[:63], freq=12, rows=[62], settings=WITHOUT_TREND)["reason"].tolist() == [""]
    assert set(farrington([3, 4, 2], freq=4)["reason"]) == {"too_few_points"}
    assert len(farrington([], freq=12)) == 0


def test_months_with_gaps_are_left_out_until_too_many_are():
    counts = np.array(MONTHS, dtype=float)
    counts[[88, 76]] = math.nan
    found = farrington(counts, freq=12, rows=[88], settings=WITHOUT_TREND)
    assert (found["points"][0], found["reason"][0], found["alarm"][0]) == (24, "", False)
    baseline = counts[[row - 12 * year for year in range(1, 6) for row in range(86, 91)]]
    assert np.isnan(baseline).sum() == 1
    counts[28:64] = math.nan
    assert farrington(counts, freq=12, rows=[88], settings=WITHOUT_TREND)["reason"][0] == "too_few_points"


def test_unknown_latest_months_are_no_quiet_months():
    counts = np.array(MONTHS, dtype=float)
    counts[85:88] = math.nan
    found = farrington(counts, freq=12, rows=[88], settings=WITHOUT_TREND)
    assert found["reason"].tolist() == ["not_reported"]


@pytest.mark.parametrize(
    ("counts", "options", "told"),
    [
        ([3, -1, 2], {}, "never negative"),
        ([3, 1.5, 2], {}, "whole"),
        ([[3, 1], [2, 2]], {}, "one series"),
        ([3, 1, 2], {"freq": 0}, "rows a year"),
        ([3, 1, 2], {"rows": [3]}, "stands in the series"),
    ],
)
def test_what_is_no_series_is_refused(counts: list[float], options: dict[str, object], told: str):
    with pytest.raises(FactsError, match=told):
        farrington(counts, **{"freq": 12} | options)


@pytest.mark.parametrize(
    "wrong",
    [{"years": 0}, {"window": -1}, {"alpha": 0}, {"bound": "delta"}, {"periods": 0}, {"left_out": -1}],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object]):
    with pytest.raises(FactsError, match="settings"):
        FarringtonSettings(**wrong)


def test_quarters_and_weeks_are_answered_too():
    quarters = pd.Series(np.tile([8.0, 2, 5, 4], 7))
    settings = FarringtonSettings(years=5, window=0, left_out=2)
    found = farrington(quarters, freq=4, settings=settings)
    assert found["expected"].round(6).tolist() == [8, 2, 5, 4]
    weeks = drawn(9, length=320)
    assert (farrington(weeks, freq=52, settings=FarringtonSettings(years=4))["reason"] == "").all()
