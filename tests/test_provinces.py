"""The province registry: the law's facts, dated names, finding a place without guessing, population, bad registries."""

from __future__ import annotations

import csv
import pickle
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from evalkit.additivity.places import Places
from evalkit.disclosure.place_sums import place_splits
from evalkit.errors import DeclarationError, FactsError
from evalkit.facts.place_checks import misplaced
from evalkit.places.place_names import read_spelling, sort_key
from evalkit.places.registry import Registry, load_registry, reference_folder
from evalkit.table import COLUMNS

# Resolution 202/2025/QH15, written down by hand and not read from crosswalk.csv: new code, new name, codes of the old units.
RESOLUTION_202 = """
01 Hà Nội: 01            | 04 Cao Bằng: 04          | 08 Tuyên Quang: 02 08    | 11 Điện Biên: 11
12 Lai Châu: 12          | 14 Sơn La: 14            | 15 Lào Cai: 10 15        | 19 Thái Nguyên: 06 19
20 Lạng Sơn: 20          | 22 Quảng Ninh: 22        | 24 Bắc Ninh: 24 27       | 25 Phú Thọ: 17 25 26
31 Hải Phòng: 30 31      | 33 Hưng Yên: 33 34       | 37 Ninh Bình: 35 36 37   | 38 Thanh Hóa: 38
40 Nghệ An: 40           | 42 Hà Tĩnh: 42           | 44 Quảng Trị: 44 45      | 46 Huế: 46
48 Đà Nẵng: 48 49        | 51 Quảng Ngãi: 51 62     | 52 Gia Lai: 52 64        | 56 Khánh Hòa: 56 58
66 Đắk Lắk: 54 66        | 68 Lâm Đồng: 60 67 68    | 75 Đồng Nai: 70 75       | 79 Hồ Chí Minh: 74 77 79
80 Tây Ninh: 72 80       | 82 Đồng Tháp: 82 87      | 86 Vĩnh Long: 83 84 86   | 91 An Giang: 89 91
92 Cần Thơ: 92 93 94     | 96 Cà Mau: 95 96
"""
UNCHANGED = ["01", "04", "11", "12", "14", "20", "22", "38", "40", "42", "46"]
MERGED_AWAY = {  # the units whose names the merger ended, with their old codes
    "02": "Hà Giang", "06": "Bắc Kạn", "15": "Yên Bái", "17": "Hòa Bình", "24": "Bắc Giang", "26": "Vĩnh Phúc",
    "30": "Hải Dương", "34": "Thái Bình", "35": "Hà Nam", "36": "Nam Định", "44": "Quảng Bình", "49": "Quảng Nam",
    "52": "Bình Định", "54": "Phú Yên", "58": "Ninh Thuận", "60": "Bình Thuận", "62": "Kon Tum", "67": "Đắk Nông",
    "70": "Bình Phước", "74": "Bình Dương", "77": "Bà Rịa - Vũng Tàu", "80": "Long An", "82": "Tiền Giang",
    "83": "Bến Tre", "84": "Trà Vinh", "91": "Kiên Giang", "93": "Hậu Giang", "94": "Sóc Trăng", "95": "Bạc Liêu",
}  # fmt: skip
REUSED = {  # code: (what it meant to 30 June 2025, what it means since)
    "15": ("Yên Bái", "Lào Cai"), "24": ("Bắc Giang", "Bắc Ninh"), "44": ("Quảng Bình", "Quảng Trị"),
    "52": ("Bình Định", "Gia Lai"), "80": ("Long An", "Tây Ninh"), "82": ("Tiền Giang", "Đồng Tháp"),
    "91": ("Kiên Giang", "An Giang"),
}  # fmt: skip
NATION = {  # NSO, V02.01, row of the whole country, thousand persons
    2011: 88145.83, 2012: 89202.89, 2013: 90191.42, 2014: 91203.76, 2015: 92228.60, 2016: 93250.70,
    2017: 94286.00, 2018: 95385.20, 2019: 96484.00, 2020: 97582.69, 2021: 98506.19, 2022: 99474.42,
}  # fmt: skip
REGIONS_2022 = {  # NSO, V02.01, rows of the six regions in 2022, thousand persons
    "R1": 13023.19, "R2": 23454.20, "R3": 20661.65, "R4": 6092.43, "R5": 18810.77, "R6": 17432.10,
}  # fmt: skip


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(reference_folder())


