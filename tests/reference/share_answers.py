"""Answers about proportions, funnels and standardised rates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from evalkit.statistics.expectation import expected_p
from evalkit.statistics.odds import fisher_exact
from evalkit.statistics.proportions import clopper_pearson_interval, wilson_interval
from evalkit.statistics.provinces.control_limits import (
    Overdispersion,
    funnel_limits,
    funnel_significance,
    overdispersion,
    proportion_limits,
)
from evalkit.statistics.rates import byar_interval, garwood_interval, phe_interval, rate_interval
from evalkit.statistics.standardisation import standardise_directly, standardise_to_reference
from tests.reference.families import Answer, Family, Limits, RefusedError, limits_per_row
from tests.reference.shapes import Inputs

# ---- proportions


def _wilson(i: Inputs, level: Any) -> tuple[Any, Any]:
    return wilson_interval(i.take("count"), i.take("n"), level=level)


def _clopper_pearson(i: Inputs, level: Any) -> tuple[Any, Any]:
    return clopper_pearson_interval(i.take("count"), i.take("n"), level=level)


def _fisher(i: Inputs, level: Any) -> tuple[float, float]:
    found = fisher_exact(i["table"], level=level)
    return found.lower, found.upper


PROPORTION = Family(
    answers={
        "fisher_p": lambda i: fisher_exact(i["table"]).p_minlike,
        "fisher_p_central": lambda i: fisher_exact(i["table"]).p_central,
        "fisher_or_cmle": lambda i: fisher_exact(i["table"]).ratio,
        "proportion": lambda i: np.array(i.take("count")) / np.array(i.take("n")),
    },
    limits={
        **dict.fromkeys(("", "wilson"), limits_per_row(_wilson, "count", "n")),
        "cp": limits_per_row(_clopper_pearson, "count", "n"),
        "fisher": _fisher,
    },
    declined={"jeffreys_.*": "one interval per quantity: Wilson, with the exact bound at 0 and 100 %"},
    main="lower",
)

# ---- funnels


def _expected(i: Inputs) -> Any:
    return np.array(i.take("expected"), dtype=float)


def _smooth(i: Inputs, level: float) -> tuple[Any, Any]:
    return funnel_limits(_expected(i), level=level, form="chi-square")


def _quantile(i: Inputs, share: str) -> Any:
    """Return the Poisson quantile at .025, .975, .001 or .999: one of the two limits of counts."""
    tail = float(f"0.{share}")
    level = 1 - 2 * min(tail, 1 - tail)
    return _expected(i) * funnel_limits(_expected(i), level=level)[int(tail > 0.5)]


def _units(i: Inputs) -> pd.DataFrame:
    """Return each unit's cases beside those expected at the rate of all."""
    rows = i.rows()
    if "expected" not in rows:
        rows["expected"] = rows["exposure"] * rows["count"].sum() / rows["exposure"].sum()
    below = expected_p(rows["count"], rows["expected"])["less"]
    return pd.DataFrame({"below": below, "ratio": rows["count"] / rows["expected"]})


def _spread(field: str) -> Answer:
    def value(i: Inputs) -> Any:
        found: Overdispersion = overdispersion(
            i["numerator"],
            i["denominator"],
            transform="log" if i.word("transform") == "log" else "sqrt",
            trimming="truncate" if i.word("trimming").startswith("trunc") else "winsorise",
            share=float(i.get("trim", 0.1)),
        )
        return getattr(found, field)

    return value


_LEVELS = {"2s": 0.95, "3s": 0.998}


def _sitting_on(i: Inputs, sigma: str, unit: str) -> Any:
    """Expected events at which a count sits on the lower limit: the upper end of the count's own exact interval."""
    events = np.array(i.take("observed"), dtype=float)
    expected = garwood_interval(events, 1, level=_LEVELS[sigma])[1]
    return expected if unit == "expected" else 100 * events / expected


def _share_limit(i: Inputs, side: str, sigma: str) -> Any:
    limits = proportion_limits(float(i["baseline_pct"]) / 100, i["population"], level=_LEVELS[sigma])
    return 100 * limits[("lower", "upper").index(side)]


def _significance(i: Inputs) -> list[str]:
    tails = i.get("levels", [0.025, 0.001])
    return funnel_significance(np.ravel(i.take("observed")), np.ravel(i.take("expected")), tails=tails)


