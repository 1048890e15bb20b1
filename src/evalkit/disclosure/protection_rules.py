"""Which figures are protected, and from which count on they may be seen.

Classes of figures: *activity* (no rule, but where each of some persons has at least one of what is counted: referrals, days), *case* (legal files: stand by province and year, but follow the rule for persons when
crossed by a person's attribute), *person*. A figure officially published is never hidden and is known to every attacker.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from evalkit.programme.models import Programme
from evalkit.table import WITH_VALUE, dimensions_of
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
        The rows of class person that hold a value, and every row of a case measure that is somewhere crossed by a person's
        attribute, with further columns ``known`` (published, or a total that stands: never hidden), ``threshold`` (the
        smallest count that may be seen) and ``size`` (``ZERO``, ``SMALL`` for 1 to threshold - 1, ``LARGE``).

    Notes
    -----
    Cases that no person's attribute crosses stand, and are listed because they are margins of what does not. Of persons only
    a total over every dimension can stand, those that describe no person included.
    """
    crossed = _crossed(facts, programme)
    kind = facts["measure"].map(
        {
            name: "person" if programme.follows_persons(name) else one.disclosure
            for name, one in programme.measures.items()
        }
    )
    crossed_cases = facts.loc[(kind == "case") & (crossed > 0), "measure"].unique()
    held = facts["status"].isin(WITH_VALUE)
    cells = facts[held & ((kind == "person") | facts["measure"].isin(crossed_cases))].copy()
    case = kind[cells.index] == "case"
    stands = (case & (crossed[cells.index] == 0)) | (~case & _total(cells, programme))
    cells["known"] = cells["published"] | (stands & (case | policy.person_totals_stand))
    cells["threshold"] = _thresholds(cells, programme, policy)
    cells["size"] = sizes(cells["value"], cells["threshold"])
    return cells


def _crossed(facts: pd.DataFrame, programme: Programme) -> pd.Series:
    """Count the attributes of persons that a row is crossed by."""
    attributes = [
        name
        for name in dimensions_of(facts)
        if name in programme.dimensions and programme.dimensions[name].of_person
    ]
    return (facts[attributes] != "all").sum(axis=1)


def _total(cells: pd.DataFrame, programme: Programme) -> pd.Series:
    """Tell which rows are totals over every dimension."""
    return (cells[[name for name in programme.dimensions if name in cells]] == "all").all(axis=1)


def _thresholds(cells: pd.DataFrame, programme: Programme, policy: DisclosurePolicy) -> pd.Series:
    sensitive = [
        name
        for name, dimension in programme.dimensions.items()
        if dimension.sensitive and name in cells.columns
    ]
    strict = (_crossed(cells, programme) >= 2) | (cells[sensitive] != "all").any(axis=1)
    return pd.Series(np.where(strict, max(policy.k, policy.k_sensitive), policy.k), index=cells.index)


def sizes(value: pd.Series, threshold: pd.Series) -> npt.NDArray[np.int64]:
    """Return the class of each count: ``ZERO``, ``SMALL`` (1 to threshold - 1, or not known to us) or ``LARGE``.

    Examples
    --------
    >>> sizes(pd.Series([0, 4, 5]), pd.Series([5, 5, 5])).tolist()
    [0, 1, 2]
    """
    return np.select([value == 0, value >= threshold], [ZERO, LARGE], default=SMALL)
