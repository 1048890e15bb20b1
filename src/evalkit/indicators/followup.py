"""What followed a review's recommendations: each indicator before and after it, and what can be said of the difference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.indicators.attainment import Records, records_by_indicator
from evalkit.indicators.changes_under_law import Laws, limits_of_rates
from evalkit.indicators.person_years import PLACE
from evalkit.programme.kinds import KINDS, SUMMED
from evalkit.programme.models import Indicator, Programme, ProgrammePeriod
from evalkit.statistics.comparisons import compare_counts
from evalkit.statistics.law.law_score import Window, change_p
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.proportions import equal_shares_p, newcombe_difference
from evalkit.statistics.verdicts import family_of

SIDES = ("before", "after")
COLUMNS = [
    *("recommendation", "indicator", "indicator_id", "kind", "polarity", *PLACE, "unit"),
    *(
        f"{side}_{what}"
        for side in SIDES
        for what in ("years", "numerator", "denominator", "value", "status")
    ),
    *("change", "change_lower", "change_upper", "change_unit", "p", "said", "reason"),
]


def follow_up(
    estimates: pd.DataFrame,
    programme: Programme,
    *,
    period: ProgrammePeriod,
    laws: Laws | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return each recommendation's indicators before and after the review of a programme period.

    Parameters
    ----------
    estimates : DataFrame
        As :func:`evalkit.indicators.estimates.estimate_indicators` returns it, for one place.
    programme : Programme
        Declares the recommendations and their indicators.
    period : ProgrammePeriod
        Its ``mid_term`` is the day of the review; without one there is no before and after, and the frame is empty.
    laws : mapping of ScatterLaw by indicator, optional
        How years scatter: of an indicator without a known law as pure chance would make them.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame, one row per recommendation and indicator
        ``recommendation``, ``indicator``, ``indicator_id`` ("" where a recommendation names none), ``kind``, ``polarity``,
        place, ``unit``. Before and after: ``_years`` (tuple of the years of the period that ended by the day of the review,
        or began after it; the year of the review itself is neither), ``_numerator``, ``_denominator`` (sums over these
        years), ``_value`` (from the sums; per year for a count; of the last year where sums make no sense), ``_status``
        (``estimated``, ``suppressed``, ``too_few``: the sum of the bases is under the indicator's ``fewest``, ``not_reported``,
        ``not_applicable``, ``not_estimable``). ``change`` with limits, ``change_unit``:
        ``percent`` (rates and chance counts, under the law of scatter or exact conditional) or ``points`` (shares: percentage points, Newcombe; other
        kinds, and what the programme itself does: the plain difference in the indicator's unit, without limits). ``said``: ``distinguishable`` (the limits, and the
        exact ones, leave out no change), ``not_among_all`` (alone they do, but the p does not stand among those of all rows:
        Benjamini and Hochberg), ``not_distinguishable``, ``no_limits`` (two figures, no model of chance between them) or
        ``not_comparable`` with its ``reason``: ``no_indicator``, ``suppressed_before``, ``not_reported_after``, ...
        Nothing here says that the recommendation caused anything.

    References
    ----------
    Przyborowski and Wilenski (1940); Newcombe (1998), Stat. Med. 17, 873-890.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> programme = load_programme("vn-trafficking")
    >>> columns = ["indicator", "province_code", "scheme", "period_start", "period_end", "numerator", "denominator", "value"]
    >>> empty = pd.DataFrame(columns=[*columns, "status", "unit"])
    >>> frame = follow_up(empty, programme, period=programme.periods[2])
    >>> frame["recommendation"].unique().tolist(), set(frame["reason"])
    (['R1', 'R2', 'R3', 'R4', 'R5'], {'not_reported_before'})
    """
    review = period.mid_term
    asked = _Asked(programme, laws or {}, level)
    rows = _rows(estimates, asked, period, review) if review is not None else ()
    return _among_all(pd.DataFrame(list(rows), columns=COLUMNS))


