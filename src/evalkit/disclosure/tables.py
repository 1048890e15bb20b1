"""All linked tables of a country at once: its cells, the implicit ones, and the sums among them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evalkit.disclosure.breakdowns import add_breakdowns
from evalkit.disclosure.equations import Sums, Tables, dimensions, keys
from evalkit.disclosure.periods import add_periods
from evalkit.disclosure.places import add_places
from evalkit.programme.models import Programme
from evalkit.programme.provinces import Registry


def labelled(cells: pd.DataFrame) -> pd.DataFrame:
    """Label protected cells 0, 1, ... in the order of their keys, so that the order of rows decides nothing.

    Parameters
    ----------
    cells : DataFrame
        What :func:`evalkit.disclosure.rules.protected_cells` returns.

    Returns
    -------
    DataFrame
        With a column ``row``: the label of the facts row.
    """
    key = [*keys(cells), "edition_date"]
    return cells.rename_axis("row").reset_index().sort_values(key, kind="stable", ignore_index=True)


def linked_tables(
    cells: pd.DataFrame,
    programme: Programme,
    registry: Registry,
    *,
    releases: Sequence[Sequence[int]] = (),
) -> Tables:
    """Return every sum that holds among the cells.

    Parameters
    ----------
    cells : DataFrame
        What :func:`labelled` returns; one edition of each figure, and those of earlier releases.
    programme : Programme
        Tells which breakdowns add up to their total.
    registry : Registry
        Tells which units form the nation and its regions, and which former units form a unit.
    releases : sequence of sequences of int
        Labels of the cells that stood side by side in one release; by default all of them.

    Returns
    -------
    Tables
        Sums over places, periods and breakdowns, with the implicit cells they need. Stocks, such as persons in process at
        the end of a year, are not added over time.
    """
    sums = Sums(cells)
    added = [name for name, one in programme.measures.items() if one.additive]
    over_time = [name for name in added if programme.measures[name].time_basis != "stock"]
    for labels in releases or [cells.index.tolist()]:
        together = cells.loc[list(labels)]
        together = together[together["measure"].isin(added)]
        add_breakdowns(together, programme, sums)
        add_places(together, registry, sums)
        add_periods(together[together["measure"].isin(over_time)], sums)
    return Tables(_with_implicit(cells, sums), tuple(sums.equations))


def _with_implicit(cells: pd.DataFrame, sums: Sums) -> pd.DataFrame:
    made = sums.implicit_cells()
    told = {name: cells.get(name, default=False) for name in ("released", "before")}
    own = cells.assign(implicit=False, **told)
    if made.empty:
        return own
    named = cells.loc[
        made["like"], [*dimensions(cells), "measure", "province_code", "scheme", "period_start"]
    ]
    rest = named.reset_index(drop=True).assign(
        value=made["value"],
        threshold=made["threshold"],
        size=made["size"],
        known=False,
        released=False,
        before=False,
        implicit=True,
        row=-1,
    )
    return pd.concat([own, rest], ignore_index=True)
