"""The law of scatter: told by a panel of yearly counts, also where small ones are hidden; wider for a place that scatters more."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from benchmarks.calibration import hidden_frame as hidden
from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.law.hidden_counts import HiddenCounts
from evalkit.statistics.law.law_of_panel import panel_law
from evalkit.statistics.law.law_of_places import law_of_sum, place_laws
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_panel import expected_counts, yearly_panel
from evalkit.statistics.trend.headline import fit_trend
from evalkit.statistics.trend.loglinear import loglinear_trend

TEN_YEARS = [12, 9, 14, 8, 10, 7, 9, 5, 6, 4]
NONE = pd.DataFrame(columns=["province_code", "year", "count"])


def panel_of(counts: np.ndarray) -> pd.DataFrame:
    places, years = counts.shape
    return pd.DataFrame(
        {
            "province_code": np.repeat([f"{place:02d}" for place in range(places)], years),
            "year": np.tile(np.arange(2010, 2010 + years), places),
            "count": counts.ravel().astype(float),
            "status": "reported",
        }
    )


def drawn(alpha: float | np.ndarray, means: np.ndarray, years: int, seed: int) -> np.ndarray:
    """Draw negative binomial years: variance mean + alpha * mean**2, one alpha or one per place."""
    rng = np.random.default_rng(seed)
    wide = np.broadcast_to(means[:, None], (len(means), years))
    spread = np.broadcast_to(np.asarray(alpha, dtype=float).reshape(-1, 1), wide.shape)
    rates = np.where(
        spread > 0, rng.gamma(1 / np.maximum(spread, 1e-9), np.maximum(spread, 1e-9) * wide), wide
    )
    return rng.poisson(rates)


# ---- the panel


@pytest.mark.parametrize("alpha", [0.0, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("mean", [3.0, 20.0])
def test_alpha_comes_out_as_it_was_drawn(alpha: float, mean: float):
    found = [
        panel_law(panel_of(drawn(alpha, mean * np.resize([0.5, 1.0, 1.5], 34), 10, seed))).alpha
        for seed in range(12)
    ]
    assert abs(np.mean(found) - alpha) < max(0.05, 0.1 * alpha)


@pytest.mark.parametrize("alpha", [0.0, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("mean", [3.0, 8.0, 20.0])
def test_alpha_comes_out_where_small_counts_and_their_complements_are_hidden(alpha: float, mean: float):
    found = [
        panel_law(hidden(drawn(alpha, mean * np.resize([0.5, 1.0, 1.5], 34), 10, seed))).alpha
        for seed in range(8)
    ]
    assert np.isfinite(found).sum() >= 7  # a sparse draw may leave the law unknown
    assert abs(np.nanmean(found) - alpha) < max(0.1, 0.2 * alpha)


def test_a_hidden_figure_is_expected_within_the_range_that_is_left_to_it_and_not_below_the_threshold():
    """One year in ten is hidden, between 30 and 50: its mean and mean square by summing Poisson chances, fitted by statsmodels."""
    counts = np.array([[41.0, 38, 44, 35, 40, 47, 39, 36, 42, 45]])
    frame = panel_of(counts).assign(low=0.0, high=math.inf)
    frame.loc[4, ["count", "status", "low", "high"]] = [math.nan, "suppressed", 30.0, 50.0]
    inside, filled = np.arange(30, 51), counts[0].copy()
    for _ in range(30):
        means = np.asarray(sm.GLM(filled, sm.add_constant(np.arange(10.0)), sm.families.Poisson()).fit().mu)
        chances = stats.poisson.pmf(inside, means[4]) / stats.poisson.pmf(inside, means[4]).sum()
        filled[4] = chances @ inside
    mean, squared = HiddenCounts(yearly_panel(frame), threshold=5).squares(0.0)
    assert mean[0] == pytest.approx(means, rel=5e-3)
    assert squared[0, 4] == pytest.approx(chances @ (inside - means[4]) ** 2, rel=0.01)


def test_large_figures_hidden_beside_small_ones_are_not_taken_for_small_and_make_no_scatter():
    counts = drawn(0.0, np.full(34, 30.0), 10, seed=4)
    frame = panel_of(counts)
    gone = np.arange(len(frame)) % 9 == 0  # whatever their size: what lies 5 to either side is left to them
    frame = frame.assign(low=frame["count"] - 5, high=frame["count"] + 5)
    frame["status"] = np.where(gone, "suppressed", "reported")
    assert panel_law(frame.assign(count=frame["count"].mask(gone))).alpha < 0.02


def test_hidden_small_counts_leave_a_sparse_panel_unknown():
    sparse = drawn(0.5, np.full(34, 1.5), 10, seed=1)
    assert panel_law(panel_of(sparse)).is_known
    assert not panel_law(hidden(sparse)).is_known


def test_a_linear_law_is_told_from_a_quadratic_one():
    rng, means = np.random.default_rng(20), np.resize([1.0, 3.0, 8.0, 20.0], 63)[:, None] * np.ones(12)
    linear = panel_law(panel_of(rng.poisson(rng.gamma(means / 2, 2))))  # variance 3 * mean
    assert (linear.form, linear.p < 0.05) == ("linear", True)
    assert linear.phi == pytest.approx(3, rel=0.15)
    quadratic = panel_law(panel_of(rng.poisson(rng.gamma(1 / 0.4, 0.4 * means))))
    assert quadratic.form == "quadratic"
    assert quadratic.variance_factor(20) == pytest.approx(9, rel=0.2)


def test_poisson_years_scatter_as_chance_makes_them():
    rng, means = np.random.default_rng(20), np.resize([1.0, 3.0, 8.0, 20.0], 63)[:, None] * np.ones(12)
    found = panel_law(panel_of(rng.poisson(means)))
    assert found.p > 0.05
    assert [found.variance_factor(mean) for mean in (1, 8, 20)] == pytest.approx([1, 1, 1], abs=0.15)


def test_phi_is_the_pooled_pearson_chi_square_over_its_degrees_of_freedom():
    counts = np.array(
        [
            [4, 7, 5, 9, 6, 11, 8],
            [2, 0, 3, 1, 1, 2, 2],
            [9, 9, 12, 5, 7, 6, 9],
            [1, 3, 2, 2, 5, 4, 1],
            [3, 4, 3, 4, 3, 4, 3],
        ]
    )
    fits = [loglinear_trend(row, years=range(7)) for row in counts.tolist()]
    found = panel_law(panel_of(counts))
    assert found.phi == pytest.approx(sum(fit.pearson_chi2 for fit in fits) / 25, rel=1e-6)
    assert (found.series, found.cells, found.degrees) == (5, 35, 25)


def test_trends_fitted_in_one_batch_are_those_of_statsmodels():
    counts = drawn(0.5, np.array([2.0, 9.0, 40.0]), 9, seed=3)
    panel = yearly_panel(panel_of(counts))
    alone = [loglinear_trend(row, years=range(9)).fitted for row in counts.tolist()]
    assert expected_counts(panel, panel.counts) == pytest.approx(np.array(alone), rel=1e-6)


def test_a_missing_year_is_left_out_of_its_trend():
    frame = panel_of(np.array([TEN_YEARS]))
    frame = frame[frame["year"] != 2013]
    kept = [count for year, count in enumerate(TEN_YEARS) if year != 3]
    alone = loglinear_trend(kept, years=[year for year in range(10) if year != 3]).fitted
    panel = yearly_panel(frame)
    fitted = expected_counts(panel, panel.counts)[0]
    assert math.isnan(fitted[3])
    assert np.delete(fitted, 3) == pytest.approx(np.array(alone), rel=1e-6)


def test_short_series_share_one_slope():
    counts = np.array([[8, 6, 4, 3, 2], [20, 14, 11, 7, 5]])
    panel = yearly_panel(panel_of(counts))
    slopes = np.diff(np.log(expected_counts(panel, panel.counts)), axis=1)
    assert slopes == pytest.approx(np.full_like(slopes, slopes[0, 0]))


@pytest.mark.parametrize(
    ("places", "years", "known"), [(1, 7, False), (4, 7, False), (5, 5, True), (5, 4, False), (1, 8, True)]
)
def test_five_places_of_five_years_or_one_series_of_eight_tell_the_law(
    places: int,
    years: int,
    known: bool,  # noqa: FBT001 (a value to be checked)
):
    counts = np.array([TEN_YEARS[:years]] * places)
    assert panel_law(panel_of(counts)).is_known is known


def test_an_unknown_law_changes_no_trend():
    law = panel_law(panel_of(np.array([TEN_YEARS[:7]])))
    assert math.isnan(law.phi)
    assert math.isnan(law.variance_factor(3.0))
    series = panel_of(np.array([TEN_YEARS]))
    assert fit_trend(series, law=law) == fit_trend(series)


def test_series_without_events_or_years_do_not_count():
    silent = np.array([TEN_YEARS] * 5 + [[0] * 10, [0, 0, 3, 0, 0, 0, 0, 0, 0, 0]])
    assert panel_law(panel_of(silent)).series == 5


def test_a_law_survives_its_file():
    for found in (
        panel_law(panel_of(np.array([TEN_YEARS] * 5))),
        panel_law(panel_of(np.array([TEN_YEARS[:4]]))),
    ):
        assert ScatterLaw.from_record(found.as_record()).as_record() == found.as_record()


def test_a_province_with_two_figures_for_a_year_is_refused():
    panel = pd.concat([panel_of(np.array([TEN_YEARS])), panel_of(np.array([[3]]))])
    with pytest.raises(FactsError, match="00 2010"):
        panel_law(panel)


# ---- one place, and a sum of places


def test_places_that_scatter_more_than_the_panel_have_a_wider_law():
    alphas = np.where(np.arange(34) < 6, 2.0, 0.1)
    found: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(6):
        panel = panel_of(drawn(alphas, np.full(34, 12.0), 10, seed))
        laws = place_laws(panel, panel_law(panel))
        for place in range(34):
            law = laws.get(f"{place:02d}")
            found[place < 6].append(1.0 if law is None else law.own)
    assert np.mean(found[True]) > 1.8
    assert np.mean(found[False]) < 1.1


def test_places_of_one_law_keep_it_nearly():
    widest = []
    for seed in range(6):
        panel = panel_of(drawn(0.4, np.full(34, 12.0), 10, seed))
        laws = place_laws(panel, panel_law(panel))
        widest.append(
            np.mean([laws[code].own if code in laws else 1.0 for code in panel["province_code"].unique()])
        )
    assert np.mean(widest) < 1.1


@pytest.mark.parametrize("form", ["linear", "quadratic"])
def test_the_variance_of_the_nation_is_the_sum_of_its_provinces_variances(form: str):
    law = ScatterLaw(form, 3.0, 0.4, series=34, cells=340, degrees=272, p=0.0)
    means = np.array([1.0, 4.0, 30.0, 2.5])
    variance = sum(mean * law.variance_factor(mean) for mean in means)
    assert law_of_sum(law, means, NONE).variance_factor(means.sum()) * means.sum() == pytest.approx(variance)


def test_places_that_rise_and_fall_together_widen_the_nations_law():
    law = ScatterLaw("quadratic", 2.0, 0.4, series=34, cells=340, degrees=272, p=0.0)
    swing = np.array([40, 160, 50, 150, 45, 170, 60, 140, 40, 150])
    assert law_of_sum(law, np.full(34, 3.0), panel_of(swing[None, :])).own > 5
    assert (
        law_of_sum(
            law, np.full(34, 3.0), panel_of(np.array([[100, 104, 97, 101, 99, 103, 98, 100, 102, 96]]))
        ).own
        == 1
    )


def test_a_nation_whose_provinces_tell_nothing_has_the_law_of_its_own_years():
    unknown = panel_law(panel_of(np.array([TEN_YEARS[:4]])))
    own = panel_of(np.array([TEN_YEARS]))
    assert law_of_sum(unknown, [], own) == panel_law(own)
