"""A byte-level tokenizer as a GGUF file holds it.

The keys are those of the GGUF specification (ggml, docs/gguf.md). llama.cpp splits text before it
merges bytes by rules that it knows by name; a tokenizer with rules of its own is refused, since the
file would load and read text otherwise than the model was trained on.
"""

import json
from typing import Any

from gguf import GGUFWriter, TokenType

from parelha.agents.templates import chosen_template
from parelha.errors import UsageError

_WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+"
_REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_CLITICS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
# What splits a text, in order, and llama.cpp's name of it.
_RULES: dict[tuple[tuple[str, Any], ...], str] = {
    (("Split", rf"{_CLITICS}|{_WORDS}|\p{{N}}|{_REST}"), ("ByteLevel", False)): "qwen2",
    (("Split", rf"{_CLITICS}|{_WORDS}|\p{{N}}{{1,3}}|{_REST}"), ("ByteLevel", False)): "llama-bpe",
    (("Digits", True), ("ByteLevel", True)): "smollm",
}


def splitting_rule(tokenizer: Any) -> str:
    """llama.cpp's name of the rule by which a tokenizer splits text.

    Raises:
        UsageError: it is no byte-level BPE, or splits in a way that is not known here.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    told = json.loads(backend.to_str()) if backend is not None else {}
    steps = told.get("pre_tokenizer") or {}
    rule = tuple(_step(step) for step in steps.get("pretokenizers", [steps]))
    if (told.get("model") or {}).get("type") != "BPE" or rule not in _RULES:
        raise UsageError(
            "the base's tokenizer splits text in a way that is not known here by llama.cpp's name: "
            "use --format merged, and llama.cpp's convert_hf_to_gguf.py on it"
        )
    return _RULES[rule]


def _step(step: dict[str, Any]) -> tuple[str, Any]:
    """What a step of the splitting is, and what it splits by."""
    kind = str(step.get("type"))
    if kind == "Split":
        return kind, step["pattern"].get("Regex")
    return kind, step.get("individual_digits" if kind == "Digits" else "use_regex")


def add_tokenizer(writer: GGUFWriter, tokenizer: Any, rows: int, bos: int | None) -> None:
    """Put a tokenizer's keys into a file.

    Args:
        writer: of the file.
        tokenizer: fast, of transformers.
        rows: of the embedding; those beyond the vocabulary are named and marked unused.
        bos: the model's own beginning of a text, where the tokenizer has none.

    Raises:
        UsageError: as `splitting_rule`.
    """
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(splitting_rule(tokenizer))
    tokens = [f"[PAD{i}]" for i in range(rows)]
    kinds = [TokenType.UNUSED] * rows
    for text, index in tokenizer.get_vocab().items():
        if index < rows:
            tokens[index], kinds[index] = text, TokenType.NORMAL
    for index, token in tokenizer.added_tokens_decoder.items():
        if index < rows:
            tokens[index] = token.content
            kinds[index] = TokenType.CONTROL if token.special else TokenType.USER_DEFINED
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    merges = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])
    for add, index in (
        (writer.add_bos_token_id, tokenizer.bos_token_id if bos is None else bos),
        (writer.add_eos_token_id, tokenizer.eos_token_id),
        (writer.add_pad_token_id, tokenizer.pad_token_id),
        (writer.add_unk_token_id, tokenizer.unk_token_id),
    ):
        if index is not None:
            add(int(index))
    # What the model saw before every text in training.
    begins = tokenizer("").input_ids[:1]
    writer.add_add_bos_token(begins == [tokenizer.bos_token_id] and bool(begins))
    if template := chosen_template(tokenizer):
        writer.add_chat_template(template)
