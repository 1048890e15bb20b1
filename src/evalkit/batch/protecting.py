"""`evalkit protect`: what a public run would release, as a table with a disclosure report for the custodian; no pages."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from evalkit.batch.clock import now
from evalkit.batch.cost_page import cost_json, cost_pages
from evalkit.batch.folder import default_folder
from evalkit.batch.last_release import refuse_lost
from evalkit.batch.leaks import refuse_leaks
from evalkit.batch.manifest import is_reports_folder, read_manifest
from evalkit.batch.options import hidden_whole
from evalkit.batch.prepare import make_bundle, protect_received, receive
from evalkit.batch.releasing import ledger_of, mended, record_release, releasing
from evalkit.disclosure.choice import WHOLE
from evalkit.disclosure.report import Cost, costs, total
from evalkit.errors import SettingsError
from evalkit.facts.plain_files import facts_to_parquet
from evalkit.messages import shown, worded
from evalkit.plain_cells import number_text
from evalkit.table import COLUMNS, DATES, MARK, dimensions_of
from evalkit.workspace import Workspace

TABLE, COLUMNAR, REPORT = "facts.csv", "facts.parquet", "report.json"


@dataclass(frozen=True, slots=True)
class ProtectReport:
    """What would be released: the folder it was written to, what protection cost, and whether it is in the ledger now.

    ``methods`` as in :class:`evalkit.disclosure.protect.Protected`.
    """

    folder: Path
    cost: Cost
    pages: tuple[Path, ...]
    recorded: bool
    methods: dict[str, int]

    @property
    def text(self) -> str:
        """The last words of the command."""
        hidden = self.cost.own + self.cost.others + self.cost.coarser
        lines = [
            worded("figures: {number}; shown: {shown}", number=self.cost.figures, shown=self.cost.shown),
            worded("figures hidden: {number}", number=hidden),
            *(
                [hidden_whole(self.methods[WHOLE], sum(self.methods.values()))]
                if WHOLE in self.methods
                else []
            ),
            worded("recorded in the ledger: these figures count as released")
            if self.recorded
            else worded("a rehearsal: nothing was recorded in the ledger, nothing is released"),
            worded("for the custodian alone: {path}", path=self.folder),
            *(worded("open in a browser: {path}", path=page) for page in self.pages),
        ]
        return "\n".join(map(shown, lines))


def protect_workspace(
    workspace: Workspace,
    folder: Path,
    *,
    scheme: str | None = None,
    record: bool = False,
    clock: Callable[[], datetime] = now,
    tell: Callable[[str], object] = lambda _: None,
) -> ProtectReport:
    """Write what a public run would release, and what that costs, into a folder of its own.

    Parameters
    ----------
    workspace : Workspace
    folder : Path
        Absent or empty. It is made as a whole or not at all, and only its owner may enter it.
    scheme : str, optional
        The boundary set; the workspace's own by default.
    record : bool
        Write the release into the ledger, as a run does.
    clock : callable
        Gives the moment, whose date is that of the release.
    tell : callable
        Is told a sentence for each thing in the ledger that had to be put right.

    Raises
    ------
    EvalkitError
        As a public run: facts or declarations rejected (3), disclosure refused (4); and a folder that is in use (3).
    """
    folder = folder.resolve()
    _refuse_place(folder, workspace)
    with releasing(workspace) if record else nullcontext():
        _look_at_the_ledger(workspace, record=record, tell=tell)
        received, since = receive(workspace), ledger_of(workspace).head
        protected = protect_received(received, audience="public", scheme=scheme or workspace.scheme)
        bundle = make_bundle(received, day=clock().date(), scheme=scheme, protected=protected)
        by_measure = costs(protected, without=bundle.programme.population or "")
        files = cost_pages(bundle, by_measure, methods=protected.methods, recorded=record)
        pages = tuple(folder / name for name in files)
        refuse_leaks(files)
        files[REPORT] = cost_json(bundle, by_measure, methods=protected.methods, recorded=record)
        files |= {TABLE: released_csv(bundle.facts), COLUMNAR: facts_to_parquet(bundle.facts)}
        with _put_in_place(folder, files):
            if record:
                record_release(workspace, bundle, edition="", since=since)
    return ProtectReport(folder, total(by_measure), pages, record, protected.methods)


def released_csv(facts: pd.DataFrame) -> bytes:
    """Write protected facts with the columns of a facts table and ``mark``, so that the strict reader reads them back.

    Parameters
    ----------
    facts : DataFrame
        Protected facts; a hidden figure has no value.
    """
    columns = [*COLUMNS, *dimensions_of(facts), MARK]
    text = facts[columns].assign(
        value=["" if pd.isna(value) else number_text(value) for value in facts["value"]],
        published=facts["published"].map({True: "true", False: "false"}),
        **{name: facts[name].dt.strftime("%Y-%m-%d").fillna("") for name in DATES},
    )
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(text.fillna("").itertuples(index=False, name=None))
    return stream.getvalue().encode()


def _look_at_the_ledger(workspace: Workspace, *, record: bool, tell: Callable[[str], object]) -> None:
    """Refuse a ledger that lacks what the usual reports folder shows; put right what a run that was cut off left."""
    reports = default_folder(workspace, audience="public", scheme=workspace.scheme)
    published = read_manifest(reports)
    if published is not None and (published.workspace, published.audience) == (workspace.name, "public"):
        refuse_lost(ledger_of(workspace), published.ledger, where=str(reports))
    for sentence in mended(workspace) if record else ():
        tell(sentence)


def _refuse_place(folder: Path, workspace: Workspace) -> None:
    """Refuse a folder that is in use, is part of what a run reads, or lies where reports are shared from."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError(
            where=str(folder),
            rule=worded("what would be released goes into a new or an empty folder"),
            do=worded("choose another folder with --out, or empty this one"),
        )
    if folder.is_relative_to(workspace.folder.resolve()):
        raise SettingsError(
            where=str(folder),
            rule=worded("a workspace holds what was reported, and nothing that was made of it"),
            do=worded("choose a folder outside the workspace"),
        )
    for parent in folder.parents:
        if is_reports_folder(parent):
            raise SettingsError(
                where=str(folder),
                rule=worded(
                    "the disclosure report is for the custodian and never lies inside reports ({name})",
                    name=parent.name,
                ),
                do=worded("choose a folder beside them"),
            )


@contextmanager
def _put_in_place(folder: Path, files: dict[str, bytes]) -> Iterator[None]:
    """Write all files into a private folder beside, and give the folder its name once the caller has done its part."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".protect-", dir=folder.parent))
    except OSError as fault:
        raise _not_writable(folder, fault) from fault
    try:
        for name, content in files.items():
            (stage / name).write_bytes(content)
        yield
        if folder.exists():
            folder.rmdir()
        stage.rename(folder)
    except OSError as fault:
        raise _not_writable(folder, fault) from fault
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _not_writable(folder: Path, fault: OSError) -> SettingsError:
    return SettingsError(
        where=str(folder),
        rule=worded(
            "the folder given by --out must be writable and have room ({fault})",
            fault=fault.strerror or type(fault).__name__,
        ),
        do=worded(
            "make room or give yourself the right to write, or choose another folder with --out; then run again"
        ),
    )