def resolution() -> list[tuple[str, str, list[str]]]:
    entries = [
        entry.strip() for line in RESOLUTION_202.split("\n") for entry in line.split("|") if entry.strip()
    ]
    heads = [(entry.partition(": ")[0], entry.partition(": ")[2]) for entry in entries]
    return [(head[:2], head[3:], codes.split()) for head, codes in heads]


def codes(units) -> list[str]:
    return [unit.code for unit in units]


def refusal(registry: Registry, text: str, scheme: str) -> FactsError:
    with pytest.raises(FactsError) as refused:
        registry.find(text, scheme)
    return refused.value


# The law's facts


def test_there_are_63_old_and_34_new_units_in_code_order(registry: Registry):
    assert registry.schemes == ("63", "34")
    assert [len(registry.units(scheme)) for scheme in registry.schemes] == [63, 34]
    assert codes(registry.units("34")) == [code for code, _, _ in resolution()]
    assert codes(registry.units("63")) == sorted(codes(registry.units("63")))
    assert {unit.valid_to for unit in registry.units("63")} == {date(2025, 6, 30)}
    assert {(unit.valid_from, unit.valid_to) for unit in registry.units("34")} == {(date(2025, 7, 1), None)}


@pytest.mark.parametrize(("code", "name", "parts"), resolution(), ids=[code for code, _, _ in resolution()])
def test_each_new_unit_is_made_of_what_the_resolution_says(
    registry: Registry, code: str, name: str, parts: list[str]
):
    unit = registry.unit(code, "34")
    assert (unit.name, list(unit.components), unit.component_scheme) == (name, parts, "63")
    assert codes(registry.components(code, "34")) == parts
    assert {registry.successor(part, "63") for part in parts} == {unit}


def test_every_old_unit_went_whole_into_one_new_unit(registry: Registry):
    parts = Counter(part for unit in registry.units("34") for part in unit.components)
    assert set(parts) == set(codes(registry.units("63")))
    assert set(parts.values()) == {1}
    assert registry.components("22", "63") == ()
    assert registry.successor("22", "34") is None


def test_eleven_units_kept_their_borders_and_codes(registry: Registry):
    alone = [unit for unit in registry.units("34") if len(unit.components) == 1]
    assert codes(alone) == UNCHANGED
    assert [unit.components[0] for unit in alone] == UNCHANGED


def test_seven_codes_changed_their_meaning(registry: Registry):
    new = {unit.code: unit for unit in registry.units("34")}
    changed = {
        unit.code: (unit.name, new[unit.code].name)
        for unit in registry.units("63")
        if unit.code in new and unit.name != new[unit.code].name and unit.code not in UNCHANGED
    }
    assert changed == REUSED


def test_the_names_that_ended_are_those_of_the_merged_units(registry: Registry):
    kept = {unit.name for unit in registry.units("34")}
    ended = {unit.code: unit.name for unit in registry.units("63") if unit.name not in kept}
    assert ended == {**MERGED_AWAY, "46": "Thừa Thiên Huế"}


def test_border_provinces_number_25_and_a_merger_keeps_every_border(registry: Registry):
    assert sum(bool(unit.land_border) for unit in registry.units("63")) == 25
    assert sum(unit.land_border == () for unit in registry.units("63")) == 38  # known to have none
    countries = Counter(country for unit in registry.units("63") for country in unit.land_border)
    assert countries == {"CN": 7, "LA": 10, "KH": 10}
    for unit in registry.units("34"):
        inherited = {country for part in registry.components(unit.code, "34") for country in part.land_border}
        assert set(unit.land_border) == inherited


def test_regions_have_the_sizes_the_plans_give_them(registry: Registry):
    sizes = {scheme: Counter(unit.region_code for unit in registry.units(scheme)) for scheme in ("63", "34")}
    assert sizes["63"] == {"R1": 14, "R2": 11, "R3": 14, "R4": 5, "R5": 6, "R6": 13}
    assert sizes["34"] == {"N1": 9, "N2": 6, "N3": 5, "N4": 6, "N5": 3, "N6": 5}
    assert registry.unit("22", "34").region.vi == "Đồng bằng sông Hồng"
    for scheme in ("63", "34"):
        labels = {(unit.region_code, unit.region.vi, unit.region.en) for unit in registry.units(scheme)}
        assert len(labels) == 6


# Dated names

