"""A public release: one at a time of a workspace, against everything released before, written down before it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from evalkit.batch.bundle_cache import carry_over
from evalkit.batch.folder import locked
from evalkit.batch.last_edition import keep_edition
from evalkit.batch.last_release import refuse_forgotten, remember
from evalkit.batch.receipt import OWN_FOLDER
from evalkit.disclosure.earlier import told_by
from evalkit.disclosure.ledger import Ledger
from evalkit.disclosure.ledger_file import append, mend, read_ledger
from evalkit.errors import DisclosureError, SettingsError
from evalkit.facts.bundle import Bundle
from evalkit.messages import worded
from evalkit.workspace import Workspace


@contextmanager
def releasing(workspace: Workspace) -> Iterator[None]:
    """Work alone on the release of a workspace, from reading its ledger to showing the figures; an internal run may go on beside.

    Raises
    ------
    SettingsError
        If another public run of this workspace is at work, whatever folder it writes into, or the workspace cannot be written.
    """
    with locked(workspace.folder / OWN_FOLDER / "release", private=True, refusal=_workspace_not_writable):
        yield


def ledger_of(workspace: Workspace) -> Ledger:
    """Return what was released from a workspace before.

    Raises
    ------
    DisclosureError
        If its ledger was lost or altered, is older than the last release, or belongs to another workspace.
    """
    ledger = read_ledger(workspace.folder, workspace.name)
    refuse_forgotten(workspace, ledger)
    return ledger


def mended(workspace: Workspace) -> list[str]:
    """Put right what a run that was cut off had begun to write into the ledger, and return a sentence for each thing.

    Parameters
    ----------
    workspace : Workspace
        Nobody else is releasing its figures, and its ledger is not lost.

    Raises
    ------
    SettingsError
        If the workspace cannot be written.
    """
    ledger_of(workspace)
    try:
        return mend(workspace.folder)
    except OSError as fault:
        raise _workspace_not_writable(workspace.folder, fault) from fault


def record_release(workspace: Workspace, bundle: Bundle, *, edition: str, since: str) -> Ledger:
    """Write into the workspace's ledger what a bundle is about to show; nothing of an internal one.

    Parameters
    ----------
    workspace : Workspace
        Nobody else is releasing its figures (:func:`releasing`).
    bundle : Bundle
    edition : str
        The name of the release; the bundle's date where it is empty.
    since : str
        The last entry of the ledger that the bundle was protected against, "" for none: figures that another run has released
        meanwhile were not taken into account.

    Raises
    ------
    DisclosureError
        If the bundle shows what an earlier release hid, or another run has released figures since.
    SettingsError
        If the workspace cannot be written, or its disk is full.
    """
    ledger = ledger_of(workspace)
    if bundle.about.audience != "public":
        return ledger
    if ledger.head != since:
        raise DisclosureError(
            where=str(workspace.folder),
            rule=worded("another run released figures of this workspace while this one was at work"),
            do=worded("run again: the pages are then protected against what it released"),
        )
    try:
        return _recorded(workspace, bundle, ledger, edition=edition)
    except OSError as fault:
        raise _workspace_not_writable(workspace.folder, fault) from fault


def _recorded(workspace: Workspace, bundle: Bundle, ledger: Ledger, *, edition: str) -> Ledger:
    policy = workspace.disclosure
    about = {
        "workspace": workspace.name,
        "edition": edition or bundle.about.date,
        "date": date.fromisoformat(bundle.about.date),
        "rules": {"k": policy.k, "k_sensitive": policy.k_sensitive},
        "signed": policy.signed_by,
        "bundle": bundle.content_hash,
        "coarser": tuple((one.measure, "+".join(one.by), one.place, one.period) for one in bundle.coarser),
    }
    told = told_by(bundle.facts, bundle.programme, policy)
    since, ledger = ledger.head, append(workspace.folder, ledger, told, about=about)
    remember(workspace, ledger)
    keep_edition(workspace, bundle, edition=edition)
    carry_over(workspace, bundle, since=since, ledger=ledger.head)
    return ledger


def _workspace_not_writable(folder: Path, fault: OSError) -> SettingsError:
    """Return the refusal for a workspace that cannot take in its release: its disk is named, the ledger is not to blame."""
    return SettingsError(
        where=str(folder),
        rule=worded(
            "a public run writes what it releases into the workspace, which must be writable and have room ({fault})",
            fault=fault.strerror or type(fault).__name__,
        ),
        do=worded(
            "make room on the workspace's disk or give yourself the right to write there; then run again"
        ),
    )
