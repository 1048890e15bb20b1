"""How close is close enough: the rules of a case's ``tol``.

``rel`` and ``abs`` hold for all numbers (either suffices where both are given); ``apc_abs`` for keys whose name holds
"apc", the longest such name first; ``abs_exact_methods`` for the exact methods; ``"exact"`` for equality.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

DEFAULT = 1e-6  # relative, where a case names no tolerance for a key
EXACT = 1e-9  # relative: the digits a case prints
GROUPS = {"exact_methods": ("exact", "midp", "etest")}


class Leading(list[float]):
    """A list of which a case may name the first items only."""


def agrees(got: Any, wanted: Any, *, key: str, tolerance: Mapping[str, Any]) -> bool:
    """Tell whether an answer is what a case expects; lists and tables are compared item by item."""
    if isinstance(wanted, Mapping):
        return isinstance(got, Mapping) and all(
            name in got and agrees(got[name], value, key=f"{key}.{name}", tolerance=tolerance)
            for name, value in wanted.items()
        )
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        items = list(got) if np.ndim(got) else [got]
        items = items[: len(wanted)] if isinstance(got, Leading) else items
        return len(items) == len(wanted) and all(
            agrees(one, other, key=key, tolerance=tolerance) for one, other in zip(items, wanted, strict=True)
        )
    number = _number(wanted)
    if number is None:
        return bool(got == wanted)
    return _close(got, number, *_for_key(key, tolerance))


def _number(wanted: Any) -> float | None:
    """Read a number; null means not applicable, which the kit says by a missing value."""
    if wanted is None:
        return math.nan
    if isinstance(wanted, str):
        return {"Inf": math.inf, "-Inf": -math.inf, "NaN": math.nan}.get(wanted)
    return float(wanted)


def _close(got: Any, wanted: float, relative: float, absolute: float) -> bool:
    if got is None or math.isnan(got) or math.isnan(wanted):
        return (got is None or math.isnan(got)) and math.isnan(wanted)
    if math.isinf(wanted):
        return bool(got == wanted)
    return bool(abs(got - wanted) <= max(relative * abs(wanted), absolute))


def _for_key(key: str, tolerance: Mapping[str, Any]) -> tuple[float, float]:
    """Return the relative and the absolute room for one key: a named rule before the general one."""
    named = sorted((name for name in tolerance if _is_meant(name, key)), key=len, reverse=True)
    if named:
        value = tolerance[named[0]]
        room = 0.0 if value == "exact" else float(value)
        return (room, 0.0) if "rel" in named[0].split("_") else (0.0, room)
    if tolerance.get("exact") is True:
        return EXACT, 0.0
    if "rel" in tolerance or "abs" in tolerance:
        return float(tolerance.get("rel", 0)), float(tolerance.get("abs", 0))
    return DEFAULT, 0.0


def _is_meant(name: str, key: str) -> bool:
    if name in ("rel", "abs", "exact"):
        return False
    bare = name.removeprefix("abs_").removeprefix("rel_").removesuffix("_abs").removesuffix("_rel")
    return any(part in key for part in GROUPS.get(bare, (bare,)))
