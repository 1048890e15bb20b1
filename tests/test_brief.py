"""The brief of a page: what it says first, how long it is, that its drawings tell what its tables tell, and what it does without."""

import csv
import html
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evalkit.errors import DeclarationError
from evalkit.evaluation import evaluate
from evalkit.facts.bundle import Bundle
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.blocks import (
    Bilingual,
    Block,
    Bullets,
    Cell,
    Figure,
    KeyNumbers,
    Paragraph,
    Section,
    Sources,
    Table,
)
from evalkit.reporting.brief.compose import brief_sections
from evalkit.reporting.brief.followed_counts import topics_of
from evalkit.reporting.brief.opening import headline
from evalkit.reporting.brief.who_reported import who_reported
from evalkit.reporting.citations import MARK, mark, without_marks
from evalkit.reporting.drawing.rate_intervals import RateDrawn, rate_intervals
from evalkit.reporting.drawing.strip import sparkline, target_strip
from evalkit.reporting.drawing.tiles import TileDrawn, tile_grid
from evalkit.reporting.drawing.timeline import Bar, Panel, Step, timeline
from evalkit.reporting.render import Numbering, render_block
from evalkit.reporting.said_once import as_on_page
from evalkit.reporting.sections.limits import parted_by_rounding
from evalkit.reporting.sections.shared_words import both
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.latest_year import LatestYear, latest_year
from evalkit.table import totals_only
from tests.shipped import ROOT, bundle_of, evaluation_of

PLACES = {"demo": ("11", "17", "33", ""), "vn-published": ("22", "08", "12", "")}
MOST_WORDS = {"vi": 1_150, "en": 900}
MOST_WORDS_OF_THE_NATION = {"vi": 1_400, "en": 1_100}
MOST_OF_A_HEADLINE = {"vi": 40, "en": 30}
BANNED = (
    "not reported",
    "chưa công bố",
    "chưa báo cáo",
    "significant",
    "unfortunately",
    "by arithmetic",
    "drawn to the mean",
)


@pytest.fixture(
    scope="module", params=[(name, code) for name, codes in PLACES.items() for code in codes], ids=str
)
def brief(request: pytest.FixtureRequest) -> tuple[Section, ...]:
    return brief_sections(evaluation_of(*request.param).summary)


def texts(sections: tuple[Section, ...], language: str) -> Iterator[str]:
    """Give what a reader has before them without opening anything: titles, paragraphs, items, captions, cells."""
    for section in sections:
        yield section.title.of(language)
        for block in section.blocks:
            yield from (text.of(language) for text in told(block))


def told(block: Block) -> tuple[Bilingual, ...]:
    if isinstance(block, Bullets | Sources):
        return block.items
    if isinstance(block, KeyNumbers):
        return tuple(
            text for item in block.items for text in (item.figure, item.unit, item.label, *item.details)
        )
    if isinstance(block, Table):
        return tuple(cell.text for row in block.rows for cell in row)
    return (block.caption,) if isinstance(block, Figure) else (block.text,)


def words(text: str) -> int:
    return sum(any(letter.isalpha() for letter in word) for word in without_marks(text).split())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_brief_keeps_to_its_words(brief, language):
    most = MOST_WORDS_OF_THE_NATION if any(section.id == "country" for section in brief) else MOST_WORDS
    assert sum(map(words, texts(brief, language))) <= most[language]
    assert words(brief[0].title.of(language)) <= MOST_OF_A_HEADLINE[language]
    for text in texts(brief, language):
        assert not [banned for banned in BANNED if banned in text.lower()]


MOST_OF_A_PARAGRAPH, MOST_OF_A_CAPTION = {"vi": 60, "en": 45}, {"vi": 53, "en": 40}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_paragraphs_and_captions_of_a_brief_keep_to_their_length(brief, language):
    """The design of the pages, section 4: 45 words (60 syllables) a paragraph, 40 a caption; at most four paragraphs before the numbers.

    The targets that are not judged are a list, as long as they are many.
    """
    for section in brief:
        for block in section.blocks:
            if isinstance(block, Paragraph) and section.id != "targets":
                assert words(block.text.of(language)) <= MOST_OF_A_PARAGRAPH[language], block.text.of(
                    language
                )
            if isinstance(block, Figure):
                assert words(block.caption.of(language)) <= MOST_OF_A_CAPTION[language]
    assert sum(isinstance(block, Paragraph) for block in brief[0].blocks) <= 4


def test_a_brief_has_the_headline_first_and_no_section_without_content(brief):
    assert brief[0].id == "headline"
    assert all(section.layer == "brief" and section.blocks for section in brief)
    names = [section.id for section in brief]
    assert len(names) == len(set(names))
    assert not [
        block
        for section in brief
        for block in section.blocks
        if isinstance(block, Paragraph) and block.tone == "lapse"
    ]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_sentence_of_a_brief_is_said_twice(brief, language):
    said = [
        sentence
        for section in brief
        for block in section.blocks
        if isinstance(block, Paragraph | Bullets)
        for text in ([block.text] if isinstance(block, Paragraph) else block.items)
        for sentence in re.split(r"(?<=[.?!])\s+", without_marks(text.of(language)))
        if len(sentence.split()) >= 6
    ]
    assert len(said) == len(set(said))


