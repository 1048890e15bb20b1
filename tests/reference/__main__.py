"""Run the reference cases of a folder: exit 0 if none failed, 1 if one did, 2 if there was nothing to run."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.reference.runner import run_folder, summary


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: python -m tests.reference FOLDER (with JSON files of cases)\n")
        return 2
    results = run_folder(Path(arguments[0]))
    sys.stdout.write(f"{summary(results)}\n")
    if not results:
        sys.stderr.write(f"no case found in {arguments[0]}\n")
        return 2
    return 1 if any(result.outcome == "failed" for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
