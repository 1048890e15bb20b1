"""What protection cost: how many figures are shown, and how many are hidden for what reason, by measure."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evalkit.disclosure.protect import CONFIDENTIAL, Protected
from evalkit.table import MARK, TOLD

_COUNTS = ("figures", "shown", "own", "others", "coarser")


@dataclass(frozen=True, slots=True)
class Cost:
    """Figures that went in; of these shown, hidden for what they are, for others' sake, and in tables not shown at their level.

    Examples
    --------
    >>> Cost(figures=40, shown=30, own=6, others=4, coarser=0).kept
    75.0
    """

    figures: int
    shown: int
    own: int
    others: int
    coarser: int = 0

    @property
    def kept(self) -> float:
        """The share of figures that are shown, in percent; all, where there are none."""
        return 100 * self.shown / self.figures if self.figures else 100.0


def costs(protected: Protected, *, without: str = "") -> dict[str, Cost]:
    """Return what protection cost each measure, in the order in which the facts name them.

    Parameters
    ----------
    protected : Protected
    without : str
        A measure that is not counted: the population is no figure of the programme.
    """
    facts = protected.facts
    held = facts[facts["status"].isin(TOLD) & (facts["measure"] != without)]
    hidden = held[MARK] == CONFIDENTIAL
    own = hidden & held.index.isin(protected.own)
    coarser = hidden & ~own & held.index.isin(protected.unshown)
    others = hidden & ~own & ~coarser
    flags = pd.DataFrame({"shown": ~hidden, "own": own, "others": others, "coarser": coarser}).astype(int)
    counted = flags.assign(figures=1).groupby(held["measure"], sort=False).sum()
    return {
        str(row["measure"]): Cost(**{name: int(row[name]) for name in _COUNTS})
        for row in counted.reset_index().to_dict("records")
    }


def total(by_measure: dict[str, Cost]) -> Cost:
    """Return the sums over all measures.

    Examples
    --------
    >>> total({"a": Cost(5, 4, 1, 0), "b": Cost(3, 1, 1, 1)})
    Cost(figures=8, shown=5, own=2, others=1, coarser=0)
    """
    return Cost(**{name: sum(getattr(one, name) for one in by_measure.values()) for name in _COUNTS})
