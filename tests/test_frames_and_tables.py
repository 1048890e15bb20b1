"""What the tables of a page print is what the frames of its records hold, number for number, within half of the last printed digit.

The English page is read by its words alone: labels as the programme declares them, days, numbers. Nothing that writes pages is asked.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import evalkit as ek
from evalkit.facts.areas import Area
from evalkit.facts.bundle import Bundle
from evalkit.records import Record
from evalkit.reporting.blocks import Figure, Section, Sections, Table
from evalkit.reporting.every_section import section_of
from tests.compared_country import bundle, country, declared
from tests.country_by_age import country_by_age
from tests.shipped import bundle_of, evaluation_of
from tests.watched_country import watched_country

PLACES = [
    *(("demo", code) for code in ("", "04", "11", "22")),
    *(("vn-published", code) for code in ("", "22")),
]
Row = dict[str, Any]
Numbers = Sequence[float]
Line = dict[str, str]  # a printed row: the text of each cell by its heading
NUMBER = re.compile(r"(< |less than |more than )?([+−]?\d[\d,]*)(\.\d+)?")


# ---- the reader: numbers and days as an English page prints them


@dataclass(frozen=True)
class Printed:
    """A number of the page: how far it may lie from the value it stands for, and on which side alone."""

    value: float
    half: float
    bound: str

    def stands_for(self, value: float) -> bool:
        if self.bound.startswith(("<", "less")):
            return value <= self.value
        if self.bound.startswith("more"):
            return value >= self.value
        return abs(value - self.value) <= self.half * (1 + 1e-6)


def printed(text: str) -> list[Printed]:
    text = re.sub(
        r"per [\d,]+ |under \d+|five", "", text
    )  # bases of rates, and of what is not judged, are no results
    found = []
    for bound, whole, rest in NUMBER.findall(text):
        number = float((whole + rest).replace(",", "").replace("−", "-"))
        found.append(Printed(number, 0.5 * 10.0 ** -max(len(rest) - 1, 0), bound))
    return found


def says(text: str, numbers: Numbers) -> bool:
    """Whether a text prints these numbers in this order and no other; missing and infinite ones are not printed."""
    told, wanted = printed(text), [one for one in numbers if math.isfinite(one)]
    return len(told) == len(wanted) and all(
        one.stands_for(value) for one, value in zip(told, wanted, strict=True)
    )


def days_of(text: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day of a printed period."""
    if years := re.fullmatch(r"(\d{4})(?:–(\d{4}))?", text):
        return pd.Timestamp(int(years[1]), 1, 1), pd.Timestamp(int(years[2] or years[1]), 12, 31)
    first, _, last = text.partition(" – ")
    return tuple(pd.to_datetime(one, format="%d %B %Y") for one in (first, last or first))


def tables_of(record: Record) -> list[tuple[str, list[Line]]]:
    """Return the tables of a record's section: caption and printed rows."""
    shown = section_of(record)
    sections = shown.items if isinstance(shown, Sections) else (shown,)
    own = [one for section in sections if isinstance(section, Section) for one in section.blocks]
    own = [one.table if isinstance(one, Figure) and one.table is not None else one for one in own]
    return [(table.caption.en, _lines(table)) for table in own if isinstance(table, Table)]


def _lines(table: Table) -> list[Line]:
    heads = [column.header.en for column in table.columns]
    return [dict(zip(heads, [cell.text.en for cell in row], strict=True)) for row in table.rows]


def in_period(rows: pd.DataFrame, text: str) -> pd.DataFrame:
    start, end = days_of(text)
    return rows[rows["period_start"].eq(start) & rows["period_end"].eq(end)]


def holds(line: Line, rows: pd.DataFrame, told: Callable[[Row], dict[str, Sequence[Numbers]]]) -> None:
    """Hold a printed row against rows of a frame: one of them has all its numbers, each cell in one of the ways it may be printed."""
    for row in rows.to_dict("records"):
        ways = told(row)
        if all(any(says(line[head], numbers) for numbers in ways[head]) for head in ways):
            return
    wanted = [told(row) for row in rows.to_dict("records")]
    raise AssertionError(f"{line}\nis in no row of the frame: {wanted}")


# ---- names, as the programme declares them


def names_of(declared: dict[str, Any]) -> dict[str, str]:
    return {one.label.root["en"]: name for name, one in declared.items()}


def period_ids(frame: pd.DataFrame, indicator: str, *texts: str) -> list[str]:
    """Return the programme periods whose figures are of the days printed."""
    own = frame[frame["indicator"].eq(indicator)]
    return [str(in_period(own, text)["period"].item()) for text in texts]


# ---- a reader for each record: yields the caption of each table that it read


def read_comparisons(record: Any, area: Area) -> Iterator[str]:
    names = names_of(area.programme.indicators)
    supposed = {"": "law", "by chance alone": "pure_chance", "twice the variance": "twice_the_scatter"}
    for caption, lines in tables_of(record):
        if caption == "Successive periods compared":
            for line in lines:
                rows, condition = _pair(line["Comparison"], record, names)
                holds(line, rows[rows["supposes"].eq(supposed[condition])], _told_of_pair)
                if condition == "by chance alone":
                    _read_totals(line, record.frame, rows.iloc[0])
        elif caption == "What the comparisons could show":
            for line in lines:
                rows, _ = _pair(line["Comparison"], record, names)
                holds(line, rows.head(1), _told_of_power)
        elif caption == "With the missing reports":
            _read_bounds(lines, record, names)
        else:
            _read_missing(caption, lines, record, names, area)
        yield caption


