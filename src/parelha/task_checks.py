"""What `parelha tasks check` does: every promise a task makes, tried out.

References of families and of a user's own tasks are trusted code and run here; a benchmark's
programs are not, and run in the sandbox.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import parelha.tasks as tasks_package
from parelha.analysis import Analyser
from parelha.errors import UsageError, WorkFailedError
from parelha.probes import passed_by, reference_failure
from parelha.sandbox import Sandbox
from parelha.suites import own_failure
from parelha.tasks import expected, get_task, load_tasks
from parelha.tasks.benchmarks import BenchmarkTask, is_benchmark, load_benchmark
from parelha.tasks.check import answer_unwarned
from parelha.tasks.families import read_family
from parelha.tasks.mutants import Mutant, MutantReport, is_killed, mutant_report, mutants_of
from parelha.tasks.own import OwnTask, load_own
from parelha.types import Analysis, Split, Task

# Other seeds of the same tasks are no other tasks.
SPLITS: tuple[Split, ...] = tuple(s for s in get_args(Split) if s != "heldout_seeds")
MIN_MISTAKES = 3  # hand-written wrong answers of a family
MIN_MUTANTS = 20  # of a family's references together
FAMILY_KILLED, ALL_KILLED = 0.8, 0.95  # shares of mutants that hidden inputs must tell
TOLD_EVERY = 1000  # instances
BROKEN_TRIED = 12  # mutants of a benchmark's solution, until one fails


@dataclass
class Findings:
    """What a check found; `total` tasks were looked at, `failed` of them have problems.

    Attributes:
        killed: mutants that the hidden inputs tell from the reference, by family.
        mutants: all mutants, by family.
        wrong: problems of whole families.
        own: a user's own tasks of which more instances can be drawn.
    """

    total: int = 0
    failed: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    mutants: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    own: list[Task] = field(default_factory=list)


def check_everything(
    what: Sequence[str], instances: int, allow_unsafe: bool, say: Callable[[str], None]
) -> None:
    """Check ids, folders and benchmarks, or every task of every family where `what` is empty.

    Args:
        what: as on the command line.
        instances: of family tasks and a user's own, drawn and answered as well.
        allow_unsafe: run a benchmark's programs even where the isolation is weak.
        say: told one line at a time.

    Raises:
        UsageError: there is no such task, folder or benchmark, or nothing can be drawn of one.
        WorkFailedError: some task has problems.
    """
    suites = [name for name in what if Path(name).is_dir() or is_benchmark(name)]
    given = [name for name in suites if not Path(name).is_dir()]
    if instances and given:
        raise UsageError(
            f"--instances: the inputs of {given[0]} are given, not drawn: leave it out"
        )
    tasks = [get_task(name) for name in what if name not in suites]
    if not what:
        tasks = [task for split in SPLITS for task in load_tasks(split, levels=(1, 2, 3, 4))]
    checked = [check_suite(name, allow_unsafe, say) for name in suites]
    if tasks:
        with Sandbox(workers=1, allow_unsafe=allow_unsafe) as sandbox:
            checked.append(check_families(tasks, say, sandbox))
        if not what:  # some tasks alone say little of a family
            for line in mutant_lines(checked[-1]):
                say(line)
            checked[-1].wrong += mutant_problems(checked[-1])
    tasks += [task for each in checked for task in each.own]
    if instances and tasks:
        drawn = list(draw_instances(tasks, instances, say))
        checked[-1].wrong += drawn
        say(f"{instances} instances drawn and answered, {len(drawn)} of them with problems")
    for each in checked:
        for line in each.wrong:
            say(line)
    total, failed = (sum(getattr(each, name) for each in checked) for name in ("total", "failed"))
    if failed:
        raise WorkFailedError(f"{failed} of {total} tasks have problems")
    wrong = sum(len(each.wrong) for each in checked)
    if wrong:
        raise WorkFailedError(f"{wrong} problems beside those of single tasks")


def check_suite(name: str, allow_unsafe: bool, say: Callable[[str], None]) -> Findings:
    """Check a folder of a user's own tasks, or a benchmark; what did not load is a problem.

    Raises:
        UsageError, InfrastructureError: as `load_own`, `load_benchmark` and `Sandbox.run`.
    """
    if Path(name).is_dir():
        folder = load_own(Path(name))
        for problem in folder.problems:
            say(problem)
        with Sandbox(workers=1, allow_unsafe=allow_unsafe) as sandbox:
            findings = check_own(folder.tasks, say, sandbox)
        num_unread = len(folder.problems)
    else:
        with Sandbox(workers=1, allow_unsafe=allow_unsafe) as sandbox:
            loaded = load_benchmark(name, sandbox.run)
            for problem in loaded.problems:
                say(problem)
            findings = check_benchmark(loaded.tasks, sandbox, say)
        num_unread = len(loaded.problems)
    findings.total += num_unread
    findings.failed += num_unread
    return findings


def check_families(tasks: Sequence[Task], say: Callable[[str], None], sandbox: Sandbox) -> Findings:
    """Check tasks of the families, and the mistakes of the families they belong to.

    Args:
        tasks: to check.
        say: told one line for each task.
        sandbox: where references are tried as programs.

    Raises:
        InfrastructureError: a linter could not be run.
    """
    findings = Findings()
    with Linters() as linters:
        linters.start(task.reference for task in tasks)
        for task in tasks:
            # Found where callers find it, so that a stand-in for it is obeyed here too.
            problems = tasks_package.check_task(task) or probe_problems(task, sandbox)
            _tell(task, problems, linters, findings, say)
    for name in dict.fromkeys(task.family for task in tasks):
        findings.wrong += [f"{name}: {line}" for line in mistake_problems(name)]
    return findings


def check_own(tasks: Sequence[OwnTask], say: Callable[[str], None], sandbox: Sandbox) -> Findings:
    """Check a user's own tasks, their wrong answers included."""
    findings = Findings()
    with Linters() as linters:
        linters.start(own.variant.reference for own in tasks)
        for own in tasks:
            task, oracle = own.task(), own.variant.oracle
            # First what explains the rest: an answer that cannot leave the sandbox, say.
            failure = own_failure(task, sandbox)
            problems = [failure] if failure else trivial_problems(task, sandbox)
            problems = problems or tasks_package.check_task(task, oracle=oracle, one_language=True)
            if not problems:
                problems = [
                    f"the hidden inputs do not tell the wrong answer {name}"
                    for name, source in own.wrong_answers
                    if not _is_told(source, task)
                ]
            findings.own += [] if problems else [task]
            _tell(task, problems, linters, findings, say)
    return findings


