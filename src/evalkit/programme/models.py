"""What was promised, as data: periods, measures, indicators, targets and the dated events that bend a series.

Everything here is declared in TOML and checked once, on loading. Nothing here computes.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from evalkit.declaration import Declared

Unit = str
PlaceBasis = Literal["occurrence", "residence", "detection", "reception"]
DisclosureClass = Literal["activity", "case", "person"]
Kind = Literal["count", "rate", "proportion", "period_ratio"]
Polarity = Literal["higher", "lower", "neutral"]
Comparator = Literal["greater_than", "at_least", "less_than", "at_most"]
Criterion = Literal["relevance", "coherence", "effectiveness", "efficiency", "impact", "sustainability"]
ResultLevel = Literal["output", "outcome", "impact"]


class Label(Declared):
    """One wording in both languages of the pages."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Dated(Declared):
    """Something in force from one day to another, both inclusive."""

    valid_from: date
    valid_to: date

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from: a validity ends on or after the day it starts")
        return self

    def covers(self, day: date) -> bool:
        """Tell whether the day lies inside the validity."""
        return self.valid_from <= day <= self.valid_to


class ProgrammePeriod(Dated):
    """One span of the programme with its legal basis.

    ``mid_term`` is the day a mid-term review looks at, where one is known.
    """

    id: str
    label: Label
    legal_basis: str
    source: str
    mid_term: date | None = None


class Strand(Declared):
    """One of the lines of work common to all periods."""

    id: str
    label: Label


class MeasureUnit(Declared):
    """What is counted: cases, persons, attendances. Units are never mixed."""

    label: Label


class Dimension(Declared):
    """A breakdown of a measure and the values it may take; ``all`` stands for the total and is not listed.

    ``exhaustive`` says that the values add up to the total; ``of_person`` that it describes persons, so that even a
    count of cases crossed by it is protected like a count of persons; ``sensitive`` raises the threshold.
    """

    label: Label
    values: dict[str, Label]
    sensitive: bool = False
    exhaustive: bool = True
    of_person: bool = True


class Measure(Declared):
    """A figure that is reported: what is counted, where it is counted and what may be shown of it."""

    label: Label
    unit: Unit
    strand: str
    place_basis: PlaceBasis
    disclosure: DisclosureClass
    dimensions: tuple[str, ...] = ()
    definition: Label
    note: Label | None = None


class Indicator(Declared):
    """A measurable sign of progress: a numerator, often a denominator, and how to read it.

    ``polarity`` says which direction is good; counts of cases and of victims are ``neutral``, because more detected
    cases can mean more effort. ``compare_periods`` asks for the exact comparison of programme periods, ``trend`` for
    the headline trend of the yearly figures.
    """

    id: str
    label: Label
    kind: Kind
    numerator: str
    denominator: str | None = None
    scale: float = 1.0
    polarity: Polarity
    level: ResultLevel
    criterion: Criterion
    strand: str
    min_base: int = 10
    compare_periods: bool = False
    trend: bool = False
    why: Label
    caveat: Label
    source: str

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if self.kind != "count" and self.denominator is None:
            raise ValueError(f"an indicator of kind {self.kind!r} needs a denominator")
        if self.kind == "count" and self.denominator is not None:
            raise ValueError("an indicator of kind 'count' has no denominator")
        return self


class Target(Dated):
    """A promise with its words, dates and source.

    A target with neither comparator nor value is unquantified: it is shown in its own words and never judged.
    """

    id: str
    indicator: str | None = None
    wording: Label
    comparator: Comparator | None = None
    value: float | None = None
    unit: Literal["percent", "count"] | None = None
    level: Literal["national", "provincial"] = "national"
    province_code: str | None = None
    scheme: str | None = None
    source: str

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        parts = (self.comparator, self.value, self.unit)
        if any(part is None for part in parts) and any(part is not None for part in parts):
            raise ValueError(
                "a quantified target needs comparator, value and unit; an unquantified one has none of them"
            )
        if self.level == "provincial" and (self.province_code is None or self.scheme is None):
            raise ValueError("a provincial target needs province_code and scheme")
        if self.value is not None and self.indicator is None:
            raise ValueError("a quantified target names the indicator it is held against")
        return self

    @property
    def is_quantified(self) -> bool:
        """Tell whether the target can be held against a number."""
        return self.value is not None


class Break(Dated):
    """A dated event that bends a series: a law, a border closure, a merger. It is named beside every trend it touches."""

    id: str
    label: Label
    effect: Label
    kind: Literal["definition", "detection", "boundary", "organisation"]
    measures: tuple[str, ...] = ()
    source: str


class Recommendation(Declared):
    """What a mid-term review asked for, and the indicators that would show whether it happened."""

    id: str
    label: Label
    indicators: tuple[str, ...] = ()
    strand: str
    source: str


class Programme(Declared):
    """A whole programme, checked for dangling names and overlapping validities."""

    id: str
    label: Label
    periods: tuple[ProgrammePeriod, ...] = Field(min_length=1)
    strands: tuple[Strand, ...]
    source_order: tuple[str, ...] = ()
    units: dict[str, MeasureUnit]
    dimensions: dict[str, Dimension] = Field(default_factory=dict)
    measures: dict[str, Measure]
    indicators: dict[str, Indicator]
    targets: tuple[Target, ...] = ()
    breaks: tuple[Break, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()

    def period_of(self, day: date) -> ProgrammePeriod | None:
        """Return the programme period a day belongs to."""
        return next((period for period in self.periods if period.covers(day)), None)

    def targets_binding(self, province_code: str, scheme: str) -> tuple[Target, ...]:
        """Return the national targets and those set by one province."""
        return tuple(
            target
            for target in self.targets
            if target.level == "national" or (target.province_code, target.scheme) == (province_code, scheme)
        )

    def breaks_between(self, start: date, end: date) -> tuple[Break, ...]:
        """Return the events that touch any day of a span."""
        return tuple(event for event in self.breaks if event.valid_from <= end and event.valid_to >= start)
