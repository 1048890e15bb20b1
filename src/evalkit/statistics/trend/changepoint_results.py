"""What the search for a shift of level gives."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class ChangepointFit:
    """One shift of level, its test, and how sure its year is.

    Attributes
    ----------
    exploratory : bool
        Always: the data chose the year. A date declared beforehand is an interruption, not a change point.
    last_before, first_after : int
        The last year observed of the first regime and the first of the second, where the likelihood is largest.
    rate_before, rate_after : float
        Events per unit of exposure (per year where none was given).
    ratio, ratio_lower, ratio_upper : float
        Later over earlier rate with exact limits. They hold for that year as if it had been given; since it was searched
        for, they are too narrow, and the p that counts is ``p``.
    statistic : float
        Likelihood ratio, twice the difference of log likelihoods, against one rate throughout.
    p, monte_carlo_error : float
        Simulated p of so large a ratio anywhere in the series, and its standard error.
    replicates, seed : int
    log_likelihood : float
        Of the two rates.
    posterior : tuple of (int, float)
        For each year that could be the last of the first regime: its probability, if there was one shift.
    most_likely : int
        The year with the largest of them.
    credible : tuple of int
        The fewest years that together hold 95 % of the probability, in order.
    dispersion : float
        Variance factor the test was simulated with, as given.
    series_dispersion, dispersion_p : float
        Of the series about its two rates, and the chi-square p of so large a one by chance.
    first, last : int
    years_used : tuple of int
    total : float
    flags : tuple of str
        ``years_missing``, ``scatter_beyond_chance`` (then p is too small: give ``dispersion``), ``near_the_line``.
    """

    exploratory: bool
    last_before: int
    first_after: int
    rate_before: float
    rate_after: float
    ratio: float
    ratio_lower: float
    ratio_upper: float
    statistic: float
    p: float
    monte_carlo_error: float
    replicates: int
    seed: int
    log_likelihood: float
    posterior: tuple[tuple[int, float], ...]
    most_likely: int
    credible: tuple[int, ...]
    dispersion: float
    series_dispersion: float
    dispersion_p: float
    first: int
    last: int
    years_used: tuple[int, ...]
    total: float
    flags: tuple[str, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """One row per year that could be the last of the first regime: ``last_before``, ``probability``, ``credible``."""
        table = pd.DataFrame(self.posterior, columns=["last_before", "probability"])
        return table.assign(credible=table["last_before"].isin(self.credible))
