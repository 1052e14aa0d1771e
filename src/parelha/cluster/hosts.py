"""The actors of a run but trainers: processes that Ray places on nodes. No torch here."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from importlib import import_module
from typing import Any

from parelha import __version__
from parelha.errors import ParelhaError, UsageError, WorkFailedError
from parelha.grading import Grader

_PAUSE_SECONDS = 0.5  # before a server that ended is started again
_LAST_BYTES = 2000  # of what it said, in which its last line is looked for
# A server whose actor is killed ends with it, and its port and memory are free (prctl(2)).
_END_WITH_PARENT = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); os.execvp(sys.argv[1], sys.argv[1:])"
)


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

    def ready(self) -> int:
        """Return the number of this process once it can be asked.

        Raises:
            ParelhaError: it cannot do its work here.
        """
        if self.fault is not None:
            raise self.fault
        return os.getpid()


def node_address() -> str:
    """The address at which other nodes reach this one."""
    # Inside an actor Ray is there; its annotations are not whole.
    ray: Any = import_module("ray")
    return str(ray.util.get_node_ip_address())


class GraderHost(Host):
    """A node's grader.

    Args:
        version: of the run.
        settings: arguments of `Grader`.
    """

    def __init__(self, version: str, settings: dict[str, Any]) -> None:
        super().__init__(version)
        self._grader: Grader | None = None
        try:
            if self.fault is None:
                self._grader = Grader(**settings)
        except ParelhaError as error:
            self.fault = error

    def ask(self, method: str, *arguments: Any) -> Any:
        """The answer of one of the grader's methods."""
        self.ready()
        return getattr(self._grader, method)(*arguments)


class ServerHost(Host):
    """Keeps a server running.

    Args:
        version: of the run.
        command: what starts it.
    """

    def __init__(self, version: str, command: list[str]) -> None:
        super().__init__(version)
        self._command = command
        if self.fault is None and shutil.which(command[0]) is None:
            self.fault = UsageError(f"cluster.server_command: there is no {command[0]!r} here")
        if self.fault is None:
            threading.Thread(target=self._keep, daemon=True).start()

    def address(self) -> str:
        """Of this node."""
        return node_address()

    def _keep(self) -> None:
        """Start the server, and again whenever it ends; what it said last is told by `ready`."""
        environment = {**os.environ, "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "1"}
        command = [sys.executable, "-c", _END_WITH_PARENT, *self._command]
        while True:
            with tempfile.TemporaryFile() as said:
                status = subprocess.run(
                    command, env=environment, stdout=subprocess.DEVNULL, stderr=said, check=False
                ).returncode
                said.seek(max(0, said.tell() - _LAST_BYTES))
                lines = said.read().decode("utf-8", "replace").split("\n")
            last = next((line for line in reversed(lines) if line.strip()), "")
            self.fault = WorkFailedError(
                f"the server that cluster.server_command starts ended with status {status}: "
                f"{last.strip()[:200]}"
            )
            time.sleep(_PAUSE_SECONDS)
