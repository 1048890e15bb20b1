"""How sure the place of a province among the others is; and whether a table of places may be printed at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.period_scatter import LawOfYears
from evalkit.statistics.provinces.province_counts import province_counts
from evalkit.statistics.provinces.shrinkage import FEWEST_PROVINCES, PlausibleRates, plausible_rates
from evalkit.statistics.results import NotEstimable

DRAWS = 10_000
BATCHES = 10


@dataclass(frozen=True, slots=True, eq=False)
class RankIntervals:
    """Places of provinces by rate, 1 the highest, with their uncertainty.

    Attributes
    ----------
    frame : DataFrame
        Per province: ``province_code``, ``count``, ``exposure``, ``flag``; ``rank`` (median), ``rank_lower``, ``rank_upper``
        (95 %), ``in_top`` (probability of a place among the ``top`` highest) and ``in_top_error`` (its Monte-Carlo standard
        error). Missing without figure or exposure.
    league_table_allowed : bool
        False where the typical interval is wider than half the table: the order would be chance.
    median_width : float
        Places spanned by the typical interval.
    rank_error : float
        Largest Monte-Carlo standard error of a median rank.
    provinces, top, draws, seed : int
        Provinces ranked, how many count as top, simulated draws, and their seed.
    """

    frame: pd.DataFrame
    league_table_allowed: bool
    median_width: float
    rank_error: float
    provinces: int
    top: int
    draws: int
    seed: int


def rank_intervals(
    frame: pd.DataFrame,
    *,
    law: LawOfYears | None = None,
    top: int = 5,
    seed: int = 1,
    rates: PlausibleRates | None = None,
) -> RankIntervals | NotEstimable:
    """Simulate the places of provinces by their lasting rates.

    Parameters
    ----------
    frame : DataFrame, one row per province
        As for :func:`~evalkit.statistics.provinces.shrinkage.shrink_rates`, whose plausible laws are drawn from.
    law : ScatterLaw or mapping of province code to ScatterLaw, optional
        How years scatter; without one, as pure chance would make them.
    top : int
        How many places count as the top.
    seed : int
        Of the simulation.
    rates : PlausibleLaws or LastingRates, optional
        What :func:`~evalkit.statistics.provinces.shrinkage.plausible_rates` gives for this frame and law, where it was asked before.

    Returns
    -------
    RankIntervals or NotEstimable
        Not estimable where the shrunken rates are not.

    Raises
    ------
    FactsError
        As in :func:`~evalkit.statistics.provinces.province_counts.province_counts`.

    Notes
    -----
    Each draw takes one plausible law of the rates and then every province's rate under it.

    References
    ----------
    Goldstein and Spiegelhalter (1996), J. R. Stat. Soc. A 159, 385-443.

    Examples
    --------
    >>> counts = pd.DataFrame({"province_code": list("ABCDEF"), "count": [2, 9, 1, 14, 4, 0], "exposure": 1.0})
    >>> found = rank_intervals(counts, top=2)
    >>> found.league_table_allowed, found.frame["rank"].tolist()
    (False, [4.0, 2.0, 5.0, 1.0, 3.0, 6.0])
    """
    given = province_counts(frame)
    refusal = given.refusal(fewest=FEWEST_PROVINCES)
    if refusal is not None:
        return refusal
    plausible = plausible_rates(given, law) if rates is None else rates
    ranks = np.asarray(stats.rankdata(-plausible.draw(DRAWS, seed=seed), axis=1))
    columns = _summary(ranks, top)
    width = float(np.median(columns["rank_upper"] - columns["rank_lower"] + 1))
    return RankIntervals(
        frame=given.beside(**columns),
        league_table_allowed=width <= ranks.shape[1] / 2,
        median_width=width,
        rank_error=_rank_error(ranks),
        provinces=ranks.shape[1],
        top=top,
        draws=DRAWS,
        seed=seed,
    )


def _summary(ranks: Numbers, top: int) -> dict[str, Numbers]:
    lower, middle, upper = np.quantile(ranks, [0.025, 0.5, 0.975], axis=0, method="inverted_cdf")
    in_top = (ranks <= top).mean(axis=0)
    return {
        "rank": middle,
        "rank_lower": lower,
        "rank_upper": upper,
        "in_top": in_top,
        "in_top_error": np.sqrt(in_top * (1 - in_top) / len(ranks)),
    }


def _rank_error(ranks: Numbers) -> float:
    """Return the largest standard error of a median place, from batches of draws."""
    medians = [np.median(batch, axis=0) for batch in np.split(ranks, BATCHES)]
    return float(np.std(medians, axis=0, ddof=1).max() / np.sqrt(BATCHES))
