"""The vocabulary of a case's inputs: roles, synonyms, rows in a file or in the case itself (SHAPES.md of the cases)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SYNONYMS = {
    "conf": ("conf", "confidence", "level"),
    "count": ("count", "x", "observed", "O", "counts"),
    "exposure": ("exposure", "t", "n", "pop", "births"),
    **{f"count{side}": (f"count{side}", f"x{side}") for side in (1, 2)},
    **{f"exposure{side}": (f"exposure{side}", f"t{side}", f"n{side}") for side in (1, 2)},
    "expected": ("expected", "E"),
    "observed": ("observed", "O", "count"),
    "per": ("per", "multiplier"),
    "ratio_null": ("ratio_null", "null_ratio"),
    "model": ("model", "law", "method", "algorithm"),
}
COLUMN_SYNONYMS = {
    "time": ("time", "year", "t"),
    "count": ("count", "observed", "O", "x"),
    "observed": ("observed", "count", "O"),
    "expected": ("expected", "E"),
    "exposure": ("exposure", "pop", "population", "births", "n"),
}
ROLES = (
    *(
        "unit",
        "area",
        "stratum",
        "time",
        "month",
        "count",
        "exposure",
        "expected",
        "observed",
        "value",
        "rate",
    ),
    *("se", "standard", "step", "later", "earlier", "later_exposure", "earlier_exposure", "first_treated"),
    *("x1", "t1", "x2", "t2"),
)
ALTERNATIVES = {"larger": "greater", "smaller": "less"}
_NEEDED = object()


class Inputs(dict[str, Any]):
    """A case's inputs, and the folder of its data files."""

    def __init__(self, values: dict[str, Any], data: Path) -> None:
        super().__init__(values)
        self.data = data

    def take(self, name: str, default: Any = _NEEDED) -> Any:
        """Return an input by its usual name or one of its synonyms, else the column of that role, else the default."""
        for also in SYNONYMS.get(name, (name,)):
            given = self.get(also)
            if given is not None and not (isinstance(given, str) and name in ROLES):
                return given
        if self.has_rows and name in (rows := self.rows()):
            return rows[name].tolist()
        if default is _NEEDED:
            raise KeyError(name)
        return default

    def word(self, name: str, default: str = "") -> str:
        """Return an input that is a word, in small letters."""
        return str(self.take(name, default)).lower()

    @property
    def level(self) -> Any:
        """The two-sided confidence level: a fraction, or one for each row."""
        given = self.take("conf", 0.95)
        return np.array([_fraction(one) for one in given]) if np.ndim(given) else _fraction(given)

    @property
    def alternative(self) -> str:
        """``two-sided``, ``greater`` or ``less``."""
        given = self.word("alternative", "two-sided")
        return ALTERNATIVES.get(given, given)

    @property
    def has_rows(self) -> bool:
        """Whether rows stand in the case or in a file."""
        table = self.get("table")
        return "data" in self or (isinstance(table, list) and bool(table) and isinstance(table[0], dict))

    def rows(self) -> pd.DataFrame:
        """Return the rows asked for, with a column for each role that they hold; plain lists are columns."""
        if not self.has_rows:
            lists = {role: given for role in ROLES if np.ndim(given := self.take(role, 0.0)) == 1}
            return pd.DataFrame(lists)
        table = json.dumps(self.get("table"), default=str) if "data" not in self else ""
        return self.with_roles(self._kept(_read(self.data / self.get("data", ""), table)))

    def with_roles(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add to rows a column for each role."""
        found = {role: frame[name] for role in ROLES if (name := self._column(role, frame)) is not None}
        return frame.assign(**found)

    def by_row(self, *names: str) -> list[Inputs] | None:
        """Return an Inputs for each row where one of these inputs or the level is a list, else None."""
        given = {name: self.take(name) for name in names if self.take(name, None) is not None}
        level = self.level
        if isinstance(level, np.ndarray):
            given["conf"] = level.tolist()
        many = {len(value) for value in given.values() if isinstance(value, list)}
        if not many:
            return None
        (length,) = many
        wide = {name: value if isinstance(value, list) else [value] * length for name, value in given.items()}
        rest = {name: value for name, value in self.items() if name not in _all_names(*given)}
        return [
            Inputs(rest | {name: value[row] for name, value in wide.items()}, self.data)
            for row in range(length)
        ]

    def _kept(self, frame: pd.DataFrame) -> pd.DataFrame:
        where = dict(self.get("where") or {})
        if "sex" in self:
            where["sex"] = self["sex"]
        for column, value in where.items():
            frame = frame[frame[column].isin([value])]
        return frame.reset_index(drop=True)

    def _column(self, role: str, frame: pd.DataFrame) -> str | None:
        named = (self.get("columns") or {}).get(role)
        if named is not None:
            return str(named) if named in frame.columns else None
        told = [self[also] for also in SYNONYMS.get(role, (role,)) if isinstance(self.get(also), str)]
        if told and told[0] in frame.columns:
            return str(told[0])
        known = (role,) if "columns" in self and role != "time" else COLUMN_SYNONYMS.get(role, (role,))
        return next((name for name in known if name in frame.columns), None)


def _all_names(*names: str) -> set[str]:
    return {also for name in names for also in SYNONYMS.get(name, (name,))}


def _fraction(level: Any) -> float:
    """Read 0.95, "95%" or 95."""
    text = str(level).strip()
    number = float(text.rstrip("%"))
    return number / 100 if text.endswith("%") or number > 1 else number


@cache
def _read(file: Path, table: str) -> pd.DataFrame:
    return pd.DataFrame(json.loads(table)) if table and table != "null" else pd.read_csv(file)
