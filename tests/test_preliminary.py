"""What a source calls preliminary keeps that mark from the form to the page; a facts table may be a workbook."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

import evalkit.reporting.every_section  # noqa: F401  sections register themselves
from evalkit.batch.prepare import make_bundle, receive
from evalkit.evaluation import evaluate
from evalkit.facts.findings import FindingsError
from evalkit.facts.intake import read_facts
from evalkit.indicators.estimates import estimate_indicators
from evalkit.indicators.sources import preferred
from evalkit.programme.load import load_programme
from evalkit.reporting.blocks import Figure, KeyNumbers, Paragraph, Table
from evalkit.reporting.brief.compose import brief_sections
from evalkit.reporting.display import section_of
from evalkit.reporting.sections.shared_words import fact_cell
from tests.builders import fact, write_csv
from tests.shipped import bundle_of, sections_of
from tests.workspaces import FACTS, tiny_workspace


def test_a_preliminary_figure_bears_its_mark_on_the_page(tmp_path: Path):
    facts = [one | {"preliminary": str(one["province_code"] == "01").lower()} for one in FACTS]
    received = receive(tiny_workspace(tmp_path / "ws", facts=facts), day=date(2026, 1, 1))
    bundle = make_bundle(received, day=date(2026, 1, 1))
    marks = bundle.facts.set_index(["scheme", "province_code"])["mark"].to_dict()
    own = {("old", "01"): "p", ("old", "02"): "", ("old", "03"): "", ("nation", "VN"): ""}
    assert marks == own | {("new", "01"): "p", ("new", "03"): ""}
    row = bundle.facts[bundle.facts["mark"] == "p"].iloc[0].to_dict()
    assert (fact_cell(row).text.en, fact_cell(row).text.vi) == ("7 [p]", "7 [p]")


def test_a_unit_made_from_a_preliminary_figure_is_preliminary(tmp_path: Path):
    facts = [one | {"preliminary": str(one["province_code"] == "02").lower()} for one in FACTS]
    bundle = make_bundle(
        receive(tiny_workspace(tmp_path / "ws", facts=facts), day=date(2026, 1, 1)), day=date(2026, 1, 1)
    )
    marks = bundle.facts.set_index(["scheme", "province_code"])["mark"].to_dict()
    assert (marks["old", "02"], marks["new", "03"], marks["new", "01"]) == ("p", "p", "")


@pytest.mark.parametrize(("code", "scheme"), [("R1", "old"), ("R1", "new"), ("R1", "region")])
def test_a_preliminary_figure_of_a_region_is_of_no_newer_unit(code: str, scheme: str, tmp_path: Path):
    inside = {"scheme": "new" if scheme == "new" else "old"} | ({"year": 2021} if scheme == "new" else {})
    others = [fact("01", 7, **inside), fact("03", 9, **inside)] + (
        [] if scheme == "new" else [fact("02", 6, **inside)]
    )
    whole = fact(code, sum(one["value"] for one in others), **(inside | {"scheme": scheme}))
    others = [one | {"preliminary": "false"} for one in others] + [whole | {"preliminary": "true"}]
    received = receive(tiny_workspace(tmp_path / "ws", facts=others), day=date(2026, 1, 1))
    facts = make_bundle(received, day=date(2026, 1, 1)).facts
    assert set(facts.loc[facts["mark"] == "p", "province_code"]) == {code}


def test_without_the_column_nothing_is_preliminary(tmp_path: Path):
    received = receive(tiny_workspace(tmp_path / "ws"), day=date(2026, 1, 1))
    assert received.preliminary.empty
    assert set(make_bundle(received, day=date(2026, 1, 1)).facts["mark"]) == {""}


def test_a_mark_that_is_no_truth_value_is_refused(tmp_path: Path):
    path = tmp_path / "facts.csv"
    write_csv(path, fact("01", 7) | {"preliminary": "maybe"})
    with pytest.raises(FindingsError, match="preliminary is true or false"):
        read_facts([path], load_programme("vn-trafficking"))


def workbook(path: Path, *rows: dict[str, object]) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    book.save(path)
    return path


def typed(row: dict[str, object]) -> dict[str, object]:
    days = {
        name: datetime.fromisoformat(str(row[name]))
        for name in ("period_start", "period_end", "edition_date")
    }
    return row | days | {"value": float(str(row["value"])), "published": str(row["published"]) == "true"}


def test_a_facts_table_in_a_workbook_is_read_like_one_in_csv(tmp_path: Path):
    rows = [fact("01", 7), fact("02", 3)]
    write_csv(tmp_path / "facts.csv", *rows)
    programme = load_programme("vn-trafficking")
    book = workbook(tmp_path / "facts.xlsx", *map(typed, rows))
    read = [read_facts([path], programme).drop(columns="file") for path in (tmp_path / "facts.csv", book)]
    assert read[0].equals(read[1])


def test_a_code_that_lost_its_zero_in_a_workbook_is_told(tmp_path: Path):
    folder = tmp_path / "ws"
    workspace = tiny_workspace(folder, settings='facts = ["facts.xlsx"]\n')
    workbook(folder / "facts.xlsx", typed(fact("01", 7)) | {"province_code": 1})
    told = [one for one in receive(workspace, day=date(2026, 1, 1)).findings if one.severity == "error"]
    assert ["keeps its leading zero" in one.rule for one in told] == [True]


def test_a_workbook_without_the_columns_is_refused(tmp_path: Path):
    with pytest.raises(FindingsError, match="unknown column"):
        read_facts([workbook(tmp_path / "facts.xlsx", {"Tỉnh": "01"})], load_programme("vn-trafficking"))


@pytest.mark.xdist_group("shipped")
def test_every_newest_figure_of_the_brief_says_that_it_is_preliminary():
    """Headline, numbers, drawing and targets once gave them as final; the table of five years alone told."""
    bundle = bundle_of("demo")
    last = bundle.facts["period_end"].dt.year == 2025
    shown = last & bundle.facts["value"].notna() & (bundle.facts["mark"] == "")
    early = replace(bundle, facts=bundle.facts.assign(mark=bundle.facts["mark"].mask(shown, "p")))
    sections = {one.id: one for one in brief_sections(evaluate(early.province("11")).summary)}
    head, numbers_of = sections["headline"], sections["key-numbers"]
    assert head.title.en.count("(preliminary)") == 2
    assert "23 cases (preliminary) in 2021–2025" in " ".join(
        block.text.en for block in head.blocks if isinstance(block, Paragraph)
    )
    (numbers,) = (block for block in numbers_of.blocks if isinstance(block, KeyNumbers))
    assert [item.figure.en.endswith("[p]") for item in numbers.items[:2]] == [True, True]
    (figure,) = (block for block in sections["over-time"].blocks if isinstance(block, Figure))
    rows = {row[0].text.en: [cell.text.en for cell in row[1:]] for row in figure.table.rows}
    assert all("[p]" in text for text in rows["2025"])
    assert not any("[p]" in text for text in rows["2024"])
    assert all("[p]" in text for text in rows["2021–2025"])
    assert "[p]" in figure.svg.en
    (targets,) = (block for block in sections["targets"].blocks if isinstance(block, Table))
    judged = [row[1].text.en for row in targets.rows]
    assert judged
    assert all(text.endswith("[p]") for text in judged)
    area = early.province("11")
    flags = estimate_indicators(preferred(area.facts, area.programme), area.programme)
    of_year = flags["period_end"].dt.year == 2025
    made = flags["status"] == "estimated"
    assert flags.loc[made & of_year, "flag"].str.contains("preliminary").all()
    begun = flags["period_start"].dt.year
    later = (flags["kind"] == "change") & (begun == 2025)
    assert not flags.loc[made & ~of_year & ~later, "flag"].str.contains("preliminary").any()


@pytest.mark.xdist_group("shipped")
def test_every_table_of_the_annex_that_prints_a_preliminary_figure_marks_it():
    """Tables of bases, of what is seldom told, of breakdowns and of stages lost the mark on the way."""
    bundle = bundle_of("demo")
    last = bundle.facts["period_end"].dt.year == 2025
    shown = last & bundle.facts["value"].notna() & (bundle.facts["mark"] == "")
    early = replace(bundle, facts=bundle.facts.assign(mark=bundle.facts["mark"].mask(shown, "p")))
    unlike, marked = [], set()
    for section in sections_of(evaluate(early.province("11"))):
        for table in (block for block in section.blocks if isinstance(block, Table)):
            for row in table.rows:
                if row[0].text.en == "2025":
                    told = [cell.text.en for cell in row[1:] if cell.text.en[:1].isdigit()]
                    unlike += [(table.id, text) for text in told if not text.endswith("[p]")]
                    marked |= {table.id} if told else set()
    assert unlike == []
    assert marked >= {"bases-table", "pathway-table"}


def test_a_figure_that_is_not_exact_names_no_method_of_an_interval(tmp_path: Path):
    """A sum of an approximate part bore no interval and Garwood's exact one as its method."""
    facts = [one | ({"qualifier": "about"} if one["province_code"] == "02" else {}) for one in FACTS]
    day = date(2026, 1, 1)
    bundle = make_bundle(receive(tiny_workspace(tmp_path / "ws", facts=facts), day=day), day=day)
    (table,) = (
        block
        for block in section_of(evaluate(bundle.province("03")).indicators).blocks
        if isinstance(block, Table)
    )
    ((*_, interval, reading),) = [[cell.text.en for cell in row] for row in table.rows]
    assert interval == "–"
    assert (
        reading == "by place of occurrence; derived; the source does not give the figure exactly: no interval"
    )


