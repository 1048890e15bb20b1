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
        missing where no chain of untreated cells ties the place to the period.

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
    of_places, of_periods = _groups(untreated)
    told = of_places[..., :, None] == of_periods[..., None, :]
    return np.where(told, places[:, :, None] * periods[:, None, :] * exposure, np.nan)


def _shares(sums: Numbers, weights: Numbers) -> Numbers:
    return np.divide(sums, weights, out=np.zeros_like(sums), where=weights > 0)


def tied_together(untreated: Mask) -> Mask:
    """Tell whether the untreated cells tie all places and periods together, so that their effects can be told; places x periods are the last axes.

    Examples
    --------
    >>> tied_together(np.array([[[True, True], [True, False]], np.eye(2, dtype=bool)])).tolist()
    [True, False]
    """
    of_places, of_periods = _groups(untreated)
    return np.asarray((of_places == 0).all(axis=-1) & (of_periods == 0).all(axis=-1))


def _groups(untreated: Mask) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Return for places and for periods the first place that untreated cells tie them to; a number of its own where there is none."""
    alone = untreated.shape[-2]
    places = np.broadcast_to(np.arange(alone), untreated.shape[:-1])
    while True:
        periods = np.where(untreated, places[..., :, None], alone).min(axis=-2)
        reached = np.minimum(places, np.where(untreated, periods[..., None, :], alone).min(axis=-1))
        if (reached == places).all():
            return reached, periods
        places = reached
