"""Refuse a percentage, rate or average of persons or cases that is declared as a measure: with its base it tells the count, hidden or not.

13 % of 23 persons are 3. An indicator is made from protected counts, and has no value where one of them is hidden.
"""

from __future__ import annotations

import re

from evalkit.errors import DeclarationError, together
from evalkit.messages import worded
from evalkit.programme.models import Measure, Programme
from evalkit.programme.references import Files, place_of

_OF_UNIT = re.compile(
    r"[%‰]|\b(percent(age)?s?|per cent|phần trăm|phần nghìn|rates?|ratios?|shares?|tỷ lệ|tỉ lệ|tỷ suất|tỉ suất)\b"
    r"|\b(per|trên|/) ?(1 ?[.,]?000|100)\b",
    re.IGNORECASE,
)
_OF_ID = re.compile(r"percent|pct|phan_tram|ty_le|ti_le|ty_suat|(^|_)rate(_|$)", re.IGNORECASE)
_OF_LABEL = re.compile(
    r"(percentage|per cent|percent|share|rate|tỷ lệ|tỉ lệ|tỷ suất|tỉ suất)\b", re.IGNORECASE
)
_AVERAGE = re.compile(r"(mean|average|bình quân|trung bình|số .* (bình quân|trung bình))\b", re.IGNORECASE)


def refuse_rates(programme: Programme, files: Files) -> None:
    """Refuse measures that are a percentage, rate or average, but of what tells of nobody.

    Raises
    ------
    DeclarationError
        For one without ``of``, or of a measure of persons or cases.
    """
    faults = [
        DeclarationError(
            where=place_of(files["measures"], ("measure", name, "unit")),
            rule=worded(
                "a percentage, rate or average of persons or cases is no measure: with its base it tells the count, hidden or not"
            ),
            do=worded(
                'report the counts as measures and declare an indicator of them, of kind "proportion", "rate" or "mean"; a percentage of anything else names in of the measure, of class "activity", that it stands on'
            ),
        )
        for name, measure in programme.measures.items()
        if _is_rate(measure, programme) and not _tells_of_nobody(measure, programme)
    ]
    if faults:
        raise together(faults)


def _is_rate(measure: Measure, programme: Programme) -> bool:
    """Tell whether the unit says so, or the label; figures with decimals are no counts of persons or cases."""
    counted = {one.unit for one in programme.measures.values() if one.disclosure != "activity"}
    labels = [*measure.label.root.values()]
    return (
        _OF_ID.search(measure.unit) is not None
        or any(_OF_UNIT.search(text) for text in programme.units[measure.unit].label.root.values())
        or any(_OF_LABEL.match(text) for text in labels)
        or (not measure.whole and (measure.unit in counted or any(_AVERAGE.match(text) for text in labels)))
    )


def _tells_of_nobody(measure: Measure, programme: Programme) -> bool:
    return measure.of is not None and programme.measures[measure.of].disclosure == "activity"
