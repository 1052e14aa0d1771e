"""The training loop, top to bottom."""

import json
import time
from pathlib import Path
from typing import Any

from torch.optim import AdamW

from parelha import __version__
from parelha.checkpoint import (
    drop_after,
    latest_step,
    load_checkpoint,
    make_optimizers,
    save_checkpoint,
    saved_steps,
)
from parelha.config import Config
from parelha.config_file import from_dict
from parelha.errors import NothingTrainedError, UsageError
from parelha.evaluate import check_files, evaluate
from parelha.heldout import heldout_tasks
from parelha.learning.ranks import join_ranks
from parelha.live import Progress, duration
from parelha.loading import follow
from parelha.pacing import Pace, costs_of_steps, other_steps, what_is_played, written_tokens
from parelha.provenance import (
    check_made_from,
    linter_versions,
    made_from,
    model_files,
    what_differs,
)
from parelha.runtime import Helpers, Runtime, check_window, open_runtime
from parelha.tracking import RunFolder
from parelha.training_step import Ahead, Played, learn_step, play_step, show_tokens
from parelha.training_tasks import due_in_step, notices, read_past, training_tasks
from parelha.types import Agent, Task


def train(
    config: Config,
    *,
    resume: Path | None = None,
    progress: Progress,
    untrained: bool = False,
    helpers: Helpers | None = None,
) -> Path:
    """Train the pair; returns the run folder.

    Args:
        config: of the run; with `resume` it must be the run's own, `train.steps` aside.
        resume: a run folder to go on with from its newest checkpoint.
        progress: told what happens.
        untrained: end after the evaluation before training.
        helpers: who grades and shares updates; None means this machine, and the ranks that
            `torchrun` started.

    Raises:
        UsageError: wrong configuration, an existing run folder, other weights, tasks or settings
            than the run was made from, a full disk.
        NothingTrainedError: the run ended and no adapter had moved.
    """
    if helpers is not None:
        return _lead(config, helpers, resume, progress, untrained)
    with join_ranks() as ranks:
        if ranks.rank:
            follow(ranks)
            return config.run_dir
        return _lead(config, Helpers(ranks), resume, progress, untrained)


def _lead(
    config: Config, helpers: Helpers, resume: Path | None, progress: Progress, untrained: bool
) -> Path:
    """The run itself, whoever shares its updates."""
    began = time.perf_counter()
    _refuse_server(config)
    _check_sharded(config, helpers)
    if config.train.overlap and config.engine.kind != "vllm" and not helpers.place_servers:
        raise UsageError("train.overlap needs servers: --cluster starts those of [cluster]")
    tasks = training_tasks(config)
    heldout: tuple[Task, ...] = ()
    if config.eval.episodes:
        heldout = heldout_tasks(config, config.eval.episodes)  # refuse now, not afterwards
    folder, done = _open_folder(config, resume)
    for notice in [*notices(config), *([] if helpers.place_servers else _not_placed(config))]:
        progress.message(notice)
    with open_runtime(
        helpers.place_servers(config) if helpers.place_servers else config,
        on_progress=progress.phase,
        on_message=progress.message,
        open_grader=helpers.open_grader,
        ranks=helpers.ranks,
    ) as runtime:
        config = runtime.config
        for notice in runtime.notices:
            progress.message(notice)
        check_window(runtime, tasks + heldout)
        optimizers = make_optimizers(runtime.policy, config.learning)
        if resume is not None and "models" in folder.read_config():
            check_files(folder.read_config(), runtime.files, folder.path)
        if done:
            load_checkpoint(folder.path / "checkpoints", done, runtime.policy, optimizers)
            runtime.weights_changed()
        record = _record(config, runtime)
        for warning in what_differs(folder.read_config(), record) if resume else ():
            progress.message(warning)
        folder.write_config(record | ({"untrained": True} if untrained else {}))
        # What a resumed run has lost of it could only be measured with adapters that are trained.
        evaluation = 0.0 if done else _evaluate_once(runtime, folder, "before", 0, progress)
        if untrained:
            return folder.path
        # Whoever goes on with a run wants the rest of it, however long that takes.
        pace = Pace(config, began) if resume is None else None
        _train_steps(
            runtime, tasks, folder, optimizers, done, progress, pace=pace, reserve=evaluation
        )
        _check_that_it_trained(runtime, progress)
        _evaluate_once(runtime, folder, "after", runtime.config.train.steps, progress)
    return folder.path


