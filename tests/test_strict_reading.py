"""Every input of a workspace is read strictly: named bad cells, rows and files, then seeded mutations of a sound workspace."""

from __future__ import annotations

import csv
import io
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import evalkit.programme.load
from evalkit.batch.checking import check_workspace
from evalkit.batch.prepare import Received, make_bundle, receive
from evalkit.errors import EvalkitError
from evalkit.facts.findings import refuse_errors
from evalkit.labels import label_languages
from evalkit.plain_cells import day_fault, number_fault, number_text
from evalkit.programme.load import load_programme
from evalkit.programme.models import Programme
from evalkit.table import COLUMNS
from evalkit.workspace import open_workspace
from tests.builders import fact
from tests.lengths import at_length
from tests.workspaces import tiny_workspace

SECRET = "4711"  # noqa: S105  the figure that no message may quote
SLOWEST = 5.0
POPULATION = """scheme,code,year,population,status,source_id,edition_date,source
old,01,2015,825000,official,s,2016-05-31,invented
new,01,2020,830000,preliminary,s,2021-05-31,invented
"""
PROGRAMME = """id = "trial"
extends = "vn-trafficking"
label.vi = "Thử"
label.en = "Trial"

[[period]]
id = "2011-2020"
label.vi = "Giai đoạn 2011–2020"
label.en = "2011–2020"
valid_from = 2011-01-01
valid_to = 2020-12-31
legal_basis = "invented"
source = "invented"

"""
MONEY = {"measure": "budget_allocated", "unit": "trieu_dong"}
DAYS = {"measure": "days_report_to_institution", "unit": "ngay"}
FACTS = (
    fact("01", 7),
    fact("02", 3),
    fact("03", 0),
    fact("VN", 10),
    fact("01", 1250.5, **MONEY),
    fact("01", 12, measure="cases_instituted"),
    fact("01", 20.5, **DAYS),
)
HEADING = ",".join(COLUMNS)


@cache
def _strands() -> str:
    folder = Path(__file__).parents[1] / "src" / "evalkit" / "programme" / "catalogue" / "vn-trafficking"
    text = (folder / "programme.toml").read_text(encoding="utf-8")
    return text[text.index("[[strand]]") :]


