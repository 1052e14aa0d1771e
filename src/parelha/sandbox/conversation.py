"""What is said with one program: bounded messages, read by whoever owns what is right."""

import os
import select
import time
from collections.abc import Callable, Sequence
from typing import Literal

from parelha.types import CallResult, Limits, Outcome

from . import watching
from .codec import CodecError
from .codec_read import Decoder
from .worker import FRAME

WATCH_SECONDS = 0.05  # how often a running program's threads are counted
# A thread that was joined counts until the kernel has taken it down, and the next may have started:
# these may be begun beyond the limit.
ENDING_THREADS = 8
MAX_PATIENCE = 3.0  # waiting for a processor extends the wall clock by at most this many limits
DETAIL_CHARACTERS = 200

Ending = Literal["done", "closed"]
_Failed = Literal[
    Outcome.RAISED, Outcome.BAD_VALUE, Outcome.TIMEOUT, Outcome.MEMORY, Outcome.CRASHED
]


def cpu_detail(limits: Limits) -> str:
    """What is said of a program that took too long."""
    return f"more than {limits.cpu_seconds:g} s of processor time"


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

    def hold(self, program: bytes, inputs: Sequence[bytes]) -> tuple[list[CallResult], Ending]:
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
            raise BrokenError(Outcome.TIMEOUT, cpu_detail(self._limits))
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
