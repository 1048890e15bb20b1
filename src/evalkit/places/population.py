"""Average population as facts: the rows of population.csv in the columns of the facts table."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from evalkit.places.registry_tables import PopulationRow
from evalkit.table import COLUMNS, DATES

_TYPES = (
    dict.fromkeys(COLUMNS, "str")
    | dict.fromkeys(DATES, "datetime64[us]")
    | {"value": "float64", "published": "bool"}
)

POPULATION = "population_average"


def population_facts(
    rows: Iterable[PopulationRow], *, measure: str = POPULATION, unit: str = "nguoi"
) -> pd.DataFrame:
    """Return population figures as rows of the facts table.

    Parameters
    ----------
    rows : iterable of PopulationRow
        Average population in persons, one row per unit and year.
    measure, unit : str
        What the registry declares that population is called, and counted in.

    Returns
    -------
    DataFrame
        The columns of the facts table: the calendar year as period, by residence, status "reported", published. ``source_cell`` names the table and says whether the figure is
        official or preliminary. No rows give an empty table with the same columns and types.

    Examples
    --------
    >>> population_facts([]).shape
    (0, 14)
    """
    return pd.DataFrame(
        [_fact(row) | {"measure": measure, "unit": unit} for row in rows], columns=list(COLUMNS)
    ).astype(_TYPES)


def _fact(row: PopulationRow) -> dict[str, object]:
    return {
        "province_code": row.code,
        "scheme": row.scheme,
        "place_basis": "residence",
        "period_start": f"{row.year}-01-01",
        "period_end": f"{row.year}-12-31",
        "value": row.population,
        "status": "reported",
        "qualifier": "exact",
        "published": True,
        "source_id": row.source_id,
        "edition_date": row.edition_date.isoformat(),
        "source_cell": f"{row.source} ({row.status})",
    }
