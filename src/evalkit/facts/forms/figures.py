"""The figure of one cell, as Vietnamese forms write figures: by declared marks and words, or held, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from evalkit.facts.forms.grid import Cell
from evalkit.facts.forms.number_format import ShownNumber, shown_number
from evalkit.facts.forms.own_form_cells import told_of_own_form
from evalkit.facts.forms.person_names import may_be_quoted
from evalkit.facts.forms.plain_words import NUMBER_WORDS, plain_words, same_word, without_mark
from evalkit.messages import worded
from evalkit.plain_cells import MOST

MarkMeaning = Literal["zero_reported", "not_reported", "not_applicable"]
SIGNS: dict[str, MarkMeaning] = {  # of the list in each cell of the form that evalkit gives out
    "không phát sinh": "zero_reported",
    "chưa có số liệu": "not_reported",
    "không áp dụng": "not_applicable",
    "none": "zero_reported",
    "not reported": "not_reported",
    "not applicable": "not_applicable",
}
Qualifier = Literal["exact", "about", "more_than", "nearly", "at_least"]

_PRECISION: dict[str, Qualifier] = {
    "khoảng": "about",
    "xấp xỉ": "about",
    "ước": "about",
    "ước tính": "about",
    "chừng": "about",
    "about": "about",
    "approximately": "about",
    "trên": "more_than",
    "hơn": "more_than",
    "more than": "more_than",
    "over": "more_than",
    "gần": "nearly",
    "nearly": "nearly",
    "ít nhất": "at_least",
    "tối thiểu": "at_least",
    "at least": "at_least",
}
_LONGEST = 200
_BLANK_MARKS = " \u00a0\u2007\u2009\u202f"
_TEXT = re.compile(r"(?P<before>[^0-9]*?)(?P<number>[-\u2212\u2013+]?\s?[0-9][0-9.,'\u2019 ]*)(?P<after>.*)")
_EXPONENT = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?[eE][-+]?[0-9]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200c-\u200f\u202a-\u202e\u2066-\u2069\ufffd]")
_NUMBERED = re.compile(
    r"0[0-9]{8,}"
)  # a number of a person, a telephone or a file: no count begins with a zero
_SHEET_ERROR = re.compile(r"#(?:N/A|DIV/0!|REF!|VALUE!|NAME\?|NUM!|NULL!|#+)")
_TWICE = re.compile(r"[0-9].*\([^)]*[0-9]")
_DASHES = "-\u2212\u2013\u2014"
_RAISED_DIGITS = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹⁰", "1234567890")
_LIKE_DIGITS = frozenset("oliszb")  # of a single letter behind digits: a slip of the hand


@dataclass(frozen=True, slots=True)
class Held:
    """A cell that is not taken: which rule it breaks, what to do, and whether that is done in the mapping and not in the form."""

    rule: str
    do: str
    in_mapping: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as taken: its value (None where there is none), its status, how exact its words are, its footnote sign."""

    value: Decimal | None
    status: str
    qualifier: Qualifier = "exact"
    mark: str = ""


@dataclass(frozen=True, slots=True)
class FigureRules:
    """How figures of one measure are written in one table.

    Attributes
    ----------
    measure : str
        For messages.
    whole, negative : bool
        What the measure takes.
    decimal, group : str
        The marks declared for text figures; "" where none is: a point or comma is then not read.
    scale : Decimal
        What a figure is multiplied by.
    units : frozenset of str
        The words that may stand behind a figure, as :func:`same_word` has them.
    marks : dict
        What the form's legend says of signs and words, by :func:`same_word`; "" is a blank cell.
    own_form : bool
        Whether the form is evalkit's own, which has no mapping that could be corrected.
    """

    measure: str
    whole: bool = True
    negative: bool = False
    decimal: str = ""
    group: str = ""
    scale: Decimal = Decimal(1)
    units: frozenset[str] = frozenset()
    marks: dict[str, MarkMeaning] = field(default_factory=dict)
    own_form: bool = False


_CURRENCY = re.compile(r"\[\$[A-Z]{3}\]")
# on evalkit's own form, text that Excel did not take for a number: not three digits behind the mark, so it parts no thousands
_PLAIN_DECIMALS = re.compile(r"[0-9]+([.,])(?:[0-9]{1,2}|[0-9]{4,})")


