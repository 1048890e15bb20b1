"""A run with nothing to do ends at once, reads no fact and starts no kernel; in any doubt it is a whole run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import evalkit.batch.receipt
from evalkit.batch.fingerprint import file_digest
from evalkit.batch.inputs import stock_of
from evalkit.batch.options import Event, RunOptions
from evalkit.batch.outcome import JobFailure
from evalkit.batch.receipt import OWN_FOLDER
from evalkit.batch.rerun import run, standing_report
from evalkit.batch.run import run_batch
from evalkit.errors import BatchError, SettingsError
from evalkit.workspace import Workspace, open_workspace
from tests.builders import fact
from tests.workspaces import FACTS, PagesWithoutKernel, at, options, tiny_workspace

TODAY = date(2026, 5, 1)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder with a tiny workspace whose pages have all been made."""
    whole_run(tmp_path)
    return tmp_path


def whole_run(here: Path, executor: PagesWithoutKernel | None = None, **changes) -> None:
    run_batch(
        tiny_workspace(here / "ws"),
        options(here, **changes),
        clock=at("2026-05-01"),
        executor=executor or PagesWithoutKernel(),
    )


def standing(here: Path, *, day: date = TODAY, **changes):
    return standing_report(open_workspace(here / "ws"), options(here, **changes), day=day)


def test_where_nothing_changed_the_report_is_that_of_a_whole_run(made: Path):
    told: list[Event] = []
    settings = options(made)
    report = run(open_workspace(made / "ws"), settings, clock=at("2026-05-02"), progress=told.append)
    whole = run_batch(open_workspace(made / "ws"), settings, clock=at("2026-05-02"))
    assert report == whole
    assert report.current == ("01-an-thu", "03-cao-thu", "national")
    assert [event.kind for event in told] == ["planned", "published"]
    assert told[0].details == {"why": dict.fromkeys(report.current, "current"), "to_make": [], "names": {}}


