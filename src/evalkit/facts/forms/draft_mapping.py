"""A draft of a mapping for a form that is not known: what can be seen is written, and what cannot is a "?"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from evalkit.errors import FactsError
from evalkit.facts.forms.counted import Vocabulary, number_of
from evalkit.facts.forms.draft_headings import (
    Parting,
    breakdown_text,
    closest,
    days_written,
    heading_of_values,
    items_above,
    labels_of_values,
    legend_of,
    named_values,
    thousands_said,
    values_of,
)
from evalkit.facts.forms.figures import signs_said
from evalkit.facts.forms.form_places import FormPlaces, Placed
from evalkit.facts.forms.grid import Cell, Form, Sheet, cell_at, cell_name, column_name
from evalkit.facts.forms.mapping import HOLE
from evalkit.facts.forms.number_format import marks_shown
from evalkit.facts.forms.period_texts import Calendar, period_of
from evalkit.facts.forms.place_said import merged_unit, places_named
from evalkit.facts.forms.plain_words import is_total, same_word
from evalkit.facts.forms.toml_writing import quoted
from evalkit.messages import worded
from evalkit.places.registry import Registry
from evalkit.places.units import Unit

_MOST_LABELS = 60
_SHORT = 24
_ALIKE = 3
_TEXT_FILES = {".csv", ".tsv", ".txt"}  # their one sheet is named after the file
_ANY_MEASURE = "tên mục số liệu, như ở cột A của biểu do evalkit template tạo · a measure, named as in column A of evalkit's own form"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What can be seen of a sheet: the column of its labels, the first figure, and where places stand in it."""

    sheet: Sheet
    label_column: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    scheme: str


def draft_mapping(form: Form, *, path: Path, source_id: str, vocabulary: Vocabulary) -> str:
    """Return a draft of the mapping of a form.

    Parameters
    ----------
    form : Form
    path : Path
        The form's file, for its name.
    source_id : str
        The source its figures go in under.
    vocabulary : Vocabulary

    Returns
    -------
    str
        TOML in which everything that only the form's reader knows is "?"; it does not run until each is filled in. What is
        proposed is what stands in the form; nothing is said of how sure it is.

    Raises
    ------
    FactsError
        If no sheet holds a label with a figure beside it.
    """
    sheets = [sheet for sheet in form.sheets if sheet.cells and not sheet.hidden]
    seen = next((one for sheet in sheets if (one := _look(sheet, vocabulary))), None)
    if seen is None:
        raise FactsError(
            where=str(path),
            rule=worded("no figure stands beside a label in this form"),
            do=worded("look whether it is the right file"),
        )
    return "\n".join(_lines(seen, path=path, source_id=source_id, vocabulary=vocabulary)) + "\n"


def _is_figure(cell: Cell) -> bool:
    return cell.kind == "number" or (
        cell.kind == "text" and cell.text[:1].isdigit() and len(cell.text) <= _SHORT
    )


def _may_be_figure(cell: Cell) -> bool:
    """Tell a figure, or a sign of a few points and dashes that stands for one."""
    return _is_figure(cell) or (cell.kind == "text" and not any(map(str.isalnum, cell.text)))


def _look(sheet: Sheet, vocabulary: Vocabulary) -> _Seen | None:
    """Return what can be seen of a sheet: by the column in which most places stand, else by that with most texts."""
    best: tuple[int, int, str] = (0, 0, "")
    for scheme in vocabulary.registry.schemes:
        reader = FormPlaces(vocabulary.registry, scheme)
        for column in range(1, min(sheet.columns, 8) + 1):
            cells = (sheet.at(row, column) for row in range(1, sheet.rows + 1))
            places = sum(1 for cell in cells if cell.kind == "text" and isinstance(reader.read(cell), Placed))
            best = max(best, (places, -column, scheme), key=lambda one: one[:2])
    column = -best[1] if best[0] >= 2 else _most_texts(sheet)
    known = FormPlaces(vocabulary.registry, best[2]) if best[0] >= 2 else None
    headed = _row_of_periods(sheet, column)
    rows = tuple(
        row
        for row in range(1, sheet.rows + 1)
        if sheet.spread(row, column).kind == "text"
        and any(_may_be_figure(sheet.at(row, other)) for other in range(column + 1, sheet.columns + 1))
        and row > headed
        and not _numbers_columns(sheet, row, column)
        and (
            known is None
            or isinstance(known.read(sheet.spread(row, column)), Placed)
            or is_total(sheet.spread(row, column).text)
        )
    )
    columns = tuple(
        other
        for other in range(column + 1, sheet.columns + 1)
        if any(_is_figure(sheet.at(row, other)) for row in rows)
    )
    return _Seen(sheet, column, rows, columns, best[2] if known else "") if rows and columns else None


