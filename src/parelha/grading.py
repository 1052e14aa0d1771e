"""Task and program to score: the hidden tests, the linters, the structure.

The programs run in the sandbox and give values; this process, which never runs a candidate, holds
the right answers and compares. Linters and tests of one program run side by side in worker
processes; the threads here only wait for them.
"""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from parelha.analysis import Analyser, structure, to_text, unused, widened
from parelha.closing import Closing
from parelha.config import Config
from parelha.config_base import user_path
from parelha.efficiency import EfficiencyMeter
from parelha.errors import InfrastructureError
from parelha.once import Once
from parelha.priority import usable_cores
from parelha.probes import best_trivial
from parelha.sandbox import Sandbox
from parelha.sandbox.runner import FOLDER
from parelha.tasks import expected
from parelha.tasks.benchmarks import BenchmarkTask, shown
from parelha.tasks.compare import kind_of, python_scalar
from parelha.tasks.writing import written_out
from parelha.types import (
    Analysis,
    CallResult,
    Case,
    Lang,
    Outcome,
    RunResult,
    Score,
    Task,
    TestResult,
)

_MAX_DETAIL = 200
_MAX_GRADED = 2048  # scores that are kept
_STRUCTURES = ("def", "import", "return", "if", "for")  # that the deck looks for in a text
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
# The sandbox's own folder, named by a process and by chance; and where a module of this machine is.
_SANDBOX = re.compile(rf"[^\s'\"()]*/{FOLDER}[^\s'\"()/]*")
_MODULE_FILE = re.compile(r"\(/[^\s()]*/([^\s()/]+\.(?:py|so))\)")
# The outcome is a word and not a comparison of two numbers, which small models miss.
_ALL_RIGHT: dict[Lang, str] = {
    "en": "All {total} examples came out right.",
    "pt": "Todos os {total} exemplos saíram certos.",
}
_SOME_WRONG: dict[Lang, str] = {
    "en": "Wrong on {wrong} of {total} examples:",
    "pt": "Errado em {wrong} de {total} exemplos:",
}
_GAVE: dict[Lang, str] = {
    "en": "{call} gave {actual}, right is {right}",
    "pt": "{call} deu {actual}, o certo é {right}",
}
# What is quoted of a line is some thirty tokens, and a list of numbers takes them all, the error
# left out. The examples stand in the task, in this order.
_EXAMPLE: dict[Lang, str] = {
    "en": "{name}(...) of example {number}",
    "pt": "{name}(...) do exemplo {number}",
}
_SHORT_CALL = 40  # characters
_DECIMALS = re.compile(r"(\.\d{4})\d+")
# The comparison takes a numpy scalar for the number that it is.
_NUMPY_SCALAR = re.compile(r"\bnp\.(?:float|int|uint|bool)\d*_?\(([^()]*)\)")
_ZEROS = re.compile(r"(?<=\d)\.0+(?!\d)")  # 1.0000 and 1 are the same number
_NO_EXAMPLES: dict[Lang, str] = {
    "en": "There are no examples to run.",
    "pt": "Não há exemplos para executar.",
}
_CLEAN: dict[Lang, str] = {"en": "No findings.", "pt": "Nenhum achado."}