def test_a_sum_that_is_derived_and_not_exact_says_both(tmp_path: Path):
    """An interval it has not, so the note on intervals fell silent, and "derived" silenced the other one."""
    facts = [
        one | {"measure": name, "qualifier": "about" if one["province_code"] == "02" else "exact"}
        for one in FACTS
        for name in ("cases_tried", "cases_accepted")
    ]
    day = date(2026, 1, 1)
    bundle = make_bundle(receive(tiny_workspace(tmp_path / "ws", facts=facts), day=day), day=day)
    record = evaluate(bundle.province("03")).indicators
    told = record.frame[(record.frame["indicator"] == "cases_tried") & record.frame["value"].notna()]
    assert set(told["flag"].iloc[0].split(";")) >= {"derived", "inexact"}
    readings = [
        row[-1].text.en
        for block in section_of(record).blocks
        if isinstance(block, Table)
        for row in block.rows
        if row[0].text.en.startswith("J05")
    ]
    assert len(readings) == 1
    assert readings[0].endswith("derived; the source does not give the figure exactly")


def test_one_measure_alone_is_written_as_one(tmp_path: Path):
    day = date(2026, 1, 1)
    record = evaluate(
        make_bundle(receive(tiny_workspace(tmp_path / "ws"), day=day), day=day).province("01")
    ).completeness
    only = record.frame[record.frame["last"].notna()]
    said = section_of(replace(record, frame=only)).blocks[0].text
    assert (said.en, said.vi) == ("The only measure has a figure.", "Mục số liệu duy nhất đã có số liệu.")
    said = section_of(replace(record, frame=pd.concat([only, only]))).blocks[0].text
    assert said.en == "All 2 measures have a figure."
