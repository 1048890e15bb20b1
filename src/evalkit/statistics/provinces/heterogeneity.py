"""Do provinces differ by more than chance? Asked first: where they do not, nothing else may set one beside another.

What is asked is whether the lasting rates differ: years that scatter more than chance make totals differ too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.gamma_poisson import gamma_poisson_ml
from evalkit.statistics.law.period_scatter import LawOfYears, YearScatter
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.provinces.equal_rates import EqualRates
from evalkit.statistics.provinces.province_counts import ProvinceCounts, province_counts, year_scatter
from evalkit.statistics.results import NotEstimable

FEWEST_PROVINCES = 2
LARGE_ENOUGH = 5.0
DRAWS = 9999
DRAWS_OF_YEARS = 1999  # panels drawn year by year


@dataclass(frozen=True, slots=True, eq=False)
class Heterogeneity:
    """Whether the lasting rates of provinces differ by more than chance and, where it is known, the scatter of years.

    Attributes
    ----------
    frame : DataFrame
        Per province: ``province_code``, ``count``, ``exposure``, ``flag``, ``expected`` (at one common rate), ``own`` (how many
        times the panel's variance its years have), ``factor`` (variance
        of the total over its mean at that expectation, under the law of years; 1 without one), ``residual`` (observed minus
        expected over the root of the variance). Missing where the province could not be used.
    provinces : int
        Provinces used.
    total, rate : float
        All cases, and the rate of all provinces together, per unit of exposure.
    chi2, degrees, chi2_p : float
        Sum of the squared residuals, its degrees of freedom and p.
    simulated_p, simulation_error : float
        The same sum held against the total dealt out at random by exposure, or with a law of years against totals drawn under
        it at the common rate, the error of the law included, and that provinces may scatter each in its own way
        (:mod:`~evalkit.statistics.provinces.equal_rates`); and its Monte-Carlo standard error.
    plain_p : float
        The p to print if yearly counts vary by chance alone; equal to ``p`` without a law.
    law : ScatterLaw or None
        How years scatter; None where that is not known, and then all of this holds if yearly counts vary by chance alone.
    dean_b, dean_b_adjusted, dean_p : float
        Dean's score tests (P_B and its form that allows for the fitted rate), and the one-sided p of the latter. These and
        those below ask the same of the totals as they stand, whatever the law of years.
    alpha, alpha_se : float
        Negative binomial dispersion by maximum likelihood: the rates' squared coefficient of variation.
    log_likelihood, poisson_log_likelihood, likelihood_ratio, likelihood_p : float
        Negative binomial against Poisson; p is halved, because alpha cannot be negative.
    p, method : float, str
        The p to print: simulated where an expected count is below 5 or there is a law of years, else of the chi-square.
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
    plain_p: float
    law: ScatterLaw | None
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


def heterogeneity(
    frame: pd.DataFrame, *, law: LawOfYears | None = None, seed: int = 1
) -> Heterogeneity | NotEstimable:
    """Test whether provinces share one lasting rate.

    Parameters
    ----------
    frame : DataFrame, one row per province
        ``province_code``, ``count``, ``exposure`` (person-years); ``status`` where there is one, ``years`` (behind the count)
        where there is a law. Provinces without figure or exposure are left out and flagged.
    law : ScatterLaw or mapping of province code to ScatterLaw, optional
        How years scatter (:func:`~evalkit.statistics.law.law_of_panel.panel_law`). Without one, or with an unknown one, they are taken to
        scatter as pure chance would make them, and every sentence about the result must say so.
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
        As in :func:`~evalkit.statistics.provinces.province_counts.province_counts`.

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
    used, expected = year_scatter(given, law), given.expected
    own = used.own if used else np.ones_like(expected)
    factor = used.factors(expected, given.years) if used else own
    residual = (given.counts - expected) / np.sqrt(expected * factor)
    return Heterogeneity(
        frame=given.beside(expected=expected, own=own, factor=factor, residual=residual),
        provinces=len(given.counts),
        degrees=len(given.counts) - 1,
        total=given.total,
        rate=given.rate,
        method="simulation" if used or _is_small(expected) else "chi-square",
        seed=seed,
        law=used.law if used else None,
        **_chi_square(given, used, seed),
        **_dean(given.counts, expected),
        **_negative_binomial(given),
    )


def _is_small(expected: Numbers) -> bool:
    """Tell whether an expected count is too small for the chi-square law."""
    return bool((expected < LARGE_ENOUGH).any())


def _chi_square(given: ProvinceCounts, scatter: YearScatter | None, seed: int) -> dict[str, float]:
    """Return the sum of squared residuals with its p, simulated and not, under the law and without it."""
    plain = _against(_plain_sums(given.counts[None, :], given)[0], _dealt_out(given, seed), given)
    plain_p = plain["simulated_p"] if _is_small(given.expected) else plain["chi2_p"]
    if scatter is None:
        return {**plain, "p": plain_p, "plain_p": plain_p}
    equal = EqualRates(given, scatter)
    drawn = equal.drawn_sums(DRAWS_OF_YEARS, seed=seed)
    found = _against(equal.sums(given.counts[None, :])[0], drawn, given)
    return {**found, "p": found["simulated_p"], "plain_p": plain_p}


def _against(chi2: float, drawn: Numbers, given: ProvinceCounts) -> dict[str, float]:
    simulated = float((1 + (drawn >= chi2 * (1 - 1e-9)).sum()) / (len(drawn) + 1))
    return {
        "chi2": float(chi2),
        "chi2_p": float(stats.chi2.sf(chi2, len(given.counts) - 1)),
        "simulated_p": simulated,
        "simulation_error": math.sqrt(simulated * (1 - simulated) / (len(drawn) + 1)),
    }


def _plain_sums(counts: Numbers, given: ProvinceCounts) -> Numbers:
    """Return the sum of squared residuals of each row of counts about the common rate, pure chance ruling."""
    expected = counts.sum(axis=1, keepdims=True) * given.exposure / given.exposure.sum()
    return np.asarray(((counts - expected) ** 2 / expected).sum(axis=1))


def _dealt_out(given: ProvinceCounts, seed: int) -> Numbers:
    """Deal the total out at random by exposure."""
    rng, shares = np.random.default_rng(seed), given.exposure / given.exposure.sum()
    return _plain_sums(rng.multinomial(int(given.total), shares, size=DRAWS).astype(float), given)


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
