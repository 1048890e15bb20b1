"""Bad forms by name: whatever comes, a form is taken rightly, held or refused, with no figure lost and no person quoted.

Every case runs the command itself. Expected figures stand beside the text they are written as; no rule of the import is asked for them.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from typer.testing import CliRunner

from evalkit.cli import app
from tests.form_workspaces import read_declarations_once

MOST_SECONDS = 5.0
NAMES = ("Vọng Nguyệt", "Sương Lĩnh", "Tuyết Lĩnh", "Mộc Lĩnh", "Bạch Vũ")
PLAIN = """\
[table]
source_id = "case"
corner = "B2"
place = { column = "A", scheme = "d40" }
period = { row = 1 }
"""
COUNTS = PLAIN + 'measure = "cases_recorded"\n'
MONEY = PLAIN + 'measure = "budget_spent"\ndecimal = ","\ngroup = "."\n'


@dataclass(frozen=True)
class Run:
    """What the command did: its exit code, what it told, and the facts it wrote, by cell."""

    code: int
    told: dict[str, Any]
    facts: dict[str, str]
    rows: list[dict[str, str]]

    @property
    def held(self) -> set[str]:
        return {one["cell"] for one in self.told["held_cells"]}

    @property
    def words(self) -> str:
        return json.dumps(self.told, ensure_ascii=False)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad") / "demo"
    return Path(
        shutil.copytree(
            Path("data") / "demo", folder, ignore=shutil.ignore_patterns("facts.csv", "ledger*", "grid.csv")
        )
    )


@pytest.fixture(autouse=True)
def _declarations_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_declarations_once(monkeypatch)


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    """Break off a case that would hang; each must end in a twelfth of that."""

    def stop(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)


@pytest.fixture
def room(demo: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo, tmp_path / "demo"))


def imported(room: Path, form: Path, mapping: str | bytes | None = COUNTS, *more: str) -> Run:
    """Run the import, and look at what must hold of every one: no traceback, soon done, no cell lost or told twice."""
    command = ["import", str(form), str(room), "--json", "--take-the-rest", *more]
    if mapping is not None:
        file = room.parent / "mapping.toml"
        file.write_bytes(mapping.encode() if isinstance(mapping, str) else mapping)
        command += ["--mapping", str(file)]
    begun = time.perf_counter()
    result = CliRunner().invoke(app, command)
    taken = time.perf_counter() - begun
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code in (0, 2, 3)
    assert taken < MOST_SECONDS
    told = json.loads(result.stdout) if result.stdout.strip() else {}
    rows = rows_of(room, told)
    run = Run(
        result.exit_code, told, {row["source_cell"].rpartition("!")[2]: row["value"] for row in rows}, rows
    )
    check_cells(run)
    return run


def rows_of(room: Path, told: dict[str, Any]) -> list[dict[str, str]]:
    files = told.get("written", {}).get("facts", [])
    return [
        row
        for file in files
        for row in pd.read_csv(file, dtype=str, keep_default_na=False).to_dict("records")
    ]


def check_cells(run: Run) -> None:
    told = run.told
    if not told:
        return
    assert told["read"] == told["taken"] + told["held"] + told["left"]
    assert told["held"] == len(told["held_cells"])
    assert len({(one["sheet"], one["cell"]) for one in told["held_cells"]}) == told["held"]
    cells = {row["source_cell"] for row in run.rows if row["source_cell"]}
    assert told["taken"] == len(cells or run.rows)
    assert not {one["cell"] for one in told["held_cells"]} & cells
    if told["held"] or told["refused"] or not told["taken"]:
        assert run.code == 3
    if told["refused"]:
        assert not told["written"]
        assert told["read"] == 0


def csv_form(room: Path, text: str | bytes, name: str = "form.csv") -> Path:
    file = room.parent / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def workbook(room: Path, fill: Callable[[Any], None], name: str = "form.xlsx") -> Path:
    """Write a form of three provinces and two years, filled further or spoilt by a function."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Biểu 1"
    for column, year in enumerate((2022, 2023), start=2):
        sheet.cell(1, column).value = year
        for row, name_of in enumerate(NAMES[:3], start=2):
            sheet.cell(row, 1).value = name_of
            sheet.cell(row, column).value = 10 * row + column
    fill(sheet)
    file = room.parent / name
    book.save(file)
    return file


BOOK = {"B2": "22", "C2": "23", "B3": "32", "C3": "33", "B4": "42", "C4": "43"}


# --- one figure as text: what is written, what is taken; None where it must be held ---------------------------------------------

COUNT_TEXTS: list[tuple[str, str, str | None]] = [
    ("plain", "12", "12"),
    ("zero", "0", "0"),
    ("leading zeros", "007", "7"),
    ("minus zero", "-0", "0"),
    ("blanks around", "  12  ", "12"),
    ("no-break blank around", "\u00a012\u00a0", "12"),
    ("letter behind", "12a", None),
    ("letter before", "l2", None),
    ("letter o within", "1O", None),
    ("two points", "1.2.3", None),
    ("comma not declared", "1,234", None),
    ("point not declared", "1.234", None),
    ("comma with a zero", "12,0", None),
    ("full width", "１２", None),
    ("full width behind", "1２", None),
    ("Arabic digits", "١٢", None),
    ("Persian digits", "۱۲", None),
    ("Devanagari digits", "१२", None),
    ("Khmer digits", "១២", None),
    ("mathematical bold digits", "𝟏𝟐", None),
    ("circled digit", "①", None),
    ("Roman numeral sign", "Ⅻ", None),
    ("half", "12½", None),
    ("lowered digit", "12₁", None),
    ("minus", "-5", None),
    ("real minus", "\u22125", None),
    ("dash as minus", "\u20135", None),
    ("em dash as minus", "\u20145", None),
    ("minus behind", "5-", None),
    ("brackets as minus", "(5)", None),
    ("bracket not closed", "(5", None),
    ("bracket not opened", "5)", None),
    ("plus", "+5", None),
    ("percent", "12%", None),
    ("percent with blank", "12 %", None),
    ("per mille", "12‰", None),
    ("exponent", "1E+05", None),
    ("exponent small", "1e5", None),
    ("hexadecimal", "0x1F", None),
    ("underscore", "1_000", None),
    ("infinity", "inf", None),
    ("not a number", "NaN", None),
    ("nothing known", "None", None),
    ("true", "TRUE", None),
    ("true in Vietnamese", "ĐÚNG", None),
    ("sheet error", "#N/A", None),
    ("sheet error in digits", "#NUM!", None),
    ("width signs", "#####", None),
    ("formula", "=1+1", None),
    ("formula of one number", "=12", None),
    ("link", '"=HYPERLINK(""http://example.org"";""12"")"', None),
    ("command", "=cmd|'/c calc'!A0", None),
    ("at sign", "@12", None),
    ("range", "12-15", None),
    ("range with blanks", "12 - 15", None),
    ("fraction", "1/2", None),
    ("day", "01/02/2023", None),
    ("day and time", "2023-02-01 00:00:00", None),
    ("time", "12:30", None),
    ("two figures", '"12; 15"', None),
    ("sum", "12 + 3", None),
    ("second in brackets", "12 (3)", None),
    ("of which", "12, trong đó 3 nữ", None),
    ("words of a number", "mười hai", None),
    ("number and words", "12 (mười hai)", None),
    ("unknown mark", "x", None),
    ("dash", "-", None),
    ("dots", "...", None),
    ("question mark", "?", None),
    ("question mark behind", "12?", None),
    ("approximate sign", "~12", None),
    ("less than", "<5", None),
    ("at most", "không quá 5", None),
    ("under", "dưới 5", None),
    ("about", "khoảng 20", "20"),
    ("more than", "trên 20", "20"),
    ("own unit", "05 vụ", "5"),
    ("other unit", "12 người", None),
    ("scaled unit", "12 nghìn vụ", None),
    ("thousand as k", "12k", None),
    ("asterisk", "12*", "12"),
    ("footnote in brackets", "12 (a)", "12"),
    ("raised sign", "12¹", "12"),
    ("zero-width blank within", "1\u200b2", None),
    ("zero-width joiner within", "1\u200d2", None),
    ("zero-width non-joiner", "1\u200c2", None),
    ("word joiner", "1\u20602", None),
    ("right-to-left mark before", "\u200f12", None),
    ("left-to-right mark behind", "12\u200e", None),
    ("right-to-left override", "\u202e21\u202c", None),
    ("isolate", "\u206712\u2069", None),
    ("soft hyphen", "1\u00ad2", None),
    ("order mark within", "1\ufeff2", None),
    ("NUL within", "1\x002", None),
    ("NUL behind", "12\x00", None),
    ("bell", "12\x07", None),
    ("escape", "\x1b[31m12", None),
    ("replacement sign", "12\ufffd", None),
    ("combining mark", "12\u0301", None),
    ("emoji digit", "1\ufe0f\u20e3", None),
    ("tags", "<b>12</b>", None),
    ("script", "<script>12</script>", None),
    ("entity", '"&#49;2"', None),
    ("thousands by blanks", "1 234", "1234"),
    ("blanks not in threes", "12 34", None),
    ("thousands by narrow blanks", "1\u202f234", "1234"),
    ("thousands from zero", "0 234", None),
    ("beyond what is held exactly", "9007199254740993", None),
    ("a hundred digits", "1" * 100, None),
    ("fifty thousand digits", "1" * 50_000, None),
    ("fifty thousand letters", "a" * 50_000, None),
    ("fifty thousand signs", "*" * 50_000 + "1", None),
    ("fifty thousand brackets", "1(" * 25_000, None),
    ("fifty thousand blanks within", "1" + " " * 50_000 + "2", None),
    ("fifty thousand figures", "1 vụ/" * 10_000, None),
    ("line break between figures", '"88\n229"', None),
    ("line break before the unit", '"88\nvụ"', "88"),
    ("tab between figures", '"8\t229"', None),
    ("surrogate-like text", "\\ud83d12", None),
]


