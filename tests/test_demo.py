"""The invented country: it can be drawn again, it is invented, and it holds the troubles it promises."""

from __future__ import annotations

import csv
import tomllib
import unicodedata
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tools.demo.country import DemoCountry, main, make_country, write_country
from tools.demo.demo_figures import ALPHA, negative_binomial, poisson
from tools.demo.demo_law import ENTITLED
from tools.demo.demo_wider import DIMENSIONS, among

from evalkit.facts.checks import check_facts
from evalkit.facts.intake import read_facts, read_sources, without_origin
from evalkit.indicators.estimates import estimate_indicators
from evalkit.places.registry import load_registry
from evalkit.programme.load import load_programme

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data" / "demo"
REFERENCE = ROOT / "data" / "reference"
SHARED = ROOT.parent / "shared" / "data"
WRITTEN = [
    "units.csv",
    "names.csv",
    "crosswalk.csv",
    "grid.csv",
    "aliases.csv",
    "population.csv",
    "facts.csv",
    "sources.toml",
]
YEARS = list(range(2011, 2026))


@pytest.fixture(scope="module")
def country() -> DemoCountry:
    return make_country()


@pytest.fixture(scope="module")
def latest(country: DemoCountry) -> pd.DataFrame:
    """The latest edition of each figure, with its year."""
    same = ["province_code", "scheme", "measure", *DIMENSIONS, "period_start"]
    facts = country.facts.sort_values("edition_date", kind="stable").drop_duplicates(same, keep="last")
    return facts.assign(year=facts["period_start"].dt.year)


def totals(latest: pd.DataFrame, measure: str, *, scheme: str = "d40") -> pd.DataFrame:
    """Return one measure's totals, a row a unit and a column a year."""
    rows = latest[(latest["measure"] == measure) & (latest["scheme"] == scheme)]
    rows = rows[(rows[list(DIMENSIONS)] == "all").all(axis=1) & (rows["period_start"].dt.month == 1)]
    return rows.set_index(["province_code", "year"])["value"].unstack("year")  # noqa: PD010 (pivot_table fills)


def rows_of(name: str, folder: Path = DEMO) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def bare(text: str) -> str:
    """Return letters alone, without marks or case: "Đằng Vũ" and "dang-vu" are the same name."""
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum())


# ---- the files


def test_drawing_the_country_again_gives_the_committed_files_byte_for_byte(country, tmp_path):
    written = write_country(country, tmp_path)
    assert [path.name for path in written] == WRITTEN
    for path in written:
        assert path.read_bytes() == (DEMO / path.name).read_bytes(), path.name


def test_another_seed_draws_other_figures_in_the_same_places(country):
    other = make_country(7)
    assert other.units.equals(country.units)
    assert not other.facts["value"].equals(country.facts["value"])
    assert not other.population["population"].equals(country.population["population"])


def test_the_command_line_writes_the_folder_it_is_given_and_leaves_other_files_alone(tmp_path):
    own = tmp_path / "country" / "evalkit.toml"
    own.parent.mkdir()
    own.write_text("mine", encoding="utf-8")
    assert main([str(tmp_path / "country")]) == 0
    assert sorted(path.name for path in own.parent.iterdir()) == sorted([*WRITTEN, "evalkit.toml"])
    assert own.read_text(encoding="utf-8") == "mine"


def test_the_files_are_small_enough_to_stand_in_git():
    content = (DEMO / "facts.csv").read_bytes()
    assert content.count(b"\n") < 30_000
    assert len(content) < 4_000_000


def test_the_tables_have_the_columns_of_the_reference_registry():
    for name in ("units.csv", "names.csv", "crosswalk.csv", "aliases.csv", "population.csv"):
        header = (DEMO / name).read_text(encoding="utf-8").splitlines()[0]
        assert header == (REFERENCE / name).read_text(encoding="utf-8").splitlines()[0], name


# ---- invented, and saying so


