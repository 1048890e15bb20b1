"""Figures show what they are given: gaps stay gaps, hidden years stay hidden, and the same figures give the same bytes."""

import re
import unicodedata
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pandas as pd
import pytest

from evalkit.reporting import figure_years
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.canvas import WIDTH, text_width, wrapped
from evalkit.reporting.drawn_figures import Band, draw_both, period_comparison, target_strip, yearly_counts

B = Bilingual
TITLE = B("Số vụ mỗi năm", "Cases a year")
MISSING = float("nan")
BLUE = "#0072b2"
SERIES = pd.DataFrame(
    {
        "year": [2015, 2016, 2017, 2018, 2020, 2021, 2022],
        "value": [9.0, 7.0, MISSING, MISSING, 3.0, 0.0, 2.0],
        "status": [
            "reported",
            "reported",
            "not_reported",
            "suppressed",
            "reported",
            "zero_reported",
            "reported",
        ],
    }
)
PERIODS = pd.DataFrame(
    [
        {
            "label": B("2011–2015", "2011–2015"),
            "count": 39.0,
            "years": 5.0,
            "rate": 7.8,
            "lower": 5.5,
            "upper": 10.7,
            "note": None,
        },
        {
            "label": B("năm 2022", "2022"),
            "count": 4.0,
            "years": 1.0,
            "rate": 4.0,
            "lower": 1.1,
            "upper": 10.2,
            "note": None,
        },
        {
            "label": B("2023", "2023"),
            "count": MISSING,
            "years": 5.0,
            "rate": MISSING,
            "lower": MISSING,
            "upper": MISSING,
            "note": B("[c] bảo mật", "[c] confidential"),
        },
    ]
)
TARGETS = pd.DataFrame(
    [
        {
            "label": B("Tin báo", "Reports"),
            "value": 77.8,
            "lower": 45.3,
            "upper": 93.7,
            "target": 90.0,
            "target_words": B("trên 90%", "over 90%"),
            "note": B("chưa đạt", "not met"),
        },
        {
            "label": B("Nạn nhân", "Victims"),
            "value": MISSING,
            "lower": MISSING,
            "upper": MISSING,
            "target": MISSING,
            "target_words": None,
            "note": B("không báo cáo", "not reported"),
        },
    ]
)
DRAWINGS = [
    (yearly_counts, SERIES, {"title": TITLE}),
    (period_comparison, PERIODS, {"title": TITLE, "unit": B("vụ", "cases")}),
    (target_strip, TARGETS, {"title": TITLE}),
]
every_drawing = pytest.mark.parametrize(
    ("draw", "frame", "settings"), DRAWINGS, ids=["years", "periods", "targets"]
)


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314  our own drawing


def texts(svg):
    return [element.text for element in parsed(svg).iter("text")]


def paths(svg, **attributes):
    found = [path.attrib for path in parsed(svg).iter("path")]
    return [path["d"] for path in found if attributes.items() <= path.items()]


@every_drawing
def test_a_figure_fits_a_phone_and_can_be_read_there(draw, frame, settings):
    for svg in draw_both(draw, frame, invented=True, **settings):
        root = parsed(svg)
        _, _, width, height = map(float, root.get("viewBox").split())
        sizes = [float(text.get("font-size")) for text in root.iter("text")]
        assert width == WIDTH
        assert min(sizes) * 343 / width >= 11
        assert all(0 <= float(text.get("y", 1)) <= height for text in root.iter("text"))
        assert len(svg) < 12_000


@every_drawing
def test_the_same_figures_give_the_same_bytes_whatever_the_notebook_has_set(draw, frame, settings):
    first = draw_both(draw, frame, **settings)
    with mpl.rc_context(
        {"font.size": 30, "axes.prop_cycle": mpl.cycler(color=["red"]), "svg.fonttype": "path"}
    ):
        again = draw_both(draw, frame.copy(), **settings)
        assert mpl.rcParams["font.size"] == 30
    assert again == first


@every_drawing
def test_invented_figures_say_so_inside_the_drawing(draw, frame, settings):
    marked = draw_both(draw, frame, invented=True, **settings)
    assert "Số liệu giả định" in texts(marked.vi)
    assert "Invented figures" in texts(marked.en)
    assert "giả định" not in draw_both(draw, frame, **settings).vi


@every_drawing
def test_each_language_has_its_own_words(draw, frame, settings):
    drawing = draw_both(draw, frame, **settings)
    assert "Số vụ mỗi năm" in texts(drawing.vi)
    assert "Cases a year" in texts(drawing.en)
    assert "Cases a year" not in drawing.vi


@every_drawing
def test_no_red_and_no_green(draw, frame, settings):
    colours = set(re.findall(r"#[0-9a-f]{6}", draw_both(draw, frame, **settings).vi))
    assert colours <= {BLUE, "#56b4e9"}


