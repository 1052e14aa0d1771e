"""One step: its trees are played, rewarded and learned from.

The two halves are apart because servers can play the next step while this one is learned from
(`train.overlap`): what they answer is then one update old, which the loss corrects for.
"""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch.optim import AdamW

from parelha.agents.turns import Tree
from parelha.canary import try_canaries
from parelha.config import Config
from parelha.engines.protocol import EngineStatistics
from parelha.episode import play_tree
from parelha.errors import WorkFailedError
from parelha.files import write_atomic
from parelha.learning.credit import assign_credit
from parelha.learning.update import Sample, UpdateResult, make_sample
from parelha.live import Progress
from parelha.metrics import round_records, step_metrics
from parelha.pacing import in_words
from parelha.rewards import reward_trees
from parelha.rollout import Stopwatch, play_all
from parelha.runtime import Runtime
from parelha.tracking import step_name
from parelha.training_tasks import Due
from parelha.types import Agent, Task

# What is logged of how far servers compute from the trainer.
MISMATCH = ("mismatch", "most_mismatch", "truncated_share")


@dataclass(frozen=True)
class Played:
    """The trees of a step, neither rewarded nor learned from.

    Attributes:
        tasks: what they are of.
        trees: of each task one.
        spent: what the engine did for them.
        seconds: that playing took.
        graded: seconds of these in which tools and grades alone were waited for.
        waited: seconds that the run waited for them: fewer where it did something else meanwhile.
        stale: whether an update came after they were begun.
    """

    tasks: tuple[Task, ...]
    trees: list[Tree]
    spent: EngineStatistics
    seconds: float
    graded: float
    waited: float
    stale: bool = False


def play_step(runtime: Runtime, due: Sequence[Due], step: int, progress: Progress | None) -> Played:
    """Play the trees that are due.

    Args:
        runtime: nothing else may use its engine meanwhile.
        due: the tasks of the step, and stored drafts in place of new ones.
        step: its number, from 1.
        progress: told of new tokens, where it is anyone's turn to be.
    """
    config, began = runtime.config, time.perf_counter()
    phase = config.train.phase(step)
    fresh = config.episode.drafts
    num_drafts = sum(len(one.stored) if one.stored or one.judged else fresh for one in due)
    runtime.engine.on_tokens = lambda tokens: None
    if progress is not None:
        what = in_words(config, phase, num_drafts)
        show_tokens(runtime, progress, f"step {step}: playing {what}")
    stage, graded = runtime.stage(step, phase=phase), Stopwatch()
    runtime.engine.reset()
    trees: list[Tree] = play_all(
        [play_tree(one.task, stage, one.stored, one.judged) for one in due], runtime.engine, graded
    )
    spent = runtime.engine.statistics
    runtime.engine.reset()
    seconds = time.perf_counter() - began
    return Played(tuple(one.task for one in due), trees, spent, seconds, graded.seconds, seconds)


