"""What the steps of an evaluation give: records that a researcher can hold, and that show themselves as a section.

The columns of their frames are listed here, once, by meaning and unit; the steps refer to them. ``lapses`` of a record tell what an
unexpected error took from it, see :mod:`evalkit.lapses`.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evalkit.facts.areas import Area, NationFacts, ProvinceFacts
from evalkit.facts.findings import Finding
from evalkit.facts.intake import Source
from evalkit.facts.laws_of_area import law_of
from evalkit.indicators.alarms import Alarms, WatchedMeasure
from evalkit.indicators.compared_effect import ComparedEffect
from evalkit.indicators.effect_frames import counts_frame, effect_checks_frame
from evalkit.indicators.item_frames import (
    bounds_frame,
    changes_frame,
    checks_frame,
    differences_frame,
    missing_frame,
    provinces_frame,
    rates_frame,
    strata_frame,
    zeros_frame,
)
from evalkit.indicators.missing_reports import BoundedChange
from evalkit.indicators.news import News
from evalkit.indicators.period_totals import PeriodComparison, PeriodTotal
from evalkit.indicators.place_comparison import RatioOfRates
from evalkit.indicators.province_comparison import ProvinceComparison
from evalkit.indicators.standardised import Standardised
from evalkit.indicators.trends import Trend
from evalkit.indicators.zeros import ZeroPeriod
from evalkit.lapses import Lapse
from evalkit.short_form import ByName, ShortForm
from evalkit.statistics.rates import garwood_interval
from evalkit.statistics.results import NotEstimable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = "evalkit.reporting.every_section"  # loaded by name when a record is read out: records know nothing of pages
_FIGURES = "evalkit.reporting.paper.of_record"  # and nothing of drawings


class Record(ShortForm):
    """What a step gives: short in a terminal, a section of the page in JupyterLab, plain words by :meth:`text`.

    Examples
    --------
    >>> import evalkit as ek
    >>> ek.place_bases(ek.open_bundle().provinces["04"])
    <PlaceBases of Tuyết Lĩnh (04): frame 101 rows, seldom 232 rows>
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Say what it is, of which place, and how much it holds."""
        area: Area | None = getattr(self, "area", None)
        of = f" of {short_name(area)}" if area is not None else ""
        return f"<{type(self).__name__}{of}: {', '.join(_contents(self))}>"

    @property
    def __custom_documentations__(self) -> dict[str, str]:
        """What ``record.frame?`` tells in IPython: the columns, which the record's own words list."""
        return {name: inspect.getdoc(type(self)) or "" for name in [one.name for one in fields(self)]}  # type: ignore[arg-type]  # every record is a dataclass

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

    def figure(
        self,
        of: str = "",
        *,
        language: str | None = None,
        size: tuple[float, float] | None = None,
        ax: Axes | None = None,
    ) -> Figure:
        """Draw the record for a paper: on white, with its intervals, what is hidden or missing as a gap, and its sources below.

        Nothing stands on a page by itself: :func:`evalkit.own_figure` puts it there.

        Parameters
        ----------
        of : str
            What of the record: an indicator, a target or a comparison by its name; the first one that can be drawn where nothing is said.
        language : str, optional
            A language of the workspace; the first one by default.
        size : tuple of float, optional
            Width and height in inches.
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default a figure of its own.

        Returns
        -------
        matplotlib.figure.Figure
            To be saved (``savefig("cases.pdf")``), or shown as a cell's last expression; its lines hold the values of the frame.

        Raises
        ------
        FactsError
            If the record draws nothing, or nothing of what was asked for.

        Examples
        --------
        >>> import evalkit as ek
        >>> indicators = ek.estimate_indicators(ek.open_bundle().provinces["04"])
        >>> drawing = indicators.figure("cases", language="en", size=(5, 3))
        >>> drawing.axes[0].get_ylabel(), drawing.get_suptitle().splitlines()[0]
        ('cases', 'Trafficking cases recorded by year')
        """
        drawn: Figure = import_module(_FIGURES).record_figure(
            self, of=of, language=language, size=size, ax=ax
        )
        return drawn

    @property
    def sources(self) -> dict[str, Source]:
        """The sources of the record's area, by their id."""
        area: Area | None = getattr(self, "area", None)
        return ByName(area.sources if area is not None else {})


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


_PERIOD_COLUMNS = ["indicator", "period", "period_start", "period_end", "count", "years", "status"]


