"""Numbers, dates and periods as the readers of each language write them, after CLDR. Everything returns all languages."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel.core import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.localedata import locale_identifiers
from babel.numbers import format_decimal

from evalkit.errors import DeclarationError
from evalkit.reporting.bilingual import Bilingual, by_language, each
from evalkit.reporting.wording import say

MINUS = "−"  # U+2212: as wide as a plus, and never the end of a line
_SIGNED = re.compile(rf"{MINUS}(?=[\d.,])")
_LOCALES = {"vi": "vi_VN", "en": "en_GB"}
_OWN_DAYS = {"vi": "dd/MM/yyyy", "en": "d MMMM yyyy"}  # elsewhere the language's long form
_SEVERAL = 2  # items from which a list has an "and"


@cache
def locale_of(language: str) -> Locale:
    """Return the rules by which a language writes numbers, days and lists: the root's where CLDR has none of its own.

    Examples
    --------
    >>> str(locale_of("en")), str(locale_of("pt-BR")), str(locale_of("qpx"))
    ('en_GB', 'pt_BR', 'root')
    """
    name = _LOCALES.get(language, language.replace("-", "_"))
    return Locale.parse(name) if name.split("_")[0] in locale_identifiers() else Locale("root")


def number(value: float, decimals: int = 0) -> Bilingual:
    """Write a number, a negative one with a minus sign; halves are rounded away from zero, and nothing is written as minus zero.

    Parameters
    ----------
    value : float
        A finite number: a missing one has no digits, and a page says why in words.
    decimals : int
        Digits after the mark.

    Raises
    ------
    DeclarationError
        If the value is missing or infinite.

    Examples
    --------
    >>> number(1234.5, 1)
    Bilingual(vi='1.234,5', en='1,234.5')
    >>> number(2.5), number(-0.04, 1)
    (Bilingual(vi='3', en='3'), Bilingual(vi='0,0', en='0.0'))
    >>> number(-3)
    Bilingual(vi='−3', en='−3')
    """
    return _written(_rounded(value, decimals), decimals)


def typed(text: str) -> str:
    """Return a text as it is typed in a file of figures: a hyphen for the minus sign, so that numbers read back.

    Examples
    --------
    >>> typed("−41,0% (2021–2025)")
    '-41,0% (2021–2025)'
    """
    return _SIGNED.sub("-", text)


def figure(value: float) -> Bilingual:
    """Write a reported figure with the decimals it has, two at the most: counts have none, money and medians may.

    Examples
    --------
    >>> figure(7), figure(20.5), figure(1250.5)
    (Bilingual(vi='7', en='7'), Bilingual(vi='20,5', en='20.5'), Bilingual(vi='1.250,5', en='1,250.5'))
    """
    return number(value, decimals_of(value))


def decimals_of(value: float) -> int:
    """Return how many decimals a reported figure has, two at the most.

    Examples
    --------
    >>> decimals_of(7), decimals_of(20.5), decimals_of(1 / 3)
    (0, 1, 2)
    """
    exact = (
        digits for digits in (0, 1) if math.isclose(round(value, digits), value, rel_tol=0, abs_tol=1e-7)
    )
    return next(exact, 2)


def percent(value: float, decimals: int = 1) -> Bilingual:
    """Write a percentage (0 to 100), its sign where the language has it: in Vietnamese and English without a space.

    Examples
    --------
    >>> percent(41)
    Bilingual(vi='41,0%', en='41.0%')
    """
    return _percent(number(value, decimals))


def signed_percent(value: float, decimals: int = 1) -> Bilingual:
    """Write a change in percent with its sign; no change has none.

    Examples
    --------
    >>> signed_percent(-41), signed_percent(1.24), signed_percent(0)
    (Bilingual(vi='−41,0%', en='−41.0%'), Bilingual(vi='+1,2%', en='+1.2%'), Bilingual(vi='0,0%', en='0.0%'))
    """
    written, sign = number(value, decimals), "+" if _rounded(value, decimals) > 0 else ""
    return _percent(each(lambda text: sign + text, written))


def p_value(value: float) -> Bilingual:
    """Write a p-value with three decimals; smaller ones as a bound.

    Examples
    --------
    >>> p_value(0.0561), p_value(0.00002)
    (Bilingual(vi='0,056', en='0.056'), Bilingual(vi='< 0,001', en='< 0.001'))
    """
    if value < 0.001:
        return each("< {}".format, number(0.001, 3))
    return number(value, 3)


def day(value: date) -> Bilingual:
    """Write a day.

    Examples
    --------
    >>> day(date(2026, 9, 1))
    Bilingual(vi='01/09/2026', en='1 September 2026')
    """
    return by_language(lambda language: _day_in(language, value))


@lru_cache(maxsize=10_000)
def _day_in(language: str, value: date) -> str:
    return format_date(value, _OWN_DAYS.get(language, "long"), locale=locale_of(language))


def period(start: date, end: date) -> Bilingual:
    """Write a period, both days inclusive: whole calendar years as years, everything else with its days.

    Examples
    --------
    >>> period(date(2016, 1, 1), date(2020, 12, 31))
    Bilingual(vi='2016–2020', en='2016–2020')
    >>> period(date(2022, 1, 1), date(2022, 12, 31))
    Bilingual(vi='năm 2022', en='2022')
    >>> period(date(2023, 1, 1), date(2023, 6, 30))
    Bilingual(vi='01/01/2023–30/06/2023', en='1 January 2023 – 30 June 2023')
    """
    after = end + timedelta(days=1)
    whole_years = (start.month, start.day, after.month, after.day) == (1, 1, 1, 1)
    if whole_years and start.year == end.year:
        return say("{year}", year=str(start.year))
    if whole_years:
        return by_language(lambda _: f"{start.year}–{end.year}")
    first, last = day(start), day(end)
    return first if start == end else say("{first} – {last}", first=first, last=last)


def month_or_quarter(start: date, end: date) -> Bilingual:
    """Write a calendar month or quarter by its name, everything else as a period.

    Examples
    --------
    >>> month_or_quarter(date(2021, 9, 1), date(2021, 9, 30))
    Bilingual(vi='tháng 9 năm 2021', en='September 2021')
    >>> month_or_quarter(date(2021, 7, 1), date(2021, 9, 30))
    Bilingual(vi='quý 3 năm 2021', en='3rd quarter 2021')
    >>> month_or_quarter(date(2021, 9, 15), date(2021, 10, 14)).en
    '15 September 2021 – 14 October 2021'
    """
    after = end + timedelta(days=1)
    months = 12 * (after.year - start.year) + after.month - start.month
    if (start.day, after.day) != (1, 1) or not (months == 1 or (months == 3 and start.month % 3 == 1)):
        return period(start, end)
    pattern = "yMMMM" if months == 1 else "yQQQQ"
    return by_language(lambda language: _month_in(language, start, pattern))


def within_year(start: date, end: date) -> Bilingual:
    """Write the first months of a year by their number, a month or a quarter by its name, everything else as a period.

    Examples
    --------
    >>> within_year(date(2023, 1, 1), date(2023, 6, 30))
    Bilingual(vi='6 tháng đầu năm 2023', en='first 6 months of 2023')
    >>> within_year(date(2023, 4, 1), date(2023, 6, 30)).en
    '2nd quarter 2023'
    """
    after = end + timedelta(days=1)
    months = after.month - 1
    if (start.month, start.day, after.day) != (1, 1, 1) or after.year != start.year or months in (1, 3):
        return month_or_quarter(start, end)
    return say("first {months} months of {year}", months=str(months), year=str(start.year))


@lru_cache(maxsize=10_000)
def _month_in(language: str, value: date, pattern: str) -> str:
    written: str = format_skeleton(pattern, value, locale=locale_of(language))
    return written[:1].lower() + written[1:] if language == "vi" else written


def listed(items: Sequence[Bilingual]) -> Bilingual:
    """Write a list with its "and"; items of which one holds a comma are parted by semicolons.

    Examples
    --------
    >>> listed([Bilingual("A", "A"), Bilingual("B", "B"), Bilingual("C", "C")])
    Bilingual(vi='A, B và C', en='A, B and C')
    >>> listed([Bilingual("A", "A"), Bilingual("B trong số C", "B, of C"), Bilingual("D", "D")])
    Bilingual(vi='A, B trong số C và D', en='A; B, of C; and D')
    """
    return by_language(lambda language: _listed_in(language, [item.of(language) for item in items]))


def _listed_in(language: str, items: list[str]) -> str:
    if len(items) < _SEVERAL or not any(", " in item for item in items):
        return format_list(items, locale=locale_of(language))
    *before, last = items
    return say("{items}; and {last}", items="; ".join(before), last=last).of(language)


def years(first: int, last: int) -> Bilingual:
    """Write years as a span, a single one as itself.

    Examples
    --------
    >>> years(2021, 2025).en, years(2025, 2025).en
    ('2021–2025', '2025')
    """
    return by_language(lambda _: str(first) if first == last else f"{first}–{last}")


def country(code: str) -> Bilingual:
    """Write a country by its ISO 3166-1 code; anything else is its own name.

    Examples
    --------
    >>> country("CN"), country("Orvania")
    (Bilingual(vi='Trung Quốc', en='China'), Bilingual(vi='Orvania', en='Orvania'))
    """
    return by_language(lambda language: str(locale_of(language).territories.get(code, code)))


def _rounded(value: float, decimals: int) -> Decimal:
    if value is None or not math.isfinite(value):
        raise DeclarationError(
            where="a number for a page",
            rule="a missing or infinite value cannot be written as a number",
            do="say in words why there is no number",
        )
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


def _written(value: Decimal, decimals: int) -> Bilingual:
    return by_language(lambda language: _number_in(language, value, decimals))


@lru_cache(maxsize=50_000)  # a page has few different numbers, and many of them again on the next
def _number_in(language: str, value: Decimal, decimals: int) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=locale_of(language)).replace("-", MINUS)


def _percent(written: Bilingual) -> Bilingual:
    return by_language(lambda language: _percent_sign(language).format(written.of(language)))


@cache
def _percent_sign(language: str) -> str:
    """Return where a language puts the sign, as CLDR has it."""
    pattern = locale_of(language).percent_formats[None]
    return f"{pattern.prefix[0]}{{}}{pattern.suffix[0]}"
