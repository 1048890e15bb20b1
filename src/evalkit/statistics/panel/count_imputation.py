"""The effect on counts: what the untreated cells expect of the treated ones, held against what was counted there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.panel.comparable import FEWEST_CASES, comparable
from evalkit.statistics.panel.effect import Effect, LeftOut, basis_of
from evalkit.statistics.panel.jackknife import Jackknife
from evalkit.statistics.panel.panel import Mask, Panel, treated_cells
from evalkit.statistics.panel.randomisation import DRAWS, Starts, chance_of
from evalkit.statistics.panel.relative_magnitudes import periods_since, relative_magnitudes
from evalkit.statistics.panel.untreated_fit import expected_counts, tied_together
from evalkit.statistics.results import NotEstimable


def count_imputation(panel: Panel, *, level: float = 0.95, draws: int = DRAWS) -> Effect | NotEstimable:
    """Estimate the ratio of the cases counted under a programme to those expected without it.

    Parameters
    ----------
    panel : Panel
        Counts; starts may differ. Cells that were not reported count on neither side.
    level : float
        Confidence level of the limits.
    draws : int
        Assignments drawn for the randomisation p where there are more than 2,000.

    Returns
    -------
    Effect or NotEstimable
        Refused as :func:`evalkit.statistics.panel.comparable.comparable` says: under 5 places with the programme or without,
        under 30 cases of the places that start together, no case before or after.

    Notes
    -----
    A Poisson model with place effects, period effects and the log exposure as offset is fitted to the untreated cells alone: no place
    that already has the programme stands for one without, as in two-way fixed effects. With one start and constant exposures the ratio
    is the ratio of two ratios. A point before the start is estimated as one after it: its cells are taken out of the fit. Limits: each
    place left out in turn (CRV3), t with Satterthwaite's degrees of freedom from the treated places and the others. Randomisation:
    the starts given to other places, distance the log ratio (half a case added) over its standard error under the law.

    References
    ----------
    Borusyak, Jaravel and Spiess (2024), Rev. Econ. Stud. 91, 3253-3285; Wooldridge (2023), Econometrics J. 26, C31-C66; Bell and
    McCaffrey (2002), Survey Methodology 28, 169-181.

    Examples
    --------
    >>> counts = np.array([[8.0, 12, 3, 4]] * 5 + [[10, 14, 11, 12], [4, 7, 5, 6]] * 4)
    >>> names, years = tuple("ABCDEFGHIJKLM"), (2020, 2021, 2022, 2023)
    >>> found = count_imputation(Panel(counts, np.ones((13, 4)), (2022,) * 5 + (None,) * 8, names, years))
    >>> round(found.estimate, 3), round((35 / 100) / (136 / 140), 3)
    (0.36, 0.36)
    >>> found.chance.p, found.cases_before, found.cases_after
    (0.000777000777000777, 100.0, 35.0)
    """
    usable = comparable(panel)
    if isinstance(usable, NotEstimable):
        return usable
    kept, left_out = usable
    jackknife = Jackknife.of(kept, level)
    whole = jackknife.after(kept.treated[None])
    least, most = jackknife.range_without(kept.ever, kept.treated)
    return Effect(
        design="count_imputation",
        scale="ratio",
        estimate=float(whole["estimate"].iloc[0]),
        lower=float(whole["lower"].iloc[0]),
        upper=float(whole["upper"].iloc[0]),
        level=level,
        chance=chance_of(kept.starts, lambda ways: distances(kept, ways), draws=draws, seed=kept.seed),
        **basis_of(kept),
        events=_events(kept, jackknife),
        cohorts=_cohorts(kept, jackknife),
        left_out=(*left_out, *_lonely(kept)),
        least=least,
        most=most,
        without_others=jackknife.range_without(~kept.ever, kept.treated),
        honest=relative_magnitudes(kept, level=level),
    )


def _events(panel: Panel, after: Jackknife) -> pd.DataFrame:
    """Return the ratio by period since the start; those before it each from a fit without their cells."""
    since = periods_since(panel)
    rows = []
    for event in np.unique(since[panel.ever]):
        cells = since == event
        fit = after if event >= 0 else Jackknife.of(panel, after.level, also_out=cells)
        rows.append(fit.after(cells[None]).assign(at=int(event)))
    return pd.concat(rows, ignore_index=True)


def _cohorts(panel: Panel, after: Jackknife) -> pd.DataFrame:
    starts = np.unique(panel.starts[panel.ever])
    cells = np.array([panel.treated & (panel.starts == start)[:, None] for start in starts])
    return after.after(cells).assign(at=panel.cohorts)


def _lonely(panel: Panel) -> tuple[LeftOut, ...]:
    """Name the starts of a single place: no interval of their own."""
    starts, many = np.unique(panel.starts[panel.ever], return_counts=True)
    return tuple(LeftOut(str(panel.periods[k]), "cohort_of_one") for k in starts[many == 1])


def distances(panel: Panel, ways: Starts) -> Numbers:
    """Return how far from none the effect is under each assignment, in standard errors under the law.

    Parameters
    ----------
    panel : Panel
    ways : ndarray, assignments x places
        Start of each place.

    Returns
    -------
    ndarray
        Missing where :func:`evalkit.statistics.panel.comparable.comparable` would have refused the assignment, or left a place out.
    """
    cells = treated_cells(ways, len(panel.periods)) & panel.reported
    fit = expected_counts(panel.counts, panel.exposure, panel.reported & ~cells)
    fit = np.nan_to_num(fit)
    before = (ways < len(panel.periods))[:, :, None] & panel.reported & ~cells
    seen, expected = (
        np.where(cells, panel.counts, 0.0).sum(axis=(1, 2)),
        np.where(cells, fit, 0.0).sum(axis=(1, 2)),
    )
    error = np.sqrt(_relative(fit, cells, panel.law) + _relative(fit, before, panel.law))
    found = np.abs(np.log((seen + 0.5) / (expected + 0.5))) / error
    told = _have_cases(panel, ways) & _have_figures(panel, ways) & tied_together(panel.reported & ~cells)
    return np.where(told, found, np.nan)


def _relative(fit: Numbers, cells: Mask, law: ScatterLaw) -> Numbers:
    """Return the variance of the sum of some cells under the law, over its square; half a case is added."""
    means = np.where(cells, fit, 0.0)
    scatter = (means * variance_factors(law, means)).sum(axis=(1, 2))
    return np.asarray((0.5 + scatter) / (0.5 + means.sum(axis=(1, 2))) ** 2)


def variance_factors(law: ScatterLaw, means: Numbers) -> Numbers:
    """Return variance over mean under the law, for many means at once; 1 where the law is not known.

    Examples
    --------
    >>> variance_factors(ScatterLaw.unknown(), np.array([1.0, 9.0])).tolist()
    [1.0, 1.0]
    """
    if not law.is_known:
        return np.ones_like(means)
    return law.own * np.maximum(
        1.0, 1 + law.alpha * means if law.form == "quadratic" else law.phi + 0 * means
    )


def _have_cases(panel: Panel, ways: Starts) -> Mask:
    """Tell which assignments would not be refused for too few cases in places that start together."""
    totals = np.nansum(panel.counts, axis=1)
    starts = np.unique(panel.starts[panel.ever])
    sums = np.array([(ways == start) @ totals for start in starts])
    return np.asarray((sums >= FEWEST_CASES).all(axis=0))


def _have_figures(panel: Panel, ways: Starts) -> Mask:
    """Tell which assignments have a figure of each place since its start, and cases on both sides before and after."""
    given = treated_cells(ways, len(panel.periods))
    own = (ways < len(panel.periods))[:, :, None]
    after = given.any(axis=1, keepdims=True)
    told = ((given & panel.reported).any(axis=2) | ~own[:, :, 0]).all(axis=1)
    for cells in (own & ~given, given, ~own & after, ~own & ~after):
        told &= np.where(cells & panel.reported, panel.counts, 0.0).sum(axis=(1, 2)) > 0
    return np.asarray(told)