def _row_of_periods(sheet: Sheet, column: int) -> int:
    """Return the row of headings right of the labels in which unlike periods stand and nothing else that begins with a digit; 0 where there is none."""
    calendar = Calendar()
    for row in range(1, sheet.rows + 1):
        told = [
            cell for other in range(column + 1, sheet.columns + 1) if _is_figure(cell := sheet.at(row, other))
        ]
        periods = [period_of(cell, calendar) for cell in told]
        if told:
            distinct = len(set(periods)) == len(periods)
            sure = len(told) > 1 or told[0].kind == "text"
            return row if sure and distinct and all(one is not None for one in periods) else 0
    return 0


def _numbers_columns(sheet: Sheet, row: int, column: int) -> bool:
    """Tell the row below the headings that gives each column a letter or a running number: "A", "B", 1, 2, 3."""
    if sum(map(str.isalpha, sheet.at(row, column).text)) > 1:
        return False
    told = (sheet.at(row, other) for other in range(column + 1, sheet.columns + 1))
    numbers = [cell.text for cell in told if _is_figure(cell)]
    first = int(numbers[0]) if numbers and numbers[0].isdecimal() else 0
    return len(numbers) > 1 and numbers == [str(first + more) for more in range(len(numbers))]


def _most_texts(sheet: Sheet) -> int:
    """Return the column of most unlike texts that have a figure right of them; where none has, that of most texts."""
    texts = sorted(
        (at, cell.text) for at, cell in sheet.cells.items() if cell.kind == "text" and len(cell.text) > 4
    )
    last = {row: column for (row, column), cell in sorted(sheet.cells.items()) if _is_figure(cell)}
    labels = {(column, text): None for (row, column), text in texts if column < last.get(row, 0)}
    found = Counter(column for column, _ in labels) or Counter(column for (_, column), _ in texts)
    return found.most_common(1)[0][0] if found else 1


def _lines(seen: _Seen, *, path: Path, source_id: str, vocabulary: Vocabulary) -> Iterator[str]:
    yield f"# {' '.join(path.name.split())}"
    yield "[table]"
    yield f"source_id = {quoted(source_id)}  # tên nguồn trong sources.toml · its name in sources.toml"
    if path.suffix.lower() not in _TEXT_FILES:
        yield f"sheet = {quoted(seen.sheet.name)}"
    yield f"corner = {quoted(cell_name((seen.rows[0], seen.columns[0])))}  # ô số liệu đầu tiên · the first figure"
    yield from _until(seen)
    yield from _place(seen, vocabulary)
    yield _period(seen)
    parted = list(_breakdowns(seen, vocabulary))
    items = None if parted else items_above(seen.sheet, seen.rows[0], seen.columns)
    crossed = None if seen.scheme or items is None else _crossed(seen, items[1], vocabulary)
    parted += [crossed] if crossed else []
    by_rows = not seen.scheme and crossed is None
    if seen.scheme and items is None:
        yield f'measure = "{HOLE}"  # {_proposed(_title(seen), vocabulary) or _ANY_MEASURE}'
    yield from (_breakdown_line(one) for one in parted)
    yield from _thousands(seen, vocabulary)
    yield from _writing(seen)
    yield f'published = "{HOLE}"  # true nếu cơ quan có thẩm quyền đã công bố chính các số này, nếu không: false (hoặc "có", "chưa") · true if an authority has published these very figures, else false (or "yes", "no")'
    days = "".join(f"; ô · cell {cell}: {day}" for cell, day in days_written(seen.sheet, seen.rows)[:_ALIKE])
    yield f'edition_date = "{HOLE}"  # ngày của biểu: 2024-03-15 hoặc "15/3/2024" · the day of the form: 2024-03-15 or "15/3/2024"{days}'
    if items is not None and not by_rows:
        yield from _columns(*items, vocabulary)
    if by_rows:
        yield from _more_headings(items)
        yield from _rows(seen, vocabulary)


