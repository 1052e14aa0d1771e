"""Choosing tokens: inverse CDF on one uniform per row, and masked choices with ε exploration."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from parelha.agents.actions import Choices, legal_next
from parelha.engines.protocol import Stream
from parelha.kernels.memory import rows_in_cache

_BLOCK = 512
_HEAD = 1024  # tokens that a nucleus is first looked for in


def uniforms(stream: Stream, n: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(n,) uniforms in [0, 1) of the stream's own generator.

    The stream's name is hashed, so that neighbouring steps and turns are independent.
    """
    digest = hashlib.sha256(json.dumps(stream).encode()).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32)).random(n)


def sample_tokens(
    logits: Tensor,
    temperature: Tensor,
    u: Tensor,
    top_p: Tensor | None = None,
    top_k: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Sample one token per row by inverse CDF.

    Args:
        logits: (B, V) any dtype.
        temperature: (B,) above 0.
        u: (B,) uniforms in [0, 1), float64.
        top_p: (B,) nucleus mass; None or 1.0 for the whole distribution.
        top_k: (B,) tokens kept, each row's own number; None or 0 for all.

    Returns:
        tokens (B,) and their log-probabilities (B,) under the distribution sampled from.

    The search is two-level (blocks, then one block), which reads the vocabulary twice instead of
    forming a cumulative sum of it; `torch.multinomial` over 152k tokens is far slower. A few rows
    at a time stay in the cache.
    """
    parts = [
        _sample_rows(
            logits[at],
            temperature[at],
            u[at],
            None if top_p is None else top_p[at],
            None if top_k is None else top_k[at],
        )
        for at in rows_in_cache(logits)
    ]
    return torch.cat([token for token, _ in parts]), torch.cat([logprob for _, logprob in parts])


def _sample_rows(
    logits: Tensor, temperature: Tensor, u: Tensor, top_p: Tensor | None, top_k: Tensor | None
) -> tuple[Tensor, Tensor]:
    scaled = torch.div(logits, temperature[:, None])  # float32, in one pass over the logits
    if top_k is not None and bool((top_k > 0).any()):
        scaled = _keep_top_k(scaled, top_k)
    if top_p is not None and bool((top_p < 1).any()):
        scaled = keep_nucleus(scaled, top_p)
    highest = scaled.amax(-1, keepdim=True)
    b, v = scaled.shape
    padded = -(-v // _BLOCK) * _BLOCK
    weight = scaled.new_empty((b, padded))  # probabilities but for one factor a row
    weight[:, v:] = 0
    torch.sub(scaled, highest, out=weight[:, :v]).exp_()
    blocks = weight.view(b, -1, _BLOCK)
    mass = blocks.sum(-1).double()  # (B, blocks)
    upper = mass.cumsum(-1)
    # Rounding may leave two sums of one block a hair apart: the target is held below the total it
    # is looked up in, so what is found always has mass.
    target = _below(u[:, None] * upper[:, -1:], upper[:, -1:])
    block = torch.searchsorted(upper, target, right=True)  # (B, 1)
    start = upper.gather(1, block) - mass.gather(1, block)
    inside = blocks.gather(1, block[:, :, None].expand(-1, -1, _BLOCK))[:, 0]  # (B, _BLOCK)
    fine = inside.double().cumsum(-1)
    rest = _below((target - start).clamp_(min=0), fine[:, -1:])
    offset = torch.searchsorted(fine, rest, right=True)
    token = (block * _BLOCK + offset)[:, 0]
    normaliser = highest.double() + upper[:, -1:].log()
    logprob = (scaled.gather(1, token[:, None]) - normaliser)[:, 0].float()
    return token, logprob


def repeated(ids: Sequence[int], n: int) -> list[int]:
    """The tokens that would complete an n-gram that already stands in (L,) ids."""
    last = tuple(ids[len(ids) - n + 1 :])
    starts = range(len(ids) - n + 1)
    return [ids[i + n - 1] for i in starts if tuple(ids[i : i + n - 1]) == last]


def _below(value: Tensor, total: Tensor) -> Tensor:
    """`value`, or the number before `total` where it is not below it."""
    return torch.minimum(value, torch.nextafter(total, torch.zeros_like(total)))


def _keep_top_k(scaled: Tensor, top_k: Tensor) -> Tensor:
    """Logits with all but each row's top k tokens set to -inf (frozen arms only)."""
    vocabulary = scaled.shape[-1]
    highest = scaled.topk(min(int(top_k.max()), vocabulary), dim=-1).values
    # A row that keeps all tokens compares with one of them, and is left as it is.
    last = (top_k.clamp(1, highest.shape[-1]) - 1)[:, None]
    drop = (scaled < highest.gather(1, last)) & (top_k > 0)[:, None]
    return scaled.masked_fill(drop, -math.inf)


def keep_nucleus(scaled: Tensor, top_p: Tensor) -> Tensor:
    """Logits with all but each row's nucleus set to -inf (frozen arms and `serve` only).

    The nucleus is nearly always among the first `_HEAD` tokens; finding those is far cheaper than
    sorting the vocabulary.

    Args:
        scaled: (B, V) logits divided by the temperature.
        top_p: (B,) mass of each row's nucleus; a row with 1.0 is left as it is.

    Returns:
        (B, V) logits.
    """
    total = scaled.logsumexp(-1, keepdim=True)
    asked = (top_p < 1)[:, None]
    # A row that keeps all tokens is left as it is: its sum rounds to 1 before the far tail.
    for count in (min(_HEAD, scaled.shape[-1]), scaled.shape[-1]):
        head = scaled.topk(count, dim=-1)
        mass = (head.values - total).exp()
        upto = mass.cumsum(-1)
        if bool((upto[:, -1:] >= top_p[:, None])[asked].all()):
            break
    beyond = upto - mass >= top_p[:, None]
    beyond[:, 0] = False  # whatever is asked for, the likeliest token is in it
    kept = head.values.masked_fill(beyond, -math.inf)
    nucleus = torch.full_like(scaled, -math.inf).scatter_(1, head.indices, kept)
    return torch.where(asked, nucleus, scaled)


@dataclass
class ChoiceWalk:
    """A choice under way, one token at a time.

    The behaviour is (1 - ε)·policy + ε·uniform over whole choices. Token by token that is a
    mixture whose uniform part has the posterior weight `share`; the product of the recorded token
    probabilities is exactly the mixture's probability of the choice.

    Attributes:
        choices: the legal answers.
        share: weight of the uniform part given the tokens so far; starts at ε.
        ids: tokens so far.
        logprobs: of each token under the behaviour.
        legal: legal ids at each position.
        entropy: of the policy over the legal tokens at the first real choice, in nats.
    """

    choices: Choices
    share: float
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    legal: list[tuple[int, ...] | None] = field(default_factory=list)
    entropy: float = 0.0

    def force(self) -> bool:
        """Take every token that is the only legal one; True when the choice is complete."""
        while True:
            legal = legal_next(self.choices, self.ids)
            if len(legal) != 1:
                return not legal
            self._take(next(iter(legal)), 0.0, tuple(legal))

    def step(self, logits: Tensor, temperature: float, u: float) -> None:
        """Sample one token; `logits` is (V,) at the current position."""
        legal = legal_next(self.choices, self.ids)
        policy = torch.log_softmax(logits[list(legal)].double() / temperature, dim=-1).exp()
        counts = torch.tensor(list(legal.values()), dtype=torch.float64)
        uniform = counts / counts.sum()
        mixed = (1 - self.share) * policy + self.share * uniform
        upper = mixed.cumsum(0)
        # u is below 1, so the target is below the last bound: what is found has mass.
        i = int(torch.searchsorted(upper, u * float(upper[-1]), right=True))
        if not any(ids is not None and len(ids) > 1 for ids in self.legal):
            self.entropy = float(torch.special.entr(policy).sum())
        ids = tuple(legal)
        self._take(ids[i], math.log(float(mixed[i])), ids)
        self.share = float(self.share * uniform[i] / mixed[i])

    def _take(self, token: int, logprob: float, legal: tuple[int, ...]) -> None:
        self.ids.append(token)
        self.logprobs.append(logprob)
        self.legal.append(legal)