def signs_said() -> str:
    r"""Return the words that say what a sign of a form means, for a comment.

    Examples
    --------
    >>> signs_said()
    '"không phát sinh", "chưa có số liệu", "không áp dụng" · by the form\'s own legend: "none", "not reported", "not applicable"'
    """
    words = [f'"{word}"' for word in SIGNS]
    return f"{', '.join(words[:3])} · by the form's own legend: {', '.join(words[3:])}"


def mark_meaning(written: object) -> object:
    """Return what a mapping writes of a sign as it is kept: in the words of evalkit's own form, or as one of the three statuses."""
    return SIGNS.get(same_word(written), written) if isinstance(written, str) else written


def read_figure(cell: Cell, rules: FigureRules) -> Figure | Held:
    """Return the figure of a cell, or why it is held.

    Parameters
    ----------
    cell : Cell
    rules : FigureRules

    Examples
    --------
    >>> from evalkit.facts.forms.grid import text_cell
    >>> rules = FigureRules("cases_recorded", decimal=",", group=".", units=frozenset({"vụ"}))
    >>> read_figure(text_cell("khoảng 1.020 vụ"), rules)
    Figure(value=Decimal('1020'), status='reported', qualifier='about', mark='')
    >>> read_figure(text_cell("12.5"), rules).rule
    'a point parts groups of three digits here'
    """
    found = _read(cell, rules)
    return Held(*told_of_own_form(cell, found.rule)) if isinstance(found, Held) and rules.own_form else found


def _read(cell: Cell, rules: FigureRules) -> Figure | Held:
    if (told := _by_legend(cell, rules)) is not None:
        return told
    if (doubt := _doubtful(cell)) is not None:
        return doubt
    if cell.kind == "number":
        return _shown_otherwise(cell, rules) or _figure(
            cell.number, rules, mark=cell.raised, from_number=True
        )
    if cell.kind == "text":
        return _of_text(cell.text, rules, cell.raised)
    return _no_figure(cell)


def _doubtful(cell: Cell) -> Held | None:
    """Return why what stands in a cell may not be what is meant."""
    if cell.doubt == "struck":
        return Held(worded("something in the cell is struck through"), _in_digits())
    if cell.doubt == "lowered":
        return Held(worded("a digit is written lowered: a note, or part of the figure?"), _in_digits())
    if cell.doubt == "broken":
        return Held(
            worded("several figures stand in the cell"),
            worded("write one figure a cell, or declare split in the mapping"),
        )
    return None


def _shown_otherwise(cell: Cell, rules: FigureRules) -> Figure | Held | None:
    """Return what a cell's format makes of its number where it shows another: a percentage, thousands, further signs, a sign alone."""
    shape = cell.format
    if not shape or shape == "General":
        return None
    if _NUMBERED.fullmatch(shape) and len(cell.text) < len(shape):
        return _no_count() if cell.number else None
    shown = shown_number(shape, cell.number or Decimal(0))
    if shown.instead is not None:
        return _sign_shown(shown.instead, cell, rules)
    return _other_shown(shown, shape, rules) or _unit_fault(shown.words, rules)


def _other_shown(shown: ShownNumber, shape: str, rules: FigureRules) -> Held | None:
    """Return why the number that a format shows is not the one that is meant."""
    if shown.scaled:
        rule = worded("the cell's format shows another number than it holds: per cent, or thousands")
    elif shown.signs:
        rule = worded("the cell's format shows digits or signs that its number does not have")
    elif rules.whole and _CURRENCY.search(shape):
        rule = worded("the cell's format shows money where a count is expected")
    else:
        return None
    return Held(rule, _plain_format())


def _sign_shown(sign: str, cell: Cell, rules: FigureRules) -> Figure | Held | None:
    """Return what a sign says that a cell's format shows in the place of its number: a dash is a zero unless it is declared otherwise."""
    if not sign:
        return Held(
            worded("the cell's format does not show its figure"),
            worded("give the cell the format of a plain number, or clear it"),
        )
    meaning = rules.marks.get(same_word(sign))
    if meaning is not None and (cell.number == 0 or meaning != "zero_reported"):
        return _by_meaning(meaning)
    if cell.number == 0 and not sign.strip(_DASHES):
        return None
    return Held(
        worded("the cell's format shows a sign in the place of its figure"),
        worded(
            "say in marks what the form's legend says of the sign, or give the cell the format of a plain number"
        ),
    )


