"""Joinpoint analysis: has the trend of a yearly count changed its pace, when, and how fast did it run before and after.

Made for short series of small counts: zeros are figures, scatter beyond chance is allowed for, and a bend is claimed
only where simulation without it hardly ever looks as bent. ``docs/joinpoint.md`` explains and gives examples.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from evalkit.errors import SettingsError
from evalkit.statistics.joinpoint.joinpoint_grid import Joins
from evalkit.statistics.joinpoint.joinpoint_models import LogLinear, Model, QuasiPoisson
from evalkit.statistics.joinpoint.joinpoint_report import Analysed, report
from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit
from evalkit.statistics.joinpoint.joinpoint_selection import DECLARED, LOOKED_FOR, Choice, Selection
from evalkit.statistics.joinpoint.joinpoint_series import Columns, YearlySeries, why_no_answer
from evalkit.statistics.joinpoint.joinpoint_settings import JoinpointSettings, years_allow
from evalkit.statistics.results import NotEstimable

Parity = Literal["nci"] | None
DEFAULT = JoinpointSettings()


def joinpoint(
    frame: pd.DataFrame,
    *,
    count: str = "count",
    exposure: str | None = None,
    time: str = "year",
    dates: Sequence[int] = (),
    parity: Parity = None,
    settings: JoinpointSettings = DEFAULT,
) -> JoinpointFit | NotEstimable:
    """Find the years in which the trend of one yearly series changed its pace, or say why that cannot be done.

    Parameters
    ----------
    frame : DataFrame, one row per year
        The columns named below. A missing count, an exposure of 0 or none, or a ``status`` without a value leaves the year
        out; it is never taken as 0.
    count : str
        The column of counts: whole numbers.
    exposure : str, optional
        The column of person-years, where the trend is one of rates.
    time : str
        The column of whole years, or of dates.
    dates : sequence of int
        Years in which a bend was expected beforehand (a law, the start of a programme): they are fitted and tested, none
        is looked for, and the result is not exploratory.
    parity : "nci", optional
        Reproduce the National Cancer Institute's Joinpoint: weighted log-linear model, permutation test, its maxima.
        ``count`` may then hold rates, with ``settings.standard_error`` naming their standard errors.
    settings : JoinpointSettings

    Returns
    -------
    JoinpointFit or NotEstimable
        Not estimable: ``suppressed``, ``not_reported``, ``too_few_years`` (fewer than 10, one slope per five years; in
        parity mode fewer than 7), ``years_missing`` (under four years of five have a figure), ``no_events``,
        ``insufficient_events`` (fewer than 4, or all in one year), ``zero_in_log_model`` (parity mode: no logarithm).

    Raises
    ------
    FactsError
        If a year stands twice, or a count is negative, infinite or not whole.
    SettingsError
        If the settings or the dates do not fit the series.

    Notes
    -----
    Log-linear in pieces that meet at observed years, at least 3 years in the end segments (their join included) and 2
    strictly between joins; every way to lay the joins is tried. Their number by F, sequentially as in Kim et al., its
    distribution simulated from the fitted model with fewer joins (counts with the series' own dispersion, never below 1).

    References
    ----------
    Kim, Fay, Feuer and Midthune (2000), Statistics in Medicine 19, 335-351; Lerman (1980), Applied Statistics 29, 77-84;
    Clegg et al. (2009), Statistics in Medicine 28, 3670-3682.

    Examples
    --------
    >>> cases = [12, 14, 33, 50, 67, 74, 123, 141, 165, 204, 253, 246, 240]  # AIDS in Belgium (Wood 2017, ch. 3)
    >>> fit = joinpoint(pd.DataFrame({"year": range(1981, 1994), "count": cases}))
    >>> fit.years, [round(segment.apc, 1) for segment in fit.segments], round(fit.aapc, 1), fit.p
    ((1988,), [40.0, 10.6], 26.9, 0.003)
    """
    columns = Columns(count, time, exposure, _error_column(parity, settings))
    series = columns.read(frame, where="joinpoint")
    return analyse({"": series}, dates=tuple(dates), parity=parity, settings=settings)[""]


def joinpoint_panel(
    frame: pd.DataFrame,
    *,
    by: str = "province_code",
    count: str = "count",
    exposure: str | None = None,
    time: str = "year",
    settings: JoinpointSettings = DEFAULT,
) -> dict[Hashable, JoinpointFit | NotEstimable]:
    """Analyse many series at once; each gets exactly what :func:`joinpoint` gives it alone.

    Parameters
    ----------
    frame : DataFrame, one row per series and year
        As for :func:`joinpoint`, with the column ``by`` that tells the series apart.
    by : str
        The column of the series' names.
    count, exposure, time : str
        As for :func:`joinpoint`.
    settings : JoinpointSettings
        The same for all series.

    Returns
    -------
    dict
        The name of each series, in order, to its result. So many tests find bends by chance alone: count them with
        Benjamini and Hochberg's rule (p of each fit) before any is named. A series that cannot be analysed has its reason.

    Raises
    ------
    FactsError, SettingsError
        As :func:`joinpoint`; the message names the series.

    References
    ----------
    Kim, Fay, Feuer and Midthune (2000), Statistics in Medicine 19, 335-351; Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57,
    289-300.

    Examples
    --------
    >>> flat = pd.DataFrame({"province_code": "a", "year": range(2011, 2021), "count": [5, 4, 6, 5, 4, 5, 6, 5, 4, 6]})
    >>> found = joinpoint_panel(pd.concat([flat, flat.assign(province_code="b", count=0)]))
    >>> found["a"].years, found["b"].reason
    ((), 'no_events')
    """
    columns = Columns(count, time, exposure)
    series: dict[Hashable, YearlySeries | NotEstimable] = {
        name: columns.read(rows, where=f"joinpoint, {by} {name}") for name, rows in frame.groupby(by)
    }
    return analyse(series, dates=(), parity=None, settings=settings)


def analyse(
    series: dict[Hashable, YearlySeries | NotEstimable],
    *,
    dates: tuple[int, ...],
    parity: Parity,
    settings: JoinpointSettings,
) -> dict[Hashable, JoinpointFit | NotEstimable]:
    """Analyse series already read; those over the same years share their batches."""
    nci = parity == "nci"
    found: dict[Hashable, JoinpointFit | NotEstimable] = {}
    groups: dict[tuple[int, ...], dict[Hashable, YearlySeries]] = {}
    for name, one in series.items():
        refused = one if isinstance(one, NotEstimable) else _why_not(one, nci=nci)
        if refused is not None or isinstance(one, NotEstimable):
            found[name] = refused or NotEstimable("not_reported")
        else:
            groups.setdefault(tuple(one.years.tolist()), {})[name] = one
    for group in groups.values():
        found |= _Group(tuple(group.values()), dates, nci, settings).results(tuple(group))
    return {name: found[name] for name in series}


@dataclass(frozen=True, slots=True)
class _Group:
    """Series over the same years."""

    series: tuple[YearlySeries, ...]
    dates: tuple[int, ...]
    nci: bool
    settings: JoinpointSettings

    @property
    def years(self) -> list[int]:
        return [int(year) for year in self.series[0].years]

    def results(self, names: tuple[Hashable, ...]) -> dict[Hashable, JoinpointFit | NotEstimable]:
        selection = self._selection()
        choices = [self._declared(selection, one) for one in range(len(names))] if self.dates else None
        analysed = Analysed(selection, self.settings, exploratory=not self.dates, nci=self.nci)
        return {
            name: report(analysed, choice, self.series[one], place=one)
            for one, (name, choice) in enumerate(zip(names, choices or selection.choose(), strict=True))
        }

    def _selection(self) -> Selection:
        return Selection(
            model=self._model(),
            ways=self._declared_ways() if self.dates else self._all_ways(),
            spent=DECLARED if self.dates else LOOKED_FOR,
            replicates=self.settings.replicates_for(nci=self.nci),
            seed=self.settings.seed,
            level=1 - self.settings.level,
        )

    def _model(self) -> Model:
        times = np.array(self.years, dtype=float)
        values, exposure, errors = (
            np.column_stack([getattr(one, field) for one in self.series])
            for field in ("figures", "exposure", "errors")
        )
        if not self.nci:
            return QuasiPoisson(times, values, np.log(exposure))
        precision = values if np.isnan(errors).all() else (values / errors) ** 2
        return LogLinear(times, np.log(values / exposure), precision)

    def _all_ways(self) -> tuple[tuple[Joins, ...], ...]:
        most = self.settings.largest_number(len(self.years), nci=self.nci)
        return tuple(self.settings.allowed(len(self.years), joins) for joins in range(most + 1))

    def _declared_ways(self) -> tuple[tuple[Joins, ...], ...]:
        dates = sorted(set(self.dates))
        way = tuple(self.years.index(year) for year in dates if year in self.years)
        if len(way) < len(dates) or way not in self.settings.allowed(len(self.years), len(dates)):
            raise SettingsError(
                where=f"joinpoint, dates {', '.join(map(str, dates))}",
                rule="a declared bend lies at an observed year, with room for the segments beside it",
                do="move the date, or leave the series out",
            )
        self.settings.demand_room(len(self.years), len(dates), nci=self.nci)
        return ((),), *[()] * (len(dates) - 1), (way,)

    def _declared(self, selection: Selection, place: int) -> Choice:
        return Choice(selection.most, tuple(selection.test(0, selection.most, [place])))


def _why_not(series: YearlySeries, *, nci: bool) -> NotEstimable | None:
    fewest = next(years for years in range(100) if years_allow(years, nci=nci))
    refused = why_no_answer(series, fewest_years=fewest)
    rates = not np.isnan(series.errors).all()
    if rates and refused is not None and refused.reason == "insufficient_events":
        refused = None
    if refused is None and nci and (series.figures == 0).any():
        zeros = int((series.figures == 0).sum())
        return NotEstimable("zero_in_log_model", {"years": len(series.years), "zeros": zeros})
    return refused


def _error_column(parity: Parity, settings: JoinpointSettings) -> str | None:
    if parity not in (None, "nci"):
        raise SettingsError(
            where="joinpoint, parity", rule="the one parity mode is 'nci'", do="leave it out, or write 'nci'"
        )
    if settings.standard_error is not None and parity is None:
        raise SettingsError(
            where="joinpoint, standard_error",
            rule="standard errors belong to rates, which only the parity mode takes",
            do="give counts and exposure, or parity='nci'",
        )
    return settings.standard_error
