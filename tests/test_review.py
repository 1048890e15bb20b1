"""The reader that does not trust the writer: each rule fails on a page broken for it and is silent on a sound one.

The pages are written by hand, small, in both languages; the sentences are those of the design of the pages, with figures that
were worked out on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from evalkit.review.chance import against_their_evidence, grade
from evalkit.review.changes import unlike_their_figures
from evalkit.review.code_names import without_name
from evalkit.review.contradiction import Contradiction
from evalkit.review.intervals import outside_their_interval
from evalkit.review.missing import shown_after_all
from evalkit.review.numerals import numerals
from evalkit.review.one_value import judged_twice, told_twice
from evalkit.review.opposites import denied_elsewhere
from evalkit.review.page_rules import contradictions
from evalkit.review.reading import Language, Page, read
from evalkit.review.standing_figures import standing_nowhere, told_figures
from evalkit.review.verdict_signs import against_their_figures
from evalkit.review.vocabulary import WORDS, pattern

Rule = Callable[[Page], Iterator[Contradiction]]


def table(caption: str, head: str, *rows: str) -> str:
    """Write a table from lines in which cells stand between bars."""
    heads = "".join(f"<th>{text}</th>" for text in head.split(" | "))
    lines = "".join(
        "<tr>" + "".join(f"<td>{text}</td>" for text in row.split(" | ")) + "</tr>" for row in rows
    )
    return f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def page(*parts: str, language: Language = "en", section: str = "results") -> str:
    body = "".join(part if part.startswith("<") else f"<p>{part}</p>" for part in parts)
    return (
        f'<!doctype html><html lang="{language}"><head><style>p {{}}</style></head><body><main>'
        f'<section aria-labelledby="{section}">{body}</section></main></body></html>'
    )


COUNTS = table("Table 1. Cases", "Period | Cases (by place of occurrence)", "2021 | 12", "2022 | 1,396,500")
COUNTS_VI = table("Bảng 1. Số vụ", "Kỳ | Số vụ (theo nơi xảy ra)", "năm 2021 | 12", "năm 2022 | 1.396.500")
TARGET_HEAD = "Target | Period | Promised | Counts | Value | Verdict | Evidence"
TARGET_HEAD_VI = "Chỉ tiêu | Kỳ | Mức đề ra | Số đếm | Giá trị | Kết luận | Bằng chứng"
PERIODS_HEAD = "Comparison | Earlier period | Later period | Change of the yearly average | 95% interval | p (exact, two-sided)"
INDICATORS = "Indicator | Period | Counts | Value | 95% interval | Method and reading"
CHECKS = table(
    "Table 2. Victims identified: how sure the trend is",
    "Check | What came out",
    "Without any one year | -13.1% to -5.4% a year; the verdict hangs on single years, most of all on 2023: read it with care",
)
TREND = "Victims identified per inhabitant: -8.9% a year, 95% interval -19.0% to -2.2%, p = 0.013: "
SURE = "more than chance alone would explain."
SAME = "These shares are of the same persons."


def of_sources(first: str, second: str) -> str:
    return table(
        "Table 1. Figures",
        "Measure | Unit | Period | Value | Source",
        f"Victims identified | persons | 2023 | 82 | {first}",
        f"Victims supported | persons | 2023 | 65 | {second}",
    ) + table(
        "Table 2. Shares",
        "Stage | Period | Of | Share",
        "Victims supported | 2023 | Victims identified | 65/82 (79.3%)",
    )


def promised(row: str) -> str:
    return table("Table 1. Targets", TARGET_HEAD, row)


def promised_vi(row: str) -> str:
    return table("Bảng 1. Chỉ tiêu", TARGET_HEAD_VI, row)


def provinces(*totals: str) -> str:
    rows = (f"0{place} An | {total}" for place, total in enumerate(totals, start=1))
    return table("Table 1. Cases", "Province or city | 2016–2020", *rows)


Case = tuple[str, Rule, Language, tuple[str, ...], tuple[str, ...]]

# what it is about, the rule, the language, a page broken for it, the same page made sound
CASES: list[Case] = [
    ("a figure that stands nowhere", standing_nowhere, "en", (COUNTS, "13 cases."), (COUNTS, "12 cases.")),
    ("the format of its language", standing_nowhere, "vi", (COUNTS_VI, "Có 1.396.501 người."), (COUNTS_VI, "Có 1.396.500 người.")),
    ("what is read aloud of a figure", standing_nowhere, "en",
     ("<figure><svg><desc>2021: 7.5 a year.</desc><text>2021</text></svg></figure>",),
     ("<figure><svg><desc>2021: 7.5 a year.</desc><text>7.5</text></svg></figure>",)),
    ("a percentage is no count", standing_nowhere, "en", (COUNTS, "A rise of 12%."), (COUNTS, "A rise to 12.")),
    ("a rounded figure", standing_nowhere, "en",
     (table("T", "A | Change", "x | -29.6%"), "A fall of 29%."), (table("T", "A | Change", "x | \u221229.6%"), "A fall of 30%.")),
    ("the note of a table", standing_nowhere, "en",
     (COUNTS, "13 comparisons are made."), (COUNTS, '<div class="notes"><p>13 comparisons are made.</p></div>')),
    # 12 of 126 are 9.5 %, and of no other base here
    ("a share of two counts that stand", standing_nowhere, "en",
     (table("T", "Year | Men | All", "2021 | 12 | 127"), "12 of 126 persons in 2021 (9.5%)."), (table("T", "Year | Men | All", "2021 | 12 | 126"), "12 of 126 persons in 2021 (9.5%).")),
    ("a share that is not that of the counts beside it", standing_nowhere, "vi",
     (table("T", "Năm | Nam | Chung", "2021 | 12 | 126"), "12 trên 126 người trong năm 2021 (9,6%)."), (table("T", "Năm | Nam | Chung", "2021 | 12 | 126"), "12 trên 126 người trong năm 2021 (9,5%).")),
    ("laws, dates and levels are no figures", standing_nowhere, "vi",
     (COUNTS_VI, "Nghị quyết 02/2019/NQ-HĐTP, Điều 150, ngày 31/05/2018: khoảng tin cậy 95% của 14 vụ."),
     (COUNTS_VI, "Nghị quyết 02/2019/NQ-HĐTP, Điều 150, ngày 31/05/2018: khoảng tin cậy 95% của 12 vụ.")),
    ("two values", told_twice, "en",
     (COUNTS, "<figure><svg><desc>Cases by year: 2021: 13.</desc></svg></figure>"),
     (COUNTS, "<figure><svg><desc>Cases by year: 2021: 12.</desc></svg></figure>")),
    ("sources that differ, and a mention that does not say so", told_twice, "vi",
     (COUNTS_VI, table("Bảng 2. Khác", "Mục số liệu | Kỳ | Giá trị | Nguồn", "Số vụ | 2021 | 15 | Báo A")),
     (table("Bảng 1. Số vụ", "Mục số liệu | Kỳ | Giá trị | Nguồn", "Số vụ | 2021 | 15 | Báo A", "Số vụ | 2021 | 12 | Báo B"),)),
    ("about so many, and one more or less", told_twice, "vi",
     (COUNTS_VI, table("Bảng 2. Khác", "Mục số liệu | Kỳ | Giá trị | Nguồn", "Số vụ | 2021 | 15 | Báo A")),
     (COUNTS_VI, table("Bảng 2. Khác", "Mục số liệu | Kỳ | Giá trị | Nguồn", "Số vụ | 2021 | khoảng 15 | Báo A"))),
    ("two verdicts", judged_twice, "en",
     (promised("T9 | 2025 | 60% or more | 96/160 | 60.0% | met | –"),
      table("T", "Target | Promised | Latest | Still required", "T9: I01 | 60% or more | 2025: 96/160 (60.0%) | no time left; the latest figure does not meet it")),
     (promised("T9 | 2025 | 60% or more | 96/160 | 60.0% | met | –"),
      table("T", "Target | Promised | Latest | Still required", "T9: I01 | 60% or more | 2025: 96/160 (60.0%) | none: the latest figure meets it"))),
    ("two verdicts of a target told by its name and in its own words", judged_twice, "en",
     (promised("clear Cases cleared | 2025 | 60% or more | 96/160 | 60.0% | met | –"),
      table("T", "Target | Promised | Latest | Still required", "clear At least 60 % cleared | 60% or more | 2025: 96/160 (60.0%) | no time left; the latest figure does not meet it")),
     (promised("clear Cases cleared | 2025 | 60% or more | 96/160 | 60.0% | met | –"),
      table("T", "Target | Promised | Latest | Still required", "clear At least 60 % cleared | 60% or more | 2025: 96/160 (60.0%) | none: the latest figure meets it"))),
    ("verdicts counted", judged_twice, "vi",
     (promised_vi("T9 | năm 2025 | từ 60% trở lên | 22/160 | 13,8% | chưa đạt | –"), "Năm 2025 có 2 chỉ tiêu đủ số liệu để đánh giá: 1 đạt, 1 không đạt."),
     (promised_vi("T9 | năm 2025 | từ 60% trở lên | 22/160 | 13,8% | chưa đạt | –"), "Năm 2025 có 1 chỉ tiêu đủ số liệu để đánh giá: 0 đạt, 1 không đạt.")),
    ("met although it fell", against_their_figures, "en",
     (promised("T8 | 2022 | 10% or more | 12/24 | -50.0% | met | –"),), (promised("T8 | 2022 | 10% or more | 12/24 | -50.0% | not met | –"),)),
    ("just 90 is not over 90", against_their_figures, "vi",
     (promised_vi("T2 | năm 2022 | trên 90% | 9/10 | 90,0% | đạt | –"),), (promised_vi("T2 | năm 2022 | từ 90% trở lên | 9/10 | 90,0% | đạt | –"),)),
    ("at most", against_their_figures, "en",
     (promised("T3 | 2022 | at most 5% | 1/10 | 10.0% | met, small base | –"),), (promised("T3 | 2022 | at most 5% | 1/10 | 10.0% | so far | –"),)),
    ("the sign of a gap", against_their_figures, "en",
     (table("T", "Target | Promised | Value | Gap | Verdict", "T2 | 90% or more | 70.0% | +20.0 | not met"),),
     (table("T", "Target | Promised | Value | Gap | Verdict", "T2 | 90% or more | 70.0% | -20.0 | not met"),)),
    # 27 and 19 in five years each: 19/27 - 1 = -29.6 %; 646 in 4 years and 674 in 5: 134.8/161.5 - 1 = -16.5 %
    ("a change in a row", unlike_their_figures, "en",
     (table("T", PERIODS_HEAD, "Cases | 27 in 5 years | 19 in 5 years | +29.6% | –| –"),),
     (table("T", PERIODS_HEAD, "Cases | 27 in 5 years | 19 in 5 years | -29.6% | –| –"),)),
    ("a sum that does not say its years", unlike_their_figures, "vi",
     ("Số vụ, 2011–2015: 646 vụ; 2016–2020: 674 vụ. Thay đổi của số bình quân năm -16,5%.",),
     ("Số vụ, 2011–2015: 646 vụ trong 4 năm; 2016–2020: 674 vụ. Thay đổi của số bình quân năm \u221216,5%.",)),
    # 12 in 4 years and 6 in 5: 1.2/3 - 1 = -60 %; over five years each it would be -50 %
    ("a period that lacks a year", unlike_their_figures, "en",
     ("Cases, 2011–2015: 12 cases; 2016–2020: 6 cases. Change of the yearly average -60.0%.",),
     ("Cases, 2011–2015: 12 cases in 4 of 5 years reported (2014 missing); 2016–2020: 6 cases. Change of the yearly average -60.0%.",)),
    ("a level is no change", unlike_their_figures, "vi",
     ("Số vụ, 2016–2020: 1 vụ; 2021–2025: 6 vụ. Không tính mức thay đổi: +95%.",),
     ("Số vụ, 2016–2020: 1 vụ; 2021–2025: 6 vụ. Không tính mức thay đổi: khoảng tin cậy 95% vẫn bao gồm khả năng không thay đổi.",)),
    ("a fall upwards", unlike_their_figures, "en", ("Cases fell from 32 (2011–2015) to 54 (2016–2020).",), ("Cases fell from 54 (2011–2015) to 32 (2016–2020).",)),
    ("a share and its counts", unlike_their_figures, "vi", ("29 trên 137 cơ sở (31%).",), ("29 trên 137 cơ sở (21%).",)),
    ("points of a percentage", unlike_their_figures, "en",
     (table("T", "Indicator | Before the review | After the review | Change, 95% interval", "P01 Communes | 172/320: 53.8% | 307/320: 95.9% | +78.5 percentage points"),),
     (table("T", "Indicator | Before the review | After the review | Change, 95% interval", "P01 Communes | 172/320: 53.8% | 307/320: 95.9% | +42.2 percentage points"),)),
    # 1/1 and 35/54 = 64.8 %: 35.2 points
    ("a share written as its counts alone", unlike_their_figures, "en",
     (table("T", "Indicator | In the group | Others | Difference in percentage points (95% limits)", "H01 Persons | 1/1 | 35/54 (64.8%) | +32.5 (-45.0 to +48.5)"),),
     (table("T", "Indicator | In the group | Others | Difference in percentage points (95% limits)", "H01 Persons | 1/1 | 35/54 (64.8%) | +35.2 (-45.0 to +48.5)"),)),
    # 3/4 = 75 % and 3/3 = 100 %, both on too small a base to be printed: 25 points
    ("points between two small shares", unlike_their_figures, "en",
     (table("T", "Indicator | In the group | Others | Difference in percentage points (95% limits)", "V05 Persons | 3/4 | 3/3 | -33.3 (-69.9 to +34.8)"),),
     (table("T", "Indicator | In the group | Others | Difference in percentage points (95% limits)", "V05 Persons | 3/4 | 3/3 | -25.0 (-69.9 to +34.8)"),)),
    ("a share beside a year", unlike_their_figures, "en", ("12 of 126 persons in 2021 (19.5%).",), ("12 of 126 persons in 2021 (9.5%).",)),
    ("an estimate outside", outside_their_interval, "en", ("Change -29.6%, 95% interval -20.0% to +31.3%.",), ("Change -29.6%, 95% interval -63.0% to +31.3%.",)),
    ("an estimate outside, in a cell", outside_their_interval, "vi", (table("B", "A | B", "x | \u221241% (\u221230% đến +61%)"),), (table("B", "A | B", "x | \u221241% (\u221252% đến +61%)"),)),
    ("a column of intervals", outside_their_interval, "en",
     (table("T", INDICATORS, "J06 Cases | 2025 | 34 | 34 | 35.5 to 47.5 | –"),), (table("T", INDICATORS, "J06 Cases | 2025 | 34 | 34 | 23.5 to 47.5 | –"),)),
    ("the years that a range rests on are no estimate", outside_their_interval, "en", ("Of 10 cases (281 to 429).",),
     ("Indiana: 278, outside the range to be expected from the 10 years before (281 to 429), but within it if one of them is left out",)),
    ("the base of a rate is no estimate", outside_their_interval, "en",
     (table("T", INDICATORS, "J06R Cases | 2015 | 6/583,861 | 3.03 per 100,000 | 0.38 to 2.24 | –"),), (table("T", INDICATORS, "J06R Cases | 2015 | 6/583,861 | 1.03 per 100,000 | 0.38 to 2.24 | –"),)),
    ("a clear fall that could be none", against_their_evidence, "en",
     ("A clear fall; chance alone hardly explains it: -29.6% (-63.0% to +31.3%).",), ("Could be chance: -29.6% (-63.0% to +31.3%).",)),
    ("chance where there is more", against_their_evidence, "vi",
     ("Thay đổi \u221247,4% (\u221278,1% đến \u22129,0%), p = 0,012: chưa loại trừ được ngẫu nhiên.",),
     ("Thay đổi \u221247,4% (\u221278,1% đến \u22129,0%), p = 0,012: giảm rõ; khó có thể chỉ do ngẫu nhiên.",)),
    ("a leaning may have either", against_their_evidence, "en",
     ("More than chance: p = 0.302.",), ("Appears to fall, but it rests largely on 2011: -29.6% (-63.0% to +31.3%), more than chance.",)),
    ("p and interval", against_their_evidence, "en", ("Change -29.6% (-63.0% to +31.3%), p = 0.003.",), ("Change -29.6% (-63.0% to +31.3%), p = 0.302.",)),
    ("a province and the common rate", against_their_evidence, "en",
     ("Together 0.26 per 100,000.", table("T", "Province or city | Drawn to the mean, 95% interval | Against the common rate", "02 An | 0.44 (0.27 to 0.65) | not told apart from it")),
     ("Together 0.26 per 100,000.", table("T", "Province or city | Drawn to the mean, 95% interval | Against the common rate", "02 An | 0.44 (0.27 to 0.65) | above it"))),
    ("a target and the interval of its share", against_their_evidence, "en",
     (table("T", INDICATORS, "P05 Staff | 2025 | 44/46 | 95.7% | 85.5% to 98.8% | –"), promised("T10 | 2025 | 95% or more | 44/46 | 95.7% | met | clear: the whole interval lies on this side")),
     (table("T", INDICATORS, "P05 Staff | 2025 | 44/46 | 95.7% | 85.5% to 98.8% | –"), promised("T10 | 2025 | 95% or more | 44/46 | 95.7% | met | chance alone could explain the distance"))),
    ("missing though shown", shown_after_all, "en",
     (table("T", "Measure | 2021", "Cases tried | 3", "Calls | 2"), "Nothing published or reported: Cases tried; Defendants."),
     (table("T", "Measure | 2021", "Cases tried | [c]", "Calls | 2"), "Nothing published or reported: Cases tried; Defendants.")),
    ("the wording of a target is no figure", shown_after_all, "vi",
     (table("B", "Chỉ tiêu | Giá trị", "T1 Tin báo | 100%"), "Không có số liệu: Số vụ; Tin báo."),
     (table("B", "Chỉ tiêu | Nguyên văn | Hiệu lực", "T1 Tin báo | 100% tin báo được phân loại | 09/02/2021–31/12/2023"), "Không có số liệu: Số vụ; Tin báo.")),
    ("an attribute", shown_after_all, "vi",
     (table("Bảng 1. Nạn nhân theo giới tính", "Kỳ | nữ", "2021 | 114"), "Không nêu được chênh lệch theo giới tính và dân tộc: chưa được báo cáo."),
     (table("Bảng 1. Nạn nhân theo giới tính", "Kỳ | nữ", "2021 | [c]"), "Không nêu được chênh lệch theo giới tính và dân tộc: chưa được báo cáo.")),
    ("a code without a figure", shown_after_all, "en",
     (table("T", INDICATORS, "V05 Victims supported | 2025 | 1/1 | 100.0% | – | –"), table("T", "Criterion | Without a figure", "Relevance | V05, V06")),
     (table("T", INDICATORS, "V05 Victims supported | 2025 | 1/1 | 100.0% | – | –"), table("T", "Criterion | Without a figure", "Relevance | V06"))),
    ("a code by itself", without_name, "en", ("Its indicators (V09, D1427-P04) have no figure.",), ("V09: Persons waiting. D1427-P04: Reports by citizens. Its indicators (V09, D1427-P04) have no figure.",)),
    ("a code and its own words", without_name, "en", (table("B", "Target | Value", "T1-2021 100% | 90%"),), (table("B", "Target in its own words | Value", "T1-2021 100 % of staff trained | 90%"),)),
    ("a code and its wording", without_name, "vi", (table("B", "Chỉ tiêu | Kỳ", "T1-2021 | 2022"),), (table("B", "Chỉ tiêu | Nguyên văn", "T1-2021 | Tiếp nhận đủ tin báo"),)),
    ("a promise to fall", against_their_figures, "vi",
     (table("B", "Chỉ tiêu | Mức đề ra | Giá trị | Kết luận", "T3 | giảm từ 10% trở lên | -5,0% | đạt"),),
     (table("B", "Chỉ tiêu | Mức đề ra | Giá trị | Kết luận", "T3 | giảm từ 10% trở lên | -15,0% | đạt"),)),
    ("two trends beside each other", against_their_evidence, "en",
     (table("T", "Check | Cases | Victims", "Last years | no direction told apart from chance, +3.0% (−4.0% to +9.0%) | up by more than chance, +9.0% (−1.0% to +20.0%)"),),
     (table("T", "Check | Cases | Victims", "Last years | no direction told apart from chance | up by more than chance, +9.0% (+1.0% to +20.0%)"),)),
    ("the limits of a count", against_their_evidence, "en",
     (table("T", "Province or city | Counts | Plain 95% limits of the count | Widened 95% limits of the count | Against the common rate",
            "02 An | 19 | 3 to 12 | 1 to 30 | above: unusual among provinces as unequal as these"),),
     (table("T", "Province or city | Counts | Plain 95% limits of the count | Widened 95% limits of the count | Against the common rate",
            "02 An | 19 | 3 to 12 | 1 to 30 | above: chance hardly explains it, but within the spread of provinces"),)),
    ("ranks", denied_elsewhere, "en",
     ("So none is given: no ranking.", table("T", "Province or city | Place, 95% interval", "02 An | 8 (5 to 14)")), ("So none is given: no ranking.", table("T", "Province or city | Rate", "02 An | 8"))),
    ("a bend below .05", denied_elsewhere, "vi", ("Không thấy điểm đổi hướng (p = 0,020).",), ("Không thấy điểm đổi hướng ở mức 0,01 (p = 0,020).",)),
    ("a trend without its caution", denied_elsewhere, "en", (TREND + SURE, CHECKS), (TREND + SURE + " It rests largely on 2023 alone.", CHECKS)),
    ("the same persons", denied_elsewhere, "en", (of_sources("Paper A", "Paper B"), SAME), (of_sources("Paper A", "Paper A"), SAME)),
    ("the same persons, of rows of two", denied_elsewhere, "en", (of_sources("Paper A, Paper B", "Paper C"), SAME), (of_sources("Paper A, Paper B", "Paper B"), SAME)),
    ("fewer than five", denied_elsewhere, "en", (provinces(*"12345"), "Fewer than five provinces have a total."), (provinces(*"1234–"), "Fewer than five provinces have a total.")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("about", "rule", "language", "broken", "sound"), CASES, ids=[case[0] for case in CASES]
)
def test_a_rule_fails_on_a_page_broken_for_it_and_on_no_other(
    about: str, rule: Rule, language: Language, broken: tuple[str, ...], sound: tuple[str, ...]
):
    assert list(rule(read(page(*broken, language=language)))) != [], about
    assert list(rule(read(page(*sound, language=language)))) == [], about


# DESIGN-PAGES 5.3: the four grades, as the design writes them
GRADES = [
    ("giảm rõ; khó có thể chỉ do ngẫu nhiên", "vi", True),
    ("a clear fall; chance alone hardly explains it", "en", True),
    ("có vẻ giảm, nhưng dựa nhiều vào riêng năm 2011", "vi", None),
    ("appears to fall, but it rests largely on 2011", "en", None),
    ("chưa loại trừ được ngẫu nhiên", "vi", False),
    ("could be chance", "en", False),
    ("không so sánh được, vì định nghĩa đã thay đổi", "vi", None),
    ("cannot be compared: the offence was redefined", "en", None),
    ("Chênh lệch này có thể chỉ là ngẫu nhiên.", "vi", False),
    ("Mức giảm rõ và không phụ thuộc vào riêng năm nào.", "vi", True),
    ("The fall is clear and does not hang on any one year.", "en", True),
]


@pytest.mark.parametrize(("text", "language", "expected"), GRADES)
def test_the_words_of_the_four_grades_are_known(text: str, language: Language, expected: bool | None):  # noqa: FBT001
    assert grade(text, language) is expected


def test_every_word_is_an_expression_in_both_languages():
    for concept in WORDS:
        assert pattern(concept, "vi").pattern, concept
        assert pattern(concept, "en").pattern, concept


def test_numbers_are_read_in_the_format_of_their_language():
    assert [one.value for one in numerals("1.396.500 và 0,26; \u221241,5%; 15/03/2026", "vi")][:3] == [
        1396500,
        0.26,
        -41.5,
    ]
    assert [one.value for one in numerals("1,396,500 and 0.26; -41.5%; V01 COVID-19", "en")] == [
        1396500,
        0.26,
        -41.5,
    ]


def test_years_laws_codes_and_levels_are_no_figures():
    text = "In 2021–2023 (Fay 2010), Table 3, Article 150, Resolution 02/2019/NQ-HĐTP, 15 March 2026, V01: 7 per 100,000."
    assert [one.text for one in told_figures(text, "en")] == ["7"]
    assert told_figures("Child victims are now those under 18.", "en") == []
    assert [one.text for one in told_figures("Trẻ em dưới 18 tuổi: 7 người.", "vi")] == ["7"]


def test_raised_source_numbers_and_hidden_words_are_not_read():
    told = read(page("<p>12<sup>3</sup> cases <span class='vh'>of 9</span></p>"))
    assert told.wholes[0].text == "12 cases"


def test_a_finding_names_its_sentence_and_what_to_do():
    (found,) = contradictions(page(COUNTS, "13 cases were seen."))
    assert found.rule == "a figure in a sentence stands in a table, a figure or a definition of the page"
    assert found.sentence == "13 – 13 cases were seen."
    assert found.do


def test_a_page_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="cannot be read"):
        contradictions("<html><p>not closed</html>")


def test_a_region_s_name_with_a_number_in_it_is_no_figure():
    named, told = page("<h2>Region 4</h2>", section="region-4"), page("<p>Region 4 has 4.</p>")
    assert list(standing_nowhere(read(named))) == []
    assert list(standing_nowhere(read(told))) != []
