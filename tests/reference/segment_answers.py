"""Answers to the families joinpoint and changepoint: trends in pieces, and shifts of level."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from evalkit.statistics.joinpoint.joinpoint import joinpoint
from evalkit.statistics.joinpoint.joinpoint_grid import allowed_joins
from evalkit.statistics.joinpoint.joinpoint_models import QuasiPoisson
from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit
from evalkit.statistics.joinpoint.joinpoint_segments import BentTrend, average_change, bent_trend, segments_of
from evalkit.statistics.joinpoint.joinpoint_series import Columns
from evalkit.statistics.joinpoint.joinpoint_settings import JoinpointSettings
from evalkit.statistics.posterior import JEFFREYS
from evalkit.statistics.trend.changepoint_results import ChangepointFit
from evalkit.statistics.trend.changepoint_scan import Scan, Simulation, report
from evalkit.statistics.trend.changepoint_year import ShiftYear, shift_year
from tests.reference.families import Answer, Family, RefusedError, estimated
from tests.reference.shapes import Inputs

# ---- joinpoint

_OUTSIDE = "min_obs_before_first_or_after_last"


def _fit(i: Inputs) -> JoinpointFit:
    return _fitted(json.dumps(i), i.data)


@cache
def _fitted(inputs: str, data: Path) -> JoinpointFit:
    """Fit with the number of joins that the tests choose."""
    i = Inputs(json.loads(inputs), data)
    rows, most = i.rows(), i.get("max_joinpoints")
    rates = "rate" in rows and "se" in rows
    settings = JoinpointSettings(
        standard_error="se" if rates else None,
        most=most,
        outside=int(i.get(_OUTSIDE, 2)),
        between=int(i.get("min_obs_between", 2)),
        level=i.level,
    )
    columns = {"count": "rate" if rates else "count", "time": "time"}
    if not rates and "exposure" in rows:
        columns["exposure"] = "exposure"
    return estimated(joinpoint(rows, **columns, parity="nci" if rates else None, settings=settings))


@dataclass(frozen=True)
class _Bent:
    """Counts with a given number of joins where they fit best, whatever the tests say of that number."""

    years: tuple[int, ...]
    deviance: float
    trend: BentTrend


def _bent(i: Inputs, joins: int) -> _Bent:
    rows = i.rows()
    columns = Columns("count", "time", "exposure" if "exposure" in rows else None)
    series = estimated(columns.read(rows, where="joinpoint"))
    offset = np.log(series.exposure)[:, None]
    model = QuasiPoisson(series.years.astype(float), series.figures[:, None], offset)
    outside, between = (int(i.get(name, 2)) for name in (_OUTSIDE, "min_obs_between"))
    ways = allowed_joins(len(series.years), joins, outside=outside, between=between)
    if not ways:
        raise RefusedError(f"{len(series.years)} years leave no room for {joins} joins")
    misfits = model.misfits(ways, model.observed, series=np.array([0]))[:, 0]
    way = ways[int(misfits.argmin())]
    trend = bent_trend(model, way, series=0, level=i.level)
    return _Bent(tuple(series.years[list(way)].tolist()), float(misfits.min()), trend)


def _is_one_join(i: Inputs) -> bool:
    """Tell whether the changes asked are those of the one join: counts, and at most one."""
    return "rate" not in i.rows() and int(i.get("max_joinpoints") or 1) == 1


def _change(i: Inputs, place: str) -> float:
    segments = segments_of(_bent(i, 1).trend) if _is_one_join(i) else _fit(i).segments
    return segments[int(place) - 1].apc


def _average(i: Inputs) -> tuple[float, float, float]:
    """Return the average change over the whole span and its limits."""
    if not _is_one_join(i):
        fit = _fit(i)
        return fit.aapc, fit.aapc_lower, fit.aapc_upper
    trend = _bent(i, 1).trend
    span = int(trend.years[0]), int(trend.years[-1])
    return average_change(trend, span, as_the_nci=False)[:3]


def _apcs(i: Inputs) -> list[float]:
    return [segment.apc for segment in _fit(i).segments]


def _by_joins(field: str) -> Answer:
    return lambda i: [getattr(candidate, field) for candidate in _fit(i).candidates]


def _best_years(i: Inputs, joins: str) -> Any:
    years = _fit(i).candidates[int(joins)].years
    return years[0] if len(years) == 1 else years


def _segment_limits(i: Inputs, level: float) -> tuple[Any, Any]:
    segments = _fit(Inputs({**i, "conf": level}, i.data)).segments
    return [segment.lower for segment in segments], [segment.upper for segment in segments]


def _average_limits(i: Inputs, level: float) -> tuple[float, float]:
    return _average(Inputs({**i, "conf": level}, i.data))[1:]


JOINPOINT = Family(
    answers={
        "joinpoint_year": lambda i: _bent(i, 1).years[0],
        "deviance": lambda i: _bent(i, 1).deviance,
        "aapc": lambda i: _average(i)[0],
        "grid_aapc_full": lambda i: _fit(i).aapc,
        "n_joinpoints": lambda i: len(_fit(i).joins),
        **dict.fromkeys(("grid_joinpoints", "published_joinpoints"), lambda i: _fit(i).years),
        **dict.fromkeys(("grid_apc", "published_apc"), _apcs),
        "segment_p": lambda i: [segment.p for segment in _fit(i).segments],
        "published_sig": lambda i: [int(segment.p < 0.05) for segment in _fit(i).segments],
        "wsse_by_k": _by_joins("misfit"),
        "bic_by_k": _by_joins("bic"),
        "bic3_by_k": _by_joins("bic3"),
    },
    patterns={
        r"jp_k(\d+)": _best_years,
        r"apc(\d+)": _change,
        r"deviance_(\d+)jp": lambda i, joins: _bent(i, int(joins)).deviance,
    },
    limits={"apc": _segment_limits, "aapc": _average_limits},
    declined={
        "segmented_.*": "joins lie at observed years: where within a year a trend bends, yearly counts cannot tell"
    },
    main="n_joinpoints",
)

# ---- change point


def _shift(i: Inputs) -> ChangepointFit:
    """Return the split of largest likelihood; its simulated p, which no case asks, by the fewest series."""
    rows = i.rows()
    columns = Columns("count", "time", "exposure" if "exposure" in rows else None)
    series = estimated(columns.read(rows, where="changepoint"))
    return report(Scan(series, int(i.get("outside", 1))), Simulation(1.0, 19, 1))


def _shifted(field: str) -> Answer:
    return lambda i: getattr(_shift(i), field)


def _year(i: Inputs) -> ShiftYear:
    rows, prior = i.rows(), i.get("prior") or {}
    found = shift_year(
        rows,
        time="time",
        exposure="exposure" if "exposure" in rows else None,
        outside=int(i.get("outside", 1)),
        prior=(float(prior.get("shape", JEFFREYS[0])), float(prior.get("rate", JEFFREYS[1]))),
    )
    return estimated(found)


_NO_COUNT = (
    "a shift in the mean of a measurement (the flow of a river) by least squares; the kit's series are counts"
)

CHANGEPOINT = Family(
    answers={
        "last_year_regime1": _shifted("last_before"),
        "mean1": _shifted("rate_before"),
        "mean2": _shifted("rate_after"),
        "rate_ratio": _shifted("ratio"),
        "loglik": _shifted("log_likelihood"),
        "lr": _shifted("statistic"),
        "total": _shifted("total"),
        "mode_year": lambda i: _year(i).most_likely,
        "post_prob_mode": lambda i: float(_year(i).chances.max()),
        "mean_year": lambda i: _year(i).mean,
        "median_year": lambda i: _year(i).quantile(0.5),
    },
    patterns={
        r"p_(\d+)_(\d+)": lambda i, first, last: _year(i).between(int(first), int(last)),
        r"q(\d+)_year": lambda i, share: _year(i).quantile(float(f"0.{share}")),
    },
    declined={
        "n_breaks_bic|break_last_year|bic_by_m|rss_by_m|supF|supF_p|ci_lower_year|ci_upper_year": _NO_COUNT
    },
    other_method=lambda i: _NO_COUNT if i.word("model") == "ols-mean-shift" else "",
    main="last_year_regime1",
)

FAMILIES = {"joinpoint": JOINPOINT, "changepoint": CHANGEPOINT}
