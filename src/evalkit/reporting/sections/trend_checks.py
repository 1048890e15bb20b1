"""How sure a headline trend is: the checks beside it, a bend found by the data, a step at a declared date, in one table."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.indicators.trends import Trend
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bilingual, Cell, Column, Table
from evalkit.reporting.sections.limits import SMALL_BASE, change_limits, change_written
from evalkit.reporting.sections.shared_words import both, p_words
from evalkit.reporting.sections.trend_words import allowed_for, trend_numbers
from evalkit.reporting.sections.verdict_words import verdict_words
from evalkit.reporting.wording import say
from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit, Segment
from evalkit.statistics.results import NotEstimable, TrendFit
from evalkit.statistics.trend.interruption import Interruption
from evalkit.statistics.trend.leave_out import LeaveOneOut
from evalkit.statistics.trend.nonparametric import MonotoneTrend
from evalkit.statistics.trend.trend_study import TrendStudy
from evalkit.statistics.verdicts import SURE

Row = tuple[Bilingual, Bilingual]
_BESIDE = 3  # trends in a table: their readings are long


def checks_tables(items: Sequence[Trend], area: Area) -> list[Table]:
    """Return the checks of all trends that have any: a row for each, what came out of it beside each other; a few trends a table."""
    studied = [item for item in items if item.study is not None]
    parts = [studied[start : start + _BESIDE] for start in range(0, len(studied), _BESIDE)]
    return [_table(part, area, place=place) for place, part in enumerate(parts, start=1)]


def _table(items: Sequence[Trend], area: Area, *, place: int) -> Table:
    found = [_checks(item, item.study, area) for item in items if item.study is not None]
    columns = (
        Column(item.indicator, both(area.programme.indicators[item.indicator].label)) for item in items
    )
    readings = zip(*([reading for _, reading in rows] for rows in found), strict=True)
    return Table(
        "trend-checks" if place == 1 else f"trend-checks-{place}",
        say("How sure the trends are"),
        (Column("check", say("Check")), *columns),
        tuple(
            (Cell(name), *(Cell(one) for one in told))
            for (name, _), told in zip(found[0], readings, strict=True)
        ),
        tuple(note for note in dict.fromkeys(allowed_for(item.verdict.tests) for item in items) if note),
    )


def _checks(item: Trend, study: TrendStudy, area: Area) -> list[Row]:
    """Return what was asked of one trend, and what came out."""
    return [
        (say("The trend itself"), trend_numbers(item)),
        (say("In a few words"), verdict_words(item.verdict)),
        (say("Smallest fall it could show"), _detectable(study)),
        *([(say("Detection alone"), _detection(study, item))] if area.programme.counts_detection else []),
        (say("Without any one year"), _without_a_year(study, item)),
        (say("Counts alone, without population"), _counts_alone(study)),
        (say("Last five years"), _recent(study)),
        (say("Without a model (Mann-Kendall)"), _monotone(study.monotone)),
        (say("Does it bend? (exploratory)"), bends_words(study.bends, item.series, tests=item.verdict.tests)),
        (say("Step at a declared date"), _step(study, area, tests=item.verdict.tests)),
    ]


def _detectable(study: TrendStudy) -> Bilingual:
    fall = study.sensitivity.detectable_fall
    if math.isnan(fall):
        return say("none: even the steepest fall would not be shown in four of five such series")
    return say("about {fall} a year, in four of five such series", fall=formats.percent(fall))


def _detection(study: TrendStudy, item: Trend) -> Bilingual:
    tipping, whole = study.sensitivity.tipping, study.sensitivity.tipping_whole
    if item.verdict.grade not in ("clear", "leaning"):
        return say("not asked: no change is told apart from chance")
    if tipping.percent == 0 or not math.isfinite(tipping.percent):
        return say("there is no change that detection would have to explain")
    words = {"change": change_written(tipping.percent)}
    if (
        not math.isfinite(whole) or _first_count(item) < SMALL_BASE
    ):  # a percentage of so few would tell nothing
        if tipping.percent < 0:
            return say(
                "had detection alone changed by {change} a year, that would explain the whole fall", **words
            )
        return say(
            "had detection alone changed by {change} a year, that would explain the whole rise", **words
        )
    words["whole"] = formats.signed_percent(whole, 0)
    if tipping.percent < 0:
        return say(
            "had detection alone changed by {change} a year ({whole} over all the years), that would explain the whole fall",
            **words,
        )
    return say(
        "had detection alone changed by {change} a year ({whole} over all the years), that would explain the whole rise",
        **words,
    )


def _first_count(item: Trend) -> float:
    told = item.series[item.series["count"].notna()].sort_values("year")
    return float(told["count"].iloc[0])


def _without_a_year(study: TrendStudy, item: Trend) -> Bilingual:
    found = study.sensitivity.leave_one_out
    if not isinstance(found, LeaveOneOut):
        return say("not to be told: too few years remain")
    low, high = change_written(found.least), change_written(found.most)
    if found.same_verdict:
        return say("{low} to {high} a year; the verdict stays whichever year is left out", low=low, high=high)
    return say(
        "{low} to {high} a year; the verdict hangs on single years, most of all on {year}: read it with care",
        low=low,
        high=high,
        year=str(item.verdict.year or found.decisive),  # one year for one question: that of the verdict
    )


def _counts_alone(study: TrendStudy) -> Bilingual:
    """Write the trend without the population, and that the population comes from more than one source."""
    fit = study.counts_alone
    if fit is None:
        return say("the same: no population is known for all years")
    if isinstance(fit, NotEstimable):
        return say("not to be told")
    words = {
        "change": change_written(fit.apc),
        "limits": change_limits(fit.lower, fit.upper),
        "p": p_words(fit.p),
    }
    if len(study.exposure_sources) > 1:
        return say(
            "{change} a year ({limits}), {p}; the source of the population changes within the series",
            **words,
        )
    return say("{change} a year ({limits}), {p}", **words)


def _recent(study: TrendStudy) -> Bilingual:
    found = study.recent
    if found.first is None or found.recent == "insufficient":
        return say("too few figures for a direction of their own")
    words: dict[str, Bilingual | str] = {"first": str(found.first), "last": str(found.last)}
    if isinstance(fit := found.recent_fit, TrendFit) and found.recent != "no_evidence":
        words |= {"change": change_written(fit.apc), "limits": change_limits(fit.lower, fit.upper)}
        return (
            say("{first} to {last}: up by more than chance, {change} a year ({limits})", **words)
            if found.recent == "up"
            else say("{first} to {last}: down by more than chance, {change} a year ({limits})", **words)
        )
    return {
        "up": say("{first} to {last}: up by more than chance", **words),
        "down": say("{first} to {last}: down by more than chance", **words),
        "no_evidence": say(
            "{first} to {last}: no direction told apart from chance; that is not the same as stable", **words
        ),
    }[found.recent]


def _monotone(found: MonotoneTrend | NotEstimable) -> Bilingual:
    if isinstance(found, NotEstimable):
        return say("not tested: it needs eight years")
    words = {"p": p_words(found.p)}
    if not found.p < 0.05:
        return say("{p}: no monotone trend shown", **words)
    return (
        say("{p}: a falling trend", **words) if found.statistic < 0 else say("{p}: a rising trend", **words)
    )


def bends_words(found: JoinpointFit | NotEstimable, series: pd.DataFrame, *, tests: int = 0) -> Bilingual:
    """Return the reading of a joinpoint analysis: the pieces, or that none was found, or why none was looked for.

    Parameters
    ----------
    found : JoinpointFit or NotEstimable
    series : DataFrame
        The series it was made of: ``year``, ``count``.
    tests : int
        How many series are looked at on all pages together: a bend is claimed where its p stands among so many
        (Bonferroni, for the p of the others are not known here).
    """
    if isinstance(found, NotEstimable):
        if found.reason == "too_few_years":
            return say("not looked for: a bend needs ten years of figures")
        return say("not looked for: the figures do not carry it")
    p = p_words(found.p)
    if not found.joins:
        level = next(test.level for test in reversed(found.tests) if test.null == 0)
        return say(
            "no bend found ({p}, simulated; a bend would be taken from {level} downwards)",
            p=p,
            level=formats.p_value(level),
        )
    pieces = [_piece(piece, series) for piece in found.segments]
    years = formats.listed([same(str(year)) for year in found.years])
    if not found.p * tests <= SURE:
        return say(
            "a bend in {years} fits best ({p}, simulated), but this does not stand among the {tests} series looked at: {pieces}",
            years=years,
            p=p,
            tests=formats.number(tests),
            pieces=formats.listed(pieces),
        )
    return say(
        "bend in {years} ({p}, simulated): {pieces}. The data chose the year, so it proves nothing about its cause",
        years=years,
        p=p,
        pieces=formats.listed(pieces),
    )


def _piece(piece: Segment, series: pd.DataFrame) -> Bilingual:
    """Write one piece of a bent trend; one that holds no case but in the years of its joins has no rate of change."""
    words = {"first": str(piece.first), "last": str(piece.last)}
    if not math.isfinite(piece.apc):
        zeros = _years_without_a_case(piece, series)
        if not zeros:
            return say("{first}–{last} no rate of change can be given", **words)
        years = str(zeros[0]) if len(zeros) == 1 else f"{zeros[0]}–{zeros[-1]}"
        return say("no case at all in {years}, so no rate of change", years=years)
    return say(
        "{first}–{last} {change} a year ({limits})",
        change=change_written(piece.apc),
        limits=change_limits(piece.lower, piece.upper),
        **words,
    )


def _years_without_a_case(piece: Segment, series: pd.DataFrame) -> list[int]:
    """Return the years of a piece, those of its joins left out where they hold a case; none if another holds one."""
    told = series[series["year"].between(piece.first, piece.last) & series["count"].notna()]
    inside = told[(told["count"] == 0) | ~told["year"].isin([piece.first, piece.last])]
    return sorted(inside["year"].astype(int)) if (inside["count"] == 0).all() else []


def _step(study: TrendStudy, area: Area, *, tests: int) -> Bilingual:
    if study.step is None or study.step_at is None:
        return say("none: no declared change of counting has three years of figures on either side")
    event = next(both(one.label) for one in area.programme.breaks if one.valid_from == study.step_at)
    words = {"event": event, "day": formats.day(study.step_at)}
    if isinstance(study.step, Interruption):
        numbers = {
            "change": change_written(study.step.percent_change),
            "limits": change_limits(100 * (study.step.lower - 1), 100 * (study.step.upper - 1)),
            "p": p_words(study.step.p),
        }
        if not study.step.p < 0.05:
            return say(
                "{event} ({day}): {change} ({limits}), {p}: no step told apart from chance",
                **words,
                **numbers,
            )
        if not study.step.p * tests <= SURE:
            return say(
                "{event} ({day}): {change} ({limits}), {p}: a step by itself, which does not stand among the {tests} series looked at",
                tests=formats.number(tests),
                **words,
                **numbers,
            )
        return say(
            "{event} ({day}): {change} ({limits}), {p}: a step, which other events of the time may have made",
            **words,
            **numbers,
        )
    if study.step.reason == "separation":
        return say("{event} ({day}): no case at all on one side; the size of a step cannot be told", **words)
    return say("{event} ({day}): too few cases for a step", **words)
