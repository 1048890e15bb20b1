"""One comparison of places with a measure and without it: what came of it, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evalkit.programme.comparison import Comparison
from evalkit.short_form import ShortForm
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable

if TYPE_CHECKING:
    from evalkit.statistics.panel.effect import Effect

MOST_HIDDEN = (
    0.2  # of the figures of either side; what is hidden is small, and without it the rest is no fair picture
)


@dataclass(frozen=True, slots=True)
class Side:
    """The figures of the places with the measure, or of those without: how many the window has, and how many there are.

    Attributes
    ----------
    places, cells : int
        Places declared, and their years in the window.
    hidden, missing : int
        Years whose figure is confidential, or was not reported.
    silent : tuple of str
        Places without a figure in the whole window.
    """

    places: int
    cells: int
    hidden: int
    missing: int
    silent: tuple[str, ...]

    @property
    def is_mostly_told(self) -> bool:
        """Tell whether few enough figures are hidden."""
        return self.hidden <= MOST_HIDDEN * self.cells


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ComparedEffect(ShortForm):
    """One comparison, what came of it, and what it rests on.

    Attributes
    ----------
    comparison : Comparison
    found : Effect or NotEstimable
        From five places with the measure on by imputation from the years without it, below by mixtures of other places.
    two_way : Effect or NotEstimable
        What two-way fixed effects would have said; never the headline.
    parallel : Effect, NotEstimable or None
        Beside a mixture of other places, what synthetic difference-in-differences says; None where the headline is no mixture.
    each_alike : Effect or NotEstimable
        Difference of log rates with each place alike, against places that never had it, from the last whole year before the start.
    exploratory : bool
        Whether it was chosen when its figures were known already, or nobody can tell.
    starts : dict
        First whole year with the measure to the places.
    broken : tuple of (place, year)
        Years left out, for the measure began in the midst of them.
    treated, compared : Side
    per_person : bool
        Whether rates are per inhabitant; else a place's years count alike.
    rates : tuple of float
        Counted a person-year (else a place and year) with the measure, before its start and since; of the places that the effect rests on.
    early : tuple of float
        Counted with the measure in the years before the first start, and the rate: the years of ``beside``, where starts differ.
    beside : tuple of float
        Of the places without it, in the years before the first start and since the first whole year after it: counted, counted, and the two rates.
    apart : str
        "below" or "above" where, before the first start, each place with the measure stood below, or above, each one without it;
        else empty.
    later : tuple of str
        Places that take the measure after the window only: counted among those without it.
    several_sources : tuple of str
        Places whose years are told by more than one source.
    is_exact : bool
        No figure is approximate at its source.
    law : ScatterLaw
    """

    comparison: Comparison
    found: Effect | NotEstimable
    two_way: Effect | NotEstimable
    parallel: Effect | NotEstimable | None
    each_alike: Effect | NotEstimable
    exploratory: bool
    starts: dict[int, tuple[str, ...]]
    broken: tuple[tuple[str, int], ...]
    treated: Side
    compared: Side
    per_person: bool
    rates: tuple[float, float]
    early: tuple[float, float]
    beside: tuple[float, float, float, float]
    apart: str
    later: tuple[str, ...]
    several_sources: tuple[str, ...]
    is_exact: bool
    law: ScatterLaw

    @property
    def frame(self) -> pd.DataFrame:
        """The rows of the effect, each with ``comparison``, ``exploratory`` and ``design``; last the whole of :attr:`parallel`; a reason where it cannot be told."""
        name, found = self.comparison.id, self.found
        if isinstance(found, NotEstimable):
            told = {"comparison": name, "exploratory": self.exploratory, "design": "", "reason": found.reason}
            return pd.DataFrame([told])
        rows = _with_design(found)
        if self.parallel is not None and not isinstance(self.parallel, NotEstimable):
            rows = pd.concat([rows, _with_design(self.parallel).head(1)], ignore_index=True)
        return rows.assign(comparison=name, exploratory=self.exploratory, reason="")


def _with_design(found: Effect) -> pd.DataFrame:
    """Return the rows of an effect, the p of its whole beside it."""
    rows, by_chance = found.frame, found.chance
    p, smallest = (by_chance.p, by_chance.smallest) if by_chance else (np.nan, np.nan)
    whole = rows["kind"] == "overall"
    return rows.assign(
        design=found.design, p=np.where(whole, p, np.nan), smallest_p=np.where(whole, smallest, np.nan)
    )
