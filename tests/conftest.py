"""Tests marked `browser` are skipped where no chromium is installed, unless EVALKIT_REQUIRE_BROWSER=1 demands one.

`make test` runs tests side by side; those marked `end_to_end` count kernels and private folders and run one after the other.
Tests of the shipped workspaces run in one process, which evaluates each of these once; its bundle is made once for all processes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from evalkit.kernels import warm_server as warm
from evalkit.languages import DEFAULT, speak
from tests import shipped

# Whoever runs the tests: they read English messages, and results in the workspace's own language.
os.environ["LANGUAGE"] = "en"
os.environ.pop("EVALKIT_LANG", None)


def of_shipped(module: ModuleType | None) -> bool:
    """Tell whether a module's tests compute from the shipped workspaces; several have a ``bundle_of`` of their own."""
    return getattr(module, "bundle_of", None) is shipped.bundle_of or hasattr(module, "evaluation_of")


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("end_to_end"):
            item.add_marker(pytest.mark.xdist_group("end_to_end"))
        elif of_shipped(getattr(item, "module", None)):
            item.add_marker(pytest.mark.xdist_group("shipped"))
    if shutil.which("chromium"):
        return
    in_browser = [item for item in items if item.get_closest_marker("browser")]
    if in_browser and os.environ.get("EVALKIT_REQUIRE_BROWSER") == "1":
        raise pytest.UsageError(
            "EVALKIT_REQUIRE_BROWSER=1, but no chromium is on the PATH: install Debian's chromium"
        )
    for item in in_browser:
        item.add_marker(
            pytest.mark.skip(reason="no chromium is installed (Debian: apt-get install chromium)")
        )


@pytest.fixture(scope="module")
def server_stays() -> Iterator[Callable[[], None]]:
    """Keep the server that kernels are forked from, which a run ends, until the last test of the module: loading takes seconds.

    What it gives ends the server, for a test whose run has to start one.
    """
    stop = warm.stop_servers
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warm, "stop_servers", lambda: None)
        yield stop
    stop()


@pytest.fixture(autouse=True)
def _languages_of_the_shipped_pages() -> Iterator[None]:
    """Whatever languages a test speaks, the next one begins with Vietnamese and English."""
    speak(DEFAULT)
    yield
    speak(DEFAULT)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser; only tests marked `browser` may ask for it."""
    return shutil.which("chromium") or pytest.fail("mark the test `browser`: this machine has no chromium")