def test_every_row_of_every_table_says_that_it_is_invented():
    for name in ("units.csv", "names.csv", "crosswalk.csv", "aliases.csv", "population.csv"):
        rows = rows_of(name)
        assert rows
        assert all("số liệu giả định / invented figures" in row["source"] for row in rows), name
    assert all(row["source_id"].startswith("invented-") for row in rows_of("facts.csv"))


def test_every_source_says_that_it_is_invented_and_every_source_used_is_declared():
    sources = tomllib.loads((DEMO / "sources.toml").read_text(encoding="utf-8"))
    used = {row["source_id"] for name in ("facts.csv", "population.csv") for row in rows_of(name)}
    assert used == set(sources)
    for source in sources.values():
        assert "số liệu giả định" in source["title"]
        assert source["title_in"]["en"].endswith(", invented")
        assert "giả định" in source["agency"]
        assert "Invented" in source["agency_in"]["en"]
        assert "nvented" not in source["title"] + source["agency"], "a Vietnamese page speaks Vietnamese"
        assert "invented" in source["note"]["en"]
        assert source["address"] == ""


def test_the_page_beside_the_figures_says_so_in_both_languages_first():
    top = (DEMO / "README.md").read_text(encoding="utf-8").splitlines()[0]
    assert "số liệu giả định" in top
    assert "invented figures" in top


def invented_names() -> set[str]:
    units = rows_of("units.csv")
    names = {row[key] for row in units for key in ("name", "name_en", "region_vi", "region_en")}
    return {bare(name) for name in names} | {bare(row["alias"]) for row in rows_of("aliases.csv")}


def test_no_name_is_that_of_a_unit_of_the_reference_registry():
    real = {bare(row[key]) for row in rows_of("units.csv", REFERENCE) for key in ("name", "name_en", "slug")}
    assert len(real) >= 63
    assert not invented_names() & real


@pytest.mark.parametrize("table", ["provinces_63.csv", "provinces_34.csv"])
def test_no_name_is_that_of_a_real_province(table):
    if not (SHARED / table).is_file():
        pytest.skip(f"the list of real provinces ({table}) is not beside this checkout")
    real = {bare(row[key]) for row in rows_of(table, SHARED) for key in ("name_vi", "name_en", "name_ascii")}
    assert not invented_names() & real


def test_no_name_is_that_of_a_real_district_a_writer_might_slip_in():
    """A hand list of well-known districts and cities whose names sound like ours."""
    known = "Sơn Tây, Trà Lĩnh, Vân Đồn, Móng Cái, Hạ Long, Long Khánh, Hải Hà, Mộc Châu, Thạch Thất, Đan Phượng, Phúc Thọ, Yên Lạc, Quế Võ, Tịnh Biên, Cát Hải, Bình Lục, Lạc Sơn, Nghi Lộc, Kỳ Anh, Đức Thọ"
    assert not invented_names() & {bare(name) for name in known.split(",")}


def test_neighbours_are_names_not_country_codes():
    neighbours = {part for row in rows_of("units.csv") for part in row["land_border"].split(";") if part}
    assert neighbours == {"Orvania", "Kelmoria"}


# ---- the registry


@pytest.mark.parametrize(("scheme", "count"), [("d40", 40), ("d34", 34)])
def test_each_scheme_has_its_units_in_code_order_with_two_digits(scheme, count):
    codes = [row["code"] for row in rows_of("units.csv") if row["scheme"] == scheme]
    assert len(set(codes)) == count
    assert codes == sorted(codes)
    assert all(len(code) == 2 and code.isdigit() for code in codes)
    assert codes[0] == "01"


def test_there_are_six_regions():
    assert {row["region_code"] for row in rows_of("units.csv")} == {"R1", "R2", "R3", "R4", "R5", "R6"}


def test_the_registry_loads_and_knows_the_mergers_and_the_moved_names():
    registry = load_registry(DEMO)
    assert registry.schemes == ("d40", "d34")
    assert [unit.code for unit in registry.components("33", "d34")] == ["31", "33", "34"]
    assert registry.find("Mộc Lĩnh", "d40").code == "06"
    assert registry.find("Tường Vũ", "d34").code == "06"
    assert registry.find("hai suong", "d40").code == "34"
    assert registry.find("hai suong", "d34").code == "33"


