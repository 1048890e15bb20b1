"""What comes back in a long table is told once, and whoever reads the page has every cell again."""

from __future__ import annotations

import re
from dataclasses import replace

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
        (
            text(target),
            text(year),
            text("not met, small base"),
            text(CHANCE if place else "all of 7"),
        )
        for target in TARGETS
        for place, year in enumerate(YEARS)
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
    assert html.count("(a)") == len(TARGETS) * (len(YEARS) - 1) + 1
    assert as_read(html) == (cells(table()), cells(table()))


def test_the_verdict_keeps_its_words_in_each_row_and_any_other_column_does_not():
    words = "not met, small base"
    assert page(table()).count(words) == len(TARGETS) * len(YEARS)
    html = page(table(verdict="remark"))
    assert html.count(words) == 1, "told of all groups by a letter in the rows above them"
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


def test_a_verdict_too_long_for_a_cell_has_a_letter_where_it_comes_back():
    words = "above: chance hardly explains it, but within the spread of provinces"
    rows = tuple((*row[:2], text(words), row[3]) for row in table().rows)
    html = page(replace(table(), rows=rows))
    assert html.count(words) == 1
    assert as_read(html)[0] == as_read(html)[1] == [[cell.text.en for cell in row] for row in rows]


def test_a_text_that_comes_back_in_its_own_row_alone_keeps_its_words():
    columns = tuple(Column(key, Bilingual(key, key)) for key in ("check", "cases", "victims"))
    rows = ((text("detection"), text(CHANCE), text(CHANCE)), (text("step"), text("none"), text("none")))
    assert page(Table("held", Bilingual("Held", "Held"), columns, rows)).count(CHANCE) == 2


def test_numbers_have_no_letters():
    columns = tuple(Column(key, Bilingual(key, key), numeric=key == "n") for key in ("place", "year", "n"))
    rows = tuple((text(place), text("2025"), text("10 persons in 4 years")) for place in "abcdef")
    assert page(Table("held", Bilingual("Held", "Held"), columns, rows)).count("10 persons") == len(rows)


def test_a_table_of_the_brief_is_made_of_cards_and_each_card_has_its_words():
    html = page(table(), layer="brief")
    assert [html.count(target) for target in TARGETS] == [len(YEARS)] * 2
    assert html.count(CHANCE) == len(TARGETS) * (len(YEARS) - 1)


def test_a_listener_hears_which_rows_a_name_is_of():
    """The row of a group spans the table, and each row below has a head of its own in its second cell."""
    html = page(table())
    assert re.findall(r'<th scope=rowgroup colspan="(\d)"', html) == ["4", "4"]
    assert re.findall(r"<tr><td><th scope=row[^>]*>(\d{4})", html) == [*YEARS, *YEARS]


def promised(*, alike: bool = True) -> Table:
    """Return a table of what was promised, the same in all years of a target unless told otherwise."""
    columns = tuple(Column(key, Bilingual(key, key)) for key in ("target", "year", "n", "promise", "verdict"))
    rows = tuple(
        (
            text(target),
            text(year),
            text(f"{place}/9"),
            text(promise if alike or place else "half"),
            text("met"),
        )
        for target, promise in zip(TARGETS, ("over 90%", "60% or more"), strict=True)
        for place, year in enumerate(YEARS)
    )
    return Table("held", Bilingual("Held", "Held"), columns, rows)


def test_what_all_rows_of_a_group_share_stands_in_the_row_above_them_and_is_read_in_each():
    html = page(promised())
    assert [html.count(promise) for promise in ("over 90%", "60% or more")] == [1, 1]
    assert html.count("<td>met") == len(TARGETS) * len(YEARS), "verdicts are told in each row"
    assert as_read(html) == (cells(promised()), cells(promised()))


def test_a_column_that_differs_within_one_group_is_told_in_each_row():
    html = page(promised(alike=False))
    assert html.count("half") == len(TARGETS)
    assert html.count("over 90%") == len(YEARS) - 1
    assert as_read(html) == (cells(promised(alike=False)), cells(promised(alike=False)))


def test_what_is_changed_in_the_row_above_a_group_is_seen():
    html = page(promised())
    for rows in as_read(html.replace("<td>over 90%", "<td>over 95%")):
        assert rows != cells(promised())