def test_every_number_of_a_source_leads_to_a_source(brief):
    cited = {int(one) for text in texts(brief, "vi") for one in MARK.findall(text)}
    listed = [block for section in brief for block in section.blocks if isinstance(block, Sources)]
    assert cited <= set(range(1, 1 + (len(listed[0].items) if listed else 0)))


def drawn_numbers(svg: str) -> set[str]:
    found = set()
    for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg):
        found |= set(re.findall(r"\d[\d.,]*", html.unescape(text)))
    return found


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_number_in_a_drawing_stands_in_the_table_behind_it(brief, language):
    for section in brief:
        for figure in section.figures:
            assert figure.table is not None
            told = " ".join(cell.text.of(language) for row in figure.table.rows for cell in row)
            told += " " + " ".join(column.header.of(language) for column in figure.table.columns)
            known = set(re.findall(r"\d[\d.,]*", told)) | {
                edge for span in re.findall(r"(\d{4})–(\d{4})", told) for edge in span
            }
            known |= {
                year
                for span in re.findall(r"(\d{4})–(\d{4})", told)
                for year in map(str, range(int(span[0]), int(span[1]) + 1))
            }
            events = {
                word
                for event in (
                    "BLHS 2015",
                    "NQ 02/2019",
                    "Luật 53/2024",
                    "63 thành 34",
                    "40 thành 34",
                    "Penal Code 2015",
                    "Resolution 02/2019",
                )
                for word in re.findall(r"\d+", event)
            }
            for svg in (figure.svg, figure.narrow):
                assert svg is not None
                assert drawn_numbers(svg.of(language)) - known - events == set()


def test_a_place_of_which_the_sources_tell_nothing_gets_half_a_page_and_what_to_ask_for():
    sections = brief_sections(evaluation_of("vn-published", "08").summary)
    assert [section.id for section in sections] == ["headline", "looked-in", "ask-for"]
    (table,) = sections[2].tables
    assert len(table.rows) == 10
    assert sum(map(words, texts(sections, "vi"))) <= 400
    assert sum(map(words, texts(sections, "en"))) <= 320


def test_a_place_without_figures_is_told_all_targets_that_bind_it_and_whether_they_are_over():
    """Nine national ones, all over by 2026; Ha Noi has one of its own in 2026, as targets.toml declares them."""
    of_cao_bang, of_ha_noi = (evaluation_of("vn-published", code).summary for code in ("04", "01"))
    over = "9 targets of the programme applied here in 2011–2025, all now expired; without figures"
    assert over in " ".join(texts(brief_sections(of_cao_bang), "en"))
    still = "10 targets of the programme apply here in 2011–2026; without figures"
    assert still in " ".join(texts(brief_sections(of_ha_noi), "en"))
    programme = of_cao_bang.area.programme
    single = replace(
        of_cao_bang,
        area=replace(
            of_cao_bang.area, programme=programme.model_copy(update={"targets": programme.targets[:1]})
        ),
    )
    assert "One target of the programme applies here" in " ".join(texts(brief_sections(single), "en"))


def test_what_has_a_figure_is_not_asked_for_again():
    """Quang Ninh has cases of 2021 to 2023 and persons received, so neither is asked for; crime reports are."""
    sections = {
        section.id: section for section in brief_sections(evaluation_of("vn-published", "22").summary)
    }
    (asked,) = sections["ask-next"].blocks
    said = " ".join(item.en for item in asked.items)
    assert "crime reports on trafficking" in said
    assert "persons received" not in said.lower()
    assert "Cases instituted and accused" not in said


def test_the_brief_of_quang_ninh_never_ends_on_the_zero():
    sections = {
        section.id: section for section in brief_sections(evaluation_of("vn-published", "22").summary)
    }
    assert (
        sections["headline"].title.en
        == "Trafficking cases recorded: none in 2021–2022; trafficking cases handled, with those carried over: at least 1 case (2023)"
    )
    (figure,) = sections["over-time"].figures
    assert "at least 1</text>" in figure.svg.en
    told = " ".join(texts((sections["headline"],), "en"))
    chance = "if yearly counts vary by chance alone, the 95% interval is −66% to +1%"
    assert f"−41%; {chance}" in without_marks(told)
    pace = "Had the pace of 2016–2020 (23 cases) gone on, 2 years without a case would hardly happen if yearly counts varied by chance"
    assert pace in told
    assert "that these are 2021 and 2022 is our reading" in told
    assert str(told).count(mark(1)) >= 1, "the zero names its source"
    assert "a fall to zero may be the closed border's doing" in told
    assert "probability" not in told, "how probable such a run is stands in the annex"
    assert "Source 4: The case of 2023 took place in Hạ Long" in " ".join(texts((sections["cited"],), "en"))


