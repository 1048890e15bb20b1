"""Changes between years and around a review: their limits under the law of scatter, where it is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.statistics.law.law_comparison import ratio_limits
from evalkit.statistics.law.law_score import Window
from evalkit.statistics.law.scatter import ScatterLaw

METHOD = "comparison of two periods under the law of scatter"
Laws = Mapping[str, ScatterLaw]


def widened_changes(estimates: pd.DataFrame, laws: Laws, *, level: float = 0.95) -> pd.DataFrame:
    """Return estimates with the limits of changes under the law of scatter.

    Parameters
    ----------
    estimates : DataFrame
        As :func:`evalkit.indicators.estimates.estimate_indicators` returns it.
    laws : mapping of ScatterLaw by indicator
        Of indicators of kind "change" alone. Changes of an indicator without a known law keep limits that are exact if yearly counts vary by chance alone.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        The same rows; of those of kind "change" that have limits, ``lower``, ``upper`` (percent) and ``method`` are those of
        :func:`evalkit.statistics.law.law_comparison.ratio_limits`.

    Examples
    --------
    >>> row = {"indicator": "more", "status": "estimated", "numerator": 60.0, "denominator": 40.0, "lower": -1.4, "upper": 128.0}
    >>> days = {"period_start": pd.Timestamp("2022-01-01"), "period_end": pd.Timestamp("2022-12-31"), "method": "exact"}
    >>> law = ScatterLaw("quadratic", 9.0, 0.2, series=34, cells=340, degrees=272, p=0.0)
    >>> found = widened_changes(pd.DataFrame([row | days]), {"more": law})
    >>> found[["lower", "upper"]].round().to_numpy().tolist()
    [[-66.0, 548.0]]
    """
    known = [name for name, law in laws.items() if law.is_known]
    mine = estimates["indicator"].isin(known) & (estimates["status"] == "estimated")
    mine &= estimates["lower"].notna() & (estimates["denominator"] > 0)
    if not mine.any():
        return estimates
    found = [_limits(row, laws[str(row["indicator"])], level) for row in estimates[mine].to_dict("records")]
    frame = estimates.copy()
    frame.loc[mine, ["lower", "upper"]] = np.array(found)
    frame.loc[mine, "method"] = METHOD
    return frame


def _limits(row: Mapping[Any, Any], law: ScatterLaw, level: float) -> tuple[float, float]:
    years = exposure_years(row["period_start"], row["period_end"])
    later, earlier = Window(row["numerator"], years), Window(row["denominator"], years)
    found = ratio_limits(later, earlier, law, level=level)
    return (row["lower"], row["upper"]) if found is None else (100 * (found[0] - 1), 100 * (found[1] - 1))


def limits_of_rates(
    after: Mapping[str, Any], before: Mapping[str, Any], law: ScatterLaw | None, *, level: float = 0.95
) -> tuple[float, float] | None:
    """Return the limits, in percent, of a change of yearly counts or of rates over person-years.

    Parameters
    ----------
    after, before : mapping
        ``numerator`` (cases), ``years`` (a tuple of them) and ``denominator`` (person-years; missing for counts).
    law : ScatterLaw, optional
    level : float
        Confidence level.

    Returns
    -------
    tuple or None
        None where the law is not known or nothing was counted before.

    Examples
    --------
    >>> law = ScatterLaw("linear", 2.0, 0.0, series=34, cells=340, degrees=272, p=0.0)
    >>> before = {"numerator": 40.0, "years": (2021, 2022), "denominator": float("nan")}
    >>> after = {"numerator": 20.0, "years": (2024, 2025), "denominator": float("nan")}
    >>> lower, upper = limits_of_rates(after, before, law)
    >>> round(lower), round(upper)
    (-76, 5)
    """
    later, earlier = (Window(one["numerator"], float(len(one["years"]))) for one in (after, before))
    found = ratio_limits(later, earlier, law, level=level)
    if found is None or not earlier.cases:
        return None
    people = 1.0
    if not (np.isnan(after["denominator"]) or np.isnan(before["denominator"])):
        people = (before["denominator"] / earlier.years) / (after["denominator"] / later.years)
    return 100 * (found[0] * people - 1), 100 * (found[1] * people - 1)
