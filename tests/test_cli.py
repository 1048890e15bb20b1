"""The doorway: options, exit codes, refusals as where, rule, what to do, and nothing written when something is wrong."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

import evalkit.batch.making
import evalkit.batch.run
import evalkit.cli
from evalkit.batch.options import Event
from evalkit.batch.outcome import JobFailure
from evalkit.batch.progress import telling
from evalkit.batch.screen import Screen
from evalkit.cli import app, main, own_error
from evalkit.errors import DisclosureError
from tests.builders import fact
from tests.workspaces import FACTS, PagesWithoutKernel, tiny_workspace

cli = CliRunner()


class Pages:
    """Replaces the pool of processes: ``trouble`` as in PagesWithoutKernel."""

    def __init__(self) -> None:
        self.trouble: dict[str, JobFailure | BaseException] = {}
        self.workers: list[int] = []

    @contextmanager
    def __call__(self, workers: int) -> Iterator[PagesWithoutKernel]:
        self.workers.append(workers)
        yield PagesWithoutKernel(self.trouble)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pages:
    pool = Pages()
    monkeypatch.setattr(evalkit.batch.making, "local_pool", pool)
    monkeypatch.chdir(tmp_path)
    tiny_workspace(tmp_path / "ws")
    return pool


def test_a_run_prints_counts_hidden_figures_and_the_index(pages: Pages, tmp_path: Path):
    result = cli.invoke(app, ["run", "ws", "--jobs", "1"])
    assert result.exit_code == 0, result.output
    assert "pages: 3 made, 0 current, 0 failed" in result.stdout
    assert "figures hidden: 0" in result.stdout
    assert f"open in a browser: {Path('reports/ws/index.html')}" in result.stdout
    assert "[3/3] " in result.stderr
    assert pages.workers == [1]
    again = cli.invoke(app, ["run", "ws", "--why"])
    assert "pages: 0 made, 3 current, 0 failed" in again.stdout
    assert "01-an-thu: current" in again.stdout
    forced = cli.invoke(app, ["run", "ws", "--why", "--force"])
    assert "01-an-thu: forced" in forced.stdout


class Terminal(io.StringIO):
    """A screen of 80 columns that keeps all that was ever drawn on it."""

    def isatty(self) -> bool:
        return True


def drawn(screen: Screen) -> str:
    console = Console(width=80, height=10, file=io.StringIO())
    console.print(screen.shown())
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_terminal_gets_a_table_of_provinces_with_state_seconds_and_time_left():
    seconds = iter(range(100))
    screen = Screen(Console(width=80, height=10, file=io.StringIO()), clock=lambda: float(next(seconds)))
    assert drawn(screen) == "reading and protecting the facts\n"
    screen(Event("protecting", {"number": 4, "total": 11, "hidden": 525}))
    assert drawn(screen) == "protecting: network 4 of 11, 525 figures hidden\n"
    names = {f"{code:02}-x": f"Tỉnh {code}" for code in range(1, 9)}
    screen(Event("planned", {"to_make": list(names), "names": names, "why": {"99-y": "current"}}))  # second 1
    screen(Event("started", {"stem": "01-x"}))  # second 2
    screen(Event("started", {"stem": "02-x"}))  # second 3
    screen(Event("made", {"stem": "01-x", "seconds": 1.5}))
    screen(Event("failed", {"stem": "02-x", "message": "02-x: [bold] a cell"}))  # second 4
    screen(Event("started", {"stem": "03-x"}))  # second 5
    rows = [line.split("  ") for line in drawn(screen).splitlines()]  # seconds 6 and 7
    words = [[word.strip() for word in row if word.strip()] for row in rows]
    assert words == [
        ["province", "state", "seconds"],
        ["Tỉnh 1", "made", "1.5"],
        ["Tỉnh 2", "failed", "1.0"],
        ["Tỉnh 3", "at work", "1.0"],
        ["Tỉnh 4", "waiting"],
        ["2 of 8 pages, 1 failed, 1 current, about 0:18 left"],
    ]


def test_a_terminal_keeps_failures_above_the_table():
    screen = Terminal()
    with telling(screen) as tell:
        tell(Event("planned", {"to_make": ["01-an-thu", "03-cao-thu"], "names": {}, "why": {}}))
        tell(Event("made", {"stem": "01-an-thu", "seconds": 1.0}))
        told = {"stem": "03-cao-thu", "reason": "cell_error", "message": "03-cao-thu: [bold] a cell"}
        tell(Event("failed", told))
    assert "FAILED 03-cao-thu: [bold] a cell\n" in screen.getvalue().replace("\r", "")
    assert "2 of 2 pages, 1 failed" in screen.getvalue()


def test_a_log_has_ten_lines_at_the_most_while_figures_are_protected():
    log = io.StringIO()
    with telling(log) as tell:
        for number in range(1, 101):
            tell(Event("protecting", {"number": number, "total": 100, "hidden": 5 * number}))
    lines = log.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0] == "protecting: network 10 of 100, 50 figures hidden"


def test_json_gives_one_event_a_line_and_nothing_else(pages: Pages):
    result = cli.invoke(app, ["run", "ws", "--json"])
    events = [json.loads(line) for line in result.stdout.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds == ["planned", *["started"] * 3, *["made"] * 3, "published"]
    assert events[0]["names"]["01-an-thu"] == "An Thử"
    assert events[0]["to_make"] == ["01-an-thu", "03-cao-thu", "national"]
    assert events[-1] | {"index": None} == {
        "event": "published",
        "folder": str(Path("reports/ws")),
        "made": 3,
        "current": 0,
        "failed": 0,
        "lapsed": 0,
        "hidden_cells": 0,
        "warnings": 0,
        "index": None,
        "pages": [],
    }
    assert result.stderr == ""


def test_a_log_for_people_lies_in_the_workspace_and_holds_no_figure(pages: Pages, tmp_path: Path):
    pages.trouble["03"] = JobFailure("03-cao-thu", "03", "cell_error", "ValueError", 5)
    cli.invoke(app, ["run", "ws"])
    del pages.trouble["03"]
    cli.invoke(app, ["run", "ws", "--retry"])
    cli.invoke(app, ["run", "ws"])
    cli.invoke(app, ["run", "ws", "--province", "77"])
    log = tmp_path / "ws" / ".evalkit" / "runs.log"
    lines = log.read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ws: .*", line) for line in lines)
    told = [line[25:] for line in lines]
    assert told[0] == f"run for all provinces, public, vi and en, into {Path('reports/ws')}"
    assert "01-an-thu will be made: new" in told
    assert "01-an-thu made in 0.5 s" in told
    assert "FAILED 03-cao-thu: a cell raised an error, cell 5 (ValueError)" in told
    assert "published: 2 made, 0 current, 1 failed; 0 figures hidden, 0 warnings" in told
    assert "03-cao-thu will be made: failed before" in told
    assert "published: 0 made, 3 current, 0 failed; 0 figures hidden, 0 warnings" in told
    assert told[-1].startswith("ended with exit code 3: ")
    assert log.parent.stat().st_mode & 0o077 == 0


def test_a_province_is_named_by_code_or_name_in_any_normal_form(pages: Pages, tmp_path: Path):
    texts = ["03", "Cao Thử", unicodedata.normalize("NFD", "Cao Thử"), "cao thu"]
    made = []
    for number, text in enumerate(texts):
        result = cli.invoke(app, ["run", "ws", "--province", text, "--out", f"out{number}"])
        assert result.exit_code == 0, result.output
        made.append(
            {path.name: path.read_bytes() for path in Path(f"out{number}").rglob("*") if path.is_file()}
        )
        assert f"open in a browser: {Path(f'out{number}/03-cao-thu.html')}\n" in result.stdout
    assert "03-cao-thu.html" in made[0]
    assert "national.html" not in made[0]
    assert made == [made[0]] * 4


def test_languages_audience_and_edition_reach_the_pages(pages: Pages):
    result = cli.invoke(
        app, ["run", "ws", "--lang", "en", "--audience", "internal", "--edition", "May", "--province", "1"]
    )
    assert result.exit_code == 3
    result = cli.invoke(
        app, ["run", "ws", "--lang", "en", "--audience", "internal", "--edition", "May", "--province", "01"]
    )
    assert result.exit_code == 0, result.output
    assert {path.name for path in Path("reports/ws-internal").glob("*.html")} == {
        "01-an-thu-luu-hanh-noi-bo.en.html",
        "index-luu-hanh-noi-bo.en.html",
    }
    page = Path("reports/ws-internal/01-an-thu-luu-hanh-noi-bo.en.html").read_text(encoding="utf-8")
    assert "Edition: May." in page


REFUSED = [
    (["run", "nowhere"], 3, "SettingsError", "nowhere"),
    (["run", "ws", "--province", "77"], 3, "FactsError", "77"),
    (["run", "ws", "--province", "BT", "--scheme", "old"], 3, "FactsError", "Bình Thử"),
    (["run", "ws", "--scheme", "older"], 3, "FactsError", "older"),
    (["check", "nowhere"], 3, "SettingsError", "nowhere"),
    (["indicators", "--programme", "vn-trafickin"], 3, "DeclarationError", "vn-trafficking"),
    (["lab", "nowhere"], 3, "SettingsError", "nowhere"),
    (["kernel", "install", "--user", "--sys-prefix"], 3, "SettingsError", "one place"),
]


@pytest.mark.parametrize(("arguments", "code", "kind", "word"), REFUSED)
def test_a_refusal_says_where_rule_and_what_to_do_and_writes_nothing(
    pages: Pages, arguments: list[str], code: int, kind: str, word: str
):
    result = cli.invoke(app, arguments)
    assert result.exit_code == code
    assert result.stderr.startswith(f"{kind} [exit {code}]\n  where  ")
    assert "\n  rule   " in result.stderr
    assert "\n  do     " in result.stderr
    assert word in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert not Path("reports").exists()


@pytest.mark.parametrize(
    "arguments", [["run", "ws", "--lang", "fr"], ["run", "--jobs", "0"], ["runn"], ["verify"]]
)
def test_wrong_usage_exits_with_2(pages: Pages, arguments: list[str]):
    assert cli.invoke(app, arguments).exit_code == 2


def test_failed_provinces_are_told_after_the_others_are_published(pages: Pages):
    pages.trouble = {"03": JobFailure("03-cao-thu", "03", "cell_timeout", cell=4)}
    result = cli.invoke(app, ["run", "ws"])
    assert result.exit_code == 5
    assert "FAILED 03-cao-thu: a cell took too long, cell 4" in result.stderr
    assert "pages: 2 made, 0 current, 1 failed" in result.stdout
    assert "BatchError [exit 5]" in result.stderr
    assert Path("reports/ws/index.html").exists()
    pages.trouble = {}
    retried = cli.invoke(app, ["run", "ws", "--retry", "--why"])
    assert retried.exit_code == 0
    assert "03-cao-thu: failed before" in retried.stdout


def test_a_refused_disclosure_exits_with_4_and_publishes_nothing(pages: Pages):
    refusal = DisclosureError(where="cell 3", rule="a page shows typed sections only", do="show sections")
    pages.trouble = {"03": JobFailure("03-cao-thu", "03", "not_rendered", refusal=refusal)}
    result = cli.invoke(app, ["run", "ws"])
    assert result.exit_code == 4
    assert "DisclosureError [exit 4]" in result.stderr
    assert not Path("reports/ws").exists()


def test_an_interrupt_exits_with_130(pages: Pages):
    pages.trouble = {"03": KeyboardInterrupt()}
    result = cli.invoke(app, ["run", "ws"])
    assert result.exit_code == 130
    assert result.stderr.endswith(
        "interrupted: nothing was published; the next run takes over what is finished\n"
    )
    assert not Path("reports/ws").exists()


def test_a_command_that_is_told_to_end_is_interrupted(monkeypatch: pytest.MonkeyPatch):
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(evalkit.cli, "app", lambda **_: signal.raise_signal(signal.SIGTERM))
    try:
        with pytest.raises(KeyboardInterrupt):
            main()
    finally:
        signal.signal(signal.SIGTERM, before)


def test_check_lists_findings_without_values_and_writes_nothing(pages: Pages, tmp_path: Path):
    assert cli.invoke(app, ["check", "ws"]).stdout == "rows read: 4\n0 errors, 0 warnings, 0 notes\n"
    tiny_workspace(
        tmp_path / "ws",
        facts=[*FACTS, fact("01", -4711, year=2016), fact("02", 0, year=2016, status="reported")],
    )
    result = cli.invoke(app, ["check", "ws"])
    assert result.exit_code == 3
    assert "error    ws/facts.csv, row 6, column value\n" in result.stdout
    assert "a count is never negative" in result.stdout
    assert "a zero is stated as zero_reported" in result.stdout
    assert result.stdout.endswith("1 error, 1 warning, 0 notes\n")
    assert "4711" not in result.output


def test_check_lists_every_cell_that_cannot_be_read(pages: Pages, tmp_path: Path):
    tiny_workspace(
        tmp_path / "ws",
        facts=[
            fact("01", 7) | {"period_start": "1/1/2016"},
            fact("02", 3) | {"published": "yes"},
            fact("03", 6),
        ],
    )
    with (tmp_path / "ws" / "facts.csv").open("a", encoding="utf-8") as file:
        file.write("01,new\n")
    result = cli.invoke(app, ["check", "ws"])
    assert result.exit_code == 3
    for row, column in ((2, ", column period_start"), (3, ", column published"), (5, "")):
        assert f"error    ws/facts.csv, row {row}{column}\n" in result.stdout
    assert "3 errors, 0 warnings, 0 notes" in result.stdout


def test_a_file_parted_by_semicolons_is_told_apart_from_an_unknown_column(pages: Pages, tmp_path: Path):
    path = tmp_path / "ws" / "facts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    result = cli.invoke(app, ["check", "ws"])
    assert result.exit_code == 3
    assert "parted by commas; this file parts them by semicolons" in result.stdout


def test_indicators_are_listed_for_people_and_for_programs(pages: Pages):
    text = cli.invoke(app, ["indicators"]).stdout
    rows = json.loads(cli.invoke(app, ["indicators", "--json"]).stdout)
    first = rows[0]
    assert f"{len(rows)} indicators" in text
    assert {"name", "id", "kind", "numerator", "polarity", "label"} <= set(first)
    assert first["label"]["vi"] in text
    assert all(row["name"] in text for row in rows)


def test_verify_exits_with_6_when_a_file_was_changed(pages: Pages):
    cli.invoke(app, ["run", "ws"])
    assert cli.invoke(app, ["verify", "reports/ws"]).exit_code == 0
    Path("reports/ws/index.html").write_text("spoilt")
    result = cli.invoke(app, ["verify", "reports/ws"])
    assert result.exit_code == 6
    assert "the file is not the one that was published" in result.stdout


def test_the_workspace_may_be_the_current_folder(
    pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path / "ws")
    result = cli.invoke(app, ["run", "."])
    assert result.exit_code == 0, result.output
    assert Path("reports/ws/index.html").exists()


def test_an_error_of_our_own_is_told_without_its_message(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, capsys
):
    def broken(*_args: object, **_given: object) -> None:
        quoted = "39 victims"
        raise ValueError(f"could not convert {quoted}")

    monkeypatch.setattr(evalkit.batch.run, "plan", broken)
    monkeypatch.setattr(sys, "argv", ["evalkit", "run", "ws"])
    with pytest.raises(SystemExit) as end:
        main()
    told = capsys.readouterr()
    assert end.value.code == 1
    assert "ValueError" in told.err
    assert "batch/run.py, line" in told.err
    assert "39" not in told.err.replace("line 39", "")
    assert "victims" not in told.out + told.err


def test_the_places_of_an_own_error_name_no_folder_of_this_machine(tmp_path: Path):
    with pytest.raises(KeyError) as fault:
        _ = {}[str(tmp_path)]
    assert str(tmp_path) not in own_error(fault.value)
    assert str(Path(__file__).parents[1]) not in own_error(fault.value)
    assert "tests/test_cli.py" in own_error(fault.value)


def test_the_doorway_is_light_and_so_is_the_module_workers_load_again():
    code = "import sys, evalkit.cli, evalkit.__main__; print([m for m in ('pandas', 'papermill', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
