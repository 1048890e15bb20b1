"""How often the limits of cases on no list hold the size of a made-up population.

    python benchmarks/hidden_cases.py [--populations 400]

Three lists that find 40, 35 and 30 % each; a share of the first is sent on to the second, so that the two are linked. Fixed seed.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product

import numpy as np
import pandas as pd

from evalkit.statistics.hidden_cases import HiddenCases, hidden_cases

LISTS, CHANCES = ["police", "border", "aid"], (0.4, 0.35, 0.3)
SIZES, LINKS = (300, 600), (0.0, 0.3, 0.5)


def made_up(rng: np.random.Generator, *, size: int, linked: float) -> pd.DataFrame:
    """Draw a population of known size, one row per case seen; ``linked`` of those on the first list are on the second for certain."""
    first, second, third = (rng.random(size) < chance for chance in CHANCES)
    second |= first & (rng.random(size) < linked)
    frame = pd.DataFrame({"police": first, "border": second, "aid": third}).astype(int)
    return frame[frame.sum(axis=1) > 0]


def measure(size: int, linked: float, *, populations: int) -> tuple[float, float, float]:
    """Return how often limits hold the size, the median of total over size, how often independence alone is too low."""
    rng = np.random.default_rng([size, int(100 * linked)])
    held, ratios, low = 0, [], 0
    for _ in range(populations):
        told = hidden_cases(made_up(rng, size=size, linked=linked), lists=LISTS, draws=400)
        assert isinstance(told, HiddenCases)  # lists as large as these share cases enough
        held += told.lower <= size - told.observed <= told.upper
        ratios.append(told.total / size)
        low += told.frame.set_index("model").loc["independent", "total"] < size
    return held / populations, float(np.median(ratios)), low / populations


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--populations", type=int, default=400)
    options = parser.parse_args(arguments)
    print("| population | linked | limits hold it | median of total over it | independence alone too low |")
    print("|---|---|---|---|---|")
    for size, linked in product(SIZES, LINKS):
        held, ratio, low = measure(size, linked, populations=options.populations)
        print(
            f"| {size} | {100 * linked:.0f} % | {100 * held:.0f} % | {ratio:.2f} | {100 * low:.0f} % |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