def _among_all(frame: pd.DataFrame) -> pd.DataFrame:
    """Take back what stands alone but not among all differences looked at."""
    numbers = frame["p"].astype(float)
    falls = (frame["said"] == "distinguishable") & (numbers > family_of(numbers.tolist()).line)
    return frame.assign(said=frame["said"].mask(falls, "not_among_all"))


class _Asked(NamedTuple):
    programme: Programme
    laws: Laws
    level: float


def _rows(
    estimates: pd.DataFrame, given: _Asked, period: ProgrammePeriod, review: date
) -> Iterator[dict[str, Any]]:
    asked_for = {name for asked in given.programme.recommendations for name in asked.indicators}
    known = records_by_indicator(estimates, asked_for)
    for asked in given.programme.recommendations:
        for name in asked.indicators:
            indicator = given.programme.indicators[name]
            rows = known.get(name, [])
            sides = [_side(some, indicator) for some in _around(rows, period, review)]
            place = {key: rows[0][key] if rows else "" for key in (*PLACE, "unit")}
            about = {
                "recommendation": asked.id,
                "indicator": name,
                "indicator_id": indicator.id,
                "kind": indicator.kind,
            }
            yield (
                about
                | place
                | {"polarity": indicator.polarity}
                | _named(sides)
                | _change(indicator, sides, given, law=given.laws.get(name))
            )
        if not asked.indicators:
            nothing = dict.fromkeys(("indicator", "indicator_id", "kind", "polarity", *PLACE, "unit"), "")
            sides = [_nothing("not_reported")] * 2
            yield nothing | {"recommendation": asked.id} | _named(sides) | _not_comparable("no_indicator")


def _around(rows: Records, period: ProgrammePeriod, review: date) -> tuple[Records, Records]:
    """Return the whole years of a period that ended by the day of its review, and those that began after it."""
    start, end, day = (pd.Timestamp(one) for one in (period.valid_from, period.valid_to, review))
    yearly = [
        row
        for row in rows
        if start <= row["period_end"] <= end and exposure_years(row["period_start"], row["period_end"]) == 1
    ]
    return (
        [row for row in yearly if row["period_end"] <= day],
        [row for row in yearly if row["period_start"] > day],
    )


def _named(sides: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        f"{side}_{key}": value for side, one in zip(SIDES, sides, strict=True) for key, value in one.items()
    }


def _nothing(status: str) -> dict[str, Any]:
    return {"years": ()} | dict.fromkeys(("numerator", "denominator", "value"), math.nan) | {"status": status}


def _side(rows: Records, indicator: Indicator) -> dict[str, Any]:
    """Return one side's years and what they amount to; a hidden year hides the sum."""
    if not rows:
        return _nothing("not_reported")
    if any(row["status"] == "suppressed" for row in rows):
        return _nothing("suppressed")
    made = sorted((row for row in rows if _counts_in_sums(row, indicator)), key=itemgetter("period_end"))
    told = list({row["period_end"]: row for row in made}.values())
    if not told:
        return _nothing("too_few" if any(map(_is_too_few, rows)) else str(rows[-1]["status"]))
    if indicator.kind not in SUMMED:
        told = told[-1:]
    above, below = (float(np.sum([row[name] for row in told])) for name in ("numerator", "denominator"))
    is_few = indicator.fewest > 1 and below < indicator.fewest
    return {
        "years": tuple(int(row["period_end"].year) for row in told),
        "numerator": above,
        "denominator": below,
        "value": math.nan if is_few else _value(indicator, above, below, told),
        "status": "too_few" if is_few else "estimated",
    }


def _counts_in_sums(row: dict[str, Any], indicator: Indicator) -> bool:
    """Tell whether a year goes into the sums: one with a value, or one whose base is too small by itself."""
    return row["status"] == "estimated" or (indicator.kind in SUMMED and _is_too_few(row))


def _is_too_few(row: dict[str, Any]) -> bool:
    return row["status"] == "not_estimable" and "small_base" in row["flag"].split(";")


