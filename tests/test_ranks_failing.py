"""Trainers side by side: where the first fails, or another is killed, all of them end."""

# pylint: disable=missing-function-docstring

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Never
from unittest.mock import patch

import pytest
import torch
import torch.distributed as dist
from torch import nn

from parelha.config import LearningConfig
from parelha.learning.ranks import Ranks
from parelha.learning.update import Counts, UpdateResult
from parelha.types import Agent
from tests.architectures.models import QWEN2
from tests.ranking import updates

# Ranks are processes of their own, each of which may have torch to import.
PATIENCE = 300
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3 * PATIENCE)]

FAULT = "CUDA out of memory"


def run_rank(rank: int, meet: Path, out: Path, *, in_share: bool, is_sharded: bool) -> None:
    """One of two ranks: an update, and then the first fails, in its share of the next or before."""
    dist.init_process_group("gloo", init_method=f"file://{meet}", rank=rank, world_size=2)
    parameter = nn.Parameter(torch.zeros(2))
    policy: Any = SimpleNamespace(
        parameters=lambda agent: {str(agent): parameter},
        plain_weights=nullcontext,
        is_sharded=is_sharded,
    )
    shares = 0

    def share(*_: object) -> UpdateResult:
        nonlocal shares
        shares += 1
        if rank == 0 and shares == 2:
            raise torch.OutOfMemoryError(FAULT)
        parameter.grad = torch.ones(2)
        return UpdateResult(0.0, 0.0, 0.0, Counts(1, 0, 0), 1)

    def work() -> None:
        with patch("parelha.learning.ranks.accumulate_gradients", share), Ranks() as ranks:
            if rank:
                ranks.follow(policy)
            else:
                ranks.accumulate_gradients(policy, Agent.CODER, [], LearningConfig())
                assert parameter.grad is not None and parameter.grad.tolist() == [2.0, 2.0]
                if not in_share:
                    raise torch.OutOfMemoryError(FAULT)
                ranks.accumulate_gradients(policy, Agent.CODER, [], LearningConfig())

    (out / f"said{rank}").write_text(ended(work))


def ended(work: Callable[[], object]) -> str:
    """How a rank's work ended."""
    try:
        work()
    except Exception as error:  # pylint: disable=broad-exception-caught
        return f"{type(error).__name__}: {error}"
    return "done"


def run_both(target: Callable[..., None], *args: Any, **kwargs: Any) -> list[int | None]:
    """Run the two ranks to their ends, each in a process of its own; returns their exit codes."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ranks = [
        context.Process(target=target, args=(rank, *args), kwargs=kwargs, daemon=True)
        for rank in range(2)
    ]
    try:
        for process in ranks:
            process.start()
        for process in ranks:
            process.join(PATIENCE)
        return [process.exitcode for process in ranks]
    finally:
        for process in ranks:
            process.kill()


@pytest.mark.parametrize(
    "in_share, is_sharded, other",
    [
        (True, False, "TrainerGoneError: another trainer is gone"),
        (True, True, "TrainerGoneError: another trainer is gone"),
        (False, False, "done"),
    ],
    ids=["in its share", "in its share by a sharded base", "between updates"],
)
def test_where_the_first_rank_fails_it_says_why_and_no_rank_waits_for_another(
    tmp_path: Path, in_share: bool, is_sharded: bool, other: str
) -> None:
    codes = run_both(
        run_rank, tmp_path / "meet", tmp_path, in_share=in_share, is_sharded=is_sharded
    )
    assert codes == [0, 0]
    assert (tmp_path / "said0").read_text() == f"OutOfMemoryError: {FAULT}"
    assert (tmp_path / "said1").read_text().startswith(other)


def run_sharing_rank(rank: int, meet: Path, out: Path, base: Path, killed_in: str) -> None:
    """One of two ranks that share a base; the second is killed where it comes to `killed_in`."""
    torch.set_num_threads(1)
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": "2", "LOCAL_RANK": str(rank)}
    dist.init_process_group("gloo", init_method=f"file://{meet}", rank=rank, world_size=2)

    def killed(*_: object) -> Never:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    def work() -> None:
        with Ranks() as ranks:
            updates(ranks, base)

    with patch(killed_in, killed) if rank else nullcontext():
        (out / f"said{rank}").write_text(ended(work))


@pytest.mark.parametrize(
    "killed_in",
    ["parelha.learning.ranks.accumulate_gradients", "parelha.models.load.gather_ends"],
    ids=["in its passes", "while it loads"],
)
def test_a_rank_that_is_killed_while_it_shares_a_base_is_told_as_gone(
    tmp_path: Path, killed_in: str
) -> None:
    base = QWEN2.save(tmp_path / "base")
    codes = run_both(run_sharing_rank, tmp_path / "meet", tmp_path, base, killed_in)
    assert codes == [0, -signal.SIGKILL]
    assert (tmp_path / "said0").read_text().startswith("TrainerGoneError: another trainer is gone")
