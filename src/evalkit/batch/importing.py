"""`evalkit import`: a form into the facts of a workspace, by its mapping, by a known form, or as a facts table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import Any

import pandas as pd

from evalkit.batch.clock import now
from evalkit.batch.declarations import programme_of, registry_of
from evalkit.batch.inhabitants import counts_population, with_population
from evalkit.errors import EvalkitError, FactsError, Refusals
from evalkit.facts.findings import Finding, findings_text
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.draft_mapping import draft_mapping
from evalkit.facts.forms.facts_table_form import is_facts_table, read_facts_table, together
from evalkit.facts.forms.filing import Filed, file_import
from evalkit.facts.forms.form_file import open_form, told_path
from evalkit.facts.forms.form_findings import place_names
from evalkit.facts.forms.form_reading import FormReading, Sender, read_form
from evalkit.facts.forms.grid import Form, cell_name
from evalkit.facts.forms.known_forms import known_form
from evalkit.facts.forms.mapping import FormMapping, read_mapping
from evalkit.facts.forms.own_source import edition_day, own_source, source_of_file
from evalkit.facts.forms.particulars import refuse_particulars
from evalkit.facts.forms.source_entry import add_source_entry, rounding_is_written
from evalkit.facts.forms.table_reading import HeldCell
from evalkit.facts.intake import Source, read_sources
from evalkit.messages import ENGLISH, VIETNAMESE, shown, spoken, worded
from evalkit.table import NATION_SCHEME
from evalkit.workspace import IMPORTED, SETTINGS_FILE, Workspace, open_workspace

_MOST_TOLD = 30
_FEW = 6
_FEW_PLACES = 10
_SHOWN = ("facts", "quarantine", "returned", "picture")
MAPPING_FILE = ".mapping.toml"
SOURCES = "sources.toml"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the text to show, the same for programs, and the exit code."""

    text: str
    content: dict[str, Any] = field(repr=False)
    exit_code: int


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a form is imported: by which mapping, whether what is not held goes in, whether a draft is all that is asked for."""

    mapping: Path | None = None
    take_the_rest: bool = False
    suggest: bool = False


def import_form(path: Path, folder: Path, options: ImportOptions) -> Imported:
    """Import a form into a workspace.

    Parameters
    ----------
    path : Path
        The form.
    folder : Path
        The workspace.
    options : ImportOptions

    Returns
    -------
    Imported
        Exit code 0 where every figure cell was taken or left, 3 where the form is refused or a cell is held. A refused form
        writes nothing; with held cells the facts are written only where that is asked for.
    """
    path = told_path(path)
    try:
        workspace = open_workspace(folder)
        vocabulary = _vocabulary(workspace)
        mapping = read_mapping(options.mapping) if options.mapping else None
        form = open_form(path, **_text_options(mapping))
        if options.suggest:
            return _suggested(path, form, workspace, vocabulary)
        return _imported(path, form, workspace, vocabulary, mapping, options)
    except EvalkitError as refusal:
        return _refused(path, refusal)
    except OSError as fault:
        return _refused(path, _not_written(folder / IMPORTED, fault))


def _not_written(folder: Path, fault: OSError) -> FactsError:
    return FactsError(
        where=str(folder),
        rule=worded(
            "what an import leaves must be writable, and there must be room ({fault})",
            fault=fault.strerror or type(fault).__name__,
        ),
        do=worded("make room or give yourself the right to write there, then run the import again"),
    )


def _vocabulary(workspace: Workspace) -> Vocabulary:
    registry = registry_of(workspace)
    return Vocabulary(with_population(programme_of(workspace), registry, workspace), registry)


def _text_options(mapping: FormMapping | None) -> dict[str, str]:
    tables = mapping.table if mapping else ()
    coding = next((table.encoding for table in tables if table.encoding), "")
    return {"coding": coding, "mark": next((table.delimiter for table in tables if table.delimiter), "")}


def _imported(
    path: Path,
    form: Form,
    workspace: Workspace,
    vocabulary: Vocabulary,
    mapping: FormMapping | None,
    options: ImportOptions,
) -> Imported:
    sources = _sources(workspace)
    text = options.mapping.read_text(encoding="utf-8") if options.mapping else ""
    readings: Iterable[FormReading]
    notes: list[Finding] = []
    if mapping is None and any(is_facts_table(sheet) for sheet in form.sheets):
        refuse_particulars(str(path), form, figures=set(), is_place=place_names(vocabulary))
        tables = [sheet for sheet in form.sheets if is_facts_table(sheet)]
        readings = [one for sheet in tables for one in read_facts_table(sheet, vocabulary=vocabulary)]
    else:
        mapping, text = (mapping, text) if mapping else known_form(path, form, vocabulary)
        source = _source_id(mapping, path, workspace)
        if any(table.own_form for table in mapping.table):
            source, notes = own_source(workspace, source, form, path)
        day = edition_day(workspace, source, form) or now().date()
        sender = Sender(path, source, day, sources, rounding_is_written(workspace, source))
        readings = [read_form(form, mapping, sender=sender, vocabulary=vocabulary)]
    return _filed(
        path,
        form,
        workspace,
        together(readings),
        mapping_text=text,
        options=options,
        vocabulary=vocabulary,
        notes=notes,
    )


def _sources(workspace: Workspace) -> dict[str, Source]:
    """Return the sources that can be read; a file with holes is told of by ``evalkit check``."""
    try:
        return read_sources(workspace.sources_file)
    except EvalkitError:
        return {}


def _source_id(mapping: FormMapping, path: Path, workspace: Workspace) -> str:
    named = next((table.source_id for table in mapping.table if table.source_id), None)
    return named or source_of_file(workspace, path)


def _filed(
    path: Path,
    form: Form,
    workspace: Workspace,
    readings: list[FormReading],
    *,
    mapping_text: str,
    options: ImportOptions,
    vocabulary: Vocabulary,
    notes: Iterable[Finding],
) -> Imported:
    held = sum(len(reading.held) for reading in readings)
    files: dict[str, list[str]] = {}
    replaced: list[Finding] = []
    for reading in readings:
        filed = file_import(
            workspace.folder,
            form,
            reading,
            path=path,
            mapping_text=mapping_text,
            with_facts=(not held or options.take_the_rest) and not reading.facts.empty,
            day=now().date(),
            languages=(spoken(), VIETNAMESE if VIETNAMESE in workspace.languages else ENGLISH),
            names=_names(vocabulary, spoken()),
        )
        for name, file in filed.files.items():
            files.setdefault(name, []).append(str(file))
        replaced += _replaced(filed, reading)
    asked = [
        note
        for reading in readings
        for note in (add_source_entry(workspace, reading, path, form) if reading.read else ())
    ]
    told = [*notes, *replaced, *asked, *_population_beside(workspace, vocabulary, readings)]
    mapping = options.mapping
    return _told(
        path,
        readings,
        files,
        told,
        held=held,
        workspace=workspace,
        mapping=mapping,
        population=vocabulary.programme.population,
    )


def _replaced(filed: Filed, reading: FormReading) -> list[Finding]:
    """Tell how many earlier figures of a source were replaced, and by how many; a warning where fewer came than went."""
    if not filed.replaced:
        return []
    return [
        Finding(
            "warning" if len(reading.facts) < filed.replaced else "note",
            where=str(filed.files["facts"]),
            rule=worded(
                "figures of this source from an earlier import were replaced: {before} by {after}",
                before=filed.replaced,
                after=len(reading.facts),
            ),
            do=worded(
                "nothing, if this form stands for the earlier one; else import both again, each under a source of its own (source_id in a mapping, --source of evalkit template)"
            ),
        )
    ]


def _population_beside(
    workspace: Workspace, vocabulary: Vocabulary, readings: list[FormReading]
) -> list[Finding]:
    """Tell that pages count by the registry's population, where a form brings the same measure."""
    programme = vocabulary.programme
    brings = any((reading.facts["measure"] == programme.population).any() for reading in readings)
    if not brings or not counts_population(workspace, vocabulary.registry, programme):
        return []
    return [
        Finding(
            "note",
            where=str(workspace.folder / SETTINGS_FILE),
            rule=worded(
                "pages take the population from the registry of places first; this one is a base of rates and makes no page by itself: import figures of the programme too"
            ),
            do=worded(
                "to go by the imported one alone, write population = false in {file}", file=SETTINGS_FILE
            ),
        )
    ]


