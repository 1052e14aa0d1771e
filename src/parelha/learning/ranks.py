"""Trainers side by side, as `torchrun` starts them: one leads, the others share its updates.

The first rank plays, rewards, steps the optimizers and writes the run's folder, as a run by itself
would. For an update it deals out the rounds, every rank adds up the gradient of its share, and the
sum comes back to the first. The others hold no state of the run: they are handed the adapter as it
is each time.
"""

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import torch
import torch.distributed as dist

from parelha.closing import Closing
from parelha.config import Config, LearningConfig
from parelha.errors import ParelhaError, TrainerGoneError, WorkFailedError
from parelha.kernels.choose import use_gpu
from parelha.learning.update import (
    Counts,
    Sample,
    UpdateResult,
    accumulate_gradients,
    count_targets,
)
from parelha.models.fetch import ModelFiles
from parelha.models.policy import Policy
from parelha.models.prefix_tree import shared_until
from parelha.types import Agent

# The others wait while the first one plays; one that dies is noticed by its connection.
_PATIENCE = timedelta(days=7)


@dataclass(frozen=True)
class Share:
    """A rank's part of an update."""

    agent: Agent
    samples: list[Sample]
    config: LearningConfig
    max_importance: float | None
    counts: Counts


class Told(NamedTuple):
    """What the others are told of a run, and where the first rank's weights came from."""

    config: dict[str, Any]
    files: dict[Agent, ModelFiles]


class Ranks(Closing):
    """All ranks of a run, seen from one of them, of which 0 leads; a single one talks to nobody."""

    def __init__(self) -> None:
        self.rank, self.size = 0, 1
        if dist.is_initialized():
            self.rank, self.size = dist.get_rank(), dist.get_world_size()
        self._midway = False  # whether the others wait for something else than the next share

    @property
    def is_alone(self) -> bool:
        """Whether an update is this process's alone."""
        return self.size == 1

    def tell(self, config: Config, files: Mapping[Agent, ModelFiles]) -> None:
        """Tell the others what run this is, once what `auto` stands for is known."""
        with self._whole():
            self._deal([Told(config.to_dict(), dict(files))] * self.size)

    def accumulate_gradients(
        self,
        policy: Policy,
        agent: Agent,
        samples: Sequence[Sample],
        config: LearningConfig,
        max_importance: float | None = None,
    ) -> UpdateResult:
        """`update.accumulate_gradients` by all ranks; the gradient is complete in this one.

        Raises:
            WorkFailedError: another rank is gone.
        """
        if self.is_alone:
            return accumulate_gradients(policy, agent, samples, config, max_importance)
        counts = count_targets(samples)
        parts = spread(samples, self.size)
        return self.hand_out(
            policy, [Share(agent, part, config, max_importance, counts) for part in parts]
        )

    def hand_out(self, policy: Policy, shares: list[Share]) -> UpdateResult:
        """An update by all ranks, a share each; the gradient is complete in this one's policy.

        Raises:
            WorkFailedError: another rank is gone.
        """
        with self._whole():
            return self._add_up(policy, self._deal(shares))

    def take_part(self, policy: Policy, share: Share) -> UpdateResult:
        """Compute a share of an update as one rank of several, its gradient begun anew.

        Returns:
            what all ranks' shares come to; the gradient of all of them is in the policy.

        Raises:
            WorkFailedError: another rank is gone.
        """
        for parameter in policy.parameters(share.agent).values():
            parameter.grad = None
        with policy.plain_weights():
            return self._add_up(policy, share)

    def follow(self, policy: Policy) -> None:
        """Take part in the updates until the first rank has done with the run.

        Raises:
            WorkFailedError: another rank is gone.
        """
        while (share := self._deal(None)) is not None:
            self.take_part(policy, share)

    def receive(self) -> Told | None:
        """What `tell` says; None where the run ended before."""
        told: Told | None = self._deal(None)
        return told

    def close(self) -> None:
        """Let the others go; may be called twice.

        Where the first breaks off midway the others would not hear it: they see it gone instead.
        """
        if self.size == 1:
            return
        try:
            if self.rank == 0 and not self._midway:
                with suppress(WorkFailedError):  # who is gone need not be told
                    self._deal([None] * self.size)
        finally:
            self.size = 1
            dist.destroy_process_group()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What all ranks do at the same time, such as to load a base that is sharded.

        Raises:
            WorkFailedError: another rank is gone, before the work or in it.
        """
        with self._whole(), _talking():
            dist.barrier()
            yield

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """What the first does with the others; where it raises, they wait for the rest of it."""
        self._midway = True
        yield
        self._midway = False

    def _add_up(self, policy: Policy, share: Share) -> UpdateResult:
        """The gradient of all shares together, in the first rank; of each, where it has one."""
        parameters = list(policy.parameters(share.agent).values())
        with _talking():
            for parameter in parameters:
                dist.broadcast(parameter.data, 0)
        # Passes through a base that is sharded gather it from the other ranks.
        with _talking() if policy.is_sharded else nullcontext():
            done = accumulate_gradients(
                policy, share.agent, share.samples, share.config, share.max_importance, share.counts
            )
        with _talking():
            for parameter in parameters:
                assert parameter.grad is not None  # zeros where no round fell to this rank
                dist.all_reduce(parameter.grad)
            return _sum_of(done)

    def _deal(self, parts: list[Any] | None) -> Any:
        """Hand each rank its part; returns this one's."""
        if self.size == 1:
            return None
        mine: list[Any] = [None]
        with _talking():
            dist.scatter_object_list(mine, parts, 0)
        return mine[0]


