"""Trainers side by side: where the first fails, all of them end."""

# pylint: disable=missing-function-docstring

import multiprocessing
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
import torch
import torch.distributed as dist
from torch import nn

from parelha.config import LearningConfig
from parelha.learning.ranks import Ranks
from parelha.learning.update import Counts, UpdateResult
from parelha.types import Agent

# Ranks are processes of their own, each of which may have torch to import.
PATIENCE = 300
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3 * PATIENCE)]

FAULT = "CUDA out of memory"


def run_rank(rank: int, meet: Path, out: Path, *, in_share: bool) -> None:
    """One of two ranks: an update, and then the first fails, in its share of the next or before."""
    dist.init_process_group("gloo", init_method=f"file://{meet}", rank=rank, world_size=2)
    parameter = nn.Parameter(torch.zeros(2))
    policy: Any = SimpleNamespace(
        parameters=lambda agent: {str(agent): parameter}, plain_weights=nullcontext
    )
    shares = 0

    def share(*_: object) -> UpdateResult:
        nonlocal shares
        shares += 1
        if rank == 0 and shares == 2:
            raise torch.OutOfMemoryError(FAULT)
        parameter.grad = torch.ones(2)
        return UpdateResult(0.0, 0.0, 0.0, Counts(1, 0, 0), 1)

    said = "done"
    try:
        with patch("parelha.learning.ranks.accumulate_gradients", share), Ranks() as ranks:
            if rank:
                ranks.follow(policy)
            else:
                ranks.accumulate_gradients(policy, Agent.CODER, [], LearningConfig())
                assert parameter.grad is not None and parameter.grad.tolist() == [2.0, 2.0]
                if not in_share:
                    raise torch.OutOfMemoryError(FAULT)
                ranks.accumulate_gradients(policy, Agent.CODER, [], LearningConfig())
    except Exception as ended:  # pylint: disable=broad-exception-caught
        said = f"{type(ended).__name__}: {ended}"
    (out / f"said{rank}").write_text(said)


@pytest.mark.parametrize(
    "in_share, other",
    [(True, "TrainerGoneError: another trainer is gone"), (False, "done")],
    ids=["in its share", "between updates"],
)
def test_where_the_first_rank_fails_it_says_why_and_no_rank_waits_for_another(
    tmp_path: Path, in_share: bool, other: str
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ranks = [
        context.Process(
            target=run_rank,
            args=(rank, tmp_path / "meet", tmp_path),
            kwargs={"in_share": in_share},
            daemon=True,
        )
        for rank in range(2)
    ]
    try:
        for process in ranks:
            process.start()
        for process in ranks:
            process.join(PATIENCE)
        assert [process.exitcode for process in ranks] == [0, 0]
    finally:
        for process in ranks:
            process.kill()
    assert (tmp_path / "said0").read_text() == f"OutOfMemoryError: {FAULT}"
    assert (tmp_path / "said1").read_text().startswith(other)
