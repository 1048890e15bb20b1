"""What a report kernel prints to: ipykernel's stream, which is flushed only where something was printed.

A kernel flushes both its streams several times a cell and each time wakes a thread and waits for it; reports print nothing.
"""

from __future__ import annotations

from ipykernel.iostream import OutStream

CLASS = f"{__name__}.QuietStream"


class QuietStream(OutStream):
    """A stream that has nothing to do while nothing is printed."""

    _printed = False

    def write(self, string: str) -> int | None:  # type: ignore[override]  # as its base class has it
        """Print a text; see :class:`ipykernel.iostream.OutStream`."""
        self._printed = True
        return super().write(string)

    def flush(self) -> None:
        """Send what was printed since the last time, if anything was."""
        if self._printed:
            self._printed = False
            super().flush()  # type: ignore[no-untyped-call]
