"""Two counts compared under the law of scatter: the interval and the p come from one score test, and so does the power."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

from evalkit.estimation.counts import Numbers
from evalkit.estimation.law import ScatterLaw
from evalkit.estimation.power import TARGET_POWER

FURTHEST = 30.0  # log rate ratio beyond which there is no limit
LARGE_TOTAL = 20_000.0  # from here on totals are taken as normal


@dataclass(frozen=True, slots=True)
class LawComparison:
    """A later count over an earlier one, under the law of scatter.

    Attributes
    ----------
    ratio_lower, ratio_upper : float
        Limits of the ratio of yearly averages; the upper one is infinite where the earlier count is 0.
    percent_lower, percent_upper : float
        The same as a change in percent; missing where the earlier count is 0.
    p : float
        Two-sided p of no change, of the test that gave the limits.
    factor : float
        Variance of a year's count over its mean, at the mean of all years.
    minimum_detectable_fall : float
        Smallest fall (a fraction) that this base shows in four of five such comparisons; missing where even a fall to zero would not.
    level : float
    """

    ratio_lower: float
    ratio_upper: float
    percent_lower: float
    percent_upper: float
    p: float
    factor: float
    minimum_detectable_fall: float
    level: float


class Window(NamedTuple):
    """Cases, and the years over which they were counted."""

    cases: float
    years: float

    @property
    def mean(self) -> float:
        """Cases a year."""
        return self.cases / self.years


def compare_under_law(
    later: Window, earlier: Window, law: ScatterLaw | None, *, level: float = 0.95
) -> LawComparison | None:
    """Compare a later count with an earlier one, years scattering by a known law.

    Parameters
    ----------
    later, earlier : Window
        Cases and years of both; a pair of numbers will do.
    law : ScatterLaw, optional
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    LawComparison or None
        None without a law, or where the law is not known, a count is missing or nothing was counted over.

    Notes
    -----
    Score test of the logarithm of the ratio in a model of independent years with mean m and variance m * factor(m): negative
    binomial with known alpha, or quasi-Poisson. The nuisance mean is that of maximum likelihood under the ratio tested. Normal
    limits; t limits where the law rests on fewer than 30 series.

    References
    ----------
    Rao (1948), Proc. Camb. Phil. Soc. 44, 50-57; McCullagh and Nelder (1989), Generalized Linear Models, 9.2; size and power:
    benchmarks/calibration.py.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.4, series=34, cells=340, degrees=272, p=0.0)
    >>> found = compare_under_law(Window(23, 5), Window(39, 5), law)
    >>> round(found.percent_lower), round(found.percent_upper), round(found.p, 2)
    (-77, 55, 0.28)
    """
    later, earlier = Window(*later), Window(*earlier)
    limits = ratio_limits(later, earlier, law, level=level)
    if law is None or limits is None:
        return None
    lower, upper = limits
    mean = (later.cases + earlier.cases) / (later.years + earlier.years)
    return LawComparison(
        ratio_lower=lower,
        ratio_upper=upper,
        percent_lower=100 * (lower - 1) if earlier.cases else math.nan,
        percent_upper=100 * (upper - 1) if earlier.cases else math.nan,
        p=change_p(later, earlier, law),
        factor=law.variance_factor(mean),
        minimum_detectable_fall=detectable_fall(earlier, later.years, law, level=level),
        level=level,
    )


def ratio_limits(
    later: Window, earlier: Window, law: ScatterLaw | None, *, level: float = 0.95
) -> tuple[float, float] | None:
    """Return the limits alone of :func:`compare_under_law`; None where it is not comparable.

    Examples
    --------
    >>> law = ScatterLaw("linear", 2.0, 0.0, series=34, cells=340, degrees=272, p=0.0)
    >>> lower, upper = ratio_limits(Window(20, 2), Window(40, 2), law) or (0.0, 0.0)
    >>> round(lower, 2), round(upper, 2)
    (0.24, 1.05)
    """
    known = law is not None and law.is_known and not math.isnan(later.cases + earlier.cases)
    if law is None or not known or not (later.years > 0 and earlier.years > 0):
        return None
    return _limits(later, earlier, law, level)


def change_p(later: Window, earlier: Window, law: ScatterLaw | None) -> float:
    """Return the two-sided p of no change under the law; 0 without a known one, so that another p decides.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.4, series=34, cells=340, degrees=272, p=0.0)
    >>> round(change_p(Window(23, 5), Window(39, 5), law), 2), change_p(Window(0, 5), Window(0, 5), law)
    (0.28, 1.0)
    """
    if law is None or not law.is_known:
        return 0.0
    return _p(_score(later, earlier, law, 1.0), law) if later.cases + earlier.cases > 0 else 1.0


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


def _limits(later: Window, earlier: Window, law: ScatterLaw, level: float) -> tuple[float, float]:
    """Return the ratios that the score test just does not reject."""
    if later.cases + earlier.cases == 0:
        return 0.0, math.inf
    bound = _bound(law, level)

    def limit(sign: float) -> float:
        def beyond(log_ratio: float) -> float:
            return sign * _score(later, earlier, law, math.exp(log_ratio)) - bound

        start = math.log(max(later.mean, 0.5 / later.years) / max(earlier.mean, 0.5 / earlier.years))
        step = 1.0
        while beyond(start - sign * step) < 0:
            step *= 2
            if step > FURTHEST:
                return 0.0 if sign > 0 else math.inf
        near = start
        while beyond(near) > 0:
            near += sign
        ends = sorted((near, start - sign * step))
        return math.exp(float(optimize.brentq(beyond, *ends, xtol=1e-10)))

    lower = 0.0 if later.cases == 0 else limit(1.0)
    return lower, math.inf if earlier.cases == 0 else limit(-1.0)


def _score(later: Window, earlier: Window, law: ScatterLaw, ratio: float) -> float:
    """Return the standardised score of the log ratio: positive where the later count is larger than the ratio says."""
    alpha = law.alpha if law.form == "quadratic" else 0.0
    wide = law.own if law.form == "quadratic" else law.own * max(1.0, law.phi)
    total, years = earlier.cases + later.cases, earlier.years + ratio * later.years
    if alpha > 0:
        a = alpha * ratio * (earlier.years + later.years)
        b = years - alpha * (ratio * earlier.cases + later.cases)
        mean = 2 * total / (b + math.sqrt(b * b + 4 * a * total))
    else:
        mean = total / years
    after = later.years * ratio * mean / (1 + alpha * ratio * mean)
    before = earlier.years * mean / (1 + alpha * mean)
    score = (later.cases - later.years * ratio * mean) / (1 + alpha * ratio * mean)
    return score / math.sqrt(wide * after * before / (after + before))


def _bound(law: ScatterLaw, level: float) -> float:
    return float(_reference(law).ppf(0.5 + level / 2))


def _p(score: float, law: ScatterLaw) -> float:
    return 2 * float(_reference(law).sf(abs(score)))


def _reference(law: ScatterLaw) -> stats.distributions.rv_frozen:
    return stats.t(law.trend_degrees) if math.isfinite(law.trend_degrees) else stats.norm()


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
    years, bound = earlier_years + later.years, _bound(law, level)

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
    reach = earlier.mean - later.mean - _bound(law, level) * error(pooled, pooled)
    return float(stats.norm.cdf(reach / max(error(earlier.mean, later.mean), 1e-12)))
