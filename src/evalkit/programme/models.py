"""What was promised, as data: periods, measures, indicators, targets and the dated events that bend a series.

Everything here is declared in TOML and checked once, on loading. Nothing here computes.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from evalkit.declaration import Declared, nearest
from evalkit.errors import NoSuchKeyError
from evalkit.labels import Dated, Label
from evalkit.messages import worded
from evalkit.places.place_names import without_diacritics
from evalkit.places.population import POPULATION
from evalkit.programme.comparison import Comparison
from evalkit.programme.indicator import Holder, Indicator, StageBasis
from evalkit.programme.kinds import Kind
from evalkit.programme.supports import SupportMatrix
from evalkit.programme.terms import (
    CRITERIA,
    Comparator,
    Criterion,
    DisclosureClass,
    PlaceBasis,
    Polarity,
    ResultLevel,
    ThreeP,
    TimeBasis,
    Unit,
)
from evalkit.short_form import ByName, InOrder

__all__ = [
    "CRITERIA",
    "Break",
    "Comparator",
    "Comparison",
    "Criterion",
    "Dated",
    "Dimension",
    "DisclosureClass",
    "Holder",
    "Indicator",
    "Kind",
    "Label",
    "Measure",
    "MeasureUnit",
    "PlaceBasis",
    "Polarity",
    "Programme",
    "ProgrammePeriod",
    "Recommendation",
    "ResultLevel",
    "Stage",
    "StageBasis",
    "Strand",
    "SupportMatrix",
    "Target",
    "ThreeP",
    "TimeBasis",
    "Unit",
]


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
    singular: str | dict[str, str] = ""  # the word beside a one: in English, "case", or by language

    @property
    def one(self) -> Label:
        """The word beside a one."""
        singular = {"en": self.singular} if isinstance(self.singular, str) else self.singular
        return Label.model_construct(
            self.label.root | {name: text for name, text in singular.items() if text}
        )


class Dimension(Declared):
    """A breakdown of a measure and the values it may take; ``all`` stands for the total and is not listed.

    ``exhaustive`` says that the values add up to the total; ``of_person`` that it describes persons, so that even a
    count of cases crossed by it is protected like a count of persons; ``sensitive`` raises the threshold. ``separate``
    values are never added: a measure that has such a breakdown is always given at one of them, and never in total.
    Of values that do not add up, ``disjoint`` lists sets of which no person has two (all of them, where nothing is said:
    the safe guess), and ``within`` names for a narrower value the wider one that holds it. ``read_as`` names for a value
    the crossings that a reader may take it for, though nobody says that they are the same persons: women for adults who are female. ``unspecified`` is the value of those
    of whom the attribute is not told: a share that moved is told with their number.
    """

    label: Label
    values: dict[str, Label]
    unspecified: str | None = None
    sensitive: bool = False
    exhaustive: bool = True
    of_person: bool = True
    separate: bool = False
    disjoint: tuple[tuple[str, ...], ...] | None = None
    within: dict[str, str] = Field(default_factory=dict)
    read_as: dict[str, tuple[dict[str, str], ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_its_values(self) -> Dimension:
        named = {*(value for values in self.apart() for value in values), *self.within, *self.within.values()}
        named |= {*self.read_as}
        named |= {self.unspecified} if self.unspecified is not None else set()
        if unknown := sorted(named - set(self.values)):
            raise ValueError(
                worded(
                    "disjoint, within, read_as and unspecified name values of the dimension; {unknown} is none",
                    unknown=unknown[0],
                )
            )
        return self

    def apart(self) -> tuple[tuple[str, ...], ...]:
        """Return the sets of values of which no person has two."""
        return (tuple(self.values),) if self.disjoint is None else self.disjoint


class Measure(Declared):
    """A figure that is reported: what is counted, where it is counted and what may be shown of it.

    ``whole = false`` says that its figures may have decimals (medians, money, growth), ``negative = true`` that they may be
    below zero; of all others neither is taken.
    ``additive = false`` says that figures of places or years are never added: medians are not. ``of`` names the measure whose
    cases or persons such a statistic stands on: over few of them it is hidden. Each of ``part_of`` counts all that this counts;
    from each of ``subtracted_from`` a reader subtracts it, though it counts some that the other does not: cases pass from one period to the next.
    Persons are ``no_more_than`` what each of them has at least one of: referrals, days; few of these are hidden as few persons are.
    A stock ``grows_by`` what comes in and ``falls_by`` what goes out, as a reader reckons from one to the next.
    """

    label: Label
    unit: Unit
    strand: str
    place_basis: PlaceBasis
    disclosure: DisclosureClass
    time_basis: TimeBasis = "flow"
    whole: bool = True
    negative: bool = False
    additive: bool = True
    of: str | None = None
    part_of: tuple[str, ...] = ()
    subtracted_from: tuple[str, ...] = ()
    grows_by: tuple[str, ...] = ()
    falls_by: tuple[str, ...] = ()
    no_more_than: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    definition: Label
    note: Label | None = None

    @model_validator(mode="after")
    def _counts_of_cases_are_whole(self) -> Self:
        if self.disclosure != "activity" and (self.negative or not self.whole):
            raise ValueError(
                worded(
                    "cases and persons are counted in whole numbers: whole = false and negative = true need disclosure 'activity'"
                )
            )
        return self


class Target(Dated):
    """A promise with its words, dates and source.

    A target with neither comparator nor value is unquantified: it is shown in its own words and never judged.
    ``per`` says what the number is for: each year, or the whole term from ``valid_from`` to ``valid_to``.
    """

    id: str
    indicator: str | None = None
    wording: Label
    comparator: Comparator | None = None
    value: float | None = None
    unit: Literal["percent", "count"] | None = None
    per: Literal["year", "term"] = "year"
    level: Literal["national", "provincial"] = "national"
    province_code: str | None = None
    scheme: str | None = None
    source: str

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        parts = (self.comparator, self.value, self.unit)
        if any(part is None for part in parts) and any(part is not None for part in parts):
            raise ValueError(
                worded("a quantified target needs comparator, value and unit; another has none of them")
            )
        if self.level == "provincial" and (self.province_code is None or self.scheme is None):
            raise ValueError(worded("a provincial target needs province_code and scheme"))
        if self.value is not None and self.indicator is None:
            raise ValueError(worded("a quantified target names the indicator it is held against"))
        return self

    @property
    def is_quantified(self) -> bool:
        """Tell whether the target can be held against a number."""
        return self.value is not None


class Break(Dated):
    """A dated event that bends a series: a law, a border closure, a merger. It is named beside every trend it touches."""

    id: str
    label: Label
    short: Label | None = None  # at most three words, for drawings
    effect: Label
    kind: Literal["definition", "detection", "boundary", "organisation"]
    measures: tuple[str, ...] = ()
    source: str


class Stage(Declared):
    """One stage of the pathway of victims: a measure, and whether it is a part of a cohort or a yearly total.

    ``base`` names the measure of the cohort that a stage of basis "cohort" is a part of.
    """

    id: str
    label: Label
    measure: str
    base: str | None = None
    basis: StageBasis
    note: Label

    @model_validator(mode="after")
    def _a_cohort_is_named(self) -> Self:
        if (self.basis == "cohort") != (self.base is not None):
            raise ValueError(
                worded("a stage of basis 'cohort', and no other, names in 'base' the measure it is a part of")
            )
        return self


class Recommendation(Declared):
    """What a mid-term review asked for, and the indicators that would show whether it happened."""

    id: str
    label: Label
    indicators: tuple[str, ...] = ()
    strand: str
    source: str


class Request(Declared):
    """A figure that whoever reads the pages may ask for: what, in which unit, from whom, and the measures that it would fill.

    A request of whose measures one has a figure in the latest programme period is not made again. ``ask`` is the agency, or the
    agencies, that keep the figure of a province; ``ask_nation`` keeps the whole country's (by default the same). ``by`` names the
    breakdowns that are asked for of those measures that have them; ``only`` the values that are asked for of a breakdown.
    """

    id: str
    label: Label
    ask: Label
    ask_nation: Label | None = None
    measures: tuple[str, ...] = Field(min_length=1)
    by: tuple[str, ...] = ()
    only: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    def agency(self, *, nation: bool) -> Label:
        """Return whom to ask: of a province's figure, or of the whole country's."""
        return self.ask_nation if nation and self.ask_nation is not None else self.ask


class IndicatorsFound(dict[str, Indicator]):
    """Indicators that were looked for, by name, with the programme that declares them."""

    def __init__(self, found: dict[str, Indicator], *, programme: Programme) -> None:
        super().__init__(found)
        self.programme = programme

    def __repr__(self) -> str:
        """List the first names and labels."""
        lines = [
            f"{name}: {one.label.en if 'en' in one.label.root else one.label}"[:70]
            for name, one in self.items()
        ]
        more = [f"... {len(lines) - 4} more"] if len(lines) > 5 else []
        shown = lines[:4] if more else lines
        return "\n".join([*shown, *more]) or "no indicator says that"


class IndicatorsByName(ByName[Indicator]):
    """The indicators of a programme by name; a code or a label in place of a name is answered with the name."""

    def __missing__(self, asked: object) -> Indicator:
        """Say by which name an indicator stands here, or how it is found."""
        text = str(asked).casefold()
        names = [
            name
            for name, one in self.items()
            if text in (one.id.casefold(), *(label.casefold() for label in one.label.root.values()))
        ]
        if names:
            rule = worded("an indicator stands here under its name, not under its code or label")
            raise NoSuchKeyError(
                where=repr(asked), rule=rule, do=worded("write {names}", names=" / ".join(map(repr, names)))
            )
        raise NoSuchKeyError(
            where=repr(asked),
            rule=worded("the programme has no such indicator"),
            do=worded(
                "programme.find(TEXT) searches names and labels; {nearest}",
                nearest=nearest(str(asked), list(self)),
            ),
        )


class Programme(Declared):
    """A whole programme, checked for dangling names and overlapping validities.

    ``population`` is the measure that holds the inhabitants, as the registry declares it: no figure of the programme itself.
    ``counts_detection`` says that a recorded case is a detected one, so that counts of cases and persons have no good direction.
    """

    id: str
    label: Label
    periods: Annotated[tuple[ProgrammePeriod, ...], AfterValidator(InOrder)] = Field(min_length=1)
    strands: Annotated[tuple[Strand, ...], AfterValidator(InOrder)]
    source_order: Annotated[tuple[str, ...], AfterValidator(InOrder)] = InOrder()
    units: Annotated[dict[str, MeasureUnit], AfterValidator(ByName)]
    dimensions: Annotated[dict[str, Dimension], AfterValidator(ByName)] = Field(default_factory=ByName)
    measures: Annotated[dict[str, Measure], AfterValidator(ByName)]
    indicators: Annotated[dict[str, Indicator], AfterValidator(IndicatorsByName)]
    targets: Annotated[tuple[Target, ...], AfterValidator(InOrder)] = InOrder()
    breaks: Annotated[tuple[Break, ...], AfterValidator(InOrder)] = InOrder()
    recommendations: Annotated[tuple[Recommendation, ...], AfterValidator(InOrder)] = InOrder()
    stages: Annotated[tuple[Stage, ...], AfterValidator(InOrder)] = InOrder()
    requests: Annotated[tuple[Request, ...], AfterValidator(InOrder)] = InOrder()
    comparisons: Annotated[tuple[Comparison, ...], AfterValidator(InOrder)] = InOrder()
    support: SupportMatrix | None = None
    population: str = POPULATION
    counts_detection: bool = True

    def __repr__(self) -> str:
        """Say which programme it is and how much it declares."""
        return (
            f"<Programme {self.id}: {len(self.indicators)} indicators of {len(self.measures)} measures,"
            f" {len(self.targets)} targets, {len(self.periods)} periods>"
        )

    def find(self, text: str) -> IndicatorsFound:
        """Return the indicators in whose name, id, label, definition or measures a text stands.

        Parameters
        ----------
        text : str
            Small letters, capitals and diacritics do not matter; several words must all stand there.

        Returns
        -------
        IndicatorsFound
            Indicators by name; in JupyterLab it shows definition, caveat, source and targets of each.
        """
        wanted = without_diacritics(text).casefold().split()
        found = {name: one for name, one in self.indicators.items() if self._says(name, one, wanted)}
        return IndicatorsFound(found, programme=self)

    def _says(self, name: str, indicator: Indicator, words: list[str]) -> bool:
        texts = [name, indicator.id, *indicator.label.root.values(), indicator.numerator]
        texts += list(indicator.definition.root.values()) if indicator.definition else []
        texts += [one for measure in indicator.measures for one in self.measures[measure].label.root.values()]
        said = without_diacritics(" ".join(texts)).casefold()
        return bool(words) and all(word in said for word in words)

    def period_of(self, day: date) -> ProgrammePeriod | None:
        """Return the programme period a day belongs to."""
        return next((period for period in self.periods if period.covers(day)), None)

    def follows_persons(self, measure: str) -> bool:
        """Tell whether a measure is protected as a count of persons: it is one, or persons are no more than it."""
        of_persons = [one for one in self.measures.values() if one.disclosure == "person"]
        return self.measures[measure].disclosure == "person" or any(
            measure in one.no_more_than for one in of_persons
        )

    def is_counted(self, indicator: Indicator) -> bool:
        """Tell whether an indicator's numerator is a count, of which chance may have a part: money and medians are not."""
        measure = self.measures[indicator.numerator]
        return measure.whole and not measure.negative

    def is_decided(self, indicator: Indicator) -> bool:
        """Tell whether an indicator's value is no sample, so that chance is left out of it: an own doing, be it a count or a share, or what is not counted.

        Examples
        --------
        >>> from evalkit.programme.load import load_programme
        >>> programme = load_programme("vn-trafficking")
        >>> names = ("establishments_inspected", "victims_supported", "cases")
        >>> [programme.is_decided(programme.indicators[name]) for name in names]
        [True, False, False]
        """
        return indicator.is_own_doing or not self.is_counted(indicator)

    def only(self, names: Collection[str]) -> Programme:
        """Return the programme with some of its indicators, in the order of ``names``; itself where these are all."""
        if len(names) == len(self.indicators):
            return self
        return self.model_copy(update={"indicators": {name: self.indicators[name] for name in names}})

    def targets_binding(self, province_code: str, scheme: str) -> tuple[Target, ...]:
        """Return the national targets and those set by one province."""
        return tuple(
            target
            for target in self.targets
            if target.level == "national" or (target.province_code, target.scheme) == (province_code, scheme)
        )

    def requests_in_order(self) -> list[Request]:
        """Return what is asked for where it lacks, in this order: first what a target needs."""
        promised = {
            measure
            for target in self.targets
            if target.indicator in self.indicators
            for measure in self.indicators[str(target.indicator)].measures
        }
        return sorted(self.requests, key=lambda request: not promised & set(request.measures))

    def period_asked_for(self, day: date) -> ProgrammePeriod:
        """Return the last programme period that is over on a day, else the first: its years are those whose figures are asked for."""
        over = [period for period in self.periods if period.valid_to < day]
        return over[-1] if over else self.periods[0]

    def breaks_of(self, measure: str) -> tuple[Break, ...]:
        """Return the events that bend a measure: those declared for it, and those declared for no measure, which bend all."""
        return tuple(event for event in self.breaks if not event.measures or measure in event.measures)

    def breaks_between(self, start: date, end: date, *, measure: str) -> tuple[Break, ...]:
        """Return the events that bend a measure and touch any day of a span."""
        return tuple(
            event for event in self.breaks_of(measure) if event.valid_from <= end and event.valid_to >= start
        )
