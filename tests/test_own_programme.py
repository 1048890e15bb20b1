"""A programme of one's own in a workspace: laid over a shipped one without writing over a file, and notebook 4 works in it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from evalkit.batch.new_workspace import new_workspace
from evalkit.errors import SettingsError
from evalkit.kernels.private_folder import ReportKernelManager, kernel_settings, private_room
from evalkit.programme.load import load_programme
from evalkit.workbench.own_programme import own_programme
from evalkit.workspace import open_workspace

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "explore" / "04_own_indicator.ipynb"
OWN = '[indicator.cases]\nlabel.vi = "Số vụ, tên riêng"\nlabel.en = "Cases, renamed"\n'


def filled(folder: Path) -> Path:
    """Make a workspace as `evalkit new` does, with its questions answered."""
    new_workspace(folder, programme="vn-trafficking")
    settings = folder / "evalkit.toml"
    settings.write_text(settings.read_text("utf-8").replace('"?"', '"Thử"'), encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_shipped_programme_is_laid_under_an_own_one_and_nothing_else_changes(tmp_path: Path):
    folder = filled(tmp_path / "ws")
    before = contents(folder)
    own = own_programme(folder)
    after = contents(folder)
    assert own == folder / "programme"
    assert set(after) - set(before) == {"programme/programme.toml"}
    assert {name for name in before if before[name] != after[name]} == {"evalkit.toml"}
    changed = zip(*(one["evalkit.toml"].decode().splitlines() for one in (before, after)), strict=True)
    assert [pair for pair in changed if pair[0] != pair[1]] == [
        ('programme = "vn-trafficking"', 'programme = "programme"')
    ]
    mine = load_programme(open_workspace(folder).programme, base=folder)
    shipped = load_programme("vn-trafficking")
    assert mine == shipped.model_copy(update={"id": "vn-trafficking-own"})


def test_an_own_programme_stays_as_it_is(tmp_path: Path):
    folder = filled(tmp_path / "ws")
    (own_programme(folder) / "indicators.toml").write_text(OWN, encoding="utf-8")
    before = contents(folder)
    assert own_programme(folder) == folder / "programme"
    assert contents(folder) == before
    assert load_programme("programme", base=folder).indicators["cases"].label.en == "Cases, renamed"


def test_a_programme_that_is_there_and_not_named_is_never_written_over(tmp_path: Path):
    folder = filled(tmp_path / "ws")
    own_programme(folder)
    settings = folder / "evalkit.toml"
    text = settings.read_text("utf-8").replace('"programme"', '"vn-trafficking"')
    settings.write_text(text, encoding="utf-8")
    before = contents(folder)
    with pytest.raises(SettingsError, match="names a shipped one"):
        own_programme(folder)
    assert contents(folder) == before


@pytest.mark.end_to_end
@pytest.mark.parametrize("has_programme", [False, True], ids=["shipped programme", "own programme"])
def test_the_notebook_of_an_own_indicator_works_in_a_workspace_that_is_there(has_programme: bool):  # noqa: FBT001
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with private_room() as room:
        (room / "desk" / "own").mkdir(parents=True)
        folder = filled(room / "desk" / "own" / "workspace")
        if has_programme:
            (own_programme(folder) / "indicators.toml").write_text(OWN, encoding="utf-8")
        before = contents(folder)
        settings = {"config": kernel_settings(room), "kernel_manager_class": ReportKernelManager}
        (folder / "sources.toml").unlink()  # without a source there are no figures: the notebook's own
        NotebookClient(notebook, timeout=120, **settings).execute()
        after = contents(folder)
    kept = {name for name in before if before[name] == after.get(name)}
    assert set(before) - kept <= {"sources.toml", *([] if has_programme else ["evalkit.toml"])}
    told = "".join(str(output) for cell in notebook.cells for output in cell.get("outputs", []))
    assert "X1     leaflets_a_session\\n" in told  # as it was found after reload
