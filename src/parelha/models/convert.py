"""Turns a GGUF file into a folder that transformers loads in seconds: bf16 safetensors.

Run as ``python -m parelha.models.convert FILE FOLDER [--tied]``, in a process of its own, so that
its memory is given back. Qwen2 and Llama files with a byte-level vocabulary are converted here, in
one pass over the file; anything else goes through transformers' own GGUF loader (a minute or so).

What transformers' loader gets wrong for our files, and this one right: it leaves the head untied
(a second copy of the embedding, different by quantisation noise alone), drops Qwen's NFC
normalisation, and splits numbers into groups where SmolLM2 was trained on single digits.
"""

import argparse
import gc
import sys
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    Qwen2Tokenizer,
)

from parelha.errors import ModelFileError
from parelha.models.gguf_config import (
    CONFIGURATION_TENSORS,
    Keys,
    build_config,
    check_heads,
    check_keys,
    read_by_transformers,
    rope_parameters,
)
from parelha.models.gguf_file import GgufFile
from parelha.models.load import check_loaded

_LOADER: Any = AutoModelForCausalLM
_CONTROL, _USER_DEFINED, _UNUSED = 3, 4, 5  # tokenizer.ggml.token_type

# llama.cpp's name of a layer's tensor -> transformers' (the same for Qwen2 and Llama)
_LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_TOP_NAMES = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
_PRE_TOKENIZERS = ("qwen2", "smollm")  # whose splitting rules are known below


def transformers_name(name: str) -> str | None:
    """Return transformers' name of a Qwen2 or Llama tensor; None for one that it does not have."""
    if name in _TOP_NAMES:
        return _TOP_NAMES[name]
    block, _, rest = name.partition(".")
    layer, _, rest = rest.partition(".")
    part, _, kind = rest.partition(".")
    if block != "blk" or part not in _LAYER_NAMES or kind not in ("weight", "bias"):
        return None
    return f"model.layers.{layer}.{_LAYER_NAMES[part]}.{kind}"


def _is_known(file: GgufFile) -> bool:
    """Whether this module can convert the file itself."""
    keys = file.metadata
    return (
        keys.get("general.architecture") in ("qwen2", "llama")
        and keys.get("tokenizer.ggml.model") == "gpt2"
        and keys.get("tokenizer.ggml.pre") in _PRE_TOKENIZERS
        and all(transformers_name(n) or n in CONFIGURATION_TENSORS for n in file.tensors)
    )


