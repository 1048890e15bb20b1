"""How often a comparison of two counts under the law of scatter shows a fall that is there."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.law_score import Window, law_bound
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.power import TARGET_POWER

LARGE_TOTAL = 20_000.0  # from here on totals are taken as normal


def detectable_fall(
    earlier: Window, later_years: float, law: ScatterLaw, *, level: float = 0.95, power: float = TARGET_POWER
) -> float:
    """Return the smallest fall that the comparison shows with the power wanted.

    Parameters
    ----------
    earlier : Window
        Earlier count, taken as its expectation, and its years.
    later_years : float
    law : ScatterLaw
        A known one.
    level : float
        1 minus the size of the two-sided test.
    power : float
        Probability wanted of showing the fall.

    Returns
    -------
    float
        A fraction, rounded up to a whole per cent; missing where even a fall to zero would not be shown that often.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.0, series=34, cells=340, degrees=272, p=0.5)
    >>> detectable_fall(Window(39, 5), 5, law)
    0.54
    >>> detectable_fall(Window(67, 5), 5, ScatterLaw("quadratic", 6.0, 0.41, series=34, cells=340, degrees=272, p=0.0))
    0.76
    """

    def short_of(fall: float) -> float:
        return power_under_law(earlier, later_years, fall, law, level=level) - power

    if not earlier.cases > 0 or short_of(1.0) < 0:
        return math.nan
    return math.ceil(100 * float(optimize.brentq(short_of, 0.0, 1.0, xtol=5e-4))) / 100


def power_under_law(
    earlier: Window, later_years: float, fall: float, law: ScatterLaw, *, level: float = 0.95
) -> float:
    """Return the probability that the comparison shows a given fall.

    Parameters
    ----------
    earlier, later_years, law, level
        As in :func:`detectable_fall`.
    fall : float
        True fall of the yearly average, as a fraction.

    Notes
    -----
    Totals of independent years are negative binomial with the law's variance; both are summed over.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 6.0, 0.41, series=34, cells=340, degrees=272, p=0.0)
    >>> round(power_under_law(Window(67, 5), 5, 0.44, law), 2)
    0.22
    """
    later = Window(earlier.cases * (1 - fall) * later_years / earlier.years, later_years)
    if earlier.cases > LARGE_TOTAL:
        return _normal_power(later, earlier, law, level)
    before = _total(earlier, law)
    counts = np.arange(before.ppf(1e-6), before.ppf(1 - 1e-6) + 1)
    most = _largest_shown(counts, Window(0.0, later_years), earlier.years, law, level)
    after = _total(later, law)
    return float(before.pmf(counts) @ np.where(most >= 0, after.cdf(most), 0.0))


def _total(window: Window, law: ScatterLaw) -> stats.distributions.rv_frozen:
    """Return the distribution of a count over several years whose expectation is the one given."""
    factor = law.variance_factor(window.mean) if window.cases > 0 else 1.0
    if factor <= 1 + 1e-9:
        return stats.poisson(window.cases)
    size = window.cases / (factor - 1)
    return stats.nbinom(size, 1 / factor)


def _largest_shown(
    counts: Numbers, later: Window, earlier_years: float, law: ScatterLaw, level: float
) -> Numbers:
    """Return for each earlier count the largest later one that is shown to be a fall; -1 where not even none is."""
    years, bound = earlier_years + later.years, law_bound(law, level)

    def shown(after: Numbers) -> Numbers:
        mean = np.maximum((counts + after) / years, 1e-12)
        factor = law.own * np.maximum(1.0, 1 + law.alpha * mean if law.form == "quadratic" else law.phi)
        error = np.sqrt(factor * mean * (1 / earlier_years + 1 / later.years))
        return np.asarray((counts / earlier_years - after / later.years) / error > bound)

    low = np.full(len(counts), -1.0)
    high = np.ceil(counts * later.years / earlier_years) + 1
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        holds = shown(np.maximum(middle, 0)) & (middle >= 0)
        low, high = np.where(holds, middle, low), np.where(holds, high, middle)
    return low


def _normal_power(later: Window, earlier: Window, law: ScatterLaw, level: float) -> float:
    """Return the same for large totals: the difference of the yearly averages is normal."""

    def error(before: float, after: float) -> float:
        terms = ((before, earlier.years), (after, later.years))
        return math.sqrt(sum(mean * law.variance_factor(mean) / years for mean, years in terms))

    pooled = (later.cases + earlier.cases) / (later.years + earlier.years)
    reach = earlier.mean - later.mean - law_bound(law, level) * error(pooled, pooled)
    return float(stats.norm.cdf(reach / max(error(earlier.mean, later.mean), 1e-12)))
