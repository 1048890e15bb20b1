"""How much more the years of a whole panel scatter than chance alone would make them, and in which way.

One series of ten or fifteen years cannot tell; all provinces together can. Each series is first given its own log-linear
trend, so that a common rise or fall is not taken for scatter.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from scipy import optimize, stats

from evalkit.estimation.counts import WITH_VALUE, Numbers, refuse_repeated
from evalkit.estimation.loglinear import LoglinearTrend, loglinear_trend

Form = Literal["linear", "quadratic", "unknown"]

FEWEST_CELLS = 30
FEWEST_YEARS = 5
FEWEST_EVENTS = 4
MANY_SERIES = 30


@dataclass(frozen=True, slots=True)
class ScatterLaw:
    """The scatter of a panel about its trends.

    Attributes
    ----------
    form : {"linear", "quadratic", "unknown"}
        Whether the variance is phi * mean or mean + alpha * mean**2; unknown with fewer than 30 series-years.
    phi : float
        Pooled dispersion: Pearson chi-square over its degrees of freedom; near 1 is Poisson.
    alpha : float
        Negative binomial dispersion.
    series, cells : int
        Series and series-years that could be used.
    degrees : int
        Degrees of freedom behind ``phi``.
    p : float
        Chi-square p of so large a ``phi`` by chance.
    own : float
        How many times the panel's variance the place's own years scatter, shrunken to the panel; never below 1.
    """

    form: Form
    phi: float
    alpha: float
    series: int
    cells: int
    degrees: int
    p: float
    own: float = 1.0

    @property
    def is_known(self) -> bool:
        """Whether there were figures enough to tell how years scatter."""
        return self.form != "unknown"

    def variance_factor(self, mean: float) -> float:
        """Return the variance of a year's count over its mean: never below 1, missing where the law is not known.

        Parameters
        ----------
        mean : float
            Expected count of the year.

        Examples
        --------
        >>> ScatterLaw("quadratic", 2.0, 0.3, series=60, cells=600, degrees=480, p=0.0).variance_factor(10.0)
        4.0
        """
        if not self.is_known:
            return math.nan
        return self.own * max(1.0, 1 + self.alpha * mean if self.form == "quadratic" else self.phi)

    def as_record(self) -> dict[str, Any]:
        """Return the fields as plain values for a file; a missing number becomes None.

        Examples
        --------
        >>> found = ScatterLaw("linear", 1.3, 0.1, series=60, cells=600, degrees=480, p=0.01)
        >>> ScatterLaw.from_record(found.as_record()) == found
        True
        """
        return {name: None if _is_missing(value) else value for name, value in asdict(self).items()}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Return the dispersion that :meth:`as_record` wrote."""
        fields: dict[str, Any] = {
            name: math.nan if value is None else value for name, value in record.items()
        }
        return cls(**fields)

    @property
    def trend_degrees(self) -> float:
        """Degrees of freedom of a test that uses ``phi``: infinite (z) once it is pooled over 30 series."""
        return math.inf if self.series >= MANY_SERIES else float(self.degrees)


def panel_law(panel: pd.DataFrame) -> ScatterLaw:
    """Estimate the scatter of a panel of yearly counts and decide the form of its variance.

    Parameters
    ----------
    panel : DataFrame, one row per province and year
        ``province_code``, ``year`` (int), ``count``; ``exposure`` (person-years) where there is one; rows whose
        ``status`` (where the column exists) says that there is no figure are left out, as are missing counts.

    Returns
    -------
    ScatterLaw
        From the series with at least 5 years, 4 cases and 2 years with cases; the others say nothing of scatter.

    Raises
    ------
    FactsError
        If a province has two figures for one year, or a count is negative or not whole.

    Notes
    -----
    Per series the dispersion is Pearson's chi-square over its degrees of freedom. Where the pooled one is larger than
    chance explains (p < .05), two one-parameter laws of it are held against the series' means by their gamma likelihood:
    a constant phi (linear), and 1 + alpha * mean (quadratic). Alpha makes the pooled Pearson chi-square equal to its
    degrees of freedom; maximum likelihood takes no account of the two parameters spent on each series and comes out a
    quarter too small (in simulated panels of 63 series of 10 years with alpha .5 its Wald tests of no trend rejected 10 %
    at means of 16, the moment estimate's 7 %, which is why the trend is tested by its score).

    References
    ----------
    Breslow (1984), Appl. Stat. 33, 38-44; McCullagh and Nelder (1989), Generalized Linear Models, 9.2.

    Examples
    --------
    >>> cells = [(code, year, 5 + (year + place) % 3) for place, code in enumerate(["97", "98", "99"]) for year in range(2010, 2022)]
    >>> found = panel_law(pd.DataFrame(cells, columns=["province_code", "year", "count"]))
    >>> found.form, found.series, found.cells, round(found.phi, 2)
    ('linear', 3, 36, 0.13)
    """
    rows = panel[panel["count"].notna()]
    if "status" in rows.columns:
        rows = rows[rows["status"].isin(WITH_VALUE)]
    refuse_repeated(rows, ["province_code", "year"], where="panel")
    series = [group for _, group in rows.groupby("province_code") if _is_telling(group)]
    cells = sum(len(group) for group in series)
    if cells < FEWEST_CELLS:
        return ScatterLaw("unknown", math.nan, math.nan, len(series), cells, degrees=0, p=math.nan)
    return dispersion_of_fits([(group["count"].to_numpy(dtype=float), _fit(group)) for group in series])


