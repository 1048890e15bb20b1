"""A panel of yearly counts as arrays, and the log-linear trends of all its series fitted in one batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evalkit.statistics.counts import Numbers
from evalkit.table import WITH_VALUE, refuse_repeated

FEWEST_YEARS = 5
FEWEST_EVENTS = 4
SHORT = 7  # in a shorter series a slope of its own would take too much of the scatter with it

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class YearlyPanel:
    """Yearly counts of several places: one row per place, one column per year.

    Attributes
    ----------
    codes : tuple of str
        The places, in order.
    counts : ndarray
        Missing where there is no figure or a hidden one.
    hidden : ndarray of bool
        Years whose figure is hidden.
    low, high : ndarray
        What the figures shown leave to a hidden one; 0 and infinite where nothing is known of it.
    since : ndarray
        Years since the first, one per column.
    exposure : ndarray
        Person-years, or 1.
    """

    codes: tuple[str, ...]
    counts: Numbers
    hidden: Mask
    low: Numbers
    high: Numbers
    since: Numbers
    exposure: Numbers

    @property
    def told(self) -> Mask:
        """Years with a figure, shown or hidden."""
        return np.asarray(~np.isnan(self.counts) | self.hidden)

    @property
    def years(self) -> Numbers:
        """Years with a figure, one number per place."""
        return np.asarray(self.told.sum(axis=1), dtype=float)

    @property
    def parameters(self) -> Numbers:
        """What each place's own course takes of its years: level and slope, or in short series its level alone."""
        return np.where(self.years >= SHORT, 2.0, 1.0)

    @property
    def degrees(self) -> Numbers:
        """Degrees of freedom that each place leaves to its scatter."""
        return np.asarray(self.years - self.parameters)

    def pearson_divisor(self, alpha: Numbers | float) -> Numbers:
        """Return what fitted means take from Pearson's chi-square beside the degrees of freedom, as a divisor."""
        return np.asarray(1 + alpha * (self.parameters + 1) / (2 * self.years))

    def rows(self, keep: Mask) -> YearlyPanel:
        """Return the panel of some of its places."""
        codes = tuple(code for code, kept in zip(self.codes, keep.tolist(), strict=True) if kept)
        return YearlyPanel(
            codes,
            self.counts[keep],
            self.hidden[keep],
            self.low[keep],
            self.high[keep],
            self.since,
            self.exposure[keep],
        )

    def telling(self) -> YearlyPanel:
        """Return the places that say something of scatter: 5 years, and cases in at least 2 of them, at least 4 in all."""
        least = np.where(self.hidden, np.maximum(self.low, 1), np.nan_to_num(self.counts))
        keep = (self.years >= FEWEST_YEARS) & (least.sum(axis=1) >= FEWEST_EVENTS)
        return self.rows(keep & ((least > 0).sum(axis=1) >= 2))


def yearly_panel(frame: pd.DataFrame) -> YearlyPanel:
    """Return yearly counts as arrays.

    Parameters
    ----------
    frame : DataFrame, one row per place and year
        ``province_code``, ``year`` (int), ``count``; where they exist ``exposure`` (person-years), ``status`` (rows that say
        that there is no figure are left out; "suppressed" is hidden) and, for hidden rows, ``low`` and ``high``.

    Raises
    ------
    FactsError
        If a place has two figures for one year.

    Examples
    --------
    >>> frame = pd.DataFrame({"province_code": "97", "year": [2019, 2021], "count": [3, 4]})
    >>> panel = yearly_panel(frame)
    >>> panel.counts.tolist(), panel.years.tolist()
    ([[3.0, nan, 4.0]], [2.0])
    """
    status = frame["status"] if "status" in frame.columns else pd.Series("reported", index=frame.index)
    hidden = status == "suppressed"
    kept = (hidden | (status.isin(WITH_VALUE) & frame["count"].notna())).to_numpy()
    rows, hidden = frame[kept].reset_index(drop=True), hidden[kept].reset_index(drop=True)
    refuse_repeated(rows, ["province_code", "year"], where="panel")
    codes, place = np.unique(rows["province_code"].astype(str), return_inverse=True)
    year = rows["year"].to_numpy(dtype=int)
    first = int(year.min()) if len(year) else 0
    shape = (len(codes), int(np.ptp(year)) + 1 if len(year) else 0)

    def wide(values: Any, empty: float) -> Numbers:
        array = np.full(shape, empty)
        array[place, year - first] = np.asarray(values, dtype=float)
        return array

    return YearlyPanel(
        codes=tuple(codes.tolist()),
        counts=wide(rows["count"].astype(float).mask(hidden), np.nan),
        hidden=wide(hidden, 0.0) > 0,
        low=wide(rows["low"].fillna(0.0) if "low" in rows.columns else np.zeros(len(rows)), 0.0),
        high=wide(
            rows["high"].fillna(np.inf) if "high" in rows.columns else np.full(len(rows), np.inf), np.inf
        ),
        since=np.arange(shape[1], dtype=float),
        exposure=wide(rows["exposure"] if "exposure" in rows.columns else np.ones(len(rows)), 1.0),
    )