def _names(vocabulary: Vocabulary, language: str) -> dict[str, str]:
    """Return what measures, and the values of breakdowns ("sex=female"), are called in a language."""
    programme = vocabulary.programme
    labels = {name: one.label for name, one in programme.measures.items()}
    labels |= {
        f"{name}={value}": label
        for name, one in programme.dimensions.items()
        for value, label in one.values.items()  # noqa: PD011  no frame
    }
    return {code: label.root.get(language, next(iter(label.root.values()))) for code, label in labels.items()}


def _told(
    path: Path,
    readings: list[FormReading],
    files: dict[str, list[str]],
    notes: list[Finding],
    *,
    held: int,
    workspace: Workspace,
    mapping: Path | None,
    population: str,
) -> Imported:
    findings = [*(one for reading in readings for one in reading.findings), *notes]
    counts = {
        "read": sum(reading.read for reading in readings),
        "taken": sum(len(reading.taken) for reading in readings),
        "held": held,
        "left": sum(len(reading.left) for reading in readings),
    }
    content = {
        "file": path.name,
        "source_ids": [reading.source_id for reading in readings],
        "refused": None,
        **counts,
        "findings": [_finding(one) for one in findings],
        "held_cells": [
            {
                "sheet": one.sheet,
                "cell": cell_name(one.cell),
                "about": shown(one.about),
                "rule": shown(one.held.rule),
                "remedy": shown(one.held.do),
            }
            for reading in readings
            for one in reading.held
        ],
        "rows_left": [
            {"sheet": one.sheet, "row": one.row, "why": shown(one.why)}
            for reading in readings
            for one in reading.rows_left
        ],
        "totals": [_total(one) for reading in readings for one in reading.totals],
        "written": files,
    }
    code = FactsError.exit_code if held or not counts["taken"] else 0
    lines = [
        _text(counts, readings, findings, files, workspace.folder),
        shown(_next(path, readings, files, findings, workspace, mapping=mapping, population=population)),
    ]
    return Imported("\n".join(lines), content, code)


