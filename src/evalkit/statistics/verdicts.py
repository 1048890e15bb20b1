"""How surely something changed, in four grades: decided once, so that a sentence, a table and a description say the same.

Clear: the 95 % intervals, the exact one and that of the law of scatter, exclude no change; no single year carries it; no declared
event lies inside; the figures are exact and of one source; and it stands among all comparisons made at once. Leaning: all but one of
these. Open: could be chance, or more than one check fails. None: there is no comparison.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Grade = Literal["clear", "leaning", "open", "none"]
Direction = Literal["fall", "rise", "none"]
Check = Literal[
    "interval",
    "years_unknown",
    "years_untold",
    "single_year",
    "declared_event",
    "several_sources",
    "not_exact",
    "family",
]
Of = Literal["comparisons", "trends"]

SURE, NEARLY = 0.05, 0.10
SMALL_BASE = 5.0
# where only totals are known, a p that is not small enough, for itself or among many, is no second reason; and an event and a
# change of source raise one doubt, whether the same was counted
STILL_LEANING: tuple[set[Check], ...] = (
    {"interval", "years_unknown"},
    {"family", "years_unknown"},
    {"interval", "years_untold"},
    {"family", "years_untold"},
    {"declared_event", "several_sources"},
)


@dataclass(frozen=True, slots=True)
class Family:
    """Comparisons made at once, whose words are corrected for their number.

    Attributes
    ----------
    tests : int
        How many were made.
    line : float
        A p up to this one stands after the correction (Benjamini and Hochberg 1995).
    of : {"comparisons", "trends"}
        What was made at once: comparisons of periods, or trends.
    """

    tests: int
    line: float
    of: Of = field(default="comparisons", repr=False)


@dataclass(frozen=True, slots=True)
class Checks:
    """What a verdict rests on.

    Attributes
    ----------
    change : float
        Above 0 a rise, below 0 a fall.
    p : float
        Of no change, by the interval that is printed; missing where nothing could be tested.
    exact_p : float
        If yearly counts vary by chance alone; missing where there is no such test.
    years_known : bool
        Whether yearly figures or a panel tell how years scatter and whether one of them carries the change.
    law_known : bool
        How years scatter is known, so that years that are not known are single ones.
    year : int or None
        The year without which the change could be chance.
    events : tuple of str
        Ids of the declared events inside.
    sources : int
        How many sources tell the figures, where they change between what is compared; else 1.
    is_exact : bool
        No source gives a figure as approximate or as a bound.
    """

    change: float
    p: float
    exact_p: float = math.nan
    years_known: bool = True
    law_known: bool = False
    year: int | None = None
    events: tuple[str, ...] = ()
    sources: int = 1
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class ChangeVerdict:
    """How surely something changed.

    Attributes
    ----------
    grade : {"clear", "leaning", "open", "none"}
    direction : {"fall", "rise", "none"}
    failed : tuple of str
        The checks that fail: ``interval`` (95 % holds no change), ``years_unknown`` (only totals are known, and not
        how years scatter), ``years_untold`` (how years scatter is known, but not each single one), ``single_year``,
        ``declared_event``, ``several_sources``, ``not_exact``, ``family``.
    could_be_chance : bool
        The 90 % interval holds no change.
    year, events, sources, tests, of
        What ``single_year``, ``declared_event``, ``several_sources`` and ``family`` are about.
    """

    grade: Grade
    direction: Direction = "none"
    failed: tuple[Check, ...] = ()
    could_be_chance: bool = False
    year: int | None = None
    events: tuple[str, ...] = ()
    sources: int = 1
    tests: int = 0
    of: Of = "comparisons"


NO_COMPARISON = ChangeVerdict("none")


def weigh_change(checks: Checks, family: Family | None = None) -> ChangeVerdict:
    """Return how surely something changed.

    Parameters
    ----------
    checks : Checks
    family : Family, optional
        The comparisons made at once; without it this one stands alone.

    Returns
    -------
    ChangeVerdict

    Examples
    --------
    >>> weigh_change(Checks(change=-0.5, p=0.001, exact_p=0.0001)).grade
    'clear'
    >>> found = weigh_change(Checks(change=-0.5, p=0.001, exact_p=0.0001, year=2011))
    >>> found.grade, found.failed, found.year
    ('leaning', ('single_year',), 2011)
    >>> weigh_change(Checks(change=-0.5, p=0.041)).grade, weigh_change(Checks(change=-0.5, p=0.056)).grade
    ('clear', 'leaning')
    """
    if math.isnan(checks.p):
        return NO_COMPARISON
    worst = max(checks.p, 0.0 if math.isnan(checks.exact_p) else checks.exact_p)
    fails: dict[Check, bool] = {
        "interval": worst >= SURE,
        "single_year": checks.year is not None,
        "declared_event": bool(checks.events),
        "several_sources": checks.sources > 1,
        "not_exact": not checks.is_exact,
        "years_unknown": not checks.years_known and not checks.law_known,
        "years_untold": not checks.years_known and checks.law_known,
        "family": family is not None and worst < SURE and checks.p > family.line,
    }
    failed = tuple(check for check, fail in fails.items() if fail)
    chance = checks.p >= NEARLY or checks.change == 0
    leaning = len(failed) == 1 or set(failed) in STILL_LEANING
    return ChangeVerdict(
        grade="open" if chance else "leaning" if leaning else "open" if failed else "clear",
        direction="fall" if checks.change < 0 else "rise" if checks.change > 0 else "none",
        failed=failed,
        could_be_chance=chance,
        year=checks.year,
        events=checks.events,
        sources=checks.sources,
        tests=family.tests if family is not None else 0,
        of=family.of if family is not None else "comparisons",
    )


def family_of(p: Sequence[float], *, level: float = 0.95) -> Family:
    """Return the family that comparisons make up.

    Parameters
    ----------
    p : sequence of float
        Of all comparisons made, shown or not; missing where none could be made.
    level : float
        1 minus the expected share of false ones among those that stand.

    References
    ----------
    Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, 289-300.

    Examples
    --------
    >>> family_of([0.001, 0.02, 0.03, 0.5])
    Family(tests=4, line=0.0375)
    """
    made = np.sort([value for value in p if not math.isnan(value)])
    if not len(made):
        return Family(0, 1 - level)
    steps = (1 - level) * np.arange(1, len(made) + 1) / len(made)
    standing = np.flatnonzero(made <= steps)
    return Family(len(made), round(float(steps[standing[-1] if len(standing) else 0]), 12))
