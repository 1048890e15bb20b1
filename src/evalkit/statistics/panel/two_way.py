"""Two-way fixed effects, Poisson for counts and least squares for values: what they would have said, never the headline.

Where starts differ, places that already have the programme stand for places without it, and effects that grow are turned round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers
from evalkit.statistics.panel.comparable import comparable
from evalkit.statistics.panel.effect import Effect, basis_of
from evalkit.statistics.panel.panel import Panel
from evalkit.statistics.results import NotEstimable

MOST_ROUNDS = 100
CLOSE = 1e-10
RUNS_AWAY = 15.0  # a log ratio that only an infinite one explains
LARGEST = 300.0


@dataclass(frozen=True, slots=True)
class TwoWay:
    """One coefficient for all treated cells.

    Attributes
    ----------
    coefficient : float
        Log ratio of rates; of a measured value its difference.
    clustered, left_out : float
        Standard error clustered by place: the sandwich (CRV1), and each place left out in turn (CRV3), both with the small-sample factor.
    """

    coefficient: float
    clustered: float
    left_out: float


def two_way(panel: Panel, *, weights: ArrayLike | None = None) -> TwoWay | NotEstimable:
    """Fit one effect of the programme beside effects of places and periods.

    Parameters
    ----------
    panel : Panel
        Counts: Poisson with the log exposure as offset. A measured value: least squares of value over exposure.
    weights : array-like, places x periods or places x 1, optional
        What each cell weighs, such as its inhabitants; all alike by default.

    Returns
    -------
    TwoWay or NotEstimable
        Not estimable: ``none_treated``, ``no_comparison`` (treatment cannot be told from places and periods, or a count that
        would have to be 0 drives it to infinity).

    Raises
    ------
    FactsError
        If the weights are not one positive number a place, or a place and period.

    References
    ----------
    Goodman-Bacon (2021), J. Econometrics 225, 254-277; MacKinnon, Nielsen and Webb (2023), J. Econometrics 232, 272-299.

    Examples
    --------
    >>> counts = np.array([[8.0, 4], [12, 5], [9, 9], [3, 5], [7, 6]])
    >>> panel = Panel(counts, np.ones((5, 2)), (2021, 2021, None, None, None), tuple("ABCDE"), (2020, 2021))
    >>> round(float(np.exp(two_way(panel).coefficient)), 4), round((9 / 20) / (20 / 19), 4)
    (0.4275, 0.4275)
    """
    weigh = _weights(panel, weights)
    if not panel.ever.any():
        return NotEstimable("none_treated")
    told = np.nansum(panel.counts, axis=1) > 0 if panel.whole else np.ones(len(panel.places), dtype=bool)
    kept, weigh = panel.kept(told), weigh[told]
    fitted = _fit(kept, weigh)
    if fitted is None:
        return NotEstimable("no_comparison")
    coefficient, clustered = fitted
    left = ~np.eye(len(kept.places), dtype=bool)
    others = [_fit(kept.kept(rest), weigh[rest]) for rest in left]
    moved = np.array([np.nan if one is None else one[0] - coefficient for one in others])
    spread = float((moved**2).sum()) * _Cells.of(kept, weigh).small_sample
    return TwoWay(coefficient, clustered, float(np.sqrt(spread)))


def two_way_effect(panel: Panel, *, level: float = 0.95) -> Effect | NotEstimable:
    """Tell what two-way fixed effects would have said of counts: limits by leaving places out, t with places - 1.

    Returns
    -------
    Effect or NotEstimable
        Refused as :func:`evalkit.statistics.panel.comparable.comparable` says; without randomisation p, events and cohorts.

    Examples
    --------
    >>> counts = np.array([[8.0, 12, 3, 4]] * 5 + [[10, 14, 11, 12], [4, 7, 5, 6]] * 4)
    >>> names, years = tuple("ABCDEFGHIJKLM"), (2020, 2021, 2022, 2023)
    >>> round(two_way_effect(Panel(counts, np.ones((13, 4)), (2022,) * 5 + (None,) * 8, names, years)).estimate, 3)
    0.36
    """
    usable = comparable(panel)
    if isinstance(usable, NotEstimable):
        return usable
    kept, left_out = usable
    found = two_way(kept)
    if isinstance(found, NotEstimable):
        return found
    reach = float(stats.t.ppf(0.5 + level / 2, len(kept.places) - 1)) * found.left_out
    limits = np.exp(found.coefficient + np.array([0.0, -reach, reach]))
    return Effect(
        design="two_way",
        scale="ratio",
        estimate=float(limits[0]),
        lower=float(limits[1]),
        upper=float(limits[2]),
        level=level,
        chance=None,
        **basis_of(kept),
        events=pd.DataFrame(),
        cohorts=pd.DataFrame(),
        left_out=left_out,
    )


def _weights(panel: Panel, weights: ArrayLike | None) -> Numbers:
    """Return the weight of each cell."""
    shape = np.shape(panel.counts)
    given = np.ones(shape) if weights is None else np.asarray(weights, dtype=float)
    if given.shape not in (shape, (shape[0], 1)) or not (np.isfinite(given) & (given > 0)).all():
        raise FactsError(
            where="two_way(weights)",
            rule="weights are one positive number a place, or a place and period",
            do="give them in the order of the panel's places and periods",
        )
    return np.broadcast_to(given, shape)


def _fit(panel: Panel, weights: Numbers) -> tuple[float, float] | None:
    """Return the coefficient and its clustered error; None where it cannot be told."""
    cells = _Cells.of(panel, weights)
    if not cells.tells():
        return None
    if not panel.whole:
        return cells.solved(cells.weights, cells.counts / cells.exposure)[:2]
    means = (cells.counts + cells.exposure * cells.counts.sum() / cells.exposure.sum()) / 2
    for _ in range(MOST_ROUNDS):
        linear = np.log(means / cells.exposure)
        coefficient, error, fitted = cells.solved(
            cells.weights * means, linear + (cells.counts - means) / means
        )
        means = cells.exposure * np.exp(np.clip(fitted, -LARGEST, LARGEST))
        if abs(coefficient) > RUNS_AWAY:
            return None
        if np.abs(fitted - linear).max() <= CLOSE:
            return coefficient, error
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """The cells reported, place by place, with the programme and a dummy per period but the first."""

    columns: Numbers
    counts: Numbers
    exposure: Numbers
    weights: Numbers
    first: NDArray[np.intp]

    @classmethod
    def of(cls, panel: Panel, weights: Numbers) -> _Cells:
        known = panel.reported
        place, period = np.nonzero(known)
        dummies = period[:, None] == np.flatnonzero(known.any(axis=0))[1:]
        columns = np.column_stack([panel.treated[known], dummies]).astype(float)
        first = np.unique(place, return_index=True)[1]
        return cls(columns, panel.counts[known], panel.exposure[known], weights[known], first)

    def tells(self) -> bool:
        """Tell whether places and periods leave something of the programme to be seen."""
        centred = self._centred(self.columns, np.ones(len(self.counts)))
        return bool(np.linalg.matrix_rank(centred) == centred.shape[1])

    def solved(self, weights: Numbers, values: Numbers) -> tuple[float, float, Numbers]:
        """Return the coefficient, its sandwich error clustered by place, and the fitted values, by weighted least squares."""
        columns, centred = self._centred(self.columns, weights), self._centred(values, weights)
        bread = np.linalg.inv(columns.T @ (columns * weights[:, None]))
        beta = bread @ (columns.T @ (centred * weights))
        residuals = centred - columns @ beta
        scores = np.add.reduceat(columns * (residuals * weights)[:, None], self.first)
        variance = self.small_sample * (bread @ (scores.T @ scores) @ bread)[0, 0]
        return float(beta[0]), float(np.sqrt(variance)), values - residuals

    @property
    def small_sample(self) -> float:
        """The factor of clustered variances; effects of places, which lie within the clusters, are not counted."""
        groups, cells = len(self.first), len(self.counts)
        return float(groups / (groups - 1) * (cells - 1) / (cells - self.columns.shape[1] - 1))

    def _centred(self, values: Numbers, weights: Numbers) -> Numbers:
        """Take each place's weighted mean away: what its dummy would do."""
        wide = weights if values.ndim == 1 else weights[:, None]
        means = np.add.reduceat(values * wide, self.first) / np.add.reduceat(wide, self.first)
        return np.asarray(values - np.repeat(means, np.diff([*self.first, len(values)]), axis=0))