def test_where_no_periods_can_be_compared_the_brief_tells_the_years_and_how_surely():
    sections = {section.id: section for section in brief_sections(evaluation_of("vn-published", "").summary)}
    told = without_marks(" ".join(texts((sections["headline"],), "en")))
    assert (
        "Trafficking cases recorded: 507 (2013), 91 (2024). Fitted to known years: −18.2% a year per inhabitant, "
        "95% interval −22.2% to −14.1%. The number appears to fall, but"
    ) in told
    numbers = without_marks(" ".join(texts((sections["key-numbers"],), "en")))
    assert "first 6 months of 2025: 34" in numbers
    assert "not only from these cases" not in numbers, "cases of 2024 beside victims of 2022"
    assert "Unspecified (with illegal marriage and adoption): 76 (2021), 46 (2022)." in told
    asked = " ".join(texts((sections["ask-next"],), "en"))
    assert "Supreme People’s Procuracy" in asked
    assert "rovincial" not in asked


def test_a_year_told_in_part_is_named_and_each_figure_is_cited_with_who_gives_it():
    """The half years of 2023 and 2025 stand in the facts; 407 cases of 2015 are one source's, not those of half years or of a period."""
    result = evaluation_of("vn-published", "").summary
    sections = {section.id: section for section in brief_sections(result)}
    (figure,) = sections["over-time"].figures
    rows = {row[0].text.en: row for row in figure.table.rows}
    assert without_marks(rows["2023"][1].text.en) == "88 (first 6 months of 2023)"
    assert without_marks(rows["2025"][1].text.en) == "34 (first 6 months of 2025)"
    beside = " ".join(texts((sections["over-time"],), "en"))
    assert "88 (first 6 months of 2023) and 34 (first 6 months of 2025); victims identified: 82" in beside
    facts = result.area.facts
    whole = facts[(facts["measure"] == "cases_recorded") & facts["value"].isin([407, 211])]
    assert set(whole["source_id"]) > {"plo-2017-07", "nld-2019-10"}
    cited = sections["cited"].blocks[0].items
    for year, source in (("2015", "plo-2017-07"), ("2018", "nld-2019-10")):
        marks = MARK.findall(rows[year][1].text.en)
        assert len(marks) == 1
        assert result.area.sources[source].title in cited[int(marks[0]) - 1].vi
    assert "its years add up to 463" in rows["2021–6/2023"][2].text.en
    asked = " ".join(texts((sections["ask-next"],), "en"))
    assert "2017, 2019–2020, the rest of 2023 and the rest of 2025" in asked
    assert "the rest of 2023 and 2024–2025" in asked
    (way,) = sections["way-of-persons"].figures
    assert "82 or 65 of 82" in way.alt.en


def test_the_way_of_the_last_five_years_is_told_where_the_periods_went_another():
    sections = {section.id: section for section in brief_sections(evaluation_of("demo", "").summary)}
    told = without_marks(" ".join(texts((sections["headline"],), "en")))
    assert (
        "But within 2021–2025 the yearly count rose from 79 to 178; fitted to these years alone: +26.1% a year per inhabitant, 95% interval +4.9% to"
        in told
    )
    assert "lower because of: border closure (invented)" in told
    assert "2014 (còn thiếu: Yên Nguyệt)" in " ".join(texts((sections["ask-next"],), "vi"))


def test_the_expected_range_names_the_law_it_stands_on():
    sections = {section.id: section for section in brief_sections(evaluation_of("demo", "11").summary)}
    told = without_marks(" ".join(texts((sections["headline"],), "en")))
    assert "allowing for extra variation between years, the 95% interval is −74% to +99%" in told
    told = without_marks(" ".join(texts((sections["key-numbers"],), "en")))
    assert (
        "just outside 1 to 42, the 95% range expected from the 14 years before, and inside it without one of them: not called unusual"
        in told
    )
    asked = " ".join(texts((sections["ask-next"],), "en"))
    assert "Department of Health: victims identified: how many cases do the 2025 figures come from" in asked


def test_a_share_of_all_is_not_called_all_or_more():
    sections = {section.id: section for section in brief_sections(evaluation_of("demo", "11").summary)}
    told = " ".join(texts((sections["targets"],), "en"))
    assert "target 100%" in told
    assert "100% or more" not in told


def test_a_programme_that_declares_little_has_a_brief_all_the_same():
    summary = evaluation_of("demo", "11").summary
    bare = summary.area.programme.model_copy(
        update={"targets": (), "stages": (), "requests": (), "breaks": ()}
    )
    area = replace(summary.area, programme=bare)
    sections = brief_sections(evaluate(area).summary)
    names = {section.id for section in sections}
    assert "headline" in names
    assert {"targets", "way-of-persons"} & names == set()
    assert not [
        block
        for section in sections
        for block in section.blocks
        if isinstance(block, Paragraph) and block.tone == "lapse"
    ]


