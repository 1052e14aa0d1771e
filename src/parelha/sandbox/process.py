"""The owner's end of one warm parent: start it, give it a program, judge how the child ended."""

import json
import math
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from parelha.priority import give_way
from parelha.types import CallResult, Limits, Outcome, RunResult

from . import watching
from .codec import CodecError
from .codec_read import Decoder
from .worker import ANSWER, FRAME, MEMORY_EXIT, REQUEST

START_SECONDS = 120.0  # cold imports of scikit-learn on a loaded machine
ANSWER_SECONDS = 10.0  # from "kill it" to "it is dead"
WATCH_SECONDS = 0.05  # how often a running program's threads are counted
# A thread that was joined counts until the kernel has taken it down, and the next may have started:
# these may be begun beyond the limit.
ENDING_THREADS = 8
MAX_PATIENCE = 3.0  # waiting for a processor extends the wall clock by at most this many limits
DETAIL_CHARACTERS = 200
_WORKER = str(Path(__file__).with_name("worker.py"))

_Failed = Literal[
    Outcome.RAISED, Outcome.BAD_VALUE, Outcome.TIMEOUT, Outcome.MEMORY, Outcome.CRASHED
]
Ending = Literal["done", "closed"]


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
        self.layers: dict[str, str] = reply["layers"]
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
            return failed(Outcome.TIMEOUT, _cpu_detail(limits))
        if number == signal.SIGKILL and level >= 2:
            # From level 2 on no program can send this signal, not even to itself.
            raise ZygoteError("the child was killed from outside")
        return failed(Outcome.CRASHED, f"killed by {_signal_name(number)}")
    if os.WEXITSTATUS(status) == MEMORY_EXIT:
        return failed(Outcome.MEMORY, "out of memory")
    return failed(Outcome.CRASHED, "it left before answering")


def _cpu_detail(limits: Limits) -> str:
    return f"more than {limits.cpu_seconds:g} s of processor time"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def failed(outcome: _Failed, detail: str) -> CallResult:
    """A call without a value; `detail` becomes one printable line."""
    line = "".join(c if c.isprintable() else " " for c in detail[: 4 * DETAIL_CHARACTERS])
    return CallResult(outcome, None, " ".join(line.split())[:DETAIL_CHARACTERS])


