"""Tables of which most figures are small are shown one step coarser, and nothing comes out by it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.releasing import ledger_of, record_release
from evalkit.disclosure.coarsening import Coarsening, coarsened
from evalkit.disclosure.protect import protect
from evalkit.errors import SettingsError
from evalkit.facts.bundle import Bundle
from evalkit.places.registry import load_registry, reference_folder
from evalkit.programme.load import load_programme
from evalkit.reporting.blocks import Paragraph, Section, Table
from evalkit.reporting.display import section_of
from evalkit.reporting.sections import attribute_tables as _  # noqa: F401  registers how the record is shown
from evalkit.steps import break_down
from evalkit.workspace import Coarser, DisclosurePolicy, open_workspace
from tests.builders import fact, facts_table
from tests.workspaces import tiny_workspace

PROGRAMME = load_programme("vn-trafficking")
REGISTRY = load_registry(reference_folder())
SMALLEST = [unit.code for unit in REGISTRY.units("34") if unit.region_code == "N5"]
DAY = date(2026, 5, 1)


def victims(place: str, value: float, **changes: Any) -> dict[str, Any]:
    scheme = {} if place == "VN" else {"scheme": "34"}
    return fact(place, value, measure="victims_identified", unit="nguoi", **scheme, **changes)


def by_sex(
    *pairs: tuple[float, float], year: int = 2018, places: list[str] = SMALLEST
) -> list[dict[str, Any]]:
    """Return women and men of some places."""
    return [
        victims(place, value, sex=sex, year=year)
        for place, pair in zip(places, pairs, strict=True)
        for sex, value in zip(("female", "male"), pair, strict=True)
    ]


def coarse(rows: list[dict[str, Any]], *coarser: Coarser) -> Coarsening:
    return coarsened(
        facts_table(*rows),
        programme=PROGRAMME,
        registry=REGISTRY,
        policy=DisclosurePolicy(coarser=coarser),
        scheme="34",
    )


def steps(
    result: Coarsening,
) -> list[tuple[str, str, tuple[str, ...], list[tuple[str, str, tuple[str, ...]]]]]:
    return [
        (one.place, one.period, one.by, [(to.place, to.period, to.by) for to in shown])
        for one, shown in result.steps.items()
    ]


def added(result: Coarsening) -> list[tuple[Any, ...]]:
    """Return the totals added: place, scheme, sex, value and status."""
    rows = result.facts[result.facts["source_cell"].str.startswith("sum of")]
    return sorted(
        rows[["province_code", "scheme", "sex", "value", "status"]].itertuples(index=False, name=None)
    )


def test_a_table_that_is_mostly_small_is_shown_by_region():
    found = coarse(by_sex((2, 3), (4, 1), (20, 0)))
    assert steps(found) == [("province", "year", ("sex",), [("region", "year", ("sex",))])]
    assert added(found) == [("N5", "34", "female", 26, "derived"), ("N5", "34", "male", 4, "derived")]


@pytest.mark.parametrize(
    "pairs",
    [((2, 3), (4, 12), (20, 0)), ((2, 3), (0, 0), (0, 0)), ((12, 13), (14, 11), (20, 30))],
    ids=["half of them", "more zeros than small ones", "none"],
)
def test_a_table_of_which_no_more_than_half_is_small_is_shown(pairs: tuple[tuple[float, float], ...]):
    rows = by_sex(*pairs)
    found = coarse(rows)
    assert (found.steps, len(found.facts)) == ({}, len(rows))


def test_which_tables_are_shown_depends_on_classes_alone():
    one, other = coarse(by_sex((2, 3), (4, 1), (20, 0))), coarse(by_sex((1, 1), (1, 4), (99, 0)))
    assert one.steps == other.steps


def test_published_figures_and_totals_are_no_breakdown():
    published = [row | {"published": True} for row in by_sex((2, 3), (4, 1), (2, 0))]
    totals = [victims(place, 2, year=2018) for place in SMALLEST]
    assert coarse([*published, *totals]).steps == {}


def test_a_region_of_which_a_province_lacks_is_not_added_up():
    found = coarse([*by_sex((2, 3), (4, 1), places=SMALLEST[:2]), victims("VN", 50, sex="female", year=2018)])
    assert steps(found) == [("province", "year", ("sex",), [("nation", "year", ("sex",))])]
    assert added(found) == []


def test_of_two_attributes_each_alone():
    crossed = [
        victims(SMALLEST[0], value, sex=sex, form=form, year=2018)
        for (sex, form), value in {
            ("female", "labour"): 3,
            ("female", "sexual"): 9,
            ("female", "unspecified"): 2,
            ("male", "labour"): 4,
            ("male", "sexual"): 1,
            ("male", "unspecified"): 30,
        }.items()
    ]
    found = coarse(crossed)
    assert steps(found)[0] == (
        "province",
        "year",
        ("sex", "form"),
        [("province", "year", ("form",)), ("province", "year", ("sex",))],
    )
    kept = found.facts[found.facts["source_cell"].str.startswith("sum of")]
    assert dict(zip(kept["sex"] + kept["form"], kept["value"], strict=True)) == {
        "femaleall": 14,
        "maleall": 35,
        "alllabour": 7,
        "allsexual": 10,
        "allunspecified": 32,
    }


def test_years_of_the_nation_become_programme_periods():
    rows = [victims("VN", value, sex="female", year=2016 + n) for n, value in enumerate((3, 4, 1, 2, 8))]
    found = coarse(rows)
    assert steps(found) == [("nation", "year", ("sex",), [("nation", "longer", ("sex",))])]
    assert added(found) == [("VN", "nation", "female", 18, "derived")]
    assert steps(coarse(rows[1:])) == [("nation", "year", ("sex",), [])]


def test_the_custodian_may_go_coarser_and_never_finer():
    large = by_sex((12, 13), (14, 11), (20, 30))
    nation = [victims("VN", 46, sex="female", year=2018)]
    asked = Coarser(measure="victims_identified", by=("sex",), shown="nation")
    found = coarse([*large, *nation], asked)
    assert {one.place for one in found.steps} == {"province", "region"}
    assert [to.place for to in next(iter(found.shown_instead().values()))] == ["nation"]
    assert added(found) == []
    small = coarse(by_sex((2, 3), (4, 1), (20, 0)), Coarser(measure="suspects", shown="region"))
    assert [one.place for one in small.steps] == ["province"]
    with pytest.raises(ValidationError):
        Coarser(measure="victims_identified", shown="province")
    with pytest.raises(SettingsError, match="no such measure or attribute"):
        coarse(large, Coarser(measure="victims", shown="nation"))


def test_figures_of_a_table_not_shown_are_hidden_zeros_too_but_for_what_the_coarser_table_tells():
    rows = by_sex((2, 3), (4, 1), (20, 2)) + by_sex((3, 0), (4, 0), (15, 0), year=2019)
    found = coarse(rows)
    done = protect(
        found.facts,
        programme=PROGRAMME,
        registry=REGISTRY,
        policy=DisclosurePolicy(),
        audience="public",
        coarsening=found,
    ).facts
    provinces = done[done["scheme"].eq("34") & done["province_code"].isin(SMALLEST)]
    told = provinces[provinces["mark"] == ""]
    assert told[["period_start", "sex", "value"]].drop_duplicates().values.tolist() == []  # noqa: PD011
    regions = done[done["province_code"] == "N5"]
    shown = {
        (row["period_start"].year, row["sex"]): row["value"]
        for row in regions[regions["mark"] == ""].to_dict("records")
    }
    assert shown == {(2018, "female"): 26, (2018, "male"): 6}


def bundle_of(folder: Path, *rows: dict[str, Any], settings: str = "") -> Bundle:
    return make_bundle(receive(tiny_workspace(folder, facts=rows, settings=settings)), day=DAY)


def met(place: str, sex: str, value: float) -> dict[str, Any]:
    scheme = {} if place == "VN" else {"scheme": "new"}
    return fact(place, value, measure="victims_identified", unit="nguoi", sex=sex, year=2021, **scheme)


TWO = (met("01", "female", 4), met("01", "male", 2), met("03", "female", 3), met("03", "male", 4))


def words(section: Section) -> list[str]:
    return [block.text.en for block in section.blocks if isinstance(block, Paragraph)]


def test_pages_say_in_one_sentence_what_is_shown_instead_and_the_nation_shows_it(tmp_path: Path):
    bundle = bundle_of(tmp_path, *TWO)
    section = section_of(break_down(bundle.province("01")))
    (sentence,) = [text for text in words(section) if text.startswith("Not shown")]
    assert "by sex; more than half of the figures" in sentence
    assert sentence.endswith("the page of the whole country shows them by region.")
    assert [block for block in section.blocks if isinstance(block, Table)] == []
    national = section_of(break_down(bundle.nation()))
    (there,) = [text for text in words(national) if text.startswith("Not shown")]
    assert there.endswith(
        "this page shows them by region."
    )  # a sum of provinces is no figure that an authority published
    (table,) = [
        block for block in national.blocks if isinstance(block, Table) and block.id.startswith("regions-")
    ]
    assert [[cell.value for cell in row[1:]] for row in table.rows] == [[7], [6]]


def test_the_ledger_names_the_tables_not_shown(tmp_path: Path):
    bundle = bundle_of(tmp_path, *TWO)
    workspace = open_workspace(tmp_path)
    record_release(workspace, bundle, edition="first", since="")
    (entry,) = ledger_of(workspace).entries
    assert entry.coarser == (("victims_identified", "sex", "province", "year"),)
    assert entry.seal() != entry.model_copy(update={"coarser": ()}).seal()


def test_an_entry_written_before_there_was_coarsening_keeps_its_seal(tmp_path: Path):
    bundle = bundle_of(tmp_path, met("01", "female", 40), met("03", "female", 30))
    record_release(open_workspace(tmp_path), bundle, edition="first", since="")
    (line,) = (tmp_path / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    old = line.replace('"coarser": [], ', "")
    assert old != line
    (tmp_path / "ledger.jsonl").write_text(old + "\n", encoding="utf-8")
    assert len(ledger_of(open_workspace(tmp_path)).entries) == 1


def test_what_was_shown_at_a_finer_level_stays_known(tmp_path: Path):
    """A later release of a table that became mostly small hides what is new, and no figure that everybody has seen."""
    large = [met("01", "female", 40), met("03", "female", 30), met("01", "male", 20), met("03", "male", 50)]
    workspace = tiny_workspace(tmp_path, facts=large)
    record_release(workspace, make_bundle(receive(workspace), day=DAY), edition="first", since="")
    more = [
        row | {"period_start": "2022-01-01", "period_end": "2022-12-31", "edition_date": "2026-02-01"}
        for row in TWO
    ]
    again = tiny_workspace(
        tmp_path,
        facts=[
            *large,
            *more,
            *[dict(row, period_start="2023-01-01", period_end="2023-12-31") for row in more],
        ],
    )
    facts = make_bundle(receive(again), day=DAY).facts
    provinces = facts[facts["province_code"].isin(["01", "03"])]
    hidden = provinces.groupby(provinces["period_start"].dt.year)["mark"].agg(set)
    assert hidden.loc[2021] == {""}
    assert hidden.loc[2022] == hidden.loc[2023] == {"c"}
    assert pd.notna(facts.loc[facts["province_code"] == "R1", "value"]).any()
