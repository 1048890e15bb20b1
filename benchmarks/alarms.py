"""How often a quiet month lies above its bound: the alarm rate of each version, in per cent and in false alarms a year.

    python benchmarks/alarms.py [--series 1000] [--check]

Seven years of negative binomial months (variance phi times the mean, no season, no trend), the twelve months of the last held against five
years before; fixed seed. ``--check`` fails where the version that the kit prints is further than a fifth from its nominal rate.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product

import numpy as np

from evalkit.statistics.surveillance.farrington import (
    FarringtonSettings,
    farrington,
    farrington_original,
    watch_settings,
)

MEANS, PHIS, MONTHS, NOMINAL = (2, 5, 10), (1.5, 2.0), 84, 0.01
PRINTED = "printed (predictive)"
VERSIONS = {
    "original 1996": farrington_original(years=5, window=2),
    "flexible, plugin": FarringtonSettings(window=2, left_out=6, trend_level=0.05),
    "flexible, 4 parts": FarringtonSettings(window=1, left_out=6, trend_level=0.05, periods=4),
    PRINTED: watch_settings(12, alpha=NOMINAL),
}


def quiet_months(mean: float, phi: float, *, series: int, seed: int = 1) -> np.ndarray:
    """Draw series by months."""
    rng = np.random.default_rng([seed, int(mean), int(10 * phi)])
    return rng.negative_binomial(mean / (phi - 1), 1 / phi, size=(series, MONTHS)).astype(float)


def alarm_rate(settings: FarringtonSettings, drawn: np.ndarray) -> float:
    """Return the share of the latest year's months above their bound; a month too quiet to be judged raises no alarm."""
    alarms = [farrington(counts, freq=12, settings=settings)["alarm"].mean() for counts in drawn]
    return float(np.mean(alarms))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    print("| version | mean | phi | months above | false alarms a year | in 34 places |")
    print("|---|---|---|---|---|---|")
    rates = []
    for (name, settings), mean, phi in product(VERSIONS.items(), MEANS, PHIS):
        rate = alarm_rate(settings, quiet_months(mean, phi, series=options.series))
        print(
            f"| {name} | {mean} | {phi:g} | {100 * rate:.2f} % | {12 * rate:.2f} | {34 * 12 * rate:.1f} |",
            flush=True,
        )
        rates += [rate] if name == PRINTED else []
    print(f"printed, all settings: {100 * np.mean(rates):.2f} % of months, nominal {100 * NOMINAL:g} %")
    return int(options.check and max(abs(rate / NOMINAL - 1) for rate in rates) > 0.2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
