"""The shipped workspaces as protected bundles, and what is computed from them, made once for all tests of a session.

A bundle is made once for all processes of a run; what is evaluated from it, once in each process.
"""

from __future__ import annotations

import atexit
import fcntl
import functools
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from evalkit.batch.prepare import Received, make_bundle, protect_received, receive
from evalkit.disclosure.protect import Protected
from evalkit.evaluation import evaluate
from evalkit.facts.areas import Area
from evalkit.facts.bundle import Bundle, open_bundle
from evalkit.records import Evaluation
from evalkit.reporting.blocks import Section, Sections
from evalkit.reporting.display import shown_as
from evalkit.reporting.exporter import in_page_order
from evalkit.workspace import open_workspace

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 23)
SHARED: list[
    Path
] = []  # the folder that all processes of this run have in common, told by conftest; none in one alone


@functools.cache
def received(name: str) -> Received:
    """Read and check a shipped workspace, "demo" or "vn-published", as if nothing had been released from it yet."""
    left_out = shutil.ignore_patterns("ledger*", ".evalkit")
    return receive(open_workspace(shutil.copytree(ROOT / "data" / name, _copies() / name, ignore=left_out)))


@functools.cache
def _copies() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def protected_of(name: str) -> Protected:
    """Protect a shipped workspace: whatever the day, the same figures are hidden."""
    of_workspace = received(name)
    return protect_received(of_workspace, audience="public", scheme=of_workspace.workspace.scheme)


@functools.cache
def bundle_of(name: str, day: date = DAY) -> Bundle:
    """Protect a shipped workspace, or open what another process of this run protected; nobody may change what comes back."""
    if not SHARED:
        return make_bundle(received(name), day=day, protected=protected_of(name))
    folder = SHARED[0] / f"{name}-{day}"
    with (SHARED[0] / f"{name}-{day}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "whole").is_file():
            return open_bundle(folder)
        bundle = make_bundle(received(name), day=day, protected=protected_of(name))
        bundle.write(folder)
        (folder / "whole").touch()
    return bundle


@functools.cache
def evaluation_of(name: str, code: str = "") -> Evaluation:
    """Evaluate a province of a shipped workspace, or the nation."""
    bundle = bundle_of(name)
    return evaluate(bundle.province(code) if code else bundle.nation())


def sections_of(result: Evaluation, area: Area | None = None) -> list[Section]:
    """Return the sections of a page in its order; of this area, where it is another than the evaluation's, such as its slice."""
    area = area or result.area
    records = [replace(record, area=area) for record in result.by_step().values()]
    shown = [shown_as(item) for item in (area, *records)]
    sections = [one for item in shown for one in (item.items if isinstance(item, Sections) else (item,))]
    return in_page_order([section for section in sections if isinstance(section, Section) and section.blocks])
