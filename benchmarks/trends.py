"""How fast a panel's joinpoint analysis is, held against a loop of statsmodels fits on a sample of the same work.

    python benchmarks/trends.py

63 invented series of 15 years, 999 simulated series per test, joins searched for up to two. The loop fits a random sample
of the very models the panel's bootstrap fits; both times are per fit, taken in turns on one thread, and the answers are
compared. Only ratios are worth quoting: the seconds are this machine's.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time

import numpy as np
import pandas as pd
import statsmodels.api as sm

from evalkit.statistics.joinpoint.joinpoint import joinpoint_panel
from evalkit.statistics.joinpoint.joinpoint_grid import allowed_joins, bent_design
from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit
from evalkit.statistics.trend.poisson_batch import fit_batch

SERIES, YEARS, REPLICATES = 63, 15, 999
SAMPLE, TURNS = 600, 3
MEANS = (1.0, 3.0, 8.0, 20.0)
WAYS = [way for joins in range(3) for way in allowed_joins(YEARS, joins)]


def invented_panel(rng: np.random.Generator) -> pd.DataFrame:
    """Draw series without a trend, their years scattering twice as much as chance."""
    means = np.resize(MEANS, SERIES)[:, None] * np.ones(YEARS)
    counts = rng.poisson(rng.gamma(means, 1.0))
    names = [f"{place:02d}" for place in range(1, SERIES + 1)]
    wide = pd.DataFrame(
        counts, index=pd.Index(names, name="province_code"), columns=range(2008, 2008 + YEARS)
    )
    return wide.reset_index().melt(id_vars="province_code", var_name="year", value_name="count")


def fits_in(found: dict[object, object]) -> int:
    """Return how many models the bootstrap of a panel fitted."""
    ways = [len(allowed_joins(YEARS, joins)) for joins in range(3)]
    tests = [test for fit in found.values() if isinstance(fit, JoinpointFit) for test in fit.tests]
    return sum(test.replicates * (ways[test.null] + ways[test.alternative]) for test in tests)


def time_panel(panel: pd.DataFrame) -> tuple[float, int]:
    """Return seconds and fits of the whole panel, end to end."""
    started = time.perf_counter()
    found = joinpoint_panel(panel)
    return time.perf_counter() - started, fits_in(found)


def time_loop(designs: list[np.ndarray], counts: np.ndarray) -> tuple[float, np.ndarray]:
    """Return seconds and deviances of one statsmodels fit after the other."""
    started = time.perf_counter()
    deviances = [
        sm.GLM(column, design, family=sm.families.Poisson()).fit().deviance
        for design, column in zip(designs, counts.T, strict=True)
    ]
    return time.perf_counter() - started, np.array(deviances)


def main() -> None:
    """Measure in turns and print."""
    rng = np.random.default_rng(63)
    panel = invented_panel(rng)
    times = np.arange(YEARS, dtype=float)
    drawn = rng.integers(len(WAYS), size=SAMPLE)
    designs = [bent_design(times, WAYS[way]) for way in drawn]
    means = np.resize(MEANS, SAMPLE)
    counts = rng.poisson(np.broadcast_to(means, (YEARS, SAMPLE))).astype(float)
    counts[0] += counts.sum(axis=0) == 0  # statsmodels stops at a series without a case; the batch does not

    ratios, whole, fits, deviances = [], [], 0, np.empty(0)
    for _ in range(TURNS):
        loop, deviances = time_loop(designs, counts)
        seconds, fits = time_panel(panel)
        ratios.append((loop / SAMPLE) / (seconds / fits))
        whole.append(seconds)
    ours = np.concatenate(
        [fit_batch(design, counts[:, [at]], offset=np.zeros((1, 1)))[1] for at, design in enumerate(designs)]
    )
    print(f"panel: {SERIES} series x {YEARS} years, {REPLICATES} replicates: {fits:,} fits, all in all")
    print(f"       {statistics.median(whole):.1f} s (searching, drawing, fitting, reporting)")
    print(f"loop:  a sample of {SAMPLE} fits by statsmodels GLM, per fit")
    print(
        f"       {statistics.median(ratios):.0f} times slower (turns: {', '.join(f'{r:.0f}' for r in ratios)})"
    )
    print(f"largest difference of deviance in the sample: {np.abs(ours - deviances).max():.1e}")


if __name__ == "__main__":
    main()