DATED = [
    ("46", "63", date(2024, 12, 31), "Tỉnh Thừa Thiên Huế"),
    ("46", "63", date(2025, 1, 1), "Thành phố Huế"),
    ("46", "34", date(2025, 7, 1), "Thành phố Huế"),
    ("75", "34", date(2026, 4, 29), "Tỉnh Đồng Nai"),
    ("75", "34", date(2026, 4, 30), "Thành phố Đồng Nai"),
    ("22", "34", date(2026, 8, 31), "Tỉnh Quảng Ninh"),
    ("22", "34", date(2026, 9, 1), "Thành phố Quảng Ninh"),
    ("24", "34", date(2026, 9, 19), "Tỉnh Bắc Ninh"),
    ("24", "34", date(2026, 9, 20), "Thành phố Bắc Ninh"),
    ("22", "34", date(2011, 1, 1), "Tỉnh Quảng Ninh"),  # before the first name: the first
    ("24", "63", date(2026, 9, 20), "Tỉnh Bắc Giang"),  # after the last name: the last
    ("79", "63", date(2015, 1, 1), "Thành phố Hồ Chí Minh"),
]


@pytest.mark.parametrize(
    ("code", "scheme", "day", "name"), DATED, ids=[f"{c}-{s}-{d}" for c, s, d, _ in DATED]
)
def test_the_full_name_is_the_one_in_force_that_day(
    registry: Registry, code: str, scheme: str, day: date, name: str
):
    assert registry.full_name(code, scheme, day) == name


def test_cities_number_five_then_six_then_nine(registry: Registry):
    def cities(scheme: str, day: date) -> int:
        return sum(
            registry.full_name(unit.code, scheme, day).startswith("Thành phố")
            for unit in registry.units(scheme)
        )

    assert cities("63", date(2024, 12, 31)) == 5
    assert cities("63", date(2025, 6, 30)) == cities("34", date(2025, 7, 1)) == 6
    assert cities("34", date(2026, 11, 1)) == 9


# Finding a place


@pytest.mark.parametrize("scheme", ["63", "34"])
def test_every_name_is_found_in_every_writing(registry: Registry, scheme: str):
    for unit in registry.units(scheme):
        for text in (unit.code, f" {unit.code} ", unit.name, unit.name_en, unit.name.upper(), unit.slug):
            assert registry.find(text, scheme) == unit
        for form in ("NFC", "NFD", "NFKD"):
            assert registry.find(unicodedata.normalize(form, unit.name), scheme) == unit
        assert registry.find(unit.name.replace(" ", ""), scheme) == unit
        for name in registry.names(unit.code, scheme):
            assert registry.find(name.full_name, scheme) == unit


FOUND = [
    ("tỉnh Quảng Ninh", "34", "22"), ("T. Quảng Ninh", "63", "22"), ("T.Quảng Ninh", "34", "22"),
    ("QUANG-NINH", "34", "22"), ("Thành phố Quảng Ninh", "34", "22"), ("Thành phố Quảng Ninh", "63", "22"),
    ("Q.Ninh", "34", "22"), ("Quang Ninh Province", "63", "22"), ("Hanoi", "34", "01"), ("Ha Noi City", "34", "01"),
    ("TPHCM", "34", "79"), ("TP.HCM", "34", "79"), ("Tp HCM", "63", "79"), ("Sài Gòn", "34", "79"),
    ("Hồ Chí Minh", "34", "79"), ("T.P. Hồ Chí Minh", "63", "79"), ("HCMC", "63", "79"), ("saigon", "63", "79"),
    ("Bắc Cạn", "63", "06"), ("Hoà Bình", "63", "17"), ("Kontum", "63", "62"), ("Đắc Lắc", "34", "66"),
    ("Đăk Lăk", "63", "66"), ("Ðắk Lắk", "34", "66"), ("Daknong", "63", "67"), ("BRVT", "63", "77"),
    ("Bà Rịa – Vũng Tàu", "63", "77"), ("Huế", "63", "46"), ("TT-Huế", "63", "46"), ("T.T. Huế", "34", "46"),
    ("Thừa Thiên - Huế", "34", "46"), ("TP. Huế", "34", "46"), ("Gia Lai", "63", "64"), ("Gia Lai", "34", "52"),
    ("Bắc Ninh", "63", "27"), ("Bắc Ninh", "34", "24"), ("24", "63", "24"), ("thành phố Bắc Ninh", "34", "24"),
    ("Hà Tĩnh", "34", "42"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "scheme", "code"), FOUND, ids=[f"{text}-{scheme}" for text, scheme, _ in FOUND]
)
def test_real_spellings_are_found_in_the_scheme_asked(registry: Registry, text: str, scheme: str, code: str):
    assert registry.find(text, scheme) == registry.unit(code, scheme)


