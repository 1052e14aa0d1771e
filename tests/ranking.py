"""Ranks for tests: the updates of a few steps by one of them, and `parelha` with fake tasks.

Run as a program this is `parelha` with fake tasks and grades, for `torchrun` to start. Where the
environment has `DIES` its second rank is killed in the second step's first update.
"""

# pylint: disable=missing-function-docstring

import itertools
import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch.distributed.tensor import DTensor

from parelha.checkpoint import make_optimizers
from parelha.config import LearningConfig
from parelha.kernels.choose import PATHS, choose
from parelha.learning.ranks import Ranks
from parelha.learning.update import accumulate_gradients
from parelha.models.load import load_base
from parelha.models.policy import Policy
from parelha.models.sharded import is_sharded
from parelha.types import Agent
from tests.fakes import tiny_engine, tiny_policy, tiny_samples, tiny_trees, use_fakes

CONFIG = LearningConfig(kl_weight=0.1, max_pass_tokens=256)


def updates(ranks: Ranks, folder: Path | None = None) -> list[dict[str, Any]]:
    """Results, gradients and adapters of two steps of both agents; none of a follower.

    Args:
        ranks: who share the updates.
        folder: of a base that several of them share; None: the tiny model, each rank's own.
    """
    base = None
    if folder is not None:
        with nullcontext() if ranks.is_alone else ranks.together():
            base = load_base(folder, None, num_shards=ranks.size)
    # A follower's own adapters are others: it must use those that it is handed.
    policy = policy_over(base, moved=0.3 if ranks.rank == 0 else 0.0)
    assert policy.is_sharded == (folder is not None and not ranks.is_alone)
    if ranks.rank:
        ranks.follow(policy)
        return []
    found: list[dict[str, Any]] = []
    optimizers = make_optimizers(policy, LearningConfig(learning_rate=1e-2))
    trees = tiny_trees(tiny_engine(tiny_policy(moved=0.3)), tasks=3)
    for max_importance in (None, 2.0):
        for agent, optimizer in optimizers.items():
            optimizer.zero_grad()
            samples = tiny_samples(trees, agent)
            done = ranks.accumulate_gradients(policy, agent, samples, CONFIG, max_importance)
            grads = {n: p.grad for n, p in policy.parameters(agent).items()}
            kept = {n: g.clone() for n, g in grads.items() if g is not None}
            optimizer.step()
            found.append({"agent": str(agent), "result": done, "grads": kept})
    if folder is not None:
        found.append(kept_again(policy, folder))
    found.append({n: p.detach().clone() for a in Agent for n, p in policy.parameters(a).items()})
    return found


def policy_over(base: Any, moved: float) -> Policy:
    """The tiny policy; a base that is shared is computed by plain modules."""
    if base is None or not is_sharded(base):
        return tiny_policy(moved, base)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "parelha.models.policy.choose_for", lambda _: choose("float32", without=PATHS)
        )
        return tiny_policy(moved, base)


def kept_again(policy: Policy, folder: Path) -> dict[str, Any]:
    """What a checkpoint of one rank alone brings back, and the numbers that this rank holds."""
    agent, place = Agent.CODER, folder.parent / f"kept{os.getpid()}"
    before = policy.digest(agent)
    policy.save(agent, place)
    with torch.no_grad():
        for parameter in policy.parameters(agent).values():
            parameter.zero_()
    policy.load(agent, place)
    weights = [p for p in policy.model(agent).parameters() if isinstance(p, DTensor)]
    held = sum(weight.to_local().numel() for weight in weights)
    return {
        "same": policy.digest(agent) == before,
        "held": held,
        "shared": sum(weight.numel() for weight in weights),
    }


def run_rank(rank: int, size: int, meet: Path, out: Path, folder: Path | None = None) -> None:
    """One rank in a process of its own."""
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": str(size), "LOCAL_RANK": str(rank)}
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{meet}", rank=rank, world_size=size)
    with Ranks() as ranks:
        found = updates(ranks, folder)
    if rank == 0:
        torch.save(found, out)


def dies() -> Any:
    """Add up gradients, both agents' in a step, and be killed in the next step."""
    calls = itertools.count(1)

    def killed(*args: Any) -> Any:
        if next(calls) > 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return accumulate_gradients(*args)

    return killed


if __name__ == "__main__":
    from parelha import cli

    with pytest.MonkeyPatch.context() as monkeypatch:
        use_fakes(monkeypatch)
        if os.environ["RANK"] == "1" and "DIES" in os.environ:
            monkeypatch.setattr("parelha.learning.ranks.accumulate_gradients", dies())
        sys.exit(cli.run(sys.argv[1:]))
