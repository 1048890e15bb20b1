"""A researcher's own table and drawing on a page, and results shown the Jupyter way: the last expression of a cell."""

from unittest import mock

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_notebook, new_output

from evalkit.errors import DeclarationError, FactsError
from evalkit.labels import Label
from evalkit.messages import told_in
from evalkit.reporting.blocks import Section, from_json
from evalkit.reporting.display import PAGE_MIME, SECTION_MIME
from evalkit.reporting.every_section import page_head
from evalkit.reporting.exporter import EvalkitExporter
from evalkit.reporting.jupyter_display import teach_ipython
from evalkit.reporting.own import own_figure, own_table
from tests.shipped import evaluation_of

FRAME = pd.DataFrame({"year": [2024, 2025], "waiting": [16.0, None], "note": ["a <b>", "=1+1"]})
TOLD = {"period": "2024–2025", "source": {"vi": "tính toán riêng", "en": "own computation"}}


def test_an_own_table_stands_on_a_page_with_its_period_and_source():
    section = own_table(FRAME, name="waiting", title={"vi": "Đang chờ", "en": "Waiting"}, **TOLD)
    cells = [[cell.text.en for cell in row] for row in section.tables[0].rows]
    assert cells == [["2024", "16", "a <b>"], ["2025", "[x]", "=1+1"]]
    assert section.blocks[0].text.vi == "Thời gian: 2024–2025. Nguồn: tính toán riêng."


def test_headings_stand_in_the_readers_language_and_an_unknown_column_is_refused():
    heads = {"waiting": {"vi": "Đang chờ", "en": "Waiting"}, "year": Label(vi="Năm", en="Year")}
    section = own_table(FRAME, name="waiting", title="Waiting", columns=heads, **TOLD)
    columns = section.tables[0].columns
    assert [one.header.vi for one in columns] == ["Năm", "Đang chờ", "note"]
    assert [one.header.en for one in columns] == ["Year", "Waiting", "note"]
    with pytest.raises(FactsError, match="no such column") as refused:
        own_table(FRAME, name="waiting", title="Waiting", columns={"waitng": "Waiting"}, **TOLD)
    assert "waiting" in refused.value.do


def test_what_is_no_frame_and_no_drawing_is_refused_with_what_to_give():
    with pytest.raises(FactsError, match=r"own_table\(list\)"):
        own_table([1, 2], name="waiting", title="Waiting", **TOLD)
    for given in (5, plt, evaluation_of("demo", "22").comparisons):
        with pytest.raises(FactsError, match=r"own_figure\(.*\)") as refused:
            own_figure(given, name="mine", title="Waiting", alt="It rose.", **TOLD)
        assert "plt.subplots()" in refused.value.do


def test_axes_stand_for_the_figure_they_are_in():
    figure = drawing()
    whole = own_figure(figure, name="mine", title="Waiting", alt="It rose.", **TOLD)
    assert own_figure(figure.axes[0], name="mine", title="Waiting", alt="It rose.", **TOLD) == whole


@pytest.mark.parametrize("lost", ["period", "source"])
def test_an_own_table_without_period_or_source_is_refused(lost):
    with pytest.raises(FactsError, match="without its period and its source"):
        own_table(FRAME, name="waiting", title="Waiting", **TOLD | {lost: " "})


@pytest.mark.parametrize("frame", [FRAME.iloc[:0], pd.concat([FRAME] * 501)])
def test_an_empty_or_endless_table_is_refused(frame):
    with pytest.raises(FactsError, match="between 1 and 1000 rows"):
        own_table(frame, name="waiting", title="Waiting", **TOLD)


def test_an_infinite_number_is_refused():
    with pytest.raises(DeclarationError):
        own_table(FRAME.assign(waiting=[1.0, float("inf")]), name="waiting", title="Waiting", **TOLD)


def drawing() -> Figure:
    made = Figure()
    axes = made.subplots()
    axes.plot([2024, 2025], [16, 37])
    axes.set_title("Waiting <script>alert(1)</script>")
    return made