def test_a_run_with_nothing_to_do_loads_neither_pandas_nor_jupyter(made: Path):
    program = (
        "import sys\nfrom evalkit.cli import main\n"
        "try:\n    main()\nfinally:\n    print(sorted({'pandas', 'papermill', 'jupyter_client', 'scipy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, "run", str(made / "ws"), "--out", str(made / "out")]
    first = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "'pandas'" in first.stdout  # other notebooks than those of the fixture: a whole run
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "pages: 0 made, 3 current, 0 failed" in again.stdout
    assert again.stdout.splitlines()[-1] == "[]"


DOUBTS: dict[str, Callable[[Path], object]] = {
    "a fact": lambda here: tiny_workspace(here / "ws", facts=[fact("01", 8), *FACTS[1:]]),
    "a source": lambda here: append(here / "ws" / "sources.toml", "\n# checked\n"),
    "the settings": lambda here: append(here / "ws" / "evalkit.toml", "\n[disclosure]\nk = 6\n"),
    "a name of a place": lambda here: append(here / "ws" / "names.csv", "\n"),
    "a file more": lambda here: (here / "ws" / "ledger.jsonl").write_text("{}\n"),
    "a file less": lambda here: (here / "ws" / "aliases.csv").unlink(),
    "a notebook": lambda here: append(here / "notebooks" / "province_report.ipynb", "\n"),
    "a page": lambda here: append(here / "out" / "03-cao-thu.en.html", " "),
    "a page that is gone": lambda here: (here / "out" / "national.html").unlink(),
    "a table": lambda here: append(here / "out" / "tables" / "01-an-thu.figures.csv", " "),
    "the list": lambda here: (here / "out" / "index.html").unlink(),
    "the manifest": lambda here: append(here / "out" / "manifest.json", " "),
    "a run cut off": lambda here: (here / "out" / ".work-left").mkdir(),
    "half a receipt": lambda here: cut(receipt_of(here)),
    "evalkit itself": lambda here: spoil_own_file(receipt_of(here)),
}


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write(text)


def cut(path: Path) -> None:
    path.write_text(path.read_text()[:-5])


def receipt_of(here: Path) -> Path:
    (path,) = (here / "ws" / ".evalkit").glob("receipt-*.json")
    return path


def spoil_own_file(path: Path) -> None:
    """Have the receipt say that the catalogue was another one."""
    receipt = json.loads(path.read_text())
    (catalogue,) = (folder for folder in receipt["inputs"] if folder.endswith("catalogue/vn-trafficking"))
    receipt["inputs"][catalogue]["targets.toml"] = "0" * 64
    path.write_text(json.dumps(receipt))


@pytest.mark.parametrize("doubt", DOUBTS)
def test_in_any_doubt_the_run_is_a_whole_one(made: Path, doubt: str):
    assert standing(made) is not None
    DOUBTS[doubt](made)
    assert standing(made) is None


@pytest.mark.parametrize(
    "asked",
    [
        {"edition": "May"},
        {"languages": ("en",)},
        {"audience": "internal"},
        {"scheme": "old"},
        {"force": True},
        {"retry": True},
        {"provinces": ("01",)},
    ],
    ids=str,
)
def test_another_order_is_a_whole_run(made: Path, asked: dict):
    assert standing(made, **asked) is None


def test_another_version_of_anything_installed_is_a_whole_run(made: Path, monkeypatch: pytest.MonkeyPatch):
    installed = evalkit.batch.receipt.installed()
    assert any(name.startswith("pandas-") for name in installed)
    monkeypatch.setattr(evalkit.batch.receipt, "installed", lambda: installed | {"pandas-9.9.dist-info"})
    assert standing(made) is None


def test_on_the_day_a_place_has_another_name_the_run_is_a_whole_one(tmp_path: Path):
    workspace = tiny_workspace(tmp_path / "ws")
    names = tmp_path / "ws" / "names.csv"
    rows = names.read_text(encoding="utf-8").splitlines()
    header, first = rows[0].split(","), dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
    later = first | {"full_name": "Thành phố An Thử", "valid_from": "2026-05-10"}
    earlier = first | {"valid_to": "2026-05-09"}
    written = [",".join(row[name] for name in header) for row in (earlier, later)]
    names.write_text("\n".join([rows[0], *written, *rows[2:]]) + "\n", encoding="utf-8")
    run_batch(workspace, options(tmp_path), clock=at("2026-05-01"), executor=PagesWithoutKernel())
    assert standing(tmp_path, day=date(2026, 5, 9)) is not None
    assert standing(tmp_path, day=date(2026, 5, 10)) is None


def test_no_receipt_for_a_run_that_failed_or_made_a_part_or_read_a_file_that_then_changed(tmp_path: Path):
    whole_run(tmp_path, provinces=("01",))
    assert standing(tmp_path) is None
    failure = JobFailure("03-cao-thu", "03", "cell_error")
    with pytest.raises(BatchError):
        whole_run(tmp_path, PagesWithoutKernel({"03": failure}))
    assert standing(tmp_path) is None

    class Meddles(PagesWithoutKernel):
        def page(self, order):
            append(tmp_path / "ws" / "sources.toml", "\n")
            return super().page(order)

    whole_run(tmp_path, Meddles())
    assert standing(tmp_path) is None
    whole_run(tmp_path)
    assert standing(tmp_path) is not None


def test_another_run_at_work_is_not_looked_over_its_shoulder(made: Path):
    class Other(PagesWithoutKernel):
        def page(self, order):
            with pytest.raises(SettingsError, match="another run is at work"):
                standing(made)
            return super().page(order)

    whole_run(made, Other(), force=True)


def test_no_digest_of_an_unprotected_file_goes_where_the_pages_go(made: Path):
    digests = {file_digest(path) for path in (made / "ws").glob("*.*") if path.is_file()}
    assert file_digest(made / "ws" / "facts.csv") in receipt_of(made).read_text()
    texts = [path.read_text(encoding="utf-8") for path in (made / "out").rglob("*") if path.is_file()]
    assert not [digest for digest in digests for text in texts if digest in text]
    assert receipt_of(made).parent.stat().st_mode & 0o077 == 0


RELEASED = ("ledger.jsonl", "ledger.head")  # a run writes these itself, and reads them back
OPENED = """
import json, sys
from datetime import date
from pathlib import Path
import evalkit.batch.run
from evalkit.batch.prepare import make_bundle, receive
from evalkit.workspace import open_workspace
opened = []
sys.addaudithook(lambda event, arguments: opened.append(arguments[:2]) if event == "open" else None)
make_bundle(receive(open_workspace(sys.argv[1])), day=date(2026, 5, 1))
opened = [str(path) for path, mode in opened if isinstance(path, str) and mode in ("r", "rb", None)]
print(json.dumps([path for path in opened if Path(path).suffix not in (".py", ".pyc", ".so")]))
"""


@pytest.mark.parametrize("name", ["demo", "vn-published"])
def test_every_file_a_run_reads_is_in_its_stock(name: str, tmp_path: Path):
    """Of the facts a hundredth is enough: which files are read does not hang on how many rows these have."""
    folder = Path(shutil.copytree(Path(__file__).parents[1] / "data" / name, tmp_path / name))
    rows = (folder / "facts.csv").read_text(encoding="utf-8").splitlines()
    (folder / "facts.csv").write_text("\n".join(rows[:200]) + "\n", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", OPENED, str(folder)], capture_output=True, text=True, check=True
    )
    workspace: Workspace = open_workspace(folder)
    stock = stock_of(workspace, RunOptions())
    known = {str(Path(place) / file) for place, files in stock.items() for file in files if file}
    here = (str(tmp_path), str(Path(__file__).parents[1]))
    read = {str(Path(path).absolute()) for path in json.loads(ran.stdout.splitlines()[-1])}
    ours = {path for path in read if path.startswith(here) and OWN_FOLDER not in Path(path).parts}
    assert str(folder / "facts.csv") in ours
    assert ours - {str(folder / name) for name in RELEASED} <= known
