"""The brief of a page as PDF: two A4 sheets, printed by an installed Chromium, Chrome or Edge from the page that is published.

What is printed is the page itself under its own rules for paper, without the folded annex. Nothing is fetched: the browser gets one file
and can reach no address.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from evalkit.errors import BatchError, SettingsError
from evalkit.messages import worded

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge", "msedge")
BROWSER = "EVALKIT_BROWSER"
_SECONDS = 90
_PAGE, _PDF = ".html", ".pdf"
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)


def pdf_name(page: str) -> str:
    """Return what the PDF of a page is called.

    Examples
    --------
    >>> pdf_name("22-quang-ninh.en.html")
    '22-quang-ninh.en.pdf'
    """
    return page.removesuffix(_PAGE) + _PDF


def browser() -> str:
    """Return the browser that prints.

    Raises
    ------
    SettingsError
        If there is none: said before anything is computed.
    """
    named = os.environ.get(BROWSER, "")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    raise SettingsError(
        where="--pdf",
        rule=worded("pages are printed by an installed Chromium, Chrome or Edge; none was found"),
        do=worded(
            "install one, or name its program in {variable}; or print the pages by hand", variable=BROWSER
        ),
    )


def printed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the PDF of each page among some files.

    Parameters
    ----------
    files : mapping of bytes by name
        Pages end in ``.html``; others have none.

    Raises
    ------
    SettingsError
        If no browser is installed.
    BatchError
        If a page could not be printed.
    """
    pages = {name: content for name, content in files.items() if name.endswith(_PAGE)}
    with TemporaryDirectory(prefix="evalkit-print-") as folder:
        return {pdf_name(name): _printed(content, Path(folder)) for name, content in pages.items()}


def _printed(page: bytes, folder: Path) -> bytes:
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_bytes(page)
    target.unlink(missing_ok=True)
    root = (
        ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    )  # a container: root has no sandbox
    command = [browser(), *_FLAGS, *root, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}"]
    try:
        subprocess.run(  # noqa: S603  the installed browser and our own file
            [*command, source.as_uri()],
            check=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
        return target.read_bytes()
    except (subprocess.SubprocessError, OSError) as fault:
        raise BatchError(
            where="--pdf",
            rule=worded("the browser did not print the page ({error})", error=type(fault).__name__),
            do=worded("run again with --retry; or without --pdf"),
        ) from None
