"""How many joins are looked for, how the number is tested, and what is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evalkit.errors import SettingsError
from evalkit.statistics.joinpoint.joinpoint_grid import allowed_joins

YEARS_PER_SLOPE = 5
LARGEST_GRID = {
    False: 1_000,
    True: 50_000,
}  # models fitted to each replicate; a weighted straight line is cheap
REPLICATES = {False: 999, True: 4499}


@dataclass(frozen=True, slots=True)
class JoinpointSettings:
    """Choices of a joinpoint analysis; the defaults are meant to stand.

    Attributes
    ----------
    most : int, optional
        Largest number of joins. By default what the years allow: one slope per five years and at most 2; in parity mode
        the NCI's maxima (7 years 1, 12 years 2, and so on to 5).
    replicates : int, optional
        Simulated series per test: 999 by default, in parity mode the NCI's 4499 permutations.
    seed : int
        The same seed gives the same answer, alone or in a panel.
    level : float
        Confidence level; the joins are tested at 1 minus this.
    window : tuple of int, optional
        First and last year of the average annual percent change; the whole series by default.
    outside, between : int
        Years strictly before the first and after the last join, and strictly between two.
    standard_error : str, optional
        Parity mode only: column of standard errors; the column of counts then holds rates.

    Examples
    --------
    >>> JoinpointSettings(most=1).most
    1
    """

    most: int | None = None
    replicates: int | None = None
    seed: int = 20_301_231
    level: float = 0.95
    window: tuple[int, int] | None = None
    outside: int = 2
    between: int = 2
    standard_error: str | None = None

    def __post_init__(self) -> None:
        _demand(0 < self.level < 1, "level", "a confidence level lies between 0 and 1", "for instance 0.95")
        _demand(self.outside >= 1, "outside", "a segment needs a year beyond its join", "1 or more")
        _demand(self.between >= 1, "between", "a segment needs a year between its joins", "1 or more")
        _demand(self.most is None or self.most >= 0, "most", "a number of joins is not negative", "0 or more")
        enough = self.replicates is None or self.replicates >= 19
        _demand(enough, "replicates", "19 replicates are the fewest that can reach p = 0.05", "999 or more")

    def largest_number(self, years: int, *, nci: bool) -> int:
        """Return the largest number of joins for a series: the one asked for, or what the years allow.

        Raises
        ------
        SettingsError
            If more joins are asked for than the years allow.
        """
        allowed = years_allow(years, nci=nci)
        while allowed and self._is_too_wide(years, allowed, nci=nci):
            allowed -= 1
        if self.most is None:
            return allowed
        _demand(self.most <= allowed, "most", _rule(years, allowed, nci=nci), "lower it")
        return self.most

    def demand_room(self, years: int, joins: int, *, nci: bool) -> None:
        """Raise SettingsError if a series is too short for the joins declared."""
        allowed = years_allow(years, nci=nci)
        _demand(joins <= allowed, "dates", _rule(years, allowed, nci=nci), "declare fewer")

    def _is_too_wide(self, years: int, joins: int, *, nci: bool) -> bool:
        """Tell whether laying the joins has no way, or more ways than can be tried; counted before they are listed."""
        free = years - 2 * self.outside - (joins - 1) * self.between
        return not 0 < math.comb(max(free, 0), joins) <= LARGEST_GRID[nci]

    def allowed(self, years: int, joins: int) -> tuple[tuple[int, ...], ...]:
        """Return every way to lay a number of joins on the years."""
        return allowed_joins(years, joins, outside=self.outside, between=self.between)

    def replicates_for(self, *, nci: bool) -> int:
        """Return the number of simulated series per test."""
        return self.replicates or REPLICATES[nci]


def years_allow(years: int, *, nci: bool = False) -> int:
    """Return how many joins a number of years can carry.

    Examples
    --------
    >>> [years_allow(n) for n in (9, 10, 14, 15, 35)], [years_allow(n, nci=True) for n in (6, 7, 12, 35)]
    ([0, 1, 1, 2, 2], [0, 1, 2, 5])
    """
    as_the_nci = min(max((years - 2) // 5, 0), 5)
    return as_the_nci if nci else min(as_the_nci, max(years // YEARS_PER_SLOPE - 1, 0), 2)


def _rule(years: int, allowed: int, *, nci: bool) -> str:
    limit = "the NCI's maxima hold" if nci else "at most one slope per five years, two joins in all"
    return f"{years} years allow {allowed} joins: {limit}"


def _demand(holds: bool, name: str, rule: str, do: str) -> None:  # noqa: FBT001 (the thing demanded)
    if not holds:
        raise SettingsError(where=f"joinpoint, {name}", rule=rule, do=do)
