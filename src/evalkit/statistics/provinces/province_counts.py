"""The counts of provinces side by side, made ready: what may be compared, what is left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers, whole_counts
from evalkit.statistics.law.period_scatter import LawOfYears, YearScatter
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable
from evalkit.table import WITH_VALUE, named_rows, refuse_repeated

COLUMNS = ("province_code", "count", "exposure")


@dataclass(frozen=True, slots=True, eq=False)
class ProvinceCounts:
    """One count and one exposure per province, and the rows that cannot be used.

    Attributes
    ----------
    rows : DataFrame
        Every row given: ``province_code``, ``count``, ``exposure``, ``flag`` (empty where it can be used, else
        ``suppressed``, ``not_reported`` or ``no_exposure``).
    codes : Series of str
        The provinces that can be used.
    counts, exposure : ndarray
        Theirs, in the same order.
    years : ndarray
        Years behind each count; missing where none were given.
    """

    rows: pd.DataFrame
    codes: pd.Series
    counts: Numbers
    exposure: Numbers
    years: Numbers

    @property
    def total(self) -> float:
        """Sum of the counts."""
        return float(self.counts.sum())

    @property
    def rate(self) -> float:
        """Rate of all usable provinces together."""
        return float(self.counts.sum() / self.exposure.sum())

    @property
    def expected(self) -> Numbers:
        """Counts to be expected if all provinces had the same rate."""
        return self.rate * self.exposure

    @property
    def hidden(self) -> int:
        """Provinces whose figure is suppressed."""
        return int((self.rows["flag"] == "suppressed").sum())

    def refusal(self, *, fewest: int, declared: bool = False) -> NotEstimable | None:
        """Return why nothing can be said of these provinces together; None where something can.

        Parameters
        ----------
        fewest : int
            Provinces needed.
        declared : bool
            Whether they are held against a rate that was declared. Else hidden provinces, whose figures are the small
            ones, would leave too high a rate, and without any case there is none.
        """
        seen: dict[str, float | int | str] = {"provinces": len(self.counts), "suppressed": self.hidden}
        if self.hidden and not declared:
            return NotEstimable("suppressed", seen)
        if len(self.counts) < fewest:
            return NotEstimable("too_few_provinces", seen)
        return NotEstimable("no_events", seen) if self.total == 0 and not declared else None

    def beside(self, **columns: Numbers) -> pd.DataFrame:
        """Return every row given, with these columns filled for the usable ones and missing for the others."""
        shown = self.rows.copy()
        usable = (self.rows["flag"] == "").to_numpy()
        for name, values in columns.items():
            column = np.full(len(shown), np.nan)
            column[usable] = values
            shown[name] = column
        return shown


def province_counts(frame: pd.DataFrame) -> ProvinceCounts:
    """Return the counts of provinces that can be compared, and a flag for each that cannot.

    Parameters
    ----------
    frame : DataFrame, one row per province
        ``province_code`` (str), ``count``, ``exposure`` (person-years, years, or expected cases); ``years`` behind the count
        and ``status`` where there are such. A missing count is left out, never taken as 0; so is a province without exposure.

    Raises
    ------
    FactsError
        If a column is missing, a province stands twice, a count is negative or not whole, or an exposure is infinite.

    Examples
    --------
    >>> frame = pd.DataFrame({"province_code": ["97", "98"], "count": [3, 4], "exposure": [2.0, 0.0]})
    >>> ready = province_counts(frame)
    >>> ready.codes.tolist(), ready.rows["flag"].tolist()
    (['97'], ['', 'no_exposure'])
    """
    _require_columns(frame)
    refuse_repeated(frame, ["province_code"], where="provinces")
    rows = frame[list(COLUMNS)].reset_index(drop=True).astype({"count": float, "exposure": float})
    status = frame["status"].reset_index(drop=True) if "status" in frame.columns else None
    if status is not None:
        rows["count"] = rows["count"].where(status.isin(WITH_VALUE))
    whole_counts(rows["count"], where="provinces", labels=lambda: rows["province_code"])
    _refuse_infinite(rows)
    flag = np.where(rows["count"].isna(), "not_reported", np.where(rows["exposure"] > 0, "", "no_exposure"))
    rows["flag"] = flag if status is None else np.where(status == "suppressed", "suppressed", flag)
    used = (rows["flag"] == "").to_numpy()
    counts, exposure = (rows.loc[used, name].to_numpy() for name in ("count", "exposure"))
    return ProvinceCounts(rows, rows.loc[used, "province_code"], counts, exposure, _years(frame)[used])


def year_scatter(given: ProvinceCounts, law: LawOfYears | None) -> YearScatter | None:
    """Return how the years of provinces scatter; None where they must be taken to scatter as pure chance makes them.

    Parameters
    ----------
    given : ProvinceCounts
    law : ScatterLaw, or mapping of province code to ScatterLaw, or None
        None or unknown: no law. Laws of provinces are one law but for their ``own``.

    Raises
    ------
    FactsError
        If there is a law of years, and a province does not say over how many years its cases were counted, or has no law among
        those given, or one that differs from the others by more than ``own``.
    """
    if law is None or len(given.codes) == 0:
        return None
    laws = [law] * len(given.codes) if isinstance(law, ScatterLaw) else _each(given.codes, law)
    if not all(one.is_known for one in laws):
        return None
    _require_years(given)
    own = np.array([one.own for one in laws])
    panel = replace(laws[0], own=1.0)
    strange = given.codes[[replace(one, own=1.0) != panel for one in laws]]
    if strange.empty:
        return YearScatter(panel, own)
    raise FactsError(
        where=f"provinces: {named_rows(strange)}",
        rule="the laws of provinces are that of their panel, each with a factor of its own",
        do="give the laws that place_laws found in one panel",
    )


def _each(codes: pd.Series, laws: Mapping[str, ScatterLaw]) -> list[ScatterLaw]:
    missing = codes[~codes.isin(list(laws))]
    if missing.empty:
        return [laws[code] for code in codes]
    raise FactsError(
        where=f"provinces: {named_rows(missing)}",
        rule="laws by province name every province",
        do="give the panel's law to those without one of their own",
    )


def _require_years(given: ProvinceCounts) -> None:
    untold = given.codes[~(given.years > 0)]
    if not untold.empty:
        raise FactsError(
            where=f"provinces: {named_rows(untold)}",
            rule="how years scatter bears on a total only if it is known of how many years it is",
            do="give the column 'years', or no law",
        )


def _years(frame: pd.DataFrame) -> Numbers:
    if "years" not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame["years"].to_numpy(dtype=float)


def _require_columns(frame: pd.DataFrame) -> None:
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise FactsError(
            where=f"provinces: {', '.join(missing)}",
            rule="provinces are compared by code, count and exposure",
            do="add the column; counts alone say which province is large, not which is different",
        )


def _refuse_infinite(rows: pd.DataFrame) -> None:
    endless = rows.loc[np.isinf(rows["exposure"]), "province_code"]
    if not endless.empty:
        raise FactsError(
            where=f"provinces: {named_rows(endless)}",
            rule="an exposure is a finite number",
            do="give the person-years, or leave the cell blank",
        )
