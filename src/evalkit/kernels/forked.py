"""What a process just forked from the warm server does to become an ordinary Jupyter kernel, with nothing shared."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

CALLED_IN_EACH_KERNEL = ("evalkit.reporting.jupyter_display:teach_ipython",)
MEMORY_LIMIT = "EVALKIT_MEMORY_MB"
_LAST_STANDARD = 2
OBJECTS_BETWEEN_COLLECTIONS = 50_000  # Python looks every 700; kernels and pages leave little rubbish


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client wants: the kernel's arguments, environment, folder, where it writes, and the room that goes with it."""

    arguments: Sequence[str]
    environment: dict[str, str]
    folder: str
    room: str
    outputs: Sequence[int]


def be_kernel(asked: Asked) -> None:
    """Take on the environment, folder and outputs asked for, and run the kernel until it is told to end."""
    _redirect(asked.outputs)
    server = os.getppid()
    os.environ.clear()
    os.environ.update(asked.environment)
    os.chdir(asked.folder)
    time.tzset()
    _limit_memory(os.environ.get(MEMORY_LIMIT, ""))
    _new_chance()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    sys.argv = ["ipykernel_launcher", *asked.arguments]
    from evalkit.kernels.kernel_app import KernelApp  # noqa: PLC0415  loaded long ago, by the server

    app = KernelApp.instance(parent_handle=server)
    app.initialize(list(asked.arguments))  # type: ignore[no-untyped-call]
    for name in CALLED_IN_EACH_KERNEL:  # what was loaded when there was no IPython to teach
        called(name)
    app.start()  # type: ignore[no-untyped-call]


def called(name: str) -> None:
    """Import a module and call a function of it, both named as entry points name them: ``module:function``."""
    module, _, function = name.partition(":")
    getattr(import_module(module), function)()


def _redirect(outputs: Sequence[int]) -> None:
    silence = os.open(os.devnull, os.O_RDONLY)
    for source, target in zip((silence, *outputs), (0, 1, 2), strict=True):
        os.dup2(source, target)
        if source > _LAST_STANDARD:
            os.close(source)


def _limit_memory(megabytes: str) -> None:
    """Let the kernel run out of memory alone, with a MemoryError in its cell, before the machine does."""
    if megabytes.isdecimal():
        import resource  # noqa: PLC0415  there is no such module on Windows

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = int(megabytes) * 2**20
        resource.setrlimit(
            resource.RLIMIT_DATA, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
        )


def _new_chance() -> None:
    """Draw a seed of its own: numpy's old generator would give every kernel the same numbers."""
    import numpy as np  # noqa: PLC0415  loaded by the server

    np.random.seed()  # noqa: NPY002  the old generator is the one that needs it
