"""Points over time with their intervals: a hidden figure is a mark, a missing one a gap, and no line crosses either."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.paper.sheet import MARKERS, OKABE, in_lines, points_wide
from evalkit.reporting.svg import INK
from evalkit.reporting.wording import say

POINTS = "points"  # the gid of the lines that hold the points
INTERVALS = "intervals"
LEGEND_FROM = 2
_SHORTEST_YEAR, _LONGEST_YEAR = 360, 370
_MANY_PERIODS = 10
_APART = 0.08
MARK = {"suppressed": "[c]", "not_reported": "[x]", "not_estimable": "[x]", "not_applicable": "[z]"}


def spots(rows: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """Return rows with their place on the scale of time: ``at``, a number, and ``label``.

    Yearly figures go before others, for a figure of five years is no point among those of one; where none is of a year, periods stand
    side by side in their order. A year without a row has its place on the scale all the same.
    """
    days = (rows["period_end"] - rows["period_start"]).dt.days + 1
    yearly = days.between(_SHORTEST_YEAR, _LONGEST_YEAR)
    told = rows["value"].notna() | rows["status"].eq("suppressed")
    if (yearly & told).any():
        years = rows[yearly]["period_end"].dt.year
        return rows[yearly].assign(at=years.astype(float), label=years.astype(str))
    keys = rows[["period_start", "period_end"]].drop_duplicates().sort_values(["period_end", "period_start"])
    order = {key: float(at) for at, key in enumerate(keys.itertuples(index=False, name=None))}
    spans = list(zip(rows["period_start"], rows["period_end"], strict=True))
    labels = [formats.period(start.date(), end.date()).of(language) for start, end in spans]
    return rows.assign(at=[order[span] for span in spans], label=labels)


def are_years(rows: pd.DataFrame) -> bool:
    """Tell whether the places on the scale of time are single years."""
    return bool(rows["label"].str.fullmatch(r"\d{4}").all())


def draw_points(axes: Axes, rows: pd.DataFrame, *, hue: str = "", names: Sequence[str] = ()) -> None:
    """Draw ``value`` at ``at`` with ``lower`` and ``upper``; where there is a ``hue``, one line and one mark for each of its ``names``.

    Neighbouring years are joined by a line; longer periods never, for nobody knows what lay between them.
    """
    series = list(names) if hue else [""]
    middle = (len(series) - 1) / 2
    for place, name in enumerate(series):
        own = rows[rows[hue].eq(name)] if hue else rows
        own = own.sort_values("at").assign(run=_runs(own.sort_values("at"), joins=are_years(rows)))
        own["at"] += (place - middle) * _APART
        _series(axes, own, place, in_lines([name], points_wide(axes) - 40))
        _marks(axes, own, place, [*MARK][:1] if len(series) > 1 else [*MARK])
    axes.set(xlabel="", ylabel="")
    if len(series) >= LEGEND_FROM:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=1, frameon=False, borderaxespad=0.2)
    _scale_of_time(axes, rows)


def mark_notes(rows: pd.DataFrame) -> list[Bilingual]:
    """Say what the marks in place of figures mean, as far as they occur."""
    missing = rows.loc[rows["value"].isna(), "status"]
    if "series" in rows and len(rows["series"].unique()) > 1:
        missing = missing[missing.eq("suppressed")]
    seen = {MARK[status] for status in missing if status in MARK}
    meaning = {
        "[c]": say("[c]: confidential."),
        "[x]": say("[x]: no figure."),
        "[z]": say("[z]: not applicable."),
    }
    return [meaning[mark] for mark in meaning if mark in seen]


def _series(axes: Axes, rows: pd.DataFrame, place: int, name: str) -> None:
    colour, marker = OKABE[place % len(OKABE)], MARKERS[place % len(MARKERS)]
    known = rows[rows["value"].notna()]
    if known.empty:
        axes.plot([], [], marker=marker, color=colour, linewidth=1.2, label=name)
        return
    draw_intervals(axes, known, colour=colour)
    before = len(axes.lines)
    style = {
        "marker": marker,
        "color": colour,
        "linewidth": 1.2,
        "markersize": 6,
        "markeredgecolor": "white",
        "clip_on": False,
    }
    line = {"x": "at", "y": "value", "units": "run", "estimator": None, **style}
    sns.lineplot(data=known, ax=axes, legend=False, **line)
    for drawn in axes.lines[before:]:
        drawn.set_gid(POINTS)
    axes.lines[before].set_label(name or "_")


def _runs(rows: pd.DataFrame, *, joins: bool) -> pd.Series:
    """Return the number of the run of neighbouring years that a row belongs to: between two of them is a gap."""
    if not joins:
        return pd.Series(range(len(rows)), index=rows.index)
    known = rows["value"].notna()
    apart = rows["at"].where(known).ffill().shift().lt(rows["at"] - 1)
    return (~known | apart).cumsum()


def draw_intervals(axes: Axes, rows: pd.DataFrame, *, colour: str, upright: bool = True) -> None:
    """Draw the limits that are known and finite as bars through their points."""
    has = rows[np.isfinite(rows["lower"]) & np.isfinite(rows["upper"])]
    if has.empty:
        return
    reach = np.clip([has["value"] - has["lower"], has["upper"] - has["value"]], 0, None)
    bars: dict[str, Any] = {"fmt": "none", "ecolor": colour, "elinewidth": 1.0, "capsize": 2.5, "alpha": 0.75}
    drawn = (
        axes.errorbar(has["at"], has["value"], yerr=reach, **bars)
        if upright
        else axes.errorbar(has["value"], has["at"], xerr=reach, **bars)
    )
    drawn.lines[2][0].set_gid(INTERVALS)


def _marks(axes: Axes, rows: pd.DataFrame, place: int, which: Sequence[str]) -> None:
    """Write the mark of a figure that is hidden or missing in its place, above the line of zero."""
    missing = rows[rows["value"].isna() & rows["status"].isin(which)].drop_duplicates("at")
    for row in missing.itertuples():
        axes.annotate(
            MARK[str(row.status)],
            (float(str(row.at)), 0),
            (0, 3 + 9 * place),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            color=OKABE[place % len(OKABE)] if place else INK,
            fontsize="small",
        )


def _scale_of_time(axes: Axes, rows: pd.DataFrame) -> None:
    first, last = rows["at"].min(), rows["at"].max()
    axes.set_xlim(first - 0.6, last + 0.6)
    labels = dict(zip(rows["at"], rows["label"], strict=True))
    places = [first + step for step in range(int(last - first) + 1)]
    step = -(-len(places) // _MANY_PERIODS)
    shown = places[::-1][::step][::-1]
    axes.set_xticks(shown, [labels.get(at, f"{at:.0f}") for at in shown])
    lowest = np.nanmin([rows["value"].min(), rows["lower"].min(), 0.0])
    highest = np.nanmax([rows["value"].max(), rows["upper"].replace(np.inf, np.nan).max(), 0.0])
    if lowest >= 0:
        axes.set_ylim(0, 1.08 * highest or 1)
    else:
        axes.axhline(0, color=INK, linewidth=0.8)
