"""What it costs to import a form of 100,000 figures: processor seconds and peak memory of the whole command.

    python benchmarks/import_forms.py [--cells CELLS] [--profile]

The form is a long table of the invented country: the 40 provinces by month in the rows, 50 measures across, as a workbook and as a
text file; the figures are drawn with a fixed seed. Each command runs in a process of its own. Wanted for 100,000 cells: under 20
seconds and 1 GB. Seconds are this machine's.

--profile: where the processor's time goes, by function, in this process.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from openpyxl import Workbook

from evalkit.batch.declarations import programme_of, registry_of
from evalkit.batch.importing import ImportOptions, import_form
from evalkit.workspace import open_workspace

DEMO = Path(__file__).parents[1] / "data" / "demo"
MEASURES, FIRST_YEAR, MONTHS = 50, 2001, 12
MAPPING = """\
[table]
source_id = "bench"
corner = "C2"
place = { column = "A", scheme = "d40" }
period = { column = "B" }
columns = { row = 1 }
"""


def rows_of(workspace: Path, cells: int) -> Iterator[list[str | int]]:
    """Yield the form's rows: measures across, then a province and month a row, until there are enough cells."""
    opened = open_workspace(workspace)
    programme, registry = programme_of(opened), registry_of(opened)
    counted = [
        one.label.root["vi"] for one in programme.measures.values() if one.whole and one.time_basis == "flow"
    ]
    heads = counted[:MEASURES]
    yield ["Địa phương", "Tháng", *heads]
    rng = np.random.default_rng(1)
    lines = (
        [unit.name, f"{month:02}/{year}", *map(int, rng.integers(0, 999, len(heads)))]
        for year in range(FIRST_YEAR, 2100)
        for month in range(1, MONTHS + 1)
        for unit in registry.units("d40")
    )
    yield from islice(lines, cells // len(heads))


def written(rows: list[list[str | int]], path: Path) -> Path:
    """Write the rows as a workbook or a text file."""
    if path.suffix == ".csv":
        path.write_text("\n".join(";".join(map(str, row)) for row in rows), encoding="utf-8")
        return path
    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def cost(form: Path, workspace: Path, mapping: Path) -> tuple[int, float, float]:
    """Import a form in a process of its own; return how many figures were taken, its processor seconds, and its peak memory in MB."""
    command = [
        sys.executable,
        "-m",
        "evalkit",
        "import",
        str(form),
        str(workspace),
        "--mapping",
        str(mapping),
        "--json",
    ]
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out)
        _, _, used = os.wait4(process.pid, 0)
        out.seek(0)
        taken = json.loads(out.read())["taken"]
    return taken, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(
            shutil.copytree(DEMO, Path(folder) / "demo", ignore=shutil.ignore_patterns("facts.csv"))
        )
        mapping = Path(folder) / "mapping.toml"
        mapping.write_text(MAPPING, encoding="utf-8")
        rows = list(rows_of(workspace, given.cells))
        print(f"{'form':6} {'taken':>8} {'processor s':>12} {'peak MB':>8}")
        for kind in ("xlsx", "csv"):
            form = written(rows, Path(folder) / f"form.{kind}")
            if given.profile:
                profiled(form, workspace, mapping)
                continue
            taken, seconds, memory = cost(form, workspace, mapping)
            print(f"{kind:6} {taken:8} {seconds:12.1f} {memory:8.0f}", flush=True)


def profiled(form: Path, workspace: Path, mapping: Path) -> None:
    """Print where the time of an import goes."""
    profile = cProfile.Profile()
    profile.runcall(import_form, form, workspace, ImportOptions(mapping))
    pstats.Stats(profile).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    main()