class Conversation:
    """One program's messages: the program, then each input after the answer to the one before."""

    def __init__(
        self, to_child: int, from_child: int, limits: Limits, find_child: Callable[[], int | None]
    ) -> None:
        self._find_child = find_child
        self._to = to_child
        self._from = from_child
        self._limits = limits
        self._budget = limits.output_bytes
        self._parts = limits.output_parts
        self._spent = 0.0  # seconds that the program was waited for
        self._unread = bytearray()
        self._reading = select.poll()
        self._reading.register(from_child, select.POLLIN)

    def hold(
        self, program: bytes, inputs: Sequence[bytes]
    ) -> tuple[list[CallResult], Literal["done", "closed"]]:
        """Answers in order; fewer than the inputs only when the child closed its pipe."""
        calls: list[CallResult] = []
        for place, message in enumerate((program, *inputs)):
            try:
                kind, payload = self.exchange(message)
            except ClosedError:
                return calls, "closed"
            except BrokenError as problem:
                # Everything not yet answered shares the fate; what was answered stands.
                missing = len(inputs) - len(calls)
                return calls + [failed(problem.outcome, str(problem))] * missing, "done"
            if place > 0:
                calls.append(self.result(kind, payload))
        return calls, "done"

    def result(self, kind: bytes, payload: bytes) -> CallResult:
        """What the answer to one input means."""
        if kind == b"V":
            self._budget -= len(payload)
            decoder = Decoder(payload, self._parts)
            try:
                return CallResult(Outcome.PASSED, decoder.decode())
            except CodecError as error:
                return failed(Outcome.BAD_VALUE, str(error))
            finally:
                self._parts = max(0, decoder.parts_left)
        detail = payload[:1000].decode("utf-8", "replace")
        if kind == b"M":
            return failed(Outcome.MEMORY, "out of memory")
        if kind == b"B":
            return failed(Outcome.BAD_VALUE, detail)
        return failed(Outcome.RAISED, detail)

    def exchange(self, message: bytes, kinds: bytes = b"LVRMB") -> tuple[bytes, bytes]:
        """Send one message and read its answer, and not a byte more.

        Args:
            message: what the child gets.
            kinds: the letters that its answer may begin with (`worker`).

        Raises:
            ClosedError: the child closed its pipe.
            BrokenError: it broke a limit, or answered with something else.
        """
        nonce = os.urandom(8)
        outgoing = memoryview(FRAME.pack(len(message), nonce) + message)
        needed = FRAME.size
        outgoing = self._write(outgoing)  # an empty pipe takes a small message at once
        poll = self._reading
        if outgoing:
            poll = select.poll()
            poll.register(self._from, select.POLLIN)
            poll.register(self._to, select.POLLOUT)
        while len(self._unread) < needed or outgoing:
            for descriptor, event in self._wait(poll):
                if descriptor == self._to:
                    outgoing = self._write(outgoing)
                    if not outgoing:
                        poll.unregister(self._to)
                elif event:
                    self._read(needed)
            if len(self._unread) >= FRAME.size and needed == FRAME.size:
                length, echoed = FRAME.unpack_from(self._unread)
                if echoed != nonce or length < 1:
                    raise BrokenError(Outcome.CRASHED, "it wrote on the grader's channel")
                if length - 1 > self._budget + 1024:
                    raise BrokenError(Outcome.BAD_VALUE, "the results weigh too much")
                needed = FRAME.size + length
        if len(self._unread) > needed:
            raise BrokenError(Outcome.CRASHED, "it wrote on the grader's channel")
        body = bytes(self._unread[FRAME.size :])
        self._unread.clear()
        kind = body[:1]
        if kind not in kinds:
            raise BrokenError(Outcome.CRASHED, "it wrote on the grader's channel")
        return kind, body[1:]

    def _wait(self, poll: select.poll) -> list[tuple[int, int]]:
        """Events, or none after a short while; ends the conversation at a limit."""
        spent, limit = self._spent, self._limits.wall_seconds
        left = limit - spent
        if left <= 0:
            # On a loaded machine a program waits for its turn: that time is not its own.
            child = self._find_child()
            waited = watching.waited_seconds(child) if child else 0.0
            left = limit + min(waited, MAX_PATIENCE * limit) - spent
            if left <= 0:
                raise BrokenError(Outcome.TIMEOUT, f"more than {limit:g} s of elapsed time")
        asked, began = min(left, WATCH_SECONDS) + 0.001, time.monotonic()
        events = poll.poll(asked * 1000)
        # What this process itself stood still beside, stopped or out of turn, is not the program's.
        self._spent += min(time.monotonic() - began, asked)
        if not events:
            self._check_child()
        return events

    def _check_child(self) -> None:
        """The limits that the kernel does not hold, or not to the point."""
        child = self._find_child()
        if child is None:
            return
        if watching.cpu_seconds(child) > self._limits.cpu_seconds:
            raise BrokenError(Outcome.TIMEOUT, _cpu_detail(self._limits))
        # As many as the kernel lets it begin, where it does: whether a watch falls into a short
        # pool of more would be the clock's to say.
        most = self._limits.threads + ENDING_THREADS
        if watching.count_threads(child) > most:
            raise BrokenError(Outcome.CRASHED, f"more than {most} threads")

    def _write(self, outgoing: memoryview) -> memoryview:
        try:
            return outgoing[os.write(self._to, outgoing) :]
        except BlockingIOError:
            return outgoing
        except BrokenPipeError:
            # The child closed its input; what matters is whether it answers.
            return outgoing[len(outgoing) :]

    def _read(self, needed: int) -> None:
        # At least one byte more than needed: it would show that somebody else wrote here too.
        data = os.read(self._from, max(1 << 16, min(needed - len(self._unread) + 1, 1 << 20)))
        if not data:
            raise ClosedError
        self._unread += data


class ClosedError(Exception):
    """The child's end of the pipe is closed."""


class BrokenError(Exception):
    """The conversation ends here, and this is what the rest of the calls get."""

    def __init__(self, outcome: _Failed, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
