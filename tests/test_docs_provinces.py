"""docs/provinces.md: its examples run, and what it says of published data is what the kit finds."""

from __future__ import annotations

import doctest
from pathlib import Path

import pandas as pd
import pytest

from evalkit.statistics.panel.effect import Effect
from evalkit.statistics.panel.panel import Panel
from evalkit.statistics.panel.synthetic import SyntheticControl, synthetic_control
from evalkit.statistics.panel.synthetic_difference import shares_of_years, synthetic_difference
from evalkit.statistics.provinces.funnel import Funnel, funnel
from evalkit.statistics.provinces.heterogeneity import Heterogeneity, heterogeneity
from evalkit.statistics.provinces.ranks import RankIntervals, rank_intervals
from evalkit.statistics.provinces.shrinkage import ShrunkenRates, shrink_rates
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.stratified import PooledRatio, pooled_ratio

PAGE = Path(__file__).parents[1] / "docs" / "provinces.md"
DATA = Path(__file__).parents[2] / "shared" / "reference" / "data"


def said() -> str:
    return " ".join(PAGE.read_text(encoding="utf-8").split())


def table(name: str) -> pd.DataFrame:
    if not (DATA / name).exists():
        pytest.skip("the folder of reference data does not stand beside this checkout")
    return pd.read_csv(DATA / name)


@pytest.fixture(scope="module")
def counties() -> pd.DataFrame:
    names = {"county": "province_code", "sids": "count", "births": "exposure"}
    return table("nc_sids.csv").rename(columns=names)


def test_the_examples_of_the_page_run():
    result = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE, encoding="utf-8"
    )
    assert result.attempted > 30
    assert result.failed == 0


def test_scatter_is_as_the_page_says(counties: pd.DataFrame):
    years = table("discoveries.csv").rename(columns={"year": "province_code"}).assign(exposure=1.0)
    found, deaths = heterogeneity(years), heterogeneity(counties)
    assert isinstance(found, Heterogeneity)
    assert isinstance(deaths, Heterogeneity)
    words = f"chi-square {found.chi2:.1f} on {found.degrees}, Dean {found.dean_b:.2f}, likelihood ratio"
    assert f"{words} {found.likelihood_ratio:.1f} with p = {found.likelihood_p:.5f}" in said()
    assert f"{deaths.total:.0f} in 329 962 births: chi-square {deaths.chi2:.1f} on {deaths.degrees}" in said()
    assert counties["exposure"].sum() == 329962
    assert deaths.differs


def test_shrunken_rates_are_as_the_page_says(counties: pd.DataFrame):
    found = shrink_rates(counties)
    assert isinstance(found, ShrunkenRates)
    rows = 1000 * found.frame.set_index("province_code")[["rate", "shrunken"]]
    assert (
        f"{rows.loc['Anson', 'rate']:.1f} per thousand, is drawn to {rows.loc['Anson', 'shrunken']:.1f}"
        in said()
    )
    assert f"420 births, from 0 to {rows.loc['Gates', 'shrunken']:.1f}" in said()
    lips = table("scotland_lip.csv").rename(columns={"row": "province_code", "O": "count", "E": "exposure"})
    districts = shrink_rates(lips.astype({"province_code": str}))
    assert isinstance(districts, ShrunkenRates)
    first = districts.frame.iloc[0]
    assert f"ratio {first['rate']:.1f}, is drawn to {first['shrunken']:.1f}" in said()


def test_the_funnel_and_the_places_are_as_the_page_says(counties: pd.DataFrame):
    found, places = funnel(counties), rank_intervals(counties)
    assert isinstance(found, Funnel)
    assert isinstance(places, RankIntervals)
    beyond = found.frame[found.frame["position"] != "within"]
    words = f"phi {found.phi:.2f}, tau2 {found.tau2:.3f}; of {found.tests} counties {len(beyond)} lie outside the 95 %"
    assert words in said()
    assert beyond.loc[beyond["position"].str.endswith("998"), "province_code"].tolist() == ["Anson"]
    assert (found.outside, found.shown) == (1, 1)
    assert f"interval spans {places.median_width:.0f} of {places.provinces} places: no table" in said()
    assert not places.league_table_allowed


def test_the_pooled_change_is_as_the_page_says(counties: pd.DataFrame):
    names = {
        "count": "earlier",
        "exposure": "earlier_exposure",
        "sids79": "later",
        "births79": "later_exposure",
    }
    found = pooled_ratio(counties.rename(columns=names))
    assert isinstance(found, PooledRatio)
    words = (
        f"ratio {found.ratio:.2f} ({found.lower:.2f} to {found.upper:.2f}), {found.without_cases} counties"
    )
    assert words in said()
    assert f"(p = {found.q_p:.2f})" in said()


def test_the_synthetic_control_is_as_the_page_says():
    names = {"State": "province_code", "Year": "year", "PacksPerCapita": "value"}
    found = synthetic_control(
        table("prop99.csv").rename(columns=names), treated="California", first_year=1989
    )
    assert not isinstance(found, NotEstimable)
    assert isinstance(found, SyntheticControl)
    assert f"−{-found.effect:.1f} (published −19.6" in said()
    states = ", ".join(f"{name} {100 * share:.0f} %" for name, share in found.weights[:3].items())
    assert states in said()
    assert f"differences −{-found.difference_in_differences:.1f}" in said()
    rank = round(found.placebo_p * found.places)
    assert (
        f"rank {rank} of {found.places} (placebo p = {found.placebo_p:.3f})".replace("= 0.", "= .") in said()
    )


def test_the_synthetic_difference_of_published_data_is_the_published_one_and_as_the_page_says():
    """-15.604: the authors' R program, which stops within .002 of the optimum; years .366, .206, .427: their table."""
    rows = table("prop99.csv").rename(
        columns={"State": "province_code", "Year": "year", "PacksPerCapita": "count"}
    )
    panel = Panel.from_frame(rows[["province_code", "year", "count"]], {"California": 1989}, whole=False)
    found = synthetic_difference(panel)
    assert isinstance(found, Effect)
    assert found.estimate == pytest.approx(-15.604, abs=0.002)
    assert f"The same law: −{-found.estimate:.1f} (published −15.6" in said()
    years = shares_of_years(panel.counts[~panel.ever], panel.periods.index(1989))
    assert years[-3:].tolist() == pytest.approx([0.366, 0.206, 0.427], abs=0.001)
    assert (
        ", ".join(
            f"{year} {100 * share:.0f} %"
            for year, share in zip(panel.periods[16:19], years[16:19], strict=True)
        )
        in said()
    )
    assert found.chance is not None
    rank = round(found.chance.p * found.chance.assignments)
    words = f"rank {rank} of 39 by the size of the difference (placebo p = {found.chance.p:.3f}, smallest possible 1/39 = {found.chance.smallest:.3f})"
    assert words.replace("= 0.", "= .") in said()


def test_every_function_named_in_the_table_of_the_page_exists():
    import importlib  # noqa: PLC0415  only this test needs it

    rows = [
        line.strip("|").split("|")
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    for _, functions, modules in (row for row in rows[1:] if len(row) == 3):
        rooms = [
            importlib.import_module(f"evalkit.statistics.{name.strip(' `')}") for name in modules.split(",")
        ]
        for name in functions.split(","):
            assert any(hasattr(room, name.strip(" `")) for room in rooms), name
