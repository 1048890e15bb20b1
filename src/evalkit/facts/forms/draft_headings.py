"""What a draft of a mapping sees above a table and beside its labels: breakdowns, what columns count, totals, thousands."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from evalkit.facts.forms.grid import Sheet, cell_name, column_name
from evalkit.facts.forms.period_texts import Calendar, period_of
from evalkit.facts.forms.plain_words import is_total, plain_words, same_word, without_mark
from evalkit.facts.forms.toml_writing import quoted
from evalkit.facts.forms.units_said import Many, unit_parts
from evalkit.programme.models import Programme
from evalkit.table import ALL

_EVERYBODY = {"chung", "ca hai gioi", "hai gioi", "both sexes", "all"}
OF_WHICH = re.compile(r"^(?:trong đó|tr\.? ?đó|t\.? ?đó|trđ|tđ|of which|of whom)(?!\w)\W*", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)$")
_THOUSANDS = re.compile(
    r"(?<!\w)(?:(?:(?<![.,])[1-9][0-9]{0,2}(?:[.,][0-9]{1,2})?|nửa|half(?: an?)?)\s+)?(?:(?:một|mười|chục|trăm|vạn|nghìn|ngàn|tens of|hundreds of|(?:one |a )?hundred)\s+)*(?:nghìn|ngàn|triệu|tỷ|tỉ|thousands?|millions?|billions?)\s+(?:of\s+)?(?P<unit>[^\W\d]+)",
    re.IGNORECASE,
)
_LONGEST_LEGEND = 1_000
_LEGENDS = {
    "không phát sinh": "không phát sinh",
    "không có phát sinh": "không phát sinh",
    "chưa có số liệu": "chưa có số liệu",
    "không có số liệu": "chưa có số liệu",
    "chưa có báo cáo": "chưa có số liệu",
    "không áp dụng": "không áp dụng",
    "none": "none",
    "not reported": "not reported",
    "no data": "not reported",
    "not applicable": "not applicable",
}
_DAY_WRITTEN = re.compile(
    r"ngày\s+([0-9]{1,2})\s+tháng\s+([0-9]{1,2})\s+năm\s+([0-9]{4})|(?<![0-9/])([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?![0-9/])",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Parting:
    """A row of headings, or a column of labels, that are values of one breakdown: where, the breakdown, the value of each label."""

    where: str
    dimension: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Thousands:
    """Words of a form that say its figures in thousands or more: the cell, the words as written, what each figure is multiplied by.

    ``scale`` is 0 where the programme counts in another multiple of the same unit ("nghìn đồng" beside "triệu đồng").
    """

    cell: str
    said: str
    scale: Many


def heading_of_values(sheet: Sheet, row: int, columns: Iterable[int], programme: Programme) -> Parting | None:
    """Return the breakdown that a row of headings parts its figures by; None where a heading is no value of it.

    Parameters
    ----------
    sheet : Sheet
    row : int
    columns : iterable of int
        Those of the figures.
    programme : Programme
        Declares the breakdowns and what their values are called.
    """
    texts = [sheet.spread(row, column).text for column in columns]
    return _parting(f"row = {row}", texts, programme)


def labels_of_values(
    sheet: Sheet, rows: Iterable[int], columns: Iterable[int], programme: Programme
) -> Parting | None:
    """Return the breakdown by which the labels of a column part rows of figures; None where none of the columns does."""
    several = list(rows)
    found = (
        _parting(
            f'column = "{column_name(column)}"', [sheet.at(row, column).text for row in several], programme
        )
        for column in columns
    )
    return next((one for one in found if one), None)


def _parting(where: str, texts: list[str], programme: Programme) -> Parting | None:
    return next(
        (
            Parting(where, name, values)
            for name in programme.dimensions
            if (values := values_of(texts, name, programme)) is not None
        ),
        None,
    )


def values_of(texts: Iterable[str], dimension: str, programme: Programme) -> dict[str, str] | None:
    """Return the value of a breakdown that each label stands for; None where one stands for none, or none for a part."""
    known = {
        same_word(form): value
        for value, label in programme.dimensions[dimension].values.items()
        for word in (value, *label.root.values())
        for form in (word, _IN_BRACKETS.sub("", word))
    }
    found: dict[str, str] = {}
    for text in texts:
        bare = without_mark(text)[0]
        value = known.get(same_word(OF_WHICH.sub("", bare)))
        if value is None and (is_total(bare) or plain_words(bare) in _EVERYBODY):
            value = ALL
        if value is None:
            return None
        found[" ".join(text.split())] = value
    return found if set(found.values()) - {ALL} else None


def named_values(where: str, texts: Iterable[str], programme: Programme) -> Parting | None:
    """Return the breakdown of which each label names one value within other words, totals aside: "Mua bán người (Điều 150 BLHS)".

    Parameters
    ----------
    where : str
        Where the labels stand, as a mapping says it.
    texts : iterable of str
    programme : Programme
        Of its values those of two words or more are looked for: "nam" stands in too many labels.
    """
    labels = list(dict.fromkeys(" ".join(text.split()) for text in texts))
    parts = [text for text in labels if not is_total(text)]
    for name, dimension in programme.dimensions.items():
        forms = {
            value: {same_word(_IN_BRACKETS.sub("", word)) for word in label.root.values()}
            for value, label in dimension.values.items()
        }
        found = {text: [value for value, said in forms.items() if _names(text, said)] for text in parts}
        if parts and all(len(values) == 1 for values in found.values()):
            return Parting(where, name, {text: found[text][0] if text in found else ALL for text in labels})
    return None


def _names(text: str, forms: Iterable[str]) -> bool:
    """Tell whether one of several names of two words or more stands in a text."""
    said = same_word(text)
    return any(" " in form and re.search(rf"(?<!\w){re.escape(form)}(?!\w)", said) for form in forms)


def items_above(sheet: Sheet, top: int, columns: Iterable[int]) -> tuple[int, list[str]] | None:
    """Return the lowest row of headings that says different things over the columns and names no period, with what it says."""
    over = list(columns)
    for row in range(top - 1, 0, -1):
        cells = [sheet.spread(row, column) for column in over]
        texts = [" ".join(cell.text.split()) for cell in cells]
        worded = all(sum(map(str.isalpha, text)) > 1 for text in texts)
        if worded and len(set(texts)) > 1 and not any(period_of(cell, Calendar()) for cell in cells):
            return row, list(dict.fromkeys(texts))
    return None


def thousands_said(sheet: Sheet, top: int, programme: Programme) -> Iterator[Thousands]:
    """Yield where a form says above its figures that they are in thousands or more of a unit that the programme counts in by one.

    Parameters
    ----------
    sheet : Sheet
    top : int
        The first row of figures.
    programme : Programme
        What is itself a unit of it, such as "triệu đồng", says nothing of thousands.
    """
    units = {
        same_word(word)
        for unit in programme.units.values()
        for word in (*unit.label.root.values(), *unit.one.root.values())
    }
    for at, cell in sorted(sheet.cells.items()):
        if at[0] >= top or cell.kind != "text" or len(cell.text) > 1_000:
            continue
        for found in _THOUSANDS.finditer(cell.text):
            unit = same_word(found["unit"])
            if same_word(found[0]) not in units and any(unit in word.split() for word in units):
                scale = unit_parts(found[0])[0] if unit in units else 0
                yield Thousands(cell_name(at), found[0], scale)


def legend_of(sheet: Sheet, sign: str, rows: Sequence[int]) -> tuple[str, str] | None:
    """Return where a form says, above or below its figures, what a sign of it means, and the words a mapping has for that; None where it does not.

    Parameters
    ----------
    sheet : Sheet
    sign : str
        Points or dashes.
    rows : sequence of int
        Those of the figures.
    """
    told = re.compile(
        rf"(?<![\w.…-]){re.escape(sign)}(?![\w.…-])[\s):\"”'“]*(?:là|nghĩa là|=|means|:)?[\s\"“']*(?P<said>[^;.,]+)"
    )
    for at, cell in sorted(sheet.cells.items()):
        if rows[0] <= at[0] <= rows[-1] or cell.kind != "text" or len(cell.text) > _LONGEST_LEGEND:
            continue
        for found in told.finditer(cell.text):
            said = same_word(found["said"])
            if (word := next((one for one in _LEGENDS if said.startswith(one)), None)) is not None:
                return cell_name(at), _LEGENDS[word]
    return None


def days_written(sheet: Sheet, rows: Sequence[int]) -> list[tuple[str, date]]:
    """Return the days that stand in texts above or below the figures, each with its cell: "ngày 15 tháng 01 năm 2024"."""
    found = []
    for at, cell in sorted(sheet.cells.items()):
        outside = not rows[0] <= at[0] <= rows[-1]
        if outside and cell.kind == "text" and len(cell.text) <= _LONGEST_LEGEND:
            for day in _DAY_WRITTEN.finditer(cell.text):
                parts = [part for part in day.groups() if part]
                with suppress(ValueError):
                    found.append((cell_name(at), date(int(parts[2]), int(parts[1]), int(parts[0]))))
    return found


def breakdown_text(one: Parting) -> str:
    """Return a row of headings or a column of labels as the mapping declares it.

    Examples
    --------
    >>> breakdown_text(Parting("row = 4", "sex", {"Tổng số": "all", "Nam": "male"}))
    '{ row = 4, "Tổng số" = "all", "Nam" = "male" }'
    """
    labels = ", ".join(f"{quoted(label)} = {quoted(value)}" for label, value in one.values.items())
    return f"{{ {one.where}, {labels} }}"


def closest(text: str, names: Mapping[str, str], *, most: int = 3) -> list[str]:
    """Return the names whose words a text shares, the rarer the more, closest first; none that shares no telling word.

    Examples
    --------
    >>> names = {"a": "số người được tiếp nhận", "b": "số vụ đã xét xử", "c": "số vụ", "d": "số buổi"}
    >>> closest("Người được tiếp nhận năm 2024", names)
    ['a']
    """
    words = {name: set(_WORD.findall(plain_words(called))) for name, called in names.items()}
    often = Counter(word for own in words.values() for word in own)
    weight = {word: math.log(len(names) / number) for word, number in often.items()}
    said = set(_WORD.findall(plain_words(text)))
    score = {
        name: sum(weight[word] for word in own & said) / math.sqrt(1 + sum(weight[word] for word in own))
        for name, own in words.items()
    }
    ranked = sorted(score, key=lambda name: -score[name])[:most]
    return [name for name in ranked if score[name] > max(0.0, score[ranked[0]] / 3)]
