"""What the steps of an evaluation give: records that a researcher can hold, and that show themselves as a section.

``lapses`` of a record tell what an unexpected error took from it, see :mod:`evalkit.lapses`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from importlib import import_module

import pandas as pd

from evalkit.facts.areas import Area, NationFacts, ProvinceFacts
from evalkit.facts.findings import Finding
from evalkit.facts.intake import Source
from evalkit.indicators.news import News
from evalkit.indicators.period_totals import PeriodComparison
from evalkit.indicators.province_comparison import ProvinceComparison
from evalkit.indicators.trends import Trend
from evalkit.indicators.zeros import ZeroPeriod
from evalkit.lapses import Lapse
from evalkit.short_form import ShortForm

_WORDS = (
    "evalkit.reporting.sections"  # loaded by name when a record is read out: records know nothing of pages
)


class Record(ShortForm):
    """What a step gives: short in a terminal, a section of the page in JupyterLab, plain words by :meth:`text`."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Say what it is, of which place, and how much it holds."""
        area: Area | None = getattr(self, "area", None)
        of = f" of {short_name(area)}" if area is not None else ""
        return f"<{type(self).__name__}{of}: {', '.join(_contents(self))}>"

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str | None = None) -> str:
        """Return the record in plain words, as its section of the page says it.

        Parameters
        ----------
        language : str, optional
            A language of the workspace; the first one by default.
        """
        reporting = import_module(_WORDS)
        if not reporting.is_shown(self):
            return repr(self)
        words: str = reporting.record_text(self, language)
        return words

    @property
    def sources(self) -> dict[str, Source]:
        """The sources of the record's area, by their id."""
        area: Area | None = getattr(self, "area", None)
        return dict(area.sources) if area is not None else {}


def short_name(area: Area) -> str:
    """Return a place as a researcher calls it: name and code, or the nation's code.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
    """
    return f"{area.place.name} ({area.place.code})" if isinstance(area, ProvinceFacts) else area.about.nation


def _contents(record: Record) -> list[str]:
    """Return how much a record holds: rows of its frames, items, lapses."""
    told = []
    for field in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        value = getattr(record, field.name)
        if isinstance(value, pd.DataFrame):
            told.append(f"{field.name} {len(value)} rows")
        elif isinstance(value, tuple) and (value or field.name == "items"):
            told.append(f"{len(value)} {field.name}")
        elif isinstance(value, Record):
            told.append(field.name)
        elif isinstance(value, str):
            told.append(value)
    return told or ["nothing computed"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Comparisons(Record):
    """Programme periods compared, one item per pair of successive periods of an indicator."""

    area: Area
    items: tuple[PeriodComparison, ...]
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ZeroPeriods(Record):
    """The runs of zeros with which series end, and what else could explain them."""

    area: Area
    items: tuple[ZeroPeriod, ...]
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PlaceBases(Record):
    """Figures of different place bases and sources beside each other; they are never added up.

    ``seldom`` holds the figures of measures reported too seldom for any other table.
    """

    area: Area
    frame: pd.DataFrame
    seldom: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Breakdowns(Record):
    """Figures by one attribute, such as the sex of victims, for the latest periods."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Indicators(Record):
    """Every indicator in every period it was reported for, with its interval or the reason why it has none."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Assessments(Record):
    """Estimates held against the targets that bind the area: verdict and evidence as two statements."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class MidTerm(Record):
    """Where each target with a number stands, by the same records and verdicts as the assessment's."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Pathway(Record):
    """The stages from reception to reintegration, side by side, period by period."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SupportGiven(Record):
    """Each support over those eligible and accepting, class by class; ``waiting`` tells of persons in identification."""

    area: Area
    frame: pd.DataFrame
    waiting: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Gaps(Record):
    """Differences of shares between a group and the others: by attribute, place, and legal class of person."""

    area: Area
    groups: pd.DataFrame
    places: pd.DataFrame
    classes: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class FollowUp(Record):
    """The indicators of each recommendation before and after the review; ``review`` is its day, None without one."""

    area: Area
    frame: pd.DataFrame
    review: date | None
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Evidence(Record):
    """For each of the six DAC criteria the indicators that speak of it, and whether they have figures."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Trends(Record):
    """The trends of the indicators for which the programme asks for one."""

    area: Area
    items: tuple[Trend, ...]
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Completeness(Record):
    """What was reported and what was not, measure by measure; findings on the figures shown.

    ``agencies`` are the indicators that hold agencies against each other or against their deadlines; ``places`` (for the
    nation) tells the same of each province, ``late`` who reported more than a year late.
    """

    area: Area
    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    agencies: pd.DataFrame
    places: pd.DataFrame
    late: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Methods(Record):
    """Which methods and sources stand behind the page."""

    area: Area
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ProvincesSideBySide(Record):
    """The provinces' totals by programme period, in official order.

    ``frame`` has province_code, indicator, period, count, years, status and the reason where there is no total.
    """

    area: NationFacts
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ProvincesCompared(Record):
    """The provinces' rates in the latest period with enough totals, one item per indicator that compares periods."""

    area: NationFacts
    items: tuple[ProvinceComparison, ...]
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Summary(Record):
    """What the brief of a page draws on; what was not given, such as the pathway, leaves its block out."""

    area: Area
    comparisons: Comparisons
    zeros: ZeroPeriods
    assessments: Assessments
    trends: Trends
    completeness: Completeness
    news: News
    lapses: tuple[Lapse, ...] = ()
    indicators: Indicators | None = None
    pathway: Pathway | None = None
    support: SupportGiven | None = None


@dataclass(frozen=True, slots=True, repr=False, eq=False, kw_only=True)
class Evaluation(Record):
    """Everything one page says, step by step; what stands on the national page alone is None for a province."""

    area: Area
    comparisons: Comparisons
    zeros: ZeroPeriods
    place_bases: PlaceBases
    breakdowns: Breakdowns
    indicators: Indicators
    assessments: Assessments
    mid_term: MidTerm
    pathway: Pathway
    support: SupportGiven
    gaps: Gaps
    follow_up: FollowUp
    evidence: Evidence
    trends: Trends
    side_by_side: ProvincesSideBySide | None = None
    compared: ProvincesCompared | None = None
    completeness: Completeness
    summary: Summary
    methods: Methods

    def by_step(self) -> dict[str, Record]:
        """Return what each step gave, by its name, in the order of the recipe."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: record for name, record in given.items() if isinstance(record, Record)}
