"""``python -m tools.docs_site [FOLDER] [--unrun]``: make the documentation site; ``--unrun`` shows the notebooks without results."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.docs_site.build import build_site, is_replaceable, make_bundles


def main() -> int:
    """Make the site and say where it is."""
    parser = ArgumentParser(prog="python -m tools.docs_site")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("docs/_site"))
    parser.add_argument("--unrun", action="store_true", help="show the notebooks without results")
    given = parser.parse_args()
    if not is_replaceable(given.folder):
        parser.error(f"{given.folder} holds something else than the site: choose another folder")
    with TemporaryDirectory(prefix="evalkit-docs-") as folder:
        bundles = {} if given.unrun else make_bundles(Path(folder))
        code = build_site(given.folder, bundles=bundles)
    if code == 0:
        sys.stdout.write(f"open in a browser: {(given.folder / 'index.html').resolve()}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
