"""Which tables are shown at all: a breakdown of which more than half of the figures are small is not, but one step coarser.

The ladder: of two attributes each alone; provinces, regions, the nation; shorter periods, the programme's. Whether a table is
shown depends on nothing but the class (zero, small, large) of its own figures over the whole country, never on what a
coarser one would keep; the custodian may go coarser in evalkit.toml, never finer. Figures that are published or stand are
shown at any level, and totals are no breakdown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from evalkit.additivity.coarser_sums import over_places, over_values, over_years
from evalkit.disclosure.equations import dimensions
from evalkit.disclosure.protection_rules import SMALL, protected_cells
from evalkit.errors import SettingsError
from evalkit.messages import worded
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme
from evalkit.table import ALL, NATION_SCHEME, REGION_SCHEME, key_of
from evalkit.workspace import COARSER_LEVELS, DisclosurePolicy

PROVINCE, REGION, NATION = "province", "region", "nation"
PERIODS = ("month", "quarter", "half-year", "year", "longer")
LONGER = PERIODS[-1]
MOST = 0.5  # the share of small figures beyond which a table is not shown
_DAYS = (31, 92, 184, 366)  # the longest of each; what is longer than a year is a programme period


class Table(NamedTuple):
    """What makes one table: a measure by some attributes, at one level of places and of periods."""

    measure: str
    place_basis: str
    by: tuple[str, ...]
    place: str
    period: str


@dataclass(frozen=True, slots=True)
class Coarsening:
    """The facts, and which of their tables are not shown.

    Attributes
    ----------
    facts : DataFrame
        The facts given, then the coarser totals that nobody reported.
    steps : dict of tuple of Table by Table
        Each table that is not shown, and the tables one step coarser; nothing where there is none.
    small : frozenset of Table
        Those of them that are mostly small; the others are not shown because the custodian said so.
    """

    facts: pd.DataFrame
    registry: Registry
    steps: dict[Table, tuple[Table, ...]] = field(default_factory=dict)
    small: frozenset[Table] = frozenset()

    def covers(self, cells: pd.DataFrame) -> pd.Series:
        """Tell which rows belong to a table that is not shown."""
        found = [one in self.steps for one in tables_of(cells, self.registry)]
        return pd.Series(found, index=cells.index, dtype=bool)

    def without_steps(self, *, after: int) -> Coarsening:
        """Leave out the totals added beyond some rows that are of a table not shown either."""
        added = pd.Series(np.arange(len(self.facts)) >= after, index=self.facts.index)
        if added.any():
            added[added] = self.covers(self.facts[added])
        return replace(self, facts=self.facts[~added].reset_index(drop=True))

    def shown_instead(self) -> dict[Table, tuple[Table, ...]]:
        """Return for each table that is not shown the tables that are, however many steps coarser."""
        return {table: self.instead(table) for table in sorted(self.steps)}

    def instead(self, table: Table) -> tuple[Table, ...]:
        """Return the tables that are shown in the place of one; itself where it is shown, nothing where there is none."""
        if table not in self.steps:
            return (table,)
        return tuple(dict.fromkeys(shown for step in self.steps[table] for shown in self.instead(step)))


def coarsened(
    facts: pd.DataFrame,
    *,
    programme: Programme,
    registry: Registry,
    policy: DisclosurePolicy,
    scheme: str,
) -> Coarsening:
    """Tell which tables are not shown, and add the coarser totals that take their place.

    Parameters
    ----------
    facts : DataFrame
        The facts of the whole country, latest editions, all totals included.
    programme : Programme
        Tells which attributes add up, and its periods.
    registry : Registry
        Tells which regions there are.
    policy : DisclosurePolicy
        Thresholds, and what the custodian declared coarser.
    scheme : str
        The boundary set of the pages: its units are added up.

    Returns
    -------
    Coarsening
        A coarser total stands on figures of one source, edition by edition the latest, and only where every part is known. A
        measure whose figures do not add up, such as a median, is no table here.

    Raises
    ------
    SettingsError
        If evalkit.toml names a measure or attribute that there is not.
    """
    _refuse_unknown(policy, programme)
    ladder = Ladder(programme, registry, scheme)
    result, looked = Coarsening(facts, registry), set[Table]()
    while True:
        cells = _open_cells(result.facts, programme, policy)
        counted = _shares(cells, registry)
        fine = [one for one in counted if one not in looked and _is_too_fine(one, counted[one], policy)]
        looked |= set(counted)
        if not fine:
            return result.without_steps(after=len(facts))
        small = result.small.union(one for one in fine if counted[one] > MOST)
        result = replace(_one_step(result, fine, ladder), small=small)


def tables_of(cells: pd.DataFrame, registry: Registry) -> list[Table]:
    """Return the table that each row belongs to.

    Parameters
    ----------
    cells : DataFrame
        Rows of a facts table.
    registry : Registry
        Tells which codes are those of regions.
    """
    names = dimensions(cells)
    broken = (cells[names] != ALL).to_numpy()
    by = [tuple(name for name, given in zip(names, row, strict=True) if given) for row in broken.tolist()]
    regions = {(code, scheme) for scheme in registry.schemes for code in registry.regions(scheme)}
    pairs = zip(cells["province_code"].tolist(), cells["scheme"].tolist(), strict=True)
    place = [_place(pair, regions) for pair in pairs]
    days = (cells["period_end"] - cells["period_start"]).dt.days + 1
    period = [PERIODS[at] for at in np.searchsorted(_DAYS, days)]
    columns = (cells["measure"].tolist(), cells["place_basis"].tolist(), by, place, period)
    return [Table(*one) for one in zip(*columns, strict=True)]


def _place(pair: tuple[str, str], regions: set[tuple[str, str]]) -> str:
    if pair[1] == NATION_SCHEME:
        return NATION
    return REGION if pair[1] == REGION_SCHEME or pair in regions else PROVINCE


def _open_cells(facts: pd.DataFrame, programme: Programme, policy: DisclosurePolicy) -> pd.DataFrame:
    """Return the figures of breakdowns that are neither published nor stand, as far as they add up."""
    cells = protected_cells(facts, programme, policy)
    names = [name for name in programme.dimensions if name in cells]
    adds = cells["measure"].map({name: one.additive for name, one in programme.measures.items()}).astype(bool)
    return cells[~cells["known"] & adds & (cells[names] != ALL).any(axis=1)]


def _shares(cells: pd.DataFrame, registry: Registry) -> dict[Table, float]:
    """Return the share of small figures in each table."""
    small: dict[Table, list[bool]] = {}
    for table, size in zip(tables_of(cells, registry), cells["size"].tolist(), strict=True):
        small.setdefault(table, []).append(size == SMALL)
    return {table: sum(flags) / len(flags) for table, flags in small.items()}


def _is_too_fine(table: Table, share: float, policy: DisclosurePolicy) -> bool:
    """Tell whether a table is not shown: more than half of its figures are small, or the custodian said so."""
    return share > MOST or any(
        one.measure == table.measure
        and set(one.by or table.by) == set(table.by)
        and COARSER_LEVELS.index(one.shown) > COARSER_LEVELS.index(_level(table))
        for one in policy.coarser
    )


def _level(table: Table) -> str:
    """Return the level of a table as evalkit.toml names it."""
    return "period" if table.place == NATION and table.period == LONGER else table.place


def _one_step(before: Coarsening, fine: list[Table], ladder: Ladder) -> Coarsening:
    """Go one step from each of some tables: the first on the ladder that leads to figures, reported or added up here."""
    facts, steps = before.facts, dict(before.steps)
    broken = facts[(facts[dimensions(facts)] != ALL).any(axis=1)]
    of = pd.Series(tables_of(broken, before.registry), index=broken.index, dtype=object)
    there, added = set(of), [facts]
    for table in fine:
        steps[table] = ()
        for sums, tables in ladder.steps(broken[[one == table for one in of]], table):
            new = _not_given(sums, facts)
            made = set(tables_of(new, before.registry))
            steps[table] = tuple(one for one in tables if one in there or one in made)
            if steps[table]:
                added.append(new)
                break
    together = pd.concat([one for one in added if len(one)], ignore_index=True)
    keys = [name for name in key_of(together) if name != "edition_date"]
    return Coarsening(together.drop_duplicates(keys, ignore_index=True), before.registry, steps)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps from a table to coarser ones: attributes, places, periods, in this order."""

    programme: Programme
    registry: Registry
    scheme: str

    def steps(self, rows: pd.DataFrame, table: Table) -> Iterator[tuple[pd.DataFrame, tuple[Table, ...]]]:
        """Yield the totals over a table's rows and the tables they belong to, step by step."""
        yield self._each_attribute(rows, table)
        if table.place == PROVINCE:
            for place in (REGION, NATION):
                sums = over_places(rows, self.registry, scheme=self.scheme, region=place == REGION)
                yield sums, (table._replace(place=place),)
        if table.place == REGION:
            yield rows.iloc[:0], (table._replace(place=NATION),)
        if table.period != LONGER and self.programme.measures[table.measure].time_basis != "stock":
            periods = self.programme.periods
            spans = [(pd.Timestamp(one.valid_from), pd.Timestamp(one.valid_to)) for one in periods]
            yield over_years(rows, spans), (table._replace(period=LONGER),)

    def _each_attribute(self, rows: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, tuple[Table, ...]]:
        """Return of several attributes all but one; an attribute whose values are never added is kept."""
        declared = self.programme.dimensions
        dropped = [name for name in table.by if len(table.by) > 1 and not declared[name].separate]
        adding = [name for name in dropped if declared[name].exhaustive]
        sums = [over_values(rows, name, list(declared[name].values)) for name in adding]
        left = [tuple(one for one in table.by if one != name) for name in dropped]
        return pd.concat([rows.iloc[:0], *sums]), tuple(table._replace(by=by) for by in left)


def _not_given(rows: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Leave out the totals that the facts hold already, from whatever source."""
    named = [name for name in key_of(facts) if name not in ("source_id", "edition_date")]
    given = pd.MultiIndex.from_frame(facts[named])
    return rows[~pd.MultiIndex.from_frame(rows[named]).isin(given)]


def _refuse_unknown(policy: DisclosurePolicy, programme: Programme) -> None:
    for one in policy.coarser:
        names = [name for name in one.by if name not in programme.dimensions]
        names += [one.measure] if one.measure not in programme.measures else []
        if names:
            raise SettingsError(
                where=f"evalkit.toml, disclosure.coarser: {names[0]}",
                rule=worded("the programme has no such measure or attribute"),
                do=worded("correct the name; evalkit indicators lists them"),
            )
