"""The shipped workspaces as protected bundles, and what is computed from them, made once for all tests of a session."""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path

from evalkit.batch.prepare import Received, make_bundle, receive
from evalkit.evaluation import evaluate
from evalkit.facts.bundle import Bundle
from evalkit.records import Evaluation
from evalkit.workspace import open_workspace

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 23)


@functools.cache
def received(name: str) -> Received:
    """Read and check a shipped workspace: "demo" or "vn-published"."""
    return receive(open_workspace(ROOT / "data" / name))


@functools.cache
def bundle_of(name: str, day: date = DAY) -> Bundle:
    """Protect a shipped workspace; nobody may change what comes back."""
    return make_bundle(received(name), day=day)


@functools.cache
def evaluation_of(name: str, code: str = "") -> Evaluation:
    """Evaluate a province of a shipped workspace, or the nation."""
    bundle = bundle_of(name)
    return evaluate(bundle.province(code) if code else bundle.nation())
