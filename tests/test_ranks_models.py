"""Trainers side by side learn on one base: one that holds other weights says so and ends."""

# pylint: disable=missing-function-docstring

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch.distributed as dist

from parelha import loading
from parelha.config import Config
from parelha.errors import UsageError
from parelha.learning.ranks import Ranks
from parelha.models.fetch import ModelFiles
from parelha.types import Agent

HUB = ModelFiles("base", Path("/hub"), "hub", "a" * 64)
PACKAGES = ModelFiles("base", Path("/converted"), "package-index", "b" * 64)


class LoadedError(Exception):
    """The base would be loaded now."""


@pytest.fixture(name="follow")
def _follow(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the first of two ranks tell of a run, and the second, with files of its own, follow."""

    def loaded(*_: object) -> None:
        raise LoadedError

    def told(config: Config, first: dict[Agent, ModelFiles], own: dict[Agent, ModelFiles]) -> None:
        leader, follower = Ranks(), Ranks()
        leader.size = follower.size = 2
        follower.rank = 1
        parts: list[Any] = []

        def scatter(mine: list[Any], dealt: list[Any] | None, _: int) -> None:
            parts.extend(dealt or [])
            mine[0] = parts[0 if dealt else 1]

        monkeypatch.setattr(dist, "scatter_object_list", scatter)
        monkeypatch.setattr(loading, "find_files", lambda *_: own)
        monkeypatch.setattr(loading, "load_policy", loaded)
        monkeypatch.setattr(loading, "prepare_torch", lambda _: None)
        leader.tell(config, first)
        loading.follow(follower)

    return told


def test_a_rank_with_other_weights_than_the_first_names_both_and_loads_nothing(
    follow: Callable[..., None],
) -> None:
    first = {Agent.CODER: HUB, Agent.REVIEWER: HUB}
    with pytest.raises(UsageError) as ended:
        follow(Config(), first, first | {Agent.REVIEWER: PACKAGES})
    assert str(ended.value) == (
        "the reviewer's weights differ from the first trainer's: hub aaaaaaaaaaaa there, "
        "package-index bbbbbbbbbbbb here"
    )


def test_a_rank_with_the_same_weights_in_another_folder_loads_them(
    follow: Callable[..., None],
) -> None:
    elsewhere = replace(HUB, folder=Path("/elsewhere"), source="local")
    with pytest.raises(LoadedError):
        follow(Config(), dict.fromkeys(Agent, HUB), dict.fromkeys(Agent, elsewhere))
