"""The reference runner reads the cases' vocabulary: synonyms, roles, lists, levels, endings; answers by hand or by scipy."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from tests.reference.former import completed
from tests.reference.runner import run_case
from tests.reference.shapes import Inputs


def case(family: str, inputs: dict[str, Any], expected: dict[str, Any], **rest: Any) -> dict[str, Any]:
    given = {"id": "made_up", "family": family, "method": "", "inputs": inputs, "expected": expected}
    return given | {"tol": {"rel": 1e-7}} | rest


def results(
    family: str, inputs: dict[str, Any], expected: dict[str, Any], *, data: Path = Path(), **rest: Any
) -> dict[str, tuple[str, str]]:
    found = run_case(case(family, inputs, expected, **rest), data=data)
    return {result.key: (result.outcome, result.note) for result in found}


def assert_all_pass(family: str, inputs: dict[str, Any], expected: dict[str, Any], **rest: Any) -> None:
    found = results(family, inputs, expected, **rest)
    assert {key: told for key, told in found.items() if told[0] != "passed"} == {}
    assert set(found) == set(expected)


def garwood(count: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    lower = stats.chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    return lower, stats.chi2.ppf(1 - tail, 2 * count + 2) / 2


# ---- names


@pytest.mark.parametrize(
    "inputs",
    [
        {"count": 6, "exposure": 40_000, "per": 100_000},
        {"x": 6, "t": 40_000, "multiplier": 100_000},
        {"O": 6, "pop": 40_000, "multiplier": 100_000, "level": "95%"},
        {"observed": 6, "births": 40_000, "per": 100_000, "confidence": 0.95},
    ],
)
def test_every_synonym_is_read(inputs: dict[str, Any]):
    lower, upper = garwood(6, 0.95)
    wanted = {"rate": 15, "lower": 2.5 * lower, "upper": 2.5 * upper, "daly_upper": upper}
    outer = 2.5 * garwood(6, 0.998)[0], 2.5 * garwood(6, 0.9)[1]
    assert_all_pass("poisson_1samp", inputs, wanted | {"lower998": outer[0], "rate_upper_90": outer[1]})


def test_rows_lists_and_a_level_for_each_row_are_one_thing():
    counts, years, levels = [0, 5, 9], [2, 4, 4], ["95%", "95%", "99.8%"]
    limits = [garwood(*pair) for pair in zip(counts, [0.95, 0.95, 0.998], strict=True)]
    wanted = {
        "rate": [0, 1.25, 2.25],
        "lower": [limit[0] / time for limit, time in zip(limits, years, strict=True)],
        "upper": [limit[1] / time for limit, time in zip(limits, years, strict=True)],
    }
    table = [{"cases": count, "py": time} for count, time in zip(counts, years, strict=True)]
    assert_all_pass("poisson_1samp", {"counts": counts, "t": years, "conf": levels}, wanted)
    columns = {"count": "cases", "exposure": "py"}
    assert_all_pass("poisson_1samp", {"table": table, "columns": columns, "conf": levels}, wanted)


def test_a_file_is_read_by_the_roles_of_its_columns_and_where(tmp_path: Path):
    rows = {"who": ["m", "f"] * 4, "yr": [2001, 2001, 2002, 2002, 2003, 2003, 2004, 2004]}
    pd.DataFrame(rows | {"rate": [4.0, 9, 3, 9, 6, 9, 2, 8]}).to_csv(tmp_path / "some.csv", index=False)
    inputs = {"data": "some.csv", "columns": {"time": "yr", "value": "rate"}, "where": {"who": "m"}}
    wanted = {"S": -2, "tau": -1 / 3, "sen": -7 / 12, "p": 0.75}
    assert_all_pass("nonparametric", inputs, wanted, data=tmp_path)
    assert_all_pass("nonparametric", {"x": [4, 3, 6, 2]}, wanted)
    older = pd.read_csv(tmp_path / "some.csv").rename(columns={"who": "sex"}).to_dict("records")
    columns = {"value": "rate"}
    assert_all_pass("nonparametric", {"table": older, "columns": columns, "sex": "m"}, wanted)


def test_columns_of_any_name_stand_for_their_role():
    rows = [
        {"weird": c, "people": e, "where": f"u{k}"}
        for k, (c, e) in enumerate(zip([1, 5, 9], [2, 4, 9], strict=True))
    ]
    columns = {"count": "weird", "exposure": "people", "unit": "where"}
    expected = [2, 4, 9]
    chi2 = sum((c - e) ** 2 / e for c, e in zip([1, 5, 9], expected, strict=True))
    wanted = {
        "chi2": chi2,
        "df": 2,
        "p": math.exp(-chi2 / 2),
        "overall_rate": 1,
        "pearson_dispersion": chi2 / 2,
    }
    assert_all_pass("dispersion", {"table": rows, "columns": columns}, wanted)
    lists = {"count": [1, 5, 9], "exposure": [2, 4, 9]}
    assert_all_pass("dispersion", lists, wanted)


# ---- endings


def test_steps_of_any_number_and_chances_of_any_length():
    inputs = {"counts": [10, 5, 0, 3, 6], "years": [5, 5, 2, 3, 3]}
    wanted = {
        "pct_change": -50,
        "naive_pct_change_2": -100,
        "pct_change_3": None,
        "pct_change_4": 100,
        "rr_upper_3": "Inf",
        "p_central_2": 2 * (5 / 7) ** 5,
        "expected_zero_3yr_at_prev_rate": math.exp(-3),
    }
    del wanted["p_central_2"]  # above 5 / 7 of a half: written out below, where it is below 1
    assert_all_pass("headline", inputs, wanted)
    assert_all_pass("headline", {"counts": [30, 0], "years": [5, 2]}, {"p_central": 2 * (5 / 7) ** 30})


def test_the_first_and_the_last_rows_of_anything():
    rows = [{"n": n, "e": 1.0 + n % 3} for n in (2, 9, 1, 14, 4, 0)]
    inputs = {"table": rows, "columns": {"count": "n", "expected": "e"}, "law": "marshall"}
    (whole,) = run_case(case("empirical_bayes", inputs, {"est": [0] * 6}), data=Path())
    means = [float(number) for number in whole.note.split("got [")[1].rstrip("]").split()]
    wanted = {"first2": means[:2], "est_last3": means[-3:], "rr_first4": means[:4], "max": max(means)}
    assert_all_pass("empirical_bayes", inputs, wanted, tol={"abs": 1e-6})
    units = {"table": rows, "columns": {"count": "n", "exposure": "e"}}
    share = [row["n"] / row["e"] / (30 / sum(row["e"] for row in rows)) for row in rows]
    assert_all_pass("funnel", units, {"relrisk_first3": share[:3], "relrisk_last1": share[-1:]})


def test_any_null_any_side_and_any_level_of_two_counts():
    inputs = {"x1": 0, "n1": 2, "x2": 4, "n2": 2, "null_ratio": 3, "alternative": "smaller", "conf": 0.9}
    wanted = {
        "ratio": 0,
        "exact_cond": 0.25**4,
        "cond_midp": 0.25**4 / 2,
        "upper": 0.05 ** (-1 / 4) - 1,
        "upper95": 0.025 ** (-1 / 4) - 1,
        "upper_one_sided": 0.1 ** (-1 / 4) - 1,
    }
    assert_all_pass("poisson_2samp", inputs, wanted)
    many = {"count1": [0, 0], "exposure1": 2, "count2": [4, 0], "exposure2": 2}
    assert_all_pass(
        "poisson_2samp",
        many,
        {"ratio": [0, "NaN"], "p_central": [0.125, 1], "upper": [0.025 ** (-1 / 4) - 1, "Inf"]},
    )


def test_models_of_any_number_and_columns_of_any_name():
    rows = [{"a": k, "b": int(k > 2), "n": n} for k, n in enumerate([3, 4, 2, 0, 0, 0])]
    inputs = {"table": rows, "columns": {"count": "n"}, "models": [["a"], ["b"]]}
    coefficients = [math.log(9.5 / 3), math.log(0.5 / 3) - math.log(9.5 / 3)]
    wanted = {"m2_coef": coefficients, "m2_se": [9.5**-0.5, (1 / 9.5 + 2) ** 0.5]}
    assert_all_pass("penalised", inputs, wanted)


def test_a_step_is_found_whatever_its_column_is_called():
    """Without trend in the counts the steps' rates are the means of both sides."""
    rows = [{"k": k, "law": int(k > 4), "dead": n} for k, n in enumerate([4, 4, 4, 4, 4, 2, 2, 2, 2, 2])]
    inputs = {"table": rows, "columns": {"count": "dead", "step": "law", "time": "k"}, "family": "poisson"}
    wanted = {"irr": 0.5, "averted": 10, "counterfactual_post": 20, "averted_percent": -50, "b_time": 0}
    assert_all_pass("its", inputs | {"slope": False, "harmonics": 0}, wanted, tol={"rel": 1e-7, "abs": 1e-9})
    bent = {"F": 0, "F_p": 1, "b_slope_change": 0, "irr": 0.5}
    assert_all_pass("its", inputs | {"slope": True, "slope_origin": 5}, bent, tol={"rel": 1e-6, "abs": 1e-6})