@pytest.mark.parametrize(
    ("text", "value"), [one[1:] for one in COUNT_TEXTS], ids=[one[0] for one in COUNT_TEXTS]
)
def test_a_count_is_the_one_written_or_held(text: str, value: str | None, room: Path):
    form = csv_form(room, f"Tỉnh;2022;2023\n{NAMES[0]};7;{text}\n{NAMES[1]};8;9\n")
    run = imported(room, form, COUNTS + 'delimiter = ";"\n')
    assert run.facts.items() >= {"B2": "7", "B3": "8", "C3": "9"}.items()
    assert run.facts.get("C2") == value
    assert run.held == (set() if value else {"C2"})


MARKED_TEXTS: list[tuple[str, str, str, str | None]] = [  # decimal, group, text
    ("group", ",.", "1.234", "1234"),
    ("two groups", ",.", "1.234.567", "1234567"),
    ("group from zero", ",.", "0.123", None),
    ("group from zeros", ",.", "000.123", None),
    ("group too long", ",.", "1.2345", None),
    ("group too short", ",.", "12.34", None),
    ("group first too long", ",.", "1234.567", None),
    ("groups mixed", ",.", "1.234 567", None),
    ("groups mixed otherwise", ",.", "1,234.5", None),
    ("three decimals of a count", ",.", "1,000", None),
    ("three zeros behind a count", ",.", "12,000", None),
    ("one zero behind a count", ",.", "12,0", "12"),
    ("decimals of a count", ",.", "12,5", None),
    ("decimal mark alone", ",.", "12,", None),
    ("decimal mark before", ",.", ",5", None),
    ("two decimal marks", ",.", "1,2,3", None),
    ("other way", ".,", "1,234", "1234"),
    ("other way, decimals", ".,", "1.234", None),
    ("apostrophes", ",'", "1'234", "1234"),
    ("apostrophes, too short", ",'", "1'23", None),
]


@pytest.mark.parametrize(
    ("marks", "text", "value"), [one[1:] for one in MARKED_TEXTS], ids=[one[0] for one in MARKED_TEXTS]
)
def test_a_marked_count_is_the_one_declared_or_held(marks: str, text: str, value: str | None, room: Path):
    form = csv_form(room, f"Tỉnh;2022;2023\n{NAMES[0]};7;{text}\n")
    said = f'decimal = "{marks[0]}"\ngroup = "{marks[1]}"\ndelimiter = ";"\n'
    run = imported(room, form, COUNTS + said)
    assert run.facts.get("C2") == value
    assert run.held == (set() if value else {"C2"})


MONEY_TEXTS: list[tuple[str, str, str | None]] = [
    ("decimals", "1.234,5", "1234.5"),
    ("three decimals", "20,125", "20.1250"),
    ("many decimals", "0,12345678901234567890", "0.1234567890123456789"),
    ("below zero", "-3,5", None),
    ("zero with decimals", "0,00", "0"),
    ("percent", "12,5%", None),
    ("other money", "12,5 USD", None),
    ("own unit", "12,5 triệu đồng", "12.5"),
    ("larger unit", "12,5 tỷ đồng", None),
]


@pytest.mark.parametrize(
    ("text", "value"), [one[1:] for one in MONEY_TEXTS], ids=[one[0] for one in MONEY_TEXTS]
)
def test_a_quantity_is_the_one_written_or_held(text: str, value: str | None, room: Path):
    form = csv_form(room, f"Tỉnh;2022;2023\n{NAMES[0]};7;{text}\n")
    run = imported(room, form, MONEY + 'delimiter = ";"\n')
    assert run.facts.get("C2") == value
    assert run.held == (set() if value else {"C2"})


SPLIT_TEXTS: list[tuple[str, str, set[str] | None]] = [
    ("two figures", "88 vụ/229 đối tượng", {"88", "229"}),
    ("one of them in words", "88 vụ/ba đối tượng", None),
    ("below zero", "-88 vụ/229 đối tượng", None),
    ("a range", "88-90 vụ/229 đối tượng", None),
    ("twice the same word", "88 vụ/229 vụ", None),
    ("no words", "88/229", None),
    ("a third figure", "88 vụ/229 đối tượng/5", None),
    ("decimals", "88,5 vụ/229 đối tượng", None),
    ("text beside", "xem phụ lục 88 vụ/229 đối tượng", None),
    ("text behind", "88 vụ/229 đối tượng, tăng so với cùng kỳ", None),
    ("very long", "8" * 30_000 + " vụ/229 đối tượng", None),
    ("very long words", "a" * 30_000, None),
]


@pytest.mark.parametrize(
    ("text", "values"), [one[1:] for one in SPLIT_TEXTS], ids=[one[0] for one in SPLIT_TEXTS]
)
def test_two_figures_of_a_cell_are_those_written_or_held(text: str, values: set[str] | None, room: Path):
    form = csv_form(room, f"Tỉnh|2023\n{NAMES[0]}|{text}\n")
    said = 'split = { "vụ" = "cases_recorded", "đối tượng" = "suspects" }\ndelimiter = "|"\n'
    run = imported(room, form, PLAIN + said)
    assert {row["value"] for row in run.rows} == (values or set())
    assert run.held == (set() if values else {"B2"})


# --- one cell of a workbook -----------------------------------------------------------------------------------------------------


def put(value: Any, shape: str = "", font: Font | None = None) -> Callable[[Any], None]:
    def fill(sheet: Any) -> None:
        sheet["C2"].value = value
        if shape:
            sheet["C2"].number_format = shape
        if font is not None:
            sheet["C2"].font = font

    return fill


def rich(*runs: tuple[str, dict[str, Any]]) -> CellRichText:
    return CellRichText(*[TextBlock(InlineFont(**about), text) for text, about in runs])