def _plain_format() -> str:
    return worded("give the cell the format of a plain number, and type the figure")


def _by_legend(cell: Cell, rules: FigureRules) -> Figure | None:
    """Return what the form's legend says of a cell, if anything."""
    if cell.kind not in ("text", "blank", "number") or cell.raised:
        return None
    meaning = rules.marks.get(same_word(cell.text))
    return _by_meaning(meaning) if meaning is not None else None


def _by_meaning(meaning: MarkMeaning) -> Figure:
    return Figure(Decimal(0) if meaning == "zero_reported" else None, meaning)


def _no_figure(cell: Cell) -> Held:
    type_it = worded("write the figure itself, or a sign that the form's legend explains")
    if cell.kind == "error":
        return Held(worded("the cell holds an error of the spreadsheet"), type_it)
    if cell.kind == "formula":
        return Held(
            worded("the cell holds a formula without a stored result"),
            worded("open the file in Excel and save it, or write the figure itself"),
        )
    if cell.kind == "date":
        return Held(worded("the cell holds a day where a figure is expected"), type_it)
    if cell.kind == "truth":
        return Held(worded("the cell holds TRUE or FALSE where a figure is expected"), type_it)
    return Held(worded("the cell is blank, and the mapping does not say what a blank means"), type_it)


def _of_text(text: str, rules: FigureRules, raised: str) -> Figure | Held:
    if len(text) > _LONGEST:
        return Held(worded("the text is longer than a figure"), _in_digits())
    bare, mark = without_mark(text)
    found = _TEXT.fullmatch(bare)
    wrong = _spoilt(text) or _two_figures(text, mark)
    if wrong is not None or not found:
        return wrong or _without_digits(text)
    qualifier = _precision(found["before"])
    wrong = _unit_fault(found["after"], rules) if qualifier else _strange_words()
    if wrong is not None or qualifier is None:
        return wrong or _strange_words()
    number = _no_count() if _NUMBERED.match(found["number"].strip()) else read_number(found["number"], rules)
    if isinstance(number, Held):
        return number
    sign = (raised or mark).translate(_RAISED_DIGITS)
    return _figure(number, rules, qualifier=qualifier, mark=sign)


def _two_figures(text: str, mark: str) -> Held | None:
    """Return that a cell is held in which a second figure stands in brackets and is no sign of a footnote."""
    if not _TWICE.search(text) or (mark and not mark.strip("()").isdigit()):
        return None
    return Held(worded("a second figure stands in brackets: a note, or a figure?"), _in_digits())


def _strange_words() -> Held:
    return Held(worded("the words before the figure say nothing known"), _in_digits())


def _no_count() -> Held:
    return Held(
        worded("many digits that begin with a zero: a number of a person or a telephone, and no count"),
        worded("write the count; numbers of persons have no place in a form"),
    )


def _in_digits() -> str:
    return worded("write the figure in digits; what does not belong to it goes into a note")


def _spoilt(text: str) -> Held | None:
    """Return why a text can be no figure, whatever it says: an invisible sign, an error, an exponent."""
    if _UNSEEN.search(text):
        return Held(
            worded("the cell holds an invisible sign"), worded("delete the cell and type the figure anew")
        )
    if _SHEET_ERROR.match(text):
        return _no_figure(Cell("error"))
    if _EXPONENT.search(text):
        return Held(worded("an exponent: digits were lost on saving"), worded("write all digits"))
    return None


def _precision(before: str) -> Qualifier | None:
    """Return what the words before a figure say of it; None where they are not known."""
    words = same_word(before)
    return "exact" if not words else _PRECISION.get(words)


