"""The pairs of programme periods that could be compared, and their figure."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.facts.laws_of_area import law_of
from evalkit.indicators.period_totals import PeriodTotal
from evalkit.records import Comparisons
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Figure
from evalkit.reporting.brief.followed_counts import drawn_over_time
from evalkit.reporting.drawn_figures import draw_both, period_comparison
from evalkit.reporting.sections.shared_words import both, counted, lasting_beside_mean, span
from evalkit.reporting.wording import say
from evalkit.statistics.law.law_comparison import LawComparison
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_mean import mean_limits
from evalkit.statistics.results import RateComparison
from evalkit.statistics.verdicts import ChangeVerdict


@dataclass(frozen=True, slots=True)
class Compared:
    """Two successive periods that could be compared.

    ``under_law`` is the result under the law of scatter, None where that is not known; ``result`` the exact one.
    """

    indicator: str
    earlier: PeriodTotal
    later: PeriodTotal
    result: RateComparison
    under_law: LawComparison | None
    verdict: ChangeVerdict

    @property
    def p(self) -> float:
        """The p that belongs to the interval printed."""
        return self.result.p_central if self.under_law is None else self.under_law.p


def compared(result: Comparisons) -> list[Compared]:
    """Return the pairs of periods that could be compared; the others have a reason instead of a number."""
    return [
        Compared(item.indicator, item.earlier, item.later, item.result, item.under_law, item.verdict)
        for item in result.items
        if isinstance(item.result, RateComparison) and item.earlier is not None and item.later is not None
    ]


def comparison_figures(items: list[Compared], area: Area) -> list[Figure]:
    """Draw one figure for each indicator compared: the number a year by period, with exact intervals."""
    names = list(dict.fromkeys(item.indicator for item in items))
    return [_figure([item for item in items if item.indicator == name], area) for name in names]


def _figure(items: list[Compared], area: Area) -> Figure:
    indicator = area.programme.indicators[items[0].indicator]
    totals = [items[0].earlier, *(item.later for item in items)]
    law = law_of(area, items[0].indicator)
    windows = pd.DataFrame([_window(total, law) for total in totals])
    title = say("{indicator}: number a year with its 95% interval", indicator=both(indicator.label))
    drawing = draw_both(
        period_comparison,
        windows,
        title=title,
        unit=both(area.programme.units[area.programme.measures[indicator.numerator].unit].label),
        invented=area.about.invented,
    )
    lines = [_window_words(total, indicator.numerator, area, law) for total in totals]
    alt = say("{title}. {lines}.", title=title, lines=formats.listed(lines))
    caption = _limits_caption(both(indicator.label), law)
    repeated = drawn_over_time(items[0].indicator, area.programme)
    return Figure(f"periods-{indicator.id.lower()}", drawing, alt, caption, unless=repeated)


def _limits_caption(indicator: Bilingual, law: ScatterLaw | None) -> Bilingual:
    """Say what is drawn, and what its intervals stand on."""
    if law is not None and law.is_known:
        return say(
            "Number a year by programme period, with 95% intervals allowing for extra variation between years: {indicator}",
            indicator=indicator,
        )
    return say(
        "Number a year by programme period, with exact (Garwood) intervals, if yearly counts vary by chance alone: {indicator}",
        indicator=indicator,
    )


def _window(total: PeriodTotal, law: ScatterLaw | None) -> dict[str, object]:
    lower, upper = yearly_limits(total, law)
    return {
        "label": span(total.start, total.end),
        "count": float(total.count),
        "years": float(total.years),
        "rate": total.count / total.years,
        "lower": lower,
        "upper": upper,
        "note": None,
    }


def yearly_limits(total: PeriodTotal, law: ScatterLaw | None = None) -> tuple[float, float]:
    """Return the limits of a period's number a year: exact (Garwood) ones, or under a law of scatter."""
    return mean_limits(total.count, total.years, law)


def _window_words(total: PeriodTotal, measure: str, area: Area, law: ScatterLaw | None) -> Bilingual:
    lower, upper = yearly_limits(total, law)
    return say(
        "{period}: {count} in {years}, {low} to {high} a year",
        period=span(total.start, total.end),
        count=counted(total.count, measure, area.programme),
        years=lasting_beside_mean(total.count, total.years),
        low=formats.number(lower, 1),
        high=formats.number(upper, 1),
    )