def _pair(text: str, record: Any, names: dict[str, str]) -> tuple[pd.DataFrame, str]:
    found = re.fullmatch(r"(.*), (.+?) to (.+?)(?:, if yearly counts (?:vary|had) (.*))?", text)
    assert found, text
    earlier, later = period_ids(record.frame, names[found[1]], found[2], found[3])
    rows = record.changes
    own = rows["indicator"].eq(names[found[1]]) & rows["earlier"].eq(earlier) & rows["later"].eq(later)
    return rows[own], found[4] or ""


def _read_totals(line: Line, frame: pd.DataFrame, pair: Any) -> None:
    """Hold both totals of a pair against the frame of the periods, whose limits are those of chance alone."""
    for head, side in (("Earlier period", "earlier"), ("Later period", "later")):
        rows = frame[frame["indicator"].eq(pair["indicator"]) & frame["period"].eq(pair[side])]
        own = rows.iloc[0]
        numbers = [own[name] for name in ("count", "years", "value", "lower", "upper")]
        assert any(says(line[head], way) for way in _ways_of_total(*numbers)), (line, numbers)


def _told_of_pair(row: Row) -> dict[str, Sequence[Numbers]]:
    few = row["earlier_count"] < 5
    p = [] if row["supposes"] == "twice_the_scatter" else [row["p"]]
    return {
        "Earlier period": _side(row, "earlier"),
        "Later period": _side(row, "later"),
        "Change of the yearly average": [[] if few else [row["change"]]],
        "95% interval": [[] if few else [row["lower"], row["upper"]]],
        "p (two-sided)": [p],
    }


def _side(row: Row, side: str) -> list[Numbers]:
    return _ways_of_total(*(row[f"{side}_{name}"] for name in ("count", "years", "value", "lower", "upper")))


def _ways_of_total(count: float, years: float, *average: float) -> list[Numbers]:
    """Return the ways of a total: count, years, average and limits; "4 of 5 years reported (2014 missing)" names what is missing."""
    lacking = [[count, years, 5.0, float(year), *average] for year in range(2011, 2031)]
    return [[count, years, *average], *lacking]


def _told_of_power(row: Row) -> dict[str, Sequence[Numbers]]:
    return {
        "Variance of years, times that of pure chance": [
            [row["scatter"]] if row["supposes"] == "law" else []
        ],
        "Smallest fall found in four of five such comparisons": [[row["detectable_fall"]]],
    }


def _read_bounds(lines: list[Line], record: Any, names: dict[str, str]) -> None:
    ends = {"earlier": ("earlier_least", "earlier_most"), "later": ("later_least", "later_most")}
    seen: list[Row] = []
    for line in lines:
        name, _, days = line["Value"].rpartition(", ")
        if not name:
            told = [(seen[-1]["change_least"], seen[-1]["change_most"])]
        else:
            (period,) = period_ids(_with_all_periods(record), names[name], days)
            rows = record.bounds[record.bounds["indicator"].eq(names[name])]
            own = [(row, side) for row in rows.to_dict("records") for side in ends if row[side] == period]
            told = [tuple(row[end] for end in ends[side]) for row, side in own]
            seen.append(own[0][0])
        assert any(says(line["At least"], [low]) and says(line["At most"], [high]) for low, high in told), (
            line
        )


def _with_all_periods(record: Any) -> pd.DataFrame:
    """Return the programme's periods of each indicator of which reports are missing, by their whole years."""
    return pd.DataFrame(
        [
            {
                "indicator": item.indicator,
                "period": one.period,
                "period_start": one.start,
                "period_end": one.end,
            }
            for item in record.bounded
            for one in (item.earlier, item.later)
        ]
    ).drop_duplicates()


def _read_missing(caption: str, lines: list[Line], record: Any, names: dict[str, str], area: Area) -> None:
    found = re.fullmatch(r"Reports missing: (.*), (.+) and (.+)", caption)
    assert found, caption
    earlier, later = period_ids(_with_all_periods(record), names[found[1]], found[2], found[3])
    rows = record.missing
    rows = rows[rows["indicator"].eq(names[found[1]]) & rows["earlier"].eq(earlier) & rows["later"].eq(later)]
    places = {place.code: _plainly(place.name) for place in area.places}
    for line in lines:
        own = rows[[places[code] in line["Province or city"] for code in rows["province_code"]]]
        assert says(line["Years without a report"], [*own["year"]]), line
        holds(line, own, lambda row: {"The most that is plausible of a year": [[row["most"]]]})


def _plainly(name: str) -> str:
    """Return a Vietnamese name as English pages write it: without marks."""
    letters = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(one for one in letters if not unicodedata.combining(one))


def read_zeros(record: Any, area: Area) -> Iterator[str]:
    names = names_of(area.programme.indicators)
    for caption, lines in tables_of(record):
        label, _, told = caption.rpartition(": ")
        assert told == "a time at zero"
        rows = record.frame[record.frame["indicator"].eq(names[label])]
        for line in lines:
            holds(
                line,
                in_period(rows, line["Period"]),
                lambda row: {
                    "Length": [[row["years"]]],
                    "Upper 95% limit a year": [[row["upper"]]],
                    "Probability at the pace before, taken as known": [[100 * row["chance_known"]]],
                    "Probability with the uncertainty of that pace": [[100 * row["chance_predictive"]]],
                },
            )
        yield caption


def read_bases(record: Any, area: Area) -> Iterator[str]:
    for caption, lines in tables_of(record):
        frame = record.seldom if caption.startswith("Other figures") else record.frame
        for line in lines:
            for head in line.keys() - {"Period", "Measure", "Source"}:
                rows = _narrowed(frame, head, line, area)
                _holds_figure(line[head], _of_source(rows, line, area), rows, f"{line}: {head}")
        yield caption


