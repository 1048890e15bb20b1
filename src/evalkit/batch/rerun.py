"""The doorway of a run: where nothing has changed since the last one, say so without loading or reading what pages are made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from evalkit.batch.clock import now
from evalkit.batch.folder import PENDING, left_behind, locked
from evalkit.batch.manifest import Manifest, read_manifest
from evalkit.batch.options import Event, RunOptions, RunReport
from evalkit.batch.page_names import INDEX, page_files
from evalkit.batch.receipt import (
    Receipt,
    manifest_digest,
    order_digest,
    read_receipt,
    reports_folder,
    still_stands,
)
from evalkit.batch.runlog import logged
from evalkit.batch.staleness import CURRENT, changed_output
from evalkit.facts.audiences import file_stem
from evalkit.languages import speak
from evalkit.workspace import Workspace


def run(
    workspace: Workspace,
    options: RunOptions,
    *,
    clock: Callable[[], datetime] = now,
    progress: Callable[[Event], None] = lambda _: None,
) -> RunReport:
    """Make the reports of a workspace, or find that they stand as they are.

    Parameters
    ----------
    workspace : Workspace
    options : RunOptions
    clock : callable
        Gives the moment of the run.
    progress : callable
        Is told each :class:`evalkit.batch.options.Event`.

    Raises
    ------
    EvalkitError
        As :func:`evalkit.batch.run.run_batch`, which does the work where there is any.
    """
    speak(workspace.languages)
    with logged(workspace, options, clock=clock) as log:

        def tell(event: Event) -> None:
            log(event)
            progress(event)

        report = standing_report(workspace, options, day=clock().date())
        if report is None:
            from evalkit.batch.run import run_batch  # noqa: PLC0415  pandas and all: loaded where there is something to do

            return run_batch(workspace, options, clock=clock, progress=tell)
        tell(Event("planned", {"why": report.why, "to_make": [], "names": {}}))
        tell(Event("published", {"folder": str(report.folder)}, report))
        return report


def standing_report(workspace: Workspace, options: RunOptions, *, day: date) -> RunReport | None:
    """Return the report of a run that has nothing to do; None where that is not certain.

    Certain it is when a receipt says that the last run made every page of the folder, from the very files, versions and
    options of today, and every page, table and list it published is there unchanged. All files are read for their SHA-256.

    Raises
    ------
    SettingsError
        If another run is at work in the folder.
    """
    folder = reports_folder(workspace, options)
    receipt = read_receipt(workspace, folder)
    if (
        receipt is None
        or options.provinces
        or options.nation
        or options.force
        or options.retry
        or not folder.is_dir()
    ):
        return None
    with locked(folder, private=options.audience == "internal"):
        manifest = read_manifest(folder)
        if manifest is None or not _is_certain(receipt, workspace, options, day=day):
            return None
        return _report(manifest, receipt, options, folder=folder)


def _is_certain(receipt: Receipt, workspace: Workspace, options: RunOptions, *, day: date) -> bool:
    folder = reports_folder(workspace, options)
    return (
        receipt.named_from <= day < receipt.named_until
        and receipt.manifest == manifest_digest(folder)
        and receipt.order == order_digest(workspace, options)
        and still_stands(receipt.inputs)
        and not left_behind(folder)
        and not (folder / PENDING).exists()
    )


def _report(manifest: Manifest, receipt: Receipt, options: RunOptions, *, folder: Path) -> RunReport | None:
    """Return the report if every published file is as it was."""
    index = page_files(file_stem(INDEX, options.audience), options.languages)
    pages = [changed_output(page.files, folder, files=()) for page in manifest.pages.values()]
    if any(pages) or changed_output(manifest.shared, folder, files=index):
        return None
    return RunReport(
        folder=folder,
        index=tuple(folder / name for name in index),
        made=(),
        current=tuple(manifest.pages),
        failed=(),
        hidden_cells=receipt.hidden_cells,
        warnings=receipt.warnings,
        why=dict.fromkeys(manifest.pages, CURRENT),
    )
