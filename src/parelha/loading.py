"""From a configuration to models: files found, bases and adapters loaded, with their formats."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel

from parelha.agents.formats import Format, make_format
from parelha.agents.roles import Roles, roles_of
from parelha.config import Config
from parelha.config_engine import FastPath
from parelha.config_file import from_dict, lay_over
from parelha.errors import UsageError
from parelha.kernels.choose import PATHS, Kernels, choose
from parelha.kernels.memory import keep_freed_memory
from parelha.learning.ranks import Ranks, Told
from parelha.models.fetch import ModelFiles, resolve
from parelha.models.load import check_format, load_base, load_tokenizer
from parelha.models.policy import Policy
from parelha.priority import usable_cores
from parelha.types import Agent


def find_files(roles: Roles, on_progress: Callable[[str], None]) -> dict[Agent, ModelFiles]:
    """Where each role's weights are; a base that several roles share is looked for once.

    Raises:
        UsageError: a model that cannot be had.
    """
    by_name = {
        name: resolve(name, on_progress=on_progress)
        for name in dict.fromkeys(role.base for role in roles.values())
    }
    return {agent: by_name[role.base] for agent, role in roles.items()}


def prepare_torch(config: Config) -> None:
    """Threads, of which the ranks of one machine have a part each, and memory."""
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    torch.set_num_threads(config.engine.threads or max(1, usable_cores() // here))
    keep_freed_memory()


def load_policy(
    config: Config, files: dict[Agent, ModelFiles], num_shards: int = 1
) -> tuple[Policy, dict[Agent, Format]]:
    """Bases, adapters and formats; one base in memory where roles share it.

    Args:
        config: of the run.
        files: where each role's weights are.
        num_shards: ranks that hold a part of the bases each, and load them at the same time.

    Raises:
        UsageError: a base that cannot be used, or that does not fit on the GPU.
    """
    # Packed copies serve generation alone.
    packed: tuple[FastPath, ...] = ("packed",) if config.engine.kind == "vllm" else ()
    without = (*config.engine.without, *packed)
    # The fast paths hold weights together that FSDP gathers one layer at a time.
    kernels = choose(config.model.dtype, without=PATHS if num_shards > 1 else without)
    by_folder: dict[Path, PreTrainedModel] = {}
    for found in files.values():
        if found.folder not in by_folder:
            four_bit = config.model.dtype == "nf4"
            by_folder[found.folder] = _load_base(found, kernels, four_bit, num_shards)
    bases = {agent: by_folder[found.folder] for agent, found in files.items()}
    formats = load_formats(files)
    for agent, base in bases.items():
        check_format(base, formats[agent])
    return Policy(bases, roles_of(config), config.model, config.seed, kernels), formats


def load_with(
    ranks: Ranks, config: Config, files: dict[Agent, ModelFiles]
) -> tuple[Policy, dict[Agent, Format]]:
    """`load_policy`, by all ranks at the same time where the base is sharded; one has all of it.

    Raises:
        UsageError: as `load_policy`.
        WorkFailedError: another rank is gone.
    """
    if not config.model.sharded or ranks.size == 1:
        return load_policy(config, files)
    with ranks.together():
        return load_policy(config, files, ranks.size)


def _load_base(
    found: ModelFiles, kernels: Kernels, four_bit: bool, num_shards: int
) -> PreTrainedModel:
    """A base, where the kernels compute."""
    # Products in float32 need no float32 weights: they stay as they are in the file.
    held = None if kernels.dtype == torch.float32 and num_shards == 1 else kernels.dtype
    try:
        base = load_base(
            found.folder, held, four_bit=four_bit, name=found.base_name, num_shards=num_shards
        )
        if not four_bit:  # those are there already
            kernels.hold(base)
    except torch.OutOfMemoryError:
        more = "" if four_bit else ", or model.dtype nf4"
        raise UsageError(
            f"{found.name} does not fit on this GPU: choose a smaller model{more}"
        ) from None
    return base


def load_formats(files: dict[Agent, ModelFiles]) -> dict[Agent, Format]:
    """The format of each role's tokenizer; one where several have the same."""
    by_folder: dict[Path, Format] = {}
    for folder in dict.fromkeys(one.folder for one in files.values()):
        tokenizer: Any = load_tokenizer(folder)
        by_folder[folder] = make_format(tokenizer)
    return {agent: by_folder[one.folder] for agent, one in files.items()}


def resolved(config: Config) -> Config:
    """The configuration with the type of products that `auto` comes to."""
    if config.engine.server or config.model.dtype != "auto":
        return config
    return lay_over(config, {"model.dtype": choose().dtype_name})


def follow(ranks: Ranks) -> None:
    """Take part in the updates of a run that another rank leads, to its end.

    Raises:
        UsageError: as `load_follower`.
        WorkFailedError: another rank is gone.
    """
    if (told := ranks.receive()) is None:
        return  # it ended before it began
    policy = load_follower(told, ranks)
    ranks.follow(policy)


def load_follower(told: Told, ranks: Ranks | None = None) -> Policy:
    """The models of a process that takes part in updates of a run which another one leads.

    Args:
        told: what run it is.
        ranks: those who share a base that is sharded; None where each has its own.

    Raises:
        UsageError: a model that cannot be had here, or of which the first trainer has other
            weights.
    """
    config = from_dict(told.config)
    prepare_torch(config)
    files = find_files(roles_of(config), lambda line: None)
    for agent, first in told.files.items():
        own = files[agent]
        if own.sha256 != first.sha256:
            raise UsageError(
                f"the {agent}'s weights differ from the first trainer's: {first.source} "
                f"{first.sha256[:12]} there, {own.source} {own.sha256[:12]} here"
            )
    # Packed copies serve generation alone.
    alone = config.engine.model_copy(update={"without": (*config.engine.without, "packed")})
    config = config.model_copy(update={"engine": alone})
    return load_with(ranks or Ranks(), config, files)[0]
