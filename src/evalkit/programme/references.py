"""Refuse a programme that uses a name it does not declare, or promises something for days that do not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path

from evalkit.declaration import line_of, nearest, read_toml
from evalkit.errors import DeclarationError, together
from evalkit.labels import Dated
from evalkit.messages import worded
from evalkit.programme.kinds import KINDS
from evalkit.programme.models import Indicator, Programme, Request, Target

Key = tuple[str | int, ...]
Use = tuple[str, Key, str, Iterable[str]]
Files = Mapping[str, tuple[Path, ...]]
_MEASURES_OF_ONE = ("part_of", "subtracted_from", "grows_by", "falls_by", "no_more_than")


def refuse_dangling_names(programme: Programme, files: Files) -> None:
    """Raise DeclarationError with file and line for the names that are used but not declared."""
    faults = [
        DeclarationError(
            where=place_of(files[file], key),
            rule=worded("{name} is used but not declared", name=repr(name)),
            do=worded("declare it or correct the name; {nearest}", nearest=nearest(name, list(known))),
        )
        for file, key, name, known in _used_names(programme)
        if name not in known
    ]
    if faults:
        raise together(faults)


def refuse_overlaps(programme: Programme, files: Files) -> None:
    """Refuse two programme periods, or two quantified targets on one indicator and place, in force on the same day."""
    _refuse_overlap(programme.periods, files["programme"][0], what=worded("programme periods"))
    groups: dict[tuple[str | None, str | None, str | None], list[Target]] = {}
    for target in programme.targets:
        if target.is_quantified:
            groups.setdefault((target.indicator, target.scheme, target.province_code), []).append(target)
    for (indicator, _, _), targets in groups.items():
        _refuse_overlap(
            targets, files["targets"][0], what=worded("targets on {indicator}", indicator=repr(indicator))
        )


def refuse_misread(programme: Programme, files: Files) -> None:
    """Refuse a good direction for counts of cases or persons where they count detection, and targets on indicators that do not exist in their days.

    Refused too is chance on what is not counted: limits and trends of money or of medians.
    """
    _refuse_chance_on_amounts(programme, files)
    for name, indicator in programme.indicators.items():
        counted = (
            programme.counts_detection and programme.measures[indicator.numerator].disclosure != "activity"
        )
        if KINDS[indicator.kind].by_chance and counted and indicator.polarity != "neutral":
            raise DeclarationError(
                where=place_of(files["indicators"], ("indicator", name, "polarity")),
                rule=worded("a count of cases or persons is neutral: more of them can mean more effort"),
                do=worded(
                    'write polarity = "neutral"; or counts_detection = false in programme.toml, where what is recorded is what happens'
                ),
            )
    for n, target in enumerate(programme.targets):
        if target.indicator is not None and not _exists(programme.indicators[target.indicator], target):
            raise DeclarationError(
                where=place_of(files["targets"], ("target", n, "indicator")),
                rule=worded(
                    "the indicator {indicator} does not exist in all the days of target {target}",
                    indicator=repr(target.indicator),
                    target=repr(target.id),
                ),
                do=worded(
                    "set the target's validity inside the indicator's, or name the indicator that holds in these days"
                ),
            )


def _refuse_chance_on_amounts(programme: Programme, files: Files) -> None:
    for name, indicator in programme.indicators.items():
        rule = KINDS[indicator.kind]
        asks = (rule.by_chance and rule.has_base) or indicator.is_share
        if (asks or indicator.trend or indicator.compare_periods) and not programme.is_counted(indicator):
            raise DeclarationError(
                where=place_of(files["indicators"], ("indicator", name, "numerator")),
                rule=worded(
                    "this reading takes counts, and {numerator} has decimals or a minus",
                    numerator=repr(indicator.numerator),
                ),
                do=worded(
                    "take kind count, mean, period_ratio or median_days without trend and compare_periods, or a measure that counts"
                ),
            )


def refuse_comparisons_of_amounts(programme: Programme, files: Files) -> None:
    """Refuse a comparison of what is not counted, or not added over places, and two comparisons of one id."""
    for n, one in enumerate(programme.comparisons):
        measure = programme.measures[one.measure]
        if not (measure.additive and measure.whole and not measure.negative):
            raise DeclarationError(
                where=place_of(files["comparisons"], ("comparison", n, "measure")),
                rule=worded("a comparison takes a measure that counts and is added over places"),
                do=worded("name another measure than {measure}", measure=repr(one.measure)),
            )
        if one.id in [other.id for other in programme.comparisons[:n]]:
            raise DeclarationError(
                where=place_of(files["comparisons"], ("comparison", n, "id")),
                rule=worded("{again} is declared twice", again=repr(one.id)),
                do=worded("keep one of the two tables"),
            )


def _exists(indicator: Indicator, target: Target) -> bool:
    first, last = indicator.valid_from or date.min, indicator.valid_to or date.max
    return first <= target.valid_from and target.valid_to <= last


def place_of(paths: tuple[Path, ...], key: Key) -> str:
    """Return file and line of a key: in the file that holds its table, where a part was split into several."""
    path, inside = _located(paths, key)
    return f"{path}, line {line_of(path.read_text(encoding='utf-8'), inside)}"


def _located(paths: tuple[Path, ...], key: Key) -> tuple[Path, Key]:
    """Return the file of a key and the key within it: the nth of all targets may be the first of its file."""
    inside = key
    for path in paths:
        tables = read_toml(path).get(str(inside[0]), {})
        nth = inside[1] if len(inside) > 1 else None
        if isinstance(nth, int) and nth >= len(tables):
            inside = (inside[0], nth - len(tables), *inside[2:])
        elif nth is None or isinstance(nth, int) or nth in tables:
            return path, inside
    return paths[0], key


def _used_names(programme: Programme) -> Iterator[Use]:
    """Yield (file, key path, name used, names declared) for each cross reference."""
    strands = [strand.id for strand in programme.strands]
    for name, measure in programme.measures.items():
        yield "measures", ("measure", name, "unit"), measure.unit, programme.units
        yield "measures", ("measure", name, "strand"), measure.strand, strands
        if measure.of is not None:
            yield "measures", ("measure", name, "of"), measure.of, programme.measures
        for key in _MEASURES_OF_ONE:
            bases = getattr(measure, key)
            yield from (("measures", ("measure", name, key), base, programme.measures) for base in bases)
        for dimension in measure.dimensions:
            yield "measures", ("measure", name, "dimensions"), dimension, programme.dimensions
    yield from _names_of_dimensions(programme)
    for name, indicator in programme.indicators.items():
        yield from _names_of_indicator(name, indicator, programme)
        yield "indicators", ("indicator", name, "strand"), indicator.strand, strands
    yield from _names_used_by_promises(programme, strands)
    yield from _names_used_by_pathways(programme)
    for n, one in enumerate(programme.comparisons):
        yield "comparisons", ("comparison", n, "measure"), one.measure, programme.measures
    for n, request in enumerate(programme.requests):
        yield from _names_of_request(("request", n), request, programme)


def _names_of_dimensions(programme: Programme) -> Iterator[Use]:
    for name, value, crossing in (
        (name, value, crossing)
        for name, dimension in programme.dimensions.items()
        for value, crossings in dimension.read_as.items()
        for crossing in crossings
    ):
        key = ("dimension", name, "read_as", value)
        for other, one in crossing.items():
            yield "measures", key, other, programme.dimensions
            if other in programme.dimensions:
                yield "measures", key, one, programme.dimensions[other].values


def _names_of_request(table: tuple[str, int], request: Request, programme: Programme) -> Iterator[Use]:
    yield from (("requests", (*table, "measures"), one, programme.measures) for one in request.measures)
    yield from (("requests", (*table, "by"), one, programme.dimensions) for one in request.by)
    for dimension, values in request.only.items():
        yield "requests", (*table, "only"), dimension, programme.dimensions
        if dimension in programme.dimensions:
            known = programme.dimensions[dimension].values
            yield from (("requests", (*table, "only", dimension), one, known) for one in values)


def _names_of_indicator(name: str, indicator: Indicator, programme: Programme) -> Iterator[Use]:
    table = ("indicator", name)
    used = {"numerator": indicator.numerator, "denominator": indicator.denominator}
    for key, measure in used.items():
        if measure is not None:
            yield "indicators", (*table, key), measure, programme.measures
    for measure in indicator.against or ():
        yield "indicators", (*table, "against"), measure, programme.measures
    parts = (
        ("part", indicator.part, indicator.numerator),
        ("base_part", indicator.base_part, indicator.denominator),
    )
    for key, part, measure in parts:
        for dimension, value in part.items():
            yield "indicators", (*table, key), dimension, programme.measures[str(measure)].dimensions
            yield "indicators", (*table, key), value, programme.dimensions[dimension].values


def _names_used_by_promises(programme: Programme, strands: list[str]) -> Iterator[Use]:
    for n, target in enumerate(programme.targets):
        if target.indicator is not None:
            yield "targets", ("target", n, "indicator"), target.indicator, programme.indicators
    for n, event in enumerate(programme.breaks):
        for measure in event.measures:
            yield "breaks", ("event", n, "measures"), measure, programme.measures
    for n, asked in enumerate(programme.recommendations):
        yield "recommendations", ("recommendation", n, "strand"), asked.strand, strands
        for indicator in asked.indicators:
            yield "recommendations", ("recommendation", n, "indicators"), indicator, programme.indicators


def _names_used_by_pathways(programme: Programme) -> Iterator[Use]:
    for n, stage in enumerate(programme.stages):
        for key, name in (("measure", stage.measure), ("base", stage.base)):
            if name is not None:
                yield "pathway", ("stage", n, key), name, programme.measures
    matrix = programme.support
    if matrix is not None:
        for key in ("eligible", "accepting", "received"):
            yield "support", (key,), getattr(matrix, key), programme.measures
        for indicator in matrix.waiting:
            yield "support", ("waiting",), indicator, programme.indicators
        for key in ("support_dimension", "class_dimension"):
            yield "support", (key,), getattr(matrix, key), programme.dimensions


def _refuse_overlap(spans: Iterable[Dated], path: Path, *, what: str) -> None:
    for one, other in combinations(spans, 2):
        if one.valid_from <= other.valid_to and other.valid_from <= one.valid_to:
            raise DeclarationError(
                where=str(path),
                rule=worded(
                    "two {what} are in force on the same day ({day})",
                    what=what,
                    day=max(one.valid_from, other.valid_from),
                ),
                do=worded("end the earlier one the day before the later one starts"),
            )