def _undo_rope_permutation(weight: torch.Tensor, num_heads: int) -> torch.Tensor:
    """Put a Llama query or key weight (heads * width, hidden) back into transformers' row order.

    llama.cpp interleaves the two halves of each head (its convert_hf_to_gguf.py, `permute`).
    """
    width = weight.shape[0] // num_heads
    paired = weight.reshape(num_heads, width // 2, 2, *weight.shape[1:])
    return paired.transpose(1, 2).reshape(weight.shape)


def _tied_source(file: GgufFile) -> str:
    """Return the name of the finer copy of a tied embedding, after comparing the two copies.

    Raises:
        ModelFileError: the two differ by more than quantisation noise, so the model is not tied.
    """
    names = [name for name in ("token_embd.weight", "output.weight") if name in file.tensors]
    if len(names) == 2:
        embedding, head = (next(file.rows(name)) for name in names)
        distance = float((embedding - head).norm() / head.norm())
        if distance > 0.2:  # 4- to 8-bit blocks measure 0.01 to 0.08
            raise ModelFileError(
                f"the head and the embedding differ by {distance:.0%}: this model is not tied"
            )
    return max(names, key=lambda name: file.tensors[name].row_bytes)


def read_weights(
    file: GgufFile, config: Any, dtype: torch.dtype = torch.bfloat16
) -> dict[str, torch.Tensor]:
    """Return all weights under transformers' names; a tied head is left out.

    Raises:
        ModelFileError: a tensor is missing.
    """
    weights = dict(_each_weight(file, config, dtype))
    _check_whole(file, config, {name: tuple(weight.shape) for name, weight in weights.items()})
    return weights


def load_weights(file: GgufFile, model: Any) -> None:
    """Copy all weights into a model of transformers, one by one: none is in memory twice.

    Those of before an error are overwritten too.

    Raises:
        ModelFileError: a tensor is missing, too many, or of another shape.
    """
    held = model.state_dict()  # the model's own memory
    found: dict[str, tuple[int, ...]] = {}
    for name, weight in _each_weight(file, model.config, model.dtype):
        found[name] = tuple(weight.shape)
        if name in held and held[name].shape == weight.shape:
            held[name].copy_(weight)
    _check_whole(file, model.config, found)


def _each_weight(
    file: GgufFile, config: Any, dtype: torch.dtype
) -> Iterator[tuple[str, torch.Tensor]]:
    """All weights under transformers' names, each read when it is asked for."""
    keys = file.metadata
    heads = {}
    if keys["general.architecture"] == "llama":
        heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    tied = config.tie_word_embeddings
    for name in file.tensors:
        if name in CONFIGURATION_TENSORS or (
            tied and name in ("token_embd.weight", "output.weight")
        ):
            continue
        weight = file.tensor(name, dtype)
        part = name.split(".")[2] if name.startswith("blk.") else ""
        if part in heads:
            weight = _undo_rope_permutation(weight, heads[part])
        yield str(transformers_name(name)), weight.contiguous()
    if tied:
        yield "model.embed_tokens.weight", file.tensor(_tied_source(file), dtype)


def _check_whole(
    file: GgufFile, config: PreTrainedConfig, found: dict[str, tuple[int, ...]]
) -> None:
    """Refuse weights that are not exactly the model's; the first wrong one is named.

    Raises:
        ModelFileError: a tensor is missing, too many, or of another shape.
    """
    with torch.device("meta"):
        model = _LOADER.from_config(config)
    right = {name: tuple(weight.shape) for name, weight in model.state_dict().items()}
    if config.tie_word_embeddings:
        right.pop("lm_head.weight")
    names = {new: old for old in file.tensors if (new := transformers_name(old))}
    for name in sorted(right.keys() | found.keys()):
        if right.get(name) != found.get(name):
            raise ModelFileError(
                f"{file.path}: the tensor {names.get(name) or _gguf_name(name)} is "
                f"{found.get(name, 'missing')}, and the model needs {right.get(name, 'none')}: "
                "fetch the file again, or another one"
            )


def _gguf_name(name: str) -> str:
    """llama.cpp's name of a tensor of Qwen2 or Llama; the inverse of `transformers_name`."""
    for old, new in _TOP_NAMES.items():
        if name == new:
            return old
    _, _, layer, inner = name.split(".", 3)
    part, _, kind = inner.rpartition(".")
    return f"blk.{layer}.{next(o for o, n in _LAYER_NAMES.items() if n == part)}.{kind}"


def build_tokenizer(file: GgufFile) -> PreTrainedTokenizerFast:
    """Return the tokenizer of a byte-level vocabulary, with every marker a special token.

    Special means that ``split_special_tokens=True`` spells a marker found in a text out instead of
    taking it for control; Qwen's own file leaves some (fill-in-the-middle, tool calls) unprotected.

    Raises:
        ModelFileError: a key is missing, or names no token of the embedding.
    """
    keys = file.metadata
    tokens: list[str] = Keys(file).whole("tokenizer.ggml.tokens")
    kinds: list[int] = keys.get("tokenizer.ggml.token_type") or [1] * len(tokens)
    rows = file.tensors["token_embd.weight"].shape[0]
    if len(kinds) != len(tokens) or len(tokens) > rows:
        raise ModelFileError(
            f"{file.path}: tokenizer.ggml.tokens holds {len(tokens)} tokens, token_type "
            f"{len(kinds)}, and the embedding {rows}: fetch another file"
        )
    vocabulary = {
        token: index
        for index, (token, kind) in enumerate(zip(tokens, kinds, strict=True))
        if kind != _UNUSED
    }
    merges = [tuple(merge.split(" ")) for merge in Keys(file).whole("tokenizer.ggml.merges")]
    tokenizer: Any = Tokenizer(BPE(vocab=vocabulary, merges=merges))
    if keys["tokenizer.ggml.pre"] == "qwen2":
        backend: Any = Qwen2Tokenizer().backend_tokenizer  # the library's own splitting rule
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = backend.pre_tokenizer
    else:  # smollm: one token per digit, then GPT-2's rule
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
            ]
        )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.add_special_tokens(
        [
            AddedToken(token, special=True, normalized=False)
            for token, kind in zip(tokens, kinds, strict=True)
            if kind in (_CONTROL, _USER_DEFINED)
        ]
    )

    def named(key: str) -> str | None:
        index = keys.get(f"tokenizer.ggml.{key}_token_id")
        if index is not None and not 0 <= index < len(tokens):
            raise ModelFileError(
                f"{file.path}: tokenizer.ggml.{key}_token_id is {index}, and there are "
                f"{len(tokens)} tokens: fetch another file"
            )
        return None if index is None else tokens[index]

    fast: PreTrainedTokenizerFast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        # Qwen's own tokenizer has none; the file fills the gap with the padding token
        bos_token=None if keys["tokenizer.ggml.pre"] == "qwen2" else named("bos"),
        eos_token=named("eos"),
        unk_token=named("unknown"),
        pad_token=named("padding") or named("eos"),
        model_max_length=Keys(file).number("context_length"),
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = keys.get("tokenizer.chat_template")
    return fast


