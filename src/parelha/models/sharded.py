"""A frozen base of which each trainer holds a part of every layer: FSDP2, by transformers' loader.

A layer is gathered when it is computed, forward and backward, and its memory is freed behind it
(fully_shard; Zhao et al., arXiv 2304.11277). Embeddings and head stay whole in each trainer.
"""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.distributed.tensor import DTensor
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel
from transformers.distributed.configuration_utils import DistributedConfig

from parelha.errors import ModelFileError, UsageError


def sharding(folder: Path, num_shards: int) -> dict[str, Any]:
    """What `from_pretrained` is told, so that each rank reads no more than its own part.

    Args:
        folder: of the base.
        num_shards: ranks that hold a part each; all of them load at the same time.

    Raises:
        UsageError: transformers is too old.
    """
    if "fsdp_plan" not in DistributedConfig.__dataclass_fields__:
        raise UsageError("model.sharded needs transformers 5.24 or newer")
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    maker: Any = AutoModelForCausalLM
    with torch.device("meta"):  # names alone, no memory
        model = maker.from_config(config)
    decoder = model.get_decoder()
    path = next(name for name, module in model.named_modules() if module is decoder)
    # The decoder is called by itself, so it is what FSDP calls the root.
    plan = {path: "keep_full_weight"}
    for name, part in decoder.named_children():
        if isinstance(part, nn.ModuleList):
            plan[f"{path}.{name}.*"] = "free_full_weight"
        elif next(part.parameters(), None) is not None:
            plan[f"{path}.{name}"] = "free_full_weight"
    return {"distributed_config": DistributedConfig(fsdp_size=num_shards, fsdp_plan=plan)}


def is_sharded(model: nn.Module) -> bool:
    """Whether ranks hold a part of the model each."""
    return any(isinstance(weight, DTensor) for weight in model.parameters())


def gather_ends(model: PreTrainedModel) -> None:
    """Have embeddings and head whole again, which passes use outside of the layers.

    Raises:
        ModelFileError: they are of a kind of their own.
    """
    base: Any = model
    rows, head = base.get_input_embeddings(), base.get_output_embeddings()
    if not (_is_plain(rows, nn.Embedding) and _is_plain(head, nn.Linear)):
        raise ModelFileError(
            f"the embeddings or the head of {type(base).__name__} cannot be sharded: leave "
            "model.sharded out"
        )
    tied = head.weight is rows.weight
    embedding = nn.Embedding(
        rows.num_embeddings, rows.embedding_dim, rows.padding_idx, _weight=_whole(rows.weight)
    )
    output = nn.Linear(head.in_features, head.out_features, bias=False, device="meta")
    output.weight = embedding.weight if tied else nn.Parameter(_whole(head.weight))
    if head.bias is not None:
        output.bias = nn.Parameter(_whole(head.bias))
    base.set_input_embeddings(embedding)
    base.set_output_embeddings(output)


def _is_plain(module: nn.Module | None, kind: type[nn.Module]) -> bool:
    """Whether it computes what its kind does, as FSDP's class of one does and Gemma's does not."""
    return getattr(type(module), "forward", None) is kind.forward


def _whole(weight: torch.Tensor) -> torch.Tensor:
    held = weight.detach()
    return held.full_tensor() if isinstance(held, DTensor) else held
