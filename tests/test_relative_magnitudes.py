"""How far a gap may have moved by itself before an effect vanishes: against a slow grid, sums by hand and simulation."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from evalkit.statistics.panel.count_imputation import count_imputation
from evalkit.statistics.panel.effect import Effect
from evalkit.statistics.panel.panel import Panel
from evalkit.statistics.panel.relative_magnitudes import RelativeMagnitudes, relative_magnitudes
from tests.panels import ruled

YEARS = tuple(range(2012, 2020))
SINCE = (2016,) * 6 + (None,) * 14


def country(
    rng: np.random.Generator,
    *,
    ratio: float = 1.0,
    drift: float = 0.0,
    before: float = 0.0,
    mean: float = 60.0,
) -> Panel:
    """Draw Poisson years; the log gap of the treated moves by ``before`` up and down ahead of the start, by ``drift`` a year after the last one."""
    year = np.array(YEARS)
    gap = np.where(year < 2016, before * (year % 2), before * (2015 % 2) + drift * (year - 2015))
    own = np.array([one is not None for one in SINCE])[:, None]
    effect = np.where(year >= 2016, math.log(ratio), 0.0)
    sizes = mean * np.exp(rng.normal(0, 0.3, len(SINCE)))[:, None]
    means = sizes * np.exp(0.1 * rng.normal(size=8)) * np.exp(np.where(own, gap + effect, 0.0))
    counts = rng.poisson(means).astype(float)
    return Panel(counts, np.ones_like(counts), SINCE, tuple(f"{k:02}" for k in range(20)), YEARS)


def found_of(panel: Panel) -> RelativeMagnitudes:
    found = relative_magnitudes(panel)
    assert found is not None
    return found


def test_the_estimate_from_the_last_year_before_is_a_ratio_of_four_sums():
    panel = country(np.random.default_rng(1), ratio=0.6)
    own, year = panel.ever, np.array(YEARS)
    counts = panel.counts
    after, last = year >= 2016, year == 2015
    by_hand = (counts[own][:, after].sum() / counts[own][:, last].sum()) / (
        counts[~own][:, after].sum() / counts[~own][:, last].sum()
    )
    assert found_of(panel).estimate == pytest.approx(by_hand, rel=1e-6)


def test_the_largest_move_is_that_of_the_yearly_gaps_and_its_places_left_out_in_turn():
    """With nothing missing and alike exposures the gap of a year is a ratio of two sums; each place is left out by hand."""
    panel = country(np.random.default_rng(2), ratio=0.6)

    def gaps(keep: np.ndarray) -> np.ndarray:
        own = panel.ever & keep
        others = ~panel.ever & keep
        # each year against the last one before, the periods told by the places without the programme and the base
        return np.log(panel.counts[own].sum(axis=0) / panel.counts[others].sum(axis=0))[:4]

    everything = np.ones(20, dtype=bool)
    moves = [np.diff(gaps(everything))]
    moves += [np.diff(gaps(everything & (np.arange(20) != k))) for k in range(20)]
    bounds = []
    for j in range(3):
        one = np.array([move[j] for move in moves])
        squares = (one[1:] - one[0]) ** 2 * 19 / 20
        parts = squares[:6].sum(), squares[6:].sum()
        degrees = sum(parts) ** 2 / (parts[0] ** 2 / 5 + parts[1] ** 2 / 13)
        bounds.append(abs(one[0]) + stats.t.ppf(0.975, degrees) * math.sqrt(sum(parts)))
    assert found_of(panel).moved == pytest.approx(max(bounds), rel=1e-6)


@pytest.mark.parametrize("ratio", [0.3, 2.5])
def test_the_breakdown_is_what_a_grid_of_worst_paths_finds(ratio: float):
    """Every path that moves by M times the largest move, up or down each year, in steps of a hundredth."""
    found = found_of(country(np.random.default_rng(3), ratio=ratio))

    def worst(m: float) -> tuple[float, float]:
        paths = np.array(np.meshgrid(*[[-1.0, 0.0, 1.0]] * 4)).reshape(4, -1).T.cumsum(axis=1)
        shares = np.array([share for _, share in found.ahead])
        assert [step for step, _ in found.ahead] == [1, 2, 3, 4]
        bias = np.log((np.exp(paths * m * found.moved) * shares).sum(axis=1))
        centre = math.log(found.estimate)
        return centre - found.reach - bias.max(), centre + found.reach - bias.min()

    grid = [m for m in np.arange(0, 60, 0.01) if not worst(m)[0] <= 0 <= worst(m)[1]]
    assert grid
    assert found.breakdown == pytest.approx(max(grid), abs=0.011)
    for m in (0.0, 0.5, 2.0):
        assert np.log(found.limits(m)) == pytest.approx(worst(m), abs=1e-9)


def test_the_limits_widen_with_m_and_the_breakdown_falls_with_the_moves_before():
    calm, rough = (found_of(country(np.random.default_rng(4), ratio=0.4, before=move)) for move in (0.0, 0.5))
    limits = [calm.limits(m) for m in (0.0, 0.5, 1.0, 3.0)]
    assert all(a[0] > b[0] and a[1] < b[1] for a, b in pairwise(limits))
    assert calm.moved < rough.moved
    assert calm.breakdown > rough.breakdown > 0


@pytest.mark.parametrize("m", [0.5, 1.0])
def test_the_limits_hold_the_effect_where_the_gap_moves_as_far_as_supposed(m: float):
    """Moves of .2 before the start, m times as much a year after it, all one way: 95 % or more of 200 panels, within chance."""
    rng, held, draws = np.random.default_rng(5), 0, 200
    for _ in range(draws):
        found = found_of(country(rng, ratio=0.7, before=0.2, drift=0.2 * m))
        lower, upper = found.limits(m)
        held += lower <= 0.7 <= upper
    assert held >= draws * 0.95 - 2 * math.sqrt(draws * 0.05 * 0.95)
    plain = found_of(country(rng, ratio=0.7, before=0.2, drift=0.2 * m, mean=2000.0)).limits(0.0)
    assert not plain[0] <= 0.7 <= plain[1]  # without any M they would not


def test_without_an_effect_the_breakdown_is_nearly_always_nought():
    rng = np.random.default_rng(6)
    told = [found_of(country(rng)).breakdown for _ in range(200)]
    assert np.mean([one > 0 for one in told]) <= 0.05


def test_nothing_is_told_of_one_year_before_or_of_a_year_without_a_case():
    panel = country(np.random.default_rng(7))
    late = replace(panel, counts=panel.counts[:, 3:], exposure=panel.exposure[:, 3:], periods=YEARS[3:])
    assert relative_magnitudes(late) is None
    counts = panel.counts.copy()
    counts[:6, 1] = 0.0
    assert relative_magnitudes(replace(panel, counts=counts)) is None


def test_a_period_in_which_no_case_is_expected_moves_no_limit():
    """The place that starts first has no case in its last year before: nothing is expected of it, and the last years are its own."""
    panel = country(np.random.default_rng(12), ratio=0.5, before=1.5, mean=200.0)
    counts = panel.counts.copy()
    counts[0, 1] = 0.0
    found = found_of(replace(panel, counts=counts, treated_since=(2014, *panel.treated_since[1:])))
    shares = dict(found.ahead)
    last = max(shares)
    assert shares[last] == 0
    for m in (0.0, 10.0, 500.0):
        weighed = [
            (share, step * m * found.moved) for step, share in found.ahead if share
        ]  # large, not beyond what a float holds
        up, down = (
            math.log(math.fsum(share * math.exp(sign * (move - moved_by)) for share, move in weighed))
            + sign * moved_by
            for sign, moved_by in (
                (1, max(move for _, move in weighed)),
                (-1, min(move for _, move in weighed)),
            )
        )
        low, high = found.limits(m)
        expected = math.log(found.estimate) - found.reach - up, math.log(found.estimate) + found.reach - down
        assert (math.log(low) if low else -math.inf) == pytest.approx(
            expected[0] if expected[0] > -700 else -math.inf
        )
        assert (math.log(high) if math.isfinite(high) else math.inf) == pytest.approx(
            expected[1] if expected[1] < 700 else math.inf
        )


def test_a_year_that_is_missing_before_the_start_is_no_base():
    panel = country(np.random.default_rng(8), ratio=0.5)
    counts = panel.counts.copy()
    counts[:6, 3] = np.nan  # 2015
    found = found_of(replace(panel, counts=counts))
    assert [step for step, _ in found.ahead] == [2, 3, 4, 5]


def test_years_before_in_which_one_or_two_places_are_reported_tell_of_no_move():
    """Two places that start two years later are alone six and five years before: as if those years were not reported."""
    panel = country(np.random.default_rng(9), ratio=0.3)
    panel = replace(panel, treated_since=(2018, 2018, *SINCE[2:]))
    early = panel.counts.copy()
    early[:2, :2] = np.nan
    found, wanted = found_of(panel), found_of(replace(panel, counts=early))
    assert (found.moved, found.breakdown) == (wanted.moved, wanted.breakdown)
    lone = replace(panel, treated_since=(2018, *SINCE[1:]))
    assert found_of(lone).breakdown > 0, (
        "one place alone has no limits of its own, and hides nothing of the others"
    )


def test_the_effect_has_it_and_starts_in_waves_too():
    found = count_imputation(ruled())
    assert isinstance(found, Effect)
    assert found.honest is not None
    assert found.honest.breakdown >= 0