def _generation_config(config: PreTrainedConfig, tokenizer: PreTrainedTokenizerFast) -> Any:
    """Return where generation stops: the end of a turn, and the end of a text."""
    ends = [] if config.eos_token_id is None else [config.eos_token_id]
    vocabulary = tokenizer.get_added_vocab()
    ends += [
        vocabulary[text]
        for text in ("<|im_end|>", "<|endoftext|>")
        if text in vocabulary and vocabulary[text] not in ends
    ]
    return GenerationConfig(  # type: ignore[no-untyped-call]
        bos_token_id=config.bos_token_id,
        eos_token_id=ends or None,
        pad_token_id=tokenizer.pad_token_id,
    )


def _convert_by_transformers(file: GgufFile, folder: Path) -> None:
    """Convert any architecture that transformers can read, slowly.

    The loader marks what it read as quantised; the marks are cleared so that plain bf16 is saved.
    It drops scaled rope and every key and tensor that it does not know: those are refused, and the
    scaling is put into the configuration here.

    Raises:
        ModelFileError: a key or tensor would not be read exactly.
    """
    keys = Keys(file)
    for name in ("block_count", "embedding_length", "context_length"):
        keys.number(name)
    check_keys(keys, read_by_transformers(keys))
    rope = rope_parameters(keys)
    path = file.path
    source = {"gguf_file": path.name, "local_files_only": True}
    model, info = _LOADER.from_pretrained(
        path.parent, dtype=torch.bfloat16, output_loading_info=True, **source
    )
    check_loaded(path, info)
    _check_count(file, model)
    check_heads(keys, model.config)
    if rope["rope_type"] != "default" and keys.architecture != "gpt-oss":  # its scaling is read
        held = model.config.rope_parameters
        if held.get("rope_type") != "default":
            raise keys.refused("rope.scaling.type")
        model.config.rope_parameters = held | rope
    model.hf_quantizer = None
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.to(torch.bfloat16).save_pretrained(folder)
    AutoTokenizer.from_pretrained(path.parent, **source).save_pretrained(folder)


def _check_count(file: GgufFile, model: Any) -> None:
    """Refuse a file with more weights than were read; transformers passes over the others."""
    read = sum(weight.numel() for weight in model.parameters())  # a tied one once
    held = {n: prod(t.shape) for n, t in file.tensors.items() if n not in CONFIGURATION_TENSORS}
    if model.config.tie_word_embeddings:
        held.pop("output.weight", None)
    if sum(held.values()) != read:
        raise ModelFileError(
            f"{file.path} holds {sum(held.values())} weights, of which transformers reads {read}: "
            "choose another file"
        )


def convert(path: Path, folder: Path, tied: bool | None = None) -> None:
    """Convert the GGUF file `path` into the existing, empty `folder`.

    Args:
        path: the GGUF file.
        folder: receives config.json, generation_config.json, model.safetensors, tokenizer files.
        tied: whether the head is the embedding; None takes the file's word (no head of its own).

    Raises:
        ModelFileError: the file is damaged or not read exactly (the key or tensor is named), or its
            two copies of a tied embedding differ.
    """
    file = GgufFile(path)
    if not _is_known(file):
        _convert_by_transformers(file, folder)
        return
    if "token_embd.weight" not in file.tensors:
        raise ModelFileError(f"{path}: the tensor token_embd.weight is missing: fetch it again")
    if tied is None:
        tied = "output.weight" not in file.tensors
    config = build_config(file, tied)
    tokenizer = build_tokenizer(file)
    tokenizer.save_pretrained(folder)
    config.save_pretrained(folder)
    _generation_config(config, tokenizer).save_pretrained(folder)
    del tokenizer
    gc.collect()
    save_file(read_weights(file, config), folder / "model.safetensors", metadata={"format": "pt"})


def main(arguments: list[str] | None = None) -> int:
    """Run the conversion from the command line; 0 when done, 2 with one line on a bad file."""
    parser = argparse.ArgumentParser(prog="python -m parelha.models.convert")
    parser.add_argument("file", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tied", action="store_true", help="the head is the embedding")
    options = parser.parse_args(arguments)
    try:
        convert(options.file, options.folder, tied=True if options.tied else None)
    except ModelFileError as error:
        print(error, file=sys.stderr)
        return 2
    except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
        line = str(error).strip().partition("\n")[0]
        print(f"{options.file} cannot be read: {type(error).__name__}: {line}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
