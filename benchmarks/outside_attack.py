"""Attack releases of many random countries from outside; print what was hidden, what came out, and what was refused.

    python -m benchmarks.outside_attack --seeds 2000 --log attack.log
    python -m benchmarks.outside_attack --first 10 --seeds 1 --shrink FOLDER     the smallest country with the same finding

The log has a line a seed, and a line for each finding.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

from tests.outside_attacker import leaks
from tests.outside_countries import Country, random_country, write_country, write_facts
from tests.outside_releases import attacked

COUNTED = ("countries", "released", "refused", "hidden", "exact", "narrow")


def main() -> int:
    given = arguments()
    begun, total = time.monotonic(), Counter[str]()
    options = {"same_nation": given.same_nation, "whole": given.whole}
    with given.log.open("a", encoding="utf-8") as log:
        for seed in range(given.first, given.first + given.seeds):
            try:
                outcome = attacked(random_country(seed), **options)
            except Exception as fault:  # noqa: BLE001  what is no refusal is a finding of its own
                total["broken"] += 1
                log.write(f"{seed}\tbroken: {type(fault).__name__}: {fault}\n")
                continue
            total += outcome.counts
            log.write(f"{seed}\t" + "\t".join(f"{name} {outcome.counts[name]}" for name in COUNTED) + "\n")
            log.writelines(f"{seed}\t{line}\n" for line in leaks(outcome.found))
            log.flush()
            if given.shrink and found(outcome.counts):
                keep(random_country(seed), given.shrink / f"seed-{seed}", options)
    print(
        ", ".join(f"{name} {total[name]}" for name in (*COUNTED, "broken")),
        f"in {time.monotonic() - begun:.0f} s",
    )
    return 1 if found(total) or total["broken"] else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Attack releases of random countries from outside.")
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--log", type=Path, default=Path("outside_attack.log"))
    parser.add_argument(
        "--shrink", type=Path, help="write the smallest country of each finding into this folder"
    )
    parser.add_argument(
        "--same-nation", action="store_true", help="the nation's persons are the same by every place basis"
    )
    parser.add_argument("--whole", action="store_true", help="use that persons are whole; slow")
    return parser.parse_args()


def found(counts: Counter[str]) -> int:
    return counts["exact"] + counts["narrow"]


def keep(country: Country, folder: Path, options: dict[str, bool]) -> None:
    """Write the smallest country that still has a finding: its declarations, the facts of each release, what was found."""
    least = shrunk(country, options)
    outcome = attacked(least, **options)
    write_country(folder, least)
    for number, step in enumerate(least.steps, start=1):
        write_facts(folder, step)
        (folder / "facts.csv").rename(folder / f"facts-{number}-{step.scheme}.csv")
    (folder / "FOUND.txt").write_text("\n".join(leaks(outcome.found)) + "\n", encoding="utf-8")
    outcome.found.to_csv(folder / "hidden.csv", index=False)


def shrunk(country: Country, options: dict[str, bool]) -> Country:
    """Leave out rows, in ever smaller groups, as long as something is found."""
    rows = [(n, m) for n, step in enumerate(country.steps) for m in range(len(step.rows))]
    size = len(rows) // 2
    while size:
        for start in range(0, len(rows), size):
            fewer = rows[:start] + rows[start + size :]
            if fewer and still(country.reduced(fewer), options):
                rows = fewer
                break
        else:
            size //= 2
    return country.reduced(rows)


def still(country: Country, options: dict[str, bool]) -> bool:
    try:
        return bool(found(attacked(country, **options).counts))
    except Exception:  # noqa: BLE001  a country cut so that it is none any more
        return False


if __name__ == "__main__":
    raise SystemExit(main())
