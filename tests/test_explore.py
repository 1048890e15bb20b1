"""What a researcher holds: short in a terminal, completed by Tab, refused with a remedy, and in tidy frames that equal the pages'."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import evalkit as ek
from evalkit.errors import EvalkitError, FactsError, SettingsError
from evalkit.explore import OpenBundle
from evalkit.messages import told_in
from evalkit.programme.catalogue_list import found_text
from evalkit.records import Record
from evalkit.reporting.jupyter_display import teach_ipython
from evalkit.table import NATION_SCHEME
from tests.shipped import bundle_of

BOTH = ["demo", "vn-published"]
LONGEST = 400


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, OpenBundle]:
    bundles = {}
    for name in BOTH:
        folder = tmp_path_factory.mktemp(name) / "bundle"
        bundle_of(name).write(folder)
        bundles[name] = ek.open_bundle(folder)
    return bundles


def public_of(one: object) -> Iterator[object]:
    """Give what stands in the public attributes of an object, but for pandas' own frames and matplotlib's figures."""
    for name in dir(one):
        if not name.startswith("_") and name != "figure":
            value = getattr(one, name)
            if not callable(value) and not isinstance(value, pd.DataFrame | pd.Series):
                yield value


@pytest.mark.parametrize("name", BOTH)
def test_every_object_is_short_in_a_terminal(name: str, opened: dict[str, OpenBundle]):
    bundle = opened[name]
    province, nation = bundle.provinces["22"], bundle.nation()
    found = bundle.programme.find("support")
    evaluations = [ek.evaluate(province), ek.evaluate(nation)]
    records = [getattr(one, field.name) for one in evaluations for field in fields(one)]
    items = [item for one in records for item in getattr(one, "items", ())]
    objects = [
        bundle,
        bundle.provinces,
        province,
        province.place,
        nation,
        bundle.programme,
        found,
        *found.values(),
        bundle.sources,
        *(getattr(bundle.programme, name) for name in ("indicators", "measures", "units", "dimensions")),
    ]
    compared = ek.compare_places(province, nation, "cases")
    five = dict.fromkeys(list(bundle.provinces)[:5], 2019)
    effects = ek.effect(nation, measure="cases_recorded", who=five, window=(2011, 2025))
    asked = [compared, compared.result, effects, *effects.items, ek.alarms(province, "cases_recorded")]
    asked += [
        ek.trend(province, "cases"),
        ek.compare_provinces(nation),
        ek.compare_counts(23, 39, later_exposure=5, earlier_exposure=5),
    ]
    held = [
        value for one in (bundle, bundle.programme, province, nation, *records) for value in public_of(one)
    ]
    for one in [*objects, *evaluations, *records, *items, *asked, *held]:
        assert len(repr(one)) <= LONGEST, type(one)
        assert len(repr(one).splitlines()) <= 5
    assert all(isinstance(one, Record) for one in evaluations)


def test_a_place_that_is_printed_says_which_it_is_and_what_there_is(opened: dict[str, OpenBundle]):
    province = opened["vn-published"].provinces["22"]
    printed = str(province)
    assert "Quảng Ninh (22, scheme 34)" in printed
    assert f"{len(province.facts)} rows of figures" in printed
    assert "object at 0x" not in printed


def test_a_record_reads_as_plain_words(opened: dict[str, OpenBundle]):
    trends = ek.fit_trends(opened["vn-published"].provinces["22"])
    assert "Số vụ mua bán người được ghi nhận" in str(trends)
    assert "Trafficking cases recorded" in trends.text("en")
    assert set(trends.sources) == set(opened["vn-published"].sources)


@pytest.mark.parametrize("language", ["fr", ""])
def test_a_language_that_there_is_not_is_refused_with_those_there_are(
    language: str, opened: dict[str, OpenBundle]
):
    trends = ek.fit_trends(opened["vn-published"].provinces["22"])
    for call in (
        trends.text,
        lambda name: trends.figure(language=name),
        lambda name: ek.show(trends, language=name),
    ):
        with pytest.raises(SettingsError, match="vi, en"):
            call(language)


@pytest.mark.parametrize(("asked", "spoken"), [("en", "en"), ("vi", "vi"), ("fr", "vi"), ("", "vi")])
def test_results_are_told_in_the_language_of_the_notebook(
    asked: str,
    spoken: str,
    opened: dict[str, OpenBundle],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("EVALKIT_LANG", asked)  # as `evalkit lab --lang` does
    compared = ek.compare_periods(opened["vn-published"].provinces["22"])
    name = {"en": "Trafficking cases recorded", "vi": "Số vụ mua bán người được ghi nhận"}[spoken]
    ek.show(compared)
    drawing = compared.figure("cases")
    drawn = " ".join(" ".join(text.get_text() for text in (*drawing.texts, drawing.axes[0].title)).split())
    assert [name in told for told in (capsys.readouterr().out, str(compared), drawn)] == [True] * 3


def test_a_bundle_speaks_another_of_its_languages_from_now_on(
    opened: dict[str, OpenBundle], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("EVALKIT_LANG", "")
    bundle = replace(opened["vn-published"])
    labels = set(bundle.estimates["label"])
    assert "Số vụ mua bán người được ghi nhận" in labels
    with told_in("en"):
        assert bundle.speak("en") is bundle
        assert "Trafficking cases recorded" in set(bundle.estimates["label"])
        assert "Trafficking cases recorded" in str(ek.fit_trends(bundle.provinces["22"]))
        assert set(bundle.speak("vi").estimates["label"]) == labels
        with pytest.raises(SettingsError, match="vi, en"):
            bundle.speak("fr")


def test_provinces_are_a_mapping_whose_views_agree(opened: dict[str, OpenBundle]):
    provinces = opened["vn-published"].provinces
    assert len(provinces) == len(list(provinces)) == 34
    assert all(code in provinces and provinces[code].place.code == code for code in provinces)
    assert "Quảng Ninh" in provinces
    assert "quang ninh" in provinces
    assert 22 not in provinces
    assert "Atlantis" not in provinces
    assert provinces.get("Atlantis") is None
    assert {code: area.place.code for code, area in list(provinces.items())[:2]} == {"01": "01", "04": "04"}


@pytest.fixture
def shell(opened: dict[str, OpenBundle]) -> InteractiveShell:
    shell = InteractiveShell.instance()
    bundle = opened["vn-published"]
    shell.user_ns.update(bundle=bundle, ek=ek, indicators=ek.estimate_indicators(bundle.provinces["22"]))
    return shell


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ('bundle.provinces["', "22"),
        ('bundle.provinces["Quảng N', "Quảng Ninh"),
        ('bundle.provinces["quang n', "quang ninh"),
        ("ek.estimate_", "ek.estimate_indicators"),
        ("bundle.programme.mea", "bundle.programme.measures"),
        ('bundle.sources["qn-', "qn-article-2023"),
        ('bundle.estimates["unit_l', "unit_label"),
        ('indicators.frame["numer', "numerator"),
    ],
)
def test_tab_completes(typed: str, wanted: str, shell: InteractiveShell):
    with provisionalcompleter():
        found = [one.text for one in shell.Completer.completions(typed, len(typed))]
    assert any(wanted.endswith(text.strip("\"'[]")) and text for text in found), found[:10]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Hà Giang", "Hà Giang is part of Tuyên Quang since 2025-07-01"),
        (22, "as text"),
        ("Atlantis", "no page of this bundle"),
        ("1", 'did you mean "01"'),
        ("02", "Hà Giang is part of Tuyên Quang since 2025-07-01"),
        ("QN", r"ambiguous: Quảng Ninh \(22\), Quảng Nam \(48\), Quảng Ngãi \(51\)"),
        ("Quảng", "ambiguous: Quảng Ninh"),
    ],
)
def test_a_place_that_is_none_is_told_with_its_remedy(
    asked: object, told: str, opened: dict[str, OpenBundle]
):
    with pytest.raises(FactsError, match=told):
        opened["vn-published"].provinces[asked]  # type: ignore[index]


def test_a_step_is_given_a_place_or_what_an_earlier_step_gave(opened: dict[str, OpenBundle]):
    bundle = opened["demo"]
    province = bundle.provinces["22"]
    for call, told in (
        (lambda: ek.fit_trends(bundle), "a bundle holds many places"),
        (lambda: ek.fit_trends("22"), "a step takes a place"),
        (lambda: ek.fit_trends(ek.estimate_indicators(province)), "a step takes a place"),
        (lambda: ek.assess_targets(province), "gave: Indicators"),
        (lambda: ek.estimate_indicators(bundle.nation), "the method that gives the nation"),
        (lambda: ek.estimate_indicators(bundle.provinces), "a bundle holds many places"),
        (lambda: ek.find_gaps(ek.estimate_indicators(province)), "missing a required argument: 'support'"),
        (lambda: ek.find_gaps(ek.estimate_indicators(province), province), "gave: SupportGiven"),
        (lambda: ek.compare_provinces(province), "for the nation"),
    ):
        with pytest.raises(FactsError, match=told):
            call()


def test_a_name_before_its_place_is_refused_with_the_order_to_write(opened: dict[str, OpenBundle]):
    bundle = opened["demo"]
    one, other, nation = bundle.provinces["04"], bundle.provinces["08"], bundle.nation()
    for call, order in (
        (lambda: ek.trend("cases", one), "ek.trend(area, 'cases')"),
        (lambda: ek.trend("cases", nation), "ek.trend(area, 'cases')"),
        (lambda: ek.alarms("cases_recorded", one), "ek.alarms(area, 'cases_recorded')"),
        (lambda: ek.compare_places("cases", one, other), "ek.compare_places(one, other, 'cases')"),
        (lambda: ek.compare_places(one, "cases", other), "ek.compare_places(one, other, 'cases')"),
        (lambda: ek.effect("cameras", bundle), "ek.effect(place, 'cameras')"),
        (lambda: ek.effect("cameras", nation), "ek.effect(place, 'cameras')"),
    ):
        with pytest.raises(FactsError, match="the place stands first") as refused:
            call()
        assert refused.value.do == f"write {order}"


def test_what_takes_a_place_and_a_name_refuses_anything_else_in_their_stead(opened: dict[str, OpenBundle]):
    bundle = opened["demo"]
    province = bundle.provinces["04"]
    for call, told in (
        (lambda: ek.trend(bundle, "cases"), "a bundle holds many places"),
        (lambda: ek.trend("04", "cases"), "a step takes a place"),
        (lambda: ek.trend(province), "missing a required argument: 'indicator'"),
        (lambda: ek.effect(province, "cameras"), "for the nation"),
        (lambda: ek.effect(bundle, "cameras"), "no such comparison"),
    ):
        with pytest.raises(FactsError, match=told):
            call()


OF_THE_RECIPE = [name for name, module in ek._SHOP_WINDOW.items() if module == "evalkit.steps"]


@pytest.mark.parametrize("name", [*OF_THE_RECIPE, "evaluate", "page_head"])
def test_no_step_takes_a_mistake_for_an_error_of_the_program(name: str, opened: dict[str, OpenBundle]):
    bundle, step = opened["vn-published"], getattr(ek, name)
    mistakes = [bundle.nation, bundle.provinces, bundle, bundle.programme, pd.DataFrame(), "22", 22, None]
    wanted = [
        one for one in inspect.signature(step).parameters.values() if one.kind is not one.VAR_POSITIONAL
    ]
    calls = [[], *([wrong] * len(wanted) for wrong in mistakes), [bundle.nation()] * (len(wanted) + 1)]
    for given in calls:
        if name == "sum_up" and len(given) > len(wanted):
            given[: len(wanted)] = [bundle.nation] * len(wanted)
        with pytest.raises(FactsError) as refused:
            step(*given)
        assert refused.value.do.startswith(("give it", "write"))


def test_a_missing_argument_is_refused_with_the_step_that_gives_it(opened: dict[str, OpenBundle]):
    indicators = ek.estimate_indicators(opened["vn-published"].provinces["22"])
    with pytest.raises(FactsError) as refused:
        ek.find_gaps(indicators)
    assert "support=ek.review_support(...)" in refused.value.do
    with pytest.raises(FactsError) as swapped:
        ek.find_gaps(ek.review_support(indicators), indicators)
    assert "ek.estimate_indicators(...)" in swapped.value.do


def test_where_there_is_no_bundle_the_refusal_says_what_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("EVALKIT_BUNDLE", raising=False)
    with pytest.raises(FactsError) as without:
        ek.open_bundle(tmp_path)
    assert "--prepare" in without.value.do
    monkeypatch.setenv("EVALKIT_BUNDLE", str(tmp_path / "other"))
    with pytest.raises(FactsError) as beside:
        ek.open_bundle(tmp_path)
    assert "EVALKIT_BUNDLE is not looked at" in beside.value.do
    with pytest.raises(FactsError) as named:
        ek.open_bundle()
    assert "not looked at" not in named.value.do


def test_what_is_no_folder_of_a_bundle_is_told_with_what_to_open(
    opened: dict[str, OpenBundle], tmp_path: Path
):
    with pytest.raises(FactsError, match="by the path of its folder") as refused:
        ek.open_bundle(opened["demo"].provinces["22"])  # type: ignore[arg-type]
    assert refused.value.where == "open_bundle(ProvinceFacts)"
    (tmp_path / "evalkit.toml").touch()
    with pytest.raises(FactsError, match="this is a workspace") as workspace:
        ek.open_bundle(tmp_path)
    assert f"evalkit lab {tmp_path} --prepare" in workspace.value.do
    with pytest.raises(FactsError, match=r'bundle\.provinces\["02"\]'):
        opened["demo"]["02"]
    with pytest.raises(TypeError, match="not iterable"):
        iter(opened["demo"])  # type: ignore[call-overload]


def test_a_refusal_is_a_paragraph_and_the_traceback_is_asked_for(opened: dict[str, OpenBundle]):
    with pytest.raises(EvalkitError) as caught:
        opened["demo"].provinces["Atlantis"]
    first, second = caught.value._render_traceback_(), caught.value._render_traceback_()
    assert first[0] == "FactsError"
    assert not any("exit" in line or "Traceback" in line for line in first)
    assert "Traceback" in "".join(second)


@pytest.mark.parametrize("name", BOTH)
def test_the_frame_of_all_places_holds_what_each_page_holds(name: str, opened: dict[str, OpenBundle]):
    bundle = opened[name]
    frame = bundle.estimates
    for area, code, scheme in [
        (bundle.provinces["22"], "22", bundle.about.scheme),
        (bundle.nation(), bundle.about.nation, NATION_SCHEME),
    ]:
        page = ek.estimate_indicators(area).frame
        changes = page["kind"].eq("change")  # widened on the page by the law of the place's own years
        own = frame[(frame["province_code"] == code) & (frame["scheme"] == scheme)].reset_index(drop=True)
        pd.testing.assert_frame_equal(own.loc[~changes, page.columns], page[~changes])
    assert frame["place"].notna().all()
    assert frame["label"].notna().all()
    assert (frame["region"].isna() == (frame["scheme"] == NATION_SCHEME)).all()


def test_figures_bear_the_names_of_what_they_are(opened: dict[str, OpenBundle]):
    figures = opened["vn-published"].figures
    row = figures[(figures["province_code"] == "22") & (figures["measure"] == "cases_recorded")].iloc[0]
    assert (row["place"], row["label"], row["unit_label"]) == (
        "Quảng Ninh",
        "Vụ mua bán người được ghi nhận",
        "vụ",
    )
    assert set(figures["scheme"]) == {"34", NATION_SCHEME}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("en", ("Quang Ninh", "Trafficking cases recorded", "cases")),
        ("fr", ("Quảng Ninh", "Vụ mua bán người được ghi nhận", "vụ")),
    ],
)
def test_names_and_labels_of_frames_are_in_the_language_of_the_notebook(
    asked: str, told: tuple[str, ...], opened: dict[str, OpenBundle], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("EVALKIT_LANG", asked)  # as `evalkit lab --lang` does
    bundle = opened["vn-published"].reload()
    for frame, name in ((bundle.figures, "measure"), (bundle.estimates, "indicator")):
        counted = frame[name].isin(["cases", "cases_recorded"]) & frame["province_code"].eq("22")
        row = frame[counted].iloc[0]
        assert (row["place"], row["unit_label"]) == (told[0], told[2])
        assert row["region"] in bundle.provinces["22"].place.region.root.values()
    assert bundle.figures.loc[bundle.figures["measure"].eq("cases_recorded"), "label"].iloc[0] == told[1]


def test_every_unit_of_an_estimate_is_named_in_the_first_language(opened: dict[str, OpenBundle]):
    frame = opened["demo"].estimates
    named = frame.drop_duplicates(["unit", "unit_label"]).set_index("unit")["unit_label"]
    assert frame["unit_label"].notna().all()
    told = dict(named.items())
    assert told["vu"] == "vụ"
    assert told["percent"] == "phần trăm"
    assert told["per 100000 person-years"] == "trên 100.000 dân"
    assert told["ratio"] == "tỷ số"
    assert told["ngay per nguoi"] == "ngày mỗi người"
    assert named.index.is_unique
    assert not set(told.values()) & {"", "None", "nan"}


def test_nothing_unprotected_is_in_the_frames(opened: dict[str, OpenBundle]):
    figures = opened["demo"].figures
    assert figures.loc[figures["mark"] == "c", "value"].isna().all()
    assert (figures["mark"] == "c").sum() > 1000


def test_any_indicator_has_a_trend_on_request(opened: dict[str, OpenBundle]):
    province = opened["demo"].provinces["22"]
    trends = ek.trend(province, "cases")
    asked = next(item for item in ek.fit_trends(province).items if item.indicator == "cases")
    assert trends.items[0].fit == asked.fit
    for no_count in (
        "victims_supported",
        "case_rate",
        "cases_article_150",
        "waiting_days_mean",
    ):
        with pytest.raises(FactsError, match="counts of a whole measure"):
            ek.trend(province, no_count)
    for own in ("inspections", "budget_spent", "establishments_inspected"):
        with pytest.raises(FactsError, match="chance has no say"):
            ek.trend(province, own)
    with pytest.raises(FactsError, match="no such indicator"):
        ek.trend(province, "casess")


def test_an_indicator_is_asked_for_by_its_code_or_its_label_as_tables_print_them(
    opened: dict[str, OpenBundle],
):
    province, nation = opened["demo"].provinces["22"], opened["demo"].nation()
    fit = ek.trend(province, "cases").items[0].fit
    for asked in ("J06", "Trafficking cases recorded", "số vụ mua bán người  được ghi nhận"):
        assert ek.trend(province, asked).items[0].fit == fit
    assert ek.compare_places(province, nation, "J06").indicator == "cases"
    with pytest.raises(FactsError, match=r'did you mean "cases" \(Trafficking cases recorded\)'):
        ek.trend(province, "Cases recorded")


def test_a_code_in_place_of_a_name_is_answered_with_the_name(opened: dict[str, OpenBundle]):
    known = opened["demo"].programme.indicators
    with pytest.raises(KeyError, match="write 'cases'"):
        known["J06"]
    with pytest.raises(KeyError, match="searches names"):
        known["zzz"]
    assert known.get("J06") is None


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("ek.estimate_indicator", '"estimate_indicators"'),
        ("bundle.estimate", '"estimates"'),
        ("bundle.provinces.valuess", '"values"'),
        ("bundle.programme.measure", '"measures"'),
        ("province.fact", '"facts"'),
        ("province.fit_trends()", "ek.fit_trends(...)"),
        ("trends.fram", '"frame"'),
        ("gaps.frame", "groups"),
        ("bundle.sources['invented-polic']", '"invented-police"'),
        ("bundle.programme.measures['victim_supported']", '"victims_supported"'),
        ("bundle.programme.indicators['victim_supported']", '"victims_supported"'),
    ],
)
def test_a_misspelt_name_is_a_paragraph_with_the_name_that_is_meant(
    asked: str,
    told: str,
    language: str,
    misspelling: InteractiveShell,
    capsys: pytest.CaptureFixture[str],
):
    with told_in(language):
        result = misspelling.run_cell(asked)
    assert isinstance(
        result.error_in_exec, AttributeError | KeyError
    )  # as Python expects of a name that is none
    paragraph = capsys.readouterr().out
    assert told in paragraph
    assert "Traceback" not in paragraph
    assert ("cách sửa" if language == "vi" else "do  ") in paragraph
    misspelling.run_cell("%tb")
    assert "Traceback" in capsys.readouterr().out


def test_an_error_that_is_no_misspelling_of_the_cell_is_told_as_it_is(
    misspelling: InteractiveShell, capsys: pytest.CaptureFixture[str]
):
    for cell in ("None.shape", "import pandas as pd; pd.DataFrame().shap"):
        misspelling.run_cell(cell)
        assert "Traceback" in capsys.readouterr().out


@pytest.fixture(scope="module")
def gaps_and_trends(opened: dict[str, OpenBundle]) -> dict[str, Record]:
    province = opened["demo"].provinces["22"]
    indicators = ek.estimate_indicators(province)
    return {
        "trends": ek.fit_trends(province),
        "gaps": ek.find_gaps(indicators, ek.review_support(indicators)),
    }


@pytest.fixture
def misspelling(opened: dict[str, OpenBundle], gaps_and_trends: dict[str, Record]):
    """An IPython that knows how refusals are shown; it is gone afterwards."""
    shell = InteractiveShell.instance()
    teach_ipython()
    province = opened["demo"].provinces["22"]
    shell.push({"ek": ek, "bundle": opened["demo"], "province": province, **gaps_and_trends})
    yield shell
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    "mixed",
    ["another place of the bundle", "another bundle", "another edition of the bundle"],
)
def test_records_of_two_places_are_never_computed_together(mixed: str, opened: dict[str, OpenBundle]):
    bundle = opened["demo"]
    edition = replace(bundle, about=replace(bundle.about, hidden_cells=bundle.about.hidden_cells + 1))
    other = {
        "another place of the bundle": bundle.provinces["30"],
        "another bundle": opened["vn-published"].provinces["22"],
        "another edition of the bundle": edition.provinces["22"],
    }[mixed]
    indicators = ek.estimate_indicators(bundle.provinces["22"])
    again = ek.review_support(ek.estimate_indicators(bundle.provinces["22"]))
    assert ek.find_gaps(indicators, again).area is indicators.area
    early = ek.compare_periods(indicators.area), ek.examine_zeros(indicators.area)
    late = ek.fit_trends(indicators.area), ek.report_completeness(indicators)
    for compute in (
        lambda: ek.find_gaps(indicators, ek.review_support(ek.estimate_indicators(other))),
        lambda: ek.sum_up(*early, ek.assess_targets(ek.estimate_indicators(other)), *late),
        lambda: ek.sum_up(*early, ek.assess_targets(indicators), *late, ek.trace_pathway(other)),
    ):
        with pytest.raises(FactsError, match="of two places, or of two bundles"):
            compute()


def test_places_of_an_own_comparison_are_named_as_those_of_a_bundle(opened: dict[str, OpenBundle]):
    nation = opened["demo"].nation()
    chosen = {"measure": "cases_recorded", "window": (2011, 2025)}
    by_name = ek.effect(nation, chosen | {"who": dict.fromkeys(["Tuyet Linh", "Vọng Nguyệt"], 2019)})
    by_code = ek.effect(nation, chosen | {"who": dict.fromkeys(["04", "01"], 2019)})
    assert by_name.frame.equals(by_code.frame)
    with pytest.raises(FactsError, match='write "01", in quotation marks'):
        ek.effect(nation, chosen | {"who": {1: 2019}})


def test_a_period_that_is_none_is_answered_with_those_there_are(opened: dict[str, OpenBundle]):
    bundle = opened["demo"]
    with pytest.raises(FactsError, match="2011-2015, 2016-2020, 2021-2025"):
        ek.compare_places(bundle.provinces["01"], bundle.nation(), "cases", period="2020")


def test_a_question_mark_tells_the_columns_of_the_frames_of_a_bundle(opened: dict[str, OpenBundle]):
    shell = InteractiveShell()
    shell.user_ns["bundle"] = opened["demo"]
    shell.user_ns["indicators"] = ek.estimate_indicators(opened["demo"].provinces["22"])
    assert "``numerator``" in shell.object_inspect_mime("indicators.frame")["text/plain"]
    for name in ("estimates", "figures"):
        told = shell.object_inspect_mime(f"bundle.{name}")["text/plain"]
        for column in ("place", "unit_label", "source"):
            assert f"``{column}``" in told


def test_tab_lists_what_is_declared_and_nothing_of_the_library_beneath(opened: dict[str, OpenBundle]):
    programme = opened["demo"].programme
    for one in (programme, programme.indicators["cases"], programme.measures["cases_recorded"]):
        assert not [name for name in dir(one) if name.startswith(("model_", "parse_", "schema"))]
        assert set(type(one).model_fields) <= set(dir(one))
    assert "find" in dir(programme)


def test_what_is_found_is_told_as_a_file_of_indicators_writes_it(opened: dict[str, OpenBundle]):
    programme = opened["demo"].programme
    told = found_text(programme.find("victims_supported"))
    assert "numerator victims_supported; denominator victims_identified; strand victims" in told


def test_what_is_told_of_an_indicator_stands_in_one_column_and_breaks_no_word(opened: dict[str, OpenBundle]):
    told = found_text(opened["vn-published"].programme.find("cases recorded")).splitlines()
    said = [line for line in told if line.startswith(" " * 9)]
    assert {
        len(line) - len(line.lstrip()) for line in said if ":  " not in line and line.startswith(" " * 10)
    } == {22}
    assert {line.split(":")[0].strip() for line in said if line[21] == " " and line[22] != " "} >= {
        "base",
        "caveat",
        "target",
    }
    assert max(map(len, told)) <= 100, "a cell of JupyterLab breaks longer lines within a word"


def test_the_catalogue_is_searched_by_words_in_either_language(opened: dict[str, OpenBundle]):
    programme = opened["vn-published"].programme
    assert "victims_supported" in programme.find("victims SUPPORTED")
    assert "victims_supported" in programme.find("nạn nhân được hỗ trợ")
    assert "victims_supported" in programme.find("nan nhan duoc ho tro")
    assert not programme.find("")
    assert repr(programme.find("zzz")) == "no indicator says that"


def test_a_bundle_is_opened_anew_from_its_folder(opened: dict[str, OpenBundle], tmp_path: Path):
    bundle = opened["vn-published"]
    assert bundle.folder is not None
    assert bundle.reload().content_hash == bundle.content_hash
    renamed = replace(bundle, about=replace(bundle.about, workspace="renamed"))
    renamed.write(tmp_path / "bundle")
    mine = ek.open_bundle(tmp_path / "bundle")
    assert len(mine.estimates)
    bundle.write(tmp_path / "bundle")
    assert mine.reload() is mine  # written without its result it must not stay as it was
    assert mine.about.workspace == mine.provinces["22"].about.workspace == "vn-published"
    assert "estimates" not in vars(mine)
    with pytest.raises(FactsError, match="not opened from a folder"):
        OpenBundle(
            **{
                one.name: getattr(bundle, one.name)
                for one in fields(bundle)
                if one.init and one.name != "folder"
            }
        ).reload()


@pytest.mark.parametrize(("asked", "told"), [("vi", "cách sửa"), ("en", "do     ")])
def test_a_refusal_in_a_cell_is_told_in_the_language_of_the_notebook(asked: str, told: str):
    """A kernel of its own, as `evalkit lab --lang` starts it."""
    cell = "import evalkit as ek\nek.open_bundle('nowhere')"
    code = f"from IPython.core.interactiveshell import InteractiveShell as S\nS.instance().run_cell({cell!r})"
    environment = {**os.environ, "EVALKIT_LANG": asked}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert "[exit" not in run.stdout
    assert told in run.stdout
