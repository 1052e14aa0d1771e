"""Reading prompts: what is known of them is reused, what several share is computed once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers.cache_utils import Cache

from parelha.engines.kv import PrefillLayer, Prefix, PrefixStore
from parelha.models.policy import Policy
from parelha.types import Agent

# Tokens read in one pass, padding counted in, and columns with those that are known: enough to be
# fast, few enough to stay small.
_PASS_TOKENS = 2048
_PASS_COLUMNS = 16_384
# A prompt joins a pass only where this share of its columns is not padding.
_FILLED = 0.75


@dataclass(frozen=True)
class Prompt:
    """What an agent reads before it answers."""

    agent: Agent
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Known:
    """A prompt that has been read.

    Attributes:
        prefix: its keys and values.
        hidden: (H,) the hidden state of its last token.
    """

    prefix: Prefix
    hidden: Tensor


class Prefill:
    """Reads prompts of the agents that share one base.

    Args:
        policy: base and adapters.
        stores: of each agent's adapter; what is read is put there.
        counts: tokens of prompts (`prefill`) and those known already (`reused`) are added here.
    """

    def __init__(
        self, policy: Policy, stores: dict[Agent, PrefixStore], counts: dict[str, int]
    ) -> None:
        self.policy, self.stores, self.counts = policy, stores, counts

    def read(self, prompts: Sequence[Prompt]) -> dict[Prompt, Known]:
        """Read all prompts, equal ones once."""
        distinct = list(dict.fromkeys(prompts))
        begun = [
            Prompt(agent, ids)
            for agent in Agent
            for ids in shared_prefixes([p.ids for p in distinct if p.agent is agent])
        ]
        known: dict[Prompt, Known] = {}
        # Reviews of one task's drafts begin alike: compute what they share once.
        for some in ([p for p in begun if self._rest(p) > 1], distinct):
            for group in self._passes(some):
                known |= zip(group, self._pass(group), strict=True)
        return {prompt: known[prompt] for prompt in distinct}

    def _rest(self, prompt: Prompt) -> int:
        """Tokens that are not known."""
        return len(prompt.ids) - self.stores[prompt.agent].longest(prompt.ids)[1]

    def _passes(self, prompts: list[Prompt]) -> list[list[Prompt]]:
        """Prompts that go through the model together: those with about as much left to read."""
        groups: list[list[Prompt]] = []
        filled = longest = 0
        for rest, _, prompt in sorted((self._rest(p), i, p) for i, p in enumerate(prompts)):
            filled += rest
            longest = max(longest, len(prompt.ids))
            rows = len(groups[-1]) + 1 if groups else 0
            small = rows * rest <= _PASS_TOKENS and rows * longest <= _PASS_COLUMNS
            if groups and small and filled >= _FILLED * rows * rest:
                groups[-1].append(prompt)
            else:
                groups.append([prompt])
                filled, longest = rest, len(prompt.ids)
        return groups

    def _pass(self, prompts: list[Prompt]) -> list[Known]:
        """One pass through the model: columns of known tokens, then those of the rest."""
        agent = prompts[0].agent
        decoder: Any = self.policy.decoder(agent)
        device = next(decoder.parameters()).device
        hits = [self.stores[p.agent].longest(p.ids) for p in prompts]
        known = [length for _, length in hits]
        before = max(known)
        after = max(len(p.ids) - n for p, n in zip(prompts, known, strict=True))
        ids, positions, valid, last = _columns(prompts, known, before, after)
        columns = torch.arange(before + after)
        causal = columns[None, :] <= columns[before:, None]  # (after, before + after)
        sees = valid[:, None, None, :] & causal  # (B, 1, after, before + after)
        # A padding query sees itself, so that its softmax is not empty.
        sees |= columns[None, :] == columns[before:, None]
        layers = self._layers(agent, hits, before)
        with self.policy.speaking([p.agent for p in prompts]):
            hidden = decoder(
                input_ids=ids.to(device),
                attention_mask=self.policy.mask(agent, sees.to(device)),
                position_ids=positions.to(device),
                past_key_values=Cache(layers=layers),
                use_cache=True,
            ).last_hidden_state
        self.counts["prefill"] += sum(len(p.ids) for p in prompts)
        self.counts["reused"] += sum(known)
        found: list[Known] = []
        for row, prompt in enumerate(prompts):
            at = valid[row].nonzero()[:, 0].to(device)
            prefix = Prefix(
                np.array(prompt.ids, dtype=np.int64),
                tuple(layer.keys[row].index_select(1, at) for layer in layers),
                tuple(layer.values[row].index_select(1, at) for layer in layers),
            )
            self.stores[prompt.agent].add(prefix)
            found.append(Known(prefix, hidden[row, last[row]].clone()))
        return found

    def _layers(
        self, agent: Agent, hits: list[tuple[Prefix | None, int]], before: int
    ) -> list[Any]:
        """Cache layers that hold the known tokens in their first columns."""
        num_layers = self.policy.model(agent).config.num_hidden_layers
        like = next((prefix for prefix, _ in hits if prefix is not None), None)
        if like is None:
            return [PrefillLayer(None, None) for _ in range(num_layers)]

        def placed(pick: str, i: int) -> Tensor:
            pattern: Tensor = getattr(like, pick)[i]
            # Zeros: masked columns are multiplied by zero weights, and 0 x NaN is NaN.
            found = pattern.new_zeros((len(hits), pattern.shape[0], before, pattern.shape[-1]))
            for row, (prefix, length) in enumerate(hits):
                if prefix is not None:
                    found[row, :, :length] = getattr(prefix, pick)[i][:, :length]
            return found

        return [PrefillLayer(placed("keys", i), placed("values", i)) for i in range(num_layers)]


def _columns(
    prompts: list[Prompt], known: list[int], before: int, after: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Where each prompt's tokens stand: known ones from column 0, the others from `before`.

    Returns:
        ids (B, after), positions (B, after), used columns (B, before + after), and for each
        prompt the place of its last token among those that are read (B,).
    """
    b = len(prompts)
    ids = torch.zeros((b, after), dtype=torch.long)
    positions = torch.zeros((b, after), dtype=torch.long)
    valid = torch.zeros((b, before + after), dtype=torch.bool)
    last = torch.zeros(b, dtype=torch.long)
    for row, (prompt, n) in enumerate(zip(prompts, known, strict=True)):
        rest = len(prompt.ids) - n
        ids[row, :rest] = torch.tensor(prompt.ids[n:])
        positions[row, :rest] = torch.arange(n, len(prompt.ids))
        valid[row, :n] = True
        valid[row, before : before + rest] = True
        last[row] = rest - 1
    return ids, positions, valid, last


def shared_prefixes(prompts: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Beginnings that two or more distinct prompts share, each at least half of a prompt."""
    ordered = sorted(set(prompts))
    found: list[tuple[int, ...]] = []
    first = 0
    while first < len(ordered):
        common, last = len(ordered[first]), first
        for i in range(first + 1, len(ordered)):
            length = _common_length(ordered[first], ordered[i])
            if 2 * length < len(ordered[first]):
                break
            common, last = min(common, length), i
        if last > first:
            found.append(ordered[first][:common])
        first = last + 1
    return found


def _common_length(one: Sequence[int], other: Sequence[int]) -> int:
    n = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        n += 1
    return n