def learn_step(
    runtime: Runtime,
    optimizers: dict[Agent, AdamW],
    played: Played,
    step: int,
    progress: Progress,
    folder: Path,
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """Reward the trees and update each trained adapter once; the engine is not told.

    Args:
        runtime: of the run.
        optimizers: of each trained adapter.
        played: what is learned from.
        step: its number, from 1.
        progress: told what happens.
        folder: the run's, where a program that passes a canary is kept.

    Returns:
        metrics (no clock in them), timings, and the records of all rounds.

    Raises:
        UsageError: that program cannot be written.
        WorkFailedError: a canary was passed, nothing could be graded, or an update is of no use.
    """
    config, trees, began = runtime.config, played.trees, time.perf_counter()
    canaries = 0
    if config.train.canary_every and step % config.train.canary_every == 0:

        def keep(program: str) -> Path:
            kept = folder / f"passed_canary_{step_name(step)}.txt"
            write_atomic(kept, program)
            return kept

        canaries = try_canaries(runtime.grader, played.tasks, trees, keep)
    reward_trees(trees, config.reward)
    check_that_something_was_measured(trees)
    groups = assign_credit(trees, config.learning, config.reward)
    metrics = step_metrics(trees, played.tasks, groups) | {"canaries": canaries}
    trained_tokens = 0
    with runtime.policy.plain_weights():
        for agent, optimizer in optimizers.items():
            if metrics[f"tokens/{agent}"]:
                progress.phase(f"step {step}: updating the {agent}")
            result = update(runtime, agent, optimizer, played, step)
            trained_tokens += int(result.pop("computed_tokens"))
            metrics |= {f"{name}/{agent}": value for name, value in result.items()}
            metrics[f"ba_norm/{agent}"] = runtime.policy.product_norm(agent)
            metrics[f"adapter_sha/{agent}"] = runtime.policy.digest(agent)
    learned, spent = time.perf_counter() - began, played.spent
    seconds = played.waited + learned
    timings = {
        "seconds": seconds,
        "generate_seconds": played.seconds,
        "grade_seconds": played.graded,
        "update_seconds": learned,
        "new_tokens": spent.new_tokens,
        "prefill_tokens": spent.prompt_tokens,
        "reused_tokens": spent.reused_tokens,
        "tokens_per_second": spent.new_tokens / played.seconds,
        "prefill_per_second": per_second(spent.read_tokens, spent.prefill_seconds),
        "decode_per_second": per_second(spent.new_tokens, spent.decode_seconds),
        "decode_rows": spent.rows / max(spent.steps, 1),
        "accepted_share": spent.accepted_tokens / max(spent.new_tokens, 1),
        "idle_share": played.graded / seconds,
        "trained_tokens": trained_tokens,
        "trained_per_second": per_second(trained_tokens, learned),
        "peak_rss_bytes": runtime.memory.peak_bytes,
        "kernels": runtime.policy.kernels.line(),
    }
    if config.train.overlap:
        timings["saved_seconds"] = played.seconds - played.waited
    return metrics, timings, round_records(step, trees)


class Ahead:
    """Plays the next step on servers while this one is learned from."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._under_way: Future[Played] | None = None
        self.saved = 0.0

    def begin(self, runtime: Runtime, due: Sequence[Due], step: int) -> None:
        """Begin to play a step; until `wait` the engine is its alone."""
        self._under_way = self._pool.submit(play_step, runtime, due, step, None)

    def wait(self) -> Played | None:
        """What was begun, when it is played; None where nothing was.

        Raises:
            ParelhaError: what ended the play.
        """
        if self._under_way is None:
            return None
        began, future = time.perf_counter(), self._under_way
        self._under_way = None
        played = future.result()
        waited = min(time.perf_counter() - began, played.seconds)
        self.saved += played.seconds - waited
        return replace(played, waited=waited, stale=True)


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


def update(
    runtime: Runtime,
    agent: Agent,
    optimizer: AdamW,
    played: Played,
    step: int,
) -> dict[str, float]:
    """One optimizer step of one agent from the rounds of a step, whose number is from 1.

    Where an update came after these were begun (`stale`), what it changed is part of the
    mismatch with the servers, which is then no sign of a fault.
    """
    policy, config = runtime.policy, runtime.config
    samples = samples_of(policy.adapter(agent), played.trees, runtime)
    optimizer.zero_grad(set_to_none=True)
    served = config.engine.kind == "vllm"
    if not samples:
        nothing = {"loss": 0.0, "grad_norm": 0.0, "clip_share": 0.0, "kl": 0.0}
        return nothing | {"computed_tokens": 0} | (dict.fromkeys(MISMATCH, 0.0) if served else {})
    result = runtime.ranks.accumulate_gradients(
        policy, agent, samples, config.learning, config.engine.max_importance if served else None
    )
    if served and not played.stale:
        check_mismatch(agent, result, config.engine.max_mismatch)
    parameters = list(policy.parameters(agent).values())
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(config, step, optimizer.state[parameters[0]].get("step", 0))
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


def learning_rate(config: Config, step: int, updates: float) -> float:
    """Of an adapter's update in a step of the run, from 1, after so many updates of its own."""
    learning, steps = config.learning, config.train.steps
    left = (steps - step + 1) / steps if learning.schedule == "linear" else 1.0
    risen = (float(updates) + 1) / max(learning.warmup_updates, 1)
    return learning.learning_rate * left * min(1.0, risen)


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