def _is_missing(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _is_telling(group: pd.DataFrame) -> bool:
    counts = group["count"]
    return len(group) >= FEWEST_YEARS and counts.sum() >= FEWEST_EVENTS and (counts > 0).sum() >= 2


def _fit(group: pd.DataFrame) -> LoglinearTrend:
    exposure = group["exposure"] if "exposure" in group.columns else None
    return loglinear_trend(group["count"], years=group["year"].tolist(), exposure=exposure)


def dispersion_of_fits(fits: list[tuple[Numbers, LoglinearTrend]]) -> ScatterLaw:
    """Pool the scatter of series whose Poisson trends are fitted already, and decide its form.

    Parameters
    ----------
    fits : list of (counts, fit)
        The counts of each series and its log-linear trend; only ``pearson_chi2``, ``degrees`` and ``fitted`` are read.

    Examples
    --------
    >>> counts = np.array([5.0, 7, 6, 2, 4, 3])
    >>> fit = loglinear_trend(counts, years=range(2010, 2016))
    >>> round(dispersion_of_fits([(counts, fit)] * 5).phi, 2)
    0.55
    """
    pearson = np.array([fit.pearson_chi2 for _, fit in fits])
    degrees = np.array([float(fit.degrees) for _, fit in fits])
    means = np.array([fit.fitted.mean() for _, fit in fits])
    phi = float(pearson.sum() / degrees.sum())
    p = float(stats.chi2.sf(pearson.sum(), degrees.sum()))
    quadratic = p < 0.05 and _is_quadratic(pearson / degrees, degrees, means, phi)
    return ScatterLaw(
        form="quadratic" if quadratic else "linear",
        phi=phi,
        alpha=_alpha(fits, degrees.sum()),
        series=len(fits),
        cells=sum(len(counts) for counts, _ in fits),
        degrees=int(degrees.sum()),
        p=p,
    )


def _is_quadratic(own: Numbers, degrees: Numbers, means: Numbers, phi: float) -> bool:
    """Tell whether the series' own dispersions grow with their means rather than lie about one value."""

    def misfit(expected: Numbers) -> float:
        return float(degrees @ (own / expected + np.log(expected)))

    grown = optimize.minimize_scalar(
        lambda alpha: misfit(1 + alpha * means), bounds=(0, 50), method="bounded"
    )
    return bool(grown.fun < misfit(np.full_like(means, phi)))


def _alpha(fits: list[tuple[Numbers, LoglinearTrend]], degrees: float) -> float:
    """Return the alpha at which the pooled Pearson chi-square equals its degrees of freedom; 0 without overdispersion."""
    counts = np.concatenate([counts for counts, _ in fits])
    fitted = np.concatenate([fit.fitted for _, fit in fits])

    def excess(alpha: float) -> float:
        return float(((counts - fitted) ** 2 / (fitted + alpha * fitted**2)).sum()) - degrees

    if excess(0.0) <= 0:
        return 0.0
    high = 1.0
    while excess(high) > 0:
        high *= 2
    return float(optimize.brentq(excess, 0.0, high))
