"""Numbers, dates and periods in both languages, against what a careful editor writes by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from evalkit.errors import DeclarationError
from evalkit.reporting import formats


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (0, 0, "0", "0"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (1234.56, 1, "1.234,6", "1,234.6"),
        (-1234.5, 1, "−1.234,5", "−1,234.5"),
        (2.5, 0, "3", "3"),
        (0.125, 2, "0,13", "0.13"),
        (-0.04, 1, "0,0", "0.0"),
        (np.int64(39), 0, "39", "39"),
        (1e15, 0, "1.000.000.000.000.000", "1,000,000,000,000,000"),
    ],
)
def test_numbers(value, decimals, vi, en):
    assert formats.number(value, decimals) == (vi, en)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, np.nan])
def test_a_missing_number_is_never_written(value):
    with pytest.raises(DeclarationError, match="say in words"):
        formats.number(value)


def test_percentages_have_no_space_and_a_minus_sign():
    assert formats.percent(41) == ("41,0%", "41.0%")
    assert formats.signed_percent(-41) == ("−41,0%", "−41.0%")
    assert formats.signed_percent(1.249) == ("+1,2%", "+1.2%")
    assert formats.signed_percent(0.04) == ("0,0%", "0.0%")
    assert formats.percent(1234.5) == ("1.234,5%", "1,234.5%")
    written = "".join(formats.signed_percent(-1234.5))
    assert {char for char in written if not char.isascii()} == {"\N{MINUS SIGN}"}
    assert formats.typed(written) == "-1.234,5%-1,234.5%"


def test_p_values():
    assert formats.p_value(0.0561) == ("0,056", "0.056")
    assert formats.p_value(0.00099) == ("< 0,001", "< 0.001")
    assert formats.p_value(0.001) == ("0,001", "0.001")
    assert formats.p_value(1) == ("1,000", "1.000")


def test_days():
    assert formats.day(date(2026, 9, 1)) == ("01/09/2026", "1 September 2026")
    assert formats.day(pd.Timestamp("2025-12-14")) == ("14/12/2025", "14 December 2025")


@pytest.mark.parametrize(
    ("start", "end", "vi", "en"),
    [
        ("2016-01-01", "2020-12-31", "2016–2020", "2016–2020"),
        ("2022-01-01", "2022-12-31", "năm 2022", "2022"),
        ("2023-01-01", "2023-06-30", "01/01/2023–30/06/2023", "1 January 2023 – 30 June 2023"),
        ("2020-12-15", "2021-12-14", "15/12/2020–14/12/2021", "15 December 2020 – 14 December 2021"),
        ("2024-02-29", "2024-02-29", "29/02/2024", "29 February 2024"),
    ],
)
def test_periods(start, end, vi, en):
    for kind in (pd.Timestamp, date.fromisoformat):
        assert formats.period(kind(start), kind(end)) == (vi, en)


def test_lists():
    items = [formats.Bilingual("Hà", "Hà"), formats.Bilingual("Lào", "Laos")]
    assert formats.listed(items[:1]) == ("Hà", "Hà")
    assert formats.listed(items) == ("Hà và Lào", "Hà and Laos")
