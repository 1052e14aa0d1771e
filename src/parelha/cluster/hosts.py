"""The actors of a run but trainers: processes that Ray places on nodes. No torch here."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from parelha import __version__
from parelha.cluster import server_process
from parelha.errors import ParelhaError, UsageError, WorkFailedError
from parelha.grading import Grader
from parelha.tasks.own import load_own

_Made = TypeVar("_Made")

_PAUSE_SECONDS = 0.5  # before a server that ended is started again
_LAST_BYTES = 2000  # of what it said, in which its last line is looked for
# For the port of a server whose actor was killed to be free.
_FREE_SECONDS = 20.0


class Host:
    """An actor of a run: a process that Ray places on a node, and starts anew where it dies.

    What goes wrong while one is made is raised by `ready`: Ray would tell it as an actor that died.
    """

    def __init__(self, version: str) -> None:
        self.fault: ParelhaError | None = None
        if version != __version__:
            self.fault = UsageError(
                f"{socket.gethostname()} has Parelha {__version__} and the run {version}: install "
                "the same on all nodes"
            )

    def open(self, make: Callable[[], _Made]) -> _Made | None:
        """What `make` gives; None where there is a fault, which is kept if it comes of that."""
        if self.fault is None:
            try:
                return make()
            except ParelhaError as error:
                self.fault = error
            except Exception as error:  # pylint: disable=broad-exception-caught
                self.fault = WorkFailedError(f"{type(error).__name__}: {error}")
        return None

    def ready(self) -> None:
        """Return once it can be asked.

        Raises:
            ParelhaError: it cannot do its work here.
        """
        if self.fault is not None:
            raise self.fault


def node_address() -> str:
    """The address at which other nodes reach this one."""
    # Inside an actor Ray is there; its annotations are not whole.
    ray: Any = import_module("ray")
    return str(ray.util.get_node_ip_address())


class GraderHost(Host):
    """A node's grader; tasks that are handed over are made of the modules of `own_tasks`."""

    def __init__(
        self, version: str, settings: dict[str, Any], own_tasks: Sequence[Path] = ()
    ) -> None:
        super().__init__(version)

        def make() -> Grader:
            for folder in own_tasks:
                load_own(folder)
            return Grader(**settings)

        self._grader = self.open(make)

    def ask(self, method: str, *arguments: Any) -> Any:
        """The answer of one of the grader's methods."""
        self.ready()
        return getattr(self._grader, method)(*arguments)


class ServerHost(Host):
    """Keeps a server running that listens at a port; what it says stands in a log of this node."""

    def __init__(self, version: str, command: list[str], port: int) -> None:
        super().__init__(version)
        self._command, self._log = command, Path()
        if self.fault is None and shutil.which(command[0]) is None:
            self.fault = UsageError(f"cluster.server_command: there is no {command[0]!r} here")
        if self.fault is None and _is_taken(port):
            self.fault = UsageError(
                f"cluster.server_port: something listens at port {port} of {socket.gethostname()}"
            )
        if log := self.open(lambda: _new_log(port)):
            self._log = log
            threading.Thread(target=self._keep, daemon=True).start()

    def address(self) -> str:
        """Of this node."""
        return node_address()

    def log(self) -> str:
        """Where its log is: the node's name and a path there, ``HOST:PATH``."""
        return f"{socket.gethostname()}:{self._log}"

    def _keep(self) -> None:
        """Start the server, and again whenever it ends; what it said last is told by `ready`.

        All that it says is added to the log: what ended it may stand far above its last line.
        """
        environment = {**os.environ, "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "1"}
        command = [sys.executable, server_process.__file__, *self._command]
        while True:
            with self._log.open("a+b") as said:
                began = said.tell()
                with subprocess.Popen(
                    command,
                    env=environment,
                    stdin=subprocess.PIPE,  # it ends with this process, and then the server
                    stdout=said,
                    stderr=said,
                ) as process:
                    status = process.wait()
                said.seek(max(began, said.seek(0, os.SEEK_END) - _LAST_BYTES))
                lines = said.read().decode("utf-8", "replace").split("\n")
            last = next((line for line in reversed(lines) if line.strip()), "")
            self.fault = WorkFailedError(
                f"the server that cluster.server_command starts ended with status {status}: "
                f"{last.strip()[:200]} (its log is {self.log()})"
            )
            time.sleep(_PAUSE_SECONDS)


def _new_log(port: int) -> Path:
    """An empty file for what a server at this port says; it stays when the run ends."""
    # The folder is everybody's: a name that can be guessed might be another user's file or link.
    handle, name = tempfile.mkstemp(prefix=f"parelha-server-{port}-", suffix=".log")
    os.close(handle)
    return Path(name)


def _is_taken(port: int) -> bool:
    """Whether someone listens at a port of this node, and goes on to."""
    end = time.monotonic() + _FREE_SECONDS
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return False
        time.sleep(_PAUSE_SECONDS)
    return True
