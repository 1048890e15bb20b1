"""What a notebook shows of a cell that was stopped while evalkit computed, or that misspells a name: a paragraph, the traceback on request."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any

from evalkit.errors import EvalkitError, NoSuchNameError
from evalkit.messages import shown, worded
from evalkit.short_form import no_such_name

_OURS = "evalkit."
_WRAPPERS = ("evalkit.step_arguments", "evalkit.lapses")  # stand before a step, and are none


def teach_interruptions(shell: Any) -> None:
    """Let an IPython show in short what was interrupted in evalkit, or asked of its results by a name they lack; what is taught already stands.

    The results themselves answer a name as Python does: a way of their own would stop Tab from looking into them.
    """
    if not shell.custom_exceptions:
        shell.set_custom_exc((KeyboardInterrupt, AttributeError), _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    value: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """Show an interruption or a name that is none as IPython does, in short where it met evalkit."""
    refused = _name_refused(value, trace)
    if refused is not None:
        value._render_traceback_ = refused._render_traceback_  # type: ignore[attr-defined]
    elif isinstance(value, KeyboardInterrupt) and (step := interrupted_step(trace)):
        value._render_traceback_ = _Told(value, step)  # type: ignore[attr-defined]  # what IPython asks for
    shell.showtraceback((kind, value, trace), tb_offset=tb_offset)


def _name_refused(value: BaseException, trace: TracebackType | None) -> NoSuchNameError | None:
    """Return the refusal of a name that a cell asks of something of evalkit; None of anything else, such as an error within evalkit."""
    holder = getattr(value, "obj", None)
    if isinstance(value, EvalkitError) or not type(holder).__module__.startswith(_OURS):
        return None
    frames = [str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(trace)]
    if any(name.startswith(_OURS) for name in frames):
        return None
    refused = no_such_name(holder, str(getattr(value, "name", "")))
    refused.__cause__ = value  # what %tb shows
    return refused


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
