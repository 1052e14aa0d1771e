"""Writes a tiny model as a GGUF file, whole or with something missing, too much or changed."""

# pylint: disable=missing-function-docstring

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch

from parelha.models import convert
from tests.tiny import tiny_tokenizer

MARKERS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|fim_prefix|>", "<tool_call>"]

# transformers' name -> llama.cpp's, per layer
LAYER = {new: old for old, new in convert._LAYER_NAMES.items()}  # pylint: disable=protected-access


def gguf_name(name: str) -> str:
    """The inverse of `convert.transformers_name`."""
    if name.startswith("model.layers."):
        layer, rest = name.removeprefix("model.layers.").split(".", 1)
        part, kind = rest.rsplit(".", 1)
        return f"blk.{layer}.{LAYER[part]}.{kind}"
    return {
        "model.embed_tokens.weight": "token_embd.weight",
        "model.norm.weight": "output_norm.weight",
        "lm_head.weight": "output.weight",
    }[name]


def interleave(weight: torch.Tensor, num_heads: int) -> torch.Tensor:
    """llama.cpp's permutation of Llama's queries and keys."""
    width = weight.shape[0] // num_heads
    paired = weight.reshape(num_heads, 2, width // 2, *weight.shape[1:])
    return paired.transpose(1, 2).reshape(weight.shape)


def write_gguf(
    path: Path,
    model: Any,
    *,
    pre: str = "qwen2",
    head_noise: float | None = None,
    drop: str = "",
    keys: dict[str, Any] | None = None,
    tensors: dict[str, torch.Tensor] | None = None,
) -> Path:
    """Write a model as llama.cpp's converter does: fp32 norms, the rest in 8-bit blocks.

    Args:
        path: of the file.
        model: a Qwen2 or Llama.
        pre: the name of the tokenizer's splitting rule.
        head_noise: of a head of its own, in standard deviations of the embedding.
        drop: llama.cpp's name of a tensor that is left out.
        keys: metadata that is put in place of the model's own; None leaves a key out.
        tensors: further tensors, in fp32.
    """
    config = model.config
    architecture = config.model_type
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    tokenizer: Any = tiny_tokenizer()
    state = json.loads(tokenizer.backend_tokenizer.to_str())
    vocabulary = [text for text, _ in sorted(state["model"]["vocab"].items(), key=lambda p: p[1])]
    tokens = vocabulary + MARKERS
    unused = [f"[PAD{i}]" for i in range(len(tokens), config.vocab_size)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens + unused)
    writer.add_token_types(
        [1] * len(vocabulary) + [3] * (len(MARKERS) - 1) + [4] + [5] * len(unused)
    )
    writer.add_token_merges([" ".join(pair) for pair in state["model"]["merges"]])
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_bos_token_id(tokens.index("<|endoftext|>"))
    writer.add_chat_template(tokenizer.chat_template)
    _change_keys(writer, keys or {})
    weights = dict(model.state_dict())
    weights.pop("lm_head.weight")
    if head_noise is not None:
        head = weights["model.embed_tokens.weight"]
        torch.manual_seed(0)
        weights["lm_head.weight"] = head + head_noise * head.std() * torch.randn_like(head)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for name, weight in weights.items():
        part = name.split(".")[-2]
        if architecture == "llama" and part in heads:
            weight = interleave(weight, heads[part])
        if gguf_name(name) == drop:
            continue
        values = weight.numpy().astype(np.float32)
        if weight.ndim == 2 and not (name.startswith("model.embed") and head_noise is not None):
            kind = gguf.GGMLQuantizationType.Q8_0
        elif weight.ndim == 2:
            kind = gguf.GGMLQuantizationType.Q5_0
        else:
            kind = gguf.GGMLQuantizationType.F32
        blocks = gguf.quants.quantize(values, kind)
        writer.add_tensor(gguf_name(name), blocks, raw_dtype=kind)
    for name, values in (tensors or {}).items():
        writer.add_tensor(name, values.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _change_keys(writer: gguf.GGUFWriter, keys: dict[str, Any]) -> None:
    for key, value in keys.items():
        writer.kv_data[0].pop(key, None)
        if isinstance(value, bool):
            writer.add_bool(key, value)
        elif isinstance(value, int):
            writer.add_uint32(key, value)
        elif isinstance(value, float):
            writer.add_float32(key, value)
        elif isinstance(value, str):
            writer.add_string(key, value)
        elif value is not None:
            writer.add_array(key, value)
