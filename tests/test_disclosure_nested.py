"""Figures whose ends do not touch, and levels that nobody reported, give no hidden figure away: every world is tried."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evalkit.batch.prepare import make_bundle, receive
from evalkit.workspace import Workspace
from tests.atoms import write_registry
from tests.builders import fact
from tests.workspaces import tiny_workspace

VICTIMS = {"measure": "victims_identified"}
DAY = date(2026, 5, 1)
World = dict[str, int]


def span(first: str, last: str, value: float, place: str = "01", **changes: Any) -> dict[str, Any]:
    return fact(place, value, period_start=first, period_end=last, **(VICTIMS | changes))


def shown(folder: Path, rows: list[dict[str, Any]]) -> list[float | None]:
    """Return what a public bundle shows of some rows, in their order."""
    return shown_of(tiny_workspace(folder, facts=rows), rows)


def shown_of(workspace: Workspace, rows: list[dict[str, Any]]) -> list[float | None]:
    facts = make_bundle(receive(workspace), day=DAY).facts
    key = ["province_code", "scheme", "place_basis", "period_start", "period_end"]
    table = facts.set_index(key)["value"]
    found = [
        table.loc[
            (
                row["province_code"],
                row["scheme"],
                row["place_basis"],
                *map(pd.Timestamp, (row["period_start"], row["period_end"])),
            )
        ]
        for row in rows
    ]
    return [None if pd.isna(value) else float(value) for value in found]


def years(most: int) -> Iterator[World]:
    for counts in itertools.product(range(most + 1), repeat=5):
        yield dict(zip(("2011", "2012", "2013", "2014", "2015"), counts, strict=True))


def quarters(most: int) -> Iterator[World]:
    for counts in itertools.product(range(most + 1), repeat=4):
        yield dict(zip("1234", counts, strict=True))


NESTED = [
    span("2011-01-01", "2015-12-31", 12),
    span("2012-01-01", "2012-12-31", 6),
    span("2013-01-01", "2013-12-31", 5),
]
NESTED += [span("2014-01-01", "2014-12-31", 1)]
QUARTERS = [
    span("2015-01-01", "2015-12-31", 7),
    span("2015-04-01", "2015-06-30", 6),
    span("2015-10-01", "2015-12-31", 1),
]
CASES = {
    "years inside a period": (
        NESTED,
        years,
        [("2011", "2012", "2013", "2014", "2015"), ("2012",), ("2013",), ("2014",)],
    ),
    "quarters inside a year": (QUARTERS, quarters, ["1234", "2", "4"]),
}


@pytest.mark.parametrize("name", list(CASES))
def test_what_lies_inside_a_period_is_not_told_by_the_rest(name: str, tmp_path: Path):
    rows, worlds, counted = CASES[name]
    told = shown(tmp_path, rows)
    assert None in told
    refuse_told(told, worlds(12), lambda world: [sum(world[part] for part in parts) for parts in counted])


def test_a_level_that_nobody_reports_still_has_its_sum(tmp_path: Path):
    """The nation less one region is the other, of which nobody reports; that less one of its two units is the other unit."""
    rows = [
        fact("VN", 24, **VICTIMS),
        fact("O1", 12, **VICTIMS),
        fact("03", 9, **VICTIMS),
        fact("04", 3, **VICTIMS),
    ]
    regions = {"old": {"01": 1, "02": 1, "03": 2, "04": 2}, "new": {"01": 1, "02": 1, "03": 1, "04": 1}}
    workspace = tiny_workspace(tmp_path, facts=rows)
    write_registry(workspace.folder, regions, {code: code for code in regions["old"]})
    told = shown_of(workspace, rows)
    assert None in told
    worlds = (
        dict(zip(("01", "02", "03", "04"), one, strict=True))
        for one in itertools.product(range(25), repeat=4)
    )
    refuse_told(told, worlds, lambda of: [sum(of.values()), of["01"] + of["02"], of["03"], of["04"]])


def test_the_nation_counted_by_another_place_basis_gives_nothing_away(tmp_path: Path):
    """Where its victims live and where they were found: the nation's are the same persons."""
    basis = {"place_basis": "residence"}
    rows = [
        fact("VN", 54, **VICTIMS | basis),
        *(fact(place, value, **VICTIMS, published=True) for place, value in (("01", 22), ("02", 29))),
        fact("03", 3, **VICTIMS),
    ]
    told = shown(tmp_path, rows)
    assert told[1:] == [22, 29, None]
    worlds = (
        dict(zip(("01", "02", "03"), one, strict=True)) for one in itertools.product(range(55), repeat=3)
    )
    refuse_told(told, worlds, lambda of: [sum(of.values()), of["01"], of["02"], of["03"]])


def test_a_stock_is_one_figure_in_all_periods_that_end_on_its_day(tmp_path: Path):
    """At the end of 2015: the nation's 48 and 25 of 03 are given for the year, 3 and 20 for its last day; 48 less 25 and 20 was the hidden 3."""
    stock, day = {"measure": "persons_in_process"}, ("2015-12-31", "2015-12-31")
    rows = [
        fact("VN", 48, **stock),
        fact("03", 25, **stock),
        span(*day, 3, **stock),
        span(*day, 20, "02", **stock),
    ]
    told = shown(tmp_path, rows)
    assert told.count(None) > 1
    worlds = (
        dict(zip(("01", "02", "03"), one, strict=True)) for one in itertools.product(range(49), repeat=3)
    )
    refuse_told(told, worlds, lambda of: [sum(of.values()), of["03"], of["01"], of["02"]])


def test_a_stock_of_another_day_tells_nothing(tmp_path: Path):
    """The middle of the year is no part of its end: nothing more is hidden."""
    stock = {"measure": "persons_in_process"}
    middle = [fact("VN", 48, **stock), fact("03", 25, **stock)]
    rows = [
        *middle,
        *(span("2015-01-01", "2015-06-30", value, one, **stock) for one, value in (("01", 3), ("02", 20))),
    ]
    assert shown(tmp_path, rows) == [48, 25, None, 20]


def refuse_told(
    told: list[float | None], worlds: Iterator[World], figures: Callable[[World], list[int]]
) -> None:
    """Fail where a hidden figure can be told to within two among all worlds that show the same."""
    fits = [
        figures(world)
        for world in worlds
        if all(value is None or value == own for value, own in zip(told, figures(world), strict=True))
    ]
    for place in [place for place, value in enumerate(told) if value is None]:
        possible = {one[place] for one in fits}
        assert max(possible) - min(possible) > 2
