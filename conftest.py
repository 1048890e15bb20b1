"""Examples in docstrings open the bundle of data/demo by the words a researcher types: ``bundle = ek.open_bundle()``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import shipped

from evalkit.explore import LANGUAGE
from evalkit.facts.bundle import LAB_BUNDLE
from evalkit.messages import spoken, told_in

OPENS = "open_bundle()"


@pytest.fixture(scope="session", autouse=True)
def _what_processes_share(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where tests run side by side, the folder around those of each process is this run's alone."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        shipped.SHARED.append(tmp_path_factory.getbasetemp().parent)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: a workbook holds the second it was made in, and every process must know a test by one name."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def bundle_of_examples(tmp_path_factory: pytest.TempPathFactory, _what_processes_share: None) -> Path:
    """Write the bundle of the invented country, once, and only where an example opens it."""
    folder = tmp_path_factory.mktemp("examples") / "bundle"
    shipped.bundle_of("demo").write(folder)
    return folder


@pytest.fixture(autouse=True)
def _examples_open_the_demo(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """As ``evalkit lab`` does, say where the bundle lies to an example that opens one; whatever language it speaks, the next one does not."""
    doctest = getattr(request.node, "dtest", None)
    if doctest is None or not any(OPENS in example.source for example in doctest.examples):
        yield
        return
    monkeypatch.setenv(LAB_BUNDLE, str(request.getfixturevalue("bundle_of_examples")))
    monkeypatch.setenv(LANGUAGE, "")
    with told_in(spoken()):
        yield
