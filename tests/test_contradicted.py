"""A page that contradicts itself is not published: it counts as failed and is named; nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from evalkit.batch import contradicted, worker
from evalkit.batch.contradicted import ContradictionError, page_contradictions, refuse_contradictions
from evalkit.batch.outcome import JobFailure, PageMade, PageOrder
from evalkit.batch.plan import facts_for, plan
from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.run import run_batch
from evalkit.errors import EvalkitError
from evalkit.reporting.blocks import Bilingual, Paragraph, Section
from evalkit.reporting.display import mime_bundle, section_of
from evalkit.reporting.every_section import page_head
from evalkit.reporting.page import page_from_sections
from evalkit.steps import break_down
from tests.builders import fact
from tests.workspaces import at, options, tiny_notebooks, tiny_workspace

SOUND = b'<html lang="en"><main><p>Cases fell, it says.</p></main></html>'
BROKEN = SOUND.replace(b"fell, it says", b"fell from 32 to 54")
UPWARDS = Bilingual("Số vụ giảm từ 32 xuống 54.", "Cases fell from 32 to 54.")


def test_the_first_sentence_is_named_only_where_the_page_is_for_everybody():
    for named in (True, False):
        with pytest.raises(ContradictionError) as refusal:
            refuse_contradictions({"a.html": BROKEN}, named=named)
        assert ("fell from 32" in refusal.value.rule) is named
        assert refusal.value.where == "a.html"


def test_files_that_are_no_pages_and_pages_that_are_sound_are_left_alone():
    assert list(page_contradictions({"a.csv": BROKEN, "b.html": SOUND})) == []
    refuse_contradictions({"a.csv": BROKEN, "b.html": SOUND}, named=True)


def test_a_page_that_lacks_lines_may_have_lost_the_table_of_a_figure_and_nothing_else():
    lost = b'<html lang="en"><main><section id="told"><p>Cases numbered 32.</p></section></main></html>'
    with pytest.raises(ContradictionError):
        refuse_contradictions({"a.html": lost}, named=True)
    refuse_contradictions({"a.html": lost}, named=True, lacking=True)
    with pytest.raises(ContradictionError):
        refuse_contradictions({"a.html": BROKEN}, named=True, lacking=True)


def order_of(folder: Path) -> tuple[PageOrder, NotebookNode]:
    """Return the order of a page and its executed notebook, in which cases fall upwards."""
    bundle = make_bundle(receive(tiny_workspace(folder / "ws")), day=date(2026, 5, 1))
    job = next(
        job for job in plan(bundle, notebooks=tiny_notebooks(folder / "notebooks")) if job.code == "01"
    )
    told = Section("cases", Bilingual("Số vụ", "Cases"), (Paragraph(UPWARDS),))
    outputs = [
        new_output("display_data", data=mime_bundle(one)) for one in (page_head(bundle.province("01")), told)
    ]
    notebook = new_notebook(cells=[new_code_cell("show()", outputs=outputs, execution_count=1)])
    return PageOrder(job, facts_for(job, bundle), "", ("vi", "en"), footer=(), keep_notebook=True), notebook


def test_the_switch_makes_it_that_page_s_failure_and_nobody_else_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    order, notebook = order_of(tmp_path)
    monkeypatch.setattr(worker, "execute", lambda *_, **__: notebook)
    monkeypatch.setattr(contradicted, "CONTRADICTIONS_STOP_A_PAGE", False)
    assert isinstance(worker.make_page(order), PageMade)
    monkeypatch.setattr(contradicted, "CONTRADICTIONS_STOP_A_PAGE", True)
    failure = worker.make_page(order)
    assert isinstance(failure, JobFailure)
    assert (failure.reason, failure.refusal) == ("contradicts_itself", None)
    assert "01-an-thu.html" in failure.told


def test_a_page_of_one_step_does_not_count_the_confidential_figures_that_it_shows_in_no_table(tmp_path: Path):
    rows = [
        fact("01", value, year=year, measure="victims_identified", sex=sex)
        for year in range(2017, 2022)
        for sex, value in (("all", 50), ("female", 30), ("male", 20))
    ]
    workspace = tiny_workspace(tmp_path / "ws", facts=rows)
    area = make_bundle(receive(workspace), day=date(2026, 5, 1)).province("01")
    parts = area.facts["sex"].ne("all")
    hidden = {
        "value": area.facts["value"].mask(parts),
        "status": area.facts["status"].mask(parts, "suppressed"),
    }
    section = section_of(break_down(replace(area, facts=area.facts.assign(**hidden))))
    assert "every figure is confidential" in str(section)
    for language in ("vi", "en"):
        page = page_from_sections(page_head(area), [section], language=language)
        assert list(page_contradictions({"a.html": page.encode()})) == []


def test_a_page_of_an_own_notebook_may_show_a_step_without_the_table_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bundle = make_bundle(receive(tiny_workspace(tmp_path / "ws")), day=date(2026, 5, 1))
    notebooks, own = tiny_notebooks(tmp_path / "notebooks"), tmp_path / "own.ipynb"
    own.write_bytes((notebooks / "province_report.ipynb").read_bytes())
    text = Bilingual("Có 32 vụ.", "Cases numbered 32.")
    told = Section("cases", Bilingual("Số vụ", "Cases"), (Paragraph(text),))
    shown = [mime_bundle(one) for one in (page_head(bundle.province("01")), told)]
    outputs = [new_output("display_data", data=one) for one in shown]
    notebook = new_notebook(cells=[new_code_cell("show()", outputs=outputs, execution_count=1)])
    monkeypatch.setattr(worker, "execute", lambda *_, **__: notebook)
    for chosen, kind in ((None, JobFailure), (own, PageMade)):
        job = plan(bundle, notebooks=notebooks, notebook=chosen)[0]
        order = PageOrder(job, facts_for(job, bundle), "", ("vi", "en"), footer=(), keep_notebook=False)
        assert isinstance(worker.make_page(order), kind)


# a cell of the report notebook that says a thing which cannot be, in one province alone
CONTRADICTING = """
from evalkit.reporting.blocks import Bilingual, Paragraph, Section
from evalkit.reporting.display import show
if province_code == "01":
    told = Bilingual("Số vụ giảm từ 32 xuống 54.", "Cases fell from 32 to 54.")
    show(Section("told", Bilingual("Kết quả", "Result"), (Paragraph(told),)))
"""


def test_a_whole_run_leaves_the_page_out_names_it_and_ends_with_5(tmp_path: Path):
    workspace = tiny_workspace(tmp_path / "ws")
    tiny_notebooks(tmp_path / "notebooks", CONTRADICTING)
    with pytest.raises(EvalkitError, match="1 of 3 pages") as failed:
        run_batch(workspace, options(tmp_path), clock=at("2026-05-01"), progress=lambda _: None)
    assert failed.value.exit_code == 5
    assert "01-an-thu" in failed.value.rule
    assert "the page says two things that cannot both be" in failed.value.rule
    assert "Số vụ giảm từ 32 xuống 54." in failed.value.rule
    published = {path.name[:3] for path in (tmp_path / "out").glob("*.html")}
    assert published == {"03-", "nat", "ind"}
