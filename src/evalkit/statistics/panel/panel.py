"""Places over periods, of which some had a programme from some period on: what every estimate of an effect takes."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.errors import DeclarationError, FactsError
from evalkit.statistics.counts import Numbers, amounts, whole_counts
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.table import named_rows, refuse_repeated

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Counts of places over periods, and since when each place has the programme.

    Attributes
    ----------
    counts : ndarray, places x periods
        Cases; missing where they were not reported, which is no zero.
    exposure : ndarray, places x periods
        Person-years, or years; positive wherever a count stands.
    treated_since : tuple of int or None
        First period with the programme; None where it never came.
    places : tuple of str
    periods : tuple of int
        Years, or running numbers; rising.
    law : ScatterLaw
        How the counts scatter; unknown by default.
    whole : bool
        False for a measured value, which may have decimals and lie below zero.

    Raises
    ------
    FactsError
        If the parts do not fit together, a count is negative or not whole, or an exposure is missing or not positive.

    Notes
    -----
    Hidden counts are small ones: where they are left missing the rest is no fair picture, and an effect is biased.

    Examples
    --------
    >>> panel = Panel(np.array([[4.0, 1], [5, 6]]), np.ones((2, 2)), (2021, None), ("A", "B"), (2020, 2021))
    >>> panel.starts.tolist(), panel.treated.tolist()
    ([1, 2], [[False, True], [False, False]])
    """

    counts: Numbers
    exposure: Numbers
    treated_since: tuple[int | None, ...]
    places: tuple[str, ...]
    periods: tuple[int, ...]
    law: ScatterLaw = field(default_factory=ScatterLaw.unknown)
    whole: bool = True

    def __post_init__(self) -> None:
        shape = (len(self.places), len(self.periods))
        if np.shape(self.counts) != shape or np.shape(self.exposure) != shape or not all(shape):
            raise _wrong("counts and exposure have one row per place and one column per period")
        if len(self.treated_since) != shape[0] or len(set(self.places)) != shape[0]:
            raise _wrong("each place stands once, with one start or none")
        if (np.diff(self.periods) <= 0).any():
            raise _wrong("periods rise")
        self._refuse_figures()

    def _refuse_figures(self) -> None:
        figures = np.asarray(self.counts, dtype=float).ravel()
        if self.whole:
            whole_counts(figures, where="panel", labels=self._cells)
        else:
            amounts(figures, where="panel")
        lived = np.asarray(self.exposure, dtype=float).ravel()
        bad = ~np.isnan(figures) & ~(np.isfinite(lived) & (lived > 0))
        if bad.any():
            raise FactsError(
                where=f"panel: {named_rows(self._cells().to_numpy()[bad])}",
                rule="a rate has a positive exposure",
                do="give the exposure, or leave the figure out",
            )

    def _cells(self) -> pd.Series:
        return pd.Series([f"{place} {period}" for place in self.places for period in self.periods])

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        since: Mapping[str, int],
        *,
        law: ScatterLaw | None = None,
        whole: bool = True,
    ) -> Self:
        """Return the panel of a tidy frame.

        Parameters
        ----------
        frame : DataFrame, one row per place and period
            ``province_code``, ``year``, ``count`` (missing where not reported) and, for rates, ``exposure``.
        since : mapping
            First treated period by place; a place that is not in it never had the programme.

        Raises
        ------
        DeclarationError
            If ``since`` names a place that the frame does not have.
        FactsError
            If a place has two figures for one period.

        Examples
        --------
        >>> rows = [("A", 2020, 4), ("A", 2021, 1), ("B", 2020, 5), ("B", 2021, 6)]
        >>> frame = pd.DataFrame(rows, columns=["province_code", "year", "count"])
        >>> Panel.from_frame(frame, {"A": 2021}).treated_since
        (2021, None)
        """
        refuse_repeated(frame, ["province_code", "year"], where="panel")
        rows = frame if "exposure" in frame.columns else frame.assign(exposure=1.0)
        wide = rows.pivot_table(
            index="province_code", columns="year", values=["count", "exposure"], dropna=False
        ).astype(float)
        _refuse_unknown(since, wide.index)
        return cls(
            counts=wide["count"].to_numpy(),
            exposure=wide["exposure"].to_numpy(),
            treated_since=tuple(since.get(place) for place in wide.index),
            places=tuple(wide.index),
            periods=tuple(int(year) for year in wide["count"].columns),
            law=law or ScatterLaw.unknown(),
            whole=whole,
        )

    @property
    def starts(self) -> NDArray[np.int_]:
        """Column of each place's first treated period; the number of periods where none of them is."""
        last = self.periods[-1] + 1
        return np.searchsorted(self.periods, [last if one is None else one for one in self.treated_since])

    @property
    def treated(self) -> Mask:
        """Cells with the programme."""
        return treated_cells(self.starts, len(self.periods))

    @property
    def reported(self) -> Mask:
        """Cells with a count."""
        return ~np.isnan(self.counts)

    @property
    def ever(self) -> Mask:
        """Places that have the programme within the periods; one that starts later is compared with, as it is untreated."""
        return self.starts < len(self.periods)

    @property
    def cohorts(self) -> list[int]:
        """First treated periods that occur, rising; a start between two periods counts from the later one on."""
        return [self.periods[at] for at in np.unique(self.starts[self.ever])]

    @property
    def seed(self) -> int:
        """Seed of what is drawn: it follows from the counts, so that a panel gives one p, and other panels other draws."""
        return zlib.crc32(np.ascontiguousarray(self.counts).tobytes())

    def kept(self, keep: Mask) -> Self:
        """Return the panel of some of its places."""
        at = np.flatnonzero(keep)
        return replace(
            self,
            counts=self.counts[at],
            exposure=self.exposure[at],
            treated_since=tuple(self.treated_since[k] for k in at),
            places=tuple(self.places[k] for k in at),
        )

    def cases(self, cells: Mask) -> float:
        """Return the cases reported in some cells."""
        return float(np.nansum(self.counts[cells]))


def treated_cells(starts: NDArray[np.int_], periods: int) -> Mask:
    """Return which periods lie at or after each start, as the last axis.

    Examples
    --------
    >>> treated_cells(np.array([1, 2]), 2).tolist()
    [[False, True], [False, False]]
    """
    return np.asarray(np.arange(periods) >= np.asarray(starts)[..., None])


def _wrong(rule: str) -> FactsError:
    return FactsError(where="panel", rule=rule, do="look at how the panel was put together")


def _refuse_unknown(since: Mapping[str, int], places: Sequence[str] | pd.Index) -> None:
    unknown = sorted(set(since) - set(places))
    if unknown:
        raise DeclarationError(
            where=f"comparison: {named_rows(np.array(unknown))}",
            rule="a place with the programme is a place with figures",
            do="correct the code, or give the place's figures",
        )
