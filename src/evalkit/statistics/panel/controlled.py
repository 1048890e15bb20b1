"""Before and after, with a comparison: whether the rate changed more where the programme ran than elsewhere."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.odds import fisher_exact
from evalkit.statistics.results import NotEstimable


@dataclass(frozen=True, slots=True)
class ControlledChange:
    """The change of one place over the change of another.

    Attributes
    ----------
    ratio : float
        Rate ratio of the place over the rate ratio of the comparison; missing where a count it divides by is 0.
    wald_lower, wald_upper, log_se : float
        Limits on the log scale and the standard error there; missing where a count is 0.
    exact_ratio, lower, upper : float
        Conditional maximum likelihood and its exact limits: to be printed. 0 and infinity are possible.
    p_central, p_minlike : float
        Exact two-sided p: twice the smaller tail, which agrees with the exact limits; and by Fisher's rule.
    cases : tuple of float
        The four counts: place later, place earlier, comparison later, comparison earlier.
    level : float
        Confidence level.
    """

    ratio: float
    wald_lower: float
    wald_upper: float
    log_se: float
    exact_ratio: float
    lower: float
    upper: float
    p_central: float
    p_minlike: float
    cases: tuple[float, float, float, float]
    level: float


def controlled_change(
    place: tuple[float, float],
    comparison: tuple[float, float],
    *,
    place_exposure: tuple[float, float] = (1.0, 1.0),
    comparison_exposure: tuple[float, float] = (1.0, 1.0),
    level: float = 0.95,
) -> ControlledChange | NotEstimable:
    """Compare the change in one place with the change in another.

    Parameters
    ----------
    place, comparison : tuple of float
        Later and earlier count of each.
    place_exposure, comparison_exposure : tuple of float
        Later and earlier years or person-years of each.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    ControlledChange or NotEstimable
        Not estimable: ``not_reported`` (a count is missing), ``no_exposure`` (an exposure is missing or not positive),
        ``no_events`` (the place, or the comparison, has no case in either period, or one period has none anywhere).

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    Notes
    -----
    Given the margins the four counts follow Fisher's noncentral hypergeometric law, whose odds ratio is the ratio of rate
    ratios times a known ratio of exposures. That both places would have changed alike is an assumption nobody can test
    from two periods.

    References
    ----------
    Fisher (1935), J. R. Stat. Soc. 98, 39-82; Breslow and Day (1980), Statistical Methods in Cancer Research I, 4.2.

    Examples
    --------
    >>> found = controlled_change((23, 39), (58, 60))
    >>> round(found.ratio, 2), round(found.lower, 2), round(found.upper, 2), round(found.p_central, 2)
    (0.61, 0.31, 1.2, 0.16)
    """
    counts = whole_counts([*place, *comparison], where="a controlled comparison")
    years = np.array([*place_exposure, *comparison_exposure], dtype=float)
    refusal = _refusal(counts, years)
    if refusal is not None:
        return refusal
    offset = float(years[0] * years[3] / (years[1] * years[2]))
    return ControlledChange(
        **_wald(counts, offset, level),
        **_exact(counts.reshape(2, 2).astype(int), offset, level),
        cases=(float(counts[0]), float(counts[1]), float(counts[2]), float(counts[3])),
        level=level,
    )


def _refusal(counts: Numbers, years: Numbers) -> NotEstimable | None:
    if np.isnan(counts).any():
        return NotEstimable("not_reported")
    if not (np.isfinite(years) & (years > 0)).all():
        return NotEstimable("no_exposure")
    table = counts.reshape(2, 2)
    empty = (table.sum(axis=0) == 0).any() or (table.sum(axis=1) == 0).any()
    return NotEstimable("no_events", {"total": float(counts.sum())}) if empty else None


def _wald(counts: Numbers, offset: float, level: float) -> dict[str, float]:
    later, earlier, other_later, other_earlier = counts
    base = earlier * other_later
    ratio = float(later * other_earlier / base) / offset if base > 0 else math.nan
    if counts.min() == 0:
        return {"ratio": ratio, "wald_lower": math.nan, "wald_upper": math.nan, "log_se": math.nan}
    error = math.sqrt(float((1 / counts).sum()))
    reach = math.exp(float(stats.norm.ppf(0.5 + level / 2)) * error)
    return {"ratio": ratio, "wald_lower": ratio / reach, "wald_upper": ratio * reach, "log_se": error}


def _exact(
    table: np.ndarray[tuple[int, int], np.dtype[np.int_]], offset: float, level: float
) -> dict[str, float]:
    found = fisher_exact(table, null=offset, level=level)
    return {
        "exact_ratio": found.ratio / offset,
        "lower": found.lower / offset,
        "upper": found.upper / offset,
        "p_central": found.p_central,
        "p_minlike": found.p_minlike,
    }
