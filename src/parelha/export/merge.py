"""An adapter merged into its base in float32, and how far what was written is from the pair.

Merging in bfloat16 rounds twice, the product B·A and the sum. Here the base is widened, PEFT adds
the product in float32, and only what is written is rounded, once.
"""

import gc
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil
import torch
from peft import PeftModel
from safetensors import safe_open
from torch import Tensor
from transformers import DynamicCache, GenerationConfig

from parelha.agents.formats import Conversation, Format, make_format
from parelha.errors import UsageError
from parelha.export.source import Source
from parelha.kernels.cache_argument import as_argument
from parelha.models.hub import weight_files
from parelha.models.load import check_format, load_base, load_tokenizer
from parelha.types import Agent

Dtype = Literal["bfloat16", "float32"]

NEW_TOKENS = 32
PROMPTS = (
    "Write a function `mean(values: list[float]) -> float` that returns the mean.",
    "Escreva uma função `mediana(valores: list[float]) -> float`.",
    "What is wrong with `def var(x): return sum(v * v for v in x) / len(x)`?",
    "Remove the rows of a pandas data frame whose column `age` is missing.",
)
_PART = "4GB"  # of weights in one file: what every file system and every upload takes
# Of a weight: widened, the rounded copy that is written, and some room to compute.
_BYTES = 4 + 2 + 0.4


@dataclass(frozen=True)
class Comparison:
    """How far a model is from the unmerged pair, on some prompts and the pair's greedy answers.

    Attributes:
        largest: largest difference of the log-probability of a token.
        mean: mean of the differences, without their signs.
        tokens: compared.
        greedy: share of the answers' tokens that the model would choose too.
    """

    largest: float
    mean: float
    tokens: int
    greedy: float

    @property
    def told(self) -> str:
        """All of it in words."""
        return (
            f"log-probabilities of {self.tokens} tokens differ by {self.largest:.2g} at most "
            f"({self.mean:.2g} on average), {self.greedy:.0%} of greedy tokens are the same"
        )


class Yardstick:
    """What the unmerged pair, in float32, says of some prompts."""

    def __init__(self, model: Any, form: Format, system: str) -> None:
        self._prompts = [
            tuple(Conversation(form, system, form.text_ids(text), text).ids) for text in PROMPTS
        ]
        self._texts = [greedy(model, ids, NEW_TOKENS, form.stop_ids) for ids in self._prompts]
        self._said = [_logprobs(model, ids)[0] for ids in self._texts]

    def compare(self, model: Any) -> Comparison:
        """Compare a model that computes in float32 with the pair."""
        apart: list[Tensor] = []
        same = answered = 0
        for prompt, ids, said in zip(self._prompts, self._texts, self._said, strict=True):
            found, best = _logprobs(model, ids)
            apart.append((found - said).abs())
            answer = torch.tensor(ids[len(prompt) :])
            same += int((best[len(prompt) - 1 :] == answer).sum())
            answered += len(answer)
        every = torch.cat(apart)
        return Comparison(
            float(every.max()), float(every.mean()), len(every), same / max(answered, 1)
        )


@torch.inference_mode()
def greedy(
    model: Any, prompt: tuple[int, ...], new_tokens: int, stop_ids: tuple[int, ...]
) -> tuple[int, ...]:
    """The prompt with the model's greedy answer, by transformers' own modules."""
    ids = torch.tensor([prompt])
    base: Any = model.get_base_model() if isinstance(model, PeftModel) else model
    cache = DynamicCache(config=base.config)
    how = as_argument(base, cache)
    for _ in range(new_tokens):
        out = model(input_ids=ids[:, cache.get_seq_length() :], use_cache=True, **how)
        ids = torch.cat([ids, out.logits[:, -1:].argmax(-1)], dim=1)
        if int(ids[0, -1]) in stop_ids:
            break
    return tuple(ids[0].tolist())


