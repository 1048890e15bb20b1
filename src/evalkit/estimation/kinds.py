"""The value and the limits of each kind of indicator."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evalkit.estimation.conditional import exact_shares
from evalkit.estimation.proportions import estimate_proportion, estimate_ratio
from evalkit.estimation.rates import estimate_rate
from evalkit.programme.models import Indicator, Programme

AS_REPORTED = "count as reported"
NO_LIMITS = dict.fromkeys(("lower", "upper", "bound_one_sided", "level"), np.nan)
METHODS = {
    "mean": "amount over number, as reported",
    "share_of_shares": "share over share, as reported",
    "change": "exact conditional comparison of two periods",
    "median_days": "median as the agency reports it",
    "conversion": "ratio of yearly totals of two stages",
    "consistency": "two holders' figures side by side",
}
IN_PERCENT = ("proportion", "period_ratio", "conversion", "carried_over", "consistency")


def unit_of(indicator: Indicator, programme: Programme) -> str:
    """Return the unit of an indicator's value.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> programme = load_programme("vn-trafficking")
    >>> unit_of(programme.indicators["case_rate"], programme)
    'per 100000 person-years'
    """
    above = programme.measures[indicator.numerator].unit
    if indicator.kind == "count":
        return above
    if indicator.kind == "rate":
        return f"per {indicator.scale:.0f} person-years"
    below = programme.measures[str(indicator.denominator)].unit if indicator.denominator else ""
    fixed = {
        "change": "percent",
        "median_days": above,
        "share_of_shares": "ratio",
        "per_thousand": f"per {indicator.scale:.0f} {below}",
        "mean": f"{above} per {below}",
    }
    return fixed.get(indicator.kind, "percent" if indicator.scale == 100 else f"per {indicator.scale:.0f}")


def with_numbers(rows: pd.DataFrame, indicator: Indicator, level: float) -> pd.DataFrame:
    """Append ``value``, limits, ``level`` and ``method`` by the kind of the indicators.

    Parameters
    ----------
    rows : DataFrame
        ``estimable`` (the numerator where a value can be given), ``denominator``, ``scale``, ``is_decided``, ``is_counted``
        (a whole number, not money) and what the kind needs beside (``days``; ``against_numerator`` and ``against_denominator``).
    indicator : Indicator
        Any of them: all are of one kind (and, for a conversion, of one basis).
    level : float
        Confidence level.

    Notes
    -----
    Counts and rates: Garwood (1936). Shares: Wilson (1927). Changes: exact conditional limits (Przyborowski and Wilenski
    1940), missing on a base of zero. Ratios whose numerator is no part of their base have no limits.
    """
    if indicator.is_share:
        found = estimate_proportion(rows, numerator="estimable", denominator="denominator", level=level)
        return _scaled(found, rows["scale"] / 100)
    if indicator.kind in ("count", "rate", "per_thousand"):
        return _events(rows, indicator.kind, level)
    if indicator.kind == "change":
        return _changes(rows, level)
    if indicator.kind in ("period_ratio", "conversion", "consistency"):
        found = estimate_ratio(rows, numerator="estimable", denominator="denominator", whole=False).assign(
            **NO_LIMITS
        )
        found["method"] = METHODS.get(indicator.kind, found["method"])
        return _scaled(found, rows["scale"] / 100)
    return rows.assign(value=_amounts(rows, indicator.kind), method=METHODS[indicator.kind], **NO_LIMITS)


def _amounts(rows: pd.DataFrame, kind: str) -> pd.Series:
    if kind == "median_days":
        return rows["days"].where(rows["state"] == "estimated")
    share = rows["estimable"] / rows["denominator"].where(rows["denominator"] > 0)
    if kind == "share_of_shares":
        whole = rows["against_denominator"].where(rows["against_denominator"] > 0)
        against = rows["against_numerator"] / whole
        return share / against.where(against > 0)
    return share * rows["scale"]


def _events(rows: pd.DataFrame, kind: str, level: float) -> pd.DataFrame:
    decided = rows["is_decided"].astype(bool)
    drawn = rows["estimable"].mask(decided)
    timed = rows.assign(estimable=drawn, exposure=1.0 if kind == "count" else rows["denominator"])
    found = estimate_rate(timed, count="estimable", exposure="exposure", level=level)
    found["bound_one_sided"] = found["upper_one_sided"].where(found["estimable"] == 0)
    if kind != "count":
        return _scaled(found, rows["scale"])
    found[list(NO_LIMITS)] = found[list(NO_LIMITS)].mask(decided)
    return found.assign(
        estimable=rows["estimable"],
        value=found["value"].mask(decided, rows["estimable"]),
        method=found["method"].mask(decided, AS_REPORTED),
    )


def _changes(rows: pd.DataFrame, level: float) -> pd.DataFrame:
    later, earlier = rows["estimable"], rows["denominator"]
    ratio = later / earlier.where(earlier > 0)
    known = ratio.notna() & rows["is_counted"].astype(bool)
    limits = [
        exact_shares(one, other, level=level) if holds else (np.nan, np.nan)
        for one, other, holds in zip(later, earlier, known, strict=True)
    ]
    shares = np.array(limits, dtype=float).reshape(len(rows), 2)
    lower, upper = 100 * (shares / (1 - shares) - 1).T
    return rows.assign(
        value=100 * (ratio - 1),
        lower=lower,
        upper=upper,
        bound_one_sided=np.nan,
        level=level,
        method=METHODS["change"],
    )


def _scaled(rows: pd.DataFrame, scale: pd.Series) -> pd.DataFrame:
    numbers = ["value", "lower", "upper", "bound_one_sided"]
    return rows.assign(**{name: rows[name] * scale for name in numbers})
