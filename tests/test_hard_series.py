"""Series on which pages once said what was not so: parts alone, months with gaps, a run of zeros, two sources, figures that are not exact."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import evalkit.reporting.every_section  # noqa: F401  sections register themselves
from evalkit.evaluation import evaluate
from evalkit.facts.areas import ProvinceFacts
from evalkit.indicators.estimates import shown_estimates
from evalkit.indicators.pathway import pathway
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bullets, Figure, Paragraph, Table
from evalkit.reporting.brief import missing_years
from evalkit.reporting.brief.compose import brief_sections
from evalkit.reporting.brief.followed_counts import topics_of
from evalkit.reporting.display import plain_text, section_of
from evalkit.reporting.formats import listed
from evalkit.reporting.sections.fewer_years import fewer_years_note
from evalkit.reporting.sections.place import page_head
from evalkit.reporting.sections.shared_words import both
from evalkit.steps import fit_trends
from tests.builders import PROGRAMME, fact, facts_table
from tests.shipped import bundle_of

_CITED = re.compile("\ue000[^\ue001]*\ue001")
CASES, VICTIMS, RECEIVED = "cases_recorded", "victims_identified", "persons_received"


def area_with(change: Callable[[pd.DataFrame], pd.DataFrame], code: str = "11") -> ProvinceFacts:
    """Return a province of the invented country with other figures."""
    area = bundle_of("demo").slice_for(code).province(code)
    return replace(area, facts=change(area.facts).reset_index(drop=True))


def rows_of(facts: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the yearly totals of a measure, one a year."""
    names = [name for name in facts if name in PROGRAMME.dimensions]
    rows = facts[(facts["measure"] == measure) & (facts[names] == "all").all(axis=1)]
    rows = rows[(rows["period_end"] - rows["period_start"]).dt.days.between(363, 366)]
    return rows.drop_duplicates("period_end")


def series(facts: pd.DataFrame, measure: str, counts: dict[int, float], **columns: Any) -> pd.DataFrame:
    """Return the facts with a measure's figures replaced by yearly totals."""
    own = rows_of(facts, measure)
    made = pd.DataFrame([own.iloc[0]] * len(counts)).reset_index(drop=True).astype(own.dtypes)
    made["value"] = list(counts.values())
    made["period_start"] = [pd.Timestamp(year, 1, 1) for year in counts]
    made["period_end"] = [pd.Timestamp(year, 12, 31) for year in counts]
    made["status"] = ["reported" if count else "zero_reported" for count in counts.values()]
    made = made.assign(qualifier="exact", mark="", **columns)
    return pd.concat([facts[facts["measure"] != measure], made], ignore_index=True)


def told_of(area: ProvinceFacts) -> str:
    """Return all paragraphs, lists and texts of drawings of the brief, in English."""
    return " ".join(
        [
            text.en
            for section in brief_sections(evaluate(area).summary)
            for text in [section.title, *_texts(section.blocks)]
        ]
    )


def _texts(blocks: Any) -> list[Any]:
    found = []
    for block in blocks:
        if isinstance(block, Paragraph):
            found.append(block.text)
        elif isinstance(block, Bullets):
            found += block.items
        elif isinstance(block, Figure):
            found.append(block.alt)
    return found


def cells_of(area: ProvinceFacts, name: str) -> list[list[str]]:
    """Return the cells of a table of the brief."""
    tables = [
        block
        for section in brief_sections(evaluate(area).summary)
        for block in section.blocks
        if isinstance(block, Table)
    ]
    tables += [
        block.table
        for section in brief_sections(evaluate(area).summary)
        for block in section.blocks
        if isinstance(block, Figure) and block.table
    ]
    (table,) = [one for one in tables if one.id == name]
    return [[_CITED.sub("", cell.text.en) for cell in row] for row in table.rows]


def test_a_low_year_is_not_laid_to_a_large_case_or_a_thorough_search():
    counts = dict.fromkeys(range(2012, 2025), 30.0) | {2025: 0.0}
    said = told_of(area_with(lambda facts: series(facts, VICTIMS, counts)))
    assert "In 2025 unusually few: victims identified" in said
    assert "a real fall, a less thorough search or a change in recording" in said
    assert "one large case" not in said
    assert "how many cases do the 2025 figures come from" not in said
    high = told_of(area_with(lambda facts: series(facts, VICTIMS, counts | {2025: 99.0})))
    assert "one large case, a more thorough search or a change in recording" in high
    assert "how many cases do the 2025 figures come from" in high


