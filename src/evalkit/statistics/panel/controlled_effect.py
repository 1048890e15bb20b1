"""Before and after in places with and without a programme that started everywhere at once: four sums and one ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.panel.comparable import FEWEST_CASES, comparable
from evalkit.statistics.panel.controlled import ControlledChange, controlled_change
from evalkit.statistics.panel.count_imputation import variance_factors
from evalkit.statistics.panel.effect import Effect, basis_of
from evalkit.statistics.panel.panel import Mask, Panel
from evalkit.statistics.panel.randomisation import DRAWS, Starts, chance_of
from evalkit.statistics.results import NotEstimable


def controlled_effect(panel: Panel, *, level: float = 0.95, draws: int = DRAWS) -> Effect | NotEstimable:
    """Hold the change of the places with a programme against the change of those without.

    Parameters
    ----------
    panel : Panel
        Counts; one start for all. Cells that were not reported count on neither side.
    level : float
        Confidence level of the limits.
    draws : int
        Assignments drawn for the randomisation p where there are more than 2,000.

    Returns
    -------
    Effect or NotEstimable
        Refused as :func:`evalkit.statistics.panel.comparable.comparable` says, and ``different_starts``.

    Notes
    -----
    The ratio of two rate ratios. Under a known law the limits are those of its variance on the log scale, each place at its own mean
    before and after; where the law is not known they are the exact ones of :func:`evalkit.statistics.panel.controlled.controlled_change`,
    which hold if yearly counts vary by chance alone. A year before the start is held against the other years before.

    References
    ----------
    Card and Krueger (1994), Am. Econ. Rev. 84, 772-793; Breslow and Day (1980), Statistical Methods in Cancer Research I, 4.2.

    Examples
    --------
    >>> counts = np.array([[8.0, 12, 3, 4]] * 5 + [[10, 14, 11, 12], [4, 7, 5, 6]] * 4)
    >>> names, years = tuple("ABCDEFGHIJKLM"), (2020, 2021, 2022, 2023)
    >>> found = controlled_effect(Panel(counts, np.ones((13, 4)), (2022,) * 5 + (None,) * 8, names, years))
    >>> round(found.estimate, 2), round(found.lower, 2), round(found.upper, 2)
    (0.36, 0.22, 0.58)
    """
    usable = comparable(panel)
    if isinstance(usable, NotEstimable):
        return usable
    kept, left_out = usable
    if len(kept.cohorts) > 1:
        return NotEstimable("different_starts", {"starts": len(kept.cohorts)})
    at = int(kept.starts.min())
    after = np.arange(len(kept.periods)) >= at
    whole = _Change(kept, after, ~after)
    lower, upper = whole.limits(level)
    return Effect(
        design="controlled_change",
        scale="ratio",
        estimate=whole.ratio,
        lower=lower,
        upper=upper,
        level=level,
        chance=chance_of(
            kept.starts, lambda ways: _distances(kept, after, ways), draws=draws, seed=kept.seed
        ),
        **basis_of(kept),
        events=_events(kept, after, level),
        cohorts=pd.DataFrame([whole.row(level) | {"at": kept.periods[at]}]),
        left_out=left_out,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """Some periods of a panel over others, in places with the programme over places without."""

    panel: Panel
    later: Mask
    earlier: Mask

    def _cells(self) -> tuple[Mask, Mask, Mask, Mask]:
        """Return the cells of the four sums: with the programme later and earlier, without later and earlier."""
        ever, known = self.panel.ever[:, None], self.panel.reported
        own, others = known & ever, known & ~ever
        return own & self.later, own & self.earlier, others & self.later, others & self.earlier

    @property
    def sums(self) -> Numbers:
        """Cases of the four."""
        return np.array([self.panel.counts[cells].sum() for cells in self._cells()])

    @property
    def lived(self) -> Numbers:
        """Exposure of the four."""
        return np.array([self.panel.exposure[cells].sum() for cells in self._cells()])

    @property
    def ratio(self) -> float:
        """Ratio of the two rate ratios; missing where it would divide by 0."""
        rates = np.divide(self.sums, self.lived, out=np.full(4, np.nan), where=self.lived > 0)
        base = rates[1] * rates[2]
        return float(rates[0] * rates[3] / base) if base > 0 else np.nan

    def limits(self, level: float) -> tuple[float, float]:
        """Return the limits under the law where it is known, else the exact ones; missing where none can be given."""
        if not self.panel.law.is_known:
            (own, own_before, others, others_before), lived = self.sums, self.lived
            found = controlled_change(
                (own, own_before),
                (others, others_before),
                place_exposure=(lived[0], lived[1]),
                comparison_exposure=(lived[2], lived[3]),
                level=level,
            )
            return (found.lower, found.upper) if isinstance(found, ControlledChange) else (np.nan, np.nan)
        if not (self.sums > 0).all():
            return np.nan, np.nan
        spread = sum(
            self._variance(cells) / total**2 for cells, total in zip(self._cells(), self.sums, strict=True)
        )
        reach = float(np.exp(stats.norm.ppf(0.5 + level / 2) * np.sqrt(spread)))
        return self.ratio / reach, self.ratio * reach

    def _variance(self, cells: Mask) -> float:
        """Return the variance of a sum under the law, each place at its own mean."""
        seen = np.where(cells, self.panel.counts, 0.0).sum(axis=1)
        years = cells.sum(axis=1)
        means = np.divide(seen, years, out=np.zeros_like(seen), where=years > 0)
        return float((seen * variance_factors(self.panel.law, means)).sum())

    def row(self, level: float) -> dict[str, float]:
        """Return the line of a frame."""
        lower, upper = self.limits(level)
        sums, lived = self.sums, self.lived
        expected = (
            sums[1] / lived[1] * sums[2] / sums[3] * lived[3] / lived[2] * lived[0]
            if sums[3] and lived[2]
            else np.nan
        )
        places = int(self._cells()[0].any(axis=1).sum())
        return {
            "estimate": self.ratio,
            "lower": lower,
            "upper": upper,
            "places": places,
            "cases": float(sums[0]),
            "expected": float(expected),
        }


def _events(panel: Panel, after: Mask, level: float) -> pd.DataFrame:
    """Return each period against all before the start; one before it against the others before."""
    start = panel.cohorts[0]
    rows = []
    for k, period in enumerate(panel.periods):
        alone = np.arange(len(after)) == k
        if (~after & ~alone).any():
            rows.append(_Change(panel, alone, ~after & ~alone).row(level) | {"at": period - start})
    return pd.DataFrame(rows)


def _distances(panel: Panel, after: Mask, ways: Starts) -> Numbers:
    """Return the log ratio, half a case added, of each assignment in standard errors under the law."""
    ever = (ways < len(panel.periods)).astype(float)
    logs, spread = np.zeros(len(ways)), np.zeros(len(ways))
    for sign, members, columns in (
        (1, ever, after),
        (-1, ever, ~after),
        (-1, 1 - ever, after),
        (1, 1 - ever, ~after),
    ):
        cells = panel.reported & columns
        seen = np.where(cells, panel.counts, 0.0).sum(axis=1)
        means = seen / np.maximum(cells.sum(axis=1), 1)
        total = members @ seen + 0.5
        logs += sign * np.log(total / (members @ np.where(cells, panel.exposure, 0.0).sum(axis=1)))
        spread += (members @ (seen * variance_factors(panel.law, means)) + 0.5) / total**2
    found = np.abs(logs) / np.sqrt(spread)
    totals = ever @ np.nansum(panel.counts, axis=1)
    return np.asarray(np.where(totals >= FEWEST_CASES, found, np.nan))
