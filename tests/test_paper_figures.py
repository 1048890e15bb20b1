"""Figures for papers: their points are the figures of the record's frame, what is hidden is a mark, and nothing goes on a page by itself."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy import stats

import evalkit as ek
from evalkit.errors import FactsError
from evalkit.records import Record
from evalkit.reporting.blocks import Figure as Drawn
from tests.shipped import bundle_of, evaluation_of

FIVE = dict.fromkeys(["06", "08", "10", "11", "12"], 2019)


def heights(drawing: Figure) -> list[float]:
    """Return the heights of the points drawn, from left to right."""
    lines = [line for line in drawing.axes[0].lines if line.get_gid() == "points"]
    spots = [spot for line in lines for spot in zip(line.get_xdata(), line.get_ydata(), strict=True)]
    return [float(height) for _, height in sorted(spots)]


def bars(drawing: Figure) -> list[tuple[float, float]]:
    """Return the ends of the intervals drawn."""
    drawn = [one for one in drawing.axes[0].collections if one.get_gid() == "intervals"]
    ends = [segment for one in drawn for segment in one.get_segments()]
    return [(float(low), float(high)) for (_, low), (_, high) in sorted(ends, key=lambda ends: ends[0][0])]


def words(drawing: Figure) -> str:
    """Return all that is written on a drawing; line breaks are blanks."""
    FigureCanvasAgg(drawing).draw()
    texts = [text.get_text() for text in drawing.findobj(lambda one: hasattr(one, "get_text"))]
    return " ".join(" ".join(texts).split())


def of_indicator(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame[frame["indicator"].eq(name)].sort_values("period_end")


@pytest.fixture(scope="module")
def effects() -> Record:
    return ek.effect(bundle_of("demo").nation(), measure="cases_recorded", who=FIVE, window=(2011, 2025))


# ---- what is drawn is what the frame holds


def test_the_points_and_bars_of_an_indicator_are_its_values_and_limits():
    record = evaluation_of("demo", "04").indicators
    rows = of_indicator(record.frame, "cases")
    drawing = record.figure("cases", language="en")
    assert heights(drawing) == rows["value"].tolist()
    assert len(rows) == 15
    lower = stats.chi2.ppf(0.025, 2 * rows["numerator"]) / 2  # Garwood, by hand
    upper = stats.chi2.ppf(0.975, 2 * rows["numerator"] + 2) / 2
    np.testing.assert_allclose(bars(drawing), np.column_stack([lower, upper]))


def test_the_points_of_a_trend_are_its_counts_with_exact_limits_and_its_change_is_told():
    record = evaluation_of("demo", "04").trends
    series, drawing = record.items[0].series, record.figure("cases", language="en")
    assert heights(drawing) == series["count"].tolist()
    np.testing.assert_allclose(bars(drawing)[-1], stats.chi2.ppf([0.025, 0.975], [2 * 23, 2 * 23 + 2]) / 2)
    assert f"{abs(record.items[0].fit.apc):.1f}% a year, 95% interval" in words(drawing)


def test_programme_periods_are_drawn_a_year_and_no_line_joins_them():
    record = evaluation_of("vn-published", "22").comparisons
    drawing = record.figure("cases", language="en")
    assert heights(drawing) == [39 / 5, 23 / 5, 0 / 2]  # the published totals over their years
    assert all(len(line.get_xdata()) == 1 for line in drawing.axes[0].lines if line.get_gid() == "points")
    assert [label.get_text() for label in drawing.axes[0].get_xticklabels()] == [
        "2011–2015",
        "2016–2020",
        "2021–2022",
    ]
    np.testing.assert_allclose(bars(drawing)[2], (0, stats.chi2.ppf(0.975, 2) / 2 / 2))


def test_the_pathway_draws_each_stage_beside_the_others_without_bars():
    record = evaluation_of("demo", "04").pathway
    drawing = record.figure(language="en")
    assert sorted(heights(drawing)) == sorted(record.frame["value"].dropna())
    assert len(drawing.axes[0].get_legend().get_texts()) == 5
    assert bars(drawing) == []


def test_a_target_is_drawn_at_what_was_promised_beside_what_was_reached():
    record = evaluation_of("demo", "04").assessments
    rows = record.frame[record.frame["target_id"].eq("T1-2021")]
    drawing = record.figure("T1-2021", language="en")
    assert heights(drawing) == rows["value"].tolist()
    promised = next(one for one in drawing.axes[0].collections if one.get_gid() == "target")
    assert [segment[0][1] for segment in promised.get_segments()] == [100.0] * 3
    assert [text.get_text() for text in drawing.axes[0].get_legend().get_texts()] == ["100%"]


def test_provinces_stand_in_official_order_at_their_lasting_rates():
    record = evaluation_of("demo").compared
    shrunken = record.items[0].shrunken.frame
    points = next(line for line in record.figure().axes[0].lines if line.get_gid() == "points")
    assert list(points.get_ydata()) == list(range(34))
    np.testing.assert_allclose(points.get_xdata(), 100_000 * shrunken["shrunken"])
    counted = next(line for line in record.figure().axes[0].lines if line.get_gid() == "counted")
    np.testing.assert_allclose(counted.get_xdata(), 100_000 * shrunken["count"] / shrunken["exposure"])
    assert record.frame["province_code"].is_monotonic_increasing


def test_an_effect_is_drawn_by_years_since_its_start(effects: Record):
    events = effects.frame.query("kind == 'event'")  # type: ignore[attr-defined]
    drawing = effects.figure(language="en")
    assert heights(drawing) == events["estimate"].tolist()
    np.testing.assert_allclose(bars(drawing), events[["lower", "upper"]])
    assert "Exploratory" in words(drawing)


# ---- what is hidden or missing is no point


def hidden_in(record: Any, year: int) -> Any:
    """Return a record of indicators in which the cases of one year are hidden."""
    frame = record.frame.copy()
    mine = frame["indicator"].eq("cases") & frame["period_end"].dt.year.eq(year)
    frame.loc[mine, ["numerator", "value", "lower", "upper"]] = np.nan
    frame.loc[mine, "status"] = "suppressed"
    return replace(record, frame=frame)


def test_a_hidden_year_is_a_mark_and_no_line_crosses_it():
    record = evaluation_of("demo", "04").indicators
    told = of_indicator(record.frame, "cases")["value"].tolist()
    drawing = hidden_in(record, 2018).figure("cases", language="en")
    assert heights(drawing) == [*told[:7], *told[8:]]
    runs = [len(line.get_xdata()) for line in drawing.axes[0].lines if line.get_gid() == "points"]
    assert runs == [7, 7]
    assert [text.get_text() for text in drawing.axes[0].texts] == ["[c]"]
    assert drawing.axes[0].texts[0].xy == (2018.0, 0)
    assert "[c]: confidential." in words(drawing)


def test_a_year_without_a_row_is_a_gap():
    record = evaluation_of("demo", "04").indicators
    frame = record.frame[~record.frame["period_end"].dt.year.isin([2013, 2014])]
    drawing = replace(record, frame=frame).figure("cases")
    runs = [len(line.get_xdata()) for line in drawing.axes[0].lines if line.get_gid() == "points"]
    assert runs == [2, 11]
    assert not drawing.axes[0].texts


@pytest.mark.parametrize("code", ["04", "22"])
def test_no_figure_of_the_demo_draws_a_value_that_is_hidden(code: str):
    record = evaluation_of("demo", code).indicators
    hidden = record.frame[record.frame["status"].eq("suppressed")]["indicator"].unique()
    assert len(hidden) > 3
    for name in hidden:
        rows = of_indicator(record.frame, name)
        drawn = heights(record.figure(name))
        assert sorted(drawn) == sorted(rows["value"].dropna()), name
        assert len(drawn) < len(rows)


# ---- what is written


def test_the_title_says_what_and_where_and_the_foot_from_whom():
    published = evaluation_of("vn-published", "22").indicators
    told = words(published.figure("cases"))
    assert "Số vụ mua bán người được ghi nhận theo giai đoạn Thành phố Quảng Ninh" in told
    assert "Nguồn: " in told
    assert "giả định" not in told
    sources = of_indicator(published.frame, "cases")["source_id"].unique()
    assert all(" ".join(published.sources[name].title.split()) in told for name in sources)


def test_the_foot_says_what_a_title_means_in_the_readers_language():
    published = evaluation_of("vn-published", "22").indicators
    told, original = (words(published.figure("cases", language=one)) for one in ("en", "vi"))
    explained = [
        (source.title_in.of("en"), source.title)
        for name, source in published.sources.items()
        if name in set(of_indicator(published.frame, "cases")["source_id"])
    ]
    assert len(explained) > 1
    for meaning, title in explained:
        assert f"{meaning} [{title}]" in told
        assert title in original
        assert meaning not in original


def test_invented_figures_say_so_in_either_language_and_in_given_axes(effects: Record):
    result, nation = evaluation_of("demo", "04"), evaluation_of("demo")
    records = (result.indicators, result.assessments, result.trends, result.comparisons, result.pathway)
    for record in (*records, nation.compared, effects):
        assert "invented figures" in record.figure(language="en").get_suptitle(), type(record)
        assert "số liệu giả định" in record.figure(language="vi").get_suptitle()
        own = Figure(figsize=(8, 6))
        assert record.figure(language="en", ax=own.subplots()) is own
        assert "invented figures" in own.axes[0].get_title(loc="left")
        assert own.axes[0].get_xlabel()


def test_two_figures_share_one_sheet_where_axes_are_given():
    record = evaluation_of("demo", "04").indicators
    sheet = Figure(figsize=(9, 4), layout="constrained")
    left, right = sheet.subplots(1, 2)
    record.figure("cases", ax=left)
    record.figure("case_rate", ax=right)
    assert [axes.get_ylabel() for axes in sheet.axes] == ["vụ", "trên 100.000 dân"]


def test_a_size_is_kept_and_a_pdf_is_written(tmp_path: Path):
    drawing = evaluation_of("demo", "04").indicators.figure("cases", size=(5, 3))
    assert tuple(drawing.get_size_inches()) == (5, 3)
    drawing.savefig(tmp_path / "cases.pdf")
    assert (tmp_path / "cases.pdf").read_bytes().startswith(b"%PDF")
    assert drawing.get_facecolor() == (1, 1, 1, 1)


def pdf_of(drawing: Figure) -> bytes:
    stream = io.BytesIO()
    with mpl.rc_context({"pdf.compression": 0}):
        drawing.savefig(stream, format="pdf")
    return stream.getvalue()


def test_a_pdf_embeds_its_fonts_as_truetype_and_other_figures_are_saved_as_before(tmp_path: Path):
    drawing, other = evaluation_of("demo", "04").indicators.figure("cases"), Figure()
    other.suptitle("Another figure of the notebook")
    with mpl.rc_context({"pdf.fonttype": 3, "ps.fonttype": 3}):
        saved = pdf_of(drawing)
        assert b"/Type3" in pdf_of(other)
        drawing.savefig(tmp_path / "cases.eps")
        assert (mpl.rcParams["pdf.fonttype"], mpl.rcParams["ps.fonttype"]) == (3, 3)
    assert b"/Type3" not in saved
    assert b"/FontFile2" in saved  # where a PDF keeps a TrueType font
    assert "/FontType 42" in (tmp_path / "cases.eps").read_text("latin-1")


# ---- what is refused


def test_a_record_without_a_drawing_says_which_have_one():
    with pytest.raises(FactsError, match="nothing that a figure is drawn of") as refused:
        evaluation_of("demo", "04").evidence.figure()
    assert "Indicators" in refused.value.do


def test_a_misspelt_name_is_told_its_nearest():
    with pytest.raises(FactsError, match='did you mean "cases"'):
        evaluation_of("demo", "04").indicators.figure("casess")


def test_a_place_without_figures_says_that_there_is_nothing_to_draw():
    with pytest.raises(FactsError, match="no figure to draw"):
        evaluation_of("vn-published", "22").pathway.figure()


# ---- where it goes


def test_an_own_figure_of_a_page_takes_it_with_its_words():
    drawing = evaluation_of("demo", "04").indicators.figure("cases", language="en")
    about = {"alt": "Cases by year.", "period": "2011–2025", "source": "invented"}
    section = ek.own_figure(drawing, name="own-cases", title="Cases", **about)
    block = section.blocks[1]
    assert isinstance(block, Drawn)
    assert "invented figures" in block.svg.en
    assert "<text" in block.svg.en


def test_drawing_is_loaded_where_somebody_draws():
    code = "import sys, evalkit as ek, evalkit.records; print([m for m in ('matplotlib', 'seaborn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_notebook_keeps_its_own_settings():
    with mpl.rc_context({"font.size": 23.0}):
        evaluation_of("demo", "04").indicators.figure("cases")
        assert mpl.rcParams["font.size"] == 23.0
