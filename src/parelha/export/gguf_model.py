"""Merged weights and adapters as GGUF files, for llama.cpp and what is built on it.

The `gguf` package writes the container and knows llama.cpp's names and block formats. It writes
8-bit and 16-bit formats; of 4-bit K-quants it reads what others wrote, so those need llama.cpp's
own code (`quantise`). Two architectures are written, those that `models.convert` reads back: any
other has keys or an order of rows of its own, which llama.cpp's converter knows.
"""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any, Literal

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType
from safetensors.torch import load_file
from torch import Tensor

from parelha.errors import UsageError, install_command
from parelha.export.gguf_tokenizer import add_tokenizer, splitting_rule
from parelha.export.merge import Comparison, Merged
from parelha.export.source import ADAPTER_CONFIG
from parelha.models.convert import load_weights
from parelha.models.gguf_file import GgufFile
from parelha.models.policy import ADAPTER_FILE

Quant = Literal["Q8_0", "F16", "BF16", "Q4_K_M"]

_ARCHITECTURES = {"qwen2": gguf.MODEL_ARCH.QWEN2, "llama": gguf.MODEL_ARCH.LLAMA}
_FILE_TYPES = {
    "Q8_0": LlamaFileType.MOSTLY_Q8_0,
    "F16": LlamaFileType.MOSTLY_F16,
    "BF16": LlamaFileType.MOSTLY_BF16,
    "Q4_K_M": LlamaFileType.MOSTLY_Q4_K_M,
}
_NEEDS_LLAMA_CPP = ("Q4_K_M",)
# Llama 3's scaled rope, by the names of transformers' configuration.
_LLAMA3 = ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings")


def check_gguf(config: Any, tokenizer: Any, quant: Quant) -> None:
    """Refuse a base or a quantisation that cannot be written, before any weight is read.

    Raises:
        UsageError: saying what to use instead.
    """
    kind = str(config.model_type)
    otherwise = "use --format merged, and llama.cpp's convert_hf_to_gguf.py on it"
    if kind not in _ARCHITECTURES:
        raise UsageError(
            f"GGUF is written for qwen2 and llama, and this base is {kind}: {otherwise}"
        )
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    rope = config.rope_parameters
    for fault in (
        config.hidden_act != "silu" and f"the activation {config.hidden_act}",
        width * config.num_attention_heads != config.hidden_size and f"heads of {width}",
        rope["rope_type"] not in ("default", "llama3") and f"{rope['rope_type']} rope",
        getattr(config, "use_sliding_window", False) and "a sliding window",
        getattr(config, "mlp_bias", False) and "biases in its blocks",
    ):
        if fault:
            raise UsageError(f"GGUF is not written for a base with {fault}: {otherwise}")
    splitting_rule(tokenizer)
    if quant in _NEEDS_LLAMA_CPP and find_spec("cyllama") is None:
        raise UsageError(
            f"{quant} is written by llama.cpp: {install_command('gguf')}, or take --quant F16 and "
            f"run `llama-quantize FILE {quant}`"
        )


def write_model(merged: Merged, path: Path, name: str, quant: Quant) -> Comparison:
    """Write merged weights, read the file into the model again, and compare it with the pair.

    Raises:
        OSError: it cannot be written.
        UsageError: llama.cpp fails.
    """
    written = path.with_suffix(".f16.gguf") if quant in _NEEDS_LLAMA_CPP else path
    blocks = "F16" if quant in _NEEDS_LLAMA_CPP else quant
    _write(merged.model, merged.tokenizer, written, name, blocks)
    if written != path:
        quantise(written, path, quant)
        written.unlink()
    load_weights(GgufFile(path), merged.model)
    return merged.yardstick.compare(merged.model)


def quantise(source: Path, path: Path, quant: Quant) -> None:
    """Write a GGUF file in another quantisation, by llama.cpp's own code.

    Raises:
        UsageError: it fails.
    """
    # pylint: disable-next=import-outside-toplevel,import-error,no-name-in-module  # an extra
    from cyllama.llama import llama_cpp  # type: ignore[import-not-found,unused-ignore]

    llama_cpp.disable_logging()  # a line for each tensor
    wanted = llama_cpp.LlamaModelQuantizeParams()
    wanted.ftype = int(_FILE_TYPES[quant])
    try:
        llama_cpp.model_quantize(str(source), str(path), wanted)
    except RuntimeError as error:
        raise UsageError(f"llama.cpp could not write {path.name} as {quant}: {error}") from None


