"""Declarations in TOML: what is wrong is told with file, key and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evalkit.batch.prepare import receive
from evalkit.errors import DeclarationError, SettingsError
from evalkit.programme.load import load_programme, programme_folder
from evalkit.workspace import open_workspace


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of the shipped programme, to be spoilt."""
    return Path(shutil.copytree(programme_folder("vn-trafficking"), tmp_path / "own"))


def spoil(folder: Path, file: str, old: str, new: str) -> int:
    """Replace text once and return the line it stood on."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def refusal(folder: Path) -> DeclarationError:
    with pytest.raises(DeclarationError) as caught:
        load_programme(str(folder))
    assert caught.value.exit_code == 3
    return caught.value


def test_the_shipped_programme_keeps_strict_and_unquantified_targets():
    targets = {target.id: target for target in load_programme("vn-trafficking").targets}
    assert {name: targets[name].comparator for name in ("T1-2021", "T2", "T3", "T4", "T5")} == {
        "T1-2021": "at_least",
        "T2": "greater_than",
        "T3": "greater_than",
        "T4": "at_least",
        "T5": "at_least",
    }
    assert [targets[name].value for name in ("T1-2021", "T2", "T3", "T4", "T5")] == [100, 90, 90, 95, 90]
    assert not targets["T6"].is_quantified
    assert not targets["T7"].is_quantified


def test_a_provincial_target_binds_that_province_alone():
    programme = load_programme("vn-trafficking")
    assert "QN-V05" in {target.id for target in programme.targets_binding("22", "34")}
    assert "QN-V05" not in {target.id for target in programme.targets_binding("24", "34")}
    assert "T2" in {target.id for target in programme.targets_binding("24", "34")}


def test_malformed_toml_names_file_and_line(own: Path):
    line = spoil(own, "targets.toml", 'id = "T2"', 'id = "T2')
    error = refusal(own)
    assert "targets.toml" in error.where
    assert f"line {line}" in error.rule


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_one(own: Path):
    line = spoil(own, "indicators.toml", "polarity = ", "polarty = ")
    error = refusal(own)
    assert f"line {line}," in error.where
    assert "indicator.cases.polarty" in error.where
    assert 'did you mean "polarity"?' in error.do


def test_a_dangling_measure_is_refused_with_its_line(own: Path):
    line = spoil(
        own, "indicators.toml", 'numerator = "crime_reports_resolved"', 'numerator = "crime_reports_resolve"'
    )
    error = refusal(own)
    assert f"line {line}" in error.where
    assert 'did you mean "crime_reports_resolved"?' in error.do


def test_a_target_on_an_indicator_that_does_not_exist_is_refused(own: Path):
    spoil(own, "targets.toml", 'indicator = "cases_tried"', 'indicator = "cases_judged"')
    assert "'cases_judged' is used but not declared" in refusal(own).rule


def test_overlapping_programme_periods_are_refused(own: Path):
    spoil(own, "programme.toml", "valid_from = 2016-01-01", "valid_from = 2015-06-01")
    assert "programme periods are in force on the same day" in refusal(own).rule


def test_overlapping_targets_on_one_indicator_are_refused(own: Path):
    spoil(own, "targets.toml", "valid_from = 2024-01-01", "valid_from = 2023-06-01")
    assert "targets on 'reports_classified'" in refusal(own).rule


def test_a_validity_that_ends_before_it_starts_is_refused(own: Path):
    spoil(own, "breaks.toml", "valid_to = 2022-12-31", "valid_to = 2012-12-31")
    assert "ends on or after the day it starts" in refusal(own).rule


def test_half_a_target_is_refused(own: Path):
    spoil(own, "targets.toml", 'comparator = "greater_than"\n', "")
    assert "comparator, value and unit" in refusal(own).rule


def test_an_unknown_programme_lists_the_shipped_ones(tmp_path: Path):
    with pytest.raises(DeclarationError, match="vn-trafficking"):
        load_programme("nowhere", base=tmp_path)


SETTINGS = """title.vi = "Thử"
title.en = "Trial"
programme = "vn-trafficking"
scheme = "34"
invented = true
"""


@pytest.mark.parametrize(
    ("addition", "part", "message"),
    [
        ("\n[disclosure]\nk = 4\n", "rule", "may only be raised"),
        ("\n[disclosure]\nk_sensitive = 9\n", "rule", "may only be raised"),
        ("\n[disclosure]\nk_sensitive = 9\n", "where", "line 8, key disclosure.k_sensitive"),
        ("\n[disclosure]\nk = 'five'\n", "rule", "a whole number, without quotation marks"),
        ("\n[disclosure]\nperson_totals_stand = true\n", "rule", "named custodian"),
        ("\n[disclosure]\nroundin = 5\n", "where", "disclosure.roundin"),
        ("shceme = '63'\n", "do", 'did you mean "scheme"?'),
    ],
)
def test_settings_that_weaken_or_misspell_are_refused(tmp_path: Path, addition: str, part: str, message: str):
    (tmp_path / "evalkit.toml").write_text(SETTINGS + addition, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        open_workspace(tmp_path)
    assert message in getattr(caught.value, part)
    assert caught.value.exit_code == 3


def test_a_set_of_provinces_that_the_registry_does_not_have_is_named_with_its_line(tmp_path: Path):
    (tmp_path / "evalkit.toml").write_text(SETTINGS.replace('"34"', '"35"'), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        receive(open_workspace(tmp_path))
    assert caught.value.where.endswith("evalkit.toml, line 4, key scheme")
    assert "34, 63" in caught.value.do


def test_raising_a_threshold_is_free(tmp_path: Path):
    (tmp_path / "evalkit.toml").write_text(
        SETTINGS + "\n[disclosure]\nk = 11\nk_sensitive = 20\n", encoding="utf-8"
    )
    assert open_workspace(tmp_path).disclosure.k == 11


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"evalkit\.toml"):
        open_workspace(tmp_path)


# ---- a catalogue in several files


def test_a_fault_in_a_split_file_is_named_with_that_file_and_its_line(own: Path):
    line = spoil(
        own, "indicators-justice.toml", 'denominator = "cases_handled"', 'denominator = "cases_handed"'
    )
    error = refusal(own)
    assert error.where.endswith(f"indicators-justice.toml, line {line}")
    assert "cases_handled" in error.do


def test_a_name_declared_in_two_files_is_refused(own: Path):
    table = (own / "indicators-justice.toml").read_text(encoding="utf-8")
    (own / "indicators-more.toml").write_text(table, encoding="utf-8")
    assert "declared twice" in refusal(own).rule


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("indicators.toml", 'polarity = "neutral"', 'polarity = "lower"', "neutral"),
        ("indicators-victims.toml", 'channel = "rescue"', 'channel = "rescued"', "used but not declared"),
        ("indicators-victims.toml", 'basis = "totals"\n', "", "cohort"),
        ("indicators-prevention.toml", 'against = ["population_minority_communes", "population_average"]\n', "", "against"),
        ("indicators-governance.toml", 'denominator = "budget_allocated"\n', "", "needs a denominator"),
        ("indicators.toml", 'numerator = "inspection_visits"', 'trend = true\nnumerator = "inspection_visits"', "what the programme itself does"),
        ("pathway.toml", 'measure = "persons_verified"', 'measure = "persons_verfied"', "used but not declared"),
        ("pathway.toml", 'base = "victims_identified"\n', "", "names in 'base'"),
        ("support.toml", 'entitled.foreign = { essential = "case', 'entitled.foreigner = { essential = "case', "no declared class"),
        ("support.toml", "valid_from = 2025-07-01", "valid_from = 2025-06-30", "in force on the same day"),
        ("support.toml", '"persons_waiting"', '"persons_waitin"', "used but not declared"),
        ("requests.toml", 'only.person_class = ["victim"]', 'only.person_class = ["victims"]', "used but not declared"),
        ("requests.toml", 'only.person_class = ["victim"]', 'only.personclass = ["victim"]', "used but not declared"),
    ],
)  # fmt: skip
def test_what_a_programme_may_not_say(own: Path, file: str, old: str, new: str, said: str):
    spoil(own, file, old, new)
    error = refusal(own)
    assert file in error.where
    assert said in error.rule


def test_a_target_on_an_indicator_that_does_not_exist_in_its_days_is_refused(own: Path):
    """Verification within three days is the law from 1 July 2025 on: nothing could be promised for 2024."""
    spoil(own, "targets.toml", 'indicator = "cases_tried"', 'indicator = "verified_in_time"')
    error = refusal(own)
    assert "does not exist in all the days of target 'T5'" in error.rule


def test_an_indicator_of_two_ends_ends_after_it_starts(own: Path):
    spoil(
        own,
        "indicators-victims.toml",
        "valid_from = 2025-07-01",
        "valid_from = 2025-07-01\nvalid_to = 2025-06-30",
    )
    assert "ends on or after the day it starts" in refusal(own).rule
