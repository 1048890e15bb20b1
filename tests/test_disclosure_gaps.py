"""What lies between tables that were reported apart: an attacker adds up what nobody wrote down.

The attacker here knows nothing of the kit's own sums: a linear programme over the inmost counts of a country, or one
subtraction written out by hand.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from evalkit.disclosure.earlier import told_by
from evalkit.disclosure.equations import Tables
from evalkit.disclosure.ledger import Ledger
from evalkit.disclosure.ledger_file import append
from evalkit.disclosure.protect import hidden_cells, primary, protect
from evalkit.places.registry import Registry
from evalkit.table import latest_editions
from evalkit.workspace import DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry
from tests.countries import HALVES, MOST, Country, makeup, random_country, width, with_a_part
from tests.lengths import at_length

POLICY = DisclosurePolicy()
STANDING = DisclosurePolicy(person_totals_stand=True, custodian="Invented office")
COUNTRIES = at_length(40, 120)
LATER = {"edition_date": "2022-01-01"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def gappy_country(seed: int) -> Country:
    """Return a country in which up to half of the rows were never reported, at random."""
    rng = np.random.default_rng(10_000 + seed)
    left_out = np.flatnonzero(rng.random(36) < rng.choice([0.15, 0.3, 0.5]))
    return replace(random_country(seed), left_out=tuple(left_out.tolist()), halves=True)


def too_narrow(country: Country, tables: Tables, hidden: set[int]) -> tuple[int, int]:
    """Count the hidden figures that come out more closely than allowed, and those that come out exactly."""
    cells = tables.cells[~tables.cells["implicit"]]
    made_of, counts = makeup(country, cells).astype(float), np.array(country.counts, dtype=float)
    shown, known = made_of[~cells.index.isin(hidden)], made_of[cells["known"].to_numpy()]
    narrow = exact = 0
    for label in sorted(hidden):
        need = cells["threshold"][label] - 1
        found = width(made_of[label], shown, counts)
        if found < need - 1e-6 and found < min(need, width(made_of[label], known, counts)) - 1e-6:
            narrow += 1
            exact += found < 1e-6
    return narrow, exact


def test_what_was_never_reported_gives_nothing_away_and_would_without_complements(registry: Registry):
    narrow = exact = broken = hidden_in_all = 0
    for seed in range(COUNTRIES):
        country = gappy_country(seed)
        tables = country.tables(registry)
        hidden, _ = hidden_cells(tables)
        hidden_in_all += len(hidden)
        found = too_narrow(country, tables, hidden)
        narrow, exact = narrow + found[0], exact + found[1]
        if seed % 5 == 0:
            small = {label for label in primary(tables) if not tables.cells["implicit"][label]}
            broken += too_narrow(country, tables, small)[1]
    assert (narrow, exact) == (0, 0)
    assert hidden_in_all > 25 * COUNTRIES / 3
    assert broken > 5 * COUNTRIES / 12


def victims(place: str, value: int, **changes) -> dict:
    return fact(place, value, measure="victims_identified", **changes)


def crossed(place: str, counts: dict[tuple[str, str], int], second: str, **changes) -> list[dict]:
    return [victims(place, n, **{"sex": sex, second: value}, **changes) for (sex, value), n in counts.items()]


def halves(place: str, *values: int, **changes) -> list[dict]:
    return [
        victims(place, n, period_start=start, period_end=end, **changes)
        for n, (start, end) in zip(values, HALVES, strict=True)
    ]


FORMS = {
    ("female", "labour"): 12,
    ("female", "sexual"): 15,
    ("female", "unspecified"): 11,
    ("male", "labour"): 13,
    ("male", "unspecified"): 14,
    ("male", "sexual"): 3,
}
ROUTES = {
    ("female", "minority"): 14,
    ("female", "kinh"): 25,
    ("male", "kinh"): 26,
    ("male", "minority"): 3,
}
# Rows; and what each of the first counts for in the subtraction that gives a small figure away.
SUBTRACTIONS: dict[str, tuple[list[dict], list[int]]] = {
    "a cross without its margins": (
        [victims("01", 68), *crossed("01", FORMS, "form")],
        [1, -1, -1, -1, -1, -1],
    ),
    "values that need not add up, and do": (
        [victims("01", 68), *crossed("01", ROUTES, "ethnicity")],
        [1, -1, -1, -1],
    ),
    "the nation, and provinces by sex": (
        [
            victims("VN", 91, published=True),
            *[
                victims(p, n, sex=s)
                for p, s, n in (("01", "female", 12), ("02", "female", 12), ("02", "male", 13))
            ],
            *[victims("03", n, sex=s) for s, n in (("female", 20), ("male", 31))],
            victims("01", 3, sex="male"),
        ],
        [1, -1, -1, -1, -1, -1],
    ),
    "the nation's year, and provinces by half-year": (
        [
            victims("VN", 121, published=True),
            *halves("02", 22, 33),
            *halves("03", 20, 31),
            *reversed(halves("01", 3, 12)),
        ],
        [1, -1, -1, -1, -1, -1],
    ),
    "a year, and its halves by sex": (
        [
            victims("01", 70, published=True),
            victims("01", 12, sex="female", period_end="2015-06-30"),
            victims("01", 22, sex="female", period_start="2015-07-01"),
            victims("01", 33, sex="male", period_start="2015-07-01"),
            victims("01", 3, sex="male", period_end="2015-06-30"),
        ],
        [1, -1, -1, -1],
    ),
    "the nation by sex, and provinces in total": (
        [
            victims("VN", 31, sex="female"),
            victims("VN", 42, sex="male"),
            victims("02", 30),
            victims("03", 40),
            victims("01", 3),
        ],
        [1, 1, -1, -1],
    ),
    "a new province over two years, and its former ones in the first": (
        [
            fact("03", 70, measure="victims_identified", scheme="new", period_end="2016-12-31"),
            fact("03", 20, measure="victims_identified", scheme="new", year=2016),
            victims("03", 47),
            victims("02", 3),
        ],
        [1, -1, -1],
    ),
    "another source repeats the complement": (
        [
            victims("VN", 72),
            victims("03", 40),
            victims("02", 30, source_id="other"),
            victims("02", 30),
            victims("01", 2),
        ],
        [1, -1, -1],
    ),
    "another source gives the total": (
        [
            victims("01", 17, published=True),
            victims("01", 14, sex="female", source_id="other"),
            victims("01", 3, sex="male", source_id="other"),
        ],
        [1, -1],
    ),
    "another source gives the year": (
        [victims("01", 17, published=True), *reversed(halves("01", 3, 14, source_id="other"))],
        [1, -1],
    ),
    "the nation and one province by one source, the others by another": (
        [
            victims("VN", 73, published=True),
            victims("02", 30, published=True),
            victims("03", 40, source_id="other"),
            victims("01", 3, source_id="other"),
        ],
        [1, -1, -1],
    ),
    "a period and its years, another place's year by halves": (
        [
            victims("01", 60, period_end="2017-12-31"),
            victims("01", 27),
            victims("01", 30, year=2017),
            *halves("02", 20, 30),
            victims("01", 3, year=2016),
        ],
        [1, -1, -1],
    ),
    "narrower values within a wider one": (
        [victims("01", 60), victims("01", 24, age_group="child"), victims("01", 22, age_group="under_16")],
        [0, 1, -1],
    ),
}


def result(facts: pd.DataFrame, weights: list[int]) -> float:
    """Return what a subtraction gives; nothing where one of its figures is hidden."""
    used = facts["value"].to_numpy()[: len(weights)]
    return float(sum(weight * value for weight, value in zip(weights, used, strict=True) if weight))


def protected(registry: Registry, *rows: dict, policy: DisclosurePolicy = POLICY, **options) -> pd.DataFrame:
    facts = facts_table(*rows)
    return protect(
        latest_editions(facts),
        programme=PROGRAMME,
        registry=registry,
        policy=policy,
        audience="public",
        history=facts,
        **options,
    ).facts


@pytest.mark.parametrize("policy", [POLICY, STANDING], ids=["totals hidden", "totals stand"])
@pytest.mark.parametrize("what", list(SUBTRACTIONS))
def test_a_subtraction_over_tables_reported_apart_gives_nothing(
    registry: Registry, what: str, policy: DisclosurePolicy
):
    rows, weights = SUBTRACTIONS[what]
    assert 0 < result(facts_table(*rows), weights) < 5
    small_alone = [row | {"value": row["value"] if row["value"] >= 5 else None} for row in rows]
    assert 0 < result(facts_table(*small_alone), weights) < 5
    facts = protected(registry, *rows, policy=policy)
    secret_stands = len(rows) > len(weights) and facts["value"].notna().iloc[-1]
    assert np.isnan(result(facts, weights)) != secret_stands
    assert policy.person_totals_stand or not secret_stands


def test_a_published_total_that_is_not_exact_or_does_not_fit_protects_and_exposes_nobody(registry: Registry):
    """The nation says "nearly 70"; 30 and 40 of others are published. Province 01 is not known to be 0: it has 2."""
    others = [victims("02", 30, published=True), victims("03", 40, published=True)]
    own = [
        victims("01", 19, period_end="2017-12-31"),
        victims("01", 9, year=2016),
        victims("01", 8, year=2017),
        victims("01", 2),
    ]
    weights = [1, -1, -1]
    assert result(facts_table(*own), weights) == 2
    for nation in (
        victims("VN", 70, published=True, qualifier="nearly"),
        victims("VN", 66, published=True, source_id="other"),
    ):
        assert np.isnan(result(protected(registry, *own, *others, nation), weights))


def released(folder: Path, registry: Registry, *rows: dict, ledger: Ledger) -> tuple[pd.DataFrame, Ledger]:
    facts = protected(registry, *rows, ledger=ledger)
    about = {
        "workspace": "trial",
        "edition": "",
        "date": "2026-01-01",
        "rules": {},
        "signed": "",
        "bundle": "",
    }
    return facts, append(folder, ledger, told_by(facts, PROGRAMME, POLICY), about=about)


FIRST = [victims("01", 2), victims("02", 30), victims("03", 40), victims("VN", 72)]


@pytest.mark.parametrize("changed", [LATER, {"source_id": "renamed"}], ids=["edition", "source"])
def test_a_figure_hidden_once_stays_hidden_under_another_edition_or_source(
    tmp_path: Path, registry: Registry, changed: dict
):
    first, ledger = released(tmp_path, registry, *FIRST, ledger=Ledger())
    hidden = set(first.loc[first["mark"] == "c", "province_code"])
    assert hidden == {"01", "02"}
    again = [victims(p, n, **changed) for p, n in (("01", 9), ("02", 30), ("03", 40), ("VN", 79))]
    later, _ = released(tmp_path, registry, *([] if "source_id" in changed else FIRST), *again, ledger=ledger)
    assert set(later.loc[later["mark"] == "c", "province_code"]) == hidden


@pytest.mark.parametrize(("after", "shown"), [(22, False), (18, False), (20, True), (26, True)])
def test_a_correction_by_a_few_persons_is_not_shown(tmp_path: Path, registry: Registry, after: int, shown):
    """Who keeps both editions knows how many were added or taken away."""
    _, ledger = released(tmp_path, registry, victims("01", 20), ledger=Ledger())
    facts, _ = released(tmp_path, registry, victims("01", 20), victims("01", after, **LATER), ledger=ledger)
    assert facts["value"].notna().tolist() == [shown]


def test_what_an_earlier_edition_published_is_known_from_the_first_run_on(registry: Registry):
    """72 and 30 were published; 03 is given with 40: its 2 of 01 would be what is left."""
    rows = [
        victims("VN", 72, published=True),
        victims("02", 30, published=True),
        victims("03", 40),
        victims("01", 2),
        victims("VN", 82, **LATER),
        victims("02", 40, **LATER),
    ]
    facts = protected(registry, *rows).set_index("province_code")["value"]
    assert np.isnan(facts[["01", "03"]]).all()


def test_all_of_a_group_are_not_told_where_no_total_is_given(registry: Registry):
    for attribute, none, every in (("sex", "female", "male"), ("age_group", "child", "adult")):
        rows = [victims("01", 0, **{attribute: none}), victims("01", 27, **{attribute: every})]
        assert protected(registry, *rows)["value"].isna().all()


@pytest.mark.parametrize(("first", "second"), [(3, 11), (1, 9)])
def test_what_a_part_tells_of_its_base_is_not_told(registry: Registry, first: int, second: int):
    """Of 3 and 11 identified, support was offered to 3 and to 11, as published: these add up to 54 less 40, so nobody else."""
    base = [victims(p, n) for p, n in (("01", 3), ("02", 11), ("03", 40), ("VN", 54))]
    offered = [offer("01", first, published=True), offer("02", second, published=True)]
    shown = protected(registry, *base, *offered).set_index(["measure", "province_code"])["value"]
    left = shown["victims_identified"].to_dict()
    assert np.isnan(left["01"])
    low, high = ends_of_base(left, [first, second, 0])
    assert high - low >= 4


def ends_of_base(shown: dict[str, float], least: list[float]) -> tuple[float, float]:
    """Return how few and how many were identified in 01, by what is shown of 01, 02, 03 and the nation."""
    rows = {"01": [1, 0, 0], "02": [0, 1, 0], "03": [0, 0, 1], "VN": [1, 1, 1]}
    told = [name for name, value in shown.items() if not np.isnan(value)]
    sums = {"A_eq": [rows[name] for name in told], "b_eq": [shown[name] for name in told]} if told else {}
    bounds = [(value, MOST) for value in least]
    low, high = (linprog([sign, 0, 0], bounds=bounds, **sums).fun for sign in (1, -1))
    return low, -high


def offer(place: str, value: int, **changes) -> dict:
    return fact(place, value, measure="victims_offered_support", **changes)


def test_how_many_were_not_offered_support_is_not_told_by_a_subtraction(registry: Registry):
    """41 identified, 39 offered support: the 2 who were not are as few as any 2."""
    shown = protected(registry, victims("01", 41, sex="male"), offer("01", 39, sex="male"))["value"]
    assert shown.isna().any()
    assert protected(registry, victims("01", 41), offer("01", 30))["value"].notna().all()


def test_a_part_of_a_part_is_linked_with_each_base(registry: Registry):
    """31 were offered support and 30 women supported: of the men, who make up the rest, there would be one or none."""
    rows = [
        victims("01", 40),
        offer("01", 31),
        *[
            fact("01", n, measure="victims_supported", sex=sex)
            for sex, n in (("all", 31), ("female", 30), ("male", 1))
        ],
    ]
    shown = protected(registry, *rows).set_index(["measure", "sex"])["value"]
    supported = shown["victims_supported"]
    assert supported[["female", "male"]].isna().all()
    few = [offer("01", 33), fact("01", 31, measure="victims_supported")]
    assert protected(registry, *few)["value"].isna().any()
    assert protected(registry, victims("01", 33), few[1])["value"].isna().any()


def test_a_part_given_by_year_is_held_against_a_base_given_by_half(registry: Registry):
    """43 identified in the year and 43 supported, so those offered support were 43 as well: 40 in one half leaves 3."""
    rows = [
        victims("01", 43, published=True),
        fact("01", 43, measure="victims_supported", published=True),
        *[
            offer("01", n, period_start=start, period_end=end)
            for n, (start, end) in zip((3, 40), HALVES, strict=True)
        ],
    ]
    shown = protected(registry, *rows).set_index("measure")["value"]
    assert shown["victims_offered_support"].isna().all()


def test_parts_and_bases_with_rows_missing_give_nothing_away(registry: Registry):
    """The attacker who knows nothing of the kit's sums, on countries with two measures."""
    narrow = exact = hidden_in_all = apart = 0
    for seed in range(60):
        country = with_a_part(seed)
        tables = country.tables(registry)
        hidden, _ = hidden_cells(tables)
        found = too_narrow(country, tables, hidden)
        narrow, exact, hidden_in_all = narrow + found[0], exact + found[1], hidden_in_all + len(hidden)
        apart += too_narrow(country, tables, hidden_measure_by_measure(country, registry))[0]
    assert (narrow, exact) == (0, 0)
    assert hidden_in_all > 500
    assert apart > 5


def hidden_measure_by_measure(country: Country, registry: Registry) -> set[int]:
    """Return what is hidden by one who does not know that one measure is part of the other."""
    tables = country.tables(registry)
    measure = tables.cells["measure"]
    same = tuple(one for one in tables.equations if measure[one.total] == measure[one.parts[0]])
    return hidden_cells(replace(tables, equations=same))[0]