def test_one_unit_changes_its_type_from_one_day_to_the_next():
    registry = load_registry(DEMO)
    before, after = pd.Timestamp("2025-03-31").date(), pd.Timestamp("2025-04-01").date()
    assert registry.full_name("24", "d34", before) == "Tỉnh Hải Khuê"
    assert registry.full_name("24", "d34", after) == "Thành phố Hải Khuê"


def test_population_is_given_by_old_unit_in_all_years_and_says_so_after_the_merger():
    rows = rows_of("population.csv")
    assert {row["scheme"] for row in rows} == {"d40"}
    assert {(row["code"], int(row["year"])) for row in rows} == {
        (unit["code"], year) for unit in rows_of("units.csv") if unit["scheme"] == "d40" for year in YEARS
    }
    assert all(("40 older units" in row["source"]) == (int(row["year"]) >= 2024) for row in rows)


# ---- the facts table


def test_the_facts_pass_every_check_and_hold_only_declared_names():
    programme = load_programme("vn-trafficking")
    table = read_facts([DEMO / "facts.csv"], programme)
    findings = check_facts(
        table,
        programme=programme,
        registry=load_registry(DEMO),
        sources=read_sources(DEMO / "sources.toml"),
        day=date(2026, 11, 28),
    )
    assert [(finding.severity, finding.province_code) for finding in findings] == [("note", "36")]


def test_what_is_read_from_the_file_is_what_was_drawn(country):
    read = without_origin(read_facts([DEMO / "facts.csv"], load_programme("vn-trafficking")))
    pd.testing.assert_frame_equal(read[country.facts.columns], country.facts)


def test_measures_units_bases_and_breakdowns_are_those_of_the_programme(country):
    programme = load_programme("vn-trafficking")
    for (name, unit, basis), rows in country.facts.groupby(["measure", "unit", "place_basis"]):
        measure = programme.measures[name]
        assert (unit, basis) == (measure.unit, measure.place_basis)
        for dimension in DIMENSIONS:
            values = set(rows[dimension]) - {"all"}
            assert values <= set(programme.dimensions[dimension].values)
            assert not values or dimension in measure.dimensions


def test_every_indicator_of_the_programme_has_figures(country):
    programme = load_programme("vn-trafficking")
    held = set(country.facts.loc[country.facts["value"].notna(), "measure"]) | {"population_average"}
    assert {name for indicator in programme.indicators.values() for name in indicator.measures} <= held


def test_every_indicator_can_be_estimated_somewhere_and_only_those_to_be_checked_are_not(country):
    programme = load_programme("vn-trafficking")
    years = country.population.rename(columns={"code": "province_code", "population": "value"})
    people = years.assign(
        place_basis="residence", measure="population_average", unit="nguoi", status="reported", qualifier="exact",
        published=True, source_cell="", edition_date=pd.to_datetime(years["edition_date"]).astype("datetime64[s]"),
        period_start=pd.to_datetime(years["year"].astype(str) + "-01-01").astype("datetime64[s]"),
        period_end=pd.to_datetime(years["year"].astype(str) + "-12-31").astype("datetime64[s]"),
    )  # fmt: skip
    facts = pd.concat([country.facts, people[people["year"] < 2024].drop(columns=["year", "source"])])
    facts[list(DIMENSIONS)] = facts[list(DIMENSIONS)].fillna("all")
    found = estimate_indicators(facts, programme)
    assert set(programme.indicators) == set(found.loc[found["status"] == "estimated", "indicator"])


def test_the_demo_gives_supports_to_whom_the_matrix_of_the_programme_gives_them():
    matrix = load_programme("vn-trafficking").support
    assert matrix is not None
    entitled = {
        person_class: {
            name
            for name in matrix.supports
            if matrix.entitlement(name, person_class, on=date(2025, 7, 1)) != "none"
        }
        for person_class in matrix.classes
    }
    assert entitled == {person_class: set(supports) for person_class, supports in ENTITLED.items()}