# ---- what is refused, left out, or cannot be read


def test_a_refusal_is_no_failure_and_may_be_what_a_case_asks():
    told = results("capture_recapture", {"n1": 10, "n2": 8, "m": 0}, {"N": 98, "refused": True})
    assert told["refused"][0] == "passed"
    assert told["N"][0] == "not offered"
    assert "small_overlap" in told["N"][1]
    assert_all_pass("capture_recapture", {"n1": 10, "n2": 8, "m": 0}, {"N": None})
    told = results("capture_recapture", {"n1": 10, "n2": 8, "m": 2}, {"N": 32, "refused": True})
    assert (told["refused"][0], told["N"][0]) == ("failed", "passed")


def test_what_no_function_answers_is_not_built_and_no_error():
    told = results("panel", {"table": [{"x1": 1, "t1": 1, "x2": 2, "t2": 1}], "model": "meta"}, {"rr": 1})
    assert told == {"rr": ("not built", "")}


def test_a_case_whose_file_is_not_distributed_is_left_where_the_file_is_absent(tmp_path: Path):
    one = case("nonparametric", {"data": "gone.csv"}, {"S": 1})
    assert list(run_case(one | {"needs_file": True}, data=tmp_path)) == []
    (result,) = run_case(one, data=tmp_path)
    assert result.outcome == "failed"


