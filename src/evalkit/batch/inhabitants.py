"""The population of a workspace's registry, and the files of a workspace that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evalkit.errors import DeclarationError
from evalkit.facts.findings import Finding
from evalkit.messages import worded
from evalkit.places.nation import REGISTRY_FILE, Nation
from evalkit.places.registry import Registry
from evalkit.programme.load import FILES, programme_folder
from evalkit.programme.models import Programme
from evalkit.workspace import SETTINGS_FILE, Workspace

_TABLES = ("units.csv", "names.csv", "crosswalk.csv", "aliases.csv", "grid.csv", "former_units.csv")


def with_population(programme: Programme, registry: Registry, workspace: Workspace) -> Programme:
    """Return a programme that knows which measure is the population of a registry.

    Raises
    ------
    DeclarationError
        If the programme counts that measure in another unit than the registry.
    """
    people = registry.nation.population
    if people is None:
        return programme
    declared = programme.measures.get(people.measure)
    if declared is not None and declared.unit != people.unit:
        raise DeclarationError(
            where=f"{workspace.folder / workspace.places / REGISTRY_FILE}, key population.unit",
            rule=worded(
                "the registry counts {measure} in {unit}, the programme in {declared}",
                measure=repr(people.measure),
                unit=repr(people.unit),
                declared=repr(declared.unit),
            ),
            do=worded("declare one unit in both"),
        )
    return programme.model_copy(update={"population": people.measure})


def counts_population(workspace: Workspace, registry: Registry, programme: Programme) -> bool:
    """Tell whether the registry's population enters the facts of a workspace."""
    return (
        workspace.population
        and registry.nation.population is not None
        and programme.population in programme.measures
    )


def unused_findings(workspace: Workspace, registry: Registry, programme: Programme) -> list[Finding]:
    """Warn of each file of a workspace that a reader would take for a part of it, and that nothing reads."""
    return [
        Finding("warning", where=str(path), rule=rule, do=do)
        for path, rule, do in (
            *_population(workspace, registry, programme),
            *_tables(workspace, registry.nation),
            *_declarations(workspace),
        )
    ]


def _population(
    workspace: Workspace, registry: Registry, programme: Programme
) -> Iterator[tuple[Path, str, str]]:
    people = registry.nation.population
    if workspace.places == "reference" or people is None:
        return
    path = workspace.folder / workspace.places / people.file
    if not path.is_file() or counts_population(workspace, registry, programme):
        return
    if not workspace.population:
        rule = worded("the population is not used: {file} says population = false", file=SETTINGS_FILE)
        yield path, rule, worded("remove that line, or the file")
    else:
        rule = worded(
            "the population is not used: the programme has no measure {measure}", measure=repr(people.measure)
        )
        yield path, rule, worded("declare the measure, or name another in {file}", file=REGISTRY_FILE)


def _tables(workspace: Workspace, nation: Nation) -> Iterator[tuple[Path, str, str]]:
    """Yield the CSV files of the workspace, and of its registry, that are neither facts nor tables of the registry."""
    people = (nation.population.file,) if nation.population else ()
    places = workspace.folder / workspace.places
    known = {path.resolve() for path in workspace.fact_files}
    known |= {(places / name).resolve() for name in (*_TABLES, *people)}
    folders = (
        {workspace.folder.resolve(), places.resolve()}
        if workspace.places != "reference"
        else {workspace.folder}
    )
    for path in sorted(path for folder in folders for path in folder.glob("*.csv")):
        if path.resolve() not in known:
            yield (
                path,
                worded("no table that is read"),
                worded("list it under facts in {file}, or remove it", file=SETTINGS_FILE),
            )


def _declarations(workspace: Workspace) -> Iterator[tuple[Path, str, str]]:
    """Yield the TOML files in the folder of the workspace's own programme that are no part of a programme."""
    folder = programme_folder(workspace.programme, base=workspace.folder)
    if not folder.resolve().is_relative_to(workspace.folder.resolve()):
        return
    beside = (
        {SETTINGS_FILE, REGISTRY_FILE, "sources.toml"}
        if folder.resolve() == workspace.folder.resolve()
        else set()
    )
    for path in sorted(folder.glob("*.toml")):
        if path.name not in beside and path.stem.split("-")[0] not in FILES:
            yield (
                path,
                worded("no part of a programme that is read"),
                worded("name it {names} or such-a-part-of-it.toml", names=", ".join(FILES)),
            )
