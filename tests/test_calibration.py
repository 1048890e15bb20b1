"""The size of the headline trend test, on few series: the whole table is made by benchmarks/calibration.py."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from benchmarks.calibration import (
    HALVES,
    MARKS,
    MEANS,
    Setting,
    alarm_row,
    between,
    chances,
    chances_missed,
    headline_row,
    judged,
    lines_of,
    power_row,
    simulate,
    unlike_row,
    written,
)

# 200 panels give each mean about 1700 series: a standard error of .0053 at a size of 5 %, three of them to each side.
ROOM = 3 * math.sqrt(0.05 * 0.95 / 1700)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_the_headline_trend_keeps_its_size_in_a_panel_of_unequal_means(alpha: float):
    table = simulate(Setting(years=8, alpha=alpha, means=MEANS, slope=0.0), panels=200, seed=11)
    assert table["rejected"].max() < 0.05 + ROOM
    assert table.loc[table["mean"] >= 2, "rejected"].min() > 0.03
    assert np.average(table.loc[table["mean"] >= 8, "rejected"]) == pytest.approx(
        0.05, abs=ROOM / math.sqrt(2)
    )


def test_a_fall_of_15_percent_a_year_is_found_as_often_as_the_simulations_of_the_method_found_it():
    table = simulate(Setting(years=10, alpha=0.0, means=(2.0,), slope=math.log(0.85)), panels=60, seed=3)
    assert table["rejected"].item() == pytest.approx(0.49, abs=0.05)


def test_the_bounds_are_judged():
    rows = [{"trend": "none", "mean": mean, "rejected": share, "error": 0.001} for mean, share in JUDGED]
    assert len(judged(pd.DataFrame(rows), room=0.0)) == 3
    assert len(judged(pd.DataFrame(rows), room=2.0)) == 2


JUDGED = [(8.0, 0.0705), (8.0, 0.08), (2.0, 0.02), (0.5, 0.01), (2.0, 0.05)]


def test_the_table_is_put_between_its_marks_and_nothing_else_changes():
    page = f"before\n{MARKS[0]}\nold\n{MARKS[1]}\nafter\n"
    rows = {"trend": "none", "panel": "alike", "alpha": 0.5, "years": 8, "mean": 16.0}
    table = pd.DataFrame([rows | {"rejected": 0.0512, "error": 0.0011, "refused": 0.0}])
    new = written(page, table)
    assert new.startswith(f"before\n{MARKS[0]}\n")
    assert new.endswith(f"{MARKS[1]}\nafter\n")
    assert "old" not in new
    assert "| none | alike | 0.5 | 8 | 16 | 5.1 % | 0.1 | 0 % |" in new


def test_what_is_said_of_a_chance_comes_true_where_years_scatter_and_would_not_if_pure_chance_were_supposed():
    table = chances(0.82, 8.0, series=1000)
    assert chances_missed(table) == []
    assert chances_missed(table.assign(said=table["pure_chance"])) != []


def test_a_table_needs_its_marks_and_writes_shares_in_percent_and_what_is_missing_as_a_dash():
    with pytest.raises(SystemExit):
        between("no marks here", ("<!-- a -->", "<!-- b -->"), [])
    table = pd.DataFrame([{"alpha": 0.5, "changed": 0.0512, "fall": math.nan}])
    assert lines_of(table) == ["| alpha | changed | fall |", "|---|---|---|", "| 0.5 | 5.1 % | - |"]


def test_two_periods_are_called_changed_as_seldom_as_they_should_where_the_panel_tells_the_law():
    """Ten panels, 340 comparisons: three standard errors above 5 %; the exact test would say it of every third."""
    row = headline_row(8.0, 0.5, (5, 5), 10)
    assert row["changed"] < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 340)
    assert row["clear"] <= row["clear alone"] <= row["changed"]


def test_one_row_of_power_alarm_and_unlike_trends_comes_out_as_the_tables_have_it():
    power = power_row(67.0, 0.41, 5, 1000)
    assert power["shown"] == pytest.approx(power["said"], abs=0.05)
    alarm = alarm_row(8.0, 0.41, 5, 5)
    assert alarm["above 99"] <= alarm["above 95"] < alarm["above 99 by pure chance"] + 0.1
    assert alarm["above 99"] < 0.04 < alarm["above 99 by pure chance"]
    unlike = unlike_row(HALVES, 10, 8.0, 20)
    assert unlike["worst half"] > unlike["rejected"]
