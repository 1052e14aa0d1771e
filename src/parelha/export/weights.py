"""Merged weights as transformers reads them: safetensors, in parts where they are large."""

from pathlib import Path
from typing import Literal

import torch

from parelha.export.merge import Comparison, Merged
from parelha.export.source import Source
from parelha.models.load import load_base
from parelha.types import Agent

Dtype = Literal["bfloat16", "float32"]

_PART = "4GB"  # what every file system and every upload takes


def write_merged(
    merged: Merged, source: Source, agent: Agent, folder: Path, dtype: Dtype
) -> Comparison:
    """Write the merged model and its tokenizer, read it again, and compare it with the pair.

    Args:
        merged: rounded to `dtype` here.
        source: whose tokenizer is copied.
        agent: whose adapter was merged.
        folder: is made.
        dtype: of the weights in the files.

    Raises:
        OSError: it cannot be written.
    """
    model = merged.model
    model.to(getattr(torch, dtype))
    model.config.dtype = getattr(torch, dtype)
    model.save_pretrained(folder, max_shard_size=_PART)
    source.write_tokenizer(agent, folder)
    merged.model = None  # the next lines need its memory
    del model
    return merged.yardstick.compare(load_base(folder, torch.float32))
