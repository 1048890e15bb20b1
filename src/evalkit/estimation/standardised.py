"""Rates made comparable by a standard population, and one count held against what was expected."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from evalkit.estimation.counts import whole_counts
from evalkit.estimation.rates import byar_interval, garwood_interval

FEWEST_EVENTS = 10


def standardised_rate(
    counts: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike,
    *,
    level: float = 0.95,
    method: Literal["exact", "phe"] = "exact",
) -> tuple[float, float, float]:
    """Return a directly standardised rate with its limits, per person of the standard population.

    Parameters
    ----------
    counts, population, standard : array-like of float
        Events, person-years and standard population of each age band, in the same order.
    level : float
        Confidence level, strictly between 0 and 1.
    method : {"exact", "phe"}
        Limits of the number of events: Garwood's, or Byar's as the English public health agency takes them.

    Returns
    -------
    value, lower, upper : float
        All missing with fewer than 10 events, or where an age band has no person-years.

    Raises
    ------
    FactsError
        If a count is negative or not whole.

    References
    ----------
    Dobson, Kuulasmaa, Eberle and Scherer (1991), Stat. Med. 10, 457-462.

    Examples
    --------
    >>> [round(1e5 * number, 1) for number in standardised_rate([10, 20], [1e5, 1e5], [1, 1])]
    [15.0, 10.1, 21.4]
    """
    events = whole_counts(np.asarray(counts, dtype=float), where="counts")
    people, whole = np.asarray(population, dtype=float), float(events.sum())
    if not whole >= FEWEST_EVENTS or not (people > 0).all():
        return np.nan, np.nan, np.nan
    weight = np.asarray(standard, dtype=float) / np.sum(standard)
    value = float((weight * events / people).sum())
    spread = float(np.sqrt((weight**2 * events / people**2).sum() / whole))
    interval = garwood_interval if method == "exact" else byar_interval
    lower, upper = interval(whole, 1.0, level=level)
    return value, value + spread * (float(lower) - whole), value + spread * (float(upper) - whole)


def expected_count_test(count: float, expected: float) -> dict[str, float]:
    """Return the exact p-values of one count when so many events were expected.

    Parameters
    ----------
    count : float
        Events observed.
    expected : float
        Their mean under the hypothesis, above 0.

    Returns
    -------
    dict
        ``less``, ``greater`` (one-sided), ``central`` (twice the smaller, the one to print: it agrees with Garwood's
        limits) and ``minlike`` (all outcomes no more likely than this one, R's ``poisson.test``).

    Examples
    --------
    >>> round(expected_count_test(3, 8.5)["central"], 6)
    0.060218
    """
    less, greater = float(stats.poisson.cdf(count, expected)), float(stats.poisson.sf(count - 1, expected))
    most = int(stats.poisson.isf(1e-15, expected) + count + 1)
    chances = stats.poisson.pmf(np.arange(most + 1), expected)
    unlikely = chances <= stats.poisson.pmf(count, expected) * (1 + 1e-7)
    beyond = float(stats.poisson.sf(most, expected))
    minlike = float(chances[unlikely].sum()) + beyond
    return {
        "less": less,
        "greater": greater,
        "central": min(1.0, 2 * min(less, greater)),
        "minlike": min(1.0, minlike),
    }
