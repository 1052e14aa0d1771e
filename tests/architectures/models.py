"""Small random models of each architecture's own class, with tokenizer rules like its own.

Everything is built in memory, without network: a few layers, some hundred tokens, the same special
tokens, beginning-of-text rules, chat template and spacing rules as the real files have.
"""

# pylint: disable=unexpected-keyword-arg  # transformers' configurations make __init__ late

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import (
    CodeGenConfig,
    CodeGenForCausalLM,
    DeepseekV2Config,
    DeepseekV2ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    Phi3Config,
    Phi3ForCausalLM,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from tests.tiny import LINES, tiny_tokenizer

_MERGED = 380  # tokens of a trained vocabulary, before special ones
_LETTERS = pre_tokenizers.ByteLevel.alphabet()

_LLAMA3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

DEEPSEEK_TEMPLATE = (
    "{{ bos_token }}{%- for m in messages -%}"
    "{%- if m['role'] == 'user' -%}{{ 'User: ' + m['content'] + '\n\n' }}"
    "{%- elif m['role'] == 'assistant' -%}{{ 'Assistant: ' + m['content'] + eos_token }}"
    "{%- else -%}{{ m['content'] + '\n\n' }}{%- endif -%}"
    "{%- endfor -%}{%- if add_generation_prompt -%}{{ 'Assistant:' }}{%- endif -%}"
)
PHI3_TEMPLATE = (
    "{%- for m in messages -%}"
    "{{ '<|' + m['role'] + '|>\n' + m['content'] + '<|end|>\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|assistant|>\n' }}{%- else -%}{{ eos_token }}"
    "{%- endif -%}"
)


# --- tokenizers ----------------------------------------------------------------------------------


def _byte_level(pre: Any) -> Any:
    """Train a byte-level BPE under one model's splitting rules."""
    tokenizer: Any = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_MERGED, show_progress=False, initial_alphabet=sorted(_LETTERS)
    )
    tokenizer.train_from_iterator(LINES * 4, trainer)
    return tokenizer


def _special(text: str) -> AddedToken:
    return AddedToken(text, special=True, normalized=False)


def _begins_with(token: str, number: int) -> Any:
    """Put a token before every text, as a tokenizer does that was told to add special tokens."""
    return processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(single=f"{token} $A", special_tokens=[(token, number)]),
        ]
    )


def _wrapped(tokenizer: Any, **kwargs: Any) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, clean_up_tokenization_spaces=False, **kwargs
    )


def codegen_tokenizer() -> PreTrainedTokenizerFast:
    """GPT-2's rules and one special token; runs of spaces and tabs are plain added tokens."""
    tokenizer = _byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))
    end = "<|endoftext|>"
    tokenizer.add_special_tokens([_special(end)])
    runs = [" " * n for n in range(8, 1, -1)] + ["\t" * n for n in range(4, 1, -1)]
    tokenizer.add_tokens([AddedToken(run, normalized=True) for run in runs])
    return _wrapped(tokenizer, bos_token=end, eos_token=end, unk_token=end)


def llama_tokenizer() -> PreTrainedTokenizerFast:
    """Llama 3's splitting rules; every text begins with a token; no chat template (a base)."""
    tokenizer = _byte_level(
        pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(_LLAMA3_SPLIT), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    )
    begin, end = "<|begin_of_text|>", "<|end_of_text|>"
    tokenizer.add_special_tokens(
        [_special(t) for t in (begin, end, "<|start_header_id|>", "<|eot_id|>")]
    )
    tokenizer.post_processor = _begins_with(begin, tokenizer.token_to_id(begin))
    return _wrapped(tokenizer, bos_token=begin, eos_token=end)