def test_a_block_that_cannot_be_written_costs_its_own_place(monkeypatch):
    from evalkit.reporting.brief import compose  # noqa: PLC0415  to break one of its blocks

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(compose, "over_time", broken)
    sections = brief_sections(evaluation_of("demo", "11").summary)
    lost = [section for section in sections if section.id == "over-time"]
    assert [block.tone for block in lost[0].blocks] == ["lapse"]
    assert {"headline", "targets", "cited"} <= {section.id for section in sections}


def test_the_range_of_the_latest_year_is_that_of_the_gamma_poisson_prediction():
    counts = [9, 8, 10, 7, 5, 8, 9, 6, 12]
    found = latest_year(pd.DataFrame({"year": range(2016, 2025), "count": counts, "status": "reported"}))
    assert isinstance(found, LatestYear)
    total, years = sum(counts[:-1]), len(counts) - 1
    next_year = stats.nbinom(total + 0.5, years / (years + 1))  # Jeffreys' prior, Gelman et al. 2.6
    low = min(k for k in range(100) if next_year.cdf(k) >= 0.025)
    high = min(k for k in range(100) if next_year.cdf(k) >= 0.975)
    assert (found.low, found.high, found.is_unusual, found.before) == (low, high, False, 8)


def test_a_year_is_unusual_only_if_it_is_without_any_single_year_too():
    """15 lies outside what eight years of 3 to 5 and one 0 leave; leave the 0 out and it still does; with 9 it does not."""
    years = np.arange(2016, 2025)
    far = pd.DataFrame({"year": years, "count": [4, 3, 5, 4, 3, 4, 5, 4, 25], "status": "reported"})
    near = pd.DataFrame({"year": years, "count": [4, 3, 5, 4, 3, 4, 5, 4, 9], "status": "reported"})
    carried = pd.DataFrame({"year": years, "count": [0, 9, 9, 9, 9, 9, 9, 9, 16], "status": "reported"})
    assert latest_year(far).is_unusual
    assert not latest_year(near).is_unusual
    found = latest_year(carried)
    assert found.count > found.high, "outside beside all eight years"
    assert not found.is_unusual, "but not without the zero"


def test_too_few_or_hidden_years_give_no_range():
    short = pd.DataFrame({"year": range(2018, 2025), "count": [1.0] * 7, "status": "reported"})
    assert latest_year(short).reason == "too_few_years"
    hidden = pd.DataFrame(
        {
            "year": range(2014, 2025),
            "count": [1.0] * 10 + [np.nan],
            "status": ["reported"] * 10 + ["suppressed"],
        }
    )
    assert isinstance(latest_year(hidden), NotEstimable)


def test_years_that_scatter_without_end_give_no_range():
    """Under such a law no count would be too large: there is nothing to print, and nothing to draw."""
    law = ScatterLaw("linear", 1_700.0, 0.5, series=40, cells=400, degrees=380, p=0.0, own=3.0)
    series = pd.DataFrame(
        {"year": range(2010, 2025), "count": [0.0] * 7 + [40.0] + [0.0] * 7, "status": "reported"}
    )
    found = latest_year(series, law=law)
    assert isinstance(found, NotEstimable)
    assert found.reason == "no_bound"


def test_a_target_strip_puts_marks_where_their_values_are():
    svg = target_strip(25.0, 50.0, [100.0], most=100.0)
    dots = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', svg)]
    line = float(re.findall(r'<line x1="([\d.]+)"', svg)[-1])
    assert dots == [192.0, 54.0]
    assert line == 100.0
    assert "<circle" not in target_strip(120.0, 50.0, most=100.0), (
        "beyond the scale there is an arrow head, no dot"
    )


def test_a_line_is_broken_where_a_year_is_missing():
    assert sparkline([1.0, 2.0, None, 3.0, 4.0]).count("<path") == 2


def test_a_year_without_a_figure_has_no_bar_and_a_zero_is_a_digit():
    title = Bilingual("Số vụ", "Cases")
    bars = (
        Bar(2020, "value", 3.0),
        Bar(2021, "none"),
        Bar(2022, "zero"),
        Bar(2023, "hidden"),
        Bar(2024, "value", 2.0),
    )
    wide, _ = timeline([Panel(title, bars, ())])
    heights = [float(one) for one in re.findall(r'<rect[^>]*height="([\d.]+)"', wide.en)]
    assert sum(height > 0 for height in heights) == 2
    assert ">0</text>" in wide.en
    assert ">–</text>" in wide.en
    assert ">[c]</text>" in wide.en


def test_a_period_alone_is_a_step_at_its_yearly_average():
    step = Step(2011.0, 2016.0, 7.8, 5.5, 10.7, has_bars=False)
    wide, phone = timeline([Panel(Bilingual("Số vụ", "Cases"), (), (step,))])
    assert re.findall(r">([^<]*7\.8[^<]*)</text>", wide.en) == ["2011–2015: 7.8 a year"], "said once"
    assert len(re.findall(r">[^<]*7,8[^<]*</text>", phone.vi)) == 1


