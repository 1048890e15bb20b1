"""A fault costs its own line: the page is made without it, says so, and the run names it at its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit import steps
from evalkit.batch.manifest import read_manifest
from evalkit.batch.options import Event, RunOptions, RunReport
from evalkit.batch.page_names import page_file
from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.progress import summary
from evalkit.batch.rerun import run as run_or_rest
from evalkit.batch.run import run_batch
from evalkit.batch.runlog import lines
from evalkit.batch.verify import verify
from evalkit.errors import BatchError, DisclosureError
from evalkit.evaluation import evaluate
from evalkit.facts.areas import ProvinceFacts
from evalkit.facts.bundle import Bundle
from evalkit.kernels.warm_server import can_fork
from evalkit.lapses import Lapse, attempt
from evalkit.reporting.blocks import Bilingual, Section
from evalkit.reporting.display import mime_bundle, plain_text, written
from evalkit.reporting.every_section import section_of
from evalkit.reporting.lapsed import has_heading, lapses_told, not_written
from evalkit.steps import compare_provinces, provinces_side_by_side
from evalkit.workspace import Workspace, open_workspace
from tests.builders import PROGRAMME, fact
from tests.workspaces import NATIONAL_PAGE, NATIONAL_PARAMETERS, TABLE, at, tiny_workspace, write_notebook

SERIES = (12, 9, 7, 5, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0)
QUOTED = "4711 victims"


def yearly_facts(code: str, counts: tuple[int, ...], **changes: str) -> list[dict]:
    return [fact(code, value, year=year, **changes) for year, value in enumerate(counts, start=2011)]


def workspace_of(folder: Path) -> Workspace:
    cases = yearly_facts("01", SERIES, scheme="new")
    victims = yearly_facts(
        "01", tuple(20 + count for count in SERIES), scheme="new", measure="victims_identified"
    )
    return tiny_workspace(folder, facts=[*cases, *victims])


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(receive(workspace_of(tmp_path_factory.mktemp("ws"))), day=at("2026-05-01")().date())


@pytest.fixture
def area(bundle: Bundle) -> ProvinceFacts:
    return bundle.province("01")


def text_of(record: object, language: str = "en") -> str:
    return plain_text(written(record), language)


def test_one_broken_indicator_costs_its_own_line(area: ProvinceFacts, monkeypatch: pytest.MonkeyPatch):
    original = steps._trend

    def fails(facts, name, of):
        if name == "cases":
            raise ZeroDivisionError(QUOTED)
        return original(facts, name, of)

    monkeypatch.setattr(steps, "_trend", fails)
    found = evaluate(area)
    assert found.trends.lapses == (Lapse("Trends", "cases", "ZeroDivisionError"),)
    assert [item.indicator for item in found.trends.items] == ["victims_identified"]
    label = PROGRAMME.indicators["cases"].label
    line = f"{label.en}: could not be computed because of an error of the program (ZeroDivisionError)."
    assert line in text_of(found.trends)
    assert f"{label.vi}: chưa tính được do lỗi của chương trình máy tính" in text_of(found.trends, "vi")
    assert lapses_told([written(found.trends)]) == (f"Trends of yearly figures: {line}",)
    assert lapses_told([written(found.summary), written(found.zeros)]) == ()
    assert f"{label.en}: part of it could not be computed" in text_of(found.summary)
    everything = [text_of(record) for record in found.by_step().values()]
    assert not any("4711" in text or "Traceback" in text for text in everything)


def test_one_broken_estimate_leaves_the_others_and_nothing_is_denied_of_it(
    area: ProvinceFacts, monkeypatch: pytest.MonkeyPatch
):
    whole = evaluate(area)
    original = steps.shown_estimates

    def fails(facts, programme):
        if "cases" in programme.indicators:
            raise ValueError(QUOTED)
        return original(facts, programme)

    monkeypatch.setattr(steps, "shown_estimates", fails)
    found = evaluate(area)
    assert found.indicators.lapses == (Lapse("Indicators", "cases", "ValueError"),)
    kept = whole.indicators.frame[whole.indicators.frame["indicator"] != "cases"].reset_index(drop=True)
    same = ["indicator", "value", "lower", "upper", "status"]
    assert found.indicators.frame[same].equals(kept[same])
    assert "cases" not in set(found.evidence.frame["indicator"])
    assert "cases" in set(whole.evidence.frame["indicator"])
    assert {lapse.indicator for lapse in found.evidence.lapses} == {"cases"}


def test_a_broken_step_is_one_line_and_so_is_what_would_be_made_from_it(
    area: ProvinceFacts, monkeypatch: pytest.MonkeyPatch
):
    def fails(*given, **named):
        raise KeyError(QUOTED)

    monkeypatch.setattr(steps, "widened_changes", fails)
    found = evaluate(area)
    title = "Targets: verdict and evidence"
    line = "This section could not be computed because of an error of the program (KeyError)."
    assert text_of(found.assessments).splitlines() == [title, "=" * len(title), line]
    assert text_of(found.mid_term).splitlines()[-1] == line
    assert "Figures by attribute" in text_of(found.breakdowns)
    assert found.breakdowns.lapses == ()


def test_a_section_that_cannot_be_written_is_one_line(area: ProvinceFacts, monkeypatch: pytest.MonkeyPatch):
    zeros = steps.examine_zeros(area)
    assert zeros.items

    def fails(*given):
        raise IndexError(QUOTED)

    monkeypatch.setattr("evalkit.reporting.sections.periods_without_case.zero_sentence", fails)
    line = "This section could not be written because of an error of the program (IndexError)."
    assert text_of(zeros).splitlines()[-1] == line
    assert mime_bundle(zeros, language="en")["text/plain"] == text_of(zeros)


def test_what_may_not_be_seen_and_what_is_made_by_hand_is_never_a_lapse():
    def refuses():
        raise DisclosureError(where="x", rule="y", do="z")

    with pytest.raises(DisclosureError):
        attempt(refuses, step="Trends")
    with pytest.raises(DisclosureError):
        written(object())
    section = Section("own", Bilingual("Mục", "Own"), ())
    assert written(section) is section


def test_who_looks_for_the_cause_is_given_the_error_itself(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EVALKIT_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        attempt(lambda: 1 / 0, step="Trends")


def test_a_lost_section_bears_the_heading_of_the_section(bundle: Bundle, area: ProvinceFacts):
    found, nation = evaluate(area), bundle.nation()
    records = [area, *found.by_step().values()]
    records += [nation, provinces_side_by_side(nation), compare_provinces(nation)]
    for record in records:
        section = section_of(record)
        assert has_heading(record)
        lapse = Lapse(type(record).__name__, "", "KeyError")
        lost = not_written(record, lapse)
        assert (lost.id, lost.title) == (section.id, section.title)


STEPS = """
import evalkit as ek
province = ek.open_bundle(bundle).province(province_code)
ek.show(ek.page_head(province), province)
ek.show(ek.examine_zeros(province), ek.fit_trends(province))
"""
# The trigger's path stands in it backwards: a page that holds a path of this computer is refused.
HARM = """
import os
import evalkit.steps as steps
trigger = {trigger!r}[::-1]
harm = open(trigger).read() if os.path.exists(trigger) else ""
original = steps.find_zero_period
def fails(facts, name, *given, **named):
    if name == "cases":
        raise ZeroDivisionError("4711 victims")
    return original(facts, name, *given, **named)