def _period_row(indicator: str, total: PeriodTotal | None, refused: NotEstimable | None) -> dict[str, object]:
    """Return the row of one programme period: its total, or why it has none."""
    if total is not None:
        days = {"period_start": total.start, "period_end": total.end}
        told = {"count": total.count, "years": total.years, "status": total.status}
        return {"indicator": indicator, "period": total.period, **days, **told}
    reason, detail = (refused.reason, refused.detail) if refused else ("", {})
    none = {"period_start": pd.NaT, "period_end": pd.NaT, "count": None, "years": None}
    status = "suppressed" if reason == "suppressed" else "not_reported"
    return {"indicator": indicator, "period": str(detail.get("period", "")), **none, "status": status}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Comparisons(Record):
    """Programme periods compared, one item per pair of successive periods of an indicator.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    items : tuple of PeriodComparison
        Indicators in the order of the programme, periods in the order of time; see
        :class:`evalkit.indicators.period_comparison.PeriodComparison`. A pair of which one period has no total says why in its
        ``result`` (a ``NotEstimable``): nothing is filled in. Empty where the programme compares no indicator or the place has no figure.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.
    bounded : tuple of BoundedChange
        Of the nation: pairs of periods that lack reports of provinces, with the least and the most that their totals may be; see
        :class:`evalkit.indicators.missing_reports.BoundedChange`.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> [(item.earlier.count, item.later.count, item.verdict.grade) for item in ek.compare_periods(province).items]
    [(74.0, 86.0, 'open'), (86.0, 69.0, 'open')]
    """

    area: Area
    items: tuple[PeriodComparison, ...]
    lapses: tuple[Lapse, ...] = ()
    bounded: tuple[BoundedChange, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """The programme periods that are compared.

        Returns
        -------
        DataFrame, one row per indicator and period

            - ``indicator``, ``period`` (str): by their names in the programme.
            - ``period_start``, ``period_end`` (datetime): first and last day counted, both inclusive; missing without a total.
            - ``count`` (float, events or persons): the total; missing where there is none.
            - ``years`` (float, years): how long was counted.
            - ``value``, ``lower``, ``upper`` (float, a year): the yearly average, with exact limits (Garwood) at 95 %, if yearly counts vary by chance alone.
            - ``status`` (str): reported, zero_reported or derived; without a total suppressed or not_reported.
        """
        found: dict[tuple[str, str], dict[str, object]] = {}
        for item in self.items:
            refused = item.result if isinstance(item.result, NotEstimable) else None
            for total in (item.earlier, item.later):
                row = _period_row(item.indicator, total, refused)
                if row["count"] is not None or (
                    row["period"] and (item.indicator, row["period"]) not in found
                ):
                    found[item.indicator, str(row["period"])] = row
        frame = pd.DataFrame(list(found.values()), columns=_PERIOD_COLUMNS)
        count, years = frame["count"].astype(float), frame["years"].astype(float)
        lower, upper = garwood_interval(count, years)
        return frame.assign(count=count, years=years, value=count / years, lower=lower, upper=upper)

    @property
    def changes(self) -> pd.DataFrame:
        """The pairs of successive periods that are compared, as the page's table has them.

        Returns
        -------
        DataFrame, one row per pair and ``supposes``
            A pair that is not compared has no row.

            - ``indicator`` (str): its name in the programme.
            - ``earlier``, ``later`` (str): the two programme periods, by their ids.
            - ``supposes`` (str): how years are taken to scatter: law (where it is known; what the page prints first), pure_chance, or
              twice_the_scatter (the limits if yearly counts had twice the variance of pure chance).
            - ``earlier_count``, ``later_count`` (float, events or persons): the totals.
            - ``earlier_years``, ``later_years`` (float, years): how long was counted.
            - ``earlier_value``, ``later_value`` (float, a year): the yearly averages.
            - ``earlier_lower``, ``earlier_upper``, ``later_lower``, ``later_upper`` (float, a year): their limits at 95 %, as ``supposes`` has it.
            - ``change`` (float, percent): of the yearly average, later over earlier; missing where the earlier one is 0. The page says no percentage on a base under 5.
            - ``lower``, ``upper`` (float, percent): its limits at 95 %.
            - ``p`` (float): two-sided, of no change; missing for twice_the_scatter.
            - ``scatter`` (float): variance of a year's count, times that of pure chance.
            - ``detectable_fall`` (float, percent): the smallest fall found in four of five such comparisons; missing where not even one to zero is.
            - ``grade`` (str): of the verdict, once for each pair: clear, leaning or open; else "".
            - ``tests`` (int): how many comparisons on all pages together the verdict allows for; missing where ``grade`` is.

        Examples
        --------
        >>> import evalkit as ek
        >>> changes = ek.compare_periods(ek.open_bundle().provinces["04"]).changes
        >>> changes.loc[changes["later"].eq("2021-2025"), ["supposes", "change", "lower", "upper", "p"]].round(2)
                    supposes  change  lower   upper     p
        3                law  -19.77 -68.23  103.76  0.63
        4        pure_chance  -19.77 -42.41   11.43  0.20
        5  twice_the_scatter  -19.77 -48.74   25.58   NaN
        """
        return changes_frame(self.items, partial(law_of, self.area))

    @property
    def bounds(self) -> pd.DataFrame:
        """What the totals of the nation may be, with the reports that are missing.

        Returns
        -------
        DataFrame, one row per pair of periods of which reports are missing
            Empty where none is, and for a province.

            - ``indicator`` (str): its name in the programme.
            - ``earlier``, ``later`` (str): the two programme periods, by their ids.
            - ``earlier_least``, ``earlier_most``, ``later_least``, ``later_most`` (float, events or persons): between what the totals lie.
            - ``change_least``, ``change_most`` (float, percent): between what the change of the yearly average lies; missing on a base that may be 0.
        """
        return bounds_frame(self.bounded)

    @property
    def missing(self) -> pd.DataFrame:
        """The reports that are missing of the totals in ``bounds``.

        Returns
        -------
        DataFrame, one row per pair of periods, province and year

            - ``indicator`` (str): its name in the programme.
            - ``earlier``, ``later`` (str): the two programme periods, by their ids.
            - ``province_code`` (str): the province that did not report.
            - ``year`` (int): the year.
            - ``most`` (float, events or persons): the most that is plausible of it.
        """
        return missing_frame(self.bounded)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ZeroPeriods(Record):
    """The runs of zeros with which series end, and what else could explain them.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    items : tuple of ZeroPeriod
        One per series that ends with reported zeros; see :class:`evalkit.indicators.zeros.ZeroPeriod`. A year that was not reported
        is no zero and ends a run. Empty where no series ends with one.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> run = ek.examine_zeros(ek.open_bundle().provinces["22"]).items[0]
    >>> run.indicator, run.years, round(run.upper_per_year, 2)
    ('cases', 4.0, 1.14)
    """

    area: Area
    items: tuple[ZeroPeriod, ...]
    lapses: tuple[Lapse, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """The runs of zeros.

        Returns
        -------
        DataFrame, one row per series that ends with reported zeros

            - ``indicator`` (str): its name in the programme.
            - ``period_start``, ``period_end`` (datetime): first and last day of the run, both inclusive.
            - ``years`` (float, years): its length.
            - ``upper`` (float, events or persons a year): upper 95 % limit of the yearly number that the run still allows; infinite where years scatter so much that it sets none.
            - ``earlier`` (str): the programme period before the run, by its id; "" where none has a total.
            - ``earlier_count`` (float, events or persons): its total; missing where there is none.
            - ``chance_known``, ``chance_predictive`` (float, from 0 to 1): how probable such a run is had the pace of that period gone on, taken as exactly known and with its own uncertainty; missing where there is no such period.
            - ``supposes`` (str): how years are taken to scatter: law or pure_chance.
        """
        return zeros_frame(self.items)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PlaceBases(Record):
    """Figures of different place bases and sources beside each other; they count different things and are never added up.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    frame : DataFrame, one row per period, source and measure
        By period and then in the programme's order of measures.

        - ``period_start``, ``period_end`` (datetime): first and last day, both inclusive.
        - ``source_id`` (str): the source, a key of ``sources``.
        - ``measure`` (str): what is counted, by its name in the programme.
        - ``place_basis`` (str): where it is counted: occurrence, residence, detection or reception.
        - ``value`` (float, in the unit of the measure): the figure; missing where it is hidden or not reported.
        - ``status`` (str): reported, zero_reported, derived, not_reported, not_applicable or suppressed.
        - ``qualifier`` (str): how exact the source's own wording is: exact, about, more_than, nearly or at_least.
        - ``mark`` (str): c for a hidden figure, r for a revised, p for a preliminary one; else "".
    seldom : DataFrame, one row per period and source
        The figures of measures told so seldom that no other table shows them; in the programme's order of measures.

        - ``measure`` (str): as in ``frame``.
        - ``period_start``, ``period_end`` (datetime): as in ``frame``.
        - ``value`` (float, in the unit of the measure): as in ``frame``.
        - ``status``, ``qualifier``, ``source_id``, ``mark`` (str): as in ``frame``.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> frame = ek.place_bases(province).frame
    >>> frame[["measure", "place_basis", "value"]].tail(2)
                          measure place_basis  value
    99   hotline_persons_referred   detection    0.0
    100          persons_received   reception   24.0
    """

    area: Area
    frame: pd.DataFrame
    seldom: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Breakdowns(Record):
    """Figures by one attribute, such as the sex of victims, for the latest periods.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    frame : DataFrame, one row per measure, attribute value, period and source
        The five latest periods of each measure and attribute, in the programme's order, later periods last. Rows that cross two
        attributes are left out.

        - ``measure`` (str): what is counted, by its name in the programme.
        - ``dimension`` (str): the attribute, such as ``sex``.
        - ``category`` (str): its value, such as ``female``.
        - ``period_start``, ``period_end`` (datetime): first and last day, both inclusive.
        - ``value`` (float, in the unit of the measure): the figure; missing where it is hidden or not reported.
        - ``status`` (str): reported, zero_reported, derived, not_reported, not_applicable or suppressed.
        - ``qualifier`` (str): how exact the source's own wording is.
        - ``source_id`` (str): the source, a key of ``sources``.
        - ``mark`` (str): c for a hidden figure, r for a revised, p for a preliminary one; else "".
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> frame = ek.break_down(province).frame
    >>> frame.loc[frame["measure"].eq("victims_identified"), ["category", "value", "status"]].tail(2)
       category  value      status
    93   female    NaN  suppressed
    94     male    NaN  suppressed
    """

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Indicators(Record):
    """Every indicator in every period it was reported for, with its interval or the reason why it has none.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    frame : DataFrame, one row per indicator, place basis, period and source
        ``value`` is missing unless ``status`` is ``estimated``; ``lower`` and ``upper`` are missing too where the kind has no model of
        chance (period ratios, what the programme itself does) and where ``flag`` says ``inexact``: a source gives "about" or "at least".
        They are missing, and ``flag`` says ``sources_differ``, where sources give a figure of it unlike.

        - ``indicator`` (str): its name in the programme.
        - ``indicator_id`` (str): its short code, such as J06.
        - ``kind`` (str): what it is made of: count, rate, proportion, period_ratio, change, ...
        - ``province_code``, ``scheme`` (str): the place, and the boundary set its code belongs to.
        - ``place_basis`` (str): where its numerator is counted: occurrence, residence, detection or reception.
        - ``period_start``, ``period_end`` (datetime): first and last day, both inclusive.
        - ``source_id`` (str): the source of the numerator, a key of ``sources``.
        - ``numerator`` (float): events or persons; of a median the number of files, of a carried-over share what was not new.
        - ``denominator`` (float): the base: events or persons, person-years of a rate, the earlier figure of a change; missing for a count.
        - ``value`` (float, in ``unit``): the estimate.
        - ``lower``, ``upper`` (float, in ``unit``): its limits at ``level``.
        - ``bound_one_sided`` (float, in ``unit``): exact one-sided bound where the numerator is 0 or the whole base; else missing.
        - ``level`` (float): confidence level of the limits; missing without a value.
        - ``method`` (str): how the limits are made; "" without a value.
        - ``unit`` (str): of ``value``: percent, or a unit of the programme.
        - ``status`` (str): estimated, suppressed, not_reported, not_applicable (0 of 0 too) or not_estimable.
        - ``flag`` (str): what to mind, codes joined by ";": small_number, small_base, no_population, no_base, derived, inexact, ...; "" for nothing.
        - ``against_numerator``, ``against_denominator`` (float): the second share of a share of shares; missing for other kinds.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> frame = ek.estimate_indicators(province).frame
    >>> frame.loc[frame["indicator"].eq("cases"), ["value", "lower", "upper", "status"]].tail(2).round(1)
        value  lower  upper     status
    13   16.0    9.1   26.0  estimated
    14   23.0   14.6   34.5  estimated
    """

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Assessments(Record):
    """Estimates held against the targets that bind the area: verdict and evidence as two statements.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    frame : DataFrame, one row per target and year, or longer period
        A target that no estimate meets in time has one row, ``not_applicable``; a target without a number one row, ``unquantified``.
        ``gap``, ``needed`` and ``reached`` are missing where there is no verdict of met or not met.

        - ``target_id`` (str): the target, by its id in the programme.
        - ``target_level`` (str): national or provincial.
        - ``indicator``, ``kind`` (str): what the target is set on, as in ``Indicators.frame``; "" for a target without a number.
        - ``province_code``, ``scheme``, ``place_basis`` (str): as in ``Indicators.frame``.
        - ``period_start``, ``period_end`` (datetime): first and last day of the estimate, both inclusive; missing where there is none.
        - ``source_id`` (str): the source of the numerator.
        - ``numerator``, ``denominator`` (float): as in ``Indicators.frame``.
        - ``value``, ``lower``, ``upper`` (float, in ``unit``): the estimate and its limits.
        - ``unit``, ``status``, ``flag`` (str): as in ``Indicators.frame``.
        - ``against_numerator``, ``against_denominator`` (float): as in ``Indicators.frame``.
        - ``comparator`` (str): greater_than, at_least, less_than or at_most; "" without a number.
        - ``target_value`` (float, in ``target_unit``): what was promised; missing without a number.
        - ``target_unit`` (str): percent, count, ...; "" without a number.
        - ``gap`` (float, in ``target_unit``): estimate minus promise; for percent in percentage points.
        - ``verdict`` (str): met, not_met, too_few (a base under 5), approximate (a source says "about" and the like), so_far, other_window, not_applicable or unquantified.
        - ``evidence`` (str): clear, chance_could_explain, no_interval, arithmetic (chance has no say) or none.
        - ``is_small_base`` (bool): judged on a base of 5 to 19.
        - ``needed`` (float): the count that had to be reached, or not to be passed, on this base.
        - ``reached`` (float): which part of the promise was reached, from 0 to 1.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> frame = ek.assess_targets(indicators).frame
    >>> frame[["target_id", "numerator", "denominator", "target_value", "verdict", "evidence", "needed"]].head(2)
      target_id  numerator  denominator  target_value  verdict    evidence  needed
    0   T1-2021       11.0         11.0         100.0      met  arithmetic    11.0
    1   T1-2021       30.0         31.0         100.0  not_met  arithmetic    31.0
    """

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class MidTerm(Record):
    """Where each target with a number stands, by the same records and verdicts as the assessment's.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    frame : DataFrame, one row per target with a number
        No trend is carried beyond the data, and no missing figure is filled in: what hangs on one is missing.

        - ``target_id``, ``indicator`` (str): the target, and what it is set on.
        - ``province_code``, ``scheme`` (str): the place.
        - ``unit`` (str): of the target: percent, count, ...
        - ``comparator`` (str): greater_than, at_least, less_than or at_most.
        - ``target_value`` (float, in ``unit``): what was promised.
        - ``period`` (str): the programme period the target belongs to, by its id; "" where it belongs to none.
        - ``baseline_end`` (datetime): last day of the last yearly figure before the target came into force; missing where there is none.
        - ``baseline_value`` (float, in ``unit``): its estimate.
        - ``baseline_status`` (str): its status, as in ``Indicators.frame``.
        - ``baseline_numerator``, ``baseline_denominator`` (float): what it is made of.
        - ``baseline_place_basis``, ``baseline_kind`` (str): where it is counted, and its kind of indicator.
        - ``mid_end`` (datetime): last day of the last yearly figure that ended by the mid-term day; missing where there is none.
        - ``mid_value`` (float, in ``unit``): its estimate.
        - ``mid_status`` (str): its status, as in ``Indicators.frame``.
        - ``mid_numerator``, ``mid_denominator`` (float): what it is made of.
        - ``mid_place_basis``, ``mid_kind`` (str): where it is counted, and its kind of indicator.
        - ``last_end`` (datetime): last day of the latest yearly figure under the target; missing where there is none.
        - ``last_value`` (float, in ``unit``): its estimate.
        - ``last_status`` (str): its status, as in ``Indicators.frame``.
        - ``last_numerator``, ``last_denominator`` (float): what it is made of.
        - ``last_place_basis``, ``last_kind`` (str): where it is counted, and its kind of indicator.
        - ``last_verdict``, ``last_evidence`` (str): as ``verdict`` and ``evidence`` of ``Assessments.frame``.
        - ``last_gap`` (float, in ``unit``): as there; missing without a verdict.
        - ``last_is_small_base`` (bool): as there.
        - ``last_needed`` (float): as there.
        - ``years_left`` (float, years): from the latest figure to the end of the target.
        - ``pace_so_far`` (float, in ``unit`` a year): change from baseline to the latest figure.
        - ``required_pace`` (float, in ``unit`` a year): change still needed; 0 where the target is met, missing where no time is left or for a change in percent.
        - ``next_needed`` (float): of a change in percent, the count of the next year that would keep it; else missing.
        - ``chance`` (float, from 0 to 1): probability that the count of the last year meets the target if the mean of the years so far goes on.
        - ``supposes`` (str): how years were taken to scatter for it: law or pure_chance; "" without it.
        - ``reason`` (str): why there is no ``chance``: own_doing, no_method_for_kind, too_few_years, no_time_left, or the status of the figure that lacks; else "".
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> frame = ek.view_mid_term(indicators).frame
    >>> frame[["target_id", "baseline_value", "last_value", "target_value", "last_verdict", "years_left"]].head(2).round(1)
      target_id  baseline_value  last_value  target_value last_verdict  years_left
    0   T1-2021            88.9       100.0         100.0          met         0.0
    1   T1-2024           100.0       100.0         100.0          met         0.0
    """

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Pathway(Record):
    """The stages from reception to reintegration, side by side, period by period: yearly totals of different persons, no funnel.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    frame : DataFrame, one row per period and stage
        Periods in which fewer than two stages are told are left out.

        - ``province_code``, ``scheme`` (str): the place.
        - ``period_start``, ``period_end`` (datetime): first and last day, both inclusive.
        - ``stage`` (str): its id in the programme.
        - ``position`` (int): 1 for the first stage, 2 for the next, ...
        - ``measure`` (str): what is counted at this stage.
        - ``basis`` (str): totals (of a period) or cohort (of the same persons).
        - ``place_basis`` (str): where it is counted.
        - ``source_id`` (str): the source; "" where none reports.
        - ``value`` (float, persons): the figure; missing where it is hidden or not reported.
        - ``status``, ``qualifier``, ``mark`` (str): of the figure.
        - ``figures`` (tuple): the unlike figures where sources differ; else empty.
        - ``base_measure`` (str): of a cohort, the measure it is a part of; else "".
        - ``base_value`` (float, persons): its figure; missing for totals.
        - ``share`` (float, percent of the cohort): missing for totals, and where two sources or unlike figures would be mixed.
        - ``lower``, ``upper`` (float, percent): Wilson limits of the share.
        - ``exceeds_earlier`` (bool): more persons than at the nearest earlier stage with a number, who cannot all be the same.
        - ``exceeded`` (str): that earlier stage; "" where none is exceeded.
        - ``other_place_basis`` (bool): counted elsewhere than the stage before.
        - ``left_out`` (str): why a figure of a cohort has no share (``untold``, ``sources_differ``, ``two_sources``, ``same_figure``,
          ``exceeds``); "" where it has one, and where neither number is told.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> ek.trace_pathway(province).frame[["stage", "value", "base_value", "share"]].tail(3).round(1)
               stage  value  base_value  share
    72    identified   34.0         NaN    NaN
    73     supported   32.0        34.0   94.1
    74  reintegrated   15.0        24.0   62.5
    """

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SupportGiven(Record):
    """Each support over those eligible and accepting, class by class; ``waiting`` tells of persons in identification.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    frame : DataFrame, one row per period, class of person and support
        There is no row over classes: legal classes of persons are never added up. Empty where the programme has no matrix of
        supports or nothing was reported.

        - ``province_code``, ``scheme`` (str): the place.
        - ``period_start``, ``period_end`` (datetime): first and last day, both inclusive.
        - ``person_class``, ``support`` (str): the legal class and the support, by their names in the programme.
        - ``letter`` (str): of the support in the law.
        - ``regime`` (str): the law in force, by its id; "" where the period spans two.
        - ``entitlement`` (str): full, case_by_case, none or to_be_checked; "" where the period spans two regimes.
        - ``source_id`` (str): the sources, joined by ";".
        - ``eligible``, ``accepting``, ``received`` (float, persons): missing where hidden or not reported.
        - ``value`` (float, percent of those accepting): who received it; missing unless ``status`` is estimated.
        - ``lower``, ``upper`` (float, percent): Wilson limits.
        - ``status`` (str): estimated, suppressed, not_reported or not_applicable (not entitled, or nobody accepted).
        - ``flag`` (str): small_base (under 10), not_entitled (reported although the class is entitled to nothing); else "".
    waiting : DataFrame
        The estimates that tell of persons who wait for verification; they stand apart from identified victims.

        - those of ``Indicators.frame``
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> given = ek.review_support(indicators)
    >>> given.frame[["person_class", "support", "entitlement", "status"]].head(2)
      person_class    support entitlement      status
    0       victim  essential        full  suppressed
    1       victim    medical        full  suppressed
    >>> given.waiting[["indicator", "value"]].tail(2)
                indicator  value
    621  waiting_spending   32.0
    622  waiting_spending   42.0
    """

    area: Area
    frame: pd.DataFrame
    waiting: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Gaps(Record):
    """Differences of shares between a group and the others: by attribute, place, and legal class of person; never ranks.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    groups : DataFrame, one row per indicator, attribute value and period
        Each group beside the total less the group, in declared order.

        - ``indicator`` (str): the share that is looked at; in ``classes`` the support.
        - ``dimension`` (str): what parts the groups: an attribute such as ``sex``; ``place`` in ``places``; the legal class in ``classes``.
        - ``group`` (str): the value of the attribute; in ``places`` the province's code.
        - ``beside`` (str): ``rest``, everybody else; in ``classes`` the first class declared.
        - ``province_code``, ``scheme`` (str): the place.
        - ``place_basis`` (str): where the numerator is counted.
        - ``period_start``, ``period_end`` (datetime): first and last day, both inclusive.
        - ``numerator``, ``denominator`` (float): of the group; missing where hidden.
        - ``value``, ``lower``, ``upper`` (float, percent): the group's share with Wilson limits; none of own doings.
        - ``beside_numerator``, ``beside_denominator`` (float): of the others.
        - ``beside_value`` (float, percent): the share of the others.
        - ``difference`` (float, percentage points): group minus the others; missing unless ``status`` is estimated.
        - ``difference_lower``, ``difference_upper`` (float, percentage points): Newcombe's limits; none of own doings.
        - ``status`` (str): estimated, suppressed (a figure needed is hidden) or not_applicable (nobody in the group, or nobody else).
        - ``flag`` (str): small_base (under 10) or "".
    places : DataFrame, one row per indicator and period
        The province beside the rest of the nation, for shares of persons; without columns for the nation.

        - those of ``Gaps.groups``
    classes : DataFrame, one row per support, class of person and period
        Each legal class beside the first one declared.

        - those of ``Gaps.groups``
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> gaps = ek.find_gaps(indicators, ek.review_support(indicators))
    >>> gaps.places[["value", "beside_value", "difference", "difference_lower", "difference_upper"]].tail(1).round(1)
        value  beside_value  difference  difference_lower  difference_upper
    32  100.0          81.1        18.9             -47.4              31.4
    """

    area: Area
    groups: pd.DataFrame
    places: pd.DataFrame
    classes: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class FollowUp(Record):
    """The indicators of each recommendation before and after the review; nothing here says that the recommendation caused anything.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    frame : DataFrame, one row per recommendation and indicator
        The year of the review itself is neither before nor after. Without columns where no programme period was reviewed.

        - ``recommendation`` (str): its id in the programme.
        - ``indicator``, ``indicator_id`` (str): what it is followed by; "" where it names none.
        - ``kind`` (str): kind of the indicator.
        - ``polarity`` (str): which direction is good: higher, lower or neutral.
        - ``province_code``, ``scheme`` (str): the place; "" where nothing was reported.
        - ``unit`` (str): of the values.
        - ``before_years`` (tuple of int): the years of the programme period that ended by the day of the review.
        - ``before_numerator``, ``before_denominator`` (float): sums over these years.
        - ``before_value`` (float, in ``unit``): made from the sums; a year for a count, of the last year where sums make no sense.
        - ``before_status`` (str): estimated, suppressed, too_few (to divide by), not_reported, not_applicable or not_estimable.
        - ``after_years`` (tuple of int): the years of the programme period that began after the review.
        - ``after_numerator``, ``after_denominator`` (float): sums over these years.
        - ``after_value`` (float, in ``unit``): made from the sums; a year for a count, of the last year where sums make no sense.
        - ``after_status`` (str): estimated, suppressed, too_few (to divide by), not_reported, not_applicable or not_estimable.
        - ``change`` (float, in ``change_unit``): after compared with before; missing where they are not comparable.
        - ``change_lower``, ``change_upper`` (float, in ``change_unit``): its limits; missing where there is no model of chance.
        - ``change_unit`` (str): percent (rates and counts), points (percentage points of shares) or the indicator's unit; "" without a change.
        - ``p`` (float): of no change; missing without limits.
        - ``said`` (str): distinguishable, not_among_all (alone, but not among all rows), not_distinguishable, no_limits or not_comparable.
        - ``reason`` (str): why not comparable, such as suppressed_before or no_indicator; else "".
    review : date or None
        The day of the latest mid-term review; None where there was none.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> followed = ek.follow_recommendations(indicators)
    >>> followed.review.isoformat(), followed.frame["said"].value_counts().to_dict()
    ('2023-06-30', {'no_limits': 11, 'not_distinguishable': 6, 'not_among_all': 2, 'not_comparable': 1})
    """

    area: Area
    frame: pd.DataFrame
    review: date | None
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Evidence(Record):
    """For each of the six DAC criteria the indicators that speak of it, and whether they have figures.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    frame : DataFrame, one row per criterion and indicator
        In the order of OECD-DAC (2019); a criterion that no indicator speaks of has one row.

        - ``criterion`` (str): relevance, coherence, effectiveness, efficiency, impact or sustainability.
        - ``indicator``, ``indicator_id`` (str): name and short code; "" where no indicator speaks of the criterion.
        - ``level`` (str): result level: output, outcome or impact.
        - ``three_p`` (str): prevention, protection, prosecution or partnership; "" where it is none of them.
        - ``estimates`` (int): number of estimates with a value, or with counts too small for one.
        - ``suppressed`` (int): number of hidden ones.
        - ``first``, ``last`` (datetime): first and last day of the periods with such figures; missing where there is none.
        - ``has_evidence`` (bool): there is such an estimate.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> frame = ek.weigh_evidence(indicators).frame
    >>> frame.groupby("criterion", sort=False)["estimates"].sum().to_dict()
    {'relevance': 51, 'coherence': 39, 'effectiveness': 149, 'efficiency': 76, 'impact': 80, 'sustainability': 20}
    """

    area: Area
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


_SERIES_COLUMNS = ["indicator", "province_code", "year", "count", "status"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Trends(Record):
    """The trends of the indicators for which the programme asks for one.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    items : tuple of Trend
        In the order of the programme; see :class:`evalkit.indicators.trends.Trend`. An item whose series carries no trend says why in
        its ``fit`` (a ``NotEstimable``).
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> [(item.indicator, item.verdict.grade) for item in ek.fit_trends(province).items]
    [('cases', 'open'), ('victims_identified', 'open')]
    """

    area: Area
    items: tuple[Trend, ...]
    lapses: tuple[Lapse, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """The yearly series of all items, one below the other.

        Returns
        -------
        DataFrame, one row per indicator and year

            - ``indicator`` (str): its name in the programme.
            - those of ``Trend.series``
            - ``lower``, ``upper`` (float, in the unit of ``count``): exact limits (Garwood) at 95 %, if yearly counts vary by chance alone.
        """
        series = [item.series.assign(indicator=item.indicator) for item in self.items if len(item.series)]
        frame = pd.concat(series, ignore_index=True) if series else pd.DataFrame(columns=_SERIES_COLUMNS)
        lower, upper = garwood_interval(frame["count"], np.ones(len(frame)))
        return frame.assign(lower=lower, upper=upper)

    @property
    def checks(self) -> pd.DataFrame:
        """The fitted trends and the checks beside them, as the page's tables have them.

        Returns
        -------
        DataFrame, one row per indicator and check
            A series that carries no trend has no row; a check that could not be made has none either.

            - ``indicator`` (str): its name in the programme.
            - ``check`` (str): trend (the headline), detectable_fall, detection_alone (a year), detection_alone_whole (over all the years), without_a_year,
              counts_alone (without the population), last_five_years, monotone (Mann-Kendall), bends, piece (of a bent trend), step (at a declared date).
            - ``first``, ``last`` (int): years it is of: of without_a_year the one that the verdict hangs on, else the one whose absence changes most, of a step that of its date; missing where it is of all.
            - ``value`` (float, percent a year): annual percent change; of detectable_fall the smallest fall shown in four of five such series, of a step and
              detection_alone_whole the change in percent, of monotone Kendall's tau, of bends their number.
            - ``lower``, ``upper`` (float, as ``value``): limits at 95 %; of without_a_year the least and the most.
            - ``p`` (float): two-sided, of no change; of bends, simulated, of none.
            - ``level`` (float): of bends, the p from which downwards one would be taken; else missing.
            - ``grade`` (str): of trend, that of its verdict: clear, leaning or open; else "".
            - ``tests`` (int): of trend, how many trends on all pages together the verdict allows for; else missing.

        Examples
        --------
        >>> import evalkit as ek
        >>> checks = ek.fit_trends(ek.open_bundle().provinces["04"]).checks
        >>> checks.loc[checks["check"].isin(["trend", "counts_alone"]), ["indicator", "check", "value", "lower", "upper"]].round(1)
                     indicator         check  value  lower  upper
        0                cases         trend   -1.2   -8.9    7.4
        5                cases  counts_alone   -0.1   -7.9    8.5
        10  victims_identified         trend   -1.3   -8.0    6.0
        15  victims_identified  counts_alone   -0.3   -7.1    7.1
        """
        return checks_frame(self.items)


_MONTH_COLUMNS = ["measure", "step", "period_start", "period_end", "status", "count", "expected", "upper"]
_MONTH_COLUMNS += ["alarm", "dispersion", "points", "reason", "alpha"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class MonthsWatched(Record):
    """The latest year's months or quarters beside the bound that the same season of earlier years gives; where none are reported, nothing.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    items : tuple of WatchedMeasure
        One per measure of which months or quarters are reported, in the order of the programme; see
        :class:`evalkit.indicators.alarms.WatchedMeasure`. ``found`` holds the alarms, or the reason why there are none. Empty where years
        alone are reported.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> ek.watch_months(ek.open_bundle().provinces["04"]).items  # the invented agencies report years alone
    ()
    """

    area: Area
    items: tuple[WatchedMeasure, ...]
    lapses: tuple[Lapse, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """The latest year's months or quarters of all items.

        Returns
        -------
        DataFrame, one row per measure and month or quarter
            Measures without alarms have no row.

            - ``measure`` (str): by its name in the programme.
            - ``step`` (str): "months" or "quarters".
            - ``period_start``, ``period_end`` (datetime): first and last day, both inclusive.
            - ``status`` (str): reported, zero_reported, derived or suppressed; not_reported where nothing is told.
            - ``count`` (float, in the unit of the measure): missing where hidden or not reported, never 0.
            - ``expected`` (float): what the same season of earlier years makes usual; missing where it could not be judged.
            - ``upper`` (float): the alarm bound; missing likewise.
            - ``alarm`` (bool): the count lies above its bound.
            - ``dispersion`` (float): variance over mean of the baseline, never below 1.
            - ``points`` (int): figures in the baseline.
            - ``reason`` (str): why it could not be judged; else "".
            - ``alpha`` (float): share of months that lie above their bound where nothing changes.
        """
        frames = [
            item.found.frame.assign(measure=item.measure, step=item.step, alpha=item.found.alpha)[
                _MONTH_COLUMNS
            ]
            for item in self.items
            if isinstance(item.found, Alarms)
        ]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_MONTH_COLUMNS)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class StandardisedRates(Record):
    """Rates as they would be with the country's mix of ages; nothing where the inhabitants are not known by age.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    items : tuple of Standardised
        One per measure and breakdown; see :class:`evalkit.indicators.standardised.Standardised`. ``rates`` holds the rates, or the reason why
        there are none. Empty for the nation, which is the standard itself.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.
    why : NotEstimable or None
        ``no_population_by_age`` where the inhabitants are not known by ages that add up.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.standardise_rates(ek.open_bundle().provinces["04"])
    >>> found.items, found.why.reason  # the invented inhabitants are not told by age
    ((), 'no_population_by_age')
    """

    area: Area
    items: tuple[Standardised, ...]
    lapses: tuple[Lapse, ...] = ()
    why: NotEstimable | None = None

    @property
    def frame(self) -> pd.DataFrame:
        """The rates of all items.

        Returns
        -------
        DataFrame, one row per measure, breakdown and rate
            Items without rates have no row.

            - ``measure``, ``dimension`` (str): by their names in the programme.
            - ``period_start``, ``period_end`` (datetime): first and last day, both inclusive.
            - ``rate`` (str): crude, direct or indirect.
            - ``value``, ``lower``, ``upper`` (float, per 100,000 person-years; of indirect, observed over expected): with exact limits at 95 %; missing for direct where fewer than 10 are counted.
            - ``byar_lower``, ``byar_upper`` (float, as ``value``): Byar's limits.
            - ``expected`` (float, events or persons): the count at the country's rates in each value of the breakdown.
        """
        return rates_frame(self.items)

    @property
    def strata(self) -> pd.DataFrame:
        """What the rates are made of.

        Returns
        -------
        DataFrame, one row per measure, breakdown and value of it

            - ``measure``, ``dimension`` (str): by their names in the programme.
            - ``period_start``, ``period_end`` (datetime): first and last day, both inclusive.
            - ``category`` (str): the value of the breakdown.
            - ``count`` (float, events or persons): missing where hidden or not reported.
            - ``exposure`` (float, person-years): the inhabitants of the place.
            - ``status`` (str): of the count.
            - ``reference_count`` (float, events or persons): counted in the country.
            - ``standard`` (float, person-years): the inhabitants of the country.
        """
        return strata_frame(self.items)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Completeness(Record):
    """What was reported and what was not, measure by measure; findings on the figures shown.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    frame : DataFrame, one row per measure of the programme, reported or not
        Totals are counted; of measures that are never given in total, their parts.

        - ``measure`` (str): its name in the programme.
        - ``reported``, ``zero_reported``, ``derived``, ``not_reported``, ``not_applicable``, ``suppressed`` (int): number of figures of each status.
        - ``first``, ``last`` (datetime): first and last day told, shown or hidden; missing where nothing is.
        - ``sources`` (int): number of sources.
        - ``in_part`` (int): of those ``not_reported``, sums of which only a part was reported: some former units, months or provinces.
    findings : tuple of Finding
        What the checks saw in the figures shown: where, which rule, what to do; never a value.
    agencies : DataFrame
        The estimates that hold two holders' figures, or figures and their deadlines, against each other; neither is taken to be right.

        - those of ``Indicators.frame``
        - ``difference`` (float): the first holder's figure less the second's; missing where one is hidden or not reported.
        - ``agrees`` (bool): both say the same; False where one is missing.
    places : DataFrame, one row per province and measure
        Of the nation; without columns for a province.

        - ``province_code``, ``scheme`` (str): the province.
        - those of ``Completeness.frame``
    late : DataFrame, one row per figure
        Of the nation; without columns for a province. Who reported more than a year after the period ended; figures that were
        officially published are left aside.

        - ``province_code``, ``scheme`` (str): the province.
        - ``source_id``, ``measure`` (str): whose figure of what.
        - ``period_end`` (datetime): last day of the period.
        - ``edition_date`` (datetime): the day of the first edition.
        - ``days_late`` (int, days): beyond the year allowed.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> told = ek.report_completeness(indicators).frame.set_index("measure").loc["cases_recorded"]
    >>> int(told["reported"]), int(told["derived"]), int(told["not_reported"])
    (2, 13, 0)
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
    """Which methods and sources stand behind the page; it holds no figures, and its text is made from the area.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> methods = ek.methods_used(province)
    >>> sorted(methods.sources)[:2]
    ['invented-central', 'invented-communication']
    """

    area: Area
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ProvincesSideBySide(Record):
    """The provinces' totals by programme period, in official order and without a rank.

    Attributes
    ----------
    area : NationFacts
        The nation.
    frame : DataFrame, one row per indicator, province and programme period

        - ``province_code`` (str): the province.
        - ``indicator``, ``period`` (str): by their names in the programme.
        - ``count`` (float, events or persons): the total; missing where there is none.
        - ``years`` (float, years): how long was counted; missing without a total.
        - ``status`` (str): reported, zero_reported or derived; "" without a total.
        - ``reason`` (str): why there is no total: suppressed, not_reported, partial_period, different_bases; "" with one.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> frame = ek.provinces_side_by_side(ek.open_bundle().nation()).frame
    >>> frame.loc[frame["province_code"].eq("04"), ["period", "count", "years", "status"]]
           period  count  years   status
    8   2011-2015   74.0    5.0  derived
    9   2016-2020   86.0    5.0  derived
    10  2021-2025   69.0    5.0  derived
    11  2026-2030    NaN    NaN
    """

    area: NationFacts
    frame: pd.DataFrame
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ProvincesCompared(Record):
    """The provinces' rates in the latest period with enough totals, one item per indicator that compares periods.

    Attributes
    ----------
    area : NationFacts
        The nation.
    items : tuple of ProvinceComparison
        See :class:`evalkit.indicators.province_comparison.ProvinceComparison`; ``differs`` is to be read first. With reasons in place of
        results where fewer than five provinces have a total, or one is hidden.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> item = ek.compare_provinces(ek.open_bundle().nation()).items[0]
    >>> item.indicator, item.period, item.differs.provinces, item.differs.method, item.differs.p
    ('cases', '2021-2025', 34, 'simulation', 0.0005)
    """

    area: NationFacts
    items: tuple[ProvinceComparison, ...]
    lapses: tuple[Lapse, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """The provinces beside each other: rates as counted, drawn towards their mean (the lasting rates), and against the common rate.

        Returns
        -------
        DataFrame, one row per indicator and province
            In official order, without a rank. Indicators whose provinces are not compared have no row.

            - ``indicator``, ``period`` (str): by their names in the programme.
            - ``province_code`` (str): the province.
            - ``count`` (float, events or persons): missing where hidden or not reported.
            - ``exposure`` (float, person-years): missing where the population is not known.
            - ``status`` (str): of the count: reported, zero_reported, derived, not_reported or suppressed.
            - ``rate`` (float, a person-year): as counted.
            - ``rate_lower``, ``rate_upper`` (float, a person-year): its 95 % limits, under the law of years where that is known.
            - ``shrunken``, ``lower``, ``upper`` (float, a person-year): the lasting rate with limits at 95 %.
            - ``expected`` (float, events or persons): the count at the common rate.
            - ``chance_lower``, ``chance_upper`` (float, events or persons): counts just inside the 95 % limits of chance about it.
            - ``wide_lower``, ``wide_upper`` (float, events or persons): counts just inside the widened ones.
            - ``verdict`` (str): not_clearly_different, within_spread (of provinces) or unusual; "" without a figure.
            - ``side`` (str): above or below; "" where it is not clearly different.
        """
        return provinces_frame(self.items)

    @property
    def tests(self) -> pd.DataFrame:
        """Whether the provinces differ at all, to be read before ``frame``.

        Returns
        -------
        DataFrame, one row per indicator whose provinces are compared

            - ``indicator``, ``period`` (str): by their names in the programme.
            - ``provinces`` (int): how many are compared.
            - ``rate`` (float, a person-year): of all together.
            - ``p`` (float): of the test that all have it.
            - ``method`` (str): how p is found: simulation or chi-square.
            - ``outside_by_chance`` (float, provinces): how many lie outside the limits of chance by chance.

        Examples
        --------
        >>> import evalkit as ek
        >>> tests = ek.compare_provinces(ek.open_bundle().nation()).tests
        >>> tests[["indicator", "provinces", "p"]].head(1)
          indicator  provinces       p
        0     cases         34  0.0005
        """
        return differences_frame(self.items)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PlacesCompared(Record):
    """Two places held beside each other in one programme period: a rate each, and the ratio of both.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The first place, whose rate is above the line.
    beside : ProvinceFacts or NationFacts
        The second one. Of a province and the nation, the nation stands for the rest of the country, so that nothing is counted twice.
    indicator, period : str
        By their names in the programme.
    frame : DataFrame, one row per place
        The first place, and then the second.

        - ``place`` (str): name of the province; of the rest of the country, its code and what it is without.
        - ``province_code``, ``scheme`` (str): the place; of the rest of the country, the nation's.
        - ``indicator``, ``period`` (str): by their names in the programme.
        - ``period_start``, ``period_end`` (datetime): first and last day counted, both inclusive; the same for both.
        - ``count`` (float, events or persons): what was counted.
        - ``years`` (float, years): over how long.
        - ``person_years`` (float, person-years): the average populations of these years, added up.
        - ``per`` (float, person-years): what the rates are per.
        - ``value``, ``lower``, ``upper`` (float, per ``per`` person-years): the rate with exact limits (Garwood) at 95 %.
        - ``status`` (str): of the count: reported, zero_reported or derived.
        - ``flag`` (str): inexact, several_sources or years_missing, joined by ";"; "" for nothing.
        - ``source_id`` (str): the sources of the count, joined by ";".
        - ``ratio`` (float): this rate over the other; in the first row alone, and missing where the other is 0.
        - ``ratio_lower``, ``ratio_upper`` (float): its limits at 95 % under the law of scatter, never narrower than the exact ones; exact ones where the law is not known.
    result : RatioOfRates
        See :class:`evalkit.indicators.place_comparison.RatioOfRates`.

    Examples
    --------
    >>> import evalkit as ek
    >>> bundle = ek.open_bundle()
    >>> found = ek.compare_places(bundle.provinces["04"], bundle.provinces["08"], "cases")
    >>> found
    <PlacesCompared of Tuyết Lĩnh (04): cases, 2021-2025, frame 2 rows>
    >>> found.frame[["place", "count", "value", "lower", "upper", "ratio", "ratio_lower", "ratio_upper"]].round(2)
            place  count  value  lower  upper  ratio  ratio_lower  ratio_upper
    0  Tuyết Lĩnh   69.0   1.05   0.82   1.33   2.49         0.85         6.68
    1     Bạch Vũ   14.0   0.42   0.23   0.71    NaN          NaN          NaN
    """

    area: Area
    beside: Area
    indicator: str
    period: str
    frame: pd.DataFrame
    result: RatioOfRates


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Effects(Record):
    """Places with a measure held against places without it, one item per comparison; where none is declared, nothing.

    Attributes
    ----------
    area : NationFacts
        The nation.
    items : tuple of ComparedEffect
        See :class:`evalkit.indicators.compared_effect.ComparedEffect`; ``found`` is an effect, or the reason why there is none, ``exploratory``
        says whether the comparison was chosen after the fact.
    lapses : tuple of Lapse
        What an unexpected error took; empty as a rule.

    Examples
    --------
    >>> import evalkit as ek
    >>> nation = ek.open_bundle().nation()
    >>> five = dict.fromkeys(["06", "08", "10", "11", "12"], 2019)
    >>> found = ek.effect(nation, measure="cases_recorded", who=five, window=(2011, 2025))
    >>> found.frame[["kind", "at", "places", "cases", "estimate"]].head(3).round(2)
          kind      at  places  cases  estimate
    0  overall     NaN       5  150.0      0.90
    1   cohort  2019.0       5  150.0      0.90
    2    event    -8.0       5   45.0      1.24
    """

    area: NationFacts
    items: tuple[ComparedEffect, ...]
    lapses: tuple[Lapse, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """The rows of all items: :attr:`evalkit.indicators.compared_effect.ComparedEffect.frame`."""
        frames = [item.frame for item in self.items]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    @property
    def counts(self) -> pd.DataFrame:
        """What was counted in the places with the measure, and what was expected there.

        Returns
        -------
        DataFrame, one row per comparison and ``when``
            A comparison whose effect cannot be told has no row.

            - ``comparison`` (str): its id.
            - ``when`` (str): before (the start of the measure), since, or expected (since the start, without it); early (before the first start of
              all); before_without and since_without are of the places without it, before the first start and since its first whole year.
            - ``places``, ``places_without`` (int): with the measure and without it, after what was left out.
            - ``count`` (float, events or persons): in the places with the measure, or in those without.
            - ``rate`` (float, a person-year, else a place and year): the same as a rate; missing where none was counted.
            - ``per_person`` (bool): whether rates are per inhabitant.
        """
        return counts_frame(self.items)

    @property
    def checks(self) -> pd.DataFrame:
        """What was tried beside the effect.

        Returns
        -------
        DataFrame, one row per comparison and check
            What the design does not allow has no row.

            - ``comparison`` (str): its id.
            - ``check`` (str): assignments, each_place_left_out (places with the measure), each_other_left_out (places without it),
              years_before_apart, moves_withstood, each_place_alike, two_way.
            - ``value`` (float): a ratio; of assignments how many ways of giving the starts to places were gone through, of years_before_apart the
              years before the start whose interval excludes 1, of moves_withstood how many times the largest move that the years before
              allow for the gap may move by itself (infinite where any, missing where the years before do not tell).
            - ``lower``, ``upper`` (float): limits at 95 %; of each_place_left_out and each_other_left_out the smallest and the largest ratio.
            - ``years`` (int): of years_before_apart, out of how many; else missing.
        """
        return effect_checks_frame(self.items)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SinceLast(ShortForm):
    """What is new in an area's totals since the edition released before.

    Attributes
    ----------
    edition, date : str
        The name of that edition and its day, YYYY-MM-DD.
    new : DataFrame, one row per figure
        ``measure``, ``period_start``, ``period_end`` (datetime), ``source_id``.
    revised : DataFrame, one row per figure
        The same columns, with ``value`` and ``before`` (float, in the measure's unit).
    verdicts : DataFrame, one row per target and period judged otherwise than in that edition
        ``target_id``, ``period_start``, ``period_end``, ``verdict`` and ``before`` (met, not_met or too_few).
    """

    edition: str
    date: str
    new: pd.DataFrame
    revised: pd.DataFrame
    verdicts: pd.DataFrame


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Summary(Record):
    """What the brief of a page draws on; what was not given, such as the pathway, leaves its block out.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    comparisons, zeros, assessments, trends, completeness : Comparisons, ZeroPeriods, Assessments, Trends, Completeness
        What these steps gave.
    news : News
        What may be called news; see :class:`evalkit.indicators.news.News`.
    lapses : tuple of Lapse
        Those of the records given.
    indicators, pathway, support : Indicators, Pathway, SupportGiven or None
        What these steps gave, where it was given.
    compared : ProvincesCompared or None
        The same, for the nation alone.
    since : SinceLast or None
        What is new or revised since the last edition; None for a first one.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> indicators = ek.estimate_indicators(province)
    >>> early = ek.compare_periods(province), ek.examine_zeros(province), ek.assess_targets(indicators)
    >>> summary = ek.sum_up(*early, ek.fit_trends(province), ek.report_completeness(indicators))
    >>> [latest.year.value for latest in summary.news.latest if latest.indicator == "cases"], summary.pathway is None
    ([23.0], True)
    """

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
    compared: ProvincesCompared | None = None
    since: SinceLast | None = None


@dataclass(frozen=True, slots=True, repr=False, eq=False, kw_only=True)
class Evaluation(Record):
    """Everything one page says, step by step; what stands on the national page alone is None for a province.

    Attributes
    ----------
    area : ProvinceFacts or NationFacts
        The place.
    comparisons, zeros, place_bases, breakdowns, indicators, assessments, mid_term, pathway, support, gaps, follow_up, evidence, trends, months, standardised : Record
        What the steps of the recipe gave, each a record of its own kind.
    side_by_side, compared, effects : ProvincesSideBySide, ProvincesCompared, Effects or None
        Of the nation alone.
    completeness, summary, methods : Record
        As above.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> found = ek.evaluate(province)
    >>> found.side_by_side is None, list(found.by_step())[:3]
    (True, ['comparisons', 'zeros', 'place_bases'])
    """

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
    months: MonthsWatched
    standardised: StandardisedRates
    side_by_side: ProvincesSideBySide | None = None
    compared: ProvincesCompared | None = None
    effects: Effects | None = None
    completeness: Completeness
    summary: Summary
    methods: Methods

    def by_step(self) -> dict[str, Record]:
        """Return what each step gave, by its name, in the order of the recipe."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: record for name, record in given.items() if isinstance(record, Record)}
