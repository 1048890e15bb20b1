"""What a notebook shows of a cell that was stopped while evalkit computed: a short paragraph, the traceback on request."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any

from evalkit.messages import shown, worded

_OURS = "evalkit."
_WRAPPERS = ("evalkit.step_arguments", "evalkit.lapses")  # stand before a step, and are none


def teach_interruptions(shell: Any) -> None:
    """Let an IPython show interruptions of evalkit's own work in short; where something else looks after interruptions, that stands."""
    if not shell.custom_exceptions:
        shell.set_custom_exc((KeyboardInterrupt,), _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    value: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """Show an interruption as IPython does, in short where it met evalkit."""
    step = interrupted_step(trace)
    if step:
        value._render_traceback_ = _Told(value, step)  # type: ignore[attr-defined]  # what IPython asks for
    shell.showtraceback((kind, value, trace), tb_offset=tb_offset)


def interrupted_step(trace: TracebackType | None) -> str:
    """Return the name of the function of evalkit that was called when a traceback was made; "" where none was."""
    for frame, _ in traceback.walk_tb(trace):
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(_OURS) and not module.startswith(_WRAPPERS):
            return frame.f_code.co_name
    return ""


class _Told:
    """The lines of one interruption: a paragraph the first time, the traceback when it is asked for again with ``%tb``."""

    def __init__(self, value: BaseException, step: str) -> None:
        self.value, self.step, self.is_told = value, step, False

    def __call__(self) -> list[str]:
        if self.is_told:
            return traceback.format_exception(self.value)
        self.is_told = True
        lines = (
            worded("stopped in {step} before it was done; what was computed before stands", step=self.step),
            worded("run the cell again to compute it"),
            worded("%tb shows where in the code it was stopped"),
        )
        return ["KeyboardInterrupt", *(f"  {shown(line)}" for line in lines)]
