"""`evalkit protect`: what a run would release, rehearsed or recorded, and never a hidden figure in any file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from evalkit.batch import protecting
from evalkit.batch.options import Event
from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.protecting import ProtectReport, protect_workspace
from evalkit.batch.releasing import ledger_of, releasing
from evalkit.batch.run import run_batch
from evalkit.batch.runlog import lines
from evalkit.cli import app
from evalkit.csv_table import Layout, read_csv
from evalkit.disclosure.ledger_file import HEAD, LEDGER
from evalkit.errors import DisclosureError, FactsError, SettingsError
from evalkit.facts.intake import read_facts, without_origin
from evalkit.facts.plain_files import facts_from_parquet, facts_to_parquet
from evalkit.messages import shown, told_in
from evalkit.programme.load import load_programme
from evalkit.table import COLUMNS, MARK
from evalkit.workspace import Workspace
from tests.builders import fact
from tests.workspaces import PagesWithoutKernel, at, options, tiny_workspace

VICTIMS = {"measure": "victims_identified"}
SMALL = 4  # told below to be nowhere as a figure of victims: no other figure is 4
FILES = {"facts.csv", "facts.parquet", "report.html", "report.en.html", "report.json"}


def country(*, first: int = SMALL, edition: str = "2021-03-01") -> list[dict[str, Any]]:
    """01, one unit before and after, is small; 02 and 03 became one; of 03 women and men are told."""
    victims = [
        fact("01", first, **VICTIMS, edition_date=edition),
        fact("02", 3117, **VICTIMS, edition_date=edition),
        fact("03", 4021, **VICTIMS, edition_date=edition),
        fact("VN", 7138 + first, **VICTIMS, edition_date=edition),
        fact("03", 2222, **VICTIMS, sex="female", edition_date=edition),
        fact("03", 1799, **VICTIMS, sex="male", edition_date=edition),
    ]
    return [*victims, fact("01", 77), fact("02", 66), fact("03", 88), fact("VN", 231)]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return tiny_workspace(tmp_path / "ws", facts=country())


def protect(workspace: Workspace, folder: Path, day: str = "2026-05-01", **changes: Any) -> ProtectReport:
    return protect_workspace(workspace, folder, clock=at(day), **changes)


def run(workspace: Workspace, tmp_path: Path, day: str = "2026-05-01", **changes: Any) -> None:
    run_batch(workspace, options(tmp_path, **changes), clock=at(day), executor=PagesWithoutKernel())


def held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def strictly_read(path: Path) -> pd.DataFrame:
    """Read the table with the reader of every workspace; the mark apart, the rows are facts like any other."""
    dimensions = list(load_programme("vn-trafficking").dimensions)
    layout = Layout(known=[*COLUMNS, *dimensions, MARK], required=[*COLUMNS, MARK], error=FactsError)
    read = read_csv(path, layout)
    assert read.faults == ()
    place = read.columns.index(MARK)
    lines = [
        ",".join(f'"{cell}"' for number, cell in enumerate(cells) if number != place)
        for _, cells in read.rows
    ]
    plain = path.with_name("without-mark.csv")
    header = ",".join(name for name in read.columns if name != MARK)
    plain.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    facts = without_origin(read_facts([plain], load_programme("vn-trafficking")))
    plain.unlink()
    return facts.assign(**{MARK: [cells[place] for _, cells in read.rows]})


@pytest.mark.parametrize("scheme", ["new", "old"])
def test_the_table_is_what_a_run_s_bundle_releases(workspace: Workspace, tmp_path: Path, scheme: str):
    told = protect(workspace, tmp_path / "held", scheme=scheme)
    facts = make_bundle(receive(workspace), day=date(2026, 5, 1), scheme=scheme).facts
    assert set(held(tmp_path / "held")) == FILES
    assert (tmp_path / "held").stat().st_mode & 0o777 == 0o700
    read = strictly_read(tmp_path / "held" / "facts.csv")
    assert facts_to_parquet(read[[*facts.columns]]) == facts_to_parquet(facts)
    columnar = facts_from_parquet(tmp_path / "held" / "facts.parquet")
    assert facts_to_parquet(columnar) == facts_to_parquet(facts)
    hidden = facts[MARK] == "c"
    assert told.cost.own + told.cost.others + told.cost.coarser == hidden.sum() > 0
    assert told.cost.shown == (facts["value"].notna()).sum()


def test_the_report_counts_what_is_hidden_for_which_reason(workspace: Workspace, tmp_path: Path):
    """By hand: of victims there are six figures, and two that follow, 01 and 03 of today; 01 is small in both boundary sets."""
    protect(workspace, tmp_path / "held")
    report = json.loads((tmp_path / "held" / "report.json").read_text(encoding="utf-8"))
    facts = pd.read_csv(tmp_path / "held" / "facts.csv", dtype=str, keep_default_na=False)
    assert report["measures"]["cases_recorded"]["figures"] == 6
    assert report["measures"]["cases_recorded"]["kept_percent"] == 100
    victims = report["measures"]["victims_identified"]
    hidden = facts.loc[facts["measure"] == "victims_identified", "mark"].tolist().count("c")
    assert victims["figures"] == 8
    assert victims["hidden_for_their_own_sake"] == 2
    assert victims["hidden_for_others_sake"] == hidden - 2 >= 1
    assert victims["shown"] == 8 - hidden
    assert report["total"]["kept_percent"] == round(100 * (14 - hidden) / 14, 2)
    assert report["rules"] == {"k": 5, "k_sensitive": 10}
    assert (report["recorded"], report["scheme"], report["date"]) == (False, "new", "2026-05-01")
    assert sum(report["methods"].values()) >= 1
    vi, en = ((tmp_path / "held" / name).read_text() for name in ("report.html", "report.en.html"))
    assert "Báo cáo này do cơ quan quản lý số liệu giữ" in vi
    assert "chạy thử" in vi
    assert "This report stays with the custodian" in en
    assert "For internal circulation only" in en


def test_no_file_holds_a_hidden_figure(tmp_path: Path):
    workspace = tiny_workspace(tmp_path / "ws", facts=country())
    protect(workspace, tmp_path / "held")
    facts = make_bundle(receive(workspace), day=date(2026, 5, 1)).facts
    true = {"01": SMALL, "02": 3117, "03": 4021, "VN": 7142, "female": 2222, "male": 1799}
    names = facts["province_code"].where(facts["sex"] == "all", facts["sex"])
    old = (facts["measure"] == "victims_identified") & (facts["scheme"] != "new")
    hidden = [true[name] for name in names[old & (facts[MARK] == "c")]]
    assert {SMALL} < set(hidden)
    for value in set(hidden) - {SMALL}:
        for name, content in held(tmp_path / "held").items():
            assert str(value).encode() not in content, name
            assert f"{value:,}".encode() not in content, name
    read = pd.read_csv(tmp_path / "held" / "facts.csv", dtype=str, keep_default_na=False)
    assert str(SMALL) not in set(read["value"])
    assert SMALL not in facts_from_parquet(tmp_path / "held" / "facts.parquet")["value"].tolist()


def test_a_small_figure_within_its_class_changes_no_file(tmp_path: Path):
    """Whoever reads the folder cannot tell 4 from 2; the nation's total is not given, else it would be another one."""
    made = []
    for first in (SMALL, 2):
        folder = tmp_path / str(first)
        rows = [
            row
            for row in country(first=first)
            if row["province_code"] != "VN" or row["measure"] == "cases_recorded"
        ]
        protect(tiny_workspace(folder / "ws", facts=rows), folder / "held")
        made.append(held(folder / "held"))
    assert made[0] == made[1]


