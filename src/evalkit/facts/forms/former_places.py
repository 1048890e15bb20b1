"""Names of former places: "Gia Lai (cũ)", and the provinces that were divided before today's boundary sets began."""

from __future__ import annotations

import re

from evalkit.facts.forms.figures import Held
from evalkit.messages import worded
from evalkit.places.place_names import read_spelling
from evalkit.places.registry import Registry

_BESIDE = re.compile(
    r"\s*[(\[–-]?\s*\b(?:(?P<before>cũ|cu|trước đây|trước (?:khi )?(?:sáp nhập|hợp nhất|chia tách)|former|old)"
    r"|(?P<after>mới|moi|sau (?:khi )?(?:sáp nhập|hợp nhất)|new))\s*[)\]]?$",
    re.IGNORECASE,
)
_DIVIDED = {
    "Hà Bắc": "Bắc Giang, Bắc Ninh",
    "Vĩnh Phú": "Vĩnh Phúc, Phú Thọ",
    "Nam Hà": "Hà Nam, Nam Định",
    "Hà Nam Ninh": "Hà Nam, Nam Định, Ninh Bình",
    "Hải Hưng": "Hải Dương, Hưng Yên",
    "Hà Sơn Bình": "Hà Tây, Hòa Bình",
    "Hoàng Liên Sơn": "Lào Cai, Yên Bái, Sơn La",
    "Hà Tuyên": "Hà Giang, Tuyên Quang",
    "Bắc Thái": "Bắc Kạn, Thái Nguyên",
    "Cao Lạng": "Cao Bằng, Lạng Sơn",
    "Nghệ Tĩnh": "Nghệ An, Hà Tĩnh",
    "Bình Trị Thiên": "Quảng Bình, Quảng Trị, Thừa Thiên Huế",
    "Quảng Nam - Đà Nẵng": "Quảng Nam, Đà Nẵng",
    "Nghĩa Bình": "Quảng Ngãi, Bình Định",
    "Phú Khánh": "Phú Yên, Khánh Hòa",
    "Thuận Hải": "Ninh Thuận, Bình Thuận",
    "Gia Lai - Kon Tum": "Gia Lai, Kon Tum",
    "Sông Bé": "Bình Dương, Bình Phước",
    "Cửu Long": "Vĩnh Long, Trà Vinh",
    "Minh Hải": "Bạc Liêu, Cà Mau",
}
_NATION = "VN"


def without_time(label: str) -> tuple[str, str]:
    """Return a name without the word behind it that says of which time it is, and that time: "before", "after" or nothing.

    Examples
    --------
    >>> without_time("Gia Lai (cũ)"), without_time("Lào Cai (sau sáp nhập)"), without_time("Hà Nội")
    (('Gia Lai', 'before'), ('Lào Cai', 'after'), ('Hà Nội', ''))
    """
    found = _BESIDE.search(label)
    if found is None or not found.start():
        return label, ""
    return label[: found.start()], "before" if found["before"] else "after"


def divided(label: str, registry: Registry) -> Held | None:
    """Return that a label is the name of a province that has been divided since; None for any other."""
    if registry.nation.code != _NATION:
        return None
    kinds = registry.nation.unit_type
    asked = read_spelling(label, kinds).bare
    for name, parts in _DIVIDED.items():
        if asked and asked == read_spelling(name, kinds).bare:
            return Held(
                worded("{name} is a former province, divided since into {parts}", name=name, parts=parts),
                worded(
                    "its figures stand for no unit of today: ask the agency for those of {parts}, or leave the row by skip",
                    parts=parts,
                ),
                in_mapping=True,
            )
    return None


def of_a_time(label: str, name: str, code: str, scheme: str, *, same: bool) -> Held:
    """Return that a label names a unit before or after its boundaries changed, with the unit of that time; ``same``: of the table's set."""
    rule = worded(
        "'{label}' says of which boundaries the place is: {name} ({code}) of the boundary set {scheme}",
        label=label,
        name=name,
        code=code,
        scheme=scheme,
    )
    if same:
        return Held(rule, worded("if that one is meant, write its name alone: {name}", name=name))
    do = worded(
        'read the rows of that set in a [[table]] of their own with scheme = "{scheme}", or leave them by skip',
        scheme=scheme,
    )
    return Held(rule, do, in_mapping=True)
