"""Efficiency of a right program: its cost beside the reference's, slice by slice on one processor.

Both run in jailed children of their own, bound to the same processor. They get the same fresh
inputs in turns, in short slices, so that whatever disturbs the machine disturbs both; the owner
reads the kernel's counts from outside (`timing`) and compares every value. The formulas
are in docs/analysis.md.
"""

import math
import os
import queue
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import thread_time

from parelha.efficiency.timing import Slice, TimedChild, encode_slice, timed
from parelha.errors import InfrastructureError
from parelha.sandbox import Sandbox, encode_messages, profile_of
from parelha.tasks import expected
from parelha.types import CallResult, Efficiency, Limits, Outcome, SizeCost, Task

SIZES = (64, 512, 4096)  # of inputs
ELEMENTS = 4096  # of one slice, over all its inputs
MAX_CALL_SECONDS = 0.03  # a size at which the reference takes longer is left out
ROUNDS, PAIRS = 3, 4  # fresh children in each round; pairs of slices at each size of a round
HOPELESS = 3  # after as many pairs far beyond the bound a size is not measured further

DEAD_ZONE = 1.1  # a ratio within 1/1.1 to 1.1 is none
BOUND = 10.0  # a ratio beyond it counts no more
TIME_OUT = 1000.0  # the ratio of a program that never came to an end
HANDOVER_NOISE = 0.05  # share of the hand-over that may always differ between equal programs
MOVED_COST = 2.0  # work beside the calls counts more than in them, so that moving it never pays
UNCREDITED = 1.5  # times the noise of the hand-over is what a faster program may have hidden
WRITING_NOISE = 1.5  # how much dearer than here a value may be to write in the child
MEMORY_FLOOR = 4 << 20  # bytes added to both sides: less is not told apart
MEMORY_SHARE = 0.25  # of the score
FREE_ONCE_SECONDS = 0.05  # of loading beyond the reference's
ONCE_COST = 1.0  # score lost per second beyond that

_LIMITS = Limits(
    wall_seconds=60.0,
    cpu_seconds=10.0,
    memory_bytes=1 << 30,
    output_bytes=64 << 20,
    output_parts=1_000_000,
    threads=4,
)
_EMPTY = "def {}(*_):\n    return None\n"
_PLANS_KEPT = 8


@dataclass
class _Plan:
    """The inputs of a task's timed runs: by size, one message for each slice."""

    slices: dict[int, list[bytes]]
    empty_bytes: dict[str, int] = field(default_factory=dict)  # peak memory, by profile


@dataclass
class _Pairs:
    """Slices of one size: the reference's and the program's, in turns."""

    reference: list[Slice] = field(default_factory=list)
    program: list[Slice] = field(default_factory=list)
    writing: float = 1.0  # cost of writing the program's values over that of the reference's

    @property
    def hopeless(self) -> bool:
        """Whether the ratio is so far out that more pairs would not change the score."""
        both = zip(self.program, self.reference, strict=True)
        return len(self.program) >= HOPELESS and all(
            mine.calls > 2 * BOUND * theirs.calls for mine, theirs in both
        )


class _WrongValueError(Exception):
    """The program failed in a timed run, for good; the text says how."""


