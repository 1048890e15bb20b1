"""The exporter takes typed sections and clean free text from an executed notebook, and refuses everything else."""

import nbformat
import pandas as pd
import pytest
from nbconvert.exporters import get_exporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from evalkit.errors import DisclosureError
from evalkit.reporting.blocks import Bilingual, PageHead, Paragraph, Section
from evalkit.reporting.display import PAGE_MIME, SECTION_MIME, mime_bundle, section_of, show
from evalkit.reporting.exporter import EvalkitExporter
from evalkit.reporting.freetext import render_markdown

B = Bilingual
HEAD = PageHead(
    title=B("Tỉnh Giả Định", "Invented Province"),
    subtitle=B("Báo cáo", "Report"),
    slug="97",
    facts=(),
    invented=True,
    audience="public",
    bundle_date="2026-11-01",
)
SUMMARY = Section("summary", B("Tóm tắt", "Summary"), (Paragraph(B("Số vụ giảm.", "Cases fell.")),))
TRENDS = Section("trends", B("Xu hướng", "Trend"), ())


def displayed(*results):
    return new_code_cell(
        "secret_code()", outputs=[new_output("display_data", mime_bundle(result)) for result in results]
    )


def export(*cells, language="vi", resources=None):
    notebook = nbformat.from_dict(nbformat.validator.normalize(new_notebook(cells=list(cells)))[1])
    return EvalkitExporter(language=language).from_notebook_node(notebook, resources or {})[0]


def test_sections_and_free_text_stand_in_the_order_of_the_notebook():
    html = export(displayed(HEAD), new_markdown_cell("Lời dẫn"), displayed(SUMMARY, TRENDS))
    order = [
        html.index(text) for text in ("<h1>Tỉnh Giả Định</h1>", "Lời dẫn", ">Tóm tắt</h2>", ">Xu hướng</h2>")
    ]
    assert order == sorted(order)
    assert "secret_code" not in html


def test_one_notebook_gives_both_languages():
    cells = (
        displayed(HEAD, SUMMARY),
        new_markdown_cell("chỉ tiếng Việt", metadata={"tags": ["lang-vi"]}),
        new_markdown_cell("English only", metadata={"tags": ["lang-en"]}),
        new_markdown_cell("for the analyst", metadata={"tags": ["notebook-only"]}),
    )
    vi, en = export(*cells), export(*cells, language="en")
    assert [text in vi for text in ("Số vụ giảm.", "chỉ tiếng Việt", "English only", "for the analyst")] == [
        True,
        True,
        False,
        False,
    ]
    assert [text in en for text in ("Cases fell.", "chỉ tiếng Việt", "English only", "for the analyst")] == [
        True,
        False,
        True,
        False,
    ]


def test_resources_reach_the_page():
    footer = {
        "footer": [["Bản 2026-11.", "Edition 2026-11."]],
        "siblings": [("en", "97.en.html")],
        "index": "index.html",
    }
    html = export(displayed(HEAD, SUMMARY), resources={"evalkit": footer})
    assert "<li>Bản 2026-11.</li>" in html
    assert 'href="97.en.html" lang="en" hreflang="en"' in html
    assert 'href="index.html"' in html


@pytest.mark.parametrize(
    "output",
    [
        new_output("stream", name="stdout", text="4711"),
        new_output("stream", name="stderr", text="UserWarning: 4711"),
        new_output("error", ename="KeyError", evalue="4711", traceback=["4711"]),
        new_output(
            "execute_result",
            {"text/html": "<table><td>4711</td></table>", "text/plain": "4711"},
            execution_count=1,
        ),
        new_output("display_data", {"image/png": "4711"}),
        new_output("display_data", {}),
    ],
    ids=["stdout", "stderr", "error", "frame", "image", "empty"],
)
def test_any_other_output_is_refused_by_its_cell_and_not_repeated(output):
    with pytest.raises(DisclosureError, match="cell 3 of the notebook") as refusal:
        export(displayed(HEAD), displayed(SUMMARY), new_code_cell("x", outputs=[output]))
    assert "4711" not in str(refusal.value)