if harm == "indicator" and province_code == "01":
    steps.find_zero_period = fails
if harm == "notebook" and province_code == "01":
    raise ZeroDivisionError("4711 victims")
"""


def harmful(folder: Path, harm: str) -> RunOptions:
    """Write notebooks that do harm in one province while a file says so."""
    trigger = folder / "trigger"
    trigger.write_text(harm, encoding="utf-8")
    notebooks = folder / "notebooks"
    write_notebook(notebooks / "province_report.ipynb", HARM.format(trigger=str(trigger)[::-1]), STEPS)
    write_notebook(
        notebooks / "national_overview.ipynb", NATIONAL_PAGE, TABLE, parameters=NATIONAL_PARAMETERS
    )
    return RunOptions(out=folder / "out", notebooks=notebooks, jobs=1)


end_to_end = [
    pytest.mark.end_to_end,
    pytest.mark.usefixtures("server_stays"),
    pytest.mark.skipif(not can_fork(), reason="kernels are not forked on this system"),
]


class TestRuns:
    """Runs of a whole workspace."""

    pytestmark = end_to_end

    def test_a_page_that_lacks_a_line_is_published_named_at_the_end_and_tried_again(self, tmp_path: Path):
        workspace, settings = workspace_of(tmp_path / "ws"), harmful(tmp_path, "indicator")
        told: list[Event] = []
        with pytest.raises(BatchError) as refusal:
            run_or_rest(workspace, settings, clock=at("2026-05-01"), progress=told.append)
        assert refusal.value.exit_code == 5
        assert (
            "01-an-thu: made, but 1 line could not be computed: Periods without a case: "
            in refusal.value.rule
        )
        assert "(ZeroDivisionError)" in refusal.value.rule
        page = (tmp_path / "out" / page_file("01-an-thu", "en")).read_text(encoding="utf-8")
        assert "could not be computed because of an error of the program (ZeroDivisionError)" in page
        assert "Trends of yearly figures" in page
        report = told[-1].report
        assert isinstance(report, RunReport)
        assert (set(report.lapses), report.failed) == ({"01-an-thu"}, ())
        assert "01-an-thu: made, but 1 line could not be computed" in summary(report)
        assert any("NOT COMPUTED 01-an-thu" in line for event in told for line in lines(event))
        found = verify(tmp_path / "out")
        assert [(one.severity, "could not be computed" in one.rule) for one in found] == [("warning", True)]
        for path in (*tmp_path.glob("out/**/*"), tmp_path / "ws/.evalkit/runs.log"):
            assert not path.is_file() or b"4711" not in path.read_bytes() or path.suffix == ".ipynb"

        (tmp_path / "trigger").unlink()
        again = run_or_rest(workspace, settings, clock=at("2026-05-01"))
        assert (again.made, again.why["01-an-thu"]) == (("01-an-thu",), "lines not computed before")
        manifest = read_manifest(tmp_path / "out")
        assert manifest is not None
        assert manifest.lacking == ()
        assert run_or_rest(workspace, settings, clock=at("2026-05-01")).made == ()

    def test_a_fault_of_the_notebook_itself_costs_the_page(self, tmp_path: Path):
        workspace, settings = workspace_of(tmp_path / "ws"), harmful(tmp_path, "notebook")
        with pytest.raises(BatchError, match="01-an-thu: a cell raised an error, cell 2") as refusal:
            run_batch(workspace, settings, clock=at("2026-05-01"))
        assert refusal.value.exit_code == 5
        assert not (tmp_path / "out" / page_file("01-an-thu", "en")).exists()
        assert (tmp_path / "out" / page_file("03-cao-thu", "en")).exists()

    def test_series_that_fall_to_zero_or_rise_from_it_have_their_pages(self, tmp_path: Path):
        """The shipped notebook, on four invented provinces."""
        zeros = {"11": "2018–2025", "12": "2011–2018", "13": "2018–2025", "14": "2011–2018"}
        workspace = four_provinces(tmp_path / "ws")
        report = run_batch(
            workspace,
            RunOptions(provinces=tuple(zeros), out=tmp_path / "out", languages=("en",)),
            clock=at("2026-05-01"),
        )
        assert (len(report.made), report.failed, report.lapses) == (4, (), {})
        for code, years in zeros.items():
            page = (tmp_path / "out" / page_file(f"{code}-thu-{code}", "en")).read_text(encoding="utf-8")
            assert f"no case at all in {years}, so no rate of change" in page


def four_provinces(folder: Path) -> Workspace:
    """Write a country of four provinces whose cases fall to zero, start from zero, stop, or start again."""
    series = {
        "11": SERIES,
        "12": (*[0] * 8, *[6] * 7),
        "13": (*[6] * 7, *[0] * 8),
        "14": (*[0] * 8, 5, 8, 5, 2, 4, 8, 5),
    }
    rows = [row for code, counts in series.items() for row in yearly_facts(code, counts, scheme="new")]
    workspace = tiny_workspace(folder, facts=rows)
    units = "".join(
        f"new,{code},Thử {code},Thu {code},thu-{code},R1,Vùng Một,Region One,,2010-01-01,,invented\n"
        for code in series
    )
    names = "".join(f"new,{code},Tỉnh Thử {code},province,2010-01-01,,invented\n" for code in series)
    for name, text in (("units", units), ("names", names), ("crosswalk", ""), ("aliases", "")):
        path = folder / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n" + text, encoding="utf-8")
    return open_workspace(workspace.folder)
