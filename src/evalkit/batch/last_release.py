"""The last release of a workspace, remembered apart from its ledger, so that a ledger lost or rolled back whole is noticed.

What is published names the entry that released it, too, but a run into another folder does not see that. Remembered is the
SHA-256 of the ledger's last entry, in the workspace's hidden folder ``.evalkit``; no figure.
"""

from __future__ import annotations

from evalkit.batch.receipt import OWN_FOLDER
from evalkit.disclosure.ledger import Ledger, refuse_lost
from evalkit.workspace import Workspace

LAST_RELEASE = "last-release"


def refuse_forgotten(workspace: Workspace, ledger: Ledger) -> None:
    """Refuse a ledger that does not have the release which is remembered.

    Parameters
    ----------
    workspace : Workspace
    ledger : Ledger
        As read from the workspace.

    Raises
    ------
    DisclosureError
        If it was lost, together with its head, or an earlier state of both was put back.
    """
    refuse_lost(ledger, _remembered(workspace), where=str(workspace.folder / OWN_FOLDER / LAST_RELEASE))


def remember(workspace: Workspace, ledger: Ledger) -> None:
    """Remember the last entry of a ledger; nothing is written where it is remembered already."""
    if ledger.head == _remembered(workspace):
        return
    path = workspace.folder / OWN_FOLDER / LAST_RELEASE
    beside = path.with_suffix(".new")
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o700)
    beside.write_text(ledger.head + "\n", encoding="utf-8")
    beside.replace(path)


def _remembered(workspace: Workspace) -> str:
    path = workspace.folder / OWN_FOLDER / LAST_RELEASE
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
