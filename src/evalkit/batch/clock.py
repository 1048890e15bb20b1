"""The one place where time is read. Everything else is given a time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(tz=UTC)


def ticks() -> float:
    """Return seconds from some moment on, for durations: they go on evenly when the clock on the wall is set anew."""
    return time.monotonic()
