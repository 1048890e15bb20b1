"""Effects by group and time: each start against the places that never started, each period by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from evalkit.statistics.counts import Numbers
from evalkit.statistics.panel.panel import Mask, Panel
from evalkit.statistics.results import NotEstimable

Aggregation = Literal["simple", "group", "dynamic"]


@dataclass(frozen=True, slots=True, eq=False)
class GroupTime:
    """Effects on a measured value by first treated period and period.

    Attributes
    ----------
    cells : DataFrame
        ``group`` (first treated period), ``time``, ``att`` (effect on the treated) and ``se``.
    influence : ndarray, places x cells
        What each place adds to each effect's error.
    group_of : ndarray
        First treated period of each place; 0 where there is none.
    """

    cells: pd.DataFrame
    influence: Numbers
    group_of: Numbers

    def simple(self) -> tuple[float, float]:
        """Return the mean of all cells after the start, weighted by the places of their group, and its error."""
        return self._weighted(self._after)

    def group(self, group: float) -> tuple[float, float]:
        """Return the plain mean of a group's cells after its start, and its error."""
        return self._mean(self._after & (self.cells["group"] == group).to_numpy())

    def groups(self) -> tuple[float, float]:
        """Return the mean of the groups' own means, weighted by their places, and its error."""
        groups = self._started()
        parts = [self._part(self._after & (self.cells["group"] == one).to_numpy()) for one in groups]
        return self._combined(parts, np.array(groups))

    def event(self, event: float) -> tuple[float, float]:
        """Return the effect so many periods after the start (negative: before), weighted by places, and its error."""
        return self._weighted(self._since == event)

    def dynamic(self) -> tuple[float, float]:
        """Return the plain mean of the effects by period since the start, from the start on, and its error."""
        events = [self._part_weighted(self._since == one) for one in np.unique(self._since[self._since >= 0])]
        estimates, influences = zip(*events, strict=True)
        return float(np.mean(estimates)), _error(np.mean(influences, axis=0))

    def events(self) -> list[int]:
        """Return the periods since the start that occur, rising."""
        return [int(one) for one in np.unique(self._since)]

    @property
    def _since(self) -> Numbers:
        return (self.cells["time"] - self.cells["group"]).to_numpy(float)

    @property
    def _after(self) -> Mask:
        return np.asarray(self._since >= 0)

    def _started(self) -> list[float]:
        return [float(one) for one in np.unique(self.cells["group"])]

    def _part(self, cells: Mask) -> tuple[float, Numbers]:
        return float(self.cells["att"][cells].mean()), self.influence[:, cells].mean(axis=1)

    def _mean(self, cells: Mask) -> tuple[float, float]:
        estimate, influence = self._part(cells)
        return estimate, _error(influence)

    def _weighted(self, cells: Mask) -> tuple[float, float]:
        estimate, influence = self._part_weighted(cells)
        return estimate, _error(influence)

    def _part_weighted(self, cells: Mask) -> tuple[float, Numbers]:
        effects, groups = self.cells["att"].to_numpy()[cells], self.cells["group"].to_numpy()[cells]
        return self._blend(effects, self.influence[:, cells], groups)

    def _combined(self, parts: list[tuple[float, Numbers]], groups: Numbers) -> tuple[float, float]:
        effects, influences = zip(*parts, strict=True)
        estimate, influence = self._blend(np.array(effects), np.column_stack(influences), groups)
        return estimate, _error(influence)

    def _blend(self, effects: Numbers, influences: Numbers, groups: Numbers) -> tuple[float, Numbers]:
        """Weight effects by the share of places in their group; that the shares are estimated adds to the error."""
        member = (self.group_of[:, None] == groups).astype(float)
        share = member.mean(axis=0)
        weight = share / share.sum()
        drift = (member - share) / share.sum()
        drift -= drift.sum(axis=1, keepdims=True) * weight
        return float(weight @ effects), influences @ weight + drift @ effects


def group_time_effects(panel: Panel, *, anticipation: int = 0) -> GroupTime | NotEstimable:
    """Estimate the effect of each start in each period, against the places that never started.

    Parameters
    ----------
    panel : Panel
        Values are counts over exposure; places that lack a period, or were treated from the first one, must be out.
    anticipation : int
        Periods before the start that may show something of it already, such as the year in which a measure began: none is a base.

    Returns
    -------
    GroupTime or NotEstimable
        Not estimable: ``years_missing``, ``none_treated``, ``treated_from_start``, ``all_treated``, ``too_few_years``
        (one period).

    Notes
    -----
    att(g, t) is the mean change of group g since its base less that of the never treated. The base is the last period before
    g and its anticipation, and for periods before these the one before t (varying base). No covariates. The error of each is the root
    of the summed squares of the influence function over the number of places, divided by that number and not one less.

    References
    ----------
    Callaway and Sant'Anna (2021), J. Econometrics 225, 200-230.

    Examples
    --------
    >>> values = np.array([[1.0, 2, 5], [2, 2, 7], [1, 2, 3], [2, 3, 3], [0, 2, 2]])
    >>> panel = Panel(values, np.ones((5, 3)), (3, 3, None, None, None), tuple("ABCDE"), (1, 2, 3), whole=False)
    >>> found = group_time_effects(panel)
    >>> found.cells["att"].round(2).tolist(), [round(value, 2) for value in found.simple()]
    ([-0.83, 3.67], [3.67, 0.76])
    """
    refusal = _refusal(panel, anticipation)
    if refusal is not None:
        return refusal
    values = panel.counts / panel.exposure
    pairs = [(panel.periods.index(group), t) for group in panel.cohorts for t in range(1, len(panel.periods))]
    bases = [start - 1 - anticipation if t >= start - anticipation else t - 1 for start, t in pairs]
    found = [
        _cell(values[:, t] - values[:, base], panel.starts == start, ~panel.ever)
        for (start, t), base in zip(pairs, bases, strict=True)
    ]
    cells = pd.DataFrame(
        {
            "group": [panel.periods[start] for start, _ in pairs],
            "time": [panel.periods[t] for _, t in pairs],
            "att": [effect for effect, _ in found],
            "se": [_error(influence) for _, influence in found],
        }
    )
    first = np.array([*panel.periods, 0.0])
    return GroupTime(cells, np.column_stack([influence for _, influence in found]), first[panel.starts])


def _refusal(panel: Panel, anticipation: int) -> NotEstimable | None:
    asked: list[tuple[str, Callable[[], bool]]] = [
        ("years_missing", lambda: not panel.reported.all()),
        ("too_few_years", lambda: len(panel.periods) < 2),
        ("none_treated", lambda: not panel.ever.any()),
        ("treated_from_start", lambda: bool((panel.starts <= anticipation).any())),
        ("all_treated", lambda: bool(panel.ever.all())),
    ]
    return next((NotEstimable(reason) for reason, holds in asked if holds()), None)


def _cell(change: Numbers, group: Mask, never: Mask) -> tuple[float, Numbers]:
    """Return one effect, of the change since the base, and its influence function."""
    effect = change[group].mean() - change[never].mean()
    influence = np.zeros(len(change))
    influence[group] = (change[group] - change[group].mean()) / group.mean()
    influence[never] = -(change[never] - change[never].mean()) / never.mean()
    return float(effect), influence


def _error(influence: Numbers) -> float:
    return float(np.sqrt((influence**2).sum()) / len(influence))
