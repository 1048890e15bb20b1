"""THE RECIPE: what is done with one province's protected facts, or with the nation's, in the order of its page.

``RECIPE`` lists the steps. :func:`evaluate` takes them all; the report notebook calls the same ones in plain sight. What a step does
stands in :mod:`evalkit.steps`, what it gives in :mod:`evalkit.records`, how that is shown in :mod:`evalkit.reporting.sections`.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from evalkit.facts.areas import Area, NationFacts
from evalkit.records import Evaluation, Record
from evalkit.step_arguments import checked
from evalkit.steps import (
    assess_targets,
    break_down,
    compare_periods,
    compare_provinces,
    compare_with_others,
    estimate_indicators,
    examine_zeros,
    find_gaps,
    fit_trends,
    follow_recommendations,
    methods_used,
    place_bases,
    provinces_side_by_side,
    report_completeness,
    review_support,
    standardise_rates,
    sum_up,
    trace_pathway,
    view_mid_term,
    watch_months,
    weigh_evidence,
)

AREA = "area"


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the recipe: what is given, by which function, of the area or of what earlier lines gave (names parted by spaces).

    ``for_nation`` marks what stands on the national page alone.
    """

    gives: str
    by: Callable[..., Record]
    of: str = AREA
    for_nation: bool = False

    def given(self, known: Container[str]) -> tuple[str, ...]:
        """Return what the line is given: of a province's page, without what stands on the nation's alone."""
        return tuple(name for name in self.of.split() if name in known)


RECIPE = (
    Step("comparisons", compare_periods),
    Step("zeros", examine_zeros),
    Step("place_bases", place_bases),
    Step("breakdowns", break_down),
    Step("indicators", estimate_indicators),
    Step("assessments", assess_targets, "indicators"),
    Step("mid_term", view_mid_term, "indicators"),
    Step("pathway", trace_pathway),
    Step("support", review_support, "indicators"),
    Step("gaps", find_gaps, "indicators support"),
    Step("follow_up", follow_recommendations, "indicators"),
    Step("evidence", weigh_evidence, "indicators"),
    Step("trends", fit_trends),
    Step("months", watch_months),
    Step("standardised", standardise_rates),
    Step("side_by_side", provinces_side_by_side, for_nation=True),
    Step("compared", compare_provinces, for_nation=True),
    Step("effects", compare_with_others, for_nation=True),
    Step("completeness", report_completeness, "indicators"),
    Step(
        "summary",
        sum_up,
        "comparisons zeros assessments trends completeness indicators pathway support compared",
    ),
    Step("methods", methods_used),
)


def recipe_of(area: Area) -> tuple[Step, ...]:
    """Return the steps of an area's page, in its order: a province's, or the nation's, which are three more."""
    return tuple(line for line in RECIPE if isinstance(area, NationFacts) or not line.for_nation)


@checked
def evaluate(area: Area) -> Evaluation:
    """Evaluate one area from its protected facts: the steps of the report notebook, as one value.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle: ``bundle.provinces["22"]`` or ``bundle.nation()``.

    Returns
    -------
    Evaluation
        What each step gives, by its name. A step that meets an unexpected error gives an empty record with a lapse, the others stand.

    Raises
    ------
    FactsError
        If it is given anything but a place, such as the bundle itself or a code.

    Examples
    --------
    >>> import evalkit as ek
    >>> province = ek.open_bundle().provinces["04"]
    >>> found = ek.evaluate(province)
    >>> found.assessments
    <Assessments of Tuyết Lĩnh (04): frame 47 rows>
    """
    found: dict[str, Any] = {AREA: area}
    for line in recipe_of(area):
        found[line.gives] = line.by(*(found[name] for name in line.given(found)))
    return Evaluation(**found)
