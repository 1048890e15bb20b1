"""The rows of totals: which of the cells above what was reported are given, what they amount to, and what they are the sum of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evalkit.additivity.axis import Positions
from evalkit.additivity.bounds import Numbers
from evalkit.additivity.lattice import Lattice
from evalkit.additivity.places import NATION
from evalkit.additivity.space import PERIOD, PLACE, Flags
from evalkit.places.registry import Registry
from evalkit.table import ALL, NATION_SCHEME, WITH_VALUE, dimensions_of

PARTIAL = "partial"
_LEVELS = 5  # months make quarters, halves, a year; former units a unit, regions, the nation
_PARTS = {1: "months", 3: "quarters", 6: "half-years"}
_YEAR, _MONTH = 366, 365.25 / 12  # days


def total_rows(facts: pd.DataFrame, lattice: Lattice, *, registry: Registry, scheme: str) -> pd.DataFrame:
    """Return the totals that no row gives, as rows of a facts table.

    Parameters
    ----------
    facts : DataFrame
        The facts table.
    lattice : Lattice
        Its cells, every total among them, by source.
    registry : Registry
    scheme : str
        The boundary set of the pages: what is summed over places is given for its units and for the nation.

    Returns
    -------
    DataFrame
        Where every part is known the sum; where some are missing a row that says how many are there: of the nation in total
        alone and from half the units, of a year from two months, quarters or halves.
    """
    known = _Known.of(facts, lattice)
    labels = _labels(facts, lattice, registry, scheme)
    units = tuple(sorted(place for place, (_, of) in labels.items() if of == scheme))
    best = _best(lattice, known, units)
    covered = _covered(lattice, known)
    by = np.where(known.by >= 0, known.by, best)
    over_places = np.zeros(len(by), dtype=bool)
    over_places[by >= 0] = lattice.sums.axis[by[by >= 0]] == PLACE
    year = _is_year(lattice)[lattice.period]
    part_year = year & (known.by < 0) & (covered.parts >= 2)
    of_pages = np.isin(lattice.place, [*units, NATION])
    given = np.where(over_places, of_pages, year & (known.by >= 0)) | part_year
    cells = np.flatnonzero(~lattice.reported & np.isin(lattice.place, list(labels)) & given)
    said = [
        _of_places(lattice, known, int(by[cell]))
        if over_places[cell] and not part_year[cell]
        else covered.said(int(cell))
        for cell in cells
    ]
    return _table(facts, lattice, known, cells).assign(
        province_code=[labels[place][0] for place in lattice.place[cells]],
        scheme=[labels[place][1] for place in lattice.place[cells]],
        source_cell=[
            f"sum of {one}" if whole else f"{PARTIAL}: {one}"
            for one, whole in zip(said, known.by[cells] >= 0, strict=True)
        ],
    )


def _table(facts: pd.DataFrame, lattice: Lattice, known: _Known, cells: Positions) -> pd.DataFrame:
    space, derived = lattice.space, known.by[cells] >= 0
    table = pd.DataFrame(
        [space.families[one] for one in lattice.family[cells]],
        columns=["measure", "place_basis", "source_id"],
    )
    broken = [space.breakdown_axis[one] for one in lattice.breakdown[cells]]
    columns: dict[str, Any] = dict.fromkeys(dimensions_of(facts), ALL) | {
        name: [values[n] for values in broken] for n, name in enumerate(space.dimensions)
    }
    ends = np.array(space.period_axis, dtype=np.int64).reshape(-1, 2)[lattice.period[cells]]
    latest = np.int64(facts["edition_date"].max().timestamp())
    columns |= {
        "period_start": ends[:, 0].astype("datetime64[D]").astype("datetime64[s]"),
        "period_end": (ends[:, 1] - 1).astype("datetime64[D]").astype("datetime64[s]"),
        "edition_date": np.where(derived, known.edition[cells], latest).astype("datetime64[s]"),
        "value": np.where(derived, known.value[cells], np.nan),
        "unit": table["measure"].map(facts.drop_duplicates("measure").set_index("measure")["unit"]),
        "status": np.select(
            [derived & known.zero[cells], derived], ["zero_reported", "derived"], "not_reported"
        ),
        "qualifier": np.where(derived & ~known.exact[cells], "about", "exact"),
        "published": derived & known.published[cells],
    }
    dates = {name: facts[name].dtype for name in ("period_start", "period_end", "edition_date")}
    return table.assign(**columns).astype(dates)


@dataclass(slots=True, eq=False)
class _Known:
    """What each cell amounts to: reported, or the sum of parts that are all known."""

    value: Numbers
    zero: Flags
    exact: Flags
    published: Flags
    edition: Positions
    by: Positions

    @classmethod
    def of(cls, facts: pd.DataFrame, lattice: Lattice) -> _Known:
        """Return what follows from the rows, level by level."""
        size = len(lattice.reported)
        yes = np.ones(size, dtype=bool)
        known = cls(
            value=np.full(size, np.nan),
            zero=yes,
            exact=yes.copy(),
            published=yes.copy(),
            edition=np.zeros(size, dtype=np.int64),
            by=np.full(size, -1),
        )
        held = facts["status"].isin(WITH_VALUE).to_numpy() & (lattice.row_cell >= 0)
        rows = np.flatnonzero(held)[::-1]  # the first row of a cell stands
        cell = lattice.row_cell[rows]
        known.value[cell] = facts["value"].to_numpy(dtype=float)[rows]
        known.zero[cell] = facts["status"].eq("zero_reported").to_numpy()[rows]
        known.exact[cell] = facts["qualifier"].eq("exact").to_numpy()[rows]
        known.published[cell] = facts["published"].to_numpy(dtype=bool)[rows]
        known.edition[cell] = facts["edition_date"].to_numpy("datetime64[s]").astype(np.int64)[rows]
        start, end = np.array(lattice.space.period_axis, dtype=np.int64).reshape(-1, 2).T
        short = (end - start <= _YEAR)[lattice.period[lattice.sums.whole]]
        wanted = lattice.sums.complete & (
            (lattice.sums.axis == PLACE) | (lattice.sums.axis == PERIOD) & short
        )
        for _ in range(_LEVELS):
            known.add(lattice, wanted)
        return known

    def add(self, lattice: Lattice, wanted: Flags) -> None:
        """Add up the wholes that are not known and whose parts all are."""
        sums, size = lattice.sums, len(lattice.sums.whole)
        missing = np.bincount(sums.number, weights=np.isnan(self.value[sums.cell]), minlength=size) > 0
        now = np.flatnonzero(wanted & ~missing & np.isnan(self.value[sums.whole]))
        whole, first = np.unique(sums.whole[now], return_index=True)
        chosen = np.full(size, -1)
        chosen[now[first]] = whole
        part = chosen[sums.number] >= 0
        into, cell = chosen[sums.number[part]], sums.cell[part]
        self.value[whole] = 0.0
        np.add.at(self.value, into, self.value[cell])
        for flag in (self.zero, self.exact, self.published):
            np.logical_and.at(flag, into, flag[cell])
        np.maximum.at(self.edition, into, self.edition[cell])
        self.by[whole] = now[first]


Labels = dict[int, tuple[str, str]]


def _labels(facts: pd.DataFrame, lattice: Lattice, registry: Registry, scheme: str) -> Labels:
    """Return the code and scheme that a total of each place is given under: the pages', the nation's, or as reported."""
    places = lattice.space.places
    found: Labels = {}
    for code, of in facts[["province_code", "scheme"]].drop_duplicates().itertuples(index=False, name=None):
        found.setdefault(places.position(code, of), (code, of))
    found |= {places.position(unit.code, scheme): (unit.code, scheme) for unit in registry.units(scheme)}
    nation = (registry.nation.code, NATION_SCHEME)
    return found | {places.position(*nation): nation}


def _is_year(lattice: Lattice) -> Flags:
    """Tell which periods are calendar years."""
    start, end = np.array(lattice.space.period_axis, dtype=np.int64).reshape(-1, 2).T
    year = start.astype("datetime64[D]").astype("datetime64[Y]")
    first, after = (one.astype("datetime64[D]").astype(np.int64) for one in (year, year + 1))
    found: Flags = (start == first) & (end == after)
    return found


def _best(lattice: Lattice, known: _Known, units: tuple[int, ...]) -> Positions:
    """Return of each cell the sum over places of which most parts are known; -1 for none that is worth telling."""
    sums, size = lattice.sums, len(lattice.sums.whole)
    parts = np.bincount(sums.number, weights=~np.isnan(known.value[sums.cell]), minlength=size)
    partitions = lattice.space.places.axis.partitions
    of_pages = [n for n, one in enumerate(partitions) if one == (NATION, units)]
    total = np.array([all(value == ALL for value in one) for one in lattice.space.breakdown_axis])
    nation = lattice.place[sums.whole] == NATION
    wanted = (sums.axis == PLACE) & (parts > 0)
    wanted &= ~nation | total[lattice.breakdown[sums.whole]] & np.isin(sums.partition, of_pages) & (
        2 * parts >= sums.declared
    )
    order = np.flatnonzero(wanted)[np.argsort((parts / sums.declared)[wanted], kind="stable")]
    best = np.full(len(lattice.reported), -1)
    best[sums.whole[order]] = order  # the last assignment stands: the one of which most is known
    return best


@dataclass(frozen=True, slots=True, eq=False)
class _Covered:
    """How much of each cell's period is known from shorter ones, in days, and how long the shortest of these is."""

    days: Numbers
    unit: Numbers
    length: Numbers

    @property
    def parts(self) -> Numbers:
        """How many periods of that length."""
        return np.round(self.days / self.unit)

    def said(self, cell: int) -> str:
        """Say how many months, quarters or halves of a year are known."""
        months = round(self.unit[cell] / _MONTH)
        if months not in _PARTS or abs(self.unit[cell] - months * _MONTH) > 3:
            return f"{self.days[cell]:.0f} of {self.length[cell]:.0f} days"
        there, of = round(self.days[cell] / (months * _MONTH)), 12 // months
        return f"{of} {_PARTS[months]}" if there == of else f"{there} of {of} {_PARTS[months]}"


