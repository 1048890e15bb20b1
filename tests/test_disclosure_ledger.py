"""The ledger: what was released stays known to the attacker, and nobody can lose or alter it unnoticed."""

from __future__ import annotations

import json
import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from evalkit.batch.last_release import LAST_RELEASE
from evalkit.batch.run import run_batch
from evalkit.disclosure import linked_tables
from evalkit.disclosure.earlier import told_by
from evalkit.disclosure.ledger import Ledger
from evalkit.disclosure.ledger_file import HEAD, LEDGER, append, read_ledger
from evalkit.disclosure.protect import Protected, protect
from evalkit.errors import DisclosureError
from evalkit.places.registry import Registry
from evalkit.workspace import DisclosurePolicy
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry
from tests.workspaces import PagesWithoutKernel, at, options, tiny_workspace

POLICY = DisclosurePolicy()
VICTIMS = {"measure": "victims_identified"}
REVISED = {"edition_date": "2022-01-01"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def release(folder: Path, registry: Registry, *rows: dict) -> Protected:
    """Protect against the folder's ledger and write the release into it."""
    ledger = read_ledger(folder, "trial")
    protected = protect(
        facts_table(*rows),
        programme=PROGRAMME,
        registry=registry,
        policy=POLICY,
        audience="public",
        ledger=ledger,
    )
    about = {
        "workspace": "trial",
        "edition": "first",
        "date": date(2026, 1, 1),
        "rules": {"k": 5, "k_sensitive": 10},
        "signed": "Invented officer",
        "bundle": "0",
    }
    append(folder, ledger, told_by(protected.facts, PROGRAMME, POLICY), about=about)
    return protected


def marks(protected: Protected) -> str:
    return "".join(mark or "." for mark in protected.facts["mark"])


def country(first: int, second: int, third: int, *, revised: str = "") -> list[dict]:
    """Three provinces and the nation; ``revised`` names those of a later edition."""
    values = {"01": first, "02": second, "03": third, "VN": first + second + third}
    return [
        fact(place, value, **VICTIMS, **(REVISED if place in revised.split() else {}))
        for place, value in values.items()
    ]


def test_an_unchanged_run_adds_nothing_and_hides_the_same(tmp_path: Path, registry: Registry):
    first = release(tmp_path, registry, *country(2, 30, 40))
    written = (tmp_path / LEDGER).read_bytes()
    again = release(tmp_path, registry, *country(2, 30, 40))
    assert (tmp_path / LEDGER).read_bytes() == written
    pd.testing.assert_frame_equal(first.facts, again.facts)


def test_no_hidden_value_is_written(tmp_path: Path, registry: Registry):
    release(tmp_path, registry, *country(3, 3117, 4021))
    told = {row[0][0]: row[1:] for row in json.loads((tmp_path / LEDGER).read_text())["figures"]}
    assert told == {
        "01": ["hidden", None],
        "02": ["hidden", None],
        "03": ["shown", 4021],
        "VN": ["shown", 7141],
    }


def old_value(before: Protected, after: Protected) -> float | None:
    """Take what is new off the new national total: the old figure of the one province that was revised."""
    then, now = (
        before.facts.set_index("province_code")["value"],
        after.facts.set_index("province_code")["value"],
    )
    found = now["02"] - (now["VN"] - then["VN"])
    return None if pd.isna(found) else found


def test_edition_against_edition_gives_a_revised_figure_away_only_without_the_ledger(
    tmp_path: Path, registry: Registry
):
    """Province 02 goes from 3 to 9: nation new - nation old = 6, so 9 - 6 = 3 was its hidden figure."""
    first = release(tmp_path, registry, *country(20, 3, 40))
    later = country(20, 9, 40, revised="02 VN")
    naive = protect(
        facts_table(*later), programme=PROGRAMME, registry=registry, policy=POLICY, audience="public"
    )
    assert old_value(first, naive) == 3
    ours = release(tmp_path, registry, *later)
    assert old_value(first, ours) is None


def test_what_was_shown_cannot_serve_as_a_complement(tmp_path: Path, registry: Registry):
    """Province 03 was shown with its 40; hiding it now beside a new small figure would protect nothing."""
    release(tmp_path, registry, *country(20, 30, 40))
    facts = release(tmp_path, registry, *country(20, 3, 40, revised="02 VN"))
    hidden = set(facts.facts.loc[facts.facts["mark"] == "c", "province_code"])
    assert hidden == {"02", "VN"}


def edition(count: int, turn: int) -> list[dict]:
    """Place 03 and the nation as corrected for the turn'th time."""
    day = {"edition_date": f"202{2 + turn}-01-01"}
    return [one | (day if one["province_code"] in ("03", "VN") else {}) for one in country(60, 70, count)]


@pytest.mark.parametrize("counts", [(40, 42), (40, 50, 42), (40, 60, 50, 43)])
def test_no_edition_tells_a_few_persons_beside_any_earlier_one(
    tmp_path: Path, registry: Registry, counts: tuple[int, ...]
):
    """A reader who keeps the first and the last edition takes one off the other: two corrections that all but cancel told 2 persons."""
    told = [release(tmp_path, registry, *edition(count, turn)) for turn, count in enumerate(counts)]
    third = [one.facts.set_index("province_code")["value"]["03"] for one in told]
    assert third[:-1] == list(counts[:-1])
    assert pd.isna(third[-1])
    assert marks(told[-1]) == "..cc"


def test_what_two_editions_told_before_they_were_held_together_stops_no_release(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
):
    """A copy that held only neighbours together released 40, 50 and 42; the same again, and a fourth edition, are released."""
    with monkeypatch.context() as older:
        older.setattr(linked_tables, "combinations", lambda editions, _: pairwise(editions))
        assert [marks(release(tmp_path, registry, *edition(n, at))) for at, n in enumerate((40, 50, 42))] == [
            "....",
            "....",
            "....",
        ]
    assert marks(release(tmp_path, registry, *edition(42, 2))) == "...."
    assert marks(release(tmp_path, registry, *edition(55, 3))) == "...."


def test_a_revision_that_standing_totals_give_away_is_refused(tmp_path: Path, registry: Registry):
    """All but one province and the published nation are out: the new figure follows, and the run says so."""
    rows = country(20, 30, 40)
    release(tmp_path, registry, *rows[:3], rows[3] | {"published": True})
    later = country(20, 3, 40, revised="02 VN")
    with pytest.raises(DisclosureError) as refused:
        release(tmp_path, registry, *later[:3], later[3] | {"published": True})
    assert refused.value.exit_code == 4
    assert "02" in refused.value.where


def test_a_released_figure_does_not_change_under_its_edition_date(tmp_path: Path, registry: Registry):
    release(tmp_path, registry, *country(20, 30, 40))
    with pytest.raises(DisclosureError, match="edition") as refused:
        release(tmp_path, registry, *country(20, 3117, 40))
    assert "3117" not in str(refused.value)


@pytest.mark.parametrize("harm", ["cut", "altered", "ledger lost", "head lost", "forged"])
def test_a_lost_or_altered_ledger_stops_the_run(tmp_path: Path, registry: Registry, harm: str):
    release(tmp_path, registry, *country(2, 30, 40))
    release(tmp_path, registry, *country(2, 31, 40, revised="02 VN"))
    path, head = tmp_path / LEDGER, tmp_path / HEAD
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    match harm:
        case "cut":
            path.write_text(lines[0], encoding="utf-8")
        case "altered":
            path.write_text("".join(lines).replace('"shown", 40', '"shown", 41'), encoding="utf-8")
        case "ledger lost":
            path.unlink()
        case "head lost":
            head.unlink()
        case "forged":
            path.write_text(lines[1] + lines[0], encoding="utf-8")
    with pytest.raises(DisclosureError) as refused:
        read_ledger(tmp_path, "trial")
    assert LEDGER in refused.value.where


def test_the_ledger_of_another_workspace_is_refused(tmp_path: Path, registry: Registry):
    release(tmp_path, registry, *country(2, 30, 40))
    with pytest.raises(DisclosureError, match="another workspace"):
        read_ledger(tmp_path, "elsewhere")


def test_nothing_released_is_an_empty_ledger(tmp_path: Path):
    assert read_ledger(tmp_path, "trial") == Ledger()


def run(folder: Path, *, facts: list[dict] | None = None, **changes):
    workspace = tiny_workspace(
        folder / "workspace",
        facts=facts or country(2, 30, 40),
        settings='[disclosure]\nsigned_by = "Invented officer"\n',
    )
    return run_batch(
        workspace, options(folder, **changes), clock=at("2026-05-01"), executor=PagesWithoutKernel()
    )


def test_a_public_run_signs_and_dates_its_release(tmp_path: Path):
    run(tmp_path, edition="spring")
    (entry,) = read_ledger(tmp_path / "workspace", "workspace").entries
    assert (entry.edition, entry.date, entry.signed) == ("spring", date(2026, 5, 1), "Invented officer")


def test_an_internal_run_releases_nothing(tmp_path: Path):
    run(tmp_path, audience="internal")
    assert not (tmp_path / "workspace" / LEDGER).exists()
    assert not (tmp_path / "workspace" / ".evalkit" / LAST_RELEASE).exists()


def test_pages_whose_release_the_ledger_does_not_know_are_not_made_again(tmp_path: Path):
    run(tmp_path)
    for name in (LEDGER, HEAD):
        (tmp_path / "workspace" / name).unlink()
    shutil.rmtree(tmp_path / "workspace" / ".evalkit")
    with pytest.raises(DisclosureError, match="does not have") as refused:
        run(tmp_path, force=True)
    assert refused.value.where == str(tmp_path / "out")


@pytest.mark.parametrize("harm", ["lost", "rolled back"])
def test_a_ledger_lost_or_rolled_back_with_its_head_is_noticed_in_another_reports_folder(
    tmp_path: Path, harm: str
):
    run(tmp_path)
    own = {name: (tmp_path / "workspace" / name).read_bytes() for name in (LEDGER, HEAD)}
    later = country(2, 31, 40, revised="02 VN")
    run(tmp_path, facts=later)
    for name, content in own.items():
        path = tmp_path / "workspace" / name
        path.write_bytes(content) if harm == "rolled back" else path.unlink()
    with pytest.raises(DisclosureError, match="does not have") as refused:
        run(tmp_path, facts=later, out=tmp_path / "elsewhere")
    assert ".evalkit" in refused.value.where
    assert not (tmp_path / "elsewhere").exists()


def test_a_run_that_releases_nothing_new_writes_no_memory_of_it_anew(tmp_path: Path):
    run(tmp_path)
    path = tmp_path / "workspace" / ".evalkit" / LAST_RELEASE
    written = path.stat()
    assert path.read_text(encoding="utf-8").strip() == read_ledger(tmp_path / "workspace", "workspace").head
    assert path.parent.stat().st_mode & 0o077 == 0
    run(tmp_path, force=True)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    run(tmp_path, facts=country(2, 31, 40, revised="02 VN"))
    assert path.read_text(encoding="utf-8").strip() == read_ledger(tmp_path / "workspace", "workspace").head
