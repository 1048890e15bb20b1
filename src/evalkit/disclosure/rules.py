"""Which figures are protected, and from which count on they may be seen.

Classes of figures: *activity* (no rule), *case* (legal files: stand by province and year, but follow the rule for persons when
crossed by a person's attribute), *person*. A figure officially published is never hidden and is known to every attacker.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from evalkit.facts.schema import WITH_VALUE, dimensions_of
from evalkit.programme.models import Programme
from evalkit.workspace import DisclosurePolicy

ZERO, SMALL, LARGE = 0, 1, 2


def protected_cells(facts: pd.DataFrame, programme: Programme, policy: DisclosurePolicy) -> pd.DataFrame:
    """Return the rows that count persons, with what the rules say of each.

    Parameters
    ----------
    facts : DataFrame
        A facts table, latest editions only; its index is kept.
    programme : Programme
        Declares each measure's class and each dimension's sensitivity.
    policy : DisclosurePolicy
        The thresholds and whether a custodian lets totals stand.

    Returns
    -------
    DataFrame
        The rows of class person that hold a value (and rows of cases crossed by a person's attribute), with further
        columns ``known`` (published, or a total that stands: never hidden), ``threshold`` (the smallest count that may be
        seen) and ``size`` (``ZERO``, ``SMALL`` for 1 to threshold - 1, ``LARGE``).
    """
    crossed = _crossed(facts, programme)
    person = facts["measure"].map(lambda name: programme.measures[name].disclosure == "person")
    case = facts["measure"].map(lambda name: programme.measures[name].disclosure == "case")
    held = facts["status"].isin(WITH_VALUE)
    cells = facts[held & (person | (case & (crossed > 0)))].copy()
    totals = (_crossed(cells, programme) == 0) & policy.person_totals_stand
    cells["known"] = cells["published"] | totals
    cells["threshold"] = _thresholds(cells, programme, policy)
    cells["size"] = _sizes(cells["value"], cells["threshold"])
    return cells


def _crossed(facts: pd.DataFrame, programme: Programme) -> pd.Series:
    """Count the attributes of persons that a row is crossed by."""
    attributes = [
        name
        for name in dimensions_of(facts)
        if name in programme.dimensions and programme.dimensions[name].of_person
    ]
    return (facts[attributes] != "all").sum(axis=1)


def _thresholds(cells: pd.DataFrame, programme: Programme, policy: DisclosurePolicy) -> pd.Series:
    sensitive = [
        name
        for name, dimension in programme.dimensions.items()
        if dimension.sensitive and name in cells.columns
    ]
    strict = (_crossed(cells, programme) >= 2) | (cells[sensitive] != "all").any(axis=1)
    return pd.Series(np.where(strict, policy.k_sensitive, policy.k), index=cells.index)


def _sizes(value: pd.Series, threshold: pd.Series) -> npt.NDArray[np.int64]:
    return np.select([value == 0, value < threshold], [ZERO, SMALL], default=LARGE)
