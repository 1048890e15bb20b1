"""What is new since the edition released before: which figures, and the facts as they were then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from evalkit.table import totals_only


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure that is new since the last edition, or revised: then ``before`` is what that edition told. Days as YYYY-MM-DD."""

    province_code: str
    scheme: str
    place_basis: str
    period_start: str
    period_end: str
    measure: str
    source_id: str
    before: float | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """What names the figure: place, basis, days, measure, source."""
        return (
            self.province_code,
            self.scheme,
            self.place_basis,
            self.period_start,
            self.period_end,
            self.measure,
            self.source_id,
        )


@dataclass(frozen=True, slots=True)
class Since:
    """The edition released before, its name and day, and the totals that are new or revised since."""

    edition: str
    date: str
    changed: tuple[Changed, ...] = ()

    def of(self, code: str, scheme: str) -> Since | None:
        """Return the same for one place; nothing where nothing changed there, so that its page stays what it was."""
        mine = tuple(one for one in self.changed if (one.province_code, one.scheme) == (code, scheme))
        return Since(self.edition, self.date, mine) if mine else None

    @classmethod
    def read(cls, item: dict[str, Any]) -> Since | None:
        """Return what was written as JSON; nothing where there was no edition before."""
        if not item:
            return None
        return cls(item["edition"], item["date"], tuple(Changed(*row) for row in item["changed"]))


def facts_before(facts: pd.DataFrame, since: Since) -> pd.DataFrame:
    """Return one area's facts as the last edition told them: without what is new, and with the old value of what is revised.

    Parameters
    ----------
    facts : DataFrame
        The area's rows.
    since : Since
        Of the same area (:meth:`Since.of`). Breakdowns stay as they are.

    Examples
    --------
    >>> row = {"province_code": "01", "scheme": "x", "place_basis": "occurrence", "measure": "cases", "source_id": "s", "status": "reported"}
    >>> facts = pd.DataFrame([row | {"period_end": "2023-12-31", "value": 7.0}, row | {"period_end": "2024-12-31", "value": 4.0}])
    >>> facts = facts.assign(period_start=["2023-01-01", "2024-01-01"]).astype({"period_start": "M8[us]", "period_end": "M8[us]"})
    >>> named = ("01", "x", "occurrence", "2023-01-01", "2023-12-31", "cases", "s")
    >>> later = ("01", "x", "occurrence", "2024-01-01", "2024-12-31", "cases", "s")
    >>> facts_before(facts, Since("first", "2024-03-01", (Changed(*named, before=6.0), Changed(*later))))["value"].tolist()
    [6.0]
    """
    changed = {one.named[2:]: one.before for one in since.changed}
    totals = totals_only(facts)
    names = pd.Series(_names(totals), index=totals.index, dtype=object)
    hit = names[names.isin(list(changed))]
    before = hit.map(changed).astype(float)
    old = facts.copy()
    old.loc[before.index, "value"] = before
    status = before.eq(0).map({True: "zero_reported", False: "reported"})
    old.loc[before.index, "status"] = status.where(old.loc[before.index, "status"] != "derived", "derived")
    return old.drop(index=before.index[before.isna()]).reset_index(drop=True)


def _names(totals: pd.DataFrame) -> list[tuple[str, ...]]:
    days = (totals[name].dt.strftime("%Y-%m-%d") for name in ("period_start", "period_end"))
    return list(zip(totals["place_basis"], *days, totals["measure"], totals["source_id"], strict=True))