def _write(model: Any, tokenizer: Any, path: Path, name: str, blocks: str) -> None:
    config = model.config
    writer = GGUFWriter(path, config.model_type)
    _add_keys(writer, config, name)
    writer.add_file_type(_FILE_TYPES[blocks])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    rows = int(model.get_input_embeddings().weight.shape[0])
    add_tokenizer(writer, tokenizer, rows, config.bos_token_id)
    tensors = list(_named(model))
    kinds = [_kind(tensor, GGMLQuantizationType[blocks]) for _, tensor in tensors]
    for (key, tensor), kind in zip(tensors, kinds, strict=True):
        in_bytes = gguf.quant_shape_to_byte_shape(tuple(tensor.shape), kind)
        size, raw = prod(in_bytes), np.dtype(np.uint8)
        writer.add_tensor_info(key, in_bytes, raw, size, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for (_, tensor), kind in zip(tensors, kinds, strict=True):
        values = gguf.quants.quantize(tensor.float().contiguous().numpy(), kind)
        writer.write_tensor_data(np.ascontiguousarray(values))
    writer.close()


def write_adapter(adapter: Path, path: Path, config: Any, name: str) -> None:
    """Write an adapter in float32, as llama.cpp's `--lora` reads it.

    Raises:
        OSError: it cannot be written.
    """
    told = json.loads((adapter / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    writer = GGUFWriter(path, config.model_type)
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(told["lora_alpha"]))
    names = _names(config)
    for key, weight in sorted(load_file(str(adapter / ADAPTER_FILE)).items()):
        layer, half = key.removeprefix("base_model.model.").removesuffix(".weight").rsplit(".", 1)
        ours = names.get_name(layer)
        if half == "lora_B":
            weight = _permuted(weight, layer, config)
        writer.add_tensor(f"{ours}.weight.{half.lower()}", weight.float().contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_keys(writer: GGUFWriter, config: Any, name: str) -> None:
    writer.add_type("model")
    writer.add_name(name)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    if config.model_type == "llama":
        writer.add_vocab_size(config.vocab_size)
        writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)


def _names(config: Any) -> Any:
    return gguf.get_tensor_name_map(_ARCHITECTURES[config.model_type], config.num_hidden_layers)


def _named(model: Any) -> Iterator[tuple[str, Tensor]]:
    """The model's weights by llama.cpp's names; a tied head once."""
    config = model.config
    names = _names(config)
    for name, weight in model.named_parameters():  # gives a shared weight once
        ours = names.get_name(name, (".weight", ".bias"))
        if ours is None:
            raise UsageError(
                f"llama.cpp has no name for the tensor {name}: use --format merged, and its "
                "convert_hf_to_gguf.py on it"
            )
        yield ours, _permuted(weight.detach(), name.rpartition(".")[0], config)
    if config.rope_parameters["rope_type"] == "llama3":
        yield "rope_freqs.weight", _rope_factors(config)


def _permuted(weight: Tensor, layer: str, config: Any) -> Tensor:
    """A Llama query or key in llama.cpp's order of rows: the two halves of each head interleaved.

    The inverse of what `models.convert` undoes.
    """
    part = layer.rpartition(".")[2]
    if config.model_type != "llama" or part not in ("q_proj", "k_proj"):
        return weight
    heads = config.num_attention_heads if part == "q_proj" else config.num_key_value_heads
    halves = weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:])
    return halves.transpose(1, 2).reshape(weight.shape)


def _rope_factors(config: Any) -> Tensor:
    """(D / 2,) what each frequency is divided by, after Llama 3's rule (transformers' own)."""
    rope = config.rope_parameters
    factor, low, high, length = (float(rope[name]) for name in _LLAMA3)
    width = config.hidden_size // config.num_attention_heads
    waves = 2 * torch.pi * rope["rope_theta"] ** (torch.arange(0, width, 2).double() / width)
    smooth = ((length / waves - low) / (high - low)).clamp(0, 1)
    factors: Tensor = 1 / ((1 - smooth) / factor + smooth)
    return factors.float()


def _kind(tensor: Tensor, wanted: GGMLQuantizationType) -> GGMLQuantizationType:
    """How a tensor is held: vectors in float32, rows that are no whole blocks in 16 bits."""
    if tensor.ndim == 1:
        return GGMLQuantizationType.F32
    block, _ = gguf.GGML_QUANT_SIZES[wanted]
    return wanted if tensor.shape[-1] % block == 0 else GGMLQuantizationType.F16
