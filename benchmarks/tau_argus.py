"""The optimal method of tau-ARGUS on the same tables, year by year, as a judge of what is hidden beside the small figures.

Needs pytauargus, which is no dependency: ``python -m pip install pytauargus`` into an environment of one's own, then
``python -m benchmarks.tau_argus``. For each table: how many figures are small, how many each hides beside them, the processor seconds of
the choice, and how many figures each leaves narrower than our rule has it. tau-ARGUS is given the true counts and protects each small
one within 100 % of itself; ours is told classes alone, and keeps a range of the threshold less one.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from benchmarks.disclosure_scale import YEARS, facts, programme, registry

from evalkit.disclosure.audit import recoverable
from evalkit.disclosure.equations import Tables
from evalkit.disclosure.linked_tables import labelled, linked_tables
from evalkit.disclosure.protect import hidden_cells, primary
from evalkit.disclosure.protection_rules import protected_cells
from evalkit.workspace import DisclosurePolicy

try:
    from pytauargus import protect  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    sys.exit("pytauargus is not installed: python -m pip install pytauargus, in an environment of your own")

CASES = {"sex": (("sex",), 5), "sex-by-age": (("sex", "age"), 10)}


def theirs(
    rows: pd.DataFrame, by: tuple[str, ...], threshold: int, folder: str
) -> tuple[set[tuple[str, ...]], float]:
    """Return the names of the figures that tau-ARGUS hides, and its processor seconds."""
    fine = rows[(rows["province_code"] != "VN") & (rows[list(by)] != "all").all(axis=1)]
    persons = fine.loc[fine.index.repeat(fine["value"].astype(int)), ["province_code", *by]].assign(n=1.0)
    begun = time.process_time()
    result = protect(
        persons.rename(columns=dict(zip(("province_code", *by), ("place", *by), strict=True))),
        ["place", *by],
        response="n",
        safety_rules=f"FREQ({threshold},100)",
        suppress="OPT(1)",
        workdir=folder,
    )
    seconds = time.process_time() - begun
    table = result.tables[0]
    named = zip(table.rows, table.status(), strict=True)
    nation = {"Total": "VN"}
    hidden = {
        (
            nation.get(row["place"], row["place"]),
            *("all" if row[name] == "Total" else row[name] for name in by),
        )
        for row, status in named
        if status in ("U", "M")
    }
    return hidden, seconds


def names_of(tables: Tables, by: tuple[str, ...]) -> dict[tuple[str, ...], int]:
    """Return the label of each figure that was reported."""
    cells = tables.cells[~tables.cells["implicit"]]
    return {
        tuple(row): label
        for label, row in zip(cells.index, cells[["province_code", *by]].to_numpy().tolist(), strict=True)
    }


def compared(name: str) -> str:
    """Compare both on every year of one table."""
    by, threshold = CASES[name]
    policy, declared = DisclosurePolicy(k=threshold, k_sensitive=max(threshold, 10)), programme(name)
    small = ours = tau = our_narrow = tau_narrow = 0
    our_seconds = tau_seconds = 0.0
    every = facts(name)
    with TemporaryDirectory() as folder:
        country = registry(Path(folder))
        for year in YEARS:
            rows = every[every["period_start"].dt.year == year].reset_index(drop=True)
            tables = linked_tables(labelled(protected_cells(rows, declared, policy)), declared, country)
            begun = time.process_time()
            hidden, _ = hidden_cells(tables)
            our_seconds += time.process_time() - begun
            found, seconds = theirs(rows, by, threshold, str(Path(folder) / f"{year}"))
            tau_seconds += seconds
            label = names_of(tables, by)
            of_tau = {label[one] for one in found if one in label}
            own = {one for one in primary(tables) if not tables.cells["implicit"][one]}
            small, ours, tau = small + len(own), ours + len(hidden - own), tau + len(of_tau - own)
            our_narrow += len(recoverable(tables, hidden))
            tau_narrow += len(recoverable(tables, of_tau | own))
    return (
        f"{name}, {len(YEARS)} years one by one: {small} small or of a whole group; beside them ours {ours} in {our_seconds:.1f} s, "
        f"tau-ARGUS {tau} in {tau_seconds:.1f} s; narrower than the rule: {our_narrow} and {tau_narrow}"
    )


if __name__ == "__main__":
    for case in sys.argv[1:] or CASES:
        print(compared(case), flush=True)
