"""The training loop, top to bottom."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.optim import AdamW

from parelha import __version__
from parelha.agents.turns import Tree
from parelha.canary import try_canaries
from parelha.checkpoint import (
    drop_after,
    latest_step,
    load_checkpoint,
    make_optimizers,
    save_checkpoint,
)
from parelha.config import Config, LearningConfig
from parelha.config_file import from_dict
from parelha.episode import play_tree
from parelha.errors import NothingTrainedError, UsageError, WorkFailedError
from parelha.evaluate import check_sources, evaluate, heldout_tasks
from parelha.learning.credit import assign_credit
from parelha.learning.ranks import Ranks, join_ranks
from parelha.learning.update import Sample, UpdateResult, make_sample
from parelha.live import Progress
from parelha.metrics import round_records, step_metrics
from parelha.pacing import Pace, in_words, most_tokens, other_steps, what_is_played
from parelha.provenance import check_made_from, made_from, model_files
from parelha.rewards import reward_trees
from parelha.rollout import Stopwatch, play_all
from parelha.runtime import Runtime, check_window, follow, open_runtime
from parelha.tracking import RunFolder
from parelha.training_tasks import Due, due_in_step, notices, read_past, training_tasks
from parelha.types import Agent, Task

# What is logged of how far servers compute from the trainer.
MISMATCH = ("mismatch", "most_mismatch", "truncated_share")


def train(
    config: Config, *, resume: Path | None = None, progress: Progress, untrained: bool = False
) -> Path:
    """Train the pair; returns the run folder.

    Args:
        config: of the run; with `resume` it must be the run's own, `train.steps` aside.
        resume: a run folder to go on with from its newest checkpoint.
        progress: told what happens.
        untrained: end after the evaluation before training.

    Raises:
        UsageError: wrong configuration, an existing run folder, other weights, tasks or settings
            than the run was made from, a full disk.
        NothingTrainedError: the run ended and no adapter had moved.
    """
    with join_ranks() as ranks:
        if ranks.rank:
            follow(ranks)
            return config.run_dir
        return _lead(config, ranks, resume, progress, untrained)


def _lead(
    config: Config, ranks: Ranks, resume: Path | None, progress: Progress, untrained: bool
) -> Path:
    """The run itself, whoever shares its updates."""
    began = time.perf_counter()
    _refuse_server(config)
    tasks = training_tasks(config)
    heldout: tuple[Task, ...] = ()
    if config.eval.episodes:
        heldout = heldout_tasks(config, config.eval.episodes)  # refuse now, not afterwards
    folder, done = _open_folder(config, resume)
    for notice in notices(config):
        progress.message(notice)
    with open_runtime(config, on_progress=progress.phase) as runtime:
        config, runtime.ranks = runtime.config, ranks
        ranks.tell(config)
        for notice in runtime.notices:
            progress.message(notice)
        check_window(runtime, tasks + heldout)
        optimizers = make_optimizers(runtime.policy, config.learning.learning_rate)
        if resume is not None and "models" in folder.read_config():
            check_sources(folder.read_config(), runtime, folder.path)
        if done:
            load_checkpoint(folder.path / "checkpoints", done, runtime.policy, optimizers)
            runtime.weights_changed()
        folder.write_config(_record(config, runtime))
        evaluation = _evaluate_once(runtime, folder, "before", 0, progress)
        if untrained:
            return folder.path
        past = read_past(tasks, config, folder, done)
        # Whoever goes on with a run wants the rest of it, however long that takes.
        pace = Pace(config, began) if resume is None else None
        step = done
        while step < config.train.steps:
            step += 1
            due = due_in_step(tasks, config, step, past)
            metrics, timings, records = train_step(runtime, optimizers, due, step, progress)
            if pace is not None:
                fitted = pace.fit(step, timings["seconds"], evaluation)
                if fitted != config:
                    progress.message(other_steps(fitted, config))
                    progress.set_steps(fitted.train.steps)
                    config = runtime.config = fitted
                    folder.write_config(_record(config, runtime))
            folder.write_step(step, metrics, timings, records)
            past.add_step(records)
            save_checkpoint(
                folder.path / "checkpoints",
                step,
                runtime.policy,
                optimizers,
                config.train.keep_every,
            )
            progress.step({"step": step, **metrics}, timings)
        _check_that_it_trained(runtime, progress)
        _evaluate_once(runtime, folder, "after", config.train.steps, progress)
    return folder.path


def train_step(
    runtime: Runtime,
    optimizers: dict[Agent, AdamW],
    due: Sequence[Due],
    step: int,
    progress: Progress,
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """Play the trees that are due, reward them, update each trained adapter once.

    Returns:
        metrics (no clock in them), timings, and the records of all rounds.
    """
    config, began = runtime.config, time.perf_counter()
    tasks = [one.task for one in due]
    phase = config.train.phase(step)
    num_drafts = sum(len(one.stored) or config.episode.drafts for one in due)
    show_tokens(runtime, progress, f"step {step}: playing {in_words(config, phase, num_drafts)}")
    stage = runtime.stage(step, phase=phase)
    waited = Stopwatch()
    runtime.engine.reset()
    trees: list[Tree] = play_all(
        [play_tree(one.task, stage, one.stored) for one in due], runtime.engine, waited
    )
    spent = runtime.engine.statistics
    runtime.engine.reset()
    played = time.perf_counter()

    canaries = 0
    if config.train.canary_every and step % config.train.canary_every == 0:
        canaries = try_canaries(runtime.grader, tasks, trees)
    reward_trees(trees, config.reward)
    check_that_something_was_measured(trees)
    groups = assign_credit(trees, config.learning, config.reward)
    metrics = step_metrics(trees, tasks, groups) | {"canaries": canaries}
    trained_tokens = 0
    with runtime.policy.plain_weights():
        for agent, optimizer in optimizers.items():
            progress.phase(f"step {step}: updating the {agent}")
            result = update(runtime, agent, optimizer, trees)
            runtime.engine.weights_changed(agent)
            trained_tokens += int(result.pop("computed_tokens"))
            metrics |= {f"{name}/{agent}": value for name, value in result.items()}
            metrics[f"ba_norm/{agent}"] = runtime.policy.product_norm(agent)
            metrics[f"adapter_sha/{agent}"] = runtime.policy.digest(agent)
    ended = time.perf_counter()
    timings = {
        "seconds": ended - began,
        "generate_seconds": played - began,
        "grade_seconds": waited.seconds,
        "update_seconds": ended - played,
        "new_tokens": spent.new_tokens,
        "prefill_tokens": spent.prompt_tokens,
        "reused_tokens": spent.reused_tokens,
        "tokens_per_second": spent.new_tokens / (played - began),
        "prefill_per_second": per_second(spent.read_tokens, spent.prefill_seconds),
        "decode_per_second": per_second(spent.new_tokens, spent.decode_seconds),
        "decode_rows": spent.rows / max(spent.steps, 1),
        "accepted_share": spent.accepted_tokens / max(spent.new_tokens, 1),
        "idle_share": waited.seconds / (ended - began),
        "trained_tokens": trained_tokens,
        "trained_per_second": per_second(trained_tokens, ended - played),
        "peak_rss_bytes": runtime.memory.peak_bytes,
        "kernels": runtime.policy.kernels.line(),
    }
    return metrics, timings, round_records(step, trees)


def per_second(count: int, seconds: float) -> float:
    """A rate; 0 where nothing was done."""
    return count / seconds if seconds else 0.0


def show_tokens(runtime: Runtime, progress: Progress, text: str) -> None:
    """From here on the phase says `text` and how many tokens were generated."""
    total = 0

    def told(tokens: int) -> None:
        nonlocal total
        total += tokens
        progress.phase(f"{text}, {total} tokens")

    progress.phase(text)
    runtime.engine.on_tokens = told


def update(runtime: Runtime, agent: Agent, optimizer: AdamW, trees: list[Tree]) -> dict[str, float]:
    """One optimizer step of one agent from the rounds of a step."""
    policy, config = runtime.policy, runtime.config
    samples = samples_of(policy.adapter(agent), trees, runtime)
    optimizer.zero_grad(set_to_none=True)
    served = config.engine.kind == "vllm"
    if not samples:
        nothing = {"loss": 0.0, "grad_norm": 0.0, "clip_share": 0.0, "kl": 0.0}
        return nothing | {"computed_tokens": 0} | (dict.fromkeys(MISMATCH, 0.0) if served else {})
    result = runtime.ranks.accumulate_gradients(
        policy, agent, samples, config.learning, config.engine.max_importance if served else None
    )
    if served:
        check_mismatch(agent, result, config.engine.max_mismatch)
    parameters = list(policy.parameters(agent).values())
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(config.learning, optimizer.state[parameters[0]].get("step", 0))
    norm = torch.nn.utils.clip_grad_norm_(parameters, config.learning.max_grad_norm)
    if not torch.isfinite(norm):
        raise WorkFailedError(
            f"the gradient of the {agent} is not finite: lower learning.learning_rate; everything "
            "up to the step before is saved"
        )
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return {
        "loss": result.loss,
        "grad_norm": float(norm),
        "clip_share": result.clip_share,
        "kl": result.kl,
        "computed_tokens": result.computed_tokens,
    } | ({name: getattr(result, name) for name in MISMATCH} if served else {})


def check_mismatch(agent: Agent, result: UpdateResult, bound: float) -> None:
    """Fail before the update where a server's answers are not this policy's.

    Raises:
        WorkFailedError: naming what usually is the reason.
    """
    if result.mismatch > bound:
        raise WorkFailedError(
            f"the servers' log-probabilities of the {agent}'s text differ from the trainer's by "
            f"{result.mismatch:.3f} on average (engine.max_mismatch = {bound:g}): other base "
            "weights, a rounder type, or an old adapter there; everything up to the step before is "
            "saved, --resume goes on"
        )


def learning_rate(config: LearningConfig, updates: float) -> float:
    """Of an adapter's next update, after so many of them."""
    return config.learning_rate * min(1.0, (float(updates) + 1) / max(config.warmup_updates, 1))


