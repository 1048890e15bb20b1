"""What a programme counts, as a form may name it: measures, their breakdowns and the words of their units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest

from evalkit.declaration import nearest
from evalkit.errors import FactsError
from evalkit.facts.forms.draft_headings import thousands_said
from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.grid import Sheet, cell_at
from evalkit.facts.forms.mapping import TableMapping, measure_named
from evalkit.facts.forms.plain_words import same_word
from evalkit.facts.forms.units_said import unit_parts
from evalkit.messages import worded
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme
from evalkit.table import ALL

_NUMBER_OF = re.compile(r"^(?:tổng )?số (?:lượng )?|^number of ")
_PERSONS = ("nạn nhân", "đối tượng", "bị can", "bị cáo", "người")
_CASES = ("vụ", "vụ việc", "vụ án", "trường hợp")
_VICTIMS, _OFFENDERS = frozenset(["nạn nhân"]), frozenset(["đối tượng", "bị can", "bị cáo"])
_KINDS = re.compile(rf"(?<!\w)(?:{'|'.join(sorted((*_PERSONS, *_CASES), key=len, reverse=True))})(?!\w)")
_CRIME = re.compile(r"(?:mua bán|buôn bán|đưa) (?:trái phép )?(?:người|nạn nhân)")
_NUMBERED = re.compile(r"^(?:bảng|biểu|phụ lục|table) ?[\w.]{0,8}[.:] *")
_BEFORE = re.compile(
    r"^(?:(?:bảng|biểu) (?:tổng hợp |thống kê )*|(?:báo cáo|thống kê|tổng hợp|số liệu|tình hình|table of) (?:về )?)+"
)
_BEHIND = re.compile(
    r"[ ,(:–-]+(?:(?:trong |cả |các |theo )*(?:năm|quý|tháng|giai đoạn|kỳ)(?!\w)|[0-9]{1,2} tháng|từ (?:năm|ngày|tháng|[0-9])|(?:in )?(?:19|20)[0-9]{2}"
    r"|(?:chia |phân )?theo (?:các )?(?:tỉnh|địa phương|giới|độ tuổi|nhóm tuổi|đơn vị)|trên (?:địa bàn|toàn quốc|cả nước)|toàn (?:tỉnh|quốc)|by (?:province|locality|sex|age|year)).*$"
)
_WORD = re.compile(r"[^\W_]+")
_IN_ANY_LABEL = frozenset(
    ["số", "lượng", "tổng", "các", "những", "đã", "the", "of", "number", "total", "all"]
)
_SYNONYMS: dict[str, tuple[str, ...]] = {"nguoi": _PERSONS, "vu": _CASES}


@dataclass(frozen=True, slots=True)
class Counted:
    """A measure with the values of its breakdowns; a breakdown that is not named is "all"."""

    measure: str
    values: tuple[tuple[str, str], ...] = ()


def number_of(label: str) -> str:
    """Return what a label says the number of, as labels are compared.

    Examples
    --------
    >>> number_of("Tổng số vụ đã khởi tố"), number_of("Kinh phí đã chi")
    ('vụ đã khởi tố', 'kinh phí đã chi')
    """
    return _NUMBER_OF.sub("", same_word(label))


def without_crime(text: str) -> str:
    """Return a text, as labels are compared, without the name of the crime: its "người" counts nobody.

    Examples
    --------
    >>> without_crime("Người bị khởi tố tội mua bán người")
    'người bị khởi tố tội  '
    """
    return _CRIME.sub(" ", same_word(text))


def kind_counted(title: str) -> str:
    """Return what a title says the number of, persons or cases; "" where it says neither, or more than one of them.

    Examples
    --------
    >>> kind_counted("Số bị can năm 2023"), kind_counted("Số vụ, số nạn nhân mua bán người"), kind_counted("Vụ án tiêu biểu")
    ('bị can', '', '')
    """
    said, bare = without_crime(title), number_of(title)
    found = _KINDS.match(bare)
    alone = len(set(_KINDS.findall(said))) == 1
    return found[0] if found and alone and bare != same_word(title) else ""


def other_kind(label: str, measure: str, programme: Programme) -> bool:
    """Tell whether a label says no more than what is counted, and that is not what a measure counts: "Số nạn nhân" over cases.

    Parameters
    ----------
    label : str
    measure : str
    programme : Programme
    """
    bare, declared = number_of(label), programme.measures[measure]
    own = f" {' '.join(same_word(text) for text in declared.label.root.values())} "
    if bare not in (*_PERSONS, *_CASES):
        return False
    alike_units = _SYNONYMS.get(declared.unit, ())
    if alike_units and bare not in alike_units:  # "Số vụ" over "Đối tượng trong các vụ"
        return True
    if f" {bare} " in own:
        return False
    if not alike_units:
        return True
    unlike = _OFFENDERS if bare in _VICTIMS else _VICTIMS if bare in _OFFENDERS else frozenset[str]()
    alike = _VICTIMS if bare in _VICTIMS else _OFFENDERS
    return any(f" {one} " in own for one in unlike) and not any(f" {one} " in own for one in alike)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The measures and places of a workspace.

    Attributes
    ----------
    programme : Programme
    registry : Registry
    """

    programme: Programme
    registry: Registry
    _called: dict[str, str] = field(default_factory=dict, repr=False)

    def counted(self, text: str, values: Mapping[str, str]) -> Counted:
        """Return what a mapping names, "measure" or "measure[breakdown=value]".

        Raises
        ------
        FactsError
            If the programme has no such measure, breakdown or value.
        """
        named = measure_named(text)
        if named is None or named[0] not in self.programme.measures:
            called = self.measure_called(same_word(text))
            named = (called, {}) if called else named
        if named is None or named[0] not in self.programme.measures:
            raise FactsError(
                where=f"measure {text!r}",
                rule=worded("the programme has no such measure"),
                do=nearest(named[0] if named else text, list(self.programme.measures)),
            )
        measure, own = named
        for name, value in {**values, **own}.items():
            self._refuse_unknown(measure, name, value)
        return Counted(measure, tuple(sorted({**values, **own}.items())))

    def _refuse_unknown(self, measure: str, name: str, value: str) -> None:
        declared = self.programme.measures[measure].dimensions
        if name not in declared:
            raise FactsError(
                where=f"measure {measure!r}, breakdown {name!r}",
                rule=worded("{measure} is not broken down by {name}", measure=measure, name=name),
                do=nearest(name, list(declared)) if declared else _only_left(),
            )
        values = ["all", *self.programme.dimensions[name].values]
        if value not in values:
            raise FactsError(
                where=f"measure {measure!r}, breakdown {name!r}",
                rule=worded("{value} is no value of {name}", value=repr(value), name=name),
                do=nearest(value, values),
            )

    def with_values(self, counted: Counted, values: Mapping[str, str]) -> Counted | Held:
        """Return what is counted with further values of breakdowns, those that its labels gave."""
        declared = self.programme.measures[counted.measure].dimensions
        values = {name: value for name, value in values.items() if value != ALL or name in declared}
        both = {**dict(counted.values), **values}
        for name, value in values.items():
            try:
                self._refuse_unknown(counted.measure, name, value)
            except FactsError as refusal:
                other = name in self.programme.dimensions and name not in declared
                return Held(refusal.rule, _only_left() if other else refusal.do, in_mapping=True)
        return Counted(counted.measure, tuple(sorted(both.items())))

    def measure_called(self, label: str) -> str | None:
        """Return the measure whose name or label, in any language, is exactly this; None where it is none or several."""
        if not self._called:
            self._called.update(_by_name(self.programme))
        return self._called.get(label) or None

    def measure_titled(self, title: str) -> str | None:
        """Return the measure of which a title is the name, or has the same words in another order; None of another one.

        A number of the table and "thống kê" before it, a period or "theo tỉnh" behind it, are no part of the name.
        """
        said = _NUMBERED.sub("", same_word(title))
        for text in (said, _BEHIND.sub("", _BEFORE.sub("", said))):
            called = (text, number_of(text), _words_of(text))
            if found := next(filter(None, map(self.measure_called, called)), None):
                return found
        return None

    def counted_in(self, label: str) -> list[str]:
        """Return the measures a label may mean that says no more than what is counted ("Số vụ"); none of another label.

        Those the programme asks for and the others take turns, each in the order of the programme.
        """
        bare = number_of(label)
        measures = self.programme.measures
        fits = [
            name
            for name in measures
            if bare in self.unit_words(name)
            and any(f" {bare} " in f" {same_word(text)} " for text in measures[name].label.root.values())
        ]
        wanted = {name for one in self.programme.requests for name in one.measures}
        turns = zip_longest(
            (name for name in fits if name in wanted), (name for name in fits if name not in wanted)
        )
        return [name for pair in turns for name in pair if name]

    def is_stock(self, measure: str) -> bool:
        """Tell whether a measure is counted on a day and not over days."""
        named = measure_named(measure)
        declared = self.programme.measures.get(named[0]) if named else None
        return declared is not None and declared.time_basis == "stock"

    def unit_words(self, measure: str, further: Iterable[str] = ()) -> frozenset[str]:
        """Return the words that may stand for the unit of a measure; of victims no "bị can", of accused persons no "nạn nhân"."""
        unit = self.programme.measures[measure].unit
        declared = self.programme.units[unit]
        labels = [*declared.label.root.values(), *declared.one.root.values()]
        alike = [word for word in _SYNONYMS.get(unit, ()) if not other_kind(word, measure, self.programme)]
        own = frozenset(same_word(word) for word in [*labels, *alike])
        return own | {same_word(word) for word in further if self.times_unit(word, measure) is None}

    def said(self, mapping: TableMapping) -> frozenset[str]:
        """Return the words of the unit that a scaled table says its figures are in."""
        return frozenset(same_word(word) for word in [mapping.unit_said, *mapping.unit_words] if word)

    def times_unit(self, said: str, measure: str) -> Decimal | None:
        """Return how many units of a measure some words of a unit are: 1000 of "nghìn người"; None where they are of another unit."""
        many, base = unit_parts(said)
        for word in sorted(
            self.unit_words(measure)
        ):  # none that the mapping adds: these are other names of it
            own, unit = unit_parts(word)
            if base == unit:
                return Decimal(many) / Decimal(own)
        return None

    def scale_fault(self, mapping: TableMapping, measure: str) -> Held | None:
        """Return why the scale of a table cannot be that of a measure: what the table says it is in is another unit, or another number of them."""
        if mapping.scale == 1 or not mapping.unit_said:
            return None
        times = self.times_unit(mapping.unit_said, measure)
        label = self.programme.units[self.programme.measures[measure].unit].label
        words = {
            "said": repr(mapping.unit_said[:24]),
            "measure": measure,
            "unit": label.root.get("vi") or next(iter(label.root.values())),
        }
        many, base = unit_parts(mapping.unit_said)
        if times is None and (
            many == 1 or not base
        ):  # no word for thousands: what the scale is of, the mapping alone knows
            return None
        if times is None:
            return Held(
                worded("the scale is that of {said}, and {measure} is counted in {unit}", **words),
                worded(
                    "name the column of units as unit in rows, or make two tables: one with the scale, one without"
                ),
                in_mapping=True,
            )
        if times == mapping.factor:
            return None
        return Held(
            worded("{measure} is counted in {unit}: {said} is not that times the scale", **words),
            worded("write scale = {scale}", scale=f"{times.normalize():f}"),
            in_mapping=True,
        )

    def unit_fault(self, said: str, measure: str, further: Iterable[str]) -> Held | None:
        """Return why the unit that stands in a row is not that of its measure."""
        if self.times_unit(said, measure) is not None or same_word(said) in self.unit_words(measure, further):
            return None
        label = self.programme.units[self.programme.measures[measure].unit].label
        return Held(
            worded(
                "the row says {said}, and {measure} is counted in {unit}",
                said=repr(said[:24]),
                measure=measure,
                unit=label.root.get("vi") or next(iter(label.root.values())),
            ),
            worded("correct the label or the unit in the form, or declare the word in unit_words"),
        )

    def refuse_wrong_unit(self, sheet: Sheet, mapping: TableMapping) -> None:
        """Refuse a table in which the unit the mapping says does not stand, or whose kind is not that of its measure.

        Raises
        ------
        FactsError
            Naming the cell or the sheet.
        """
        self._refuse_wrong_kind(mapping)
        if not mapping.unit_said:
            self._refuse_thousands(sheet, mapping)
            return
        wanted = same_word(mapping.unit_said)
        named = mapping.unit_cell
        texts = [cell for cell in sheet.cells.values() if cell.kind == "text"]
        cells = [sheet.spread(*cell_at(named))] if named else texts
        if not any(wanted in same_word(cell.text) for cell in cells):
            raise FactsError(
                where=f"sheet {sheet.name!r}" + (f", cell {mapping.unit_cell}" if mapping.unit_cell else ""),
                rule=worded("the form does not say the unit {unit}", unit=repr(mapping.unit_said)),
                do=worded("look at the form: another unit may need another scale; then correct unit_said"),
            )

    def with_unit_said(self, sheet: Sheet, mapping: TableMapping) -> TableMapping:
        """Return a mapping with a scale and the unit that the form says it is of, where the mapping names none and the form one alone."""
        if mapping.scale == 1 or mapping.unit_said:
            return mapping
        found = thousands_said(sheet, cell_at(mapping.corner)[0], self.programme)
        said = {same_word(one.said): one.said for one in found if one.scale}
        return (
            mapping.model_copy(update={"unit_said": next(iter(said.values()))}) if len(said) == 1 else mapping
        )

    def _refuse_thousands(self, sheet: Sheet, mapping: TableMapping) -> None:
        """Refuse a form that says above its figures that it counts in thousands, where the mapping says nothing of a scale."""
        named = measure_named(mapping.measure) if isinstance(mapping.measure, str) else None
        if "scale" in mapping.model_fields_set or named is None or named[0] not in self.programme.measures:
            return
        words = self.unit_words(named[0])
        for one in thousands_said(sheet, cell_at(mapping.corner)[0], self.programme):
            if one.scale and same_word(one.said.split()[-1]) in words:
                raise FactsError(
                    where=f"sheet {sheet.name!r}, cell {one.cell}",
                    rule=worded(
                        "the form says {said}, and the mapping says nothing of a scale", said=repr(one.said)
                    ),
                    do=worded(
                        'write scale = {scale}, unit_said = "{said}" and unit_cell = "{cell}"; scale = 1 if these figures are not in it',
                        scale=one.scale,
                        said=one.said,
                        cell=one.cell,
                    ),
                )

    def _refuse_wrong_kind(self, mapping: TableMapping) -> None:
        named = measure_named(mapping.measure) if isinstance(mapping.measure, str) else None
        declared = self.programme.measures.get(named[0]) if named else None
        if mapping.kind == "count" and declared is not None and not declared.whole:
            raise FactsError(
                where="kind",
                rule=worded("{measure} takes decimals, and is no count", measure=str(mapping.measure)),
                do=worded("leave kind out, or correct the measure"),
            )


def _only_left() -> str:
    """Return what to do with figures of a breakdown that their measure has not."""
    return worded(
        "they can only be left: by skip, where their row or column holds nothing else; else by --take-the-rest. Without the breakdown they would be second totals"
    )


def _words_of(label: str) -> str:
    """Return the words of a label in the order of the alphabet, without those that say of any label the same."""
    return " ".join(["words:", *sorted(set(_WORD.findall(label)) - _IN_ANY_LABEL)])


def _by_name(programme: Programme) -> dict[str, str]:
    """Return the measures by every name they have; "" for a name that several have."""
    called: dict[str, str] = {}
    for name, measure in programme.measures.items():
        labels = [same_word(text) for text in measure.label.root.values()]
        for label in {same_word(name), *labels, *map(_words_of, labels)}:
            called[label] = "" if label in called and called[label] != name else name
    return called
