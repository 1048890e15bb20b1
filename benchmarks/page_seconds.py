"""Processor seconds of a page of the invented country, step by step of the recipe, then its sections, drawings and brief.

    python benchmarks/page_seconds.py                 the provinces with most and with fewest facts, and the nation
    python benchmarks/page_seconds.py 04 22           these provinces
    python benchmarks/page_seconds.py --rounds 5

The process is set up as the kernels of a run are. Each step is run once unmeasured and then in rounds; the least is printed. The
bundle is the one that is kept in data/demo; where there is none it is made, in half a minute, and kept.
Seconds are this machine's; what may be quoted are ratios of one run.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from evalkit.batch.clock import now
from evalkit.batch.prepared import prepare
from evalkit.evaluation import AREA, recipe_of
from evalkit.facts.areas import Area
from evalkit.kernels.forked import OBJECTS_BETWEEN_COLLECTIONS
from evalkit.reporting.blocks import LANGUAGES
from evalkit.reporting.display import brief_of, written
from evalkit.reporting.every_section import page_head
from evalkit.reporting.first_use import use_once
from evalkit.reporting.page import page_from_sections
from evalkit.workspace import open_workspace

DEMO = Path(__file__).parents[1] / "data" / "demo"


class Clock:
    """The least processor seconds of everything that was timed under one name."""

    def __init__(self) -> None:
        self.least: dict[str, float] = {}

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        started = time.process_time()
        found = work()
        seconds = time.process_time() - started
        self.least[name] = min(seconds, self.least.get(name, seconds))
        return found


def one_page(area: Area, clock: Clock) -> None:
    """Make one page in all languages, step by step."""
    made: dict[str, Any] = {AREA: area}
    for step in recipe_of(area):
        given = [made[name] for name in step.given(made)]
        made[step.gives] = clock.time(step.gives, partial(step.by, *given))
    sections = clock.time("sections and drawings", lambda: [written(record) for record in made.values()])
    brief = clock.time("brief", lambda: [one for record in made.values() for one in brief_of(record)])
    sections = [*brief, *sections]
    head = page_head(area)
    for language in LANGUAGES:
        clock.time(f"HTML, {language}", partial(page_from_sections, head, sections, language=language))


def seconds_of(area: Area, *, rounds: int) -> dict[str, float]:
    """Return the least processor seconds of each step."""
    one_page(area, Clock())
    clock = Clock()
    for _ in range(rounds):
        one_page(area, clock)
    return clock.least


def told(title: str, seconds: dict[str, float]) -> None:
    print(f"\n{title}: {sum(seconds.values()):.2f} s")
    for name, spent in seconds.items():
        print(f"  {name:24} {spent:6.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("codes", nargs="*", metavar="CODE")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    use_once()
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    bundle = prepare(open_workspace(DEMO), day=now().date()).bundle
    facts = {place.code: len(bundle.province(place.code).facts) for place in bundle.places}
    codes = given.codes or [max(facts, key=facts.__getitem__), min(facts, key=facts.__getitem__)]
    for code in codes:
        area = bundle.slice_for(code).province(code)
        told(f"province {code}, {facts[code]:,} facts", seconds_of(area, rounds=given.rounds))
    if not given.codes:
        told("the nation", seconds_of(bundle.nation(), rounds=given.rounds))


if __name__ == "__main__":
    main()
