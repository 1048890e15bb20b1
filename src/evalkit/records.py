"""What the steps of an evaluation give: records that a researcher can hold, and that show themselves as a section.

``lapses`` of a record tell what an unexpected error took from it, see :mod:`evalkit.lapses`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from evalkit.facts.areas import NationFacts, ProvinceFacts
from evalkit.facts.findings import Finding
from evalkit.indicators.news import News
from evalkit.indicators.period_totals import PeriodComparison, PeriodTotal
from evalkit.indicators.province_comparison import ProvinceComparison
from evalkit.indicators.zeros import ZeroPeriod
from evalkit.lapses import Lapse
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.latest_year import LatestYear
from evalkit.statistics.trend.trend_study import TrendStudy
from evalkit.statistics.verdicts import NO_COMPARISON, ChangeVerdict

Area = ProvinceFacts | NationFacts
_NOT_ASKED = NotEstimable("not_asked")


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Programme periods compared, one item per pair of successive periods of an indicator."""

    area: Area
    items: tuple[PeriodComparison, ...]
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class ZeroPeriods:
    """The runs of zeros with which series end, and what else could explain them."""

    area: Area
    items: tuple[ZeroPeriod, ...]
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceBases:
    """Figures of different place bases and sources beside each other; they are never added up.

    ``seldom`` holds the figures of measures reported too seldom for any other table.
    """

    area: Area
    frame: pd.DataFrame
    seldom: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """Figures by one attribute, such as the sex of victims, for the latest periods."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class Indicators:
    """Every indicator in every period it was reported for, with its interval or the reason why it has none."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessments:
    """Estimates held against the targets that bind the area: verdict and evidence as two statements."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class MidTerm:
    """Where each target with a number stands, by the same records and verdicts as the assessment's."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class Pathway:
    """The stages from reception to reintegration, side by side, period by period."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class SupportGiven:
    """Each support over those eligible and accepting, class by class; ``waiting`` tells of persons in identification."""

    area: Area
    frame: pd.DataFrame
    waiting: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class Gaps:
    """Differences of shares between a group and the others: by attribute, place, and legal class of person."""

    area: Area
    groups: pd.DataFrame
    places: pd.DataFrame
    classes: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The indicators of each recommendation before and after the review; ``review`` is its day, None without one."""

    area: Area
    frame: pd.DataFrame
    review: date | None
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """For each of the six DAC criteria the indicators that speak of it, and whether they have figures."""

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """The yearly series of one indicator and the trend fitted to it, or the reason why there is none.

    ``study`` holds the checks beside a trend; ``totals`` the programme periods that have a figure; ``verdict`` says how surely
    the series rises or falls; ``latest`` whether the latest year is unusual beside those before it.
    """

    indicator: str
    series: pd.DataFrame
    fit: TrendFit | NotEstimable
    study: TrendStudy | None
    totals: tuple[PeriodTotal, ...]
    verdict: ChangeVerdict = NO_COMPARISON
    latest: LatestYear | NotEstimable = _NOT_ASKED


@dataclass(frozen=True, slots=True)
class Trends:
    """The trends of the indicators for which the programme asks for one."""

    area: Area
    items: tuple[Trend, ...]
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class Completeness:
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


@dataclass(frozen=True, slots=True)
class Methods:
    """Which methods and sources stand behind the page."""

    area: Area
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class ProvincesSideBySide:
    """The provinces' totals by programme period, in official order.

    ``frame`` has province_code, indicator, period, count, years, status and the reason where there is no total.
    """

    area: NationFacts
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class ProvincesCompared:
    """The provinces' rates in the latest period with enough totals, one item per indicator that compares periods."""

    area: NationFacts
    items: tuple[ProvinceComparison, ...]
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
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


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything one page says, step by step."""

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
    completeness: Completeness
    summary: Summary