FUNNEL = Family(
    answers={
        "pmap": lambda i: _units(i)["below"],
        "relrisk": lambda i: _units(i)["ratio"],
        "z": _spread("z"),
        "n_used": _spread("used"),
        "phi": _spread("phi"),
        "tau2": _spread("tau2"),
        "significance": _significance,
    },
    patterns={
        r"qpois_(\d+)": _quantile,
        r"n_below_0(\d+)": lambda i, share: (_units(i)["below"] < float(f"0.{share}")).sum(),
        r"n_above_0(\d+)": lambda i, share: (_units(i)["below"] > float(f"0.{share}")).sum(),
        r"lower_(2s|3s)_(expected|isr)": _sitting_on,
        r"(lower|upper)_(2s|3s)": _share_limit,
    },
    limits={"chisq": _smooth},
    declined={
        "upper_[23]s_(expected|isr)": "PHE halves steps to seven digits, coarse at one event (by 4e-6, 5e-5); the kit is exact"
    },
    main="significance",
)

# ---- standardisation


def _method(i: Inputs) -> str:
    told = i.word("method")
    if told:
        return told
    return "smr" if "standard" not in i.rows() and "stratum" not in i.rows() else "direct"


def _limits_rule(i: Inputs) -> Any:
    return {"dobson-byar": "phe", "": "exact"}.get(i.word("limits"), i.word("limits"))


def _standardised(i: Inputs, level: float) -> pd.DataFrame:
    """Return areas with ``value``, ``lower``, ``upper``, and for indirect standardisation ``rate`` and its limits."""
    rows, scale = i.rows(), float(i.take("per", 1))
    names = {"area": "area", "stratum": "stratum"}
    if _method(i) == "direct":
        rule = "exact" if _limits_rule(i) == "exact" and i.word("limits") else "phe"
        return standardise_directly(rows, **names, scale=scale, level=level, method=rule)
    method = _limits_rule(i)
    return standardise_to_reference(rows, _reference(i), **names, scale=scale, level=level, method=method)


def _reference(i: Inputs) -> pd.DataFrame:
    """Return the reference population: given, or all areas together."""
    if "reference_table" in i:
        return i.with_roles(pd.DataFrame(i["reference_table"]))
    if "reference" in i:
        return i.with_roles(pd.read_csv(i.data / i["reference"]))
    return i.rows().groupby("stratum", as_index=False)[["count", "exposure"]].sum()


def _column(name: str) -> Answer:
    return lambda i: _standardised(i, i.level)[name].tolist()


def _area_limits(lower: str, upper: str) -> Limits:
    def limits(i: Inputs, level: float) -> tuple[Any, Any]:
        found = _standardised(i, level)
        return found[lower].tolist(), found[upper].tolist()

    return limits


def _counted(i: Inputs) -> tuple[Any, Any]:
    """Return observed and expected cases of the rows asked for."""
    observed, expected = (np.array(i.take(name), dtype=float) for name in ("observed", "expected"))
    rows = np.array(i.get("rows", range(1, len(observed) + 1))) - 1
    return observed[rows], expected[rows]


def _observed(i: Inputs) -> Any:
    return _counted(i)[0] if _method(i) == "smr" else _column("count")(i)


def _expected_cases(i: Inputs) -> Any:
    return _counted(i)[1] if _method(i) == "smr" else _column("expected")(i)


def _ratio(i: Inputs) -> Any:
    return np.divide(*_counted(i)) if _method(i) == "smr" else _column("value")(i)


def _smr_limits(rule: Any) -> Limits:
    def limits(i: Inputs, level: Any) -> tuple[Any, Any]:
        if _method(i) != "smr":
            raise RefusedError("limits by several rules are given where observed and expected cases are")
        variant = "epitools" if i.word("byar_variant") == "epitools" else "phe"
        observed, expected = _counted(i)
        if rule == "byar":
            return byar_interval(observed, expected, level=level, variant=variant)
        if rule == "phe":
            return phe_interval(observed, expected, level=level)
        return rate_interval(observed, expected, level=level, method=rule or _limits_rule(i))

    return limits


def _plain_limits(i: Inputs, level: Any) -> tuple[Any, Any]:
    if _method(i) == "smr":
        return _smr_limits("")(i, level)
    return _area_limits("lower", "upper")(i, level)


STANDARDISATION = Family(
    answers={
        "area": _column("area"),
        "value": _column("value"),
        "observed": _observed,
        "expected": _expected_cases,
        "smr": _ratio,
        "ratio": _ratio,
        "rate": _column("rate"),
    },
    limits={
        **dict.fromkeys(("", "value", "ratio", "smr"), _plain_limits),
        "rate": _area_limits("rate_lower", "rate_upper"),
        "exact": _smr_limits("exact"),
        "byar": _smr_limits("byar"),
        "phe": _smr_limits("phe"),
    },
    main="value",
)

FAMILIES = {"proportion": PROPORTION, "funnel": FUNNEL, "standardisation": STANDARDISATION}
