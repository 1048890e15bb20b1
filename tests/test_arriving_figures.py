"""From a workspace's files to its page: months become a year, a missing one is told, a source that contradicts itself is believed aloud."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import evalkit.reporting.every_section  # noqa: F401
from evalkit.batch.prepare import make_bundle, receive
from evalkit.evaluation import evaluate
from evalkit.facts.bundle import Bundle
from evalkit.reporting.display import section_of
from tests.builders import fact
from tests.workspaces import SOURCES, tiny_workspace

DAY = date(2026, 11, 28)
YEARS = range(2010, 2020)


def months(place: str, year: int, count: int = 12, *, value: int = 1, **changes: Any) -> list[dict[str, Any]]:
    spans = pd.period_range(f"{year}-01", periods=count, freq="M")
    return [
        fact(
            place,
            value,
            period_start=f"{one.start_time:%Y-%m-%d}",
            period_end=f"{one.end_time:%Y-%m-%d}",
            **changes,
        )
        for one in spans
    ]


def bundle_of(folder: Path, rows: list[dict[str, Any]], *, sources: str = SOURCES) -> Bundle:
    workspace = tiny_workspace(folder, facts=rows)
    workspace.sources_file.write_text(sources, encoding="utf-8")
    return make_bundle(receive(workspace, day=DAY), day=DAY)


def words_of(section: Any) -> str:
    return re.sub(r" \((?:derived|suy ra)\)", "", str(section))  # the one word in which a sum may differ


def test_twelve_months_give_the_years_figures_and_trend_and_eleven_give_none(tmp_path: Path):
    counts = {year: 2 + (year - 2010) // 2 for year in YEARS}
    monthly = [row for year in YEARS for row in months("01", year, value=counts[year])]
    yearly = [fact("01", 12 * counts[year], year=year) for year in YEARS]
    by_months, by_years = (
        bundle_of(tmp_path / name, rows).province("01") for name, rows in (("m", monthly), ("y", yearly))
    )
    asked = ["indicator", "period_start", "period_end", "numerator", "value", "lower", "upper"]
    pages = [evaluate(area) for area in (by_months, by_years)]
    estimates = [page.indicators.frame for page in pages]
    whole = [one[(one["period_end"] - one["period_start"]).dt.days > 300] for one in estimates]
    pd.testing.assert_frame_equal(*(one[asked].reset_index(drop=True) for one in whole), check_dtype=False)
    assert whole[0]["value"].notna().sum() >= len(YEARS)
    assert words_of(section_of(pages[0].trends)) == words_of(section_of(pages[1].trends))
    assert words_of(section_of(pages[0].comparisons)) == words_of(section_of(pages[1].comparisons))


def test_a_year_of_eleven_months_is_told_and_not_summed(tmp_path: Path):
    rows = [row for year in YEARS for row in months("01", year)]
    rows = [row for row in rows if row["period_start"] != "2015-12-01"]
    area = bundle_of(tmp_path, rows).province("01")
    year = area.facts[
        (area.facts["period_start"] == "2015-01-01") & (area.facts["period_end"] == "2015-12-31")
    ]
    assert year["value"].isna().all()
    section = words_of(section_of(evaluate(area).completeness))
    assert "11 of 12 months" in section
    assert "Có 11 trong 12 tháng: " in section


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_source_that_stands_by_figures_that_cannot_be_is_believed_and_told(
    tmp_path: Path, *, confirmed: bool
):
    rows = [fact("01", 30), fact("02", 2), fact("03", 4), fact("VN", 20)]
    stands = (
        'confirmed.vi = "Cơ quan cấp số liệu đã xác nhận."\nconfirmed.en = "The agency stands by both."\n'
    )
    sources = SOURCES + (stands if confirmed else "")
    if not confirmed:
        with pytest.raises(Exception, match=r"must not be below|add up"):
            bundle_of(tmp_path, rows, sources=sources)
        return
    nation = evaluate(bundle_of(tmp_path, rows, sources=sources).nation())
    assert "stands by them: The agency stands by both." in words_of(section_of(nation.indicators))
