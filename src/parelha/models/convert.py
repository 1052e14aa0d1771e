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
    LlamaConfig,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2Tokenizer,
)

from parelha.errors import ModelFileError
from parelha.models.gguf_file import GgufFile

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
        keys["general.architecture"] in ("qwen2", "llama")
        and keys.get("tokenizer.ggml.model") == "gpt2"
        and keys.get("tokenizer.ggml.pre") in _PRE_TOKENIZERS
        and all(transformers_name(name) for name in file.tensors)
    )


def build_config(file: GgufFile, tied: bool) -> PreTrainedConfig:
    """Return the model's configuration from the file's metadata (Qwen2 and Llama)."""
    keys = file.metadata
    architecture = keys["general.architecture"]

    def get(name: str) -> Any:
        return keys[f"{architecture}.{name}"]

    values: dict[str, Any] = {
        "vocab_size": file.tensors["token_embd.weight"].shape[0],
        "hidden_size": get("embedding_length"),
        "intermediate_size": get("feed_forward_length"),
        "num_hidden_layers": get("block_count"),
        "num_attention_heads": get("attention.head_count"),
        "num_key_value_heads": get("attention.head_count_kv"),
        "max_position_embeddings": get("context_length"),
        # stored in 32 bits: 9.99999997e-07 was written as 1e-06
        "rms_norm_eps": float(f"{get('attention.layer_norm_rms_epsilon'):.6g}"),
        "rope_parameters": {"rope_type": "default", "rope_theta": float(get("rope.freq_base"))},
        "tie_word_embeddings": tied,
        "bos_token_id": keys.get("tokenizer.ggml.bos_token_id"),
        "eos_token_id": keys["tokenizer.ggml.eos_token_id"],
        "pad_token_id": keys.get("tokenizer.ggml.padding_token_id"),
        "dtype": "bfloat16",
    }
    kind, model = (
        (Qwen2Config, "Qwen2ForCausalLM")
        if architecture == "qwen2"
        else (LlamaConfig, "LlamaForCausalLM")
    )
    return kind.from_dict(values | {"architectures": [model]})


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
    return max(names, key=lambda name: file.tensors[name].bits_per_weight)


def read_weights(file: GgufFile, tied: bool) -> dict[str, torch.Tensor]:
    """Return all weights in bf16 under transformers' names; a tied head is left out."""
    keys = file.metadata
    heads = {}
    if keys["general.architecture"] == "llama":
        heads = {
            "attn_q": keys["llama.attention.head_count"],
            "attn_k": keys["llama.attention.head_count_kv"],
        }
    weights = {}
    for name in file.tensors:
        if tied and name in ("token_embd.weight", "output.weight"):
            continue
        weight = file.tensor(name)
        part = name.split(".")[2] if name.startswith("blk.") else ""
        if part in heads:
            weight = _undo_rope_permutation(weight, heads[part])
        weights[str(transformers_name(name))] = weight.contiguous()
    if tied:
        weights["model.embed_tokens.weight"] = file.tensor(_tied_source(file))
    return weights


def build_tokenizer(file: GgufFile) -> PreTrainedTokenizerFast:
    """Return the tokenizer of a byte-level vocabulary, with every marker a special token.

    Special means that ``split_special_tokens=True`` spells a marker found in a text out instead of
    taking it for control; Qwen's own file leaves some (fill-in-the-middle, tool calls) unprotected.
    """
    keys = file.metadata
    tokens: list[str] = keys["tokenizer.ggml.tokens"]
    kinds: list[int] = keys["tokenizer.ggml.token_type"]
    vocabulary = {
        token: index
        for index, (token, kind) in enumerate(zip(tokens, kinds, strict=True))
        if kind != _UNUSED
    }
    merges = [tuple(merge.split(" ")) for merge in keys["tokenizer.ggml.merges"]]
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
        return None if index is None else tokens[index]

    architecture = keys["general.architecture"]
    fast: PreTrainedTokenizerFast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        # Qwen's own tokenizer has none; the file fills the gap with the padding token
        bos_token=None if keys["tokenizer.ggml.pre"] == "qwen2" else named("bos"),
        eos_token=named("eos"),
        unk_token=named("unknown"),
        pad_token=named("padding") or named("eos"),
        model_max_length=keys[f"{architecture}.context_length"],
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = keys.get("tokenizer.chat_template")
    return fast


def _generation_config(config: PreTrainedConfig, tokenizer: PreTrainedTokenizerFast) -> Any:
    """Return where generation stops: the end of a turn, and the end of a text."""
    ends = [config.eos_token_id]
    vocabulary = tokenizer.get_added_vocab()
    ends += [
        vocabulary[text]
        for text in ("<|im_end|>", "<|endoftext|>")
        if text in vocabulary and vocabulary[text] not in ends
    ]
    return GenerationConfig(  # type: ignore[no-untyped-call]
        bos_token_id=config.bos_token_id,
        eos_token_id=ends,
        pad_token_id=tokenizer.pad_token_id,
    )


def _convert_by_transformers(path: Path, folder: Path) -> None:
    """Convert any architecture that transformers can read, slowly.

    The loader marks what it read as quantised; the marks are cleared so that plain bf16 is saved.
    """
    source = {"gguf_file": path.name, "local_files_only": True}
    model: Any = AutoModelForCausalLM.from_pretrained(path.parent, dtype=torch.bfloat16, **source)
    model.hf_quantizer = None
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.to(torch.bfloat16).save_pretrained(folder)
    AutoTokenizer.from_pretrained(path.parent, **source).save_pretrained(folder)


def convert(path: Path, folder: Path, tied: bool | None = None) -> None:
    """Convert the GGUF file `path` into the existing, empty `folder`.

    Args:
        path: the GGUF file.
        folder: receives config.json, generation_config.json, model.safetensors, tokenizer files.
        tied: whether the head is the embedding; None takes the file's word (no head of its own).

    Raises:
        ModelFileError: the file is damaged, or its two copies of a tied embedding differ.
    """
    file = GgufFile(path)
    if not _is_known(file):
        _convert_by_transformers(path, folder)
        return
    if tied is None:
        tied = "output.weight" not in file.tensors
    config = build_config(file, tied)
    tokenizer = build_tokenizer(file)
    tokenizer.save_pretrained(folder)
    config.save_pretrained(folder)
    _generation_config(config, tokenizer).save_pretrained(folder)
    del tokenizer
    gc.collect()
    save_file(read_weights(file, tied), folder / "model.safetensors", metadata={"format": "pt"})


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
    return 0


if __name__ == "__main__":
    sys.exit(main())