def _of_source(frame: pd.DataFrame, line: Line, area: Area) -> pd.DataFrame:
    if "Source" not in line:
        return frame
    return frame[[area.sources[name].title in line["Source"] for name in frame["source_id"]]]


def _narrowed(rows: pd.DataFrame, head: str, line: Line, area: Area) -> pd.DataFrame:
    """Return the rows of a cell, of all sources: its period stands in its row or above it, its measure likewise."""
    names = names_of(area.programme.measures)
    if "Measure" in line:
        label = next(one for one in (line["Measure"], line["Measure"].rpartition(" (")[0]) if one in names)
        unit = area.programme.units[area.programme.measures[names[label]].unit].label.root["en"]
        assert unit.lower() in line["Measure"].lower(), (
            "the unit stands in the name, or in brackets behind it"
        )
        rows = rows[rows["measure"].eq(names[label])]
    else:
        label, _, basis = head.rpartition(" (by place of ")
        rows = rows[rows["measure"].eq(names[label]) & rows["place_basis"].eq(basis.rstrip(")"))]
    return in_period(rows, line.get("Period", head))


def _holds_figure(text: str, rows: pd.DataFrame, of_all: pd.DataFrame, where: str) -> None:
    """Hold one figure against the rows of its source; behind it stand those of other sources that differ."""
    if text == "–":
        assert rows.empty, where
    elif not printed(text):
        assert rows["value"].isna().any(), where
        assert (text == "[c]") == rows["status"].eq("suppressed").any(), where
    else:
        own, *others = re.split(r"; another source: |; other sources: | or ", text)
        assert any(says(own, [value]) for value in rows["value"]), where
        for figure in others:
            assert any(says(figure, [value]) for value in of_all["value"]), where


def read_breakdowns(record: Any, area: Area) -> Iterator[str]:
    dimensions = area.programme.dimensions
    for caption, lines in tables_of(record):
        name, dimension = next(
            (name, dimension)
            for name in area.programme.measures
            for dimension, declared in dimensions.items()
            if caption.lower()
            == f"{area.programme.measures[name].label.root['en']} by {declared.label.root['en']}".lower()
        )
        values = {label.root["en"]: value for value, label in dimensions[dimension].values.items()}  # noqa: PD011
        rows = record.frame[record.frame["measure"].eq(name) & record.frame["dimension"].eq(dimension)]
        for line in lines:
            own = in_period(_of_source(rows, line, area), line["Period"])
            for head, text in line.items():
                if head in values:
                    told = own[own["category"].eq(values[head])]
                    _holds_figure(text, told, told, f"{caption}, {line}: {head}")
        yield caption


def read_indicators(record: Any, area: Area) -> Iterator[str]:
    for caption, lines in tables_of(record):
        _read_estimates(lines, record.frame)
        yield caption


def _read_estimates(lines: list[Line], frame: pd.DataFrame) -> None:
    for line in lines:
        rows = frame[frame["indicator_id"].eq(line["Indicator"].partition(" ")[0])]
        holds(line, in_period(rows, line["Period"]), _told_of_estimate)


def _told_of_estimate(row: Row) -> dict[str, Sequence[Numbers]]:
    counts = [row["numerator"]] if row["kind"] == "count" else [row["numerator"], row["denominator"]]
    return {
        "Counts": [counts],
        "Value": [[row["value"]]],
        "95% interval": [[row["lower"], row["upper"]]],
    }


def read_assessments(record: Any, _area: Area) -> Iterator[str]:
    for caption, lines in tables_of(record):
        if "Verdict" in lines[0]:
            for line in lines:
                rows = record.frame[record.frame["target_id"].eq(line["Target"].partition(" ")[0])]
                holds(line, in_period(rows, line["Period"]), _told_of_verdict)
            yield caption


def _told_of_verdict(row: Row) -> dict[str, Sequence[Numbers]]:
    n, base = row["numerator"], row["denominator"]
    is_change = row["kind"] == "change"
    return {
        "Promised": [[abs(row["target_value"])]],
        "Counts": [[n, row["needed"]], [n, base]] if is_change else [[n, base]],
        "Value": [[row["value"]]],
        "Distance to the target": [[] if is_change else [row["gap"]]],
        "Evidence": [[], [base, base], [base - n, base]],
    }


def read_mid_term(record: Any, _area: Area) -> Iterator[str]:
    for caption, lines in tables_of(record):
        for line in lines:
            name = line["Target in its own words"].partition(" ")[0]
            rows = record.frame[record.frame["target_id"].eq(name)]
            if len(rows) and "Promised" in line:
                holds(line, rows, _told_of_mid_term)
            else:
                own = {"Target in its own words", "In force", "Set by"}
                assert {line[head] for head in line.keys() - own} <= {"–"}, line
        yield caption


def _told_of_mid_term(row: Row) -> dict[str, Sequence[Numbers]]:
    required = [row["next_needed"] if row["last_kind"] == "change" else row["required_pace"]]
    return {
        "Promised": [[abs(row["target_value"])]],
        "Before it": _point(row, "baseline"),
        "At mid-term": _point(row, "mid"),
        "Latest": _point(row, "last"),
        "Still required": [[], required] if row["last_verdict"] == "not_met" else [[]],
        "Chance of meeting it": [[100 * row["chance"]]],
    }


def _point(row: Row, point: str) -> list[Numbers]:
    """Return the ways of a figure: a share has its counts, over fewer than five they stand alone."""
    if pd.isna(row[f"{point}_end"]):
        return [[]]
    value, n, base = (row[f"{point}_{name}"] for name in ("value", "numerator", "denominator"))
    year = float(row[f"{point}_end"].year)
    return [[year, n, base, value], [year, n, base], [year, value]]