def samples_of(adapter: str, trees: list[Tree], runtime: Runtime) -> list[Sample]:
    """The rounds that the adapter played and that teach something."""
    return [
        make_sample(play, runtime.roles[play.agent].temperature)
        for tree in trees
        for play in tree.rounds
        if any(a is not None for a in play.advantages)
        and runtime.policy.adapter(play.agent) == adapter
    ]


def check_that_something_was_measured(trees: list[Tree]) -> None:
    """Fail loudly where the machine lost every sample: such a run would go on and learn nothing.

    Raises:
        WorkFailedError: with the first fault's reason.
    """
    drafts = [draft for tree in trees for draft in tree.drafts]
    if all(draft.dropped for draft in drafts):
        reason = next((draft.dropped for draft in drafts), "no draft")
        raise WorkFailedError(f"no program could be graded: {reason}")


def dry_run(config: Config) -> str:
    """The resolved configuration and what a run would do, without loading anything."""
    _refuse_server(config)
    tasks = training_tasks(config)
    tokens = max(most_tokens(config, step) for step in range(1, config.train.steps + 1))
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
    """Raise UsageError where a server is to answer: it samples with other weights than ours."""
    if config.engine.server:
        raise UsageError(
            "a server's model cannot be trained: leave engine.server out, or use `parelha eval`"
        )


def _open_folder(config: Config, resume: Path | None) -> tuple[RunFolder, int]:
    """The run's folder, and how many of its steps are done."""
    if resume is None:
        return RunFolder.create(config.run_dir), 0
    stored = load_run_config(resume).to_dict()
    asked = config.to_dict()
    stored["engine"]["servers"] = asked["engine"]["servers"]  # they may have moved
    stored["tracking"] = asked["tracking"]  # who is told changes nothing
    steps = stored["train"].pop("steps")
    if asked["train"].pop("steps") < steps:
        raise UsageError(f"the run was made for {steps} steps: train.steps can be raised only")
    if stored != asked:
        raise UsageError(f"{resume} was made with another configuration: leave the flags out")
    folder = RunFolder.open(resume)
    check_made_from(folder.read_config().get("made_from", {}), made_from(config), resume)
    checkpoints = resume / "checkpoints"
    done = latest_step(checkpoints)
    folder.truncate(done)
    drop_after(checkpoints, done)
    return folder, done


def _record(config: Config, runtime: Runtime) -> dict[str, Any]:
    return {
        "config": config.to_dict(),
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
    table, records = evaluate(runtime, step, episodes)
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
