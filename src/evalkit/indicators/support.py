"""Each support over those who are eligible and accept it, class by class: legal classes of persons are never added up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evalkit.errors import FactsError
from evalkit.indicators.person_years import PERIOD, PLACE
from evalkit.indicators.sources import preferred
from evalkit.programme.models import Programme, SupportMatrix
from evalkit.statistics.proportions import estimate_proportion
from evalkit.table import named_rows, period_names

PARTS = ("eligible", "accepting", "received")
COLUMNS = [
    *PLACE,
    *PERIOD,
    *("person_class", "support", "letter", "regime", "entitlement", "source_id"),
    *PARTS,
    *("value", "lower", "upper", "status", "flag"),
]
SMALL_BASE = 10


def support_table(facts: pd.DataFrame, programme: Programme, *, level: float = 0.95) -> pd.DataFrame:
    """Return who received which support, of those eligible and accepting.

    Parameters
    ----------
    facts : DataFrame
        Facts rows of one or many places, breakdowns included.
    programme : Programme
        Its support matrix names the measures, the supports, the classes and the regimes.
    level : float
        Confidence level of the Wilson limits.

    Returns
    -------
    DataFrame, one row per place, period, class of person and support
        Place, period; ``person_class``, ``support``, ``letter`` (of the law); ``regime`` (id, "" where the period spans two)
        and ``entitlement`` (``full``, ``case_by_case``, ``none``, ``to_be_checked``, "" across regimes); ``source_id``;
        ``eligible``, ``accepting``, ``received`` (persons, missing where hidden or not reported); ``value``, ``lower``,
        ``upper`` (percent of those accepting); ``status``: ``estimated``, ``suppressed``, ``not_reported``,
        ``not_applicable`` (the class is not entitled, or nobody accepted); ``received`` may stand without a share where nobody told who accepted; ``flag``: ``small_base`` (under 10),
        ``not_entitled`` (persons were reported although the matrix gives the class nothing). There is no row over classes.
        Empty where the programme has no matrix or the facts hold no support.

    Raises
    ------
    FactsError
        If a figure is given in total over classes or supports, or more received than accepted, or accepted than were
        eligible. Rows are named, never figures.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> support_table(pd.DataFrame(columns=["measure"]), load_programme("vn-trafficking")).empty
    True
    """
    matrix = programme.support
    if matrix is None:
        return pd.DataFrame(columns=COLUMNS)
    measures = {getattr(matrix, part): part for part in PARTS}
    rows = facts[facts["measure"].isin(list(measures))]
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    _refuse_totals(rows, matrix)
    cells = _cells(preferred(rows, programme), matrix, measures)
    table = _whole_matrix(cells, matrix).merge(
        cells, on=[*PLACE, *PERIOD, "person_class", "support"], how="left"
    )
    return _estimated(_entitled(table, matrix), level=level)[COLUMNS]


def waiting_rows(estimates: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the estimates that tell of persons who wait for verification: how many, how long, whether costs were met.

    Parameters
    ----------
    estimates : DataFrame
        As :func:`evalkit.indicators.estimates.estimate_indicators` returns it.
    programme : Programme
        Its support matrix names the indicators.

    Returns
    -------
    DataFrame
        Rows of ``estimates``; these persons stand apart from identified victims.
    """
    names = programme.support.waiting if programme.support else ()
    return estimates[estimates["indicator"].isin(names)]


def _refuse_totals(rows: pd.DataFrame, matrix: SupportMatrix) -> None:
    for name in (matrix.support_dimension, matrix.class_dimension):
        added = rows[rows[name] == "all"] if name in rows else rows
        if not added.empty:
            raise FactsError(
                where=f"supports: {named_rows(period_names(added).unique())}",
                rule=f"figures of supports are never added up over {name}",
                do=f"give each figure for one {name}",
            )


def _cells(rows: pd.DataFrame, matrix: SupportMatrix, measures: dict[str, str]) -> pd.DataFrame:
    """Return one row per class and support, a column of figures and of statuses per part."""
    named = rows.rename(columns={matrix.support_dimension: "support", matrix.class_dimension: "person_class"})
    named = named.assign(part=named["measure"].map(measures))
    key = [*PLACE, *PERIOD, "person_class", "support"]
    wide = named.set_index([*key, "part"])[["value", "status"]].unstack("part")  # noqa: PD010 (pivot_table adds up)
    table = pd.DataFrame(index=wide.index)
    for part in PARTS:
        there = ("value", part) in wide.columns
        table[part] = wide["value", part].astype(float) if there else np.nan
        table[f"{part}_status"] = wide["status", part].fillna("not_reported") if there else "not_reported"
    sources = named.groupby(key)["source_id"].agg(lambda ids: ";".join(sorted(set(ids))))
    return table.join(sources).reset_index()


def _whole_matrix(cells: pd.DataFrame, matrix: SupportMatrix) -> pd.DataFrame:
    """Return every class and support for each place and period that has any."""
    pairs = pd.MultiIndex.from_product(
        [list(matrix.classes), list(matrix.supports)], names=["person_class", "support"]
    )
    letters = {name: support.letter for name, support in matrix.supports.items()}
    every = pairs.to_frame(index=False)
    every["letter"] = every["support"].map(letters)
    return cells[[*PLACE, *PERIOD]].drop_duplicates().merge(every, how="cross")


def _entitled(table: pd.DataFrame, matrix: SupportMatrix) -> pd.DataFrame:
    regimes, entitlements = [], []
    cells = table[["period_start", "period_end", "support", "person_class"]]
    for start, end, support, person_class in cells.itertuples(index=False, name=None):
        regime = matrix.regime_on(start.date())
        one = regime is not None and regime == matrix.regime_on(end.date())
        regimes.append(regime.id if regime and one else "")
        entitlements.append(matrix.entitlement(support, person_class, on=start.date()) if one else "")
    return table.assign(regime=regimes, entitlement=entitlements, source_id=table["source_id"].fillna(""))


def _estimated(table: pd.DataFrame, *, level: float) -> pd.DataFrame:
    _refuse_excess(table)
    statuses = table[[f"{part}_status" for part in PARTS]].fillna("not_reported")
    told = table["accepting"].notna() & table["received"].notna()
    nothing = (table["entitlement"] == "none") & ~told
    status = np.select(
        [(statuses == "suppressed").any(axis=1), nothing, ~told, table["accepting"] == 0],
        ["suppressed", "not_applicable", "not_reported", "not_applicable"],
        "estimated",
    )
    made = pd.Series(status == "estimated", index=table.index)
    timed = table.assign(part=table["received"].where(made), whole=table["accepting"].where(made))
    found = estimate_proportion(timed, numerator="part", denominator="whole", level=level)
    reached = (told & (table["accepting"] > 0)) | (table["received"] > 0)
    not_entitled = (table["entitlement"] == "none") & reached
    flag = np.select(
        [not_entitled, made & (table["accepting"] < SMALL_BASE)], ["not_entitled", "small_base"], ""
    )
    return found.assign(status=status, flag=flag)


def _refuse_excess(table: pd.DataFrame) -> None:
    for part, whole in (("received", "accepting"), ("accepting", "eligible")):
        wrong = table[table[part] > table[whole]]
        if not wrong.empty:
            names = period_names(wrong) + " " + wrong["person_class"] + " " + wrong["support"]
            raise FactsError(
                where=f"supports, {part} / {whole}: {named_rows(names)}",
                rule=f"{part} must not exceed {whole}",
                do="ask the source to confirm both figures",
            )
