"""Two counts compared under the law of scatter: the interval and the p come from one score test, and so does the power."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import optimize

from evalkit.statistics.law.law_power import detectable_fall
from evalkit.statistics.law.law_score import Window, change_p, law_bound, law_score
from evalkit.statistics.law.scatter import ScatterLaw

FURTHEST = 30.0  # log rate ratio beyond which there is no limit


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


def _limits(later: Window, earlier: Window, law: ScatterLaw, level: float) -> tuple[float, float]:
    """Return the ratios that the score test just does not reject."""
    if later.cases + earlier.cases == 0:
        return 0.0, math.inf
    bound = law_bound(law, level)

    def limit(sign: float) -> float:
        def beyond(log_ratio: float) -> float:
            return sign * law_score(later, earlier, law, math.exp(log_ratio)) - bound

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
