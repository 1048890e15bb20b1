"""A programme of one's own in a workspace: laid over the shipped one that the workspace names, so that indicators can be added."""

from __future__ import annotations

import re
from pathlib import Path

from evalkit.errors import SettingsError
from evalkit.messages import worded
from evalkit.programme.load import programme_folder, shipped_programmes
from evalkit.workspace import SETTINGS_FILE, open_workspace

FOLDER = "programme"
_NAMED = re.compile(r'^programme[ \t]*=[ \t]*(["\'])[^"\'\n]*\1', re.MULTILINE)
_ID = re.compile(r"^id[ \t]*=[ \t]*([\"'])([^\"'\n]*)\1[^\n]*$", re.MULTILINE)


def own_programme(folder: str | Path) -> Path:
    r"""Return the folder of a workspace's own programme; where it names a shipped one, lay one of its own over that first.

    Periods and strands are copied from the shipped programme, everything else is inherited (``extends``). No file is written over
    but evalkit.toml, of which one line changes.

    Parameters
    ----------
    folder : str or Path
        The workspace's folder.

    Returns
    -------
    Path
        Where files such as ``indicators-mine.toml`` go.

    Raises
    ------
    SettingsError
        If the folder is no workspace, or has a folder ``programme`` that it does not name.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as room:
    ...     settings = Path(room) / "evalkit.toml"
    ...     told = 'title = {vi = "Thử", en = "Trial"}', 'programme = "vn-trafficking"', 'scheme = "34"', 'places = "reference"'
    ...     _ = settings.write_text("\n".join([*told, "invented = true"]), encoding="utf-8")
    ...     added = own_programme(room)
    ...     [path.name for path in added.iterdir()], settings.read_text(encoding="utf-8").splitlines()[1]
    (['programme.toml'], 'programme = "programme"')
    """
    workspace = open_workspace(folder)
    shipped, own = workspace.programme, workspace.folder / FOLDER
    if shipped not in shipped_programmes():
        return programme_folder(shipped, base=workspace.folder)
    settings = workspace.folder / SETTINGS_FILE
    if (own / "programme.toml").exists():
        raise SettingsError(
            where=str(own / "programme.toml"),
            rule=worded("the workspace has a programme of its own and names a shipped one"),
            do=worded('write programme = "{folder}" in evalkit.toml, or rename the folder', folder=FOLDER),
        )
    text = settings.read_text(encoding="utf-8")
    if len(_NAMED.findall(text)) != 1:
        raise SettingsError(
            where=str(settings),
            rule=worded("the programme is named in a line of its own"),
            do=worded('write it as programme = "{shipped}"', shipped=shipped),
        )
    own.mkdir(exist_ok=True)
    (own / "programme.toml").write_text(_laid_over(shipped), encoding="utf-8", newline="\n")
    settings.write_text(_NAMED.sub(f'programme = "{FOLDER}"', text), encoding="utf-8", newline="\n")
    return own


def _laid_over(shipped: str) -> str:
    """Return the shipped programme.toml as that of a programme that extends it."""
    text = (programme_folder(shipped) / "programme.toml").read_text(encoding="utf-8")
    return _ID.sub(lambda found: f'id = "{found[2]}-own"\nextends = "{shipped}"', text, count=1)
