"""Cut off at each single write of a publication, a run leaves nothing seen that the ledger does not know, and the next one works.

Run as a program this module publishes in processes that end at the n-th write, for every n.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest

import evalkit.batch.prepare
import evalkit.batch.run
from evalkit.batch.options import RunReport
from evalkit.batch.run import run_batch
from evalkit.batch.verify import verify
from evalkit.disclosure.ledger_file import read_ledger
from evalkit.errors import SettingsError
from evalkit.workspace import Workspace, open_workspace
from tests.builders import fact
from tests.lengths import at_length
from tests.workspaces import PagesWithoutKernel, at, options, tiny_workspace

VICTIMS = {"measure": "victims_identified"}
FIRST = [fact("01", 31, **VICTIMS), fact("03", 23, **VICTIMS)]
SECOND = [fact("01", 31, **VICTIMS), fact("03", 47, **VICTIMS, edition_date="2022-06-01")]
FIGURES = ("31.0", "23.0", "47.0")
MOST = 200  # writes of one publication; there are some forty
STEP = at_length(4, 2)  # every so many of them
ENDED = 9


class Faults:
    """Counts what a program asks of the disk, and does harm at one of these places: before it, or half way through a write."""

    def __init__(self, at_number: int, harm: Callable[[], None]) -> None:
        self.number, self.at_number, self.harm = 0, at_number, harm
        self.armed = False

    def place(self) -> bool:
        self.number += self.armed
        return self.armed and self.number == self.at_number

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def faulty(*arguments: Any, **named: Any) -> Any:
            if self.place():
                self.harm()
            return function(*arguments, **named)

        return faulty

    def opener(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def opened(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
            if not self.armed or not set(mode) & set("wa+x"):
                return function(file, mode, *arguments, **named)
            if self.place():
                self.harm()
            stream = function(file, mode, *arguments, **named)
            write = stream.write

            def halved(content: Any) -> Any:
                if self.place():
                    write(content[: len(content) // 2])
                    stream.flush()
                    self.harm()
                return write(content)

            return _Stream(stream, halved)

        return opened


class _Stream:
    """An open file whose writing is looked after."""

    def __init__(self, stream: Any, write: Callable[[Any], Any]) -> None:
        self._stream, self.write = stream, write

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


@contextmanager
def faults(number: int, harm: Callable[[], None]) -> Iterator[Faults]:
    """Do harm at the n-th write, rename, removal or fsync after the release has begun to be written down."""
    found = Faults(number, harm)
    names = ("fsync", "replace", "rename", "unlink", "rmdir", "mkdir", "truncate")
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(os, name, found.before(getattr(os, name)))
        patch.setattr(io, "open", found.opener(io.open))
        begin = evalkit.batch.run.record_release

        def armed(*arguments: Any, **named: Any) -> Any:
            found.armed = True
            return begin(*arguments, **named)

        patch.setattr(evalkit.batch.run, "record_release", armed)
        try:
            yield found
        finally:
            found.armed = False


def full() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def end() -> None:
    os._exit(ENDED)


class Country:
    """A tiny workspace and its reports, brought back to one state again and again; the same facts are protected only once."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, *, published: bool) -> None:
        self.folder, self.published, self.kept = folder, published, dict[Any, Any]()
        for name in ("receive", "make_bundle"):  # what is kept of them is written and read each time
            patch.setattr(evalkit.batch.prepare, name, self.once(getattr(evalkit.batch.prepare, name)))
        patch.setattr(evalkit.batch.run, "plan", self.once(evalkit.batch.run.plan))
        patch.setattr(
            evalkit.batch.run, "stock_of", lambda *_: {}
        )  # no receipts: they are no part of a release
        tiny_workspace(folder / "ws", facts=FIRST)
        options(folder)  # its notebooks
        if published:
            self.run()
            tiny_workspace(folder / "ws", facts=SECOND)
        for name in ("ws", "out"):
            if (folder / name).exists():
                shutil.copytree(folder / name, folder / f"{name} before")

    @property
    def workspace(self) -> Workspace:
        return open_workspace(self.folder / "ws")

    def once(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """What is read and protected follows from the facts and the ledger: hundreds of runs differ in what they write alone."""

        def known(*arguments: Any, **named: Any) -> Any:
            files = [self.folder / "ws" / name for name in ("facts.csv", "ledger.jsonl")]
            texts = [path.read_bytes() if path.exists() else b"" for path in files]
            chosen = {name: value for name, value in named.items() if not callable(value)}
            key = (function.__name__, *texts, str(chosen))
            if key not in self.kept:
                self.kept[key] = function(*arguments, **named)
            return self.kept[key]

        return known

    def again(self) -> None:
        """Bring back the state before the publication."""
        for name in ("ws", "out"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            if (self.folder / f"{name} before").exists():
                shutil.copytree(self.folder / f"{name} before", self.folder / name)

    def run(self) -> RunReport:
        chosen = options(self.folder, languages=("vi",))
        return run_batch(self.workspace, chosen, clock=at("2026-05-01"), executor=PagesWithoutKernel())

    def seen(self) -> set[str]:
        """Return the figures that stand on a page in the reports folder; a run's own work folder is closed to others."""
        pages = "".join(path.read_text(encoding="utf-8") for path in self.folder.glob("out/*.html"))
        return {figure for figure in FIGURES if f">{figure}<" in pages}

    def recorded(self) -> set[str]:
        told = read_ledger(self.folder / "ws", "ws").told()
        return {str(one.value) for one in told.values()}

    def check(self, number: int) -> None:
        """Nothing that is seen is forgotten; the next run works, and leaves the folder as a run that nobody cut off."""
        assert self.seen() <= self.recorded(), number
        self.run()
        assert verify(self.folder / "out") == [], number
        assert self.seen() == {FIGURES[0], FIGURES[2] if self.published else FIGURES[1]}, number
        assert self.seen() <= self.recorded(), number
        assert not list((self.folder / "out").glob(".*")), number
        assert not list((self.folder / "ws").glob(".ledger*")), number


@contextmanager
def country(folder: Path, *, published: bool) -> Iterator[Country]:
    with pytest.MonkeyPatch.context() as patch:
        yield Country(folder, patch, published=published)


def test_a_disk_that_is_full_at_any_write_is_named_and_forgets_no_figure(tmp_path: Path):
    blamed = set()
    with country(tmp_path, published=False) as trial:
        for number in count(1, STEP):
            assert number < MOST
            trial.again()
            with faults(number, full) as found:
                try:
                    trial.run()
                except SettingsError as refusal:
                    full_there = "have room (No space left on device)" in refusal.rule
                    blamed.add(Path(refusal.where).name if full_there else refusal.rule)
            if found.number < number:
                break
            trial.check(number)
    assert number > 20
    assert blamed == {"ws", "out"}


@pytest.mark.parametrize("publication", ["first", "next"])
def test_a_process_that_ends_at_any_write_forgets_no_figure(tmp_path: Path, publication: str):
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "tests.test_release_faults",
        str(tmp_path),
        publication,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20


def ended_everywhere(folder: Path, *, published: bool) -> int:
    """Publish in a process that ends at the n-th write, for every n-th of a step; return how many writes there were.

    A first publication and the next one begin at unlike places: with a step of two each write of a kind is met in one of them.
    """
    with country(folder, published=published) as trial:
        for number in count(2 if published else 1, STEP):
            trial.again()
            child = os.fork()
            if not child:
                with faults(number, end):
                    trial.run()
                os._exit(0)
            ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            assert ended in (0, ENDED)
            trial.check(number)
            if not ended:
                return number - 1
    raise AssertionError


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(ended_everywhere(Path(sys.argv[1]), published=sys.argv[2] == "next"))  # noqa: T201
