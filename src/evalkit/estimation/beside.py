"""What further kinds of indicator need beside their figures: the period before, another share, the files behind a median."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.estimation.fractions import counted
from evalkit.estimation.population import PERIOD, PLACE
from evalkit.programme.models import Programme

SAME = ["indicator", *PLACE, "place_basis", "source_id"]
ESTIMATED = "estimated"


def over_period_before(facts: pd.DataFrame, names: Sequence[str], programme: Programme) -> pd.DataFrame:
    """Return figures over those of the period of equal length that ends the day before.

    Parameters
    ----------
    facts : DataFrame
        Facts rows, totals and slices, latest editions.
    names : sequence of str
        Indicators of kind "change".
    programme : Programme

    Returns
    -------
    DataFrame
        As :func:`evalkit.estimation.fractions.counted`, with the same source's earlier figure as ``denominator``;
        ``problem`` is ``no_period_before`` where there is none of equal length: half a year is never set beside a year.
    """
    rows = counted(facts, names, programme)
    days = rows["period_end"] + pd.Timedelta(days=1)
    earlier = rows.assign(next_start=days)[
        [*SAME, "next_start", *PERIOD, "numerator", "state", "derived", "inexact"]
    ]
    earlier = earlier.rename(columns={"period_start": "start_below", "period_end": "end_below"})
    both = rows.drop(columns="denominator").merge(
        earlier,
        left_on=[*SAME, "period_start"],
        right_on=[*SAME, "next_start"],
        how="left",
        suffixes=("", "_below"),
    )
    both = both[_equal_length(both) | both["start_below"].isna()].drop_duplicates([*SAME, *PERIOD])
    lacking = both["start_below"].isna() & (both["state"] == ESTIMATED)
    state = both["state"].where(both["state"] != ESTIMATED, both["state_below"].fillna("not_reported"))
    return both.rename(columns={"numerator_below": "denominator"}).assign(
        state=state,
        problem=both["problem"].mask(lacking, "no_period_before"),
        derived=both["derived"] | both["derived_below"].eq(other=True),
        inexact=both["inexact"] | both["inexact_below"].eq(other=True),
    )


def _equal_length(rows: pd.DataFrame) -> pd.Series:
    def length(start: pd.Timestamp, end: pd.Timestamp) -> float:
        return exposure_years(start, end) if pd.notna(start) else np.nan

    pairs = [rows[PERIOD], rows[["start_below", "end_below"]]]
    lengths = [[length(*span) for span in pair.itertuples(index=False)] for pair in pairs]
    return pd.Series(np.isclose(lengths[0], lengths[1], atol=0.01), index=rows.index)


def held_against(
    rows: pd.DataFrame, shown: pd.DataFrame, names: Sequence[str], programme: Programme
) -> pd.DataFrame:
    """Append to shares the share they are held against, of the same place and period.

    Parameters
    ----------
    rows : DataFrame
        As :func:`evalkit.estimation.fractions.over_base` returns them.
    shown : DataFrame
        The figures of the preferred sources.
    names : sequence of str
        Indicators of kind "share_of_shares".
    programme : Programme

    Returns
    -------
    DataFrame
        ``rows`` with ``against_numerator``, ``against_denominator``; ``problem`` is ``no_denominator`` and the state
        ``not_reported`` or ``suppressed`` where the second share cannot be formed.
    """
    found = rows
    for end, place in (("numerator", 0), ("denominator", 1)):
        measures = {name: (programme.indicators[name].against or ("", ""))[place] for name in names}
        found = _with_figure(found, shown, measures, programme, end=f"against_{end}")
    return found


def _with_figure(
    rows: pd.DataFrame, shown: pd.DataFrame, measures: dict[str, str], programme: Programme, *, end: str
) -> pd.DataFrame:
    used = pd.DataFrame({"indicator": list(measures), "measure": list(measures.values())}, dtype="str")
    bases = {name: measure.place_basis for name, measure in programme.measures.items()}
    figures = shown[shown["place_basis"] == shown["measure"].map(bases)].merge(used, on="measure")
    key = ["indicator", *PLACE, *PERIOD]
    figures = figures[[*key, "value", "status"]].rename(columns={"value": end, "status": "status_against"})
    both = rows.merge(figures.drop_duplicates(key), on=key, how="left")
    made = both["state"] == ESTIMATED
    hidden, lacking = both["status_against"] == "suppressed", both[end].isna()
    state = both["state"].mask(made & lacking, "not_reported").mask(made & hidden, "suppressed")
    problem = both["problem"].mask(made & lacking & ~hidden, "no_denominator")
    return both.assign(state=state, problem=problem).drop(columns="status_against")


def with_files(
    facts: pd.DataFrame, shown: pd.DataFrame, names: Sequence[str], programme: Programme
) -> pd.DataFrame:
    """Return reported medians with the number of files behind them, where a measure for it is declared and reported.

    Parameters
    ----------
    facts, shown, names, programme
        As in :func:`evalkit.estimation.fractions.over_base`; indicators of kind "median_days".

    Returns
    -------
    DataFrame
        As :func:`evalkit.estimation.fractions.counted`, with ``days`` (the median) and ``numerator`` (the files, missing
        where not reported).
    """
    rows = counted(facts, names, programme)
    rows = rows.rename(columns={"numerator": "days"})
    measures = {name: str(programme.indicators[name].denominator) for name in names}
    files = _with_figure(rows.assign(state="", problem=""), shown, measures, programme, end="numerator")
    return rows.assign(numerator=files["numerator"].to_numpy())
