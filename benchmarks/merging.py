"""Whether merging after the fact pays on the invented country: years pooled, or regions added, before cells are hidden.

For each breakdown of persons in which some figure is small, the sum over the years of a programme period, or over the units
of a region, is added as a further figure; then all is protected again. Run it with ``python benchmarks/merging.py``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from evalkit.batch.prepare import Received, harmonised, receive
from evalkit.disclosure.linked_tables import labelled, linked_tables
from evalkit.disclosure.protect import hidden_cells
from evalkit.disclosure.protection_rules import SMALL, protected_cells
from evalkit.table import dimensions_of
from evalkit.workspace import open_workspace

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "data" / "demo"
COUNTED = ["measure", "source_id", "place_basis"]


def main() -> None:
    received = receive(open_workspace(FOLDER))
    scheme = received.workspace.scheme
    facts = harmonised(received, scheme=scheme)
    cells = protected_cells(facts, received.programme, received.workspace.disclosure)
    free = cells[~cells["known"]]
    alone = tell(received, facts, 0)
    print(f"as reported: {alone[0]} figures hidden")
    for what, merged in (
        ("years pooled", pooled(free, received)),
        ("regions", regional(free, received, scheme)),
    ):
        rows = merged[merged["small"]]
        more = facts.loc[rows["like"]].assign(
            **{name: rows[name].to_numpy() for name in rows if name in facts}
        )
        hidden, shown = tell(
            received, pd.concat([facts, more.assign(status="derived")], ignore_index=True), len(more)
        )
        large = int((rows["value"] >= rows["threshold"]).sum())
        print(
            f"{what}: {len(rows)} sums with a small part, {large} of them at or above the threshold; "
            f"{shown} can be shown; {hidden - alone[0]:+d} of the figures as reported are hidden"
        )


def pooled(free: pd.DataFrame, received: Received) -> pd.DataFrame:
    """Return the sums over all years reported within a programme period, where there are three or more."""
    found = []
    years = free[(free["period_end"] - free["period_start"]).dt.days.between(364, 365)]
    for period in received.programme.periods:
        first, last = pd.Timestamp(period.valid_from), pd.Timestamp(period.valid_to)
        inside = years[(years["period_start"] >= first) & (years["period_end"] <= last)]
        sums = summed(
            inside, [*COUNTED, "province_code", "scheme", *dimensions_of(free.drop(columns=NOT_FACTS))]
        )
        found.append(sums[sums["number"] >= 3])
    return pd.concat(found)


def regional(free: pd.DataFrame, received: Received, scheme: str) -> pd.DataFrame:
    """Return the sums over all units of a region."""
    region = {unit.code: unit.region_code for unit in received.registry.units(scheme)}
    own = free[free["scheme"] == scheme]
    own = own.assign(province_code=own["province_code"].map(region))
    key = [*COUNTED, "province_code", "scheme", "period_start", "period_end"]
    sums = summed(own, [*key, *dimensions_of(free.drop(columns=NOT_FACTS))])
    return sums[sums["number"] == sums["province_code"].map(pd.Series(region).value_counts())]


NOT_FACTS = ["known", "threshold", "size"]


def summed(cells: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    groups = cells.assign(like=cells.index, small=cells["size"] == SMALL, number=1).groupby(
        key, as_index=False
    )
    told = {"value": "sum", "number": "sum", "small": "any", "threshold": "max", "like": "first"}
    told |= {name: edge for name, edge in (("period_start", "min"), ("period_end", "max")) if name not in key}
    return groups.agg(told)


def tell(received: Received, facts: pd.DataFrame, added: int) -> tuple[int, int]:
    """Protect, and return how many figures as reported are hidden, and how many of the sums added last can be shown."""
    types = harmonised(received, scheme=received.workspace.scheme).dtypes.to_dict()
    cells = protected_cells(facts.astype(types), received.programme, received.workspace.disclosure)
    cells = labelled(cells)
    hidden, _ = hidden_cells(linked_tables(cells, received.programme, received.registry))
    is_sum = cells["row"] >= len(facts) - added
    gone = cells.index.isin(hidden)
    return int((gone & ~is_sum).sum()), int((~gone & is_sum).sum())


if __name__ == "__main__":
    main()