AMBIGUOUS = [
    ("QN", "63", ["Quảng Ninh (22)", "Quảng Nam (49)", "Quảng Ngãi (51)"]),
    ("QN", "34", ["Quảng Ninh (22)", "Quảng Nam (now part of Đà Nẵng, 48)", "Quảng Ngãi (51)"]),
    ("q.n.", "63", ["Quảng Ninh (22)"]),
    ("tỉnh HN", "63", ["Hà Nội (01)", "Hà Nam (35)"]),
    ("ĐN", "63", ["Đà Nẵng (48)", "Đắk Nông (67)", "Đồng Nai (75)"]),
    ("DN", "63", ["Đà Nẵng (48)", "Đắk Nông (67)", "Đồng Nai (75)"]),
    ("BD", "63", ["Bình Định (52)", "Bình Dương (74)"]),
    ("BT", "63", ["Bình Thuận (60)", "Bến Tre (83)"]),
    ("HG", "63", ["Hà Giang (02)", "Hậu Giang (93)"]),
    ("TN", "34", ["Thái Nguyên (19)", "Tây Ninh (80)"]),
    ("LC", "34", ["Lào Cai (15)", "Lai Châu (12)"]),
    ("thành phố Bắc Ninh", "63", ["Bắc Ninh (27)", "Bắc Ninh (24 of scheme 34)"]),
]


@pytest.mark.parametrize(
    ("text", "scheme", "candidates"), AMBIGUOUS, ids=[f"{t}-{s}" for t, s, _ in AMBIGUOUS]
)
def test_an_ambiguous_spelling_is_refused_with_its_candidates(
    registry: Registry, text: str, scheme: str, candidates: list[str]
):
    error = refusal(registry, text, scheme)
    assert "ambiguous" in error.rule
    assert all(candidate in error.rule for candidate in candidates)
    assert text in error.where


REFUSED = [
    ("2", "63", "leading zero", "did you mean 02 (Hà Giang)?"),
    ("2.0", "63", "leading zero", "did you mean 02 (Hà Giang)?"),
    ("1", "34", "leading zero", "did you mean 01 (Hà Nội)?"),
    ("2", "34", "'02'", "now part of Tuyên Quang (08)"),
    ("27", "34", "'27'", "now part of Bắc Ninh (24); ask for that, or use --scheme 63"),
    ("99", "34", "'99'", "codes of this scheme: 01, 04"),
    (
        "Bắc Giang",
        "34",
        "no unit of this name",
        "now part of Bắc Ninh (24); ask for that, or use --scheme 63",
    ),
    ("bac can", "34", "no unit of this name", "now part of Thái Nguyên (19)"),
    ("BR-VT", "34", "no unit of this name", "now part of Hồ Chí Minh (79)"),
    (
        "thành phố Thái Nguyên",
        "63",
        "Thái Nguyên (19) is a province",
        "ask for Thái Nguyên (19) if it is meant",
    ),
    ("TP Bắc Cạn", "63", "Bắc Kạn (06) is a province", "Bắc Kạn (06)"),
    ("Thành phố Đồng Nai", "63", "Đồng Nai (75) is a province", "made of Bình Phước (70), Đồng Nai (75)"),
    ("Quang Nihn", "34", "no unit of this name", "did you mean Quảng Ninh (22)"),
    ("Thăng Long", "34", "no unit of this name", "units.csv"),
    ("", "34", "holds no name", "units.csv"),
    (" - ", "34", "holds no name", "units.csv"),
]


@pytest.mark.parametrize(
    ("text", "scheme", "rule", "do"), REFUSED, ids=[f"{t}-{s}" for t, s, _, _ in REFUSED]
)
def test_what_is_no_unit_of_the_scheme_is_refused_with_a_remedy(
    registry: Registry, text: str, scheme: str, rule: str, do: str
):
    error = refusal(registry, text, scheme)
    assert rule in error.rule
    assert do in error.do


