"""Yearly series as a joinpoint analysis takes them: what is refused, what is left out, and why there may be no answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.rates import garwood_interval
from evalkit.statistics.results import NotEstimable
from evalkit.table import WITH_VALUE, named_rows, refuse_repeated

FEWEST_EVENTS = 4
LEAST_COVERAGE = 0.8


@dataclass(frozen=True, slots=True)
class YearlySeries:
    """The years observed: their numbers, counts (or rates) and exposures; and how many years there were to observe.

    Attributes
    ----------
    years, figures, exposure, errors : ndarray
        ``errors`` are standard errors of rates, missing for counts.
    span : int
        Years from the first to the last row, with or without a figure.
    """

    years: np.ndarray
    figures: Numbers
    exposure: Numbers
    errors: Numbers
    span: int

    @property
    def total(self) -> float:
        """Sum of the counts."""
        return float(self.figures.sum())

    @property
    def has_gaps(self) -> bool:
        """Whether a year of the span has no figure."""
        return len(self.years) < self.span


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what; ``exposure`` and ``error`` may be left out."""

    value: str
    time: str
    exposure: str | None = None
    error: str | None = None

    def read(self, frame: pd.DataFrame, *, where: str) -> YearlySeries | NotEstimable:
        """Read a series in order of its years.

        Raises
        ------
        FactsError
            If a column is missing, a year is not whole or stands twice, a count is negative, infinite or not whole, or an
            exposure or standard error is negative or infinite.
        """
        self._refuse_missing(frame, where)
        rows = frame.assign(**{self.time: _years(frame[self.time], where)}).sort_values(self.time)
        refuse_repeated(rows, [self.time], where=where)
        figures, exposure, errors = self._numbers(rows, where)
        if "status" in rows.columns and (rows["status"] == "suppressed").any():
            return NotEstimable("suppressed")
        seen = ~np.isnan(figures) & (exposure > 0) & ((errors > 0) | (self.error is None))
        if "status" in rows.columns:
            seen &= rows["status"].isin(WITH_VALUE).to_numpy()
        if not seen.any():
            return NotEstimable("not_reported")
        years = rows[self.time].to_numpy(dtype=int)
        return YearlySeries(
            years=years[seen],
            figures=figures[seen],
            exposure=exposure[seen],
            errors=errors[seen],
            span=int(np.ptp(years)) + 1,
        )

    def _numbers(self, rows: pd.DataFrame, where: str) -> tuple[Numbers, Numbers, Numbers]:
        """Return figures, exposures (1 where none are given) and standard errors (missing where none are given)."""
        if self.error is None:
            figures = whole_counts(rows[self.value], where=where, labels=lambda: rows[self.time])
        else:
            figures = self._positive(rows, self.value, where)
        exposure = self._positive(rows, self.exposure, where) if self.exposure else np.ones(len(rows))
        errors = self._positive(rows, self.error, where) if self.error else np.full(len(rows), np.nan)
        return figures, exposure, errors

    def _positive(self, rows: pd.DataFrame, column: str, where: str) -> Numbers:
        numbers = rows[column].to_numpy(dtype=float, na_value=np.nan)
        wrong = (numbers < 0) | np.isinf(numbers)
        if wrong.any():
            raise FactsError(
                where=f"{where}, column {column}: {named_rows(rows[self.time].to_numpy()[wrong])}",
                rule="an exposure, rate or standard error is finite and never negative",
                do="correct the figure, or leave it empty where it is not known",
            )
        return numbers

    def _refuse_missing(self, frame: pd.DataFrame, where: str) -> None:
        if not isinstance(frame, pd.DataFrame):
            raise FactsError(
                where=f"{where}({type(frame).__name__})",
                rule="a series of years is a frame with one row a year",
                do="give it a DataFrame; name its columns with count=, exposure= and time=",
            )
        wanted = [self.value, self.time, self.exposure, self.error]
        missing = [name for name in wanted if name is not None and name not in frame.columns]
        if missing:
            raise FactsError(
                where=f"{where}: {', '.join(missing)}",
                rule="the column named stands in the frame",
                do="name the columns with count=, exposure= and time=",
            )


def why_no_answer(series: YearlySeries, *, fewest_years: int) -> NotEstimable | None:
    """Say why a series of counts is not analysed, or return None.

    Returns
    -------
    NotEstimable or None
        ``too_few_years``, ``years_missing`` (under four years of five have a figure), ``no_events`` (with the upper bound
        per exposure), ``insufficient_events`` (fewer than 4, or all in one year).
    """
    known: dict[str, float | int | str] = {"years": len(series.years), "total": series.total}
    if len(series.years) < fewest_years:
        return NotEstimable("too_few_years", known | {"needed": fewest_years})
    if len(series.years) < LEAST_COVERAGE * series.span:
        return NotEstimable("years_missing", known | {"span": series.span})
    if series.total == 0:
        _, upper = garwood_interval(0, float(series.exposure.sum()))
        return NotEstimable("no_events", known | {"upper_per_exposure": float(upper)})
    if series.total < FEWEST_EVENTS or (series.figures > 0).sum() < 2:
        return NotEstimable("insufficient_events", known)
    return None


def _years(column: pd.Series, where: str) -> pd.Series:
    """Return years as whole numbers; a column of dates gives their year."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.year
    years = pd.to_numeric(column, errors="coerce")
    wrong = years.isna() | np.isinf(years) | (years % 1 != 0)
    if wrong.any():
        raise FactsError(
            where=f"{where}: {named_rows(np.flatnonzero(wrong))}",
            rule="a year is a whole number",
            do="give each row its year; the rows are counted from 0",
        )
    return years.astype(int)