def test_an_own_drawing_keeps_shapes_and_words_alone():
    section = own_figure(drawing(), name="mine", title="Waiting", alt="It rose from 16 to 37.", **TOLD)
    svg = section.figures[0].svg.en
    assert "<path" in svg
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
    assert "metadata" not in svg
    assert mpl.rcParams["svg.fonttype"] != "none", "the researcher's own settings stay as they were"


def test_a_drawing_with_words_is_drawn_for_each_language_and_none_stays_open():
    def labelled(word: str) -> Figure:
        made = plt.figure()
        made.subplots().set_xlabel(word)
        return made

    other = plt.figure()
    drawings = {"vi": labelled("năm"), "en": labelled("year")}
    section = own_figure(drawings, name="mine", title="Waiting", alt="It rose.", **TOLD)
    svg = section.figures[0].svg
    assert [word in svg.vi for word in ("năm", "year")] == [True, False]
    assert [word in svg.en for word in ("năm", "year")] == [False, True]
    assert plt.get_fignums() == [other.number]
    plt.close(other)


def test_a_drawing_whose_words_say_nothing_more_than_its_title_is_refused():
    with pytest.raises(DeclarationError):
        own_figure(drawing(), name="mine", title="Waiting", alt="Waiting", **TOLD)


@pytest.fixture
def shell():
    """An IPython that knows how results show themselves; it is gone afterwards."""
    yield (made := InteractiveShell.instance())
    assert made is InteractiveShell.instance()
    InteractiveShell.clear_instance()


def test_a_cell_stopped_in_evalkit_shows_a_paragraph_and_the_traceback_on_request(shell, capsys, monkeypatch):
    teach_ipython()
    stop = mock.Mock(side_effect=KeyboardInterrupt)
    monkeypatch.setattr("evalkit.reporting.own._told", stop)
    shell.push({"own_table": own_table})
    shell.run_cell("own_table(None, name='mine', title='', period='', source='')")
    short = capsys.readouterr().out
    assert "stopped in own_table before it was done" in short
    assert "own.py" not in short
    shell.run_cell("%tb")
    assert "own.py" in capsys.readouterr().out
    with told_in("vi"):
        shell.run_cell("own_table(None, name='mine', title='', period='', source='')")
    assert "đã dừng trong own_table" in capsys.readouterr().out


def test_a_cell_stopped_elsewhere_is_shown_as_ever(shell, capsys):
    teach_ipython()
    shell.run_cell("raise KeyboardInterrupt")
    told = capsys.readouterr().out
    assert "Traceback (most recent call last)" in told
    assert "stopped in" not in told


def test_the_last_expression_of_a_cell_makes_a_page_as_show_does(shell):
    """What JupyterLab displays of a bare result is what nbconvert makes the page of."""
    teach_ipython()
    result = evaluation_of("demo", "11")
    outputs = []
    for shown in (page_head(result.area), result.comparisons, result.summary):
        data, metadata = shell.display_formatter.format(shown)
        assert {SECTION_MIME, PAGE_MIME} & data.keys()
        assert "text/html" in data
        outputs.append(new_output("execute_result", data=data, metadata=metadata, execution_count=1))
    cells = [new_code_cell("shown", outputs=[output]) for output in outputs]
    page, _ = EvalkitExporter(language="en").from_notebook_node(nbformat.from_dict(new_notebook(cells=cells)))
    assert page.index('id="headline"') < page.index('id="periods"')
    assert page.count('class="part"') == 2


def test_a_raw_table_as_last_expression_is_no_section(shell):
    teach_ipython()
    data, _ = shell.display_formatter.format(FRAME)
    assert not {SECTION_MIME, PAGE_MIME} & data.keys()


def test_an_own_section_travels_through_the_notebook():
    section = own_table(FRAME, name="waiting", title="Waiting", **TOLD)
    assert isinstance(section, Section)
    from evalkit.reporting.blocks import to_json  # noqa: PLC0415  beside its counterpart

    assert from_json(to_json(section)) == section
