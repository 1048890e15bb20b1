"""How often the methods for provinces side by side are right: invented panels with known rates, fixed seed.

python benchmarks/provinces.py [PANELS]

Prints, for panels of 34 and 63 invented provinces of unequal size: how often provinces alike are called different, how
often the limits of a shrunken rate hold the true one, how often a province alike is outside the funnel, and how often
the limits of the pooled before/after ratio hold the true one.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from evalkit.estimation.funnel import funnel
from evalkit.estimation.heterogeneity import heterogeneity
from evalkit.estimation.results import NotEstimable
from evalkit.estimation.shrinkage import shrink_rates
from evalkit.estimation.stratified import pooled_ratio


def panel(rng: np.random.Generator, provinces: int, mean: float, alpha: float) -> pd.DataFrame:
    size = rng.lognormal(0, 0.6, provinces)
    true = mean * (rng.gamma(1 / alpha, alpha, provinces) if alpha else np.ones(provinces))
    later = rng.poisson(0.6 * true * size)
    codes = [f"P{k}" for k in range(provinces)]
    frame = {"province_code": codes, "count": rng.poisson(true * size), "exposure": size, "true": true}
    return pd.DataFrame(frame).assign(later=later, later_exposure=size, earlier_exposure=size)


def row(panels: int, provinces: int, mean: float, alpha: float) -> list[float]:
    rng, kept = np.random.default_rng(20), []
    for _ in range(panels):
        frame = panel(rng, provinces, mean, alpha)
        scatter, rates, points = heterogeneity(frame), shrink_rates(frame), funnel(frame)
        pooled = pooled_ratio(frame.rename(columns={"count": "earlier"}))
        if any(isinstance(found, NotEstimable) for found in (scatter, rates, points, pooled)):
            continue
        held = frame["true"].between(rates.frame["lower"], rates.frame["upper"]).mean()
        known = frame["true"].between(rates.frame["known_lower"], rates.frame["known_upper"]).mean()
        within = pooled.lower <= 0.6 <= pooled.upper
        kept.append([scatter.differs, held, known, points.outside / provinces, within])
    return [100 * float(value) for value in np.mean(kept, axis=0)]


def main(panels: int) -> None:
    print(
        "provinces  mean  alpha   called different   rate in limits    in known ones    outside 99.8   ratio in limits   (%)"
    )
    for provinces in (34, 63):
        for mean in (0.5, 2.0, 8.0):
            for alpha in (0.0, 0.5):
                values = row(panels, provinces, mean, alpha)
                shown = "".join(f"{value:17.1f}" for value in values)
                print(f"{provinces:9d}{mean:6.1f}{alpha:7.1f}{shown}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
