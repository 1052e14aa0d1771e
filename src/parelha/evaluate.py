"""Evaluation on held-out tasks: the same tasks and random streams each time, so pairs compare."""

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import zip_longest
from pathlib import Path
from typing import Any

from parelha.agents.turns import Tree
from parelha.arms import adapter_aside, play_arm
from parelha.checkpoint import load_checkpoint, saved_steps
from parelha.config import Config
from parelha.config_eval import HELDOUT
from parelha.config_file import from_dict, lay_over
from parelha.episode import play_samples, play_tree
from parelha.errors import ParelhaError, UsageError
from parelha.kernels.memory import release_freed_memory
from parelha.metrics import eval_records, review_metrics, round_records
from parelha.models.fetch import ModelFiles
from parelha.provenance import check_made_from, model_files
from parelha.rewards import reward_trees
from parelha.rollout import play_all
from parelha.runtime import Runtime, check_window, open_runtime
from parelha.stage import Part, Stage
from parelha.suites import FAMILIES, check_ids, heldout_suites
from parelha.tasks import load_tasks
from parelha.tasks.suite import named_tasks, parameterisation_of
from parelha.tracking import RunFolder
from parelha.types import Agent, CoderAction, Split, Task

# Of a run's configuration what an evaluation may set otherwise.
_SAMPLING = ("temperature", "action_temperature", "top_p", "top_k", "no_repeat_ngram")
_FREE = ("engine.", "eval.", "episode.", "tasks.eval_suites")


def heldout_tasks(config: Config, episodes: int) -> tuple[Task, ...]:
    """The first `episodes` held-out tasks: suites in turn, of the families in each split in turn.

    With `eval.quota` the splits and suites that it names in turn, until each has its number.

    Raises:
        UsageError: there are no held-out tasks of these families, levels and suites, or too few.
    """
    _check_names(config)
    if config.eval.quota:
        parts = [_part(config, name, number) for name, number in config.eval.quota.items()]
        check_ids("eval.quota", list(config.eval.quota), [task for part in parts for task in part])
        return tuple(_in_turn(parts, episodes, "eval.episodes"))
    suites = config.tasks.eval_suites or config.tasks.suites
    queues = _suite_queues(config, suites, config.eval.splits)
    if FAMILIES in suites:
        queues.insert(0, _turns(family_queues(config, episodes, config.eval.splits)))
    if not any(queues):
        raise UsageError("no held-out task has these families and levels: see `parelha tasks list`")
    return tuple(_in_turn(queues, episodes, "eval.episodes"))


def _check_names(config: Config) -> None:
    """Refuse a parameterisation that no held-out split has, and an unseen family that is none."""
    wanted = config.eval.parameterisations
    found = (named_tasks(split, config.tasks.levels) for split in HELDOUT) if wanted else ()
    known = {parameterisation_of(identity) for tasks in found for _, identity in tasks}
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"eval.parameterisations: no family/parameterisation {name!r} of these levels: see "
                "`parelha tasks list`"
            )
    # Whether the split is evaluated on or not: who names a family means it to be.
    unseen = config.eval.unseen_families
    heldout = named_tasks("heldout_families", config.tasks.levels) if unseen else ()
    families = {identity.partition("/")[0] for _, identity in heldout}
    for name in unseen:
        if name not in families | {family.partition(".")[0] for family in families}:
            raise UsageError(
                f"eval.unseen_families: {name!r} is no family that is held out: see `parelha tasks "
                "list`"
            )


def _part(config: Config, name: str, number: int) -> list[Task]:
    """So many tasks of one split or suite."""
    queues = (
        family_queues(config, number, [name])
        if name in HELDOUT
        else _suite_queues(config, [name], HELDOUT)
    )
    return _in_turn(queues, number, f"eval.quota of {name}")


