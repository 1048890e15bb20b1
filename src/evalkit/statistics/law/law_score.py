"""The score test of two counts under the law of scatter: what it tests, its statistic, its bound and its p."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

from scipy import stats

from evalkit.statistics.law.scatter import ScatterLaw


class Window(NamedTuple):
    """Cases, and the years over which they were counted."""

    cases: float
    years: float

    @property
    def mean(self) -> float:
        """Cases a year."""
        return self.cases / self.years


def law_score(later: Window, earlier: Window, law: ScatterLaw, ratio: float) -> float:
    """Return the standardised score of the log ratio: positive where the later count is larger than the ratio says.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.4, series=34, cells=340, degrees=272, p=0.0)
    >>> round(law_score(Window(23, 5), Window(39, 5), law, 1.0), 2)
    -1.09
    """
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


def law_bound(law: ScatterLaw, level: float) -> float:
    """Return the score beyond which a ratio is rejected at 1 - level: of t where few series tell the law.

    Examples
    --------
    >>> round(law_bound(ScatterLaw("linear", 2.0, 0.4, series=5, cells=50, degrees=40, p=0.0), 0.95), 2)
    2.02
    """
    return float(_reference(law.trend_degrees).ppf(0.5 + level / 2))


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
    return _p(law_score(later, earlier, law, 1.0), law) if later.cases + earlier.cases > 0 else 1.0


def _p(score: float, law: ScatterLaw) -> float:
    return 2 * float(_reference(law.trend_degrees).sf(abs(score)))


@cache
def _reference(degrees: float) -> stats.distributions.rv_frozen:
    return stats.t(degrees) if math.isfinite(degrees) else stats.norm()
