"""What a GGUF file's keys say of a model, read exactly or refused.

The keys are those of the GGUF specification (ggml, docs/gguf.md), their defaults llama.cpp's. A key
that changes what the model computes and that is not read here is an error: without it the weights
would load, and the model would be another one.
"""

from collections.abc import Collection
from typing import Any

import torch
from transformers import LlamaConfig, PreTrainedConfig, Qwen2Config
from transformers.integrations.ggml import GGUF_CONFIG_MAPPING
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from parelha.errors import ModelFileError
from parelha.models.gguf_file import GgufFile

_FACTORS = "rope_freqs.weight"  # Llama 3's scaled rope: what each frequency is divided by
CONFIGURATION_TENSORS = frozenset({_FACTORS})
_LONG_FACTORS = ("rope_factors_long.weight", "rope_factors_short.weight")
_READ = frozenset(
    {
        "vocab_size",
        "context_length",
        "embedding_length",
        "block_count",
        "feed_forward_length",
        "attention.head_count",
        "attention.head_count_kv",
        "attention.layer_norm_rms_epsilon",
        "rope.freq_base",
    }
)
_ROPE = {
    "rope.scale_linear",
    "rope.scaling.type",
    "rope.scaling.factor",
    "rope.scaling.original_context_length",
}
_HEAD = ("attention.key_length", "attention.value_length", "rope.dimension_count")
# What a key says where it changes nothing.
_NEUTRAL: dict[str, Any] = {
    "attention.causal": True,
    "attention.max_alibi_bias": 0,
    "attention.clamp_kqv": 0,
    "attention.sliding_window": 0,
    "attn_logit_softcapping": 0,
    "final_logit_softcapping": 0,
    "embedding_scale": 1,
    "residual_scale": 1,
    "logit_scale": 1,
    "expert_count": 0,
    "expert_used_count": 0,
    "expert_shared_count": 0,
    "nextn_predict_layers": 0,
    "use_parallel_residual": False,
    "rope.scaling.attn_factor": 1,
    "rope.scaling.yarn_attn_factor": 1,
    "rope.scaling.yarn_ext_factor": 1,
    "rope.scaling.yarn_beta_fast": 32,
    "rope.scaling.yarn_beta_slow": 1,
}
_SAYS_NOTHING = {"rope.scaling.finetuned", "tensor_data_layout"}


