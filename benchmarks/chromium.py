"""A headless Chromium, driven over its own pipe: what tests and benchmarks of pages look through.

Chromium speaks its DevTools protocol over two file descriptors (``--remote-debugging-pipe``), one
JSON object after the other with a zero byte behind each, so neither a driver nor a library is
needed. https://chromedevtools.github.io/devtools-protocol/ has the methods.
"""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
# Generous: a page that is not there after that will not come.
PATIENCE = 90.0

# Gives the two ends the numbers that Chromium wants, 3 to read and 4 to write, and becomes it.
_LAUNCHER = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(number), fcntl.F_DUPFD_CLOEXEC, 10) for number in sys.argv[1:3]]
for end, wanted in zip(ends, (3, 4)):
    os.dup2(end, wanted)
os.execv(sys.argv[3], sys.argv[3:])
"""

_KEYS = {
    "Enter": 13,
    "Escape": 27,
    "PageUp": 33,
    "PageDown": 34,
    "End": 35,
    "Home": 36,
    "ArrowUp": 38,
    "ArrowDown": 40,
    "Tab": 9,
}


class TooSlowError(Exception):
    """What was waited for did not come."""


def find_chromium() -> str | None:
    """Path of a Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


class Chromium:
    """One page of a browser of its own; as a context manager it ends with the block.

    Args:
        width: of the window, in CSS pixels.
        height: of the window.
        dark: what the page is told that the user prefers.

    Attributes:
        problems: warnings and errors that the console has said, and exceptions that were not
            caught, since the browser was started.
    """

    def __init__(self, width: int = 1280, height: int = 1000, dark: bool = False) -> None:
        found = find_chromium()
        assert found is not None, "ask find_chromium first"
        self.problems: list[str] = []
        self._profile = tempfile.mkdtemp()
        there, self._out = os.pipe()
        self._in, back = os.pipe()
        self._process = subprocess.Popen(  # pylint: disable=consider-using-with
            [
                *(sys.executable, "-c", _LAUNCHER, str(there), str(back)),
                found,
                *_FLAGS,
                f"--user-data-dir={self._profile}",
                "about:blank",
            ],
            pass_fds=(there, back),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(there)
        os.close(back)
        self._heard, self._count, self._session = b"", 0, ""
        self._events: list[str] = []
        try:
            target = self.send("Target.createTarget", url="about:blank")["targetId"]
            attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
            self._session = attached["sessionId"]
            for domain in ("Page", "Runtime", "Log"):
                self.send(f"{domain}.enable")
            self.resize(width, height)
            self.prefer("dark" if dark else "light")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the browser with all of its processes."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)  # Chromium is a family of processes
        self._process.wait()
        for end in (self._in, self._out):
            os.close(end)
        shutil.rmtree(self._profile, ignore_errors=True)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol, and its result."""
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        end = time.monotonic() + PATIENCE
        while True:
            heard = self._hear(end, method)
            if heard.get("id") == self._count:
                assert "error" not in heard, f"{method}: {heard['error']}"
                return dict(heard["result"])

    def open(self, address: str | Path) -> None:
        """Load a page, and return when it says that it has loaded."""
        url = address if isinstance(address, str) else address.resolve().as_uri()
        # The same address with another fragment would be no new page.
        self._until_loaded("Page.navigate", url="about:blank")
        self._until_loaded("Page.navigate", url=url)

    def reload(self) -> None:
        """Load the page again."""
        self._until_loaded("Page.reload")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited where it is a promise."""
        found = self.send(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, f"{expression}: {found['exceptionDetails']}"
        return found["result"].get("value")

    def wait_for(self, expression: str, seconds: float = PATIENCE) -> None:
        """Wait until an expression is true, an element being true."""
        end = time.monotonic() + seconds
        while not self.evaluate(f"!!({expression})"):
            if time.monotonic() > end:
                raise TooSlowError(f"{expression} did not come true; console: {self.problems}")
            time.sleep(0.02)

    def press(self, key: str) -> None:
        """Press a key: a character, or a name such as ``ArrowDown``."""
        code = _KEYS.get(key, ord(key[0].upper()))
        event = {"key": key, "windowsVirtualKeyCode": code}
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", **event, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **event)

    def write(self, text: str) -> None:
        """Put text where the cursor is."""
        self.send("Input.insertText", text=text)

    def prefer(self, scheme: str) -> None:
        """Say that the user prefers ``light`` or ``dark``."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.send("Emulation.setEmulatedMedia", features=features)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size, in CSS pixels."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def screenshot(self, path: Path, whole: bool = False) -> None:
        """Save what is seen, or the whole page, as PNG."""
        found = self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))

    def _until_loaded(self, method: str, **parameters: Any) -> None:
        self._events.clear()
        self.send(method, **parameters)
        end = time.monotonic() + PATIENCE
        while "Page.loadEventFired" not in self._events:
            self._hear(end, method)

    def _hear(self, end: float, awaited: str) -> dict[str, Any]:
        """The next message; events are noted on the way."""
        while b"\0" not in self._heard:
            ready, _, _ = select.select([self._in], [], [], max(end - time.monotonic(), 0.0))
            part = os.read(self._in, 1 << 20) if ready else b""
            if not part:
                raise TooSlowError(f"Chromium did not answer {awaited}")
            self._heard += part
        raw, _, self._heard = self._heard.partition(b"\0")
        heard: dict[str, Any] = json.loads(raw)
        method, told = heard.get("method", ""), heard.get("params", {})
        self._events.append(method)
        if method == "Log.entryAdded" and told["entry"]["level"] in ("warning", "error"):
            self.problems.append(told["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and told["type"] in ("warning", "error"):
            self.problems.append(" ".join(str(a.get("value", "")) for a in told["args"]))
        elif method == "Runtime.exceptionThrown":
            details = told["exceptionDetails"]
            self.problems.append(str(details.get("exception", details).get("description", "?")))
        return heard
