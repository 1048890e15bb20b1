"""Why there is no number: a sentence in both languages for each reason that alarms and several lists give, as a notebook shows it."""

from __future__ import annotations

import pandas as pd
import pytest

import evalkit as ek
import evalkit.reporting.every_section
from evalkit.languages import speaking
from evalkit.reporting.blocks import Paragraph
from evalkit.reporting.display import section_of
from evalkit.reporting.sections.not_estimable import OF_LISTS, OF_MONTHS
from evalkit.statistics import list_models
from evalkit.statistics.results import NotEstimable
from tests.shipped import bundle_of


@pytest.fixture(autouse=True)
def _both():
    with speaking(("vi", "en")):
        yield


def said(found: object) -> tuple[str, str]:
    assert isinstance(found, NotEstimable)
    (block,) = section_of(found).blocks
    assert isinstance(block, Paragraph)
    return block.text.vi, block.text.en


def lists(*counts: int) -> pd.DataFrame:
    """Three lists; the cases on the first, the second, the third alone, on the first two, on the last two."""
    marks = {"A": [1, 0, 0, 1, 0], "B": [0, 1, 0, 1, 1], "C": [0, 0, 1, 0, 1]}
    return pd.DataFrame(marks).assign(count=counts)


def test_alarms_of_years_alone_and_of_hidden_months_have_their_own_words():
    province = bundle_of("demo").provinces["04"]
    vi, en = said(ek.alarms(province, "cases_recorded"))
    assert "Neither months nor quarters" in en
    assert "theo tháng hoặc quý" in vi
    vi, en = said(NotEstimable("suppressed", {"hidden": 2, "points": 84}))
    assert "They are the small ones" in en
    assert "bảo mật" in vi


def test_lists_that_overlap_too_little_have_their_own_words():
    vi, en = said(ek.hidden_cases(lists(40, 30, 20, 2, 1), lists=["A", "B", "C"]))
    assert "two lists or more" in en
    assert "danh sách" in vi


@pytest.mark.parametrize(
    "code",
    [
        list_models.NO_OVERLAP,
        list_models.PAIR_WITHOUT_OVERLAP,
        list_models.TOO_MANY_TERMS,
        list_models.NO_MAXIMUM,
    ],
)
def test_every_reason_of_a_model_of_lists_has_a_sentence_of_its_own(code: str):
    vi, en = said(NotEstimable(code, {"observed": 12.0}))
    assert en != "It cannot be estimated from the figures reported."
    assert vi != en
    assert code in OF_LISTS


def test_reasons_of_alarms_are_those_that_alarms_give():
    assert set(OF_MONTHS) == {"not_reported", "suppressed"}
    assert said(NotEstimable("not_reported"))[1] == "No figure has been reported."
