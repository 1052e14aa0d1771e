"""From a problem to a task: its test as calls where the form allows, else in-process."""

import ast
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from parelha.tasks.benchmarks.answers import Right, answer_table, compare, written
from parelha.tasks.benchmarks.calls import (
    Call,
    NoCallsError,
    Run,
    answered_calls,
    computed_calls,
    literal_calls,
)
from parelha.tasks.benchmarks.formats import LineError, Problem
from parelha.tasks.benchmarks.harness import PASSED, Harness, harness_of
from parelha.types import Case, CoderAction, Limits, Split, Task

HELDOUT_SHARE = 0.2  # of a benchmark's tasks, kept from training where it is trained on
LIMITS = Limits(wall_seconds=10.0, cpu_seconds=10.0)

_ACTIONS = {
    "pandas": CoderAction.CLEAN_DATA,
    "sklearn": CoderAction.BUILD_MODEL,
    "torch": CoderAction.BUILD_MODEL,
    "tensorflow": CoderAction.BUILD_MODEL,
}


@dataclass(frozen=True)
class BenchmarkTask(Task):
    """A task of a public benchmark.

    `reference` is a table of right answers, written by `answers.answer_table`; the benchmark's own
    program is `solution`, which runs in the sandbox alone, as any program does.

    Attributes:
        solution: the benchmark's own program; "" where it gives none.
        harness: what runs around a program of an in-process task; None where the test is calls.
        why_in_process: why the test could not be turned into calls.
    """

    solution: str = ""
    harness: Harness | None = None
    why_in_process: str = ""

    @property
    def in_process(self) -> bool:
        """Whether the verdict comes from a process in which the candidate has run."""
        return self.harness is not None

    def runnable(self, program: str) -> str:
        """Return the source to run for a candidate: itself, or with the tests around it."""
        return program if self.harness is None else self.harness.around(program)


def build_task(problem: Problem, family: str, run: Run | None) -> BenchmarkTask:
    """Return the task of a problem.

    Args:
        problem: as read from a line.
        family: ``"benchmark.humaneval"``.
        run: `Sandbox.run`; without it only what is literal becomes calls.

    Raises:
        LineError: its answers are no plain values.
        InfrastructureError: the machine failed.
    """
    harness, why = None, ""
    try:
        calls = _calls(problem, run)
        cases, reference = answer_table(problem.entry_point, calls)
    except (NoCallsError, ValueError) as error:
        if problem.form in ("pairs", "asked"):
            raise LineError(str(error)) from None
        harness, why = harness_of(problem), str(error)
        calls = [((name,), Right(PASSED)) for name in harness.tests]
        cases, reference = answer_table(problem.entry_point, calls)
    return BenchmarkTask(
        id=problem.id,
        # Told apart wherever families are: such a verdict is worth less.
        family=family if harness is None else f"{family} (in-process)",
        action=_action(problem),
        level=1,
        split=_split(problem.id),
        # No benchmark has a Portuguese text: whoever asks for it gets the English one.
        statement={"en": problem.statement, "pt": problem.statement},
        signature=problem.signature,
        entry_point=problem.entry_point,
        examples=() if harness else _examples(problem, calls),
        make_cases=partial(_same_cases, cases),
        reference=reference,
        compare=compare,
        limits=LIMITS,
        solution=problem.solution,
        harness=harness,
        why_in_process=why,
    )


def _calls(problem: Problem, run: Run | None) -> list[Call]:
    if problem.form == "pairs":
        rule = "allclose" if problem.tolerance else "=="
        return [
            (args, Right(output, rule, problem.tolerance))
            for args, output in zip(problem.inputs, problem.outputs, strict=True)
        ]
    if problem.form in ("unittest", "context"):
        raise NoCallsError("the test is a class or a context of its own")
    if problem.form == "assertions":
        calls = literal_calls(problem.test, problem.candidate)
        if calls is not None:
            return calls
    if run is None:
        raise NoCallsError("the answers have to be computed, and there is no sandbox")
    if problem.form == "asked":
        tolerance, entry = problem.tolerance, problem.entry_point
        return answered_calls(problem.inputs, problem.solution, entry, tolerance, run)
    if not problem.solution:
        raise NoCallsError("the answers have to be computed, and there is no solution")
    return computed_calls(
        problem.test, problem.candidate, problem.solution, problem.entry_point, run
    )


def _same_cases(cases: tuple[Case, ...], seed: int) -> tuple[Case, ...]:
    """A benchmark's inputs are what they are, whatever the seed."""
    del seed
    return cases


def _examples(problem: Problem, calls: Sequence[Call]) -> tuple[Case, ...]:
    """One call to show: one that the statement shows anyway if there is, else the first."""
    told = _told_calls(problem.statement, problem.entry_point)
    plain = [args for args, right in calls if right.rule in ("==", "allclose")] or [calls[0][0]]
    known = [args for args in plain if written(args) in told]
    return (Case((known or plain)[0]),)


def _told_calls(statement: str, entry_point: str) -> set[str]:
    """The arguments of ``>>> f(1, 2)`` in a statement, as `written` has them."""
    found: set[str] = set()
    for line in statement.splitlines():
        text = line.strip().removeprefix(">>>").strip()
        if not text.startswith(f"{entry_point}("):
            continue
        try:
            call = ast.parse(text.partition("==")[0].strip(), mode="eval").body
            if isinstance(call, ast.Call):
                found.add(written(tuple(ast.literal_eval(part) for part in call.args)))
        except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
            continue
    return found


def _split(identity: str) -> Split:
    """A fifth of a benchmark is held out, chosen by the tasks' names alone."""
    digest = hashlib.sha256(identity.encode()).digest()
    return "heldout_params" if digest[0] < 256 * HELDOUT_SHARE else "train"


def _action(problem: Problem) -> CoderAction:
    """The nearest coder action, by the first library the problem names; there is no right one."""
    text = f"{problem.preamble}\n{problem.solution}\n{problem.test}"
    places = {name: text.find(f"import {name}") for name in _ACTIONS}
    named = {name: place for name, place in places.items() if place >= 0}
    if not named:
        return CoderAction.ANALYSE_STATISTICS
    return _ACTIONS[min(named, key=lambda name: named[name])]
