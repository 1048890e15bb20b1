"""The same measure, period, basis and source has one value and one verdict on the whole page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from evalkit.messages import worded
from evalkit.review.claims import Claim, claims, longer_names, plain_period
from evalkit.review.code_names import CODE
from evalkit.review.contradiction import Contradiction, cell, columns, of_row
from evalkit.review.reading import Page, Table
from evalkit.review.verdict_signs import verdict
from evalkit.review.vocabulary import pattern, says

RULE = worded("one measure and period has one value, or each mention says that sources differ")
VERDICT_RULE = worded("one target and year has one verdict")
_DO = worded("show the same figure everywhere, or say at each that sources differ")
_YEAR = re.compile(r"(?:19|20)\d\d")


def told_twice(page: Page) -> Iterator[Contradiction]:
    """Yield each figure of which the page gives two values without saying so."""
    longer = longer_names(page)
    told: dict[tuple[str, str, str], list[Claim]] = {}
    for one in claims(page):
        told.setdefault((longer.get(one.label, one.label), one.period, one.kind), []).append(one)
    for same in told.values():
        if len({one.value for one in same}) > 1:
            yield from _unexplained(same, page)


def judged_twice(page: Page) -> Iterator[Contradiction]:
    """Yield each target and year that is called met and not met, and each count of verdicts that is not that of the rows."""
    verdicts: dict[tuple[str, str], tuple[bool, str]] = {}
    for key, met, told in _verdicts(page):
        first = verdicts.setdefault(key, (met, told))
        if first[0] != met:
            yield Contradiction(VERDICT_RULE, f"{first[1]} – {told}", worded("decide once and show that"))
    for one in page.sentences:
        for year, kept_ones, judged in _counted(one.text, page):
            rows = [kept for (_, period), (kept, _) in verdicts.items() if period.endswith(year)]
            if rows and (sum(rows), len(rows)) != (kept_ones, judged):
                yield Contradiction(VERDICT_RULE, one.text, worded("count the verdicts that the tables show"))


def _unexplained(same: list[Claim], page: Page) -> Iterator[Contradiction]:
    seen: set[str] = set()
    for first, other in combinations(same, 2):
        unlike_bases = first.basis and other.basis and first.basis != other.basis
        leaves_room = not (first.is_exact and other.is_exact)  # about 20, and 21
        if first.value == other.value or unlike_bases or leaves_room or _both_say(first, other, page):
            continue
        silent = next((one for one in (other, first) if not one.source), first)
        if silent.told not in seen:
            seen.add(silent.told)
            beside = other if silent is first else first
            text = f"{silent.label}, {silent.period}: {silent.told} – {beside.told}"
            yield Contradiction(RULE, text[:600], _DO)


def _both_say(first: Claim, other: Claim, page: Page) -> bool:
    """Tell whether two claims name sources that differ, or say in words that sources do."""
    if first.source and first.source == other.source:
        return False
    return all(one.source or says(one.told, "sources differ", page.language) for one in (first, other))


def _verdicts(page: Page) -> Iterator[tuple[tuple[str, str], bool, str]]:
    """Yield target, period and verdict of each row that judges a target, and of what its latest figure is said to do."""
    for table in (one for one in page.tables if columns(page, one, "promised")):
        firsts = _first_words(table)
        for row in table.rows:
            target = CODE.match(row[0])
            for said, when in (("verdict", "period"), ("required", "latest")):
                met = verdict(cell(row, columns(page, table, said)), page.language)
                places = columns(page, table, when) or columns(page, table, "latest")
                text = cell(row, places)
                period = plain_period(text.partition(": ")[0])
                if met is not None and period:
                    yield (target[0] if target else firsts[row[0]], period), met, of_row(table, row)


def _first_words(table: Table) -> dict[str, str]:
    """Return what names each target of a table: its first word, a code before its words, where no two targets share it."""
    firsts = {row[0]: row[0].partition(" ")[0] for row in table.rows}
    return firsts if len(set(firsts.values())) == len(firsts) else {name: name for name in firsts}


def _counted(text: str, page: Page) -> Iterator[tuple[str, int, int]]:
    """Yield year, number met and number judged where a sentence counts targets."""
    year = _YEAR.search(text)
    if not year or not says(text, "targets", page.language):
        return
    for form in ("met of judged", "met and not met"):
        found = pattern(form, page.language).search(text)
        if found:
            first, second = int(found[1]), int(found[2])
            yield year[0], first, second if form == "met of judged" else first + second
            return
