"""Kernels forked from the warm server, each held like a process of our own."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
from collections.abc import Mapping, Sequence
from errno import ENOTDIR
from pathlib import Path

from evalkit.kernels.forkserver import NUMBER
from evalkit.kernels.warm_server import connect


class WarmKernel:
    """A forked kernel with the face of :class:`subprocess.Popen`: poll, wait, signals, exit code."""

    stdin = stdout = stderr = None
    bereft = 0  # how many kernels of this process lost their server

    def __init__(self, pid: int, server: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._server = server

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel runs; minus the signal's number where one ended it."""
        return self.wait(timeout=0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end, at most ``timeout`` seconds, and return the exit code; None where it still runs."""
        if self.returncode is None and _is_readable(self._server, timeout):
            message = _receive(self._server)
            self._server.close()
            if message is None:  # the server itself was killed: nobody else would end its kernels
                _end_group(self.pid)
                WarmKernel.bereft += 1
            self.returncode = -signal.SIGKILL if message is None else message
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel itself, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)


def fork_kernel(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: str = "",
    room: str = "",
    outputs: tuple[int, int] = (1, 2),
) -> WarmKernel:
    """Fork a kernel from the warm server, which is started where there is none.

    Parameters
    ----------
    arguments : sequence of str
        Those of ``ipykernel_launcher``.
    environment : mapping of str
        The kernel's whole environment.
    folder : str
        Its working folder, seen from this process's own, which it is where none is given.
    room : str
        A folder that is removed if this process goes before the kernel has ended.
    outputs : pair of int
        File descriptors that the kernel writes to.

    Raises
    ------
    OSError
        If there is no server and none can be started, or no such folder.
    """
    here = Path(folder).absolute()  # the server stands in a folder of its own
    if not here.is_dir():
        raise NotADirectoryError(ENOTDIR, "a kernel works in a folder that exists", str(here))
    wanted = {
        "arguments": [*arguments],
        "environment": {**environment},
        "folder": str(here),
        "room": room,
    }
    body = json.dumps(wanted).encode()
    server = connect(environment)
    try:
        socket.send_fds(server, [NUMBER.pack(len(body))], list(outputs))
        server.sendall(body)
        pid = _receive(server)
        if pid is None:
            raise _gone()
    except OSError:
        server.close()
        raise
    return WarmKernel(pid, server)


def _gone() -> OSError:
    return ConnectionError("the warm server ended before it had started the kernel")


def _is_readable(source: socket.socket, timeout: float | None) -> bool:
    poller = select.poll()  # select itself refuses descriptors above 1023
    poller.register(source, select.POLLIN)
    return bool(poller.poll(None if timeout is None else timeout * 1000))


def _receive(server: socket.socket) -> int | None:
    """Return the next number the server tells, None where it is gone."""
    try:
        return int(NUMBER.unpack(server.recv(NUMBER.size, socket.MSG_WAITALL))[0])
    except (ConnectionError, struct.error):
        return None


def _end_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