class EfficiencyMeter:
    """Measures programs against the references of their tasks. Thread-safe."""

    def __init__(self, sandbox: Sandbox, seed: int = 0) -> None:
        self._sandbox = sandbox
        self._seed = seed
        self._plans: OrderedDict[tuple[str, str], _Plan] = OrderedDict()
        self._lock = threading.Lock()
        # One measurement at a time on each processor.
        self._processors: queue.SimpleQueue[int] = queue.SimpleQueue()
        for cpu in sorted(os.sched_getaffinity(0)):
            self._processors.put(cpu)

    def measure(self, task: Task, program: str) -> Efficiency | None:
        """Measure a program that passes every hidden case beside its task's reference.

        Returns:
            None where the task has no inputs large enough to be timed.

        Raises:
            InfrastructureError: the machine failed twice, or the reference itself did.
        """
        plan = self._plan(task)
        if not plan.slices:
            return None
        cpu = self._processors.get()
        try:
            try:
                return self._measure(task, program, plan, cpu)
            except InfrastructureError:
                return self._measure(task, program, plan, cpu)
        finally:
            self._processors.put(cpu)

    def _measure(self, task: Task, program: str, plan: _Plan, cpu: int) -> Efficiency:
        pairs = {size: _Pairs() for size in plan.slices}
        peaks: list[tuple[int, int]] = []
        loads: list[float] = []
        counter = ""
        try:
            for turn in range(ROUNDS):
                sources = (task.reference, program)
                with timed(self._sandbox, sources, task.entry_point, _LIMITS, cpu) as children:
                    _play_round(task, children, plan, pairs, turn)
                    loads.append(children[1].load_seconds - children[0].load_seconds)
                    theirs, mine = children[0].end(), children[1].end()
                    peaks.append((theirs.peak_bytes, mine.peak_bytes))
                    if mine.unread:
                        raise _WrongValueError("it ran code that does not stand in its text")
                    counter = children[0].counter
        except _WrongValueError as failure:
            return Efficiency(0.0, counter, failure=str(failure))
        empty = self._empty_bytes(task, program, plan, cpu)
        memory = median(
            (max(mine - empty, 0) + MEMORY_FLOOR) / (max(theirs - empty, 0) + MEMORY_FLOOR)
            for theirs, mine in peaks
        )
        sizes = tuple(
            size_cost(size, p.reference, p.program, p.writing) for size, p in pairs.items()
        )
        once = max(0.0, median(loads))
        return Efficiency(efficiency_score(sizes, memory, once), counter, sizes, memory, once)

    def _empty_bytes(self, task: Task, program: str, plan: _Plan, cpu: int) -> int:
        """Peak memory of a program that reads the largest inputs and does nothing."""
        profile = " ".join(profile_of(source) for source in (task.reference, program))
        if profile not in plan.empty_bytes:
            # Words in a comment choose the parent, so that it has the same libraries.
            source = f"# {profile}\n" + _EMPTY.format(task.entry_point)
            with timed(self._sandbox, [source], task.entry_point, _LIMITS, cpu) as (child,):
                child.run(plan.slices[max(plan.slices)][0])
                plan.empty_bytes[profile] = child.end().peak_bytes
        return plan.empty_bytes[profile]

    def _plan(self, task: Task) -> _Plan:
        with self._lock:
            key = (task.family, task.id)
            plan = self._plans.pop(key, None) or _draw_plan(task, self._seed)
            self._plans[key] = plan
            if len(self._plans) > _PLANS_KEPT:
                self._plans.popitem(last=False)
            return plan


def _draw_plan(task: Task, seed: int) -> _Plan:
    """Draw the inputs of every size that the task and its reference can do."""
    plan = _Plan({})
    if task.make_sized is None:
        return plan
    for size in SIZES:
        num_inputs = ELEMENTS // size
        messages: list[bytes] = []
        for place in range(ROUNDS * PAIRS):
            first = (seed * ROUNDS * PAIRS + place) * num_inputs
            drawn = [task.make_sized(size, first + n) for n in range(num_inputs)]
            inputs = [arguments for arguments in drawn if arguments is not None]
            if len(inputs) < num_inputs or (not messages and _takes_long(task, inputs[0])):
                return plan
            messages.append(encode_slice(inputs))
        plan.slices[size] = messages
    return plan


def _takes_long(task: Task, arguments: tuple[object, ...]) -> bool:
    start = thread_time()
    try:
        expected(task, arguments)
    except Exception:  # pylint: disable=broad-exception-caught
        return True  # not written for inputs so large, a recursion say
    return thread_time() - start > MAX_CALL_SECONDS


def _play_round(
    task: Task,
    children: Sequence[TimedChild],
    plan: _Plan,
    pairs: dict[int, _Pairs],
    turn: int,
) -> None:
    """One round at every size; the two take turns at being first.

    Raises:
        _WrongValueError: the program failed, or gave a wrong value.
        InfrastructureError: the reference failed.
    """
    reference, program = children
    if reference.counter != program.counter:
        raise InfrastructureError("timing failed: two programs are counted in different ways")
    for size, held in pairs.items():
        for place in range(turn * PAIRS, (turn + 1) * PAIRS):
            if held.hopeless:
                break
            message = plan.slices[size][place]
            if place % 2:
                theirs, mine = reference.run(message), program.run(message)
            else:
                mine = program.run(message)
                theirs = reference.run(message)
            if theirs.result.outcome is not Outcome.PASSED or theirs.calls <= 0:
                raise InfrastructureError(
                    f"the reference of {task.id} failed at size {size}: {theirs.result.detail}"
                )
            if mine.result.outcome is Outcome.TIMEOUT:
                mine = Slice(mine.result, math.inf, 0.0)
            else:
                _check(task, size, theirs.result, mine.result)
                if not held.program:
                    held.writing = _writing_ratio(theirs.result.value, mine.result.value)
            held.reference.append(theirs)
            held.program.append(mine)


