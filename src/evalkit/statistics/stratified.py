"""Before and after in many provinces at once: one rate ratio, each province held against itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.law.period_scatter import period_factors
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.strata import ScatteredStrata, Strata
from evalkit.table import refuse_repeated

LARGEST_TOTAL = 3000  # above it limits are those of the likelihood, not exact
DIFFERENT = 0.1
BOUNDLESS = 300.0  # a log ratio beyond which limits say nothing
COLUMNS = ["later", "earlier", "later_exposure", "earlier_exposure"]
YEARS = ["later_years", "earlier_years"]


@dataclass(frozen=True, slots=True, eq=False)
class PooledRatio:
    """The rate ratio, later over earlier, that provinces have in common.

    Attributes
    ----------
    frame : DataFrame
        Per province: ``province_code``, the four columns given, ``flag`` (``no_cases_in_either``: says nothing of the
        ratio; ``no_exposure``; ``suppressed``; ``not_reported``), ``expected_later`` at the common ratio, ``residual``.
    provinces, without_cases : int
        Provinces used, and provinces left out because they had no case in either period: always to be printed.
    later, earlier : float
        Their cases.
    ratio, lower, upper : float
        Conditional maximum likelihood, with exact limits (up to 3000 cases; the likelihood's standard error above). With a law of
        years the limits are those of the score test under it, never narrower than the exact ones.
        0 and infinity are possible: nothing is added to a count.
    p : float
        Two-sided p of a ratio of 1 that agrees with the limits.
    log_ratio, log_se : float
        Log of ``ratio`` and its standard error; missing where ``ratio`` is 0 or infinite.
    mantel_haenszel, mantel_haenszel_se : float
        Mantel and Haenszel's ratio, and the standard error of its log.
    plain_lower, plain_upper, plain_p : float
        The same if yearly counts vary by chance alone; equal to them without a law.
    law : ScatterLaw or None
        How years scatter; None where that is not known.
    q, degrees, q_p : float
        Chi-square of provinces differing in their ratio, under the law where there is one.
    dispersion : float
        ``q`` over its degrees of freedom, never below 1.
    spread_lower, spread_upper : float
        Limits widened by ``dispersion``, shown where ``q_p`` is below .1: the ratio is then an average of different ones.
    deviance : float
        Of the Poisson model with one level per province and one ratio.
    level : float
        Confidence level.
    flags : tuple of str
        ``provinces_differ``, ``fall_to_zero``, ``rise_from_zero``, ``provinces_without_cases``.
    """

    frame: pd.DataFrame
    provinces: int
    without_cases: int
    later: float
    earlier: float
    ratio: float
    lower: float
    upper: float
    p: float
    plain_lower: float
    plain_upper: float
    plain_p: float
    law: ScatterLaw | None
    log_ratio: float
    log_se: float
    mantel_haenszel: float
    mantel_haenszel_se: float
    q: float
    degrees: int
    q_p: float
    dispersion: float
    spread_lower: float
    spread_upper: float
    deviance: float
    level: float
    flags: tuple[str, ...]


def pooled_ratio(
    frame: pd.DataFrame, *, law: ScatterLaw | None = None, level: float = 0.95
) -> PooledRatio | NotEstimable:
    """Pool the change of many provinces, each held against itself.

    Parameters
    ----------
    frame : DataFrame, one row per province
        ``province_code``, ``later``, ``earlier`` (counts), ``later_exposure``, ``earlier_exposure`` (years or person-years);
        ``status`` where there is one (``suppressed`` if either count is hidden); with a law ``later_years``, ``earlier_years``.
    law : ScatterLaw, optional
        How years scatter (:func:`~evalkit.statistics.law.law_of_panel.panel_law`); without one, as pure chance would make them.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    PooledRatio or NotEstimable
        Not estimable: ``suppressed`` (a count is hidden because it is small: the rest fell less than all did),
        ``no_events``, ``not_reported`` or ``no_exposure`` (no province can be used).

    Raises
    ------
    FactsError
        If a province stands twice, a count is negative or not whole, or an exposure is infinite.

    Notes
    -----
    Given a province's cases in both periods the later ones are binomial, whatever the province's own rate; their
    likelihoods are multiplied. This equals a Poisson model with one dummy per province, zeros and all. Under a law of years the
    same sum of later minus expected later cases is held against the variance that the law gives it: years of a province
    are independent, each with its variance at the mean that the province's own cases and the ratio give it.

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, 3.6; Greenland and Robins (1985), Biometrics 41, 55-68.

    Examples
    --------
    >>> rows = {"province_code": ["97", "98", "99"], "later": [23, 4, 0], "earlier": [39, 9, 2]}
    >>> pooled = pooled_ratio(pd.DataFrame(rows).assign(later_exposure=5.0, earlier_exposure=5.0))
    >>> round(pooled.ratio, 2), round(pooled.lower, 2), round(pooled.upper, 2), round(pooled.p, 3)
    (0.54, 0.33, 0.88, 0.012)
    """
    rows = _checked(frame)
    used = rows[rows["flag"] == ""]
    if used.empty or "suppressed" in set(rows["flag"]):
        return _nothing(rows)
    strata = _strata(used, frame.reset_index(drop=True), law)
    numbers = _estimate(strata) | _spread(strata, level)
    limits = _limits(strata, level)
    return PooledRatio(
        frame=_beside(rows, used.index, strata, numbers["ratio"]),
        provinces=len(used),
        without_cases=int((rows["flag"] == "no_cases_in_either").sum()),
        degrees=len(used) - 1,
        level=level,
        law=law if isinstance(strata, ScatteredStrata) else None,
        flags=_flags(rows, numbers),
        **{f"plain_{name}": value for name, value in limits.items()},
        **(_widened(strata, limits, level) if isinstance(strata, ScatteredStrata) else limits),
        **numbers,
    )


def _strata(used: pd.DataFrame, frame: pd.DataFrame, law: ScatterLaw | None) -> Strata:
    """Return the strata, with the scatter of years where it is known."""
    given = [used[name].to_numpy(dtype=float) for name in COLUMNS]
    if law is None or not law.is_known:
        return Strata(*given)
    if not set(YEARS) <= set(frame.columns) or not (frame.loc[used.index, YEARS] > 0).all(axis=None):
        raise FactsError(
            where="pooled comparison",
            rule="how years scatter bears on a total only if it is known of how many years it is",
            do="give the columns 'later_years' and 'earlier_years', or no law",
        )
    years = [frame.loc[used.index, name].to_numpy(dtype=float) for name in YEARS]

    def factors(later: Numbers, earlier: Numbers) -> tuple[Numbers, Numbers]:
        return period_factors(later, years[0], law), period_factors(earlier, years[1], law)

    return ScatteredStrata(given[0], given[1], given[2], given[3], factors)


def _widened(strata: ScatteredStrata, exact: dict[str, float], level: float) -> dict[str, float]:
    """Return limits and p of the score test under the law of years, never narrower than the exact ones."""
    reach = float(stats.norm.ppf(0.5 + level / 2))
    lower, upper = strata.score_limits(reach)
    return {
        "lower": min(lower, exact["lower"]),
        "upper": max(upper, exact["upper"]),
        "p": max(2 * float(stats.norm.sf(abs(strata.score(0.0)))), exact["p"]),
    }


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    refuse_repeated(frame, ["province_code"], where="pooled comparison")
    rows = frame[["province_code", *COLUMNS]].reset_index(drop=True)
    for name in ("later", "earlier"):
        whole_counts(rows[name], where=f"pooled comparison, {name}", labels=lambda: rows["province_code"])
    exposures = rows[COLUMNS[2:]]
    if np.isinf(exposures.to_numpy(dtype=float)).any():
        raise FactsError(
            where="pooled comparison",
            rule="an exposure is a finite number",
            do="give the years, or leave the cell blank",
        )
    hidden = frame["status"].eq("suppressed") if "status" in frame.columns else np.zeros(len(rows))
    flag = np.where(rows["later"] + rows["earlier"] == 0, "no_cases_in_either", "")
    flag = np.where((exposures > 0).all(axis=1), flag, "no_exposure")
    flag = np.where(rows[["later", "earlier"]].isna().any(axis=1), "not_reported", flag)
    return rows.assign(flag=np.where(np.asarray(hidden, dtype=bool), "suppressed", flag))


def _nothing(rows: pd.DataFrame) -> NotEstimable:
    reasons = set(rows["flag"])
    said = [
        reason
        for reason in ("suppressed", "no_cases_in_either", "not_reported", "no_exposure")
        if reason in reasons
    ]
    reason = "no_events" if not said or said[0] == "no_cases_in_either" else said[0]
    return NotEstimable(reason, {"provinces": len(rows)})


def _estimate(strata: Strata) -> dict[str, float]:
    ratio = strata.likeliest()
    information = strata.information(ratio)
    pooled, error = strata.mantel_haenszel()
    return {
        "later": float(strata.later.sum()),
        "earlier": float(strata.earlier.sum()),
        "ratio": ratio,
        "log_ratio": math.log(ratio) if information > 0 else math.nan,
        "log_se": 1 / math.sqrt(information) if information > 0 else math.nan,
        "mantel_haenszel": pooled,
        "mantel_haenszel_se": error,
        "deviance": strata.deviance(ratio),
    }


def _limits(strata: Strata, level: float) -> dict[str, float]:
    """Return limits and p from one test: exact, or of the likelihood where cases are many."""
    ratio, information = strata.likeliest(), strata.information(strata.likeliest())
    if information == 0 or strata.total.sum() <= LARGEST_TOTAL:
        lower, upper = strata.exact_limits(level)
        return {"lower": lower, "upper": upper, "p": min(1.0, 2 * min(strata.tails(0.0)))}
    error = 1 / math.sqrt(information)
    reach = math.exp(float(stats.norm.ppf(0.5 + level / 2)) * error)
    p = 2 * float(stats.norm.sf(abs(math.log(ratio)) / error))
    return {"lower": ratio / reach, "upper": ratio * reach, "p": p}


def _spread(strata: Strata, level: float) -> dict[str, float]:
    """Return how far provinces differ in their ratio, and limits that allow for it."""
    ratio, degrees = strata.likeliest(), len(strata.later) - 1
    information = strata.information(ratio)
    q = float((strata.residual(ratio) ** 2).sum())
    dispersion = max(1.0, q / degrees) if degrees > 0 else 1.0
    spread = {"q": q, "q_p": float(stats.chi2.sf(q, degrees)) if degrees > 0 else math.nan}
    error = math.sqrt(dispersion * strata.variance(ratio)) / information if information > 0 else math.nan
    reach = math.exp(min(float(stats.norm.ppf(0.5 + level / 2)) * error, BOUNDLESS))
    return spread | {
        "dispersion": dispersion,
        "spread_lower": ratio / reach,
        "spread_upper": ratio * reach,
    }


def _beside(rows: pd.DataFrame, used: pd.Index, strata: Strata, ratio: float) -> pd.DataFrame:
    columns = {"expected_later": strata.expected(ratio), "residual": strata.residual(ratio)}
    return rows.join(pd.DataFrame(columns, index=used))


def _flags(rows: pd.DataFrame, numbers: dict[str, float]) -> tuple[str, ...]:
    said = {
        "provinces_differ": numbers["q_p"] < DIFFERENT,
        "fall_to_zero": numbers["later"] == 0,
        "rise_from_zero": numbers["earlier"] == 0,
        "provinces_without_cases": (rows["flag"] == "no_cases_in_either").any(),
    }
    return tuple(flag for flag, holds in said.items() if holds)
