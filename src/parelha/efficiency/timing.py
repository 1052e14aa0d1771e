"""What a program uses, read from outside: a child of its own, timed slice by slice.

The child pauses before and after the calls of a slice (see `worker`), and the owner reads the
kernel's count of the whole process while it waits: all threads, time in the kernel included. No
clock of the child's is ever asked. There is no gap between two slices: what is not counted as
calls is counted as hand-over, so work that is moved out of the calls still shows.
"""

import contextlib
import marshal
import os
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from parelha.efficiency import counters
from parelha.sandbox import Sandbox, profile_of
from parelha.sandbox.conversation import BrokenError, ClosedError, Conversation, failed
from parelha.sandbox.process import (
    ANSWER_SECONDS,
    Ended,
    ZygoteError,
    ZygoteProcess,
    judge_death,
)
from parelha.sandbox.runner import encode_inputs, encode_program
from parelha.sandbox.worker import PROFILES
from parelha.types import CallResult, Limits

CLOCK, INSTRUCTIONS = "processor time", "instructions"
_GO_ON = b""


class Slice(NamedTuple):
    """One slice of calls: what came back, and what it cost in the counter's unit.

    Attributes:
        result: a list with one value per call, or how the slice failed.
        calls: cost of the calls alone.
        handover: of everything else since the end of the slice before: reading the inputs,
            writing the values, and whatever the process did meanwhile.
    """

    result: CallResult
    calls: float
    handover: float


@contextlib.contextmanager
def timed(
    sandbox: Sandbox, sources: Sequence[str], entry_point: str, limits: Limits, cpu: int
) -> "Iterator[list[TimedChild]]":
    """Load programs in timed children, side by side on one processor.

    Their parents have the same libraries, so that the children differ in nothing but the program. A
    program that cannot be loaded has its `failure` set. Limits are each child's, over its slices.

    Raises:
        InfrastructureError: the machine failed; nothing that was measured counts.
        UsageError: isolation too weak, or a program too large.
    """
    level = sandbox.level
    programs = [encode_program(source, entry_point, "timed") for source in sources]
    profile = max((profile_of(source) for source in sources), key=PROFILES.index)
    with sandbox.lent(profile, len(programs)) as zygotes, contextlib.ExitStack() as stack:
        children = []
        for zygote, program in zip(zygotes, programs, strict=True):
            child = TimedChild(zygote, program, limits, level, cpu)
            stack.callback(child.close)
            children.append(child)
        yield children
        for child in children:
            child.end()


def encode_slice(inputs: Sequence[tuple[object, ...]]) -> bytes:
    """The inputs of one timed slice as bytes.

    Raises:
        InputError: an input that is no plain value.
    """
    (exact,), needed = encode_inputs([[tuple(arguments) for arguments in inputs]])
    if needed == "bare":
        # marshal is many times faster to read, but writes arrays as bytes and knows no dates.
        with contextlib.suppress(ValueError):
            return b"m" + marshal.dumps(list(inputs))
    return b"c" + exact


class TimedChild:
    """A program in a child of its own. Used by one thread, which closes it.

    Attributes:
        failure: how the program failed so far, or None.
        load_seconds: processor time of loading the program, its imports included.
    """

    def __init__(
        self, zygote: ZygoteProcess, program: bytes, limits: Limits, level: int, cpu: int
    ) -> None:
        """Fork a child of a parent that serves nobody else, bind it to a processor, load a program.

        The limits hold over the whole life of the child; `program` is encoded as "timed".

        Raises:
            ZygoteError: the machinery failed.
        """
        self._zygote = zygote
        self._limits = limits
        self._level = level
        pipes = zygote.begin(limits)
        self._open = list(pipes)
        self._talk = Conversation(*pipes, limits, zygote.find_child)
        self._pid = 0
        self._status = -1
        self._events = -1
        self._ended: Ended | None = None
        self._last = 0.0
        self.failure: CallResult | None = None
        self.load_seconds = 0.0
        try:
            if self._exchange(program, b"P") is not None:
                self._watch(cpu)
                start = self._seconds()
                if self._exchange(_GO_ON, b"L") is not None:
                    self.load_seconds = self._seconds() - start
                    self._last = self._count()
        except BaseException:
            self.close()
            raise

    @property
    def counter(self) -> str:
        """What is counted: `CLOCK` (in seconds) or `INSTRUCTIONS`."""
        return CLOCK if self._events < 0 else INSTRUCTIONS

    def run(self, message: bytes) -> Slice:
        """Call the program on a slice of inputs, as `encode_slice` writes them.

        Returns:
            the slice; without cost where the program failed, then or earlier.

        Raises:
            ZygoteError: the machinery failed.
        """
        before, called = self._last, 0.0
        answer = self._exchange(message, b"PRM")
        if answer is not None and answer[0] == b"P":
            start = self._count()
            answer = self._exchange(_GO_ON, b"DRM")
            called = self._count() - start
            if answer is not None and answer[0] == b"D":
                answer = self._exchange(_GO_ON, b"VMB")
        if answer is not None:
            self._last = self._count()
            return Slice(self._talk.result(*answer), called, self._last - before - called)
        assert self.failure is not None
        return Slice(self.failure, 0.0, 0.0)

    def end(self) -> Ended:
        """End the child; may be called twice.

        Raises:
            ZygoteError: the machinery failed.
        """
        if self._ended is None:
            self._ended = self._zygote.finish("done")
        return self._ended

    def close(self) -> None:
        """Close what is open here; may be called twice."""
        for descriptor in self._open:
            os.close(descriptor)
        self._open.clear()

    def _exchange(self, message: bytes, kinds: bytes) -> tuple[bytes, bytes] | None:
        """The child's answer; None when it failed, and `failure` says how."""
        if self.failure is not None:
            return None
        try:
            return self._talk.exchange(message, kinds)
        except BrokenError as problem:
            self.failure = failed(problem.outcome, str(problem))
        except ClosedError:
            end = self._ended = self._zygote.finish("closed")
            self.failure = judge_death(
                end.status, end.killed, end.cpu_seconds, self._limits, self._level
            )
        except OSError as error:
            raise ZygoteError(f"the talk with the child failed: {error}") from error
        return None

    def _watch(self, cpu: int) -> None:
        """Find the child, bind it, and open the best counter, before it loads the program."""
        end = time.monotonic() + ANSWER_SECONDS
        while (child := self._zygote.find_child()) is None and time.monotonic() < end:
            time.sleep(0.001)  # it is being forked
        if child is None:
            raise ZygoteError("the timed child cannot be found")
        self._pid = child
        try:
            os.sched_setaffinity(child, {cpu})
            self._status = os.open(f"/proc/{child}/stat", os.O_RDONLY | os.O_CLOEXEC)
            self._open.append(self._status)
        except OSError as error:
            raise ZygoteError(f"the timed child cannot be watched: {error}") from error
        if counters.counts_instructions():
            with contextlib.suppress(OSError):
                self._events = counters.open_counter(
                    counters.HARDWARE, counters.HARDWARE_INSTRUCTIONS, child
                )
                self._open.append(self._events)

    def _seconds(self) -> float:
        try:
            counters.wait_until_asleep(self._status)
            return counters.processor_seconds(self._pid)
        except OSError:
            return 0.0  # it is gone, and the next message will say so

    def _count(self) -> float:
        seconds = self._seconds()
        return seconds if self._events < 0 else float(counters.read_counter(self._events))
