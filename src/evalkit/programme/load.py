"""Load a programme from its TOML files and check that every name it uses exists."""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field

from evalkit.declaration import Declared, read_declaration
from evalkit.errors import DeclarationError, Refusals
from evalkit.input_file import refuse_outside
from evalkit.programme.models import (
    Break,
    Dimension,
    Indicator,
    Label,
    Measure,
    MeasureUnit,
    Programme,
    ProgrammePeriod,
    Recommendation,
    Stage,
    Strand,
    SupportMatrix,
    Target,
)
from evalkit.programme.references import refuse_dangling_names, refuse_misread, refuse_overlaps


class _ProgrammeFile(Declared):
    id: str
    extends: str | None = None
    label: Label
    period: tuple[ProgrammePeriod, ...]
    strand: tuple[Strand, ...]
    source_order: tuple[str, ...] = ()


class _MeasuresFile(Declared):
    unit: dict[str, MeasureUnit] = Field(default_factory=dict)
    dimension: dict[str, Dimension] = Field(default_factory=dict)
    measure: dict[str, Measure] = Field(default_factory=dict)


class _IndicatorsFile(Declared):
    indicator: dict[str, Indicator]


class _TargetsFile(Declared):
    target: tuple[Target, ...] = ()


class _BreaksFile(Declared):
    event: tuple[Break, ...] = ()


class _RecommendationsFile(Declared):
    recommendation: tuple[Recommendation, ...] = ()


class _PathwayFile(Declared):
    stage: tuple[Stage, ...] = ()


One = TypeVar("One")

_CATALOGUE = Path(str(resources.files("evalkit.programme"))) / "catalogue"
MODELS: dict[str, type[Declared]] = {
    "measures": _MeasuresFile,
    "indicators": _IndicatorsFile,
    "targets": _TargetsFile,
    "breaks": _BreaksFile,
    "recommendations": _RecommendationsFile,
    "pathway": _PathwayFile,
    "support": SupportMatrix,
}
FILES = ("programme", *MODELS)


def load_programme(name: str, *, base: Path | None = None) -> Programme:
    """Return a programme by the name of a shipped one or by the folder of an own one.

    Parameters
    ----------
    name : str
        ``"vn-trafficking"``, or a folder (relative to ``base``) that holds programme.toml, measures.toml and
        indicators.toml and, where wanted, targets.toml, breaks.toml, recommendations.toml, pathway.toml and support.toml.
        A long file may be split: ``indicators-victims.toml`` is read after ``indicators.toml``. With ``extends = "name"``
        in its programme.toml, files that the folder does not have are those of the programme named.
    base : Path, optional
        What a relative folder is relative to: the workspace.

    Raises
    ------
    DeclarationError
        For a malformed file, an unknown key, a name that is declared twice or used but not declared, overlapping
        validity, a target on an indicator that does not exist in its days, or a good direction given to a count of cases.

    Examples
    --------
    >>> programme = load_programme("vn-trafficking")
    >>> [period.id for period in programme.periods]
    ['2011-2015', '2016-2020', '2021-2025', '2026-2030']
    """
    return _shipped(name) if name in shipped_programmes() else _loaded(name, base)


@cache
def _shipped(name: str) -> Programme:
    """Return a shipped programme, which never changes while evalkit runs."""
    return _loaded(name, None)


def _loaded(name: str, base: Path | None) -> Programme:
    folder = programme_folder(name, base=base)
    first = read_declaration(folder / "programme.toml", _ProgrammeFile)
    extended = programme_folder(first.extends, base=folder) if first.extends else folder
    files = {part: _files_of(part, folder) or _files_of(part, extended) for part in FILES}
    files |= {part: files[part] or (extended / f"{part}.toml",) for part in ("measures", "indicators")}
    read = _read(files)
    programme = Programme(
        id=first.id,
        label=first.label,
        periods=first.period,
        strands=first.strand,
        source_order=first.source_order,
        units=_merged(files["measures"], [part.unit for part in read["measures"]]),
        dimensions=_merged(files["measures"], [part.dimension for part in read["measures"]]),
        measures=_merged(files["measures"], [part.measure for part in read["measures"]]),
        indicators=_merged(files["indicators"], [part.indicator for part in read["indicators"]]),
        **_promises(read),
    )
    refuse_dangling_names(programme, files)
    refuse_overlaps(programme, files)
    refuse_misread(programme, files)
    return programme


def _promises(read: dict[str, list[Any]]) -> dict[str, Any]:
    """Return what a programme may do without: targets, events, recommendations, the pathway, the supports."""
    return {
        "targets": [one for part in read["targets"] for one in part.target],
        "breaks": [one for part in read["breaks"] for one in part.event],
        "recommendations": [one for part in read["recommendations"] for one in part.recommendation],
        "stages": [one for part in read["pathway"] for one in part.stage],
        "support": read["support"][0] if read["support"] else None,
    }


def programme_folder(name: str, *, base: Path | None = None) -> Path:
    """Return the folder of a programme: a shipped one by name, else a folder relative to ``base``."""
    if name in shipped_programmes():
        return _CATALOGUE / name
    if base is not None:
        refuse_outside(base, name, where=f"programme {name!r}")
    folder = (base or Path()) / name
    if os.path.lexists(folder / "programme.toml"):
        return folder
    raise DeclarationError(
        where=f"programme {name!r}",
        rule="a programme is the name of a shipped one or a folder with programme.toml",
        do=f"shipped programmes: {', '.join(shipped_programmes())}; or give a folder relative to the workspace",
    )


def shipped_programmes() -> list[str]:
    """Return the names of the programmes that come with the package."""
    return sorted(folder.name for folder in _CATALOGUE.iterdir() if (folder / "programme.toml").is_file())


def _files_of(part: str, folder: Path) -> tuple[Path, ...]:
    """Return ``part.toml`` and the files it was split into, ``part-*.toml``, in the order of their names."""
    main = folder / f"{part}.toml"
    return (*([main] if os.path.lexists(main) else []), *sorted(folder.glob(f"{part}-*.toml")))


def _read(files: dict[str, tuple[Path, ...]]) -> dict[str, list[Any]]:
    """Return every part of a programme but its first file; what is wrong in any of them is told together."""
    refusals = Refusals()
    read = {part: [refusals.of(_part, path, model) for path in files[part]] for part, model in MODELS.items()}
    refusals.refuse()
    return read


def _part(path: Path, model: type[Declared]) -> Any:
    return _shipped_part(path, model) if _CATALOGUE in path.parents else read_declaration(path, model)


@cache
def _shipped_part(path: Path, model: type[Declared]) -> Any:
    """Return a shipped file as read once: programmes that extend it need not read it again."""
    return read_declaration(path, model)


def _merged(paths: tuple[Path, ...], parts: list[dict[str, One]]) -> dict[str, One]:
    """Return the tables of all files together; a name stands in one of them only."""
    found: dict[str, One] = {}
    for path, part in zip(paths, parts, strict=True):
        again = sorted(found.keys() & part.keys())
        if again:
            raise DeclarationError(
                where=str(path), rule=f"{again[0]!r} is declared twice", do="keep one of the two tables"
            )
        found |= part
    return found