CELLS: list[tuple[str, Callable[[Any], None], str | None]] = [
    ("number", put(23), "23"),
    ("number as text", put("23"), "23"),
    ("whole float", put(23.0), "23"),
    ("float", put(23.5), None),
    ("thousands typed with a point", put(1.128), None),
    ("below zero", put(-3), None),
    ("minus zero", put(-0.0), "0"),
    ("true", put(value=True), None),
    ("false", put(value=False), None),
    ("day", put(datetime(2023, 1, 31)), None),  # noqa: DTZ001
    ("day number shown as a day", put(44957, "dd/mm/yyyy"), None),
    ("time", put(0.5, "hh:mm"), None),
    ("duration", put(1.5, "[h]:mm"), None),
    ("percent", put(1, "0%"), None),
    ("percent with decimals", put(12, "0.00%"), None),
    ("shown in thousands", put(12000, "#,##0,"), None),
    ("shown in millions", put(12000000, '0.0,,"tr"'), None),
    ("thousands shown by marks", put(12000, "#,##0"), "12000"),
    ("not shown", put(23, ";;;"), None),
    ("shown with its unit", put(23, '0" vụ"'), "23"),
    ("shown with another unit", put(23, '0" nghìn vụ"'), None),
    ("shown with a colour", put(23, "[Red]0;[Blue]-0"), "23"),
    ("accounting format", put(23, '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-'), "23"),
    ("shown with a zero before", put(5, "00"), "5"),
    ("error", put("#DIV/0!"), None),
    ("formula without a result", put("=1+1"), None),
    ("link without a result", put('=HYPERLINK("http://example.org","12")'), None),
    ("huge", put(1e300), None),
    ("beyond what is held exactly", put(2**53 + 2), None),
    ("raised sign", put(rich(("12", {}), ("1", {"vertAlign": "superscript"}))), "12"),
    ("lowered sign", put(rich(("12", {}), ("1", {"vertAlign": "subscript"}))), None),
    ("struck digit", put(rich(("1", {"strike": True}), ("2", {}))), None),
    ("struck cell", put(23, font=Font(strike=True)), None),
    ("struck cell of text", put("23", font=Font(strike=True)), None),
    ("line break between figures", put("8\n229"), None),
    ("full cell", put("9" * 32_767), None),
]


@pytest.mark.parametrize(("fill", "value"), [one[1:] for one in CELLS], ids=[one[0] for one in CELLS])
def test_a_cell_of_a_workbook_is_the_figure_shown_or_held(
    fill: Callable[[Any], None], value: str | None, room: Path
):
    run = imported(room, workbook(room, fill))
    expected = {**BOOK, "C2": value} if value else {cell: one for cell, one in BOOK.items() if cell != "C2"}
    assert run.facts == expected
    assert run.held == (set() if value else {"C2"})


def test_a_declared_mark_counts_for_a_number_cell_too(room: Path):
    run = imported(room, workbook(room, put(999)), COUNTS + 'marks = { "999" = "not_reported" }\n')
    assert run.facts["C2"] == ""
    assert [row["status"] for row in run.rows if row["source_cell"] == "C2"] == ["not_reported"]


def with_stored(file: Path, cell: str, inside: str) -> Path:
    """Write into the XML of a workbook what a cell holds, as another program may have."""
    changed = file.with_name("stored.xlsx")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                start = content.index(f'<c r="{cell}"'.encode())
                end = content.index(b"</c>", start) + 4
                content = content[:start] + inside.encode() + content[end:]
            new.writestr(name, content)
    return changed


STORED = [
    ("a formula with its result", '<c r="C2"><f>1+1</f><v>2</v></c>', "2"),
    ("a formula with a result as text", '<c r="C2" t="str"><f>T(1)</f><v>12</v></c>', "12"),
    ("a formula with an empty result", '<c r="C2" t="str"><f>T(1)</f><v></v></c>', None),
    ("a formula with an error", '<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', None),
    ("a formula with a truth value", '<c r="C2" t="b"><f>1=1</f><v>1</v></c>', None),
    ("no number", '<c r="C2"><v>NaN</v></c>', None),
    ("infinity", '<c r="C2"><v>1e999</v></c>', None),
    ("a shared text that is not there", '<c r="C2" t="s"><v>99999</v></c>', None),
    ("a style that is not there", '<c r="C2" s="9999"><v>12</v></c>', None),
]


@pytest.mark.parametrize(("inside", "value"), [one[1:] for one in STORED], ids=[one[0] for one in STORED])
def test_what_a_program_stored_is_taken_held_or_refused(inside: str, value: str | None, room: Path):
    form = with_stored(workbook(room, put(23)), "C2", inside)
    run = imported(room, form)
    assert run.facts.get("C2") == value
    if value is None:
        assert run.told["refused"] or run.held == {"C2"}


# --- files that are no forms ----------------------------------------------------------------------------------------------------


