"""The sign of a gap agrees with its verdict: what was promised, what was reached, and the word beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from evalkit.messages import worded
from evalkit.review.changes import Span, counts, rounded, shares
from evalkit.review.contradiction import Contradiction, cell, columns, of_row
from evalkit.review.numerals import numerals
from evalkit.review.reading import Language, Page, Table
from evalkit.review.vocabulary import says

RULE = worded("the sign of a gap agrees with its verdict")
_DO = worded("judge by what was promised, and show the figure that was judged")
_KEPT: dict[str, Callable[[float, float], bool]] = {
    "at most": lambda value, promise: value <= promise,
    "at least": lambda value, promise: value >= promise,
    "under": lambda value, promise: value < promise,
    "over": lambda value, promise: value > promise,
}


def verdict(text: str, language: Language) -> bool | None:
    """Return whether a text says that a target was met; None where it judges nothing.

    Examples
    --------
    >>> verdict("chưa đạt", "vi"), verdict("met, small base", "en"), verdict("too few to judge", "en")
    (False, True, None)
    """
    if says(text, "no verdict", language):
        return None
    if says(text, "not met", language):
        return False
    return True if says(text, "met", language) else None


def kept(promised: str, value: Span, language: Language) -> bool | None:
    """Return whether a value keeps a promise; None where the promise is no comparison or rounding leaves it open.

    Examples
    --------
    >>> kept("over 90%", Span(90.0, 90.0), "en"), kept("từ 90% trở lên", Span(90.0, 90.0), "vi")
    (False, True)
    """
    told = numerals(promised, language)
    way = next((name for name in _KEPT if says(promised, name, language)), "")
    if not told or not way:
        return None
    side = -1.0 if says(promised, "downwards", language) else 1.0
    low, high = (_KEPT[way](side * bound, told[0].value) for bound in value)
    return low if low == high else None


def reached(page: Page, table: Table, row: list[str], name: str = "value") -> tuple[Span, bool] | None:
    """Return what a row reached, exactly where its counts tell, and whether it is a percentage."""
    told = cell(row, columns(page, table, name))
    found = [one for one in numerals(told, page.language) if not one.is_year]
    value = next((one for one in found if one.percent), found[0] if found else None)
    if value is None:
        return None
    pair = counts(cell(row, columns(page, table, "counts")) or told.partition(": ")[2], page.language)
    if value.percent and pair and shares(pair, value):
        exact = min(
            (100 * pair[0] / pair[1] - less for less in (0, 100)), key=lambda one: abs(one - value.value)
        )
        return Span(exact, exact), True
    return rounded(value), value.percent


def against_their_figures(page: Page) -> Iterator[Contradiction]:
    """Yield each row whose verdict or gap is not that of its figures."""
    for table in page.tables:
        for row in table.rows if columns(page, table, "promised") else ():
            if any(_verdict_fails(page, table, row, said) for said in ("verdict", "required")):
                yield Contradiction(RULE, of_row(table, row), _DO)


def _verdict_fails(page: Page, table: Table, row: list[str], said: str) -> bool:
    promise = cell(row, columns(page, table, "promised"))
    judged = verdict(cell(row, columns(page, table, said)), page.language)
    latest = said == "required" or not columns(page, table, "value")
    value = reached(page, table, row, "latest" if latest else "value")
    if judged is None or value is None or ("%" in promise) != value[1]:
        return False
    right = kept(promise, value[0], page.language)
    return (right is not None and right != judged) or _gap_fails(page, table, row, judged=judged)


def _gap_fails(page: Page, table: Table, row: list[str], *, judged: bool) -> bool:
    """Tell whether a signed gap is on the other side of the promise than the verdict."""
    gap = numerals(cell(row, columns(page, table, "gap")), page.language)
    if not gap or not gap[0].signed or gap[0].value == 0:
        return False
    promise = cell(row, columns(page, table, "promised"))
    downwards = any(says(promise, name, page.language) for name in ("at most", "under", "downwards"))
    return ((gap[0].value < 0) == downwards) != judged