def test_names_of_tiles_on_a_phone_are_as_large_as_other_words_of_drawings():
    """Eleven pixels at 375, as the pages' design has it: long names and those of archipelagos part at their spaces."""
    names = ("Thái Nguyên", "TP. Hồ Chí Minh", "Tuyên Quang", "Hà Nội", "Huế")
    tiles = [TileDrawn(1, place, Bilingual(name, name), "value", 7.0) for place, name in enumerate(names, 1)]
    tiles.append(TileDrawn(2, 5, Bilingual("QĐ. Trường Sa (Khánh Hòa)", "Trường Sa (Khánh Hòa)"), None))
    _, phone = tile_grid(tiles)
    for drawing in (phone.vi, phone.en):
        assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', drawing)) == 11.0
        assert re.findall(r">([^<]*Sa|\([^<]*|[^<]*\))</text>", drawing) == ["Trường Sa", "(Khánh", "Hòa)"]


def test_the_grid_of_the_country_has_every_province_once_and_both_archipelagos():
    area = bundle_of("vn-published").nation()
    own = [(tile.row, tile.column) for place in area.places for tile in place.tiles if tile.label is None]
    insets = [tile.label.vi for place in area.places for tile in place.tiles if tile.label is not None]
    assert len(own) == len(set(own)) == 34
    assert insets == ["QĐ. Hoàng Sa (Đà Nẵng)", "QĐ. Trường Sa (Khánh Hòa)"]
    figure = next(
        figure
        for section in brief_sections(evaluation_of("vn-published", "").summary)
        for figure in section.figures
        if figure.id == "tiles"
    )
    for svg in (figure.svg, figure.narrow):
        assert "Hoàng Sa" in svg.vi
        assert "Trường Sa" in svg.vi


@pytest.mark.parametrize("code", ["11", "08", "22", ""])
def test_the_number_of_targets_not_judged_is_that_of_the_promises_named(code: str):
    """A decision that was replaced promised the same before: that is one promise, judged or not; one without a number is another."""
    result = evaluation_of("demo", code).summary
    frame, programme = result.assessments.frame, result.area.programme
    promises = {one.id: (one.indicator or str(one.wording), one.value is None) for one in programme.targets}
    done = frame[frame["verdict"].isin(["met", "not_met"])]
    latest = done[done["period_end"].dt.year == done["period_end"].dt.year.max()]
    left = {promises[one] for one in frame["target_id"]} - {promises[one] for one in latest["target_id"]}
    numbers = [
        block
        for section in brief_sections(result)
        for block in section.blocks
        if isinstance(block, KeyNumbers)
    ]
    details = [detail.en for block in numbers for item in block.items for detail in item.details]
    assert left
    assert f"not judged: {len(left)}" in details


@pytest.mark.parametrize(("scheme", "number"), [("34", 34), ("63", 63)])
def test_every_province_of_either_scheme_has_one_tile_of_its_own(scheme: str, number: int):
    with (ROOT / "data" / "reference" / "grid.csv").open(encoding="utf-8", newline="") as stream:
        tiles = [row for row in csv.DictReader(stream) if row["scheme"] == scheme]
    with (ROOT / "data" / "reference" / "units.csv").open(encoding="utf-8", newline="") as stream:
        units = [row["code"] for row in csv.DictReader(stream) if row["scheme"] == scheme]
    assert len(units) == number
    assert sorted(tile["code"] for tile in tiles if not tile["inset_vi"]) == sorted(units)
    assert len({(tile["row"], tile["column"]) for tile in tiles}) == len(tiles)
    insets = {tile["code"]: tile["inset_vi"] for tile in tiles if tile["inset_vi"]}
    assert insets == {"48": "QĐ. Hoàng Sa (Đà Nẵng)", "56": "QĐ. Trường Sa (Khánh Hòa)"}


def test_a_name_too_long_for_its_tile_takes_two_lines_and_a_short_one_does_not():
    names = {"Bà Rịa - Vũng Tàu": ["Bà Rịa -", "Vũng Tàu"], "Hà Nội": ["Hà Nội"]}
    for name, lines in names.items():
        tiles = [
            TileDrawn(
                1, column, Bilingual(name if column == 1 else "B", name if column == 1 else "B"), "none"
            )
            for column in range(1, 6)
        ]
        _, phone = tile_grid(tiles)
        assert [line for line in re.findall(r">([^<]+)</text>", phone.vi) if line not in "B–"] == lines


def test_a_tile_tells_a_zero_from_a_blank_and_from_a_hidden_figure():
    name = Bilingual("A", "A")
    states = [("value", 3.0), ("zero", 0.0), ("none", 0.0), ("hidden", 0.0)]
    wide, _ = tile_grid(
        [TileDrawn(1, place, name, state, count) for place, (state, count) in enumerate(states, start=1)]
    )
    assert re.findall(r">(3|0|–|\[c\])</text>", wide.en) == ["3", "0", "–", "[c]"]


def test_a_country_without_a_grid_has_a_plain_table():
    area = bundle_of("demo").nation()
    bare = replace(area, places=tuple(place.model_copy(update={"tiles": ()}) for place in area.places))
    summary: Summary = replace(evaluation_of("demo", "").summary, area=bare)
    section = next(section for section in brief_sections(summary) if section.id == "country")
    assert section.figures == ()
    assert len(section.tables[0].rows) == 34


