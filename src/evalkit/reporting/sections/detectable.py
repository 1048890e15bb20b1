"""What a comparison of two periods could have shown at all: how years scatter, and the smallest fall that would be found."""

from __future__ import annotations

import math

from evalkit.facts.areas import Area
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Cell, Column, Table
from evalkit.reporting.sections.compared import Compared
from evalkit.reporting.sections.comparison_words import says_dispersed
from evalkit.reporting.sections.shared_words import NOTHING, both, span
from evalkit.reporting.wording import say


def detectable_table(items: list[Compared], area: Area) -> list[Table]:
    """Return a table of what each comparison could show; none where no comparison tells."""
    rows = tuple(
        _row(item, area) for item in items if item.under_law is not None or says_dispersed(item.result)
    )
    if not rows:
        return []
    columns = (
        Column("comparison", say("Comparison")),
        Column("scatter", say("Variance of years, times that of pure chance"), numeric=True),
        Column("fall", say("Smallest fall found in four of five such comparisons"), numeric=True),
    )
    return [Table("detectable-table", say("What the comparisons could show"), columns, rows)]


def _row(item: Compared, area: Area) -> tuple[Cell, ...]:
    name = say(
        "{indicator}, {early} to {late}",
        indicator=both(area.programme.indicators[item.indicator].label),
        early=span(item.earlier.start, item.earlier.end),
        late=span(item.later.start, item.later.end),
    )
    law = item.under_law
    if law is None:
        return Cell(name), Cell(NOTHING), Cell(_fall(item.result.minimum_detectable_fall))
    factor = Cell(formats.number(law.factor, 1), round(law.factor, 4))
    return Cell(name), factor, Cell(_fall(law.minimum_detectable_fall))


def _fall(fall: float) -> Bilingual:
    if not math.isfinite(fall):
        return say("none, not even one to zero")
    return say("about {fall}", fall=formats.percent(100 * fall, 0))
