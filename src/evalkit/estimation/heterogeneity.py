"""Do provinces differ by more than chance? Asked first: where they do not, nothing else may set one beside another."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.estimation.counts import Numbers
from evalkit.estimation.gamma_poisson import gamma_poisson_ml
from evalkit.estimation.province_counts import ProvinceCounts, province_counts
from evalkit.estimation.results import NotEstimable

FEWEST_PROVINCES = 2
LARGE_ENOUGH = 5.0
DRAWS = 9999


@dataclass(frozen=True, slots=True, eq=False)
class Heterogeneity:
    """Whether the rates of provinces differ by more than chance.

    Attributes
    ----------
    frame : DataFrame
        Per province: ``province_code``, ``count``, ``exposure``, ``flag``, ``expected`` (at one common rate), ``residual``
        (observed minus expected over the root of the expected). Missing where the province could not be used.
    provinces : int
        Provinces used.
    total, rate : float
        All cases, and the rate of all provinces together, per unit of exposure.
    chi2, degrees, chi2_p : float
        Sum of the squared residuals, its degrees of freedom and p.
    simulated_p, simulation_error : float
        The same sum held against the total dealt out at random by exposure, and its Monte-Carlo standard error.
    dean_b, dean_b_adjusted, dean_p : float
        Dean's score tests (P_B and its form that allows for the fitted rate), and the one-sided p of the latter.
    alpha, alpha_se : float
        Negative binomial dispersion by maximum likelihood: the rates' squared coefficient of variation.
    log_likelihood, poisson_log_likelihood, likelihood_ratio, likelihood_p : float
        Negative binomial against Poisson; p is halved, because alpha cannot be negative.
    p, method : float, str
        The p to print: simulated where an expected count is below 5, else of the chi-square.
    seed : int
        Of the simulation.
    """

    frame: pd.DataFrame
    provinces: int
    total: float
    rate: float
    chi2: float
    degrees: int
    chi2_p: float
    simulated_p: float
    simulation_error: float
    dean_b: float
    dean_b_adjusted: float
    dean_p: float
    alpha: float
    alpha_se: float
    log_likelihood: float
    poisson_log_likelihood: float
    likelihood_ratio: float
    likelihood_p: float
    p: float
    method: str
    seed: int

    @property
    def differs(self) -> bool:
        """Provinces differ by more than chance, at 5 %."""
        return self.p < 0.05


def heterogeneity(frame: pd.DataFrame, *, seed: int = 1) -> Heterogeneity | NotEstimable:
    """Test whether provinces share one rate.

    Parameters
    ----------
    frame : DataFrame, one row per province
        ``province_code``, ``count``, ``exposure`` (person-years); ``status`` where there is one. Provinces without figure
        or exposure are left out and flagged.
    seed : int
        Of the simulation.

    Returns
    -------
    Heterogeneity or NotEstimable
        Not estimable: ``suppressed`` (a hidden figure is a small one: the rest is no fair picture), ``too_few_provinces``
        (fewer than 2), ``no_events``.

    Raises
    ------
    FactsError
        As in :func:`~evalkit.estimation.province_counts.province_counts`.

    References
    ----------
    Dean (1992), J. Am. Stat. Assoc. 87, 451-457; Self and Liang (1987), J. Am. Stat. Assoc. 82, 605-610 (half the p).

    Examples
    --------
    >>> counts = pd.DataFrame({"province_code": ["95", "96", "97"], "count": [2, 9, 25], "exposure": [10.0, 11.0, 12.0]})
    >>> found = heterogeneity(counts)
    >>> round(found.chi2, 2), found.degrees, found.method, found.differs
    (18.86, 2, 'chi-square', True)
    """
    given = province_counts(frame)
    refusal = given.refusal(fewest=FEWEST_PROVINCES)
    if refusal is not None:
        return refusal
    expected = given.expected
    residual = (given.counts - expected) / np.sqrt(expected)
    return Heterogeneity(
        frame=given.beside(expected=expected, residual=residual),
        provinces=len(given.counts),
        degrees=len(given.counts) - 1,
        total=given.total,
        rate=given.rate,
        method="simulation" if _is_small(expected) else "chi-square",
        seed=seed,
        **_chi_square(given, float(residual @ residual), seed),
        **_dean(given.counts, expected),
        **_negative_binomial(given),
    )


def _is_small(expected: Numbers) -> bool:
    """Tell whether an expected count is too small for the chi-square law."""
    return bool((expected < LARGE_ENOUGH).any())


def _chi_square(given: ProvinceCounts, chi2: float, seed: int) -> dict[str, float]:
    p, simulated = float(stats.chi2.sf(chi2, len(given.counts) - 1)), _simulated_p(given, chi2, seed)
    return {
        "chi2": chi2,
        "chi2_p": p,
        "simulated_p": simulated,
        "simulation_error": math.sqrt(simulated * (1 - simulated) / (DRAWS + 1)),
        "p": simulated if _is_small(given.expected) else p,
    }


def _simulated_p(given: ProvinceCounts, chi2: float, seed: int) -> float:
    """Deal the total out at random by exposure and count how often the sum is as large."""
    rng, shares = np.random.default_rng(seed), given.exposure / given.exposure.sum()
    drawn = rng.multinomial(int(given.total), shares, size=DRAWS)
    sums = ((drawn - given.expected) ** 2 / given.expected).sum(axis=1)
    return float((1 + (sums >= chi2 * (1 - 1e-9)).sum()) / (DRAWS + 1))


def _dean(counts: Numbers, expected: Numbers) -> dict[str, float]:
    scale = math.sqrt(2 * float(expected @ expected))
    excess = float(((counts - expected) ** 2 - counts).sum())
    leverage = float(expected @ expected / expected.sum())
    adjusted = (excess + leverage) / scale
    return {"dean_b": excess / scale, "dean_b_adjusted": adjusted, "dean_p": float(stats.norm.sf(adjusted))}


def _negative_binomial(given: ProvinceCounts) -> dict[str, float]:
    law = gamma_poisson_ml(given.counts, given.exposure)
    ratio = 2 * (law.log_likelihood - law.poisson_log_likelihood)
    return {
        "alpha": law.alpha,
        "alpha_se": law.alpha_se,
        "log_likelihood": law.log_likelihood,
        "poisson_log_likelihood": law.poisson_log_likelihood,
        "likelihood_ratio": ratio,
        "likelihood_p": float(stats.chi2.sf(ratio, 1)) / 2 if ratio > 0 else 1.0,
    }
