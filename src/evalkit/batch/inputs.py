"""What a run stands on: noted before anything is read, compared when all is published, and then kept as a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evalkit.batch.manifest import Manifest, read_manifest
from evalkit.batch.options import RunOptions, RunReport
from evalkit.batch.plan import NATIONAL_NOTEBOOK, PROVINCE_NOTEBOOK, Job, notebooks_folder
from evalkit.batch.receipt import (
    Receipt,
    manifest_digest,
    order_digest,
    package_folders,
    same_but_for_the_ledger,
    take_stock,
    without_ledger,
    write_receipt,
)
from evalkit.errors import EvalkitError
from evalkit.places.nation import REGISTRY_FILE
from evalkit.places.registry import Registry, reference_folder
from evalkit.programme.load import programme_folders
from evalkit.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Ground:
    """The stock of every file a run depends on, and the days on which places bear the names they bear today."""

    stock: dict[str, dict[str, str]]
    named_from: date
    named_until: date


def stock_of(workspace: Workspace, options: RunOptions) -> dict[str, dict[str, str]]:
    """Return the digests of everything a run of a workspace reads; nothing where that cannot be told.

    What cannot be told is refused, with its place, when it is read.
    """
    try:
        return take_stock(
            _folders(workspace), [*workspace.fact_files, *_notebooks(options), *_nation(workspace)]
        )
    except (OSError, EvalkitError):
        return {}


def declared_in(workspace: Workspace) -> dict[str, dict[str, str]]:
    """Return the digests of everything that is declared for a workspace, and of the code; without its ledger.

    Raises
    ------
    OSError, EvalkitError
        If that cannot be told.
    """
    return without_ledger(take_stock(_folders(workspace), [*workspace.fact_files, *_nation(workspace)]))


def days_named_alike(registry: Registry, day: date) -> tuple[date, date]:
    """Return the first day on which all places bear the names of a given day, and the first on which one no longer does.

    Examples
    --------
    >>> from evalkit.places.registry import load_registry
    >>> days_named_alike(load_registry(reference_folder()), date(2026, 8, 31))
    (datetime.date(2026, 4, 30), datetime.date(2026, 9, 1))
    """
    changes = {
        name.valid_from
        for scheme in registry.schemes
        for unit in registry.units(scheme)
        for name in registry.names(unit.code, scheme)
        if name.valid_from is not None
    }
    before = [change for change in changes if change <= day]
    after = [change for change in changes if change > day]
    return max(before, default=date.min), min(after, default=date.max)


def keep_receipt(
    workspace: Workspace, options: RunOptions, *, ground: Ground, jobs: Sequence[Job], report: RunReport
) -> None:
    """Write the receipt of a run, if every page of the plan stands and nothing it read was changed meanwhile.

    Parameters
    ----------
    workspace : Workspace
    options : RunOptions
    ground : Ground
        As noted before anything was read.
    jobs : sequence of Job
        The whole plan.
    report : RunReport
        What the run did; its folder has been published.
    """
    manifest = read_manifest(report.folder)
    after = stock_of(workspace, options)
    if manifest is None or not _is_whole(manifest, jobs) or not after:
        return
    if not same_but_for_the_ledger(ground.stock, after):
        return
    receipt = Receipt(
        order=order_digest(workspace, options),
        inputs=after,
        manifest=manifest_digest(report.folder),
        named_from=ground.named_from,
        named_until=ground.named_until,
        hidden_cells=report.hidden_cells,
        warnings=report.warnings,
    )
    write_receipt(workspace, report.folder, receipt)


def _is_whole(manifest: Manifest, jobs: Sequence[Job]) -> bool:
    keys = {stem: page.content_key for stem, page in manifest.pages.items()}
    return keys == {job.stem: job.content_key for job in jobs} and not manifest.lacking


def _folders(workspace: Workspace) -> list[Path]:
    programmes = programme_folders(workspace.programme, base=workspace.folder)
    places = reference_folder() if workspace.places == "reference" else workspace.folder / workspace.places
    wordings = sorted(workspace.folder.glob("locale/*/LC_MESSAGES"))
    return [workspace.folder, programmes[0], places, *package_folders(), *programmes[1:], *wordings]


def _nation(workspace: Workspace) -> list[Path]:
    """Return the file that tells of the country where the workspace's places have none of their own."""
    own = workspace.folder / workspace.places / REGISTRY_FILE
    return [] if workspace.places == "reference" or own.is_file() else [reference_folder() / REGISTRY_FILE]


def _notebooks(options: RunOptions) -> list[Path]:
    folder = options.notebooks or notebooks_folder()
    return [options.notebook or folder / PROVINCE_NOTEBOOK, folder / NATIONAL_NOTEBOOK]
