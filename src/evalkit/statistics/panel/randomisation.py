"""Starts given to other places: how often chance alone would have shown as much."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evalkit.statistics.counts import Numbers
from evalkit.statistics.panel.effect import Chance

DRAWS = 999
MOST_IN_FULL = 2000  # assignments up to which all are gone through
SEED = 20260101
_TIE = 1e-9

Starts = NDArray[np.int_]


def assignments(starts: Starts, *, draws: int = DRAWS, seed: int = SEED) -> tuple[Starts, bool]:
    """Return ways to give the starts to the places, the true one first, and whether these are all.

    Parameters
    ----------
    starts : ndarray of int
        Start of each place; places that never start share one number.
    draws : int
        How many to draw where there are more than 2,000.
    seed : int
        Of the draws; the same draws for every panel would shift the p of all of them alike.

    Examples
    --------
    >>> ways, complete = assignments(np.array([3, 9, 9]))
    >>> ways.tolist(), complete
    ([[3, 9, 9], [9, 3, 9], [9, 9, 3]], True)
    """
    if number_of_assignments(starts) <= MOST_IN_FULL:
        ways = np.array(_all_orders(starts.tolist()), dtype=int)
        true = (ways == starts).all(axis=1)
        return np.vstack([ways[true], ways[~true]]), True
    rng = np.random.default_rng(seed)
    return np.vstack([starts, rng.permuted(np.tile(starts, (draws, 1)), axis=1)]), False


def number_of_assignments(starts: Starts) -> int:
    """Return in how many ways the starts can be given to the places.

    Examples
    --------
    >>> number_of_assignments(np.array([3] + [9] * 33)), number_of_assignments(np.array([3, 3, 4, 9, 9]))
    (34, 30)
    """
    _, many = np.unique(starts, return_counts=True)
    return math.factorial(len(starts)) // math.prod(math.factorial(int(one)) for one in many)


def _all_orders(starts: list[int]) -> list[list[int]]:
    """Return each order of a list with repeats once."""
    if not starts:
        return [[]]
    rest = {one: starts[: starts.index(one)] + starts[starts.index(one) + 1 :] for one in set(starts)}
    return [[one, *order] for one in sorted(rest) for order in _all_orders(rest[one])]


def chance_of(
    starts: Starts, distance: Callable[[Starts], Numbers], *, draws: int = DRAWS, seed: int = SEED
) -> Chance:
    """Return how often other assignments show an effect at least as far from none as the true one.

    Parameters
    ----------
    starts : ndarray of int
    distance : callable
        From assignments (a row each) to how far from none their effects are; missing where an assignment would have been
        refused: it is not counted, as the true one would not have been.

    Notes
    -----
    Exact where every assignment was as likely; where the programme went to the places that stood highest it is not.

    References
    ----------
    Fisher (1935), The Design of Experiments; Phipson and Smyth (2010), Stat. Appl. Genet. Mol. Biol. 9, 39.

    Examples
    --------
    >>> found = chance_of(np.array([1, 2, 2, 2]), lambda ways: np.array([3.0, 1, 4, 2]))
    >>> found.p, found.smallest, found.complete
    (0.5, 0.25, True)
    """
    ways, complete = assignments(starts, draws=draws, seed=seed)
    found = distance(ways)
    found = found[~np.isnan(found)]
    far = int((found >= found[0] * (1 - _TIE)).sum())
    return Chance(far / len(found), 1 / len(found), len(found), complete)