def check_benchmark(
    tasks: Sequence[BenchmarkTask], sandbox: Sandbox, say: Callable[[str], None]
) -> Findings:
    """Check that each benchmark task's own solution passes, and that a broken one fails.

    Raises:
        UsageError, InfrastructureError: as `Sandbox.run`.
    """
    findings = Findings()
    for task in tasks:
        problems = solution_problems(task, sandbox)
        findings.total += 1
        findings.failed += bool(problems)
        form = "in-process" if task.in_process else f"{len(task.make_cases(0))} calls"
        said = "; ".join(problems) or "right"
        # No fault of the benchmark: it is evaluated on, and only not trained on.
        if words := passed_by(task, task.make_cases(0), sandbox.run):
            said += f"; not trained on, an answer that does not look passes it: {words}"
        say(f"{task.id} ({form}): {said}")
    return findings


def probe_problems(task: Task, sandbox: Sandbox) -> list[str]:
    """Return what programs show to be wrong: the reference fails as one, or a constant passes.

    Raises:
        InfrastructureError: the machine failed.
    """
    failure = reference_failure(task, sandbox.run)
    return [failure] if failure else trivial_problems(task, sandbox)


def trivial_problems(task: Task, sandbox: Sandbox) -> list[str]:
    """Return which answer that does not look passes a task, if one does.

    Raises:
        InfrastructureError: the machine failed.
    """
    words = passed_by(task, task.make_cases(0), sandbox.run)
    return [f"an answer that does not look passes it: {words}"] if words else []


def solution_problems(task: BenchmarkTask, sandbox: Sandbox) -> list[str]:
    """Return what is wrong with a benchmark task, one line each."""
    if not task.solution:
        return []  # nothing to try; generic files need not give one
    failure = task.failure_of(task.solution, sandbox.run)
    if failure is not None:
        return [f"the benchmark's own solution fails: {failure}"]
    try:
        broken = mutants_of(task.solution)
    except SyntaxError:
        return ["the benchmark's own solution is no Python"]
    # From the end: what comes last is nearest to the answer.
    tried = broken[::-1][:BROKEN_TRIED]
    if tried and all(task.failure_of(mutant.source, sandbox.run) is None for mutant in tried):
        return [f"none of {len(tried)} broken solutions fails"]
    return []


def mistake_problems(family_name: str) -> Iterator[str]:
    """Yield what is wrong with a family's hand-written mistakes."""
    wrong = read_family(family_name).wrong_answers
    if len(wrong) < MIN_MISTAKES:
        yield f"{len(wrong)} hand-written wrong answers, not {MIN_MISTAKES}"
    for problem, level, name, program in wrong:
        if not _is_told(program, get_task(f"{family_name}/{problem.name}/L{level}/s0")):
            yield f"the hidden inputs do not tell {problem.name}'s wrong answer {name}"