def _value(indicator: Indicator, above: float, below: float, told: Records) -> float:
    if indicator.kind == "count":
        return above / len(told)
    if indicator.kind not in SUMMED or below <= 0:
        return float(told[-1]["value"])
    return indicator.scale * above / below / _held_against(indicator, told)


def _held_against(indicator: Indicator, told: Records) -> float:
    """Return the share that a share of shares is held against, from the sums of the years; 1 for other kinds."""
    if not indicator.against:
        return 1.0
    part, whole = (
        float(np.sum([row[f"against_{name}"] for row in told])) for name in ("numerator", "denominator")
    )
    return part / whole


def _change(
    indicator: Indicator, sides: list[dict[str, Any]], given: _Asked, *, law: ScatterLaw | None
) -> dict[str, Any]:
    level = given.level
    for side, one in zip(SIDES, sides, strict=True):
        if one["status"] != "estimated":
            return _not_comparable(f"{one['status']}_{side}")
    before, after = sides
    rule = KINDS[indicator.kind]
    decided = given.programme.is_decided(indicator)
    if rule.formula == "events" and not decided:
        told = _events(indicator, before, after, level)
        wider = limits_of_rates(after, before, law, level=level)
        if wider is None or told["said"] == "not_comparable":
            return told
        windows = [Window(one["numerator"], float(len(one["years"]))) for one in (after, before)]
        return _under_law(told, wider, p=max(told["p"], change_p(windows[0], windows[1], law)))
    difference = after["value"] - before["value"]
    if not indicator.is_share or decided:
        return _told(difference, (math.nan, math.nan), "points")
    pairs = [(one["numerator"], one["denominator"]) for one in (after, before)]
    limits = newcombe_difference(pairs[0], pairs[1], level=level)
    lower, upper = (indicator.scale * float(np.asarray(limit)) for limit in limits)
    return _told(difference, (lower, upper), "points", p=equal_shares_p(pairs[0], pairs[1]))


def _events(
    indicator: Indicator, before: dict[str, Any], after: dict[str, Any], level: float
) -> dict[str, Any]:
    exposures = [
        float(len(one["years"])) if indicator.kind == "count" else float(one["denominator"])
        for one in (after, before)
    ]
    found = compare_counts(
        after["numerator"],
        before["numerator"],
        later_exposure=exposures[0],
        earlier_exposure=exposures[1],
        level=level,
    )
    if math.isnan(found.percent_change):
        return _not_comparable("no_base")
    limits = (found.percent_lower, found.percent_upper)
    return _told(found.percent_change, limits, "percent", p=found.p_central)


def _under_law(exact: dict[str, Any], limits: tuple[float, float], *, p: float) -> dict[str, Any]:
    """Give an exact change the limits under the law; it is told from chance only where both leave out no change."""
    found = _told(exact["change"], limits, "percent", p=p)
    if exact["said"] == "not_distinguishable":
        found["said"] = exact["said"]
    return found


def _told(change: float, limits: tuple[float, float], unit: str, *, p: float = math.nan) -> dict[str, Any]:
    lower, upper = limits
    said = (
        "no_limits"
        if math.isnan(lower)
        else "distinguishable"
        if lower > 0 or upper < 0
        else "not_distinguishable"
    )
    return {
        "change": change,
        "change_lower": lower,
        "change_upper": upper,
        "change_unit": unit,
        "p": p,
        "said": said,
        "reason": "",
    }


def _not_comparable(reason: str) -> dict[str, Any]:
    numbers = dict.fromkeys(("change", "change_lower", "change_upper", "p"), math.nan)
    return numbers | {"change_unit": "", "said": "not_comparable", "reason": reason}


def without_lost(programme: Programme, lost: set[str]) -> Programme:
    """Return the programme without the recommendations of which every indicator is lost, the others without the lost ones."""
    kept = [
        asked.model_copy(update={"indicators": tuple(name for name in asked.indicators if name not in lost)})
        for asked in programme.recommendations
        if not asked.indicators or set(asked.indicators) - lost
    ]
    return programme.model_copy(update={"recommendations": tuple(kept)})
