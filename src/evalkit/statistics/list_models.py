"""Cases on several lists: the table of who stands where, and one log-linear model of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd
from scipy import optimize, special

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.poisson_batch import fit_batch

Pair = tuple[str, str]
NO_OVERLAP, PAIR_WITHOUT_OVERLAP, TOO_MANY_TERMS, NO_MAXIMUM = (
    "no_overlap",
    "pair_without_overlap",
    "too_many_terms",
    "no_maximum",
)
POLISH = 3


@dataclass(frozen=True, slots=True)
class ListModel:
    """A log-linear model of cases by list.

    Attributes
    ----------
    interactions : tuple of pairs of str
        The pairs of lists of which being on one may change the chance of being on the other.
    observed : float
        Cases on at least one list.
    hidden : float
        Cases on no list, as the model continues the table: exp(intercept).
    deviance, df, aic, bic : float
        Of the fit; ``bic`` with the number of cases observed.
    expected : ndarray
        Expected count of each cell, in the order of :func:`list_cells`.
    """

    interactions: tuple[Pair, ...]
    observed: float
    hidden: float
    deviance: float
    df: int
    aic: float
    bic: float
    expected: Numbers

    @property
    def total(self) -> float:
        """Observed and hidden cases together."""
        return self.observed + self.hidden

    @property
    def name(self) -> str:
        """The interactions in words, "independent" where there is none."""
        return name_of(self.interactions)


def name_of(interactions: Sequence[Pair]) -> str:
    """Return the name of a model.

    Examples
    --------
    >>> name_of([]), name_of([("police", "border"), ("police", "aid")])
    ('independent', 'police:border + police:aid')
    """
    return " + ".join(f"{one}:{other}" for one, other in interactions) or "independent"


def list_cells(frame: pd.DataFrame, lists: Sequence[str], *, count: str = "count") -> pd.DataFrame:
    """Return the table of cells: each way of being on lists, and how many cases stand so.

    Parameters
    ----------
    frame : DataFrame
        One column of 0 and 1 for each list; with a column ``count`` a row is so many cases, without it one case.
    lists : sequence of str
        Two lists or more; cases are matched between them one by one beforehand.
    count : str
        Name of the column of counts.

    Returns
    -------
    DataFrame, one row per cell
        A column of 0 and 1 for each list and ``count``; every cell but that of no list, cells not given with 0.

    Raises
    ------
    FactsError
        If a list has no column, a mark is neither 0 nor 1, a count is negative, missing or not whole, or a case stands on no list.

    Examples
    --------
    >>> list_cells(pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [8, 6, 4]}), ["A", "B"])["count"].tolist()
    [6.0, 8.0, 4.0]
    """
    lists = list(lists)
    _require_lists(frame, lists)
    counts = frame[count].to_numpy(dtype=float) if count in frame else np.ones(len(frame))
    counts = whole_counts(counts, where="lists")
    marks = frame[lists].to_numpy(dtype=float)
    if np.isnan(counts).any() or not np.isin(marks, [0.0, 1.0]).all():
        raise _refused(
            "a list's mark is 0 or 1, and no count is missing", "give 1 where a case is on the list"
        )
    if counts[marks.sum(axis=1) == 0].sum() > 0:
        raise _refused("nobody can be counted who stands on no list", "take the row of no list away")
    patterns = [pattern for pattern in product((0, 1), repeat=len(lists)) if any(pattern)]
    place = {pattern: at for at, pattern in enumerate(patterns)}
    told = np.zeros(len(patterns))
    for pattern, number in zip(marks.astype(int).tolist(), counts.tolist(), strict=True):
        if tuple(pattern) in place:
            told[place[tuple(pattern)]] += number
    return pd.DataFrame(patterns, columns=lists).assign(count=told)


def _require_lists(frame: pd.DataFrame, lists: list[str]) -> None:
    if len(lists) < 2 or len(set(lists)) < len(lists):
        raise _refused("two different lists or more are needed", "name each list once")
    lacking = [name for name in lists if name not in frame]
    if lacking:
        raise _refused("each list is a column", f"give a column for {', '.join(lacking)}")


def _refused(rule: str, do: str) -> FactsError:
    return FactsError(where="lists", rule=rule, do=do)


def fit_lists(
    cells: pd.DataFrame, lists: Sequence[str], *, interactions: Sequence[Sequence[str]] = ()
) -> ListModel | NotEstimable:
    """Fit a log-linear Poisson model to the table of cells.

    Parameters
    ----------
    cells : DataFrame
        As :func:`list_cells` gives it.
    lists : sequence of str
    interactions : sequence of pairs of str
        Beside a level for each list.

    Returns
    -------
    ListModel or NotEstimable
        Not estimable: ``no_overlap`` (no case stands on two lists), ``pair_without_overlap`` (an interaction of two lists that share no
        case runs to minus infinity), ``too_many_terms`` (fewer cells than coefficients), ``no_maximum`` (the empty cells let some
        other coefficient run away).

    Raises
    ------
    FactsError
        If an interaction is not of two of the lists.

    Notes
    -----
    That a maximum exists is asked of a linear programme: no direction of the coefficients leaves the expectation of all cells with
    cases as it is and lowers that of an empty one.

    References
    ----------
    Bishop, Fienberg and Holland (1975), Discrete Multivariate Analysis, ch. 6; Fienberg and Rinaldo (2012), Ann. Stat. 40, 996-1023;
    Chan, Silverman and Vincent (2021), J. R. Stat. Soc. A 184, 1-28 (sparse overlaps).

    Examples
    --------
    >>> cells = list_cells(pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [8, 6, 4]}), ["A", "B"])
    >>> round(fit_lists(cells, ["A", "B"]).hidden, 6)
    12.0
    """
    pairs = tuple(_pair(one, lists) for one in interactions)
    counts, design = cells["count"].to_numpy(dtype=float), design_of(cells, lists, pairs)
    reason = _reason(cells, lists, pairs, design)
    if reason:
        return NotEstimable(reason, {"observed": float(counts.sum())})
    fitted, _ = fit_batch(design, counts[:, None], offset=np.zeros((len(cells), 1)))
    coefficients = fitted[:, 0]
    for _ in range(POLISH):
        means = np.exp(design @ coefficients)
        coefficients = coefficients + np.linalg.solve(design.T * means @ design, design.T @ (counts - means))
    means, terms = np.exp(design @ coefficients), design.shape[1]
    likelihood = float((special.xlogy(counts, means) - means - special.gammaln(counts + 1)).sum())
    return ListModel(
        interactions=pairs,
        observed=float(counts.sum()),
        hidden=math.exp(coefficients[0]),
        deviance=float(2 * (special.xlogy(counts, counts / means) - counts + means).sum()),
        df=len(cells) - terms,
        aic=2 * terms - 2 * likelihood,
        bic=terms * math.log(counts.sum()) - 2 * likelihood,
        expected=means,
    )


def design_of(cells: pd.DataFrame, lists: Sequence[str], pairs: Sequence[Pair]) -> Numbers:
    """Return the columns of a model: the level of all, one for each list, one for each interaction."""
    marks = cells[list(lists)].to_numpy(dtype=float)
    both = [cells[one].to_numpy(dtype=float) * cells[other].to_numpy(dtype=float) for one, other in pairs]
    return np.column_stack([np.ones(len(cells)), marks, *both])


def shared(cells: pd.DataFrame, pair: Pair) -> float:
    """Return how many cases two lists share."""
    return float(cells.loc[(cells[pair[0]] == 1) & (cells[pair[1]] == 1), "count"].sum())


def overlap(cells: pd.DataFrame, lists: Sequence[str]) -> float:
    """Return how many cases stand on two lists or more."""
    return float(cells.loc[cells[list(lists)].sum(axis=1) > 1, "count"].sum())


def all_pairs(lists: Sequence[str]) -> list[Pair]:
    """Return the pairs of lists, in their order."""
    return list(combinations(lists, 2))


def _pair(given: Sequence[str], lists: Sequence[str]) -> Pair:
    if isinstance(given, str) or len(given) != 2 or given[0] == given[1] or not set(given) <= set(lists):
        raise _refused("an interaction is of two of the lists", f"name two of {', '.join(lists)}")
    first, second = sorted(given, key=list(lists).index)
    return first, second


def _reason(cells: pd.DataFrame, lists: Sequence[str], pairs: Sequence[Pair], design: Numbers) -> str:
    if overlap(cells, lists) == 0:
        return NO_OVERLAP
    if any(shared(cells, pair) == 0 for pair in pairs):
        return PAIR_WITHOUT_OVERLAP
    if design.shape[1] > len(cells) or np.linalg.matrix_rank(design) < design.shape[1]:
        return TOO_MANY_TERMS
    return "" if _has_maximum(design, cells["count"].to_numpy(dtype=float)) else NO_MAXIMUM


def _has_maximum(design: Numbers, counts: Numbers) -> bool:
    """Tell whether no direction of the coefficients lowers empty cells alone."""
    empty = design[counts == 0]
    if not len(empty):
        return True
    found = optimize.linprog(
        empty.sum(axis=0),
        A_ub=np.vstack([empty, -empty]),
        b_ub=np.r_[np.zeros(len(empty)), np.ones(len(empty))],
        A_eq=design[counts > 0],
        b_eq=np.zeros(int((counts > 0).sum())),
        bounds=(None, None),
    )
    return bool(found.status == 0 and found.fun > -1e-7)
