"""Which tasks a run trains on, and which of them are due in each step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from parelha.agents.turns import Round
from parelha.config import Config
from parelha.engines.sampling import uniforms
from parelha.errors import UsageError
from parelha.stored import DraftStore, StoredDraft, stored_round
from parelha.suites import FAMILIES, check_inputs, suite_notices, training_suites
from parelha.tasks import load_tasks
from parelha.tasks.curriculum import PassRates, draw
from parelha.tasks.suite import parameterisation_of
from parelha.tracking import RunFolder, step_name
from parelha.types import Task


def training_tasks(config: Config) -> tuple[Task, ...]:
    """All tasks a run may draw from.

    Raises:
        UsageError: none, or fewer than one step needs.
    """
    seeds, suites = range(config.tasks.seeds), config.tasks.suites
    unsafe = config.engine.allow_unsafe_sandbox
    tasks = training_suites(
        suites, seeds, allow_unsafe=unsafe, in_process=config.tasks.train_in_process
    )
    check_inputs(tasks, config.seed)
    if FAMILIES in suites:
        levels, families = config.tasks.levels, config.tasks.families
        found = load_tasks("train", levels=levels, families=families, seeds=seeds)
        tasks = _only(found, config.tasks.only) + tasks
    if len(tasks) < config.train.tasks_per_step:
        raise UsageError(
            f"only {len(tasks)} tasks of these families and levels, and train.tasks_per_step is "
            f"{config.train.tasks_per_step}: see `parelha tasks list`"
        )
    return tasks


def notices(config: Config) -> list[str]:
    """What a user should know of the suites of a run, one line each."""
    tasks = config.tasks
    return suite_notices(
        [*tasks.suites, *tasks.eval_suites],
        tasks.suites,
        range(tasks.seeds),
        in_process=tasks.train_in_process,
        allow_unsafe=config.engine.allow_unsafe_sandbox,
    )


def tasks_of_step(
    tasks: tuple[Task, ...], config: Config, step: int, rates: PassRates | None = None
) -> tuple[Task, ...]:
    """The tasks of a step, none twice in it.

    A fresh shuffle of all tasks every epoch; with `tasks.curriculum`, by pass rates.
    """
    per_step = config.train.tasks_per_step
    if config.tasks.curriculum and rates is not None:
        chances = uniforms((config.seed, "curriculum", step), len(tasks)).tolist()
        return draw(tasks, rates, chances, per_step)
    steps_per_epoch = len(tasks) // per_step
    epoch, place = divmod(step - 1, steps_per_epoch)
    keys = uniforms((config.seed, "shuffle", epoch), len(tasks))
    order = sorted(range(len(tasks)), key=lambda i: keys[i])
    return tuple(tasks[i] for i in order[place * per_step : (place + 1) * per_step])


def _only(tasks: tuple[Task, ...], names: tuple[str, ...]) -> tuple[Task, ...]:
    """The tasks of these parameterisations; of all where none is named."""
    known = {parameterisation_of(task.id) for task in tasks}
    for name in names:
        if name not in known:
            raise UsageError(f"tasks.only: {name!r} is no family/parameterisation trained here")
    return tuple(task for task in tasks if not names or parameterisation_of(task.id) in names)


@dataclass(frozen=True)
class Due:
    """A task that a step plays.

    Attributes:
        task: the task.
        stored: drafts of it from earlier steps, in place of new ones; none: new ones are written.
        judged: stored drafts of which a verdict alone is asked for.
    """

    task: Task
    stored: tuple[Round, ...] = ()
    judged: tuple[Round, ...] = ()


class Past:
    """What the steps on record say of the next one.

    Attributes:
        rates: of the curriculum.
        drafts: that can be reviewed again.
    """

    def __init__(self, tasks: tuple[Task, ...], config: Config) -> None:
        self.rates = PassRates(tasks)
        self.drafts = DraftStore(config.seed)

    def add_step(self, rounds: Sequence[Mapping[str, Any]]) -> None:
        """Take in the rounds of the next step, as `metrics.round_records` writes them."""
        self.rates.add_step(rounds)
        self.drafts.add_step(rounds)


def read_past(tasks: tuple[Task, ...], config: Config, folder: RunFolder, done: int) -> Past:
    """What is known after `done` steps, from the rounds on record."""
    past = Past(tasks, config)
    for step in range(1, done + 1):
        past.add_step(folder.read_rounds(step_name(step)))
    return past


def due_in_step(tasks: tuple[Task, ...], config: Config, step: int, past: Past) -> tuple[Due, ...]:
    """What a step plays: stored drafts in the phases that review them, else its tasks anew.

    Whole dialogues have `train.replayed_drafts` stored drafts beside them. A step of forced reviews
    has verdicts of half as many drafts: a reviewer that only ever writes forgets to approve.
    """
    train = config.train
    phase, count = train.phase(step), train.stored_drafts
    # One class of programs alone teaches no verdict.
    if stored := past.drafts.draw(phase, step, max(2, count) if phase == "verdict" else count):
        judged: Mapping[str, Sequence[StoredDraft]] = {}
        if phase == "review":
            judged = past.drafts.draw("verdict", step, max(2, count // 2), count)
        return _to_review(tasks, stored, judged)
    due = tuple(Due(task) for task in tasks_of_step(tasks, config, step, past.rates))
    if phase == "free":
        due += _to_review(tasks, past.drafts.draw("review", step, train.replayed_drafts))
    return due


def _to_review(
    tasks: tuple[Task, ...],
    stored: Mapping[str, Sequence[StoredDraft]],
    judged: Mapping[str, Sequence[StoredDraft]] = MappingProxyType({}),
) -> tuple[Due, ...]:
    """Stored drafts by the tasks that they are of."""
    found = []
    for task in tasks:
        first = len(stored.get(task.id, ()))
        drafts = [*stored.get(task.id, ()), *judged.get(task.id, ())]
        rounds = tuple(stored_round(draft, k) for k, draft in enumerate(drafts))
        if rounds:
            found.append(Due(task, rounds[:first], rounds[first:]))
    return tuple(found)