def _train_steps(
    runtime: Runtime,
    tasks: tuple[Task, ...],
    folder: RunFolder,
    optimizers: dict[Agent, AdamW],
    done: int,
    progress: Progress,
    *,
    pace: Pace | None,
    reserve: float,
) -> None:
    """Play, learn and write down each step; `reserve` seconds are needed after the last one."""
    config, step, ahead = runtime.config, done, Ahead()
    past, asked = read_past(tasks, config, folder, done), config.train.steps
    progress.set_steps(costs_of_steps(config))
    played: Played | None = None
    while step < config.train.steps:
        step += 1
        if played is None:
            due = due_in_step(tasks, config, step, past)
            played = play_step(runtime, due, step, progress)
        fits = pace is None or pace.has_room(step + 1, reserve)
        if config.train.overlap and step < config.train.steps and fits:
            ahead.begin(runtime, due_in_step(tasks, config, step + 1, past), step + 1)
        metrics, timings, records = learn_step(
            runtime, optimizers, played, step, progress, folder.path
        )
        if pace is not None:
            fitted = pace.fit(step, timings["seconds"], reserve)
            if fitted != config:
                progress.message(other_steps(fitted, asked))
                config = runtime.config = fitted
                folder.write_config(_record(config, runtime))
                progress.set_steps(costs_of_steps(config))
        folder.write_step(step, metrics, timings, records)
        past.add_step(records)
        keep_every = config.train.keep_every
        save_checkpoint(folder.path / "checkpoints", step, runtime.policy, optimizers, keep_every)
        progress.step({"step": step, **metrics}, timings)
        played = ahead.wait()
        for agent in optimizers:
            runtime.engine.weights_changed(agent)
    if config.train.overlap:
        progress.message(f"playing ahead saved {duration(ahead.saved)}")


def dry_run(config: Config) -> str:
    """The resolved configuration and what a run would do, without loading anything."""
    _refuse_server(config)
    _check_sharded(config)
    tasks = training_tasks(config)
    tokens = max(written_tokens(config, step) for step in range(1, config.train.steps + 1))
    held = len(heldout_tasks(config, config.eval.episodes)) if config.eval.episodes else 0
    return "\n".join(
        [
            json.dumps(config.to_dict(), indent=1),
            f"{len(tasks)} training tasks; {what_is_played(config)}, at most {tokens} new tokens a "
            f"step; {held} held-out episodes before and after",
            *notices(config),
        ]
    )


def load_run_config(run_dir: Path) -> Config:
    """The configuration a run was made with; raises UsageError where there is no run."""
    return from_dict(RunFolder.open(run_dir).read_config()["config"])


def _refuse_server(config: Config) -> None:
    """Raise UsageError where a server of other weights than ours answers, or two kinds of ours."""
    config.check_servers()
    if config.engine.server:
        raise UsageError(
            "a server's model cannot be trained: leave engine.server out, or use `parelha eval`"
        )


def _check_sharded(config: Config, helpers: Helpers | None = None) -> None:
    """Raise UsageError where nobody could share a base that is to be sharded, or play with it.

    Without `helpers` it is not known who would share it.
    """
    if not config.model.sharded:
        return
    if config.engine.kind != "vllm":
        raise UsageError("model.sharded needs vLLM servers to play: set engine.kind to vllm")
    if config.model.dtype == "nf4":
        raise UsageError("a base in 4 bits cannot be sharded: set model.dtype to auto")
    if helpers is not None and (helpers.ranks.is_alone or helpers.place_servers):
        raise UsageError(
            "model.sharded spreads the base over trainers that torchrun starts, two or more: "
            "torchrun --nproc_per_node 8 -m parelha train CONFIG"
        )


def _not_placed(config: Config) -> list[str]:
    """One line on what [cluster] asks for, of a run without a cluster."""
    asked = {"num_servers": config.cluster.num_servers, "num_trainers": config.cluster.num_trainers}
    told = " and ".join(f"cluster.{key} = {number}" for key, number in asked.items() if number)
    return [f"warning: without --cluster nothing is placed: {told} is left out"] if told else []