def test_an_unknown_scheme_or_code_says_what_is_known(registry: Registry):
    with pytest.raises(FactsError, match=r"no such scheme(.|\n)*34, 63"):
        registry.units("provinces")
    with pytest.raises(
        FactsError, match=r"'06'(.|\n)*Bắc Kạn \(06 of scheme 63\) is now part of Thái Nguyên"
    ):
        registry.unit("06", "34")
    with pytest.raises(FactsError, match="did you mean 06"):
        registry.unit("6", "63")
    with pytest.raises(FactsError, match="no unit with the code 'An Giang'"):
        registry.unit("An Giang", "34")


def test_aliases_list_only_what_normalisation_does_not_match(registry: Registry):
    known: dict[str, set[tuple[str, str, str]]] = {"63": set(), "34": set()}
    for scheme in registry.schemes:
        for unit in registry.units(scheme):
            official = [name.full_name for name in registry.names(unit.code, scheme)]
            known[scheme] |= {
                (scheme, unit.code, read_spelling(n).bare) for n in (unit.name, unit.name_en, *official)
            }
    with (reference_folder() / "aliases.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    plain = [row for row in rows if row["kind"] not in {"ambiguous", "later_name"}]
    keys = [(row["scheme"], row["code"], read_spelling(row["alias"]).bare) for row in plain]
    assert len(keys) == len(set(keys)) > 15
    assert not any(key in known[key[0]] for key in keys)
    assert all(registry.find(row["alias"], row["scheme"]).code == row["code"] for row in rows if row["code"])
    assert all(row["source"] for row in rows)


def test_a_registry_survives_the_way_to_a_worker(registry: Registry):
    copy = pickle.loads(pickle.dumps(registry))  # noqa: S301 - our own bytes
    assert copy.find("quảng ninh", "34") == registry.unit("22", "34")


# Alphabetical order


def test_names_sort_as_in_a_vietnamese_list(registry: Registry):
    ordered = ["An Giang", "Bạc Liêu", "Bắc Giang", "Bắc Ninh", "Cà Mau", "Cần Thơ", "Da Lộc", "Đà Nẵng", "Điện Biên",
               "Đồng Nai", "Đồng Tháp", "Hà Nội", "Hòa Bình", "Hồ Chí Minh", "Huế", "Hưng Yên", "Lai Châu", "Lạng Sơn",
               "Lào Cai", "Quảng Nam", "Quảng Ngãi", "Quảng Ninh", "Thanh Hóa", "Thừa Thiên Huế"]  # fmt: skip
    backwards = ordered[::-1]
    assert sorted(backwards, key=sort_key) == ordered
    decomposed = [unicodedata.normalize("NFD", name) for name in backwards]
    assert [unicodedata.normalize("NFC", name) for name in sorted(decomposed, key=sort_key)] == ordered
    names = sorted((unit.name for unit in registry.units("34")), key=sort_key)
    assert (names[0], names[-1]) == ("An Giang", "Vĩnh Long")


def test_letters_decide_before_tones():
    tones = ["ma", "mà", "mả", "mã", "má", "mạ"]
    backwards = tones[::-1]
    assert sorted(backwards, key=sort_key) == tones
    assert sorted(["mạ a", "ma b", "mă", "Mâ"], key=sort_key) == ["mạ a", "ma b", "mă", "Mâ"]
    assert sorted(["Vùng 10", "Vùng 9", "Vùng Á"], key=sort_key) == ["Vùng 10", "Vùng 9", "Vùng Á"]
    assert sort_key("Bà Rịa - Vũng Tàu") == sort_key("bà rịa vũng tàu")


# Population


def test_population_has_the_columns_and_types_of_the_facts_table(registry: Registry):
    frame = registry.population_frame()
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 882
    assert frame[["province_code", "period_start"]].drop_duplicates().shape == (882, 2)
    assert set(frame["province_code"]) == set(codes(registry.units("63")))
    constant = {
        "scheme": "63", "place_basis": "residence", "measure": "population_average", "unit": "nguoi",
        "status": "reported", "qualifier": "exact", "published": True, "source_id": "nso-population",
        "edition_date": pd.Timestamp("2025-06-30"),
    }  # fmt: skip
    for column, value in constant.items():
        assert set(frame[column]) == {value}, column
    assert (frame["period_end"] - frame["period_start"]).dt.days.isin([364, 365]).all()
    assert set(frame["period_start"].dt.year) == set(range(2011, 2025))
    preliminary = frame["source_cell"].str.contains("preliminary")
    assert set(frame.loc[preliminary, "period_start"].dt.year) == {2024}
    assert preliminary.sum() == 63


def test_population_adds_up_to_the_nation_and_the_regions(registry: Registry):
    frame = registry.population_frame()
    years = frame.groupby(frame["period_start"].dt.year)["value"].sum() / 1000
    for year, published in NATION.items():
        assert years[year] == pytest.approx(published, abs=0.5), year
    assert years[2023] == pytest.approx(100309.0, abs=0.05)
    assert years[2024] == pytest.approx(101343.9, abs=0.05)
    of_2022 = frame[frame["period_start"].dt.year == 2022]
    region = of_2022["province_code"].map({unit.code: unit.region_code for unit in registry.units("63")})
    sums = (of_2022["value"].groupby(region).sum() / 1000).to_dict()
    assert sums == pytest.approx(REGIONS_2022, abs=0.5)


def test_population_of_a_province_is_in_persons(registry: Registry):
    frame = registry.population_frame().set_index(["province_code", "period_start"])["value"]
    # NSO, V02.01: 8,435.65 thousand in Hà Nội and 1,197.62 thousand in Vĩnh Phúc in 2022
    assert frame["01", pd.Timestamp("2022-01-01")] == pytest.approx(8435650, abs=100)
    assert frame["26", pd.Timestamp("2022-01-01")] == pytest.approx(1197620, abs=100)


# Own registries, good and bad

TABLES = {
    "units": """scheme,code,name,name_en,slug,region_code,region_vi,region_en,land_border,valid_from,valid_to,source
a,1,Mộc,Moc,moc,V1,Vùng Một,Region One,,,2019-12-31,invented
a,2,Hỏa,Hoa,hoa,V1,Vùng Một,Region One,ZZ,,2019-12-31,invented
b,1,Hóa,Hoá,hoa,V1,Vùng Một,Region One,ZZ,2020-01-01,,invented
""",
    "names": """scheme,code,full_name,unit_type,valid_from,valid_to,source
a,1,Tỉnh Mộc,province,,,invented
a,2,Tỉnh Hỏa,province,,,invented
b,1,Tỉnh Hóa,province,2020-01-01,2020-12-31,invented
b,1,Thành phố Hóa,municipality,2021-01-01,,invented
""",
    "crosswalk": """from_scheme,from_code,to_scheme,to_code,effective_from,source
a,1,b,1,2020-01-01,invented
a,2,b,1,2020-01-01,invented
""",
    "aliases": """alias,scheme,code,kind,source,candidates
Gỗ,a,1,old_spelling,invented,
MH,,,ambiguous,invented,a:1;a:2
""",
}
POPULATION = """scheme,code,year,population,status,source_id,edition_date,source
a,1,2018,1200,official,own,2019-06-30,invented
a,2,2018,3400,preliminary,,2019-06-30,invented
"""


def write(folder: Path, **tables: str) -> Path:
    for name, text in {**TABLES, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_an_own_registry_without_population_works(tmp_path: Path):
    own = load_registry(write(tmp_path))
    assert own.schemes == ("a", "b")
    assert own.find("go", "a").code == "1"
    assert own.full_name("1", "b", date(2021, 1, 1)) == "Thành phố Hóa"
    empty = own.population_frame()
    assert tuple(empty.columns) == COLUMNS
    assert len(empty) == 0
    filled = load_registry(reference_folder()).population_frame()
    assert empty.dtypes.to_dict() == filled.dtypes.to_dict()


def test_an_own_population_names_its_own_source(tmp_path: Path):
    frame = load_registry(write(tmp_path, population=POPULATION)).population_frame()
    assert frame[["province_code", "value", "source_id"]].to_numpy().tolist() == [
        ["1", 1200, "own"],
        ["2", 3400, "population"],
    ]


def test_diacritics_decide_where_the_plain_letters_are_the_same(tmp_path: Path):
    twins = TABLES["units"].replace("a,1,Mộc,Moc,moc", "a,1,Họa,Hoạ,hoa")
    own = load_registry(write(tmp_path, units=twins, names=TABLES["names"].replace("Tỉnh Mộc", "Tỉnh Họa")))
    assert own.find("Hỏa", "a").code == "2"
    assert own.find(unicodedata.normalize("NFD", "họa"), "a").code == "1"
    error = refusal(own, "Hồa", "a")
    assert "more than one unit" in error.rule
    assert "Họa (1), Hỏa (2)" in error.do


def test_a_name_of_the_newer_scheme_only_is_refused_in_the_older(tmp_path: Path):
    own = load_registry(write(tmp_path, units=TABLES["units"].replace("b,1,Hóa,Hoá", "b,1,Thổ,Tho")))
    assert "made of Mộc (1), Hỏa (2)" in refusal(own, "Thổ", "a").do


def bad(table: str, old: str, new: str) -> dict[str, str]:
    text = {**TABLES, "population": POPULATION}[table]
    assert old in text
    return {table: text.replace(old, new)}


BAD = {
    "a unit twice": (bad("units", "a,2,Hỏa", "a,1,Hỏa"), "units.csv, line 3", "once in its scheme", "remove"),
    "unknown column": (bad("units", "land_border", "land_borders"), "units.csv, line 1", "unknown column", '"land_border"'),
    "a column twice": (bad("aliases", "kind,source", "kind,kind"), "aliases.csv, line 1", "stands twice", "keep one"),
    "a column missing": (bad("names", ",source\n", "\n"), "names.csv, line 1", "'source' is missing", "add it"),
    "a cell missing": (bad("units", "a,2,Hỏa,", "a,2,"), "units.csv, line 3", "11 cells", "commas"),
    "an empty cell": (bad("units", "a,2,Hỏa,", "a,2,,"), "units.csv, line 3, column name", "may not be empty", "fill"),
    "a bad date": (bad("names", "2020-12-31", "31/12/2020"), "names.csv, line 4, column valid_to", "date", "correct"),
    "a bad type": (bad("names", "municipality", "city"), "names.csv, line 5, column unit_type", "'province'", "correct"),
    "a part of a person": (bad("population", "3400", "3400.5"), "population.csv, line 3, column population", "whole number", "correct"),
    "a year twice": (bad("population", "a,2,", "a,1,"), "population.csv, line 3", "one population figure a year", "remove"),
    "population of nobody": (bad("population", "a,2,", "a,7,"), "population.csv, line 3", "no unit '7'", "units.csv"),
    "crosswalk from nowhere": (bad("crosswalk", "a,2,", "a,3,"), "crosswalk.csv, line 3", "no unit '3' in scheme 'a'", "add"),
    "crosswalk to nowhere": (bad("crosswalk", "a,2,b,1", "a,2,b,2"), "crosswalk.csv, line 3", "no unit '2' in scheme 'b'", "add"),
    "a unit split": (bad("crosswalk", "a,2,b,1", "a,1,b,1"), "crosswalk.csv, line 3", "never split", "remove"),
    "a unit left out": (bad("crosswalk", "a,2,b,1,2020-01-01,invented\n", ""), "units.csv, line 3", "nothing of 'Hỏa'", "crosswalk"),
    "a crosswalk backwards": (bad("crosswalk", "a,2,b,1", "b,1,a,2"), "crosswalk.csv, line 3", "listed before", "order"),
    "two names on one day": (bad("names", "2021-01-01,,", "2020-12-31,,"), "names.csv, line 5", "on the same day", "day before"),
    "an endless earlier name": (bad("names", "2020-12-31", ""), "names.csv, line 5", "on the same day", "day before"),
    "a unit without name": (bad("names", "a,2,Tỉnh Hỏa,province,,,invented\n", ""), "units.csv, line 3", "full name", "names.csv"),
    "a name of nobody": (bad("names", "a,2,", "c,2,"), "names.csv, line 3", "no unit '2' in scheme 'c'", "add"),
    "an alias of nobody": (bad("aliases", "Gỗ,a,1", "Gỗ,a,9"), "aliases.csv, line 2", "no unit '9'", "add"),
    "an alias without unit": (bad("aliases", "Gỗ,a,1", "Gỗ,a,"), "aliases.csv, line 2", "names one unit", "ambiguous"),
    "one candidate": (bad("aliases", "a:1;a:2", "a:1"), "aliases.csv, line 3", "at least two candidates", "63:02;63:93"),
    "an unknown candidate": (bad("aliases", "a:1;a:2", "a:1;a2"), "aliases.csv, line 3", "no unit", "add"),
}  # fmt: skip


@pytest.mark.parametrize(("tables", "where", "rule", "do"), BAD.values(), ids=list(BAD))
def test_a_bad_registry_is_refused_with_file_and_line(
    tmp_path: Path, tables: dict[str, str], where: str, rule: str, do: str
):
    with pytest.raises(DeclarationError) as refused:
        load_registry(write(tmp_path, **tables))
    assert where in refused.value.where
    assert rule in refused.value.rule
    assert do in refused.value.do


def test_an_absent_or_unreadable_file_is_refused_by_name(tmp_path: Path):
    (write(tmp_path) / "crosswalk.csv").unlink()
    with pytest.raises(DeclarationError, match=r"crosswalk\.csv(.|\n)*needs this file"):
        load_registry(tmp_path)
    (write(tmp_path) / "names.csv").write_bytes("Tỉnh".encode("utf-16"))
    with pytest.raises(DeclarationError, match=r"names\.csv(.|\n)*UTF-8"):
        load_registry(tmp_path)


def test_a_file_saved_by_a_spreadsheet_is_read(tmp_path: Path):
    write(tmp_path)
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode())
    assert load_registry(tmp_path).find("Hỏa", "a").code == "2"


# The page that explains the tables


def test_the_data_page_explains_every_column():
    page = (Path(__file__).parents[1] / "data" / "README.md").read_text(encoding="utf-8")
    columns = set(COLUMNS)
    for table in sorted(reference_folder().glob("*.csv")):
        columns |= set(table.read_text(encoding="utf-8").partition("\n")[0].split(","))
    assert len(columns) > 30
    assert [column for column in sorted(columns) if f"`{column}`" not in page] == []


COUNTRY = """code = "NR"
name.vi = "Norland"
name.en = "Norland"
[unit_type.county]
name.vi = "hạt"
name.en = "county"
before = ["County of"]
after = ["County"]
[unit_type.city]
name.vi = "thành phố"
name.en = "city"
before = ["City of"]
smaller_too = true
"""
COUNTIES = {
    "units": """scheme,code,name,name_en,slug,region_code,region_vi,region_en,land_border,valid_from,valid_to,source
c,1,Ashby,Ashby,ashby,N,N,N,,,,invented
c,2,Tinh Moor,Tinh Moor,moor,N,N,N,,,,invented
""",
    "names": """scheme,code,full_name,unit_type,valid_from,valid_to,source
c,1,County of Ashby,county,,,invented
c,2,City of Tinh Moor,city,,,invented
""",
    "crosswalk": "from_scheme,from_code,to_scheme,to_code,effective_from,source\n",
    "aliases": "alias,scheme,code,kind,source,candidates\n",
}


def test_a_registry_declares_its_nation_and_its_words_for_types_of_unit(tmp_path: Path):
    (tmp_path / "registry.toml").write_text(COUNTRY, encoding="utf-8")
    own = load_registry(write(tmp_path, **COUNTIES))
    assert (own.nation.code, own.nation.name.en) == ("NR", "Norland")
    assert [own.find(text, "c").code for text in ("COUNTY OF ASHBY", "ashby county", "Tinh Moor")] == [
        "1",
        "1",
        "2",
    ]  # "Tinh" is no word for a type here
    assert own.nation.within("COUNTY OF Ashby") == "County of Ashby"
    with pytest.raises(FactsError, match=r"Ashby \(1\) is a county in scheme c; a city of that name"):
        own.find("City of Ashby", "c")
    with pytest.raises(
        DeclarationError, match="'province' is no declared type of unit; there is 'county', 'city'"
    ):
        load_registry(
            write(tmp_path, **COUNTIES | {"names": COUNTIES["names"].replace(",county,", ",province,")})
        )


def test_the_nation_stands_in_facts_and_splits_under_its_declared_code(tmp_path: Path):
    (tmp_path / "registry.toml").write_text(COUNTRY, encoding="utf-8")
    own = load_registry(write(tmp_path, **COUNTIES))
    row = {"province_code": "VN", "scheme": "nation"}
    (found,) = misplaced(pd.DataFrame([row, row | {"province_code": "NR"}]), own)
    assert found[0]["province_code"] == "VN"
    assert 'Norland is "NR"' in found[3]
    places = Places(own)
    known, splits = place_splits(
        [places.position(*one) for one in (("NR", "nation"), ("1", "c"), ("2", "c"))], places.axis
    )
    assert (0, (1, 2)) in [(split.total, split.parts) for split in splits]
    assert len(known) == 3
