"""Answers of the functions that set one change beside another, or tell the effect of a programme."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from evalkit.statistics.panel.controlled import ControlledChange, controlled_change
from evalkit.statistics.panel.group_time import GroupTime, group_time_effects
from evalkit.statistics.panel.panel import Panel
from evalkit.statistics.panel.synthetic import SyntheticControl, synthetic_control
from evalkit.statistics.panel.synthetic_difference import synthetic_difference
from evalkit.statistics.panel.two_way import two_way
from tests.reference.families import Answer, Family, NotBuiltError, RefusedError, estimated
from tests.reference.province_answers import named
from tests.reference.shapes import Inputs
from tests.reference.tolerance import Leading

# ---- effects by group and time


def _group_time(i: Inputs) -> GroupTime:
    told = i.word("comparison", "never-treated"), i.word("base", "varying")
    if told != ("never-treated", "varying") or i.word("model", "group-time") != "group-time":
        raise NotBuiltError
    return _staggered(json.dumps(i), i.data)


@cache
def _staggered(inputs: str, data: Path) -> GroupTime:
    panel = _panel(Inputs(json.loads(inputs), data))
    usable = panel.reported.all(axis=1) & (panel.starts > 0)
    return estimated(group_time_effects(panel.kept(usable)))


def _panel(i: Inputs) -> Panel:
    given = named(i.rows())
    if not {"province_code", "time", "value", "first_treated"} <= set(given):
        raise RefusedError("the case names no columns of units, times, values and starts")
    rows = given.assign(year=lambda rows: rows["time"], count=lambda rows: rows["value"])
    started = rows.drop_duplicates("province_code").set_index("province_code")["first_treated"]
    started = started[started.notna() & np.isfinite(started) & (started != float(i.get("never_treated", 0)))]
    since = {str(place): int(first) for place, first in started.items()}
    return Panel.from_frame(rows[["province_code", "year", "count"]], since, whole=False)


def _cells(i: Inputs, field: str) -> Any:
    cells = _group_time(i).cells.set_index(["group", "time"])[field.replace("att_se", "se")]
    return [cells[group, time] for group, time in i["report"]] if "report" in i else cells


def _aggregated(i: Inputs, name: str, error: str | None) -> float:
    found, (kind, _, at) = _group_time(i), name.partition("_")
    pair = {
        "simple": found.simple,
        "group": found.groups if at == "overall" else lambda: found.group(float(at)),
        "dynamic": found.dynamic,
        "event": lambda: found.event(float(at)),
    }[kind]()
    return pair[1 if error else 0]


# ---- two changes


def _change(i: Inputs, level: float | None = None) -> ControlledChange:
    place, comparison = ((i[f"{who}_post"], i[f"{who}_pre"]) for who in ("treated", "control"))
    return estimated(controlled_change(place, comparison, level=level or i.level))


def _changed(field: str) -> Answer:
    return lambda i: getattr(_change(i), field)


def _wald(i: Inputs, level: float) -> tuple[float, float]:
    found = _change(i, level)
    return found.wald_lower, found.wald_upper


def _fisher(i: Inputs, level: float) -> tuple[float, float]:
    found = _change(i, level)
    return found.lower, found.upper


DID = Family(
    answers={
        "rrr": _changed("ratio"),
        "se_log": _changed("log_se"),
        "fisher_p": _changed("p_minlike"),
        "coef": lambda i: estimated(two_way(_panel(i))).coefficient,
        "fisher_or_cmle": _changed("exact_ratio"),
    },
    patterns={
        r"(att|att_se)": _cells,
        r"(simple|group_overall|dynamic_overall|event_-?\d+|group_\d+)(_se)?": _aggregated,
    },
    limits={"": _wald, "rrr": _wald, "fisher": _fisher},
    main="rrr",
)

# ---- a mixture of others


def _synthetic(i: Inputs) -> SyntheticControl:
    return _mixed(json.dumps(i), i.data)


@cache
def _mixed(inputs: str, data: Path) -> SyntheticControl:
    i = Inputs(json.loads(inputs), data)
    panel = named(i.rows()).assign(year=lambda rows: rows["time"])[["province_code", "year", "value"]]
    first = int(i.take("first_treated_year"))
    return estimated(synthetic_control(panel, treated=str(i["treated"]), first_year=first))


def _synthetic_difference(i: Inputs) -> float:
    rows = named(i.rows()).assign(year=lambda rows: rows["time"], count=lambda rows: rows["value"])
    since = {str(i["treated"]): int(i.take("first_treated_year"))}
    panel = Panel.from_frame(rows[["province_code", "year", "count"]], since, whole=False)
    return estimated(synthetic_difference(panel)).estimate


SYNTHETIC = Family(
    answers={
        "sc": lambda i: _synthetic(i).effect,
        "sdid": _synthetic_difference,
        "did": lambda i: _synthetic(i).difference_in_differences,
        "weights": lambda i: _synthetic(i).weights.to_dict(),
        "sc_top_weights": lambda i: Leading(_synthetic(i).weights.tolist()),
        "mspe_ratio_rank": lambda i: _synthetic(i).rank,
        "n_units": lambda i: _synthetic(i).places,
        "placebo_p": lambda i: _synthetic(i).placebo_p,
    },
    declined={
        "sc_top_states": "R stops before the optimum (misfit 1.6648; here 1.6564, where the last two have no weight)",
        "published_table1": "the three estimates again, rounded; they are asked one by one",
    },
    main="sc",
)

FAMILIES = {"did": DID, "synthetic_control": SYNTHETIC}
