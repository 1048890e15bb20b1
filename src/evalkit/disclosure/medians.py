"""Statistics of cases or persons, such as a median of days: over few of them the figure tells of a single one.

They are no counts and never add up, so a hidden one needs no other hidden beside it.
"""

from __future__ import annotations

import pandas as pd

from evalkit.programme.models import Programme
from evalkit.table import TOLD
from evalkit.workspace import DisclosurePolicy


def over_few(facts: pd.DataFrame, programme: Programme, policy: DisclosurePolicy) -> pd.Index:
    """Return the labels of the rows that stand on too few, or on nobody knows how many.

    Parameters
    ----------
    facts : DataFrame
        Facts in which the counts that may not be seen have no value any more and status ``suppressed``.
    programme : Programme
        Names in ``of`` the measure that a statistic stands on; one that tells of nobody asks for nothing.
    policy : DisclosurePolicy
        The fewest of them is ``k``.

    Notes
    -----
    What it stands on is the count of the same place, period and breakdown, by whatever source; the lowest where there are
    several, none where it is hidden. A published figure is never hidden.
    """
    base = {
        name: one.of
        for name, one in programme.measures.items()
        if one.of is not None and programme.measures[one.of].disclosure != "activity"
    }
    same = ["measure", "province_code", "scheme", "period_start", "period_end"]
    same += [name for name in programme.dimensions if name in facts.columns]
    counts = facts[facts["measure"].isin(base.values()) & facts["status"].isin(TOLD)]
    fewest = counts.assign(value=counts["value"].fillna(0)).groupby(same)["value"].min()
    asked = facts[facts["measure"].isin(list(base)) & facts["value"].notna() & ~facts["published"]]
    stands_on = asked.assign(measure=asked["measure"].map(base))[same]
    enough = fewest.reindex(pd.MultiIndex.from_frame(stands_on)) >= policy.k
    return asked.index[~enough.to_numpy()]