def test_breakdowns_without_a_total_are_not_called_no_figure():
    def parts_alone(facts: pd.DataFrame) -> pd.DataFrame:
        names = [name for name in facts if name in PROGRAMME.dimensions]
        women = rows_of(facts, VICTIMS).assign(sex="female")
        people = facts[(facts["measure"] == PROGRAMME.population) & (facts[names] == "all").all(axis=1)]
        return pd.concat([women, people])

    area = area_with(parts_alone)
    said = told_of(area)
    assert "Figures of breakdowns only, no total yet" in said
    assert "of victims identified only breakdowns are told" in said
    assert "hold no figure" not in said
    nobody = area_with(lambda facts: parts_alone(facts).query("measure != @VICTIMS"))
    assert "The sources used hold no figure on this programme" in told_of(nobody)


def test_months_with_a_gap_are_added_up_and_told_as_so_many_months():
    def months(facts: pd.DataFrame) -> pd.DataFrame:
        facts = series(facts, CASES, dict.fromkeys(range(2015, 2023), 12.0) | {2024: 11.0, 2025: 9.0})
        one = rows_of(facts, CASES).iloc[[0]]
        starts = [pd.Timestamp(2023, month, 1) for month in range(1, 13) if month != 5]
        own = [
            one.assign(period_start=day, period_end=day + pd.offsets.MonthEnd(), value=2.0) for day in starts
        ]
        return pd.concat([facts, *own])

    area = area_with(months)
    assert ["2023", "22 (11 of 12 months of 2023)"] in [row[:2] for row in cells_of(area, "timeline-figures")]
    said = told_of(area)
    assert "22 (11 of 12 months of 2023)" in said
    assert "the missing months of 2023" in said
    assert "the rest of 2023" not in said


def test_the_text_of_a_drawing_names_the_wider_count_that_stands_for_a_year():
    def without_the_last(facts: pd.DataFrame) -> pd.DataFrame:
        facts = series(facts, VICTIMS, dict.fromkeys(range(2015, 2025), 14.0))
        return series(facts, RECEIVED, dict.fromkeys(range(2020, 2026), 13.0))

    said = told_of(area_with(without_the_last))
    assert "2024 14 and 2025 13 (persons received" in said


def test_two_periods_that_are_alike_do_not_differ():
    same = dict.fromkeys(range(2016, 2026), 8.0)
    text = told_of(area_with(lambda facts: series(facts, CASES, same)))
    assert "No change is seen; a small one may still be there." in text
    assert "The difference could be chance" not in text


def test_a_year_that_only_ends_in_a_year_does_not_stand_for_it():
    """Seven from July to June stood as the newest calendar year beside the country's."""

    def with_a_school_year(facts: pd.DataFrame) -> pd.DataFrame:
        facts = series(facts, VICTIMS, dict.fromkeys(range(2016, 2026), 4.0))
        later = (
            rows_of(facts, VICTIMS)
            .iloc[[0]]
            .assign(
                period_start=pd.Timestamp(2024, 7, 1),
                period_end=pd.Timestamp(2025, 6, 30),
                value=7.0,
                status="reported",
            )
        )
        return pd.concat([later, facts])

    rows = cells_of(area_with(with_a_school_year), "beside-the-country")
    (told,) = [row for row in rows if row[0].startswith("Victims identified per 100,000")]
    assert "(4)" in told[1]
    assert "(7)" not in told[1]


