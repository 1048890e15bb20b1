"""The warm server of this process: started when a kernel is first needed, gone with this process, shared with its workers."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from evalkit.kernels.forkserver import RETIRE
from evalkit.kernels.private_folder import leave_room, new_room, sweep_rooms

# What acts when Python or a library is loaded, and so has to be the same for a kernel and for the server it is forked from.
_ACTS_EARLY = (
    *(
        "PYTHON",
        "NUMEXPR_",
        "LD_",
        "DYLD_",
        "LC_",
        "LANG",
        "MPL",
        "TZ",
        "PATH",
        "HOME",
        "XDG_",
        "TMP",
        "TEMP",
    ),
    *("VIRTUAL_ENV", "CONDA_PREFIX"),
)
_INLINE = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}  # ipykernel sets it, too late for us
_TUNED = (  # a fresh process asks the system for each page of memory it touches: large ones are asked for seldom, and kept
    "glibc.malloc.hugetlb=1",
    "glibc.malloc.mmap_threshold=67108864",
    "glibc.malloc.trim_threshold=268435456",
)
_LARGE_PAGES = {"GLIBC_TUNABLES": ":".join(_TUNED)}
_ONE_THREAD = {  # a process with threads must not be forked, and sums must not depend on the number of cores
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
_LOADED = (".py", ".toml", ".po", ".j2", ".css")
_SECONDS_TO_END = 5.0


@dataclass(frozen=True, slots=True)
class WarmServer:
    """A running server: where it listens, what code it has loaded, and the pipe that ends it when this process is gone."""

    address: str
    code: int
    process: subprocess.Popen[bytes]
    lifeline: int

    def stop(self) -> None:
        """End the server and its kernels."""
        os.close(self.lifeline)
        try:
            self.process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        leave_room(Path(self.address).parent)

    def retire(self) -> None:
        """Let the server end with the last of its kernels."""
        os.write(self.lifeline, RETIRE)


_lock = threading.Lock()
_own: dict[str, WarmServer] = {}
_retired: list[WarmServer] = []
_given: dict[str, str] = {}


def can_fork() -> bool:
    """Tell whether kernels can be forked here: not on Windows, nor on macOS, whose own libraries do not survive a fork."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds") and sys.platform != "darwin"


def early_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the server for kernels with this environment: what acts early, and no path beyond that.

    Examples
    --------
    >>> early = early_environment({"LANG": "vi_VN.UTF-8", "PWD": "/data/secret"})
    >>> early["LANG"], "PWD" in early
    ('vi_VN.UTF-8', False)
    """
    kept = {name: value for name, value in environment.items() if name.startswith(_ACTS_EARLY)}
    return {**_INLINE, **_LARGE_PAGES, **kept, **_ONE_THREAD}


def warm_up(environment: Mapping[str, str]) -> dict[str, str]:
    """Start a server for kernels with this environment, unless one runs, and return what workers are to be told of it.

    It goes on loading after the return; the first kernel waits for it.
    """
    early = early_environment(environment)
    with _lock:
        return {_key(early): _running(early).address}


def use_servers(given: Mapping[str, str]) -> None:
    """In a worker: fork from the driver's servers, which :func:`warm_up` told of."""
    _given.update(given)


def connect(environment: Mapping[str, str]) -> socket.socket:
    """Return a connection to the server for kernels with this environment.

    Raises
    ------
    OSError
        If there is no server and none can be started.
    """
    early = early_environment(environment)
    key = _key(early)
    with _lock:
        if key in _given:
            try:
                return _connected(_given[key])
            except OSError:
                del _given[key]  # the driver's server was killed: from now on this process has one of its own
        return _connected(_running(early).address)


def stop_servers() -> None:
    """End all servers of this process, and their kernels."""
    with _lock:
        while _own:
            _own.popitem()[1].stop()
        while _retired:
            _retired.pop().stop()


atexit.register(stop_servers)


def _running(early: Mapping[str, str]) -> WarmServer:
    """Return a live server that has loaded the code as it is now; an earlier one is retired."""
    key, code = _key(early), newest_code()
    server = _own.pop(key, None)
    if server is not None and server.process.poll() is not None:
        server.stop()
        server = None
    if server is not None and server.code != code:
        server.retire()
        _retired.append(server)
        server = None
    _own[key] = server or _start(early, code=code)
    return _own[key]


def _start(early: Mapping[str, str], *, code: int) -> WarmServer:
    sweep_rooms()
    address = str(new_room() / "warm")
    read, lifeline = os.pipe()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        program = f"from evalkit.kernels.forkserver import main; main({listener.fileno()}, {read})"
        process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, *subprocess._args_from_interpreter_flags(), "-c", program],  # type: ignore[attr-defined]  # noqa: SLF001
            env=dict(early),
            cwd="/",
            pass_fds=(listener.fileno(), read),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    os.close(read)
    return WarmServer(address, code, process, lifeline)


def _connected(address: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _key(early: Mapping[str, str]) -> str:
    return json.dumps(dict(early), sort_keys=True)


def newest_code() -> int:
    """Return when evalkit was last changed: in a laboratory that is open for days, a new kernel has the new code.

    Catalogue, wording, templates and style count too: a warm server has read some of them.
    """
    root = Path(str(resources.files("evalkit")))
    return max(path.stat().st_mtime_ns for path in root.rglob("*.*") if path.suffix in _LOADED)
