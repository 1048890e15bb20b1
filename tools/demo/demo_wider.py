"""What the invented country's wider form asks for, from 2021: prevention, inspections, the way of victims, money, reporting.

Drawn from a stream of its own, beside the figures of :mod:`tools.demo.demo_figures`, which stay as they are. Parts agree with
their totals; work carried over lifts some totals above their base; whoever is not supported is drawn from all those identified.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tools.demo.demo_figures import binomial, draw_unit, poisson
from tools.demo.demo_law import Figure, new_law
from tools.demo.demo_places import OLD_UNITS, YEARS, OldUnit

WIDER_YEARS = range(2021, 2026)
DIMENSIONS = (
    *("sex", "age_group", "ethnicity", "form", "route"),
    *("article", "channel", "support", "person_class"),
)
HALF_YEAR = "07-01"  # the first day of the new law, in 2025
LAW_YEAR = 2025
CHANNELS = {"self_report": 0.3, "rescue": 0.2, "handover": 0.35, "discovered": 0.25}
FORMS = {"labour": 0.35, "sexual": 0.3}


def draw_wider(seed: int) -> pd.DataFrame:
    """Draw the wider form's figures of every older unit and year.

    Parameters
    ----------
    seed : int
        The country's; each unit has a further stream of its own from it.

    Returns
    -------
    DataFrame
        code, year, measure, value, ``start`` (month and day on which the period begins), and one column per dimension,
        "all" for the total.

    Examples
    --------
    >>> wider = draw_wider(1)
    >>> int(wider["year"].min()), bool((wider["value"] < 0).any())
    (2021, False)
    """
    rows = []
    for place in OLD_UNITS:
        told, rng = draw_unit(place, seed=seed), np.random.default_rng([seed, int(place.code), 2])
        for year in WIDER_YEARS:
            known = {key: values[year - YEARS[0]] for key, values in told.items()}
            for start, (measure, value, part) in _year(rng, place, known, year):
                figure = {
                    "code": place.code,
                    "year": year,
                    "measure": measure,
                    "value": value,
                    "start": start,
                }
                rows.append(figure | dict.fromkeys(DIMENSIONS, "all") | part)
    return pd.DataFrame(rows)


def _year(
    rng: np.random.Generator, place: OldUnit, known: dict[tuple[str, str], int], year: int
) -> Iterator[tuple[str, Figure]]:
    totals = {measure: value for (measure, sex), value in known.items() if sex == "all"}
    for part in (_prevention, _inspections, _justice, _reception, _reintegration, _governance):
        yield from (("01-01", figure) for figure in part(rng, place, totals, year))
    yield from (
        ("01-01", figure) for figure in _who(rng, place, totals, known["victims_identified", "female"])
    )
    if year == LAW_YEAR:
        yield from ((HALF_YEAR, figure) for figure in new_law(rng, place, totals))


def _prevention(
    rng: np.random.Generator, place: OldUnit, totals: dict[str, int], year: int
) -> Iterator[Figure]:
    sessions = totals["communication_sessions"]
    people = place.population * (1000 + 8 * (year - 2011))
    minority = 0.45 if place.region == "R1" else 0.12
    in_post = 6 + place.communes // 4
    yield "communication_attendances", sessions * 30 + poisson(rng, 40.0), {}
    yield "broadcast_minutes", 60 * (10 + poisson(rng, 12.0)), {}
    yield "sessions_minority_communes", binomial(rng, sessions, minority * (0.6 + 0.6 * rng.random())), {}
    yield "population_minority_communes", round(people * minority), {}
    yield "population_average", round(people * 0.503), {"sex": "female"}
    yield "population_average", round(people * 0.497), {"sex": "male"}
    yield "population_average", round(people * 0.28), {"age_group": "child"}
    yield "population_average", round(people * 0.72), {"age_group": "adult"}
    yield "citizen_reports", poisson(rng, 4 + 1.1 ** (year - 2021) * totals["crime_reports_received"]), {}
    yield "staff_in_post", in_post, {}
    yield "staff_trained", binomial(rng, in_post, min(0.95, 0.5 + 0.1 * (year - 2020))), {}


def _inspections(
    rng: np.random.Generator, place: OldUnit, totals: dict[str, int], year: int
) -> Iterator[Figure]:
    visits, on_register = totals["inspection_visits"], 80 + place.communes // 2
    repeated = binomial(rng, visits, 0.25)
    inspected = min(on_register, visits - repeated)
    yield "establishments_registered", on_register, {}
    yield "establishments_inspected", inspected, {}
    yield "repeat_visits", repeated, {}
    in_violation = binomial(rng, inspected, 0.22)
    yield "establishments_in_violation", in_violation, {}
    yield "inspection_fines", 4 * in_violation + poisson(rng, 3.0), {}
    screened = poisson(rng, 0.4 if year < 2024 else 1.0)
    yield "suspected_victims_screened", screened, {}
    yield "victims_found_by_inspection", binomial(rng, screened, 0.4), {}
    yield from _firms(rng, "export_firms", 2 + place.population // 250, year, "sanctioned")
    yield "export_licences_revoked", poisson(rng, 0.1), {}
    yield from _firms(rng, "foreign_employers", 5 + place.population // 40, year, "in_violation")


def _firms(rng: np.random.Generator, kind: str, registered: int, year: int, outcome: str) -> Iterator[Figure]:
    inspected = binomial(rng, registered, 0.25 if year < 2024 else 0.4)
    yield f"{kind}_registered", registered, {}
    yield f"{kind}_inspected", inspected, {}
    yield f"{kind}_{outcome}", binomial(rng, inspected, 0.15), {}


def _justice(rng: np.random.Generator, place: OldUnit, totals: dict[str, int], year: int) -> Iterator[Figure]:
    cases, instituted = totals["cases_recorded"], totals["cases_instituted"]
    of_persons = binomial(rng, cases, 0.7)
    yield "cases_recorded", of_persons, {"article": "150"}
    yield "cases_recorded", cases - of_persons, {"article": "151"}
    yield "cases_handled", cases + poisson(rng, 0.6 * cases + 0.3), {}
    yield "accused_instituted", instituted + poisson(rng, 0.7 * instituted), {}
    slow = 1.0 + 0.02 * (len(place.neighbour) > 0) - 0.03 * (year - 2021)
    for measure, usual, files in (
        ("days_report_to_institution", 18, instituted),
        ("days_institution_to_conclusion", 95, totals["cases_concluded"]),
        ("days_acceptance_to_trial", 52, totals["cases_tried"]),
    ):
        if files:  # no files, no median
            yield measure, round(usual * slow * (0.8 + 0.4 * rng.random())), {}


def _reception(
    rng: np.random.Generator, place: OldUnit, totals: dict[str, int], year: int
) -> Iterator[Figure]:
    received, identified = totals["persons_received"], totals["victims_identified"]
    for channel, share in CHANNELS.items():
        yield "persons_received", binomial(rng, received, share), {"channel": channel}
    not_victims = poisson(rng, 0.2 * received)
    yield "persons_verified", identified + not_victims, {}
    yield "persons_not_victims", not_victims, {}
    yield "persons_in_process", poisson(rng, 0.15 * received + 0.1), {}
    waiting = binomial(rng, received, 0.6)
    yield "persons_waiting", waiting, {}
    yield "waiting_days", sum(3 + poisson(rng, 9.0 if year < 2024 else 6.0) for _ in range(waiting)), {}
    met = binomial(rng, waiting, 0.55 if year < 2024 else 0.85)
    yield "waiting_costs_met", met, {}
    yield "waiting_spending", 2 * met, {}
    yield "victims_offered_support", max(totals["victims_supported"], binomial(rng, identified, 0.98)), {}
    yield "victims_identified_police", max(0, identified + poisson(rng, 0.3) - poisson(rng, 0.4)), {}
    calls = poisson(rng, 3 + place.population / 100)
    referred = binomial(rng, calls, 0.1)
    yield "hotline_calls", calls, {}
    yield "hotline_referrals", referred + poisson(rng, 0.5 * referred), {}
    yield "hotline_persons_referred", referred, {}
    yield "hotline_persons_helped", binomial(rng, referred, 0.75), {}


def _reintegration(
    rng: np.random.Generator, place: OldUnit, totals: dict[str, int], year: int
) -> Iterator[Figure]:
    followed = binomial(rng, totals["victims_identified"] + poisson(rng, 1.5), 0.8)
    longer = binomial(rng, followed + poisson(rng, 1.0), 0.8)
    yield "victims_followed_6_months", followed, {}
    yield "victims_reintegrated_6_months", binomial(rng, followed, 0.55 if year < 2024 else 0.65), {}
    yield "victims_followed_12_months", longer, {}
    yield "victims_reintegrated_12_months", binomial(rng, longer, 0.6), {}
    yield "victims_retrafficked", binomial(rng, longer, 0.03), {}
    returned = 20 + poisson(rng, place.population / 20)
    yield "returnees_registered", returned, {}
    yield "returnees_screened", binomial(rng, returned, 0.35 if year < 2024 else 0.6), {}


def _governance(
    rng: np.random.Generator, place: OldUnit, totals: dict[str, int], year: int
) -> Iterator[Figure]:
    allocated = 300 + 4 * place.communes + 20 * (year - 2021)
    yield "budget_allocated", allocated, {}
    yield "budget_spent", round(allocated * (0.75 + 0.35 * rng.random())), {}
    yield "budget_local", round(allocated * (0.4 + 0.3 * rng.random())), {}
    yield "support_spending", 6 * totals["victims_supported"] + poisson(rng, 8.0), {}
    yield "agencies_required", 12, {}
    yield "agencies_on_time", binomial(rng, 12, 0.85), {}
    yield "directives_issued", poisson(rng, 2.5), {}


def _who(rng: np.random.Generator, place: OldUnit, totals: dict[str, int], women: int) -> Iterator[Figure]:
    """Tell who was identified, and who of them was not supported."""
    identified, supported = totals["victims_identified"], totals["victims_supported"]
    minority = binomial(rng, identified, 0.6 if place.region == "R1" else 0.25)
    left = identified
    for form, share in FORMS.items():
        drawn = binomial(rng, left, share)
        left -= drawn
        yield "victims_identified", drawn, {"form": form}
    yield "victims_identified", left, {"form": "unspecified"}
    domestic = binomial(rng, identified, 0.35)
    yield "victims_identified", domestic, {"route": "domestic"}
    yield "victims_identified", identified - domestic, {"route": "transnational"}
    groups = {"sex": ("female", "male", women), "ethnicity": ("minority", "kinh", minority)}
    for dimension, (one, other, members) in groups.items():
        missed = among(rng, identified, members, identified - supported)
        if dimension == "ethnicity":
            yield "victims_identified", members, {dimension: one}
            yield "victims_identified", identified - members, {dimension: other}
        yield "victims_supported", members - missed, {dimension: one}
        yield "victims_supported", supported - (members - missed), {dimension: other}


def among(rng: np.random.Generator, whole: int, members: int, drawn: int) -> int:
    """Draw how many of ``drawn`` persons, taken out of ``whole``, belong to a group of ``members``.

    Examples
    --------
    >>> among(np.random.default_rng(1), 5, 5, 2)
    2
    """
    found = 0
    for taken in range(drawn):
        found += int(rng.random() * (whole - taken) < members - found)
    return found