def test_a_matrix_without_an_empty_square_is_a_sentence():
    """All 34 provinces of the demo tell every subject of every year; where one lacks a year of one, squares are drawn."""
    summary = evaluation_of("demo").summary
    section = who_reported(summary)
    assert section is not None
    assert section.figures == ()
    assert next(block.text.en for block in section.blocks).startswith(
        "All 34 provinces have a figure of every year"
    )
    facts, strands = summary.area.province_facts, bundle_of("demo").programme.measures
    subject = [strands[name].strand for name in facts["measure"]]
    lacks = (facts["province_code"] == "01") & (facts["period_end"].dt.year == 2022)
    fewer = facts[~(lacks & (pd.Series(subject, facts.index) == strands["cases_recorded"].strand))]
    drawn = who_reported(replace(summary, area=replace(summary.area, province_facts=fewer)))
    assert "Of 170 squares 169 are full" in drawn.figures[0].alt.en
    assert drawn.figures[0].svg.en.count("h11v11h-11z") == 170
    told = as_on_page([drawn])[0].tables[0]
    assert len(told.rows) == 2, "33 names read alike"
    assert len(drawn.tables[0].rows) == 34, "the file has a row a province"


@pytest.mark.parametrize("code", ["11", ""])
def test_no_target_is_called_not_judged_whose_indicator_is_judged_below(code: str):
    """A decision of 2024 replaced one of 2021: both have a target on the same share, and the later one is judged."""
    section = next(one for one in brief_sections(evaluation_of("demo", code).summary) if one.id == "targets")
    judged = {without_marks(row[0].text.en) for row in section.tables[0].rows}
    text = " ".join(block.text.en for block in section.blocks if isinstance(block, Paragraph))
    assert "large dot" in text.lower()
    left, _, unnumbered = text.partition("Further targets name no number and cannot be judged: on")
    assert [name for name in judged if name in left.partition("Not judged:")[2]] == []
    assert "Identified victims supported" in unnumbered
    assert len({row.indicator for row in bundle_of("demo").programme.targets}) < len(
        bundle_of("demo").programme.targets
    )


def test_the_region_beside_a_province_is_the_sum_of_all_its_provinces_or_nothing():
    """Region R1 of the demo has six provinces: its cases of 2025 are summed from the protected facts, and one hidden part leaves it out."""
    bundle = bundle_of("demo")
    codes = [place.code for place in bundle.places if place.region_code == "R1"]
    facts = totals_only(bundle.facts)
    of_year = facts[(facts["period_end"] == "2025-12-31") & (facts["period_start"] == "2025-01-01")]
    own = of_year[of_year["province_code"].isin(codes) & (of_year["scheme"] == bundle.about.scheme)]
    cases = own[own["measure"] == "cases_recorded"]
    people = own[own["measure"] == "population_average"].drop_duplicates("province_code")
    assert len(codes) == len(cases) == len(people) == 6
    rate = 1e5 * cases["value"].sum() / people["value"].sum()

    def row(bundle: Bundle) -> dict[str, str]:
        sections = brief_sections(evaluate(bundle.province("11")).summary)
        table = next(one for one in sections if one.id == "beside").tables[0]
        keys = [column.key for column in table.columns]
        return dict(zip(keys, [without_marks(cell.text.en) for cell in table.rows[0]], strict=True))

    assert row(bundle)["region"] == f"{rate:.2f}"
    assert row(bundle.slice_for("11")) == row(bundle), "the slice of one page tells the same"
    hidden = bundle.facts.index == cases.index[cases["province_code"] == "02"][0]
    changed = bundle.facts.assign(
        value=bundle.facts["value"].mask(hidden), status=bundle.facts["status"].mask(hidden, "suppressed")
    )
    assert row(replace(bundle, facts=changed))["region"] == "–"


def test_the_word_against_the_country_follows_the_interval_in_the_annex():
    """Above or below only where the interval that stands in the annex leaves the country's figure out; without one no word."""
    result = evaluation_of("demo", "11")
    table = next(one for one in brief_sections(result.summary) if one.id == "beside").tables[0]
    labels = {both(one.label).en: name for name, one in result.area.programme.indicators.items()}
    frame = result.indicators.frame
    words = set()
    for row in table.rows:
        here = frame[
            (frame["indicator"] == labels[without_marks(row[0].text.en)])
            & (frame["period_end"] == "2025-12-31")
        ]
        here = here[(here["period_end"] - here["period_start"]).dt.days > 360].iloc[0]
        nation, word = row[3].text.en, row[4].text.en
        if nation == "–" or math.isnan(here["lower"]):  # nothing to compare with, or a share of own doings
            assert word == "–"
            continue
        value = float(nation.rstrip("%"))
        words.add(word)
        expected = (
            "above"
            if here["lower"] > value + 0.5
            else "below"
            if here["upper"] < value - 0.5
            else "no clear difference"
        )
        assert word == expected
    assert {"above", "no clear difference"} <= words


