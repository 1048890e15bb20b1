"""Units that a form says and that are not those of the measures its figures are taken as: thousands without a scale, shares, other units."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from evalkit.facts.forms.counted import Vocabulary, kind_counted, number_of, without_crime
from evalkit.facts.forms.draft_headings import thousands_said
from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.grid import At, Sheet, cell_at, cell_name, column_at, text_cell
from evalkit.facts.forms.head_rows import head_rows, holds_figures, named_rows
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.period_above import leaves_title
from evalkit.facts.forms.person_names import like_a_name
from evalkit.facts.forms.plain_words import same_word
from evalkit.facts.forms.table_reading import HeldCell, TableReading, Taken
from evalkit.facts.forms.toml_writing import quoted
from evalkit.facts.forms.units_said import (
    SHARE,
    UnitSaid,
    is_figure,
    multiplied,
    says_shares,
    unit_parts,
    units_beside,
    units_line,
)
from evalkit.messages import worded

_LONGEST, _TOLD = 1_000, 40
Said = tuple[str, UnitSaid]
Meant = Decimal | Literal["share", "other", ""]
UnitMeant = tuple[str, UnitSaid, Meant]
_MONEY = ("kinh phí", "tiền", "ngân sách", "chi phí", "budget", "spending", "costs", "fines")


def without_other_units(
    mapping: TableMapping, sheet: Sheet, reading: TableReading, vocabulary: Vocabulary
) -> TableReading:
    """Return the reading with the cells held whose measure is not counted in what the form says: above the table, in their heading or label.

    A form that names several units names one for each of its measures: a figure is held where none of them is that of its measure.

    Parameters
    ----------
    mapping : TableMapping
    sheet : Sheet
    reading : TableReading
    vocabulary : Vocabulary
    """
    if mapping.own_form or not reading.taken:
        return reading
    units = _Units(mapping, sheet, reading, vocabulary)
    held = {one.cell: why for one in reading.taken if (why := units.fault(one)) is not None}
    return replace(
        reading,
        taken=[one for one in reading.taken if one.cell not in held],
        held=[*reading.held, *(HeldCell(sheet.name, at, why) for at, why in held.items())],
    )


class _Units:
    """What one table says of units."""

    def __init__(
        self, mapping: TableMapping, sheet: Sheet, reading: TableReading, vocabulary: Vocabulary
    ) -> None:
        self.mapping, self.sheet, self.words = mapping, sheet, vocabulary
        self.top, self.first = cell_at(mapping.corner)
        self.columns = sorted({one.cell[1] for one in reading.taken})
        self.by_row: dict[int, list[At]] = {}
        for at in sorted(sheet.cells):
            if at[0] < self.top:
                self.by_row.setdefault(at[0], []).append(at)
        self.bottom = max(one.cell[0] for one in reading.taken)
        self.undeclared = sorted({*range(1, self.first)} - mapping.label_columns())
        self.scaled = "scale" in mapping.model_fields_set
        self.of_table, self.of_column = list[Said](), defaultdict[int, list[Said]](list)
        self.kinds: list[Said] = []
        self.named: list[tuple[str, str]] = []
        self.faults: dict[tuple[object, ...], Held | None] = {}
        self.taken = reading.taken
        self._has_no_figure: bool | None = None
        self.known = {
            unit_parts(word)[1]
            for measure in vocabulary.programme.measures
            for word in vocabulary.unit_words(measure)
        }
        self._read_head()

    def _read_head(self) -> None:
        headed = min(named_rows(self.mapping), default=self.top - 1)
        for row in head_rows(self.mapping, self.sheet, self.columns):
            self._read_row(row, is_heading=row >= headed)
        self._read_foot()
        self.of_table += [("", one) for one in units_beside(self.sheet.name) if one.many != 1]
        if said := self.mapping.unit_said:
            self.of_table = [(self.mapping.unit_cell or "", UnitSaid(said, *unit_parts(said), sure=True))]

    def _read_foot(self) -> None:
        """Note the units of a line below the table, where no further figures stand below it."""
        below = sorted(at for at in self.sheet.cells if at[0] > self.bottom)
        if not any(holds_figures(self.sheet, row, self.columns) for row in sorted({row for row, _ in below})):
            texts = [(at, self.sheet.cells[at].text) for at in below if self._is_read(at)]
            self.of_table += [
                (cell_name(at), one)
                for at, text in texts
                for one in (*units_line(text), *units_beside(text))
                if one.sure and (multiplied(one.said) or one in units_line(text))
            ]

    def _is_read(self, at: At) -> bool:
        cell = self.sheet.cells[at]
        return cell.kind == "text" and len(cell.text) <= _LONGEST

    def _read_row(self, row: int, *, is_heading: bool) -> None:
        """Note the units of a row above the figures: those of its headings for their columns, those of a line or a title for all."""
        filled = self.by_row.get(row, [])
        for at in filter(self._is_read, filled):
            text = self.sheet.cells[at].text
            alone = not any(other[1] >= self.first for other in filled if other != at)
            line = [(cell_name(at), one) for one in units_line(text)]
            if at[1] >= self.first and not (alone and (line or not is_heading) and len(self.columns) > 1):
                said = line or self._beside(at, text)
                for column in self._under(at):
                    self.of_column[column] += said
            else:
                self.of_table += line or self._of_title(at, text)

    def _of_title(self, at: At, text: str) -> list[Said]:
        """Return the thousands, ratios and shares that a title speaks of."""
        name = cell_name(at)
        found = [
            (name, one) for one in units_beside(text) if one.many != 1 or (one.base == SHARE and one.sure)
        ]
        if says_shares(text):
            found.append((name, UnitSaid(text[:_TOLD], 1, SHARE)))
        one_measure = isinstance(self.mapping.measure, str) and not self.mapping.split
        if one_measure and not leaves_title(self.mapping, at):
            self._note_what_counts(at, text)
        return [*found, *self._thousands(at, text)]

    def _beside(self, at: At, text: str) -> list[Said]:
        """Return the units of a heading or label: "(đv nghìn vụ)" is thousands, whatever stands around them."""
        told = self._thousands(at, text)
        within = [same_word(unit.said) for _, unit in told]
        found = [one for one in units_beside(text) if not any(said in same_word(one.said) for said in within)]
        return [*told, *((cell_name(at), one) for one in found)]

    def _thousands(self, at: At, text: str) -> list[Said]:
        """Return the thousands of a unit of the programme that stand among the words of a text: "Số nghìn vụ mua bán người"."""
        row = Sheet(self.sheet.name, {at: text_cell(text)})
        told = thousands_said(row, at[0] + 1, self.words.programme)
        return [(cell_name(at), UnitSaid(one.said, *unit_parts(one.said))) for one in told]

    def _note_what_counts(self, at: At, text: str) -> None:
        """Note what a title above the one measure of a table counts, and of which measure it is the name."""
        name = cell_name(at)
        if kind := kind_counted(text):
            self.kinds.append((name, UnitSaid(kind, 1, kind)))
        if titled := self.words.measure_titled(text):
            self.named.append((name, titled))

    def _under(self, at: At) -> Iterable[int]:
        area = self.sheet.area(at)
        return range(area.left, area.right + 1) if area is not None else [at[1]]

    def fault(self, one: Taken) -> Held | None:
        """Return why a figure is not in the unit of its measure; None where the form says nothing against it."""
        rows = self.mapping.by_rows
        if rows is not None and rows.unit and self.sheet.at(one.cell[0], column_at(rows.unit)).text:
            return None
        key = self._alike(one)
        if key not in self.faults:
            self.faults[key] = self._fault(one)
        return self.faults[key]

    def _label(self, one: Taken) -> str:
        rows = self.mapping.by_rows
        return self.sheet.spread(one.cell[0], column_at(rows.column)).text if rows and rows.column else ""

    def _alike(self, one: Taken) -> tuple[object, ...]:
        """Return what figures have in common of which the form says the same unit."""
        others = tuple(self.sheet.at(one.cell[0], column).text for column in self.undeclared)
        return one.cell[1], self._label(one), others, one.counted.measure

    def _in_a_column_of_units(self, row: int) -> list[Said]:
        """Return the unit that stands beside the label of a row, in a column that the mapping does not name."""
        cells = [(cell_name((row, column)), self.sheet.at(row, column).text) for column in self.undeclared]
        said = [
            (name, UnitSaid(text, *unit_parts(text))) for name, text in cells if text and not is_figure(text)
        ]
        return [(name, unit) for name, unit in said if unit.base in self.known or unit.base == SHARE]

    def _fault(self, one: Taken) -> Held | None:
        own, of_table = self._nearest_units(one), self._all_meant(self.of_table, one.counted.measure)
        if own:
            why = self._decided(own, one, is_of_table=False)
            return why or (self._at_odds(own, of_table, one.counted.measure) if not self.scaled else None)
        why = self._decided(of_table, one, is_of_table=True) if of_table else None
        return why or self._of_another_kind(one)

    def _nearest_units(self, one: Taken) -> list[UnitMeant]:
        """Return the units that are said of a figure nearest to it: in a column of units, its label or its heading."""
        rows = self.mapping.by_rows
        column = column_at(rows.column) if rows is not None and rows.column else 1
        beside = self._beside((one.cell[0], column), self._label(one))
        for said in (self._in_a_column_of_units(one.cell[0]), beside, self.of_column[one.cell[1]]):
            if meant := self._all_meant(said, one.counted.measure):
                return meant
        return []

    def _all_meant(self, said: Iterable[Said], measure: str) -> list[UnitMeant]:
        found = [(where, unit, self._meant(unit, measure)) for where, unit in said]
        return [one for one in found if one[2] != ""]

    def _at_odds(self, own: list[UnitMeant], of_table: list[UnitMeant], measure: str) -> Held | None:
        """Return that a heading says one unit and the line above the table another, which is that of no figure of it."""
        if not of_table or _agree(own, of_table) or not self._is_of_no_figure():
            return None
        where, unit, times = of_table[0]
        return (
            _to_scale(where, unit, times) if isinstance(times, Decimal) else self._other(where, unit, measure)
        )

    def _is_of_no_figure(self) -> bool:
        """Tell whether no figure of the table is in a unit said above it, and no heading or label is of such figures."""
        if self._has_no_figure is None:
            one_of_each = {self._alike(one): one for one in self.taken}.values()
            self._has_no_figure = (
                not any(map(self._in_unit_of_table, one_of_each)) and not self._heads_others()
            )
        return self._has_no_figure

    def _in_unit_of_table(self, one: Taken) -> bool:
        of_table, own = self._all_meant(self.of_table, one.counted.measure), self._nearest_units(one)
        return _agree(own, of_table) if own else any(isinstance(found[2], Decimal) for found in of_table)

    def _heads_others(self) -> bool:
        """Tell whether a heading or label, of figures that are taken or not, speaks of what is counted in a unit said above the table."""
        first = min(named_rows(self.mapping), default=self.top)
        labels = self.mapping.label_columns()
        lines = {where for where, _ in self.of_table}
        texts = [
            cell.text
            for at, cell in self.sheet.cells.items()
            if cell.kind == "text" and cell_name(at) not in lines
            if first <= at[0] < self.top or (at[0] >= self.top and at[1] in labels)
        ]
        return any(self._may_be_in_unit_of_table(text) for text in texts)

    def _may_be_in_unit_of_table(self, heading: str) -> bool:
        units = {(unit.many, unit.base) for _, unit in self.of_table}
        if own := {(unit.many, unit.base) for unit in units_beside(heading)}:
            return not own.isdisjoint(units)
        bases, said = {base for _, base in units if base} - {SHARE}, same_word(heading)
        spoken = [*bases, *(_MONEY if "đồng" in bases else ())]
        return any(_holds(said, word) for word in spoken) or ((1, SHARE) in units and says_shares(heading))

    def _of_another_kind(self, one: Taken) -> Held | None:
        """Return that a title counts persons where the one measure of the table counts cases, or the other way round."""
        measure = one.counted.measure
        if (why := self._of_another_measure(one)) is not None:
            return why
        others = [(where, unit) for where, unit in self.kinds if self._meant(unit, measure) == "other"]
        if not others or len(others) < len(self.kinds) or self._names_its_own(one):
            return None
        return self._other(*others[0], measure)

    def _of_another_measure(self, one: Taken) -> Held | None:
        """Return that a title is the name of another measure than the one of the table, which neither a title nor a heading names."""
        measure = one.counted.measure
        headings = {self.words.measure_titled(text) for text in self._headings(one)}
        if not self.named or measure in headings.union(titled for _, titled in self.named):
            return None
        cell, titled = self.named[0]
        return Held(
            worded(
                "the title in {cell} names {other}, and the figures go to {measure}",
                cell=cell,
                other=titled,
                measure=measure,
            ),
            worded(
                'correct measure in the mapping; where these words are not of these figures, write skip = ["{name}"] right below [table]',
                name=cell,
            ),
            in_mapping=True,
        )

    def _headings(self, one: Taken) -> list[str]:
        """Return what stands over a figure, titles that begin left of the figures aside, merged or not."""
        rows = [(row, self.sheet.area((row, one.cell[1]))) for row in range(1, self.top)]
        headings = [row for row, area in rows if area is None or area.left >= self.first]
        return [self.sheet.spread(row, one.cell[1]).text for row in headings]

    def _meant(self, unit: UnitSaid, measure: str) -> Meant:
        """Return how many units of a measure some words are; "share" or "other" where they are none, "" where they may be no unit."""
        own, said = self.words.unit_words(measure, self.mapping.unit_words), same_word(unit.said)
        if said in own or number_of(said) in own or (unit.base == SHARE and self._is_share(measure, own)):
            return Decimal(1)
        if times := multiplied(unit.said):
            return Decimal(times)
        if unit.base == SHARE:
            return "" if self._parts_cells(unit) else "share"
        if not unit.base:
            return Decimal(unit.many) / max(Decimal(unit_parts(word)[0]) for word in own)
        return self.words.times_unit(unit.said, measure) or self._meant_of_another(unit, own)

    def _meant_of_another(self, unit: UnitSaid, own: Iterable[str]) -> Meant:
        """Return what words mean that are not those of the measure's unit: such as hold it are taken as it."""
        if unit.base in self.known:
            return "other"
        if unit.many == 1 and any(_holds(same_word(unit.said), word) for word in own):
            return Decimal(1)
        return "other" if unit.sure else ""

    def _parts_cells(self, unit: UnitSaid) -> bool:
        """Tell whether "người/vụ" is no ratio, but the two figures of a cell that its words tell apart."""
        return bool(self.mapping.split) and "/" in unit.said and not any(map(str.isdigit, unit.said))

    def _is_share(self, measure: str, own: Iterable[str]) -> bool:
        labels = self.words.programme.measures[measure].label.root.values()
        return any("%" in word for word in own) or any(says_shares(text) for text in labels)

    def _decided(self, meant: list[UnitMeant], one: Taken, *, is_of_table: bool) -> Held | None:
        """Return why a measure is counted in none of the units that are said of it."""
        measure = one.counted.measure
        if self.scaled:
            said = self.mapping.unit_said
            known_alone = self.mapping.scale == 1 or (said and unit_parts(said)[0] == 1)
            return None if is_of_table or known_alone else self._scale_fault(meant, measure)
        if any(found[2] == 1 for found in meant) and not any(multiplied(unit.said) for _, unit, _ in meant):
            return None
        meant = sorted(meant, key=lambda found: multiplied(found[1].said) is None)
        for where, unit, times in meant:
            if isinstance(times, Decimal):
                return _to_scale(where, unit, times)
        where, unit, kind = meant[0]
        if kind == "other" and self._names_its_own(one) and not self._is_of_no_figure():
            return None
        return self._other(where, unit, measure)

    def _scale_fault(self, meant: list[UnitMeant], measure: str) -> Held | None:
        """Return that a heading or label says another unit than the scale of the table is for."""
        times = [found[2] for found in meant if isinstance(found[2], Decimal)]
        if not times or self.mapping.factor in times:
            return None
        return Held(
            worded(
                "the scale is that of {said}, and {measure} is counted in {unit}",
                said=repr((self.mapping.unit_said or str(self.mapping.scale))[:24]),
                measure=measure,
                unit=repr(meant[0][1].said[:24]),
            ),
            worded(
                "name the column of units as unit in rows, or make two tables: one with the scale, one without"
            ),
            in_mapping=True,
        )

    def _names_its_own(self, one: Taken) -> bool:
        """Tell whether the label or a heading of a figure names the unit of its measure, whatever else stands above the table."""
        own = self.words.unit_words(one.counted.measure, self.mapping.unit_words)
        texts = [without_crime(text) for text in (self._label(one), *self._headings(one)) if text]
        return any(_holds(text, word) for text in texts for word in own)

    def _other(self, where: str, unit: UnitSaid, measure: str) -> Held:
        label = self.words.programme.units[self.words.programme.measures[measure].unit].label
        own = label.root.get("vi") or next(iter(label.root.values()))
        said = "..." if like_a_name(unit.said) else unit.said[:_TOLD]
        return Held(
            worded(
                "{cell} says {said}, and {measure} is counted in {unit}",
                cell=where or "unit_said",
                said=repr(said),
                measure=measure,
                unit=own,
            ),
            _remedy(unit, said, own),
            in_mapping=True,
        )


