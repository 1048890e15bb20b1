"""A place held against a mixture of other places that ran alike before: refused where none does."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers
from evalkit.statistics.results import NotEstimable
from evalkit.table import refuse_repeated

FEWEST_BEFORE = 5
FEWEST_DONORS = 5
FEWEST_CASES = 2.0  # a year, below which a match before is a match of chance


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticControl:
    """A place against its synthetic control.

    Attributes
    ----------
    frame : DataFrame
        Per year: ``year``, ``observed``, ``synthetic``, ``gap``.
    weights : Series of float
        Share of each other place in the mixture, largest first.
    effect : float
        Mean gap from ``first_year`` on.
    difference_in_differences : float
        The same with the plain mean of all other places, its level adjusted.
    misfit_before : float
        Root mean squared gap before ``first_year``.
    placebo_p : float
        Share of all places (the treated one among them) whose gap grew at least as much when they were put in its stead;
        never below 1 / (places).
    placebos : Series of float
        By how much the root mean squared gap grew in each place.
    first_year : int
    """

    frame: pd.DataFrame
    weights: pd.Series
    effect: float
    difference_in_differences: float
    misfit_before: float
    placebo_p: float
    placebos: pd.Series
    first_year: int

    @property
    def rank(self) -> int:
        """Place of the treated one among all places by how much the gap grew; 1 is the largest, ties share the worse."""
        return round(self.placebo_p * self.places)

    @property
    def places(self) -> int:
        """All places, the treated one among them."""
        return len(self.placebos)


def synthetic_control(
    panel: pd.DataFrame, *, treated: str, first_year: int
) -> SyntheticControl | NotEstimable:
    """Hold one place against a mixture of the others.

    Parameters
    ----------
    panel : DataFrame, one row per place and year
        ``province_code``, ``year`` (int), ``value`` (a rate; for small counts one summed or smoothed over three years);
        ``count`` where there is one. Places with a missing year are left out.
    treated : str
        Code of the place.
    first_year : int
        First year in which an effect is possible, declared beforehand.

    Returns
    -------
    SyntheticControl or NotEstimable
        Not estimable: ``not_reported`` (the place lacks a year, or is not there), ``too_few_years`` (fewer than 5 before or
        none after), ``too_few_provinces`` (fewer than 5 others), ``insufficient_events`` (``count`` below 2 a year before),
        ``no_match`` (the mixture misses the place by more than its own scatter before).

    Raises
    ------
    FactsError
        If a place has two values for a year, or a value is infinite.

    Notes
    -----
    A place chosen because it stood high falls by itself, and so does its gap: a small placebo p does not rule that out.

    References
    ----------
    Abadie, Diamond and Hainmueller (2010), J. Am. Stat. Assoc. 105, 493-505; Abadie (2021), J. Econ. Lit. 59, 391-425.

    Examples
    --------
    >>> rows = [(f"P{k}", year, 10 + k + (year * (k + 2)) % 7) for k in range(8) for year in range(2000, 2012)]
    >>> panel = pd.DataFrame(rows, columns=["province_code", "year", "value"])
    >>> fallen = (panel["province_code"] == "P3") & (panel["year"] > 2007)
    >>> panel["value"] = panel["value"] - 8 * fallen
    >>> found = synthetic_control(panel, treated="P3", first_year=2008)
    >>> round(found.effect, 1), found.placebo_p
    (-8.3, 0.125)
    """
    wide = _wide(panel)
    before = np.asarray(wide.index) < first_year
    refusal = _refusal(panel, wide, before, treated)
    if refusal is not None:
        return refusal
    others = wide.drop(columns=treated)
    weights = _weights(others[before], wide.loc[before, treated])
    gap = wide[treated] - others @ weights
    if _size(gap[before]) > wide.loc[before, treated].std():
        return NotEstimable("no_match", {"misfit": _size(gap[before])})
    placebos = pd.Series({place: _growth(wide, place, treated, before) for place in wide.columns})
    change = wide[~before].mean() - wide[before].mean()
    return SyntheticControl(
        frame=pd.DataFrame(
            {"observed": wide[treated], "synthetic": others @ weights, "gap": gap}
        ).reset_index(),
        weights=weights.sort_values(ascending=False, kind="stable"),
        effect=float(gap[~before].mean()),
        difference_in_differences=float(change[treated] - change[others.columns].mean()),
        misfit_before=_size(gap[before]),
        placebo_p=float((placebos >= placebos[treated]).mean()),
        placebos=placebos,
        first_year=first_year,
    )


def _wide(panel: pd.DataFrame) -> pd.DataFrame:
    """Return years by places, places with a missing year left out."""
    refuse_repeated(panel, ["province_code", "year"], where="synthetic control")
    if np.isinf(panel["value"].to_numpy(dtype=float)).any():
        raise FactsError(
            where="synthetic control",
            rule="a rate is a finite number",
            do="leave out what has no exposure",
        )
    wide = panel.pivot_table(index="year", columns="province_code", values="value")
    return wide.dropna(axis="columns")


def _refusal(
    panel: pd.DataFrame, wide: pd.DataFrame, before: NDArray[np.bool_], treated: str
) -> NotEstimable | None:
    if treated not in wide.columns:
        return NotEstimable("not_reported")
    if before.sum() < FEWEST_BEFORE or before.all():
        return NotEstimable("too_few_years", {"before": int(before.sum()), "after": int((~before).sum())})
    if wide.shape[1] - 1 < FEWEST_DONORS:
        return NotEstimable("too_few_provinces", {"others": wide.shape[1] - 1})
    if "count" in panel.columns:
        own = panel[(panel["province_code"] == treated) & panel["year"].isin(wide.index[before])]
        if own["count"].mean() < FEWEST_CASES:
            return NotEstimable("insufficient_events", {"mean": float(own["count"].mean())})
    return None


def _weights(others: pd.DataFrame, place: pd.Series) -> pd.Series:
    return pd.Series(mixture(others.to_numpy(float), place.to_numpy(float)), index=others.columns)


def mixture(others: Numbers, place: Numbers, *, ridge: float = 0.0) -> Numbers:
    """Return the shares of others, none negative and their sum one, whose mixture lies nearest to a place.

    Parameters
    ----------
    others : ndarray, periods x others
    place : ndarray
    ridge : float
        Added to the sum of squares: this much times the sum of the squared shares.

    Notes
    -----
    Non-negative least squares, without a penalty for the sum: with shares w of sum 1 the misses are (others - place) w, and the
    least of their squares plus (sum - 1) squared over all w that are not negative is that mixture, shrunk.

    Examples
    --------
    >>> mixture(np.array([[0.0, 10.0], [2.0, 4.0]]), np.array([5.0, 3.0])).round(6).tolist()
    [0.5, 0.5]
    """
    misses = np.vstack([others - place[:, None], np.sqrt(ridge) * np.eye(others.shape[1])])
    scale = float(np.linalg.norm(misses.mean(axis=1))) or 1.0
    sides = np.vstack([misses / scale, np.ones(others.shape[1])])
    shares, _ = optimize.nnls(sides, np.append(np.zeros(len(misses)), 1.0))
    return np.asarray(shares / shares.sum())


def _growth(wide: pd.DataFrame, place: str, treated: str, before: NDArray[np.bool_]) -> float:
    """Return by how much a place's gap to its own mixture grew; the treated place is in no other's mixture."""
    others = wide.drop(columns=list({place, treated}))
    gap = wide[place] - others @ _weights(others[before], wide.loc[before, place])
    size = _size(gap[before])
    return _size(gap[~before]) / size if size > 0 else math.inf


def _size(gap: pd.Series) -> float:
    return float(np.sqrt((gap**2).mean()))