def _finding(one: Finding) -> dict[str, str]:
    return {"severity": one.severity, "where": one.where, "rule": shown(one.rule), "do": shown(one.do)}


def _total(one: Any) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "breakdown": one.breakdown,
        "period_start": one.period_start,
        "period_end": one.period_end,
        "level": one.level,
        "cells": one.cells,
        "sum": f"{one.total:f}",
        "zeros": one.zeros,
        "missing": one.missing,
    }


def _text(
    counts: dict[str, int],
    readings: list[FormReading],
    findings: list[Finding],
    files: dict[str, list[str]],
    folder: Path,
) -> str:
    head = worded("figure cells: {read} read, {taken} taken, {held} held, {left} left", **counts)
    lines = [shown(head), *_held_lines(readings)]
    if findings:
        lines.append(findings_text(findings))
    lines += [
        shown(_written(name, path)) for name, paths in files.items() for path in paths if name in _SHOWN
    ]
    if counts["held"] and "facts" not in files:
        lines.append(shown(_nothing_written(readings, folder)))
    return "\n".join(lines)


def _next(
    path: Path,
    readings: list[FormReading],
    files: dict[str, list[str]],
    findings: list[Finding],
    workspace: Workspace,
    *,
    mapping: Path | None,
    population: str,
) -> str:
    """Return what to do next, with the very command: the mapping is corrected before the form, where it does not know a label."""
    folder, returned = workspace.folder, files.get("returned", [])
    again = quote(str(folder)) + (f" --mapping {quote(str(mapping))}" if mapping else "")
    if mapping and any(one.held.in_mapping for reading in readings for one in reading.held):
        return worded(
            "next: correct the mapping {mapping} as told above, then evalkit import {file} {again}",
            mapping=quote(str(mapping)),
            file=quote(str(path)),
            again=again,
        )
    if not any(reading.read for reading in readings):
        return worded(
            "no cell of the form is filled in; was the file saved in Excel? next: save it, then evalkit import {file} {again}",
            file=quote(str(path)),
            again=again,
        )
    if returned and any(reading.held or reading.doubted for reading in readings):
        return worded(
            "next: correct {file}, then evalkit import {file} {again}",
            file=quote(returned[0]),
            again=again,
        )
    if _is_alone(population, readings, files, workspace):
        return worded(
            "next: figures of the programme, in its own form: evalkit template {folder} --province CODE --requests --out FILE.xlsx",
            folder=quote(str(folder)),
        )
    run = f"evalkit run {quote(str(folder))}{_place(readings, workspace.scheme)}"
    asked = any(one.severity == "warning" and SOURCES in one.where for one in findings)
    if asked:
        return worded("next: fill in {file}, then {run}", file=folder / SOURCES, run=run)
    return worded("next: {run}", run=run)


def _is_alone(
    measure: str, readings: list[FormReading], files: dict[str, list[str]], workspace: Workspace
) -> bool:
    """Tell whether a measure is all that the workspace has: the inhabitants alone make no page."""
    of_forms = {name for reading in readings for name in reading.facts["measure"]}
    others = {str(file) for file in workspace.fact_files} - set(files.get("facts", []))
    return of_forms == {measure} and not others


