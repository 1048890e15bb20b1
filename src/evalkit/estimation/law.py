"""The law of scatter: how the variance of a yearly count follows from its mean, told by all provinces together.

One series of ten or fifteen years cannot tell; a whole panel can. Each series is first given its own log-linear trend, so
that a rise or fall is not taken for scatter. Every sentence about a change, a target, an alarm or a difference between
provinces takes the law as an argument.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize, stats

from evalkit.estimation.counts import Numbers, whole_counts
from evalkit.estimation.hidden_counts import HiddenCounts
from evalkit.estimation.yearly_panel import YearlyPanel, yearly_panel

Form = Literal["linear", "quadratic", "unknown"]

FEWEST_PLACES = 5
LONG_SERIES = 8  # years from which on a single series tells its own law
LEAST_MEAN_HIDDEN, LEAST_LARGE_SHOWN = (
    2.5,
    0.14,
)  # below them the law of a panel with hidden figures is not known
MANY_SERIES = 30
LARGEST_ALPHA = 64.0
LARGEST_PHI = 1e5
HALVINGS = 14
PRIOR_YEARS = 4.0  # how many years' worth the panel's law counts for beside the nation's own series


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

    def alpha_at(self, mean: float) -> float:
        """Return the negative binomial alpha that gives the law's variance at this mean; missing where it is not known.

        Parameters
        ----------
        mean : float
            Expected count of the year, above 0.

        Examples
        --------
        >>> ScatterLaw("linear", 3.0, 0.2, series=60, cells=600, degrees=480, p=0.0).alpha_at(10.0)
        0.2
        """
        return (self.variance_factor(mean) - 1) / mean

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


def panel_law(panel: pd.DataFrame, *, threshold: int = 5) -> ScatterLaw:
    """Estimate the law of scatter of a panel of yearly counts.

    Parameters
    ----------
    panel : DataFrame, one row per province and year
        As :func:`evalkit.estimation.yearly_panel.yearly_panel` takes it; rows of status "suppressed" are hidden figures, with
        the range ``low`` to ``high`` that the figures shown leave to them.
    threshold : int
        Counts from 1 to one less are always hidden where figures are hidden at all.

    Returns
    -------
    ScatterLaw
        From the series with at least 5 years, 4 cases and 2 years with cases. "unknown" with fewer than 5 such series unless
        one has 8 years, and where figures are hidden and too few large ones shown: a mean
        of a year below 2.6, or fewer than 15 % of the years shown with a count of the threshold or more.

    Raises
    ------
    FactsError
        If a province has two figures for one year, or a count is negative or not whole.

    Notes
    -----
    Alpha brings Pearson's chi-square of all series to its expectation: the degrees of freedom, less what the fitted means
    take from it (a share of alpha (p + 1) / 2T in T years with p parameters, to first order). Maximum likelihood takes no account of the
    parameters spent on each series and comes out a quarter too small. A hidden count enters with its expected square under
    the law that is being fitted, given its range, and given that small counts are always hidden and larger ones at a rate
    that is estimated along the way. Two laws are then held against the series' own dispersions by their gamma likelihood: a
    constant phi (linear), and 1 + alpha * mean (quadratic).

    References
    ----------
    Breslow (1984), Appl. Stat. 33, 38-44; McCullagh and Nelder (1989), Generalized Linear Models, 9.2; Dempster, Laird and
    Rubin (1977), J. R. Stat. Soc. B 39, 1-38.

    Examples
    --------
    >>> cells = [(code, year, 5 + (year * place) % 7) for place, code in enumerate("ABCDE", 1) for year in range(2010, 2022)]
    >>> found = panel_law(pd.DataFrame(cells, columns=["province_code", "year", "count"]))
    >>> found.form, found.series, found.cells, round(found.phi, 2)
    ('linear', 5, 60, 0.52)
    """
    whole_counts(panel["count"].astype(float), where="panel", labels=lambda: panel["province_code"])
    series = yearly_panel(panel).telling()
    if not _says_enough(series):
        return _unknown(series)
    hidden = HiddenCounts(series, threshold)
    alpha = _alpha(hidden)
    mean, squared = hidden.squares(alpha)
    if series.hidden.any() and not _shows_enough(series, mean, threshold):
        return _unknown(series)
    pearson, degrees = np.nansum(squared / mean, axis=1), _degrees(series)
    phi = _phi(series, pearson, np.nanmean(mean, axis=1))
    quadratic = (
        alpha > 0
        and len(series.codes) >= FEWEST_PLACES
        and _is_quadratic(pearson / degrees, degrees, np.nanmean(mean, axis=1), phi)
    )
    return ScatterLaw(
        form="quadratic" if quadratic else "linear",
        phi=phi,
        alpha=alpha,
        series=len(series.codes),
        cells=int(series.years.sum()),
        degrees=int(degrees.sum()),
        p=float(stats.chi2.sf(pearson.sum(), degrees.sum())),
    )


def _shows_enough(series: YearlyPanel, mean: Numbers, threshold: int) -> bool:
    """Tell whether enough large counts are shown to tell few cases with much scatter from more cases with little."""
    large = float((series.counts >= threshold).sum()) / float(series.told.sum())
    return float(np.nanmean(mean)) >= LEAST_MEAN_HIDDEN and large >= LEAST_LARGE_SHOWN


def place_laws(panel: pd.DataFrame, law: ScatterLaw, *, threshold: int = 5) -> dict[str, ScatterLaw]:
    """Return the law of each place: the panel's, wider where the place's own years scatter more than that.

    Parameters
    ----------
    panel, threshold
        As in :func:`panel_law`.
    law : ScatterLaw
        Of the panel.

    Returns
    -------
    dict
        Place to its law, for places whose own scatter, shrunken to the panel's, is the larger; the others have the panel's.

    Notes
    -----
    Each place's Pearson chi-square over its degrees of freedom is drawn towards 1 by how much less such ratios differ than
    chance alone would make them differ (from the fourth moment of the law).

    References
    ----------
    Smyth (2004), Stat. Appl. Genet. Mol. Biol. 3, art. 3 (shrunken variances); Efron and Morris (1973), J. Am. Stat. Assoc. 68, 117-130.

    Examples
    --------
    >>> cells = [(code, year, 5 + (year * place) % 7) for place, code in enumerate("ABCDE", 1) for year in range(2010, 2022)]
    >>> panel = pd.DataFrame(cells, columns=["province_code", "year", "count"])
    >>> place_laws(panel, panel_law(panel))
    {}
    """
    series = yearly_panel(panel).telling()
    if not law.is_known or not series.codes:
        return {}
    ratio, chance = _own_scatter(series, law, threshold)
    between = max(0.0, float(np.mean((ratio - 1) ** 2 - chance)))
    own = 1 + (ratio - 1) * between / (between + chance)
    return {
        code: replace(law, own=round(float(factor), 4))
        for code, factor in zip(series.codes, own, strict=True)
        if factor > 1
    }


def law_of_sum(law: ScatterLaw, means: ArrayLike, own: pd.DataFrame, *, threshold: int = 5) -> ScatterLaw:
    """Return the law of a sum of places, such as the nation: its variance is the sum of theirs.

    Parameters
    ----------
    law : ScatterLaw
        Of each place.
    means : array-like of float
        Yearly means of the places.
    own : DataFrame
        The yearly counts of the sum itself, as :func:`panel_law` takes them: from 8 years on they widen the law where they
        scatter more, because places may rise and fall together; and they alone tell it where the places' law is unknown.
    threshold : int
        As in :func:`panel_law`.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.4, series=34, cells=340, degrees=272, p=0.0)
    >>> none = pd.DataFrame(columns=["province_code", "year", "count"])
    >>> round(law_of_sum(law, [10.0, 10.0, 10.0, 10.0], none).alpha, 3)
    0.1
    """
    alone = panel_law(own, threshold=threshold) if len(own) else _unknown(None)
    if not law.is_known:
        return alone
    share = np.asarray(means, dtype=float) / max(float(np.sum(means)), 1e-9)
    summed = replace(law, alpha=law.alpha * float(share @ share), own=1.0)
    if not alone.is_known:
        return summed
    ratio, _ = _own_scatter(yearly_panel(own).telling(), summed, threshold)
    degrees = float(alone.degrees)
    return replace(summed, own=max(1.0, (PRIOR_YEARS + degrees * float(ratio[0])) / (PRIOR_YEARS + degrees)))


def _unknown(series: YearlyPanel | None) -> ScatterLaw:
    places, cells = (len(series.codes), int(series.years.sum())) if series is not None else (0, 0)
    return ScatterLaw("unknown", math.nan, math.nan, places, cells, degrees=0, p=math.nan)


def _is_missing(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _says_enough(series: YearlyPanel) -> bool:
    return len(series.codes) >= FEWEST_PLACES or bool((series.years >= LONG_SERIES).any())


def _degrees(series: YearlyPanel) -> Numbers:
    return np.asarray(series.years - series.parameters)


def _taken(series: YearlyPanel, alpha: float) -> Numbers:
    """Return what fitted means take from Pearson's chi-square beside the degrees of freedom, as a divisor."""
    return np.asarray(1 + alpha * (series.parameters + 1) / (2 * series.years))


