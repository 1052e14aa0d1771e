"""The owner's end of one warm parent: start it, give it a program, judge how the child ended."""

import json
import math
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from parelha.priority import give_way
from parelha.types import CallResult, Limits, Outcome, RunResult

from . import watching
from .conversation import ENDING_THREADS, Conversation, Ending, cpu_detail, failed
from .worker import ANSWER, MEMORY_EXIT, REQUEST

START_SECONDS = 120.0  # cold imports of scikit-learn on a loaded machine
ANSWER_SECONDS = 10.0  # from "kill it" to "it is dead"
_WORKER = str(Path(__file__).with_name("worker.py"))


class ZygoteError(Exception):
    """The machinery failed, not the program. The zygote must be thrown away."""


class Ended(NamedTuple):
    """How a child ended: wait status, whether it had to be killed, what it used, what it ran."""

    status: int
    killed: bool
    cpu_seconds: float
    peak_bytes: int
    unread: bool


class ZygoteProcess:
    """One warm parent and its control socket. Used by one thread at a time."""

    def __init__(self, config: dict[str, object]) -> None:
        """Start it and wait until it is warm.

        Raises:
            ZygoteError: it could not be started, or could not hold a layer it was told to hold.
        """
        try:
            mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        except OSError as error:
            raise ZygoteError(f"no socket: {error}") from error
        self._control = mine
        held = config.get("data")
        data = (held,) if isinstance(held, int) else ()
        with theirs:
            try:
                self._process = subprocess.Popen(  # pylint: disable=consider-using-with
                    # -s -S -P: no site folders, no .pth files, no path of the caller; -B: no
                    # files written. A fixed hash seed gives sets of text one order everywhere.
                    [sys.executable, "-s", "-S", "-P", "-B", _WORKER, str(theirs.fileno())],
                    env=_ENVIRONMENT,
                    pass_fds=(theirs.fileno(), *data),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    start_new_session=True,
                )
            except OSError as error:
                mine.close()
                raise ZygoteError(f"no process: {error}") from error
        give_way(self._process.pid)
        try:
            mine.settimeout(START_SECONDS)
            mine.send(json.dumps(config).encode())
            reply = json.loads(mine.recv(1 << 16) or b'{"error": "it died while starting"}')
        except (OSError, ValueError) as error:
            self.kill()
            raise ZygoteError(f"no answer while starting: {error}") from error
        if "error" in reply:
            self.kill()
            raise ZygoteError(str(reply["error"]))
        # In a pid namespace a process of its own stands below it, before there is any program.
        self._resting = watching.find_child(self.pid)

    @property
    def pid(self) -> int:
        """Process id as the owner sees it."""
        return self._process.pid

    def find_child(self) -> int | None:
        """The process of the program under way, as seen here; None where there is none yet."""
        found = watching.find_child(self.pid)
        return None if found == self._resting else found

    def alive(self) -> bool:
        """Whether the process still runs (says nothing about its health)."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it and everything below it, and collect it."""
        self._control.close()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def run(self, program: bytes, inputs: Sequence[bytes], limits: Limits, level: int) -> RunResult:
        """Run one program in a fresh child.

        Raises:
            ZygoteError: see there.
        """
        to_child, from_child = self.begin(limits)
        try:
            talk = Conversation(to_child, from_child, limits, self.find_child)
            calls, ending = talk.hold(program, inputs)
            end = self.finish(ending)
        except (OSError, ValueError) as error:
            raise ZygoteError(f"the talk with the child failed: {error}") from error
        finally:
            os.close(to_child)
            os.close(from_child)
        if ending == "closed":
            failure = judge_death(end.status, end.killed, end.cpu_seconds, limits, level)
            calls += [failure] * (len(inputs) - len(calls))
        return RunResult(tuple(calls), end.cpu_seconds, end.peak_bytes, level, end.unread)

    def begin(self, limits: Limits) -> tuple[int, int]:
        """Fork a child; the ends of its pipes, to it and from it, are the caller's to close.

        Raises:
            ZygoteError: see there.
        """
        try:
            theirs, mine = _open_pipes()
        except OSError as error:
            raise ZygoteError(f"no descriptors: {error}") from error
        # The owner ends a program at its limit; the kernel's limit stands behind it.
        cpu = math.ceil(limits.cpu_seconds) + 1
        request = REQUEST.pack(
            cpu,
            limits.memory_bytes,
            limits.output_bytes,
            limits.threads + ENDING_THREADS,
            limits.output_bytes,
        )
        try:
            socket.send_fds(self._control, [request], theirs)
        except OSError as error:
            for descriptor in mine:
                os.close(descriptor)
            raise ZygoteError(f"the zygote does not answer: {error}") from error
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        return mine

    def finish(self, ending: Ending) -> "Ended":
        """Collect the child: `done`, kill it; `closed`, it should be dead already.

        Raises:
            ZygoteError: see there.
        """
        try:
            self._control.settimeout(ANSWER_SECONDS)
            self._control.send(b"E" if ending == "closed" else b"K")
            status, micros, peak, killed, unread = ANSWER.unpack(self._control.recv(64))
        except (OSError, ValueError) as error:
            raise ZygoteError(f"the zygote does not answer: {error}") from error
        except Exception as error:  # struct.error: the zygote hung up
            raise ZygoteError(f"the zygote died: {error}") from error
        return Ended(status, bool(killed), micros / 1e6, peak * 1024, bool(unread))


_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JOBLIB_MULTIPROCESSING": "0",  # else it fails later, at its first lock
    "MALLOC_ARENA_MAX": "1",  # an arena per thread would eat 64 MB of address space each
}


def _open_pipes() -> tuple[tuple[int, int], tuple[int, int]]:
    child_reads, to_child = os.pipe()
    try:
        from_child, child_writes = os.pipe()
    except OSError:
        os.close(child_reads)
        os.close(to_child)
        raise
    os.set_blocking(to_child, False)
    os.set_blocking(from_child, False)
    return (child_reads, child_writes), (to_child, from_child)


def judge_death(
    status: int, killed: bool, cpu_seconds: float, limits: Limits, level: int
) -> CallResult:
    """What a child's wait status means, when its pipe closed before the last answer.

    Raises:
        ZygoteError: somebody outside killed it; the program is not to blame.
    """
    if killed:
        return failed(Outcome.CRASHED, "it closed its channel to the grader")
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        # The kernel's two ways of counting differ by a few per cent, more on a loaded machine.
        if number in (signal.SIGXCPU, signal.SIGKILL) and cpu_seconds >= limits.cpu_seconds * 0.8:
            return failed(Outcome.TIMEOUT, cpu_detail(limits))
        if number == signal.SIGKILL and level >= 2:
            # From level 2 on no program can send this signal, not even to itself.
            raise ZygoteError("the child was killed from outside")
        return failed(Outcome.CRASHED, f"killed by {_signal_name(number)}")
    if os.WEXITSTATUS(status) == MEMORY_EXIT:
        return failed(Outcome.MEMORY, "out of memory")
    return failed(Outcome.CRASHED, "it left before answering")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
