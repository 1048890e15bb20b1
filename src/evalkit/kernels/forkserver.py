"""The process that kernels are forked from: it has loaded what they need, holds no facts and starts no thread.

A program of its own, started by :mod:`evalkit.kernels.warm_server` with a scrubbed environment, in the root folder. It is not the
fork server of :mod:`multiprocessing`, which is one for a whole process, hands every child the arguments, the working folder
and the main module of the process that asks, and so would tell a report kernel where the workspace lies.

It ends, and takes its kernels and their rooms with it, when the process that started it is gone, however that came about.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from evalkit.kernels.forked import Asked, be_kernel, called

NUMBER = struct.Struct("!q")
RETIRE = b"r"
PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "evalkit.evaluation",
    "evalkit.facts.bundle",
    "evalkit.reporting.every_section",
    "evalkit.reporting.canvas",
    "matplotlib.pyplot",
    "seaborn",
    "statsmodels.api",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "ipykernel.debugger",
    "evalkit.kernels.kernel_app",
    "evalkit.kernels.streams",
    "faulthandler",
    "pdb",
    "sqlite3",
    "tornado.platform.asyncio",
)
CALLED_ONCE = ("evalkit.reporting.first_use:use_once",)
_SECONDS_TO_ASK = 10.0


@dataclass(slots=True)
class _Kernel:
    pid: int
    client: socket.socket
    room: str


@dataclass(slots=True)
class _Server:
    listener: socket.socket
    lifeline: int
    kernels: dict[int, _Kernel] = field(default_factory=dict)
    retired: bool = False


def main(listener: int, lifeline: int) -> None:
    """Load everything, then fork a kernel for each request; in the forked process, be that kernel.

    Parameters
    ----------
    listener : int
        File descriptor of the listening socket.
    lifeline : int
        File descriptor of a pipe whose other end the starting process holds and never uses but to retire the server.
    """
    sys.path[:] = [entry for entry in sys.path if entry]  # no code from whatever folder this is
    for name in PRELOADED:
        import_module(name)
    for name in CALLED_ONCE:
        called(name)
    gc.collect()
    gc.freeze()  # the collector then leaves the shared pages alone
    asked = _serve(_Server(socket.socket(fileno=listener), lifeline))
    be_kernel(asked)


def _serve(server: _Server) -> Asked:
    """Answer requests for ever; returns in forked processes only."""
    with selectors.DefaultSelector() as selector, _woken_by_children() as woken:
        for source in (server.listener, server.lifeline, woken):
            selector.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                asked = None
                if key.fileobj is server.listener:
                    asked = _answer(server, selector)
                elif key.fileobj == server.lifeline:
                    _hear_lifeline(server, selector)
                elif key.fileobj is woken:
                    woken.recv(4096)
                else:
                    _end_with_client(server, key.data)
                if asked is not None:
                    return asked
            _reap(server, selector)


@contextmanager
def _woken_by_children() -> Iterator[socket.socket]:
    """Give a socket that has something to read when a child has ended."""
    woken, waker = socket.socketpair()
    for end in (woken, waker):
        end.setblocking(False)  # noqa: FBT003  the method's signature
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    with woken, waker:
        try:
            yield woken
        finally:
            signal.set_wakeup_fd(-1)


def _answer(server: _Server, selector: selectors.BaseSelector) -> Asked | None:
    """Fork a kernel; the child is given what was asked for, the server goes on."""
    client, _ = server.listener.accept()
    try:
        client.settimeout(_SECONDS_TO_ASK)
        asked = _hear(client)
        pid = os.fork()
    except (OSError, ValueError, KeyError):
        client.close()
        return None
    if pid == 0:
        _leave_the_server(server, client)
        return asked
    for output in asked.outputs:
        os.close(output)
    server.kernels[pid] = _Kernel(pid, client, asked.room)
    selector.register(client, selectors.EVENT_READ, data=pid)
    return None


def _hear(client: socket.socket) -> Asked:
    head, outputs, _, _ = socket.recv_fds(client, NUMBER.size, 2)
    (size,) = NUMBER.unpack(head)
    body = bytearray()
    while len(body) < size:
        part = client.recv(size - len(body))
        if not part:
            raise ConnectionError
        body += part
    wanted: dict[str, Any] = json.loads(body)
    return Asked(wanted["arguments"], wanted["environment"], wanted["folder"], wanted["room"], outputs)


def _leave_the_server(server: _Server, client: socket.socket) -> None:
    """Become a process of its own: own group, nothing of the server's left open; then tell the client."""
    os.setsid()
    client.sendall(NUMBER.pack(os.getpid()))
    for kernel in server.kernels.values():
        kernel.client.close()
    client.close()
    server.listener.close()
    os.close(server.lifeline)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _hear_lifeline(server: _Server, selector: selectors.BaseSelector) -> None:
    if os.read(server.lifeline, 1) != RETIRE:
        _leave(server)
    server.retired = True
    selector.unregister(server.listener)
    _forget_address(server)


def _reap(server: _Server, selector: selectors.BaseSelector) -> None:
    """Tell clients how their kernels ended; a child's exit code is that of :class:`subprocess.Popen`."""
    for kernel in list(server.kernels.values()):
        pid, status = os.waitpid(kernel.pid, os.WNOHANG)
        if pid == 0:
            continue
        try:
            kernel.client.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))
        except OSError:
            _clear(kernel.room)
        selector.unregister(kernel.client)
        kernel.client.close()
        del server.kernels[kernel.pid]
    if server.retired and not server.kernels:
        _leave(server)


def _end_with_client(server: _Server, pid: int) -> None:
    """End a kernel whose client is gone: nobody else would."""
    if pid in server.kernels:
        _kill(pid)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        _clear(server.kernels[pid].room)


def _leave(server: _Server) -> NoReturn:
    for pid, kernel in server.kernels.items():
        _kill(pid)
        os.waitpid(pid, 0)
        _clear(kernel.room)
    _forget_address(server)
    os._exit(0)


def _kill(pid: int) -> None:
    for end in (os.killpg, os.kill):
        try:
            end(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        return


def _clear(room: str) -> None:
    if room:
        shutil.rmtree(room, ignore_errors=True)


def _forget_address(server: _Server) -> None:
    address = server.listener.getsockname()
    if address and server.listener.fileno() >= 0:
        shutil.rmtree(Path(address).parent, ignore_errors=True)
