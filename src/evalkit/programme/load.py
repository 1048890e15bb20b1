"""Load a programme from its TOML files and check that every name it uses exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from evalkit.declaration import Declared, line_of, nearest, read_declaration
from evalkit.errors import DeclarationError
from evalkit.programme.models import (
    Break,
    Dated,
    Dimension,
    Indicator,
    Label,
    Measure,
    MeasureUnit,
    Programme,
    ProgrammePeriod,
    Recommendation,
    Strand,
    Target,
)


class _ProgrammeFile(Declared):
    id: str
    extends: str | None = None
    label: Label
    period: tuple[ProgrammePeriod, ...]
    strand: tuple[Strand, ...]
    source_order: tuple[str, ...] = ()


class _MeasuresFile(Declared):
    unit: dict[str, MeasureUnit]
    dimension: dict[str, Dimension] = Field(default_factory=dict)
    measure: dict[str, Measure]


class _IndicatorsFile(Declared):
    indicator: dict[str, Indicator]


class _TargetsFile(Declared):
    target: tuple[Target, ...] = ()


class _BreaksFile(Declared):
    event: tuple[Break, ...] = ()


class _RecommendationsFile(Declared):
    recommendation: tuple[Recommendation, ...] = ()


Part = TypeVar("Part", bound=Declared)

FILES = (
    "programme.toml",
    "measures.toml",
    "indicators.toml",
    "targets.toml",
    "breaks.toml",
    "recommendations.toml",
)


def load_programme(name: str, *, base: Path | None = None) -> Programme:
    """Return a programme by the name of a shipped one or by the folder of an own one.

    Parameters
    ----------
    name : str
        ``"vn-trafficking"``, or a folder (relative to ``base``) that holds programme.toml, measures.toml and
        indicators.toml and, where wanted, targets.toml, breaks.toml and recommendations.toml. With ``extends = "name"`` in
        its programme.toml, files that the folder does not have are those of the programme named.
    base : Path, optional
        What a relative folder is relative to: the workspace.

    Raises
    ------
    DeclarationError
        For a malformed file, an unknown key, a name that is used but not declared, or overlapping validities.

    Examples
    --------
    >>> programme = load_programme("vn-trafficking")
    >>> [period.id for period in programme.periods]
    ['2011-2015', '2016-2020', '2021-2025', '2026-2030']
    """
    folder = programme_folder(name, base=base)
    first = read_declaration(folder / "programme.toml", _ProgrammeFile)
    extended = programme_folder(first.extends, base=folder) if first.extends else folder
    files = {name: folder / name if (folder / name).is_file() else extended / name for name in FILES}
    measures = read_declaration(files["measures.toml"], _MeasuresFile)
    programme = Programme(
        id=first.id,
        label=first.label,
        periods=first.period,
        strands=first.strand,
        source_order=first.source_order,
        units=measures.unit,
        dimensions=measures.dimension,
        measures=measures.measure,
        indicators=read_declaration(files["indicators.toml"], _IndicatorsFile).indicator,
        targets=_optional(files["targets.toml"], _TargetsFile).target,
        breaks=_optional(files["breaks.toml"], _BreaksFile).event,
        recommendations=_optional(files["recommendations.toml"], _RecommendationsFile).recommendation,
    )
    _refuse_dangling_names(programme, files)
    _refuse_overlaps(programme, files)
    return programme


def programme_folder(name: str, *, base: Path | None = None) -> Path:
    """Return the folder of a programme: a shipped one by name, else a folder relative to ``base``."""
    shipped = Path(str(resources.files("evalkit.programme"))) / "catalogue" / name
    own = (base or Path()) / name
    for folder in (shipped, own):
        if (folder / "programme.toml").is_file():
            return folder
    raise DeclarationError(
        where=f"programme {name!r}",
        rule="a programme is the name of a shipped one or a folder with programme.toml",
        do=f"shipped programmes: {', '.join(shipped_programmes())}; or give a folder relative to the workspace",
    )


def shipped_programmes() -> list[str]:
    """Return the names of the programmes that come with the package."""
    root = Path(str(resources.files("evalkit.programme"))) / "catalogue"
    return sorted(folder.name for folder in root.iterdir() if (folder / "programme.toml").is_file())


def _optional(path: Path, model: type[Part]) -> Part:
    return read_declaration(path, model) if path.is_file() else model()


def _refuse_dangling_names(programme: Programme, files: dict[str, Path]) -> None:
    for file, key, name, known in _used_names(programme):
        if name not in known:
            path = files[file]
            line = line_of(path.read_text(encoding="utf-8"), key)
            raise DeclarationError(
                where=f"{path}, line {line}",
                rule=f"{name!r} is used but not declared",
                do=f"declare it or correct the name; {nearest(name, list(known))}",
            )


Use = tuple[str, tuple[str | int, ...], str, Iterable[str]]


def _used_names(programme: Programme) -> Iterator[Use]:
    """Yield (file, key path, name used, names declared) for each cross reference."""
    strands = [strand.id for strand in programme.strands]
    for name, measure in programme.measures.items():
        yield "measures.toml", ("measure", name, "unit"), measure.unit, programme.units
        yield "measures.toml", ("measure", name, "strand"), measure.strand, strands
        for dimension in measure.dimensions:
            yield "measures.toml", ("measure", name, "dimensions"), dimension, programme.dimensions
    for name, indicator in programme.indicators.items():
        yield "indicators.toml", ("indicator", name, "numerator"), indicator.numerator, programme.measures
        yield "indicators.toml", ("indicator", name, "strand"), indicator.strand, strands
        if indicator.denominator is not None:
            yield (
                "indicators.toml",
                ("indicator", name, "denominator"),
                indicator.denominator,
                programme.measures,
            )
    yield from _names_used_by_promises(programme, strands)


def _names_used_by_promises(programme: Programme, strands: list[str]) -> Iterator[Use]:
    for n, target in enumerate(programme.targets):
        if target.indicator is not None:
            yield "targets.toml", ("target", n, "indicator"), target.indicator, programme.indicators
    for n, event in enumerate(programme.breaks):
        for measure in event.measures:
            yield "breaks.toml", ("event", n, "measures"), measure, programme.measures
    for n, asked in enumerate(programme.recommendations):
        yield "recommendations.toml", ("recommendation", n, "strand"), asked.strand, strands
        for indicator in asked.indicators:
            yield "recommendations.toml", ("recommendation", n, "indicators"), indicator, programme.indicators


def _refuse_overlaps(programme: Programme, files: dict[str, Path]) -> None:
    """Refuse two programme periods, or two quantified targets on one indicator and place, in force on the same day."""
    _refuse_overlap(programme.periods, files["programme.toml"], what="programme periods")
    groups: dict[tuple[str | None, str | None, str | None], list[Target]] = {}
    for target in programme.targets:
        if target.is_quantified:
            groups.setdefault((target.indicator, target.scheme, target.province_code), []).append(target)
    for (indicator, _, _), targets in groups.items():
        _refuse_overlap(targets, files["targets.toml"], what=f"targets on {indicator!r}")


def _refuse_overlap(spans: Iterable[Dated], path: Path, *, what: str) -> None:
    for one, other in combinations(spans, 2):
        if one.valid_from <= other.valid_to and other.valid_from <= one.valid_to:
            raise DeclarationError(
                where=str(path),
                rule=f"two {what} are in force on the same day ({max(one.valid_from, other.valid_from)})",
                do="end the earlier one the day before the later one starts",
            )
