"""What protection costs on the invented country: cells hidden, information kept, time; beside the plain rule.

The yardstick is the plain rule "a count from 1 to k - 1 is left out, and so is the whole row it stands in": a row being one
place, period and measure with its breakdown. Information is counted in shown cells, and in bits: the digits that a shown
count takes to write, base 2. Run it with ``python benchmarks/disclosure.py [WORKSPACE]``.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from evalkit.batch.prepare import harmonised, receive
from evalkit.disclosure.audit import recoverable
from evalkit.disclosure.equations import Tables
from evalkit.disclosure.linked_tables import labelled, linked_tables
from evalkit.disclosure.protect import hidden_cells, primary
from evalkit.disclosure.protection_rules import SMALL, protected_cells
from evalkit.workspace import open_workspace

ROW = ["measure", "source_id", "province_code", "scheme", "period_start", "period_end"]


def main(folder: Path) -> None:
    workspace = open_workspace(folder)
    received = receive(workspace)
    facts = harmonised(received, scheme=workspace.scheme)
    start = time.perf_counter()
    cells = labelled(protected_cells(facts, received.programme, workspace.disclosure))
    tables = linked_tables(cells, received.programme, received.registry)
    summed = time.perf_counter()
    hidden, methods = hidden_cells(tables)
    chosen = time.perf_counter()
    narrow = recoverable(tables, hidden)
    audited = time.perf_counter()
    small = {label for label in primary(tables) if label < len(cells)}
    bits = np.log2(cells["value"] + 1)
    row_hidden = plain_rule(cells)
    shares = (
        ("ours", hidden),
        ("plain rule", row_hidden),
        ("primary alone (unsafe)", small),
    )
    print(
        f"{len(cells)} cells count persons, {(~cells['known']).sum()} of them are neither published nor stand"
    )
    for name, gone in shares:
        kept = ~cells.index.isin(gone)
        open_cells = kept & ~cells["known"]
        print(
            f"{name:24} {len(gone):5} hidden; kept {kept.mean():6.1%} of cells, {bits[kept].sum() / bits.sum():6.1%} of bits;"
            f" of those that may be hidden {open_cells.sum() / (~cells['known']).sum():6.1%}"
        )
    print(
        f"the attack narrows {len(narrow)} cells of ours, {len(recoverable(tables, row_hidden))} of the plain rule,"
    )
    print(f"  {len(recoverable(tables, small))} of primary suppression alone")
    print(
        f"  {len(recoverable(tables, measure_by_measure(tables)))} where nobody knew that one measure is part of another"
    )
    whole = audited - start
    print(f"networks by method: {methods}")
    print(
        f"of the time: sums {(summed - start) / whole:.0%}, choice {(chosen - summed) / whole:.0%}, attack {(audited - chosen) / whole:.0%}"
    )
    print(f"all of it takes {whole / reference():.0f} times as long as reading and checking the facts once")


def plain_rule(cells: pd.DataFrame) -> set[int]:
    """Return the cells that the plain rule leaves out: the breakdown of a row in which one count is small."""
    free = cells[~cells["known"]]
    rows = free.groupby(ROW)["size"].transform(lambda sizes: (sizes == SMALL).any())
    return set(free.index[rows])


def measure_by_measure(tables: Tables) -> set[int]:
    """Return what would be hidden by the sums within each measure alone."""
    measure = tables.cells["measure"]
    same = tuple(one for one in tables.equations if measure[one.total] == measure[one.parts[0]])
    return hidden_cells(replace(tables, equations=same))[0]


def reference() -> float:
    """Return the seconds that reading the workspace takes on this machine, now: times are ratios."""
    start = time.perf_counter()
    receive(open_workspace(FOLDER))
    return time.perf_counter() - start


FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "data" / "demo"

if __name__ == "__main__":
    main(FOLDER)