def _unit_fault(after: str, rules: FigureRules) -> Held | None:
    """Return why the words behind a figure are no unit of its measure."""
    words = same_word(after.strip(" ./"))
    if not words or words in rules.units:
        return None
    if any(letter.isdigit() for letter in words):
        return Held(
            worded("several figures stand in the cell"),
            worded("write one figure a cell, or declare split in the mapping"),
        )
    if words in _LIKE_DIGITS and after[:1].isalpha():
        return Held(
            worded("the letter {words} stands among the digits", words=repr(after[:1])),
            worded("write the digit in its place: 0 for the letter O, 1 for l or I"),
        )
    return Held(
        worded(
            "{words} is not a unit of {measure}",
            words=repr(words) if may_be_quoted(after) else worded("what stands behind the figure"),
            measure=rules.measure,
        ),
        worded("correct the figure's unit, or declare the word in unit_words"),
    )


def _without_digits(text: str) -> Held:
    words = plain_words(text).split()
    if any(word.isdecimal() for word in words):
        return Held(worded("digits are 0 to 9, not those of another script"), worded("write the figure anew"))
    if len(words) > 1 and words[0] in NUMBER_WORDS and words[0] != "khong":
        return Held(worded("a number in words"), worded("write it in digits"))
    return Held(
        worded(
            "{words} is not declared as a mark",
            words=repr(text) if may_be_quoted(text) else worded("what stands in the cell"),
        ),
        worded("write the figure, or say in marks what the form's legend says of it"),
    )


def read_number(text: str, rules: FigureRules) -> Decimal | Held:
    """Return the number that digits with declared marks stand for; blanks may part groups of three.

    Examples
    --------
    >>> rules = FigureRules("budget_spent", whole=False, decimal=",", group=".")
    >>> read_number("1.250,5", rules), read_number("1 234", rules)
    (Decimal('1250.5'), Decimal('1234'))
    """
    bare = text.strip(_BLANK_MARKS)
    sign, digits = ("-", bare[1:].strip()) if bare[:1] in "-\u2212\u2013" else ("", bare)
    if digits.startswith("+"):
        return Held(worded("a number has no plus"), worded("write the digits alone"))
    decimal, group = rules.decimal, rules.group
    if rules.own_form and (told := _PLAIN_DECIMALS.fullmatch(digits)):
        decimal = told[1]
    whole, mark, parts = digits.partition(decimal) if decimal else (digits, "", "")
    if mark and not parts.isdecimal():
        return _badly_marked(rules)
    if mark and rules.whole and rules.scale == 1 and len(parts) == 3:
        return Held(
            worded("three digits behind the decimal mark of a count: thousands, or decimals?"),
            worded("type the figure without a mark"),
        )
    whole = _ungrouped(whole, group)
    if not whole.isascii() or not whole.isdecimal():
        return _badly_marked(rules)
    return Decimal(f"{sign}{whole}{'.' + parts if parts else ''}")


def _ungrouped(whole: str, group: str) -> str:
    """Return the digits before the decimal mark without what parts them into threes; as they are where that is not so."""
    for mark in [group, *_BLANK_MARKS, "'", "\u2019"]:
        if mark and mark in whole:
            first, *others = whole.split(mark)
            fits = 1 <= len(first) <= 3 and first[0] != "0" and all(len(one) == 3 for one in others)
            return "".join([first, *others]) if fits else whole
    return whole


def _badly_marked(rules: FigureRules) -> Held:
    do = worded("write the figure with the marks the mapping declares")
    if not rules.decimal and not rules.group:
        return Held(
            worded("a point or comma stands in the figure, and the mapping does not say what it means"),
            worded("declare decimal and group in the mapping, as the form writes them"),
        )
    names = {".": worded("a point"), ",": worded("a comma"), "": ""}
    if rules.group:
        return Held(
            worded("{mark} parts groups of three digits here", mark=names.get(rules.group, rules.group)), do
        )
    return Held(
        worded(
            "{mark} is the decimal mark here, and no other is declared",
            mark=names.get(rules.decimal, rules.decimal),
        ),
        do,
    )


def _figure(
    number: Decimal | None,
    rules: FigureRules,
    *,
    qualifier: Qualifier = "exact",
    mark: str = "",
    from_number: bool = False,
) -> Figure | Held:
    """Return a number as a figure of its measure, or why it cannot be one."""
    value = (number or Decimal(0)) * rules.scale
    if value < 0 and not rules.negative:
        return Held(worded("a count is never negative"), worded("correct the value"))
    if rules.whole and value != value.to_integral_value():
        return _broken(number, rules, from_number=from_number)
    if abs(value) > MOST:
        return Held(
            worded("a number beyond 9007199254740992 (2^53) cannot be held exactly"),
            worded("correct it, or use a larger unit"),
        )
    exact = value.to_integral_value() if value == value.to_integral_value() else value.normalize()
    return Figure(exact, "zero_reported" if value == 0 else "reported", qualifier, mark)


