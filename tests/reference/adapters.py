"""Which family is answered where."""

from __future__ import annotations

from tests.reference import (
    count_answers,
    effect_answers,
    province_answers,
    segment_answers,
    share_answers,
    trend_answers,
)
from tests.reference.families import Family

FAMILIES: dict[str, Family] = (
    count_answers.FAMILIES
    | share_answers.FAMILIES
    | trend_answers.FAMILIES
    | segment_answers.FAMILIES
    | province_answers.FAMILIES
    | effect_answers.FAMILIES
)
