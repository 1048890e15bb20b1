"""Drawn forms whose truth is drawn first: what is taken equals it cell by cell, what is spoilt is held, and no cell is lost.

The truth is written into a form in one of the ways forms are written (heading levels, merged, repeated or blank headings, names in
several spellings, marks, words, footnotes, hidden rows, lines of noise); the form is then read by its mapping. EVALKIT_FORMS=N goes
through N forms; a failing one is told by hypothesis with the call that draws it again.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils import get_column_letter

from evalkit.batch.declarations import programme_of, registry_of
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.form_file import open_form
from evalkit.facts.forms.form_reading import FormReading, Sender, read_form
from evalkit.facts.forms.grid import cell_name
from evalkit.facts.forms.mapping import read_mapping
from evalkit.workspace import open_workspace

FORMS = int(os.environ.get("EVALKIT_FORMS", "200"))
PLACES = {"01": "Vọng Nguyệt", "02": "Sương Lĩnh", "10": "Phượng Khê", "15": "Đan Khê", "25": "Hải Tuyết", "40": "Lục Vân", "56": "Đức Nguyệt"}  # fmt: skip
MEASURES = {"Số nạn nhân": "victims_identified", "Số được hỗ trợ": "victims_supported"}
SEXES = {"Chung": "all", "Nam": "male", "Nữ": "female"}
LEGEND = {"-": ("0", "zero_reported"), "...": ("", "not_reported"), "x": ("", "not_applicable")}
SPOILT = ("12a", "1.2.3", "１２", "-4", "(4)", "12 (3)", "4-5", "12%", "1e5", "không rõ", "#N/A", "5\u200d1", "=1+1", "mười hai", "4 tấn", "0.123", "12.50", "1234.567")  # fmt: skip


@dataclass
class Drawn:
    """A form as drawn: its cells as written, its mapping, and what must come of each figure cell."""

    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    taken: dict[str, tuple[str, ...]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    mapping: list[str] = field(default_factory=list)
    workbook: bool = True


@dataclass(frozen=True)
class Column:
    """What the figures of a column are: the year, the measure, the sex; none for a column that the mapping skips."""

    year: int = 0
    measure: str = ""
    sex: str = "all"
    skipped: bool = False


def spelt(rng: random.Random, name: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one))
    ways = [
        name, f"Tỉnh {name}", name.upper(), unicodedata.normalize("NFD", name), f"  {name}\u00a0",
        f"{rng.randint(1, 40)}. {name}", f"{name} *", name.replace(" ", "  "), plain.replace("Đ", "D").replace("đ", "d"),
        f"{name}\u200b", f"T. {name}",
    ]  # fmt: skip
    return rng.choice(ways)


def written(rng: random.Random, value: int, *, workbook: bool) -> tuple[Any, str]:
    """Return a count as a form may write it, and the qualifier of its words."""
    dotted = f"{value:,}".replace(",", ".")
    spaced = f"{value:,}".replace(",", rng.choice([" ", "\u00a0", "\u202f"]))
    texts = [(str(value), "exact"), (dotted, "exact"), (spaced, "exact"), (f"{dotted} người", "exact"), (f"khoảng {dotted}", "about"),
             (f"trên {value}", "more_than"), (f"gần {dotted} người", "nearly"), (f"ít nhất {value}", "at_least"), (f" {value} ", "exact"),
             (f"{value}*", "exact"), (f"{value} (a)", "exact")]  # fmt: skip
    if workbook:
        note = CellRichText(str(value), TextBlock(InlineFont(vertAlign="superscript"), "1"))
        texts += [(value, "exact"), (value, "exact"), (float(value), "exact"), (note, "exact")]
    return rng.choice(texts)


def headed(rng: random.Random, form: Drawn, top: int) -> list[Column]:
    """Draw the headings: years, then measures, then sexes, as many levels as drawn; return what each column is."""
    levels = rng.randint(1, 3)
    years = rng.sample(range(2015, 2025), rng.randint(1, 3))
    measures = list(MEASURES) if levels == 3 else ["Số nạn nhân"]
    sexes = rng.sample(list(SEXES), rng.randint(2, 3)) if levels >= 2 else ["Chung"]
    columns = [(year, measure, sex) for year in years for measure in measures for sex in sexes]
    style = rng.choice(["merged", "repeated", "blank"] if form.workbook else ["repeated", "blank"])
    level(
        form,
        top,
        [str(one[0]) if rng.random() < 0.5 else f"Năm {one[0]}" for one in columns],
        style,
        [one[0] for one in columns],
    )
    form.mapping.append(f"period = {{ row = {top} }}")
    if levels == 3:
        level(form, top + 1, [one[1] for one in columns], style, [one[:2] for one in columns])
        form.mapping.append(f"measure = {{ row = {top + 1}, {labels(MEASURES)} }}")
    else:
        form.mapping.append('measure = "victims_identified"')
    if levels >= 2:
        level(form, top + levels - 1, [one[2] for one in columns], "repeated", columns)
        form.mapping.append(f"dimensions = {{ sex = {{ row = {top + levels - 1}, {labels(SEXES)} }} }}")
    form.mapping.append(f'corner = "B{top + levels}"')
    return [Column(year, MEASURES[measure], SEXES[sex]) for year, measure, sex in columns]


def labels(known: dict[str, str]) -> str:
    return ", ".join(f'"{label}" = "{value}"' for label, value in known.items())


def level(form: Drawn, row: int, texts: list[str], style: str, keys: list[Any]) -> None:
    """Write one level of headings; equal neighbours are merged, repeated or left blank."""
    start = 0
    for at in range(1, len(keys) + 1):
        if at < len(keys) and keys[at] == keys[start]:
            continue
        for column in range(start, at):
            if column == start or style == "repeated":
                form.cells[row, column + 2] = texts[column]
        if style == "merged" and at - start > 1:
            form.merged.append(f"{get_column_letter(start + 2)}{row}:{get_column_letter(at + 1)}{row}")
        start = at


def drawn(rng: random.Random) -> Drawn:
    form = Drawn(workbook=rng.random() < 0.6)
    form.mapping += ['source_id = "case"', 'place = { column = "A", scheme = "d40" }', 'group = "."']
    legend = {mark: told for mark, told in LEGEND.items() if rng.random() < 0.6}
    blank_said = rng.random() < 0.3
    marks = {mark: told[1] for mark, told in legend.items()} | ({"": "not_reported"} if blank_said else {})
    form.mapping.append(f"marks = {{ {labels(marks)} }}")
    top = rng.randint(1, 4)
    for row in range(1, top):
        form.cells[row, 1] = rng.choice(["BÁO CÁO THỐNG KÊ", "Đơn vị: người", "(Kèm theo công văn)"])
    columns = headed(rng, form, top)
    if rng.random() < 0.3:
        form.cells[top, len(columns) + 2] = "Ghi chú"
        columns.append(Column(skipped=True))
        form.mapping.append('skip = ["Ghi chú"]')
    hidden = rng.choice([None, None, "take", "leave", ""])
    if hidden:
        form.mapping.append(f'hidden = "{hidden}"')
    first = corner_row(form)
    rows_below(rng, form, first, columns, (marks, legend, hidden))
    return form


def corner_row(form: Drawn) -> int:
    said = next(line for line in form.mapping if line.startswith("corner"))
    return int(said.partition('"B')[2].rstrip('"'))


def rows_below(
    rng: random.Random, form: Drawn, row: int, columns: list[Column], said: tuple[Any, ...]
) -> None:
    hidden = said[2]
    if form.workbook and hidden is not None:
        form.hidden_columns = {at + 2 for at in range(len(columns)) if rng.random() < 0.15}
    for code in rng.sample(list(PLACES), rng.randint(2, len(PLACES))):
        row = noise(rng, form, row, columns)
        form.cells[row, 1] = spelt(rng, PLACES[code])
        if form.workbook and hidden is not None and rng.random() < 0.15:
            form.hidden_rows.add(row)
        for at, column in enumerate(columns, start=2):
            figure(rng, form, (row, at), code, column, said)
        row += 1
    if rng.random() < 0.5:
        form.cells[row + 1, 1] = rng.choice(
            ["Nguồn: Công an tỉnh", "(Ký, ghi rõ họ tên)", "Ghi chú: số sơ bộ", "* Số ước tính"]
        )


def noise(rng: random.Random, form: Drawn, row: int, columns: list[Column]) -> int:
    """Draw lines between the places: blank ones, sections without figures, and one whose place nobody knows."""
    kind = rng.choice(["", "", "", "", "blank", "section", "unknown"])
    if not kind:
        return row
    if kind == "section":
        form.cells[row, 1] = "I. Các tỉnh phía trên"
    if kind == "unknown":
        form.cells[row, 1] = rng.choice(["Atlantis", "Không xác định", "Vọng Nguyệc"])
        for at, column in enumerate(columns, start=2):
            if rng.random() < 0.7:
                form.cells[row, at] = str(rng.randint(0, 99))
                off = column.skipped or (at in form.hidden_columns and 'hidden = "leave"' in form.mapping)
                (form.left if off else form.held).add(cell_name((row, at)))
    return row + 1


def figure(
    rng: random.Random, form: Drawn, at: tuple[int, int], code: str, column: Column, said: tuple[Any, ...]
) -> None:
    """Draw one figure cell, write it, and note what must come of it."""
    marks, legend, hidden = said
    name = cell_name(at)
    value = rng.choice([rng.randint(0, 30), rng.randint(1000, 9999), rng.randint(1_000_000, 2_000_000)])
    text, qualifier = written(rng, value, workbook=form.workbook)
    told: tuple[str, str, str] | None = (str(value), "reported" if value else "zero_reported", qualifier)
    chance = rng.random()
    if chance < 0.12:
        text, told = rng.choice(SPOILT), None
    elif chance < 0.2:
        text = rng.choice(list(LEGEND))
        told = (*legend[text], "exact") if text in legend else None
    elif chance < 0.26:
        text, told = None, ("", "not_reported", "exact") if "" in marks else None
    if text is not None:
        form.cells[at] = text
    covered = at[0] in form.hidden_rows or at[1] in form.hidden_columns
    if column.skipped or (covered and hidden == "leave"):
        form.left |= {name} if text is not None else set()
    elif told is None or (covered and not hidden):
        form.held.add(name)
    else:
        form.taken[name] = (code, f"{column.year}-01-01", column.measure, column.sex, *told)


def saved(form: Drawn, folder: Path) -> Path:
    if form.workbook:
        return as_workbook(form, folder / "form.xlsx")
    rows, wide = max(row for row, _ in form.cells), max(column for _, column in form.cells)
    lines = [
        ";".join(str(form.cells.get((row, column), "")) for column in range(1, wide + 1))
        for row in range(1, rows + 1)
    ]
    (folder / "form.csv").write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8", newline="")
    return folder / "form.csv"


def as_workbook(form: Drawn, path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    for (row, column), value in form.cells.items():
        sheet.cell(row, column).value = value
    for area in form.merged:
        sheet.merge_cells(area)
    for row in form.hidden_rows:
        sheet.row_dimensions[row].hidden = True
    for column in form.hidden_columns:
        sheet.column_dimensions[get_column_letter(column)].hidden = True
    book.save(path)
    return path


@cache
def vocabulary() -> Vocabulary:
    with tempfile.TemporaryDirectory() as folder:
        demo = shutil.copytree(
            Path("data") / "demo",
            Path(folder) / "demo",
            ignore=shutil.ignore_patterns("facts.csv", "grid.csv"),
        )
        workspace = open_workspace(Path(demo))
        return Vocabulary(programme_of(workspace), registry_of(workspace))


def read(form: Drawn) -> FormReading:
    with tempfile.TemporaryDirectory() as folder:
        mapping = Path(folder) / "mapping.toml"
        delimiter = "" if form.workbook else 'delimiter = ";"'
        mapping.write_text("\n".join(["[table]", *form.mapping, delimiter]) + "\n", encoding="utf-8")
        path = saved(form, Path(folder))
        opened = open_form(path, mark="" if form.workbook else ";")
        sender = Sender(path, "case", date(2024, 3, 15), {})
        return read_form(opened, read_mapping(mapping), sender=sender, vocabulary=vocabulary())


@settings(max_examples=FORMS, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(st.randoms(use_true_random=False))
def test_what_is_taken_equals_the_truth_and_no_cell_is_lost(rng: random.Random):
    form = drawn(rng)
    reading = read(form)
    columns = ["province_code", "period_start", "measure", "sex", "value", "status", "qualifier"]
    facts = reading.facts.reindex(columns=[*columns, "source_cell"], fill_value="all")
    taken = {row[-1]: tuple(row[:-1]) for row in facts.itertuples(index=False, name=None)}
    assert taken == form.taken
    assert len(facts) == len(form.taken)
    assert sorted(cell_name(one.cell) for one in reading.held) == sorted(form.held)
    assert sorted(cell_name(cell) for _, cell in reading.left) == sorted(form.left)
    assert reading.read == len(form.taken) + len(form.held) + len(form.left)
