"""Estimates held against targets: the verdict is arithmetic on the official figure, the evidence is what the interval adds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from evalkit.errors import DeclarationError
from evalkit.estimation.windows import exposure_years
from evalkit.programme.models import Target

Verdict = Literal["met", "not_met", "not_applicable", "unquantified"]
Evidence = Literal["clear", "chance_could_explain", "no_interval", "none"]

PLACE = ["province_code", "scheme"]
ESTIMATE = [
    *("indicator", "province_code", "scheme", "place_basis", "period_start", "period_end", "source_id"),
    *("numerator", "denominator", "value", "lower", "upper", "unit", "status", "flag"),
]
COLUMNS = [
    *("target_id", "target_level", *ESTIMATE),
    *("comparator", "target_value", "target_unit", "gap", "verdict", "evidence"),
]


@dataclass(frozen=True, slots=True)
class Assessment:
    """An estimate held against a target.

    Attributes
    ----------
    verdict : str
        ``met``, ``not_met``, ``not_applicable`` (no figure, or 0 of 0) or ``unquantified``.
    evidence : str
        ``clear`` (the whole interval lies on the verdict's side), ``chance_could_explain``, ``no_interval``, ``none``.
    gap : float
        Estimate minus target, in the target's unit (percentage points, or a count); missing without a figure.
    """

    verdict: Verdict
    evidence: Evidence
    gap: float


def assess(
    value: float, lower: float, upper: float, numerator: float, denominator: float, target: Target
) -> Assessment:
    """Hold one estimate against one target.

    Parameters
    ----------
    value, lower, upper : float
        The estimate and its limits, in the target's unit; missing where there is none.
    numerator, denominator : float
        What a percentage was made of: the verdict is taken on these whole numbers, where no rounding can tip it.
        Missing for a count.
    target : Target

    Returns
    -------
    Assessment

    Notes
    -----
    "Over 90 %" is strict: 90 of 100 does not meet it.

    Examples
    --------
    >>> from datetime import date
    >>> words = {"wording": {"vi": "trên 90 %", "en": "over 90 %"}, "source": "invented", "indicator": "reports_resolved"}
    >>> days = {"valid_from": date(2021, 1, 1), "valid_to": date(2025, 12, 31)}
    >>> over = Target(id="T", comparator="greater_than", value=90, unit="percent", **days, **words)
    >>> assess(90.0, 82.6, 94.5, 90, 100, over)
    Assessment(verdict='not_met', evidence='chance_could_explain', gap=0.0)
    >>> assess(65.0, 55.3, 73.6, 65, 100, over)
    Assessment(verdict='not_met', evidence='clear', gap=-25.0)
    """
    if target.value is None:
        return Assessment("unquantified", "none", math.nan)
    if math.isnan(value):
        return Assessment("not_applicable", "none", math.nan)
    is_met = _holds(_distance(value, numerator, denominator, target), target)
    return Assessment(
        "met" if is_met else "not_met", _evidence(lower, upper, target, is_met=is_met), value - target.value
    )


def assess_targets(estimates: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """Hold estimates against the targets in force in their period.

    Parameters
    ----------
    estimates : DataFrame
        As :func:`evalkit.estimation.indicators.estimate_indicators` returns it, for one or many places.
    targets : sequence of Target
        National ones bind every place, provincial ones their own province alone.

    Returns
    -------
    DataFrame, one row per target and estimate
        ``target_id``, ``target_level``; the estimate's own columns; ``comparator``, ``target_value``, ``target_unit``,
        ``gap``; ``verdict`` and ``evidence``, two statements. A target that no estimate meets in time has one row per
        place it binds, with verdict ``not_applicable`` and status ``not_reported``; a target without a number one row per
        place, ``unquantified``. ``comparator``, ``target_unit`` are "" and ``target_value`` is missing for the latter.

    Raises
    ------
    DeclarationError
        If a target in percent is set on an indicator that is none, or one in counts on one that is.

    Notes
    -----
    A period of up to a year counts if its last day lies in the target's validity, so a decision of February binds the
    whole of its year; a longer period counts if all of it lies there.

    Examples
    --------
    >>> assess_targets(pd.DataFrame(columns=ESTIMATE), ()).empty
    True
    """
    places = estimates[PLACE].drop_duplicates().to_dict("records")
    rows = [row for target in targets for row in _rows(estimates, target, places)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(estimates: pd.DataFrame, target: Target, places: list[dict[Any, Any]]) -> list[dict[str, Any]]:
    """Return the rows of one target: its estimates, and a row of its own for each place without one."""
    if target.level == "provincial":
        places = [{"province_code": target.province_code, "scheme": target.scheme}]
    judged = _in_force(estimates, target) if target.is_quantified else estimates.iloc[:0]
    rows = [_row(target, estimate) for estimate in judged[ESTIMATE].to_dict("records")]
    told = {(row["province_code"], row["scheme"]) for row in rows}
    empty = [place for place in places if (place["province_code"], place["scheme"]) not in told]
    status = "not_reported" if target.is_quantified else ""
    return rows + [_row(target, _NOTHING | place | {"status": status}) for place in empty]


_NOTHING: dict[str, Any] = (
    dict.fromkeys(("place_basis", "source_id", "unit", "flag"), "")
    | dict.fromkeys(("numerator", "denominator", "value", "lower", "upper"), math.nan)
    | dict.fromkeys(("period_start", "period_end"), pd.NaT)
)


def _row(target: Target, estimate: dict[Any, Any]) -> dict[str, Any]:
    numbers = {name: estimate[name] for name in ("value", "lower", "upper", "numerator", "denominator")}
    found = assess(**numbers, target=target)
    return estimate | {
        "target_id": target.id,
        "target_level": target.level,
        "indicator": target.indicator or "",
        "comparator": target.comparator or "",
        "target_value": math.nan if target.value is None else target.value,
        "target_unit": target.unit or "",
        "gap": found.gap,
        "verdict": found.verdict,
        "evidence": found.evidence,
    }


def _in_force(estimates: pd.DataFrame, target: Target) -> pd.DataFrame:
    """Return the estimates of the target's indicator and place in whose period it was in force."""
    rows = estimates[estimates["indicator"] == target.indicator]
    if target.level == "provincial":
        rows = rows[(rows["province_code"] == target.province_code) & (rows["scheme"] == target.scheme)]
    _refuse_other_units(rows, target)
    first, last = pd.Timestamp(target.valid_from), pd.Timestamp(target.valid_to)
    ends = (rows["period_end"] >= first) & (rows["period_end"] <= last)
    lengths = [exposure_years(*span) for span in zip(rows["period_start"], rows["period_end"], strict=True)]
    within = (rows["period_start"] >= first) | (np.array(lengths, dtype=float) <= 1)
    return rows[ends & within]


def _refuse_other_units(rows: pd.DataFrame, target: Target) -> None:
    in_percent = rows["unit"] == "percent"
    fits = in_percent if target.unit == "percent" else ~in_percent
    if not fits.all():
        raise DeclarationError(
            where=f"target {target.id}",
            rule=f"a target in {target.unit} is held against an indicator in the same unit",
            do=f"correct the unit of the target, or the indicator {target.indicator} it names",
        )


def _distance(value: float, numerator: float, denominator: float, target: Target) -> float:
    """Return how far the estimate lies above the target, on a scale where 0 is exact."""
    promised = float(target.value or 0)
    if target.unit == "percent" and denominator > 0:
        return 100 * numerator - promised * denominator
    return value - promised


def _holds(distance: float, target: Target) -> bool:
    return {
        "greater_than": distance > 0,
        "at_least": distance >= 0,
        "less_than": distance < 0,
        "at_most": distance <= 0,
    }[str(target.comparator)]


def _evidence(lower: float, upper: float, target: Target, *, is_met: bool) -> Evidence:
    """Say whether every value in the interval would give the same verdict."""
    if math.isnan(lower) or math.isnan(upper):
        return "no_interval"
    promised = float(target.value or 0)
    agrees = all(_holds(limit - promised, target) == is_met for limit in (lower, upper))
    return "clear" if agrees else "chance_could_explain"
