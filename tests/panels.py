"""Small panels with and without a programme, for the tests of its effect; their numbers follow a rule, so that any program can make them."""

from __future__ import annotations

import numpy as np

from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.panel.panel import Panel

YEARS = tuple(range(2010, 2018))
STAGGERED = (2014, 2014, 2014, 2016, 2016, 2016, *[None] * 6)
LAW = ScatterLaw("quadratic", 4.0, 0.41, series=34, cells=510, degrees=400, p=0.0)


def ruled(since: tuple[int | None, ...] = STAGGERED, **fields: object) -> Panel:
    """Twelve places in eight years: counts 3 to 24, exposures 1 to 2.45."""
    place, year = np.arange(12)[:, None], np.arange(8)[None, :]
    counts = ((7 * place + 5 * year + place * year) % 11 + 3 + place).astype(float)
    names = tuple(f"{k:02d}" for k in range(12))
    return Panel(counts, 1 + 0.1 * place + 0.05 * year, since, names, YEARS, **fields)


def drawn(
    rng: np.random.Generator, since: tuple[int | None, ...], *, mean: float = 8.0, ratio: float = 1.0
) -> Panel:
    """Negative binomial years of alpha .41 in places of unequal size, all alike in time but for the programme."""
    sizes = mean * np.exp(rng.normal(0, 0.5, len(since)))[:, None]
    periods = tuple(range(2008, 2023))
    starts = np.array([9999 if one is None else one for one in since])[:, None]
    means = sizes * np.exp(0.1 * rng.normal(size=15)) * np.where(np.array(periods) >= starts, ratio, 1.0)
    counts = rng.poisson(means * rng.gamma(1 / 0.41, 0.41, means.shape)).astype(float)
    return Panel(
        counts, np.ones_like(counts), since, tuple(f"{k:02d}" for k in range(len(since))), periods, law=LAW
    )
