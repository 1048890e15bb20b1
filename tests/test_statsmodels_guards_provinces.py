"""Where statsmodels goes wrong and the kit goes round it. A test here turns red when upstream is mended: then the detour may go."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.discrete.discrete_model import NegativeBinomial, NegativeBinomialP
from statsmodels.genmod.bayes_mixed_glm import PoissonBayesMixedGLM
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.rates import confint_poisson

from evalkit.statistics.expectation import ratio_to_expected
from evalkit.statistics.law.gamma_poisson import gamma_poisson_ml
from evalkit.statistics.multiplicity import AdjustedTests, adjust_tests
from evalkit.statistics.provinces.province_counts import province_counts
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.stratified import PooledRatio, pooled_ratio

MENDED = "statsmodels {} has mended this: the detour in {} is no longer needed for it"
UNDERDISPERSED = [8, 9, 7, 8, 8, 9, 8, 7]


def mended(where: str) -> str:
    return MENDED.format(version("statsmodels"), where)


def quietly(ask: Callable[[], Any]) -> Any:
    """Ask upstream, whose storms of warnings are part of the defect."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return ask()


def before_and_after(later: list[int], earlier: list[int]) -> pd.DataFrame:
    codes = [f"{90 + k}" for k in range(len(later))]
    frame = pd.DataFrame({"province_code": codes, "later": later, "earlier": earlier})
    return frame.assign(later_exposure=5.0, earlier_exposure=5.0)


def test_negative_binomial_of_counts_that_scatter_less_than_chance_claims_to_converge_without_errors():
    fit = quietly(lambda: NegativeBinomial(UNDERDISPERSED, np.ones(8)).fit(disp=False))
    assert fit.mle_retvals["converged"], mended("gamma_poisson")
    assert np.isnan(fit.bse).any(), mended("gamma_poisson")
    ours = gamma_poisson_ml(np.array(UNDERDISPERSED, dtype=float), np.ones(8))
    assert (ours.alpha, ours.mean) == (0.0, 8.0)


def test_the_newer_negative_binomial_does_not_converge_there():
    fit = quietly(lambda: NegativeBinomialP(UNDERDISPERSED, np.ones(8)).fit(disp=False))
    assert not fit.mle_retvals["converged"] or np.isnan(fit.bse).any(), mended("gamma_poisson")


def test_a_model_of_a_panel_without_a_case_dies_with_a_message_about_something_else():
    with pytest.raises(ValueError, match="first guess"):
        quietly(lambda: sm.GLM(np.zeros(6), np.ones(6), family=sm.families.Poisson()).fit())
    assert isinstance(pooled_ratio(before_and_after([0, 0], [0, 0])), NotEstimable)


def test_a_fall_to_zero_everywhere_is_fitted_without_a_word():
    later = np.repeat([1.0, 0.0], 3)
    design = np.column_stack([np.ones(6), later])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fit = sm.GLM([0, 0, 0, 3, 4, 2], design, family=sm.families.Poisson()).fit()
    assert fit.converged, mended("stratified")
    assert fit.params[1] < -15, mended("stratified")
    assert fit.bse[1] > 1000, mended("stratified")
    assert not [one for one in said if "eparation" in str(one.message)], mended("stratified")
    ours = pooled_ratio(before_and_after([0, 0, 0], [3, 4, 2]))
    assert isinstance(ours, PooledRatio)
    assert ours.ratio == 0
    assert 0 < ours.upper < 1


def test_a_province_without_exposure_spoils_the_whole_model():
    with pytest.raises((ValueError, FloatingPointError)):
        quietly(lambda: sm.GLM([3, 4], np.ones(2), family=sm.families.Poisson(), exposure=[5.0, 0.0]).fit())
    frame = pd.DataFrame({"province_code": ["97", "98"], "count": [3, 4], "exposure": [5.0, 0.0]})
    assert province_counts(frame).rows["flag"].tolist() == ["", "no_exposure"]


@pytest.mark.parametrize(
    ("method", "broken"),
    [
        ("midp-c", lambda lower, upper: math.isclose(lower, upper, rel_tol=1e-6)),
        ("sqrt", lambda lower, upper: math.isclose(lower, upper, rel_tol=1e-6)),
        ("jeff", lambda lower, _: lower > 0),
    ],
)
def test_limits_of_a_count_of_zero_do_not_start_at_zero(method: str, broken: Callable[[float, float], bool]):
    lower, upper = quietly(lambda: confint_poisson(0, 1, method=method))
    assert broken(float(lower), float(upper)), mended("expectation, which asks for exact limits only")
    ours = ratio_to_expected(0, 1)
    assert (ours.lower, round(ours.upper, 4)) == (0, 3.6889)


def test_one_missing_p_spoils_the_family():
    _, adjusted, *_ = quietly(lambda: multipletests([0.01, 0.04, math.nan], method="fdr_bh"))
    assert not np.allclose(adjusted[:2], [0.02, 0.04]), mended("multiplicity")
    ours = adjust_tests([0.01, 0.04, math.nan])
    assert isinstance(ours, AdjustedTests)
    assert ours.frame["adjusted"].tolist()[:2] == [0.02, 0.04]


def test_the_hierarchical_poisson_model_takes_no_exposure():
    names = set(inspect.signature(PoissonBayesMixedGLM.__init__).parameters)
    assert not names & {"exposure", "offset"}, mended("shrinkage, which is a gamma law for this reason too")
