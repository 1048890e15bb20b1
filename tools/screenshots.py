"""Pictures of pages as a reader sees them: on a screen, on a phone, dark. Take them before and after a change of how pages look.

``make screenshots`` photographs pages that ``make reports`` made, by the installed Chromium, into ``reports/screenshots``, which git ignores.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from evalkit.batch.printing import browser
from evalkit.errors import SettingsError

PAGES = ("demo/11-*.html", "vn-published/22-*.html")
FOLDER = "screenshots"
_SECONDS = 90
_FRAME = '<body style="margin:0;background:#888"><iframe src="{page}" style="border:0;width:{width}px;height:{height}px"></iframe>'
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at: width and height in CSS pixels, light or dark."""

    name: str
    width: int
    height: int
    dark: bool = False


LOOKS = (Look("screen", 1280, 1600), Look("phone", 375, 1600), Look("dark", 1280, 1600, dark=True))


def pages(reports: Path) -> list[Path]:
    """Return the pages to take pictures of, in all their languages; none where no reports were made."""
    return [page for pattern in PAGES for page in sorted(reports.glob(pattern))]


def pictures(reports: Path) -> Iterator[Path]:
    """Take the pictures, and yield the file of each.

    Parameters
    ----------
    reports : Path
        The folder that ``make reports`` fills.

    Raises
    ------
    SettingsError
        If no browser is installed.
    """
    target = reports / FOLDER
    target.mkdir(exist_ok=True)
    for page in pages(reports):
        for look in LOOKS:
            picture = target / f"{page.parent.name}.{page.stem}.{look.name}.png"
            _take(page, look, picture)
            yield picture


def _take(page: Path, look: Look, picture: Path) -> None:
    """Photograph a page in a frame of its width: a browser's own window is never as narrow as a phone."""
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    dark = ["--blink-settings=preferredColorScheme=0"] if look.dark else []
    with TemporaryDirectory(prefix="evalkit-pictures-") as folder:
        frame = Path(folder) / "frame.html"
        text = _FRAME.format(page=page.resolve().as_uri(), width=look.width, height=look.height)
        frame.write_text(text, encoding="utf-8")
        size = f"--window-size={max(look.width, 500)},{look.height}"
        subprocess.run(  # noqa: S603  the installed browser and our own files
            [
                *(browser(), *_FLAGS, *root, *dark, size),
                *(f"--user-data-dir={folder}/profile", f"--screenshot={picture.resolve()}", frame.as_uri()),
            ],
            check=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )


def main(reports: Path = Path("reports")) -> int:
    """Take the pictures and name them; say what is missing."""
    if not pages(reports):
        sys.stderr.write("no pages yet: run `make reports` first\n")
        return 1
    try:
        for picture in pictures(reports):
            sys.stdout.write(f"{picture}\n")
    except SettingsError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