def sound(folder: Path) -> Path:
    """Write a sound small workspace with a programme, population, money and a median of its own."""
    tiny_workspace(folder, facts=FACTS)
    (folder / "population.csv").write_text(POPULATION, encoding="utf-8")
    (folder / "programme").mkdir(exist_ok=True)
    (folder / "programme" / "programme.toml").write_text(PROGRAMME + _strands(), encoding="utf-8")
    settings = folder / "evalkit.toml"
    text = settings.read_text(encoding="utf-8").replace('"vn-trafficking"', '"programme"')
    settings.write_text(text.replace("population = false", "population = true"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sound(tmp_path_factory.mktemp("kept") / "trial")


@pytest.fixture(scope="module", autouse=True)
def programme_read_once() -> Iterator[None]:
    """Have files of a programme that are byte for byte those of another test give its programme; all others are read."""
    read, known = evalkit.programme.load._loaded, {}

    def loaded(folders: tuple[Path, ...]) -> Programme:
        content = [(path.name, plain_bytes(path)) for folder in folders for path in sorted(folder.iterdir())]
        key = (*label_languages(), *content)
        if any(data is None for _, data in content):
            return read(folders)
        if key not in known:
            known[key] = read(folders)
        return known[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(evalkit.programme.load, "_loaded", loaded)
        yield


def plain_bytes(path: Path) -> bytes | None:
    """Return the bytes of a file; nothing of what is none or is large."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > 100_000:
        return None
    return path.read_bytes()


@pytest.fixture
def workspace(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "trial"))


def accepted(folder: Path) -> Received:
    """Read and check a workspace as a run does."""
    received = receive(open_workspace(folder))
    refuse_errors(received.findings)
    return received


def refused(folder: Path) -> list[EvalkitError]:
    """Return every refusal of a workspace; each has place, rule and remedy, the exit code 3, and comes in time."""
    begun = time.process_time()
    with pytest.raises(EvalkitError) as caught:
        accepted(folder)
    assert time.process_time() - begun < SLOWEST
    for one in caught.value.every:
        assert one.exit_code == 3
        assert one.where
        assert one.rule
        assert one.do
        assert SECRET not in str(one)
    return list(caught.value.every)


def test_the_sound_workspace_is_read_with_money_and_a_median(workspace: Path):
    facts = accepted(workspace).facts
    assert facts["value"].tolist() == [7, 3, 0, 10, 1250.5, 12, 20.5]
    assert check_workspace(workspace).exit_code == 0


# --- cells ---------------------------------------------------------------------------------------------------------------

NUMBERS = [
    "4711.000", "4711,000", "4.711", "4,711", "4.711.000", "4,711,000", "4 711", "4\xa0711", "4’711", "4'711", "4_711",
    "4.711E+03", "4711e0", "4711E5", "+4711", "-4711", "--4711", "4711-", "(4711)", "4711.", ".4711", "4711,5", "4711.5",
    "4711..5", "4711.5.5", "4711%", "4711 %", "~4711", ">4711", "0x4711", "0b11", "inf", "-inf", "nan", "NaN", "NA", "null",
    "Infinity", "1e999", "４７１１", "٤٧١١", "४७११", "4711²", "⅓", "4711 vụ", "vụ", "=4711+0", "#REF!", "TRUE", "-", "–",
    "9007199254740993", "99999999999999999999", "4711" * 300, "4711,000.5", "4.711,50", "-0", "1/2", "4711;5", "1:2",
]  # fmt: skip
AMOUNTS = [
    "4.711", "4711.000", "4711,5", "1.250,5", "1,250.5", "4711e0", "+4711.5", "-4711.5", "4711.", ".5", "4711.5.5",
    "9007199254740993", "9007199254740993.5", "1_000.5", "nan", "４７１１.5",
]  # fmt: skip
DATES = [
    "2015-1-1", "20150101", "2015/01/01", "01/01/2015", "2015-13-01", "2015-02-30", "2015-00-10", "today", "now", "2015",
    "2015-01", "1899-12-31", "2101-01-01", "0001-01-01", "9999-12-31", "2015-01-01T00:00:00", "2015-01-01 00:00", "42005",
    "٢٠١٥-٠١-٠١", "2015–01–01", "1 Jan 2015", "15-01-01", "NaT", "2015-W01-1", "2015-001", "+2015-01-01", "2015-01-011",
]  # fmt: skip
TEXTS = ["a\u202eb", "a\u2066b", "a\u202cb", "a\u2069b", "\u202aa\u2069", "a\x07b", "a\tb", "a\x1bb", "a\x85b", "a\u2028b", "a\ufeffb"]  # fmt: skip
CELLS = (
    [("facts.csv", "value", text, 2) for text in NUMBERS]
    + [("facts.csv", "value", text, 6) for text in AMOUNTS]
    + [("facts.csv", "period_start", text, 2) for text in DATES]
    + [("facts.csv", "edition_date", text, 2) for text in DATES[:4]]
    + [("facts.csv", "source_cell", text, 2) for text in TEXTS]
    + [("facts.csv", "published", text, 2) for text in ("yes", "1", "0", "wahr", "đúng", "")]
    + [("population.csv", "population", text, 2) for text in ("825.000", "825,000", "4711.0", "1e3", "-4711", "+4711", "４７１１", "4_711", "")]
    + [("population.csv", "year", text, 2) for text in ("2015.0", "1899", "2101", "15", "2015-01-01", "２０１５")]
    + [("population.csv", "edition_date", text, 2) for text in ("2016-5-31", "today", "")]
    + [("units.csv", "valid_from", text, 5) for text in ("2020-1-1", "20200101", "2020-02-30", "1 Jan 2020")]
    + [("units.csv", "slug", text, 2) for text in ("../an", "an thu", "an/thu", "an.thu", "ấn-thử", "")]
    + [("units.csv", "code", text, 2) for text in ("0/1", "../1", "0 1", "01.")]
    + [("units.csv", "scheme", text, 2) for text in ("o/d", "ol d", "..")]
    + [("names.csv", "full_name", text, 2) for text in TEXTS]
    + [("names.csv", "unit_type", "city", 2), ("crosswalk.csv", "effective_from", "2020-1-1", 2)]
    + [("crosswalk.csv", "to_code", "0/1", 2), ("aliases.csv", "alias", "a\u202eb", 2)]
)  # fmt: skip


def with_cell(path: Path, column: str, text: str, row: int) -> None:
    """Set one cell of a table; what needs quotation marks gets them."""
    with_cells(path, column, [text], row)


def with_cells(path: Path, column: str, texts: list[str], row: int) -> None:
    """Have a row of a table once for each text that one of its cells shall hold."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    place, kept = rows[0].index(column), rows[row - 1]
    rows[row - 1 : row] = [[*kept[:place], text, *kept[place + 1 :]] for text in texts]
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8")


@pytest.mark.parametrize(("file", "column", "row"), dict.fromkeys((*one[:2], one[3]) for one in CELLS))
def test_a_bad_cell_is_refused_by_file_row_and_column(workspace: Path, file: str, column: str, row: int):
    texts = [one[2] for one in CELLS if (*one[:2], one[3]) == (file, column, row)]
    with_cells(workspace / file, column, texts, row)
    found = refused(workspace)
    told = [
        (one.where.rpartition(f"{file}, ")[2].removeprefix("line ").removeprefix("row "), one)
        for one in found
    ]
    for at, text in enumerate(texts, start=row):
        rules = [one.rule for where, one in told if where == f"{at}, column {column}"]
        assert rules, ascii(text)[:30]
        plain = text.strip()
        assert column != "value" or len(plain) <= 3 or not any(plain in rule for rule in rules)


def test_the_reason_of_a_thousands_point_and_its_remedy_are_told(workspace: Path):
    with_cell(workspace / "facts.csv", "value", "4711.000", 2)
    with_cell(workspace / "facts.csv", "value", "3.000", 6)
    count, money = refused(workspace)
    assert "may part thousands" in count.rule
    assert "without a thousands mark" in count.do
    assert "four decimals" not in count.do
    assert "four decimals" in money.do


@pytest.mark.parametrize(
    ("text", "whole", "negative", "good"),
    [
        ("0", True, False, True), ("007", True, False, True), ("9007199254740992", True, False, True),
        ("20.5", False, False, True), ("20.1250", False, False, True), ("20.125", False, False, False),
        ("-3.25", False, True, True), ("-3", True, True, True), ("-3", True, False, False), ("-3.125", False, True, False),
    ],
)  # fmt: skip
def test_what_a_measure_declares_decides_on_decimals_and_minus(
    text: str,
    whole: bool,  # noqa: FBT001
    negative: bool,  # noqa: FBT001
    good: bool,  # noqa: FBT001
):
    assert (number_fault(text, whole=whole, negative=negative) is None) == good


@pytest.mark.parametrize("value", [20.125, 0.1, 1e-7, 1e15, 12.0, -3.5, 1 / 3, 1250.5, 825.625])
def test_what_is_written_reads_back(value: float):
    text = number_text(value)
    assert number_fault(text, whole=float(value).is_integer(), negative=value < 0) is None
    assert Decimal(text) == Decimal(repr(value))


@pytest.mark.parametrize("year", range(1895, 2106, 5))
def test_days_are_those_of_the_calendar(year: int):
    for day in (f"{year}-02-28", f"{year}-02-29", f"{year}-02-30"):
        try:
            real = bool(np.datetime64(day)) and 1900 <= year <= 2100
        except ValueError:
            real = False
        assert (day_fault(day) is None) == real


# --- rows and tables -----------------------------------------------------------------------------------------------------

ROW = "01,old,occurrence,2016-01-01,2016-12-31,cases_recorded,4711,vu,reported,exact,false,s,2021-01-01,"
Change = Callable[[bytes], bytes]


def added(row: str) -> Change:
    return lambda data: data + row.encode() + b"\n"


def swapped(old: str, new: str) -> Change:
    return lambda data: data.replace(old.encode(), new.encode())


TABLES: list[tuple[str, Change, str, str]] = [
    ("a short row", added("01,old,4711"), "row 9", "as many cells"),
    ("a long row", added(ROW + ",4711"), "row 9", "as many cells"),
    ("an unquoted comma", added(ROW + "page 3, table 4711"), "row 9", "as many cells"),
    ("an open quotation mark", added(ROW + '"page 3'), "row 9", "quotation mark opens here"),
    ("a mark inside a cell", added(ROW + 'page "3"'), "row 9", "quotation mark"),
    ("a mark after a space", added(ROW + ' "page 3"'), "row 9", "quotation mark"),
    ("text after a closing mark", added(ROW + '"page" 3'), "row 9", "quotation mark"),
    ("a line end inside a cell", added(ROW + '"page\n3"'), "row 9", "quotation mark opens here"),
    ("a heading only", lambda data: data.split(b"\n")[0] + b"\n", "facts.csv", "no row below"),
    ("a heading and blank rows", lambda data: data.split(b"\n")[0] + b"\n,,,,,,,,,,,,,\n\n", "facts.csv", "no row below"),
    ("nothing at all", lambda _: b"", "row 1", "no header"),
    ("blank lines only", lambda _: b"\n\n\n", "row 1", "no header"),
    ("no heading", lambda data: data.split(b"\n", 1)[1], "row 1", "unknown column"),
    ("a column twice", swapped("source_cell", "value"), "row 1", "stands twice"),
    ("a column missing", swapped("source_cell", "sex"), "row 1", "is missing"),
    ("an unknown column", swapped("source_cell", "source_sell"), "row 1", "unknown column"),
    ("a column in capitals", swapped("source_cell", "Source_Cell"), "row 1", "unknown column"),
    ("a column without name", swapped("source_cell", ""), "row 1", "unknown column"),
    ("semicolons", swapped(",", ";"), "row 1", "semicolons"),
    ("tabs", swapped(",", "\t"), "row 1", "tabs"),
    ("upright strokes", swapped(",", "|"), "row 1", "upright strokes"),
    ("UTF-16", lambda data: data.decode().encode("utf-16"), "facts.csv", "UTF-16"),
    ("UTF-16 without its mark", lambda data: data.decode().encode("utf-16-le"), "facts.csv", "UTF-16"),
    ("UTF-16 the other way", lambda data: data.decode().encode("utf-16-be"), "facts.csv", "UTF-16"),
    ("Latin letters of another coding", lambda data: data + ROW.encode() + b"t\xecnh\n", "line 9", "another coding"),
    ("a NUL byte", lambda data: data + ROW.encode() + b"\0\n", "line 9", "NUL"),
    ("a workbook", lambda _: b"PK\x03\x04" + bytes(range(256)), "facts.csv", "workbook"),
    ("an old workbook", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "facts.csv", "workbook"),
    ("a packed file", lambda _: b"\x1f\x8b\x08" + bytes(99), "facts.csv", "packed"),
    ("a PDF", lambda _: b"%PDF-1.7\n4711", "facts.csv", "PDF"),
    ("a long cell", added(ROW + "x" * 20_000), "row 9", "characters"),
    ("a very long row", added(ROW + "x" * 2_000_000), "row 9", "characters"),
    ("many commas", added("," * 50_000 + "4711"), "row 9", "as many cells"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "where", "rule"), [one[1:] for one in TABLES], ids=[one[0] for one in TABLES]
)
def test_a_bad_table_is_refused_in_words(workspace: Path, change: Change, where: str, rule: str):
    path = workspace / "facts.csv"
    path.write_bytes(change(path.read_bytes()))
    found = refused(workspace)
    assert any(where in one.where and rule in one.rule for one in found), found


def test_an_open_quotation_mark_swallows_no_row(workspace: Path):
    path = workspace / "facts.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    rows[2] += '"page 3'
    rows[5] += '"'
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert [one.where.rpartition(", ")[2] for one in refused(workspace)] == ["row 3", "row 6"]


@pytest.mark.parametrize("name", ["units", "names", "crosswalk", "aliases", "population"])
@pytest.mark.parametrize(
    ("change", "rule"),
    [(added("4711"), "as many cells"), (added('"4711'), "quotation mark"), (lambda _: b"", "no header"),
     (swapped(",", "\t"), "tabs"), (lambda data: data.decode().encode("utf-16"), "UTF-16"), (lambda _: b"PK\x03\x04", "workbook")],
    ids=["short", "open mark", "empty", "tabs", "UTF-16", "workbook"],
)  # fmt: skip
def test_every_table_of_the_registry_goes_through_the_same_door(
    workspace: Path, name: str, change: Change, rule: str
):
    path = workspace / f"{name}.csv"
    path.write_bytes(change(path.read_bytes()))
    assert any(f"{name}.csv" in one.where and rule in one.rule for one in refused(workspace))


@pytest.mark.parametrize("name", ["units", "names", "population"])
def test_a_registry_table_of_a_heading_only_is_refused(workspace: Path, name: str):
    path = workspace / f"{name}.csv"
    path.write_text(path.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    assert any("no row below" in one.rule for one in refused(workspace))


def test_a_byte_order_mark_and_other_line_ends_are_no_fault_of_a_table(workspace: Path):
    plain = accepted(workspace).facts
    for path in workspace.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    pd.testing.assert_frame_equal(accepted(workspace).facts, plain)


# --- declarations --------------------------------------------------------------------------------------------------------

SETTINGS = [
    ('invented = true', 'invented = "no"', "line 7, key invented", "true or false"),
    ('invented = true', 'invented = 1', "line 7, key invented", "true or false"),
    ('invented = true', '', "key invented", "required"),
    ('population = true', 'population = "true"', "key population", "true or false"),
    ('population = true', 'population = 0', "key population", "true or false"),
    ('population = true', '[disclosure]\nk = "7"', "line 9, key disclosure.k", "whole number"),
    ('population = true', '[disclosure]\nk = 7.0', "key disclosure.k", "whole number"),
    ('population = true', '[disclosure]\nk = true', "key disclosure.k", "whole number"),
    ('population = true', '[disclosure]\nk = 7.000', "key disclosure.k", "thousands"),
    ('population = true', '[disclosure]\nk = inf', "key disclosure.k", "finite"),
    ('population = true', '[disclosure]\nk = 9007199254740993', "key disclosure.k", "2^53"),
    ('population = true', '[disclosure]\nk = ' + "7" * 5_000, "line 9", "too many digits"),
    ('population = true', '[disclosure]\ncustodian = 4711', "key disclosure.custodian", "text in quotation marks"),
    ('population = true', 'facts = []', "key facts", "at least 1"),
    ('population = true', 'facts = "facts.csv"', "key facts", "list"),
    ('population = true', 'facts = [4711]', "key facts[1]", "text"),
    ('population = true', 'facts = ["none.csv"]', "none.csv", "must exist"),
    ('population = true', 'facts = [""]', "trial", "a folder"),
    ('population = true', 'facts = ["programme"]', "programme", "a folder"),
    ('population = true', 'facts = ["../../etc/passwd"]', "key facts[1]", "stays inside"),
    ('population = true', 'facts = ["/etc/passwd"]', "key facts[1]", "stays inside"),
    ('population = true', 'facts = ["facts.csv", "programme/../../x.csv"]', "key facts[2]", "stays inside"),
    ('population = true', 'facts = ["..\\\\x.csv"]', "key facts[1]", "stays inside"),
    ('population = true', 'facts = ["C:/x.csv"]', "key facts[1]", "stays inside"),
    ('population = true', 'facts = ["~/x.csv"]', "key facts[1]", "stays inside"),
    ('places = "."', 'places = ".."', "line 6, key places", "stays inside"),
    ('places = "."', 'places = "/etc"', "line 6, key places", "stays inside"),
    ('places = "."', 'places = "nowhere"', "units.csv", "needs this file"),
    ('places = "."', 'places = 4711', "key places", "text"),
    ('programme = "programme"', 'programme = "../programme"', "key programme", "stays inside"),
    ('programme = "programme"', 'programme = "/etc"', "key programme", "stays inside"),
    ('programme = "programme"', 'programme = "nowhere"', "'nowhere'", "shipped one or a folder"),
    ('title.en = "A trial country"', 'title.en = "A\\u202e trial"', "key title.en", "direction of writing"),
    ('title.en = "A trial country"', 'title.en = "A\\u0007 trial"', "key title.en", "control character"),
    ('title.en = "A trial country"', 'title.en = 4711', "key title.en", "text"),
    ('title.en = "A trial country"', 'title.en = ["A"]', "key title.en", "text"),
    ('scheme = "new"', 'scheme = "newer"', "key scheme", "no boundary set"),
    ('scheme = "new"', 'scheme = new', "evalkit.toml", "valid TOML"),
    ('scheme = "new"', 'scheme = "new"\nscheme = "old"', "evalkit.toml", "valid TOML"),
    ('scheme = "new"', 'scheme = ' + "[" * 5_000 + "]" * 5_000, "evalkit.toml", "nested"),
    ('scheme = "new"', 'schema = "new"', "key schema", "unknown key"),
    ('scheme = "new"', '"a\\u202eb" = 1\nscheme = "new"', "evalkit.toml", "direction of writing"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "rule"), SETTINGS, ids=[one[1][:40] for one in SETTINGS])
def test_bad_settings_are_refused_with_file_line_and_key(
    workspace: Path, old: str, new: str, where: str, rule: str
):
    spoil(workspace / "evalkit.toml", old, new)
    found = refused(workspace)
    assert any(where in one.where and rule in one.rule for one in found), [str(one) for one in found]


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


DECLARED = [
    ("programme/programme.toml", 'valid_from = 2011-01-01', 'valid_from = "2011-01-01"', "period[1].valid_from", "a day"),
    ("programme/programme.toml", 'valid_from = 2011-01-01', 'valid_from = 2011-01-01T00:00:00', "period[1].valid_from", "a day"),
    ("programme/programme.toml", 'valid_from = 2011-01-01', 'valid_from = 2011-1-1', "programme.toml", "valid TOML"),
    ("programme/programme.toml", 'valid_from = 2011-01-01', 'valid_from = 0211-01-01', "period[1].valid_from", "between 1900 and 2100"),
    ("programme/programme.toml", 'valid_from = 2011-01-01', 'valid_from = 2011', "period[1].valid_from", "a day"),
    ("programme/programme.toml", 'id = "trial"', 'id = 4711', "key id", "text"),
    ("programme/programme.toml", 'label.en = "Trial"', 'label.en = "Tri\\u2067al"', "key label.en", "direction of writing"),
    ("programme/programme.toml", 'extends = "vn-trafficking"', 'extends = "../programme"', "'../programme'", "stays inside"),
    ("programme/programme.toml", 'extends = "vn-trafficking"', 'extends = "/etc"', "'/etc'", "stays inside"),
    ("programme/programme.toml", 'extends = "vn-trafficking"', 'extends = "nowhere"', "'nowhere'", "shipped one"),
    ("sources.toml", 'date = "2021"', 'date = 2021', "key s.date", "text"),
    ("sources.toml", 'date = "2021"', 'date = 2021-01-01T08:00:00', "key s.date", "text"),
    ("sources.toml", 'confidence = "verified"', 'confidence = "sure"', "key s.confidence", "'verified'"),
    ("sources.toml", 'confidence = "verified"', 'confidence = true', "key s.confidence", "'verified'"),
    ("sources.toml", 'agency = "nobody"', '', "key s.agency", "required"),
    ("sources.toml", '[s]', 'x = 4711\n[s]', "key x", "a table"),
    ("sources.toml", 'title = "Invented report"', 'title = ""', "key s.title", "at least 1 character"),
    ("sources.toml", 'title = "Invented report"', 'title = "Invented\\u0000"', "key s.title", "control character"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "rule"), DECLARED, ids=[f"{one[0]} {one[2][:40]}" for one in DECLARED]
)
def test_a_bad_declaration_is_refused_with_file_line_and_key(
    workspace: Path, file: str, old: str, new: str, where: str, rule: str
):
    spoil(workspace / file, old, new)
    found = refused(workspace)
    assert any(where in one.where and rule in one.rule for one in found), [str(one) for one in found]


MEASURES = """
[measure.growth]
label.vi = "Tăng trưởng"
label.en = "Growth"
unit = "trieu_dong"
strand = "cooperation"
place_basis = "occurrence"
disclosure = "{disclosure}"
whole = {whole}
negative = {negative}
definition.vi = "-"
definition.en = "-"
"""


def own_measure(folder: Path, *, whole: str, negative: str, disclosure: str = "activity") -> None:
    source = Path(__file__).parents[1] / "src" / "evalkit" / "programme" / "catalogue" / "vn-trafficking"
    for path in source.glob("measures*.toml"):
        (folder / "programme" / path.name).write_bytes(path.read_bytes())
    path = folder / "programme" / "measures-growth.toml"
    path.write_text(MEASURES.format(whole=whole, negative=negative, disclosure=disclosure), encoding="utf-8")


@pytest.mark.parametrize(
    ("whole", "negative", "text", "good"),
    [("false", "true", "-4711.5", True), ("false", "false", "-4711.5", False), ("true", "true", "-4711", True),
     ("true", "true", "-4711.5", False), ("false", "true", "4711.5", True), ("true", "false", "4711", True)],
)  # fmt: skip
def test_an_own_measure_says_whether_it_has_decimals_and_a_minus(
    workspace: Path,
    whole: str,
    negative: str,
    text: str,
    good: bool,  # noqa: FBT001
):
    own_measure(workspace, whole=whole, negative=negative)
    row = ROW.replace("cases_recorded,4711,vu", f"growth,{text},trieu_dong")
    (workspace / "facts.csv").write_text(f"{HEADING}\n{row}\n", encoding="utf-8")
    if good:
        assert accepted(workspace).facts["value"].tolist() == [float(text)]
    else:
        assert "row 2, column value" in refused(workspace)[0].where


def test_persons_are_counted_in_whole_numbers(workspace: Path):
    own_measure(workspace, whole="false", negative="false", disclosure="person")
    assert any("cases and persons are counted in whole numbers" in one.rule for one in refused(workspace))


# --- files that are none ---------------------------------------------------------------------------------------------------

FILES = [
    "facts.csv",
    "units.csv",
    "population.csv",
    "sources.toml",
    "evalkit.toml",
    "programme/programme.toml",
]


def folder_there(path: Path) -> None:
    path.mkdir()


def pipe_there(path: Path) -> None:
    os.mkfifo(path)


def loop_there(path: Path) -> None:
    path.symlink_to(path.name)


def device_there(path: Path) -> None:
    path.symlink_to("/dev/zero")


def outside_there(path: Path) -> None:
    (path.parents[1] / "outside").write_text(f"secret = {SECRET}\n", encoding="utf-8")
    path.symlink_to(Path("..") / "outside" if path.parent.name != "programme" else Path("../../outside"))


def too_large(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(300_000_000)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "made", [folder_there, pipe_there, loop_there, device_there, outside_there, too_large]
)
def test_what_is_no_file_of_the_workspace_is_one_refusal_and_never_opened(
    workspace: Path, file: str, made: Callable[[Path], None]
):
    (workspace / file).unlink()
    made(workspace / file)
    found = refused(workspace)
    assert len([one for one in found if file.rpartition("/")[2] in one.where]) >= 1
    assert not any("secret" in str(one) for one in found)


@pytest.mark.parametrize("key", ["places", "programme"])
def test_a_folder_that_is_a_link_out_is_refused(workspace: Path, key: str):
    away = sound(workspace.parent / "away")
    (workspace / "link").symlink_to(away if key == "places" else away / "programme")
    old = 'places = "."' if key == "places" else 'programme = "programme"'
    spoil(workspace / "evalkit.toml", old, f'{key} = "link"')
    (one,) = refused(workspace)
    assert f"key {key}" in one.where
    assert "leads out" in one.rule


def test_a_byte_order_mark_before_toml_is_told(workspace: Path):
    for name in ("evalkit.toml", "sources.toml"):
        path = workspace / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert {one.rule for one in refused(workspace)} == {"the file opens with a byte order mark"}


@pytest.mark.parametrize("name", ["my report", "a.b", "a:b", "a\u202eb", "a'b", "a\nb"])
def test_a_workspace_is_named_plainly(tmp_path: Path, name: str):
    folder = tmp_path / name
    folder.mkdir()
    (folder / "evalkit.toml").write_text("", encoding="utf-8")
    with pytest.raises(EvalkitError) as caught:
        open_workspace(folder)
    assert "letters, digits, hyphens" in caught.value.rule


def test_all_faults_of_all_inputs_are_told_in_one_go(workspace: Path):
    spoil(workspace / "evalkit.toml", "invented = true", 'invented = "no"')
    spoil(workspace / "programme" / "programme.toml", "valid_from = 2011-01-01", 'valid_from = "x"')
    spoil(workspace / "programme" / "programme.toml", 'id = "trial"', "id = 1")
    spoil(workspace / "sources.toml", 'date = "2021"', "date = 2021")
    with_cell(workspace / "units.csv", "slug", "a b", 2)
    with_cell(workspace / "names.csv", "valid_to", "2019", 3)
    with_cell(workspace / "population.csv", "population", "825.000", 2)
    with_cell(workspace / "facts.csv", "value", "12.000", 2)
    with_cell(workspace / "facts.csv", "period_end", "today", 3)
    text = check_workspace(workspace).text
    places = ["key invented", "period[1].valid_from", "key id", "key s.date", "units.csv, line 2", "names.csv, line 3",
              "population.csv, line 2", "facts.csv, row 2", "facts.csv, row 3"]  # fmt: skip
    assert [place for place in places if place not in text] == []
    assert "9 errors" in text
    assert check_workspace(workspace).exit_code == 3


# --- what is shown -------------------------------------------------------------------------------------------------------


def test_money_and_medians_are_estimated_with_their_decimals(workspace: Path):
    from datetime import date  # noqa: PLC0415

    from evalkit.indicators.estimates import estimate_indicators  # noqa: PLC0415
    from evalkit.reporting.kind_words import value_with_unit  # noqa: PLC0415

    programme = load_programme("vn-trafficking")
    bundle = make_bundle(accepted(workspace), day=date(2021, 1, 1), audience="internal")
    table = estimate_indicators(bundle.facts, programme).set_index("indicator")
    median = table.loc["days_to_institution"]
    shown = median[median["scheme"] == "old"].iloc[0] if isinstance(median, pd.DataFrame) else median
    assert shown["value"] == 20.5
    words = value_with_unit(programme.indicators["days_to_institution"], float(shown["value"]), programme)
    assert (words.vi, words.en) == ("20,5 ngày", "20.5 days")


# --- mutations -----------------------------------------------------------------------------------------------------------

MUTATED = ["facts.csv", "units.csv", "names.csv", "crosswalk.csv", "aliases.csv", "population.csv", "evalkit.toml",
           "sources.toml", "programme/programme.toml"]  # fmt: skip
LETTERS = [*"0123456789.,-+eE\"'\n\r\t ;|=[]#/_x", "é", "\u202e", "\ufeff", "\0", "\xa0", "４"]


def mutate(data: bytes, draw: random.Random) -> bytes:
    """Flip, delete, duplicate or insert characters, one to three times."""
    for _ in range(draw.randint(1, 3)):
        text = list(data.decode("utf-8", errors="surrogateescape"))
        at = draw.randrange(len(text) + 1)
        length = draw.choice([1, 1, 1, 2, 5, 40])
        kind = draw.choice(["flip", "delete", "double", "insert"])
        if kind == "flip" and at < len(text):
            text[at] = draw.choice(LETTERS)
        elif kind == "delete":
            del text[at : at + length]
        elif kind == "double":
            text[at:at] = text[at : at + length]
        else:
            text.insert(at, draw.choice(LETTERS))
        data = "".join(text).encode("utf-8", errors="surrogateescape")
    return data


def naive(folder: Path) -> list[tuple[str, ...]]:
    """Read the facts as anybody would: python's csv and Decimal, nothing of the package."""
    text = (folder / "facts.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    told = []
    for row in rows:
        cells = {name.strip(): (cell or "").strip() for name, cell in row.items() if name is not None}
        if any(cells.values()):
            value = float(Decimal(cells["value"])) if cells["value"] else None
            told.append(
                (
                    *(cells[name] for name in COLUMNS if name not in ("value", "published")),
                    value,
                    cells["published"].lower(),
                )
            )
    return told


def as_naive(facts: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return the facts as read by the package in the form of the naive reading."""
    text = facts.copy()
    for name in ("period_start", "period_end", "edition_date"):
        text[name] = text[name].dt.strftime("%Y-%m-%d")
    names = [name for name in COLUMNS if name not in ("value", "published")]
    return [
        (
            *(row[name] for name in names),
            None if np.isnan(row["value"]) else row["value"],
            str(row["published"]).lower(),
        )
        for row in text.to_dict("records")
    ]


def outcome(folder: Path, seed: int) -> Iterator[str]:
    """Mutate a sound workspace by a seed, and yield what is wrong with the outcome: nothing, if all is well."""
    draw = random.Random(seed)  # noqa: S311  no secret is drawn
    path = folder / draw.choice(MUTATED)
    path.write_bytes(mutate(path.read_bytes(), draw))
    try:
        received = accepted(folder)
    except EvalkitError as refusal:
        if refusal.exit_code not in (3, 4):
            yield f"exit code {refusal.exit_code}"
        return
    if as_naive(received.facts) != naive(folder):
        yield f"read otherwise than written, in {path.name}"


@pytest.mark.parametrize("first", range(0, at_length(100, 200), 50))
def test_a_mutated_workspace_is_refused_or_read_as_it_is_written(workspace: Path, first: int):
    folder = workspace
    kept = {name: (folder / name).read_bytes() for name in MUTATED}
    faults = []
    for seed in range(first, first + 50):
        faults += [f"seed {seed}: {fault}" for fault in outcome(folder, seed)]
        for name, data in kept.items():
            (folder / name).write_bytes(data)
    assert faults == []
