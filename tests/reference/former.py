"""What the older edition of the cases left to prose, said as SHAPES.md says it: so that one adapter reads both."""

from __future__ import annotations

import re
from typing import Any

_COLUMNS: dict[tuple[str, str], dict[str, str]] = {
    ("dispersion", "discoveries.csv"): {"unit": "year", "count": "count"},
    ("empirical_bayes", "scotland_lip.csv"): {"count": "O", "expected": "E"},
    ("funnel", "nc_sids.csv"): {"count": "sids", "exposure": "births"},
    ("its", "sicily.csv"): {"count": "aces", "step": "smokban", "time": "time", "exposure": "stdpop"},
    ("its", "seatbelts.csv"): {"count": "VanKilled", "step": "law", "time": "time", "month": "month"},
    ("panel", "nc_sids.csv"): {
        "unit": "county",
        "later": "sids79",
        "later_exposure": "births79",
        "earlier": "sids",
        "earlier_exposure": "births",
    },
    ("standardisation", "phe_dsr_input.csv"): {
        "area": "area",
        "stratum": "ageband",
        "count": "count",
        "exposure": "pop",
        "standard": "stdpop",
    },
    ("synthetic_control", "prop99.csv"): {"unit": "State", "time": "Year", "value": "PacksPerCapita"},
}
_WORDS: dict[tuple[str, str], dict[str, Any]] = {
    ("changepoint", "coal_disasters.csv"): {"outside": 10},
    ("changepoint", "nile.csv"): {"model": "ols-mean-shift"},
    ("did", "mpdta.csv"): {"model": "twfe"},
    ("empirical_bayes", "nc_sids.csv"): {"law": "marshall"},
    ("empirical_bayes", "scotland_lip.csv"): {"law": "gamma-moments"},
    ("panel", "epil.csv"): {"model": "glmm"},
}


def completed(case: dict[str, Any]) -> dict[str, Any]:
    """Return a case's inputs; those of the older edition with the names that the newer one gives."""
    inputs, family = dict(case["inputs"]), case["family"]
    place = family, inputs.get("data", "")
    if place in _COLUMNS and "columns" not in inputs:
        inputs["columns"] = _COLUMNS[place]
    inputs = _WORDS.get(place, {}) | inputs
    if family == "its" and "family" not in inputs:
        inputs |= _formula(inputs["formula"], case["method"])
    if family == "trend_glm" and inputs.get("formula", "").startswith("log(") and "model" not in inputs:
        inputs["model"] = "log-ols"
    if family == "funnel" and "trim" in inputs:
        inputs = {"transform": "log", "trimming": "truncate"} | inputs
    if family == "poisson_1samp" and "byar_lower" in case["expected"]:
        inputs = {"byar_variant": "epitools"} | inputs
    if family == "poisson_2samp" and {"statistic", "p_two_sided"} <= set(case["expected"]):
        inputs = {"test": "etest"} | inputs
    return inputs


def _formula(formula: str, method: str) -> dict[str, Any]:
    pairs = re.search(r"harmonic\(\w+,\s*(\d+),\s*(\d+)\)", formula)
    return {
        "family": "quasipoisson" if "quasi" in method else "poisson",
        "harmonics": int(pairs[1]) if pairs else 0,
        "slope": False,
    }
