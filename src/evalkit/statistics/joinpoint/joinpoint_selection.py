"""The number of joins: one more only where simulation without it hardly ever gives so large a gain."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from evalkit.statistics.counts import Numbers
from evalkit.statistics.joinpoint.joinpoint_grid import Joins
from evalkit.statistics.joinpoint.joinpoint_models import Model
from evalkit.statistics.joinpoint.joinpoint_results import SelectionTest

Ways = tuple[Joins, ...]

LOOKED_FOR, DECLARED = 2, 1  # parameters a join costs
SERIES_AT_ONCE = 16  # of a panel: bounds the memory of their replicates
WAYS_AT_ONCE = 200
WAYS_BEFORE_A_LOOK = 2
NOTHING_GAINED = 1e-6  # a fall in misfit below this is rounding
TIE = 1 - 1e-6  # a simulated F this near the observed one equals it


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether and where one series bends: number of joins chosen, and the tests in their order."""

    joins: int
    tests: tuple[SelectionTest, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Tests the number of joins of several series by one rule.

    Attributes
    ----------
    model : Model
    ways : tuple
        For each number of joins, from none, the ways to lay them.
    spent : int
        Parameters a join costs: 2 where its year is looked for, 1 where it was declared.
    replicates, seed, level
        As in the settings; ``level`` is that of the tests.
    known : dict
        Best models found so far: each series is searched by itself, so that it fares the same in any company.
    """

    model: Model
    ways: tuple[Ways, ...]
    spent: int
    replicates: int
    seed: int
    level: float
    known: dict[tuple[int, int], tuple[Joins, float]] = field(default_factory=dict)

    @property
    def most(self) -> int:
        """Largest number of joins weighed."""
        return len(self.ways) - 1

    def choose(self) -> list[Choice]:
        """Test fewer against more joins until both meet, for every series; series at the same step are tested together.

        Notes
        -----
        The order of Kim et al. (2000): none against the most; given up, one more is the new null, kept, one fewer the new
        alternative. Each test's level is the whole's divided by most - null, so that joins are over-counted in at most
        ``level`` of all series.
        """
        count = self.model.observed.shape[1]
        span = [(0, self.most)] * count
        tests: list[list[SelectionTest]] = [[] for _ in range(count)]
        while open_steps := sorted({step for step in span if step[0] < step[1]}):
            for null, alternative in open_steps:
                waiting = [one for one in range(count) if span[one] == (null, alternative)]
                for start in range(0, len(waiting), SERIES_AT_ONCE):
                    some = waiting[start : start + SERIES_AT_ONCE]
                    for one, test in zip(some, self.test(null, alternative, some), strict=True):
                        tests[one].append(test)
                        span[one] = (null + 1, alternative) if test.rejected else (null, alternative - 1)
        return [Choice(span[one][0], tuple(tests[one])) for one in range(count)]

    def best(self, joins: int, series: int) -> tuple[Joins, float]:
        """Return the best way to lay a number of joins in one series, and its misfit."""
        if (joins, series) not in self.known:
            observed = self.model.observed[:, [series]]
            misfits = self.model.misfits(self.ways[joins], observed, series=np.array([series]))[:, 0]
            place = int(misfits.argmin())
            self.known[joins, series] = self.ways[joins][place], float(misfits[place])
        return self.known[joins, series]

    def test(self, null: int, alternative: int, series: list[int]) -> list[SelectionTest]:
        """Hold two numbers of joins against each other in each of some series."""
        least = np.array([[self.best(joins, one)[1] for one in series] for joins in (null, alternative)])
        observed = self._statistics(null, alternative, *least)
        drawn, whose = self._drawn(null, series), np.repeat(series, self.replicates)
        fewer, reached = self._least(null, drawn, whose), np.zeros(len(whose), dtype=bool)
        line = np.repeat(observed * TIE, self.replicates)
        for ways in _blocks(self.ways[alternative], WAYS_BEFORE_A_LOOK):
            open_ones = np.flatnonzero(~reached)  # where one way gains enough, no other need be tried
            more = self.model.misfits(ways, drawn[:, open_ones], series=whose[open_ones]).min(axis=0)
            gain = self._statistics(null, alternative, fewer[open_ones], more)
            reached[open_ones] = gain >= line[open_ones]
        larger = reached.reshape(len(series), -1).sum(axis=1)
        return [
            self._record(null, alternative, float(statistic), int(count))
            for statistic, count in zip(observed, larger, strict=True)
        ]

    def _least(self, joins: int, drawn: Numbers, whose: np.ndarray) -> Numbers:
        """Return the least misfit of each column with a number of joins; a block of ways at a time, to bound the memory."""
        blocks = _blocks(self.ways[joins], WAYS_AT_ONCE)
        least = (self.model.misfits(block, drawn, series=whose).min(axis=0) for block in blocks)
        return reduce(np.minimum, least)

    def _drawn(self, null: int, series: list[int]) -> Numbers:
        """Imitate each series without the joins in question, from the same seed for each."""
        drawn = []
        for one in series:
            rng, (joins, _) = np.random.default_rng((self.seed, null)), self.best(null, one)
            drawn.append(self.model.imitate(joins, series=one, times=self.replicates, rng=rng))
        return np.hstack(drawn)

    def _statistics(self, null: int, alternative: int, fewer: Numbers, more: Numbers) -> Numbers:
        """Return F from the least misfits with fewer and with more joins."""
        gained = np.where(fewer - more > NOTHING_GAINED, fewer - more, 0.0)
        left = len(self.model.times) - 2 - self.spent * alternative
        return np.asarray(gained / (self.spent * (alternative - null)) / np.maximum(more / left, 1e-9))

    def _record(self, null: int, alternative: int, statistic: float, larger: int) -> SelectionTest:
        p = (larger + 1) / (self.replicates + 1)
        return SelectionTest(
            null=null,
            alternative=alternative,
            statistic=statistic,
            p=p,
            monte_carlo_error=math.sqrt(p * (1 - p) / self.replicates),
            level=self.level / (self.most - null) if self.spent == LOOKED_FOR else self.level,
            replicates=self.replicates,
        )


def _blocks(ways: Ways, size: int) -> list[Ways]:
    return [ways[start : start + size] for start in range(0, len(ways), size)]
