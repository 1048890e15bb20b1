"""Rates of provinces drawn towards their mean, as far as their own cases are too few to speak for themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.gamma_poisson import GammaPoisson, gamma_poisson_ml, marshall_moments
from evalkit.statistics.law.period_scatter import LawOfYears
from evalkit.statistics.law.plausible_laws import PlausibleLaws, plausible_laws
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.provinces.lasting import LastingRates, lasting_rates, likeliest_law, under_one_law
from evalkit.statistics.provinces.province_counts import ProvinceCounts, province_counts, year_scatter
from evalkit.statistics.results import NotEstimable

FEWEST_PROVINCES = 5
LIKELIHOOD = "maximum likelihood"
MOMENTS = "moments (Marshall)"
POOLED = "full pooling"

PlausibleRates = PlausibleLaws | LastingRates
"""What counts make plausible of the rates: without a law of years, or with one."""


@dataclass(frozen=True, slots=True, eq=False)
class ShrunkenRates:
    """Empirical-Bayes rates of provinces.

    Attributes
    ----------
    frame : DataFrame
        Per province: ``province_code``, ``count``, ``exposure``, ``flag``; ``rate`` (as counted), ``shrunken`` with ``lower``
        and ``upper`` (allowing for every plausible law) and ``known_lower`` and ``known_upper`` (gamma quantiles that take the
        law as known: too narrow with few cases), ``weight`` (share of its own rate in the shrunken one: 1 speaks for itself, 0 is
        the mean of all), ``above_mean`` (probability of a true rate above the mean), ``return_percent`` (by how much the
        rate would move by itself when counted again: what a province chosen because it stood high falls without any
        programme; missing where it is 0). Missing without figure or exposure.
    law : GammaPoisson
        Scatter of the lasting rates between provinces.
    years_law : ScatterLaw or None
        How years scatter; None where that is not known, and then all of this holds if years scatter as pure chance would make
        them.
    method : str
        ``maximum likelihood``; ``moments (Marshall)`` where likelihood sees no scatter and moments do; ``full pooling``
        where neither does: one rate for all.
    provinces, level : int, float
        Provinces used; level of the limits.
    """

    frame: pd.DataFrame
    law: GammaPoisson
    method: str
    provinces: int
    level: float
    years_law: ScatterLaw | None = None


def shrink_rates(
    frame: pd.DataFrame,
    *,
    law: LawOfYears | None = None,
    level: float = 0.95,
    rates: PlausibleRates | None = None,
) -> ShrunkenRates | NotEstimable:
    """Draw the rates of provinces towards their mean: the lasting rates, not those realised in these years.

    Parameters
    ----------
    frame : DataFrame, one row per province
        ``province_code``, ``count``, ``exposure`` (person-years, or cases expected); ``status`` where there is one, ``years``
        (behind the count) where there is a law.
    law : ScatterLaw or mapping of province code to ScatterLaw, optional
        How years scatter (:func:`~evalkit.statistics.law.law_of_panel.panel_law`); without one, as pure chance would make them.
    level : float
        Level of the limits.
    rates : PlausibleLaws or LastingRates, optional
        What :func:`plausible_rates` gives for this frame and law, where it was asked before.

    Returns
    -------
    ShrunkenRates or NotEstimable
        Not estimable: ``suppressed`` (hidden figures are the small ones: the mean of the rest is too high),
        ``too_few_provinces`` (fewer than 5), ``no_events``.

    Raises
    ------
    FactsError
        As in :func:`~evalkit.statistics.provinces.province_counts.province_counts`.

    Notes
    -----
    With gamma law of mean m and shape a, rate = (count + a) / (exposure + a / m). The law shown is the likeliest one; the
    limits are those of all laws the counts make plausible (:mod:`~evalkit.statistics.law.plausible_laws`). Where a law of years is
    known a total is negative binomial about exposure times lasting rate, and the same is done on a grid of rates
    (:mod:`~evalkit.statistics.provinces.lasting`); ``weight`` is then exposure / f over exposure / f + a / m, f being the variance of
    the total over its mean.

    References
    ----------
    Clayton and Kaldor (1987), Biometrics 43, 671-681; Marshall (1991), Appl. Stat. 40, 283-294.

    Examples
    --------
    >>> counts = pd.DataFrame({"province_code": list("ABCDEF"), "count": [2, 9, 1, 14, 4, 0], "exposure": 1.0})
    >>> found = shrink_rates(counts)
    >>> found.method, found.frame["shrunken"].round(1).tolist()
    ('maximum likelihood', [2.5, 8.4, 1.6, 12.6, 4.2, 0.8])
    """
    given = province_counts(frame)
    refusal = given.refusal(fewest=FEWEST_PROVINCES)
    if refusal is not None:
        return refusal
    plausible = plausible_rates(given, law) if rates is None else rates
    if isinstance(plausible, LastingRates):
        return _lasting(given, plausible, level)
    between, method = _law(given)
    columns = _rates(given, plausible, between, level)
    return ShrunkenRates(given.beside(**columns), between, method, len(given.counts), level)


def plausible_rates(given: ProvinceCounts, law: LawOfYears | None) -> PlausibleRates:
    """Return all that the counts make plausible of the provinces' rates, years scattering under the law where one is known.

    Parameters
    ----------
    given : ProvinceCounts
        At least one case.
    law : ScatterLaw or mapping of province code to ScatterLaw, or None
    """
    used = year_scatter(given, law)
    return plausible_laws(given.counts, given.exposure) if used is None else lasting_rates(given, used)


def _lasting(given: ProvinceCounts, rates: LastingRates, level: float) -> ShrunkenRates:
    """Shrink the rates where a law of years is known."""
    tail, rate = (1 - level) / 2, given.counts / given.exposure
    between = likeliest_law(rates)
    known, pooled = under_one_law(rates, between), math.isinf(between.shape)
    shrunken = np.full(len(rate), between.mean) if pooled else known.mean()
    columns = {
        "rate": rate,
        "shrunken": shrunken,
        "lower": rates.quantile(tail),
        "upper": rates.quantile(1 - tail),
        "known_lower": known.quantile(tail),
        "known_upper": known.quantile(1 - tail),
        "weight": np.zeros(len(rate)) if pooled else _weight(known, between, shrunken),
        "above_mean": rates.above_mean(),
        "return_percent": 100 * (shrunken / np.where(rate > 0, rate, np.nan) - 1),
    }
    method = POOLED if pooled else LIKELIHOOD
    return ShrunkenRates(given.beside(**columns), between, method, len(rate), level, rates.grid.scatter.law)


def _weight(rates: LastingRates, between: GammaPoisson, shrunken: Numbers) -> Numbers:
    given = rates.grid.given
    factors = rates.grid.scatter.factors(shrunken * given.exposure, given.years)
    own = given.exposure / factors
    return np.asarray(own / (own + between.shape / between.mean))


def posterior(given: pd.DataFrame, law: GammaPoisson) -> tuple[Numbers, Numbers]:
    """Return the shapes and the scales of the provinces' gamma posteriors.

    Parameters
    ----------
    given : DataFrame
        ``count`` and ``exposure`` of usable provinces.
    law : GammaPoisson
        Scatter of the true rates; with an infinite shape all provinces share the posterior of their common rate.

    Examples
    --------
    >>> law = GammaPoisson(mean=5.0, shape=2.0, alpha=0.5)
    >>> shapes, scales = posterior(pd.DataFrame({"count": [3.0], "exposure": [1.0]}), law)
    >>> (shapes * scales).round(2).tolist()
    [3.57]
    """
    counts, exposure = given["count"].to_numpy(dtype=float), given["exposure"].to_numpy(dtype=float)
    if math.isinf(law.shape):
        return np.full(len(counts), counts.sum() + 0.5), np.full(len(counts), 1 / exposure.sum())
    return counts + law.shape, 1 / (exposure + law.shape / law.mean)


def _law(given: ProvinceCounts) -> tuple[GammaPoisson, str]:
    likely = gamma_poisson_ml(given.counts, given.exposure)
    if likely.alpha > 0:
        return likely, LIKELIHOOD
    moments = marshall_moments(given.counts, given.exposure)
    return (moments, MOMENTS) if moments.alpha > 0 else (likely, POOLED)


def _rates(given: ProvinceCounts, laws: PlausibleLaws, law: GammaPoisson, level: float) -> dict[str, Numbers]:
    pooled, tail = math.isinf(law.shape), (1 - level) / 2
    shapes, scales = posterior(pd.DataFrame({"count": given.counts, "exposure": given.exposure}), law)
    rate = given.counts / given.exposure
    shrunken = np.full(len(shapes), law.mean) if pooled else shapes * scales
    return {
        "rate": rate,
        "shrunken": shrunken,
        "lower": laws.quantile(tail),
        "upper": laws.quantile(1 - tail),
        "known_lower": stats.gamma.ppf(tail, shapes, scale=scales),
        "known_upper": stats.gamma.ppf(1 - tail, shapes, scale=scales),
        "weight": np.zeros(len(shapes)) if pooled else given.exposure * scales,
        "above_mean": laws.above_mean(),
        "return_percent": 100 * (shrunken / np.where(rate > 0, rate, np.nan) - 1),
    }