def test_a_cell_is_counted_without_the_one_in_which_papermill_gives_the_parameters():
    given = new_code_cell("province_code = '22'", metadata={"tags": ["injected-parameters"]})
    printed = new_code_cell("x", outputs=[new_output("stream", name="stdout", text="4711")])
    with pytest.raises(DisclosureError, match="cell 2 of the notebook"):
        export(displayed(HEAD), given, printed)


SHOWN = {"image/png": "4711", "text/plain": "<Figure size 600x240 with 1 Axes>"}


def test_a_drawing_that_was_left_open_is_left_out_and_harms_no_page():
    left_open = new_output("display_data", SHOWN)
    html = export(displayed(HEAD), displayed(SUMMARY), new_code_cell("x", outputs=[left_open]))
    assert html == export(displayed(HEAD), displayed(SUMMARY))


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        (new_output("execute_result", {"text/html": "<b>1</b>"}, execution_count=1), "ek.own_table"),
        (new_output("execute_result", SHOWN, execution_count=1), "end the cell with ;"),
        (new_output("stream", name="stdout", text="1"), "print nothing"),
        (new_output("display_data", {**SHOWN, "text/html": "1"}), "ek.own_figure"),
    ],
)
def test_a_refused_output_is_told_with_what_to_do(output, remedy):
    with pytest.raises(DisclosureError) as refusal:
        export(displayed(HEAD), new_code_cell("x", outputs=[output]))
    assert remedy in refusal.value.do


def test_raw_cells_are_refused():
    with pytest.raises(DisclosureError, match="cell 2"):
        export(displayed(HEAD), new_raw_cell("<script>alert(1)</script>"))


@pytest.mark.parametrize("cells", [[], [displayed(SUMMARY)], [displayed(HEAD, HEAD)]])
def test_a_page_has_exactly_one_head(cells):
    with pytest.raises(DisclosureError, match="exactly one head"):
        export(*cells)


def test_html_beside_a_section_is_ignored():
    bundle = mime_bundle(SUMMARY) | {"text/html": "<script>alert(1)</script>"}
    html = export(displayed(HEAD), new_code_cell("x", outputs=[new_output("display_data", bundle)]))
    assert "alert" not in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Tên <script>alert(1)</script>", "<h2>Tên </h2>"),
        ("chữ <img src=x onerror=alert(1)> *nghiêng*", "<p>chữ  <em>nghiêng</em></p>"),
        (
            "[a](javascript:alert(1)) [b](JAVASCRIPT:x) [c](data:text/html,x) [d](vbscript:x)",
            "<p>a b c d</p>",
        ),
        (
            "[nguồn](https://gov.example) ![ảnh](https://evil.test/x.png)",
            "<p>nguồn (https://gov.example) ảnh</p>",
        ),
        ("[lên](#summary)", '<p><a href="#summary">lên</a></p>'),
        ('<a href="https://evil.test" onclick="x">y</a>', "<p><a>y</a></p>"),
        ("<table><tr><td>7</td></tr></table>", "7"),
        ("a<!-- hidden -->b", "<p>ab</p>"),
        ("<style>p{color:red}</style><iframe src=x>z</iframe>", ""),
        ("##### Nhỏ", "<h4>Nhỏ</h4>"),
    ],
)
def test_free_text_is_reduced_to_harmless_elements(text, html):
    assert str(render_markdown(text)) == html


@pytest.mark.parametrize(
    "result", [pd.DataFrame({"secret": [4711]}), pd.Series([4711]), 4711, "<b>4711</b>", [4711], None]
)
def test_only_registered_results_are_shown(result):
    with pytest.raises(DisclosureError, match=r"show\(") as refusal:
        show(SUMMARY, result)
    assert "4711" not in str(refusal.value)


def test_a_result_shows_itself_once_registered():
    class Finding:
        pass

    section_of.register(Finding, lambda _result: SUMMARY)
    bundle = mime_bundle(Finding())
    assert bundle[SECTION_MIME]["id"] == "summary"
    assert "Số vụ giảm." in bundle["text/html"]
    assert bundle["text/plain"] == "Tóm tắt\n=======\nSố vụ giảm."
    assert PAGE_MIME in mime_bundle(HEAD)


def test_nbconvert_finds_the_exporter_and_names_the_file():
    exporter = get_exporter("evalkit.reporting.exporter.EvalkitExporter")()
    assert exporter.file_extension == ".html"
    assert exporter.language == "vi"