def zipped(**parts: str | bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def plain_book() -> bytes:
    stream = io.BytesIO()
    book = Workbook()
    book.active["A1"].value = "Tỉnh"
    book.save(stream)
    return stream.getvalue()


def changed_book(change: Callable[[str, bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain_book())) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


def sheet_as(text: str | bytes) -> bytes:
    content = text.encode() if isinstance(text, str) else text
    return changed_book(lambda name, old: content if name.startswith("xl/worksheets/") else old)


def sheet_of(inside: str) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return sheet_as(f'<?xml version="1.0"?><worksheet xmlns="{main}">{inside}</worksheet>')


def merges(*areas: str) -> bytes:
    tags = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    cell = '<c r="A1" t="inlineStr"><is><t>x</t></is></c>'
    return sheet_of(f'<sheetData><row r="1">{cell}</row></sheetData><mergeCells>{tags}</mergeCells>')


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
)
ODS_HEAD = '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="S">'
ODS_FOOT = "</table:table></office:spreadsheet></office:body></office:document-content>"


def ods(rows: str, head: str = ODS_HEAD) -> bytes:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    listed = f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    return zipped(
        **{"mimetype": kind, "content.xml": head + rows + ODS_FOOT, "META-INF__manifest.xml": listed}
    )


def ods_cell(repeated: str = "") -> str:
    return f'<table:table-cell office:value-type="float" office:value="1" {repeated}><text:p>1</text:p></table:table-cell>'


REFUSED: list[tuple[str, str, Callable[[], bytes]]] = [
    ("empty", "form.csv", lambda: b""),
    ("an order mark alone", "form.csv", lambda: b"\xef\xbb\xbf"),
    ("blanks alone", "form.txt", lambda: b" \n\t\r\n"),
    ("NULs alone", "form.xlsx", lambda: b"\x00" * 5000),
    ("an empty workbook name", "form.xlsx", lambda: b""),
    ("a page named xls", "form.xls", lambda: b"<html><table><tr><td>1</td></tr></table></html>"),
    ("a page named xlsx", "form.xlsx", lambda: b"<!DOCTYPE html><html></html>"),
    ("a page named csv", "form.csv", lambda: b"\xef\xbb\xbf\r\n <TABLE><TR><TD>1</TABLE>"),
    ("a page in UTF-16", "form.xls", lambda: "<html><table></table></html>".encode("utf-16")),
    ("a page behind a remark", "form.xls", lambda: b"<!-- made by a system -->\n<html></html>"),
    ("a web archive", "form.xls", lambda: b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n1;2\n"),
    ("XML", "form.xls", lambda: b'<?xml version="1.0"?><Workbook/>'),
    ("PDF", "form.xlsx", lambda: b"%PDF-1.7\n1 0 obj\n"),
    ("PDF named csv", "form.csv", lambda: b"%PDF-1.4\n"),
    ("RTF", "form.xls", lambda: b"{\\rtf1\\ansi 12}"),
    ("a picture", "form.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 50),
    ("a photograph", "form.csv", lambda: b"\xff\xd8\xff\xe0" + b"\x00" * 50),
    ("gzip", "form.csv", lambda: b"\x1f\x8b\x08\x00" + b"\x00" * 20),
    ("rar", "form.xlsx", lambda: b"Rar!\x1a\x07\x00"),
    ("7z", "form.xlsx", lambda: b"7z\xbc\xaf\x27\x1c"),
    ("a Word document", "form.xlsx", lambda: zipped(**{"[Content_Types].xml": "<Types/>", "word__document.xml": "<w/>"})),
    ("an older Word document", "form.xls", lambda: OLE + b"\x00" * 600 + "WordDocument".encode("utf-16-le")),
    ("an archive", "form.xlsx", lambda: zipped(**{"form.csv": "a;1\n"})),
    ("an empty archive", "form.xlsx", zipped),
    ("the first bytes of an archive", "form.xlsx", lambda: b"PK\x03\x04"),
    ("a workbook cut short", "form.xlsx", lambda: plain_book()[:-300]),
    ("a workbook cut in half", "form.xlsx", lambda: plain_book()[: len(plain_book()) // 2]),
    ("a workbook without its beginning", "form.xlsx", lambda: plain_book()[700:]),
    ("a workbook locked by a password", "form.xlsx", lambda: OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")),
    ("an older workbook cut short", "form.xls", lambda: OLE + b"\x00" * 24),
    ("an older workbook of noise", "form.xls", lambda: OLE + bytes(range(256)) * 40),
    ("an older workbook of 0xFF", "form.xls", lambda: OLE + b"\xff" * 4096),
    ("entities", "form.xlsx", lambda: sheet_as(LAUGHS)),
    ("entities in UTF-16", "form.xlsx", lambda: sheet_as(LAUGHS.replace("?>", ' encoding="UTF-16"?>').encode("utf-16"))),
    ("a sheet that is no XML", "form.xlsx", lambda: sheet_as("12 <")),
    ("an empty sheet part", "form.xlsx", lambda: sheet_as("")),
    ("a sheet cut short", "form.xlsx", lambda: sheet_as('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">')),
    ("a workbook without its sheet", "form.xlsx", lambda: zipped(**{"[Content_Types].xml": "<Types/>", "xl__workbook.xml": "<workbook/>"})),
    ("a cell beyond the sheet", "form.xlsx", lambda: sheet_of('<sheetData><row r="1"><c r="ZZZZ1"><v>1</v></c></row></sheetData>')),
    ("a cell without a column", "form.xlsx", lambda: sheet_of('<sheetData><row r="1"><c r="7"><v>1</v></c></row></sheetData>')),
    ("a bomb", "form.xlsx", lambda: zipped(**{"[Content_Types].xml": "<Types/>", "xl__workbook.xml": b" " * 90_000_000})),
    ("a bomb of small parts", "form.xlsx", lambda: zipped(**{"xl__workbook.xml": "<w/>", **{f"xl__p{k}.xml": "" for k in range(2100)}})),
    ("a bomb of shared texts", "form.xlsx", lambda: changed_book(lambda name, old: b"<sst>" + b"<si><t/></si>" * 4_000_000 if "sharedStrings" in name else old)),
    ("a bomb of rows", "form.xlsx", lambda: sheet_of("<sheetData>" + "<row/>" * 9_000_000 + "</sheetData>")),
    ("a bomb of cells", "form.xlsx", lambda: sheet_of("<sheetData><row r='1'>" + "<c/>" * 600_000 + "</row></sheetData>")),
    ("merged over everything", "form.xlsx", lambda: merges("A1:XFD1048576")),
    ("merged over half of everything twice", "form.xlsx", lambda: merges("A1:XFD500000", "A500001:XFD1048576")),
    ("merged areas that overlap", "form.xlsx", lambda: merges("A1:C3", "B2:D4")),
    ("the same area merged twice", "form.xlsx", lambda: merges("A1:C3", "A1:C3")),
    ("a merged area inside another", "form.xlsx", lambda: merges("A1:F9", "B2:C3")),
    ("a merged area that ends before it begins", "form.xlsx", lambda: merges("C3:A1")),
    ("a merged area of nothing", "form.xlsx", lambda: merges("?")),
    ("a sheet of no cells", "form.xlsx", lambda: sheet_of("<sheetData/>")),
    ("an ods that is no XML", "form.ods", lambda: ods("<", head="")),
    ("an ods of no cells", "form.ods", lambda: ods("")),
    ("an ods repeated without end", "form.ods", lambda: ods(f'<table:table-row table:number-rows-repeated="1048576">{ods_cell(chr(32) + "table:number-columns-repeated=" + chr(34) + "16384" + chr(34))}</table:table-row>')),
    ("an ods with a far cell", "form.ods", lambda: ods(f'<table:table-row>{ods_cell()}</table:table-row><table:table-row table:number-rows-repeated="1048000"/><table:table-row><table:table-cell table:number-columns-repeated="16000"/>{ods_cell()}</table:table-row>')),
    ("a million columns", "form.csv", lambda: b"1;" * 1_000_000),
    ("a million columns in quotation marks", "form.csv", lambda: b'"1";' * 1_000_000),
    ("a million quotation marks", "form.csv", lambda: b'"' * 1_000_001),
    ("a quotation mark over many lines", "form.csv", lambda: b'a;"b\n' + b"c\n" * 300_000),
    ("a quotation mark that never closes", "form.csv", f'T;2023\n"{NAMES[0]};5\n'.encode),
    ("more cells than a form has", "form.csv", lambda: b"1;2;3;4;5;6\n" * 100_000),
    ("more than thirty megabytes", "form.csv", lambda: b"1;2\n" * 8_000_000),
    ("cp1258 not declared", "form.csv", lambda: b"T\xecnh;2023\n\xd0an Kh\xea;5\n"),
    ("noise", "form.csv", lambda: bytes((k * 73 + 41) % 256 for k in range(5000))),
    ("half a letter", "form.csv", lambda: "Tỉnh;2023\n".encode()[:2]),
    ("only headings", "form.csv", "Tỉnh;2022;2023\n".encode),
    ("one word", "form.csv", lambda: b"12\n"),
    ("a database of another program", "form.xls", lambda: b"SQLite format 3\x00" + b"\x00" * 80),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_a_file_that_is_no_form_is_refused(name: str, data: Callable[[], bytes], room: Path):
    run = imported(room, csv_form(room, data(), name))
    assert run.code == 3
    assert run.told["refused"]
    assert not (room / "imported").exists()


VIETNAMESE = "Tỉnh;2022;2023\nHà Nội;5;6\nĐiện Biên;3;4\nThừa Thiên Huế;1;2\n"


def as_western(text: str) -> str:
    """Return what a program shows that reads UTF-8 as Windows-1252; bytes without a letter there stay controls."""
    return "".join(
        bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte)
        for byte in text.encode()
    )


def western_workbook() -> bytes:
    book = Workbook()
    for line in as_western(VIETNAMESE).splitlines():
        book.active.append([int(cell) if cell.isdecimal() else cell.strip() for cell in line.split(";")])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "more", "told"),
    [
        (
            "form.csv",
            as_western(VIETNAMESE).replace("\x8d", "").encode(),
            "",
            "letters of the file are broken",
        ),
        ("form.csv", as_western(VIETNAMESE).encode("utf-16"), "", "letters of the file are broken"),
        ("form.csv", VIETNAMESE.replace("Điện Biên", "Cà Mau").encode(), 'encoding = "cp1252"\n', "broken"),
        ("form.xlsx", western_workbook(), "", "letters of the file are broken"),
        ("form.csv", VIETNAMESE.encode("utf-32"), "", "UTF-32"),
        ("form.csv", VIETNAMESE.encode("utf-32-be"), "", "UTF-32"),
        ("form.csv", VIETNAMESE.encode("utf-32-le"), "", "UTF-32"),
    ],
)
def test_broken_letters_and_utf_32_are_refused_once(name: str, data: bytes, more: str, told: str, room: Path):
    run = imported(room, csv_form(room, data, name), COUNTS + more)
    assert (run.code, told in run.told["refused"]) == (3, True)
    assert not (room / "imported").exists()


def test_letters_that_are_like_broken_ones_are_read(room: Path):
    form = f"TỈNH;2023\n{NAMES[0]};5\nTÃO BÃO XÃ, ĐẶC ƯU ÁP Æ;6\n"
    run = imported(room, csv_form(room, form))
    assert run.facts == {"B2": "5"}


def test_a_form_that_is_not_there(room: Path):
    assert imported(room, room / "nothing.xlsx").told["refused"]


def test_a_folder_is_no_form(room: Path):
    assert imported(room, room).told["refused"]


def test_a_pipe_is_no_form(room: Path):
    os.mkfifo(room.parent / "form.csv")
    assert imported(room, room.parent / "form.csv").told["refused"]


def test_a_name_that_is_no_text_is_refused_or_read(room: Path):
    form = csv_form(room, f"Tỉnh;2023\n{NAMES[0]};5\n")
    strange = Path(os.fsdecode(os.fsencode(form.parent) + b"/f\xff\xfe.csv"))
    form.rename(strange)
    run = imported(room, strange)
    assert run.told["refused"] or run.facts == {"B2": "5"}


# --- sheets -------------------------------------------------------------------------------------------------------------------------


def test_a_stray_cell_at_the_far_end_costs_no_time(room: Path):
    def fill(sheet: Any) -> None:
        sheet["XFD1048576"].value = "x"

    run = imported(room, workbook(room, fill))
    assert run.facts == BOOK
    assert "XFD1048576" in run.held
    assert all(cell.startswith("XFD") for cell in run.held)


def test_a_merged_figure_is_held(room: Path):
    run = imported(room, workbook(room, lambda sheet: sheet.merge_cells("B2:C3")))
    assert run.facts == {"B4": "42", "C4": "43"}
    assert run.held == {"B2", "C2", "B3", "C3"}


def test_a_merged_heading_stands_for_all_its_columns_alone(room: Path):
    def fill(sheet: Any) -> None:
        sheet.merge_cells("B1:C1")
        sheet["D1"].value = "Ghi chú"

    run = imported(room, workbook(room, fill))
    assert {row["period_start"] for row in run.rows} == {"2022-01-01"}
    assert any("differ" in one["rule"] for one in run.told["findings"])


def test_two_sheets_with_different_years_and_one_mapping(room: Path):
    def fill(sheet: Any) -> None:
        other = sheet.parent.create_sheet("Biểu 2")
        for row in sheet.iter_rows(values_only=True):
            other.append(row)
        other["B1"].value, other["C1"].value = 2020, 2021

    run = imported(room, workbook(room, fill))
    assert {row["period_start"][:4] for row in run.rows} == {"2022", "2023"}
    assert any("'Biểu 2'" in one["rule"] for one in run.told["findings"])


def test_two_sheets_with_different_years_both_named(room: Path):
    def fill(sheet: Any) -> None:
        other = sheet.parent.create_sheet("Biểu 2")
        for row in sheet.iter_rows(values_only=True):
            other.append(row)
        other["B1"].value, other["C1"].value = 2020, 2021

    both = "".join(COUNTS.replace("[table]", f'[[table]]\nsheet = "{name}"') for name in ("Biểu 1", "Biểu 2"))
    run = imported(room, workbook(room, fill), both)
    assert run.told["taken"] == 12
    assert {row["source_cell"].split("!")[0] for row in run.rows if row["period_start"] < "2022"} == {
        "Biểu 2"
    }


def hide_row(sheet: Any) -> None:
    sheet.row_dimensions[3].hidden = True


def hide_column(sheet: Any) -> None:
    sheet.column_dimensions["C"].hidden = True


HIDDEN = [("row", hide_row, {"B3", "C3"}), ("column", hide_column, {"C2", "C3", "C4"})]


@pytest.mark.parametrize(("hide", "cells"), [one[1:] for one in HIDDEN], ids=[one[0] for one in HIDDEN])
@pytest.mark.parametrize("said", ["", "take", "leave"])
def test_what_is_hidden_is_held_unless_the_mapping_says(
    said: str, hide: Callable[[Any], None], cells: set[str], room: Path
):
    run = imported(room, workbook(room, hide), COUNTS + (f'hidden = "{said}"\n' if said else ""))
    seen = {cell: value for cell, value in BOOK.items() if cell not in cells}
    assert run.facts == (BOOK if said == "take" else seen)
    assert run.held == (cells if not said else set())
    assert run.told["left"] == (len(cells) if said == "leave" else 0)


def test_a_row_without_height_is_hidden(room: Path):
    file = workbook(room, lambda _: None)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(room.parent / "flat.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<row r="3"', b'<row r="3" ht="0" customHeight="1"'))
    assert imported(room, room.parent / "flat.xlsx").held == {"B3", "C3"}


def test_a_hidden_sheet_that_is_named_is_held(room: Path):
    def fill(sheet: Any) -> None:
        sheet.parent.create_sheet("Bìa")
        sheet.sheet_state = "veryHidden"

    run = imported(room, workbook(room, fill), COUNTS + 'sheet = "Biểu 1"\n')
    assert run.facts == {}
    assert run.held == set(BOOK)


def test_the_same_place_twice_is_told(room: Path):
    form = csv_form(room, f"Tỉnh;2023\n{NAMES[0]};5\n{NAMES[1]};6\n{NAMES[0]};7\n")
    run = imported(room, form)
    assert any("B2, B4" in one["where"] and "differ" in one["rule"] for one in run.told["findings"])


def test_blank_rows_and_noise_rows_lose_nothing(room: Path):
    rows = [
        "Tỉnh;2023",
        "",
        f"{NAMES[0]};5",
        ";;;",
        "Nguồn: báo cáo;",
        "",
        f"{NAMES[1]};6",
        ";7",
        "Không rõ;8",
    ]
    run = imported(room, csv_form(room, "\n".join(rows)))
    assert run.facts == {"B3": "5", "B7": "6"}
    assert run.held == {"B8", "B9"}


def test_a_heading_in_the_middle_of_unmerged_columns_is_not_given_to_its_neighbours(room: Path):
    text = f"Tỉnh;;2022;;;2023;\n;Chung;Nam;Nữ;Chung;Nam;Nữ\n{NAMES[0]};5;2;3;9;4;5\n"
    said = (
        PLAIN.replace("B2", "B3")
        + 'measure = "victims_identified"\ndimensions = { sex = { row = 2, "Chung" = "all", "Nam" = "male", "Nữ" = "female" } }\n'
    )
    run = imported(room, csv_form(room, text), said)
    right = {"C3": "2022", "F3": "2023"}
    assert {row["source_cell"]: row["period_start"][:4] for row in run.rows}.items() <= right.items()


def test_figures_beside_a_table_of_one_column_are_told_also_in_a_text_file(room: Path):
    text = f"Tỉnh;Số vụ;Năm khác\n{NAMES[0]};5;1.006\n"
    said = PLAIN.replace("{ row = 1 }", "2023") + 'measure = "cases_recorded"\n'
    run = imported(room, csv_form(room, text), said)
    assert run.facts == {"B2": "5"}
    assert any("columns C" in one["rule"] for one in run.told["findings"])


def test_figures_left_of_the_corner_are_told(room: Path):
    run = imported(room, workbook(room, lambda _: None), COUNTS.replace("B2", "C2"))
    assert run.facts == {cell: value for cell, value in BOOK.items() if cell[0] == "C"}
    assert any("columns B" in one["rule"] for one in run.told["findings"])


def test_a_cell_that_two_tables_read_is_counted_once(room: Path):
    first = COUNTS.replace("[table]", "[[table]]") + 'skip = ["2023"]\n'
    run = imported(room, workbook(room, lambda _: None), first + COUNTS.replace("[table]", "[[table]]"))
    assert run.told["read"] == len(BOOK)


PLACES = [
    ("tags", "<b>Vọng Nguyệt</b>"),
    ("script", "<script>alert(1)</script>"),
    ("a place that is none", "Atlantis"),
    ("a number", "12"),
    ("an empty label", ""),
    ("a formula", "=A1"),
    ("right-to-left override", "\u202eVọng Nguyệt"),
    ("NUL", "Vọng\x00Nguyệt"),
    ("very long", "Vọng " * 8_000),
    ("fifty thousand signs", "/" * 50_000),
    ("two places", "Vọng Nguyệt và Sương Lĩnh"),
    ("two places by a stroke", "Vọng Nguyệt / Sương Lĩnh"),
    ("a misspelling", "Vọng Nguyệc"),
    ("unknown", "Không xác định"),
    ("Cyrillic letters", "Vọng Nguyệt".replace("o", "о").replace("e", "е")),
]


@pytest.mark.parametrize("label", [one[1] for one in PLACES], ids=[one[0] for one in PLACES])
def test_a_label_that_names_no_place_for_certain_is_held_or_that_place(label: str, room: Path):
    form = csv_form(room, f"Tỉnh|2023\n{label}|5\n{NAMES[1]}|6\n")
    run = imported(room, form, COUNTS + 'delimiter = "|"\n')
    assert run.facts["B3"] == "6"
    bare = label.replace("\u202e", "")
    if bare == NAMES[0]:
        assert {row["province_code"] for row in run.rows} <= {"01", "02"}
    elif "B2" in run.facts:
        assert label in ("NUL", "Vọng\x00Nguyệt", "Vọng Nguyệt".replace("o", "о").replace("e", "е"))
    picture = (room / "imported" / "case.html").read_text(encoding="utf-8")
    assert "<script>" not in picture
    assert "<b>V" not in picture


HEADINGS = [
    ("a day number", 44927),
    ("a year as a float", 2023.5),
    ("a year beyond", 3023),
    ("a year of two digits", "23"),
    ("nothing dated", "Năm nay"),
    ("two years ago", "2 năm gần đây"),
    ("month thirteen", "13/2023"),
    ("thirteen months", "13 tháng năm 2023"),
    ("a period that ends before it begins", "31/12/2023 - 01/01/2023"),
    ("a day that is none", "30/02/2023 - 31/03/2023"),
    ("two-digit days", "01/01/23 - 31/12/23"),
    ("full width", "２０２３"),
    ("very long digits", "1" * 30_000),
    ("very long days", "1/" * 15_000),
    ("very long letters", "a" * 30_000),
    ("true", True),
    ("a formula", "=2020+3"),
    ("right-to-left mark", "\u200f2023"),
    ("NUL-like", "20_x0000_23"),
    ("range of days without a year", "01/01 - 31/12"),
]


@pytest.mark.parametrize("heading", [one[1] for one in HEADINGS], ids=[one[0] for one in HEADINGS])
def test_a_heading_that_names_no_period_holds_its_column(heading: Any, room: Path):
    def fill(sheet: Any) -> None:
        sheet["C1"].value = heading

    run = imported(room, workbook(room, fill))
    assert run.facts == {cell: value for cell, value in BOOK.items() if cell[0] == "B"}
    assert run.held == {"C2", "C3", "C4"}


def test_days_of_very_many_digits_are_held(room: Path):
    digits = "9" * 6000
    text = f"Tỉnh;Số;Từ;Đến\n{NAMES[0]};5;{digits}/01/2023;31/12/2023\n{NAMES[1]};6;01/01/2023;31/12/2023\n"
    said = (
        PLAIN.replace("{ row = 1 }", '{ from_column = "C", to_column = "D" }')
        + 'measure = "cases_recorded"\n'
    )
    run = imported(room, csv_form(room, text), said)
    assert run.facts == {"B3": "6"}
    assert run.held == {"B2"}


@pytest.mark.parametrize("spoilt", ["\x00", "\x0b", "\x1b", "\ufffe", "=1+1", "x" * 40_000])
def test_a_held_form_of_any_text_comes_back(spoilt: str, room: Path):
    form = csv_form(room, f"Tỉnh{spoilt};2023\n{NAMES[0]};{spoilt}\n{NAMES[1]}{spoilt};6\n")
    run = imported(room, form)
    assert "B2" in run.held
    book = load_workbook(run.told["written"]["returned"][0])
    assert book.worksheets[0]["B2"].comment is not None
    assert book.worksheets[0]["B2"].data_type != "f"


def test_a_sheet_with_a_long_or_strange_name_comes_back(room: Path):
    form = workbook(room, put("x"))
    with zipfile.ZipFile(form) as old, zipfile.ZipFile(room.parent / "long.xlsx", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/workbook.xml":
                content = content.replace("Biểu 1".encode(), b"A" * 40)
            new.writestr(name, content)
    run = imported(room, room.parent / "long.xlsx")
    assert run.held == {"C2"}


def test_an_ods_is_read(room: Path):
    def text(words: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{words}</text:p></table:table-cell>'

    rows = f"<table:table-row>{text('Tỉnh')}{text('2023')}</table:table-row><table:table-row>{text(NAMES[0])}{ods_cell()}</table:table-row>"
    run = imported(room, csv_form(room, ods(rows), "form.ods"))
    assert run.facts == {"B2": "1"}


# --- mappings -----------------------------------------------------------------------------------------------------------------------

MAPPINGS: list[tuple[str, str | bytes]] = [
    ("nothing", ""),
    ("no table", "x = 1\n"),
    ("a table that is a number", "table = 1\n"),
    ("a list of numbers", "table = [1, 2]\n"),
    ("no list at all", "table = []\n"),
    ("no TOML", "[table\n"),
    ("not UTF-8", b"[table]\ncorner = \"\xff\"\n"),
    ("a workbook for a mapping", b"PK\x03\x04\x00\x00"),
    ("NUL", b"[table]\x00\n"),
    ("very deep", "x = " + "[" * 20_000 + "]" * 20_000 + "\n"),
    ("a hole", COUNTS.replace('"B2"', '"?"')),
    ("a hole within", COUNTS.replace('"d40"', '"?"')),
    ("an unknown key", COUNTS + "colour = 1\n"),
    ("a key twice", COUNTS + 'corner = "B3"\n'),
    ("a cell that is none", COUNTS.replace("B2", "2B")),
    ("a cell in row nought", COUNTS.replace("B2", "B0")),
    ("a small letter", COUNTS.replace("B2", "b2")),
    ("a range for a corner", COUNTS.replace("B2", "B2:C4")),
    ("a column that is none", COUNTS.replace('column = "A"', 'column = "AAAA"')),
    ("a column as a number", COUNTS.replace('column = "A"', "column = 1")),
    ("a row nought", COUNTS.replace("row = 1", "row = 0")),
    ("a row below nought", COUNTS.replace("row = 1", "row = -1")),
    ("a row as text", COUNTS.replace("row = 1", 'row = "1"')),
    ("a corner outside the sheet", COUNTS.replace("B2", "Z900")),
    ("a corner right of the sheet", COUNTS.replace("B2", "Z2")),
    ("until before the corner", COUNTS + 'until = "A1"\n'),
    ("until left of the corner", COUNTS + 'until = "A9"\n'),
    ("decimal as group", COUNTS + 'decimal = ","\ngroup = ","\n'),
    ("an unknown decimal", COUNTS + 'decimal = "x"\n'),
    ("an unknown measure", PLAIN + 'measure = "cases"\n'),
    ("a measure badly written", PLAIN + 'measure = "cases_recorded[article]"\n'),
    ("a measure without an end", PLAIN + 'measure = "cases_recorded[article=150"\n'),
    ("an unknown breakdown", PLAIN + 'measure = "cases_recorded[colour=red]"\n'),
    ("an unknown value", PLAIN + 'measure = "cases_recorded[article=999]"\n'),
    ("a breakdown of another measure", COUNTS + 'dimensions = { sex = "female" }\n'),
    ("nothing counted", PLAIN),
    ("an unknown scheme", COUNTS.replace("d40", "d99")),
    ("no scheme where two fit", COUNTS.replace(', scheme = "d40"', "")),
    ("an unknown sheet", COUNTS + 'sheet = "Không có"\n'),
    ("an unknown coding", COUNTS + 'encoding = "klingon"\n'),
    ("an unknown mark", COUNTS + 'marks = { "-" = "zero" }\n'),
    ("a scale of nought", COUNTS + "scale = 0\n"),
    ("a scale below nought", COUNTS + "scale = -1\n"),
    ("a scale of words", COUNTS + 'scale = "nghìn"\n'),
    ("a scale that is no number", COUNTS + "scale = nan\n"),
    ("a scale that is no number, as text", COUNTS + 'scale = "NaN"\n'),
    ("a scale without end", COUNTS + "scale = inf\n"),
    ("a scale beyond", COUNTS + 'scale = "1e999999"\n'),
    ("a scale of nearly nothing", COUNTS + 'scale = "1e-999999"\n'),
    ("a scale that is true", COUNTS + "scale = true\n"),
    ("a unit that is not said", COUNTS + 'unit_said = "nghìn vụ"\n'),
    ("a unit in a cell that is blank", COUNTS + 'unit_said = "vụ"\nunit_cell = "Z9"\n'),
    ("a kind that is another's", MONEY + 'kind = "count"\n'),
    ("labels that are text", PLAIN + 'measure = { row = 1, labels = "x" }\n'),
    ("labels that are numbers", PLAIN + "measure = { row = 1, labels = { a = 1 } }\n"),
    ("labels of a place that are text", COUNTS.replace('scheme = "d40"', 'scheme = "d40", labels = "x"')),
    ("labels in a row and a column", PLAIN + 'measure = { row = 1, column = "A" }\n'),
    ("labels nowhere", PLAIN + "measure = {}\n"),
    ("one label twice", PLAIN + 'rows = { column = "A", "Vụ" = "cases_recorded", "vụ" = "suspects" }\n'),
    ("one item twice", PLAIN + 'items = { "Vụ" = "cases_recorded", "vụ" = "suspects" }\n'),
    ("an unknown label's measure", PLAIN + f'rows = {{ column = "A", "{NAMES[0]}" = "nothing" }}\n'),
    ("a split into nothing known", PLAIN + 'split = { "vụ" = "nothing" }\n'),
    ("a place that is none", COUNTS.replace('{ column = "A", scheme = "d40" }', '"Atlantis"') + 'scheme = "d40"\n'),
    ("a period that is none", COUNTS.replace("{ row = 1 }", '"năm nay"')),
    ("a year that is none", COUNTS.replace("{ row = 1 }", "99999")),
    ("a period that is true", COUNTS.replace("{ row = 1 }", "true")),
    ("a period of a blank cell", COUNTS.replace("{ row = 1 }", '{ cell = "Z9" }')),
    ("a period of one day", COUNTS.replace("{ row = 1 }", '{ from_column = "B" }')),
    ("a period in two ways", COUNTS.replace("{ row = 1 }", '{ row = 1, column = "B" }')),
    ("a year that starts on no day", COUNTS + 'year_starts = "32/13"\n'),
    ("a year that starts in words", COUNTS + 'year_starts = "tháng 7"\n'),
    ("a source that is a path", COUNTS.replace('"case"', '"../../case"')),
    ("a source that is empty", COUNTS.replace('"case"', '""')),
    ("an edition that is no day", COUNTS + 'edition_date = "2023"\n'),
    ("hidden as maybe", COUNTS + 'hidden = "maybe"\n'),
    ("a skip that is text", COUNTS + 'skip = "2023"\n'),
]  # fmt: skip


@pytest.mark.parametrize("mapping", [one[1] for one in MAPPINGS], ids=[one[0] for one in MAPPINGS])
def test_a_mapping_that_cannot_be_is_refused(mapping: str | bytes, room: Path):
    run = imported(room, workbook(room, lambda _: None), mapping)
    assert run.code == 3
    assert run.told["refused"]
    assert not (room / "imported").exists()


def test_a_mapping_that_is_not_there(room: Path):
    run = imported(room, workbook(room, lambda _: None), None, "--mapping", str(room / "nothing.toml"))
    assert run.told["refused"]


def test_a_mapping_that_is_a_folder(room: Path):
    run = imported(room, workbook(room, lambda _: None), None, "--mapping", str(room))
    assert run.told["refused"]


@pytest.mark.parametrize("place", ["Vọng Nguyệt", "01", "vong nguyet"])
def test_a_place_written_into_the_mapping_is_found_by_name_and_code(place: str, room: Path):
    form = csv_form(room, "Nội dung;2023\nVụ;5\n")
    said = COUNTS.replace('{ column = "A", scheme = "d40" }', f'"{place}"') + 'scheme = "d40"\n'
    assert imported(room, form, said).facts == {"B2": "5"}


def test_the_longest_item_of_a_heading_counts(room: Path):
    form = csv_form(room, f"Tỉnh;Nạn nhân nữ 2023;Nạn nhân 2023\n{NAMES[0]};3;5\n")
    said = (
        PLAIN
        + 'items = { "Nạn nhân" = "victims_identified", "Nạn nhân nữ" = "victims_identified[sex=female]" }\n'
    )
    run = imported(room, form, said)
    assert {row["sex"]: row["value"] for row in run.rows} == {"female": "3", "all": "5"}


def test_a_form_that_nobody_knows_and_no_mapping(room: Path):
    assert imported(room, workbook(room, lambda _: None), None).told["refused"]


@pytest.mark.parametrize("blocked", ["a file", "a folder in the way"])
def test_a_place_to_write_that_is_none_is_told(blocked: str, room: Path):
    if blocked == "a file":
        (room / "imported").write_text("x")
    else:
        (room / "imported" / "case.csv").mkdir(parents=True)
    done = outside(workbook(room, lambda _: None), room)
    assert done.returncode not in (0, 1)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def mapping_file(room: Path) -> Path:
    file = room.parent / "mapping.toml"
    file.write_text(COUNTS, encoding="utf-8")
    return file


# --- a facts table saved by a spreadsheet -----------------------------------------------------------------------------------------

FACTS_HEAD = "province_code;scheme;place_basis;period_start;period_end;measure;value;unit;status;qualifier;published;source_id;edition_date"
FACT = "{code};{scheme};occurrence;{start};2023-12-31;{measure};{value};vu;reported;exact;false;{source};2024-03-15"
SOUND = {"code": "01", "scheme": "d40", "start": "2023-01-01", "measure": "cases_recorded", "value": "5", "source": "invented-police"}  # fmt: skip
FACT_FAULTS = [
    ("an unknown place", {"code": "99"}),
    ("an unknown scheme", {"scheme": "d99"}),
    ("a place by name", {"code": "Vọng Nguyệt"}),
    ("a day that is none", {"start": "2023-02-30"}),
    ("a day as a float", {"start": "44927"}),
    ("an unknown measure", {"measure": "cases"}),
    ("thousands", {"value": "1.234"}),
    ("below zero", {"value": "-5"}),
    ("full width", {"value": "５"}),
    ("words", {"value": "năm"}),
    ("an exponent", {"value": "1E+05"}),
    ("a source that is a path", {"source": "../x"}),
    ("no source", {"source": ""}),
    ("NUL", {"value": "5\x00"}),
]


@pytest.mark.parametrize("fault", [one[1] for one in FACT_FAULTS], ids=[one[0] for one in FACT_FAULTS])
def test_a_facts_row_with_a_fault_is_held(fault: dict[str, str], room: Path):
    rows = [FACTS_HEAD, FACT.format(**SOUND | {"code": "02"}), FACT.format(**SOUND | fault)]
    run = imported(room, csv_form(room, "\n".join(rows)), None)
    assert [row["province_code"] for row in run.rows] == ["02"]
    assert run.told["held"] == 1


def test_two_sheets_of_facts_of_one_source_are_both_kept(room: Path):
    book = Workbook()
    for sheet, code in ((book.active, "01"), (book.create_sheet("2"), "02")):
        sheet.append(FACTS_HEAD.split(";"))
        sheet.append(FACT.format(**SOUND | {"code": code}).split(";"))
    book.save(room.parent / "facts.xlsx")
    run = imported(room, room.parent / "facts.xlsx", None)
    assert {row["province_code"] for row in run.rows} == {"01", "02"}


# --- particulars of persons: every value here is invented --------------------------------------------------------------------------

IDENTITY, PHONE = "001299000001", "0987000001"
PERSONS = ("Nguyễn Văn Thử", "Trần Thị Mẫu", "Lê Văn Giả")


def with_column(*values: str, heading: str = "") -> str:
    cells = [heading, *values, "", "", ""]
    lines = [
        f"Tỉnh|2023|{cells[0]}",
        *(f"{name}|{k}|{cells[k]}" for k, name in enumerate(NAMES[:4], start=1)),
    ]
    return "\n".join(lines) + "\n"


PERSONAL: list[tuple[str, str]] = [
    ("identity numbers", with_column(IDENTITY)),
    ("identity numbers with blanks", with_column("001 299 000 001")),
    ("identity numbers with points", with_column("001.299.000.001")),
    ("an identity number in a sentence", with_column(f"theo CCCD {IDENTITY} cấp")),
    ("telephone numbers", with_column(PHONE)),
    ("telephone numbers from abroad", with_column("+84987000001")),
    ("telephone numbers with points", with_column("0987.000.001")),
    ("a mail address", with_column("nguoi.thu@example.org")),
    ("three names", with_column(*PERSONS)),
    ("three names in capitals", with_column(*(name.upper() for name in PERSONS))),
    ("a name beside a year", f"Tỉnh|2023|x|y\n{NAMES[0]}|5|{PERSONS[0]}|1990\n"),
    ("a name beside a day", f"Tỉnh|2023|x|y\n{NAMES[0]}|5|{PERSONS[0]}|03/04/1990\n"),
    ("a heading of names", with_column("x", heading="Họ và tên")),
    ("a heading of names in capitals", with_column("x", heading="HỌ TÊN NẠN NHÂN")),
    ("a heading without diacritics", with_column("x", heading="Ho va ten")),
    ("a heading of years of birth", with_column("1990", heading="Năm sinh")),
    ("a heading of identity numbers", with_column("x", heading="Số CCCD/CMND")),
    ("a heading of telephones", with_column("x", heading="Số điện thoại liên hệ")),
    ("a heading of addresses", with_column("x", heading="Nơi cư trú")),
    ("an English heading", with_column("x", heading="Date of birth")),
    ("a heading that names the person", with_column("x", heading=f"Họ tên: {PERSONS[0]}")),
    ("an identity number in a note", f"Tỉnh|2023\n{NAMES[0]}|5\nGhi chú: số {IDENTITY}|\n"),
    ("a telephone number in the title", f"Liên hệ {PHONE}|2023\n{NAMES[0]}|5\n"),
    ("an identity number in a figure cell", f"Tỉnh|2023\n{NAMES[0]}|số {IDENTITY}\n"),
    ("names in figure cells", "Tỉnh|2023\n" + "".join(f"{NAMES[k]}|{PERSONS[k]}\n" for k in range(3))),
]
SECRET = (*PERSONS, *(name.upper() for name in PERSONS), *(name.casefold() for name in PERSONS), IDENTITY, PHONE, "001 299", "001.299", "0987", "84987", "example.org", "1990")  # fmt: skip


@pytest.mark.parametrize("text", [one[1] for one in PERSONAL], ids=[one[0] for one in PERSONAL])
def test_particulars_stop_the_import_and_are_not_quoted(text: str, room: Path):
    run = imported(room, csv_form(room, text), COUNTS + 'delimiter = "|"\n')
    assert run.code == 3
    assert "particulars" in run.told["refused"]
    assert not [secret for secret in SECRET if secret in run.words]
    assert not (room / "imported").exists()


@pytest.mark.parametrize("text", [one[1] for one in PERSONAL[:20]], ids=[one[0] for one in PERSONAL[:20]])
def test_no_draft_is_made_of_particulars(text: str, room: Path):
    result = CliRunner().invoke(app, ["import", str(csv_form(room, text)), str(room), "--suggest"])
    assert result.exit_code == 3
    assert not [secret for secret in SECRET if secret in result.output]
    assert not (room / "imported").exists()


def test_particulars_on_a_hidden_sheet_stop_the_import(room: Path):
    def fill(sheet: Any) -> None:
        other = sheet.parent.create_sheet("ds")
        other["A1"].value, other["A2"].value = "x", 79299000001
        other.sheet_state = "hidden"

    run = imported(room, workbook(room, fill))
    assert "particulars" in run.told["refused"]


def test_particulars_in_a_comment_stop_the_import(room: Path):
    def fill(sheet: Any) -> None:
        sheet["B2"].comment = Comment(f"gọi {PHONE}", "x")

    run = imported(room, workbook(room, fill))
    assert "particulars" in run.told["refused"]
    assert PHONE not in run.words


HELD_PERSONS = [
    ("in a figure cell", f"Tỉnh|2022|2023\n{NAMES[0]}|5|{PERSONS[0]}\n"),
    ("behind a figure", f"Tỉnh|2022|2023\n{NAMES[0]}|5|12 {PERSONS[0]}\n"),
    ("as a place", f"Tỉnh|2022|2023\n{NAMES[0]}|5|6\n{PERSONS[0]}|7|8\n"),
]


@pytest.mark.parametrize("text", [one[1] for one in HELD_PERSONS], ids=[one[0] for one in HELD_PERSONS])
def test_a_held_cell_never_quotes_a_name(text: str, room: Path):
    run = imported(room, csv_form(room, text), COUNTS + 'delimiter = "|"\n')
    assert run.code == 3
    assert not [secret for secret in SECRET if secret in run.words]


def test_a_label_that_is_a_name_beside_a_figure_stops_the_import_and_is_not_quoted(room: Path):
    text = f"Nội dung|2023\nVụ mua bán người được ghi nhận|5\n{PERSONS[0]}|6\n"
    said = COUNTS.replace('{ column = "A", scheme = "d40" }', '"01"').replace(
        'measure = "cases_recorded"', 'rows = { column = "A" }'
    )
    run = imported(room, csv_form(room, text), said + 'scheme = "d40"\ndelimiter = "|"\n')
    assert run.code == 3
    assert "particulars" in run.told["refused"]
    assert PERSONS[0] not in run.words


NOT_PERSONAL: list[tuple[str, str]] = [
    ("a line to sign", f"Tỉnh|2023\n{NAMES[0]}|5\n(Ký, ghi rõ họ tên)|\n"),
    ("a line to sign and stamp", f"Tỉnh|2023\n{NAMES[0]}|5\n(Ký tên, đóng dấu, ghi rõ họ và tên)|\n"),
    ("one signature", f"Tỉnh|2023\n{NAMES[0]}|5\nThủ trưởng đơn vị|\n{PERSONS[0]}|\n"),
    ("two signatures", f"Tỉnh|2023|\n{NAMES[0]}|5|\nNgười lập||Thủ trưởng\n{PERSONS[0]}||{PERSONS[1]}\n"),
    ("calls to a hotline", with_column("7", heading="Số cuộc gọi đường dây nóng")),
    ("male pupils", with_column("7", heading="Số nam sinh bị hại")),
    ("the name of the place", with_column("x", heading="Tên địa phương")),
    ("an address of the web", with_column("x", heading="Địa chỉ trang web")),
    ("a number of a document", f"Số 0123/BC-CA|2023\n{NAMES[0]}|5\n"),
    ("days of a period", f"15/12/2022 - 14/12/2023|2023\n{NAMES[0]}|5\n"),
    ("a row of years", f"2019 2020 2021 2022|2023\n{NAMES[0]}|5\n"),
    ("large figures beside", with_column("1.234.567.890")),
    ("codes of places", with_column("01", "02", "04")),
    ("births", with_column("7", heading="Số trẻ sinh ra")),
    ("migrants", with_column("7", heading="Số người tạm trú trái phép bị xử lý")),
]  # fmt: skip


@pytest.mark.parametrize("text", [one[1] for one in NOT_PERSONAL], ids=[one[0] for one in NOT_PERSONAL])
def test_what_is_no_particular_does_not_stop_the_import(text: str, room: Path):
    run = imported(room, csv_form(room, text), COUNTS + 'delimiter = "|"\nuntil = "B5"\n')
    assert not run.told["refused"]
    assert run.facts["B2"] in ("5", "1")


# --- outside this process -------------------------------------------------------------------------------------------------------------

OUTSIDE = ["empty", "a page named xls", "PDF", "a workbook cut in half", "a workbook locked by a password", "an older workbook of noise",
           "an older workbook of 0xFF", "entities", "a bomb", "merged over everything", "an ods repeated without end",
           "an ods with a far cell", "a million columns in quotation marks", "noise"]  # fmt: skip


def outside(form: Path, room: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "evalkit",
        "import",
        str(form),
        str(room),
        "--mapping",
        str(mapping_file(room)),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("case", OUTSIDE)
def test_the_command_itself_ends_in_words(case: str, room: Path):
    name, data = next(one[1:] for one in REFUSED if one[0] == case)
    form = csv_form(room, data(), name)
    begun = time.perf_counter()
    done = outside(form, room)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "panicked" not in done.stderr
    assert done.stderr.strip()
    assert time.perf_counter() - begun < 4 * MOST_SECONDS


def test_sums_stay_exact_where_they_are_scaled(room: Path):
    form = csv_form(room, f"Đơn vị: nghìn vụ;\nTỉnh;2023\n{NAMES[0]};1,128\n{NAMES[1]};0,5\n")
    said = (
        COUNTS.replace("B2", "B3").replace("row = 1", "row = 2")
        + 'decimal = ","\nscale = 1000\nunit_said = "nghìn vụ"\n'
    )
    run = imported(room, form, said)
    assert {cell: Decimal(value) for cell, value in run.facts.items()} == {"B3": 1128, "B4": 500}
