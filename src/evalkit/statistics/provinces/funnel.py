"""A funnel: each province's rate against one target, within limits that widen where little is expected."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.errors import FactsError
from evalkit.statistics.counts import Numbers
from evalkit.statistics.expectation import expected_p
from evalkit.statistics.law.period_scatter import LawOfYears, YearScatter, period_factors
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_mean import mean_limits
from evalkit.statistics.multiplicity import AdjustedTests, adjust_tests
from evalkit.statistics.provinces.control_limits import (
    Overdispersion,
    chance_limits,
    funnel_limits,
    overdispersion,
)
from evalkit.statistics.provinces.funnel_verdict import funnel_verdict
from evalkit.statistics.provinces.province_counts import ProvinceCounts, province_counts, year_scatter
from evalkit.statistics.results import NotEstimable

FEWEST_PROVINCES = 3
FEWEST_FOR_SPREAD = 5
WARNING, ALARM = 0.95, 0.998


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """Provinces within or outside the limits about one target.

    Attributes
    ----------
    frame : DataFrame
        Per province: ``province_code``, ``count``, ``exposure``, ``flag``; ``expected`` (at the target), ``ratio`` (observed
        over expected), ``lower_95``, ``upper_95``, ``lower_998``, ``upper_998`` (limits of the ratio, widened by ``tau2``
        and the law of years), ``plain_lower``, ``plain_upper``, ``chance_lower``, ``chance_upper``, ``wide_lower``, ``wide_upper``
        (counts just inside the 95 % limits of pure chance, of chance with the law of years, and the widened ones), ``rate_lower``,
        ``rate_upper`` (95 % limits of the rate behind the own count, under the law of years: they hold the target where the count lies
        inside the limits of chance), ``verdict`` and ``side`` (what they allow to be said:
        :class:`~evalkit.statistics.provinces.funnel_verdict.FunnelVerdict`), ``p`` (of the distance; exact where nothing was widened), ``p_adjusted`` (for the number of provinces),
        ``position`` (``within``, ``above_95``, ``above_998``, ``below_95``, ``below_998``; empty where there is no figure).
    target : float
        Rate held against, per unit of exposure.
    declared : bool
        The target was given; else it is the rate of all provinces shown.
    provinces, hidden : int
        Provinces used, and provinces whose figure is suppressed.
    phi, tau2 : float
        As in :class:`~evalkit.statistics.provinces.control_limits.Overdispersion`; ``phi`` is missing with fewer than 5 provinces.
    law : ScatterLaw or None
        How years scatter; None where that is not known.
    outside, shown : int
        Provinces outside the 99.8 % limits, and provinces whose adjusted p stands at 5 %.
    tests : int
        How many provinces were tested.
    """

    frame: pd.DataFrame
    target: float
    declared: bool
    provinces: int
    hidden: int
    phi: float
    tau2: float
    outside: int
    shown: int
    tests: int
    law: ScatterLaw | None = None


def funnel(
    frame: pd.DataFrame, *, law: LawOfYears | None = None, target: float | None = None
) -> Funnel | NotEstimable:
    """Hold each province's rate against one target.

    Parameters
    ----------
    frame : DataFrame, one row per province
        ``province_code``, ``count``, ``exposure`` (person-years, or cases expected); ``status`` where there is one, ``years``
        (behind the count) where there is a law.
    law : ScatterLaw or mapping of province code to ScatterLaw, optional
        How years scatter (:func:`~evalkit.statistics.law.law_of_panel.panel_law`): the widened limits allow for it.
    target : float, optional
        Rate per unit of exposure (1 where the exposure is cases expected); by default that of all provinces together.

    Returns
    -------
    Funnel or NotEstimable
        Not estimable: ``suppressed`` (without a declared target, because a target made of what is not hidden is too high),
        ``too_few_provinces`` (fewer than 3 without a declared target), ``no_events`` (without one).

    Raises
    ------
    FactsError
        As in :func:`~evalkit.statistics.provinces.province_counts.province_counts`; or if a target is not positive.

    References
    ----------
    Spiegelhalter (2005), Stat. Med. 24, 1185-1202.

    Examples
    --------
    >>> counts = pd.DataFrame({"province_code": ["95", "96", "97"], "count": [2, 9, 25], "exposure": [10.0, 11.0, 12.0]})
    >>> funnel(counts).frame["position"].tolist()
    ['below_95', 'within', 'above_95']
    """
    if target is not None and not 0 < target < math.inf:
        raise FactsError(where="funnel", rule="a target is a positive rate", do="declare one, or none")
    given = province_counts(frame)
    refusal = given.refusal(fewest=FEWEST_PROVINCES if target is None else 1, declared=target is not None)
    if refusal is not None:
        return refusal
    rate = given.rate if target is None else target
    used = year_scatter(given, law)
    factor = used.factors(rate * given.exposure, given.years) if used else np.ones_like(given.counts)
    spread = _spread(given.counts, rate * given.exposure, factor)
    points, tests = _points(given, rate * given.exposure, spread.tau2, factor, rates=_rates(given, used))
    return Funnel(
        frame=points,
        target=rate,
        declared=target is not None,
        provinces=len(given.counts),
        hidden=given.hidden,
        phi=spread.phi,
        tau2=spread.tau2,
        outside=int(points["position"].str.endswith("_998").sum()),
        shown=tests.shown,
        tests=tests.tests,
        law=used.law if used else None,
    )


def funnel_lines(found: Funnel, exposure: Numbers, *, years: float) -> pd.DataFrame:
    """Return the limits of a funnel as lines over exposures, for a picture.

    Parameters
    ----------
    found : Funnel
    exposure : ndarray
        Person-years at which a point of each line is wanted, positive.
    years : float
        Over how many years a count goes; matters where there is a law of years.

    Returns
    -------
    DataFrame
        ``exposure``; ``chance_lower``, ``chance_upper``, ``wide_lower``, ``wide_upper``: rates per unit of exposure, the 95 % limits of
        chance, which allow for how years scatter where that is known, and those that allow for the spread of provinces too.

    Examples
    --------
    >>> counts = pd.DataFrame({"province_code": ["95", "96", "97"], "count": [2, 9, 25], "exposure": [10.0, 11.0, 12.0]})
    >>> lines = funnel_lines(funnel(counts), np.array([10.0, 40.0]), years=5)
    >>> bool(lines["chance_upper"].is_monotonic_decreasing)
    True
    """
    expected = found.target * exposure
    factor = np.ones_like(expected)
    if found.law is not None:
        factor = period_factors(expected, np.full_like(expected, years), found.law)
    chance = [limit / expected for limit in chance_limits(expected, level=WARNING, factor=factor)]
    wide = funnel_limits(expected, level=WARNING, tau2=found.tau2, factor=factor, form="chi-square")
    lines = {"exposure": exposure}
    for name, (lower, upper) in (("chance", chance), ("wide", wide)):
        lines |= {f"{name}_lower": found.target * lower, f"{name}_upper": found.target * upper}
    return pd.DataFrame(lines)


def _rates(given: ProvinceCounts, used: YearScatter | None) -> tuple[Numbers, Numbers]:
    """Return the limits of each province's own rate, under the law of years where there is one."""
    years = given.years if used else np.ones_like(given.counts)
    laws = [replace(used.law, own=float(own)) for own in used.own] if used else [None] * len(given.counts)
    limits = [
        mean_limits(float(c), float(y), law) for c, y, law in zip(given.counts, years, laws, strict=True)
    ]
    low, high = np.array(limits, dtype=float).T
    return low * years / given.exposure, high * years / given.exposure


