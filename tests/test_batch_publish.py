"""What a reports folder holds after a run: exactly what the manifest lists, whatever failed, changed or went missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from evalkit.batch.folder import default_folder, locked
from evalkit.batch.manifest import Manifest, read_manifest
from evalkit.batch.options import RunReport
from evalkit.batch.outcome import JobFailure
from evalkit.batch.run import run_batch
from evalkit.batch.verify import verify
from evalkit.errors import BatchError, DisclosureError, FactsError, SettingsError
from evalkit.workspace import Workspace
from tests.builders import fact
from tests.workspaces import FACTS, PagesWithoutKernel, at, options, tiny_notebooks, tiny_workspace

FAILURE = JobFailure("03-cao-thu", "03", "cell_error", "ValueError", 4)
PERSONS = {"measure": "victims_in_cases", "unit": "nguoi"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return tiny_workspace(tmp_path / "ws")


def run(workspace: Workspace, tmp_path: Path, day: str = "2026-05-01", **changes: Any) -> RunReport:
    executor = changes.pop("executor", None) or PagesWithoutKernel()
    return run_batch(workspace, options(tmp_path, **changes), clock=at(day), executor=executor)


def manifest_of(folder: Path) -> Manifest:
    manifest = read_manifest(folder)
    assert manifest is not None
    return manifest


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_run_publishes_pages_tables_notebooks_index_and_manifest_and_nothing_else(
    workspace: Workspace, tmp_path: Path
):
    report = run(workspace, tmp_path)
    stems = ("01-an-thu", "03-cao-thu", "national")
    assert set(contents(tmp_path / "out")) == {
        *(f"{stem}{ending}" for stem in (*stems, "index") for ending in (".html", ".en.html")),
        *(f"notebooks/{stem}.ipynb" for stem in stems),
        *(f"tables/{stem}.figures.csv" for stem in stems),
        "tables/datapackage.json",
        "manifest.json",
    }
    assert report.made == stems
    assert [path.name for path in report.index] == ["index.html", "index.en.html"]
    manifest = manifest_of(tmp_path / "out")
    assert (manifest.workspace, manifest.audience, manifest.scheme) == ("ws", "public", "new")
    assert (manifest.edition, manifest.rules) == ("2026-05-01", {"k": 5, "k_sensitive": 10})
    assert verify(tmp_path / "out") == []


def test_the_index_lists_the_pages_in_each_language(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    vi, en = (
        (tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("index.html", "index.en.html")
    )
    assert 'href="03-cao-thu.html"' in vi
    assert ">Cao Thử</a> <small>03</small>" in vi
    assert 'href="national.html"' in vi
    assert 'href="03-cao-thu.en.html"' in en
    assert "Cao Thu" in en
    of_an, of_cao, of_nation = (en.count(f'recorded, 2015">{count}</td>') for count in ("7", "9", "about 16"))
    assert (of_an, of_cao, of_nation) == (1, 1, 1)  # 9 are 3 and 6 of two former units
    assert en.count('data-label="Items with a figure">1</td>') == 3
    assert en.count('href="tables/datapackage.json"') == 1


def test_tables_are_described_for_programs(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    package = json.loads((tmp_path / "out" / "tables" / "datapackage.json").read_text(encoding="utf-8"))
    first = package["resources"][0]
    assert (package["invented"], len(package["resources"]), first["path"]) == (
        True,
        3,
        "01-an-thu.figures.csv",
    )
    assert [field["type"] for field in first["schema"]["fields"]] == ["number", "number"]


def test_a_second_run_makes_nothing_and_keeps_the_date_of_the_figures(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    before = contents(tmp_path / "out")
    executor = PagesWithoutKernel()
    report = run(workspace, tmp_path, "2026-05-09", executor=executor)
    assert (executor.made, report.made) == ([], ())
    assert set(report.why.values()) == {"current"}
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("spoil", ["delete", "change"])
@pytest.mark.parametrize(
    "name", ["03-cao-thu.en.html", "notebooks/03-cao-thu.ipynb", "tables/03-cao-thu.figures.csv"]
)
def test_a_page_with_a_spoilt_file_is_made_again(workspace: Workspace, tmp_path: Path, name: str, spoil: str):
    run(workspace, tmp_path)
    before = contents(tmp_path / "out")
    path = tmp_path / "out" / name
    path.unlink() if spoil == "delete" else path.write_text("spoilt")
    executor = PagesWithoutKernel()
    report = run(workspace, tmp_path, "2026-05-09", executor=executor)
    assert executor.made == ["03-cao-thu"]
    assert report.why["03-cao-thu"] == ("output missing" if spoil == "delete" else "output changed")
    assert contents(tmp_path / "out") == before


def test_a_spoilt_index_is_written_again(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    (tmp_path / "out" / "index.html").write_text("spoilt")
    run(workspace, tmp_path)
    assert verify(tmp_path / "out") == []


def test_one_changed_fact_makes_exactly_the_pages_that_use_it(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    kept = (tmp_path / "out" / "01-an-thu.html").read_bytes()
    changed = tiny_workspace(tmp_path / "ws", facts=[*FACTS[:2], fact("03", 5), *FACTS[3:]])
    report = run(changed, tmp_path, "2026-05-09")
    assert report.why == {"01-an-thu": "current", "03-cao-thu": "slice changed", "national": "slice changed"}
    assert (tmp_path / "out" / "01-an-thu.html").read_bytes() == kept
    dates = {stem: page.bundle_date for stem, page in manifest_of(tmp_path / "out").pages.items()}
    assert dates == {"01-an-thu": "2026-05-01", "03-cao-thu": "2026-05-09", "national": "2026-05-09"}


def test_a_hidden_figure_that_changes_within_its_class_moves_no_byte(tmp_path: Path):
    """Two worlds that differ only behind the curtain, run one after the other on one folder."""

    def world(hidden: int) -> Workspace:
        persons = [
            fact("01", hidden, **PERSONS),
            fact("02", 30, **PERSONS),
        ]  # of 03 nothing: the nation is not told
        return tiny_workspace(tmp_path / "ws", facts=[*FACTS, *persons])

    first = run(world(2), tmp_path)
    assert first.hidden_cells > 0
    before = contents(tmp_path / "out")
    second = run(world(3), tmp_path, "2026-05-09")
    assert set(second.why.values()) == {"current"}
    assert contents(tmp_path / "out") == before


def test_a_failed_province_is_told_its_old_page_goes_and_the_others_are_published(
    workspace: Workspace, tmp_path: Path
):
    run(workspace, tmp_path)
    executor = PagesWithoutKernel({"03": FAILURE})
    with pytest.raises(BatchError) as refusal:
        run(workspace, tmp_path, executor=executor, force=True)
    assert "1 of 3 pages" in refusal.value.rule
    assert "03-cao-thu: a cell raised an error, cell 4 (ValueError)" in refusal.value.rule
    assert executor.made == ["01-an-thu", "national"]
    assert not [name for name in contents(tmp_path / "out") if "03-cao-thu" in name]
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Cao Thử <small>03</small>" in index
    assert "không có báo cáo: lần chạy này bị lỗi" in index
    assert 'href="03-cao-thu.html"' not in index
    record = manifest_of(tmp_path / "out").failed["03-cao-thu"]
    assert (record.reason, record.exception, record.cell) == ("cell_error", "ValueError", 4)
    assert [finding.where for finding in verify(tmp_path / "out")] == [str(tmp_path / "out" / "03-cao-thu")]


def test_retry_makes_what_failed_and_nothing_else(workspace: Workspace, tmp_path: Path):
    with pytest.raises(BatchError):
        run(workspace, tmp_path, executor=PagesWithoutKernel({"03": FAILURE}))
    executor = PagesWithoutKernel()
    report = run(workspace, tmp_path, executor=executor, retry=True)
    assert (executor.made, report.why) == (["03-cao-thu"], {"03-cao-thu": "failed before"})
    assert verify(tmp_path / "out") == []
    with pytest.raises(SettingsError, match="nothing was made here"):
        run(workspace, tmp_path, retry=True, out=tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_failure_stays_in_the_list_until_it_is_mended(workspace: Workspace, tmp_path: Path):
    with pytest.raises(BatchError):
        run(workspace, tmp_path, executor=PagesWithoutKernel({"03": FAILURE}))
    run(workspace, tmp_path, provinces=("01",))
    assert set(manifest_of(tmp_path / "out").failed) == {"03-cao-thu"}
    report = run(workspace, tmp_path)
    assert report.made == ("03-cao-thu",)
    assert manifest_of(tmp_path / "out").failed == {}


def test_the_files_of_a_province_that_is_no_more_are_removed(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    units = tmp_path / "ws" / "units.csv"
    units.write_text(
        units.read_text(encoding="utf-8").replace(
            "new,03,Cao Thử,Cao Thu,cao-thu", "new,03,Cao Thử,Cao Thu,cao-moi"
        )
    )
    run(workspace, tmp_path)
    names = set(contents(tmp_path / "out"))
    assert not [name for name in names if "03-cao-thu" in name]
    assert {"03-cao-moi.html", "tables/03-cao-moi.figures.csv", "notebooks/03-cao-moi.ipynb"} <= names
    assert verify(tmp_path / "out") == []


def test_one_province_by_code_or_by_name_is_made_and_the_rest_stays(workspace: Workspace, tmp_path: Path):
    report = run(workspace, tmp_path, provinces=("cao thu",))
    assert (report.made, list(report.why)) == (("03-cao-thu",), ["03-cao-thu"])
    assert manifest_of(tmp_path / "out").missing == ("01-an-thu", "national")
    by_name = contents(tmp_path / "out")
    run(workspace, tmp_path, provinces=("03",), out=tmp_path / "other")
    assert contents(tmp_path / "other") == by_name
    run(workspace, tmp_path)
    changed = tiny_workspace(tmp_path / "ws", facts=[*FACTS[:3], fact("VN", 17, qualifier="about")])
    run(changed, tmp_path, "2026-05-09", provinces=("03",))
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert index.count("lập từ số liệu ngày 01/05/2026, nay đã thay đổi") == 2


def test_pages_link_to_the_country_s_page_where_there_is_one_and_never_to_one_that_is_not(
    workspace: Workspace, tmp_path: Path
):
    out = tmp_path / "out"

    def links(name: str) -> set[str]:
        return set(re.findall(r'href="([^"#]+\.html)"', (out / name).read_text(encoding="utf-8")))

    run(workspace, tmp_path, provinces=("03",))
    assert links("03-cao-thu.html") == {"index.html", "03-cao-thu.en.html"}
    report = run(workspace, tmp_path)
    assert report.why["03-cao-thu"] == "the country's page is new"
    assert links("03-cao-thu.html") == {"index.html", "national.html", "03-cao-thu.en.html"}
    assert links("03-cao-thu.en.html") == {"index.en.html", "national.en.html", "03-cao-thu.html"}
    assert "national.html" not in links("national.html")
    assert all((out / link).is_file() for page in out.glob("*.html") for link in links(page.name))
    assert run(workspace, tmp_path, provinces=("03",)).made == ()


def test_languages_of_one_folder_are_never_mixed(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    with pytest.raises(SettingsError, match="vi, en"):
        run(workspace, tmp_path, languages=("en",), provinces=("03",))
    report = run(workspace, tmp_path, languages=("en",))
    assert set(report.why.values()) == {"languages changed"}
    pages = {name for name in contents(tmp_path / "out") if name.endswith(".html")}
    assert pages == {"01-an-thu.en.html", "03-cao-thu.en.html", "national.en.html", "index.en.html"}
    assert verify(tmp_path / "out") == []


def test_an_edition_s_name_stands_on_pages_and_in_the_manifest(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    report = run(workspace, tmp_path, edition="Giữa kỳ")
    assert set(report.why.values()) == {"edition changed"}
    assert manifest_of(tmp_path / "out").edition == "Giữa kỳ"
    assert "Ấn bản: Giữa kỳ." in (tmp_path / "out" / "03-cao-thu.html").read_text(encoding="utf-8")


def test_the_internal_audience_has_a_private_folder_of_its_own(workspace: Workspace, tmp_path: Path):
    internal = default_folder(workspace, audience="internal", scheme="new")
    public = default_folder(workspace, audience="public", scheme="new")
    assert (internal, public) == (Path("reports/ws-internal"), Path("reports/ws"))
    assert default_folder(workspace, audience="public", scheme="old") == Path("reports/ws-old")
    run(workspace, tmp_path, audience="internal")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "out" / "notebooks").exists()
    before = contents(tmp_path / "out")
    assert "01-an-thu-luu-hanh-noi-bo.html" in before
    named = {name for name in before if not name.endswith(("manifest.json", "datapackage.json"))}
    assert {name for name in named if "luu-hanh-noi-bo" not in name} == set()
    for name in named:
        if name.endswith(".html"):
            assert before[name].decode().count("For internal" if ".en." in name else "Lưu hành nội bộ") >= 2
    with pytest.raises(SettingsError, match="one folder holds one workspace, audience"):
        run(workspace, tmp_path)
    with pytest.raises(SettingsError, match="never lie inside other reports"):
        run(workspace, tmp_path, out=tmp_path / "out" / "public")
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("audience", ["public", "internal"])
def test_a_folder_in_other_use_is_left_alone(workspace: Workspace, tmp_path: Path, audience: str):
    (tmp_path / "out").mkdir(mode=0o755)
    (tmp_path / "out" / "thesis.docx").write_text("years of work")
    with pytest.raises(SettingsError, match=r"no manifest\.json"):
        run(workspace, tmp_path, audience=audience)
    assert contents(tmp_path / "out") == {"thesis.docx": b"years of work"}
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("text", ["{", '{"format": 1}', "[]"])
def test_a_manifest_that_cannot_be_read_stops_the_run(workspace: Workspace, tmp_path: Path, text: str):
    run(workspace, tmp_path)
    (tmp_path / "out" / "manifest.json").write_text(text)
    with pytest.raises(SettingsError, match="cannot be read"):
        run(workspace, tmp_path)


def test_a_manifest_that_lists_files_outside_is_refused(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    manifest = manifest_of(tmp_path / "out")
    outside = manifest.model_copy(update={"shared": {"../precious.txt": "0" * 64}})
    (tmp_path / "out" / "manifest.json").write_text(outside.text(), encoding="utf-8")
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(SettingsError, match="cannot be read"):
        run(workspace, tmp_path)
    assert (tmp_path / "precious.txt").exists()


def test_two_runs_at_once_on_one_folder_are_refused(workspace: Workspace, tmp_path: Path):
    with (
        locked(tmp_path / "out", private=False),
        pytest.raises(SettingsError, match="another run is at work"),
    ):
        run(workspace, tmp_path)
    assert run(workspace, tmp_path).made


def test_what_a_killed_run_left_is_cleared_away(workspace: Workspace, tmp_path: Path):
    run(workspace, tmp_path)
    (tmp_path / "out" / ".work-killed").mkdir()
    (tmp_path / "out" / ".work-killed" / "half.html").write_text("half a page")
    (tmp_path / "out" / ".lock").write_text("")
    assert [finding.rule for finding in verify(tmp_path / "out")] == [
        "a run that was cut off left this folder behind"
    ]
    run(workspace, tmp_path)
    assert not list((tmp_path / "out").glob(".*"))


def test_nothing_is_written_when_the_facts_are_rejected(tmp_path: Path):
    bad = tiny_workspace(tmp_path / "ws", facts=[fact("01", -3)])
    with pytest.raises(FactsError, match="never negative"):
        run(bad, tmp_path)
    with pytest.raises(FactsError, match="did you mean"):
        run(tiny_workspace(tmp_path / "ws"), tmp_path, provinces=("Cao Tử",))
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_when_a_notebook_takes_other_parameters(workspace: Workspace, tmp_path: Path):
    tiny_notebooks(tmp_path / "notebooks")
    path = tmp_path / "notebooks" / "province_report.ipynb"
    path.write_text(
        path.read_text(encoding="utf-8").replace("province_code = ", "provence_code = "), encoding="utf-8"
    )
    with pytest.raises(Exception, match="takes no such parameter"):
        run(workspace, tmp_path)
    assert not (tmp_path / "out").exists()


TROUBLES = [
    (DisclosureError(where="cell 3", rule="raw frame", do="show sections"), DisclosureError),
    (KeyboardInterrupt(), KeyboardInterrupt),
]


@pytest.mark.parametrize(("trouble", "raised"), TROUBLES, ids=["refusal", "interrupt"])
def test_a_run_that_is_broken_off_changes_nothing(
    workspace: Workspace, tmp_path: Path, trouble: BaseException, raised: type[BaseException]
):
    run(workspace, tmp_path)
    before = contents(tmp_path / "out")
    outcome = (
        trouble
        if raised is KeyboardInterrupt
        else JobFailure("03-cao-thu", "03", "not_rendered", refusal=trouble)
    )
    with pytest.raises(raised):
        run(workspace, tmp_path, executor=PagesWithoutKernel({"03": outcome}), force=True)
    assert contents(tmp_path / "out") == before
    with pytest.raises(raised):
        run(workspace, tmp_path, executor=PagesWithoutKernel({"03": outcome}), out=tmp_path / "new")
    assert not (tmp_path / "new").exists()
