"""Suites beside the families: public benchmarks and a user's own tasks.

A suite is named as on the command line: ``families``, a benchmark's name or file, or a folder. What
a run trains on is never what it is evaluated on: of a benchmark that is trained on, the held-out
fifth is left for evaluation; one that is only evaluated on is used whole. Of both, problems that
another suite gives to train on are left out.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from parelha.config_base import user_path
from parelha.errors import InputError, UsageError
from parelha.priority import usable_cores
from parelha.probes import passed_by, reference_failure
from parelha.sandbox import Sandbox
from parelha.tasks.benchmarks import HUB, BenchmarkTask, Loaded, is_benchmark, load_benchmark
from parelha.tasks.compare import one_line
from parelha.tasks.own import OwnFolder, load_own
from parelha.types import Split, Task

FAMILIES = "families"
HELDOUT: tuple[Split, ...] = ("heldout_seeds", "heldout_params")


def training_suites(
    names: Sequence[str],
    seeds: Iterable[int],
    *,
    in_process: bool = False,
    allow_unsafe: bool = False,
) -> tuple[Task, ...]:
    """Return what the suites other than the families give to train on.

    Args:
        names: suites, `FAMILIES` among them or not.
        seeds: of the instances of a user's own tasks.
        in_process: also train on tasks whose tests run beside the candidate. A policy that is paid
            for such a verdict may learn to forge it, so this has to be wanted.
        allow_unsafe: let a benchmark compute its answers even where the isolation is weak.

    Raises:
        UsageError: no such suite, or nothing in it to train on.
    """
    found: list[Task] = []
    for name in _others(names):
        tasks = _candidates(name, tuple(seeds), in_process, allow_unsafe)
        trivial = dict(_trivial(name, tuple(seeds), in_process, allow_unsafe))
        found += [task for task in tasks if task.id not in trivial]
        if trivial and len(trivial) == len(tasks):
            raise UsageError(f"no task of {name} can be trained on: {_trivial_notice(trivial)}")
    check_ids("tasks.suites", _others(names), found)
    return tuple(found)


def check_inputs(tasks: Iterable[Task], case_seed: int) -> None:
    """Refuse a user's own tasks whose hidden inputs cannot be drawn: no program could be graded.

    Args:
        tasks: of a run; those of other suites are passed over.
        case_seed: with which the run draws them.

    Raises:
        UsageError: naming the task, and what its file raised.
    """
    for task in tasks:
        if task.family.startswith("own."):
            try:
                task.make_cases(case_seed)
            except Exception as error:
                said = one_line(f"{type(error).__name__}: {error}")
                raise UsageError(
                    f"{task.id}: its hidden inputs cannot be drawn with seed {case_seed}: {said}"
                ) from error


def check_ids(key: str, names: Sequence[str], tasks: Sequence[Task]) -> None:
    """Refuse suites that call different tasks the same: scores are kept and paired by the id.

    Raises:
        UsageError: two tasks have one id.
    """
    known: dict[str, Task] = {}
    for task in tasks:
        if known.setdefault(task.id, task) is not task:
            raise UsageError(
                f"{key}: {' and '.join(names)} both have a task {task.id}: take one of them at a "
                "time, or rename its file"
            )


def _candidates(
    name: str, seeds: tuple[int, ...], in_process: bool, allow_unsafe: bool
) -> list[Task]:
    """What a suite holds for training, those included that a trivial answer passes."""
    suite = open_suite(name, allow_unsafe)
    if isinstance(suite, OwnFolder):
        return list(suite.of_split("train", seeds))
    return [task for task in trainable(suite, in_process) if task.split == "train"]


@lru_cache(maxsize=16)
def _trivial(
    name: str, seeds: tuple[int, ...], in_process: bool, allow_unsafe: bool
) -> tuple[tuple[str, str], ...]:
    """Ids of the tasks that a trivial answer passes, and that answer in words."""
    with _sandbox(allow_unsafe) as sandbox:
        said = [
            (task.id, passed_by(task, task.make_cases(0), sandbox.run))
            for task in _candidates(name, seeds, in_process, allow_unsafe)
        ]
    return tuple((identity, words) for identity, words in said if words)


def _trivial_notice(trivial: dict[str, str]) -> str:
    some = [f"{identity} by {words}" for identity, words in list(trivial.items())[:3]]
    more = ", ..." if len(trivial) > len(some) else ""
    return (
        f"{len(trivial)} tasks are passed by an answer that does not look: {', '.join(some)}{more}"
    )


def heldout_suites(
    names: Sequence[str],
    trained: Sequence[str],
    splits: Sequence[str],
    seeds: Iterable[int],
    *,
    allow_unsafe: bool = False,
) -> list[list[Task]]:
    """Return what the suites other than the families give to evaluate on: one list for each.

    Args:
        names: suites, `FAMILIES` among them or not.
        trained: suites that the run trains on.
        splits: held-out splits of a user's own tasks.
        seeds: of the instances of a user's own tasks.
        allow_unsafe: as for `training_suites`.

    Raises:
        UsageError: no such suite.
    """
    numbers = tuple(seeds)
    lists: list[list[Task]] = []
    others = _others(names)
    known = _Trained(trained if others else (), numbers, allow_unsafe)
    for name in others:
        suite = open_suite(name, allow_unsafe)
        whole = not known.is_trained(name)
        found = _evaluated(suite, splits, numbers, whole)
        lists.append([task for task in found if not known.holds(task)])
        if whole:
            known.check_ids(name, lists[-1])
    check_ids("tasks.eval_suites", others, [task for tasks in lists for task in tasks])
    return lists


def _evaluated(
    suite: Loaded | OwnFolder, splits: Sequence[str], seeds: tuple[int, ...], whole: bool
) -> list[Task]:
    """What a suite has to evaluate on: all of it where it is not trained on."""
    if isinstance(suite, OwnFolder):
        wanted: list[Split] = [split for split in HELDOUT if split in splits]
        wanted += ["train"] if whole else []
        return [task for split in wanted for task in suite.of_split(split, seeds)]
    return [task for task in suite.tasks if whole or task.split != "train"]


class _Trained:
    """What is trained on, and so is not evaluated on in another suite that holds it too.

    A copy of a file does, and HumanEval+ beside HumanEval.
    """

    def __init__(self, names: Sequence[str], seeds: tuple[int, ...], allow_unsafe: bool) -> None:
        self._tasks = {
            name: _candidates(name, seeds, True, allow_unsafe) for name in _others(names)
        }
        self._places = {_place(name) for name in self._tasks}
        self._marks = {mark for tasks in self._tasks.values() for t in tasks for mark in _marks(t)}

    def is_trained(self, name: str) -> bool:
        """Whether a suite is one of those that are trained on."""
        return _place(name) in self._places

    def holds(self, task: Task) -> bool:
        """Whether a task of another suite is trained on; other inputs of its form are not."""
        return task.split != "heldout_seeds" and bool(self._marks & _marks(task))

    def check_ids(self, name: str, tasks: Sequence[Task]) -> None:
        """Refuse other tasks under the ids of trained ones: one grader scores both.

        Raises:
            UsageError: two tasks of one family have one id.
        """
        wanted = {(task.family, task.id) for task in tasks}
        for other, trained in self._tasks.items():
            twins = [task for task in trained if (task.family, task.id) in wanted]
            check_ids("tasks.eval_suites", [other, name], [*twins, *tasks])


def _marks(task: Task) -> set[tuple[str, ...]]:
    """By what a task is known in another suite: what it asks and what is right there.

    Its id says nothing alone: it may be a file's name and a line's number.
    """
    asked = (" ".join(task.statement["en"].split()), task.entry_point)
    if not isinstance(task, BenchmarkTask):
        return {(*asked, task.reference)}
    if not task.solution:
        return {(*asked, task.reference, task.harness.test)}
    # The first MBPP and its sanitized part share, the second HumanEval and HumanEval+.
    return {(" ".join(task.solution.split()),), (task.id, *asked)}


def suite_notices(
    names: Sequence[str],
    trained: Sequence[str] = (),
    seeds: Iterable[int] = range(1),
    *,
    in_process: bool = False,
    allow_unsafe: bool = False,
) -> list[str]:
    """Return what a user should know of the suites.

    Args:
        names: suites: what is not well made in them, and what runs in-process.
        trained: those that the run trains on: what is left out of training as well, and what of
            the others is trained on and so not evaluated on.
        seeds: of the instances of a user's own tasks.
        in_process: whether in-process tasks are trained on too.
        allow_unsafe: as for `training_suites`.
    """
    notices: list[str] = []
    known = _Trained(trained, tuple(seeds), allow_unsafe)
    for name in _others(names):
        suite = open_suite(name, allow_unsafe)
        notices += [f"{name}: {problem}" for problem in suite.problems]
        if isinstance(suite, Loaded):
            num = sum(task.in_process for task in suite.tasks)
            if num:
                notices.append(
                    f"{name}: {num} in-process tasks, which are trained on with "
                    "tasks.train_in_process alone"
                )
        found = _evaluated(suite, HELDOUT, tuple(seeds), not known.is_trained(name))
        if same := [task.id for task in found if known.holds(task)]:
            some = ", ".join(same[:3]) + ", ..." * (len(same) > 3)
            notices.append(f"{name}: {len(same)} tasks are trained on and not evaluated on: {some}")
    for name in _others(trained):
        trivial = dict(_trivial(name, tuple(seeds), in_process, allow_unsafe))
        if trivial:
            notices.append(f"{name}: not trained on: {_trivial_notice(trivial)}")
    return notices


def trainable(suite: Loaded, in_process: bool) -> list[BenchmarkTask]:
    """The tasks of a benchmark that may be trained on: those whose tests are calls, or all.

    Raises:
        UsageError: there is none.
    """
    tasks = [task for task in suite.tasks if in_process or not task.in_process]
    if not tasks:
        first = (
            suite.problems[0]
            if suite.problems
            else "all run in-process, see tasks.train_in_process"
        )
        raise UsageError(f"no task of the benchmark can be trained on: {first}")
    return tasks


def open_suite(name: str, allow_unsafe: bool = False) -> Loaded | OwnFolder:
    """Load a suite; a second call gives the same.

    Raises:
        UsageError: there is no such suite.
        InfrastructureError: the machine failed.
    """
    return _open(_place(name), allow_unsafe)


@lru_cache(maxsize=16)
def _open(name: str, allow_unsafe: bool) -> Loaded | OwnFolder:
    if not Path(name).is_dir() and not is_benchmark(name):
        known = ", ".join([FAMILIES, *HUB])
        files = "a .jsonl or .json file, or a folder of tasks"
        raise UsageError(f"unknown suite {name!r}: {known}, {files}")
    with _sandbox(allow_unsafe) as sandbox:
        if not Path(name).is_dir():
            return load_benchmark(name, sandbox.run)
        folder = load_own(Path(name))
        # Nobody could pass these: they are told, and the others load.
        failures = [own_failure(own.task(), sandbox) for own in folder.tasks]
    tried = list(zip(folder.tasks, failures, strict=True))
    return OwnFolder(
        tuple(own for own, why in tried if why is None),
        folder.problems + tuple(f"{own.name}.py: {why}" for own, why in tried if why),
    )


def _sandbox(allow_unsafe: bool) -> Sandbox:
    """A sandbox, which starts nothing until it is asked: most benchmarks ask nothing."""
    return Sandbox(workers=usable_cores(), allow_unsafe=allow_unsafe)


def own_failure(task: Task, sandbox: Sandbox) -> str | None:
    """Return how the reference of a user's own task fares as a program, where it fails; else None.

    Raises:
        UsageError: the isolation is too weak.
        InfrastructureError: the machine failed.
    """
    try:
        return reference_failure(task, sandbox.run)
    except InputError as error:
        return str(error)


def _others(names: Iterable[str]) -> list[str]:
    """Suites other than the families, each once, whatever it is called."""
    by_place = {_place(name): name for name in names if name != FAMILIES}
    return list(by_place.values())


def _place(name: str) -> str:
    """One name for one suite: a path resolved, a benchmark's name in small letters."""
    path = user_path(name)
    return str(path.resolve()) if path.exists() else name.lower() if name.lower() in HUB else name
