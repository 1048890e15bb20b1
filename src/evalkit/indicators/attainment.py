"""Estimates held against the targets in force: one record per target, place and year, which every part of a page shows."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from evalkit.additivity.years import exposure_years, firsts, is_year
from evalkit.errors import DeclarationError
from evalkit.indicators.judging import JUDGED, Assessment, Row, assess
from evalkit.programme.models import Indicator, Programme, Target

PLACE = ["province_code", "scheme"]
ESTIMATE = [
    *(
        "indicator",
        "kind",
        "province_code",
        "scheme",
        "place_basis",
        "period_start",
        "period_end",
        "source_id",
    ),
    *("numerator", "denominator", "value", "lower", "upper", "unit", "status", "flag"),
    *("against_numerator", "against_denominator"),
]
HELD = ["comparator", "target_value", "target_unit", "gap", "verdict", "evidence"]
COLUMNS = ["target_id", "target_level", *ESTIMATE, *HELD, "is_small_base", "needed", "reached"]
Window = Literal["whole", "part", "other"]
Records = list[dict[Any, Any]]


def assess_targets(estimates: pd.DataFrame, programme: Programme, targets: Sequence[Target]) -> pd.DataFrame:
    """Hold estimates against the targets in force in their period.

    Parameters
    ----------
    estimates : DataFrame
        As :func:`evalkit.indicators.estimates.estimate_indicators` returns it, for one or many places.
    programme : Programme
        Declares the indicators the targets are set on.
    targets : sequence of Target
        National ones bind every place, provincial ones their own province alone.

    Returns
    -------
    DataFrame, one row per target, place and year (or longer period)
        ``target_id``, ``target_level``; the estimate's own columns; ``comparator``, ``target_value``, ``target_unit``;
        ``gap``, ``verdict``, ``evidence``, ``is_small_base``, ``needed``, ``reached`` as
        :class:`evalkit.indicators.judging.Assessment` has them. A target that no estimate meets in time has one row per
        place it binds, with verdict ``not_applicable`` and status ``not_reported``; a target without a number one row per
        place, ``unquantified``. ``comparator``, ``target_unit`` are "" and ``target_value`` is missing for the latter.

    Raises
    ------
    DeclarationError
        If a target in percent is set on an indicator that is none, or one in counts on one that is.

    Notes
    -----
    A yearly promise (``per = "year"``) is judged on whole years alone, of the calendar or of the police. A part of a year is
    ``so_far``, shown until its whole year is known; several years together are ``other_window``. A promise for the whole
    term (``per = "term"``) is judged on a figure of the whole term, and all before it is ``so_far``. A year is in force if
    its last day lies in the target's validity, so a decision of February binds the whole of its year; a longer period if
    all of it lies there.
    Where two rows tell of one year, one is the record: one with a figure, of the whole year, on the place basis that the
    measure declares, of the calendar year, from the preferred source.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> assess_targets(pd.DataFrame(columns=ESTIMATE), load_programme("vn-trafficking"), ()).empty
    True
    """
    places = estimates[PLACE].drop_duplicates().to_dict("records")
    records = records_by_indicator(
        estimates, {target.indicator for target in targets if target.is_quantified}
    )
    rows = [row for target in targets for row in _rows(records, programme, target, places)]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"is_small_base": bool})


def hold(row: Row, target: Target, indicator: Indicator) -> Assessment:
    """Hold an estimate against a target by its kind, and by the time that the promise is for.

    Parameters
    ----------
    row : mapping
        An estimate with its period.
    target : Target
    indicator : Indicator

    Returns
    -------
    Assessment
        Of a part of the promised time, or of another time, without verdict of met or not met.
    """
    found, time = assess(row, target, indicator), window(row, target)
    if time == "whole" or found.verdict not in (*JUDGED, "too_few"):
        return found
    return Assessment("so_far" if time == "part" else "other_window")


def window(row: Row, target: Target) -> Window:
    """Tell whether an estimate is of the whole time that a target is for, of a part of it, or of another time.

    Examples
    --------
    >>> words = {"wording": {"vi": "-", "en": "-"}, "source": "-", "indicator": "cases", "comparator": "at_most", "value": 3}
    >>> yearly = Target(id="T", unit="count", valid_from="2021-02-09", valid_to="2025-12-31", **words)
    >>> half = {"period_start": pd.Timestamp("2023-01-01"), "period_end": pd.Timestamp("2023-06-30")}
    >>> window(half, yearly), window(half | {"period_end": pd.Timestamp("2023-12-31")}, yearly)
    ('part', 'whole')
    """
    start, end = row["period_start"], row["period_end"]
    if target.per == "term":
        year = pd.Timestamp(target.valid_from.year, 1, 1)
        spans = start in (*firsts(year), pd.Timestamp(target.valid_from))
        last = pd.Timestamp(target.valid_to)
        return "whole" if spans and end in firsts(last) else "part"
    if exposure_years(start, end) < 1:
        return "part"
    return "whole" if is_year((start, end)) else "other"


def records_by_indicator(estimates: pd.DataFrame, names: Collection[str | None]) -> dict[str, Records]:
    """Return the estimates of some indicators as records, by indicator, in the order of the table: read once, not per target.

    Examples
    --------
    >>> estimates = pd.DataFrame({"indicator": ["cases", "victims", "cases"], "value": [3.0, 5.0, 4.0]})
    >>> {name: [row["value"] for row in rows] for name, rows in records_by_indicator(estimates, ["cases"]).items()}
    {'cases': [3.0, 4.0]}
    """
    found: dict[str, Records] = {}
    for row in estimates[estimates["indicator"].isin(list(names))].to_dict("records"):
        found.setdefault(row["indicator"], []).append(row)
    return found


def yearly_records(rows: Records, programme: Programme, target: Target) -> Records:
    """Return one place's estimates of whole years, one record a year, the earliest first.

    Parameters
    ----------
    rows : list of dict
        Estimates of the target's indicator in one place.
    programme : Programme
    target : Target
    """
    kept = [row for row in rows if is_year((row["period_start"], row["period_end"]))]
    return _records(kept, programme, target)


def of_target(records: Mapping[str, Records], target: Target) -> list[Records]:
    """Return the estimates of a target's indicator, place by place, in the places that it binds.

    Raises
    ------
    DeclarationError
        If a target in percent is set on an indicator that is none, or one in counts on one that is.
    """
    places: dict[tuple[str, str], Records] = {}
    for row in records.get(str(target.indicator), []):
        place = row["province_code"], row["scheme"]
        if target.level != "provincial" or place == (target.province_code, target.scheme):
            places.setdefault(place, []).append(row)
    _refuse_other_units([row for rows in places.values() for row in rows], target)
    return list(places.values())


def _rows(
    records: Mapping[str, Records], programme: Programme, target: Target, places: Records
) -> list[dict[str, Any]]:
    """Return the rows of one target: its records, and a row of its own for each place without one."""
    if target.level == "provincial":
        places = [{"province_code": target.province_code, "scheme": target.scheme}]
    rows: list[dict[str, Any]] = []
    if target.is_quantified:
        for own in of_target(records, target):
            judged = [row for row in own if _is_in_force(row, target)]
            rows += [_row(target, record, programme) for record in _records(judged, programme, target)]
    told = {(row["province_code"], row["scheme"]) for row in rows}
    empty = [place for place in places if (place["province_code"], place["scheme"]) not in told]
    status = "not_reported" if target.is_quantified else ""
    return rows + [_row(target, _NOTHING | place | {"status": status}, programme) for place in empty]


_NOTHING: dict[str, Any] = (
    dict.fromkeys(("kind", "place_basis", "source_id", "unit", "flag"), "")
    | dict.fromkeys(("numerator", "denominator", "value", "lower", "upper"), math.nan)
    | dict.fromkeys(("against_numerator", "against_denominator"), math.nan)
    | dict.fromkeys(("period_start", "period_end"), pd.NaT)
)


def _row(target: Target, estimate: dict[Any, Any], programme: Programme) -> dict[str, Any]:
    found = Assessment("unquantified")
    if target.is_quantified:
        is_told = pd.notna(estimate["period_end"])
        indicator = programme.indicators[str(target.indicator)]
        found = hold(estimate, target, indicator) if is_told else Assessment("not_applicable")
    return {name: estimate[name] for name in ESTIMATE if name in estimate} | {
        "target_id": target.id,
        "target_level": target.level,
        "indicator": target.indicator or "",
        "comparator": target.comparator or "",
        "target_value": math.nan if target.value is None else target.value,
        "target_unit": target.unit or "",
        **{name: getattr(found, name) for name in Assessment.__slots__},
    }


def _is_in_force(row: Row, target: Target) -> bool:
    """Tell whether the target was in force in the period of an estimate."""
    first, last = pd.Timestamp(target.valid_from), pd.Timestamp(target.valid_to)
    start, end = row["period_start"], row["period_end"]
    within = exposure_years(start, end) <= 1 or start >= first or window(row, target) == "whole"
    return bool(first <= end <= last and within)


def _records(rows: Records, programme: Programme, target: Target) -> Records:
    """Keep one row per year, and per longer period: the one that comes first by what makes a record."""
    indicator = programme.indicators[str(target.indicator)]
    declared = programme.measures[indicator.numerator].place_basis

    def rank(row: dict[Any, Any]) -> tuple[bool, float, bool, bool]:
        is_calendar = (row["period_start"].month, row["period_start"].day) == (1, 1)
        length = exposure_years(row["period_start"], row["period_end"])
        return not _has_figure(row), -length, row["place_basis"] != declared, not is_calendar

    kept: dict[Any, dict[Any, Any]] = {}
    for row in sorted(rows, key=rank):
        start, end = row["period_start"], row["period_end"]
        kept.setdefault(end.year if exposure_years(start, end) <= 1 else (start, end), row)
    return sorted(kept.values(), key=lambda row: (row["period_end"], row["period_start"]))


def _has_figure(row: dict[Any, Any]) -> bool:
    """Tell whether a row was reported: with a value, hidden, or on a base that gives none."""
    return row["status"] in ("estimated", "suppressed") or bool(
        {"no_base", "small_base"} & set(str(row["flag"]).split(";"))
    )


def _refuse_other_units(rows: Records, target: Target) -> None:
    if any((row["unit"] == "percent") != (target.unit == "percent") for row in rows):
        raise DeclarationError(
            where=f"target {target.id}",
            rule=f"a target in {target.unit} is held against an indicator in the same unit",
            do=f"correct the unit of the target, or the indicator {target.indicator} it names",
        )