def test_a_rehearsal_leaves_the_workspace_as_it_was(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    before = held(workspace.folder)
    told = protect(workspace, tmp_path / "held")
    assert not told.recorded
    assert held(workspace.folder) == before
    (workspace.folder / LEDGER).write_bytes((workspace.folder / LEDGER).read_bytes() + b'{"bundle": "0')
    before = held(workspace.folder)
    protect(workspace, tmp_path / "again")
    assert held(workspace.folder) == before


def test_what_was_recorded_is_not_recorded_again_by_a_run(workspace: Workspace, tmp_path: Path):
    told = protect(workspace, tmp_path / "held", record=True)
    assert told.recorded
    ledger = ledger_of(workspace)
    (entry,) = ledger.entries
    assert (entry.date, entry.edition) == (date(2026, 5, 1), "2026-05-01")
    assert json.loads((tmp_path / "held" / "report.json").read_text())["recorded"] is True
    run(workspace, tmp_path)
    assert ledger_of(workspace) == ledger
    protect(workspace, tmp_path / "again", record=True)
    assert ledger_of(workspace) == ledger


def test_several_releases_in_turn_are_each_protected_against_those_before(tmp_path: Path):
    """What the first hid stays hidden in the second, and a run after both adds nothing."""
    workspace = tiny_workspace(tmp_path / "ws", facts=country())
    protect(workspace, tmp_path / "first", record=True)
    revised = [*country(), *country(first=9, edition="2022-06-01")[:4]]
    workspace = tiny_workspace(tmp_path / "ws", facts=revised)
    with_ledger = protect(workspace, tmp_path / "second", day="2026-06-01", record=True)
    alone = tiny_workspace(tmp_path / "alone", facts=revised)
    without = protect(alone, tmp_path / "third", day="2026-06-01")
    ledger = ledger_of(workspace)
    assert [entry.number for entry in ledger.entries] == [1, 2]
    marks = {}
    for name in ("second", "third"):
        rows = pd.read_csv(tmp_path / name / "facts.csv", dtype=str, keep_default_na=False)
        own = (rows["province_code"] == "01") & (rows["measure"] == "victims_identified")
        marks[name] = set(rows.loc[own, "mark"])
    assert marks == {"second": {"c"}, "third": {"r", ""}}  # of today's 01 no earlier total is made
    assert without.cost.own < with_ledger.cost.own
    run(workspace, tmp_path, day="2026-06-02")
    assert ledger_of(workspace) == ledger


def test_a_record_waits_for_no_other_run_and_is_refused_beside_one(workspace: Workspace, tmp_path: Path):
    with releasing(workspace):
        protect(workspace, tmp_path / "rehearsed")
        with pytest.raises(SettingsError, match="another run is at work"):
            protect(workspace, tmp_path / "recorded", record=True)
    assert not (tmp_path / "recorded").exists()
    assert not (workspace.folder / LEDGER).exists()


def test_files_come_before_the_ledger_and_the_folder_after_it(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seen: list[tuple[bool, set[str]]] = []
    record = protecting.record_release

    def watched(*arguments: Any, **named: Any) -> Any:
        (stage,) = tmp_path.glob(".protect-*")
        seen.append(((tmp_path / "held").exists(), set(held(stage))))
        return record(*arguments, **named)

    monkeypatch.setattr(protecting, "record_release", watched)
    protect(workspace, tmp_path / "held", record=True)
    assert seen == [(False, FILES)]

    def refused(*_: Any, **__: Any) -> Any:
        raise DisclosureError(where="ws", rule="another run", do="run again")

    monkeypatch.setattr(protecting, "record_release", refused)
    with pytest.raises(DisclosureError):
        protect(workspace, tmp_path / "second", record=True)
    assert not (tmp_path / "second").exists()
    assert not list(tmp_path.glob(".protect-*"))


def test_a_folder_in_use_in_the_workspace_or_among_reports_is_refused(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.docx").write_text("years of work")
    (tmp_path / "file").write_text("a file")
    (tmp_path / "link").symlink_to(workspace.folder)
    before = held(tmp_path)
    for folder, rule in {
        "thesis": "a new or an empty folder",
        "file": "a new or an empty folder",
        "ws": "a new or an empty folder",
        "ws/held": "nothing that was made of it",
        "link/held": "nothing that was made of it",
        "out/held": "never lies inside reports",
        "file/held": "must be writable",
    }.items():
        with pytest.raises(SettingsError, match=rule):
            protect(workspace, tmp_path / folder)
    assert held(tmp_path) == before
    (tmp_path / "empty").mkdir()
    protect(workspace, tmp_path / "empty")
    assert set(held(tmp_path / "empty")) == FILES


def test_a_ledger_that_lost_what_reports_show_is_refused(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    run(workspace, tmp_path, out=Path("reports/ws"))
    for name in (LEDGER, HEAD, ".evalkit/last-release"):
        (workspace.folder / name).unlink()
    with pytest.raises(DisclosureError, match="does not have"):
        protect(workspace, tmp_path / "held")


def given_away(second: int = 30, edition: str = "2021-01-01") -> list[dict[str, Any]]:
    """The nation is published: once 01 and 03 have been shown, 02 of a later edition follows from it."""
    revised = {"edition_date": edition}
    return [
        fact("01", 20, **VICTIMS),
        fact("02", second, **VICTIMS, **revised),
        fact("03", 40, **VICTIMS),
        fact("VN", 60 + second, **VICTIMS, **revised, published=True),
    ]


def test_the_command_tells_what_it_did_and_refuses_as_a_run_does(tmp_path: Path):
    tiny_workspace(tmp_path / "ws", facts=country())
    call = CliRunner().invoke
    speak = {"EVALKIT_LANG": "vi"}
    done = call(app, ["protect", str(tmp_path / "ws"), "--out", str(tmp_path / "held")], env=speak)
    assert done.exit_code == 0, done.output
    assert "chạy thử: chưa ghi gì vào sổ công bố" in done.output
    assert set(held(tmp_path / "held")) == FILES
    again = call(app, ["protect", str(tmp_path / "ws"), "--out", str(tmp_path / "held")])
    assert again.exit_code == 3
    tiny_workspace(tmp_path / "ws", facts=given_away())
    recorded = call(app, ["protect", str(tmp_path / "ws"), "--out", str(tmp_path / "first"), "--record"])
    assert "recorded in the ledger" in recorded.output
    written = (tmp_path / "ws" / LEDGER).read_bytes()
    tiny_workspace(tmp_path / "ws", facts=given_away(3, "2022-01-01"))
    for further in ([], ["--record"]):
        refused = call(app, ["protect", str(tmp_path / "ws"), "--out", str(tmp_path / "no"), *further])
        assert refused.exit_code == 4
        assert "victims_identified" in refused.output
    assert not (tmp_path / "no").exists()
    assert (tmp_path / "ws" / LEDGER).read_bytes() == written
    tiny_workspace(tmp_path / "ws", facts=[fact("01", -3)])
    rejected = call(app, ["protect", str(tmp_path / "ws"), "--out", str(tmp_path / "no")])
    assert rejected.exit_code == 3
    unknown = call(app, ["protect", str(tmp_path / "ws"), "--out", str(tmp_path / "no"), "--scheme", "63"])
    assert unknown.exit_code == 3
    assert call(app, ["protect", str(tmp_path / "ws")]).exit_code == 2


SMALL_YEAR = {"01": (2, 1), "02": (1, 2), "03": (50, 60), "VN": (53, 63)}
LARGE_YEAR = {"01": (20, 30), "02": (40, 60), "03": (50, 60), "VN": (110, 150)}


def none_large() -> list[dict[str, Any]]:
    """In one year two places have three persons each; all beside them is published, so no large figure can fall for theirs."""
    rows = []
    for year, of in ((2015, SMALL_YEAR), (2016, LARGE_YEAR), (2017, LARGE_YEAR)):
        for place, (women, men) in of.items():
            known = {**VICTIMS, "year": year, "published": True}
            told = known | {"published": place in ("03", "VN")}
            rows.append(fact(place, women + men, **known))
            rows += [fact(place, women, sex="female", **told), fact(place, men, sex="male", **told)]
    return rows


@pytest.mark.parametrize(("rows", "expected"), [(none_large, ["1 of 1"]), (country, [])])
def test_it_is_told_where_everything_in_a_group_of_linked_figures_is_hidden(
    rows: Callable[[], list[dict[str, Any]]], expected: list[str], tmp_path: Path
):
    workspace, events = tiny_workspace(tmp_path / "ws", facts=rows()), list[Event]()
    said = protect(workspace, tmp_path / "held").text
    english, vietnamese = "linked figures hidden whole", "số liệu liên quan phải ẩn toàn bộ"
    assert re.findall(f"{english}.* found: (.*)", said) == expected
    pages = [(tmp_path / "held" / name).read_text() for name in ("report.html", "report.en.html")]
    assert [vietnamese in pages[0], english in pages[1]] == [bool(expected)] * 2
    asked, without = options(tmp_path), PagesWithoutKernel()
    run_batch(workspace, asked, clock=at("2026-05-01"), progress=events.append, executor=without)
    told = [event for event in events if event.kind == "whole"]
    assert [number for event in told for number in re.findall(" found: (.*)", lines(event)[0])] == expected
    with told_in("vi"):
        assert all(vietnamese in shown(event.details["message"]) for event in told)


def pooled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two years in one, but for what is published year by year."""
    return [row if row["published"] else row | {"period_end": "2016-12-31"} for row in rows]


def of_the_nation(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Only what stands above the provinces; the country of these tests is one region."""
    return [row for row in rows if row["province_code"] == "VN"]


@pytest.mark.parametrize("remedy", [pooled, of_the_nation])
def test_a_remedy_that_a_refusal_names_works(
    tmp_path: Path, remedy: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
):
    workspace = tiny_workspace(tmp_path / "ws", facts=given_away())
    protect(workspace, tmp_path / "first", record=True)
    rows = given_away(3, "2022-01-01")
    workspace = tiny_workspace(tmp_path / "ws", facts=rows)
    with pytest.raises(DisclosureError, match="pool years, drop the breakdown, or show it coarser"):
        protect(workspace, tmp_path / "refused")
    workspace = tiny_workspace(tmp_path / "ws", facts=remedy(rows))
    assert protect(workspace, tmp_path / "second", record=True).recorded
