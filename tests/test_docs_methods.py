"""docs/methods.md: its examples run, its functions exist, its published numbers are those of the reference data."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
from pathlib import Path

import pandas as pd
import pytest
from benchmarks.calibration import FROM_MEAN, LARGEST_SIZE, LEAST_SIZE, settings

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
    rows = re.findall(r"^\| [^|]*\? \| (`[^|]*`) \| `(\w+)` \|$", TEXT, re.MULTILINE)
    assert len(rows) == 10
    for names, module in rows:
        room = importlib.import_module(f"evalkit.estimation.{module}")
        assert [name for name in re.findall(r"`(\w+)`", names) if not hasattr(room, name)] == []


def test_every_function_of_the_table_for_researchers_exists():
    _, _, part = TEXT.partition("## For a researcher's own columns")
    rows = re.findall(
        r"^\| [^|]* \| (`[^|]*`) \| (`[^|]*`) \|$", part.partition("## The rules")[0], re.MULTILINE
    )
    assert len(rows) == 10
    for names, modules in rows:
        rooms = [
            importlib.import_module(f"evalkit.estimation.{one}") for one in re.findall(r"`(\w+)`", modules)
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
