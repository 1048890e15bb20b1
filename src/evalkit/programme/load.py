"""Load a programme from its TOML files and check that every name it uses exists."""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import Field

from evalkit.declaration import Declared, read_declaration, read_toml
from evalkit.errors import DeclarationError, Refusals
from evalkit.input_file import refuse_outside
from evalkit.labels import Label, label_languages
from evalkit.messages import worded
from evalkit.programme.models import (
    Break,
    Comparison,
    Dimension,
    Indicator,
    Measure,
    MeasureUnit,
    Programme,
    ProgrammePeriod,
    Recommendation,
    Request,
    Stage,
    Strand,
    SupportMatrix,
    Target,
)
from evalkit.programme.overlay import BY_NAME, Tables, completed, raw_tables, without
from evalkit.programme.references import (
    refuse_comparisons_of_amounts,
    refuse_dangling_names,
    refuse_misread,
    refuse_overlaps,
)
from evalkit.programme.refused_rates import refuse_rates


class _ProgrammeFile(Declared):
    id: str
    extends: str | None = None
    label: Label
    period: tuple[ProgrammePeriod, ...]
    strand: tuple[Strand, ...]
    source_order: tuple[str, ...] = ()
    counts_detection: bool | None = None


class _MeasuresFile(Declared):
    unit: dict[str, MeasureUnit] = Field(default_factory=dict)
    dimension: dict[str, Dimension] = Field(default_factory=dict)
    measure: dict[str, Measure] = Field(default_factory=dict)


class _IndicatorsFile(Declared):
    indicator: dict[str, Indicator] = Field(default_factory=dict)


class _TargetsFile(Declared):
    target: tuple[Target, ...] = ()


class _BreaksFile(Declared):
    event: tuple[Break, ...] = ()


class _RecommendationsFile(Declared):
    recommendation: tuple[Recommendation, ...] = ()


class _PathwayFile(Declared):
    stage: tuple[Stage, ...] = ()


class _RequestsFile(Declared):
    request: tuple[Request, ...] = ()


class _ComparisonsFile(Declared):
    comparison: tuple[Comparison, ...] = ()


NAMED: dict[str, type[Declared]] = {"measures": _MeasuresFile, "indicators": _IndicatorsFile}
PROMISED: dict[str, type[Declared]] = {
    "targets": _TargetsFile,
    "breaks": _BreaksFile,
    "recommendations": _RecommendationsFile,
    "pathway": _PathwayFile,
    "requests": _RequestsFile,
    "comparisons": _ComparisonsFile,
    "support": SupportMatrix,
}
_KEYS = {
    "targets": "target",
    "breaks": "event",
    "recommendations": "recommendation",
    "pathway": "stage",
    "requests": "request",
    "comparisons": "comparison",
}
FILES = ("programme", *NAMED, *PROMISED)
_CATALOGUE = Path(str(resources.files("evalkit.programme"))) / "catalogue"


