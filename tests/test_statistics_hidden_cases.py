"""Cases on no list: closed forms, statsmodels, made-up populations whose size is known, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from benchmarks.hidden_cases import made_up

import evalkit as ek
from evalkit.errors import FactsError
from evalkit.statistics.hidden_cases import HiddenCases, hidden_cases
from evalkit.statistics.list_models import ListModel, fit_lists, list_cells
from evalkit.statistics.results import NotEstimable

LISTS = ["police", "border", "aid"]
PATTERNS = [(1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 1)]
COUNTS = [41, 58, 13, 33, 9, 12, 4]
PAIRS = [list(pair) for pair in combinations(LISTS, 2)]


def table(counts: list[float]) -> pd.DataFrame:
    return pd.DataFrame(PATTERNS, columns=LISTS).assign(count=counts)


def model(counts: list[float], interactions: list[list[str]]) -> ListModel | NotEstimable:
    return fit_lists(list_cells(table(counts), LISTS), LISTS, interactions=interactions)


def reason(found: object) -> str:
    assert isinstance(found, NotEstimable)
    return found.reason


# ---- one model


def test_two_lists_are_the_product_of_those_on_one_alone_over_those_on_both():
    frame = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [37, 23, 9]})
    found = fit_lists(list_cells(frame, ["A", "B"]), ["A", "B"])
    assert isinstance(found, ListModel)
    assert found.hidden == pytest.approx(37 * 23 / 9, rel=1e-9)
    assert (found.observed, found.df) == (69, 0)


def test_models_of_three_lists_have_closed_forms():
    """All pairs: the product of odd cells over that of even ones. One pair: the third list against the other two as one."""
    a, b, ab, c, ac, bc, abc = COUNTS
    every = model(COUNTS, PAIRS)
    one = model(COUNTS, PAIRS[:1])
    assert isinstance(every, ListModel)
    assert isinstance(one, ListModel)
    assert every.hidden == pytest.approx(a * b * c * abc / (ab * ac * bc), rel=1e-8)
    assert one.hidden == pytest.approx(c * (a + b + ab) / (ac + bc + abc), rel=1e-8)
    assert (every.df, one.df) == (0, 2)
    assert every.deviance == pytest.approx(0, abs=1e-8)


def test_the_fit_is_that_of_statsmodels():
    design = sm.add_constant(np.array(PATTERNS, dtype=float))
    fit = sm.GLM(np.array(COUNTS), design, family=sm.families.Poisson()).fit(tol=1e-13)
    found = model(COUNTS, [])
    assert isinstance(found, ListModel)
    assert found.hidden == pytest.approx(math.exp(fit.params[0]), rel=1e-8)
    assert (found.deviance, found.aic) == pytest.approx((fit.deviance, fit.aic), rel=1e-8)
    assert found.bic == pytest.approx(4 * math.log(170) - 2 * fit.llf, rel=1e-8)
    assert sorted(found.expected) == pytest.approx(sorted(fit.fittedvalues), rel=1e-8)


def test_rows_of_single_cases_are_counted():
    singles = table(COUNTS).loc[lambda rows: rows.index.repeat(rows["count"]), LISTS]
    assert list_cells(singles.sample(frac=1, random_state=1), LISTS)["count"].sum() == 170
    assert list_cells(singles, LISTS).equals(list_cells(table(COUNTS), LISTS))


@pytest.mark.parametrize(
    ("counts", "interactions", "told"),
    [
        ([5, 11, 0, 4, 0, 0, 0], [], "no_overlap"),
        ([25, 31, 0, 18, 6, 5, 0], PAIRS[:1], "pair_without_overlap"),
        ([25, 31, 4, 18, 6, 5, 0], PAIRS, "no_maximum"),
        ([0, 31, 4, 18, 6, 5, 2], PAIRS, "no_maximum"),
    ],
)
def test_what_the_overlaps_cannot_tell_is_refused(
    counts: list[float], interactions: list[list[str]], told: str
):
    assert reason(model(counts, interactions)) == told
    assert isinstance(model(COUNTS, interactions), ListModel)


def test_empty_cells_that_leave_a_maximum_are_fitted():
    found = model([25, 31, 0, 18, 6, 5, 0], [])
    assert isinstance(found, ListModel)
    assert found.expected.sum() == pytest.approx(85)
    assert isinstance(model([25, 31, 0, 18, 6, 5, 0], PAIRS[1:2]), ListModel)


def test_fewer_cells_than_coefficients_are_refused():
    frame = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [37, 23, 9]})
    found = fit_lists(list_cells(frame, ["A", "B"]), ["A", "B"], interactions=[("B", "A")])
    assert reason(found) == "too_many_terms"


# ---- all models


@pytest.fixture(scope="module")
def found() -> HiddenCases:
    told = ek.hidden_cases(table(COUNTS), lists=LISTS, draws=400)
    assert isinstance(told, HiddenCases)
    return told


def test_every_model_of_pairs_is_named_with_its_weight(found: HiddenCases):
    bic = found.frame["bic"].to_numpy()
    weights = np.exp((bic.min() - bic) / 2)
    assert len(found.frame) == 8
    assert found.frame["weight"].tolist() == pytest.approx((weights / weights.sum()).tolist())
    assert found.hidden == pytest.approx(float(found.frame["weight"] @ found.frame["hidden"]))
    assert (found.least, found.most) == (found.frame["hidden"].min(), found.frame["hidden"].max())
    assert found.frame["model"][0] == "independent"
    assert set(found.frame["model"]) >= {"police:border", "police:aid + border:aid"}


def test_each_list_is_left_out_in_turn(found: HiddenCases):
    """Without a list its own cases go, and two lists are left: their product over both."""
    a, b, ab, c, ac, bc, abc = COUNTS
    wanted = {
        "police": (b + ab) * (c + ac) / (bc + abc),
        "border": (a + ab) * (c + bc) / (ac + abc),
        "aid": (a + ac) * (b + bc) / (ab + abc),
    }
    told = found.without.set_index("left_out")
    assert told["hidden"].to_dict() == pytest.approx(wanted)
    assert told.loc["aid", "observed"] == 170 - c


def test_its_words_say_what_the_lists_cannot_show(found: HiddenCases):
    text = found.text("en")
    assert "170 cases stand on at least one of 3 lists, 38 of them on two or more" in text
    assert "estimate under assumptions" in text
    assert "out of reach of every list" in text
    assert f"{found.lower:.0f} to {found.upper:.0f}" in text
    assert "true" not in text.lower()
    assert "real number" not in text.lower()
    assert len(repr(found)) < 240
    vietnamese = found.text("vi")
    assert vietnamese == str(found)
    assert "170 trường hợp có tên trong ít nhất một trong 3 danh sách" in vietnamese
    assert f"(giới hạn 95%: {found.lower:.0f} đến {found.upper:.0f}" in vietnamese
    assert "nằm ngoài tầm với của mọi danh sách" in vietnamese
    assert "lists" not in vietnamese


def test_an_upper_limit_that_there_is_none_of_is_said(found: HiddenCases):
    endless = replace(found, upper=math.inf)
    assert f"limits: at least {found.lower:.0f}, no upper limit" in endless.text("en")
    assert "không có giới hạn trên" in endless.text("vi")


def test_the_seed_alone_decides_the_limits(found: HiddenCases):
    again = hidden_cases(table(COUNTS), lists=LISTS, draws=400)
    assert isinstance(again, HiddenCases)
    assert (again.lower, again.upper) == (found.lower, found.upper)


@pytest.mark.parametrize("linked", [0.0, 0.5])
def test_limits_hold_the_size_of_made_up_populations(linked: float):
    """Where the second list is fed by the first, independence alone would be wrong, and the average is not."""
    rng, held, too_low = np.random.default_rng(7), 0, 0
    for _ in range(30):
        told = hidden_cases(made_up(rng, size=600, linked=linked), lists=LISTS, draws=200)
        assert isinstance(told, HiddenCases)
        held += told.lower <= 600 - told.observed <= told.upper
        alone = told.frame.set_index("model").loc["independent", "total"]
        too_low += alone < 600
    assert held >= 26
    assert linked == 0 or too_low >= 27


def test_four_lists_have_sixty_four_models():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({name: (rng.random(900) < 0.3).astype(int) for name in "ABCD"})
    told = hidden_cases(frame[frame.sum(axis=1) > 0], lists=list("ABCD"), draws=100)
    assert isinstance(told, HiddenCases)
    assert len(told.frame) == 64
    assert told.least < told.hidden < told.most


def test_sparse_overlaps_give_no_number():
    assert reason(hidden_cases(table([20, 30, 2, 12, 3, 1, 0]), lists=LISTS)) == "small_overlap"
    assert reason(hidden_cases(table([0] * 7), lists=LISTS)) == "small_overlap"


def test_models_without_an_estimate_are_named_with_their_reason():
    told = hidden_cases(table([25, 31, 0, 18, 6, 5, 0]), lists=LISTS, draws=50)
    assert isinstance(told, HiddenCases)
    refused = told.frame[told.frame["reason"] != ""]
    assert set(refused["model"]) >= {"police:border", "police:border + police:aid + border:aid"}
    assert (refused["weight"] == 0).all()
    assert refused["hidden"].isna().all()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"police": 2}, "0 or 1"),
        ({"count": -1}, "never negative"),
        ({"count": 1.5}, "whole"),
        ({"count": math.nan}, "no count is missing"),
        ({"police": 0, "border": 0, "aid": 0}, "no list"),
    ],
)
def test_a_table_that_cannot_be_is_refused(change: dict[str, float], told: str):
    frame = table(COUNTS).astype(float)
    frame.loc[0, list(change)] = list(change.values())
    with pytest.raises(FactsError, match=told):
        hidden_cases(frame, lists=LISTS)


@pytest.mark.parametrize(
    ("lists", "told"),
    [
        (["police"], "two different"),
        (["police", "police"], "two different"),
        (["police", "navy"], "column"),
        (list("ABCDEF"), "at most 5"),
    ],
)
def test_lists_that_are_none_are_refused(lists: list[str], told: str):
    with pytest.raises(FactsError, match=told):
        hidden_cases(table(COUNTS), lists=lists)


def test_an_interaction_of_others_than_the_lists_is_refused():
    with pytest.raises(FactsError, match="two of the lists"):
        model(COUNTS, [["police", "navy"]])