def _crossed(seen: _Seen, headings: list[str], vocabulary: Vocabulary) -> Parting | None:
    """Return the breakdown that the labels of the rows name, where the headings above the figures say what is counted."""
    if not any(vocabulary.measure_called(same_word(one)) or vocabulary.counted_in(one) for one in headings):
        return None
    texts = [seen.sheet.spread(row, seen.label_column).text for row in seen.rows]
    return named_values(f'column = "{column_name(seen.label_column)}"', texts, vocabulary.programme)


def _more_headings(items: tuple[int, list[str]] | None) -> Iterator[str]:
    """Yield what a row of headings says that part the figures of each row, for its reader to declare."""
    if items is not None:
        told = "; ".join(quoted(one) for one in items[1][:_SHORT])
        yield f"# dòng {items[0]} chia tiếp mỗi dòng ({told}): khai bằng dimensions hoặc columns, cột không lấy thì ghi vào skip · row {items[0]} parts each row further: declare it by dimensions or columns, and write in skip what is not to be taken"


def _until(seen: _Seen) -> Iterator[str]:
    """Yield the last cell of the table where something else stands below its figures or right of them, such as signatures and remarks."""
    sheet, first, last = seen.sheet, seen.columns[0], seen.columns[-1]
    figures = (
        row
        for row in range(seen.rows[-1], sheet.rows + 1)
        if any(_is_figure(sheet.at(row, column)) for column in seen.columns)
    )
    bottom = max(figures, default=seen.rows[-1])
    others = (
        at
        for at, cell in sheet.cells.items()
        if cell.kind != "blank" and (at[1] > last if at[0] <= bottom else _reaches(sheet, at, first, last))
    )
    if next(others, None):
        yield f"until = {quoted(cell_name((bottom, last)))}  # ô số liệu cuối cùng; bên dưới hoặc bên phải là ghi chú, chữ ký · the last figure; below or right of it stand notes and signatures"


def _reaches(sheet: Sheet, at: tuple[int, int], first: int, last: int) -> bool:
    """Tell whether a cell, or the area it is merged over, lies in the columns of the figures."""
    area = sheet.area(at)
    return at[1] <= last and (area.right if area else at[1]) >= first


def _scheme(seen: _Seen, vocabulary: Vocabulary) -> tuple[str, str]:
    """Return the boundary set in which alone every place of the form stands, and why; a hole where several or none have them."""
    readers = {scheme: FormPlaces(vocabulary.registry, scheme) for scheme in vocabulary.registry.schemes}
    labels = [seen.sheet.spread(row, seen.label_column) for row in seen.rows]
    known = {
        scheme: [cell.text for cell in labels if isinstance(reader.read(cell), Placed)]
        for scheme, reader in readers.items()
    }
    every = {text for texts in known.values() for text in texts}
    whole = [scheme for scheme, texts in known.items() if set(texts) == every]
    if len(whole) != 1 or len(known) == 1:
        return HOLE, ", ".join(vocabulary.registry.schemes)
    others = {text for scheme, texts in known.items() if scheme != whole[0] for text in texts}
    names = ", ".join([text for text in dict.fromkeys(known[whole[0]]) if text not in others][:_ALIKE])
    return whole[0], f"chỉ bộ {whole[0]} có {names} · {names}: in {whole[0]} alone"


