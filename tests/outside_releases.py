"""The one place where random countries meet the kit: releases made as a public run makes them. Replace to attack another door."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from evalkit.batch.prepare import make_bundle, protect_received, receive
from evalkit.batch.releasing import ledger_of, record_release
from evalkit.errors import DisclosureError
from evalkit.workspace import open_workspace
from tests.outside_attacker import NEAR, PLAIN, attack, tally
from tests.outside_countries import DAY_OF_RELEASE, Country, random_country, write_country, write_facts

DAY = date.fromisoformat(DAY_OF_RELEASE)


def release(folder: Path, *, edition: str, scheme: str, coarsen: bool = True) -> pd.DataFrame:
    """Release a workspace to the public and write it into its ledger; return the facts table with ``mark``."""
    workspace = open_workspace(folder)
    since = ledger_of(workspace).head
    received = receive(workspace, day=DAY)
    protected = protect_received(received, audience="public", scheme=scheme, coarsen=coarsen)
    bundle = make_bundle(received, day=DAY, scheme=scheme, protected=protected)
    record_release(workspace, bundle, edition=edition, since=since)
    return bundle.facts


@dataclass(frozen=True)
class Outcome:
    """What came of a country: what was found, how many releases there were and how many were refused."""

    found: pd.DataFrame
    released: int
    refused: int

    @property
    def counts(self) -> Counter[str]:
        return Counter(tally(self.found)) + Counter(released=self.released, refused=self.refused, countries=1)


def attacked(
    country: Country,
    *,
    same_nation: bool = False,
    whole: bool = False,
    coarsen: bool = True,
    guess: bool = False,
) -> Outcome:
    """Write a country into a folder that is removed again, release it, and attack what was released.

    With ``guess`` the attacker also takes parts to add up to their total wherever they do.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = write_country(Path(place) / "marland", country)
        tables, refused = [], 0
        for number, step in enumerate(country.steps):
            write_facts(folder, step)
            try:
                tables.append(release(folder, edition=f"e{number}", scheme=step.scheme, coarsen=coarsen))
            except DisclosureError:
                refused += 1
        found = (
            attack(
                folder,
                tables,
                same_nation=same_nation,
                whole=whole,
                truth=true_figures(country) if guess else None,
            )
            if tables
            else pd.DataFrame({"found": []})
        )
        return Outcome(_true(found, country), len(tables), refused)


def true_figures(country: Country) -> dict[str, float]:
    """Return what each figure is, by the name that the attacker gives it."""
    names = [*PLAIN, "sex_of", "age_of", "way_of", "edition_date"]
    return {
        "|".join(str(row[name]) for name in names): row["value"]
        for step in country.steps
        for row in step.rows
    }


def _true(found: pd.DataFrame, country: Country) -> pd.DataFrame:
    """Refuse what the attacker says of a figure if the figure is another; those that were looked at to the end alone."""
    truth = true_figures(country)
    for row in found[found["found"] != "safe"].to_dict("records"):
        value = truth.get(row["figure"], row["low"])
        if not row["low"] - NEAR <= value <= row["high"] + NEAR:
            raise AssertionError(f"the attacker is wrong about {row['figure']}")
    return found


def attacked_seed(seed: int, **options: bool) -> Outcome:
    return attacked(random_country(seed), **options)
