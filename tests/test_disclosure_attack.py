"""Attacks on random countries with linked tables: by linear programming, by listing every world, and on what may not matter."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from evalkit.disclosure.audit import recoverable, widths
from evalkit.disclosure.equations import Tables
from evalkit.disclosure.network import Network, networks
from evalkit.disclosure.protect import hidden_cells, primary, protect
from evalkit.disclosure.protection_rules import LARGE, SMALL, ZERO
from evalkit.places.registry import Registry
from tests.builders import PROGRAMME, tiny_registry
from tests.countries import Country, Inmost, makeup, random_country, with_a_part
from tests.lengths import at_length

ATTACKED = at_length(100, 500)
CONTROL = 5  # every fifth country is attacked without complementary suppression, too
SETTINGS = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def exact(tables: Tables, hidden: set[int]) -> int:
    """Count the hidden cells that come out exactly, though published and standing figures do not give them."""
    cells = tables.cells
    implicit = set(cells.index[cells["implicit"]])
    asked = dict.fromkeys(hidden, 1.0)
    width = widths(tables, hidden | implicit, asked)
    given_anyway = widths(tables, set(cells.index[~cells["known"]].tolist()), asked)
    return sum(width[label] < 1e-6 < given_anyway[label] for label in hidden)


def without_complements(tables: Tables) -> set[int]:
    implicit = tables.cells["implicit"]
    return {label for label in primary(tables) if not implicit[label]}


def test_no_hidden_figure_of_random_countries_is_recovered_and_primary_suppression_alone_is_broken(
    registry: Registry,
):
    recovered = narrow = broken = broken_exactly = hidden_in_all = 0
    for seed in range(ATTACKED):
        tables = (with_a_part if seed % 4 == 3 else random_country)(seed).tables(registry)
        hidden, _ = hidden_cells(tables)
        recovered += exact(tables, hidden)
        narrow += len(recoverable(tables, hidden))
        hidden_in_all += len(hidden)
        if seed % CONTROL == 0:
            broken += len(recoverable(tables, without_complements(tables)))
            broken_exactly += exact(tables, without_complements(tables))
    assert (recovered, narrow) == (0, 0)
    assert broken >= broken_exactly > ATTACKED / CONTROL
    assert hidden_in_all > 10 * ATTACKED


counts = st.tuples(*[st.sampled_from([0, 1, 2, 3, 4, 5, 6, 8, 12])] * 12)
whole_years = {
    "breakdown": st.sampled_from(["sex", "sex", ""]),
    "halves": st.just(value=False),
    "nation": st.booleans(),
    "published_nation": st.booleans(),
    "carried_over": st.booleans(),
    "standing": st.booleans(),
}


def hides_something(country: Country) -> bool:
    """Tell whether some reported figure that does not stand is small; other countries would show nothing."""
    figures: Counter[tuple[object, ...]] = Counter()
    for (place, value, half, _), count in zip(country.inmost(), country.counts, strict=True):
        figures[place, country.breakdown and value, country.halves and half] += count
    return (bool(country.breakdown) or not country.standing) and any(0 < n < 5 for n in figures.values())


plain_countries = st.builds(Country, counts, **whole_years).filter(hides_something)
halved_countries = st.builds(
    Country,
    counts,
    breakdown=st.just(""),
    halves=st.just(value=True),
    nation=st.booleans(),
    standing=st.just(value=False),
).filter(hides_something)
two_measures = st.builds(
    Country,
    st.tuples(*[st.sampled_from([0, 1, 2, 3, 5, 8, 30])] * 24),
    offered=st.just(value=True),
    **whole_years,
).filter(hides_something)
aged_countries = st.builds(
    Country,
    counts,
    breakdown=st.just("age_group"),
    halves=st.just(value=False),
    carried_over=st.just(value=False),
).filter(hides_something)


@cache
def exchanges(names: tuple[Inmost, ...]) -> np.ndarray:
    """List small changes of the inmost counts, one a row: one person more here, one less there, or back and forth."""
    position = {name: at for at, name in enumerate(names)}
    steps = [[(p, 1), (q, -1)] for p, q in itertools.permutations(names, 2)]
    for (p, s, h, a), (q, t, g, b) in itertools.combinations(names, 2):
        if p != q and (s != t or h != g or a != b):
            corners = [((p, s, h, a), 1), ((q, t, g, b), 1), ((p, t, g, b), -1), ((q, s, h, a), -1)]
            steps += [corners, [(name, -by) for name, by in corners]]
    changes = np.zeros((len(steps), len(names)), dtype=int)
    for row, one in zip(changes, steps, strict=True):
        for name, by in one:
            row[position[name]] += by
    return changes


def other_world(
    country: Country, tables: Tables, hidden: set[int], registry: Registry
) -> tuple[Country, Tables] | None:
    """Return a country that differs in hidden figures alone, each in its class, with its tables; None if a few tries fail."""
    cells = tables.cells[~tables.cells["implicit"]]
    made_of, changes = makeup(country, cells), exchanges(tuple(country.inmost()))
    told, threshold = ~cells.index.isin(hidden), cells["threshold"].to_numpy()[:, None]
    after = made_of @ (np.array(country.counts) + changes).T
    size = np.select([after == 0, after >= threshold], [ZERO, LARGE], default=SMALL)
    kept = ~(made_of[told] @ changes.T).any(axis=0) & (made_of @ changes.T).any(axis=0)
    kept &= (size == cells["size"].to_numpy()[:, None]).all(axis=0)
    kept &= (np.array(country.counts) + changes >= 0).all(axis=1)
    for change in changes[kept][:3]:
        other = country.moved(*enumerate(change.tolist()))
        tables_then = other.tables(registry)
        if tables_then.cells["size"].equals(tables.cells["size"]):
            return other, tables_then
    return None


def bundle_bytes(country: Country, registry: Registry) -> bytes:
    facts = protect(
        country.facts(registry),
        programme=PROGRAMME,
        registry=registry,
        policy=country.policy,
        audience="public",
    ).facts
    return facts.to_csv(index=False).encode()


def decided_by(tables: Tables) -> list[tuple[object, ...]]:
    """Return all that the choice of hidden cells is given: equal here, equal there, without solving it twice."""
    return [
        (one.matrix.toarray().tobytes(), one.partners, one.cells, *(part.tobytes() for part in arrays(one)))
        for one in networks(tables, primary(tables))
    ]


def arrays(one: Network) -> tuple[np.ndarray, ...]:
    return one.floor, one.large, one.need, one.shared, one.must, one.guarded, one.cost


def pattern(tables: Tables, hidden: set[int]) -> list[float | None]:
    """Return what is told of the reported cells: a value, or nothing."""
    cells = tables.cells[~tables.cells["implicit"]]
    return [None if label in hidden else value for label, value in cells["value"].items()]


@settings(max_examples=at_length(200, 500), **SETTINGS)
@given(country=st.one_of(plain_countries, plain_countries, halved_countries, aged_countries, two_measures))
def test_hidden_figures_may_change_within_their_class_and_no_byte_moves(registry: Registry, country: Country):
    """Published margins are kept; every class, that of what a total holds beyond its parts included, is kept."""
    tables = country.tables(registry)
    hidden, _ = hidden_cells(tables)
    found = other_world(country, tables, hidden, registry)
    assume(found is not None)
    other, tables_then = found
    assert decided_by(tables) == decided_by(tables_then)
    if sum(country.counts) % 10 == 0:
        assert pattern(tables, hidden) == pattern(tables_then, hidden_cells(tables_then)[0])
    if sum(country.counts) % 25 == 0:
        assert bundle_bytes(country, registry) == bundle_bytes(other, registry)


@pytest.mark.parametrize("seed", range(12))
def test_the_countries_of_this_file_are_those_that_a_run_protects(registry: Registry, seed: int):
    country = random_country(seed)
    quick, slow = country.tables(registry), country.slow_tables(registry)
    columns = ["province_code", "scheme", "period_start", "value", "known", "threshold", "size", "implicit"]
    pd.testing.assert_frame_equal(quick.cells[columns], slow.cells[columns])
    assert quick.equations == slow.equations


def worlds(tables: Tables, hidden: set[int], *, most: int) -> list[dict[int, float]]:
    """List, by trying whole numbers one cell after the other, every table that agrees with what is told."""
    cells = tables.cells
    value = cells["value"].to_dict()
    unknown = hidden | set(cells.index[cells["implicit"]])
    told = {label: v for label, v in value.items() if label not in unknown}
    found: list[dict[int, float]] = []
    waiting = [told]
    while waiting:
        world = filled(tables, waiting.pop())
        if world is None:
            continue
        left = [label for label in value if label not in world]
        if not left:
            found.append(world)
            assert len(found) <= 200_000, "the country is too large to list"
            continue
        waiting += [world | {left[0]: float(n)} for n in range(most + 1)]
    return found


def filled(tables: Tables, world: dict[int, float]) -> dict[int, float] | None:
    """Fill in what sums settle; None where one cannot hold."""
    world, changed = dict(world), True
    while changed:
        changed = False
        for one in tables.equations:
            open_parts = [part for part in one.parts if part not in world]
            total = sum(world[part] for part in one.parts if part in world)
            if one.total in world and not open_parts and total != world[one.total]:
                return None
            if one.total in world and total > world[one.total]:
                return None
            if one.total not in world and not open_parts:
                world[one.total], changed = total, True
            elif one.total in world and len(open_parts) == 1:
                world[open_parts[0]], changed = world[one.total] - total, True
    return world


@pytest.mark.parametrize("seed", range(at_length(15, 40)))
def test_listing_every_world_finds_no_narrower_figure(registry: Registry, seed: int):
    """Another attack than the audit's: whole numbers, no linear programming, on countries small enough to list."""
    country = Country(
        tuple(random_country(seed).counts[at] % 8 for at in range(12)),
        breakdown="sex",
        halves=False,
        carried_over=bool(seed % 2),
        standing=seed % 3 > 0,
        published_nation=bool(seed % 5),
    )
    tables = country.tables(registry)
    hidden, _ = hidden_cells(tables)
    most = int(tables.cells["value"].max())
    given_anyway = widths(
        tables, set(tables.cells.index[~tables.cells["known"]].tolist()), dict.fromkeys(hidden, 9.0)
    )
    listed = worlds(tables, hidden, most=min(most, 16))
    for label in hidden - set(tables.cells.index[tables.cells["known"]]):
        need = math.floor(min(tables.cells["threshold"][label] - 1, given_anyway[label]) + 1e-6)
        seen = {world[label] for world in listed}
        assert max(seen) - min(seen) >= need, tables.cells.loc[label].to_dict()


