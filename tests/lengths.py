"""How many random countries, seeds or draws a test goes through: few by default, all of them with EVALKIT_FULL=1."""

from __future__ import annotations

import os

FULL = os.environ.get("EVALKIT_FULL") == "1"


def at_length(few: int, whole: int) -> int:
    """Return how many this run goes through."""
    return whole if FULL else few
