"""Mutate a sound small workspace by many seeds: each outcome is a refusal, or facts equal to a naive reading.

    python -m benchmarks.mutations --seeds 10000 --log mutations.log

The log has a line a seed; a seed that went wrong is run again by ``--first SEED --seeds 1``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.test_strict_reading import MUTATED, outcome, sound


def main() -> int:
    parser = argparse.ArgumentParser(description="Mutate a sound small workspace by many seeds.")
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--log", type=Path, default=Path("mutations.log"))
    given = parser.parse_args()
    begun, wrong = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as place, given.log.open("w", encoding="utf-8") as log:
        folder = sound(Path(place) / "trial")
        kept = {name: (folder / name).read_bytes() for name in MUTATED}
        for seed in range(given.first, given.first + given.seeds):
            try:
                faults = list(outcome(folder, seed))
            except Exception as fault:  # noqa: BLE001  what is no refusal is what is looked for
                faults = [f"an error of its own: {type(fault).__name__}"]
            wrong += bool(faults)
            log.write(f"{seed}\t{'; '.join(faults) or 'well'}\n")
            for name, data in kept.items():
                (folder / name).write_bytes(data)
    print(f"{given.seeds} seeds, {wrong} went wrong, {time.monotonic() - begun:.0f} s; log: {given.log}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