def deepseek_tokenizer() -> PreTrainedTokenizerFast:
    """Single digits, line ends apart, markers in full-width characters, words as roles."""
    tokenizer = _byte_level(
        pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex("[\r\n]"), "isolated"),
                pre_tokenizers.Split(Regex(r"\s?\p{L}+"), "isolated"),
                pre_tokenizers.Split(Regex(r"\s?\p{P}+"), "isolated"),
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    )
    begin, end = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
    tokenizer.add_special_tokens([_special(begin), _special(end)])
    # as in the real files: markers that are added, but not special
    tokenizer.add_tokens(
        [AddedToken(t, normalized=False) for t in ("<｜fim▁hole｜>", "<｜User｜>")]
    )
    tokenizer.post_processor = _begins_with(begin, tokenizer.token_to_id(begin))
    return _wrapped(
        tokenizer,
        bos_token=begin,
        eos_token=end,
        pad_token=end,
        chat_template=DEEPSEEK_TEMPLATE,
    )


def phi3_tokenizer() -> PreTrainedTokenizerFast:
    """Llama 2's rules: a space before every text, bytes as a last resort; markers eat what follows.

    Turns end with a marker that is not the end-of-text token.
    """
    spaced = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    plain: Any = Tokenizer(models.BPE())
    plain.normalizer = spaced
    plain.train_from_iterator(
        [word for line in LINES * 4 for word in line.replace(" ", "\n ").split("\n")],
        trainers.BpeTrainer(vocab_size=120, show_progress=False),
    )
    learnt = json.loads(plain.to_str())["model"]
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    tokens += sorted(learnt["vocab"], key=learnt["vocab"].get)
    tokenizer: Any = Tokenizer(
        models.BPE(
            vocab={token: number for number, token in enumerate(dict.fromkeys(tokens))},
            merges=[tuple(pair) for pair in learnt["merges"]],
            unk_token="<unk>",
            byte_fallback=True,
            fuse_unk=True,
        )
    )
    tokenizer.normalizer = spaced
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    tokenizer.add_special_tokens([_special(t) for t in ("<unk>", "<s>")])
    tokenizer.add_tokens([AddedToken("</s>", rstrip=True, normalized=False)])
    roles = ("<|endoftext|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>")
    tokenizer.add_special_tokens(
        [AddedToken(t, special=True, rstrip=True, normalized=False) for t in roles]
    )
    return _wrapped(
        tokenizer,
        bos_token="<s>",
        eos_token="<|endoftext|>",
        unk_token="<unk>",
        pad_token="<|endoftext|>",
        padding_side="left",
        chat_template=PHI3_TEMPLATE,
    )


# --- models --------------------------------------------------------------------------------------

_WIDTH: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 4096,
    # wide enough that a random model's logits differ from one position to the next
    "initializer_range": 0.2,
}


def _codegen(size: int, **config: Any) -> Any:
    # The vocabulary is wider than the tokenizer's, as the real one's is (51,200 to 50,295).
    shape = {"n_embd": 32, "n_layer": 2, "n_head": 4, "rotary_dim": 4, "n_positions": 4096}
    values = {**shape, "vocab_size": size + 5, "initializer_range": 0.2}
    return CodeGenForCausalLM(CodeGenConfig(**(values | config)))


def _qwen2(size: int, **config: Any) -> Any:
    values = {**_WIDTH, "vocab_size": size, "num_key_value_heads": 2, "tie_word_embeddings": True}
    return Qwen2ForCausalLM(Qwen2Config(**(values | config)))


def _llama(size: int, **config: Any) -> Any:
    rope = {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 32.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    }
    values = {**_WIDTH, "vocab_size": size, "num_key_value_heads": 2, "tie_word_embeddings": True}
    return LlamaForCausalLM(LlamaConfig(**(values | {"rope_parameters": rope} | config)))


