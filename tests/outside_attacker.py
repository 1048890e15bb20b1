"""An attacker who reads what everybody can read: a workspace's declarations, and released tables. Knows nothing of the kit.

The country is spelt out in atoms: elementary place x elementary span of time x the values one person can have at once x which
measures of a chain of parts count the person. Every released row is a sum of atoms, and no atom is below zero; what a hidden
row can be is found by linear programming. Told what the figures truly are, he also tries whether the values given of a breakdown add up to the total
given, whatever the declarations say, wherever that guess is right. Imports nothing of the project.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

ALL, NATION = "all", "nation"
PLAIN = ["province_code", "scheme", "place_basis", "period_start", "period_end", "measure", "source_id"]
DATES = ["period_start", "period_end", "edition_date"]
SHOWN = ("reported", "zero_reported", "derived")
NEAR = 1e-6
Table = dict[str, Any]


@dataclass(frozen=True)
class Declared:
    """What a workspace says of itself: which elementary places each place covers, its measures, its breakdowns, its rules."""

    covers: dict[tuple[str, str], frozenset[str]]
    measures: dict[str, Table]
    dimensions: dict[str, Table]
    parts: frozenset[tuple[str, str]]
    thresholds: tuple[int, int]
    totals_stand: bool


def declared(folder: Path, programme: Path | None = None) -> Declared:
    """Read a workspace's declarations; ``programme`` is the folder of a programme that is not the workspace's own."""
    settings = tomllib.loads((folder / "evalkit.toml").read_text(encoding="utf-8"))
    files = sorted((programme or folder / settings["programme"]).glob("*.toml"))
    tables = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    rules = settings.get("disclosure", {})
    measures = _together(tables, "measure")
    return Declared(
        covers=_covers(folder / settings["places"]),
        measures=measures,
        dimensions=_together(tables, "dimension"),
        parts=frozenset(_parts(measures, _together(tables, "indicator"))),
        thresholds=(rules.get("k", 5), rules.get("k_sensitive", 10)),
        totals_stand=rules.get("person_totals_stand", False),
    )


def _together(tables: list[Table], name: str) -> Table:
    return reduce(lambda all_, one: all_ | one.get(name, {}), tables, {})


def _parts(measures: Table, indicators: Table) -> Iterator[tuple[str, str]]:
    """Yield which measure is part of which: as the measures say, and the indicators that are shares of a whole."""
    for name, one in measures.items():
        yield from ((name, base) for base in one.get("part_of", ()))
    for one in indicators.values():
        share = one.get("kind") in ("proportion", "carried_over") or one.get("basis") == "cohort"
        pair = one["numerator"], one.get("denominator", one["numerator"])
        if share and one.get("part", {}) == one.get("base_part", {}) and pair[0] != pair[1]:
            yield pair


def _covers(places: Path) -> dict[tuple[str, str], frozenset[str]]:
    """Return the units of the oldest boundary set that the nation, each unit and each region is made of."""
    units, links = (_csv(places / f"{name}.csv") for name in ("units", "crosswalk"))
    made_of: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for link in links:
        into = (link["to_scheme"], link["to_code"])
        made_of.setdefault(into, []).append((link["from_scheme"], link["from_code"]))

    def oldest(place: tuple[str, str]) -> frozenset[str]:
        return frozenset().union(*map(oldest, made_of[place])) if place in made_of else frozenset([place[1]])

    covers: dict[tuple[str, str], frozenset[str]] = {}
    for unit in units:
        own = oldest((unit["scheme"], unit["code"]))
        covers[unit["code"], unit["scheme"]] = own
        region = (unit["region_code"], unit["scheme"])
        covers[region] = covers.get(region, frozenset()) | own
    file = places / "registry.toml"
    code = tomllib.loads(file.read_text(encoding="utf-8"))["code"] if file.exists() else "VN"
    return covers | {(code, NATION): frozenset().union(*covers.values())}


def _csv(path: Path) -> list[dict[str, str]]:
    return pd.read_csv(path, dtype=str, keep_default_na=False).to_dict("records")


def read_release(path: Path) -> pd.DataFrame:
    """Read a released table that was written as CSV."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table["value"] = pd.to_numeric(table["value"].replace("", np.nan))
    table["published"] = table["published"].str.lower().eq("true")
    return table.assign(**{name: pd.to_datetime(table[name]) for name in DATES})