def mutant_problems(findings: Findings) -> Iterator[str]:
    """Yield the families, and the suite, whose hidden inputs tell too few mutants."""
    for family, total in findings.mutants.items():
        killed = findings.killed[family]
        if total < MIN_MUTANTS:
            yield f"{family}: {total} mutants, not {MIN_MUTANTS}"
        if killed < FAMILY_KILLED * total:
            yield f"{family}: {killed} of {total} mutants killed, not {FAMILY_KILLED:.0%}"
    killed, total = findings.killed.total(), findings.mutants.total()
    if killed < ALL_KILLED * total:
        yield f"{killed} of {total} mutants killed, not {ALL_KILLED:.0%}"


def mutant_lines(findings: Findings) -> Iterator[str]:
    """Yield one line for each family's mutants, and one for all."""
    for family, total in findings.mutants.items():
        killed = findings.killed[family]
        yield f"{family}: {killed} of {total} mutants killed ({killed / total:.1%})"
    killed, total = findings.killed.total(), findings.mutants.total()
    yield f"all: {killed} of {total} mutants killed ({killed / max(total, 1):.1%})"


def draw_instances(
    tasks: Sequence[Task], num: int, say: Callable[[str], None] = lambda line: None
) -> Iterator[str]:
    """Draw `num` instances of tasks in turn, seed after seed; yield what goes wrong.

    An instance is a task with the hidden inputs of one seed: it must hold edge cases, and the
    reference must answer all of it, without a warning. `say` is told how far it is.
    """
    for number in range(num):
        if number and number % TOLD_EVERY == 0:
            say(f"{number} of {num} instances")
        seed, place = divmod(number, len(tasks))
        task = tasks[place]
        try:
            cases = task.make_cases(seed)
            for case in cases:
                answer_unwarned(task, case)
        except Exception as error:  # pylint: disable=broad-exception-caught
            yield f"{task.id}, inputs of seed {seed}: {type(error).__name__}: {error}"
            continue
        if all(case.group != "edge" for case in cases):
            yield f"{task.id}, inputs of seed {seed}: no edge case"


class Linters:
    """What the three linters say of references, worked out side by side; a context manager."""

    def __init__(self) -> None:
        self._analyser = Analyser(workers=2)
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="check")
        self._begun: dict[str, Future[Analysis]] = {}

    def start(self, sources: Iterable[str]) -> None:
        """Begin with sources that will be asked for."""
        for source in sources:
            if source not in self._begun:
                self._begun[source] = self._pool.submit(self._analyser.analyse, source)

    def problems(self, source: str) -> list[str]:
        """Return the first finding of each linter on a reference, one line each."""
        self.start([source])
        analysis = self._begun[source].result()
        first = {f.tool: f for f in reversed(analysis.findings) if f.severity != "note"}
        problems = [
            f"{tool} on the reference, line {f.line}: {f.code} {f.message}"
            for tool, f in first.items()
        ]
        if analysis.structure.suppressions:
            problems.append("the reference silences a linter")
        return problems

    def __enter__(self) -> "Linters":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._analyser.close()


def _tell(
    task: Task,
    problems: list[str],
    linters: Linters,
    findings: Findings,
    say: Callable[[str], None],
) -> None:
    """Complete a task's check with linters and mutants, count it, say its line."""
    shown = task.id
    if not problems:
        problems = linters.problems(task.reference)
        report = mutant_report(task)
        findings.mutants[task.family] += report.total
        findings.killed[task.family] += report.killed
        shown += f" ({report.killed} of {report.total} mutants killed)"
        problems += _few_killed(report)
    findings.total += 1
    findings.failed += bool(problems)
    say(f"{shown}: {'; '.join(problems) or 'right'}")


def _few_killed(report: MutantReport) -> list[str]:
    """A task whose inputs tell fewer than half of its mutants tests next to nothing."""
    if 2 * report.killed >= report.total:
        return []
    first = report.survivors[0]
    return [f"most mutants survive, such as line {first.line}: {first.change}"]


def _is_told(source: str, task: Task) -> bool:
    """Whether the hidden inputs of three seeds each tell a wrong program from the reference."""
    return all(
        is_killed(
            Mutant(source, 1, ""),
            task,
            [(case.args, expected(task, case.args)) for case in task.make_cases(seed)],
        )
        for seed in range(3)
    )
