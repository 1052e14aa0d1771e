"""JSON over HTTP to one server: its key, its passing faults, and the minutes in which it loads."""

import json
import os
import socket as sockets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import IPPROTO_TCP, SHUT_RDWR, SO_KEEPALIVE, SOL_SOCKET, socket
from typing import Any

from parelha.config_base import split_url
from parelha.errors import (
    ServerRefusedError,
    ServerUnreachableError,
    UsageError,
    WorkFailedError,
)

KEY_ENV = "OPENAI_API_KEY"  # where clients of this protocol look for a key
_CONNECT_SECONDS = 10.0  # a machine that is gone does not say so
ANSWER_SECONDS = 900.0  # an answer that waits behind others on a slow server
_BACKOFF_SECONDS = (0.5, 1.0, 2.0, 4.0)
_LOADING_SECONDS = 1800.0  # a server that reads a large model answers 503 until it has
_POLL_SECONDS = 1.0
_SAY_SECONDS = 30.0
_LONGEST_WAIT = 60.0  # of what a server asks for
# Seconds of silence before a machine is asked whether it is there, between two questions, and how
# many it may leave unanswered: one that lost its power does not say that it is gone.
_KEEP_ALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 6}


class Http:
    """JSON over HTTP to one server; a request that meets a passing fault is sent again.

    Args:
        url: as `split_url` takes it.
        key_env: the environment variable that holds the server's key; "" means `KEY_ENV`, if set.
        say: told in one line that the server is waited for.
        patient: send again what meets a passing fault; False where others can be asked instead.
        seconds: an answer is waited for, at most.

    Raises:
        UsageError: no URL, or `key_env` is not set.
    """

    def __init__(
        self,
        url: str,
        key_env: str = "",
        say: Callable[[str], None] = lambda line: None,
        *,
        patient: bool = True,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        try:
            parts = split_url(url)
        except ValueError as error:
            raise UsageError(str(error)) from None
        self.url = parts.geturl()
        self._host, self._port = parts.hostname or "", parts.port
        self._path = parts.path.rstrip("/")
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._headers = {"Content-Type": "application/json"}
        self._key_env = key_env or KEY_ENV
        if key := os.environ.get(self._key_env, "").strip():
            # A key has no space; what has one names its own scheme, such as Basic.
            self._headers["Authorization"] = key if " " in key else f"Bearer {key}"
        elif key_env:
            raise UsageError(f"engine.server_key_env: the variable {key_env} is not set")
        self._say, self._patient, self._seconds = say, patient, seconds
        self._said = -_SAY_SECONDS
        self._open: set[HTTPConnection] = set()
        self._closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed.is_set()

    def close(self) -> None:
        """End all requests at once; their threads would hold up the end of the process.

        One that is still connecting ends when it is connected, or its time for that is over.
        """
        self._closed.set()
        self.drop()

    def drop(self) -> None:
        """Break off the requests that were sent; what is asked from now on is sent as ever."""
        for connection in tuple(self._open):
            with suppress(OSError, AttributeError):  # not connected, or no longer
                connection.sock.shutdown(SHUT_RDWR)

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON that the server answers; a `body` makes it a POST.

        Raises:
            ParelhaError: as `tell`.
            WorkFailedError: its answer is no JSON.
        """
        return _read(self.tell(path, body), f"{self.url}{path}")

    def tell(self, path: str, body: dict[str, Any] | None = None) -> bytes:
        """What the server answers, whatever it is; a `body` makes it a POST.

        A server that is loading (HTTP 503) is waited for.

        Raises:
            ServerUnreachableError: nobody is there.
            ServerRefusedError: the request is refused (HTTP 3xx and 4xx).
            WorkFailedError: it gave no answer in time, it failed several times (HTTP 429 or 5xx,
                broken connection), or it loads for longer than half an hour; the first time, where
                we are not patient.
        """
        fault, began = "", time.monotonic()
        waits = list(_BACKOFF_SECONDS) if self._patient else []
        while True:
            loading, asked_for = False, None
            try:
                response, data = self._send(path, body)
            except ConnectionRefusedError as error:
                raise self._unreachable(error) from None
            except (ConnectionError, HTTPException) as error:
                fault = f"the connection broke: {type(error).__name__}"
            except (OSError, UnicodeError) as error:
                # The socket's own limit has no number; the kernel's, of a connection, has one.
                if isinstance(error, TimeoutError) and error.errno is None:
                    raise WorkFailedError(
                        f"the server at {self.url} gave no answer within {self._seconds:g} s: look "
                        "at its log"
                    ) from None
                raise self._unreachable(error) from None
            else:
                if response.status == 200:
                    return data
                fault = f"HTTP {response.status}: {_reason(data, response)}"
                if response.status != 429 and response.status < 500:
                    raise self._refused(path, response.status, fault)
                loading = self._patient and response.status == 503
                asked_for = _seconds(response)
            waited = time.monotonic() - began
            if loading and waited < _LOADING_SECONDS:
                self._say_waiting(fault, waited)
                seconds = _POLL_SECONDS
            elif waits:
                seconds = waits.pop(0)
            else:
                break
            if self._closed.wait(max(seconds, asked_for or 0.0)):
                break
        often = "failed again and again" if self._patient else "failed"
        line = f"the server at {self.url} {often} ({fault}): look at its log"
        raise WorkFailedError(line)

    def _say_waiting(self, fault: str, waited: float) -> None:
        if time.monotonic() - self._said >= _SAY_SECONDS:
            self._said = time.monotonic()
            self._say(f"the server at {self.url} is not ready ({fault}): waiting, {waited:.0f} s")

    def _send(self, path: str, body: dict[str, Any] | None) -> tuple[HTTPResponse, bytes]:
        connection = self._kind(self._host, self._port, timeout=_CONNECT_SECONDS)
        self._open.add(connection)
        try:
            try:
                connection.connect()
            except TimeoutError as error:
                raise self._unreachable(error) from None
            if self.is_closed:
                raise ConnectionAbortedError
            connection.sock.settimeout(self._seconds)
            _keep_alive(connection.sock)
            connection.request(
                "GET" if body is None else "POST",
                self._path + path,
                None if body is None else json.dumps(body).encode(),
                self._headers,
            )
            response = connection.getresponse()
            return response, response.read()
        finally:
            self._open.discard(connection)
            connection.close()

    def _refused(self, path: str, status: int, fault: str) -> ServerRefusedError:
        line = f"the server at {self.url} refuses {path}: {fault}"
        if status in (401, 403):
            line += (
                f"; is the key in {self._key_env} right?"
                if "Authorization" in self._headers
                else f"; put its key into {KEY_ENV}, or name a variable with engine.server_key_env"
            )
        return ServerRefusedError(line, status)

    def _unreachable(self, error: Exception) -> ServerUnreachableError:
        reason = getattr(error, "strerror", None) or str(error)
        line = f"no server answers at {self.url} ({reason}): start it, or mend the URL"
        return ServerUnreachableError(line)


def _keep_alive(connected: socket) -> None:
    """Have the system find out whether the other machine is still there while we wait for it."""
    connected.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
    for name, value in _KEEP_ALIVE.items():
        if hasattr(sockets, name):  # not on every system
            connected.setsockopt(IPPROTO_TCP, getattr(sockets, name), value)


def _read(data: bytes, where: str) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        line = f"{where} answered no JSON: is it an OpenAI-compatible server?"
        raise WorkFailedError(line) from None


def _seconds(response: HTTPResponse) -> float | None:
    """How long a server asks to wait; None where it does not say, or says a date."""
    text = response.getheader("Retry-After") or ""
    return min(float(text), _LONGEST_WAIT) if text.strip().isdecimal() else None


def _reason(data: bytes, response: HTTPResponse) -> str:
    """What a server says of its error, as one short line."""
    if place := response.getheader("Location"):
        return f"it moved to {place[:200]}"
    found: Any = data.decode("utf-8", "replace")
    with suppress(ValueError):
        found = json.loads(found)
    for key in ("error", "message", "detail"):
        if isinstance(found, dict):
            found = found.get(key, found)
    line = " ".join(str(found).split())
    return "".join(c for c in line if c.isprintable())[:200]