def read_pathway(record: Any, area: Area) -> Iterator[str]:
    stages = {stage.label.root["en"]: stage.id for stage in area.programme.stages}
    for caption, lines in tables_of(record):
        for line in lines:
            rows = in_period(record.frame, line["Period"])
            if "Share" in line:
                own = rows[rows["stage"].eq(stages[line["Stage"]])]
                holds(line, own, _told_of_cohort)
                continue
            for head in line.keys() - {"Period"}:
                own = rows[rows["stage"].eq(stages[head.rpartition(" (by ")[0]])]
                ways = [[*row["figures"]] or [row["value"]] for row in own.to_dict("records")]
                assert any(says(line[head], numbers) for numbers in ways), (line, head, ways)
        yield caption


def _told_of_cohort(row: Row) -> dict[str, Sequence[Numbers]]:
    few = row["base_value"] < 5
    counts = [row["value"], row["base_value"]]
    return {
        "Share": [counts if few else [*counts, row["share"]]],
        "95% interval": [[] if few else [row["lower"], row["upper"]]],
    }


def read_support(record: Any, area: Area) -> Iterator[str]:
    matrix = area.programme.support
    for caption, lines in tables_of(record):
        if "Support" not in lines[0]:
            _read_estimates(lines, record.waiting)
            yield caption
            continue
        name = names_of(matrix.classes)[caption.removeprefix("Support: ")]
        latest = record.frame.groupby("regime")["period_end"].transform("max")
        rows = record.frame[record.frame["person_class"].eq(name) & record.frame["period_end"].eq(latest)]
        for line in lines:
            letter = line["Support"].partition(")")[0]
            holds(line, rows[rows["letter"].eq(letter)], _told_of_support)
        yield caption


def _told_of_support(row: Row) -> dict[str, Sequence[Numbers]]:
    counts = [row["received"], row["accepting"]]
    return {
        "Eligible": [[row["eligible"]]],
        "Accepting": [[row["accepting"]]],
        "Received, of those accepting": [[*counts, row["value"]], counts, [row["received"]], []],
        "95% interval": [[row["lower"], row["upper"]]],
    }


def read_gaps(record: Any, area: Area) -> Iterator[str]:
    heads = {"Group": record.groups, "Place": record.places, "Class": record.classes}
    supports = names_of(area.programme.support.supports) if area.programme.support else {}
    ids = {one.id: name for name, one in area.programme.indicators.items()}
    for caption, lines in tables_of(record):
        for line in lines:
            group = next(head for head in heads if head in line)
            name = supports[line["Share"]] if group == "Class" else ids[line["Share"].partition(" ")[0]]
            rows = in_period(heads[group][heads[group]["indicator"].eq(name)], line["Period"])
            own = [_is_of(row, line[group], area, group) for row in rows.to_dict("records")]
            holds(line, rows[own], _told_of_gap)
        yield caption


def _is_of(row: Row, text: str, area: Area, head: str) -> bool:
    """Whether a printed group or class is that of the row; of places there is one."""
    if head == "Group":
        label = area.programme.dimensions[row["dimension"]].values[row["group"]]  # noqa: PD011
        return text.endswith(label.root["en"])
    classes = area.programme.support.classes if area.programme.support else {}
    names = [classes[row[one]].label.root["en"] for one in ("group", "beside") if row[one] in classes]
    return head == "Place" or text == ", beside ".join(names)


def _told_of_gap(row: Row) -> dict[str, Sequence[Numbers]]:
    group, others = (
        [[n, base] if base < 5 else [n, base, value]]
        for n, base, value in (
            (row["numerator"], row["denominator"], row["value"]),
            (row["beside_numerator"], row["beside_denominator"], row["beside_value"]),
        )
    )
    difference = [row["difference"], row["difference_lower"], row["difference_upper"]]
    return {
        "In the group": group,
        "Others": others,
        "Difference in percentage points, 95% interval": [difference],
    }


def read_follow_up(record: Any, _area: Area) -> Iterator[str]:
    for caption, lines in tables_of(record):
        for line in lines:
            told = line["Recommendation"].partition(". ")[0]
            own = record.frame[record.frame["recommendation"].eq(told)]
            holds(line, own[own["indicator_id"].eq(line["Indicator"].partition(" ")[0])], _told_of_follow_up)
        yield caption


def _told_of_follow_up(row: Row) -> dict[str, Sequence[Numbers]]:
    change = [row["change"], row["change_lower"], row["change_upper"]]
    few = row["change_unit"] == "percent" and row["before_numerator"] < 5
    return {
        "Before the review": _side_of_review(row, "before"),
        "After the review": _side_of_review(row, "after"),
        "Change, 95% interval": [[row["before_numerator"], row["after_numerator"]] if few else change],
    }


def _side_of_review(row: Row, side: str) -> list[Numbers]:
    """Return the ways of one side: its value alone, or its counts before it; and behind it the years, from the first to the last."""
    value, n, base = (row[f"{side}_{name}"] for name in ("value", "numerator", "denominator"))
    years = sorted({float(year) for year in (*row[f"{side}_years"][:1], *row[f"{side}_years"][-1:])})
    if row[f"{side}_status"] == "too_few":
        return [[n, base, *years]]
    return [[]] if pd.isna(value) else [[value, *years], [n, base, value, *years]]


