"""A tiny random model and its tokenizer, built in memory: real classes, no network, milliseconds.

The tokenizer is a byte-level BPE as Qwen's, with Qwen's ChatML markers as true special tokens;
the model is a Qwen2 with two layers, grouped-query attention and a tied head.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, Qwen2Tokenizer

PAD = "<|endoftext|>"
START = "<|im_start|>"
END = "<|im_end|>"
VOCABULARY = 384

CHAT_TEMPLATE = (
    "{%- if messages[0]['role'] != 'system' -%}"
    "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}"
    "{%- endif -%}"
    "{%- for message in messages -%}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}"
)

LINES = (
    "def mean(values: list[float]) -> float:",
    '    """Return the mean of the values."""',
    "    return sum(values) / len(values)",
    "import numpy as np",
    "import pandas as pd",
    "for value in values:",
    "    if value > limit:",
    "        outliers.append(value)",
    "clean_data analyse_statistics detect_outliers build_model",
    "analyse_statically execute propose_refactoring approve",
    "minor major critical",
    "```python\nprint('ok')\n```",
    "Escreva uma função que devolve a média e a variância.",
    "Write a function that returns the mean and the variance.",
    "system user assistant",
)


@lru_cache(maxsize=1)
def _trained() -> tuple[dict[str, int], Any]:
    """Train the byte-level BPE once per process, under Qwen2's own splitting rules."""
    backend: Any = Qwen2Tokenizer().backend_tokenizer
    tokenizer: Any = Tokenizer(models.BPE())
    tokenizer.normalizer = backend.normalizer
    tokenizer.pre_tokenizer = backend.pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 3,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(LINES * 4, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [tuple(pair) for pair in model["merges"]]


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """Return a fresh byte-level BPE tokenizer with ChatML markers, their template, left padding."""
    vocabulary, merges = _trained()
    tokenizer = Qwen2Tokenizer(
        vocab=dict(vocabulary),
        merges=list(merges),
        unk_token=PAD,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=[START, END],
        padding_side="left",
        clean_up_tokenization_spaces=False,
        model_max_length=4096,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    assert len(tokenizer) == VOCABULARY
    return tokenizer


def tiny_model(seed: int = 0, **config: Any) -> Qwen2ForCausalLM:
    """Return a random fp32 Qwen2 with a tied head, in eval mode; the same seed, the same weights.

    `config` overrides any field of its `Qwen2Config`. The caller's random state is left alone.
    """
    tokenizer = tiny_tokenizer()
    values: dict[str, Any] = {
        "vocab_size": VOCABULARY,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        # wide enough that the random model's logits differ from one position to the next
        "initializer_range": 0.2,
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen2ForCausalLM(Qwen2Config(**(values | config)))
    model.train(False)
    return model


def tiny_folder(tmp_path: Path, seed: int = 0) -> Path:
    """Save the tiny model and its tokenizer as transformers does, and return the folder."""
    folder = tmp_path / "tiny"
    tiny_model(seed).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder
