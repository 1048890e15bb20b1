"""What a page is about: the counts followed over time, and the measures that speak of the same topic."""

from __future__ import annotations

from evalkit.programme.models import Programme


def topics(programme: Programme) -> tuple[str, ...]:
    """Return the counts that name a topic: those compared between periods or followed over time.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> topics(load_programme("vn-trafficking"))
    ('cases', 'victims_identified')
    """
    return tuple(
        name
        for name, item in programme.indicators.items()
        if item.kind == "count" and (item.compare_periods or item.trend)
    )


def measures_of_topic(indicator: str, programme: Programme) -> tuple[str, ...]:
    """Return the measures that speak of the topic of a count, its own in front, then those of its unit.

    They belong to the same line of work and count the same unit, or persons, on the place basis of the count.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> names = measures_of_topic("cases", load_programme("vn-trafficking"))
    >>> names[:2], "victims_in_cases" in names, "crime_reports_received" in names
    (('cases_recorded', 'cases_handled'), True, False)
    """
    own = programme.indicators[indicator].numerator
    head = programme.measures[own]
    found = [
        name
        for name, item in programme.measures.items()
        if (item.strand, item.place_basis) == (head.strand, head.place_basis)
        and item.additive
        and item.time_basis == "flow"
        and (item.unit == head.unit or item.disclosure == "person")
    ]
    return tuple(sorted(found, key=lambda name: (name != own, programme.measures[name].unit != head.unit)))
