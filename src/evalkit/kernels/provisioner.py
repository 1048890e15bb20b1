"""The warm kernel: a provisioner for jupyter_client that forks kernels instead of starting a new Python for each.

Any program that starts kernels by name can use it: papermill, nbclient, JupyterLab. Messages travel through files in a
private folder, not over TCP. Where there is no fork the ordinary kernel is started, and that is said once.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.localinterfaces import localhost
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from evalkit.kernels.forks import WarmKernel, fork_kernel
from evalkit.kernels.private_folder import leave_room, new_room
from evalkit.kernels.warm_server import can_fork

PROVISIONER = "evalkit-warm"
_LAUNCHER = ["-m", "ipykernel_launcher"]
_KNOWN = {"env", "cwd", "stdin", "stdout", "stderr", "independent", "extra_arguments", "kernel_id"}
_SECONDS_TO_DIE = 2.0
_SECONDS_BETWEEN_LOOKS = 0.003
_told: set[str] = set()


class WarmProvisioner(LocalProvisioner):
    """Forks kernels from the warm server; in all else like :class:`jupyter_client.provisioning.LocalProvisioner`."""

    process: Any = None  # a WarmKernel, or a Popen where it could not be forked
    own_room: Path | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Move a kernel's messages from TCP on this machine to files only this user can open; see the base class.

        On a restart everything stays where it was: clients are connected to it.
        """
        manager = self.parent
        if (
            manager is not None
            and manager.transport == "tcp"
            and zmq.has("ipc")
            and manager.ip == localhost()
        ):
            self.own_room = new_room()
            manager.cache_ports = False
            manager.transport = "ipc"
            manager.ip = str(self.own_room / "k")
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel, or start it the ordinary way where it cannot be forked; see the base class."""
        obstacle = _obstacle(cmd, kwargs)
        if not obstacle:
            try:
                forked = await asyncio.to_thread(self._fork, cmd, kwargs)
            except OSError as fault:
                obstacle = f"the warm server did not start one ({type(fault).__name__})"
            else:
                self.process = forked
                self.pid = self.pgid = forked.pid
                self.cwd = kwargs.get("cwd") or Path.cwd()
                return self.connection_info
        _tell_once(obstacle)
        return await super().launch_kernel(cmd, **kwargs)

    async def post_launch(self, **kwargs: Any) -> None:
        """Wait until a forked kernel listens: a client that comes too early tries again a tenth of a second later."""
        await super().post_launch(**kwargs)
        if (
            isinstance(self.process, WarmKernel)
            and self.parent is not None
            and self.parent.transport == "ipc"
        ):
            last_bound = Path(f"{self.parent.ip}-{self.parent.hb_port}")
            while not last_bound.exists() and self.process.poll() is None:
                await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)

    async def kill(self, restart: bool = False) -> None:  # noqa: FBT001, FBT002  the base class's signature
        """End the kernel's process group at once, and see it gone; see the base class."""
        await super().kill(restart)
        if isinstance(self.process, WarmKernel):
            await asyncio.to_thread(self.process.wait, _SECONDS_TO_DIE)

    async def cleanup(self, restart: bool = False) -> None:  # noqa: FBT001, FBT002  the base class's signature
        """Remove the kernel's folder when it will not be started again; see the base class."""
        await super().cleanup(restart)
        if self.own_room is not None and not restart:
            leave_room(self.own_room)

    def _fork(self, cmd: list[str], options: dict[str, Any]) -> WarmKernel:
        room = self.own_room or getattr(self.parent, "room", None) or ""
        silence = os.open(os.devnull, os.O_WRONLY)
        try:
            return fork_kernel(
                cmd[3:],
                environment=options.get("env") or dict(os.environ),
                folder=options.get("cwd") or "",
                room=str(room),
                outputs=(
                    _writes_to(options.get("stdout"), 1, silence),
                    _writes_to(options.get("stderr"), 2, silence),
                ),
            )
        finally:
            os.close(silence)


def register() -> None:
    """Make the provisioner known where evalkit is used from its sources without having been installed."""
    entry = EntryPoint(
        PROVISIONER, "evalkit.kernels.provisioner:WarmProvisioner", KernelProvisionerFactory.GROUP_NAME
    )
    KernelProvisionerFactory.provisioners.setdefault(PROVISIONER, entry)


def _obstacle(cmd: list[str], options: dict[str, Any]) -> str:
    """Say why a kernel cannot be forked; nothing where it can."""
    if not can_fork():
        return "this system cannot fork kernels"
    if cmd[1:3] != _LAUNCHER or not _is_this_python(Path(cmd[0])):
        return "the kernel is not that of this Python"
    if set(options) - _KNOWN or options.get("independent"):
        return "it was asked for options that a forked kernel does not have"
    return ""


def _is_this_python(program: Path) -> bool:
    return program.exists() and program.absolute() == Path(sys.executable).absolute()


def _writes_to(output: Any, inherited: int, silence: int) -> int:
    if output is None or output == subprocess.STDOUT:
        return inherited
    return (
        silence
        if output == subprocess.DEVNULL
        else output
        if isinstance(output, int)
        else int(output.fileno())
    )


def _tell_once(obstacle: str) -> None:
    if obstacle not in _told:
        _told.add(obstacle)
        logging.getLogger("evalkit").warning("kernels start the ordinary way, slower: %s", obstacle)
