"""What happened in the invented country: yearly figures drawn for each of its forty older units.

Small counts that vary more than Poisson's: cases follow a negative binomial whose mean differs from unit to unit, steps down in
some, drifts in others, and falls everywhere while the border is closed. Everything else follows from the cases (suspects,
courts, with work carried over to the next year) or from its own draw (persons received, communication), so that the parts
agree with their totals. Only uniform numbers are drawn, and turned into counts here: that stream is the part of numpy that
stays the same from release to release.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from tools.demo.demo_places import CAPITAL, OLD_UNITS, YEARS, OldUnit

Drawn = dict[tuple[str, str], list[int]]  # (measure, sex) -> one count a year

ALPHA = 0.4  # variance = mean + ALPHA * mean²
CLOSURE = range(2020, 2023)
STEP_YEAR = 2016
STEPS = {"11": 0.3, "38": 0.35}  # from STEP_YEAR on, the mean times this
DRIFTS = {"02": 0.93, "36": 0.90, "51": 1.05}  # the mean times this, each year
SILENT = {"20": range(2017, 2023)}  # no case at all

MEAN_CASES = {
    "01": 12.0, "02": 16.0, "04": 13.0, "06": 6.0, "08": 5.0, "10": 7.0, "11": 20.0, "12": 4.0, "14": 1.5, "15": 2.0,
    "17": 1.2, "19": 2.2, "20": 3.0, "22": 0.6, "24": 4.0, "25": 3.0, "27": 3.0, "30": 2.0, "31": 1.4, "33": 1.1,
    "34": 2.5, "36": 14.0, "38": 5.0, "40": 6.0, "42": 2.0, "44": 4.0, "46": 1.6, "48": 2.8, "51": 11.0, "52": 7.0,
    "54": 5.0, "56": 1.7, "58": 2.4, "60": 1.3, "62": 1.5, "64": 1.1, "66": 0.5, "68": 0.8, "70": 0.3, "72": 0.7,
}  # fmt: skip


def draw_figures(seed: int) -> pd.DataFrame:
    """Draw the figures of every older unit and year.

    Parameters
    ----------
    seed : int
        Each unit has a stream of its own from it, so that a change to one unit moves no other.

    Returns
    -------
    DataFrame
        code, year, measure, sex ("all" for the total), value (a count).

    Examples
    --------
    >>> figures = draw_figures(1)
    >>> sorted(figures["sex"].unique()), len(figures["code"].unique())
    (['all', 'female', 'male'], 40)
    """
    rows = [
        (place.code, year, measure, sex, value)
        for place in OLD_UNITS
        for (measure, sex), values in draw_unit(place, seed=seed).items()
        for year, value in zip(YEARS, values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["code", "year", "measure", "sex", "value"])


def draw_unit(place: OldUnit, *, seed: int) -> Drawn:
    """Draw one unit's fifteen years.

    Examples
    --------
    >>> drawn = draw_unit(OLD_UNITS[0], seed=1)
    >>> all(part <= whole for part, whole in zip(drawn["victims_supported", "all"], drawn["victims_identified", "all"]))
    True
    """
    rng = np.random.default_rng([seed, int(place.code)])
    cases = [negative_binomial(rng, expected_cases(place, year)) for year in YEARS]
    return _police(rng, cases) | _courts(rng, cases) | _victims(rng, place) | _activities(rng, place)


def expected_cases(place: OldUnit, year: int) -> float:
    """Return the mean of the cases drawn for a unit and year.

    Examples
    --------
    >>> thien_linh = next(place for place in OLD_UNITS if place.code == "11")
    >>> [round(expected_cases(thien_linh, year), 2) for year in (2015, 2016, 2020)]
    [20.0, 6.0, 1.8]
    """
    if year in SILENT.get(place.code, ()):
        return 0.0
    step = STEPS.get(place.code, 1.0) if year >= STEP_YEAR else 1.0
    return (
        MEAN_CASES[place.code]
        * step
        * DRIFTS.get(place.code, 1.0) ** (year - YEARS[0])
        * _closure(place, year)
    )


def _closure(place: OldUnit, year: int) -> float:
    if year not in CLOSURE:
        return 1.0
    return 0.3 if place.neighbour else 0.65


def _police(rng: np.random.Generator, cases: list[int]) -> Drawn:
    received = [count + poisson(rng, 1.2 * count + 0.6) for count in cases]
    due, resolved = carried_over(rng, received, share=0.92)
    return {
        ("cases_recorded", "all"): cases,
        ("suspects", "all"): [count + poisson(rng, 0.8 * count) for count in cases],
        ("victims_in_cases", "all"): [count + poisson(rng, 0.6 * count) for count in cases],
        ("crime_reports_received", "all"): received,
        ("crime_reports_classified", "all"): [binomial(rng, count, 0.98) for count in received],
        ("crime_reports_due", "all"): due,
        ("crime_reports_resolved", "all"): resolved,
    }


def _courts(rng: np.random.Generator, cases: list[int]) -> Drawn:
    instituted = [binomial(rng, count, 0.95) for count in cases]
    _, cleared = carried_over(rng, instituted, share=0.85)
    _, concluded = carried_over(rng, cleared, share=0.95)
    _, prosecuted = carried_over(rng, concluded, share=0.93)
    _, accepted = carried_over(rng, prosecuted, share=0.97)
    _, tried = carried_over(rng, accepted, share=0.88)
    stages = zip(
        (
            "cases_instituted",
            "cases_cleared",
            "cases_concluded",
            "cases_prosecuted",
            "cases_accepted",
            "cases_tried",
        ),
        (instituted, cleared, concluded, prosecuted, accepted, tried),
        strict=True,
    )
    return {(measure, "all"): counts for measure, counts in stages}


def _victims(rng: np.random.Generator, place: OldUnit) -> Drawn:
    usual = MEAN_CASES[place.code] * (1.5 if place.neighbour or place.code == CAPITAL else 0.5) + 0.4
    received = [negative_binomial(rng, usual * _closure(place, year)) for year in YEARS]
    identified = [binomial(rng, count, 0.68) for count in received]
    female = [binomial(rng, count, 0.8) for count in identified]
    shares = (0.9 if year < STEP_YEAR else 0.96 for year in YEARS)
    return {
        ("persons_received", "all"): received,
        ("victims_identified", "all"): identified,
        ("victims_identified", "female"): female,
        ("victims_identified", "male"): _difference(identified, female),
        ("victims_supported", "all"): [
            binomial(rng, n, share) for n, share in zip(identified, shares, strict=True)
        ],
    }


def _activities(rng: np.random.Generator, place: OldUnit) -> Drawn:
    open_share = [0.6 if year in CLOSURE else 1.0 for year in YEARS]
    sessions = [round(place.communes * (1 + rng.random()) * share) for share in open_share]
    reach = (min(0.95, 0.55 + 0.03 * n) * share for n, share in enumerate(open_share))
    return {
        ("communication_sessions", "all"): sessions,
        ("leaflets_distributed", "all"): [10 * round(count * (4 + 6 * rng.random())) for count in sessions],
        ("communes_reached", "all"): [binomial(rng, place.communes, share) for share in reach],
        ("communes_total", "all"): [place.communes for _ in YEARS],
        ("inspection_visits", "all"): [round((20 + 100 * rng.random()) * share) for share in open_share],
    }


def carried_over(
    rng: np.random.Generator, inflow: Iterable[int], *, share: float
) -> tuple[list[int], list[int]]:
    """Return what is due each year, with what earlier years left, and how much of it is settled.

    Parameters
    ----------
    rng : Generator
    inflow : iterable of int
        What comes in each year.
    share : float
        The chance that one item due is settled within the year.

    Examples
    --------
    >>> carried_over(np.random.default_rng(1), [3, 0, 2], share=1.0)
    ([3, 0, 2], [3, 0, 2])
    """
    due, settled, left = [], [], 0
    for new in inflow:
        due.append(left + new)
        settled.append(binomial(rng, due[-1], share))
        left = due[-1] - settled[-1]
    return due, settled


def binomial(rng: np.random.Generator, n: int, p: float) -> int:
    """Draw how many of ``n`` succeed.

    Examples
    --------
    >>> binomial(np.random.default_rng(1), 7, 1.0)
    7
    """
    return int((rng.random(n) < p).sum())


def poisson(rng: np.random.Generator, mean: float) -> int:
    """Draw a Poisson count by inversion.

    Examples
    --------
    >>> poisson(np.random.default_rng(1), 0.0)
    0
    """
    level, count, chance = rng.random(), 0, math.exp(-mean)
    while level > chance > 0:
        level -= chance
        count += 1
        chance *= mean / count
    return count


def negative_binomial(rng: np.random.Generator, mean: float, *, alpha: float = ALPHA) -> int:
    """Draw a count of variance ``mean + alpha * mean²`` by inversion.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> draws = [negative_binomial(rng, 10.0) for _ in range(4000)]
    >>> bool(9.5 < np.mean(draws) < 10.5), bool(45 < np.var(draws) < 55)
    (True, True)
    """
    size = 1 / alpha
    failure = mean / (size + mean)
    level, count, chance = rng.random(), 0, (1 - failure) ** size
    while level > chance > 0:
        level -= chance
        count += 1
        chance *= failure * (size + count - 1) / count
    return count


def _difference(whole: list[int], part: list[int]) -> list[int]:
    return [all_of_them - some for all_of_them, some in zip(whole, part, strict=True)]
