"""The last release of a workspace, remembered apart from its ledger, so that a ledger lost or rolled back whole is noticed.

What is published names the entry that released it, too, but a run into another folder does not see that. Remembered is the
SHA-256 of the ledger's last entry, in the workspace's hidden folder ``.evalkit``; no figure.
"""

from __future__ import annotations

from evalkit.batch.receipt import OWN_FOLDER
from evalkit.disclosure.ledger import Ledger
from evalkit.disclosure.ledger_file import HEAD, LEDGER
from evalkit.errors import DisclosureError
from evalkit.lasting_file import write_lasting
from evalkit.messages import worded
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


def refuse_lost(ledger: Ledger, head: str, *, where: str) -> None:
    """Refuse a ledger that does not know of a release which is published, or remembered.

    Parameters
    ----------
    ledger : Ledger
    head : str
        The SHA-256 of an entry that the ledger had; empty where none is known.
    where : str
        What names it.

    Raises
    ------
    DisclosureError
        If the ledger has no such entry.
    """
    if head and head not in {entry.sha256 for entry in ledger.entries}:
        raise DisclosureError(
            where=where,
            rule=worded("the release named here is one that the workspace's ledger does not have"),
            do=worded(
                "put back {ledger} and {head}; without them nobody knows what an attacker has seen",
                ledger=LEDGER,
                head=HEAD,
            ),
        )


def remember(workspace: Workspace, ledger: Ledger) -> None:
    """Remember the last entry of a ledger; nothing is written where it is remembered already."""
    if ledger.head == _remembered(workspace):
        return
    path = workspace.folder / OWN_FOLDER / LAST_RELEASE
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o700)
    write_lasting(path, ledger.head + "\n")


def _remembered(workspace: Workspace) -> str:
    path = workspace.folder / OWN_FOLDER / LAST_RELEASE
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