def test_an_empty_page_names_the_provinces_most_like_it_and_leads_to_those_with_figures():
    """Counted anew from the registry and the population: region, then land border, then the ratio of populations."""
    bundle = bundle_of("vn-published")
    places = {place.code: place for place in bundle.places}
    people = totals_only(bundle.facts)
    people = people[(people["measure"] == "population_average") & (people["scheme"] == bundle.about.scheme)]
    people = people.sort_values("period_end").groupby("province_code")["value"].last()
    mine = places["08"]
    order = sorted(
        (place for place in places.values() if place is not mine),
        key=lambda place: (
            place.region_code != mine.region_code,
            bool(place.land_border) != bool(mine.land_border),
            abs(np.log(people[place.code] / people["08"])),
        ),
    )
    (table,) = brief_sections(evaluation_of("vn-published", "08").summary)[0].tables
    assert [row[0].text.vi for row in table.rows] == [place.name for place in order[:3]]
    assert [row[1].value for row in table.rows] == [people[place.code] for place in order[:3]]
    for row, place in zip(table.rows, order[:3], strict=True):
        own = bundle.facts[
            (bundle.facts["province_code"] == place.code) & (bundle.facts["measure"] != "population_average")
        ]
        assert bool(row[2].value) == bool(len(own))
        assert row[0].page == (f"{place.code}-{place.slug}" if len(own) else "")
    led = brief_sections(evaluate(bundle.slice_for("04").province("04")).summary)[0]
    assert 'href="11-dien-bien.en.html"' in render_block(led.tables[0], Numbering("en"))
    assert 'href="11-dien-bien.html"' in render_block(led.tables[0], Numbering("vi"))
    with pytest.raises(DeclarationError):
        Cell(Bilingual("a", "a"), page="../a")


def test_few_places_with_figures_are_named_instead_of_drawn():
    section = {one.id: one for one in brief_sections(evaluation_of("vn-published", "").summary)}[
        "who-reported-what"
    ]
    (block,) = section.blocks
    assert isinstance(block, Paragraph)
    rows = totals_only(bundle_of("vn-published").nation().province_facts)
    rows = rows[(rows["measure"] != "population_average") & rows["period_end"].dt.year.between(2021, 2025)]
    told = rows[rows["status"].isin(["reported", "zero_reported", "derived"])]["province_code"].unique()
    assert list(told) == ["22"]
    assert block.text.en.startswith("1 of 34 provinces has figures for these years: Quang Ninh.")


def test_an_english_page_says_what_a_vietnamese_title_means_and_still_names_it():
    section = {one.id: one for one in brief_sections(evaluation_of("vn-published", "22").summary)}["cited"]
    told = " ".join(texts((section,), "en"))
    assert "received and supported 10 trafficking victims in 2023 [VietnamPlus: Quảng Ninh tiếp nhận" in told
    assert "Department of Labour, Invalids and Social Affairs of Quảng Ninh. 12/2023." in told
    assert "[" not in " ".join(texts((section,), "vi"))


def test_rates_of_provinces_stand_in_official_order_with_the_words_of_their_own_intervals():
    """Each mark by the interval drawn with it, held against the comparison itself; the order is that of the registry."""
    result = evaluation_of("demo")
    section = {one.id: one for one in brief_sections(result.summary)}["provinces-rates"]
    (figure,) = section.figures
    item = next(one for one in result.compared.items if one.indicator == "cases")
    told = item.frame.set_index("province_code")
    common = told["count"].sum() / told["exposure"].sum()
    law, own = ScatterLaw.from_record(result.area.panel["cases"]), result.area.own.get("cases", {})
    assert set(own.values()) <= {1.0}
    rows = figure.table.rows[:-1]  # without the marks of the scale
    assert [row[0].text.en for row in rows] == [place.name_en for place in result.area.places]
    for place, row in zip(result.area.places, rows, strict=True):
        count, mean = told.loc[place.code, "count"], common * told.loc[place.code, "exposure"]
        years = told.loc[place.code, "years"]
        chance = stats.nbinom(years / law.alpha, 1 / (1 + law.alpha * mean / years))
        inside = min(chance.cdf(count), chance.sf(count - 1)) >= 0.025
        assert (row[2].text.en == "–") == inside, place.code
    holds = sum(row[2].text.en == "–" for row in rows)
    assert (
        f"{34 - holds} provinces outside the limits of chance about the common rate, {holds} within"
        in section.title.en
    )
    for drawing in (figure.svg.en, figure.narrow.en):
        assert drawing.count("h0") == 34 + holds  # a ring is a disc within a disc


def test_a_province_and_a_country_whose_rates_cannot_be_compared_have_no_such_drawing():
    for name, code in (("demo", "11"), ("vn-published", "")):
        assert "provinces-rates" not in {one.id for one in brief_sections(evaluation_of(name, code).summary)}


