"""The catalogue's figures are those of transformers' own classes with the published shapes.

The classes are built without memory (on torch's meta device), whole.
"""

# pylint: disable=missing-function-docstring

from typing import Any

import pytest
import torch
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM

from parelha.models import catalogue
from parelha.models.policy import adapter_targets

_QWEN = {"model_type": "qwen2", "vocab_size": 151936, "tie_word_embeddings": True}
_DEEPSEEK = {
    "model_type": "deepseek_v2",
    "vocab_size": 102400,
    "first_k_dense_replace": 1,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "n_shared_experts": 2,
    "num_experts_per_tok": 6,
}


def _shape(hidden: int, inner: int, layers: int, heads: int, groups: int) -> dict[str, int]:
    return {
        "hidden_size": hidden,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": groups,
    }


# as the files `config.json` of the models' own repositories have them
PUBLISHED: dict[str, dict[str, Any]] = {
    "Qwen2.5-Coder-0.5B-Instruct": _QWEN | _shape(896, 4864, 24, 14, 2),
    "Qwen2.5-Coder-1.5B-Instruct": _QWEN | _shape(1536, 8960, 28, 12, 2),
    "Qwen2.5-Coder-3B-Instruct": _QWEN | _shape(2048, 11008, 36, 16, 2),
    "Qwen2.5-Coder-7B-Instruct": _QWEN
    | _shape(3584, 18944, 28, 28, 4)
    | {"vocab_size": 152064, "tie_word_embeddings": False},
    "SmolLM2-135M-Instruct": {
        "model_type": "llama",
        "vocab_size": 49152,
        "tie_word_embeddings": True,
        **_shape(576, 1536, 30, 9, 3),
    },
    "codegen-350M-mono": {
        "model_type": "codegen",
        "vocab_size": 51200,
        "n_embd": 1024,
        "n_layer": 20,
        "n_head": 16,
        "rotary_dim": 32,
    },
    "Llama-3.2-1B": {
        "model_type": "llama",
        "vocab_size": 128256,
        "tie_word_embeddings": True,
        **_shape(2048, 8192, 16, 32, 8),
    },
    "Phi-3-mini-128k-instruct": {
        "model_type": "phi3",
        "vocab_size": 32064,
        **_shape(3072, 8192, 32, 32, 32),
    },
    "DeepSeek-Coder-V2-Lite-Instruct": _DEEPSEEK
    | _shape(2048, 10944, 27, 16, 16)
    | {"q_lora_rank": None, "n_routed_experts": 64, "moe_intermediate_size": 1408},
    "DeepSeek-Coder-V2-Instruct": _DEEPSEEK
    | _shape(5120, 12288, 60, 128, 128)
    | {"q_lora_rank": 1536, "n_routed_experts": 160, "moe_intermediate_size": 1536},
}


def cache_bytes(config: Any) -> int:
    """Bytes in bf16 of one token's keys and values; DeepSeek-V2 keeps one latent of both."""
    if config.model_type == "deepseek_v2":
        width = config.kv_lora_rank + config.qk_rope_head_dim
    else:
        heads = config.num_attention_heads
        groups = getattr(config, "num_key_value_heads", heads)
        width = 2 * groups * (config.hidden_size // heads)
    return int(2 * config.num_hidden_layers * width)


@pytest.mark.parametrize("row", catalogue.MODELS, ids=lambda row: row.name)
def test_a_rows_figures_are_those_of_the_published_shape(row: catalogue.Model) -> None:
    values = dict(PUBLISHED[row.name])
    config: Any = AutoConfig.for_model(values.pop("model_type"), **values)
    with torch.device("meta"):
        model: Any = AutoModelForCausalLM.from_config(config)  # type: ignore[no-untyped-call]
    head = model.get_output_embeddings()
    linear = [m for m in model.modules() if isinstance(m, nn.Linear) and m is not head]
    assert row.parameters == model.num_parameters()
    assert row.linear == sum(layer.weight.numel() for layer in linear)  # biases stay bf16
    assert (row.layers, row.hidden) == (config.num_hidden_layers, config.hidden_size)
    assert row.vocabulary == config.vocab_size
    assert row.tied == bool(config.tie_word_embeddings)
    assert row.cache_bytes == cache_bytes(config)
    targets = set(adapter_targets(model))
    assert set(row.targets) == targets
    adapted = [m for name, m in model.named_modules() if name.rpartition(".")[2] in targets]
    assert row.adapted == sum(layer.in_features + layer.out_features for layer in adapted)


def test_what_is_listed_is_everything_that_is_known() -> None:
    shown = {key for view in catalogue.VIEWS for key in view}
    assert shown == set(catalogue.table()[0])
    assert all(view[0] == "name" for view in catalogue.VIEWS)


def test_four_bits_shrink_what_is_a_linear_layer() -> None:
    dense = catalogue.find("Qwen2.5-Coder-7B-Instruct")
    experts = catalogue.find("DeepSeek-Coder-V2-Instruct")
    assert dense is not None and experts is not None
    assert dense.weights_gib(4) < 0.45 * dense.weights_gib()
    assert experts.weights_gib(4) > 0.95 * experts.weights_gib()
