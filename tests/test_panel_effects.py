"""The effect of a programme on a panel, held against other programs, slow recomputations and simulation."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evalkit.errors import DeclarationError, FactsError
from evalkit.statistics.panel.group_time import GroupTime, group_time_effects
from evalkit.statistics.panel.panel import Panel
from evalkit.statistics.results import NotEstimable
from tests.panels import STAGGERED, YEARS, ruled


def reason(found: object) -> str:
    assert isinstance(found, NotEstimable)
    return found.reason


# ---- the panel


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"counts": np.ones((2, 8))}, "one row per place"),
        ({"treated_since": (2014,)}, "each place stands once"),
        ({"places": ("A",) * 12}, "each place stands once"),
        ({"periods": (2010, 2012, 2011, 2013, 2014, 2015, 2016, 2017)}, "periods rise"),
        ({"counts": np.full((12, 8), 0.5)}, "whole number"),
        ({"counts": np.full((12, 8), -1.0)}, "never negative"),
        ({"exposure": np.zeros((12, 8))}, "positive exposure"),
    ],
)
def test_a_panel_that_cannot_be_is_refused_in_words(change: dict[str, Any], rule: str):
    with pytest.raises(FactsError, match=rule) as refused:
        replace(ruled(), **change)
    assert not re.search(r"0\.5|-1", str(refused.value))


def test_a_design_that_names_an_unknown_place_is_refused():
    frame = pd.DataFrame({"province_code": ["01", "02"], "year": [2020, 2020], "count": [1, 2]})
    with pytest.raises(DeclarationError, match="99"):
        Panel.from_frame(frame, {"99": 2020})


def test_a_missing_row_and_a_missing_count_are_one_thing():
    rows = [("01", 2020, 1.0), ("01", 2021, np.nan), ("02", 2020, 3.0)]
    panel = Panel.from_frame(pd.DataFrame(rows, columns=["province_code", "year", "count"]), {"02": 2021})
    assert panel.reported.tolist() == [[True, False], [True, False]]


def test_a_start_outside_the_periods_is_from_the_first_or_never():
    panel = ruled((2005, 2030, *[None] * 10))
    assert panel.starts.tolist() == [0, 8, *[8] * 10]
    assert panel.ever.sum() == 1


# ---- effects by group and time

# csdid 0.4.3 (est_method "reg", never treated) and diff-diff 3.13 (CallawaySantAnna) on ruled(), rates
OUTSIDE = {
    "simple": (0.9909084196, 1.0770255514),
    "groups": (0.1867340311, 1.2148762273),
    "dynamic": (1.3916690354, 0.8441449442),
}
OUTSIDE_CELLS = {
    (2014, 2011): (1.6530415889, 2.8030209071),
    (2014, 2013): (-4.6140768790, 0.8464805655),
    (2014, 2014): (3.4424184434, 0.3831383744),
    (2016, 2013): (0.5584323137, 2.2217143211),
    (2016, 2017): (-2.9898819503, 1.2403286754),
}
OUTSIDE_EVENTS = {
    -5: (-1.8161442037, 0.97884912),
    -1: (-1.8536994619, 1.24790905),
    1: (-0.6115866861, 1.13424862),
}


@pytest.fixture(scope="module")
def group_time() -> GroupTime:
    found = group_time_effects(ruled())
    assert isinstance(found, GroupTime)
    return found


def test_effects_by_group_and_time_are_those_of_two_other_programs(group_time: GroupTime):
    cells = group_time.cells.set_index(["group", "time"])
    for at, wanted in OUTSIDE_CELLS.items():
        assert cells.loc[at, ["att", "se"]].tolist() == pytest.approx(wanted, rel=1e-6)
    for name, wanted in OUTSIDE.items():
        assert getattr(group_time, name)() == pytest.approx(wanted, rel=1e-6)
    for event, wanted in OUTSIDE_EVENTS.items():
        assert group_time.event(event) == pytest.approx(wanted, rel=1e-6)
    assert group_time.group(2014) == pytest.approx((2.5992572, 0.59762699), rel=1e-6)


def test_an_effect_is_the_change_of_a_group_less_that_of_the_never_treated(group_time: GroupTime):
    rates = ruled().counts / ruled().exposure

    def slowly(group: int, time: int) -> float:
        base = group - 1 if time >= group else time - 1
        t, b = YEARS.index(time), YEARS.index(base)
        own = [rates[k, t] - rates[k, b] for k in range(12) if STAGGERED[k] == group]
        never = [rates[k, t] - rates[k, b] for k in range(12) if STAGGERED[k] is None]
        return sum(own) / len(own) - sum(never) / len(never)

    wanted = [slowly(group, time) for group in (2014, 2016) for time in YEARS[1:]]
    assert group_time.cells["att"].tolist() == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("panel", "why"),
    [
        (ruled((None,) * 12), "none_treated"),
        (ruled((2014,) * 12), "all_treated"),
        (ruled((2010, *[None] * 11)), "treated_from_start"),
        (replace(ruled(), counts=np.where(np.eye(12, 8) > 0, np.nan, ruled().counts)), "years_missing"),
    ],
)
def test_effects_by_group_and_time_are_refused_with_a_reason(panel: Panel, why: str):
    assert reason(group_time_effects(panel)) == why
