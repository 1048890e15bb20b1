"""The place that a label of a form names: the nation and the regions first, then the units of one boundary set; or held."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evalkit.errors import FactsError
from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.former_places import divided, of_a_time, without_time
from evalkit.facts.forms.grid import Cell
from evalkit.facts.forms.office_names import ends_of_office, held_office
from evalkit.facts.forms.person_names import like_a_name
from evalkit.facts.forms.plain_words import is_heading, is_total, same_word, without_mark
from evalkit.messages import listed, worded
from evalkit.places.place_names import Spelling, read_spelling
from evalkit.places.place_search import matching_units
from evalkit.places.registry import Registry
from evalkit.table import NATION_SCHEME

_NUMBERED = re.compile(
    r"^(?:(?:[0-9]{1,2}|[IVX]{1,4}|[a-z])[.)/]\s+|[0-9]{1,2}(?:[.)/]|\s*[-–—]\s*|\s+(?!(?i:tỉnh|thành phố|tp|các|vùng|địa phương)\b))(?=[^\W\d_]))"
)
_CAPITAL = re.compile(r"^(?:thủ đô|thu do)\s+(?=\w)", re.IGNORECASE)
_HALVES = re.compile(r"\s+[-–—|]\s+|\s*/\s*")
_REGION_WORDS = ("vung", "khu vuc", "region")
_UNKNOWN = ("khongxacdinh", "chuaxacdinh", "khongro", "unidentified", "unknown", "notstated", "noikhac")
_LONGEST = 200
_SHORT = 40  # a longer text is no name of a place, and is not quoted
_OPTION = re.compile(r"--scheme (\S+)")
_ZEROS = re.compile(r"0+")
NO_PLACE = worded(
    "correct the name; if it is no place, declare its row or column: skip leaves it, total compares a row of totals, until ends the table"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A place as the facts table names it."""

    code: str
    scheme: str


@dataclass(frozen=True, slots=True)
class FormPlaces:
    """Reads the place labels of one table.

    Attributes
    ----------
    registry : Registry
    scheme : str
        The boundary set of the table.
    by_code : bool
        Whether codes stand there instead of names.
    labels : mapping of str
        Labels that the mapping itself gives a code.
    """

    registry: Registry
    scheme: str
    by_code: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    _known: dict[str, Placed | Held] = field(default_factory=dict, repr=False)

    def read(self, cell: Cell) -> Placed | Held:
        """Return the place of a label, or why the row is held."""
        text = self._code_text(cell) if self.by_code else without_mark(cell.text)[0]
        if text not in self._known:
            self._known[text] = self._read(text)
        return self._known[text]

    def _read(self, text: str) -> Placed | Held:
        if len(text) > _LONGEST:
            return _no_place()
        given = {same_word(label): code for label, code in self.labels.items()}.get(same_word(text))
        try:
            if given is not None or self.by_code:
                return self._by_code(given if given is not None else text)
            return self._by_name(text)
        except FactsError as refusal:
            if not self.by_code and (told := self._former(text) or self._office(text)) is not None:
                return told
            if like_a_name(text) and not self._is_named_elsewhere(text):
                return _no_place()
            rule = worded("{label}: {rule}", label=repr(text), rule=refusal.rule)
            do = NO_PLACE if is_heading(text) and not self.by_code else _without_option(refusal.do)
            return Held(rule if 0 < len(text) <= _SHORT else refusal.rule, do, in_mapping=do == NO_PLACE)

    def _office(self, text: str) -> Held | None:
        """Return why the label of an office is held, with the province it is of; None for any other."""
        for office, rest in ends_of_office(_NUMBERED.sub("", text)):
            try:
                unit = self.registry.find(rest, self.scheme)
            except FactsError:
                continue
            return held_office(text, office, unit.name, unit.code)
        return None

    def _former(self, text: str) -> Held | None:
        """Return why a label that says "former" or "new", or names a province divided since, is held; None for any other."""
        bare, time = without_time(_NUMBERED.sub("", text))
        if (held := divided(bare, self.registry)) is not None or not time:
            return held
        schemes = self.registry.schemes if time == "before" else self.registry.schemes[::-1]
        found = {one: FormPlaces(self.registry, one).read(Cell("text", bare)) for one in schemes}
        for scheme, place in found.items():
            if isinstance(place, Placed) and place.scheme == scheme:
                name, same = place_name(self.registry, place), scheme == self.scheme
                return of_a_time(text, name, place.code, scheme, same=same)
        gone = found[schemes[0]]
        return gone if isinstance(gone, Held) else None

    def _is_named_elsewhere(self, text: str) -> bool:
        """Tell whether a text names a unit of another boundary set, or one that is gone: then it is no person's name."""
        spelling = read_spelling(text, self.registry.nation.unit_type)
        gone = {read_spelling(row.name, self.registry.nation.unit_type).bare for row in self.registry.former}
        return spelling.bare in gone or any(
            matching_units(self.registry, spelling, scheme) for scheme in self.registry.schemes
        )

    def _code_text(self, cell: Cell) -> str:
        """Return a code as it is shown: 1 with the format 00 is 01."""
        if cell.kind == "number" and _ZEROS.fullmatch(cell.format) and cell.text.isdecimal():
            return cell.text.zfill(len(cell.format))
        return cell.text

    def _by_code(self, code: str) -> Placed:
        if code == self.registry.nation.code:
            return Placed(code, NATION_SCHEME)
        if code in self.registry.regions(self.scheme):
            return Placed(code, self.scheme)
        return Placed(self.registry.unit(code, self.scheme).code, self.scheme)

    def _by_name(self, text: str) -> Placed | Held:
        bare = _CAPITAL.sub("", _NUMBERED.sub("", text))
        spelling = read_spelling(bare, self.registry.nation.unit_type)
        if (unnamed := _names_nothing(bare, spelling)) is not None:
            return unnamed
        found = self._larger(spelling)
        if found is not None:
            return found
        if is_total(bare):
            return _total_of_what(text, self.registry.nation.code)
        try:
            return Placed(self.registry.find(bare, self.scheme).code, self.scheme)
        except FactsError:
            if (both := self._in_two_languages(bare)) is not None:
                return both
            raise

    def _larger(self, spelling: Spelling) -> Placed | None:
        """Return the nation or the region that a name stands for."""
        nation = self.registry.nation
        words = [*nation.name.root.values(), *nation.also]
        if spelling.bare in {read_spelling(word, {}).bare for word in words}:
            return Placed(nation.code, NATION_SCHEME)
        for code, name in _regions(self.registry, self.scheme):
            known = read_spelling(name, {}).bare
            if spelling.bare in {known, *(word.replace(" ", "") + known for word in _REGION_WORDS)}:
                return Placed(code, self.scheme)
        return None

    def _in_two_languages(self, text: str) -> Placed | None:
        """Return the place of a label that names it twice: "Hà Nội - Ha Noi"."""
        halves = _HALVES.split(text)
        if len(halves) != 2:
            return None
        found = [self._read(half) for half in halves]
        same = isinstance(found[0], Placed) and found[0] == found[1]
        return found[0] if same and isinstance(found[0], Placed) else None