class Grader(Closing):
    """Scores programs; safe to call from several threads.

    Args:
        workers: processes for programs, and as many for linters.
        allow_unsafe: run programs even where the isolation is weak.
        case_seed: seed of the hidden inputs, and of the inputs of timed runs.
        efficiency: also measure time and memory of programs that pass everything.
        linter_settings: a folder whose settings replace the linters' defaults, for the score and
            for the reviewer's tool alike (docs/analysis.md).
        start: let the linters load now, beside whatever the caller loads, and not when the first
            program comes.

    Attributes:
        workers: programs that can be graded at once.

    Raises:
        UsageError: the folder or its settings cannot be used, or isolation is too weak.
    """

    meter: EfficiencyMeter | None = None

    def __init__(
        self,
        *,
        workers: int,
        allow_unsafe: bool = False,
        case_seed: int = 0,
        efficiency: bool = False,
        linter_settings: Path | None = None,
        start: bool = False,
    ) -> None:
        self.analyser = Analyser(workers=workers, config_dir=linter_settings)
        try:
            if start:
                self.analyser.start()
            self.sandbox = Sandbox(workers=workers, allow_unsafe=allow_unsafe)
        except BaseException:
            self.analyser.close()
            raise
        self.workers, self.case_seed = workers, case_seed
        self._trivial_shares: Once[tuple[str, str], float] = Once(_MAX_GRADED)  # of each task
        # What is run again could only come out differently by chance.
        self._graded: Once[tuple[str, str, str, str], Score] = Once(_MAX_GRADED)
        if efficiency:
            self.meter = EfficiencyMeter(self.sandbox, case_seed)
        # The linters' side of each grade; these threads only wait for worker processes.
        self._pool = ThreadPoolExecutor(max_workers=4 * workers, thread_name_prefix="analyse")

    def grade(self, task: Task, program: str, reason: str = "") -> Score:
        """Score one program on the hidden inputs of `task`.

        Args:
            task: what was asked.
            program: the source.
            reason: why there is no program, which then is "".

        Raises:
            InfrastructureError: the machine failed; the caller drops the sample.
        """
        return self._score(task, program, reason, self.analyser.analyse, program)

    def grade_answer(self, task: Task, program: str, reason: str, answer: str) -> Score:
        """Score a program where the linters read the whole answer that it stands in.

        The deck's structures are words of the answer then, as in the deck's own runs.

        Args:
            task: what was asked.
            program: the source.
            reason: why there is no program, which then is "".
            answer: all that was said.

        Raises:
            InfrastructureError: the machine failed; the caller drops the sample.
        """
        score = self._score(task, program, reason, self._analyse_answer, answer)
        return replace(score, analysis=self._analyse_answer(answer)) if reason else score

    def _score(
        self,
        task: Task,
        program: str,
        reason: str,
        analyse: Callable[[str], Analysis],
        text: str,
    ) -> Score:
        if reason:
            cases = len(task.make_cases(self.case_seed))
            return Score("", reason, TestResult(0, cases, Outcome.NO_PROGRAM, (reason,)))
        key = (task.family, task.id, program, text)  # ids of two benchmarks may be the same
        return self._graded.get(key, lambda: self._grade(task, program, analyse, text))

    def _grade(
        self, task: Task, program: str, analyse: Callable[[str], Analysis], text: str
    ) -> Score:
        """Run the hidden cases on a program and the linters on a text, side by side."""
        analysis = self._pool.submit(analyse, text)
        tests = self.test(task, program)
        efficiency = None
        if self.meter is not None and tests.outcome is Outcome.PASSED:
            efficiency = self.meter.measure(task, program)
        return Score(
            program,
            "",
            tests,
            _as_asked(analysis.result(), task),
            efficiency,
            unused=unused(program, task.entry_point),
            reference_lines=_code_lines(task.reference),
        )

    def _analyse_answer(self, answer: str) -> Analysis:
        """What the linters say of a whole answer, most often that it is no Python."""
        found = self.analyser.analyse(answer)
        words = sum(word in answer for word in _STRUCTURES)
        return replace(found, structure=replace(found.structure, keywords=words))

    def test(self, task: Task, program: str) -> TestResult:
        """Run the hidden cases and compare; raises InfrastructureError as `grade` does.

        The tests of a benchmark's in-process task run around the program, in its process.
        """
        cases = task.make_cases(self.case_seed)
        if not cases:
            raise InfrastructureError(f"task {task.id} has no hidden case")
        run = run_program(self.sandbox, task, program, cases)
        if len(run.calls) != len(cases):
            raise InfrastructureError("the sandbox lost a result")
        failures: list[tuple[Outcome, str]] = []
        for case, call in zip(cases, run.calls, strict=True):
            wrong = _judge(task, case.args, call)
            if wrong is not None:
                failures.append(wrong)
        return TestResult(
            passed=len(cases) - len(failures),
            total=len(cases),
            outcome=_overall([outcome for outcome, _ in failures]),
            details=tuple(f"{outcome}: {detail}"[:_MAX_DETAIL] for outcome, detail in failures),
            cpu_seconds=run.cpu_seconds,
            sandbox_level=run.sandbox_level,
            unread=run.unread,
            trivial=self._trivial_share(task, cases),
        )

    def _trivial_share(self, task: Task, cases: Sequence[Case]) -> float:
        """The share that the best trivial answer passes, worked out once for each task."""
        return self._trivial_shares.get(
            (task.family, task.id), lambda: best_trivial(task, cases, self.sandbox.run).share
        )

    def execute_examples(self, task: Task, program: str, lang: Lang) -> str:
        """What the reviewer's tool `execute` says: results on the visible examples."""
        if not task.examples:
            return _NO_EXAMPLES[lang]
        run = run_program(self.sandbox, task, program, task.examples)
        if len(run.calls) != len(task.examples):
            raise InfrastructureError("the sandbox lost a result")
        lines: list[str] = []
        for number, (case, call) in enumerate(zip(task.examples, run.calls, strict=True)):
            judged = _judge(task, case.args, call)
            if judged is None:
                continue
            named = _call(task, number, lang)
            actual, right = _told(task, call, expected(task, case.args))
            if actual == right:  # too long to show where they differ
                lines.append(f"{named}: {judged[1]}")
            else:
                lines.append(_GAVE[lang].format(call=named, actual=actual, right=right))
        total = len(task.examples)
        head = (_SOME_WRONG if lines else _ALL_RIGHT)[lang].format(wrong=len(lines), total=total)
        return "\n".join([head, *lines])

    def analyse_text(self, program: str, lang: Lang) -> str:
        """What the reviewer's tool `analyse_statically` says."""
        analysis = self.analyser.analyse(program)
        return to_text(analysis.findings, 12) if analysis.findings else _CLEAN[lang]

    def close(self) -> None:
        """Stop all workers."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.sandbox.close()
        self.analyser.close()


def _call(task: Task, number: int, lang: Lang) -> str:
    """How an example is named: its call, or its place where that is long."""
    call = _one_line(f"{task.entry_point}({', '.join(map(repr, task.examples[number].args))})")
    if len(call) <= _SHORT_CALL:
        return call
    return _EXAMPLE[lang].format(name=task.entry_point, number=number + 1)


def _told(task: Task, call: CallResult, right: object) -> tuple[str, str]:
    """What a call gave and what is right, as text; each with its type where those differ."""
    actual, wanted = call.outcome.value, _NUMPY_SCALAR.sub(r"\1", _shown(right))
    if call.outcome is Outcome.PASSED and isinstance(task, BenchmarkTask):
        actual = _shown(shown(call.value))
    elif call.outcome is Outcome.PASSED:
        actual = _NUMPY_SCALAR.sub(r"\1", _shown(call.value))
        gave, right = python_scalar(call.value), python_scalar(right)
        kinds = {kind_of(gave), kind_of(right)}
        if len(kinds) == 2 and "None" not in kinds and not kinds <= {"int", "float"}:
            actual, wanted = f"{type(gave).__name__} {actual}", f"{type(right).__name__} {wanted}"
    if call.detail:
        actual = f"{actual} ({_one_line(call.detail)})"
    return _brief(actual, wanted)


def _brief(actual: str, right: str) -> tuple[str, str]:
    """Two values with four decimals of each number, or all where that hides a difference."""
    short = [_DECIMALS.sub(r"\1", text[: 4 * _MAX_DETAIL]) for text in (actual, right)]
    if len({_ZEROS.sub("", text) for text in short}) == 2:
        actual, right = short
    return actual[:_MAX_DETAIL], right[:_MAX_DETAIL]


def grader_settings(config: Config) -> dict[str, Any]:
    """What a `Grader` is made with for a run's programs."""
    engine, reward = config.engine, config.reward
    return {
        "workers": engine.workers or usable_cores(),
        "allow_unsafe": engine.allow_unsafe_sandbox,
        "case_seed": config.seed,
        # Measured only where it counts: it takes time, and a clock is never the same twice.
        "efficiency": reward.kind == "gated" and reward.efficiency_weight > 0,
        "linter_settings": user_path(reward.linter_settings).absolute()
        if reward.linter_settings
        else None,
    }