def test_a_group_drawn_out_of_a_whole_never_holds_more_than_its_members():
    rng = np.random.default_rng(3)
    draws = [among(rng, 10, 4, 5) for _ in range(4000)]  # hypergeometric, mean 5 * 4 / 10
    assert 0 <= min(draws) <= max(draws) <= 4
    assert abs(np.mean(draws) - 2) < 4 * (2 / 3 / 4000) ** 0.5  # its variance is 5 * .4 * .6 * 5 / 9


def test_years_are_whole_calendar_years_in_the_boundary_set_then_in_force(country):
    """But for the half year since the new law, in which verification in time and supports by legal class are counted."""
    half = country.facts[country.facts["period_start"].dt.month == 7]
    assert set(half["measure"]) == {
        *("persons_received", "persons_verified_in_time"),
        *("support_eligible", "support_accepting", "support_received"),
    }
    assert set(half["period_start"]) == {pd.Timestamp("2025-07-01")}
    facts = country.facts.drop(half.index)
    start, end = facts["period_start"], facts["period_end"]
    assert (start.dt.strftime("%m-%d") == "01-01").all()
    assert (country.facts["period_end"].dt.strftime("%m-%d") == "12-31").all()
    assert (start.dt.year == end.dt.year).all()
    assert sorted(start.dt.year.unique()) == YEARS
    last, first = start[facts["scheme"] == "d40"].max(), start[facts["scheme"] == "d34"].min()
    assert (last.year, first.year) == (2023, 2024)


def test_a_blank_is_never_a_zero_and_a_zero_is_stated(country):
    facts = country.facts
    assert set(facts["status"]) == {"reported", "zero_reported", "not_reported", "not_applicable"}
    assert ((facts["value"] == 0) == (facts["status"] == "zero_reported")).all()
    assert (facts["value"].isna() == facts["status"].isin(["not_reported", "not_applicable"])).all()
    absent = facts[facts["status"] == "not_applicable"]
    assert set(absent["province_code"]) == {"22"}
    assert absent["measure"].str.startswith("foreign_employers").all()
    assert (facts["value"].dropna() % 1 == 0).all()


def test_only_the_nations_totals_of_cases_and_victims_are_published(country):
    published = country.facts[country.facts["published"]]
    assert set(published["scheme"]) == {"nation"}
    assert set(published["measure"]) == {"cases_recorded", "victims_identified"}
    assert (published[list(DIMENSIONS)] == "all").all(axis=None)
    nation = country.facts[country.facts["scheme"] == "nation"]
    open_totals = nation[nation["measure"].isin(["cases_recorded", "victims_identified"])]
    open_totals = open_totals[(open_totals[list(DIMENSIONS)] == "all").all(axis=1)]
    assert open_totals["published"].all()


# ---- the parts agree


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("victims_supported", "victims_identified"),
        ("victims_identified", "persons_received"),
        ("crime_reports_classified", "crime_reports_received"),
        ("crime_reports_received", "crime_reports_due"),
        ("crime_reports_resolved", "crime_reports_due"),
        ("communes_reached", "communes_total"),
        ("sessions_minority_communes", "communication_sessions"),
        ("cases_recorded", "cases_handled"),
        ("victims_supported", "victims_offered_support"),
        ("victims_offered_support", "victims_identified"),
        ("waiting_costs_met", "persons_waiting"),
        ("victims_reintegrated_12_months", "victims_followed_12_months"),
        ("agencies_on_time", "agencies_required"),
        ("cases_instituted", "cases_recorded"),
        ("cases_recorded", "suspects"),
        ("cases_recorded", "victims_in_cases"),
    ],
)
@pytest.mark.parametrize("scheme", ["d40", "d34", "nation"])
def test_a_part_never_exceeds_its_whole(latest, part, whole, scheme):
    parts, wholes = (totals(latest, measure, scheme=scheme) for measure in (part, whole))
    parts, wholes = parts.align(wholes, join="inner")
    compared = parts.notna() & wholes.notna()
    assert compared.to_numpy().sum() >= 2
    assert not (parts > wholes).to_numpy().any()