def read_evidence(record: Any, area: Area) -> Iterator[str]:
    for caption, lines in tables_of(record):
        for line, (_, rows) in zip(lines, record.frame.groupby("criterion", sort=False), strict=True):
            declared = rows[rows["indicator"].ne("")]
            told = declared[declared["has_evidence"]]
            hides = (~record.frame["has_evidence"] & record.frame["suppressed"].gt(0)).any()
            assert line["Criterion"].lower().startswith(rows["criterion"].iloc[0])
            assert says(line["Evidence"], [len(told), len(declared)] if len(told) else []), line
            years = [
                one
                for day in (told["first"].min(), told["last"].max())
                if pd.notna(day)
                for one in [day.year]
            ]
            assert says(line["From – to"].replace("–", " "), years), line
            for head, own in (
                ("Indicators with figures", told),
                (
                    "Without a figure, or confidential" if hides else "Without a figure",
                    declared[~declared["has_evidence"]],
                ),
            ):
                named = [one.partition(" ")[0] for one in line[head].split("; ") if one != "–"]
                assert sorted(named) == sorted(own["indicator_id"]), line
        yield caption


def read_trends(record: Any, area: Area) -> Iterator[str]:
    names = names_of(area.programme.indicators)
    for caption, lines in tables_of(record):
        assert caption == "How sure the trends are"
        for label in lines[0].keys() - {"Check"}:
            rows = record.checks[record.checks["indicator"].eq(names[label])]
            checks = {name: own.to_dict("records") for name, own in rows.groupby("check")}
            for line in lines:
                ways = _ways_of_check(line["Check"], checks)
                is_step = line["Check"].startswith("Step")
                text = line[label].rpartition("): ")[2] if is_step else line[label]
                assert any(says(_without_words(text), way) for way in ways), (line, ways)
        yield caption
    _read_series(record, area)


def _read_series(record: Any, area: Area) -> None:
    """Hold the years that stand behind each drawing, in words, against the frame; a year without a row is not named."""
    for told, item in zip(
        drawn_in(record), [one for one in record.items if len(one.series) > 2], strict=True
    ):
        rows = record.frame[record.frame["indicator"].eq(item.indicator)]
        assert told.startswith(f"{area.programme.indicators[item.indicator].label.root['en']} by year: ")
        words = re.sub(r" and (\d{4})", r", \1", told.partition(" by year: ")[2].removesuffix("."))
        points = re.split(r", (?=\d{4})", words)
        assert len(points) == len(rows)
        for point, row in zip(points, rows.to_dict("records"), strict=True):
            assert says(point, [row["year"], row["count"]]), (point, row)
            assert ("confidential" in point) == (row["status"] == "suppressed"), (point, row)


def drawn_in(record: Record) -> list[str]:
    return [one.alt.en for one in section_of(record).figures]


def _without_words(text: str) -> str:
    """Return a reading without the numbers that are no result: names of methods, levels of intervals, how many series."""
    text = re.sub(r"95% interval |Benjamini and Hochberg 1995|among the \d+ series looked at", "", text)
    return re.sub(r"(\d{4})–(\d{4})", r"\1 \2", text)


def _ways_of_check(name: str, checks: dict[str, list[Row]]) -> list[Numbers]:
    """Return in which ways a check may be printed, from its rows."""

    def of(check: str, *columns: str) -> list[float]:
        rows = checks.get(check, [])
        return [float(row[column]) for row in rows for column in columns if pd.notna(row[column])]

    of_fit = ("value", "lower", "upper", "p")
    alone, limits = of("detection_alone", "value"), of("without_a_year", "lower", "upper")
    ways: dict[str, list[Numbers]] = {
        "The trend itself": [of("trend", *of_fit)],
        "In a few words": [[], of("trend", "tests")],
        "Smallest fall it could show": [of("detectable_fall", "value")],
        "Detection alone": [[], alone, alone + of("detection_alone_whole", "value")],
        "Without any one year": [limits, limits + of("without_a_year", "first")],
        "Counts alone, without population": [of("counts_alone", *of_fit)],
        "Last five years": [
            of("last_five_years", "first", "last"),
            of("last_five_years", "first", "last", "value", "lower", "upper"),
        ],
        "Without a model (Mann-Kendall)": [of("monotone", "p")],
        "Does it bend? (exploratory)": _ways_of_bends(checks),
        "Step at a declared date": [of("step", *of_fit)],
    }
    return ways[name]


def _ways_of_bends(checks: dict[str, list[Row]]) -> list[Numbers]:
    if "bends" not in checks:
        return [[]]
    (bends,), pieces = checks["bends"], checks.get("piece", [])
    if not pieces:
        return [[bends["p"], bends["level"]]]
    told = [float(row[one]) for row in pieces for one in ("first", "last", "value", "lower", "upper")]
    years = [float(row["first"]) for row in pieces[1:]]
    tests = float(checks["trend"][0]["tests"])
    return [[*years, bends["p"], tests, *told], [*years, bends["p"], *told]]


def read_side_by_side(record: Any, area: Area) -> Iterator[str]:
    labels = names_of(area.programme.indicators)
    periods = {one.label.root["en"]: one.id for one in area.programme.periods}
    spans = {one.id: one.valid_to.year - one.valid_from.year + 1 for one in area.programme.periods}
    for caption, lines in tables_of(record):
        rows = record.frame[record.frame["indicator"].eq(labels[caption.partition(" by province")[0]])]
        for line in lines:
            own = rows[rows["province_code"].eq(line["Province or city"].partition(" ")[0])]
            for head in line.keys() & periods.keys():
                told = own[own["period"].eq(periods[head])].iloc[0]
                ways = [[told["count"], told["years"]]]
                if told["years"] == spans[periods[head]]:
                    ways = [[told["count"]]]  # of all years of the period
                assert any(says(line[head], way) for way in ways), (line, head)
                assert (line[head] == "[c]") == (told["reason"] == "suppressed"), (line, head)
        yield caption


