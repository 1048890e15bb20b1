"""What some kinds of indicator need beside their figures: person-years, the period before, another share, the files of a median.

Each function changes the rows of its kind and leaves the others as they are.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.indicators.asked import Asked
from evalkit.indicators.fractions import (
    ESTIMATED,
    NOT_ESTIMABLE,
    NOT_REPORTED,
    PROBLEM,
    SUPPRESSED,
    Fractions,
)
from evalkit.indicators.person_years import PERIOD, PLACE, person_years
from evalkit.indicators.wide import NO_COLUMN, NONE, Places, Wide, days_of, numbers_of
from evalkit.statistics.counts import Numbers

_OTHERS_ALONE = -2  # of a row that only periods of other lengths precede
_DAY = np.timedelta64(1, "D")


def with_what_kinds_need(found: Fractions, wide: Wide, asked: Asked) -> Fractions:
    """Return the rows with the person-years, the earlier figures, the files and the second shares that kinds ask for.

    Parameters
    ----------
    found : Fractions
        As :func:`evalkit.indicators.fractions.put_together` returns them.
    wide : Wide
    asked : Asked

    Returns
    -------
    Fractions
        ``denominator``: person-years of a rate, the same source's earlier figure of a change. ``numerator`` of a median: the
        files behind it, missing where not reported. ``problem``: ``no_population`` where a year of a rate's period has none;
        ``no_period_before`` where there is none of equal length: half a year is never set beside a year;
        ``no_denominator`` where the second share of a share of shares cannot be formed.
    """
    _over_person_years(found, wide, asked)
    _with_files(found, wide, asked)
    for end in (0, 1):
        _held_against(found, wide, asked, end=end)
    return _over_period_before(found, wide, asked)


def _rows_with(found: Fractions, asked: Asked, parts: str) -> Places:
    return np.flatnonzero(asked.kinds_with(parts=parts)[found.indicator])


def _over_person_years(found: Fractions, wide: Wide, asked: Asked) -> None:
    rows = _rows_with(found, asked, "person_years")
    if not len(rows):
        return
    lived = _lived(wide, asked, asked.below[found.indicator[rows]], found.span[rows])
    lacking = (found.state[rows] == ESTIMATED) & np.isnan(lived)
    found.denominator[rows] = lived
    found.state[rows[lacking]] = NOT_ESTIMABLE
    found.problem[rows[lacking]] = PROBLEM["no_population"]


def _lived(wide: Wide, asked: Asked, column: Places, span: Places) -> Numbers:
    """Return the person-years of some places and periods, of the population that stands in a column."""
    pairs, back = np.unique(np.stack([column, span], axis=1), axis=0, return_inverse=True)
    place = wide.facts.groupby(PLACE, sort=False).ngroup()
    about = wide.facts[PERIOD].assign(place=place)
    periods = about.iloc[wide.fact_of[pairs[:, 1]]].assign(people=pairs[:, 0]).reset_index(drop=True)
    columns = np.unique(column)
    figures = np.sort(wide.at_home[:, columns].ravel())  # of two for one year the first in the facts counts
    figures = figures[figures != NONE]
    names = pd.Index([asked.columns[number].name for number in columns])
    told = wide.facts[["measure", "status", "value"]].join(about).iloc[figures]
    told = told.assign(people=columns[numbers_of(told["measure"], names)])
    lived = person_years(periods, told, by=["place", "people"]).to_numpy(dtype=float)
    return np.asarray(lived[back.ravel()])


def _with_files(found: Fractions, wide: Wide, asked: Asked) -> None:
    rows = _rows_with(found, asked, "files")
    figures = wide.at_home[found.span[rows], asked.below[found.indicator[rows]]]
    found.numerator[rows] = _values(wide)[figures]


def _held_against(found: Fractions, wide: Wide, asked: Asked, *, end: int) -> None:
    """Set beside a share one end of the share it is held against, of the same place and period."""
    column = asked.against[found.indicator, end]
    rows = np.flatnonzero(column != NO_COLUMN)
    figures = wide.at_home[found.span[rows], column[rows]]
    value = _values(wide)[figures]
    hidden = (wide.facts["status"] == "suppressed").to_numpy(dtype=bool)[figures] & (figures != NONE)
    made, lacking = found.state[rows] == ESTIMATED, np.isnan(value)
    found.against[rows, end] = value
    found.state[rows[made & lacking]] = NOT_REPORTED
    found.state[rows[made & hidden]] = SUPPRESSED
    found.problem[rows[made & lacking & ~hidden]] = PROBLEM["no_denominator"]


def _values(wide: Wide) -> Numbers:
    """Return the figures, with a missing one at the end for what is not there."""
    return np.append(wide.facts["value"].to_numpy(dtype=float, na_value=np.nan), np.nan)


def _over_period_before(found: Fractions, wide: Wide, asked: Asked) -> Fractions:
    """Set changes over the period of equal length that ends the day before; leave out those that only others precede."""
    rows = _rows_with(found, asked, "period_before")
    if not len(rows):
        return found
    before = _rows_before(found, rows, wide)
    lonely = before == NONE
    made = found.state[rows] == ESTIMATED
    earlier = {
        name: getattr(found, name)[before]
        for name in ("numerator", "state", "derived", "inexact", "preliminary")
    }
    found.denominator[rows] = np.where(lonely, np.nan, earlier["numerator"])
    found.state[rows] = np.where(made, np.where(lonely, NOT_REPORTED, earlier["state"]), found.state[rows])
    found.problem[rows[made & lonely]] = PROBLEM["no_period_before"]
    found.derived[rows] |= ~lonely & earlier["derived"]
    found.inexact[rows] |= ~lonely & earlier["inexact"]
    found.preliminary[rows] |= ~lonely & earlier["preliminary"]
    kept = np.ones(len(found.indicator), dtype=bool)
    kept[rows[before == _OTHERS_ALONE]] = False
    return found.only(kept)


def _rows_before(found: Fractions, rows: Places, wide: Wide) -> Places:
    """Return for each row the one of equal length before it, NONE where none ends the day before, or that only others do."""
    days = days_of(wide, found.span[rows])
    starts, ends = days["period_start"], days["period_end"]
    place = wide.facts.groupby(PLACE, sort=False).ngroup().to_numpy()[wide.fact_of[found.span[rows]]]
    same = list(zip(found.indicator[rows], place, found.basis[rows], found.source[rows], strict=True))
    length = _lengths(wide, found.span[rows])
    ending = defaultdict(list)
    for at in np.argsort(found.above[rows], kind="stable"):
        ending[same[at], ends[at]].append(at)
    before = np.full(len(rows), NONE)
    for at, key in enumerate(same):
        if others := ending.get((key, starts[at] - _DAY)):
            equal = (rows[other] for other in others if np.isclose(length[at], length[other], atol=0.01))
            before[at] = next(equal, _OTHERS_ALONE)
    return before


def _lengths(wide: Wide, spans: Places) -> Numbers:
    facts = wide.facts[PERIOD].iloc[wide.fact_of[spans]]
    return np.array([exposure_years(*span) for span in facts.itertuples(index=False)], dtype=float)
