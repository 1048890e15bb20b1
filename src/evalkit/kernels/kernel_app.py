"""The kernel program of a forked kernel: ipykernel's, which reads the arguments it is usually given without a parser.

To build the parser for all that a kernel could be told takes as long as to run ten cells.
"""

from __future__ import annotations

import re
from copy import deepcopy

from ipykernel.kernelapp import IPKernelApp
from traitlets.config.loader import Config, DeferredConfigString

_SETTING = re.compile(r"--(?P<owner>[A-Z]\w*)\.(?P<trait>[a-z]\w*)=(?P<value>.*)", re.DOTALL)


class KernelApp(IPKernelApp):
    """ipykernel's program; see :func:`settings`."""

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Take on the settings given as arguments."""
        config = settings(argv or [])
        if config is None:
            super().parse_command_line(argv)
            return
        self.argv = list(argv or [])
        self.cli_config = deepcopy(config)
        self.update_config(config)


def settings(arguments: list[str]) -> Config | None:
    """Return what arguments of the usual forms set; None where one has another form.

    Parameters
    ----------
    arguments : list of str
        ``-f FILE`` and ``--Class.trait=value`` are usual.

    Examples
    --------
    >>> from traitlets import Bool
    >>> settings(["-f", "k.json", "--HistoryManager.enabled=False"])["HistoryManager"]["enabled"].get_value(Bool())
    False
    >>> settings(["--debug"]) is None
    True
    """
    config = Config()
    left = iter(arguments)
    for argument in left:
        found = _SETTING.fullmatch(argument)
        if found:
            config[found["owner"]][found["trait"]] = DeferredConfigString(found["value"])
        elif argument == "-f" and (file := next(left, "")):
            config["IPKernelApp"]["connection_file"] = DeferredConfigString(file)
        else:
            return None
    return config