def _open_folder(config: Config, resume: Path | None) -> tuple[RunFolder, int]:
    """The run's folder, and how many of its steps are done."""
    if resume is None:
        return RunFolder.create(config.run_dir), 0
    stored = load_run_config(resume).to_dict()
    asked = config.to_dict()
    stored["engine"]["servers"] = asked["engine"]["servers"]  # they may have moved
    # How much is computed at once, where memory was too small for more.
    for table, key in (("engine", "max_batch_tokens"), ("learning", "max_pass_tokens")):
        stored[table][key] = asked[table][key]
    for key in ("tracking", "cluster"):  # who is told, and where parts are, changes nothing
        stored[key] = asked[key]
    steps = stored["train"].pop("steps")
    if asked["train"].pop("steps") < steps:
        raise UsageError(f"the run was made for {steps} steps: train.steps can be raised only")
    if stored != asked:
        raise UsageError(f"{resume} was made with another configuration: leave the flags out")
    folder = RunFolder.open(resume)
    check_made_from(folder.read_config().get("made_from", {}), made_from(config), resume)
    checkpoints = resume / "checkpoints"
    done = latest_step(checkpoints)
    newest = max(saved_steps(checkpoints), default=0)
    if newest != done:  # what follows would remove its adapters and its records
        raise UsageError(f"{resume} cannot go on: step {newest} has lost its trainer.safetensors")
    recorded = [line["step"] for line in folder.read_metrics()]
    if max(recorded, default=0) > done + 1:  # a kill loses one of them at most
        raise UsageError(
            f"{resume} cannot go on: it has {max(recorded)} steps on record, and no checkpoint "
            f"after step {done}"
        )
    # What `read_past` needs of them is not made up.
    lost = set(range(1, done + 1)) - set(recorded).intersection(folder.episode_steps())
    if lost:
        raise UsageError(
            f"{resume} cannot go on: step {min(lost)} is gone from metrics.jsonl or episodes/"
        )
    folder.truncate(done)
    drop_after(checkpoints, done)
    return folder, done


def _record(config: Config, runtime: Runtime) -> dict[str, Any]:
    stored = config.to_dict()
    # Servers that were placed end with the run, and whoever goes on has others, or none. Without a
    # cluster there are none either: the run was refused where it had any.
    if config.cluster.num_servers:
        stored["engine"] |= {"kind": "torch", "servers": []}
    return {
        "config": stored,
        "models": {
            str(agent): {
                "name": f.name,
                "source": f.source,
                "sha256": f.sha256,
                "files": model_files(f.folder),
            }
            for agent, f in runtime.files.items()
        },
        "made_from": made_from(config),
        "version": __version__,
        "linters": linter_versions(),
        "sandbox_level": runtime.grader.sandbox.level,
        "kernels": runtime.policy.kernels.record(),
    }


def _evaluate_once(
    runtime: Runtime, folder: RunFolder, which: str, step: int, progress: Progress
) -> float:
    """Evaluate unless it is on record already (a resumed run has its `before`); its seconds."""
    began, episodes = time.perf_counter(), runtime.config.eval.episodes
    # A run made longer has an `after` of fewer steps: that one is measured again.
    if not episodes or (folder.read_eval(which) or {}).get("step") == step:
        return 0.0
    show_tokens(runtime, progress, f"{which} training: {episodes} held-out episodes")
    kept = folder.answers_path(which, step)
    table, records = evaluate(runtime, step, episodes, kept)
    folder.write_eval(which, table, records)
    passed = sum(e["final_passed"] for e in table["episodes"])
    progress.message(f"{which} training: {passed} of {len(table['episodes'])} held-out passed")
    return time.perf_counter() - began


def _check_that_it_trained(runtime: Runtime, progress: Progress) -> None:
    """Fail loudly when no adapter moved; say so when one of two did not."""
    policy = runtime.policy
    still = [agent for agent in policy.trained if policy.product_norm(agent) == 0.0]
    if len(still) == len(policy.trained):
        raise NothingTrainedError(
            "nothing was trained: every adapter's product B·A is 0 (learning rate 0, or no group "
            "of rounds with different rewards)"
        )
    for agent in still:
        progress.message(f"warning: the {agent} was not trained (no group had different rewards)")