def test_names_of_200_letters_are_cut_in_the_drawing_of_rates_and_whole_in_its_table():
    long_name = Bilingual("Tỉnh " + "rất " * 50, "Province " + "very " * 40)
    rows = [RateDrawn(long_name, 0.4, 0.2, 0.7), RateDrawn(Bilingual("Tỉnh B", "Province B"))]
    wide, phone = rate_intervals(rows, 0.3)
    for drawing in (wide.en, phone.vi):
        assert "…</text>" in drawing
        assert long_name.en not in drawing
        assert long_name.vi not in drawing
    assert ">–</text>" in wide.en, "a place without a rate has its sign"


def test_an_unusual_year_is_told_as_surely_as_its_source_tells_it():
    """A count of "about 13,840" once stood in a headline as 13,840."""
    result = evaluation_of("demo", "38").summary
    topics = topics_of(result)
    assert "unusually" in headline(result, topics).text.en
    assert "about" not in headline(result, topics).text.en
    vague = tuple(
        replace(topic, latest=replace(topic.latest, year=replace(topic.latest.year, qualifier="about")))
        for topic in topics
    )
    told = headline(result, vague).text.en
    count = re.search(r", (about [\d,]+ \w+)\.", told)
    assert count is not None, told


def test_limits_that_end_on_the_common_rate_as_it_is_written_are_explained_and_no_others():
    """0.10 (0.04 to 0.26) stood as "below" beside a common rate of 0.26, without a word why."""
    result = evaluation_of("demo")
    (figure,) = {one.id: one for one in brief_sections(result.summary)}["provinces-rates"].figures
    common = re.search(r"all together, (\d\.\d\d)\.", figure.caption.en).group(1)
    ends = [row[0].text.en for row in figure.table.rows if f" to {common})" in row[1].text.en]
    assert ends == ["Thuan Khe", "Hai Khue", "Ninh Khue"]
    note = "Verdicts follow unrounded numbers"
    assert sum(text.en.startswith(note) for text in figure.table.notes) == 1
    write = partial(formats.number, decimals=2)
    assert parted_by_rounding(0.2635, 0.9, 0.2604, write=write)
    assert not parted_by_rounding(0.25, 0.2605, 0.2604, write=write), "it holds the rate: nothing to explain"
    assert not parted_by_rounding(0.04, 0.24, 0.2604, write=write), "the digits show it"


def test_the_four_numbers_stand_below_the_headline_and_its_drawing_across_both_columns():
    """In the column of the headline they left the column of the drawing blank."""
    for name, code in (("demo", "11"), ("demo", ""), ("vn-published", "22"), ("vn-published", "")):
        first = brief_sections(evaluation_of(name, code).summary)[:3]
        assert [section.width for section in first] == ["narrow", "wide", "full"], (name, code)
        assert (first[0].id, first[2].id) == ("headline", "key-numbers")
        assert first[1].figures


@pytest.mark.parametrize("code", ["11", ""])
def test_a_base_that_is_no_stage_of_the_drawing_is_named_below_it(code: str):
    """222 persons were the base of a stage beside 201 identified, and nothing said who they are."""
    sections = {one.id: one for one in brief_sections(evaluation_of("demo", code).summary)}
    (figure,) = sections["way-of-persons"].figures
    assert "Reintegrated (12 months): of victims followed for 12 months." in without_marks(figure.caption.en)
    assert "Supported: of" not in figure.caption.en, "its base is the stage above it"


def test_a_half_year_bears_one_name_in_the_whole_brief():
    told = list(texts(brief_sections(evaluation_of("vn-published").summary), "vi"))
    assert any("hòa nhập, 6 tháng đầu năm 2023" in text for text in told)
    assert not any("01/01/2023–30/06/2023" in text for text in told)


def test_a_derived_total_says_so_in_the_table_behind_the_drawing_too():
    sections = {one.id: one for one in brief_sections(evaluation_of("vn-published", "22").summary)}
    (figure,) = sections["over-time"].figures
    rows = {row[0].text.en: without_marks(row[1].text.en) for row in figure.table.rows}
    assert rows["2011–2015"].startswith("39 (derived) in 5 years")
    assert rows["2016–2020"].startswith("23 in 5 years")


def test_a_figure_of_who_waited_that_is_hidden_last_is_not_told_of_an_earlier_year():
    """The table of the annex has the mark of the last year; the year before stands on the page nowhere else."""
    result = evaluation_of("demo", "11").summary
    rows = result.support.waiting.copy()
    own = rows[rows["indicator"] == "waiting_days_mean"]
    last = own.index[own["period_end"] == own["period_end"].max()]
    rows.loc[last, ["numerator", "denominator", "value"]] = math.nan
    rows.loc[last, "status"] = "suppressed"

    def lines(summary: Summary) -> list[str]:
        told = next(one for one in brief_sections(summary) if one.id == "waiting-and-missed")
        return [line.en for block in told.blocks if isinstance(block, Bullets) for line in block.items]

    before = lines(result)
    hidden = replace(result, support=replace(result.support, waiting=rows))
    assert lines(hidden) == [line for line in before if "days" not in line]
    assert len(lines(hidden)) == len(before) - 1
