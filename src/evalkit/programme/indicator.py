"""What an indicator is: a kind, the measures it is made of, and how it is read.

The kinds are few and general (:mod:`evalkit.programme.kinds`); a new indicator is a table in indicators.toml and needs no Python.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from evalkit.declaration import Declared
from evalkit.labels import Label
from evalkit.messages import worded
from evalkit.programme.kinds import KINDS, WITHOUT_BASE, Formula, Kind
from evalkit.programme.terms import Criterion, Polarity, ResultLevel, ThreeP, TimeBasis

StageBasis = Literal["cohort", "totals"]


class Holder(Declared):
    """The agency that holds the figures, from one day to another; an open end means since ever, or still."""

    agency: Label
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether the agency held the figures on a day."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


class Indicator(Declared):
    """A measurable sign of progress: a numerator, often a denominator, and how to read it.

    Attributes
    ----------
    part, base_part : dict of str
        The breakdown value at which the numerator, and the denominator, is taken: ``{ethnicity = "minority"}``.
        Empty for the total.
    scale : float
        What the value is multiplied by: 100 of a kind in percent, and 1000 of ``per_thousand``, where nothing is said; else 1.
    against : tuple of two str
        Of ``share_of_shares``: the measures of the share that the first share is held against.
    basis : {"cohort", "totals"}
        Of ``conversion``: whether the same persons are followed, or yearly totals set side by side.
    polarity : {"higher", "lower", "neutral"}
        Which direction is good; counts of cases and of victims are ``neutral``, because more detected cases can mean
        more effort.
    min_base : int
        Under it a percentage is marked as resting on a small base, and no change in percent is given.
    fewest : int
        Under this base no value is given at all.
    compare_periods, trend : bool
        Ask for the exact comparison of programme periods, and for the headline trend of the yearly figures.
    valid_from, valid_to : date, optional
        The days between which the indicator exists; a figure of a period that lies partly outside gives no value.
    """

    id: str
    label: Label
    definition: Label | None = None
    kind: Kind
    numerator: str
    part: dict[str, str] = Field(default_factory=dict)
    denominator: str | None = None
    base_part: dict[str, str] = Field(default_factory=dict)
    against: tuple[str, str] | None = None
    basis: StageBasis | None = None
    scale: float = 1.0
    polarity: Polarity
    level: ResultLevel
    criterion: Criterion
    three_p: ThreeP | None = None
    time_basis: TimeBasis = "flow"
    strand: str
    holders: tuple[Holder, ...] = ()
    min_base: int = 10
    fewest: int = 0
    compare_periods: bool = False
    trend: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    why: Label
    caveat: Label
    source: str

    def __repr__(self) -> str:
        """Name it, and say what it is made of."""
        label = next(iter(self.label.root.values()))
        parts = " / ".join(self.measures[:2])
        return f"<Indicator {self.id}: {label[:120]} ({self.kind} of {parts})>"

    @model_validator(mode="before")
    @classmethod
    def _scale_of_its_kind(cls, content: Any) -> Any:
        """Give an indicator that says no scale that of its kind: a share without one would be read as a hundredth of it."""
        if not isinstance(content, dict) or "scale" in content or content.get("kind") not in KINDS:
            return content
        return {**content, "scale": KINDS[content["kind"]].scale}

    @model_validator(mode="after")
    def _is_in_percent_where_written_so(self) -> Self:
        if KINDS[self.kind].in_percent and self.scale != KINDS[self.kind].scale:
            raise ValueError(
                worded(
                    "an indicator of kind {kind} is written in percent: its scale is 100, or left out",
                    kind=repr(self.kind),
                )
            )
        return self

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needs_base = self.kind not in WITHOUT_BASE
        if needs_base and self.denominator is None:
            raise ValueError(worded("an indicator of kind {kind} needs a denominator", kind=repr(self.kind)))
        if self.kind in ("count", "change") and self.denominator is not None:
            raise ValueError(worded("an indicator of kind {kind} has no denominator", kind=repr(self.kind)))
        if (self.kind == "share_of_shares") != (self.against is not None):
            raise ValueError(
                worded(
                    "kind 'share_of_shares', and no other, names in 'against' the share it is held against"
                )
            )
        if (self.kind == "conversion") != (self.basis is not None):
            raise ValueError(
                worded(
                    "kind 'conversion', and no other, says in 'basis' whether it follows a cohort or sets totals side by side"
                )
            )
        return self

    @model_validator(mode="after")
    def _follows_a_whole_count(self) -> Self:
        if (self.trend or self.compare_periods) and not self.counts_a_whole:
            raise ValueError(
                worded(
                    "trend and compare_periods are for an indicator of kind 'count' without a part: what is fitted are the counts of the whole measure"
                )
            )
        if (self.trend or self.compare_periods) and self.is_own_doing:
            raise ValueError(
                worded(
                    "trend and compare_periods are not for what the programme itself does (level 'output'): that is decided, and chance has no say in it"
                )
            )
        return self

    @model_validator(mode="after")
    def _exists_for_some_days(self) -> Self:
        if self.valid_from is not None and self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(
                worded("valid_to lies before valid_from: a validity ends on or after the day it starts")
            )
        return self

    @property
    def is_share(self) -> bool:
        """Tell whether the numerator is a part of the denominator and may not exceed it."""
        return self.formula == "share"

    @property
    def formula(self) -> Formula:
        """How its value and limits are found; of a conversion of one cohort as those of a share."""
        return "share" if self.basis == "cohort" else KINDS[self.kind].formula

    @property
    def counts_a_whole(self) -> bool:
        """Tell whether its value is the count of a whole measure, which alone is added up over years and followed by a trend."""
        return self.kind == "count" and not self.part

    @property
    def is_own_doing(self) -> bool:
        """Tell whether it counts what the programme itself does (level ``output``), in full or as a share: that is decided, not drawn by chance."""
        return self.level == "output"

    @property
    def measures(self) -> tuple[str, ...]:
        """Return the names of the measures it is made of, the numerator first."""
        named = (self.numerator, self.denominator, *(self.against or ()))
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def holder_on(self, day: date) -> Label | None:
        """Return the agency that held the figures on a day."""
        return next((holder.agency for holder in self.holders if holder.covers(day)), None)