def _alpha(hidden: HiddenCounts) -> float:
    """Return the alpha at which the pooled Pearson chi-square is what it should be; 0 without overdispersion."""
    series = hidden.panel
    degrees = _degrees(series)

    def excess(alpha: float) -> float:
        mean, squared = hidden.squares(alpha)
        return float(np.nansum(squared / (mean + alpha * mean**2))) - float(
            (degrees / _taken(series, alpha)).sum()
        )

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1.0
    while high < LARGEST_ALPHA and excess(high) > 0:
        low, high = high, 2 * high
    if not series.hidden.any() and high < LARGEST_ALPHA:
        return float(optimize.brentq(excess, low, high))
    for _ in range(
        HALVINGS
    ):  # means of hidden counts are approached, so that the excess is no exact function
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2


def _phi(series: YearlyPanel, pearson: Numbers, means: Numbers) -> float:
    """Return the phi at which the pooled Pearson chi-square is what it should be."""
    degrees, plain = _degrees(series), float(pearson.sum() / _degrees(series).sum())

    def excess(phi: float) -> float:
        taken = 1 + (phi - 1) * (series.parameters + 1) / (2 * series.years * means)
        return float(pearson.sum() - (degrees * phi / taken).sum())

    if plain <= 1 or excess(LARGEST_PHI) > 0:
        return plain
    return float(optimize.brentq(excess, plain, LARGEST_PHI))


