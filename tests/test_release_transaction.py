"""A public release is a transaction: cut off at any write, or run beside another, no figure is seen that the ledger does not know."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from evalkit.batch.options import Event, RunReport
from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.progress import telling
from evalkit.batch.releasing import ledger_of, record_release, releasing
from evalkit.batch.run import run_batch
from evalkit.disclosure.ledger import Entry, Figure, Ledger, Told
from evalkit.disclosure.ledger_file import HEAD, LEDGER, append, mend, read_ledger
from evalkit.errors import DisclosureError, SettingsError
from evalkit.messages import shown, told_in
from evalkit.workspace import Workspace
from tests.builders import fact
from tests.workspaces import PagesWithoutKernel, at, options, tiny_workspace

VICTIMS = {"measure": "victims_identified"}
ABOUT: dict[str, Any] = {
    "workspace": "trial",
    "edition": "first",
    "date": date(2026, 1, 1),
    "rules": {"k": 5, "k_sensitive": 10},
    "signed": "",
    "bundle": "0",
}


def figure(number: int) -> Figure:
    return Figure("01", "new", "occurrence", "2020-01-01", "2020-12-31", f"m{number}", "s", "", "2021-01-01")


def released(folder: Path, *numbers: int) -> Ledger:
    """Release a figure in an entry of its own for each number."""
    folder.mkdir(exist_ok=True)
    ledger = read_ledger(folder, "trial")
    for number in numbers:
        ledger = append(folder, ledger, {figure(number): Told("shown", float(number))}, about=ABOUT)
    return ledger


# --- what a crash leaves of the ledger, and what it does not


def test_an_entry_after_the_head_counts_as_seen_and_the_head_is_moved(tmp_path: Path):
    before = released(tmp_path, 1).head
    after = released(tmp_path, 2)
    (tmp_path / HEAD).write_text(before + "\n")
    assert read_ledger(tmp_path, "trial") == after
    (told,) = mend(tmp_path)
    with told_in("vi"):
        assert shown(told).startswith("ledger.jsonl: một lần chạy bị ngắt trong lúc ghi")
    assert (tmp_path / HEAD).read_text().strip() == after.head
    assert mend(tmp_path) == []


@pytest.mark.parametrize("entries", [0, 2])
def test_a_half_written_last_line_is_cut_off_with_a_word(tmp_path: Path, entries: int):
    before = released(tmp_path, *range(entries))
    (tmp_path / HEAD).touch()
    written = (tmp_path / LEDGER).read_bytes() if entries else b""
    released(tmp_path / "other", *range(entries + 1))
    line = (tmp_path / "other" / LEDGER).read_bytes()[len(written) :]
    for half in (line[:1], line[: len(line) // 2], line[:-2], b"\0" * 512):
        (tmp_path / LEDGER).write_bytes(written + half)
        assert read_ledger(tmp_path, "trial") == before
        (told,) = mend(tmp_path)
        assert "half written" in told
        with told_in("vi"):
            assert "mới ghi dở" in shown(told)
        assert (tmp_path / LEDGER).read_bytes() == written
    assert released(tmp_path, entries).head == read_ledger(tmp_path, "trial").head


def test_a_last_line_that_lacks_only_its_end_is_given_it(tmp_path: Path):
    ledger = released(tmp_path, 1, 2)
    written = (tmp_path / LEDGER).read_bytes()
    (tmp_path / LEDGER).write_bytes(written.rstrip())
    assert mend(tmp_path) == []
    assert (tmp_path / LEDGER).read_bytes() == written
    assert released(tmp_path, 3).entries[:2] == ledger.entries


@pytest.mark.parametrize("empty", [(LEDGER,), (HEAD,), (LEDGER, HEAD)])
def test_empty_files_before_the_first_release_are_no_loss(tmp_path: Path, empty: tuple[str, ...]):
    for name in empty:
        (tmp_path / name).touch()
    assert read_ledger(tmp_path, "trial") == Ledger()
    assert mend(tmp_path) == []
    assert released(tmp_path, 1) == read_ledger(tmp_path, "trial")


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut_in_the_middle(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:60] + b"\n" + lines[2])


def cut_twice(path: Path) -> None:
    """The last line is gone and the one before it is half: a head two entries on is no crash of ours."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:60])


