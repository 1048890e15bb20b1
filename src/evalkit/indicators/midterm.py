"""Where each target stands: baseline, mid-point, latest figure, the pace still required, and what may be said of the end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.indicators.attainment import Records, hold, of_target, records_by_indicator, yearly_records
from evalkit.indicators.judging import Assessment, growth_needed
from evalkit.indicators.person_years import PLACE
from evalkit.programme.models import Programme, ProgrammePeriod, Target
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.posterior import chance_of_at_most

POINTS = ("baseline", "mid", "last")
POINT = ("end", "value", "status", "numerator", "denominator", "place_basis", "kind")
VERDICT = ("verdict", "evidence", "gap", "is_small_base", "needed")
COLUMNS = [
    *("target_id", "indicator", *PLACE, "unit", "comparator", "target_value", "period"),
    *(f"{point}_{what}" for point in POINTS for what in POINT),
    *(f"last_{what}" for what in VERDICT),
    *("years_left", "pace_so_far", "required_pace", "next_needed", "chance", "supposes", "reason"),
]
FEWEST_YEARS = 5
NO_LAWS: Mapping[str, ScatterLaw] = {}


def mid_term_view(
    estimates: pd.DataFrame,
    programme: Programme,
    targets: Sequence[Target],
    *,
    laws: Mapping[str, ScatterLaw] = NO_LAWS,
) -> pd.DataFrame:
    """Return where each quantified target stands in the programme period it belongs to.

    Parameters
    ----------
    estimates : DataFrame
        As :func:`evalkit.indicators.estimates.estimate_indicators` returns it.
    programme : Programme
        Declares the periods and, where known, the day their mid-term review looks at.
    targets : sequence of Target
        Those that bind the places of ``estimates``; targets without a number are left out.
    laws : mapping of str to ScatterLaw
        By indicator, how its years scatter in the panel of provinces.

    Returns
    -------
    DataFrame, one row per target and place
        ``baseline``: the last yearly figure before the target came into force; ``mid``: the last that ended by the mid-term
        day; ``last``: the last under the target; of each the ``_end`` (datetime), ``_value`` (in the target's unit),
        ``_status``, ``_numerator``, ``_denominator``, ``_place_basis`` and ``_kind``. They are the records that
        :func:`evalkit.indicators.attainment.assess_targets` judges, and ``last_verdict``, ``last_evidence``, ``last_gap``,
        ``last_is_small_base``, ``last_needed`` are what it finds. ``years_left``: from the last figure to the target's end.
        ``pace_so_far``: change per year from baseline to last; ``required_pace``: change per year still needed, 0 where the
        last figure meets the target; both missing for a change in percent, which starts anew each year (``next_needed``: the
        count of the next year that would keep it), and where there is no verdict or no time. ``chance``: see Notes; ``supposes``: ``law`` or ``pure_chance``, how years were taken to
        scatter. ``reason``: why there is no chance: ``own_doing``, ``no_method_for_kind``, ``too_few_years``,
        ``no_time_left``, ``suppressed``, ``not_reported``; "" where there is one.

    Notes
    -----
    A projected attainment is given for counts of what befalls alone, from five yearly figures on: the probability that the
    count of the target's last year meets the target if the mean of these years goes on
    (:func:`evalkit.statistics.posterior.chance_of_at_most`; METHODS A10, A11). No trend is carried beyond the data, and
    shares have no such model here.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> none = pd.DataFrame(columns=["indicator", "unit", "province_code", "scheme", "period_start", "period_end"])
    >>> mid_term_view(none, load_programme("vn-trafficking"), ()).empty
    True
    """
    quantified = [target for target in targets if target.is_quantified]
    records = records_by_indicator(estimates, {target.indicator for target in quantified})
    rows = [row for target in quantified for row in _rows(records, programme, target, laws)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(
    records: Mapping[str, Records], programme: Programme, target: Target, laws: Mapping[str, ScatterLaw]
) -> Iterator[dict[str, Any]]:
    law = laws.get(str(target.indicator))
    for own in of_target(records, target):
        if yearly := yearly_records(own, programme, target):
            place = {name: own[0][name] for name in PLACE}
            yield place | _view(yearly, programme, target, law)


def _view(records: Records, programme: Programme, target: Target, law: ScatterLaw | None) -> dict[str, Any]:
    first, last = _day(target.valid_from), _day(target.valid_to)
    period = next((one for one in programme.periods if one.covers(target.valid_to)), None)
    within = [row for row in records if first <= row["period_end"] <= last]
    found = {
        "baseline": _latest([row for row in records if row["period_end"] < first]),
        "mid": _latest([row for row in within if _is_by_mid_term(row, period)]),
        "last": _latest(within),
    }
    points = {f"{point}_{key}": value for point, one in found.items() for key, value in _told(one).items()}
    indicator = programme.indicators[str(target.indicator)]
    held = hold(found["last"], target, indicator) if found["last"] else Assessment("not_applicable")
    points |= {f"last_{name}": getattr(held, name) for name in VERDICT}
    return points | {
        "target_id": target.id,
        "indicator": target.indicator,
        "unit": target.unit,
        "comparator": target.comparator,
        "target_value": target.value,
        "period": period.id if period else "",
        **_paces(points, target),
        "next_needed": growth_needed(points["last_numerator"], target)
        if indicator.kind == "change"
        else math.nan,
        **_outlook(within, programme, target, law),
    }


def _day(day: date) -> pd.Timestamp:
    return pd.Timestamp(day)


def _is_by_mid_term(row: dict[Any, Any], period: ProgrammePeriod | None) -> bool:
    return bool(period and period.mid_term and row["period_end"] <= _day(period.mid_term))


def _latest(rows: Records) -> dict[Any, Any]:
    """Return the last row with a figure, be it 0 of 0; where there is none, the last of all, or nothing."""
    told = [row for row in rows if pd.notna(row["numerator"]) and row["status"] != "not_reported"]
    return (told or rows or [{}])[-1]


def _told(row: dict[Any, Any]) -> dict[str, Any]:
    nothing = {"end": pd.NaT, "value": math.nan, "numerator": math.nan, "denominator": math.nan}
    nothing |= {"status": row.get("status", "not_reported"), "place_basis": "", "kind": ""}
    if not row or pd.isna(row["numerator"]) or row["status"] == "not_reported":
        return nothing
    return {name: row["period_end" if name == "end" else name] for name in POINT}


def _paces(points: dict[str, Any], target: Target) -> dict[str, float]:
    """Return the years left and the changes per year; a change in percent starts anew each year and has no pace."""
    left, passed = math.nan, math.nan
    if pd.notna(points["last_end"]):
        left = exposure_years(points["last_end"] + pd.Timedelta(days=1), _day(target.valid_to))
        if pd.notna(points["baseline_end"]):
            passed = exposure_years(points["baseline_end"] + pd.Timedelta(days=1), points["last_end"])
    if points["last_kind"] == "change":
        return {"years_left": left, "pace_so_far": math.nan, "required_pace": math.nan}
    gained = points["last_value"] - points["baseline_value"]
    required = {"met": 0.0, "not_met": -points["last_gap"] / left if left > 0 else math.nan}
    return {
        "years_left": left,
        "pace_so_far": gained / passed if passed > 0 else math.nan,
        "required_pace": abs(required.get(points["last_verdict"], math.nan)) * _direction(points["last_gap"]),
    }


def _direction(gap: float) -> float:
    """Return the sign of what is missing: up where the figure lies below the promise."""
    return -1.0 if gap > 0 else 1.0


def _outlook(
    within: Records, programme: Programme, target: Target, law: ScatterLaw | None
) -> dict[str, float | str]:
    """Return the probability that the last year's count meets a target, or why none is given."""
    indicator = programme.indicators[str(target.indicator)]
    told = [row for row in within if pd.notna(row["value"])]
    known = [row for row in within if row["status"] not in ("suppressed", "not_reported")]
    reasons = {
        "no_time_left": bool(known) and known[-1]["period_end"] >= _day(target.valid_to),
        str(within[-1]["status"]) if within else "not_reported": not told,
        "no_method_for_kind": indicator.kind != "count" or target.per != "year",
        "own_doing": indicator.is_own_doing and indicator.kind == "count",
        "too_few_years": len(told) < FEWEST_YEARS,
    }
    reason = next((name for name, is_so in reasons.items() if is_so), "")
    if reason:
        return {"chance": math.nan, "supposes": "", "reason": reason}
    return {
        "chance": _chance(told, target, law),
        "supposes": "law" if law is not None and law.is_known else "pure_chance",
        "reason": "",
    }


def _chance(told: Records, target: Target, law: ScatterLaw | None) -> float:
    promised = float(target.value or 0)
    most = {
        "less_than": math.ceil(promised) - 1,
        "at_most": math.floor(promised),
        "at_least": math.ceil(promised) - 1,
        "greater_than": math.floor(promised),
    }[str(target.comparator)]
    count = sum(float(row["value"]) for row in told)
    below = chance_of_at_most(most, count=count, years=float(len(told)), law=law)
    return below if target.comparator in ("less_than", "at_most") else 1 - below
