"""What a programme did to a rate, as every method for panels tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypedDict

import pandas as pd

from evalkit.statistics.panel.panel import Panel
from evalkit.statistics.panel.relative_magnitudes import RelativeMagnitudes

Scale = Literal["ratio", "difference"]
LINE = 0.05
COLUMNS = ("kind", "at", "estimate", "lower", "upper", "places", "cases", "expected")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A place, or a start, that an estimate does without.

    Attributes
    ----------
    what : str
        Its code, or its first treated period.
    reason : str
        ``treated_from_start``, ``no_before_or_since`` (no figure from before its start, or none since), ``no_cases``,
        ``too_few_cases``, ``years_missing``, ``cohort_of_one`` (its own effect has no interval; it is in the whole).
    """

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chance:
    """How often the programme, given to other places, would have shown as much.

    Attributes
    ----------
    p : float
        Share of the assignments with an effect at least as far from none, the true one among them.
    smallest : float
        The smallest p that these assignments could have given: one of them.
    assignments : int
        How many were gone through, the true one among them.
    complete : bool
        Whether these are all there are; else they were drawn.
    """

    p: float
    smallest: float
    assignments: int
    complete: bool


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """The effect of a programme on a rate, with what it rests on.

    Attributes
    ----------
    design : str
        A lasting short code: ``count_imputation``, ``two_way``, ``group_time``, ``synthetic_control``,
        ``synthetic_difference``, ``controlled_change``.
    scale : {"ratio", "difference"}
        Whether 1 (a ratio of rates) or 0 (a difference) is no effect.
    estimate, lower, upper : float
        Limits are missing where the design has none.
    level : float
        Confidence level of all limits.
    chance : Chance or None
        Randomisation p with its smallest possible value; None where the design has none.
    treated, comparison : int
        Places with the programme and without, after what was left out.
    cases_before, cases_after : float
        Cases of the treated places before and from their start on; sums of the values where a value is measured.
    events : DataFrame
        A row per period since the start, negative before it: ``at``, ``estimate``, ``lower``, ``upper``, ``places`` (treated
        ones that it rests on), ``cases`` (theirs) and ``expected`` (without the programme).
    cohorts : DataFrame
        The same columns per first treated period.
    left_out : tuple of LeftOut
    least, most : float
        Range of the estimate when each treated place in turn is left out; missing where the design does not ask.
    without_others : tuple of float
        The same when each place without the programme is left out in turn.
    honest : RelativeMagnitudes or None
        What a gap between the places that moves by itself leaves of the effect; None where the design or the periods before do not tell.
    """

    design: str
    scale: Scale
    estimate: float
    lower: float
    upper: float
    level: float
    chance: Chance | None
    treated: int
    comparison: int
    cases_before: float
    cases_after: float
    events: pd.DataFrame
    cohorts: pd.DataFrame
    left_out: tuple[LeftOut, ...] = ()
    least: float = float("nan")
    most: float = float("nan")
    without_others: tuple[float, float] = (float("nan"), float("nan"))
    honest: RelativeMagnitudes | None = None

    @property
    def is_clear(self) -> bool:
        """Whether chance hardly explains it: a randomisation p of at most 5 %, and limits, where there are any, without no effect."""
        none = 1.0 if self.scale == "ratio" else 0.0
        return self.chance is not None and self.chance.p <= LINE and not self.lower <= none <= self.upper

    @property
    def frame(self) -> pd.DataFrame:
        """One row for the whole, one per first treated period and one per period since the start, told by ``kind``."""
        whole = pd.DataFrame(
            {
                "estimate": [self.estimate],
                "lower": [self.lower],
                "upper": [self.upper],
                "places": [self.treated],
                "cases": [self.cases_after],
            }
        )
        parts = {"overall": whole, "cohort": self.cohorts, "event": self.events}
        rows = [part.assign(kind=kind).reindex(columns=COLUMNS) for kind, part in parts.items() if len(part)]
        return pd.concat([part.astype({"at": float, "expected": float}) for part in rows], ignore_index=True)


class Basis(TypedDict):
    """The fields of an effect that tell what it rests on."""

    treated: int
    comparison: int
    cases_before: float
    cases_after: float


def basis_of(panel: Panel) -> Basis:
    """Return what an effect rests on, of the panel that is left.

    Examples
    --------
    >>> import numpy as np
    >>> basis_of(Panel(np.array([[4.0, 1], [5, 6]]), np.ones((2, 2)), (2021, None), ("A", "B"), (2020, 2021)))
    {'treated': 1, 'comparison': 1, 'cases_before': 4.0, 'cases_after': 1.0}
    """
    ever = panel.ever
    return {
        "treated": int(ever.sum()),
        "comparison": int((~ever).sum()),
        "cases_before": panel.cases(ever[:, None] & ~panel.treated),
        "cases_after": panel.cases(panel.treated),
    }
