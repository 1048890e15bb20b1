"""A whole run from nothing, of a copy of a shipped workspace: seconds by the clock and of processor, stage by stage.

    python benchmarks/cold_run.py                    data/demo and data/vn-published
    python benchmarks/cold_run.py data/demo

Nothing is kept from an earlier run: no bundle, no ledger, no receipt, no warm server. Processor seconds are those of this process and of
all that it started. Seconds are this machine's; what may be quoted are ratios of one run on a quiet machine.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from pathlib import Path

from evalkit.batch.options import Event, RunOptions
from evalkit.batch.run import run_batch
from evalkit.workspace import open_workspace

ROOT = Path(__file__).parents[1]
SHIPPED = ("data/demo", "data/vn-published")
KEPT = shutil.ignore_patterns("ledger*", ".evalkit")


def spent(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


class Stages:
    """When each stage of a run was first told of, and the last page."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.at: dict[str, float] = {}

    def told(self, event: Event) -> None:
        now = time.monotonic() - self.began
        if event.kind == "made":
            self.at["last page made"] = now
            self.at.setdefault("first page made", now)
        elif event.kind in ("protecting", "planned", "published"):
            self.at.setdefault(event.kind, now)


def cold_run(source: Path) -> None:
    """Run a copy of a workspace and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(source, Path(folder) / source.name, ignore=KEPT)
        before = spent(resource.RUSAGE_SELF), spent(resource.RUSAGE_CHILDREN)
        workspace, stages = open_workspace(copy), Stages()
        options = RunOptions(languages=workspace.languages, out=Path(folder) / "reports")
        report = run_batch(workspace, options, progress=stages.told)
        own, others = spent(resource.RUSAGE_SELF) - before[0], spent(resource.RUSAGE_CHILDREN) - before[1]
    clock = max(stages.at.values())
    print(
        f"\n{source.name}: {len(report.made)} pages, {clock:.1f} s by the clock, {own + others:.1f} s of processor"
    )
    print(f"  this process {own:.1f}, what it started {others:.1f}")
    for stage, seconds in sorted(stages.at.items(), key=lambda one: one[1]):
        print(f"  {stage:16} {seconds:6.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspaces", nargs="*", default=SHIPPED, metavar="WORKSPACE")
    for name in parser.parse_args().workspaces:
        cold_run((ROOT / name).resolve())


if __name__ == "__main__":
    main()
