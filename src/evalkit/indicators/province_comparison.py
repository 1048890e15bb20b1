"""Provinces held beside each other over one programme period: do they differ at all, and by how much more than chance."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.indicators.period_totals import PeriodTotal
from evalkit.indicators.person_years import person_years
from evalkit.indicators.place_totals import totals_of_places
from evalkit.programme.models import Programme
from evalkit.short_form import ShortForm
from evalkit.statistics.law.period_scatter import LawOfYears
from evalkit.statistics.provinces.funnel import Funnel, funnel
from evalkit.statistics.provinces.heterogeneity import Heterogeneity, heterogeneity
from evalkit.statistics.provinces.province_counts import province_counts
from evalkit.statistics.provinces.ranks import RankIntervals, rank_intervals
from evalkit.statistics.provinces.shrinkage import (
    FEWEST_PROVINCES,
    ShrunkenRates,
    plausible_rates,
    shrink_rates,
)
from evalkit.statistics.results import NotEstimable
from evalkit.table import TOLD

FEWEST = 5


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ProvinceComparison(ShortForm):
    """The rates of provinces in one programme period, from the plain question to the fine ones.

    Attributes
    ----------
    indicator, period : str
        Their names in the programme; ``period`` is empty where no period has enough provinces.
    frame : DataFrame
        Per province: ``province_code``, ``count``, ``exposure`` (person-years), ``years`` reported, ``status``.
    differs : Heterogeneity or NotEstimable
        Whether the rates differ by more than chance: to be read first.
    shrunken : ShrunkenRates or NotEstimable
    funnel : Funnel or NotEstimable
    ranks : RankIntervals or NotEstimable
    """

    indicator: str
    period: str
    frame: pd.DataFrame
    differs: Heterogeneity | NotEstimable
    shrunken: ShrunkenRates | NotEstimable
    funnel: Funnel | NotEstimable
    ranks: RankIntervals | NotEstimable


def compare_provinces(
    facts: pd.DataFrame,
    indicator: str,
    programme: Programme,
    *,
    law: LawOfYears | None = None,
    seed: int = 1,
) -> ProvinceComparison:
    """Compare the rates of provinces in the latest programme period that enough of them have a total for.

    Parameters
    ----------
    facts : DataFrame
        The total rows of all provinces of one boundary set, with their population, from any sources.
    indicator : str
        Its numerator is compared, per person-year.
    programme : Programme
    law : ScatterLaw or mapping of province code to ScatterLaw, optional
        How single years scatter in the whole panel, or in each province (:func:`~evalkit.statistics.law.law_of_places.place_laws`); without one, as pure chance would make them. What is compared
        is the lasting rate, not the one realised in these years.
    seed : int
        Of the simulations.

    Returns
    -------
    ProvinceComparison
        With reasons instead of results where fewer than five provinces have a total in any period (``too_few_provinces``), where
        five have one but fewer of them a population (``no_exposure``), or where a total is hidden (``suppressed``: the hidden
        ones are the small ones, the rest would be no fair picture).

    Notes
    -----
    A province whose total lacks years enters with the person-years of the years it has: the population of the window
    times the share of its years that were reported.

    References
    ----------
    Dean (1992), J. Am. Stat. Assoc. 87, 451-457; Clayton and Kaldor (1987), Biometrics 43, 671-681; Spiegelhalter (2005),
    Stat. Med. 24, 1185-1202; Marshall and Spiegelhalter (1998), BMJ 316, 1701-1704.
    """
    panels = _panels(facts, indicator, programme)
    told = [name for name, panel in panels.items() if int(panel["exposure"].notna().sum()) >= FEWEST]
    if not told:
        refused = _refused(list(panels.values()))
        return ProvinceComparison(indicator, "", pd.DataFrame(), refused, refused, refused, refused)
    panel = panels[told[-1]]
    given = province_counts(panel)
    rates = plausible_rates(given, law) if given.refusal(fewest=FEWEST_PROVINCES) is None else None
    return ProvinceComparison(
        indicator,
        told[-1],
        panel,
        heterogeneity(panel, law=law, seed=seed),
        shrink_rates(panel, law=law, rates=rates),
        funnel(panel, law=law),
        rank_intervals(panel, law=law, seed=seed, rates=rates),
    )


def funnel_of_period(
    facts: pd.DataFrame, indicator: str, programme: Programme, *, law: LawOfYears | None = None
) -> tuple[str, Funnel, pd.Series] | None:
    """Return the funnel alone of the comparison of provinces: its period, the funnel, over how many years each province's count goes.

    None where there is none.

    Parameters
    ----------
    facts, indicator, programme, law
        As of :func:`compare_provinces`.
    """
    panels = _panels(facts, indicator, programme)
    told = [name for name, panel in panels.items() if int(panel["exposure"].notna().sum()) >= FEWEST]
    if not told:
        return None
    panel = panels[told[-1]]
    found = funnel(panel, law=law)
    years = panel.set_index("province_code")["years"].astype(float)
    return (told[-1], found, years) if isinstance(found, Funnel) else None


def _refused(panels: list[pd.DataFrame]) -> NotEstimable:
    """Return the true reason why no period can be compared, by the period that comes nearest to it."""
    totals = max((int(panel["count"].notna().sum()) for panel in panels), default=0)
    hidden = max((int(panel["status"].isin(TOLD).sum()) for panel in panels), default=0)
    seen: dict[str, float | int | str] = {"provinces": totals}
    if totals >= FEWEST:
        return NotEstimable("no_exposure", seen)
    return NotEstimable("suppressed" if hidden >= FEWEST else "too_few_provinces", seen)


def _panels(facts: pd.DataFrame, indicator: str, programme: Programme) -> dict[str, pd.DataFrame]:
    """Return one panel of provinces per programme period, in the order of periods."""
    rows: dict[str, list[dict[str, object]]] = {period.id: [] for period in programme.periods}
    for (code, scheme), totals in totals_of_places(facts, indicator, programme).items():
        for period, total in zip(programme.periods, totals, strict=True):
            rows[period.id].append({"province_code": code, "scheme": scheme} | _row(total))
    population = facts[facts["measure"] == programme.population]
    return {period: _with_exposure(pd.DataFrame(found), population) for period, found in rows.items()}


def _row(total: PeriodTotal | NotEstimable) -> dict[str, object]:
    if isinstance(total, NotEstimable):
        status = "suppressed" if total.reason == "suppressed" else "not_reported"
        none: dict[str, object] = {"count": None, "years": None, "share": None, "status": status}
        return {"period_start": pd.NaT, "period_end": pd.NaT, **none}
    share = total.years / exposure_years(total.start, total.end)
    return {
        "period_start": total.start,
        "period_end": total.end,
        "count": total.count,
        "years": total.years,
        "share": share,
        "status": total.status,
    }


def _with_exposure(panel: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    columns = ["province_code", "count", "exposure", "years", "status"]
    if panel.empty:
        return pd.DataFrame(columns=columns)
    told = panel.dropna(subset=["period_start"])
    lived = person_years(told, population) * told["share"].astype(float) if len(told) else float("nan")
    numbers = {name: panel[name].astype(float) for name in ("count", "years")}
    return panel.assign(**numbers, exposure=lived)[columns]
