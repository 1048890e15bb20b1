"""Processor seconds of estimates: for one province, a large and a small one, for the nation, and for all provinces at once.

    python benchmarks/estimates.py [FOLDER]

FOLDER is a bundle that a run or the lab wrote; without one, the demo is protected first (under a minute). Beside the
estimates stand the steps of a page that read them. Each figure is the least of several turns, in processor time of one
thread: only ratios are worth quoting, the seconds are this machine's.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from evalkit import steps
from evalkit.batch.prepare import make_bundle, receive
from evalkit.facts.areas import ProvinceFacts
from evalkit.facts.bundle import Bundle, open_bundle
from evalkit.indicators.estimates import estimate_indicators
from evalkit.workspace import open_workspace

DEMO = Path(__file__).parents[1] / "data" / "demo"
TURNS = 5


def bundle_of(arguments: list[str]) -> Bundle:
    """Return the bundle named, or that of the demo, as whoever opens it finds it."""
    if arguments:
        return open_bundle(arguments[0])
    return make_bundle(receive(open_workspace(DEMO)), day=date(2026, 5, 1)).as_opened()


def least(work: Callable[[], object]) -> float:
    """Return the processor seconds of the quickest of several turns."""
    work()  # the first one reads modules
    seconds = []
    for _ in range(TURNS):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return min(seconds)


def readers(area: ProvinceFacts) -> dict[str, Callable[[], object]]:
    """Return the steps of a page that read its estimates."""
    indicators = steps.estimate_indicators(area)
    support = steps.review_support(indicators)
    return {
        "targets": lambda: steps.assess_targets(indicators),
        "mid-term": lambda: steps.view_mid_term(indicators),
        "gaps": lambda: steps.find_gaps(indicators, support),
        "follow-up": lambda: steps.follow_recommendations(indicators),
        "completeness": lambda: steps.report_completeness(indicators),
    }


def main() -> None:
    """Measure and print."""
    bundle = bundle_of(sys.argv[1:])
    areas = sorted((bundle.province(place.code) for place in bundle.places), key=lambda area: len(area.facts))
    small, large, nation = areas[0], areas[-1], bundle.nation()
    named = {"smallest province": small, "largest province": large, "nation": nation}
    for name, area in named.items():
        spent = least(lambda area=area: steps.estimate_indicators(area))  # type: ignore[misc]
        print(f"{name:20} {len(area.facts):7,} facts {spent:8.3f} s")
    facts = nation.province_facts
    spent = least(lambda: estimate_indicators(facts, bundle.programme))
    print(f"all {len(areas)} at once       {len(facts):7,} facts {spent:8.3f} s")
    steps = {name: least(step) for name, step in readers(large).items()}
    told = ", ".join(f"{name} {spent:.3f}" for name, spent in steps.items())
    print(f"what reads them, largest province: {told}: {sum(steps.values()):.3f} s")


if __name__ == "__main__":
    main()
