"""Ranks for tests: the updates of a few steps by one of them, and `parelha` with fake tasks.

Run as a program this is `parelha` with fake tasks and grades, for `torchrun` to start; its second
rank is killed in the second step's first update.
"""

# pylint: disable=missing-function-docstring

import itertools
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist

from parelha.checkpoint import make_optimizers
from parelha.config import LearningConfig
from parelha.learning.ranks import Ranks
from parelha.learning.update import accumulate_gradients
from parelha.types import Agent
from tests.fakes import tiny_engine, tiny_policy, tiny_samples, tiny_trees, use_fakes

CONFIG = LearningConfig(kl_weight=0.1, max_pass_tokens=256)


def updates(ranks: Ranks) -> list[dict[str, Any]]:
    """Results, gradients and adapters of two steps of both agents; none of a follower."""
    # A follower's own adapters are others: it must use those that it is handed.
    policy = tiny_policy(moved=0.3 if ranks.rank == 0 else 0.0)
    if ranks.rank:
        ranks.follow(policy)
        return []
    found = []
    optimizers = make_optimizers(policy, LearningConfig(learning_rate=1e-2))
    trees = tiny_trees(tiny_engine(policy), tasks=3)
    for max_importance in (None, 2.0):
        for agent, optimizer in optimizers.items():
            optimizer.zero_grad()
            samples = tiny_samples(trees, agent)
            done = ranks.accumulate_gradients(policy, agent, samples, CONFIG, max_importance)
            grads = {n: p.grad for n, p in policy.parameters(agent).items()}
            kept = {n: g.clone() for n, g in grads.items() if g is not None}
            optimizer.step()
            found.append({"agent": str(agent), "result": done, "grads": kept})
    found.append({n: p.detach().clone() for a in Agent for n, p in policy.parameters(a).items()})
    return found


def run_rank(rank: int, size: int, meet: Path, out: Path) -> None:
    """One rank in a process of its own."""
    dist.init_process_group("gloo", init_method=f"file://{meet}", rank=rank, world_size=size)
    with Ranks() as ranks:
        found = updates(ranks)
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
        if os.environ["RANK"] == "1":
            monkeypatch.setattr("parelha.learning.ranks.accumulate_gradients", dies())
        sys.exit(cli.run(sys.argv[1:]))
