"""A user's own tasks: a folder of problems (`problem`), as ``examples/own_tasks`` shows one.

The Python files are the user's own and run in this process, as any script of theirs would: never
load a folder that you did not write or read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from parelha.errors import UsageError
from parelha.tasks.compare import one_line
from parelha.tasks.family import Variant, hidden_cases, visible_examples
from parelha.tasks.problem import Problem, TaskFileError, read_problem
from parelha.tasks.source import SourceError
from parelha.tasks.suite import HELDOUT_SEEDS_FROM
from parelha.types import CoderAction, Split, Task


@dataclass(frozen=True)
class OwnTask:
    """A task as a user wrote it, named after its files, at one of its levels."""

    name: str
    action: CoderAction
    problem: Problem
    variant: Variant

    @property
    def wrong_answers(self) -> tuple[tuple[str, str], ...]:
        """Names and programs of the ``mistake_...`` functions."""
        return self.problem.wrong_answers(self.variant.level)

    def task(self, seed: int = 0) -> Task:
        """Return the instance that a seed draws."""
        variant = self.variant
        form = "own" if self.problem.name == self.name else self.problem.name
        identity = f"own.{self.name}/{form}/L{variant.level}/s{seed}"
        examples = visible_examples(variant, identity)
        split: Split = "heldout_seeds" if seed >= HELDOUT_SEEDS_FROM else "train"
        return Task(
            id=identity,
            family=f"own.{self.name}",
            action=self.action,
            level=variant.level,
            split="heldout_params" if variant.heldout else split,
            statement=dict(variant.statement),
            signature=variant.signature,
            entry_point=variant.entry_point,
            examples=examples,
            make_cases=partial(hidden_cases, variant, identity, examples),
            reference=variant.reference,
            compare=variant.compare,
            limits=variant.limits,
        )

    def drawn(self, seed: int) -> Task:
        """Return the instance of a seed, whose hidden inputs can be drawn.

        Raises:
            TaskFileError: the file fails at that seed, or draws nothing that can be hidden.
        """
        try:
            task = self.task(seed)
            if not task.make_cases(0):
                raise SourceError(
                    "no hidden input is left: the examples show all that ordinary and edges draw"
                )
        except Exception as error:
            said = f"its inputs cannot be drawn from seed {seed}: {type(error).__name__}: {error}"
            said = str(error) if isinstance(error, SourceError) else said
            raise TaskFileError(f"{self.name}.py: {one_line(said)}") from error
        return task


@dataclass(frozen=True)
class OwnFolder:
    """What a folder gave: tasks, and one line of text for each that is not well made."""

    tasks: tuple[OwnTask, ...]
    problems: tuple[str, ...]

    def of_split(self, split: Split, seeds: Iterable[int] = range(1)) -> tuple[Task, ...]:
        """Return the instances of a split, as `load_tasks` does for the families."""
        offset = HELDOUT_SEEDS_FROM if split == "heldout_seeds" else 0
        found = (own.drawn(offset + seed) for own in self.tasks for seed in seeds)
        return tuple(task for task in found if task.split == split)


def load_own(folder: Path) -> OwnFolder:
    """Load a folder of tasks; what is not well made is told, and the rest loads.

    Raises:
        UsageError: there is no such folder, or no task in it.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder of tasks")
    tables, sources = ({p.stem: p for p in folder.glob(f"*.{end}")} for end in ("toml", "py"))
    names = sorted(set(tables) | {name for name in sources if not name.startswith("_")})
    if not names:
        raise UsageError(f"{folder} holds no task: one is NAME.toml and NAME.py (docs/tasks.md)")
    tasks: list[OwnTask] = []
    problems: list[str] = []
    for name in names:
        try:
            for one, other in ((tables, sources), (sources, tables)):
                if name not in other:
                    missing = "py" if one is tables else "toml"
                    raise TaskFileError(f"{one[name].name}: there is no {name}.{missing} beside it")
            tasks += _load(tables[name])
        except TaskFileError as error:
            problems.append(str(error))
    return OwnFolder(tuple(tasks), tuple(problems))


def _load(file: Path) -> list[OwnTask]:
    problem = read_problem(file)
    if problem.action is None:
        raise TaskFileError(f"{file.name}: no action: one of {', '.join(CoderAction)}")
    action = problem.action
    tasks = [OwnTask(file.stem, action, problem, v) for v in problem.variants.values()]
    for own in tasks:
        for seed in (0, HELDOUT_SEEDS_FROM):  # a draw that fails is found here, not in a run
            own.drawn(seed)
    return tasks