@torch.inference_mode()
def _logprobs(model: Any, ids: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """(T - 1,) log-probabilities of all tokens but the first, and (T - 1,) the likeliest ones."""
    row = torch.tensor([ids])
    logits = model(input_ids=row, use_cache=False).logits[0, :-1].float()
    said = logits.log_softmax(-1).gather(1, row[0, 1:, None])[:, 0]
    return said, logits.argmax(-1)


@dataclass
class Merged:
    """A base with one adapter merged into it, in float32, and the yardstick of before."""

    model: Any
    form: Format
    tokenizer: Any
    yardstick: Yardstick


def check_merging(source: Source) -> None:
    """Refuse adapters that cannot be merged here, before anything is read.

    Raises:
        UsageError: trained over a base in 4 bits, or more weights than memory.
    """
    if source.held == "nf4":
        raise UsageError(
            "the adapters were trained over a base in 4 bits (nf4), and merged into one of 16 "
            "they would be another model: use --format peft"
        )
    for agent in source.agents:
        weights = sum(map(_weights_in, weight_files(source.files[agent].folder)))
        needed, free = _BYTES * weights, psutil.virtual_memory().available
        if needed > free:
            raise UsageError(
                f"merging {source.base_name(agent)} in float32 takes {needed / 2**30:.0f} GiB of "
                f"memory and {free / 2**30:.0f} are free: use --format peft, or a larger machine"
            )


def _weights_in(path: Path) -> int:
    """How many a file holds; a pickle, whose header is not read, as if they were of 16 bits."""
    if path.suffix != ".safetensors":
        return path.stat().st_size // 2
    with safe_open(path, "np") as file:
        parts = map(file.get_slice, file.keys())
        return sum(math.prod(part.get_shape()) for part in parts)


@contextmanager
def merged(source: Source, agent: Agent) -> Iterator[Merged]:
    """The agent's base with its adapter merged into it; freed afterwards.

    Raises:
        ModelFileError: the base cannot be read.
        UsageError: an adapter that holds numbers which are none.
    """
    found = source.files[agent]
    base = load_base(found.folder, torch.float32, name=found.base_name)
    tokenizer: Any = load_tokenizer(found.folder)
    form = make_format(tokenizer)
    check_format(base, form)
    with warnings.catch_warnings():
        # PEFT asks transformers for the old name of a property.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        model: Any = PeftModel.from_pretrained(base, str(source.checkpoint(agent)))
    model.train(False)
    yardstick = Yardstick(model, form, source.roles[agent].system[source.config.lang])
    try:
        with warnings.catch_warnings():
            # A tied head is no layer with an adapter; PEFT warns of the tie itself.
            warnings.filterwarnings("ignore", ".*tie_word_embeddings.*")
            plain = model.merge_and_unload(safe_merge=True)
    except ValueError as error:
        raise UsageError(f"{source.checkpoint(agent)} cannot be merged: {error}") from None
    held = Merged(plain, form, tokenizer, yardstick)
    del model, base, plain  # whoever writes it may free it
    yield held
    held.model = None
    gc.collect()


def write_merged(
    held: Merged, source: Source, agent: Agent, folder: Path, dtype: Dtype
) -> Comparison:
    """Write the merged model and its tokenizer, read it again, and compare it with the pair.

    Raises:
        OSError: it cannot be written.
    """
    model = held.model
    model.to(getattr(torch, dtype))
    model.config.dtype = getattr(torch, dtype)
    # What the base's authors recommend, such as a penalty on repeated tokens, was not trained with.
    ends = ("bos_token_id", "eos_token_id", "pad_token_id")
    kept = {name: getattr(model.generation_config, name, None) for name in ends}
    warm = source.roles[agent].temperature
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=True, temperature=warm, top_p=1.0, top_k=0, repetition_penalty=1.0, **kept
    )
    model.save_pretrained(folder, max_shard_size=_PART)
    source.write_tokenizer(agent, folder)
    held.model = None  # the next lines need its memory
    del model
    return held.yardstick.compare(load_base(folder, torch.float32))