def load_programme(name: str, *, base: Path | None = None) -> Programme:
    """Return a programme by the name of a shipped one or by the folder of an own one.

    Parameters
    ----------
    name : str
        ``"vn-trafficking"``, or a folder (relative to ``base``) that holds programme.toml, measures.toml and
        indicators.toml and, where wanted, targets.toml, breaks.toml, recommendations.toml, pathway.toml, requests.toml, comparisons.toml
        and support.toml.
        A long file may be split: ``indicators-victims.toml`` is read after ``indicators.toml``. With ``extends = "name"``
        in its programme.toml it is laid over the programme named, see :mod:`evalkit.programme.overlay`.
    base : Path, optional
        What a relative folder is relative to: the workspace.

    Returns
    -------
    Programme
        Its ``indicators``, ``measures``, ``dimensions`` and ``units`` by name, its ``periods``, ``targets`` and ``breaks`` in declared order.

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
    short = Path(name).name if Path(name).parent == _CATALOGUE else name
    if short in shipped_programmes():
        return _shipped(short, tuple(label_languages()))
    return _loaded(programme_folders(name, base=base))


@cache
def _shipped(name: str, _languages: tuple[str, ...]) -> Programme:
    """Return a shipped programme, which never changes while evalkit runs; the languages are those its labels must have."""
    return _loaded(programme_folders(name))


def _loaded(folders: tuple[Path, ...]) -> Programme:
    refusals = Refusals()
    first = refusals.of(read_declaration, folders[0] / "programme.toml", _ProgrammeFile)
    files = {part: _files_in(part, folders) for part in FILES}
    measures = _overlaid("measures", folders, refusals)
    indicators = _overlaid("indicators", folders, refusals)
    promises = _promises(files, refusals)
    if first is None or refusals.found:
        raise refusals.all()
    programme = Programme(
        id=first.id,
        label=first.label,
        periods=first.period,
        strands=first.strand,
        source_order=first.source_order,
        counts_detection=_counts_detection(first, folders),
        units=_merged(measures, "unit"),
        dimensions=_merged(measures, "dimension"),
        measures=_merged(measures, "measure"),
        indicators=_merged(indicators, "indicator"),
        **promises,
    )
    refuse_dangling_names(programme, files)
    refuse_overlaps(programme, files)
    refuse_misread(programme, files)
    refuse_comparisons_of_amounts(programme, files)
    refuse_rates(programme, files)
    return programme


def _promises(files: dict[str, tuple[Path, ...]], refusals: Refusals) -> dict[str, Any]:
    """Return what a programme may do without: targets, events, recommendations, the pathway, requests, comparisons, the supports."""
    read = {
        part: [one for path in files[part] if (one := refusals.of(read_declaration, path, model)) is not None]
        for part, model in PROMISED.items()
    }
    many: dict[str, list[Any]] = {
        name: [one for part in read[name] for one in getattr(part, key)] for name, key in _KEYS.items()
    }
    return {
        "targets": many["targets"],
        "breaks": many["breaks"],
        "recommendations": many["recommendations"],
        "stages": many["pathway"],
        "requests": many["requests"],
        "comparisons": many["comparisons"],
        "support": read["support"][0] if read["support"] else None,
    }


def programme_folders(name: str, *, base: Path | None = None) -> tuple[Path, ...]:
    """Return the folder of a programme, that of the one it extends, and so on.

    Raises
    ------
    DeclarationError
        If a programme extends itself, straight or in a circle.
    """
    folders = [programme_folder(name, base=base)]
    while extended := read_toml(folders[-1] / "programme.toml").get("extends"):
        folder = programme_folder(str(extended), base=folders[-1])
        if folder.resolve() in [one.resolve() for one in folders]:
            raise DeclarationError(
                where=f"{folders[-1] / 'programme.toml'}, key extends",
                rule=worded("a programme does not extend itself"),
                do=worded("name the programme that this one is laid over, or remove the key"),
            )
        folders.append(folder)
    return tuple(folders)


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
        rule=worded("a programme is the name of a shipped one or a folder with programme.toml"),
        do=worded(
            "shipped programmes: {shipped_programmes}; or give a folder relative to the workspace",
            shipped_programmes=", ".join(shipped_programmes()),
        ),
    )


def shipped_programmes() -> list[str]:
    """Return the names of the programmes that come with the package."""
    return sorted(folder.name for folder in _CATALOGUE.iterdir() if (folder / "programme.toml").is_file())


def _files_of(part: str, folder: Path) -> tuple[Path, ...]:
    """Return ``part.toml`` and the files it was split into, ``part-*.toml``, in the order of their names."""
    main = folder / f"{part}.toml"
    return (*([main] if os.path.lexists(main) else []), *sorted(folder.glob(f"{part}-*.toml")))


def _files_in(part: str, folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the files of a part: of what has names those of all folders, of what is promised those of the first that has any."""
    found = [_files_of(part, folder) for folder in folders]
    if part in BY_NAME:
        return tuple(path for paths in found for path in paths) or (folders[-1] / f"{part}.toml",)
    return next((paths for paths in found if paths), ())


def _overlaid(part: str, folders: tuple[Path, ...], refusals: Refusals) -> list[tuple[Path, Any]]:
    """Return the files of a part that has names, the extended ones first, each without what is told anew above it."""
    read: list[list[tuple[Path, Any]]] = []
    above: Tables = {}
    if not any(_files_of(part, folder) for folder in folders):
        read_toml(folders[-1] / f"{part}.toml")  # says that it must exist
    for place, folder in enumerate(folders):
        below = raw_tables(path for under in folders[place + 1 :] for path in _files_of(part, under))
        told = above

        def whole(content: dict[str, Any], told: Tables = told, below: Tables = below) -> dict[str, Any]:
            return completed(without(content, told), below)

        read.append(
            [
                (path, one)
                for path in _files_of(part, folder)
                if (one := refusals.of(read_declaration, path, NAMED[part], complete=whole)) is not None
            ]
        )
        above = raw_tables(path for over in folders[: place + 1] for path in _files_of(part, over))
    return [one for files in reversed(read) for one in files]


def _counts_detection(first: _ProgrammeFile, folders: tuple[Path, ...]) -> bool:
    """Tell whether recorded cases are detected ones: what is laid over a programme in which they are keeps that."""
    below = [read_toml(folder / "programme.toml").get("counts_detection", True) for folder in folders[1:]]
    if first.counts_detection is False and True in below:
        raise DeclarationError(
            where=f"{folders[0] / 'programme.toml'}, key counts_detection",
            rule=worded("the programme extended counts detection"),
            do=worded("remove the key, or declare a programme of its own"),
        )
    own = first.counts_detection
    return bool(below[0] if own is None and below else own is not False)


def _merged(files: list[tuple[Path, Any]], kind: str) -> dict[str, Any]:
    """Return the tables of all files together; a name stands in one of them only."""
    found: dict[str, Any] = {}
    for path, file in files:
        part = getattr(file, kind)
        again = sorted(found.keys() & part.keys())
        if again:
            raise DeclarationError(
                where=str(path),
                rule=worded("{again} is declared twice", again=repr(again[0])),
                do=worded("keep one of the two tables"),
            )
        found |= part
    return found