def read_compared(record: Any, area: Area) -> Iterator[str]:
    labels = names_of(area.programme.indicators)
    for caption, lines in tables_of(record):
        indicator = labels[caption.rpartition(": ")[0].rpartition(", ")[0]]
        if "Province or city" not in lines[0]:
            holds(lines[0], record.tests[record.tests["indicator"].eq(indicator)], _told_of_test)
        for line in lines if "Province or city" in lines[0] else []:
            rows = record.frame[record.frame["indicator"].eq(indicator)]
            code = line["Province or city"].partition(" ")[0]
            holds(line, rows[rows["province_code"].eq(code)], _told_of_province)
        yield caption


def _told_of_test(row: Row) -> dict[str, Sequence[Numbers]]:
    return {
        "Provinces compared": [[row["provinces"]]],
        "Common rate per 100,000 person-years": [[100_000 * row["rate"]]],
        "p of the test that all have it": [[row["p"]]],
        "Outside the limits of chance by chance": [[row["outside_by_chance"]]],
    }


def _told_of_province(row: Row) -> dict[str, Sequence[Numbers]]:
    per = 100_000
    helped = "estimated with the help of the other provinces"
    return {
        "Trafficking cases recorded": [[row["count"]]],
        "Per 100,000 person-years (95% limits)": [
            [per * row[name] for name in ("rate", "rate_lower", "rate_upper")]
        ],
        f"Per 100,000 person-years, {helped}": [[per * row["shrunken"]]],
        "Count expected at the common rate": [[row["expected"]]],
        "95% limits of chance of the count": [[row["chance_lower"], row["chance_upper"]]],
        "Widened 95% limits of the count": [[row["wide_lower"], row["wide_upper"]]],
    }


STATES = {
    "reported": "reported",
    "reported as zero": "zero_reported",
    "derived": "derived",
    "not reported": "not_reported",
    "not applicable": "not_applicable",
    "confidential": "suppressed",
    "reported for a part only": "in_part",
}


def read_completeness(record: Any, area: Area) -> Iterator[str]:
    readers = {
        "Measure": _read_measures,
        "Year": _read_late,
        "Figures": _read_agencies,
        "Province or city": _read_provinces,
    }
    for caption, lines in tables_of(record):
        readers[next(iter(lines[0]))](lines, record, area)
        yield caption


def _read_measures(lines: list[Line], record: Any, area: Area) -> None:
    names = names_of(area.programme.measures)
    frame = record.frame.set_index("measure")
    for line in lines:
        row = frame.loc[names[line["Measure"]]]
        told = dict.fromkeys(STATES.values(), 0)
        total, _, kinds = re.fullmatch(r"(\d+) figures?(:|,) (?:all )?(.*)", line["Figures"]).groups()
        if kinds in STATES:
            told[STATES[kinds]] = int(total)
        else:
            for number, state in re.findall(r"(\d+) ([a-z ]+?)(?:,| and |$)", kinds):
                told[STATES[state]] = int(number)
        told["not_reported"] += told["in_part"]
        assert told == {name: int(row[name]) for name in told}, line
        told["not_reported"] -= told["in_part"]
        assert sum(told.values()) == int(total), line
        if line["From – to"] != "–":
            assert days_of(line["From – to"]) == (row["first"], row["last"]), line


def _read_late(lines: list[Line], record: Any, _area: Area) -> None:
    """Hold the late figures by year against the findings that name each of them."""
    late = [one.where for one in record.findings if one.rule == "reported_late"]
    years = pd.Series([int(where.rpartition(", ")[2]) for where in late])
    named = [int(line["Year"]) for line in lines if line["Year"].isdigit()]
    for line in lines:
        if line["Year"] == "All years":
            wanted = len(years)
        elif line["Year"] == "Earlier years":
            wanted = int((years < min(named)).sum())
        else:
            wanted = int((years == int(line["Year"])).sum())
        assert says(line["Figures"], [wanted]), line


def _read_agencies(lines: list[Line], record: Any, area: Area) -> None:
    names = names_of(area.programme.indicators)
    for line in lines:
        rows = record.agencies[record.agencies["indicator"].eq(names[line["Figures"]])]
        holds(
            line,
            in_period(rows, line["Period"]),
            lambda row: {
                "First agency": [[row["numerator"]]],
                "Second agency": [[row["denominator"]]],
                "Reading": [[abs(row["difference"])] if row["difference"] else []],
            },
        )


def _read_provinces(lines: list[Line], record: Any, area: Area) -> None:
    heads = {head[0].upper() + head[1:]: state for head, state in STATES.items()}
    population = area.programme.population
    for line in lines:
        code = line["Province or city"].partition(" ")[0]
        rows = record.places[
            record.places["province_code"].eq(code) & record.places["measure"].ne(population)
        ]
        told = int(
            (rows[[*STATES.values()]].drop(columns=["not_reported", "not_applicable"]).sum(axis=1) > 0).sum()
        )
        with_figure = [told, len(set(area.programme.measures) - {population})]
        assert says(line["Measures with a figure"], with_figure), line
        for head in line.keys() & heads.keys():
            assert says(line[head], [int(rows[heads[head]].sum())]), (line, head)
        late = record.late["province_code"].eq(code).sum() if len(record.late) else 0
        assert says(line["More than a year late"], [late]), line


READERS = {
    "comparisons": read_comparisons,
    "zeros": read_zeros,
    "place_bases": read_bases,
    "breakdowns": read_breakdowns,
    "indicators": read_indicators,
    "assessments": read_assessments,
    "mid_term": read_mid_term,
    "pathway": read_pathway,
    "support": read_support,
    "gaps": read_gaps,
    "follow_up": read_follow_up,
    "evidence": read_evidence,
    "trends": read_trends,
    "side_by_side": read_side_by_side,
    "compared": read_compared,
    "completeness": read_completeness,
}
OF_NATION = ("side_by_side", "compared")


