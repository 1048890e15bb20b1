"""What a joinpoint analysis gives: joins, segments, the tests that chose them, and what was weighed against them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class Join:
    """A year in which the trend bends.

    Attributes
    ----------
    year : int
    lower, upper : int or None
        First and last year the data allow, the other joins free to move; None where the year was declared beforehand.
    """

    year: int
    lower: int | None
    upper: int | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of years with one yearly rate of change; neighbours share the year of their join.

    Attributes
    ----------
    first, last : int
        Years.
    apc, lower, upper : float
        Annual percent change and its limits, which allow for the search of the joins; all missing where the segment
        holds no case and no finite rate of fall fits it.
    p : float
        Two-sided p of no change within the segment.
    """

    first: int
    last: int
    apc: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True, slots=True)
class SelectionTest:
    """One step of the choice of the number of joins.

    Attributes
    ----------
    null, alternative : int
        Numbers of joins held against each other.
    statistic : float
        F: the fall in misfit per parameter spent (two per join looked for, one per join declared), over the misfit left
        per degree of freedom.
    p, monte_carlo_error : float
        Simulated p and its standard error from the finite number of replicates.
    level : float
        The p at or below which the null is given up; the steps together keep the whole to its level.
    replicates : int
    """

    null: int
    alternative: int
    statistic: float
    p: float
    monte_carlo_error: float
    level: float
    replicates: int

    @property
    def rejected(self) -> bool:
        """Whether more joins than ``null`` are needed."""
        return self.p <= self.level


@dataclass(frozen=True, slots=True)
class Candidate:
    """The best model with a given number of joins.

    Attributes
    ----------
    years : tuple of int
        Its joins.
    misfit : float
        Deviance, or weighted sum of squares in the log-linear mode.
    bic, bic3 : float
        ``log(misfit / n) + c log(n) / n`` with c = 2 (k + 1), and c = 3 k + 2: shown, they choose nothing here.
    """

    years: tuple[int, ...]
    misfit: float
    bic: float
    bic3: float


@dataclass(frozen=True, slots=True)
class JoinpointFit:
    """A trend in straight pieces on the log scale, and how the number of pieces was chosen.

    Attributes
    ----------
    method : str
        ``quasi-Poisson`` or ``log-linear, weighted`` (the NCI's).
    exploratory : bool
        Whether the data chose the joins. False only where they were declared beforehand.
    joins : tuple of Join
    segments : tuple of Segment
        One more than joins.
    aapc, aapc_lower, aapc_upper, aapc_p : float
        Average annual percent change over ``window``: mean of the segments' slopes, weighted by their years in it.
    window : tuple of int
        First and last year of it.
    tests : tuple of SelectionTest
        In the order taken.
    p, monte_carlo_error : float
        Of no join at all: of the last test that had none as its null.
    candidates : tuple of Candidate
        Best model for each number of joins weighed, from none.
    dispersion : float
        Pearson chi-square over degrees of freedom of the model shown; below 1 it narrows no limits. In the log-linear
        mode the residual variance.
    years_used : tuple of int
    first, last : int
    total : float
        Sum of the counts; missing where rates were given.
    fitted : tuple of float
        Expected counts (or rates), in the order of ``years_used``.
    most : int
        Largest number of joins weighed.
    level : float
        Confidence level of all limits; the tests' level is 1 minus this.
    seed : int
    flags : tuple of str
        ``years_missing``, ``underdispersed``, ``near_the_line`` (more replicates could turn the choice),
        ``segment_without_cases``, ``join_at_the_edge`` (its interval reaches the first or last year allowed).
    """

    method: str
    exploratory: bool
    joins: tuple[Join, ...]
    segments: tuple[Segment, ...]
    aapc: float
    aapc_lower: float
    aapc_upper: float
    aapc_p: float
    window: tuple[int, int]
    tests: tuple[SelectionTest, ...]
    p: float
    monte_carlo_error: float
    candidates: tuple[Candidate, ...]
    dispersion: float
    years_used: tuple[int, ...]
    first: int
    last: int
    total: float
    fitted: tuple[float, ...]
    most: int
    level: float
    seed: int
    flags: tuple[str, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the joins."""
        return tuple(join.year for join in self.joins)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per segment: its fields, and the join it starts from (missing for the first)."""
        table = pd.DataFrame([asdict(segment) for segment in self.segments])
        starts = pd.DataFrame([{}, *map(asdict, self.joins)], columns=["year", "lower", "upper"])
        return table.join(starts.astype("Int64").add_prefix("join_"))
