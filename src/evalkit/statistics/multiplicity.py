"""Many tests at once: p adjusted for how many were made, and that number carried along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from statsmodels.stats.multitest import multipletests

from evalkit.errors import FactsError
from evalkit.statistics.results import NotEstimable

Rule = Literal["benjamini-hochberg", "holm", "benjamini-yekutieli"]

_NAMES = {"benjamini-hochberg": "fdr_bh", "holm": "holm", "benjamini-yekutieli": "fdr_by"}


@dataclass(frozen=True, slots=True, eq=False)
class AdjustedTests:
    """A family of tests, adjusted.

    Attributes
    ----------
    frame : DataFrame
        ``p``, ``adjusted``, ``shown`` (adjusted p at most 1 - level), on the index of what was given; missing p stay
        missing and are not shown.
    tests : int
        How many tests were made: to be printed beside every adjusted p.
    shown : int
        How many of them stand after adjustment.
    rule : str
        ``benjamini-hochberg`` (at most 5 % of what is shown is expected to be false), ``holm`` (5 % chance of any false
        one) or ``benjamini-yekutieli`` (the first under any dependence).
    level : float
        1 minus the share or chance of false ones.
    """

    frame: pd.DataFrame
    tests: int
    shown: int
    rule: str
    level: float


def adjust_tests(
    p: ArrayLike, *, rule: Rule = "benjamini-hochberg", level: float = 0.95
) -> AdjustedTests | NotEstimable:
    """Adjust a family of p for their number.

    Parameters
    ----------
    p : array-like of float
        The p of every test made, shown or not; missing where no test could be made.
    rule : {"benjamini-hochberg", "holm", "benjamini-yekutieli"}
        The first to screen provinces, the second for endpoints declared beforehand.
    level : float
        1 minus the share (or chance) of false ones.

    Returns
    -------
    AdjustedTests or NotEstimable
        Not estimable: ``no_tests``, where every p is missing.

    Raises
    ------
    FactsError
        If a p lies outside 0 to 1.

    References
    ----------
    Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, 289-300; Holm (1979), Scand. J. Stat. 6, 65-70;
    Benjamini and Yekutieli (2001), Ann. Stat. 29, 1165-1188.

    Examples
    --------
    >>> screened = adjust_tests([0.01, 0.04, 0.03, float("nan")])
    >>> screened.frame["adjusted"].round(2).tolist(), screened.tests, screened.shown
    ([0.03, 0.04, 0.04, nan], 3, 3)
    """
    frame = pd.DataFrame({"p": pd.Series(p, dtype=float)})
    frame["adjusted"], frame["shown"] = np.nan, False
    made = frame["p"].notna()
    if not frame.loc[made, "p"].between(0, 1).all():
        raise FactsError(
            where="a family of tests", rule="a p lies between 0 and 1", do="give p, not statistics"
        )
    if not made.any():
        return NotEstimable("no_tests", {"given": len(frame)})
    # multipletests spoils the whole family where one p is missing
    rejected, adjusted, *_ = multipletests(frame.loc[made, "p"], alpha=1 - level, method=_NAMES[rule])
    frame.loc[made, "adjusted"], frame.loc[made, "shown"] = adjusted, rejected
    return AdjustedTests(frame, int(made.sum()), int(rejected.sum()), rule, level)
