"""A private room for one kernel: a short temporary folder, an environment without paths, sockets that are files.

What runs in the room is given its slice of the protected bundle and nothing else that points to the workspace.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type, Unicode
from traitlets.config import Config

KERNEL = "evalkit"
SENTINEL = (
    "evalkit-sentinel-"  # in the kernel's environment: a published file that holds it was written from there
)
# A socket path may have 107 bytes on Linux and 103 on macOS; a kernel adds about 25 to the path of its room.
_LONGEST_ROOM = 70
_ROOM, _HELD = "evalkit-", ".held"
_holds: dict[Path, int] = {}
_PASSED_ON = (
    *(
        "PATH",
        "HOME",
        "LANG",
        "LANGUAGE",
        "LC_ALL",
        "LC_CTYPE",
        "TZ",
        "TMPDIR",
        "XDG_CACHE_HOME",
        "MPLCONFIGDIR",
        "EVALKIT_MEMORY_MB",
    ),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX"),
    *("SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "LOCALAPPDATA", "APPDATA"),
)
_FIXED = {
    "OMP_NUM_THREADS": "1",  # kernels run beside each other, and sums must not depend on the number of cores
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # silences a remark of the debugger that no page may show
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
}


def kernel_path() -> Path:
    """Return the folder to put on JUPYTER_PATH so that the kernel ``evalkit`` is found without being installed."""
    return Path(str(resources.files("evalkit"))) / "batch"


@contextmanager
def private_room() -> Iterator[Path]:
    """Give a folder that only this user can enter and that is gone afterwards; its path is short enough for sockets."""
    room = new_room()
    try:
        yield room
    finally:
        leave_room(room)


def new_room() -> Path:
    """Make a room; whoever asked for it leaves it with :func:`leave_room`.

    A lock on a file in it lasts as long as this process, so that a room whose owner was killed can be told.
    """
    room = Path(tempfile.mkdtemp(prefix=_ROOM, dir=_base()))
    descriptor = os.open(room / f"{_HELD}-", os.O_RDWR | os.O_CREAT, 0o600)
    if _take(descriptor):
        (room / f"{_HELD}-").rename(room / _HELD)  # it is never seen without its lock
    _holds[room] = descriptor
    return room


def leave_room(room: Path) -> None:
    """Remove a room."""
    shutil.rmtree(room, ignore_errors=True)
    if room in _holds:
        os.close(_holds.pop(room))


def sweep_rooms() -> None:
    """Remove the rooms of this user whose owner was killed together with everybody who would have removed them."""
    for room in _base().glob(f"{_ROOM}*"):
        try:
            descriptor = os.open(room / _HELD, os.O_RDWR)
        except OSError:
            continue  # somebody else's, or no room of ours
        try:
            if room not in _holds and _take(descriptor):
                shutil.rmtree(room, ignore_errors=True)
        finally:
            os.close(descriptor)


def _base() -> Path:
    base = tempfile.gettempdir()
    return Path(base if len(os.fsencode(base)) <= _LONGEST_ROOM - 16 else os.sep + "tmp")


def _take(descriptor: int) -> bool:
    """Lock a file, unless somebody holds it, or the system has no such locks."""
    try:
        import fcntl  # noqa: PLC0415  there is no such module on Windows

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def kernel_environment(outside: Mapping[str, str], *, room: Path) -> dict[str, str]:
    """Return the environment of a report kernel: what Python needs to start, and no path to the workspace.

    Parameters
    ----------
    outside : mapping of str
        The environment evalkit itself runs in.
    room : Path
        The kernel's room; IPython's own settings and history of the user stay outside.

    Examples
    --------
    >>> sorted(kernel_environment({"PWD": "/data/secret", "LANG": "vi_VN.UTF-8"}, room=Path("/tmp/r")))[:3]
    ['EVALKIT_SENTINEL', 'IPYTHONDIR', 'LANG']
    """
    kept = {name: outside[name] for name in _PASSED_ON if name in outside}
    if outside.get("PYTHONPATH"):
        entries = (entry for entry in outside["PYTHONPATH"].split(os.pathsep) if entry)
        kept["PYTHONPATH"] = os.pathsep.join(str(Path(entry).absolute()) for entry in entries)
    planted = f"{SENTINEL}{secrets.token_hex(8)}"
    return {**kept, **_FIXED, "IPYTHONDIR": str(room / "ipython"), "EVALKIT_SENTINEL": planted}


class ReportKernelClient(AsyncKernelClient):
    """A client that is ready as soon as the kernel answers."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the kernel's first answer on both channels.

        The base class then listens for a fifth of a second to what else may come. Nothing else is waited for here: nbclient
        passes over messages that answer no question of its own.
        """
        async with asyncio.timeout(timeout):
            while True:
                self.kernel_info()
                try:
                    reply = await self.shell_channel.get_msg(timeout=1)
                    await self.iopub_channel.get_msg(timeout=0.2)
                except Empty:
                    if not await self.is_alive():
                        raise RuntimeError("the kernel died before it answered") from None
                else:
                    self._handle_kernel_info_reply(reply)
                    return


class ReportKernelManager(AsyncKernelManager):
    """Starts kernels in a room: scrubbed environment, own working folder, nothing of theirs on our terminal."""

    client_factory = Type(ReportKernelClient)
    room = Unicode(config=True, help="The kernel's private folder.")

    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return KernelSpecManager(parent=self, kernel_dirs=[str(kernel_path() / "kernels")])

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]  # the parent's is async too, by assignment
        """Start the kernel; see :class:`jupyter_client.manager.KernelManager`."""
        room = Path(self.room)
        given = {
            "env": kernel_environment(os.environ, room=room),
            "cwd": str(room / "desk"),
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }
        await super().start_kernel(**{**options, **given})


def kernel_settings(room: Path) -> Config:
    """Return the settings that put a kernel's connection file and sockets into its room.

    Sockets are files where the platform has them: no port is opened, so none can be taken by another kernel, and nobody
    else on the machine can listen.
    """
    transport = "ipc" if zmq.has("ipc") else "tcp"
    own = {"room": str(room), "transport": transport, "connection_file": str(room / "kernel.json")}
    return Config({"ReportKernelManager": own})