# ---- the shipped workspaces


@pytest.mark.parametrize(
    ("name", "code", "step"),
    [(*place, step) for place in PLACES for step in READERS if not place[1] or step not in OF_NATION],
)
def test_the_tables_of_a_section_print_what_the_frames_of_its_record_hold(name: str, code: str, step: str):
    result = evaluation_of(name, code)
    record = result.by_step()[step]
    tables = [caption for caption, _ in tables_of(record)]
    assert list(READERS[step](record, result.area)) == tables


def test_every_step_with_a_table_was_read_where_it_has_one():
    seen, unread = set(), set()
    for name, code in PLACES:
        for step, record in evaluation_of(name, code).by_step().items():
            if step not in ("summary", "methods") and tables_of(record):
                (seen if step in READERS else unread).add(step)
    assert not unread
    assert seen == set(READERS)


# ---- what the shipped workspaces do not have


def test_a_place_amid_its_targets_prints_what_is_still_required():
    province = bundle_of("demo").province("04")
    until = province.facts["period_end"] <= pd.Timestamp(2023, 12, 31)
    record = ek.view_mid_term(ek.estimate_indicators(replace(province, facts=province.facts[until])))
    told = record.frame[["required_pace", "chance", "years_left"]]
    assert (told["required_pace"].ne(0) & told["required_pace"].notna() & told["years_left"].gt(0)).any()
    assert list(read_mid_term(record, province)) == ["Targets in their own words, and where each stands"]


def test_missing_reports_print_the_rows_of_their_frame():
    nation = bundle_of("demo").nation()
    own, whole = nation.province_facts.copy(), nation.facts.copy()
    for facts, codes in ((own, ["01", "04", "08", "11", "12", "14"]), (whole, [nation.about.nation])):
        of_year = facts["measure"].eq("cases_recorded") & facts["period_end"].eq(pd.Timestamp(2018, 12, 31))
        at = of_year & facts["province_code"].isin(codes)
        assert at.any()
        facts.loc[at, ["value", "status"]] = [math.nan, "not_reported"]
    record = ek.compare_periods(replace(nation, facts=whole, province_facts=own))
    read = list(read_comparisons(record, nation))
    assert any(caption.startswith("Reports missing") for caption in read)
    assert len(record.missing) >= 6


def of_country(folder: Path, write: Callable[[Path], Path]) -> Bundle:
    return bundle(write(folder))


def test_months_and_their_bounds_are_those_of_the_frame(tmp_path: Path):
    area = of_country(tmp_path, watched_country).province("01")
    record = ek.watch_months(area)
    names, tables = names_of(area.programme.measures), tables_of(record)
    assert len(tables) > 1
    for caption, lines in tables:
        label = caption.rpartition(": ")[0]
        for line in lines:
            if "Measure" in line:
                _read_tests(line, record, names)
                continue
            rows = record.frame[record.frame["measure"].eq(names[label])]
            first = pd.to_datetime(line["Month"], format="%B %Y")
            holds(line, rows[rows["period_start"].eq(first)], _told_of_month)


def _told_of_month(row: Row) -> dict[str, Sequence[Numbers]]:
    judged = pd.notna(row["upper"])
    return {
        "Number": [[row["count"]]],
        "Expected": [[row["expected"]] if judged else []],
        "Alarm bound": [[row["upper"]]],
        "Dispersion": [[row["dispersion"]] if judged else []],
    }


def _read_tests(line: Line, record: Any, names: dict[str, str]) -> None:
    rows = record.frame
    rows = rows[rows["upper"].notna()]
    rows = rows if line["Measure"] == "All measures" else rows[rows["measure"].eq(names[line["Measure"]])]
    assert says(line["Months tested"], [len(rows)]), line
    assert says(line["Above their alarm bound"], [rows["alarm"].astype(bool).sum()]), line
    assert says(line["Share above it where nothing changes"], [100 * rows["alpha"].iloc[0]]), line
    assert says(line["False alarms to be expected a year"], [rows["alpha"].sum()]), line


def test_standardised_rates_and_their_parts_are_those_of_the_frames(tmp_path: Path):
    record = ek.standardise_rates(of_country(tmp_path, country_by_age).province("02"))
    ages = {"under 40": "young", "40 and over": "old"}
    (_, strata), (_, rates) = tables_of(record)
    for line in strata:
        own = record.strata[record.strata["category"].eq(ages[line["Age group"]])]
        holds(line, own, lambda row: {head: [[row[name]]] for head, name in STRATA.items()})
    for line in rates:
        own = record.frame[
            record.frame["rate"].eq(
                line["Rate"].partition(":")[0].partition(",")[0].replace("as counted", "crude")
            )
        ]
        expected = [own["expected"].item()] if line["Rate"].startswith("indirect") else []
        assert says(line["Rate"].replace("100,000", ""), expected), line
        holds(line, own, _told_of_rate)
    assert len(strata) == len(record.strata) == 2
    assert len(rates) == len(record.frame) == 3


STRATA = {
    "Counted here": "count",
    "Inhabitants here": "exposure",
    "Counted in the country": "reference_count",
    "Inhabitants of the country": "standard",
}


def _told_of_rate(row: Row) -> dict[str, Sequence[Numbers]]:
    return {
        "Value": [[row["value"]]],
        "95% interval, exact": [[row["lower"], row["upper"]]],
        "95% interval, Byar": [[row["byar_lower"], row["byar_upper"]]],
    }


