"""docs/methods.md: its examples run, its functions exist, its published numbers are those of the reference data."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
from pathlib import Path

import pandas as pd
import pytest
from benchmarks.calibration import (
    BASES,
    DESIGNS,
    FROM_MEAN,
    HEADLINE_ALPHAS,
    HEADLINE_MEANS,
    LARGEST_ALARM,
    LARGEST_MISS,
    LARGEST_SIZE,
    LEAST_SIZE,
    POWER_ALPHAS,
    TABLES,
    marks_of,
    settings,
)
from benchmarks.panel import LARGEST_SIZE as LARGEST_PANEL_SIZE
from benchmarks.panel import LEAST_COVERAGE, MOST_COVERAGE

PAGE = Path(__file__).parents[1] / "docs" / "methods.md"
DATA = Path(__file__).parents[2] / "shared" / "reference" / "data"
TEXT = PAGE.read_text(encoding="utf-8")


def listed(name: str) -> list[int]:
    """Return a list of numbers as the page writes it."""
    written = re.search(rf">>> {name} = (\[[\s\d,.]*\])", TEXT)
    assert written is not None
    return ast.literal_eval(written[1].replace("...", ""))


def table(name: str) -> pd.DataFrame:
    if not (DATA / name).exists():
        pytest.skip("the folder of reference data does not stand beside this checkout")
    return pd.read_csv(DATA / name)


def test_the_examples_of_the_page_run():
    found = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE, encoding="utf-8"
    )
    assert found.attempted > 30
    assert found.failed == 0


def test_every_function_of_the_first_table_exists():
    rows = re.findall(r"^\| [^|]*\? \| (`[^|]*`) \| `([\w.]+)` \|$", TEXT, re.MULTILINE)
    assert len(rows) == 13
    for names, module in rows:
        room = importlib.import_module(f"evalkit.statistics.{module}")
        assert [name for name in re.findall(r"`(\w+)`", names) if not hasattr(room, name)] == []


def test_every_function_of_the_table_for_researchers_exists():
    _, _, part = TEXT.partition("## For a researcher's own columns")
    rows = re.findall(
        r"^\| [^|]* \| (`[^|]*`) \| (`[^|]*`) \|$", part.partition("## The rules")[0], re.MULTILINE
    )
    assert len(rows) == 12
    for names, modules in rows:
        rooms = [
            importlib.import_module(f"evalkit.statistics.{one}") for one in re.findall(r"`([\w.]+)`", modules)
        ]
        lost = [
            name for name in re.findall(r"`(\w+)`", names) if not any(hasattr(room, name) for room in rooms)
        ]
        assert lost == []


def test_the_published_numbers_are_those_of_the_reference_data():
    seatbelts = table("seatbelts.csv")
    quarter = seatbelts.groupby(seatbelts.index // 3)[["DriversKilled", "VanKilled"]].sum()[24:]
    assert quarter["DriversKilled"].tolist() == listed("drivers")
    assert quarter["VanKilled"].tolist() == listed("vans")
    assert table("aids_belgium.csv")["count"].tolist() == listed("cases")
    nile = table("nile.csv")
    assert nile.loc[nile["year"].between(1891, 1910), "flow"].tolist() == listed("nile")


def test_the_table_of_size_and_power_is_whole_and_within_its_bounds():
    rows = re.findall(
        r"^\| (none|-15 %) \| \w+ \| [\d.]+ \| \d+ \| ([\d.]+) \| ([\d.]+) %", TEXT, re.MULTILINE
    )
    assert len(rows) == sum(len(setting.means) for setting in settings())
    sizes = [(float(mean), float(share) / 100) for trend, mean, share in rows if trend == "none"]
    assert max(share for _, share in sizes) <= LARGEST_SIZE
    assert min(share for mean, share in sizes if mean >= FROM_MEAN) >= LEAST_SIZE


def measured(name: str) -> pd.DataFrame:
    """Return a table as the page has it: shares as fractions, a dash as missing."""
    begin, end = marks_of(name)
    lines = TEXT.partition(begin)[2].partition(end)[0].strip().splitlines()
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return pd.DataFrame([[_number(cell) for cell in row] for row in rows], columns=head)


def _number(cell: str) -> float | str:
    if cell == "-":
        return float("nan")
    share = re.fullmatch(r"([\d.e+-]+) %", cell)
    if share:
        return float(share[1]) / 100
    return float(cell) if re.fullmatch(r"[\d.e+-]+", cell) else cell


@pytest.mark.parametrize("name", TABLES)
def test_every_other_table_stands_on_the_page(name: str):
    assert len(measured(name)) >= 2


def test_true_nulls_are_called_changed_no_more_often_than_the_page_says():
    table = measured("headline")
    assert len(table) == len(DESIGNS) * (len(HEADLINE_ALPHAS) + 1) * len(HEADLINE_MEANS)
    assert table["changed"].max() <= LARGEST_SIZE
    assert (table["clear"] <= table["clear alone"]).all()
    assert table["clear alone"].max() < 0.03
    assert table["worst tenth"].notna().sum() == len(DESIGNS) * len(HEADLINE_MEANS)
    assert table["changed"].max() < 0.06
    assert table["clear"].max() < 0.01
    worst = table["worst tenth"].dropna()
    assert "5 to 19 % have p below .05" in TEXT
    assert (round(100 * worst.min()), round(100 * worst.max())) == (5, 19)
    assert measured("outbreaks")["changed"].max() <= LARGEST_SIZE


def test_the_power_said_is_the_power_simulated():
    table = measured("power")
    assert len(table) == 2 * len(BASES) * len(POWER_ALPHAS)
    told = table.dropna()
    assert len(told) > len(table) / 2
    assert (told["said"] - told["shown"]).abs().max() <= LARGEST_MISS
    assert told["shown"].min() >= 0.8 - LARGEST_MISS


def test_quiet_years_sound_the_alarm_no_more_often_than_the_page_says():
    table = measured("alarm")
    assert table["above 99"].max() <= LARGEST_ALARM
    assert (table["above 99"] <= table["above 95"]).all()


def test_the_scatter_found_under_suppression_is_within_what_the_page_says():
    table = measured("hidden")
    told = table[table["known"] > 0]
    assert set(told["mean"]) == {3, 8, 20}
    assert ((told["found"] - told["alpha"]).abs() <= (0.2 * told["alpha"]).clip(lower=0.1)).all()


def test_the_size_of_a_trend_is_promised_only_where_provinces_share_one_law():
    flat = " ".join(TEXT.split())
    promises = [at.start() for at in re.finditer("true nulls are rejected in at most", flat)]
    assert promises
    for at in promises:
        assert flat[:at].endswith("Where all provinces share one law, as they do here, ")
    assert f"true nulls are rejected in at most {100 * LARGEST_SIZE:.0f} %" in flat


def test_the_words_on_unlike_provinces_are_those_of_the_table():
    table = measured("unlike")
    halves = table[table["panel"].str.startswith("half")]
    outbreaks = table[table["panel"].str.startswith("one year")]
    for words, shares in (
        ("4 to 5 % of all", halves["rejected"]),
        ("8 to\n11 % of the unsteady half", halves["worst half"]),
        ("6 to 8 %", outbreaks["rejected"]),
    ):
        least, most = re.findall(r"\d+", words)
        assert words in TEXT
        assert (round(100 * shares.min()), round(100 * shares.max())) == (int(least), int(most))


def test_quiet_months_sound_the_alarm_as_often_as_the_page_says():
    rows = dict(re.findall(r"^\| ([a-z].*?) \| ((?:[\d.]+ % \| ){5}[\d.]+ %) \|$", TEXT, re.MULTILINE))
    shares = {name: [float(one) for one in re.findall(r"([\d.]+) %", told)] for name, told in rows.items()}
    assert len(shares) == 4
    assert all(0.8 <= share <= 1.2 for share in shares.pop("printed (predictive)"))
    assert all(1.4 <= share <= 3.4 for others in shares.values() for share in others)


def test_programmes_that_did_nothing_are_found_no_more_often_than_the_table_allows():
    """Within two Monte-Carlo standard errors of 6 %, and of 92 to 98 %; rows of under 200 panels tell too little."""
    told = TEXT.split("<!-- panel: made by benchmarks/panel.py -->")[1].split("<!-- end of panel -->")[0]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in told.strip().splitlines()[2:]]
    judged = [row for row in rows if int(row[4]) >= 200]
    assert {row[0] for row in judged} == {"synthetic control", "count imputation"}
    for row in judged:
        panels, size = int(row[4]), float(row[5]) / 100
        assert size <= LARGEST_PANEL_SIZE + 2 * (LARGEST_PANEL_SIZE / panels) ** 0.5
        if row[6] != "none given":
            room = 2 * (0.07 / panels) ** 0.5
            assert LEAST_COVERAGE - room <= float(row[6]) / 100 <= MOST_COVERAGE + room
