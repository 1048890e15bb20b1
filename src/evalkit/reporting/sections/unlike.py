"""Figures that sources give unlike: whoever shows one of them says what the others give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalkit.facts.areas import Area, ProvinceFacts
from evalkit.facts.findings import CONFIRMED
from evalkit.indicators.sources import differing
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Cell
from evalkit.reporting.sections.shared_words import both, either
from evalkit.reporting.wording import say
from evalkit.table import NATION_SCHEME, totals_only

_KEY = ["measure", "period_start", "period_end"]


class Unlike:
    """The totals of an area that two sources give unlike.

    Parameters
    ----------
    area : Area
    """

    def __init__(self, area: Area) -> None:
        self._programme = area.programme
        rows = differing(totals_only(area.facts), area.programme)
        self._known: dict[tuple[Any, ...], list[tuple[str, tuple[float, ...]]]] = {}
        for *key, basis, figures in rows[[*_KEY, "place_basis", "figures"]].itertuples(
            index=False, name=None
        ):
            self._known.setdefault(tuple(key), []).append((basis, figures))

        self._confirmed = {
            (*finding.where.split(" "), finding.do): area.sources[finding.do].confirmed
            for finding in area.findings
            if finding.rule == CONFIRMED and (finding.province_code, finding.scheme) == _place_of(area)
        }

    def beside(self, cell: Cell, row: Mapping[Any, Any]) -> Cell:
        """Return the cell of a fact, and after its figure what contradicts it: other sources, or its own."""
        return self._against_itself(self._of_others(cell, row), row)

    def against_itself(self, measures: list[str], row: Mapping[Any, Any]) -> Bilingual | None:
        """Return why a source stands by figures of these measures that contradict its others; None where none do."""
        days = [f"{row[name]:%Y-%m-%d}" for name in ("period_start", "period_end")]
        source = str(row.get("source_id"))
        found = (self._confirmed.get((measure, *days, source)) for measure in measures)
        return next((both(label) for label in found if label is not None), None)

    def _against_itself(self, cell: Cell, row: Mapping[Any, Any]) -> Cell:
        why = self.against_itself([row["measure"]], row)
        if why is None:
            return cell
        text = say(
            "{count}; the source's own figures contradict each other, and it stands by them: {why}",
            count=cell.text,
            why=why,
        )
        return Cell(text, cell.value)

    def _of_others(self, cell: Cell, row: Mapping[Any, Any]) -> Cell:
        basis = row.get("place_basis")
        known = [figures for of, figures in self._of(row["measure"], row) if basis in (None, of)]
        others = [
            figure
            for figures in known
            if row["value"] in figures
            for figure in figures
            if figure != row["value"]
        ]
        if not others:
            return cell
        text = (
            say("{count}; another source: {other}", count=cell.text, other=either(others))
            if len(others) == 1
            else say("{count}; other sources: {others}", count=cell.text, others=either(others))
        )
        return Cell(text, cell.value)

    def named(self, measures: list[str], row: Mapping[Any, Any]) -> Bilingual | None:
        """Name the measures of an estimate on whose figures sources differ; None where they agree."""
        told = [
            say(
                "{measure}: {figures}",
                measure=both(self._programme.measures[name].label),
                figures=either(figures),
            )
            for name in measures
            for _, figures in self._of(name, row)
        ]
        return formats.listed(told) if told else None

    def _of(self, measure: str, row: Mapping[Any, Any]) -> list[tuple[str, tuple[float, ...]]]:
        """Return the place bases and unlike figures of a measure in the period of a row."""
        return self._known.get((measure, row["period_start"], row["period_end"]), [])


def _place_of(area: Area) -> tuple[str, str]:
    if isinstance(area, ProvinceFacts):
        return area.place.code, area.place.scheme
    return area.about.nation, NATION_SCHEME