def test_totals_of_unlike_sources_or_not_exact_say_so_beside_their_comparison():
    plain = dict.fromkeys(range(2016, 2021), 30.0) | dict.fromkeys(range(2021, 2026), 10.0)
    caution = "The two totals come from different sources, which may count differently."
    rough = "A source gives some of these figures only approximately; interval and p take them as exact."

    def changed(**columns: Any) -> str:
        def change(facts: pd.DataFrame) -> pd.DataFrame:
            facts = series(facts, CASES, plain)
            late = (facts["measure"] == CASES) & (facts["period_end"].dt.year > 2020)
            return facts.assign(**{name: facts[name].mask(late, value) for name, value in columns.items()})

        area = area_with(change)
        annex = section_of(evaluate(area).comparisons)
        return told_of(area) + " ".join(text.en for text in _texts(annex.blocks))

    other = next(
        name
        for name in bundle_of("demo").sources
        if name not in set(rows_of(area_with(lambda facts: facts).facts, CASES)["source_id"])
    )
    assert changed().count(caution) == changed().count(rough) == 0
    assert changed(source_id=other).count(caution) == 2
    assert caution not in changed(source_id=other, status="derived"), "worked out, perhaps from the other"
    assert changed(qualifier="about").count(rough) == 2
    assert "50 cases (approximate)" in changed(qualifier="about")


def test_a_trend_across_sources_or_of_figures_that_are_not_exact_says_so():
    """Half of the years by the police and half by the courts may fall because the courts count otherwise."""
    falling = {2011 + place: 90.0 - 6 * place for place in range(14)}

    def told(**columns: Any) -> str:
        def change(facts: pd.DataFrame) -> pd.DataFrame:
            facts = series(facts, CASES, falling)
            late = (facts["measure"] == CASES) & (facts["period_end"].dt.year > 2018)
            return facts.assign(**{name: facts[name].mask(late, value) for name, value in columns.items()})

        trends = fit_trends(area_with(change))
        (trend,) = [item for item in trends.items if item.indicator == "cases"]
        assert trend.verdict.direction == "fall"
        return " ".join(text.en for text in _texts(section_of(trends).blocks))

    other = next(
        name
        for name in bundle_of("demo").sources
        if name not in set(rows_of(area_with(lambda facts: facts).facts, CASES)["source_id"])
    )
    sources, rough = (
        "come from 2 sources, which may count differently",
        "some of the figures are approximate at their source",
    )
    assert sources not in told()
    assert rough not in told()
    assert sources in told(source_id=other)
    assert sources not in told(source_id=other, status="derived")
    assert rough in told(qualifier="about")


def test_a_share_takes_its_base_from_the_source_of_its_numerator():
    """Nine of ten by one source, and eleven by the one that is shown first: nine of eleven is neither's."""
    rows = [
        fact(value=11, measure=VICTIMS, source_id=PROGRAMME.source_order[0]),
        fact(value=10, measure=VICTIMS, source_id="welfare"),
        fact(value=9, measure="victims_supported", source_id="welfare"),
    ]
    table = shown_estimates(facts_table(*rows), PROGRAMME).set_index("indicator_id")
    assert table.loc["V05", ["numerator", "denominator"]].tolist() == [9, 10]
    assert table.loc["V01", "numerator"] == 11


def test_a_share_of_figures_that_are_not_exact_has_no_limits():
    rows = [fact(value=10, measure=VICTIMS), fact(value=8, measure="victims_supported", qualifier="about")]
    row = pathway(facts_table(*rows), PROGRAMME).set_index("stage").loc["supported"]
    assert row["share"] == 80
    assert row[["lower", "upper"]].isna().all()


def headline_of(area: ProvinceFacts) -> str:
    """Return what the page says first, in English."""
    return brief_sections(evaluate(area).summary)[0].title.en


def test_a_run_of_zeros_long_past_is_not_what_a_page_says_first():
    told = dict.fromkeys(range(2016, 2019), 0.0) | dict.fromkeys(range(2019, 2026), 4.0)
    late = dict.fromkeys(range(2016, 2024), 4.0) | {2024: 0.0, 2025: 0.0}
    assert "none in" not in headline_of(area_with(lambda facts: series(facts, CASES, told)))
    assert "none in 2024–2025" in headline_of(area_with(lambda facts: series(facts, CASES, late)))


def test_a_run_of_zeros_is_long_past_beside_the_newest_figures_of_the_other_count():
    """None in 2019 to 2021 stood above nine victims of 2025, as though it were still so."""

    def ended(facts: pd.DataFrame) -> pd.DataFrame:
        facts = series(
            facts, CASES, dict.fromkeys(range(2014, 2019), 3.0) | dict.fromkeys((2019, 2020, 2021), 0.0)
        )
        facts = series(facts, VICTIMS, dict.fromkeys(range(2014, 2026), 9.0))
        return facts[facts["measure"].isin([CASES, VICTIMS, PROGRAMME.population])]

    said = headline_of(area_with(ended))
    assert said == "Victims identified: 9 persons (2025); trafficking cases recorded: 0 cases (2021)"


