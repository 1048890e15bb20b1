"""The formulas of the table of kinds: value and limits of many fractions at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evalkit.indicators.asked import Asked, Truth
from evalkit.indicators.fractions import ESTIMATED, Fractions
from evalkit.indicators.wide import Places
from evalkit.programme.kinds import Formula
from evalkit.statistics.counts import Numbers
from evalkit.statistics.proportions import clopper_pearson_interval, estimate_proportion, estimate_ratio
from evalkit.statistics.rates import estimate_rate

_DECIDED: dict[Formula, str] = {
    "events": "count as reported",
    "share": "share as reported",
    "change": "change as reported",
}
NUMBERS = ("value", "lower", "upper", "bound_one_sided", "level")


@dataclass(frozen=True, slots=True)
class Given:
    """What a formula is given: the parts of its rows, and what is declared of their indicators.

    Attributes
    ----------
    numerator : ndarray of float
        Missing where no value can be given.
    denominator, figure, against : ndarray of float
        As :class:`evalkit.indicators.fractions.Fractions` has them.
    scale : ndarray of float
    is_alone : ndarray of bool
        Whether nothing stands below the line.
    is_counted : ndarray of bool
        Whether it is a whole number, not money.
    method : ndarray of str
        As the table of kinds names it; "" where the formula does.
    level : float
    """

    numerator: Numbers
    denominator: Numbers
    figure: Numbers
    against: Numbers
    scale: Numbers
    is_alone: Truth
    is_counted: Truth
    method: np.ndarray
    level: float


def with_numbers(found: Fractions, asked: Asked, level: float) -> pd.DataFrame:
    """Return ``value``, limits, ``level`` and ``method`` of each row, by the formula of its indicator.

    Parameters
    ----------
    found : Fractions
    asked : Asked
    level : float
        Confidence level.

    Notes
    -----
    Counts and rates: Garwood (1936). Shares: Wilson (1927). Changes: exact conditional limits (Przyborowski and Wilenski
    1940), missing on a base of zero. Ratios whose numerator is no part of their base have no limits, nor has what was
    decided: counts and shares of own doings are no sample.
    """
    numbers = {name: np.full(len(found.indicator), np.nan) for name in NUMBERS}
    method = np.full(len(found.indicator), "", dtype=object)
    formulas = asked.about["formula"][found.indicator]
    for name, formula in FORMULAS.items():
        rows = np.flatnonzero(formulas == name)
        if not len(rows):
            continue
        result = formula(_given(found.only(rows), asked, level))
        for column in NUMBERS:
            if column in result:
                numbers[column][rows] = result[column]
        method[rows] = result["method"]
        _leave_chance_out(
            numbers, method, rows[asked.about["is_decided"].astype(bool)[found.indicator[rows]]], name
        )
    return pd.DataFrame(numbers | {"method": pd.array(method, dtype="str")})


def _leave_chance_out(
    numbers: dict[str, Numbers], method: np.ndarray, decided: Places, formula: Formula
) -> None:
    """Take away the limits of what was decided, not drawn by chance; its value stays."""
    for column in ("lower", "upper", "bound_one_sided", "level"):
        numbers[column][decided] = np.nan
    if formula in _DECIDED:
        method[decided] = _DECIDED[formula]


def _given(rows: Fractions, asked: Asked, level: float) -> Given:
    about = {name: column[rows.indicator] for name, column in asked.about.items()}
    return Given(
        np.where(rows.state == ESTIMATED, rows.numerator, np.nan),
        rows.denominator,
        np.where(rows.state == ESTIMATED, rows.figure, np.nan),
        rows.against,
        about["scale"],
        about["parts"] == "figure",
        about["is_counted"].astype(bool),
        about["method"],
        level,
    )


def _shares(given: Given) -> pd.DataFrame:
    parts = pd.DataFrame({"estimable": given.numerator, "denominator": given.denominator})
    found = estimate_proportion(parts, numerator="estimable", denominator="denominator", level=given.level)
    return _scaled(found, given.scale / 100)


def _events(given: Given) -> pd.DataFrame:
    """Exact limits of what befalls; an amount of money, which is decided, is no count to give them for."""
    drawn = np.where(given.is_counted, given.numerator, np.nan)
    exposure = np.where(given.is_alone, 1.0, given.denominator)
    timed = pd.DataFrame({"estimable": drawn, "exposure": exposure})
    found = estimate_rate(timed, count="estimable", exposure="exposure", level=given.level)
    found["bound_one_sided"] = found["upper_one_sided"].where(found["estimable"] == 0)
    found = _scaled(found, np.where(given.is_alone, 1.0, given.scale))
    return found.assign(value=found["value"].where(given.is_counted, given.numerator))


def _ratios(given: Given) -> pd.DataFrame:
    parts = pd.DataFrame({"estimable": given.numerator, "denominator": given.denominator})
    found = estimate_ratio(parts, numerator="estimable", denominator="denominator", whole=False)
    return pd.DataFrame({"value": found["value"] * (given.scale / 100), "method": given.method})


def _amounts(given: Given) -> pd.DataFrame:
    return pd.DataFrame(
        {"value": _over(given.numerator, given.denominator) * given.scale, "method": given.method}
    )


def _shares_of_shares(given: Given) -> pd.DataFrame:
    against = _over(given.against[:, 0], given.against[:, 1])
    value = _over(_over(given.numerator, given.denominator), against)
    return pd.DataFrame({"value": value, "method": given.method})


def _as_reported(given: Given) -> pd.DataFrame:
    return pd.DataFrame({"value": given.figure, "method": given.method})


def _changes(given: Given) -> pd.DataFrame:
    later, earlier = given.numerator, given.denominator
    ratio = _over(later, earlier)
    known = ~np.isnan(ratio) & given.is_counted
    total = np.where(known, later + earlier, np.nan)
    shares = clopper_pearson_interval(np.where(known, later, np.nan), total, level=given.level)
    lower, upper = (100 * (share / (1 - share) - 1) for share in shares)
    return pd.DataFrame(
        {
            "value": 100 * (ratio - 1),
            "lower": lower,
            "upper": upper,
            "level": given.level,
            "method": given.method,
        }
    )


FORMULAS: dict[Formula, Callable[[Given], pd.DataFrame]] = {
    "events": _events,
    "share": _shares,
    "ratio": _ratios,
    "amount": _amounts,
    "share_of_shares": _shares_of_shares,
    "change": _changes,
    "as_reported": _as_reported,
}


def _over(above: Numbers, below: Numbers) -> Numbers:
    """Divide where something stands below the line."""
    return above / np.where(below > 0, below, np.nan)


def _scaled(rows: pd.DataFrame, scale: Numbers) -> pd.DataFrame:
    numbers = ["value", "lower", "upper", "bound_one_sided"]
    return rows.assign(**{name: rows[name] * scale for name in numbers})
