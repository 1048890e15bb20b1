"""A private room for one kernel: a short temporary folder, an environment without paths, sockets that are files.

What runs in the room is given its slice of the protected bundle and nothing else that points to the workspace.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import Unicode
from traitlets.config import Config

KERNEL = "evalkit"
SENTINEL = (
    "evalkit-sentinel-"  # in the kernel's environment: a published file that holds it was written from there
)
# A socket path may have 107 bytes on Linux and 103 on macOS; a kernel adds about 25 to the path of its room.
_LONGEST_ROOM = 70
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
    base = tempfile.gettempdir()
    short = base if len(os.fsencode(base)) <= _LONGEST_ROOM - 16 else os.sep + "tmp"
    with tempfile.TemporaryDirectory(prefix="evalkit-", dir=short, ignore_cleanup_errors=True) as room:
        yield Path(room)


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


class ReportKernelManager(AsyncKernelManager):
    """Starts kernels in a room: scrubbed environment, own working folder, nothing of theirs on our terminal."""

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
