"""Blocks check their own fields and travel through JSON unharmed; anything else is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

from evalkit.errors import DeclarationError
from evalkit.reporting.blocks import (
    Bilingual,
    Bullets,
    Cell,
    Column,
    Figure,
    PageHead,
    Paragraph,
    Section,
    Table,
    from_json,
    to_json,
)

B = Bilingual
COLUMNS = (Column("year", B("Năm", "Year")), Column("cases", B("Số vụ", "Cases"), numeric=True))
TABLE = Table(
    "cases",
    B("Số vụ", "Cases"),
    COLUMNS,
    (
        (Cell(B("2024", "2024"), 2024), Cell(B("1.234,5", "1,234.5"), 1234.5)),
        (Cell(B("2025", "2025")), Cell(B("[c]", "[c]"))),
    ),
    (B("Nguồn: <giả định>", "Source: <invented>"),),
)
FIGURE = Figure(
    "drawing", B("<svg/>", "<svg/>"), B("Giảm từ 9 xuống 4.", "Fell from 9 to 4."), B("Hình", "Drawing")
)
SECTION = Section(
    "summary",
    B("Tóm tắt", "Summary"),
    (Paragraph(B("a", "b"), "caution"), Bullets((B("một", "one"), B("hai", "two"))), TABLE, FIGURE),
)
HEAD = PageHead(
    title=B("Tỉnh A", "Province A"),
    subtitle=B("Báo cáo", "Report"),
    slug="97-a",
    facts=((B("Mã", "Code"), B("97", "97")),),
    invented=True,
    audience="public",
    bundle_date="2026-11-01",
)


@pytest.mark.parametrize("record", [SECTION, HEAD, *SECTION.blocks], ids=lambda record: type(record).__name__)
def test_every_record_comes_back_from_json_as_it_was(record):
    assert from_json(json.loads(json.dumps(to_json(record), allow_nan=False))) == record


@pytest.mark.parametrize(
    "content",
    [
        {"type": "html", "text": "<script>alert(1)</script>"},
        {"type": "paragraph", "text": "<b>bare text</b>", "tone": "plain"},
        {"type": "paragraph", "text": {"vi": "a", "en": "b"}, "tone": "plain", "html": "<b>"},
        {"type": "paragraph", "text": {"vi": "a", "en": "b", "html": "<b>"}, "tone": "plain"},
        {"type": "paragraph", "text": {"vi": "a", "en": "b"}, "tone": "shouting"},
        {"type": "paragraph", "text": {"vi": "a", "en": 7}, "tone": "plain"},
        {"type": "section", "id": "x", "title": {"vi": "a", "en": "b"}, "blocks": [{"type": "raw"}]},
        {"type": "section", "id": "x", "title": {"vi": "a", "en": "b"}, "blocks": [], "script": ""},
        {"type": "bullets", "items": {"vi": "a", "en": "b"}},
        {
            "type": "table",
            "id": "t",
            "caption": {"vi": "a", "en": "b"},
            "columns": [{"key": "k", "header": {"vi": "a", "en": "b"}, "numeric": 1}],
            "rows": [],
        },
        {"type": ["paragraph"]},
        "<p>",
        None,
    ],
)
def test_what_is_no_block_is_refused(content):
    with pytest.raises(DeclarationError):
        from_json(content)


def test_a_section_holds_no_section():
    nested = {**to_json(SECTION), "blocks": [to_json(SECTION)]}
    with pytest.raises(DeclarationError, match=r"section\.blocks"):
        from_json(nested)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Paragraph("one language"),
        lambda: Bullets((B("a", "b"), "c")),
        lambda: Section("Two words", B("a", "b"), ()),
        lambda: Section("x", B("a", "b"), ("<p>raw</p>",)),
        lambda: Table("t", B("a", "b"), COLUMNS, ((Cell(B("a", "b")),),)),
        lambda: Table("t", B("a", "b"), (COLUMNS[0], COLUMNS[0]), ()),
        lambda: Table("t", B("a", "b"), (), ()),
        lambda: Figure("f", B("<svg/>", "<svg/>"), B("", ""), B("a", "b")),
        lambda: Figure("f", B("<svg/>", "<svg/>"), B("Hình", "Other"), B("Hình", "Drawing")),
        lambda: replace(HEAD, slug="../x"),
        lambda: replace(HEAD, audience="everyone"),
        lambda: replace(HEAD, bundle_date="1 November"),
        lambda: replace(HEAD, title="Province A"),
        lambda: Cell(B("–", "–"), float("nan")),
        lambda: Cell(B("–", "–"), np.inf),
        lambda: Cell(B("–", "–"), value=True),
    ],
)
def test_a_block_that_does_not_fit_cannot_be_built(build):
    with pytest.raises(DeclarationError):
        build()


def test_numpy_numbers_become_plain_ones_and_survive_json():
    cells = [Cell(B("5", "5"), np.int64(5)), Cell(B("2,5", "2.5"), np.float64(2.5))]
    assert [type(cell.value) for cell in cells] == [int, float]


def test_hidden_cells_are_counted():
    assert TABLE.hidden == 1
