"""From a problem to a task: its test as calls where the form allows, else in-process."""

import ast
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from parelha.tasks.benchmarks.answers import Right, answer_table, compare, written
from parelha.tasks.benchmarks.calls import Call, answered_calls, computed_calls, literal_calls
from parelha.tasks.benchmarks.formats import LineError, Problem
from parelha.tasks.benchmarks.harness import ANSWER, PASSED, Harness, calls_harness, harness_of
from parelha.tasks.benchmarks.judge import Run, ignores_repeats, judged
from parelha.tasks.benchmarks.rewrite import NoCallsError, NoTestError, helper_source
from parelha.tasks.references import expected
from parelha.types import CallResult, Case, CoderAction, Limits, Outcome, RunResult, Split, Task

HELDOUT_SHARE = 0.2  # of a benchmark's tasks, kept from training where it is trained on
LIMITS = Limits(wall_seconds=10.0, cpu_seconds=10.0)
_OUTPUT_SHARE = 8  # bytes a candidate may return for each character of the right answers' table

# Rules whose value passes them as an answer, so that it can be shown as one.
_SHOWN = frozenset({"==", "is", "true", "false", "allclose", "json", "close", "strictly close"}) | {
    "isclose",
    "isclose abs",
    "numpy close",
}

_ACTIONS = {
    "pandas": CoderAction.CLEAN_DATA,
    "sklearn": CoderAction.BUILD_MODEL,
    "torch": CoderAction.BUILD_MODEL,
    "tensorflow": CoderAction.BUILD_MODEL,
}


_UNTESTED = Harness("calls", "")
# What no test that calls it passes.
_RAISING = "def {}(*args, **named):\n    raise RuntimeError('the program is called')\n"


@dataclass(frozen=True)
class BenchmarkTask(Task):
    """A task of a public benchmark.

    `reference` is a table of right answers, written by `answers.answer_table`; the benchmark's own
    program is `solution`, which runs in the sandbox alone, as any program does.

    Attributes:
        solution: the benchmark's own program; "" where it gives none.
        harness: what runs around a program.
        helpers: functions of the test that judge answers (`judge`); "" where it has none.
        same_form: what they pass has to be of the right answer's form as well.
        runs_texts: the test, or the benchmark's own program beside it, executes code that does not
            stand in its text, so that nothing can be told from what a candidate does there.
        why_in_process: why the test could not be turned into calls; "" where it was.
    """

    solution: str = ""
    harness: Harness = _UNTESTED
    helpers: str = ""
    same_form: bool = True
    runs_texts: bool = False
    why_in_process: str = ""

    @property
    def in_process(self) -> bool:
        """Whether the verdict comes from a process in which the candidate has run."""
        return self.harness.kind != "calls"

    def run_program(
        self, program: str, inputs: Sequence[tuple[object, ...]], run: Run
    ) -> RunResult:
        """Call a program on inputs that `reference` knows, or run the tests beside it.

        Returns:
            for each call what `compare` takes: what was seen of the answer.

        Raises:
            InfrastructureError: the machine failed.
        """
        rights = [self._right(args) for args in inputs]
        asked = [(args, right.views) for args, right in zip(inputs, rights, strict=True)]
        result = run(self.harness.around(program), ANSWER, asked, self.limits, harness=True)
        if self.runs_texts:
            result = replace(result, unread=False)
        if not self.helpers or len(result.calls) != len(rights):
            return result
        calls = judged(
            self.helpers, rights, result.calls, self.limits, run, same_form=self.same_form
        )
        return replace(result, calls=tuple(calls))

    def failure_of(self, program: str, run: Run) -> str | None:
        """Return how a program fails, in one line; None when it passes.

        Raises:
            InfrastructureError: the machine failed.
        """
        return self._tried(program, run)[0]

    def try_solution(self, run: Run) -> "tuple[BenchmarkTask, str | None]":
        """Return the task as its own solution shows it, and how that solution fails.

        Raises:
            InfrastructureError: the machine failed.
        """
        task = self
        failure, unread = self._tried(self.solution, run)
        # What a helper is given beside the answer need not be the right one, and sets have no form.
        if self.helpers and (failure is not None or self._ignores_repeats(run)):
            task = replace(self, same_form=False)
            failure = task.failure_of(self.solution, run)
        return replace(task, runs_texts=self.in_process and unread), failure

    def _ignores_repeats(self, run: Run) -> bool:
        rights = [self._right(case.args) for case in self.make_cases(0)]
        return ignores_repeats(self.helpers, rights, self.limits, run)

    def _tried(self, program: str, run: Run) -> tuple[str | None, bool]:
        """How a program fails, and whether it ran code that does not stand in its text."""
        cases = self.make_cases(0)
        result = self.run_program(program, [case.args for case in cases], run)
        return self._failure(cases, result.calls), result.unread

    def _failure(self, cases: Sequence[Case], calls: Sequence[CallResult]) -> str | None:
        for case, call in zip(cases, calls, strict=True):
            if call.outcome is not Outcome.PASSED:
                return f"{call.outcome} {call.detail}".strip()
            difference = self.compare(expected(self, case.args), call.value)
            if difference is not None:
                return difference
        return None

    def _right(self, args: tuple[object, ...]) -> Right:
        right = expected(self, args)
        assert isinstance(right, Right)
        return right


