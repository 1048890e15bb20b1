"""Limits within which observed over expected cases lie by chance, and how far provinces scatter beyond it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.rates import phe_interval


@dataclass(frozen=True, slots=True, eq=False)
class Overdispersion:
    """How far provinces scatter about the target beyond chance.

    Attributes
    ----------
    z : ndarray
        Each province's distance from the target in standard errors of chance, before trimming.
    used : int
        Distances left after trimming.
    phi : float
        Their mean square; near 1 where chance alone is at work.
    tau2 : float
        Variance between provinces on the scale of the transformation, added to that of chance; 0 where ``phi`` asks for
        none.
    """

    z: Numbers
    used: int
    phi: float
    tau2: float


def funnel_limits(
    expected: ArrayLike,
    *,
    level: float = 0.95,
    tau2: float = 0.0,
    factor: ArrayLike = 1.0,
    form: Literal["exact", "chi-square"] = "exact",
) -> tuple[Numbers, Numbers]:
    """Return the control limits of observed over expected: what lies beyond them is outside, what lies on them is not.

    Parameters
    ----------
    expected : array-like of float
        Cases expected at the target; not positive gives missing.
    level : float
        0.95 for the inner, 0.998 for the outer limits.
    tau2 : float
        Variance between provinces on the square-root scale; the wider of both limits is taken.
    factor : array-like of float
        Variance of each total over its mean where years scatter more than chance; 1 where they do not.
    form : {"exact", "chi-square"}
        Poisson quantiles, beyond which a count has less than half the rest in its tail; or the smooth line of FunnelPlotR
        for a picture. The smooth lower line is never 0, so that it would cry out at a province without a case where
        one was expected: no province is judged by it.

    References
    ----------
    Spiegelhalter (2005), Stat. Med. 24, 1185-1202; chi-square form as in R's FunnelPlotR.

    Examples
    --------
    >>> lower, upper = funnel_limits([1, 23])
    >>> lower.round(2).tolist(), upper.round(2).tolist()
    ([0.0, 0.61], [3.0, 1.43])
    >>> lower, upper = funnel_limits([1, 23], form="chi-square")
    >>> lower.round(2).tolist(), upper.round(2).tolist()
    ([0.03, 0.63], [5.57, 1.5])
    """
    given = np.asarray(expected, dtype=float)
    means, tail = np.where(given > 0, given, np.nan), (1 - level) / 2
    if form == "exact":
        lower, upper = stats.poisson.ppf(tail, means) / means, stats.poisson.ppf(1 - tail, means) / means
    else:
        lower = stats.chi2.ppf(tail, 2 * means) / (2 * means)
        upper = stats.chi2.ppf(1 - tail, 2 * means + 2) / (2 * means)
    wider = np.asarray(factor, dtype=float)
    if tau2 > 0 or (wider > 1).any():
        reach = stats.norm.ppf(1 - tail) * np.sqrt(wider / (4 * means) + tau2)
        lower, upper = (
            np.minimum(lower, np.maximum(0, 1 - reach) ** 2),
            np.maximum(upper, (1 + reach) ** 2),
        )
    return np.asarray(lower), np.asarray(upper)


def chance_limits(
    expected: ArrayLike, *, level: float = 0.95, factor: ArrayLike = 1.0
) -> tuple[Numbers, Numbers]:
    """Return the limits of counts that chance explains: Poisson, or negative binomial where years scatter by more.

    Parameters
    ----------
    expected : array-like of float
        Counts expected at the target, positive.
    level : float
    factor : array-like of float
        Variance of each count over its mean, from the law of years; 1 where chance alone is at work.

    Returns
    -------
    lower, upper : ndarray
        Counts, as real numbers for a line; the whole counts between them are those whose own limits
        (:func:`~evalkit.statistics.law.yearly_mean.mean_limits`) hold the expected one.

    Notes
    -----
    Beyond a limit a count as far off has a probability under (1 - level) / 2. Over whole counts the tails are those of the law itself;
    between them those of its continuous form.

    Examples
    --------
    >>> [one.round(1).tolist() for one in chance_limits([7.0, 7.0], factor=[1.0, 2.0])]
    [[1.9, 0.7], [13.1, 16.1]]
    """
    means, factors = np.broadcast_arrays(np.asarray(expected, dtype=float), np.asarray(factor, dtype=float))
    tail = (1 - level) / 2
    lower = _crossing(lambda counts: _at_most(counts, means, factors) - tail, means)
    upper = _crossing(lambda counts: tail - _at_least(counts, means, factors), means)
    return lower, upper


def _crossing(rising: Callable[[Numbers], Numbers], means: Numbers) -> Numbers:
    """Return where a rising function of counts becomes 0, by halving; 0 where it is above from the start."""
    low, high = np.zeros_like(means), 10 * means + 100
    while (short := rising(high) < 0).any():
        high = np.where(short, 2 * high, high)
    for _ in range(60):
        middle = (low + high) / 2
        below = rising(middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(np.where(rising(np.zeros_like(means)) >= 0, 0.0, high))


def _at_most(counts: Numbers, means: Numbers, factors: Numbers) -> Numbers:
    """Return the probability of at most so many, negative binomial with this variance over mean, Poisson at 1."""
    more = np.maximum(factors - 1, 1e-9)
    scattered = special.betainc(means / more, counts + 1, 1 / factors)
    return np.asarray(np.where(factors > 1 + 1e-8, scattered, special.gammaincc(counts + 1, means)))


def _at_least(counts: Numbers, means: Numbers, factors: Numbers) -> Numbers:
    """Return the probability of at least so many; 1 of none."""
    more, some = np.maximum(factors - 1, 1e-9), np.maximum(counts, 1e-12)
    scattered = special.betainc(some, means / more, more / factors)
    return np.asarray(np.where(factors > 1 + 1e-8, scattered, special.gammainc(some, means)))


def proportion_limits(baseline: float, trials: ArrayLike, *, level: float = 0.95) -> tuple[Numbers, Numbers]:
    """Return the control limits of a proportion about a baseline, as in the funnels of PHE.

    Parameters
    ----------
    baseline : float
        Share at the target, a fraction.
    trials : array-like of float
        Base of each unit; not positive gives missing.
    level : float
        0.95 for the inner, 0.998 for the outer limits.

    Returns
    -------
    lower, upper : ndarray
        Fractions, kept within 0 and 1. They rest on the normal law, which few trials do not follow: no unit is judged by
        them where fewer than five are expected on either side.

    References
    ----------
    Spiegelhalter (2005), Stat. Med. 24, 1185-1202; R package PHEindicatormethods, ``calculate_funnel_limits``.

    Examples
    --------
    >>> lower, upper = proportion_limits(0.345, [8, 300])
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.016, 0.291], [0.674, 0.399])
    """
    base = np.asarray(trials, dtype=float)
    base = np.where(base > 0, base, np.nan)
    reach = stats.norm.ppf(0.5 + level / 2) * np.sqrt(baseline * (1 - baseline) / base)
    return np.maximum(baseline - reach, 0.0), np.minimum(baseline + reach, 1.0)


def funnel_significance(
    counts: ArrayLike, expected: ArrayLike, *, tails: Sequence[float] = (0.025, 0.001)
) -> list[str]:
    """Return on which side of its expectation each count lies, as PHE words it: for parity with its tables.

    Parameters
    ----------
    counts, expected : array-like of float
        Cases, and cases expected at the target; no missing values.
    tails : sequence of float
        Sizes of one tail; the smallest that a count lies beyond is named.

    Returns
    -------
    list of str
        ``High (0.001)``, ``Low (0.001)``, ``High (0.025)``, ``Low (0.025)`` or ``Not significant``: whether the expectation
        lies outside the count's own limits, exact below 10 cases and Byar's from 10 on.

    References
    ----------
    R package PHEindicatormethods, ``assign_funnel_significance``.

    Examples
    --------
    >>> funnel_significance([0, 7, 12, 30], [8.4, 1.4, 11, 17])
    ['Low (0.001)', 'High (0.001)', 'Not significant', 'High (0.025)']
    """
    cases, means = np.asarray(counts, dtype=float), np.asarray(expected, dtype=float)
    said = np.full(len(cases), "Not significant", dtype=object)
    for tail in sorted(tails, reverse=True):
        lower, upper = phe_interval(cases, 1.0, level=1 - 2 * tail)
        said[means < lower] = f"High ({tail:g})"
        said[means > upper] = f"Low ({tail:g})"
    return [str(word) for word in said]


def overdispersion(
    counts: ArrayLike,
    expected: ArrayLike,
    *,
    factor: ArrayLike = 1.0,
    transform: Literal["sqrt", "log"] = "sqrt",
    trimming: Literal["winsorise", "truncate"] = "winsorise",
    share: float = 0.1,
) -> Overdispersion:
    """Estimate the scatter of provinces about the target, the extreme ones held back.

    Parameters
    ----------
    counts, expected : array-like of float
        Cases, and cases expected at the target; no missing values.
    factor : array-like of float
        Variance of each total over its mean where years scatter more than chance: ``tau2`` is then what provinces add to that.
    transform : {"sqrt", "log"}
        Scale of the distances. The square root takes a count of 0 in its stride; the logarithm does not (such a province
        counts as missing there) and is offered for parity with FunnelPlotR.
    trimming : {"winsorise", "truncate"}
        Pull the extreme distances to the quantiles of ``share``, or drop that share at each end.
    share : float
        Held back at each end.

    References
    ----------
    Spiegelhalter (2005), Qual. Saf. Health Care 14, 347-351; DerSimonian and Laird (1986), Control. Clin. Trials 7, 177-188.

    Examples
    --------
    >>> found = overdispersion([100, 150, 180, 80, 120, 225], [108, 112, 165, 95, 100, 220])
    >>> round(found.phi, 2), round(found.tau2, 4)
    (2.33, 0.0034)
    """
    cases, means = np.asarray(counts, dtype=float), np.asarray(expected, dtype=float)
    certain = means / np.asarray(factor, dtype=float)
    if transform == "sqrt":
        weight, z = 4 * certain, 2 * (np.sqrt(cases / means) - 1) * np.sqrt(certain)
    else:
        weight, z = certain, np.log(np.where(cases > 0, cases, np.nan) / means) * np.sqrt(certain)
    held = _winsorised(z, share) if trimming == "winsorise" else _truncated(z, share)
    used, weight = len(held), weight[~np.isnan(z)]
    if used < 2:
        return Overdispersion(z, used, math.nan, 0.0)
    phi = float((held**2).mean())
    excess = used * phi - (used - 1)
    tau2 = excess / float(weight.sum() - (weight**2).sum() / weight.sum()) if excess > 0 else 0.0
    return Overdispersion(z, used, phi, tau2)


def _winsorised(z: Numbers, share: float) -> Numbers:
    known = z[~np.isnan(z)]
    return known if known.size == 0 else np.clip(known, *np.quantile(known, [share, 1 - share]))


def _truncated(z: Numbers, share: float) -> Numbers:
    known = np.sort(z[~np.isnan(z)])
    drop = math.floor(share * len(known))
    return known[drop : len(known) - drop]