def test_gaps_are_named_and_bridged_by_nothing():
    svg = yearly_counts(SERIES, title=TITLE, language="vi")
    assert texts(svg).count("[c]") == 1
    assert "không báo cáo" in texts(svg)
    assert "chưa có số liệu" in texts(svg)  # 2019 has no row at all
    lines = paths(svg, stroke=BLUE, fill="none")
    assert sorted(line.count("L") for line in lines) == [
        1,
        2,
    ]  # 2015-2016 and 2020-2022: nothing runs from 2016 to 2020


def test_a_hidden_value_leaves_no_trace():
    """Whatever figure a suppressed row was made from, the drawing is the same: the row holds none."""
    svg = yearly_counts(SERIES, title=TITLE, language="en")
    values = [text for text in texts(svg) if text.isdigit() and int(text) < 100]
    assert values.count("3") >= 1
    points = parsed(svg).iter("use")
    assert len(list(points)) == SERIES["value"].notna().sum()


def test_a_partial_year_is_hollow_and_joined_to_nothing():
    series = SERIES.tail(3).assign(partial=[False, False, True])
    svg = yearly_counts(series, title=TITLE, language="vi")
    faces = [use.get("fill") for use in parsed(svg).iter("use")]
    assert sorted(faces) == [BLUE, BLUE, "var(--paper,#fff)"]
    assert [line.count("L") for line in paths(svg, stroke=BLUE, fill="none")] == [1]


def test_events_are_numbered_on_the_plot_and_named_below_it():
    bands = (
        Band(2016.0, 2017.5, B("Luật một", "Law one")),
        Band(2017.0, 2019.0, B("Luật hai", "Law two")),
        Band(1990.0, 1991.0, B("Cũ", "Old")),
    )
    plain = yearly_counts(SERIES, title=TITLE, language="vi")
    svg = yearly_counts(SERIES, title=TITLE, language="vi", breaks=bands)
    assert {"Luật một", "Luật hai"} <= set(texts(svg))
    assert texts(svg).count("1") == texts(plain).count("1") + 2
    assert "Cũ" not in svg  # outside of the years shown


def test_an_event_beside_the_years_drawn_is_neither_marked_nor_named():
    first, last = int(SERIES["year"].min()), int(SERIES["year"].max())
    beside = (
        Band(first - 1.0, first - 0.3, B("Trước", "Before")),
        Band(last + 1.0, last + 1.0, B("Sau", "After")),
        Band(last + 1.49, last + 9.0, B("Giữa năm sau", "Amid the next year")),
    )
    plain = yearly_counts(SERIES, title=TITLE, language="vi")
    assert yearly_counts(SERIES, title=TITLE, language="vi", breaks=beside) == plain
    last_day = (Band(last + 0.99, last + 2.0, B("Cuối năm", "In December")),)
    assert "Cuối năm" in texts(yearly_counts(SERIES, title=TITLE, language="vi", breaks=last_day))


@pytest.mark.parametrize(("decimals", "between"), [(0, False), (1, True)])
def test_the_scale_of_small_counts_has_no_parts_of_a_case(decimals: int, between: bool):  # noqa: FBT001
    years = pd.DataFrame({"year": [2022, 2023, 2024], "value": [0.0, 1.0, 0.0], "status": "reported"})
    told = texts(yearly_counts(years, title=TITLE, language="en", decimals=decimals))
    assert any(0 < float(text) < 1 for text in told if re.fullmatch(r"[0-9]\.[0-9]", text)) == between


def test_a_trend_is_drawn_over_the_years_it_gives():
    trend = pd.DataFrame(
        {"year": [2015, 2022], "value": [8.0, 1.0], "lower": [5.0, 0.5], "upper": [12.0, 3.0]}
    )
    banded = yearly_counts(SERIES, title=TITLE, language="vi", trend=trend)
    assert "xu hướng ước lượng và khoảng tin cậy 95%" in texts(banded)
    bare = yearly_counts(SERIES, title=TITLE, language="vi", trend=trend[["year", "value"]])
    assert "xu hướng ước lượng" in texts(bare)


@pytest.mark.parametrize("values", [[0.0, 0.0], [MISSING, MISSING], [12345.0, 1.0]])
def test_extreme_series_are_drawn(values):
    status = ["suppressed" if pd.isna(value) else "reported" for value in values]
    svg = yearly_counts(
        pd.DataFrame({"year": [2023, 2024], "value": values, "status": status}), title=TITLE, language="vi"
    )
    assert "2024" in texts(svg)


def test_periods_print_their_counts_and_keep_the_callers_order():
    drawing = draw_both(period_comparison, PERIODS, title=TITLE, unit=B("vụ", "cases"))
    said = texts(drawing.vi)
    assert (
        said.index("2011–2015")
        < said.index("39 vụ / 5 năm")
        < said.index("4 vụ / 1 năm")
        < said.index("[c] bảo mật")
    )
    assert "7,8" in said
    assert {"39 cases / 5 years", "4 cases / 1 year", "7.8"} <= set(texts(drawing.en))