class Keys:
    """The metadata of a file, under the names that the specification gives to all architectures.

    Raises:
        ModelFileError: the file does not name its architecture.
    """

    def __init__(self, file: GgufFile) -> None:
        self.file = file
        self.architecture = str(self.whole("general.architecture"))

    def whole(self, key: str) -> Any:
        """The value of a key by its whole name; raises ModelFileError where there is none."""
        if key not in self.file.metadata:
            raise ModelFileError(
                f"{self.file.path} lacks the key {key}: it is no whole model, fetch another file"
            )
        return self.file.metadata[key]

    def number(self, name: str, default: float | None = None) -> Any:
        """A number of the architecture's own; `default` where it is missing and may be.

        Raises:
            ModelFileError: it is missing and may not be, or is something else.
        """
        key = f"{self.architecture}.{name}"
        if default is not None and key not in self.file.metadata:
            return default
        value = self.whole(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refused(name, "is not one number")
        return value

    def refused(self, name: str, why: str = "") -> ModelFileError:
        """The error for a key that cannot be read exactly."""
        key = f"{self.architecture}.{name}"
        why = why or f"is {str(self.file.metadata[key])[:40]!r}, which cannot be read exactly"
        return ModelFileError(f"{self.file.path}: {key} {why}; choose another file")

    @property
    def head_dim(self) -> int:
        """Width of one head."""
        heads = int(self.number("attention.head_count"))
        width = self.number("attention.key_length", self.number("embedding_length") // heads)
        return int(width)

    def own(self) -> dict[str, Any]:
        """The architecture's own keys, without its name."""
        head = f"{self.architecture}."
        return {
            k.removeprefix(head): v for k, v in self.file.metadata.items() if k.startswith(head)
        }


def check_keys(keys: Keys, read: Collection[str] = _READ) -> None:
    """Refuse a key that would be dropped: not one of `read`, of rope, or a width of heads.

    Raises:
        ModelFileError: naming the key, or a tensor that holds a part of the configuration.
    """
    for name, value in keys.own().items():
        if name in _NEUTRAL and value == _NEUTRAL[name]:
            continue
        if name not in {*read, *_ROPE, *_HEAD, *_SAYS_NOTHING}:
            raise keys.refused(name)
    for name in _LONG_FACTORS:
        if name in keys.file.tensors:
            raise ModelFileError(
                f"{keys.file.path}: the tensor {name} (scaled rope) cannot be read exactly; "
                "choose another file"
            )


def check_heads(keys: Keys, config: PreTrainedConfig) -> None:
    """Refuse a file whose heads are not as wide as the configuration's.

    Raises:
        ModelFileError: naming the key.
    """
    fields: dict[str, Any] = config.to_dict()
    width = fields.get("head_dim") or config.hidden_size // config.num_attention_heads
    rope = fields.get("rope_parameters") or {}
    turned = fields.get("rotary_dim") or int(width * rope.get("partial_rotary_factor", 1.0))
    for name, right in zip(_HEAD, (width, width, turned), strict=True):
        if keys.own().get(name, right) != right:
            raise keys.refused(name, f"is {keys.own()[name]} and would be read as {right}")


def read_by_transformers(keys: Keys) -> set[str]:
    """Names of the architecture's keys that transformers' own converter reads."""
    mapped: Any = GGUF_CONFIG_MAPPING.get(keys.architecture.replace("-", "_"), {})
    return {name for name, field in mapped.items() if field not in (None, -1)}


def rope_parameters(keys: Keys) -> dict[str, Any]:
    """The rotary embedding as transformers' configurations hold it.

    Raises:
        ModelFileError: a scaling that cannot be read exactly, naming the key or the tensor.
    """
    own = keys.own()
    theta = float(keys.number("rope.freq_base", 10000.0))
    if _FACTORS in keys.file.tensors:
        return _llama3(keys, theta)
    factor = float(keys.number("rope.scaling.factor", keys.number("rope.scale_linear", 1.0)))
    # llama.cpp takes a factor without a type as linear
    kind = own.get("rope.scaling.type", "linear" if factor not in (0.0, 1.0) else "none")
    if kind == "none":
        return {"rope_type": "default", "rope_theta": theta}
    if kind not in ("linear", "yarn"):
        raise keys.refused("rope.scaling.type")
    if "rope.scale_linear" not in own:
        keys.number("rope.scaling.factor")  # a type without a factor is no whole file
    scaled: dict[str, Any] = {"rope_type": kind, "rope_theta": theta, "factor": factor}
    if kind == "yarn":
        length = keys.number("rope.scaling.original_context_length", keys.number("context_length"))
        scaled["original_max_position_embeddings"] = int(length)
    return scaled


def _llama3(keys: Keys, theta: float) -> dict[str, Any]:
    """Llama 3's scaling; the file holds its factors alone, and one published setting gives them."""
    factors = keys.file.tensor(_FACTORS, torch.float32).flatten()
    width = keys.head_dim
    plain = theta ** (-torch.arange(0, width, 2, dtype=torch.float32) / width)
    for factor in (8.0, 32.0):  # Llama 3.1 and 3.3; 3.2
        found = {
            "rope_type": "llama3",
            "rope_theta": theta,
            "factor": factor,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192,
        }
        config = LlamaConfig.from_dict(
            {"hidden_size": width, "num_attention_heads": 1, "head_dim": width}
            | {"rope_parameters": found, "max_position_embeddings": 131072}
        )
        scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config)
        if factors.shape == scaled.shape and torch.allclose(plain / scaled, factors, rtol=1e-3):
            return found
    raise ModelFileError(
        f"{keys.file.path}: the tensor {_FACTORS} holds no published scaling of Llama 3's rope "
        "and cannot be read exactly; choose another file"
    )


def build_config(file: GgufFile, tied: bool) -> PreTrainedConfig:
    """Return the model's configuration from the file's metadata (Qwen2 and Llama).

    Raises:
        ModelFileError: a key is missing, or is not read exactly.
    """
    keys = Keys(file)
    check_keys(keys)
    rows = file.tensors["token_embd.weight"].shape[0]
    if keys.number("vocab_size", rows) != rows:
        raise keys.refused("vocab_size", f"is not the {rows} rows of token_embd.weight")
    heads = int(keys.number("attention.head_count"))
    epsilon = keys.number("attention.layer_norm_rms_epsilon")
    values: dict[str, Any] = {
        "vocab_size": rows,
        "hidden_size": keys.number("embedding_length"),
        "intermediate_size": keys.number("feed_forward_length"),
        "num_hidden_layers": keys.number("block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": keys.number("attention.head_count_kv", heads),
        "max_position_embeddings": keys.number("context_length"),
        # stored in 32 bits: 9.99999997e-07 was written as 1e-06
        "rms_norm_eps": float(f"{epsilon:.6g}"),
        "rope_parameters": rope_parameters(keys),
        "tie_word_embeddings": tied,
        "bos_token_id": file.metadata.get("tokenizer.ggml.bos_token_id"),
        "eos_token_id": file.metadata.get("tokenizer.ggml.eos_token_id"),
        "pad_token_id": file.metadata.get("tokenizer.ggml.padding_token_id"),
        "dtype": "bfloat16",
    }
    if "attention.key_length" in keys.own():
        values["head_dim"] = keys.head_dim
    kind, model = (
        (Qwen2Config, "Qwen2ForCausalLM")
        if keys.architecture == "qwen2"
        else (LlamaConfig, "LlamaForCausalLM")
    )
    config = kind.from_dict(values | {"architectures": [model]})
    check_heads(keys, config)
    return config
