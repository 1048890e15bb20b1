"""What linking 100,000 rows costs, and checking them with 20,000 faults: processor seconds and memory.

An invented table of monthly figures by place (63 provinces and the nation), with a year and breakdowns by sex and age beside
them. Run it with ``python benchmarks/linking.py``; docs/additivity.md quotes it.
"""

from __future__ import annotations

import itertools
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from evalkit.additivity.conflicts import conflicts
from evalkit.additivity.lattice import lattice_of
from evalkit.batch.checking import check_workspace
from evalkit.places.registry import load_registry, reference_folder
from evalkit.programme.load import load_programme
from evalkit.table import COLUMNS

ROWS, FAULTS = 100_000, 20_000
MEASURE = "victims_identified"
SETTINGS = 'title.vi = "Thử"\ntitle.en = "Trial"\nprogramme = "vn-trafficking"\nscheme = "63"\ninvented = true\npopulation = false\n'
SOURCES = '[s]\ntitle = "Invented report"\nagency = "nobody"\ndate = "2021"\nconfidence = "verified"\n'


def table() -> pd.DataFrame:
    """Return figures that agree: every breakdown, month and place is counted from the same persons."""
    registry, rng = load_registry(reference_folder()), np.random.default_rng(1)
    codes = [unit.code for unit in registry.units("63")]
    years = range(2008, 2021)
    persons = rng.poisson(1.0, (len(codes), len(years), 12, 2, 2))
    rows = []
    for place, year, month in itertools.product(range(len(codes) + 1), range(len(years)), range(13)):
        cells = persons if place == len(codes) else persons[[place]]
        cells = cells[:, year].sum(axis=1) if month == 12 else cells[:, year, month]
        counts = cells.sum(axis=0)
        start = f"{years[year]}-{1 if month == 12 else month + 1:02}-01"
        end = (
            f"{years[year]}-12-31"
            if month == 12
            else f"{pd.Timestamp(start) + pd.offsets.MonthEnd():%Y-%m-%d}"
        )
        where = ("VN", "nation") if place == len(codes) else (codes[place], "63")
        for sex, age in itertools.product(("all", "female", "male"), ("all", "child", "adult")):
            some = counts if sex == "all" else counts[[("female", "male").index(sex)]]
            value = some.sum() if age == "all" else some[:, ("child", "adult").index(age)].sum()
            rows.append((*where, start, end, sex, age, int(value)))
    named = ["province_code", "scheme", "period_start", "period_end", "sex", "age_group", "value"]
    facts = pd.DataFrame(rows, columns=named).iloc[:ROWS]
    fixed = {
        "place_basis": "reception",
        "measure": MEASURE,
        "unit": "nguoi",
        "qualifier": "exact",
        "published": "false",
    }
    fixed |= {"source_id": "s", "edition_date": "2021-06-01", "source_cell": ""}
    status = np.where(facts["value"] == 0, "zero_reported", "reported")
    return facts.assign(**fixed, status=status)[[*COLUMNS, "sex", "age_group"]].astype(str)


def with_faults(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the table with cells spoilt in eight ways."""
    rows = np.array_split(np.random.default_rng(2).permutation(len(facts))[:FAULTS], 8)
    column, facts = facts.columns.get_loc, facts.copy()
    for some, name, wrong in zip(
        rows,
        ("value", "value", "value", "status", "unit", "period_end", "province_code", "measure"),
        ("-3", "1.5", "12.000", "reportd", "vu", "1999-01-01", "99", None),
        strict=True,
    ):
        facts.iloc[some, column(name)] = [f"victms_{n}" for n in some] if wrong is None else wrong
    return facts


def main() -> None:
    facts = table()
    typed = facts.assign(value=facts["value"].astype(float))
    typed = typed.assign(
        **{name: pd.to_datetime(facts[name]) for name in ("period_start", "period_end", "edition_date")}
    )
    started = time.process_time()
    registry, programme = load_registry(reference_folder()), load_programme("vn-trafficking")
    lattice = lattice_of(typed, registry=registry, programme=programme)
    linked = time.process_time()
    value = typed["value"].to_numpy()
    wrong = conflicts(lattice, value, value)
    print(
        f"{len(typed):,} rows linked in {linked - started:.1f} s of processor: {len(lattice.reported):,} cells, {len(lattice.sums.whole):,} sums"
    )
    print(f"contradictions sought in {time.process_time() - linked:.1f} s: {len(wrong)} found")
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "trial"
        workspace.mkdir()
        with_faults(facts).to_csv(workspace / "facts.csv", index=False)
        (workspace / "evalkit.toml").write_text(SETTINGS, encoding="utf-8")
        (workspace / "sources.toml").write_text(SOURCES, encoding="utf-8")
        started = time.process_time()
        text = check_workspace(workspace).text
        print(
            f"checked with {FAULTS:,} faults in {time.process_time() - started:.1f} s: {len(text.splitlines())} lines, {text.splitlines()[-1]}"
        )


if __name__ == "__main__":
    main()