def _deepseek(size: int, **config: Any) -> Any:
    """Multi-head latent attention, a dense first layer, then experts chosen within groups."""
    rope = {
        "rope_type": "yarn",
        "rope_theta": 10000.0,
        "factor": 40.0,
        "beta_fast": 32,
        "beta_slow": 1,
        "mscale": 0.707,
        "mscale_all_dim": 0.707,
        "original_max_position_embeddings": 64,
    }
    values = {
        **_WIDTH,
        "vocab_size": size,
        "num_key_value_heads": 4,
        "first_k_dense_replace": 1,
        "q_lora_rank": 12,
        "kv_lora_rank": 16,
        "qk_nope_head_dim": 8,
        "qk_rope_head_dim": 4,
        "v_head_dim": 6,
        "n_routed_experts": 8,
        "n_shared_experts": 2,
        "num_experts_per_tok": 3,
        "moe_intermediate_size": 16,
        "topk_method": "group_limited_greedy",
        "n_group": 4,
        "topk_group": 2,
        "max_position_embeddings": 64 * 40,
        "routed_scaling_factor": 4.0,
    }
    return DeepseekV2ForCausalLM(DeepseekV2Config(**(values | {"rope_parameters": rope} | config)))


def _deepseek_lite(size: int, **config: Any) -> Any:
    """The smaller one: queries are not compressed, experts are chosen among all."""
    lite = {"q_lora_rank": None, "topk_method": "greedy", "n_group": 1, "topk_group": 1}
    return _deepseek(size, **(lite | config))


def _phi3(size: int, **config: Any) -> Any:
    """Fused projections; long rope, whose frequencies change past the original window."""
    rope = {
        "rope_type": "longrope",
        "rope_theta": 10000.0,
        "short_factor": [1.0, 1.05, 1.1, 1.2],
        "long_factor": [1.1, 2.0, 8.0, 32.0],
        "original_max_position_embeddings": 2048,
    }
    values = {
        **_WIDTH,
        "vocab_size": size,
        "num_key_value_heads": 4,
        "original_max_position_embeddings": 2048,
        "rope_parameters": rope,
    }
    return Phi3ForCausalLM(Phi3Config(**(values | config)))


@dataclass(frozen=True)
class Architecture:
    """One row of what is verified.

    Attributes:
        name: for the test's name.
        build: a random model for a vocabulary of the given size; further fields of its
            configuration may follow.
        tokenizer: a fresh tokenizer.
        row: name of its row in the catalogue.
    """

    name: str
    build: Callable[..., Any]
    tokenizer: Callable[[], Any]
    row: str

    def __str__(self) -> str:
        return self.name

    def model(self, seed: int = 0, **config: Any) -> Any:
        """Return a random fp32 model in eval mode; the same seed, the same weights."""
        tokenizer = self.tokenizer()
        ends = {
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
        }
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self.build(len(tokenizer), **(ends | config)).train(False)

    def save(self, folder: Path, **config: Any) -> Path:
        """Save a random model and its tokenizer as transformers does, and return the folder."""
        self.model(**config).save_pretrained(folder)
        self.tokenizer().save_pretrained(folder)
        return folder


CODEGEN = Architecture("codegen", _codegen, codegen_tokenizer, "codegen-350M-mono")
QWEN2 = Architecture("qwen2", _qwen2, tiny_tokenizer, "Qwen2.5-Coder-0.5B-Instruct")
LLAMA = Architecture("llama", _llama, llama_tokenizer, "Llama-3.2-1B")
DEEPSEEK = Architecture("deepseek_v2", _deepseek, deepseek_tokenizer, "DeepSeek-Coder-V2-Instruct")
DEEPSEEK_LITE = Architecture(
    "deepseek_v2_lite", _deepseek_lite, deepseek_tokenizer, "DeepSeek-Coder-V2-Lite-Instruct"
)
PHI3 = Architecture("phi3", _phi3, phi3_tokenizer, "Phi-3-mini-128k-instruct")

ALL = (CODEGEN, QWEN2, LLAMA, DEEPSEEK, DEEPSEEK_LITE, PHI3)
