"""What comes back in a long table is told once, and whoever reads the page has every cell again."""

from __future__ import annotations

import re

import pytest

from evalkit.batch.page_facts import read_page
from evalkit.reporting.blocks import Bilingual, Cell, Column, Section, Table
from evalkit.reporting.render import Numbering, render_section
from evalkit.review.reading import read

CHANCE = "chance alone could explain the difference"
TARGETS = ("T1 Cases solved", "T2 Reports answered")
YEARS = ("2023", "2024", "2025")


def text(words: str) -> Cell:
    return Cell(Bilingual(words, words))


def table(verdict: str = "verdict") -> Table:
    columns = tuple(Column(key, Bilingual(key, key)) for key in ("target", "year", verdict, "evidence"))
    rows = tuple(
        (text(target), text(year), text("not met, and the base is small"), text(CHANCE))
        for target in TARGETS
        for year in YEARS
    )
    return Table("held", Bilingual("Held", "Held"), columns, rows)


def page(one: Table, layer: str = "annex") -> str:
    section = Section("targets", Bilingual("Chỉ tiêu", "Targets"), (one,), layer=layer)
    body = render_section(section, Numbering("en"))
    return f'<!doctype html><html lang="en"><body><main>{body}</main></body></html>'


def cells(one: Table) -> list[list[str]]:
    return [[cell.text.en for cell in row] for row in one.rows]


def as_read(html: str) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows as each of the two readers has them."""
    first = [[" ".join(cell.split()) for cell in row] for row in read_page(html).tables["held"][1:]]
    return first, read(html).tables[0].rows


def test_a_name_and_a_long_text_stand_once_on_the_page_and_in_every_cell_that_is_read():
    html = page(table())
    assert [html.count(target) for target in TARGETS] == [1, 1]
    assert html.count(CHANCE) == 1
    assert html.count("(a)") == len(TARGETS) * len(YEARS) + 1
    assert as_read(html) == (cells(table()), cells(table()))


def test_the_verdict_keeps_its_words_in_each_row_and_any_other_column_does_not():
    words = "not met, and the base is small"
    assert page(table()).count(words) == len(TARGETS) * len(YEARS)
    html = page(table(verdict="remark"))
    assert html.count(words) == 1
    assert as_read(html) == (cells(table()), cells(table()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TARGETS[0], "T9 Cases lost"),
        (CHANCE, "chance cannot explain the difference"),
        ("<td>(a)</tr>", "<td>(b)</tr>"),
        (f"<span>{TARGETS[1]}</span>", "<span></span>"),
    ],
    ids=["a group", "a letter's meaning", "a letter", "a group without a name"],
)
def test_what_is_changed_in_a_group_or_a_letter_is_seen(old: str, new: str):
    html = page(table())
    assert old in html
    for rows in as_read(html.replace(old, new, 1)):
        assert rows != cells(table())


def test_a_table_of_the_brief_is_made_of_cards_and_each_card_has_its_words():
    html = page(table(), layer="brief")
    assert [html.count(target) for target in TARGETS] == [len(YEARS)] * 2
    assert html.count(CHANCE) == len(TARGETS) * len(YEARS)


def test_a_listener_hears_which_rows_a_name_is_of():
    """The row of a group spans the table, and each row below has a head of its own in its second cell."""
    html = page(table())
    assert re.findall(r'<th scope=rowgroup colspan="(\d)"', html) == ["4", "4"]
    assert re.findall(r"<tr><td><th scope=row[^>]*>(\d{4})", html) == [*YEARS, *YEARS]
