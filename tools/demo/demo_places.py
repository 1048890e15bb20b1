"""The invented country: its forty units and their merger into thirty-four. No place here exists.

Forty units to 31 December 2023 (scheme ``d40``), thirty-four from 1 January 2024 (scheme ``d34``). The names were checked
against all provinces, districts and communes of Viet Nam, and none is among them; codes have two digits as everywhere.
What a real country's registry holds is here too: a code that later means another place, a name that moves to another code,
and a unit whose type changes.
"""

from __future__ import annotations

from typing import NamedTuple

OLD, NEW = "d40", "d34"
OLD_ENDS, NEW_STARTS = "2023-12-31", "2024-01-01"
YEARS = range(2011, 2026)
MARK = "số liệu giả định / invented figures"


class OldUnit(NamedTuple):
    """One of the forty units: ``population`` in thousands at the start of 2011, ``neighbour`` "" for none by land."""

    code: str
    name: str
    region: str
    neighbour: str
    population: int
    communes: int


class Merger(NamedTuple):
    """A unit of the newer scheme made of several older ones."""

    code: str
    name: str
    parts: tuple[str, ...]


REGIONS = {
    "R1": ("Cao nguyên Sương Lam", "Suong Lam Highlands"),
    "R2": ("Đồng bằng Nhật Khuê", "Nhat Khue Plain"),
    "R3": ("Duyên hải Mộng Hải", "Mong Hai Coast"),
    "R4": ("Trung du Lục Khê", "Luc Khe Midlands"),
    "R5": ("Thung lũng Huyền Giang", "Huyen Giang Valley"),
    "R6": ("Châu thổ Cúc Giang", "Cuc Giang Delta"),
}

OLD_UNITS = (
    OldUnit("01", "Vọng Nguyệt", "R2", "", 4100, 210),
    OldUnit("02", "Sương Lĩnh", "R1", "Orvania", 720, 150),
    OldUnit("04", "Tuyết Lĩnh", "R1", "Orvania", 510, 120),
    OldUnit("06", "Mộc Lĩnh", "R1", "", 640, 110),
    OldUnit("08", "Bạch Vũ", "R1", "Orvania", 580, 105),
    OldUnit("10", "Phượng Khê", "R1", "Orvania", 690, 125),
    OldUnit("11", "Thiên Lĩnh", "R1", "Orvania;Kelmoria", 530, 115),
    OldUnit("12", "Hạc Lĩnh", "R1", "", 470, 95),
    OldUnit("14", "Lạc Vũ", "R2", "", 1120, 130),
    OldUnit("15", "Đan Khê", "R2", "", 980, 120),
    OldUnit("17", "Phúc Khuê", "R2", "", 1510, 140),
    OldUnit("19", "Yên Nguyệt", "R2", "", 1260, 135),
    OldUnit("20", "Thuận Khê", "R2", "", 1340, 145),
    OldUnit("22", "Hưng Nguyệt", "R2", "", 870, 100),
    OldUnit("24", "Hải Khuê", "R3", "", 1650, 160),
    OldUnit("25", "Hải Tuyết", "R3", "", 1180, 130),
    OldUnit("27", "Vọng Hải", "R3", "", 1420, 150),
    OldUnit("30", "Ngự Hải", "R3", "", 940, 110),
    OldUnit("31", "Uyên Hải", "R3", "", 760, 90),
    OldUnit("33", "Sa Nguyệt", "R3", "", 590, 80),
    OldUnit("34", "Hải Sương", "R3", "", 1030, 115),
    OldUnit("36", "Diệp Khê", "R4", "Kelmoria", 880, 130),
    OldUnit("38", "Trúc Lĩnh", "R4", "Kelmoria", 610, 100),
    OldUnit("40", "Lục Vân", "R4", "Kelmoria", 740, 110),
    OldUnit("42", "Quế Vũ", "R4", "", 820, 105),
    OldUnit("44", "Tường Khê", "R4", "", 690, 95),
    OldUnit("46", "Đằng Vũ", "R4", "", 560, 85),
    OldUnit("48", "Nhạn Lĩnh", "R4", "Kelmoria", 500, 80),
    OldUnit("51", "Huyền Khê", "R5", "Kelmoria", 910, 125),
    OldUnit("52", "Ngân Vũ", "R5", "Kelmoria", 670, 100),
    OldUnit("54", "Tịnh Lĩnh", "R5", "Kelmoria", 550, 90),
    OldUnit("56", "Đức Nguyệt", "R5", "", 780, 95),
    OldUnit("58", "Nghi Khê", "R5", "", 830, 100),
    OldUnit("60", "Kỳ Nguyệt", "R5", "", 620, 85),
    OldUnit("62", "Ân Nguyệt", "R6", "", 1240, 120),
    OldUnit("64", "Bình Sương", "R6", "", 1060, 110),
    OldUnit("66", "Cát Vũ", "R6", "", 730, 85),
    OldUnit("68", "Long Nguyệt", "R6", "", 990, 105),
    OldUnit("70", "Ninh Khuê", "R6", "", 650, 80),
    OldUnit("72", "Phú Sương", "R6", "", 1370, 125),
)

# Code 06 was Mộc Lĩnh and became Tường Vũ; the name Hải Sương moved from code 34 to code 33.
MERGERS = (
    Merger("04", "Tuyết Lĩnh", ("04", "06")),
    Merger("06", "Tường Vũ", ("44", "46")),
    Merger("14", "Đan Lạc", ("14", "15")),
    Merger("33", "Hải Sương", ("31", "33", "34")),
    Merger("68", "Long Nguyệt", ("66", "68")),
)

CAPITAL = "01"
RAISED, RAISED_ON, DAY_BEFORE = "24", "2025-04-01", "2025-03-31"


def new_code_of(old_code: str) -> str:
    """Return the code that a unit of the older scheme belongs to in the newer one.

    Examples
    --------
    >>> new_code_of("46"), new_code_of("02")
    ('06', '02')
    """
    return next((merger.code for merger in MERGERS if old_code in merger.parts), old_code)
