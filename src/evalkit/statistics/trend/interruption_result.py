"""The record of a change at a declared date."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from evalkit.statistics.trend.counterfactual import Averted

STEP = "step in a trend"
BENDING = "step and change of slope"


@dataclass(frozen=True, slots=True)
class Interruption:
    """The change of a series at a declared date.

    Attributes
    ----------
    at : date
        The declared day.
    model : str
        ``step in a trend``, or ``step and change of slope``.
    ratio, lower, upper, p : float
        Rate just after the date over the rate the earlier trend leads to, with limits and two-sided p.
    slope_ratio, slope_lower, slope_upper, slope_p : float
        The yearly rate ratio after the date over the one before; missing unless the slope may change.
    apc_before : float
        Annual percent change of the trend before the date.
    dispersion : float
        Variance factor used, never below 1.
    series_dispersion : float
        That of this series as found.
    degrees : float
        Degrees of freedom of the limits; infinite (z) for a dispersion pooled over many series.
    points_before, points_after : int
        Points with a figure on each side.
    averted : Averted or None
        Cases after the date, those the earlier course would have brought, and their difference with simulated limits; None
        where they were not asked for.
    points : DataFrame
        ``time`` (years), ``after`` (bool), ``count``, ``exposure``, ``fitted``, ``counterfactual`` (expected count had the
        earlier course gone on; after the date only).
    level : float
        Confidence level of all limits.
    flags : tuple of str
        ``own_dispersion``, ``underdispersed``, ``points_missing``, ``transition_left_out`` (the period in which the date
        falls belongs to neither side), ``slope_refused`` (asked for, with fewer than 12 points).
    """

    at: date
    model: str
    ratio: float
    lower: float
    upper: float
    p: float
    slope_ratio: float
    slope_lower: float
    slope_upper: float
    slope_p: float
    apc_before: float
    dispersion: float
    series_dispersion: float
    degrees: float
    points_before: int
    points_after: int
    averted: Averted | None
    points: pd.DataFrame
    level: float
    flags: tuple[str, ...]

    @property
    def percent_change(self) -> float:
        """The step in percent."""
        return 100 * (self.ratio - 1)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per quantity: ``quantity``, ``estimate``, ``lower``, ``upper``, ``p``."""
        averted = self.averted
        rows = [
            ("step_ratio", self.ratio, self.lower, self.upper, self.p),
            ("slope_ratio", self.slope_ratio, self.slope_lower, self.slope_upper, self.slope_p),
        ]
        if averted is not None:
            rows.append(("cases_averted", averted.averted, averted.lower, averted.upper, math.nan))
        return pd.DataFrame(rows, columns=["quantity", "estimate", "lower", "upper", "p"])