def _in_turn(queues: Sequence[Sequence[Task]], number: int, key: str) -> list[Task]:
    """So many tasks, one of each queue in turn."""
    chosen = _turns(queues)[:number]
    if len(chosen) < number:
        raise UsageError(f"only {len(chosen)} held-out tasks: lower {key}")
    return chosen


def _turns(queues: Sequence[Sequence[Task]]) -> list[Task]:
    """The first of each queue, then the second of each, until all are there."""
    return [task for turn in zip_longest(*queues) for task in turn if task is not None]


def _suite_queues(config: Config, names: Sequence[str], splits: Sequence[str]) -> list[list[Task]]:
    return heldout_suites(
        names,
        config.tasks.suites,
        splits,
        range(config.tasks.seeds),
        allow_unsafe=config.engine.allow_unsafe_sandbox,
    )


def family_queues(config: Config, episodes: int, splits: Sequence[Any]) -> list[list[Task]]:
    """The held-out tasks of each split and family, with as many seeds as `episodes` may need.

    Raises:
        UsageError: a name that there is not.
    """
    per_seed = sum(len(_of_families(config, split, range(1))) for split in splits)
    queues: list[list[Task]] = []
    if not per_seed:
        return queues
    seeds = range(-(-episodes // per_seed) + 1)
    by_split: list[dict[str, list[Task]]] = [{} for _ in splits]
    for split, by_family in zip(splits, by_split, strict=True):
        for seed in seeds:
            for task in _of_families(config, split, (seed,)):
                by_family.setdefault(task.family, []).append(task)
    ordered = _actions_in_turn(task for by_family in by_split for task in by_family)
    # A neighbour begins with another split: a short evaluation sees all splits and all actions.
    for turn in range(len(by_split)):
        for place, family in enumerate(ordered):
            first = place + place // len(CoderAction)
            queues.append(by_split[(first + turn) % len(by_split)].get(family, []))
    return queues


def _of_families(config: Config, split: Split, seeds: Iterable[int]) -> list[Task]:
    """The tasks of one split that are evaluated on."""
    families, wanted = config.tasks.families, config.eval.parameterisations
    if split == "heldout_families":
        families = config.eval.unseen_families or families
    found = load_tasks(split, levels=config.tasks.levels, families=families, seeds=seeds)
    return [task for task in found if not wanted or parameterisation_of(task.id) in wanted]


def _actions_in_turn(families: Iterable[str]) -> list[str]:
    """Names of families, each once, those of the coder's actions in turn."""
    by_action: dict[str, list[str]] = {}
    for family in dict.fromkeys(families):
        by_action.setdefault(family.partition(".")[0], []).append(family)
    turns = zip_longest(*by_action.values())
    return [family for turn in turns for family in turn if family is not None]


def evaluate(runtime: Runtime, step: int, episodes: int) -> tuple[dict[str, Any], list[Any]]:
    """Play one episode on each held-out task with the policy as it is.

    An episode that fails, as where a server refuses a request, is left out and named; the others
    count.

    Returns:
        the table for ``eval/*.json`` and the records of all rounds.

    Raises:
        ParelhaError: the first one, where all episodes failed.
    """
    config = runtime.config
    tasks = heldout_tasks(config, episodes)
    # The stream does not hold the step: before and after meet the same uniforms.
    stage = runtime.stage("eval", single=True)
    played = _play([play_tree(task, stage) for task in tasks], runtime)
    failed = {t.id: end for t, end in zip(tasks, played, strict=True) if not isinstance(end, Tree)}
    if len(failed) == len(tasks):
        raise next(iter(failed.values()))
    trees = [tree for tree in played if isinstance(tree, Tree)]
    tasks = tuple(task for task in tasks if task.id not in failed)
    reward_trees(trees, config.reward)
    table = {
        "step": step,
        **config.eval.model_dump(include=set(_SAMPLING)),
        "episodes": eval_records(trees, tasks),
        "reviewer": review_metrics(trees),
    }
    for arm in config.eval.arms:
        table.setdefault("arms", {})[arm] = _play_arm(arm, runtime, stage, trees, tasks)
    if config.eval.samples > 1:
        _add_samples(table, trees, tasks, runtime, stage)
    if failed:
        table["failed"] = {name: str(error) for name, error in failed.items()}
    if answered_by := runtime.engine.record():
        table["server"] = answered_by
    return table, round_records(step, trees)


def _add_samples(
    table: dict[str, Any],
    trees: Sequence[Tree],
    tasks: Sequence[Task],
    runtime: Runtime,
    stage: Stage,
) -> None:
    """Sample further drafts of each task, and count in its record how many there are and pass."""
    more = range(1, runtime.config.eval.samples)
    played = _play([play_samples(task, stage, more) for task in tasks], runtime)
    counts = {}
    for task, tree, rounds in zip(tasks, trees, played, strict=True):
        drafts = [*tree.drafts, *(rounds if isinstance(rounds, list) else [])]
        scores = [draft.score for draft in drafts if draft.score is not None]
        passed = sum(score.all_passed for score in scores)
        counts[task.id] = {"samples": len(scores), "samples_passed": passed}
    # Whoever reviews them, drafts are the same coder's; the best of several are not.
    others = [records for arm, records in table.get("arms", {}).items() if arm != "best_of_n"]
    for record in (record for records in (table["episodes"], *others) for record in records):
        record |= counts[record["task"]]


def _play_arm(
    arm: str, runtime: Runtime, stage: Stage, pair: list[Tree], tasks: tuple[Task, ...]
) -> list[dict[str, Any]]:
    """The records of an arm's episodes on the tasks that the pair has played."""
    if arm == "frozen_reviewer" and not runtime.policy.product_norm(Agent.REVIEWER):
        return eval_records(pair, tasks)  # the pair's own is that
    parts = [play_arm(arm, task, stage, tree) for task, tree in zip(tasks, pair, strict=True)]
    aside: AbstractContextManager[None] = nullcontext()
    if arm == "frozen_reviewer":
        aside = adapter_aside(runtime.policy, Agent.REVIEWER, runtime.engine.weights_changed)
    with aside:
        played = _play(parts, runtime)
    whole = [(end, t) for end, t in zip(played, tasks, strict=True) if isinstance(end, Tree)]
    return eval_records([tree for tree, _ in whole], [task for _, task in whole])


def _play(parts: Sequence[Part], runtime: Runtime) -> list[Any]:
    """What each part gives, or the `ParelhaError` that ended it."""
    runtime.engine.reset()
    played: list[Any] = play_all([_or_error(p) for p in parts], runtime.engine)
    runtime.engine.reset()
    release_freed_memory()
    return played


def _or_error(part: Part) -> Part:
    """What the part gives, or the error that ended it."""
    try:
        return (yield from part)
    except ParelhaError as error:
        return error


def evaluate_run(
    run_dir: Path,
    step: int | None,
    episodes: int | None,
    overrides: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Evaluate a checkpoint of a run; nothing in the run folder changes.

    Args:
        run_dir: the run.
        step: whose adapters; None means the newest, 0 the base without training.
        episodes: how many; None means as configured.
        overrides: settings of `_FREE`, dotted key to text; with ``engine.server`` the server's own
            models play, which no checkpoint is of.

    Raises:
        UsageError: no run, no such checkpoint, other weights than the run was made with, a
            setting that belongs to the run, limits longer than the model's window, a server that
            cannot be asked.
        WorkFailedError: the server fails.
    """
    folder = RunFolder.open(run_dir)
    stored = folder.read_config()
    for key in overrides or {}:
        if not key.startswith(_FREE):
            raise UsageError(f"{key} belongs to the run: what can be given is {', '.join(_FREE)}")
    config = lay_over(from_dict(stored["config"]), overrides or {})
    if config.engine.server:
        return evaluate_server(config, step, episodes)
    step = newest_step(run_dir) if step is None else step
    episodes = _how_many(config, episodes)
    with load_pair(run_dir, step, overrides) as runtime:
        check_window(runtime, heldout_tasks(config, episodes))
        table, _ = evaluate(runtime, step, episodes)
    return table


def _how_many(config: Config, episodes: int | None) -> int:
    if not (number := episodes or config.eval.episodes):
        raise UsageError("eval.episodes is 0: say how many with --episodes")
    return number


def newest_step(run_dir: Path) -> int:
    """The newest step of a run whose adapters are kept; 0 when there is none."""
    return max(saved_steps(run_dir / "checkpoints"), default=0)


def load_pair(
    run_dir: Path,
    step: int | None = None,
    overrides: dict[str, str] | None = None,
    *,
    say: Callable[[str], None] | None = None,
) -> Runtime:
    """Open a run's pair: models with the adapters of a checkpoint, engine, grader.

    Args:
        run_dir: the run.
        step: whose adapters; None means the newest, 0 the base without training.
        overrides: of the run's configuration, dotted key to text.
        say: told what is waited for; None means the error stream.

    Returns:
        a context manager, which closes what it holds open.

    Raises:
        UsageError: no run, no such checkpoint, other weights than the run was made with.
    """
    stored = RunFolder.open(run_dir).read_config()
    config = lay_over(from_dict(stored["config"]), overrides or {})
    step = newest_step(run_dir) if step is None else step
    runtime = open_runtime(config, on_progress=say or say_aside)
    try:
        check_sources(stored, runtime, run_dir)
        if step:
            load_checkpoint(run_dir / "checkpoints", step, runtime.policy, {})
            runtime.weights_changed()
    except BaseException:
        runtime.close()
        raise
    return runtime


def evaluate_server(config: Config, step: int | None, episodes: int | None) -> dict[str, Any]:
    """Evaluate the models of the server that the configuration names; no weights are loaded.

    Raises:
        UsageError: a server that cannot be asked, or a `step` other than 0: the server does not
            have the adapters of a checkpoint.
        WorkFailedError: the server fails.
    """
    if step:
        raise UsageError(f"--step {step}: a server has no checkpoints, its models are untrained")
    episodes = _how_many(config, episodes)
    with open_runtime(config, on_progress=say_aside) as runtime:
        table, _ = evaluate(runtime, 0, episodes)
    return table


def say_aside(line: str) -> None:
    """What is waited for goes to the error stream; the table alone to standard output."""
    print(line, file=sys.stderr, flush=True)


def check_sources(stored: dict[str, Any], runtime: Runtime, run_dir: Path) -> None:
    """Refuse to go on with weights, tokenizers or templates other than the run was made with.

    Raises:
        UsageError: naming the agent and both sources, or the file that has changed.
    """
    check_files(stored, runtime.files, run_dir)


def check_files(stored: dict[str, Any], found: dict[Agent, ModelFiles], run_dir: Path) -> None:
    """`check_sources` for files that nothing has been loaded from.

    Raises:
        UsageError: as `check_sources`.
    """
    for agent, files in found.items():
        models = stored.get("models")
        made_with = models.get(str(agent)) if isinstance(models, dict) else None
        if not isinstance(made_with, dict) or not {"sha256", "source"} <= made_with.keys():
            raise UsageError(f"{run_dir}/config.json is damaged: it names no model of the {agent}")
        if made_with["sha256"] != files.sha256:
            raise UsageError(
                f"the {agent}'s weights differ from the run's: {made_with['source']} "
                f"{made_with['sha256'][:12]} then, {files.source} {files.sha256[:12]} now"
            )
        kind = f"the {agent}'s model"
        before = {kind: made_with["files"]} if "files" in made_with else {}
        check_made_from(before, {kind: model_files(files.folder)}, run_dir)
