"""Through the command line: what protection refuses, with its reason and nothing written; and what messages never hold."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

import evalkit.batch.making
from evalkit.batch.outcome import JobFailure
from evalkit.cli import app, main
from tests.builders import fact, write_csv
from tests.workspaces import SETTINGS, PagesWithoutKernel, tiny_workspace

cli = CliRunner()
VICTIMS = {"measure": "victims_identified"}
STANDING = '[disclosure]\nperson_totals_stand = true\ncustodian = "Invented office"\n'
TOTALS = (fact("01", 7, **VICTIMS), fact("VN", 10, **VICTIMS))


@pytest.fixture(autouse=True)
def no_kernels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @contextmanager
    def pool(_workers: int):
        yield PagesWithoutKernel()

    monkeypatch.setattr(evalkit.batch.making, "local_pool", pool)
    monkeypatch.chdir(tmp_path)


def command(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Give a command as from a shell, errors printed as there, and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["evalkit", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def everything(folder: Path) -> dict[str, bytes]:
    """Return every file but the log of runs, which tells the workspace's owner of refusals too, and the bundle kept for the next one."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "runs.log" and ".evalkit/bundle-" not in path.as_posix()
    }


Refused = Callable[[int], str]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run, expect a refusal with a code that changes no file, and return what was said."""
    return lambda code: said_on_refusal(code, tmp_path, monkeypatch, capsys)


def said_on_refusal(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    before = everything(tmp_path)
    capsys.readouterr()
    ended = command(monkeypatch, "run", "ws", "--out", "out")
    said = capsys.readouterr()
    assert ended == code, said
    assert everything(tmp_path) == before
    assert "Traceback" not in said.err + said.out
    for word in ("where", "rule", "do"):
        assert f"  {word} " in said.err
    return said.err


POLICIES = [
    ("k = 4", "only be raised"),
    ("k = 0", "only be raised"),
    ("k = -5", "only be raised"),
    ("k = 5.5", "evalkit.toml"),
    ("k_sensitive = 9", "only be raised"),
    ("person_totals_stand = true", "named custodian"),
    ('person_totals_stand = true\ncustodian = "  "', "named custodian"),
    ("threshold = 5", "unknown key"),
    ("enabled = false", "unknown key"),
]


@pytest.mark.parametrize(("line", "reason"), POLICIES)
def test_a_weak_or_unknown_policy_is_refused(tmp_path: Path, refused: Refused, line: str, reason: str):
    workspace = tiny_workspace(tmp_path / "ws")
    (workspace.folder / "evalkit.toml").write_text(SETTINGS + f"[disclosure]\n{line}\n", encoding="utf-8")
    assert reason in refused(3)


def run(*arguments: str) -> None:
    result = cli.invoke(app, ["run", "ws", "--out", "out", *arguments])
    assert result.exit_code == 0, result.output


def test_a_table_that_cannot_be_protected_any_more_is_refused_and_the_remedy_named(
    tmp_path: Path, refused: Refused
):
    """Totals stood and are out: the nation's 10 and 7 of it. Now they may not stand, and the missing 3 are reported."""
    tiny_workspace(tmp_path / "ws", facts=TOTALS, settings=STANDING)
    run()
    tiny_workspace(tmp_path / "ws", facts=(*TOTALS, fact("02", 3, **VICTIMS)))
    said = refused(4)
    assert "victims_identified" in said
    assert "pool years, drop the breakdown, or show it coarser" in said


def test_another_workspace_s_ledger_a_lost_and_an_altered_one_are_refused(tmp_path: Path, refused: Refused):
    tiny_workspace(tmp_path / "ws", facts=TOTALS, settings=STANDING)
    run()
    own = {name: (tmp_path / "ws" / name).read_bytes() for name in ("ledger.jsonl", "ledger.head")}
    shutil.copytree(tmp_path / "ws", tmp_path / "other")
    assert cli.invoke(app, ["run", "other", "--out", "out2"]).exit_code == 4

    (tmp_path / "ws" / "ledger.jsonl").write_bytes(own["ledger.jsonl"].replace(b"10.0", b"11.0"))
    assert "altered" in refused(4)
    (tmp_path / "ws" / "ledger.jsonl").write_bytes(own["ledger.jsonl"])
    (tmp_path / "ws" / "ledger.head").unlink()
    assert "lost" in refused(4)
    (tmp_path / "ws" / "ledger.jsonl").unlink()
    assert "does not have" in refused(4)
    for name, content in own.items():
        (tmp_path / "ws" / name).write_bytes(content)
    run()


def test_internal_and_public_pages_never_share_a_folder(tmp_path: Path, refused: Refused):
    tiny_workspace(tmp_path / "ws")
    run("--audience", "internal")
    assert "one folder holds one workspace, audience" in refused(3)
    assert not (tmp_path / "ws" / "ledger.jsonl").exists()


SECRET = 7919
BROKEN = [
    {"value": f"{SECRET}x"},
    {"value": f"-{SECRET}"},
    {"value": f"{SECRET}.5"},
    {"value": SECRET, "period_end": f"2010-{SECRET}"},
    {"value": SECRET, "unit": "nguoii"},
    {"value": SECRET, "province_code": "99"},
    {"value": SECRET, "measure": "victims_identifyed"},
    {"value": SECRET, "status": "not_reported"},
    {"value": SECRET, "qualifier": str(SECRET)},
    {"value": SECRET, "published": str(SECRET)},
    {"value": SECRET, "sex": str(SECRET)},
    {"value": SECRET, "source_id": "unknown"},
]


@pytest.mark.parametrize("fault", BROKEN, ids=[str(number) for number in range(len(BROKEN))])
@pytest.mark.parametrize("words", [["check", "ws"], ["run", "ws", "--out", "out"], ["run", "ws", "--json"]])
def test_no_message_on_a_bad_row_holds_its_figure(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: dict,
    words: list[str],
):
    tiny_workspace(tmp_path / "ws")
    good = [{"sex": "all"} | fact(code, 9, **VICTIMS) for code in ("01", "02")]
    write_csv(tmp_path / "ws" / "facts.csv", *good, {"sex": "all"} | fact("03", 9, **VICTIMS) | fault)
    assert command(monkeypatch, *words) == 3
    said = capsys.readouterr()
    assert str(SECRET) not in said.out + said.err
    assert "7.919" not in said.out + said.err
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "ws" / "ledger.jsonl").exists()


def test_no_message_of_a_row_given_twice_holds_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    tiny_workspace(tmp_path / "ws", facts=[fact("01", SECRET, **VICTIMS), fact("01", SECRET + 1, **VICTIMS)])
    assert command(monkeypatch, "check", "ws") == 3
    said = capsys.readouterr()
    assert str(SECRET) not in said.out + said.err
    assert str(SECRET + 1) not in said.out + said.err


def test_progress_events_name_pages_and_reasons_and_no_figure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    tiny_workspace(tmp_path / "ws", facts=[fact(code, SECRET) for code in ("01", "02", "03")])

    @contextmanager
    def pool(_workers: int):
        yield PagesWithoutKernel({"03": JobFailure("03-cao-thu", "03", "cell_error", "ValueError", 3)})

    monkeypatch.setattr(evalkit.batch.making, "local_pool", pool)
    result = cli.invoke(app, ["run", "ws", "--out", "out", "--json"])
    events = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert {event["event"] for event in events} >= {"planned", "made", "failed"}
    assert str(SECRET) not in result.output