def join_ranks() -> Ranks:
    """Meet the other ranks where `torchrun` started this process; else there is one.

    The launcher asks all to end when one has died: the first ends as by an interruption then.
    """
    if dist.is_torchelastic_launched() and not dist.is_initialized():
        use_gpu(int(os.environ["LOCAL_RANK"]))
        dist.init_process_group(timeout=_PATIENCE)
        if dist.get_rank() == 0:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
    return Ranks()


def spread(samples: Sequence[Sample], size: int) -> list[list[Sample]]:
    """Samples for each of `size` ranks: stretches of the tree of their tokens, of equal cost.

    In the order of their ids those that share a beginning are neighbours, and each costs what the
    one before it does not have.
    """
    ordered = sorted(samples, key=lambda sample: sample.ids)
    costs = [len(sample.ids) for sample in ordered]
    for i, (one, other) in enumerate(pairwise(ordered)):
        costs[i + 1] -= shared_until(one.ids, other.ids, 0, len(one.ids))
    total, before = max(sum(costs), 1), 0
    parts: list[list[Sample]] = [[] for _ in range(size)]
    for sample, cost in zip(ordered, costs, strict=True):
        # By the middle of its cost, so that none falls behind the last rank.
        parts[min((2 * before + cost) * size // (2 * total), size - 1)].append(sample)
        before += cost
    return parts


def _sum_of(done: UpdateResult) -> UpdateResult:
    """Of all ranks' results; they are shares of the whole, but for the counts and the largest."""
    parts = ("loss", "clip_share", "kl", "mismatch", "truncated_share", "computed_tokens")
    added = torch.tensor([getattr(done, name) for name in parts], dtype=torch.float64)
    largest = torch.tensor([done.most_mismatch], dtype=torch.float64)
    dist.all_reduce(added)
    dist.all_reduce(largest, dist.ReduceOp.MAX)
    *shares, computed = added.tolist()
    found = dict(zip(parts, shares, strict=False))
    return replace(done, computed_tokens=int(computed), most_mismatch=float(largest), **found)


@contextmanager
def _talking() -> Iterator[None]:
    """What fails while ranks talk to each other is a rank that is gone, if it says nothing else."""
    try:
        yield
    except (ParelhaError, torch.OutOfMemoryError):
        raise
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:120]
        raise TrainerGoneError(
            f"another trainer is gone ({reason}): everything up to the step before is saved, start "
            "all of them again with --resume"
        ) from None