def expected_counts(panel: YearlyPanel, counts: Numbers) -> Numbers:
    """Return what each place's log-linear trend expects of each year, all places fitted at once.

    Parameters
    ----------
    panel : YearlyPanel
        From :meth:`YearlyPanel.telling`.
    counts : ndarray
        Its counts, hidden ones replaced by what is expected of them; missing where there is no figure.

    Returns
    -------
    ndarray
        Missing where there is no figure. Series of fewer than 7 years share one slope, the others have their own.

    Notes
    -----
    Poisson likelihood by Newton's method with bounded steps.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, ch. 6.

    Examples
    --------
    >>> frame = pd.DataFrame({"province_code": "97", "year": range(2015, 2022), "count": [8, 7, 5, 6, 4, 3, 3]})
    >>> panel = yearly_panel(frame)
    >>> expected_counts(panel, panel.counts).round(1).tolist()
    [[8.1, 6.8, 5.8, 4.9, 4.1, 3.5, 2.9]]
    """
    told = panel.told
    cases, people = np.where(told, counts, 0.0), np.where(told, panel.exposure, 0.0)
    number = told.sum(axis=1)
    when = (panel.since - (told * panel.since).sum(axis=1, keepdims=True) / number[:, None]) * told
    own = panel.parameters == 2.0
    level, slope = np.log(np.maximum(cases.sum(axis=1), 1e-3) / people.sum(axis=1)), np.zeros(len(cases))
    reach = np.abs(when).max(axis=1, initial=0.0)
    for _ in range(60):
        mean = _mean(level, slope, when, people)
        up, turn = _newton(cases - mean, mean, when, own)
        bound = np.minimum(1.0, 2.0 / np.maximum(np.abs(up) + np.abs(turn) * reach, 1e-9))
        level, slope = level + bound * up, slope + np.where(own, bound, bound.min(initial=1.0)) * turn
        if max(np.abs(up).max(initial=0), np.abs(turn).max(initial=0)) < 1e-9:
            break
    return np.where(told, _mean(level, slope, when, people), np.nan)


def _mean(level: Numbers, slope: Numbers, when: Numbers, people: Numbers) -> Numbers:
    return np.asarray(people * np.exp(np.clip(level[:, None] + slope[:, None] * when, -700, 700)))


def _newton(residual: Numbers, mean: Numbers, when: Numbers, own: Mask) -> tuple[Numbers, Numbers]:
    """Return Newton's step of every level and slope; places without a slope of their own share one."""
    first, second = mean.sum(axis=1), (mean * when).sum(axis=1)
    third = np.maximum((mean * when**2).sum(axis=1) - second**2 / first, 1e-12)
    pull = residual.sum(axis=1)
    turn = ((residual * when).sum(axis=1) - second / first * pull) / third
    if not own.all():
        shared = ~own
        turn = np.where(own, turn, (turn * third)[shared].sum() / third[shared].sum())
    return np.asarray(pull / first - second / first * turn), turn