def test_a_model_that_is_left_out_as_a_whole_says_so_for_every_key():
    rows = [{"year": 2000 + k, "count": 5 + k} for k in range(8)]
    told = results("trend_glm", {"table": rows, "model": "log-ols"}, {"slope": 1, "apc": 2})
    assert {outcome for outcome, _ in told.values()} == {"not offered"}


def test_neither_the_id_nor_the_prose_decides():
    inputs = {"count1": 3, "exposure1": 1, "count2": 1, "exposure2": 1}
    wanted = {"ratio": 3}
    for rest in ({"id": "etest_9"}, {"method": "E-test, unconditional"}, {"id": "gu2008"}):
        assert_all_pass("poisson_2samp", inputs, wanted, **rest)


def test_the_older_edition_is_completed_and_the_newer_left_as_it_is():
    older = {"family": "dispersion", "inputs": {"data": "discoveries.csv"}, "expected": {}, "method": ""}
    assert completed(older)["columns"] == {"unit": "year", "count": "count"}
    newer = older | {"inputs": {"data": "discoveries.csv", "columns": {"count": "n"}}}
    assert completed(newer) == newer["inputs"]


def test_an_input_that_is_missing_is_told_by_its_name():
    with pytest.raises(KeyError, match="exposure"):
        Inputs({"count": 3}, Path()).take("exposure")
    assert json.loads(json.dumps(Inputs({"count": 3}, Path()))) == {"count": 3}
