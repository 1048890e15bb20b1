"""How often the limits of segments, joins and average hold what is true: the paragraph on intervals in docs/joinpoint.md.

    python benchmarks/joinpoint_intervals.py

Simulated series only: Poisson counts that bend once at mid-series; of each setting the first 300 in which one bend is found.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from evalkit.statistics.joinpoint.joinpoint import joinpoint
from evalkit.statistics.joinpoint.joinpoint_results import JoinpointFit
from evalkit.statistics.joinpoint.joinpoint_settings import JoinpointSettings

SERIES, TRIED = 300, 3000
SETTINGS = JoinpointSettings(replicates=99, most=1)


def held(years: int, mean: float, before: float, after: float) -> dict[str, float]:
    """Return the shares of series whose limits hold the true year, the true slopes and the true average."""
    rng, turn = np.random.default_rng(years * 100 + round(mean)), years // 2
    since = np.arange(years, dtype=float)
    slope = np.where(since < turn, before, after)[:-1]
    means = mean * np.exp(np.r_[0.0, slope.cumsum()])
    found = []
    for _ in range(TRIED):
        fit = joinpoint(pd.DataFrame({"year": range(years), "count": rng.poisson(means)}), settings=SETTINGS)
        if isinstance(fit, JoinpointFit) and len(fit.joins) == 1:
            found.append(_holds(fit, turn, before, after, float(slope.mean())))
        if len(found) == SERIES:
            break
    return {"series": len(found)} | {key: float(np.mean([one[key] for one in found])) for key in found[0]}


def _holds(fit: JoinpointFit, turn: int, before: float, after: float, average: float) -> dict[str, bool]:
    first, last = fit.segments
    join = fit.joins[0]
    return {
        "year": join.lower is not None and join.upper is not None and join.lower <= turn <= join.upper,
        "before": first.lower <= 100 * np.expm1(before) <= first.upper,
        "after": last.lower <= 100 * np.expm1(after) <= last.upper,
        "average": fit.aapc_lower <= 100 * np.expm1(average) <= fit.aapc_upper,
    }


def main() -> None:
    for years, mean, before, after in [
        (10, 8.0, 0.3, -0.3),
        (10, 30.0, 0.15, -0.15),
        (15, 8.0, 0.15, -0.25),
        (15, 30.0, 0.1, -0.1),
    ]:
        shares = held(years, mean, before, after)
        print(f"n {years} mean {mean}: " + ", ".join(f"{key} {share:.3f}" for key, share in shares.items()))


if __name__ == "__main__":
    main()