def test_two_places_compared_print_the_rows_of_their_frame():
    demo = bundle_of("demo")
    record = ek.compare_places(demo.province("04"), demo.nation(), "cases")
    (_, rates), (_, ratios) = tables_of(record)
    rows = record.frame
    assert len(rates) == len(rows) == 2, "a line for each place"
    for place, line in enumerate(rates):
        holds(line, rows.iloc[[place]], _told_of_place)
    (line,), limits = ratios, "95% interval, allowing for how years scatter"
    holds(
        line,
        rows.iloc[[0]],
        lambda row: {"Value": [[row["ratio"]]], limits: [[row["ratio_lower"], row["ratio_upper"]]]},
    )


def _told_of_place(row: Row) -> dict[str, Sequence[Numbers]]:
    return {
        "Number": [[row["count"]]],
        "Person-years": [[row["person_years"]]],
        "A year per 100,000 inhabitants": [[row["value"]]],
        "95% interval": [[row["lower"], row["upper"]]],
    }


@pytest.fixture(scope="module")
def effects(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    five = dict.fromkeys(["06", "08", "10", "11", "12"], 2019)
    chosen = ek.effect(bundle_of("demo").nation(), measure="cases_recorded", who=five, window=(2011, 2025))
    cameras = bundle(country(tmp_path_factory.mktemp("compared"), declared()))
    return [chosen, ek.compare_with_others(cameras.nation())]


def test_an_effect_prints_the_rows_of_its_frames(effects: list[Any]):
    readers = {
        "the ratio": _read_ratio,
        "counts and rates": _read_counts,
        "who started when": _read_starts,
        "year by year": _read_years,
        "checks": _read_checks,
    }
    seen = set()
    for record in effects:
        labels = {item.comparison.label.root["en"]: item.comparison.id for item in record.items}
        for caption, lines in tables_of(record):
            label, _, what = caption.rpartition(": ")
            name = labels[label.replace(" (exploratory, chosen after the fact)", "")]
            for line in lines:
                readers[what](line, record, name)
            seen.add(what)
    assert seen == set(readers)


def _of(frame: pd.DataFrame, name: str, **equal: Any) -> pd.DataFrame:
    rows = frame[frame["comparison"].eq(name)]
    for column, value in equal.items():
        rows = rows[rows[column].eq(value)]
    return rows


def _read_ratio(line: Line, record: Any, name: str) -> None:
    told = {
        "Ratio to what was expected": ["estimate"],
        "95% interval of the ratio": ["lower", "upper"],
        "p by drawing the starts anew": ["p"],
        "Smallest p possible": ["smallest_p"],
    }
    whole = _of(record.frame, name, kind="overall")
    holds(line, whole, lambda row: {head: [[row[one] for one in own]] for head, own in told.items()})
    places = {"Places with the measure": "places", "Places without it": "places_without"}
    since = _of(record.counts, name, when="since")
    holds(line, since, lambda row: {head: [[row[one]]] for head, one in places.items()})


def _read_counts(line: Line, record: Any, name: str) -> None:
    whens = {
        "with the measure: counted before": "before",
        "with the measure: counted since": "since",
        "with the measure: expected since": "expected",
        "without it: counted before": "before_without",
        "without it: counted since": "since_without",
    }
    when = next(told for words, told in whens.items() if line["Places and years"].startswith(words))
    rate = next(head for head in line if head not in ("Places and years", "Number"))
    per = 100_000 if rate == "Per 100,000 person-years" else 1
    holds(
        line,
        _of(record.counts, name, when=when),
        lambda row: {"Number": [[row["count"]]], rate: [[per * row["rate"]]]},
    )


def _read_starts(line: Line, record: Any, name: str) -> None:
    """Hold the starts against the rows by first year; years left out stand below them, and have no row of their own."""
    if line["First whole year with the measure"].isdigit():
        rows = _of(record.frame, name, kind="cohort", at=float(line["First whole year with the measure"]))
        assert says(
            line["Number of places"],
            [len(line["Places with the measure"].replace(" and ", ", ").split(", "))],
        )
        assert rows["places"].item() <= printed(line["Number of places"])[0].value, line


def _read_years(line: Line, record: Any, name: str) -> None:
    told = {
        "Places counted": ["places"],
        "Counted there": ["cases"],
        "Expected from the others": ["expected"],
        "Ratio to what was expected": ["estimate"],
        "95% interval of the ratio": ["lower", "upper"],
    }
    at = printed(line["Years since the start (first whole year: 0)"])[0].value
    rows = _of(record.frame, name, kind="event", at=at)
    holds(line, rows, lambda row: {head: [[row[one] for one in own]] for head, own in told.items()})


def _read_checks(line: Line, record: Any, name: str) -> None:
    checks = {
        "Ways of giving the starts": "assignments",
        "Each place with the measure left out": "each_place_left_out",
        "Each place without the measure left out": "each_other_left_out",
        "Years before the start": "years_before_apart",
        "From the last year before": "moves_withstood",
        "How far the gap between the places": "moves_withstood",
        "Each place alike": "each_place_alike",
        "Two-way fixed effects": "two_way",
    }
    check = next(told for words, told in checks.items() if line["Check"].startswith(words))
    row = _of(record.checks, name, check=check).iloc[0]
    if check == "moves_withstood" and line["Result"].startswith("not told"):
        assert pd.isna(row["value"]), line
    elif check == "moves_withstood" and line["Result"].startswith("not asked"):
        assert record.frame["p"].max() > 0.05, "asked of no difference that could be chance"
    elif check == "moves_withstood":  # rounded down: no more is said than holds
        assert 0 <= row["value"] - printed(line["Result"])[0].value < 0.1, line
    else:
        numbers = [float(row[one]) for one in ("value", "years", "lower", "upper") if pd.notna(row[one])]
        assert says(line["Result"], numbers), (line, numbers)
