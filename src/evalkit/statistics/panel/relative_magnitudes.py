"""How much the gap between places would have had to move by itself for an effect to vanish, in units of how it moved before."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from evalkit.statistics.counts import Numbers
from evalkit.statistics.panel.jackknife import FEWEST_FOR_LIMITS, Jackknife, reach_of
from evalkit.statistics.panel.panel import Mask, Panel

FEWEST_BEFORE = 2
LARGEST_M = 1000.0  # beyond, no M is told


@dataclass(frozen=True, slots=True)
class RelativeMagnitudes:
    """An effect measured from the last period before the start, and what a gap that moves by itself leaves of it.

    Attributes
    ----------
    estimate : float
        Ratio of counted to expected; the expected from the last period before the start alone.
    reach : float
        From its logarithm to either limit, at half of the error allowed.
    moved : float
        Upper bound of the largest move of the log gap from one period before the start to the next, at the other half.
    ahead : tuple of (int, float)
        Periods from the base to each period with the programme, and what share of the expected cases lies in it.
    breakdown : float
        The largest M at which the limits leave out 1; 0 where they hold it without any move, infinite beyond 1,000.
    """

    estimate: float
    reach: float
    moved: float
    ahead: tuple[tuple[int, float], ...]
    breakdown: float

    def limits(self, m: float) -> tuple[float, float]:
        """Return the limits of the ratio if the gap would have moved by at most ``m`` times as much a period as it did before."""
        lower, upper = _log_limits(self, m)
        return _exp(lower), _exp(upper)


def relative_magnitudes(panel: Panel, *, level: float = 0.95) -> RelativeMagnitudes | None:
    """Tell how far the gap may have moved by itself: the restriction Delta^RM of Rambachan and Roth, with conservative limits.

    Parameters
    ----------
    panel : Panel
        Counts, of places that can be compared.
    level : float
        The limits hold with at least this probability.

    Returns
    -------
    RelativeMagnitudes or None
        None with under two periods before the start, under three places with the programme, or no case in one of the periods.
        Periods before the start in which fewer than three of these places are reported tell of no move.

    Notes
    -----
    The model is fitted to the places without the programme and to each treated place's last period before its start: every other
    period is told from that base, before as after. Supposed: from period to period after the base the log gap moves by at most M times its largest
    move before it. The worst such path adds M x move x periods passed. The error allowed is halved: one half for the
    estimate, one for the move that is largest in truth, whichever that is. So no least favourable critical value is needed, and the limits are
    wider than theirs.

    References
    ----------
    Rambachan and Roth (2023), Rev. Econ. Stud. 90, 2555-2591, section 2.4.1; Roth (2024), arXiv 2401.12309, on the base.

    Examples
    --------
    >>> place, year = np.arange(14)[:, None], np.arange(8)[None, :]
    >>> cases = (7 * place + 5 * year + place * year) % 11 + 42.0 + place
    >>> cases[:6, 4:] = np.round(cases[:6, 4:] * 0.3)
    >>> since = (2018,) * 6 + (None,) * 8
    >>> found = relative_magnitudes(Panel(cases, np.ones((14, 8)), since, tuple("ABCDEFGHIJKLMN"), tuple(range(2014, 2022))))
    >>> round(found.estimate, 2), round(found.breakdown, 1)
    (0.31, 3.0)
    >>> found.limits(2.9)[1] < 1 < found.limits(3.1)[1]
    True
    """
    since, base = periods_since(panel), _base(panel)
    own = panel.ever
    if own.sum() < FEWEST_FOR_LIMITS or not (base.sum(axis=1)[own] == 1).all():
        return None
    fit = Jackknife.of(panel, level, also_out=own[:, None] & ~base)
    events = [(since == at) & panel.reported for at in _events(panel, since, before=True)]
    before = _logs(fit, [one for one in events if one.any(axis=1).sum() >= FEWEST_FOR_LIMITS])
    whole = _logs(fit, [panel.treated & panel.reported])
    if before is None or whole is None or len(before) < FEWEST_BEFORE:
        return None
    half = (1 - level) / 2
    moves = np.diff(before, axis=0)
    moved = max(abs(float(one[0])) + reach_of(one, own, 1 - half) for one in moves)
    reach = reach_of(whole[0], own, 1 - half / 2)
    ahead = _ahead(panel, since, base, fit)
    found = RelativeMagnitudes(float(np.exp(whole[0][0])), reach, moved, ahead, math.nan)
    return RelativeMagnitudes(found.estimate, reach, moved, ahead, _breakdown(found))


def periods_since(panel: Panel) -> NDArray[np.int_]:
    """Return periods since the start for each cell; a number far below zero where the place never starts.

    Examples
    --------
    >>> panel = Panel(np.ones((2, 2)), np.ones((2, 2)), (2021, None), ("A", "B"), (2020, 2021))
    >>> periods_since(panel)[0].tolist()
    [-1, 0]
    """
    periods = np.array(panel.periods)
    first = np.array([*panel.periods, 10**9])[panel.starts]
    return np.asarray(periods[None, :] - first[:, None])


def _base(panel: Panel) -> Mask:
    """Return the last reported cell of each treated place before its start."""
    before = panel.ever[:, None] & panel.reported & ~panel.treated
    last = before.shape[1] - 1 - np.argmax(before[:, ::-1], axis=1)
    return np.asarray(before & (np.arange(before.shape[1]) == last[:, None]))


def _events(panel: Panel, since: NDArray[np.int_], *, before: bool) -> list[int]:
    told = since[panel.ever[:, None] & panel.reported & (panel.treated != before)]
    return [int(at) for at in np.unique(told)]


def _logs(fit: Jackknife, cells: list[Mask]) -> Numbers | None:
    """Return the log ratio in each set of cells: from all places, then without each in turn; None where one is 0 or cannot be told."""
    ratios = np.array([fit.ratios(one) for one in cells])
    return np.log(ratios) if ratios.size and (ratios > 0).all() else None


def _ahead(
    panel: Panel, since: NDArray[np.int_], base: Mask, fit: Jackknife
) -> tuple[tuple[int, float], ...]:
    """Return how far each period with the programme is from the furthest base, and its share of the cases expected."""
    first = int(since[base].min())
    cells = panel.treated & panel.reported
    expected = np.where(cells, fit.expected[0], 0.0)
    total = expected.sum()
    return tuple(
        (at - first, float(expected[since == at].sum() / total)) for at in _events(panel, since, before=False)
    )


def _log_limits(found: RelativeMagnitudes, m: float) -> tuple[float, float]:
    """Return the limits of the log ratio under the worst path down and up: the bias is that of a sum of expected cases, each period moved as far as it may."""
    steps, shares = (np.array(one, dtype=float) for one in zip(*found.ahead, strict=True))
    up, down = (_log_mean(sign * m * found.moved * steps, shares) for sign in (1.0, -1.0))
    centre = math.log(found.estimate)
    return centre - found.reach - up, centre + found.reach - down


def _log_mean(moves: Numbers, shares: Numbers) -> float:
    """Return the logarithm of a weighted mean of exponentials, which may be large; what has no weight is left out, however far it moves."""
    return float(special.logsumexp(moves, b=shares))


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def _breakdown(found: RelativeMagnitudes) -> float:
    """Return the M at which one of the limits reaches 1; between 0 and that M both lie on one side."""

    def left(m: float) -> float:
        lower, upper = _log_limits(found, m)
        return lower if found.estimate > 1 else -upper

    if left(0.0) <= 0:
        return 0.0
    if left(LARGEST_M) > 0:
        return math.inf
    return float(optimize.brentq(left, 0.0, LARGEST_M))
