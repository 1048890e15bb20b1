"""Spot checks of the published figures, written by hand from the publications, and rules each row keeps."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from evalkit.programme.load import load_programme
from evalkit.table import COLUMNS, KEY, PLACE_BASES, QUALIFIERS, STATUSES

FOLDER = Path(__file__).parents[1] / "data" / "vn-published"
PROGRAMME = load_programme("vn-trafficking")
FACTS = pd.read_csv(FOLDER / "facts.csv", dtype=str, keep_default_na=False)
SOURCES = tomllib.loads((FOLDER / "sources.toml").read_text(encoding="utf-8"))
DIMENSIONS = [name for name in FACTS.columns if name not in COLUMNS]
WRITTEN = {"about": "~", "more_than": ">", "nearly": "<", "at_least": ">=", "exact": ""}


def figure(place: str, period: str, measure: str, source: str, **breakdown: str) -> str:
    """Return the one figure asked for as it was written ("~7500"), periods as "2011:2015" or "2015-12-01:2018-05-31"."""
    start, _, end = period.partition(":")
    start, end = (start, end) if "-" in start else (f"{start}-01-01", f"{end or start}-12-31")
    wanted = {"province_code": place, "period_start": start, "period_end": end, "measure": measure}
    wanted |= {"source_id": source, **dict.fromkeys(DIMENSIONS, ""), **breakdown}
    rows = FACTS[(FACTS[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(rows) == 1, wanted
    row = rows.iloc[0]
    return WRITTEN[row["qualifier"]] + row["value"]


H1_2012, H1_2015, H1_2023, H1_2025 = (f"{year}-01-01:{year}-06-30" for year in (2012, 2015, 2023, 2025))
END_2015_TO_MAY_2018 = "2015-12-01:2018-05-31"
TO_JUNE_2023 = "2021-01-01:2023-06-30"

# place, period, source, then measure: figure
NATION = [
    (
        "2004:2009",
        "tayninh-law-outline",
        {"cases_recorded": "1292", "suspects": "2257"},
    ),
    (
        "2011:2015",
        "police-academy",
        {"cases_recorded": "2205", "suspects": "3342", "victims_in_cases": "4495"},
    ),
    ("2013", "plo-2017-07", {"cases_recorded": "507", "victims_in_cases": "982"}),
    ("2014", "plo-2017-07", {"cases_recorded": "469", "victims_in_cases": "1031"}),
    ("2014", "plo-2015", {"cases_recorded": "469", "suspects": "685", "victims_in_cases": "1031"}),
    (H1_2015, "plo-2015", {"cases_recorded": "200", "suspects": "310", "victims_in_cases": "508"}),
    ("2015", "plo-2017-07", {"cases_recorded": "407", "victims_in_cases": "1000"}),
    ("2016", "plo-2017-07", {"cases_recorded": "385", "victims_in_cases": "1128"}),
    ("2010-01-01:2017-06-30", "plo-2017-07", {"cases_recorded": "3078", "victims_in_cases": "6594"}),
    (
        END_2015_TO_MAY_2018,
        "phunuvietnam-2018",
        {"cases_recorded": "885", "suspects": "1158", "victims_in_cases": "2319"},
    ),
    (
        "2011-01-01:2018-09-30",
        "cand-2018",
        {"cases_recorded": "3243", "suspects": "4731", "victims_in_cases": "7147"},
    ),
    (
        "2018",
        "nld-2019-10",
        {
            "cases_recorded": "211",
            "suspects": "276",
            "victims_in_cases": "386",
            "persons_received": "449",
            "cases_instituted": "200",
            "accused_instituted": "261",
            "cases_prosecuted": "109",
            "accused_prosecuted": "194",
            "cases_accepted": "130",
            "defendants_accepted": "233",
        },
    ),
    (
        "2018-01-01:2019-03-31",
        "thanhnien-2019",
        {
            "cases_instituted": ">244",
            "accused_instituted": "330",
            "persons_received": "<1900",
            "victims_identified": "577",
        },
    ),
    (
        "2022",
        "nhipsonghomnay-2023",
        {
            "cases_recorded": "90",
            "cases_related": "8",
            "suspects": "247",
            "suspects_related": "21",
            "victims_in_cases": "222",
        },
    ),
    (
        H1_2023,
        "lsvn-2023-07",
        {
            "cases_recorded": "88",
            "suspects": "229",
            "victims_in_cases": "224",
            "crime_reports_received": "117",
            "persons_received": "114",
            "victims_identified": "82",
            "victims_supported": "82",
            "cases_accepted": "59",
            "defendants_accepted": "153",
            "cases_tried": "43",
            "defendants_tried": "107",
        },
    ),
    (
        H1_2023,
        "daidoanket-2023",
        {"persons_received": "114", "victims_identified": "82", "victims_supported": "65"},
    ),
    (
        "2024",
        "tienphong-2025-07",
        {
            "cases_handled": "163",
            "cases_recorded": "91",
            "suspects_handled": "455",
            "suspects": "237",
            "victims_handled": "500",
            "victims_in_cases": "336",
        },
    ),
    (
        H1_2025,
        "tienphong-2025-07",
        {"cases_handled": "120", "cases_recorded": "34", "suspects_handled": "365", "suspects": "101"},
    ),
    ("2012:2017", "plo-2017-12", {"persons_received": "~7500"}),
    ("2013:2019", "anninhthudo-2019", {"victims_identified": "<3500"}),
    ("2012:2024", "moh-law-review", {"victims_identified": "<8500"}),
    (TO_JUNE_2023, "daidoanket-2023", {"persons_received": "741", "victims_identified": "447"}),
    (
        "2022-01-01:2023-06-30",
        "daidoanket-2023",
        {
            "persons_received": "590",
            "victims_identified": "337",
            "hotline_calls": ">3100",
            "hotline_referrals": "128",
            "hotline_persons_referred": "146",
        },
    ),
    (
        "2024-07-01:2024-09-30",
        "pctnxh-2024",
        {"hotline_calls": "621", "hotline_referrals": "64", "hotline_persons_referred": "36"},
    ),
    ("2014", "tip-2019-mirror", {"accused_prosecuted": "472"}),
    ("2015", "tip-2019-mirror", {"accused_prosecuted": "442"}),
    ("2016", "tip-2019-mirror", {"accused_prosecuted": "295", "defendants_convicted": "275"}),
    ("2017", "tip-2019-mirror", {"accused_prosecuted": "245", "defendants_convicted": "244"}),
    ("2018", "tip-2019-mirror", {"accused_prosecuted": "194", "defendants_convicted": "213"}),
    ("2017", "tip-2021", {"victims_identified": "670"}),
    ("2018", "tip-2021", {"victims_identified": "490"}),
    ("2019", "tip-2021", {"victims_identified": "300"}),
    ("2020", "tip-2021", {"victims_identified": "121", "inspection_visits": ">31000"}),
    ("2021", "tip-2022", {"victims_identified": "126"}),
    ("2021", "tip-2023", {"cases_recorded": "77", "suspects": "149"}),
    (
        "2022",
        "tip-2023",
        {
            "cases_recorded": "90",
            "suspects": "247",
            "victims_identified": "255",
            "victims_found_by_inspection": "2",
        },
    ),
]
PROVINCES = [
    ("22", "2011:2015", "qn-article-2023-derived", {"cases_recorded": "39"}),
    ("22", "2016:2020", "qn-article-2023", {"cases_recorded": "23"}),
    ("22", "2021:2022", "qn-article-2023", {"cases_recorded": "0"}),
    ("22", END_2015_TO_MAY_2018, "phunuvietnam-2018", {"persons_received": "228"}),
    ("11", END_2015_TO_MAY_2018, "phunuvietnam-2018", {"persons_received": "131"}),
    ("12", END_2015_TO_MAY_2018, "phunuvietnam-2018", {"persons_received": "54"}),
    (
        "22",
        "2023",
        "vietnamplus-2023-12",
        {"persons_received": "10", "cases_handled": ">=1", "suspects": ">=3", "victims_in_cases": ">=2"},
    ),
    ("22", "2025-12-01:2026-01-31", "dantri-2026-01", {"cases_instituted": ">=1"}),
    ("40", H1_2012, "plo-2012", {"cases_recorded": "6", "suspects": "16"}),
    ("14", H1_2015, "vtv-2015-06", {"cases_recorded": "6", "suspects": "10", "victims_in_cases": "12"}),
]
BREAKDOWNS = [  # place, period, source, measure, dimension, its values
    ("VN", "2011-01-01:2018-09-30", "cand-2018", "cases_recorded", "victim_age", {"under_16": "407"}),
    ("VN", "2011-01-01:2018-09-30", "cand-2018", "suspects", "victim_age", {"under_16": "788"}),
    ("VN", "2011-01-01:2018-09-30", "cand-2018", "victims_in_cases", "age_group", {"under_16": "868"}),
    ("VN", H1_2023, "lsvn-2023-07", "cases_recorded", "article", {"150": "43", "151": "45"}),
    ("VN", H1_2023, "lsvn-2023-07", "suspects", "article", {"150": "86", "151": "143"}),
    (
        "VN",
        TO_JUNE_2023,
        "daidoanket-2023",
        "victims_identified",
        "route",
        {"domestic": "100", "transnational": "347"},
    ),
    ("VN", "2020", "tip-2021", "victims_identified", "sex", {"female": "112", "male": "9"}),
    ("VN", "2020", "tip-2021", "victims_identified", "age_group", {"child": "32"}),
    ("VN", "2020", "tip-2021", "victims_identified", "route", {"land_border": "67"}),
    ("VN", "2020", "tip-2021", "victims_found_by_inspection", "form", {"sexual": "0"}),
    ("VN", "2021", "tip-2022", "victims_identified", "sex", {"female": "114", "male": "12"}),
    ("VN", "2021", "tip-2022", "victims_identified", "age_group", {"child": "45"}),
    (
        "VN",
        "2021",
        "tip-2022",
        "victims_identified",
        "form",
        {"labour": "22", "sexual": "28", "unspecified": "76"},
    ),
    ("VN", "2021", "tip-2022", "victims_identified", "ethnicity", {"minority": "64"}),
    ("VN", "2021", "tip-2022", "victims_identified", "route", {"transnational": "96"}),
    ("VN", "2022", "tip-2023", "victims_identified", "sex", {"female": "102", "male": "153"}),
    ("VN", "2022", "tip-2023", "victims_identified", "age_group", {"child": "74"}),
    (
        "VN",
        "2022",
        "tip-2023",
        "victims_identified",
        "form",
        {"labour": "195", "sexual": "14", "unspecified": "46"},
    ),
    ("VN", "2022", "tip-2023", "victims_identified", "ethnicity", {"minority": "89"}),
    ("VN", "2022", "tip-2023", "cases_recorded", "route", {"transnational": "49"}),
    (
        "22",
        END_2015_TO_MAY_2018,
        "phunuvietnam-2018",
        "persons_received",
        "age_group",
        {"women": "203", "child": "25"},
    ),
    (
        "22",
        "2023",
        "vietnamplus-2023-12",
        "persons_received",
        "route",
        {"china_mong_cai": "8", "transferred": "2"},
    ),
]
TOTALS = [("VN", *item) for item in NATION] + PROVINCES


@pytest.mark.parametrize(("place", "period", "source", "published"), TOTALS)
def test_totals_stand_as_published(place: str, period: str, source: str, published: dict[str, str]):
    assert {measure: figure(place, period, measure, source) for measure in published} == published


@pytest.mark.parametrize(("place", "period", "source", "measure", "dimension", "published"), BREAKDOWNS)
def test_breakdowns_stand_as_published(
    place: str, period: str, source: str, measure: str, dimension: str, published: dict[str, str]
):
    found = {value: figure(place, period, measure, source, **{dimension: value}) for value in published}
    assert found == published


def test_no_figure_stands_in_the_file_that_is_not_checked_here():
    checked = sum(len(item[-1]) for item in TOTALS) + sum(len(item[-1]) for item in BREAKDOWNS)
    assert len(FACTS) == checked


@pytest.mark.parametrize(
    ("period", "source", "measure", "dimension"),
    [
        (H1_2023, "lsvn-2023-07", "cases_recorded", "article"),
        (H1_2023, "lsvn-2023-07", "suspects", "article"),
        (TO_JUNE_2023, "daidoanket-2023", "victims_identified", "route"),
        ("2020", "tip-2021", "victims_identified", "sex"),
        ("2021", "tip-2022", "victims_identified", "sex"),
        ("2021", "tip-2022", "victims_identified", "form"),
        ("2022", "tip-2023", "victims_identified", "sex"),
        ("2022", "tip-2023", "victims_identified", "form"),
    ],
)
def test_breakdowns_of_the_nation_that_are_complete_add_up(
    period: str, source: str, measure: str, dimension: str
):
    parts = next(item[-1] for item in BREAKDOWNS if item[1:5] == (period, source, measure, dimension))
    found = [int(figure("VN", period, measure, source, **{dimension: value})) for value in parts]
    assert sum(found) == int(figure("VN", period, measure, source))


# ---- Quang Ninh


def test_thirty_nine_is_the_only_number_from_which_23_is_a_fall_of_41_percent():
    fits = [before for before in range(24, 1000) if round(100 * (before - 23) / before) == 41]
    assert fits == [int(figure("22", "2011:2015", "cases_recorded", "qn-article-2023-derived"))]
    one_decimal = {before: round(100 * (before - 23) / before, 1) for before in (38, 39, 40)}
    assert one_decimal == {38: 39.5, 39: 41.0, 40: 42.5}


def test_the_derived_number_is_the_only_one_and_its_note_gives_the_arithmetic():
    derived = FACTS[FACTS["status"] == "derived"]
    assert derived["value"].tolist() == ["39"]
    note = SOURCES[derived["source_id"].item()]["note"]
    assert all(number in note["vi"] for number in ("39,5 %", "41,0 %", "42,5 %"))
    assert all(number in note["en"] for number in ("39.5 %", "41.0 %", "42.5 %"))


def test_no_case_and_ten_persons_received_stand_on_different_place_bases():
    quang_ninh = FACTS[FACTS["province_code"] == "22"]
    bases = {
        measure: set(quang_ninh.loc[quang_ninh["measure"] == measure, "place_basis"])
        for measure in ("cases_recorded", "persons_received")
    }
    assert bases == {"cases_recorded": {"occurrence"}, "persons_received": {"reception"}}


def test_a_province_has_the_code_of_the_boundary_set_in_force():
    provinces = FACTS[FACTS["scheme"] != "nation"]
    before = provinces["period_end"] < "2025-07-01"
    assert provinces["scheme"].where(before, "63").eq("63").all()
    assert provinces["scheme"].where(~before, "34").eq("34").all()
    assert set(provinces["province_code"]) == {"11", "12", "14", "22", "40"}
    assert set(FACTS.loc[FACTS["scheme"] == "nation", "province_code"]) == {"VN"}


# ---- sources


def test_every_figure_has_a_source_and_every_source_a_figure():
    assert set(FACTS["source_id"]) == set(SOURCES)


def test_a_source_whose_original_was_not_seen_says_so_in_words():
    unseen = {name for name, source in SOURCES.items() if source["confidence"] == "to be checked"}
    assert unseen == {"tip-2019-mirror", "moh-law-review"}
    said = {
        name for name, source in SOURCES.items() if "to be checked" in source.get("note", {}).get("en", "")
    }
    assert said == unseen
    assert all("kiểm tra lại" in SOURCES[name]["note"]["vi"] for name in unseen)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_source_says_what_a_reader_needs_to_find_it(name: str):
    source = SOURCES[name]
    assert source["title"]
    assert source["agency"]
    assert source["confidence"] in {"verified", "to be checked"}
    assert set(source["note"]) == {"vi", "en"}
    assert "/" not in source.get("address", "")


def test_a_day_of_publication_that_is_known_is_the_edition_date():
    known = {name: str(source["date"]) for name, source in SOURCES.items() if len(str(source["date"])) == 10}
    editions = FACTS.groupby("source_id")["edition_date"].unique().map(list)
    assert len(known) == 4
    assert {name: editions[name] for name in known} == {name: [day] for name, day in known.items()}


def test_a_day_of_publication_that_is_not_known_is_said_not_to_be():
    told = ("day not known", "date not known", "only the year is known")
    unknown = [name for name, source in SOURCES.items() if len(str(source["date"])) != 10]
    assert [
        name for name in unknown if not any(words in SOURCES[name]["note"]["en"].lower() for words in told)
    ] == []


def test_the_programme_ranks_every_source_official_ones_first():
    order = list(PROGRAMME.source_order)
    assert sorted(order) == sorted(SOURCES)
    american = [name.startswith("tip-") for name in order]
    assert american == sorted(american)
    assert order.index("lsvn-2023-07") < order.index("daidoanket-2023")


# ---- rows


def test_units_and_breakdowns_are_those_the_programme_declares():
    for row in FACTS.to_dict("records"):
        measure = PROGRAMME.measures[row["measure"]]
        assert row["unit"] == measure.unit, row
        assert row["place_basis"] == measure.place_basis, row
        used = {name: row[name] for name in DIMENSIONS if row[name]}
        assert set(used) <= set(measure.dimensions), row
        for name, value in used.items():
            declared = PROGRAMME.dimensions[name].model_dump()["values"]
            assert value in declared, row


def test_every_column_of_the_table_is_there_and_no_breakdown_is_empty():
    assert set(COLUMNS) <= set(FACTS.columns)
    assert [name for name in DIMENSIONS if FACTS[name].eq("").all()] == []


def test_a_figure_stands_once():
    assert FACTS[FACTS.duplicated([*KEY, *DIMENSIONS], keep=False)].empty


def test_cells_are_of_the_lists_and_everything_is_published():
    assert set(FACTS["status"]) <= set(STATUSES)
    assert set(FACTS["qualifier"]) <= set(QUALIFIERS)
    assert set(FACTS["place_basis"]) <= set(PLACE_BASES)
    assert set(FACTS["published"]) == {"true"}


def test_values_are_whole_numbers_and_a_zero_is_a_stated_one():
    assert FACTS["value"].str.fullmatch(r"0|[1-9]\d*").all()
    zero = FACTS["value"] == "0"
    assert zero.sum() == 2
    assert (FACTS["status"] == "zero_reported").equals(zero)


def test_dates_are_dates_in_order():
    for name in ("period_start", "period_end", "edition_date"):
        assert pd.to_datetime(FACTS[name], format="%Y-%m-%d").notna().all()
    assert (FACTS["period_start"] <= FACTS["period_end"]).all()


# ---- what is left out


def test_averages_and_figures_made_from_percentages_are_left_out():
    assert not {"1300", "1700", "2500", "260", "340"} & set(FACTS["value"])
    five_years = (FACTS["period_start"] == "2016-01-01") & (FACTS["period_end"] == "2020-12-31")
    assert FACTS.loc[five_years, "province_code"].tolist() == ["22"]


def test_communication_figures_without_a_period_are_left_out():
    assert not {"communes_reached", "communes_total", "leaflets_distributed"} & set(FACTS["measure"])
