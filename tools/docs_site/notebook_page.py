"""A notebook as a page: its cells, and under each what it shows where the notebook was run."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from evalkit.kernels.private_folder import ReportKernelManager, kernel_settings, private_room
from evalkit.workspace import Workspace
from tools.docs_site.markdown import fenced

_SECONDS = 300
_RUN = "Run on the protected figures of `data/{workspace}` when this site was made. · Chạy trên số liệu đã bảo vệ của `data/{workspace}` khi lập trang này."
_INVENTED = "They are those of an **invented** country: no figure, name or place is real. · Đó là số liệu của một đất nước **giả định**: không con số, tên gọi hay địa điểm nào có thật."
_NOT_RUN = "Shown as it stands, without results: this site was made without running it. · Chưa chạy, nên không có kết quả."
_INNER_LINK = re.compile(r'<a\b[^>]*href="#[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_ADDRESS = re.compile(r" at 0x[0-9a-f]+>")  # says nothing, and another thing at each run
_LOADED = re.compile(r"<script\b.*?</script>", re.DOTALL)


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Read a notebook as it stands."""
    notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def run_notebook(path: Path, bundle: Path) -> nbformat.NotebookNode:
    """Run a notebook in a private room that holds the protected figures, and return it with its results.

    Parameters
    ----------
    path : Path
        The notebook; it is not changed.
    bundle : Path
        The folder of a protected bundle.
    """
    notebook = read_notebook(path)
    with private_room() as room:
        (room / "desk").mkdir(exist_ok=True)
        (room / "desk" / "bundle").symlink_to(bundle.resolve(), target_is_directory=True)
        settings: dict[str, Any] = {
            "config": kernel_settings(room),
            "kernel_manager_class": ReportKernelManager,
        }
        NotebookClient(notebook, timeout=_SECONDS, **settings).execute()
    return notebook


def notebook_page(
    notebook: nbformat.NotebookNode, *, name: str, pictures: Path, workspace: Workspace | None = None
) -> str:
    """Return a notebook as Markdown, and write its pictures into a folder.

    Parameters
    ----------
    notebook : NotebookNode
    name : str
        Of the page: its pictures are named after it.
    pictures : Path
        The folder of the page.
    workspace : Workspace, optional
        On whose figures it was run; none if it was not.
    """
    head, *cells = notebook.cells
    parts = [head.source, _remark(workspace)]
    for number, cell in enumerate(cells, start=1):
        if cell.cell_type == "code":
            parts.append(fenced(cell.source, "python"))
            parts += _results(cell, pictures / f"{name}-{number}")
        else:
            parts.append(cell.source)
    return "\n\n".join(parts)


def _remark(workspace: Workspace | None) -> str:
    """Return whether the notebook was run, and on what: figures that are invented are said to be."""
    if workspace is None:
        return f"*{_NOT_RUN}*"
    run = f"*{_RUN.format(workspace=workspace.name)}*"
    return f"{run}\n\n{_INVENTED}" if workspace.invented else run


def _results(cell: nbformat.NotebookNode, picture: Path) -> Iterator[str]:
    """Yield what a cell shows, each in its richest form; the styles of our sections stand in the site's own sheet."""
    for output in cell.outputs:
        shown = output.get("data", {})
        if "text/html" in shown:
            yield fenced(_LOADED.sub("", _INNER_LINK.sub(r"\1", shown["text/html"])), "{raw} html")
        elif "image/png" in shown:
            picture.with_suffix(".png").write_bytes(base64.b64decode(shown["image/png"]))
            yield f"![{picture.name}]({picture.name}.png)"
        elif "text/plain" in shown and not _ADDRESS.search(shown["text/plain"]):
            yield fenced(shown["text/plain"])