def test_a_month_is_no_yearly_rate_beside_a_year_that_is_told():
    """Fifteen of December stood as 23.61 a year, beside 33 of the whole year."""

    def told(*months: tuple[int, int]) -> dict[str, list[str]]:
        def change(facts: pd.DataFrame) -> pd.DataFrame:
            facts = series(facts, CASES, dict.fromkeys(range(2015, 2026), 12.0))
            one = rows_of(facts, CASES).iloc[[0]]
            days = [pd.Timestamp(year, month, 1) for year, month in months]
            own = [
                one.assign(period_start=day, period_end=day + pd.offsets.MonthEnd(), value=3.0)
                for day in days
            ]
            return pd.concat([facts, *own])

        annex = section_of(evaluate(area_with(change)).indicators)
        (table,) = [block for block in annex.blocks if isinstance(block, Table)]
        return {row[0].text.en.split()[0]: [cell.text.en for cell in row[1:3]] for row in table.rows}

    inside, after = told((2025, 12)), told((2025, 12), (2026, 1))
    assert inside["J06"] == ["2025", "12"]
    assert after["J06"] == ["1 January 2026 – 31 January 2026", "3"]
    assert inside["J06R"] == after["J06R"]
    assert inside["J06R"][0] == "2025"


def test_a_single_year_is_no_span_of_years():
    def of_one_year(facts: pd.DataFrame) -> pd.DataFrame:
        facts = series(facts, CASES, {2025: 4.0})
        return facts[facts["measure"].isin([CASES, PROGRAMME.population])]

    area = area_with(of_one_year)
    assert page_head(area).subtitle.en.endswith("figures of 2025")
    annex = section_of(evaluate(area).evidence)
    assert "2025–2025" not in plain_text(annex, "en")


def test_names_that_hold_a_comma_are_parted_by_semicolons():
    """Cases cleared, of those instituted, Cases tried, of those accepted: nobody told where one name ended."""
    names = [both(PROGRAMME.indicators[name].label) for name in ("cases_cleared", "cases_tried", "cases")]
    said = listed(names)
    assert said.en.count("; ") == 2
    assert all(name.en in said.en for name in names)
    assert "; " not in listed([names[2], names[2]]).en


def test_years_that_follow_each_other_are_asked_for_as_one_span(monkeypatch: pytest.MonkeyPatch):
    """2020, which many places lack, stood beside 2021–2024, which three lack."""
    area = area_with(lambda facts: series(facts, CASES, {2019: 3.0, 2025: 4.0}))
    summary = evaluate(area).summary
    few = {2021: [same("An")], 2022: [same("An")]}
    monkeypatch.setattr(missing_years, "_silent_places", lambda _, year, __: few.get(year, []))
    told = missing_years.missing_years(topics_of(summary)[0], summary)
    assert [one.en for one in told] == ["2020–2024 (missing in 2021–2022: An)"]


def test_a_rate_of_two_years_of_a_period_says_so_beside_all_provinces():
    area = area_with(lambda facts: facts)
    (name,) = area.funnels
    (at,) = area.funnels[name]["points"]
    own = area.funnels[name]["points"][at] | {"years": 2.0, "count": 0.0}
    few = replace(area, funnels={name: area.funnels[name] | {"points": {at: own}}})
    assert "here, from 2 years alone, " in told_of(few)
    assert "years alone" not in told_of(area)
    assert ["Number of cases", "0 in 2 years"] in cells_of(few, "among-all-figures")
    rests = section_of(evaluate(few).summary)
    assert "0 in 2 years here, among all provinces" in plain_text(rests, "en")