def test_an_interval_is_drawn_to_scale():
    rows = PERIODS.head(1).assign(lower=2.0, upper=8.0, rate=4.0)
    svg = period_comparison(rows, title=TITLE, unit=B("vụ", "cases"), language="vi")
    (bar,) = paths(svg, stroke="#56b4e9")
    left, right = (float(point) for point in re.findall(r"[ML]([\d.]+) ", bar))
    unit = (WIDTH - 12) / (8.0 * 1.12)
    assert left == pytest.approx(6 + 2 * unit, abs=0.06)
    assert right == pytest.approx(6 + 8 * unit, abs=0.06)


def test_targets_are_marked_to_scale_and_absence_is_said():
    svg = target_strip(TARGETS, title=TITLE, language="vi")
    said = texts(svg)
    assert {"77,8%", "trên 90%", "chưa đạt", "không báo cáo"} <= set(said)
    marks = [path for path in parsed(svg).iter("path") if path.get("stroke-width") == "2.6"]
    assert len(marks) == 1
    assert marks[0].get("d").startswith(f"M{6 + 0.9 * (WIDTH - 12):.1f} ")


def test_a_target_on_growth_is_drawn_as_counts_and_never_on_the_scale():
    growth = {
        "label": B("Tin báo của người dân", "Reports by citizens"),
        "value": -11.5,
        "lower": -51.8,
        "upper": 61.1,
    }
    growth |= {"target": 10.0, "target_words": B("tăng 10%", "up by 10%"), "note": B("chưa đạt", "not met")}
    svg = target_strip(
        pd.DataFrame([growth | {"counts": B("23; cần 29", "23; 29 needed")}]), title=TITLE, language="en"
    )
    assert {"23; 29 needed", "not met"} <= set(texts(svg))
    assert not any("11.5" in text or "10%" in text for text in texts(svg))
    assert not [path for path in parsed(svg).iter("path") if path.get("stroke-width") == "2.6"]


def test_decomposed_names_are_drawn_composed():
    decomposed = B(unicodedata.normalize("NFD", "Số vụ ở Đắk Lắk"), "Cases")
    assert "Số vụ ở Đắk Lắk" in texts(yearly_counts(SERIES, title=decomposed, language="vi"))


def test_lines_are_broken_by_their_width():
    lines = wrapped("Tỷ lệ giải quyết tố giác, tin báo, kiến nghị khởi tố", width=120)
    assert " ".join(lines) == "Tỷ lệ giải quyết tố giác, tin báo, kiến nghị khởi tố"
    assert len(lines) > 2
    assert all(text_width(line) <= 120 for line in lines)


EVERY = figure_years._every_year
HIDDEN_YEARS = SERIES.assign(value=SERIES["value"].mask(SERIES["year"] == SERIES["year"].max()))
LONG = B(
    "Bộ luật Hình sự năm 2015 có hiệu lực thi hành từ ngày 1 tháng 1 năm 2018",
    "The Penal Code of 2015 in force since 1 January 2018",
)
ONCE = [
    *DRAWINGS,
    (yearly_counts, SERIES, {"title": TITLE, "breaks": (Band(2018.0, 2018.0, B("Luật mới", "A new law")),)}),
    (yearly_counts, HIDDEN_YEARS, {"title": TITLE, "invented": True}),
    (yearly_counts, SERIES, {"title": B("Số vụ & số bị cáo < 9", "Cases & defendants < 9")}),
    (yearly_counts, SERIES, {"title": TITLE, "breaks": (Band(2018.0, 2018.0, B(LONG.vi * 3, LONG.en)),)}),
    (yearly_counts, SERIES, {"title": B("Số vụ", "Cases (in $)")}),
]


@pytest.mark.parametrize(("draw", "frame", "settings"), ONCE)
def test_a_drawing_that_was_translated_is_what_that_language_draws_by_itself(draw, frame, settings):
    for language, svg in draw_both(draw, frame, **settings).texts.items():
        assert svg == draw(frame, language=language, **settings)


@pytest.mark.parametrize(
    ("vi", "en", "drawn"),
    [
        ("Số vụ", "Cases", 1),
        ("Số vụ " * 20, "Cases", 3),
        ("2.024", "2024", 1),
        ("2022", "The second year", 3),
    ],
)
def test_a_figure_is_drawn_once_unless_lines_or_words_do_not_fit(monkeypatch, vi, en, drawn):
    """Twice more where the first attempt told that it cannot be translated."""
    times = []
    monkeypatch.setattr(
        "evalkit.reporting.figure_years._every_year", lambda frame: times.append(1) or EVERY(frame)
    )
    draw_both(yearly_counts, SERIES, title=B(vi, en))
    assert len(times) == drawn