def without_the_last(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def two_after_the_head(path: Path) -> None:
    first = json.loads(path.read_bytes().splitlines()[0])["sha256"]
    path.with_name(HEAD).write_text(first + "\n")


def head_emptied(path: Path) -> None:
    path.with_name(HEAD).write_bytes(b"")


def head_lost(path: Path) -> None:
    """A ledger of one release whose head is gone: a first release begins with an empty one."""
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    path.with_name(HEAD).unlink()


def half_a_line_after_one_too_many(path: Path) -> None:
    second = json.loads(path.read_bytes().splitlines()[1])["sha256"]
    path.with_name(HEAD).write_text(second + "\n")
    path.write_bytes(path.read_bytes() + b'{"bundle"')


@pytest.mark.parametrize(
    "harm",
    [
        emptied,
        cut_in_the_middle,
        cut_twice,
        without_the_last,
        two_after_the_head,
        head_emptied,
        head_lost,
        half_a_line_after_one_too_many,
    ],
)
def test_what_no_crash_of_ours_leaves_is_refused_and_left_as_it_is(
    tmp_path: Path, harm: Callable[[Path], None]
):
    released(tmp_path, 1, 2, 3)
    harm(tmp_path / LEDGER)
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for look in (lambda: read_ledger(tmp_path, "trial"), lambda: mend(tmp_path)):
        with pytest.raises(DisclosureError, match="lost, cut or altered"):
            look()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == left


def test_an_edition_s_name_with_a_line_separator_stays_one_line(tmp_path: Path):
    named = ABOUT | {"edition": "a\u2028b"}
    append(tmp_path, Ledger(), {figure(1): Told("hidden")}, about=named)
    assert read_ledger(tmp_path, "trial").entries[0].edition == "a\u2028b"


def test_a_ledger_that_may_not_be_read_is_not_called_altered(tmp_path: Path):
    released(tmp_path, 1)
    (tmp_path / LEDGER).unlink()
    (tmp_path / LEDGER).mkdir()
    with pytest.raises(DisclosureError, match="cannot be read"):
        read_ledger(tmp_path, "trial")


def test_a_ledger_of_a_thousand_releases_is_read_in_under_two_seconds(tmp_path: Path):
    """Written line by line as the format says, so that the test does not take a thousand fsyncs."""
    lines, previous = [], "0" * 64
    for number in range(1, 1001):
        new = tuple((figure(1000 * number + one), "shown", float(one)) for one in range(40))
        entry = Entry(number=number, previous=previous, figures=new, **ABOUT).sealed()
        lines.append(json.dumps(entry.model_dump(mode="json"), ensure_ascii=False, sort_keys=True) + "\n")
        previous = entry.sha256
    (tmp_path / LEDGER).write_text("".join(lines))
    (tmp_path / HEAD).write_text(previous + "\n")
    begun = time.process_time()
    ledger = read_ledger(tmp_path, "trial")
    assert time.process_time() - begun < 2
    assert (len(ledger.entries), len(ledger.told())) == (1000, 40_000)


# --- runs beside each other

ROWS = [fact("02", 20, **VICTIMS), fact("03", 3, **VICTIMS)]


def made(workspace: Workspace, out: Path, scheme: str, *beside: Callable[[], object]) -> RunReport:
    """Make the pages of one boundary set; when they are planned, start what is to go on beside."""

    def at_the_same_time(event: Event) -> None:
        if event.kind == "planned":
            for start in beside:
                start()

    chosen = options(out.parent, scheme=scheme, out=out)
    return run_batch(
        workspace, chosen, clock=at("2026-05-01"), executor=PagesWithoutKernel(), progress=at_the_same_time
    )


@pytest.mark.parametrize("order", list(permutations(("old", "new", "old again"))), ids="-".join)
def test_of_three_public_runs_started_together_one_is_published_and_the_others_are_refused(
    tmp_path: Path, order: tuple[str, ...]
):
    """03 = 20 with 04 = 3 make 23: each boundary set by itself would show what the other's figures give away."""
    workspace = tiny_workspace(tmp_path / "ws", facts=ROWS)
    first, *others = order
    refused: list[str] = []

    def beside(name: str) -> None:
        with pytest.raises(SettingsError, match="another run is at work") as refusal:
            made(workspace, tmp_path / name, name.split(maxsplit=1)[0])
        assert str(workspace.folder) in refusal.value.where
        refused.append(name)

    made(workspace, tmp_path / first, first.split()[0], *(lambda name=name: beside(name) for name in others))
    assert refused == others
    assert [name for name in order if list((tmp_path / name).glob("*.html"))] == [first]
    for name in others:
        made(workspace, tmp_path / name, name.split()[0])  # protected against the first by now
    told = read_ledger(workspace.folder, "ws").told()
    shown_by = {(name.scheme, name.province_code) for name, one in told.items() if one.state == "shown"}
    assert not {("old", "02"), ("new", "03")} <= shown_by


def test_an_internal_run_goes_on_beside_a_public_one(tmp_path: Path):
    workspace = tiny_workspace(tmp_path / "ws", facts=ROWS)
    with releasing(workspace):
        internal = options(tmp_path, audience="internal", out=tmp_path / "internal")
        run_batch(workspace, internal, clock=at("2026-05-01"), executor=PagesWithoutKernel())
    assert list((tmp_path / "internal").glob("*.html"))


def test_what_was_protected_against_another_head_is_not_recorded(tmp_path: Path):
    """No lock reaches the other half of a file system that two machines share: the head is looked at again."""
    workspace = tiny_workspace(tmp_path / "ws", facts=ROWS)
    bundles = [
        make_bundle(receive(workspace), day=date(2026, 5, 1), scheme=scheme) for scheme in ("old", "new")
    ]
    since = ledger_of(workspace).head
    ledger = record_release(workspace, bundles[0], edition="", since=since)
    with pytest.raises(DisclosureError, match="while this one was at work"):
        record_release(workspace, bundles[1], edition="", since=since)
    assert ledger_of(workspace) == ledger


def test_a_run_says_what_an_earlier_one_left_half_done_in_the_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    workspace = tiny_workspace(tmp_path / "ws", facts=ROWS)
    (workspace.folder / HEAD).touch()
    (workspace.folder / LEDGER).write_bytes(b'{"bundle": "0')
    with telling(sys.stderr) as tell:
        run_batch(
            workspace,
            options(tmp_path),
            clock=at("2026-05-01"),
            executor=PagesWithoutKernel(),
            progress=tell,
        )
    assert capsys.readouterr().err.startswith("ledger.jsonl: the last line was half written")
    assert len(ledger_of(workspace).entries) == 1
