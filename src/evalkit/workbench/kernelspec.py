"""Make the kernel "evalkit" known to a JupyterLab that was not started by ``evalkit lab``."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager

from evalkit.errors import SettingsError
from evalkit.kernels.private_folder import KERNEL, kernel_path
from evalkit.messages import worded


def chosen_prefix(*, user: bool = False, sys_prefix: bool = False, prefix: Path | None = None) -> Path | None:
    """Return the prefix a kernel goes under: this environment's where nothing is said, None for the user's own place.

    Raises
    ------
    SettingsError
        If more than one place is named.
    """
    if user + sys_prefix + (prefix is not None) > 1:
        raise SettingsError(
            where="evalkit kernel",
            rule=worded("a kernel goes to one place"),
            do=worded("give one of --user, --sys-prefix, --prefix"),
        )
    return None if user else prefix or Path(sys.prefix)


def install_kernel(prefix: Path | None) -> Path:
    """Install the kernel under a prefix, or for this user, and return where it is.

    The installed copy names the Python that runs now: a JupyterLab of another environment starts the right one. Only this
    environment is sure to know the warm provisioner; anywhere else the copy is an ordinary kernel.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / KERNEL
        shutil.copytree(kernel_path() / "kernels" / KERNEL, copy)
        spec = json.loads((copy / "kernel.json").read_text(encoding="utf-8"))
        spec["argv"][0] = sys.executable
        if prefix is None or prefix.resolve() != Path(sys.prefix).resolve():
            del spec["metadata"]["kernel_provisioner"]
        (copy / "kernel.json").write_text(json.dumps(spec, indent=1) + "\n", encoding="utf-8")
        place = {"user": True} if prefix is None else {"prefix": str(prefix)}
        return Path(KernelSpecManager().install_kernel_spec(str(copy), kernel_name=KERNEL, **place))


def remove_kernel(prefix: Path | None) -> Path:
    """Take the kernel away from under a prefix, or from this user's place, and return where it was.

    Raises
    ------
    SettingsError
        If it is not there.
    """
    manager = KernelSpecManager()
    kernels = Path(manager.user_kernel_dir) if prefix is None else prefix / "share" / "jupyter" / "kernels"
    manager.kernel_dirs = [str(kernels)]
    try:
        return Path(manager.remove_kernel_spec(KERNEL))
    except KeyError as absent:
        raise SettingsError(
            where=str(kernels),
            rule=worded("no kernel {kernel} is installed here", kernel=KERNEL),
            do=worded("name the place it was installed to"),
        ) from absent