def test_the_sexes_add_up_to_the_total_and_age_groups_to_the_nations(latest):
    others = [name for name in DIMENSIONS if name not in ("sex", "age_group")]
    victims = latest[(latest["measure"] == "victims_identified") & (latest[others] == "all").all(axis=1)]
    victims = victims.dropna(subset="value")
    place = ["province_code", "scheme", "year"]
    total = victims[(victims["sex"] == "all") & (victims["age_group"] == "all")].set_index(place)["value"]
    by_sex = victims[victims["sex"] != "all"].groupby(place)["value"].sum()
    pd.testing.assert_series_equal(by_sex.sort_index(), total.sort_index())
    by_age = victims[victims["age_group"] != "all"].groupby(place)["value"].sum()
    assert set(by_age.index.get_level_values("scheme")) == {"nation"}
    pd.testing.assert_series_equal(by_age, total.loc[by_age.index])


def test_the_nation_is_the_sum_of_all_units_and_silent_where_one_is_missing(latest):
    medians = {name for name in latest["measure"] if name.startswith("days_")}
    assert not medians & set(latest.loc[latest["scheme"] == "nation", "measure"])
    for measure in sorted(set(latest["measure"]) - medians):
        given = totals(latest, measure, scheme="nation").to_dict("index").get("VN", {})
        expected = {}
        for scheme, count in (("d40", 40), ("d34", 34)):
            units = totals(latest, measure, scheme=scheme)
            whole = units.columns[units.notna().sum() == count]
            expected |= units[whole].sum().to_dict()
        assert given == expected, measure


def test_the_nation_speaks_after_the_last_unit_did(country):
    facts = country.facts.assign(year=country.facts["period_start"].dt.year)
    nation = facts[facts["scheme"] == "nation"].groupby(["measure", "year"])["edition_date"].min()
    units = facts[facts["scheme"] != "nation"].groupby(["measure", "year"])["edition_date"].max()
    assert (nation > units.loc[nation.index]).all()
    assert facts["edition_date"].max() == pd.Timestamp("2026-06-30")


# ---- the troubles it promises


def test_missing_years_are_rows_that_say_not_reported(country):
    missing = country.facts[country.facts["status"] == "not_reported"]
    found = {
        (row.province_code, row.scheme, row.source_id, row.period_start.year) for row in missing.itertuples()
    }
    assert found == {
        ("19", "d40", "invented-police", 2014),
        ("58", "d40", "invented-welfare", 2012),
        ("58", "d40", "invented-welfare", 2013),
        ("30", "d40", "invented-communication", 2018),
        ("72", "d40", "invented-court", 2019),
        ("48", "d34", "invented-communication", 2025),
    }


def test_some_provinces_never_report_inspections(latest):
    visits = latest[
        latest["measure"].isin(["inspection_visits", "establishments_inspected", "repeat_visits"])
    ]
    assert set(latest["province_code"]) - set(visits["province_code"]) - {"VN"} == {
        *{"17", "19", "22", "56", "60", "70"}
    }


def test_one_province_has_a_run_of_reported_zeros(latest):
    cases = latest[(latest["measure"] == "cases_recorded") & (latest["province_code"] == "20")]
    statuses = cases.set_index("year")["status"]
    assert (statuses.loc[2016:2022] == "zero_reported").all()
    assert cases.loc[cases["year"] <= 2015, "value"].sum() >= 10


def test_one_province_reports_two_years_fourteen_months_after_the_others(country):
    facts = country.facts[country.facts["scheme"] == "d40"].assign(year=country.facts["period_start"].dt.year)
    usual = facts.groupby(["source_id", "year"])["edition_date"].transform("median")
    delay = (facts["edition_date"] - usual).dt.days
    late = facts[delay > 400]
    assert set(zip(late["province_code"], late["year"], strict=True)) == {("08", 2018), ("08", 2019)}
    assert delay[late.index].between(425, 428).all()