def _place(readings: list[FormReading], scheme: str) -> str:
    """Return the options for the boundary set of forms where it is not the pages' own, and for the few provinces that they are of."""
    pairs = {pair for reading in readings for pair in zip(*_places(reading.facts), strict=True)}
    sets = {of for _, of in pairs if of != NATION_SCHEME}
    codes = sorted(code for code, of in pairs if of != NATION_SCHEME and not code[:1].isalpha())
    of_set = f" --scheme {next(iter(sets))}" if len(sets) == 1 and scheme not in sets else ""
    few = codes if len(sets) == 1 and len(codes) <= _FEW_PLACES else []
    return of_set + "".join(f" --province {code}" for code in few)


def _places(facts: pd.DataFrame) -> tuple[list[str], list[str]]:
    return facts["province_code"].tolist(), facts["scheme"].tolist()


def _written(name: str, path: str) -> str:
    if name == "facts":
        return worded("facts: {path}", path=path)
    if name == "quarantine":
        return worded("held cells, as a table: {path}", path=path)
    if name == "returned":
        return worded(
            "the form with a comment in each cell to look at, to correct and import again: {path}", path=path
        )
    return worded("the sheet as it was read, with control totals: {path}", path=path)


def _nothing_written(readings: list[FormReading], folder: Path) -> str:
    """Say that no facts were written, and that those of an earlier import stay where there are any."""
    earlier = [one.source_id for one in readings if (folder / IMPORTED / f"{one.source_id}.csv").exists()]
    if earlier:
        return worded(
            "no facts were written, those of an earlier import stay ({sources}): correct the held cells, or take the others with --take-the-rest",
            sources=", ".join(earlier),
        )
    return worded("no facts were written: correct the held cells, or take the others with --take-the-rest")


def _held_lines(readings: list[FormReading]) -> list[str]:
    """Return the held cells grouped by what holds them."""
    groups: dict[tuple[str, str, str], list[HeldCell]] = {}
    for reading in readings:
        for one in reading.held:
            key = (one.sheet, shown(one.held.rule), shown(one.held.do))
            groups.setdefault(key, []).append(one)
    lines = []
    for (sheet, rule, do), cells in list(groups.items())[:_MOST_TOLD]:
        more = f" (+{len(cells) - 12})" if len(cells) > 12 else ""
        told = worded(
            "held     {sheet}, {cells}\n         rule  {rule}\n         do    {do}",
            sheet=sheet,
            cells=", ".join(_held_cell(one, told=len(cells)) for one in cells[:12]) + more,
            rule=rule,
            do=do,
        )
        lines.append(shown(told))
    return lines


def _held_cell(one: HeldCell, *, told: int) -> str:
    """Return a held cell by name, and what it would be the figure of where it is one of a few."""
    name = cell_name(one.cell)
    return f"{name} ({shown(one.about)})" if one.about and told <= _FEW else name


def _refused(path: Path, refusal: EvalkitError) -> Imported:
    gathered = Refusals()
    gathered.add(refusal)  # each by itself: all are shown here
    every = [Finding("error", one.where, one.rule, one.do) for one in gathered.found]
    content = {
        "file": path.name,
        "source_ids": [],
        "refused": f"{shown(refusal.rule)}: {shown(refusal.do)}",
        "read": 0,
        "taken": 0,
        "held": 0,
        "left": 0,
        "findings": [_finding(one) for one in every],
        "held_cells": [],
        "rows_left": [],
        "totals": [],
        "written": {},
    }
    return Imported("\n".join(one.shown() for one in gathered.found), content, refusal.exit_code)


def _suggested(path: Path, form: Form, workspace: Workspace, vocabulary: Vocabulary) -> Imported:
    """Write a draft of a mapping with holes; it does not run until they are filled."""
    refuse_particulars(str(path), form, figures=set(), is_place=place_names(vocabulary))
    folder = workspace.folder / IMPORTED
    folder.mkdir(exist_ok=True)
    source = source_of_file(workspace, path)
    file = folder / f"{source}{MAPPING_FILE}"
    if file.exists():
        raise FactsError(
            where=str(file),
            rule=worded("a draft for this form is already there"),
            do=worded("fill it in, or remove it"),
        )
    file.write_text(draft_mapping(form, path=path, source_id=source, vocabulary=vocabulary), encoding="utf-8")
    told = worded('a draft was written to {file}: fill in each "?" of it', file=file)
    words = (path, workspace.folder)
    run = f"evalkit import {' '.join(quote(str(word)) for word in words)} --mapping {quote(str(file))}"
    text = "\n".join([shown(told), shown(worded("next: {run}", run=run))])
    return Imported(text, {"file": path.name, "draft": str(file)}, 0)


def as_json(imported: Imported) -> str:
    """Return what an import did as one JSON object."""
    return json.dumps(imported.content, ensure_ascii=False, indent=1)
