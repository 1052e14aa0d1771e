"""From a folder of model files to objects: the tokenizer and the frozen base. No network, ever."""

import re
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)
from transformers.utils import logging as transformers_logging

from parelha.errors import ModelFileError

# how vocabularies spell their control tokens: <|im_end|>, <tool_call>, </s>, <｜User｜>, [INST]
_MARKER = re.compile(r"<[^\s<>]+>|\[[^\s\[\]]+\]")


def _protect_markers(tokenizer: Any) -> None:
    """Make every marker among the added tokens special, if it is not yet.

    ``split_special_tokens=True`` spells out special tokens only; Qwen's own files leave
    fill-in-the-middle and tool-call markers as plain added tokens, so that a text could hold them.
    Runs of spaces that some vocabularies add (CodeGen, Phi) are text and stay as they are.
    """
    loose = [
        token.content
        for token in tokenizer.added_tokens_decoder.values()
        if not token.special and _MARKER.fullmatch(token.content.strip())
    ]
    if loose:
        tokenizer.backend_tokenizer.add_special_tokens(
            [AddedToken(text, special=True, normalized=False) for text in loose]
        )


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Return the tokenizer of a model folder, padding on the left.

    ``tokenizer(text, split_special_tokens=True)`` never gives a control token.

    Raises:
        ModelFileError: the folder holds no tokenizer that can be read.
    """
    tokenizer: Any
    try:
        if (folder / "tokenizer.json").is_file():
            # the file as it is: the class that AutoTokenizer picks may rebuild it by its own rules
            # (SmolLM2 would lose "one token per digit" to GPT2Tokenizer)
            tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        else:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        line = str(error).strip().partition("\n")[0]
        raise ModelFileError(f"no tokenizer can be read from {folder}: {line}") from error
    if tokenizer.is_fast:
        _protect_markers(tokenizer)
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    assert isinstance(tokenizer, PreTrainedTokenizerBase)
    return tokenizer


def load_base(folder: Path, dtype: torch.dtype) -> PreTrainedModel:
    """Return the frozen base in `dtype` on the CPU: eval mode, no parameter requires a gradient.

    Raises:
        ModelFileError: the folder holds no causal model that can be read.
    """
    logging: Any = transformers_logging
    progress = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype, local_files_only=True
        )
    except (OSError, ValueError, KeyError) as error:
        line = str(error).strip().partition("\n")[0]
        raise ModelFileError(f"no model can be read from {folder}: {line}") from error
    finally:
        if progress:
            logging.enable_progress_bar()
    model.requires_grad_(False)
    model.eval()
    assert isinstance(model, PreTrainedModel)
    return model
