"""Each indicator of the catalogue on a handful of figures: tests/specs, expected values worked out by hand."""

from __future__ import annotations

import math
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evalkit.indicators.attainment import assess_targets
from evalkit.indicators.estimates import estimate_indicators
from evalkit.programme.catalogue_page import catalogue_page, read_specs
from evalkit.programme.models import Target
from tests.builders import PROGRAMME, fact, facts_table

ROOT = Path(__file__).parents[1]
SPECS = {
    name: spec
    for path in sorted((ROOT / "tests" / "specs").glob("*.toml"))
    for name, spec in tomllib.loads(path.read_text(encoding="utf-8")).items()
}
GIVEN = re.compile(r"(?P<when>\S+) (?P<measure>\w+)(?:\[(?P<part>[^\]]+)\])? = (?P<value>\d+)")


def row_of(line: str) -> dict[str, Any]:
    """Turn "2022 victims_identified[sex=female] = 4" into a row of a facts table."""
    told = GIVEN.fullmatch(line)
    assert told, f"a figure is written: when measure = value, not {line!r}"
    start, _, end = told["when"].partition("..")
    days = {"period_start": start, "period_end": end} if end else {"year": start}
    part = dict(pair.split("=") for pair in (told["part"] or "").split(",") if pair)
    return fact("01", float(told["value"]), measure=told["measure"], **days, **part)


def test_every_indicator_has_a_spec_and_every_spec_an_indicator():
    assert set(SPECS) == set(PROGRAMME.indicators)


@pytest.mark.parametrize("name", SPECS)
def test_an_indicator_gives_what_its_spec_says(name: str):
    spec = SPECS[name]
    found = estimate_indicators(facts_table(*(row_of(line) for line in spec["given"])), PROGRAMME)
    row = found[(found["indicator"] == name) & (found["status"] == "estimated")].iloc[-1]
    assert row["value"] == pytest.approx(spec["value"], abs=1e-4)
    for limit in ("lower", "upper"):
        if limit in spec:
            assert row[limit] == pytest.approx(spec[limit], abs=1e-4)
        else:
            assert math.isnan(row[limit])


@pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if "target" in spec])
def test_a_target_is_judged_as_the_spec_says(name: str):
    spec = SPECS[name]
    words = {
        "id": "T",
        "indicator": name,
        "wording": {"vi": "-", "en": "-"},
        "unit": "percent",
        "source": "invented",
    }
    target = Target(**words, **spec["target"], valid_from=date(2022, 1, 1), valid_to=date(2025, 12, 31))
    found = estimate_indicators(facts_table(*(row_of(line) for line in spec["given"])), PROGRAMME)
    judged = assess_targets(found, PROGRAMME, [target])
    row = judged[judged["verdict"] != "not_applicable"].iloc[-1]
    assert (row["verdict"], row["evidence"]) == (spec["verdict"], spec["evidence"])


def test_the_page_of_indicators_is_fresh():
    page = (ROOT / "docs" / "indicators.md").read_text(encoding="utf-8")
    specs = read_specs(ROOT / "tests" / "specs")
    assert page == catalogue_page(PROGRAMME, specs), "write it again: make indicators"


def test_the_page_says_of_each_indicator_what_it_is_made_of_and_where_it_comes_from():
    page = catalogue_page(PROGRAMME, {})
    for indicator in PROGRAMME.indicators.values():
        assert f"### {indicator.id} " in page
        assert indicator.source in page
        assert indicator.caveat.vi in page