def test_the_listing_recovers_what_primary_suppression_leaves_open(registry: Registry):
    """The control of the listing: 2, 30 and 40 with their sum; hiding the 2 alone leaves one world."""
    country = Country(
        (2, 0, 0, 0, 30, 0, 0, 0, 40, 0, 0, 0), breakdown="", halves=False, carried_over=False, standing=False
    )
    tables = country.tables(registry)
    assert [world[0] for world in worlds(tables, without_complements(tables), most=50)] == [2.0]
    assert len(worlds(tables, hidden_cells(tables)[0], most=50)) == 33


def test_the_order_of_rows_decides_nothing(registry: Registry):
    country = random_country(4)
    facts = country.facts(registry)
    shuffled = facts.sample(frac=1, random_state=1)
    options = {"programme": PROGRAMME, "registry": registry, "policy": country.policy, "audience": "public"}
    pd.testing.assert_frame_equal(
        protect(shuffled, **options).facts.sort_index(), protect(facts, **options).facts.sort_index()
    )


def test_one_and_twenty_or_two_and_eighteen_of_twenty_two_give_the_same_pattern(registry: Registry):
    """Equal classes, equal pattern: (1, 1, 20) and (2, 2, 18) of 22."""
    first, second = (
        Country(
            (a, 0, 0, 0, b, 0, 0, 0, c, 0, 0, 0),
            breakdown="",
            halves=False,
            carried_over=False,
            standing=False,
        )
        for a, b, c in ((1, 1, 20), (2, 2, 18))
    )
    assert bundle_bytes(first, registry) == bundle_bytes(second, registry)
    assert len(hidden_cells(first.tables(registry))[0]) == 3