def _remedy(unit: UnitSaid, said: str, own: str) -> str:
    """Return what to do about another unit than the measure's; thousands of one are no other word for it."""
    if unit.many != 1:
        return worded(
            "correct the measure, or leave these figures by skip; write scale = 1 if these figures are counted in {unit}",
            unit=own,
        )
    return worded(
        "correct the measure, or leave these figures by skip; where they are counted in {unit}, write unit_words = [{said}]",
        unit=own,
        said=quoted(said),
    )


def _holds(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _agree(one: Iterable[UnitMeant], other: Iterable[UnitMeant]) -> bool:
    """Tell whether a number of the measure's unit is said by both."""
    return not {found[2] for found in one}.isdisjoint(
        found[2] for found in other if isinstance(found[2], Decimal)
    )


def _to_scale(where: str, unit: UnitSaid, times: Decimal) -> Held:
    return Held(
        worded("the form says {said}, and the mapping says nothing of a scale", said=repr(unit.said)),
        worded("write scale = {scale}", scale=f"{times.normalize():f}")
        if not where
        else worded(
            'write scale = {scale}, unit_said = "{said}" and unit_cell = "{cell}"; scale = 1 if these figures are not in it',
            scale=f"{times.normalize():f}",
            said=unit.said,
            cell=where,
        ),
        in_mapping=True,
    )