def _broken(number: Decimal | None, rules: FigureRules, *, from_number: bool) -> Held:
    decimals = -int(number.as_tuple().exponent) if number is not None else 0
    do = (
        worded(
            "correct the value or its decimal mark; where the form counts in thousands, write scale = 1000"
        )
        if rules.scale == 1
        else worded("correct the value or its decimal mark")
    )
    if from_number and decimals == 3:
        return Held(
            worded(
                "a count is a whole number; the cell may hold thousands that were typed with a point or comma"
            ),
            worded("type the figure without a mark"),
        )
    return Held(worded("a count is a whole number"), do)


def read_split(cell: Cell, rules: dict[str, FigureRules]) -> dict[str, Figure] | Held:
    """Return the several figures of one cell, each by the word of its unit.

    Parameters
    ----------
    cell : Cell
    rules : dict of FigureRules
        By the word that stands behind the figure; "()" is the figure in brackets, "" the one without a word.

    Returns
    -------
    dict of Figure
        By the same words; a word that is not there has no figure.

    Examples
    --------
    >>> from evalkit.facts.forms.grid import text_cell
    >>> words = {"vụ": FigureRules("cases_recorded"), "đối tượng": FigureRules("suspects")}
    >>> {word: str(one.value) for word, one in read_split(text_cell("88 vụ/229 đối tượng"), words).items()}
    {'vụ': '88', 'đối tượng': '229'}
    >>> read_split(text_cell("4/9"), words).rule
    'no unit word stands beside the figures'
    """
    first = next(iter(rules.values()))
    told = _by_legend(cell, first)
    if told is not None:
        return dict.fromkeys(rules, told)
    if (doubt := _doubtful(cell)) is not None:
        return doubt
    if cell.kind == "number" and "" in rules:
        found = read_figure(cell, rules[""])
        return found if isinstance(found, Held) else {"": found}
    if cell.kind not in ("text", "number"):
        return _no_figure(cell)
    return _each(cell.text, rules)


def _each(text: str, rules: dict[str, FigureRules]) -> dict[str, Figure] | Held:
    figures: dict[str, Figure] = {}
    pairs = _pairs(text) if len(text) <= _LONGEST else None
    if pairs is None:
        return Held(
            worded("something beside the figures is no unit word of the mapping's split"), _in_digits()
        )
    for words, number in pairs:
        word = next((one for one in rules if same_word(one) == words), None)
        if word is None or word in figures:
            return Held(
                worded("no unit word stands beside the figures"),
                worded("write each figure with the word of its unit, as the mapping's split has it"),
            )
        found = _of_text(number, rules[word], "")
        if isinstance(found, Held):
            return found
        figures[word] = found
    return figures or _without_digits(text)


_PAIR = re.compile(
    r"(?P<open>\()?\s*(?P<before>[^\W\d][^\d/;()]*)?(?P<number>[0-9][0-9.,]*(?:[ \u00a0][0-9]{3})*)\s*(?P<word>[^\d/;()]*)(?P<close>\))?"
)


_BETWEEN = re.compile(r"[\s/;,.+&]*(?:và|and)?[\s/;,.]*")


def _pairs(text: str) -> list[tuple[str, str]] | None:
    """Return each figure of a text with the word behind it, "()" for a bare one in brackets; None where anything else stands there."""
    pairs, end = [], 0
    for found in _PAIR.finditer(text):
        if not _BETWEEN.fullmatch(text[end : found.start()]) or bool(found["open"]) != bool(found["close"]):
            return None
        end = found.end()
        word = same_word(found["word"].strip(" ,.+").removesuffix(" và"))
        number = f"{found['before'] or ''}{found['number'].rstrip('.,')}".removeprefix("và ")
        pairs.append(("()" if found["open"] and not word else word, number))
    return pairs if not pairs or _BETWEEN.fullmatch(text[end:]) else None