def test_one_figure_has_two_editions_and_the_later_one_is_lower(country):
    key = ["province_code", "scheme", "measure", *DIMENSIONS, "period_start", "source_id"]
    twice = country.facts[country.facts.duplicated(key, keep=False)]
    assert twice["province_code"].tolist() == ["36", "36"]
    assert twice["edition_date"].dt.strftime("%Y-%m-%d").tolist() == ["2018-03-15", "2018-11-20"]
    assert twice["value"].diff().iloc[1] == -2


@pytest.mark.parametrize(
    ("top", "base"),
    [
        ("cases_cleared", "cases_instituted"),
        ("cases_prosecuted", "cases_concluded"),
        ("cases_tried", "cases_accepted"),
    ],
)
def test_work_carried_over_lifts_a_numerator_above_its_base_in_a_whole_programme_period(latest, top, base):
    settled, came_in = (totals(latest, measure).loc[:, 2021:2023].sum(axis=1) for measure in (top, base))
    assert (settled > came_in).any()


def test_the_period_named_on_the_readme_has_more_cleared_than_instituted(latest):
    both = [
        pd.concat([totals(latest, measure, scheme=scheme).loc["12"] for scheme in ("d40", "d34")]).loc[2021:]
        for measure in ("cases_cleared", "cases_instituted")
    ]
    assert both[0].sum() > both[1].sum()


def test_the_border_closure_is_seen_most_by_the_land_border(latest):
    cases = totals(latest, "cases_recorded")
    border = {row["code"] for row in rows_of("units.csv") if row["scheme"] == "d40" and row["land_border"]}
    closed = cases.loc[:, 2020:2022].mean(axis=1)
    before = cases.loc[:, 2016:2019].mean(axis=1)
    by_border = cases.index.isin(border)
    assert closed[by_border].sum() / before[by_border].sum() < 0.45
    assert closed.sum() / before.sum() < 0.55
    assert (
        closed[~by_border].sum() / before[~by_border].sum()
        > closed[by_border].sum() / before[by_border].sum()
    )


@pytest.mark.parametrize("code", ["11", "38"])
def test_the_step_down_of_2016_is_in_the_figures(latest, code):
    cases = totals(latest, "cases_recorded").loc[code]
    assert cases.loc[2016:2019].mean() < 0.75 * cases.loc[2011:2015].mean()


def test_counts_differ_from_place_to_place_as_small_counts_do(latest):
    means = totals(latest, "cases_recorded").mean(axis=1)
    assert (means < 1).sum() >= 5
    assert (means > 7).sum() >= 3
    assert means.max() < 20


def test_yearly_counts_vary_more_than_poisson(latest):
    """Moment estimate of alpha in var = mean + alpha mean², over units without step, drift or silence, 2011 to 2019."""
    cases = totals(latest, "cases_recorded").drop(index=["02", "11", "20", "36", "38", "51"])
    cases = cases.loc[:, 2011:2019].dropna()
    mean, variance = cases.mean(axis=1), cases.var(axis=1, ddof=1)
    alpha = (variance - mean).sum() / (mean**2 - variance / cases.shape[1]).sum()
    assert 0.3 <= alpha <= 0.5


def test_the_negative_binomial_draws_have_its_probabilities():
    """P(0) = (1 + alpha mean)^(-1/alpha); P(1) = P(0) mean / (1 + alpha mean): 4000 draws, within four standard errors."""
    rng = np.random.default_rng(5)
    draws = np.array([negative_binomial(rng, 2.0) for _ in range(4000)])
    zero = (1 + ALPHA * 2) ** (-1 / ALPHA)
    one = zero * 2 / (1 + ALPHA * 2)
    assert abs((draws == 0).mean() - zero) < 4 * (zero * (1 - zero) / 4000) ** 0.5
    assert abs((draws == 1).mean() - one) < 4 * (one * (1 - one) / 4000) ** 0.5


def test_the_poisson_draws_have_its_probabilities():
    rng = np.random.default_rng(6)
    draws = np.array([poisson(rng, 1.5) for _ in range(4000)])
    for count, chance in ((0, 0.22313), (1, 0.33470), (2, 0.25102)):  # e^-1.5 1.5^k / k!
        assert abs((draws == count).mean() - chance) < 4 * (chance * (1 - chance) / 4000) ** 0.5
