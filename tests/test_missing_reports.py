"""What the nation's totals may be where reports of provinces are missing, against every way to fill them in, one by one."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pandas as pd
import pytest
from scipy import stats

import evalkit as ek
import evalkit.reporting.every_section
from evalkit.facts.areas import NationFacts
from evalkit.indicators.missing_reports import BoundedChange, spoken
from evalkit.languages import speaking
from evalkit.reporting.blocks import Paragraph, Table
from evalkit.reporting.display import section_of
from evalkit.statistics.missing_counts import largest_plausible
from evalkit.table import totals_only
from tests.shipped import bundle_of

MEASURE = "cases_recorded"
SIX = ("01", "04", "08", "11", "12", "14")


@pytest.fixture(autouse=True)
def _english():
    with speaking(("en",)):
        yield


@pytest.fixture
def nation() -> NationFacts:
    return bundle_of("demo").nation()


def totals_of(rows: pd.DataFrame, year: int) -> pd.Series:
    whole = rows.index.isin(totals_only(rows).index)
    return (rows["measure"] == MEASURE) & (rows["period_end"].dt.year == year) & whole


def lacking(
    nation: NationFacts, cells: list[tuple[str, int]], *, status: str = "not_reported"
) -> NationFacts:
    """Take reports of provinces away, and the nation's figure of those years with them."""
    own, whole = nation.province_facts.copy(), nation.facts.copy()
    for place, year in cells:
        at = totals_of(own, year) & (own["province_code"] == place)
        assert at.any()
        own.loc[at, ["value", "status"]] = [float("nan"), status]
        whole.loc[totals_of(whole, year), ["value", "status"]] = [float("nan"), "not_reported"]
    return replace(nation, facts=whole, province_facts=own)


def filled(nation: NationFacts, years: dict[int, float]) -> NationFacts:
    """Give the nation the sums of some years."""
    whole = nation.facts.copy()
    for year, total in years.items():
        whole.loc[totals_of(whole, year), ["value", "status"]] = [total, "derived"]
    return replace(nation, facts=whole)


def sum_of(nation: NationFacts, year: int) -> float:
    own = nation.province_facts
    return float(own.loc[totals_of(own, year), "value"].sum())


def first_pair(nation: NationFacts) -> BoundedChange:
    return ek.compare_periods(nation).bounded[0]


def every_way(
    nation: NationFacts, found: BoundedChange, steps: int
) -> tuple[set[float], set[tuple[str, str]]]:
    """Fill in each year with whole numbers from none to the most, and let the page compare what comes of it."""
    years = sorted({one.year for one in found.missing})
    most = {year: int(sum(one.most for one in found.missing if one.year == year)) for year in years}
    ways = product(*(sorted({round(most[year] * k / steps) for k in range(steps + 1)}) for year in years))
    sums, said = set(), set()
    for way in ways:
        whole = {year: sum_of(nation, year) + added for year, added in zip(years, way, strict=True)}
        item = ek.compare_periods(filled(nation, whole)).items[0]
        assert item.earlier is not None
        sums.add(item.earlier.count)
        said.add(spoken(item.verdict))
    return sums, said


def test_one_missing_report_of_the_demo_is_bounded_as_every_number_that_it_may_be_says(nation: NationFacts):
    found = first_pair(nation)
    (one,) = found.missing
    sums, said = every_way(nation, found, int(one.most))
    assert (min(sums), max(sums)) == (found.earlier.least, found.earlier.most)
    assert len(sums) == one.most + 1
    assert found.later.least == found.later.most == 674
    assert found.printed is not None
    assert found.is_same == (len(said | {spoken(found.printed)}) == 1)


@pytest.mark.parametrize(
    ("places", "years", "steps", "same"), [(SIX[:2], (2013,), 3, True), (SIX, (2011, 2012, 2013), 1, False)]
)
def test_many_missing_reports_and_the_verdict_said_to_hold_is_one_verdict(
    nation: NationFacts, places, years, steps, same
):
    few = lacking(nation, list(product(places, years)))
    found = first_pair(few)
    sums, said = every_way(few, found, steps)
    assert (min(sums), max(sums)) == (found.earlier.least, found.earlier.most)
    assert {spoken(one) for one in found.verdicts} <= said
    ends = {*said, *([spoken(found.printed)] if found.printed else [])}
    assert found.is_same == same == (len(ends) == 1)


def test_the_most_of_a_year_is_the_largest_report_or_the_predictive_bound():
    for counts in ([2, 0, 3, 1], [0, 0, 0, 0, 0], [40, 44, 39]):
        bound = stats.nbinom(sum(counts) + 0.5, len(counts) / (len(counts) + 1)).ppf(0.975)
        assert largest_plausible(counts) == max(*counts, bound)
    assert largest_plausible([0, 0, 30]) == 30
    assert largest_plausible([]) is None


def test_nothing_is_said_where_nothing_is_missing_or_where_no_bound_can_be_given(nation: NationFacts):
    assert ek.compare_periods(bundle_of("demo").provinces["19"]).bounded == ()
    own = nation.province_facts
    reported = own["status"].eq("not_reported") & (own["measure"] == MEASURE)
    whole = replace(
        nation,
        province_facts=own.assign(
            value=own["value"].mask(reported, 3.0), status=own["status"].mask(reported, "reported")
        ),
    )
    assert ek.compare_periods(filled(whole, {2014: 143.0})).bounded == ()
    hidden = lacking(nation, [("01", 2014)], status="suppressed")
    assert ek.compare_periods(hidden).bounded == ()
    silent = lacking(nation, [("19", year) for year in range(2011, 2026) if year != 2014])
    assert ek.compare_periods(silent).bounded == ()
    seven = lacking(nation, [(code, 2014) for code in (*SIX, "17")])
    assert ek.compare_periods(seven).bounded == ()  # under four fifths of the provinces


def test_a_total_that_a_source_gives_beyond_the_sum_stands_and_one_that_is_the_sum_lacks_the_report(
    nation: NationFacts,
):
    assert ek.compare_periods(filled(nation, {2014: 147.0})).bounded == ()
    (found,) = ek.compare_periods(filled(nation, {2014: 140.0})).bounded
    assert (found.earlier.least, found.earlier.most) == (786, 795)


def test_the_page_says_which_how_much_and_whether_the_verdict_holds(nation: NationFacts):
    text = [
        block.text.en
        for block in section_of(ek.compare_periods(nation)).blocks
        if isinstance(block, Paragraph)
    ]
    (said,) = [one for one in text if "not reported by" in one]
    assert "Yen Nguyet (2014)" in said
    assert "786 to 795, then 674; the yearly average changes by −15.2% to −14.2%" in said
    assert said.endswith("The verdict is the same at all ends: could be chance.")


def test_many_places_stand_in_a_table_and_a_verdict_that_hangs_is_said_to(nation: NationFacts):
    few = lacking(nation, list(product(SIX, (2011, 2012, 2013))))
    blocks = section_of(ek.compare_periods(few)).blocks
    text = [block.text.en for block in blocks if isinstance(block, Paragraph)]
    assert any("19 yearly reports of provinces are missing" in one for one in text)
    assert any("The verdict hangs on what is missing: " in one for one in text)
    (table,) = [
        block for block in blocks if isinstance(block, Table) and "Reports missing" in block.caption.en
    ]
    assert len(table.rows) == 7
    assert table.rows[0][1].text.en == "2011, 2012 and 2013"
