"""A panel fitted to its untreated cells as it is and without each place in turn: ratios of counted to expected, and their limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.panel.panel import Mask, Panel
from evalkit.statistics.panel.untreated_fit import expected_counts

FEWEST_FOR_LIMITS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Jackknife:
    """A panel fitted to its untreated cells: as it is, then without each place in turn."""

    panel: Panel
    expected: Numbers
    level: float

    @classmethod
    def of(cls, panel: Panel, level: float, also_out: Mask | None = None) -> Jackknife:
        """Fit without some cells beside the treated ones."""
        untreated = panel.reported & ~panel.treated
        if also_out is not None:
            untreated &= ~also_out
        left = np.vstack([np.zeros((1, len(panel.places)), bool), np.eye(len(panel.places), dtype=bool)])
        fits = expected_counts(panel.counts, panel.exposure, untreated & ~left[:, :, None])
        return cls(panel, fits, level)

    def after(self, cells: Mask) -> pd.DataFrame:
        """Return a row for each set of cells: ratio, limits, places, cases counted and expected."""
        return pd.DataFrame([self._row(one) for one in cells])

    def range_without(self, places: Mask, cells: Mask) -> tuple[float, float]:
        """Return the range of the ratio when each of some places is left out in turn."""
        ratios = self.ratios(cells)[1:][places]
        return float(np.nanmin(ratios)), float(np.nanmax(ratios))

    def _sums(self, cells: Mask) -> tuple[Numbers, Numbers]:
        told = cells & self.panel.reported & ~np.isnan(self.expected)
        seen = np.where(told, self.panel.counts, 0.0).sum(axis=(1, 2))
        return seen, np.where(told, self.expected, 0.0).sum(axis=(1, 2))

    def ratios(self, cells: Mask) -> Numbers:
        """Return counted over expected in some cells: from all places, then without each in turn; missing where none is expected."""
        seen, expected = self._sums(cells)
        return np.divide(seen, expected, out=np.full_like(seen, np.nan), where=expected > 0)

    def _row(self, cells: Mask) -> dict[str, float]:
        seen, expected = self._sums(cells)
        ratios = self.ratios(cells)
        lower, upper = self._limits(ratios, np.asarray(cells.any(axis=1)))
        reported = cells & self.panel.reported
        told = reported & ~np.isnan(self.expected[0])
        is_told = bool(
            told.any()
        )  # else nothing is expected, which is no 0; what was counted stands all the same
        return {
            "estimate": float(ratios[0]),
            "lower": lower,
            "upper": upper,
            "places": int((told if is_told else reported).any(axis=1).sum()),
            "cases": float(seen[0]) if is_told else self.panel.cases(reported),
            "expected": float(expected[0]) if is_told else np.nan,
        }

    def _limits(self, ratios: Numbers, own: Mask) -> tuple[float, float]:
        """Return the limits; missing where a ratio is 0 or cannot be told, or rests on few places."""
        if own.sum() < FEWEST_FOR_LIMITS or not (ratios > 0).all():
            return np.nan, np.nan
        logs = np.log(ratios)
        reach = reach_of(logs, own, 0.5 + self.level / 2)
        return float(np.exp(logs[0] - reach)), float(np.exp(logs[0] + reach))


def reach_of(values: Numbers, own: Mask, share: float) -> float:
    """Return how far from an estimate its limit lies: t with Satterthwaite's degrees of freedom, from the places left out in turn.

    Parameters
    ----------
    values : ndarray
        The estimate from all places, then without each in turn.
    own : ndarray of bool
        The places that the estimate is about; the others are compared with.
    share : float
        Of one side: .975 for 95 % on both.

    Examples
    --------
    >>> round(reach_of(np.array([0.0, 0.1, -0.1, 0.0, 0.0]), np.array([True, True, False, False]), 0.975), 3)
    1.556
    """
    moved = (values[1:] - values[0]) ** 2 * (len(own) - 1) / len(own)
    parts = np.array([moved[own].sum(), moved[~own].sum()])
    if parts.sum() == 0:
        return 0.0
    spread = parts**2 / np.array([max(int(own.sum()) - 1, 1), max(int((~own).sum()) - 1, 1)])
    degrees = parts.sum() ** 2 / spread.sum()
    return float(stats.t.ppf(share, degrees) * np.sqrt(parts.sum()))