def attack(
    folder: Path,
    releases: Sequence[pd.DataFrame],
    *,
    programme: Path | None = None,
    same_nation: bool = False,
    whole: bool = False,
    truth: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return every hidden figure of some releases with the least and most it can be.

    Parameters
    ----------
    folder : Path
        The workspace.
    releases : sequence of DataFrame
        One after the other, as released.
    programme : Path, optional
        As for :func:`declared`.
    same_nation : bool
        Take it that the nation's persons are the same ones, counted by whatever place.
    whole : bool
        Use that persons are whole: slower, for small countries.
    truth : mapping of float, optional
        What hidden figures are, by the name of each (``figure``): whoever takes the values given of a breakdown to add up to their total is
        right where they do. Without it nobody tries.

    Returns
    -------
    DataFrame
        A row a hidden figure: what names it, ``low`` and ``high``, ``given_low`` and ``given_high`` (from published figures and
        standing totals alone), ``need``, and ``found``: "safe", "narrow" or "exact".
    """
    about = declared(folder, programme)
    rows = _rows(releases, about)
    names = [name for name in about.dimensions if name in rows]
    rows = rows.assign(true=rows["value"].where(~rows["hidden"], rows["figure"].map(truth or {})))
    names_guessed = names if truth is not None else []
    group = ["chain", "apart"] if same_nation else ["chain", "apart", "place_basis"]
    found = [
        _attacked(one, about, names, guessed=names_guessed, whole=whole)
        for _, one in rows.groupby(group, sort=True)
    ]
    found = [one for one in found if len(one)]
    return pd.concat(found, ignore_index=True) if found else rows.iloc[:0].assign(found="")


def _rows(releases: Sequence[pd.DataFrame], about: Declared) -> pd.DataFrame:
    """Return the rows of all releases, each once a world, with what the declarations say of each."""
    rows = pd.concat([one.assign(release=at) for at, one in enumerate(releases)], ignore_index=True)
    names = [name for name in about.dimensions if name in rows]
    rows[names] = rows[names].fillna(ALL).replace("", ALL)
    rows["hidden"] = rows["mark"].eq("c") | rows["status"].eq("suppressed")
    rows = rows[rows["hidden"] | (rows["status"].isin(SHOWN) & rows["value"].notna())]
    rows = rows[[one in about.covers for one in zip(rows["province_code"], rows["scheme"], strict=True)]]
    rows = rows[[about.measures[name].get("additive", True) for name in rows["measure"]]]
    lasting = [*PLAIN, *names]
    worlds = _worlds(rows, lasting)
    rows = rows.assign(world=rows["release"].map(worlds), figure=_named(rows, [*lasting, "edition_date"]))
    rows = rows.assign(chain=_chains(rows, about), apart=_apart(rows, about, names))
    rows = rows.assign(**_ruled(rows, about, names))
    rows = rows.sort_values(["hidden", "release"], kind="stable")
    told = set(rows.loc[~rows["hidden"], "figure"])
    rows["target"] = rows["hidden"] & ~rows["figure"].isin(told)
    return rows.drop_duplicates(["figure", "world"]).sort_index()


def _named(rows: pd.DataFrame, columns: list[str]) -> pd.Series:
    first, *rest = (rows[name].astype(str) for name in columns)
    return first.str.cat(rest, sep="|") if rest else first


def _worlds(rows: pd.DataFrame, lasting: list[str]) -> dict[int, int]:
    """Number the states of the country: releases between which no figure was revised tell of one."""
    worlds: dict[int, int] = {}
    editions: list[dict[str, Any]] = []
    for release, own in rows.assign(name=_named(rows, lasting)).groupby("release", sort=True):
        mine = dict(zip(own["name"], own["edition_date"], strict=True))
        if not editions or any(editions[-1].get(name, day) != day for name, day in mine.items()):
            editions.append({})
        editions[-1] |= mine
        worlds[release] = len(editions) - 1
    return worlds


def _chains(rows: pd.DataFrame, about: Declared) -> list[str]:
    """Name each measure's chain: those that are parts of each other by whatever way."""
    chain = {name: name for name in about.measures}
    for _ in about.measures:
        for part, base in about.parts:
            least = min(chain[part], chain[base])
            chain = {name: least if one in (chain[part], chain[base]) else one for name, one in chain.items()}
    return [chain[name] for name in rows["measure"]]


def _apart(rows: pd.DataFrame, about: Declared, names: list[str]) -> pd.Series:
    """Name the values that are never added to others: figures of two of them tell nothing of each other."""
    apart = [name for name in names if about.dimensions[name].get("separate", False)]
    return _named(rows, apart) if apart else pd.Series("", index=rows.index)


def _ruled(rows: pd.DataFrame, about: Declared, names: list[str]) -> dict[str, pd.Series]:
    """Return what the rules say of each row: whether everybody knows it, and how wide a hidden one has to be."""
    of_person = [name for name in names if about.dimensions[name].get("of_person", True)]
    sensitive = [name for name in names if about.dimensions[name].get("sensitive", False)]
    crossed = (rows[of_person] != ALL).sum(axis=1)
    strict = (crossed >= 2) | (rows[sensitive] != ALL).any(axis=1)
    kind = rows["measure"].map({name: one["disclosure"] for name, one in about.measures.items()})
    total = (rows[names] == ALL).all(axis=1)
    stands = kind.eq("activity") | (kind.eq("case") & (crossed == 0))
    stands |= kind.eq("person") & total & about.totals_stand
    least, more = about.thresholds
    need = pd.Series(np.where(strict, max(least, more), least) - 1.0, index=rows.index)
    return {"known": rows["published"].astype(bool) | stands, "need": need}


def _attacked(
    rows: pd.DataFrame, about: Declared, names: list[str], *, guessed: list[str], whole: bool
) -> pd.DataFrame:
    """Attack the figures of one chain of measures."""
    asked = rows[rows["target"]].drop_duplicates("figure")
    if asked.empty:
        return asked
    atoms = _atoms(rows, about, names)
    block = _blocks(rows, atoms)
    position = pd.Series(range(len(rows)), index=rows.index)
    goals, need = block[position[asked.index]], asked["need"].to_numpy()
    links = np.concatenate([_links(rows, block), _same_nation(rows, atoms), _guesses(rows, guessed, block)])
    said = rows["qualifier"].eq("exact") & ~rows["hidden"]
    least = rows["qualifier"].isin(["more_than", "at_least"]) & ~rows["hidden"]
    all_told = _System(block, rows["value"].to_numpy(), said.to_numpy(), least.to_numpy(), links, whole=whole)
    low, high = all_told.ends(goals, need)
    closer = high - low < need - NEAR
    anyway = (said & rows["known"]).to_numpy(), (least & rows["known"]).to_numpy()
    given = _System(block, rows["value"].to_numpy(), *anyway, links, whole=whole)
    given_low, given_high = np.zeros(len(need)), np.full(len(need), np.inf)
    given_low[closer], given_high[closer] = given.ends(goals[closer], need[closer])
    narrow = closer & (high - low < given_high - given_low - NEAR)
    found = np.select([narrow & (high - low < NEAR), narrow], ["exact", "narrow"], default="safe")
    return asked.assign(low=low, high=high, given_low=given_low, given_high=given_high, found=found)


def _atoms(rows: pd.DataFrame, about: Declared, names: list[str]) -> list[np.ndarray]:
    """Return, for each axis of the atoms, which of its elements each row counts."""
    covers = [about.covers[one] for one in zip(rows["province_code"], rows["scheme"], strict=True)]
    places = sorted(frozenset().union(*covers))
    by_place = np.array([[place in one for place in places] for one in covers])
    kinds = list(_kinds(about, [name for name in names if (rows[name] != ALL).any()]))
    values = [{one for one in row if one[1] != ALL} for row in _pairs(rows, names)]
    by_kind = np.array([[wanted <= kind for kind in kinds] for wanted in values])
    counted = list(_counted(about, sorted(set(rows["measure"]))))
    by_measure = np.array([[name in one for one in counted] for name in rows["measure"]])
    return [_distinct(one) for one in (by_place, _spans(rows, about), by_kind, by_measure)]


def _pairs(rows: pd.DataFrame, names: list[str]) -> Iterator[list[tuple[str, str]]]:
    for row in rows[names].to_numpy().tolist():
        yield list(zip(names, row, strict=True))


def _distinct(counts: np.ndarray) -> np.ndarray:
    """Put together elements that every row counts, or leaves out, together; drop those that none counts."""
    found = np.unique(counts, axis=1)
    return found[:, found.any(axis=0)]


def _spans(rows: pd.DataFrame, about: Declared) -> np.ndarray:
    """Return which elementary spans each row counts; a stock is counted at each of its own."""
    start = rows["period_start"].to_numpy("datetime64[D]").astype(int)
    after = rows["period_end"].to_numpy("datetime64[D]").astype(int) + 1
    stock = np.array([about.measures[name].get("time_basis") == "stock" for name in rows["measure"]])
    cuts = sorted({*start.tolist(), *after.tolist()})
    flows = [(start <= a) & (b <= after) & ~stock for a, b in itertools.pairwise(cuts)]
    own = sorted(set(zip(start[stock].tolist(), after[stock].tolist(), strict=True)))
    return np.array([*flows, *(stock & (start == a) & (after == b) for a, b in own)]).T


def _kinds(about: Declared, names: list[str]) -> Iterator[frozenset[tuple[str, str]]]:
    """Yield every set of values, by dimension, that one person can have."""
    sets = [list(_at_once(about.dimensions[name])) for name in names]
    for chosen in itertools.product(*sets):
        yield frozenset((name, value) for name, own in zip(names, chosen, strict=True) for value in own)


def _at_once(dimension: Table) -> Iterator[frozenset[str]]:
    """Yield the values of one dimension that one person can have at once."""
    values = list(dimension["values"])
    if dimension.get("exhaustive", True) or dimension.get("separate", False):
        yield from (frozenset([value]) for value in values)
        return
    apart, within = dimension.get("disjoint", [values]), dimension.get("within", {})
    for many in range(len(values) + 1):
        for chosen in map(frozenset, itertools.combinations(values, many)):
            held = all(wide in chosen for narrow, wide in within.items() if narrow in chosen)
            if held and all(len(chosen.intersection(one)) <= 1 for one in apart):
                yield chosen


def _counted(about: Declared, names: list[str]) -> Iterator[frozenset[str]]:
    """Yield the sets of measures that can count one person: with a part always its base, by whatever way."""
    whole = set(about.parts)
    while further := {(a, d) for a, b in whole for c, d in whole if b == c} - whole:
        whole |= further
    for many in range(1, len(names) + 1):
        for chosen in map(frozenset, itertools.combinations(names, many)):
            if all(base in chosen for part, base in whole if part in chosen and base in names):
                yield chosen


def _blocks(rows: pd.DataFrame, atoms: list[np.ndarray]) -> np.ndarray:
    """Return which atoms each row counts: those of its own world and place basis."""
    place, time, kind, counted = atoms
    own = np.einsum("rp,rt,rk,rc->rptkc", place, time, kind, counted).reshape(len(rows), -1)
    block = rows.groupby(["world", "place_basis"], sort=True).ngroup().to_numpy()
    return np.concatenate([own & (block == one)[:, None] for one in range(block.max() + 1)], axis=1)


def _links(rows: pd.DataFrame, block: np.ndarray) -> np.ndarray:
    """Return the differences that are zero because a figure was not revised from one world to the next."""
    place = pd.Series(range(len(rows)), index=rows.index)
    chains = (place[own.index].tolist() for _, own in rows.groupby("figure", sort=True) if len(own) > 1)
    pairs = [pair for chain in chains for pair in itertools.pairwise(chain)]
    return np.array([block[a].astype(np.int8) - block[b] for a, b in pairs], dtype=np.int8).reshape(
        -1, block.shape[1]
    )


def _same_nation(rows: pd.DataFrame, atoms: list[np.ndarray]) -> np.ndarray:
    """Return the differences that are zero because the nation holds the same persons on every place basis."""
    places = atoms[0].shape[1]
    rest = int(np.prod([one.shape[1] for one in atoms[1:]]))
    pairs = rows[["world", "place_basis"]].drop_duplicates().sort_values(["world", "place_basis"])
    worlds = pairs["world"].tolist()
    every_place = rows["scheme"].eq(NATION).any()
    found = []
    for first, second in itertools.pairwise(range(len(worlds))):
        if worlds[first] == worlds[second] and every_place:
            line = np.zeros((rest, len(worlds), places, rest), dtype=np.int8)
            line[np.arange(rest), first, :, np.arange(rest)] = 1
            line[np.arange(rest), second, :, np.arange(rest)] = -1
            found.append(line.reshape(rest, -1))
    return np.concatenate(found) if found else np.zeros((0, len(worlds) * places * rest), dtype=np.int8)


def _guesses(rows: pd.DataFrame, names: list[str], block: np.ndarray) -> np.ndarray:
    """Return the differences that are zero because all the values given of a breakdown happen to add up to the total given."""
    rows, found = rows.reset_index(drop=True), []
    for name in names:
        key = [one for one in [*PLAIN, *names, "world"] if one != name]
        for _, own in rows.groupby(key, sort=True):
            total, parts = own[own[name] == ALL], own[own[name] != ALL]
            if (
                len(total) == 1
                and len(parts) > 1
                and abs(parts["true"].sum(skipna=False) - total["true"].iloc[0]) < NEAR
            ):
                found.append(block[parts.index].sum(axis=0, dtype=np.int8) - block[total.index[0]])
    return np.array(found, dtype=np.int8).reshape(-1, block.shape[1])


class _System:
    """What is told of atoms, as one linear system; atoms that no row tells apart are one."""

    def __init__(
        self,
        block: np.ndarray,
        value: np.ndarray,
        said: np.ndarray,
        least: np.ndarray,
        links: np.ndarray,
        *,
        whole: bool,
    ) -> None:
        every = np.concatenate([block.astype(np.int8), links])
        _, self._kept = np.unique(every, axis=1, return_index=True)
        nothing = block[said & (value == 0)].any(axis=0)[self._kept]
        self._kept = self._kept[~nothing]
        told, bounded = block[said][:, self._kept], block[least][:, self._kept]
        matrix = np.concatenate([told, bounded, links[:, self._kept]]).astype(float)
        low = np.concatenate([value[said], value[least], np.zeros(len(links))])
        high = np.concatenate([value[said], np.full(len(bounded), np.inf), np.zeros(len(links))])
        self._sums = LinearConstraint(csr_array(matrix), low, high) if len(low) else ()
        self._most = float(np.nansum(value[said | least]) + 1000.0)
        self._whole = int(whole)

    def ends(self, goals: np.ndarray, need: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the least and the most of sums of atoms; of one that is wide enough, as far as it was looked at."""
        goals = goals[:, self._kept].astype(float)
        low, high = np.full(len(goals), np.inf), np.full(len(goals), -np.inf)
        for goal, wanted, at in zip(goals, need, itertools.count()):
            for sign in (1.0, -1.0):
                if not high[at] - low[at] >= wanted - NEAR:
                    values = goals @ self._world(sign * goal)
                    np.minimum(low, values, out=low)
                    np.maximum(high, values, out=high)
        return low, high

    def _world(self, goal: np.ndarray) -> np.ndarray:
        if not len(goal):
            return goal
        bounds = Bounds(0.0, self._most)
        kind = np.full(len(goal), self._whole)
        found = milp(goal, constraints=self._sums, bounds=bounds, integrality=kind)
        if found.x is None:
            raise ValueError(f"no country shows what was released: {found.message}")
        return found.x


def tally(found: pd.DataFrame) -> dict[str, int]:
    """Count hidden figures, and those that come out exactly or too closely."""
    return {"hidden": len(found)} | {kind: int(found["found"].eq(kind).sum()) for kind in ("exact", "narrow")}


def leaks(found: pd.DataFrame) -> Iterable[str]:
    """Yield what was found, in words."""
    for row in found[found["found"] != "safe"].to_dict("records"):
        yield f"{row['found']}: {row['figure']}: {row['low']:g} to {row['high']:g}, needs {row['need']:g}"