def _without_option(do: str) -> str:
    """Return a remedy for who reads a form: what is to be said is said in the mapping, not by an option of a command or in the registry."""
    found = _OPTION.search(do)
    if "units.csv" in do:
        return NO_PLACE
    if not found:
        return do
    return worded(
        'if the form is of the boundary set {scheme}, write scheme = "{scheme}" in the mapping',
        scheme=found[1],
    )


def _names_nothing(bare: str, spelling: Spelling) -> Held | None:
    """Return why a label is the name of no place, whatever the boundary set."""
    if bare.replace(".", "").isdecimal():
        return Held(
            worded("a number stands where the name of a place is expected"),
            worded('name the column of the places; where codes stand there, say by = "code"'),
            in_mapping=True,
        )
    if spelling.bare in _UNKNOWN:
        return Held(
            worded("figures of no known place are not a province's"),
            worded("keep them out; the country's own total counts them"),
        )
    return None


def _total_of_what(label: str, nation: str) -> Held:
    """Return that a label says "total", and not of which place."""
    label = " ".join(label.split())
    return Held(
        worded("{label} is a row of totals, and the mapping does not say of which place", label=repr(label)),
        worded(
            'if it is the whole country, write "{label}" = "{nation}" in place; else leave it: skip = ["{label}"]',
            label=label,
            nation=nation,
        ),
        in_mapping=True,
    )


def _no_place() -> Held:
    """Return the rule for a label that is not quoted: it is long, or could be a person's name."""
    return Held(
        worded("the label is no place of the boundary set"),
        worded("correct it, or leave the row by skip"),
        in_mapping=True,
    )


def _regions(registry: Registry, scheme: str) -> Iterable[tuple[str, str]]:
    """Return the names of a scheme's regions, in every language, with their codes."""
    seen = {(unit.region_code, name) for unit in registry.units(scheme) for name in unit.region.root.values()}
    return sorted((code, name) for code, name in seen if code)


def scheme_of(registry: Registry, declared: str | None, labels: Iterable[str], *, by_code: bool) -> str:
    """Return the boundary set of a table: as declared, or the only one in which its labels stand for places.

    Parameters
    ----------
    registry : Registry
    declared : str or None
        What the mapping says.
    labels : iterable of str
        The place labels of the table.
    by_code : bool
        Whether they are codes.

    Raises
    ------
    FactsError
        If it is not declared and a label stands for a place in two boundary sets.
    """
    if declared is not None:
        registry.units(declared)
        return declared
    if len(registry.schemes) == 1:
        return registry.schemes[0]
    readers = [FormPlaces(registry, scheme, by_code=by_code) for scheme in registry.schemes]
    fitting = set(registry.schemes)
    for label in labels:
        read = {reader.scheme: reader._read(label) for reader in readers}  # noqa: SLF001  the same class
        here = {
            scheme: place
            for scheme, place in read.items()
            if isinstance(place, Placed) and place.scheme != NATION_SCHEME
        }
        if len(here) > 1:
            raise _not_said(registry, label, here)
        fitting &= set(here) or fitting
    if len(fitting) == 1:
        return fitting.pop()
    raise _not_said(registry, "", {})


def _not_said(registry: Registry, label: str, here: Mapping[str, Placed]) -> FactsError:
    names = [
        worded(
            "{label} is {name} in scheme {scheme}",
            label=label,
            name=place_name(registry, place),
            scheme=scheme,
        )
        for scheme, place in here.items()
    ]
    return FactsError(
        where="place.scheme",
        rule=worded("the mapping does not say the boundary set: {names}", names=listed(names))
        if names
        else worded("the mapping does not say the boundary set of its places"),
        do=worded("write scheme = in place: one of {schemes}", schemes=", ".join(registry.schemes)),
    )


def place_name(registry: Registry, place: Placed) -> str:
    """Return what a place is called: the nation, a region or a unit."""
    if place.scheme == NATION_SCHEME:
        return registry.nation.name.root.get("vi", place.code)
    regions = dict(_regions(registry, place.scheme))
    return regions.get(place.code) or registry.unit(place.code, place.scheme).name
