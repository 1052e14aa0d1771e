"""Evaluation on held-out tasks: the same tasks and random streams each time, so pairs compare."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from parelha.agents.turns import Tree
from parelha.arms import adapter_aside, play_arm
from parelha.checkpoint import load_checkpoint, saved_steps
from parelha.config import Config
from parelha.config_file import from_dict, lay_over
from parelha.engines.kept import KeptAnswers
from parelha.episode import play_samples, play_tree
from parelha.errors import ParelhaError, UsageError
from parelha.heldout import heldout_tasks
from parelha.kernels.memory import release_freed_memory
from parelha.metrics import eval_records, review_metrics, round_records
from parelha.models.fetch import ModelFiles
from parelha.provenance import check_made_from, model_files
from parelha.rewards import reward_trees
from parelha.rollout import play_all
from parelha.runtime import Runtime, check_window, open_runtime
from parelha.stage import Part, Stage
from parelha.tracking import RunFolder
from parelha.types import Agent, Task

# Episodes played side by side: what the end of a batch leaves idle is little beside so many.
_BATCH = 100

# Of a run's configuration what an evaluation may set otherwise.
_SAMPLING = ("temperature", "action_temperature", "top_p", "top_k", "no_repeat_ngram")
_FREE = ("engine.", "eval.", "episode.", "tasks.eval_suites")
_ALONE = {"train.overlap": "false"}  # nothing is trained, so any engine can play


class _Play:
    """Plays the parts of an evaluation in batches, so that a kill loses one of them at most.

    Args:
        runtime: whose engine answers.
        kept: where each batch's answers are kept; None keeps none.
    """

    def __init__(self, runtime: Runtime, kept: Path | None) -> None:
        self.runtime, self._kept = runtime, kept

    def all(self, name: str, parts: Sequence[Part]) -> list[Any]:
        """What each part gives, or the `ParelhaError` that ended it; `name` is of their own."""
        engine, played = self.runtime.engine, list[Any]()
        for first in range(0, len(parts), _BATCH):
            batch = [_or_error(part) for part in parts[first : first + _BATCH]]
            engine.reset()
            try:
                if self._kept is None:
                    played += play_all(batch, engine)
                else:
                    answers = KeptAnswers(engine, self._kept / f"{name}_{first:05d}.json")
                    played += play_all(batch, answers)
                    answers.keep()
            finally:
                # Also where it is broken off: an adapter may be put back then, which needs that
                # nobody answers.
                engine.reset()
            release_freed_memory()
        return played


def evaluate(
    runtime: Runtime, step: int, episodes: int, kept: Path | None = None
) -> tuple[dict[str, Any], list[Any]]:
    """Play one episode on each held-out task with the policy as it is.

    An episode that fails, as where a server refuses a request, is left out and named; the others
    count.

    Args:
        runtime: whose policy.
        step: of the policy.
        episodes: how many.
        kept: a folder of this evaluation's own, in which the answers of each batch of episodes are
            kept as soon as it is played: where they are there already, they are not generated
            again. None keeps nothing.

    Returns:
        the table for ``eval/*.json`` and the records of all rounds.

    Raises:
        ParelhaError: the first one, where all episodes failed.
    """
    config = runtime.config
    tasks = heldout_tasks(config, episodes)
    # The stream does not hold the step: before and after meet the same uniforms.
    stage = runtime.stage("eval", single=True)
    play = _Play(runtime, kept)
    played = play.all("pair", [play_tree(task, stage) for task in tasks])
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
    lost = {name: str(error) for name, error in failed.items()}
    for arm in config.eval.arms:
        records, without = _play_arm(arm, play, stage, trees, tasks)
        table.setdefault("arms", {})[arm] = records
        lost |= {f"{arm}: {name}": str(error) for name, error in without.items()}
    if config.eval.samples > 1:
        _add_samples(table, trees, tasks, play, stage)
    if lost:
        table["failed"] = lost
    if answered_by := runtime.engine.record():
        table["server"] = answered_by
    return table, round_records(step, trees)


def _add_samples(
    table: dict[str, Any],
    trees: Sequence[Tree],
    tasks: Sequence[Task],
    play: _Play,
    stage: Stage,
) -> None:
    """Sample further drafts of each task, and count in its record how many there are and pass."""
    more = range(1, play.runtime.config.eval.samples)
    played = play.all("samples", [play_samples(task, stage, more) for task in tasks])
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
    arm: str, play: _Play, stage: Stage, pair: list[Tree], tasks: tuple[Task, ...]
) -> tuple[list[dict[str, Any]], dict[str, ParelhaError]]:
    """The records of an arm's episodes on the tasks that the pair has played, and what failed."""
    runtime = play.runtime
    if arm == "frozen_reviewer" and not runtime.policy.product_norm(Agent.REVIEWER):
        return eval_records(pair, tasks), {}  # the pair's own is that
    parts = [play_arm(arm, task, stage, tree) for task, tree in zip(tasks, pair, strict=True)]
    aside: AbstractContextManager[None] = nullcontext()
    if arm == "frozen_reviewer":
        aside = adapter_aside(runtime.policy, Agent.REVIEWER, runtime.engine.weights_changed)
    with aside:
        played = play.all(arm, parts)
    ended = list(zip(played, tasks, strict=True))
    whole = [(end, task) for end, task in ended if isinstance(end, Tree)]
    failed = {task.id: end for end, task in ended if not isinstance(end, Tree)}
    return eval_records([tree for tree, _ in whole], [task for _, task in whole]), failed


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
    config = lay_over(from_dict(stored["config"]), _ALONE | (overrides or {}))
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
    config = lay_over(from_dict(stored["config"]), _ALONE | (overrides or {}))
    step = newest_step(run_dir) if step is None else step
    runtime = open_runtime(config, on_progress=say or say_aside)
    try:
        check_files(stored, runtime.files, run_dir)
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
        UsageError: a server that cannot be asked or says that its window is too short, or a `step`
            other than 0: the server does not have the adapters of a checkpoint.
        WorkFailedError: the server fails.
    """
    if step:
        raise UsageError(f"--step {step}: a server has no checkpoints, its models are untrained")
    episodes = _how_many(config, episodes)
    with open_runtime(config, on_progress=say_aside) as runtime:
        check_window(runtime, heldout_tasks(config, episodes))
        table, _ = evaluate(runtime, 0, episodes)
    return table


def say_aside(line: str) -> None:
    """What is waited for goes to the error stream; the table alone to standard output."""
    print(line, file=sys.stderr, flush=True)


def check_files(stored: dict[str, Any], found: dict[Agent, ModelFiles], run_dir: Path) -> None:
    """Refuse to go on with weights, tokenizers or templates other than the run was made with.

    Raises:
        UsageError: naming the agent and both sources, or the file that has changed.
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
