"""The same facts, rules and ledger are not protected twice; in any doubt they are."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import evalkit.batch.prepare
from evalkit.batch.prepared import prepare
from evalkit.batch.releasing import ledger_of, record_release
from evalkit.disclosure.secret_key import KEY
from evalkit.facts.bundle import Bundle
from evalkit.workspace import Workspace, open_workspace
from tests.builders import fact, write_csv
from tests.workspaces import tiny_workspace

DAY = date(2026, 5, 1)
VICTIMS = {"measure": "victims_identified", "unit": "nguoi"}
FACTS = [
    *(
        fact(place, value, year=2015, **VICTIMS)
        for place, value in (("01", 2), ("02", 30), ("03", 40), ("VN", 72))
    ),
    *(
        fact(place, value, year=2016, **VICTIMS)
        for place, value in (("01", 12), ("02", 30), ("03", 3), ("VN", 45))
    ),
]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return tiny_workspace(tmp_path / "ws", facts=FACTS)


@pytest.fixture
def protections(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often figures are really protected."""
    made, protect = [], evalkit.batch.prepare.protect

    def counted(*given, **named):
        made.append(len(made))
        return protect(*given, **named)

    monkeypatch.setattr("evalkit.batch.prepare.protect", counted)
    return made


def bundle_of(workspace: Workspace, day: date = DAY) -> Bundle:
    return prepare(workspace, day=day).bundle


def folder_of(workspace: Workspace) -> Path:
    return workspace.folder / ".evalkit" / f"bundle-{workspace.scheme}"


def kept(workspace: Workspace) -> Path:
    return folder_of(workspace) / "kept.json"


def test_the_second_bundle_is_the_first_without_protecting_anew(workspace: Workspace, protections: list[int]):
    first, second = bundle_of(workspace), bundle_of(workspace)
    assert len(protections) == 1
    assert (first.facts["mark"] == "c").sum() >= 4
    pd.testing.assert_frame_equal(first.facts, second.facts, check_like=True)
    assert first.content_hash == second.content_hash
    assert first.about == second.about


def test_a_release_carries_over_what_it_stands_for(workspace: Workspace, protections: list[int]):
    first = bundle_of(workspace)
    record_release(workspace, first, edition="", since="")
    assert ledger_of(workspace).head != ""
    second = bundle_of(workspace)
    assert len(protections) == 1
    shutil.rmtree(folder_of(workspace))
    pd.testing.assert_frame_equal(bundle_of(workspace).facts, second.facts, check_like=True)
    assert len(protections) == 2


def test_a_release_of_another_table_carries_nothing_over(workspace: Workspace, protections: list[int]):
    first = bundle_of(workspace)
    write_csv(workspace.folder / "facts.csv", *FACTS, fact("01", 55, year=2017, **VICTIMS))
    bundle_of(workspace)
    record_release(workspace, first, edition="", since="")
    bundle_of(workspace)
    assert len(protections) == 3


def revised(workspace: Workspace) -> None:
    changed = [fact("03", 4, year=2016, **VICTIMS), fact("VN", 46, year=2016, **VICTIMS)]
    write_csv(workspace.folder / "facts.csv", *FACTS[:-2], *changed)


def stricter(workspace: Workspace) -> None:
    settings = workspace.folder / "evalkit.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "[disclosure]\nk = 7\n", encoding="utf-8")


def other_key(workspace: Workspace) -> None:
    (workspace.folder / KEY).write_text("f" * 32, encoding="ascii")


def cut(workspace: Workspace) -> None:
    kept(workspace).write_bytes(kept(workspace).read_bytes()[:-20])


def of_another_version(workspace: Workspace) -> None:
    kept(workspace).write_text(kept(workspace).read_text().replace('"format":1', '"format":99'))


def of_another_ledger(workspace: Workspace) -> None:
    kept(workspace).write_text(kept(workspace).read_text().replace('"ledger":""', f'"ledger":"{"0" * 64}"'))


def altered(workspace: Workspace) -> None:
    table = folder_of(workspace) / "sources.json"
    table.write_text(table.read_text(encoding="utf-8").replace("e", "i", 1), encoding="utf-8")


def without_a_table(workspace: Workspace) -> None:
    (folder_of(workspace) / "facts.parquet").unlink()


CHANGES = [revised, stricter, other_key, cut, of_another_version, of_another_ledger, altered, without_a_table]


def test_another_day_is_another_bundle(workspace: Workspace, protections: list[int]):
    assert [bundle_of(workspace, DAY.replace(month=month)).about.date[5:7] for month in (5, 6)] == [
        "05",
        "06",
    ]
    assert len(protections) == 2


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_not_the_same_is_protected_anew(
    workspace: Workspace, protections: list[int], change: Callable[[Workspace], None]
):
    bundle_of(workspace)
    change(workspace)
    bundle_of(open_workspace(workspace.folder))
    assert len(protections) == 2


def test_internal_figures_are_not_kept(workspace: Workspace):
    assert not prepare(workspace, day=DAY, audience="internal").bundle.facts["mark"].any()
    assert not folder_of(workspace).exists()


def test_where_nothing_can_be_kept_a_run_goes_on(workspace: Workspace, protections: list[int]):
    (workspace.folder / ".evalkit").write_text("no folder", encoding="utf-8")
    assert bundle_of(workspace).content_hash == bundle_of(workspace).content_hash
    assert len(protections) == 2
