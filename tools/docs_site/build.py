"""Bring the pages together in a folder and have Sphinx make the site of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from evalkit.workbench.lab import write_bundle
from evalkit.workspace import open_workspace
from tools.docs_site.contents import CHAPTERS, GENERATED, PAGES_OF_FILES, STANDS_FOR, START
from tools.docs_site.links import turned
from tools.docs_site.markdown import fenced
from tools.docs_site.notebook_page import notebook_page, read_notebook, run_notebook

_MADE = ".buildinfo"
REPOSITORY = Path(__file__).parents[2]
SETTINGS = ("conf.py", "site.css")

# On whose figures the notebooks are run: the published ones hold the place they name, the invented country enough cases for a model.
RUN_ON = {
    "first-look": "vn-published",
    "compare-and-model": "demo",
    "exploration-to-batch": "vn-published",
    "own-indicator": "demo",
}


def build_site(target: Path, *, bundles: Mapping[str, Path]) -> int:
    """Make the site anew and return Sphinx's exit code; a warning of Sphinx is a fault.

    Parameters
    ----------
    target : Path
        The folder of the site; what it held is removed.
    bundles : mapping of str to Path
        The protected bundle of each workspace to run notebooks on; without one, they are shown as they stand.
    """
    shutil.rmtree(target, ignore_errors=True)
    with TemporaryDirectory(prefix="evalkit-docs-") as folder:
        sources = Path(folder) / "sources"
        sources.mkdir()
        bring_together(sources, bundles=bundles)
        words = ["-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", f"{folder}/doctrees"]
        return subprocess.run([sys.executable, *words, str(sources), str(target)], check=False).returncode  # noqa: S603  our own words


def is_replaceable(target: Path) -> bool:
    """Tell whether a folder may be made anew: it is not there, is empty, or holds a site that Sphinx made."""
    return (
        not target.exists() or (target / _MADE).is_file() or (target.is_dir() and not any(target.iterdir()))
    )


def bring_together(sources: Path, *, bundles: Mapping[str, Path]) -> None:
    """Write every page of the site as Markdown into a folder, with the settings of Sphinx and the pictures."""
    for setting in (
        *(REPOSITORY / "docs" / "site" / name for name in SETTINGS),
        *(REPOSITORY / "docs").glob("*.png"),
    ):
        shutil.copy(setting, sources)
    leading = {**STANDS_FOR, **PAGES_OF_FILES}
    for file, page in PAGES_OF_FILES.items():
        text = _text_of(REPOSITORY / file, page, sources, bundles)
        (sources / f"{page}.md").write_text(turned(text, of=file, pages=leading), encoding="utf-8")
    for page, written in GENERATED.items():
        (sources / f"{page}.md").write_text(written(), encoding="utf-8")
    with (sources / f"{START}.md").open("a", encoding="utf-8") as start:
        start.write(list_of_pages())


def list_of_pages() -> str:
    """Return the list of all pages by chapter, as Sphinx takes it: it stands at the side of each page."""
    lists = [
        fenced("\n".join([f":caption: {one.heading}", ":hidden:", "", *one.pages]), "{toctree}")
        for one in CHAPTERS
    ]
    return "\n" + "\n\n".join(lists) + "\n"


def _text_of(file: Path, page: str, sources: Path, bundles: Mapping[str, Path]) -> str:
    """Return a file as Markdown; a notebook is run where there are figures for it."""
    if file.suffix != ".ipynb":
        return file.read_text(encoding="utf-8")
    name = RUN_ON.get(page)
    if name is None or name not in bundles:
        return notebook_page(read_notebook(file), name=page, pictures=sources)
    workspace = open_workspace(REPOSITORY / "data" / name)
    return notebook_page(run_notebook(file, bundles[name]), name=page, pictures=sources, workspace=workspace)


def make_bundles(folder: Path) -> dict[str, Path]:
    """Protect the shipped workspaces that notebooks are run on, and return the bundle of each."""
    names = sorted(set(RUN_ON.values()))
    return {name: write_bundle(open_workspace(REPOSITORY / "data" / name), folder) for name in names}
