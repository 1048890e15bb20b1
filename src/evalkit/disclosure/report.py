"""What protection cost: how many figures are shown, and how many are hidden for what reason, by measure."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evalkit.disclosure.protect import CONFIDENTIAL, Protected
from evalkit.table import MARK, TOLD


@dataclass(frozen=True, slots=True)
class Cost:
    """Figures that went in; of these shown, hidden for what they are themselves, and hidden for others' sake.

    Examples
    --------
    >>> Cost(figures=40, shown=30, own=6, others=4).kept
    75.0
    """

    figures: int
    shown: int
    own: int
    others: int

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
    counted = pd.DataFrame({"measure": held["measure"], "hidden": hidden, "own": own})
    return {
        str(name): Cost(len(rows), int((~rows["hidden"]).sum()), int(rows["own"].sum()), _others(rows))
        for name, rows in counted.groupby("measure", sort=False)
    }


def total(by_measure: dict[str, Cost]) -> Cost:
    """Return the sums over all measures.

    Examples
    --------
    >>> total({"a": Cost(5, 4, 1, 0), "b": Cost(3, 1, 1, 1)})
    Cost(figures=8, shown=5, own=2, others=1)
    """
    each = by_measure.values()
    return Cost(
        figures=sum(one.figures for one in each),
        shown=sum(one.shown for one in each),
        own=sum(one.own for one in each),
        others=sum(one.others for one in each),
    )


def _others(rows: pd.DataFrame) -> int:
    return int((rows["hidden"] & ~rows["own"]).sum())
