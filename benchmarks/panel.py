"""How often an effect is found on a panel where the programme did nothing, and how long an effect with all its checks takes.

    python benchmarks/panel.py [--panels 1000] [--write]

34 places of unequal size (log-normal, sigma .5) in 15 years, negative binomial years of alpha .41, mean 1, 3, 8 a year; the law is
known. Places with the programme are drawn, starts together in the eighth year or staggered over the sixth to the tenth. Printed:
the share of panels with a randomisation p of at most 5 %, the share of 95 % intervals that hold no effect, and how many panels
were refused, with the reasons. --write puts the table into docs/methods.md.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.panel.count_imputation import count_imputation
from evalkit.statistics.panel.effect import Effect
from evalkit.statistics.panel.measured_effect import measured_effect
from evalkit.statistics.panel.panel import Panel
from evalkit.statistics.panel.synthetic_effect import synthetic_effect
from evalkit.statistics.panel.two_way import two_way_effect
from evalkit.statistics.results import NotEstimable

PLACES, YEARS, ALPHA, SIGMA = 34, 15, 0.41, 0.5
MEANS = (1.0, 3.0, 8.0)
FIRST = 2008
LAW = ScatterLaw("quadratic", 4.0, ALPHA, series=PLACES, cells=PLACES * YEARS, degrees=442, p=0.0)
TOGETHER = (2015,)
STAGGERED = (2013, 2015, 2017)
LARGEST_SIZE, LEAST_COVERAGE, MOST_COVERAGE = 0.06, 0.92, 0.98
PAGE = Path(__file__).parents[1] / "docs" / "methods.md"
MARKS = "<!-- panel: made by benchmarks/panel.py -->", "<!-- end of panel -->"
Method = Callable[..., Effect | NotEstimable]
DESIGNS: tuple[tuple[str, Method, int, tuple[int, ...], int], ...] = (
    ("synthetic control", synthetic_effect, 1, TOGETHER, 99),
    ("synthetic control", synthetic_effect, 3, TOGETHER, 99),
    ("synthetic control", synthetic_effect, 3, STAGGERED, 99),
    ("count imputation", count_imputation, 5, TOGETHER, 199),
    ("count imputation", count_imputation, 5, STAGGERED, 199),
    ("count imputation", count_imputation, 8, TOGETHER, 199),
    ("count imputation", count_imputation, 8, STAGGERED, 199),
)


def quiet_panel(rng: np.random.Generator, mean: float, starts: tuple[int, ...], treated: int) -> Panel:
    """Draw a panel where nothing happened; the first places have the programme, which their order does not tell."""
    sizes = mean * np.exp(rng.normal(-(SIGMA**2) / 2, SIGMA, PLACES))[:, None] * np.ones(YEARS)
    counts = rng.poisson(sizes * rng.gamma(1 / ALPHA, ALPHA, sizes.shape)).astype(float)
    since = tuple(starts[k * len(starts) // treated] for k in range(treated)) + (None,) * (PLACES - treated)
    names = tuple(f"{k:02d}" for k in range(PLACES))
    return Panel(counts, np.ones_like(counts), since, names, tuple(range(FIRST, FIRST + YEARS)), law=LAW)


def measured(design: tuple[str, Method, int, tuple[int, ...], int], mean: float, panels: int) -> list[str]:
    """Return a row of the table."""
    name, method, treated, starts, draws = design
    rng = np.random.default_rng(34 + treated)
    found, refused = [], Counter()
    for _ in range(panels):
        effect = method(quiet_panel(rng, mean, starts, treated), draws=draws)
        if isinstance(effect, NotEstimable):
            refused[effect.reason] += 1
        else:
            found.append(effect)
    why = ", ".join(f"{reason} {number}" for reason, number in refused.most_common()) or "none"
    staggered = "staggered" if len(starts) > 1 else "together"
    if not found:
        return [name, str(treated), staggered, f"{mean:g}", "0", "", "", why]
    size = np.mean([effect.chance.p <= 0.05 for effect in found])
    held = np.mean([effect.lower <= 1 <= effect.upper for effect in found])
    limits = "none given" if math.isnan(found[0].lower) else f"{100 * held:.1f}"
    return [name, str(treated), staggered, f"{mean:g}", str(len(found)), f"{100 * size:.1f}", limits, why]


def table(panels: int) -> str:
    """Return the table as Markdown."""
    head = ["design", "treated", "starts", "mean", "panels", "p ≤ 5 % (%)", "interval holds 1 (%)", "refused"]
    rows = [head, ["---"] * len(head)]
    for design in DESIGNS:
        for mean in MEANS:
            rows.append(measured(design, mean, panels))
            print("done:", " | ".join(rows[-1]), flush=True)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def seconds() -> str:
    """Return the processor seconds of each method on one panel of 34 places in 15 years, with all its checks."""
    panel = quiet_panel(np.random.default_rng(1), 8.0, STAGGERED, 8)
    few = quiet_panel(np.random.default_rng(1), 8.0, TOGETHER, 3)
    parts = []
    for method, given in (
        (count_imputation, panel),
        (two_way_effect, panel),
        (measured_effect, panel),
        (synthetic_effect, few),
    ):
        began = time.process_time()
        method(given)
        parts.append(f"{method.__name__} {time.process_time() - began:.2f}")
    return "processor seconds, 34 x 15, 999 assignments: " + ", ".join(parts)


def main() -> None:
    """Measure and print; write where asked."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--panels", type=int, default=1000, help="panels per row")
    asked.add_argument("--write", action="store_true")
    options = asked.parse_args()
    print(seconds(), flush=True)
    found = table(options.panels)
    print(f"\n{found}")
    if options.write:
        text = PAGE.read_text(encoding="utf-8")
        before, rest = text.split(MARKS[0])
        _, after = rest.split(MARKS[1])
        PAGE.write_text(f"{before}{MARKS[0]}\n{found}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