def _check(task: Task, size: int, right: CallResult, actual: CallResult) -> None:
    """Raise unless every value of a slice is right, as in grading."""
    if actual.outcome is not Outcome.PASSED:
        raise _WrongValueError(f"{actual.outcome} at size {size}: {actual.detail}"[:200])
    rights, actuals = right.value, actual.value
    assert isinstance(rights, list)
    if not isinstance(actuals, list) or len(actuals) != len(rights):
        raise _WrongValueError(f"values lost at size {size}")
    for wanted, got in zip(rights, actuals, strict=True):
        try:
            difference = task.compare(wanted, got)
        except Exception as error:  # pylint: disable=broad-exception-caught
            difference = f"cannot be compared ({type(error).__name__})"
        if difference is not None:
            raise _WrongValueError(f"wrong at size {size}: {difference}"[:200])


def _writing_ratio(reference: object, program: object) -> float:
    """How much dearer a program's values are to write, tried here, where it can add nothing.

    Equal values may be cheap to write (a list of floats) or dear (a list of numpy scalars). Those
    that take as many bytes have the same types, and the ratio is 1.
    """
    (fast, size), (_, wanted) = _writing(program), _writing(reference)
    if abs(size - wanted) <= 0.02 * wanted:
        return 1.0
    return max(1.0, min(fast, _writing(program)[0]) / _writing(reference)[0])


def _writing(value: object) -> tuple[float, int]:
    """Seconds and bytes."""
    start = thread_time()
    size = len(encode_messages("", "", [(value,)])[1][0])
    return thread_time() - start, size


def size_cost(
    size: int, reference: Sequence[Slice], program: Sequence[Slice], writing: float = 1.0
) -> SizeCost:
    """The pairs of one size, slices on the same inputs, as one ratio with its spread.

    `writing` is how much dearer than the reference's the program's values are to write, tried here.
    """
    ratios = [p.calls / r.calls for p, r in zip(program, reference, strict=True)]
    ratio = median(ratios)
    if not math.isfinite(ratio):
        return SizeCost(size, TIME_OUT, 0.0, 0.0)
    calls = median(r.calls for r in reference)
    handover = [r.handover for r in reference]
    # What a program's may differ by is read off the reference's alone, which nobody can inflate.
    warm = [h for place, h in enumerate(handover) if place % PAIRS]  # not the first of a round
    noise = max(HANDOVER_NOISE * median(handover), _half_range(warm))
    noise += WRITING_NOISE * (writing - 1.0) * median(handover)
    # Calls that cost nothing and a hand-over that costs more than the reference's: moved work.
    moved = median(p.handover - r.handover for p, r in zip(program, reference, strict=True))
    return SizeCost(
        size,
        ratio + MOVED_COST * max(0.0, moved - noise) / calls,
        _half_range(ratios) / ratio if ratio > 0 else 0.0,
        # What is dear to write hides too much for any credit.
        UNCREDITED * noise / calls if writing <= 1.0 else 1.0,
    )


def _half_range(values: Sequence[float]) -> float:
    """Half the interquartile range."""
    if len(values) < 2:
        return 0.0
    low, _, high = quantiles(values, n=4)
    return (high - low) / 2


def efficiency_score(sizes: Sequence[SizeCost], memory_ratio: float, once_seconds: float) -> float:
    """From ratios to one number.

    Returns:
        0 to 1: 0.5 within the dead zone, above for less cost than the reference's.
    """
    # Larger inputs weigh more, so that growth with the size counts.
    weights = range(1, len(sizes) + 1)
    time = sum(
        weight * _gain(_credited(cost)) for weight, cost in zip(weights, sizes, strict=True)
    ) / sum(weights)
    gain = (1 - MEMORY_SHARE) * time + MEMORY_SHARE * _gain(memory_ratio)
    late = ONCE_COST * max(0.0, once_seconds - FREE_ONCE_SECONDS)
    return min(1.0, max(0.0, 0.5 + 0.5 * gain - late))


def _credited(cost: SizeCost) -> float:
    """The ratio, less what a faster program could have hidden in the hand-over."""
    return cost.ratio if cost.ratio >= 1.0 else min(1.0, cost.ratio + cost.handover)


def _gain(ratio: float) -> float:
    """-1 (BOUND times dearer or more) to 1 (BOUND times cheaper or more); 0 in the dead zone."""
    log = math.log(max(ratio, 1e-9))
    beyond = max(0.0, abs(log) - math.log(DEAD_ZONE))
    return -math.copysign(min(1.0, beyond / math.log(BOUND / DEAD_ZONE)), log)