def score_programs(
    programs: Sequence[str],
    task: Task | None = None,
    *,
    linter_settings: Path | None = None,
    allow_unsafe: bool = False,
) -> list[Score]:
    """Score programs as a run would, and in their order.

    Args:
        programs: sources of Python programs.
        task: what was asked: its hidden tests are run too; None means static analysis alone.
        linter_settings: a folder whose settings replace the linters' defaults.
        allow_unsafe: run programs even where the isolation is weak.

    Raises:
        UsageError: the settings cannot be used, or isolation is too weak to run programs.
        InfrastructureError: the machine failed.
    """
    if task is None:
        with Analyser(workers=1, config_dir=linter_settings) as analyser:
            return [Score(program, analysis=analyser.analyse(program)) for program in programs]
    workers = max(1, min(len(programs), usable_cores()))
    with Grader(
        workers=workers, allow_unsafe=allow_unsafe, linter_settings=linter_settings
    ) as grader:
        return [grader.grade(task, program) for program in programs]


def run_program(sandbox: Sandbox, task: Task, program: str, cases: Sequence[Case]) -> RunResult:
    """Run a program on inputs of a task, in the form in which the task's `compare` takes answers.

    Raises:
        InfrastructureError: the machine failed.
    """
    inputs = [case.args for case in cases]
    if isinstance(task, BenchmarkTask):
        return task.run_program(program, inputs, sandbox.run)
    return sandbox.run(program, task.entry_point, inputs, task.limits)


