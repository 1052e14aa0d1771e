"""What a task is tried with before any program of an agent: its reference, and trivial answers.

A trivial answer does not look at what it is asked: a constant, or one of the arguments itself. A
task that one passes teaches nothing, so it is not trained on; and the share of cases that the best
of them passes is what partial credit begins above. A task whose own reference fails can be passed
by nobody.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from parelha.tasks import expected
from parelha.tasks.benchmarks import BenchmarkTask
from parelha.tasks.benchmarks.answers import Right, written
from parelha.tasks.benchmarks.inside import look
from parelha.tasks.benchmarks.judge import Run, judged
from parelha.tasks.compare import canonical, describe
from parelha.types import CallResult, Case, Limits, Outcome, Task

CONSTANTS: tuple[Any, ...] = (None, True, False, 0, 1, -1, 0.0, "", [], (), {}, set())
MAX_ANSWERS = 16  # right answers tried as constants, the most frequent first
FIRST = 3  # cases on which all are tried; what fails one of them passes no task
# Run where a test runs beside the program: each is one line of a function of any arguments.
BODIES = ("None", "True", "0", "''", "[]", "(*args, *named.values(), None)[0]")
_MORE = Limits(wall_seconds=60.0, cpu_seconds=60.0)  # many answers are judged in one run


@dataclass(frozen=True)
class Trivial:
    """The best answer that does not look.

    Attributes:
        name: what it is, in words.
        passed: cases that it passes.
        total: cases.
    """

    name: str
    passed: int
    total: int

    @property
    def share(self) -> float:
        """Passed cases over all cases, 0 to 1."""
        return self.passed / self.total if self.total else 0.0


# An answer that does not look: its name, and the value for the arguments of a case.
_Answer = tuple[str, Callable[[tuple[object, ...]], Any]]


def best_trivial(task: Task, cases: Sequence[Case], run: Run) -> Trivial:
    """Return the trivial answer that passes most of the cases.

    Tried are `CONSTANTS`, the most frequent right answers, those of the visible examples, and each
    argument itself.

    Args:
        task: whose `compare` decides.
        cases: its hidden inputs.
        run: `Sandbox.run`, for tasks whose tests judge inside it.

    Raises:
        InfrastructureError: the machine failed.
    """
    if isinstance(task, BenchmarkTask) and task.in_process:
        return _best_program(task, cases, run)
    rights = [expected(task, case.args) for case in cases]
    answers = _answers(task, rights, cases)
    return _best(task, cases, rights, answers, run)


def passed_by(task: Task, cases: Sequence[Case], run: Run) -> str:
    """Return the trivial answer that passes the whole task, in words; "" where none does.

    As `best_trivial`, but most answers are tried on a few cases alone.
    """
    if isinstance(task, BenchmarkTask) and task.in_process:
        best = _best_program(task, cases, run)
        return best.name if best.passed == best.total else ""
    rights = [expected(task, case.args) for case in cases]
    answers = _answers(task, rights, cases)
    first = _passed(task, cases[:FIRST], rights[:FIRST], answers, run)
    left = [a for a, num in zip(answers, first, strict=True) if num == len(cases[:FIRST])]
    best = _best(task, cases, rights, left, run)
    return best.name if best.passed == best.total else ""


def _best(
    task: Task, cases: Sequence[Case], rights: list[Any], answers: list[_Answer], run: Run
) -> Trivial:
    passed = _passed(task, cases, rights, answers, run)
    best = max(range(len(answers)), key=lambda place: passed[place], default=None)
    if best is None:
        return Trivial("", 0, len(cases))
    return Trivial(answers[best][0], passed[best], len(cases))


def _answers(task: Task, rights: list[object], cases: Sequence[Case]) -> list[_Answer]:
    rights = rights + [expected(task, case.args) for case in task.examples]
    values = list(CONSTANTS)
    if isinstance(task, BenchmarkTask):
        known = [
            _plain_answers(said) for r in rights if isinstance(r, Right) for said in r.assertions
        ]
        values += _most_frequent((v for vs in known for v in vs), written)
    else:
        values += _most_frequent(rights, canonical)
    answers: list[_Answer] = [(f"the constant {describe(v)}", _constant(v)) for v in values]
    num_arguments = max(len(case.args) for case in cases)
    return answers + [(f"argument {n + 1} itself", _argument(n)) for n in range(num_arguments)]


def _most_frequent(values: Iterable[Any], key: Callable[[Any], Any]) -> list[Any]:
    held: dict[Any, Any] = {}
    counts: Counter[Any] = Counter()
    for value in values:
        held.setdefault(key(value), value)
        counts[key(value)] += 1
    return [held[name] for name, _ in counts.most_common(MAX_ANSWERS)]


def _constant(value: Any) -> Callable[[tuple[object, ...]], Any]:
    return lambda args: value


def _argument(place: int) -> Callable[[tuple[object, ...]], Any]:
    return lambda args: args[place] if place < len(args) else None


def _plain_answers(said: Right) -> list[Any]:
    """Values that satisfy one assertion, if a constant can be read off it."""
    value = said.value
    if said.rule == "in" and isinstance(value, list | tuple | set | dict):
        return list(value)[:MAX_ANSWERS]
    if said.rule in ("<", ">") and isinstance(value, int | float):
        return [value - 1, value + 1]
    return [value]


def _passed(
    task: Task, cases: Sequence[Case], rights: list[Any], answers: list[_Answer], run: Run
) -> list[int]:
    """How many cases each answer passes; plain values all, so they are compared here."""
    pairs = [
        (right, value(case.args))
        for _, value in answers
        for case, right in zip(cases, rights, strict=True)
    ]
    if isinstance(task, BenchmarkTask):
        pairs = [(right, look(value, right.views)) for right, value in pairs]
        if task.helpers and pairs:
            calls = [CallResult(Outcome.PASSED, value) for _, value in pairs]
            asked = [right for right, _ in pairs]
            said = judged(task.helpers, asked, calls, _MORE, run, same_form=task.same_form)
            pairs = [(right, call.value) for (right, _), call in zip(pairs, said, strict=True)]
    good = [_is_right(task, right, value) for right, value in pairs]
    size = len(cases)
    return [sum(good[n * size : (n + 1) * size]) for n in range(len(answers))]


def _is_right(task: Task, right: object, value: object) -> bool:
    try:
        return task.compare(right, value) is None
    except Exception:  # pylint: disable=broad-exception-caught  # as in grading: no right answer
        return False


def _best_program(task: BenchmarkTask, cases: Sequence[Case], run: Run) -> Trivial:
    """The same of a task whose test runs beside a program: programs of one line."""
    best = Trivial("", 0, len(cases))
    for body in BODIES:
        program = f"def {task.entry_point}(*args, **named):\n    return {body}\n"
        calls = task.run_program(program, [case.args for case in cases], run).calls
        num = sum(
            call.outcome is Outcome.PASSED
            and task.compare(expected(task, case.args), call.value) is None
            for case, call in zip(cases, calls, strict=True)
        )
        if num > best.passed:
            best = Trivial(f"a program that returns {body}", num, len(cases))
    return best


def reference_failure(task: Task, run: Run) -> str | None:
    """Return how a task's own reference fares as a program, where it fails; else None.

    Raises:
        InfrastructureError: the machine failed.
    """
    cases = task.make_cases(0)
    calls = run(task.reference, task.entry_point, [c.args for c in cases], task.limits).calls
    failures = []
    for case, call in zip(cases, calls, strict=True):
        if call.outcome is not Outcome.PASSED:
            failures.append(f"{call.outcome} {call.detail}")
            continue
        try:
            difference = task.compare(expected(task, case.args), call.value)
        except Exception as error:  # pylint: disable=broad-exception-caught
            difference = f"outside the sandbox it raises {type(error).__name__}"
        if difference is not None:
            failures.append(difference)
    if not failures:
        return None
    num = len(cases) - len(failures)
    return f"its own reference passes {num} of {len(cases)} cases in the sandbox: {failures[0]}"
