"""How large a model is, by its row of the catalogue or its config.json: no weights, no network."""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.pytorch_utils import Conv1D

from parelha.config_base import user_path
from parelha.errors import ModelFileError, UsageError
from parelha.models import hub
from parelha.models.catalogue import Model, find, nearest
from parelha.models.fetch import kept_folder
from parelha.models.policy import adapter_targets, window_of


def find_shape(name: str) -> Model:
    """The row of a catalogue or hub name, or one made from the config.json of a folder.

    Raises:
        UsageError: a name that is neither, and no model of the hub that lies on this machine.
        ModelFileError: a config.json that no model can be built from.
    """
    if row := find(name):
        return row
    folder = folder_of(name)
    if folder is None:
        near = ", ".join(nearest(name))
        raise UsageError(
            f"how large {name!r} is cannot be told: give a name of `parelha models list`"
            + (f" ({near})" if near else "")
            + " or a folder with the model's config.json"
        )
    return _from_config(name, folder)


def folder_of(name: str) -> Path | None:
    """Where a model's small files are on this machine, if they are; nothing is fetched."""
    path = user_path(name)
    if (path / "config.json").is_file():
        return path
    row = find(name)
    return hub.cached(row.hub if row else name) or (kept_folder(row) if row else None)


def _from_config(name: str, folder: Path) -> Model:
    """The figures of a configuration, counted on its class, which is built without memory."""
    try:
        config: Any = AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        with torch.device("meta"):
            model: Any = AutoModelForCausalLM.from_config(config)  # type: ignore[no-untyped-call]
    except Exception as error:  # whatever a class says of values that it cannot take
        line = " ".join(str(error).split())[:200]
        raise ModelFileError(f"no model can be built from {folder / 'config.json'}: {line}") from (
            error
        )
    head = model.get_output_embeddings()
    layers = (one for one in model.modules() if isinstance(one, (nn.Linear, Conv1D)))
    linear = [one for one in layers if one is not head]
    targets = adapter_targets(model)
    adapted = [
        module.weight.shape
        for path, module in model.named_modules()
        if path.rpartition(".")[2] in targets
    ]
    window = window_of(config)
    return Model(
        name=name,
        parameters=model.num_parameters(),
        linear=sum(one.weight.numel() for one in linear),
        adapted=sum(map(sum, adapted)),
        layers=config.num_hidden_layers,
        hidden=config.hidden_size,
        vocabulary=config.vocab_size,
        cache_bytes=_cache_bytes(config),
        prompt="chat",
        context=window,
        targets=tuple(targets),
        tied=bool(config.tie_word_embeddings),
    )


def _cache_bytes(config: Any) -> int:
    """Bytes in bf16 of one token's keys and values; some keep one latent of both (DeepSeek)."""
    if rank := getattr(config, "kv_lora_rank", None):
        width = rank + config.qk_rope_head_dim
    else:
        heads = config.num_attention_heads
        size = getattr(config, "head_dim", None) or config.hidden_size // heads
        width = 2 * size * (getattr(config, "num_key_value_heads", None) or heads)
    return int(2 * config.num_hidden_layers * width)
