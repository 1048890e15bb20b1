"""How often a straight trend is called bent, and a bent one recognised: the table in docs/joinpoint.md.

    python benchmarks/joinpoint_size.py

Simulated series only; the choice is the kit's own (499 replicates per test, level 5 %), joins up to what the years allow.
"""

from __future__ import annotations

import numpy as np

from evalkit.statistics.joinpoint.joinpoint_grid import allowed_joins
from evalkit.statistics.joinpoint.joinpoint_models import QuasiPoisson
from evalkit.statistics.joinpoint.joinpoint_selection import LOOKED_FOR, Selection
from evalkit.statistics.joinpoint.joinpoint_settings import years_allow

SERIES, REPLICATES = 1000, 499


def share_bent(years: int, mean: float, *, alpha: float = 0.0, change: float = 0.0) -> float:
    """Return the share of series in which at least one join is found; ``change`` is that of the log slope at mid-series."""
    rng = np.random.default_rng(years * 100 + round(10 * mean) + round(1000 * alpha))
    since = np.arange(years, dtype=float)
    means = mean * np.exp(change * np.maximum(since - years // 2, 0))[:, None] * np.ones(SERIES)
    counts = rng.poisson(means if alpha == 0 else rng.gamma(1 / alpha, alpha * means)).astype(float)
    model = QuasiPoisson(since, counts, np.zeros((years, SERIES)))
    ways = tuple(allowed_joins(years, joins) for joins in range(years_allow(years) + 1))
    chosen = Selection(model, ways, spent=LOOKED_FOR, replicates=REPLICATES, seed=7, level=0.05).choose()
    return float(np.mean([choice.joins > 0 for choice in chosen]))


def main() -> None:
    print(
        f"share of {SERIES} series called bent; simulation error up to {100 * (0.25 / SERIES) ** 0.5:.1f} points"
    )
    for years, mean, alpha in [
        *[(10, mean, 0.0) for mean in (0.5, 2.0, 8.0)],
        *[(15, mean, 0.0) for mean in (2.0, 8.0)],
        *[(10, mean, alpha) for mean in (2.0, 8.0) for alpha in (0.3, 0.5)],
        *[(15, mean, 0.5) for mean in (2.0, 8.0)],
    ]:
        print(
            f"straight  n {years:2} mean {mean:4} alpha {alpha:.1f}  {share_bent(years, mean, alpha=alpha):.3f}"
        )
    for years, mean in [(10, 2.0), (10, 8.0), (15, 8.0)]:
        print(f"slope 0 to -0.4  n {years:2} mean {mean:4}  {share_bent(years, mean, change=-0.4):.3f}")


if __name__ == "__main__":
    main()
