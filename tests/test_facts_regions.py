"""Figures of regions: accepted, counted in protection, on no page, and in nobody's panel or population."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.run import run_batch
from evalkit.facts.bundle import Bundle
from evalkit.facts.findings import refuse_errors
from tests.builders import fact
from tests.workspaces import PagesWithoutKernel, at, options, tiny_workspace

VICTIMS = {"measure": "victims_identified"}
PLACES = [fact("01", 2, **VICTIMS), fact("02", 30, **VICTIMS), fact("03", 40, **VICTIMS)]
YEARS = range(2010, 2016)


def bundle_of(folder: Path, rows: list[dict]) -> Bundle:
    received = receive(tiny_workspace(folder, facts=rows))
    refuse_errors(received.findings)
    return make_bundle(received, day=date(2026, 5, 1))


@pytest.mark.parametrize("scheme", ["old", "region"])
def test_a_region_less_its_provinces_gives_no_hidden_figure_away(tmp_path: Path, scheme: str):
    alone = bundle_of(tmp_path / "alone", PLACES).facts
    assert (
        alone.loc[alone["scheme"] == "old", "mark"] == "c"
    ).sum() == 2  # the nation is the sum of its provinces
    region = fact("R1", 72, **(VICTIMS | {"scheme": scheme}))
    facts = bundle_of(tmp_path / "ws", [*PLACES, region]).facts
    assert (facts.loc[facts["scheme"].isin(["old", "region"]), "mark"] == "c").sum() >= 2


@pytest.mark.parametrize("scheme", ["new", "region"])
def test_regions_are_on_no_page_and_in_no_panel(tmp_path: Path, scheme: str):
    rows = [fact(code, 5 + year % 3, year=year, scheme="new") for code in ("01", "03") for year in YEARS]
    regions = [fact("R1", 2 * (5 + year % 3), year=year, scheme=scheme) for year in YEARS]
    without, with_them = bundle_of(tmp_path / "a", rows), bundle_of(tmp_path / "b", [*rows, *regions])
    assert with_them.panel == without.panel
    assert any(record for record in with_them.panel.values())
    pd.testing.assert_frame_equal(with_them.nation().province_facts, without.nation().province_facts)
    pd.testing.assert_frame_equal(with_them.slice_for("03").facts, without.slice_for("03").facts)
    pd.testing.assert_frame_equal(with_them.province("03").parts, without.province("03").parts)


def test_the_nations_population_counts_nobody_twice(tmp_path: Path):
    people = {"measure": "population_average", "published": True}
    rows = [fact(code, value, **people) for code, value in (("01", 100), ("02", 200), ("03", 300))]
    rows += [fact("R1", 600, **people)]
    workspace = tiny_workspace(tmp_path / "ws", facts=rows).model_copy(update={"population": True})
    facts = make_bundle(receive(workspace), day=date(2026, 5, 1)).facts
    assert facts.loc[facts["scheme"] == "nation", "value"].tolist() == [600.0]


def test_a_run_with_figures_of_regions_makes_the_pages_of_provinces(tmp_path: Path):
    rows = [*PLACES, fact("R1", 72, **VICTIMS), fact("R1", 5, scheme="region")]
    report = run_batch(
        tiny_workspace(tmp_path / "ws", facts=rows),
        options(tmp_path),
        clock=at("2026-05-01"),
        executor=PagesWithoutKernel(),
    )
    assert report.made == ("01-an-thu", "03-cao-thu", "national")
