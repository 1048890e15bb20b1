"""Where each target stands: baseline, mid-point, latest figure, the pace still required, and what may be said of the end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd

from evalkit.estimation.population import PLACE
from evalkit.estimation.posterior import rate_posterior
from evalkit.estimation.windows import exposure_years
from evalkit.programme.models import Programme, ProgrammePeriod, Target

POINTS = ("baseline", "mid", "last")
COLUMNS = [
    *("target_id", "indicator", *PLACE, "place_basis", "unit", "comparator", "target_value", "period"),
    *(f"{point}_{what}" for point in POINTS for what in ("end", "value", "status")),
    *("years_left", "pace_so_far", "required_pace", "chance", "reason"),
]
FEWEST_YEARS = 5


def mid_term_view(
    estimates: pd.DataFrame, programme: Programme, targets: Sequence[Target], *, level: float = 0.95
) -> pd.DataFrame:
    """Return where each quantified target stands in the programme period it belongs to.

    Parameters
    ----------
    estimates : DataFrame
        As :func:`evalkit.estimation.indicators.estimate_indicators` returns it.
    programme : Programme
        Declares the periods and, where known, the day their mid-term review looks at.
    targets : sequence of Target
        Those that bind the places of ``estimates``; targets without a number are left out.
    level : float
        Not used for a number: kept so that every estimate takes one.

    Returns
    -------
    DataFrame, one row per target, programme period and place
        ``baseline``: the last yearly figure before the target came into force; ``mid``: the last yearly figure that ended by
        the mid-term day; ``last``: the last yearly figure under the target; of each the ``_end`` (datetime), ``_value`` (in the
        target's unit, missing where there is none) and ``_status``. ``years_left``: from that last figure to the target's
        end. ``pace_so_far``: change per year from baseline to last; ``required_pace``: change per year still needed, 0 where
        the last figure meets the target, missing where no time is left or no figure is there. ``chance``: see Notes.
        ``reason``: why there is no chance: ``no_method_for_kind``, ``too_few_years``, ``no_time_left``, ``suppressed``,
        ``not_reported``; "" where there is one.

    Notes
    -----
    A projected attainment is given for counts alone, from five yearly figures on: the probability that the count of the
    target's last year meets the target if the mean of these years goes on (Jeffreys Gamma posterior, negative binomial
    predictive distribution; METHODS A10, A11). No trend is carried beyond the data, and shares have no such model here.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> none = pd.DataFrame(columns=["indicator", "province_code", "scheme", "period_start", "period_end"])
    >>> mid_term_view(none, load_programme("vn-trafficking"), ()).empty
    True
    """
    del level
    rows = [row for target in targets if target.is_quantified for row in _rows(estimates, programme, target)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(estimates: pd.DataFrame, programme: Programme, target: Target) -> Iterator[dict[str, Any]]:
    own = estimates[estimates["indicator"] == target.indicator]
    if target.level == "provincial":
        own = own[(own["province_code"] == target.province_code) & (own["scheme"] == target.scheme)]
    yearly = [exposure_years(*span) == 1 for span in zip(own["period_start"], own["period_end"], strict=True)]
    own = own[pd.Series(yearly, index=own.index, dtype=bool)].sort_values("period_end", kind="stable")
    period = next((one for one in programme.periods if one.covers(target.valid_to)), None)
    for (code, scheme, basis), series in own.groupby([*PLACE, "place_basis"], sort=False):
        place = {"province_code": code, "scheme": scheme, "place_basis": basis}
        yield place | _view(series, programme, target, period)


def _view(
    series: pd.DataFrame, programme: Programme, target: Target, period: ProgrammePeriod | None
) -> dict[str, Any]:
    first, last = _day(target.valid_from), _day(target.valid_to)
    ends = series["period_end"]
    within = series[(ends >= first) & (ends <= last)]
    mid_term = _day(period.mid_term) if period and period.mid_term else pd.NaT
    found = {
        "baseline": _latest(series[ends < first]),
        "mid": _latest(within[within["period_end"] <= mid_term]),
        "last": _latest(within),
    }
    points = {f"{point}_{key}": value for point, one in found.items() for key, value in one.items()}
    chance, reason = _chance(within, programme, target, found["last"])
    return points | {
        "target_id": target.id,
        "indicator": target.indicator,
        "unit": target.unit,
        "comparator": target.comparator,
        "target_value": target.value,
        "period": period.id if period else "",
        "chance": chance,
        "reason": reason,
        **_paces(found["baseline"], found["last"], target),
    }


def _day(day: date) -> pd.Timestamp:
    return pd.Timestamp(day)


def _latest(rows: pd.DataFrame) -> dict[str, Any]:
    """Return the last figure with a value; where there is none, what the last row says instead."""
    told = rows[rows["value"].notna()]
    if not told.empty:
        row = told.iloc[-1]
        return {"end": row["period_end"], "value": float(row["value"]), "status": row["status"]}
    status = rows["status"].iloc[-1] if len(rows) else "not_reported"
    return {"end": pd.NaT, "value": math.nan, "status": status}


def _paces(baseline: dict[str, Any], last: dict[str, Any], target: Target) -> dict[str, float]:
    left = math.nan
    if pd.notna(last["end"]):
        left = exposure_years(last["end"] + pd.Timedelta(days=1), _day(target.valid_to))
    passed = math.nan
    if pd.notna(last["end"]) and pd.notna(baseline["end"]):
        passed = exposure_years(baseline["end"] + pd.Timedelta(days=1), last["end"])
    return {
        "years_left": left,
        "pace_so_far": (last["value"] - baseline["value"]) / passed if passed > 0 else math.nan,
        "required_pace": _required(last["value"], left, target),
    }


def _required(value: float, left: float, target: Target) -> float:
    if math.isnan(value) or math.isnan(left):
        return math.nan
    if _meets(value, target):
        return 0.0
    return (float(target.value or 0) - value) / left if left > 0 else math.nan


def _meets(value: float, target: Target) -> bool:
    promised = float(target.value or 0)
    return {
        "greater_than": value > promised,
        "at_least": value >= promised,
        "less_than": value < promised,
        "at_most": value <= promised,
    }[str(target.comparator)]


def _chance(
    within: pd.DataFrame, programme: Programme, target: Target, last: dict[str, Any]
) -> tuple[float, str]:
    """Return the probability that the last year's count meets a target, or why none is given."""
    told = within[within["value"].notna()]
    kind = programme.indicators[str(target.indicator)].kind
    reasons = {
        str(last["status"]): math.isnan(last["value"]),
        "no_time_left": pd.notna(last["end"]) and last["end"] >= _day(target.valid_to),
        "no_method_for_kind": kind != "count",
        "too_few_years": len(told) < FEWEST_YEARS,
    }
    reason = next((name for name, holds in reasons.items() if holds), "")
    if reason:
        return math.nan, reason
    predicted = rate_posterior(float(told["value"].sum()), float(len(told))).next_count()
    promised = float(target.value or 0)
    below = {"less_than": math.ceil(promised) - 1, "at_most": math.floor(promised)}
    if target.comparator in below:
        return float(predicted.cdf(below[target.comparator])), ""
    least = math.floor(promised) + 1 if target.comparator == "greater_than" else math.ceil(promised)
    return float(predicted.sf(least - 1)), ""