def _is_quadratic(own: Numbers, degrees: Numbers, means: Numbers, phi: float) -> bool:
    """Tell whether the series' own dispersions grow with their means rather than lie about one value."""

    def misfit(expected: Numbers) -> float:
        return float(degrees @ (own / expected + np.log(expected)))

    grown = optimize.minimize_scalar(
        lambda alpha: misfit(1 + alpha * means), bounds=(0, 50), method="bounded"
    )
    return bool(grown.fun < misfit(np.full_like(means, phi)))


def _own_scatter(series: YearlyPanel, law: ScatterLaw, threshold: int) -> tuple[Numbers, Numbers]:
    """Return each series' scatter over what the law expects, and the variance of that ratio by chance."""
    mean, squared = HiddenCounts(series, threshold).squares(law.alpha)
    plain = replace(law, own=1.0)
    degrees, level = _degrees(series), np.nanmean(mean, axis=1)
    factor = np.maximum(1.0, 1 + law.alpha * mean if law.form == "quadratic" else law.phi)
    spread = np.array([plain.alpha_at(one) for one in level.tolist()])
    ratio = (
        np.nansum(squared / (factor * mean), axis=1)
        / degrees
        * _taken(series, law.alpha_at(float(level.mean())))
    )
    kurtosis = 6 * spread + 1 / (level * (1 + spread * level))
    return ratio, (2 + kurtosis) / degrees
