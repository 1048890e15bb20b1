"""Farrington's bounds: how large the count of a week, month or quarter may be, told by the same season of earlier years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.surveillance.weighted_poisson import WeightedFits, fit_weighted

TREND_LEVEL = 0.05
YEARS_FOR_A_TREND = 3
LARGEST_SHARE_MISSING = 1 / 3  # of the rows of a baseline; more, and its season is not known
FEW_CASES, TOO_FEW_POINTS, NOT_REPORTED, NO_EVENTS = (
    "few_cases",
    "too_few_points",
    "not_reported",
    "no_events",
)
COLUMNS = ["row", "count", "expected", "upper", "alarm", "trend", "dispersion", "points", "reason"]
BOUNDS = ("two_thirds", "plugin", "predictive")


@dataclass(frozen=True, slots=True)
class FarringtonSettings:
    """How a baseline is made and a bound drawn; the defaults are those of the flexible method.

    Attributes
    ----------
    years : int
        Years back.
    window : int
        Rows on either side of the same row of an earlier year.
    alpha : float
        Chance that a quiet row lies above its bound (of the original method two-sided: half of it lies above).
    bound : str
        "two_thirds" (original: normal on the scale of the two-thirds power), "plugin" (flexible: quantile of the negative binomial with
        the expected count as known) or "predictive" (the same with the error of what is estimated: see the notes of :func:`farrington`).
    left_out : int
        Rows before the one asked that never enter its baseline, so that an outbreak does not raise its own bound.
    weights_from : float or None
        Standardised residual from which a row of the baseline counts less; None: all count the same.
    trend : bool
        Whether a trend is tried. It stays where it is told by 3 years or more, its p is below ``trend_level``, and it leads no higher
        than the largest count of the baseline.
    trend_level : float
        1: a trend stays whatever its p.
    periods : int
        Parts of a year, each with a level of its own: one is the windows, the rows between them are parted among the others. 1: the
        windows alone.
    few : tuple of int
        Fewer cases than the first number in as many of the latest rows as the second (the one asked included): no bound.
    """

    years: int = 5
    window: int = 3
    alpha: float = 0.01
    bound: str = "plugin"
    left_out: int = 26
    weights_from: float | None = 2.58
    trend: bool = True
    trend_level: float = 1.0
    periods: int = 1
    few: tuple[int, int] = (5, 4)

    def __post_init__(self) -> None:
        """Refuse what no setting can be."""
        is_sound = (
            self.years >= 1
            and self.window >= 0
            and 0 < self.alpha < 1
            and self.bound in BOUNDS
            and self.periods >= 1
            and self.left_out >= 0
        )
        if not is_sound:
            raise FactsError(
                where="Farrington's bounds",
                rule="years and periods are 1 or more, window and left_out 0 or more, alpha lies between 0 and 1",
                do=f"correct the settings; a bound is one of {', '.join(BOUNDS)}",
            )


def farrington_original(
    *,
    years: int = 3,
    window: int = 3,
    alpha: float = 0.01,
    reweight: bool = True,
    trend: bool = True,
    few: tuple[int, int] = (5, 4),
) -> FarringtonSettings:
    """Return the settings of the method of 1996.

    Examples
    --------
    >>> farrington_original(years=4).bound
    'two_thirds'
    """
    return FarringtonSettings(
        years=years,
        window=window,
        alpha=alpha,
        bound="two_thirds",
        left_out=window,
        weights_from=1.0 if reweight else None,
        trend=trend,
        trend_level=TREND_LEVEL,
        few=few,
    )


def watch_settings(freq: int, *, alpha: float = 0.01) -> FarringtonSettings:
    """Return the settings of what the kit prints: without a trend, since an alarm asks what is unusual beside what has been.

    Parameters
    ----------
    freq : int
        Rows a year: 52, 12 or 4.
    alpha : float
        Share of quiet rows above their bound.

    Raises
    ------
    FactsError
        If rows are no weeks, months or quarters.

    Examples
    --------
    >>> watch_settings(12).periods, watch_settings(4).window
    (4, 0)
    """
    parts = {52: (3, 10, 26), 12: (1, 4, 6), 4: (0, 4, 2)}
    if freq not in parts:
        raise FactsError(
            where="alarms",
            rule="figures of weeks, months or quarters are watched",
            do="give 52, 12 or 4 rows a year",
        )
    window, periods, left_out = parts[freq]
    return FarringtonSettings(
        window=window,
        alpha=alpha,
        bound="predictive",
        left_out=left_out,
        weights_from=3.5,
        trend=False,
        periods=periods,
    )


def farrington(
    counts: ArrayLike,
    *,
    freq: int,
    rows: Sequence[int] | None = None,
    settings: FarringtonSettings | None = None,
) -> pd.DataFrame:
    """Hold counts against the bound that the same season of earlier years gives.

    Parameters
    ----------
    counts : array-like of float
        One series in the order of time, one number a row without a gap: a row without a figure is there and missing.
    freq : int
        Rows a year: 52, 12 or 4.
    rows : sequence of int, optional
        The rows asked, from 0; by default the latest year.
    settings : FarringtonSettings, optional

    Returns
    -------
    DataFrame, one row per row asked
        ``row``; ``count``; ``expected``; ``upper`` (the bound, missing where there is a reason); ``alarm`` (count above the bound);
        ``trend`` (whether one was kept); ``dispersion`` (never below 1); ``points`` (of the baseline); ``reason``: "", ``few_cases``
        (too few in the latest rows to speak of), ``too_few_points`` (the years back are not there, or more than a third of the baseline is
        missing), ``not_reported`` (the latest rows are not known), ``no_events`` (a baseline without a case: the bound is 0).

    Raises
    ------
    FactsError
        If a count is negative or not whole, a row asked is not in the series, or the settings cannot be.

    Notes
    -----
    Quasi-Poisson regression on the baseline, log-linear in the row number; standardised Anscombe residuals above ``weights_from`` lower
    a row's weight by their square, and the fit is made once more. Bounds as in :class:`FarringtonSettings`. The predictive one is what
    the kit prints, since it raises as many false alarms as it says (benchmarks/alarms.py): to the variance of the count comes that of
    the expected count; half the chance of the count itself is left out (mid-p), since counts go by steps; and the level is that of t
    with the degrees of freedom of the dispersion, whose own scatter is that of squared residuals of negative binomial counts.

    References
    ----------
    Farrington et al. (1996), J. R. Stat. Soc. A 159, 547-563; Noufaily et al. (2013), Stat. Med. 32, 1206-1222.

    Examples
    --------
    >>> months = np.tile([4, 3, 5, 6, 8, 9, 7, 5, 4, 3, 2, 3], 6)
    >>> months[71] = 14
    >>> found = farrington(months, freq=12, rows=[70, 71], settings=FarringtonSettings(window=1, left_out=6))
    >>> found[["row", "expected", "upper", "alarm"]].round(1).values.tolist()
    [[70, 2.7, 7.0, False], [71, 3.1, 8.0, True]]
    """
    settings = settings or FarringtonSettings()
    values = whole_counts(np.asarray(counts, dtype=float), where="Farrington's bounds")
    asked = _asked(values, freq=freq, rows=rows)
    groups = np.zeros((len(asked), len(values)), dtype=int)
    for at, row in enumerate(asked.tolist()):
        groups[at] = _groups(row, len(values), freq=freq, settings=settings)
    known = (groups > 0) & ~np.isnan(values)
    wanted = np.maximum((groups > 0).sum(axis=1), 1)
    enough = known.sum(axis=1) >= np.maximum((1 - LARGEST_SHARE_MISSING) * wanted, settings.periods + 2)
    found = pd.DataFrame({"row": asked, "count": values[asked], "points": known.sum(axis=1)})
    found["reason"] = [_reason(values, row, settings.few) for row in asked.tolist()]
    found.loc[~enough, "reason"] = TOO_FEW_POINTS
    found = found.assign(expected=np.nan, upper=np.nan, alarm=False, trend=False, dispersion=np.nan)
    if enough.any():
        told = _bounds(values, asked[enough], np.where(known, groups, 0)[enough], settings)
        found.loc[enough, list(told)] = told.to_numpy()
        found = found.astype({"trend": bool})
    empty = enough & (np.where(known, values, 0.0).sum(axis=1) == 0) & (found["reason"] == "").to_numpy()
    found.loc[empty, "reason"] = NO_EVENTS
    found.loc[empty, ["upper", "expected"]] = 0.0
    found.loc[~found["reason"].isin(["", NO_EVENTS]), "upper"] = np.nan
    return found.assign(alarm=found["count"] > found["upper"])[COLUMNS]


def _asked(values: Numbers, *, freq: int, rows: Sequence[int] | None) -> np.ndarray:
    if values.ndim != 1 or freq < 1:
        raise FactsError(
            where="Farrington's bounds",
            rule="one series of counts, and how many rows a year has",
            do="give the counts of one place as a list, and freq (12 for months)",
        )
    if rows is None:
        rows = range(max(0, len(values) - freq), len(values))
    asked = np.asarray(list(rows), dtype=int)
    if len(asked) and (asked.min() < 0 or asked.max() >= len(values)):
        raise FactsError(
            where="Farrington's bounds",
            rule="a row asked stands in the series",
            do=f"ask for rows from 0 to {len(values) - 1}",
        )
    return asked


def _reason(values: Numbers, row: int, few: tuple[int, int]) -> str:
    """Tell why the latest rows give no bound; "" where they do."""
    latest = values[max(0, row + 1 - few[1]) : row + 1]
    if np.nansum(latest) >= few[0]:
        return ""
    return NOT_REPORTED if np.isnan(latest).any() else FEW_CASES


def _groups(row: int, length: int, *, freq: int, settings: FarringtonSettings) -> np.ndarray:
    """Return the group of each row of the series in the baseline of one, 0 outside it; nowhere where the years are not there."""
    groups = np.zeros(length, dtype=int)
    window, periods = settings.window, settings.periods
    if row - freq * settings.years - window < 0:
        return groups
    if settings.bound != "two_thirds":
        groups[max(0, row - window) : row] = periods
    for year in range(1, settings.years + 1):
        middle = row - freq * year
        groups[middle - window : min(middle + window + 1, length)] = periods
        between = freq - 2 * window - 1
        if periods > 1 and between > 0:
            part = np.array_split(np.arange(between), periods - 1)
            start = middle + window + 1
            groups[start : start + between] = np.repeat(np.arange(1, periods), [len(one) for one in part])
    groups[row if settings.bound == "two_thirds" else max(0, row - settings.left_out) :] = 0
    return groups


def _bounds(
    values: Numbers, asked: np.ndarray, groups: np.ndarray, settings: FarringtonSettings
) -> pd.DataFrame:
    """Return expectation, bound, trend and dispersion of rows whose baselines hold enough."""
    counts = np.where(groups > 0, values, 0.0)
    weights = (groups > 0).astype(float)
    levels = np.stack([groups == one for one in range(1, settings.periods + 1)], axis=2).astype(float)
    time = np.arange(len(values)) - asked[:, None].astype(float)
    steep = np.concatenate([time[:, :, None], levels], axis=2)
    fit_of = partial(_reweighted, counts=counts, weights=weights, settings=settings)
    here = np.zeros((len(asked), settings.periods))
    here[:, -1] = 1.0
    flat = fit_of(levels)
    mean, error = flat.predict(here)
    dispersion, degrees, kept = flat.dispersion, flat.degrees, np.zeros(len(asked), dtype=bool)
    if settings.trend and settings.years >= YEARS_FOR_A_TREND:
        bent = fit_of(steep)
        risen, its_error = bent.predict(np.column_stack([np.zeros(len(asked)), here]))
        kept = (risen <= counts.max(axis=1)) & (_p_of_trend(bent) < settings.trend_level)
        mean, error = np.where(kept, risen, mean), np.where(kept, its_error, error)
        dispersion = np.where(kept, bent.dispersion, dispersion)
        degrees = np.where(kept, bent.degrees, degrees)
    upper = _upper(mean, dispersion, error, degrees, settings)
    return pd.DataFrame({"expected": mean, "upper": upper, "trend": kept, "dispersion": dispersion})


def _p_of_trend(fit: WeightedFits) -> Numbers:
    """Return the p of the trend; where nothing is left to tell it, 1 less a little: asked whatever its p, it stays."""
    return np.minimum(np.nan_to_num(fit.p_of(0), nan=1.0), 1 - 1e-12)


def _reweighted(
    design: Numbers, *, counts: Numbers, weights: Numbers, settings: FarringtonSettings
) -> WeightedFits:
    """Fit, lower the weights of rows far above their expectation, fit once more."""
    fit = fit_weighted(design, counts, weights)
    if settings.weights_from is None:
        return fit
    room = np.sqrt(fit.dispersion[:, None] * np.maximum(1 - fit.leverage, 1e-9))
    residual = 1.5 * (counts ** (2 / 3) * fit.means ** (-1 / 6) - np.sqrt(fit.means)) / room
    high = (residual > settings.weights_from) & (weights > 0)
    lowered = np.where(high, np.where(high, residual, 1.0) ** -2, weights)
    return fit_weighted(design, counts, lowered * (weights.sum(axis=1) / lowered.sum(axis=1))[:, None])


def _upper(
    mean: Numbers, dispersion: Numbers, error: Numbers, degrees: Numbers, settings: FarringtonSettings
) -> Numbers:
    """Return the bounds of expected counts, their error being that of the logarithm at dispersion 1."""
    of_mean = dispersion * error**2 * mean  # variance of the expected count over the count
    if settings.bound == "two_thirds":
        reach = stats.norm.ppf(1 - settings.alpha / 2)
        spread = np.sqrt(4 / 9 * np.cbrt(mean) * (dispersion + of_mean))
        return np.asarray((mean ** (2 / 3) + reach * spread) ** 1.5)
    if settings.bound == "plugin":
        scattered = _scattered(mean, dispersion).ppf(1 - settings.alpha)
        return np.asarray(np.where(dispersion > 1, scattered, stats.poisson.ppf(1 - settings.alpha, mean)))
    tails = 6 * (dispersion - 1) / mean + 1 / (dispersion * mean)  # excess kurtosis of the negative binomial
    own = np.maximum(2 * degrees / (2 + tails), 1.0)
    level = stats.norm.sf(stats.t.ppf(1 - settings.alpha, own))
    law = _scattered(mean, dispersion + of_mean)
    upper = law.ppf(1 - level)
    return np.asarray(upper - (law.sf(upper) + law.pmf(upper) / 2 < level))


def _scattered(mean: Numbers, factor: Numbers) -> stats.distributions.rv_frozen:
    """Return the negative binomial law of a mean and a variance of ``factor`` times it."""
    beyond = np.maximum(factor - 1, 1e-9)
    return stats.nbinom(mean / beyond, 1 / (1 + beyond))