def test_no_fall_is_laid_to_an_event_where_the_figures_were_at_zero_before():
    """A place without a case in fifteen years was told that the fall to zero may be the closed border's doing."""

    def told(counts: dict[int, float]) -> str:
        area = area_with(lambda facts: series(facts, CASES, counts))
        result = evaluate(area)
        return told_of(area) + plain_text(section_of(result.zeros), "en")

    zeros = dict.fromkeys(range(2021, 2026), 0.0)
    fell = told(dict.fromkeys(range(2013, 2021), 12.0) | zeros)
    never, before = (
        told(dict.fromkeys(range(2013, 2021), 0.0) | zeros),
        told({2015: 4.0, 2018: 0.0, 2019: 0.0, 2020: 0.0} | zeros),
    )
    assert "a fall to zero may be" in fell
    for said in (never, before):
        assert "a fall to zero may be" not in said
        assert "lies in these years, but no fall to zero came with it" in said


def test_years_without_a_share_of_a_cohort_are_named_with_their_reason():
    """Of five years with both numbers two stood in the table, and nothing was said of the others."""
    years = dict.fromkeys(range(2020, 2026), 20.0)
    counts = {2020: 19.0, 2021: 20.0, 2022: 18.0, 2023: 22.0, 2025: 17.0}

    def change(facts: pd.DataFrame) -> pd.DataFrame:
        source = rows_of(facts, VICTIMS)["source_id"].iloc[0]
        facts = series(facts, VICTIMS, years, published=True)
        return series(facts, "victims_supported", counts, published=True, source_id=source)

    section = section_of(evaluate(area_with(change)).pathway)
    (table,) = [block for block in section.blocks if isinstance(block, Table) and block.id == "cohorts-table"]
    periods = [row[1].text.en for row in table.rows if row[0].text.en == "Supported"]
    assert periods == ["2022", "2025"]
    said = plain_text(section, "en")
    assert "Supported, 2021: both numbers are alike in what was published" in said
    assert "Supported, 2023: the part is larger than its base." in said
    assert "Supported, 2024: one of its two numbers is not told, or is confidential." in said


def test_provinces_that_add_up_to_another_figure_than_the_countrys_own_are_told():
    """Thirty-one provinces had 235 cases beside 160 of the whole country, and nothing said so."""
    nation = bundle_of("demo").nation()

    def told(change: Callable[[pd.DataFrame], pd.DataFrame]) -> tuple[str, list[list[str]]]:
        area = replace(nation, province_facts=change(nation.province_facts).reset_index(drop=True))
        (section,) = [one for one in brief_sections(evaluate(area).summary) if one.id == "country"]
        (table,) = [block.table for block in section.blocks if isinstance(block, Figure) and block.table]
        said = " ".join(text.en for text in _texts(section.blocks))
        return said, [[cell.text.en for cell in row] for row in table.rows[-2:]]

    def other(facts: pd.DataFrame, more: float, *, silent: bool = False) -> pd.DataFrame:
        names = [name for name in facts if name in PROGRAMME.dimensions]
        totals = (facts["measure"] == CASES) & (facts["period_end"].dt.year == 2025)
        totals &= (facts[names] == "all").all(axis=1)
        first = facts["province_code"] == facts["province_code"].min()
        largest = facts.index == facts.loc[totals & ~first, "value"].idxmax()
        facts = facts.assign(value=facts["value"].mask(largest, facts["value"] + more))
        return facts[~(totals & first)] if silent else facts

    said, rows = told(lambda facts: facts)
    assert "add up to" not in said
    assert rows[-1][0] != "The whole country, its own figure"
    said, rows = told(lambda facts: other(facts, 1.0))
    assert (
        "In 2025 the provinces’ figures add up to 179; the whole country’s own figure is 178 cases." in said
    )
    assert [row[-1] for row in rows] == ["179", "178"]
    said, rows = told(lambda facts: other(facts, 60.0, silent=True))
    assert "In 2025 the figures of 33 of 34 provinces already add up to " in said
    assert rows[0][-1].endswith("(33 of 34 provinces)")


def test_provinces_told_of_fewer_years_are_named_below_the_rates():
    nation = bundle_of("demo").nation()
    frame = pd.DataFrame(
        {"province_code": ["11", "12", "22"], "count": [3.0, 0.0, 4.0], "years": [5.0, 2.0, 5.0]}
    )
    (note,) = fewer_years_note(frame, nation)
    assert re.fullmatch(r"From fewer years than the others: [\w ]+ \(2 years\)\.", note.en)
    assert fewer_years_note(frame.assign(years=5.0), nation) == ()