def build_task(
    problem: Problem, family: str, run: Run | None, *, in_process: str = ""
) -> BenchmarkTask:
    """Return the task of a problem.

    Args:
        problem: as read from a line.
        family: ``"benchmark.humaneval"``.
        run: `Sandbox.run`; without it only what is literal becomes calls.
        in_process: why its test is to run beside a program, whatever its form allows.

    Raises:
        LineError: its answers are no plain values, or the test tests nothing.
        InfrastructureError: the machine failed.
    """
    harness, why = calls_harness(problem), ""
    try:
        if in_process:
            raise NoCallsError(in_process)
        calls = _calls(problem, run)
        cases, reference = answer_table(problem.entry_point, calls)
    except NoTestError as error:
        raise LineError(str(error)) from None
    except (NoCallsError, ValueError) as error:
        if problem.form in ("pairs", "asked"):
            raise LineError(str(error)) from None
        harness, why = harness_of(problem), str(error)
        calls = [((name,), Right(PASSED)) for name in harness.tests]
        cases, reference = answer_table(problem.entry_point, calls)
    names = {right.helper[0] for _, right in calls if right.helper is not None}
    task = BenchmarkTask(
        id=problem.id,
        # Told apart wherever families are: such a verdict is worth less.
        family=f"{family} (in-process)" if why else family,
        action=_action(problem),
        level=1,
        split=_split(problem.id),
        # No benchmark has a Portuguese text: whoever asks for it gets the English one.
        statement={"en": problem.statement, "pt": problem.statement},
        signature=problem.signature,
        entry_point=problem.entry_point,
        examples=() if why else _examples(problem, calls),
        make_cases=partial(_same_cases, cases),
        reference=reference,
        compare=compare,
        # An answer as heavy as the right one must be able to leave the sandbox.
        limits=replace(
            LIMITS,
            output_bytes=max(LIMITS.output_bytes, _OUTPUT_SHARE * len(reference)),
            output_parts=max(LIMITS.output_parts, _OUTPUT_SHARE * len(reference)),
        ),
        solution=problem.solution,
        harness=harness,
        helpers=helper_source(problem.test, names) if names else "",
        why_in_process=why,
    )
    # Functions for pytest, say, are called by nobody here: every program would pass.
    raising = _RAISING.format(task.entry_point)
    asserts = task.in_process and problem.form == "assertions"
    if asserts and run is not None and task.failure_of(raising, run) is None:
        raise LineError("the test never calls the program")
    return task


def _calls(problem: Problem, run: Run | None) -> list[Call]:
    if problem.form == "pairs":
        return [
            (args, Right(output, "json", problem.tolerance))
            for args, output in zip(problem.inputs, problem.outputs, strict=True)
        ]
    if problem.form in ("unittest", "context"):
        raise NoCallsError("the test is a class or a context of its own")
    if problem.form == "assertions":
        calls = literal_calls(problem.test, problem.candidate, problem.entry_point)
        if calls is not None:
            return calls
    if run is None:
        raise NoCallsError("the answers have to be computed, and there is no sandbox")
    if problem.form == "asked":
        return answered_calls(problem, run)
    if not problem.solution:
        raise NoCallsError("the answers have to be computed, and there is no solution")
    return computed_calls(problem, run)


def _same_cases(cases: tuple[Case, ...], seed: int) -> tuple[Case, ...]:
    """A benchmark's inputs are what they are, whatever the seed."""
    del seed
    return cases


def _examples(problem: Problem, calls: Sequence[Call]) -> tuple[Case, ...]:
    """One call to show: one that the statement shows anyway if there is, else the first.

    None where all that is known of each call is something else than what a program returns.
    """
    told = _told_calls(problem.statement, problem.entry_point)
    by_input: dict[str, Call] = {}
    for call in calls:
        by_input.setdefault(written(call[0]), call)
    plain = {key: args for key, (args, right) in by_input.items() if _is_answer(right)}
    chosen = next((key for key in plain if key in told), None) or next(iter(plain), None)
    return () if chosen is None else (Case(plain[chosen]),)


def _is_answer(right: Right) -> bool:
    """Whether the value of an assertion is what a program may return."""
    if right.helper is not None:  # EvalPlus's own: result, right answer, tolerance
        _, place, further, _ = right.helper
        tolerance = further[0] if further is not None and len(further) == 1 else None
        return place == 0 and type(tolerance) in (int, float)
    return right.rule in _SHOWN and not right.wrappers


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
