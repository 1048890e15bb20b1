"""Chromium driven through its DevTools protocol: open an address, ask the page, type, take its picture."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import websocket

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--window-size=1280,1000"),
    *("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-port=0"),
)
_KEYS = {"Tab": 9, "Enter": 13, "Escape": 27}
_PATIENCE = 60.0


class Tab:
    """One tab of a browser."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, timeout=_PATIENCE, suppress_origin=True)
        self._numbers = itertools.count(1)

    def close(self) -> None:
        """Stop talking to the tab; the browser is ended by who started it."""
        self._socket.close()

    def call(self, method: str, **given: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result; events that come meanwhile are passed over."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": given}))
        while True:
            told = json.loads(self._socket.recv())
            if told.get("id") == number:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']}")
                return told["result"]

    def ask(self, script: str) -> Any:
        """Return the value of an expression in the page; a promise is waited for."""
        told = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise RuntimeError(told["exceptionDetails"].get("exception", {}).get("description", script))
        return told["result"].get("value")

    def wait(self, script: str, *, seconds: float = _PATIENCE) -> Any:
        """Ask until the answer is true and return it.

        Raises
        ------
        TimeoutError
            With the question, if that never comes.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(RuntimeError):  # what is asked for is only being loaded
                if found := self.ask(script):
                    return found
            time.sleep(0.1)
        raise TimeoutError(script)

    def write(self, text: str) -> None:
        """Write text where the cursor is."""
        self.call("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        named = {"key": key, "code": key, "windowsVirtualKeyCode": _KEYS[key]}
        self.call("Input.dispatchKeyEvent", type="rawKeyDown", **named)
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def picture(self, file: Path) -> None:
        """Take a picture of what the window shows."""
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


@contextlib.contextmanager
def browser_tab(chromium: str, profile: Path) -> Iterator[Tab]:
    """Start a browser with a profile of its own, give its tab, and end it."""
    command = [chromium, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        try:
            with contextlib.closing(Tab(_first_tab(profile / "DevToolsActivePort", program))) as tab:
                tab.call("Emulation.setFocusEmulationEnabled", enabled=True)  # as if the window were in front
                yield tab
        finally:
            program.terminate()


def _first_tab(told: Path, program: subprocess.Popen[bytes]) -> str:
    """Return the address under which the first tab is spoken to, as soon as the browser has told its port."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and program.poll() is None:
        lines = told.read_text().splitlines() if told.exists() else []
        if len(lines) > 1:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{lines[0]}/json/list", timeout=_PATIENCE
            ) as answer:
                tabs = [one for one in json.load(answer) if one["type"] == "page"]
            if tabs:
                return str(tabs[0]["webSocketDebuggerUrl"])
        time.sleep(0.1)
    raise TimeoutError("the browser did not tell where it is spoken to")