def _spread(counts: Numbers, expected: Numbers, factor: Numbers) -> Overdispersion:
    if len(counts) < FEWEST_FOR_SPREAD:
        return Overdispersion(np.array([]), 0, math.nan, 0.0)
    return overdispersion(counts, expected, factor=factor)


def _points(
    given: ProvinceCounts,
    expected: Numbers,
    tau2: float,
    factor: Numbers,
    *,
    rates: tuple[Numbers, Numbers],
) -> tuple[pd.DataFrame, AdjustedTests]:
    columns = {"expected": expected, "ratio": given.counts / expected}
    columns |= {"rate_lower": rates[0], "rate_upper": rates[1]}
    for name, level in (("95", WARNING), ("998", ALARM)):
        limits = funnel_limits(expected, level=level, tau2=tau2, factor=factor)
        columns |= {f"lower_{name}": limits[0], f"upper_{name}": limits[1]}
    columns["p"] = _p(given.counts, expected, tau2, factor)
    tests = adjust_tests(columns["p"])
    if isinstance(tests, NotEstimable):  # cannot be: a funnel has at least one province
        raise TypeError(tests.reason)
    columns["p_adjusted"] = tests.frame["adjusted"].to_numpy()
    points = given.beside(**columns)
    return _with_verdicts(points.assign(position=_position(points)), tau2, factor), tests


def _with_verdicts(points: pd.DataFrame, tau2: float, factor: Numbers) -> pd.DataFrame:
    """Add what may be said of each province; empty where there is no figure."""
    used = points[points["flag"] == ""]
    rows = zip(used["count"], used["expected"], factor, strict=True)
    found = [
        asdict(funnel_verdict(float(count), float(expected), tau2=tau2, factor=float(own)))
        for count, expected, own in rows
    ]
    told = pd.DataFrame(found, index=used.index).drop(columns="expected")
    told = told.astype({name: float for name in told.columns if name not in ("verdict", "side")})
    return points.join(told).fillna({"verdict": "", "side": ""})


def _p(counts: Numbers, expected: Numbers, tau2: float, factor: Numbers) -> Numbers:
    """Return the p of each distance: exact, or by the widened standard error if that is larger."""
    exact = expected_p(counts, expected)["central"]
    if tau2 == 0 and (factor == 1).all():
        return exact
    distance = np.abs(np.sqrt(counts / expected) - 1) / np.sqrt(factor / (4 * expected) + tau2)
    return np.asarray(np.maximum(exact, 2 * stats.norm.sf(distance)))


def _position(points: pd.DataFrame) -> Numbers:
    ratio = points["ratio"]
    places = {
        "above_998": ratio > points["upper_998"],
        "below_998": ratio < points["lower_998"],
        "above_95": ratio > points["upper_95"],
        "below_95": ratio < points["lower_95"],
        "within": ratio.notna(),
    }
    return np.select(list(places.values()), list(places), default="")
