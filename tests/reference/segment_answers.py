"""Answers to the families joinpoint and changepoint: trends in pieces, and shifts of level."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from evalkit.estimation.changepoint import ChangepointFit, changepoint
from evalkit.estimation.joinpoint import joinpoint
from evalkit.estimation.joinpoint_results import JoinpointFit
from evalkit.estimation.joinpoint_settings import JoinpointSettings

Case = Mapping[str, Any]
Answer = Callable[[Any], Any]


@cache
def _counts_bent(file: Path) -> JoinpointFit:
    fit = joinpoint(pd.read_csv(file))
    assert isinstance(fit, JoinpointFit)
    return fit


@cache
def _rates_bent(file: Path, sex: str, settings: JoinpointSettings) -> JoinpointFit:
    rates = pd.read_csv(file).query("sex == @sex")
    fit = joinpoint(rates, count="rate", parity="nci", settings=settings)
    assert isinstance(fit, JoinpointFit)
    return fit


def _fit(i: Any) -> JoinpointFit:
    if "sex" not in i:
        return _counts_bent(i.data / i["data"])
    settings = JoinpointSettings(
        standard_error="se",
        most=i["max_joinpoints"],
        outside=i["min_obs_before_first_or_after_last"],
        between=i["min_obs_between"],
    )
    return _rates_bent(i.data / i["data"], i["sex"], settings)


def _apcs(i: Any) -> list[float]:
    return [segment.apc for segment in _fit(i).segments]


def _by_joins(field: str) -> Answer:
    return lambda i: [getattr(candidate, field) for candidate in _fit(i).candidates]


@cache
def _shift(file: Path) -> ChangepointFit:
    fit = changepoint(pd.read_csv(file), outside=10)
    assert isinstance(fit, ChangepointFit)
    return fit


def _shifted(field: str) -> Answer:
    return lambda i: getattr(_shift(i.data / i["data"]), field)


SEGMENT_ANSWERS: dict[str, dict[str, Answer]] = {
    "joinpoint": {
        "joinpoint_year": lambda i: _fit(i).joins[0].year,
        "deviance": lambda i: _fit(i).candidates[1].misfit,
        "deviance_0jp": lambda i: _fit(i).candidates[0].misfit,
        "apc1": lambda i: _apcs(i)[0],
        "apc2": lambda i: _apcs(i)[1],
        "aapc": lambda i: _fit(i).aapc,
        "published_joinpoints": lambda i: _fit(i).years,
        "published_apc": _apcs,
        "published_sig": lambda i: [int(segment.p < 0.05) for segment in _fit(i).segments],
        "n_joinpoints": lambda i: len(_fit(i).joins),
        "grid_joinpoints": lambda i: _fit(i).years,
        "grid_apc": _apcs,
        "grid_aapc_full": lambda i: _fit(i).aapc,
        "wsse_by_k": _by_joins("misfit"),
        "jp_k1": lambda i: _fit(i).candidates[1].years[0],
        "jp_k2": lambda i: _fit(i).candidates[2].years,
        "bic_by_k": _by_joins("bic"),
        "bic3_by_k": _by_joins("bic3"),
    },
    "changepoint": {
        "last_year_regime1": _shifted("last_before"),
        "mean1": _shifted("rate_before"),
        "mean2": _shifted("rate_after"),
        "rate_ratio": _shifted("ratio"),
        "loglik": _shifted("log_likelihood"),
        "lr": _shifted("statistic"),
        "total": _shifted("total"),
    },
}

_BETWEEN_YEARS = "joins lie at observed years: where within a year a trend bends, yearly counts cannot tell"
_NO_COUNT = (
    "a shift in the mean of a measurement (the flow of a river) by least squares; the kit's series are counts"
)

SEGMENT_NOT_OFFERED: dict[str, dict[str, str]] = {
    "joinpoint": dict.fromkeys(("segmented_psi_year", "segmented_deviance"), _BETWEEN_YEARS),
    "changepoint": dict.fromkeys(
        ("n_breaks_bic", "break_last_year", "bic_by_m", "supF", "ci_lower_year", "ci_upper_year"), _NO_COUNT
    ),
}
