"""What untreated cells expect of the others: a Poisson model with an effect of each place and each period, many panels at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evalkit.statistics.counts import Numbers
from evalkit.statistics.panel.panel import Mask

MOST_ROUNDS = 2000
CLOSE = 1e-9


def expected_counts(counts: Numbers, exposure: Numbers, untreated: Mask) -> Numbers:
    """Return the counts expected in all cells, from the untreated ones.

    Parameters
    ----------
    counts, exposure : ndarray, places x periods
    untreated : ndarray, any x places x periods
        The cells to fit, for any number of fits at once; none without a count.

    Returns
    -------
    ndarray, any x places x periods
        Exposure x effect of the place x effect of the period. 0 in a place, or a period, whose untreated cells have no case;
        missing where no untreated cell tells.

    Notes
    -----
    Maximum likelihood by proportional fitting: the effects of places are set so that the sums of places fit, those of periods so
    that the sums of periods do, in turn.

    References
    ----------
    Deming and Stephan (1940), Ann. Math. Stat. 11, 427-444; Borusyak, Jaravel and Spiess (2024), Rev. Econ. Stud. 91, 3253-3285.

    Examples
    --------
    >>> untreated = np.array([[[True, True], [True, False]]])
    >>> expected_counts(np.array([[4.0, 6], [8, 5]]), np.ones((2, 2)), untreated).round(6).tolist()
    [[[4.0, 6.0], [8.0, 12.0]]]
    """
    seen = np.where(untreated, counts, 0.0)
    lived = np.where(untreated, np.broadcast_to(exposure, untreated.shape), 0.0)
    by_place, by_period = seen.sum(axis=2), seen.sum(axis=1)
    turned = np.ascontiguousarray(lived.swapaxes(1, 2))
    periods = np.ones(by_period.shape)
    places = np.zeros(by_place.shape)
    for _ in range(MOST_ROUNDS):
        before, places = places, _shares(by_place, (lived @ periods[:, :, None])[:, :, 0])
        periods = _shares(by_period, (turned @ places[:, :, None])[:, :, 0])
        if np.abs(places - before).max() <= CLOSE * max(float(places.max()), 1e-300):
            break
    told = untreated.any(axis=2, keepdims=True) & untreated.any(axis=1, keepdims=True)
    return np.where(told, places[:, :, None] * periods[:, None, :] * exposure, np.nan)


def _shares(sums: Numbers, weights: Numbers) -> Numbers:
    return np.divide(sums, weights, out=np.zeros_like(sums), where=weights > 0)


def tied_together(untreated: Mask) -> bool:
    """Tell whether the untreated cells tie all places and periods together, so that their effects can be told.

    Examples
    --------
    >>> tied_together(np.array([[True, True], [True, False]])), tied_together(np.eye(2, dtype=bool))
    (True, False)
    """
    reached: NDArray[np.bool_] = np.zeros(untreated.shape[0], dtype=bool)
    reached[0] = True
    for _ in range(untreated.shape[0]):
        periods = untreated[reached].any(axis=0)
        reached |= untreated[:, periods].any(axis=1)
    return bool(reached.all() and untreated[reached].any(axis=0).all())
