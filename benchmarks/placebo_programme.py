"""How often the page would call the effect of a programme clear that never was: drawn provinces and dates on the invented country's figures.

    python benchmarks/placebo_programme.py [--draws 200] [--write]

Provinces and dates of start are drawn blindly on the protected yearly panel of data/demo (34 provinces, 2011 to 2025), where no programme
ran; the comparison goes the way of a declared one, window and all. Starts are one date or two, the first of January or of July from 2014 to
2021. Counted: how often the page's sentence says that chance alone hardly explains the difference. Refused draws are no comparison,
and are told beside it. Over 6 %, by more than two Monte-Carlo errors, the run ends with 1. --write puts the table into docs/methods.md.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from evalkit.batch.prepare import make_bundle, receive
from evalkit.facts.areas import NationFacts
from evalkit.facts.bundle import Bundle
from evalkit.labels import Label
from evalkit.languages import speaking
from evalkit.programme.comparison import Comparison
from evalkit.statistics.panel.effect import LINE
from evalkit.statistics.results import NotEstimable
from evalkit.steps import compare_once
from evalkit.workspace import open_workspace

DEMO = Path(__file__).parents[1] / "data" / "demo"
MEASURES = ("cases_recorded", "victims_identified")
TREATED, DATES = (5, 8), (1, 2)
FIRST, LAST = 2011, 2025
MOST_CLEAR = 0.06
DAY = date(2026, 1, 1)
PAGE = Path(__file__).parents[1] / "docs" / "methods.md"
MARKS = "<!-- placebo: made by benchmarks/placebo_programme.py -->", "<!-- end of placebo -->"
HEAD = (
    "| measure | provinces | dates | judged | clear (%) | p ≤ 5 % (%) | refused |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


@dataclass(slots=True)
class Tally:
    """What came of some placebo programmes."""

    judged: int = 0
    clear: int = 0
    by_p: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take another's in."""
        self.judged, self.clear, self.by_p = (
            self.judged + other.judged,
            self.clear + other.clear,
            self.by_p + other.by_p,
        )
        self.refused += other.refused

    @property
    def share(self) -> float:
        """Share of the comparisons called clear."""
        return self.clear / self.judged if self.judged else float("nan")

    @property
    def error(self) -> float:
        """Monte-Carlo standard error of a share that truly is the largest allowed."""
        return float(np.sqrt(MOST_CLEAR * (1 - MOST_CLEAR) / self.judged)) if self.judged else float("nan")

    def row(self, *name: object) -> str:
        """Return a line of the table."""
        why = ", ".join(f"{reason} {number}" for reason, number in self.refused.most_common()) or "none"
        by_p = 100 * self.by_p / self.judged if self.judged else float("nan")
        cells = [*map(str, name), str(self.judged), f"{100 * self.share:.1f} ± {100 * self.error:.1f}"]
        return f"| {' | '.join([*cells, f'{by_p:.1f}', why])} |"


def placebo(
    nation: NationFacts, rng: np.random.Generator, measure: str, *, treated: int, dates: int
) -> Comparison:
    """Draw a programme that never was."""
    codes = [str(one) for one in rng.choice([place.code for place in nation.places], treated, replace=False)]
    years = rng.choice(np.arange(2014, 2022), dates, replace=False)
    days = [date(int(year), int(rng.choice([1, 7])), 1) for year in years]
    return Comparison(
        id="placebo",
        label=Label({"vi": "Chương trình giả", "en": "Placebo"}),
        measure=measure,
        who=tuple(codes),
        scheme=nation.about.scheme,
        since={code: days[at * dates // treated] for at, code in enumerate(codes)},
        first_year=FIRST,
        last_year=LAST,
        expected="none",
        source="drawn",
    )


def tally(nation: NationFacts, measure: str, *, treated: int, dates: int, draws: int, seed: int = 0) -> Tally:
    """Draw programmes and count what the page would say of them."""
    rng, found = np.random.default_rng([seed, treated, dates]), Tally()
    for _ in range(draws):
        drawn = placebo(nation, rng, measure, treated=treated, dates=dates)
        effect = compare_once(nation, drawn).items[0].found
        if isinstance(effect, NotEstimable):
            found.refused[effect.reason] += 1
        else:
            found.judged += 1
            found.clear += effect.is_clear
            found.by_p += effect.chance is not None and effect.chance.p <= LINE
    return found


def rows(nation: NationFacts, draws: int) -> Iterator[tuple[str, Tally]]:
    """Yield each line of the table, and what it says."""
    for measure in MEASURES:
        for treated in TREATED:
            for dates in DATES:
                found = tally(nation, measure, treated=treated, dates=dates, draws=draws)
                yield found.row(measure, treated, dates), found


def protected_demo() -> Bundle:
    """Protect the invented country as if nothing had been released from it."""
    with tempfile.TemporaryDirectory() as folder, speaking(("en",)):
        left_out = shutil.ignore_patterns("ledger*", ".evalkit")
        copy = shutil.copytree(DEMO, Path(folder) / "demo", ignore=left_out)
        return make_bundle(receive(open_workspace(copy)), day=DAY)


def main() -> int:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--draws", type=int, default=200, help="programmes a row")
    asked.add_argument("--write", action="store_true")
    options = asked.parse_args()
    nation, whole, lines = protected_demo().nation(), Tally(), list(HEAD)
    print(*lines, sep="\n", flush=True)
    for line, found in rows(nation, options.draws):
        print(line, flush=True)
        lines.append(line)
        whole.add(found)
    lines.append(whole.row("all", "", ""))
    print(lines[-1])
    if options.write:
        before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
        told = "\n".join((MARKS[0], *lines, MARKS[1]))
        PAGE.write_text(before + told + rest.split(MARKS[1])[1], encoding="utf-8")
    return int(whole.share > MOST_CLEAR + 2 * whole.error)


if __name__ == "__main__":
    sys.exit(main())