def _as_asked(analysis: Analysis, task: Task) -> Analysis:
    """An analysis in which a function that takes `object` for the task's types is unannotated."""
    made = analysis.structure
    if not made.annotated or not widened(made, task.signature, task.entry_point):
        return analysis
    return replace(analysis, structure=replace(made, annotated=made.annotated - 1))


@lru_cache(maxsize=1024)
def _code_lines(reference: str) -> int:
    """Lines of a reference that hold code; a run grades many programs beside the same one."""
    return structure(reference).lines


def _overall(failures: list[Outcome]) -> Outcome:
    """The worst end, else the first failure; a program that ever hung counts as hanging."""
    for worst in (Outcome.TIMEOUT, Outcome.MEMORY, Outcome.CRASHED):
        if worst in failures:
            return worst
    return failures[0] if failures else Outcome.PASSED


def _judge(task: Task, args: tuple[object, ...], call: CallResult) -> tuple[Outcome, str] | None:
    if call.outcome is not Outcome.PASSED:
        return call.outcome, _one_line(call.detail)
    right = expected(task, args)
    try:
        difference = task.compare(right, call.value)
    except Exception as error:  # pylint: disable=broad-exception-caught
        # The reference's value compares with anything sane, so it is the program's that does not;
        # dropping the sample instead would let a bad program escape its score.
        return Outcome.BAD_VALUE, f"cannot be compared ({type(error).__name__})"
    return None if difference is None else (Outcome.WRONG, _one_line(difference))


def _shown(value: object) -> str:
    """A value as Python writes it; some cannot be written (an int of 5000 digits)."""
    try:
        return _one_line(written_out(value, 4 * _MAX_DETAIL), 4 * _MAX_DETAIL)
    except Exception as error:  # pylint: disable=broad-exception-caught
        return f"a {type(value).__name__} that cannot be shown ({type(error).__name__})"


def _one_line(text: str, most: int = _MAX_DETAIL) -> str:
    """Capped, and without addresses in memory and folders: they differ between two equal runs."""
    line = _MODULE_FILE.sub(r"(\1)", " ".join(text[: 4 * _MAX_DETAIL].split()))
    return _ADDRESS.sub("0x...", _SANDBOX.sub("", line))[:most]