def _place(seen: _Seen, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield where places stand; a row that is a total by its label alone is a place only its reader knows."""
    if not seen.scheme:
        yield from _one_place(seen, vocabulary.registry)
        return
    totals, merged = _totals(seen)
    of_few = [label for label in totals if _is_of_these_alone(seen, label, vocabulary.registry)]
    totals, merged = [label for label in totals if label not in of_few], [*merged, *of_few]
    given = "".join(f', {quoted(label)} = "{HOLE}"' for label in totals)
    scheme, why = _scheme(seen, vocabulary)
    yield f'place = {{ column = "{column_name(seen.label_column)}", scheme = "{scheme}"{given} }}  # {why}'
    nation = vocabulary.registry.nation.code
    for label in totals:
        told = quoted(label)
        yield f'# {told}: "{nation}" nếu là cả nước; nếu không, xóa mục này và thêm dòng total = [{told}] (chỉ đối chiếu) · "{nation}" if it is the whole country; else remove the entry and add total = [{told}] (compared alone)'
    if merged:
        yield f'total = [{", ".join(map(quoted, merged))}]  # dòng tổng, chỉ đối chiếu; nếu là cả nước thì xóa dòng này và ghi "{nation}" trong place · rows of totals, compared alone; of the whole country: remove this and write "{nation}" in place'


def _one_place(seen: _Seen, registry: Registry) -> Iterator[str]:
    """Yield the place that the head of a form names, and its boundary set where it is the same place in each; else holes."""
    named = places_named(seen.sheet, seen.rows[0], registry)
    units = named[0].units if len(named) == 1 else ()
    codes = {unit.code for unit in units}
    known = units[0].code if len(codes) == 1 else HOLE
    told = [f"{one.cell}: {', '.join(_unit_text(unit) for unit in one.units)}" for one in named[:_ALIKE]]
    why = (
        f"ô · cell {'; '.join(told)}"
        if told
        else 'mã của tỉnh, ví dụ "22" · the code of the province of the form'
    )
    yield f'place = "{known}"  # {why}'
    merged = any(merged_unit(registry, unit.scheme, unit.code) for unit in units)
    if known != HOLE and not merged:
        same = "địa bàn không đổi · its boundaries never changed"
        why = same if len(units) > 1 else f"chỉ bộ {units[0].scheme} có · in {units[0].scheme} alone"
        yield f'scheme = "{units[-1].scheme}"  # {why}'
        return
    schemes = ", ".join(f'"{one}"' for one in registry.schemes)
    begun = [f'từ · from {unit.valid_from}: "{unit.scheme}"' for unit in units if unit.valid_from and merged]
    hint = "; ".join(
        [f"bộ địa giới của mã ấy, một trong · the boundary set of that code, one of: {schemes}", *begun]
    )
    yield f'scheme = "{HOLE}"  # {hint}'


def _unit_text(unit: Unit) -> str:
    return f'{unit.name} ("{unit.code}", {unit.scheme})'


def _totals(seen: _Seen) -> tuple[list[str], list[str]]:
    """Return the labels that say no more than that their row is a total: those in one cell, and those merged over several columns."""
    found: dict[bool, dict[str, None]] = {False: {}, True: {}}
    for row in seen.rows:
        text = " ".join(seen.sheet.spread(row, seen.label_column).text.split())
        if is_total(text):
            found[seen.sheet.area((row, seen.label_column)) is not None][text] = None
    return [label for label in found[False] if label not in found[True]], list(found[True])


def _is_of_these_alone(seen: _Seen, label: str, registry: Registry) -> bool:
    """Tell whether a row is just the sum of the places of the form, and these are not all there are: it is hardly the whole country."""
    sheet, column = seen.sheet, seen.label_column
    texts = {row: " ".join(sheet.spread(row, column).text.split()) for row in seen.rows}
    places = [row for row, text in texts.items() if not is_total(text)]
    if len(places) >= len(registry.units(seen.scheme)):
        return False
    totals = [row for row, text in texts.items() if text == label]
    return all(
        _written(sheet.at(row, one)) == sum(_written(sheet.at(place, one)) for place in places)
        for row in totals
        for one in seen.columns
    )


def _written(cell: Cell) -> Decimal:
    """Return the number of a cell; 0 for a sign, and for what is no plain number."""
    if cell.number is not None:
        return cell.number
    return Decimal(cell.text) if cell.text.isdecimal() else Decimal(0)


def _breakdowns(seen: _Seen, vocabulary: Vocabulary) -> Iterator[Parting]:
    """Yield the rows of headings above the figures, or the column of labels beside them, that part them; each breakdown once."""
    told = set[str]()
    above = (
        heading_of_values(seen.sheet, row, seen.columns, vocabulary.programme)
        for row in range(1, seen.rows[0])
    )
    beside = (column for column in range(1, seen.columns[0]) if column != seen.label_column)
    for found in (*above, labels_of_values(seen.sheet, seen.rows, beside, vocabulary.programme)):
        if found is not None and found.dimension not in told:
            told.add(found.dimension)
            yield found


def _breakdown_line(one: Parting) -> str:
    return f"dimensions.{one.dimension} = {breakdown_text(one)}"


def _title(seen: _Seen) -> str:
    """Return what stands above the table, headings and all."""
    texts = (cell.text for (row, _), cell in sorted(seen.sheet.cells.items()) if row < seen.rows[0])
    return " ".join(texts)


def _proposed(text: str, vocabulary: Vocabulary) -> str:
    """Return the measures whose names are closest to a text, for a comment; nothing where none is close."""
    labels = {name: one.label.root for name, one in vocabulary.programme.measures.items()}
    return _near(
        closest(text, {name: " ".join(label.values()) for name, label in labels.items()}), vocabulary
    )


def _near(names: list[str], vocabulary: Vocabulary) -> str:
    labels = [(name, vocabulary.programme.measures[name].label.root) for name in names]
    told = [f"{name}: {label.get('vi', next(iter(label.values())))}" for name, label in labels]
    return f"gần nhất · closest: {'; '.join(told)}" if told else ""


def _columns(row: int, labels: list[str], vocabulary: Vocabulary) -> Iterator[str]:
    """Yield what the headings over the columns count: a hole, where a heading is no name of a measure."""
    yield f"[table.columns]\nrow = {row}"
    for label in labels[:_MOST_LABELS]:
        yield from _labelled(label, vocabulary)


def _labelled(label: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the line of a label; measures that a bare "Số vụ" may mean each have a line that tells them apart."""
    measure = vocabulary.measure_called(same_word(label)) or vocabulary.measure_called(number_of(label))
    alike = [] if measure else vocabulary.counted_in(label)[:_ALIKE]
    near = "" if measure else _near(alike, vocabulary) if alike else _proposed(label, vocabulary)
    yield f"{quoted(label)} = {quoted(measure or HOLE)}" + (f"  # {near}" if near else "")
    for name in alike:
        definition = vocabulary.programme.measures[name].definition.root
        yield f"#   {name}: {' '.join(definition.get('vi', next(iter(definition.values()))).split())}"


def _thousands(seen: _Seen, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the scale of a form that says it counts in thousands; a hole, where that may hold for some columns alone."""
    said = list(thousands_said(seen.sheet, seen.rows[0], vocabulary.programme))
    if not said:
        return
    first = said[0]
    if unit := 0 if seen.scheme else _unit_column(seen, vocabulary):
        told = quoted(first.said)
        yield f"# ô {first.cell} ghi {told}: đơn vị của từng dòng được đọc ở cột {column_name(unit)}, không cần scale · each row's unit is read from that column, no scale is needed"
        return
    row, column = cell_at(first.cell)
    headed = [same_word(first.said) in same_word(seen.sheet.spread(row, one).text) for one in seen.columns]
    certain = {one.scale for one in said} == {first.scale} and first.scale
    certain = certain and (all(headed) or column <= seen.label_column)
    yield f"scale = {first.scale if certain else quoted(HOLE)}  # ô {first.cell} ghi {quoted(first.said)}: mỗi số được nhân với số này · each figure is multiplied by this"
    yield f"unit_said = {quoted(first.said)}"
    yield f"unit_cell = {quoted(first.cell)}"


def _period(seen: _Seen) -> str:
    """Return where periods stand: a row of headings, or a cell above the table; else a hole."""
    calendar = Calendar()
    for row in range(1, seen.rows[0]):
        named = [period_of(seen.sheet.spread(row, column), calendar) for column in seen.columns]
        if any(named):
            return f"period = {{ row = {row} }}"
    for (row, column), cell in sorted(seen.sheet.cells.items()):
        if row < seen.rows[0] and period_of(cell, calendar, anywhere=True):
            return f'period = {{ cell = "{cell_name((row, column))}" }}'
    return f'period = "{HOLE}"  # ví dụ "2023", "15/12/2022 - 14/12/2023", hoặc nơi ghi kỳ: {{ row = 5 }}, {{ column = "B" }}, {{ cell = "A2" }} · for example, or where periods stand'


def _rows(seen: _Seen, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield what the labels of the rows count: a hole, where a label is no name of a measure."""
    yield f'[table.rows]\ncolumn = "{column_name(seen.label_column)}"'
    unit = _unit_column(seen, vocabulary)
    if unit:
        yield f'unit = "{column_name(unit)}"'
    labels = [seen.sheet.spread(row, seen.label_column).text for row in seen.rows[:_MOST_LABELS]]
    met, above = Counter(map(same_word, labels)), ""
    for label in labels:
        part = _part_of(label, vocabulary)
        if part is None:
            above = vocabulary.measure_called(same_word(label)) or HOLE
            yield from _labelled(label, vocabulary)
        elif met[same_word(label)] == 1:
            yield _part_line(label, above, *part, vocabulary=vocabulary)
        elif met.pop(same_word(label), 0):
            name, value = part
            yield f'{quoted(label)} = "[{name}={value}]"  # phần của dòng ngay trên nó · a part of the row above it'


def _part_of(label: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """Return the breakdown and the value that a label stands for by itself ("Trong đó nữ"); None where it is no part."""
    for name in vocabulary.programme.dimensions:
        if found := values_of([label], name, vocabulary.programme):
            return name, next(iter(found.values()))
    return None


def _part_line(label: str, above: str, name: str, value: str, *, vocabulary: Vocabulary) -> str:
    """Return the line of a label that is a part of what the row above it counts; where that has no such part, that it is to be left."""
    measure = vocabulary.programme.measures.get(above)
    if measure is None:
        others = vocabulary.programme.measures.items()
        example = next((other for other, one in others if name in one.dimensions), "…")
        written = quoted(f"{example}[{name}={value}]")
        return f'{quoted(label)} = "{HOLE}"  # phần của dòng trên, ví dụ {written} · a part of the row above, as in {written}'
    if name in measure.dimensions:
        return f'{quoted(label)} = "{above}[{name}={value}]"'
    return f'{quoted(label)} = "{HOLE}"  # {above} không có phân tổ này: xóa dòng này và ghi {quoted(label)} vào skip · has no such breakdown: remove this line and write the label in skip'


def _unit_column(seen: _Seen, vocabulary: Vocabulary) -> int:
    """Return the column between labels and figures in which units stand, 0 where there is none."""
    units = {
        same_word(word) for unit in vocabulary.programme.units.values() for word in unit.label.root.values()
    }
    for column in range(seen.label_column + 1, seen.columns[0]):
        if any(same_word(seen.sheet.at(row, column).text) in units for row in seen.rows):
            return column
    return 0


def _writing(seen: _Seen) -> Iterator[str]:
    """Yield how figures are written, where the form does not show it by itself."""
    texts = [
        cell.text
        for row in seen.rows
        for column in seen.columns
        if (cell := seen.sheet.at(row, column)).kind == "text" and cell.text[:1].isdigit()
    ]
    if any(mark in text for text in texts for mark in ".,"):
        decimal, group = marks_shown(texts) or (HOLE, HOLE)
        yield f'decimal = "{decimal}"  # dấu thập phân · the decimal mark: "," or "."'
        yield f'group = "{group}"  # dấu ngăn hàng nghìn, "" nếu không có · between thousands: "." or "," or ""'
    signs = list(_marks(seen))
    if signs:
        said = {sign: legend_of(seen.sheet, sign, seen.rows) for sign in signs}
        meanings = ", ".join(
            f"{quoted(sign)} = {quoted(found[1] if found else HOLE)}" for sign, found in said.items()
        )
        cells = [f"ô · cell {found[0]}" for found in said.values() if found]
        rest = f"theo chú giải của biểu, một trong: {signs_said()}" if None in said.values() else ""
        yield f"marks = {{ {meanings} }}  # {'; '.join(filter(None, [*dict.fromkeys(cells), rest]))}"


def _marks(seen: _Seen) -> Iterator[str]:
    """Yield the short texts without digits that stand where figures are expected."""
    cells = (seen.sheet.at(row, column) for row in seen.rows for column in seen.columns)
    texts = {cell.text for cell in cells if cell.kind in ("text", "blank") and len(cell.text) <= _SHORT}
    yield from sorted(text for text in texts if not any(letter.isdigit() for letter in text))
