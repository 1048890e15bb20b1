"""Groups whose share of all persons moved between two years, after correcting for how many groups were looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.indicators.sources import preferred
from evalkit.programme.models import Programme
from evalkit.statistics.proportions import exact_shares_p, newcombe_difference
from evalkit.table import WITH_VALUE

FEWEST_PERSONS = 20


@dataclass(frozen=True, slots=True)
class ShareOfYear:
    """Persons of a group among all persons of one year, as one source gives both; ``unspecified`` are those of no group, if told."""

    part: float
    base: float
    start: pd.Timestamp
    end: pd.Timestamp
    source: str
    unspecified: float | None = None


@dataclass(frozen=True, slots=True)
class GroupShift:
    """The share of one group in the two latest years that have it.

    Attributes
    ----------
    measure, dimension, group : str
        Whose share of what.
    before, after : ShareOfYear
    lower, upper : float
        Limits of the difference in percentage points (Newcombe), which hold for all groups looked at together.
    p : float
        Two-sided, Fisher's exact test, before any correction.
    tried : int
        How many groups were looked at.
    stands : bool
        The limits leave no difference out.
    """

    measure: str
    dimension: str
    group: str
    before: ShareOfYear
    after: ShareOfYear
    lower: float
    upper: float
    p: float
    tried: int
    stands: bool

    @property
    def points(self) -> float:
        """The difference in percentage points."""
        return 100 * (self.after.part / self.after.base - self.before.part / self.before.base)


def group_shifts(
    facts: pd.DataFrame, measures: Sequence[str], programme: Programme, *, level: float = 0.95
) -> tuple[GroupShift, ...]:
    """Compare the share of every group in the two latest years in which at least 20 persons were counted.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of one place, totals and breakdowns.
    measures : sequence of str
        Counts of persons.
    programme : Programme
    level : float
        1 minus the chance that any group stands falsely.

    Returns
    -------
    tuple of GroupShift
        One for each group tried, in the programme's order.

    Notes
    -----
    Part and base come from one source and one year; a figure that its source does not give exactly is left out. The two
    groups of a pair (men, women) are one question asked twice and count as two: the correction errs on the safe side.
    All limits are at one level, Bonferroni's: those at the smaller divisors of Holm's steps would not hold together
    (Strassburger and Bretz 2008), and the word and the limits say the same.

    References
    ----------
    Newcombe (1998), Stat. Med. 17, 873-890, method 10; Strassburger and Bretz (2008), Stat. Med. 27, 4914-4927.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> row = {"province_code": "VN", "scheme": "nation", "place_basis": "reception", "measure": "victims_identified"}
    >>> row |= {"status": "reported", "qualifier": "exact", "source_id": "s", "edition_date": pd.Timestamp("2023-01-01")}
    >>> rows = [
    ...     row | {"sex": sex, "value": value, "period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
    ...     for year, counts in ((2021, (126, 12)), (2022, (255, 153)))
    ...     for sex, value in zip(("all", "male"), counts, strict=True)
    ... ]
    >>> facts = pd.DataFrame(rows).astype({"period_start": "datetime64[ns]", "period_end": "datetime64[ns]"})
    >>> shift = group_shifts(facts, ["victims_identified"], load_programme("vn-trafficking"))[0]
    >>> shift.group, round(shift.points, 1), shift.stands
    ('male', 50.5, True)
    """
    rows = preferred(facts[facts["measure"].isin(list(measures))], programme)
    exact = rows[rows["status"].isin(WITH_VALUE) & (rows["qualifier"] == "exact")]
    found = [
        (measure, dimension, group, *pair)
        for measure in measures
        for dimension, group in _groups(measure, programme)
        for pair in _two_latest(exact[exact["measure"] == measure], dimension, group, programme)
    ]
    return _corrected(found, level)


Found = tuple[str, str, str, ShareOfYear, ShareOfYear]


def _groups(measure: str, programme: Programme) -> Iterator[tuple[str, str]]:
    for name, dimension in programme.dimensions.items():
        if name in programme.measures[measure].dimensions and not dimension.separate:
            yield from ((name, value) for value in dimension.values)  # noqa: PD011


def _two_latest(
    rows: pd.DataFrame, dimension: str, group: str, programme: Programme
) -> Iterator[tuple[ShareOfYear, ShareOfYear]]:
    """Give the two latest whole years in which one source told the group and at least 20 persons."""
    names = [name for name in programme.dimensions if name in rows.columns]
    if dimension not in names:
        return
    others = (rows[[name for name in names if name != dimension]] == "all").all(axis=1)
    whole = pd.Series(
        [exposure_years(*span) == 1 for span in zip(rows["period_start"], rows["period_end"], strict=True)],
        index=rows.index,
        dtype=bool,
    )
    rows = rows[others & whole]
    key = ["period_start", "period_end", "place_basis", "source_id"]
    both = rows[rows[dimension] == group].merge(
        rows[rows[dimension] == "all"], on=key, suffixes=("", "_of_all")
    )
    both = both[(both["value_of_all"] >= FEWEST_PERSONS) & (both["value"] <= both["value_of_all"])]
    last = both.sort_values("period_end", kind="stable").tail(2)
    if len(last) == 2 and last["period_end"].iloc[0] < last["period_start"].iloc[1]:
        columns = ["value", "value_of_all", "period_start", "period_end", "source_id"]
        before, after = (
            replace(ShareOfYear(*row), unspecified=_unspecified(rows, dimension, row, programme))
            for row in last[columns].itertuples(index=False, name=None)
        )
        yield before, after


def _unspecified(
    rows: pd.DataFrame, dimension: str, told: tuple[Any, ...], programme: Programme
) -> float | None:
    """Return of how many persons the source does not tell the attribute in the days of a share; None where that is not said."""
    *_, start, end, source = told
    rows = rows[rows[dimension] == (programme.dimensions[dimension].unspecified or "")]
    rows = rows[(rows["period_start"] == start) & (rows["period_end"] == end) & (rows["source_id"] == source)]
    return None if rows.empty else float(rows["value"].iloc[0])


def _corrected(found: Sequence[Found], level: float) -> tuple[GroupShift, ...]:
    """Give every group the same limits, at the level at which all of them hold together (Bonferroni)."""
    asked = 1 - (1 - level) / max(len(found), 1)
    return tuple(_shift(one, len(found), asked) for one in found)


def _shift(found: Found, tried: int, level: float) -> GroupShift:
    measure, dimension, group, before, after = found
    pairs = (after.part, after.base), (before.part, before.base)
    lower, upper = (100 * float(limit) for limit in newcombe_difference(*pairs, level=level))
    p = exact_shares_p(pairs[1], pairs[0])
    stands = lower > 0 or upper < 0
    return GroupShift(measure, dimension, group, before, after, lower, upper, p, tried, stands)