def _covered(lattice: Lattice, known: _Known) -> _Covered:
    """Return what is known of each cell by the periods inside it, reported for its place and breakdown or added up for it."""
    sums = lattice.sums
    ends = np.array(lattice.space.period_axis, dtype=np.int64).reshape(-1, 2)[lattice.period]
    length = (ends[:, 1] - ends[:, 0]).astype(float)
    told = ~np.isnan(known.value)
    days, unit = np.where(told, length, 0.0), np.where(told, length, np.inf)
    over_days = sums.axis == PERIOD
    part = over_days[sums.number]
    for _ in range(_LEVELS):
        inside = np.bincount(sums.number, weights=days[sums.cell], minlength=len(sums.whole))
        np.maximum.at(days, sums.whole[over_days], inside[over_days])
        np.minimum.at(unit, sums.whole[sums.number[part]], unit[sums.cell[part]])
    return _Covered(days, unit, length)


def _of_places(lattice: Lattice, known: _Known, number: int) -> str:
    """Say how many places a total is the sum of."""
    sums = lattice.sums
    parts = sums.parts(number)
    there, of = int((~np.isnan(known.value[parts])).sum()), int(sums.declared[number])
    nation = lattice.place[sums.whole[number]] == NATION
    if there == of:
        return "all units" if nation else f"{of} former units"
    return f"{there} of {of} {'provinces' if nation else 'former units'}"
