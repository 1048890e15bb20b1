"""Totals of programme periods of any number of places, read in one pass."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from evalkit.indicators.agreement import figures_of, grouped
from evalkit.indicators.period_totals import checked_figures, totals_of_groups
from evalkit.indicators.sources import in_order
from evalkit.indicators.windows import Figure, PeriodTotal
from evalkit.programme.models import Programme
from evalkit.statistics.results import NotEstimable
from evalkit.table import totals_only


def totals_of_places(
    facts: pd.DataFrame, indicator: str, programme: Programme
) -> dict[tuple[str, str], tuple[PeriodTotal | NotEstimable, ...]]:
    """Return what :func:`indicator_totals` gives for each place, all places read in one pass.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of any number of places, from any sources.
    indicator : str
        Its name in the programme.
    programme : Programme

    Returns
    -------
    dict of totals by province code and scheme
        Every place of the facts, in the order of codes.

    Raises
    ------
    FactsError
        As :func:`period_totals`.
    """
    measure = programme.indicators[indicator].numerator
    rows = totals_only(facts[facts["measure"] == measure], programme.dimensions)
    declared = programme.measures[measure].place_basis
    of_declared = set(_places(rows[rows["place_basis"] == declared]))
    rows = checked_figures(rows[rows["status"] != "not_applicable"], measure)
    figures = figures_of(rows)
    own: dict[tuple[str, str], list[int]] = {place: [] for place in sorted(set(_places(facts)))}
    for at, place in enumerate(_places(rows)):
        if figures[at].place_basis == declared or place not in of_declared:
            own[place].append(at)
    return {
        place: _of_place([figures[at] for at in found], partial(rows.take, found), programme)
        for place, found in own.items()
    }


def _places(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the place of each row: its code and its scheme."""
    return list(zip(rows["province_code"].tolist(), rows["scheme"].tolist(), strict=True))


def _of_place(
    figures: list[Figure], rows: Callable[[], pd.DataFrame], programme: Programme
) -> tuple[PeriodTotal | NotEstimable, ...]:
    """Return the totals of one place from its figures; ``rows`` gives those in which they stand."""
    if len({figure.place_basis for figure in figures}) > 1:
        return tuple(NotEstimable("different_bases", {"period": period.id}) for period in programme.periods)
    sources = list({figure.source for figure in figures})
    if len(sources) > 1:
        sources = in_order(rows(), programme.source_order)
    until = max((figure.end for figure in figures), default=pd.Timestamp("NaT"))
    return totals_of_groups(grouped(figures, sources), programme.periods, until)
