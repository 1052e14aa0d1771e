"""Many token sequences as a tree of segments, and the gradient through it, each token once.

The rounds of a task repeat each other: drafts share their prompt, a revision begins with its draft,
reviews of a draft share it too. A segment is a stretch of tokens that the same sequences share. It
goes through the model once, reading the keys and values of the segments before it; when those that
follow have gone backward, the gradients of its own keys and values are known, and it goes backward
itself. What is held at any time are the activations of one path and of the segments read together
with those on it, not those of the tree.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

from parelha.models.memory import release_freed_memory
from parelha.models.policy import Policy
from parelha.types import Agent

# Freed activations are kept up to this much memory: passes of different sizes leave holes.
KEPT_BYTES = 4_500_000_000


@dataclass
class Segment:
    """A stretch of tokens that the same sequences share.

    Attributes:
        start: position of its first token in those sequences.
        ids: its tokens, at least one.
        members: indices of the sequences that go through it.
        children: what follows; each begins with another token.
    """

    start: int
    ids: list[int]
    members: list[int]
    children: list["Segment"] = field(default_factory=list)

    @property
    def stop(self) -> int:
        """Position behind its last token."""
        return self.start + len(self.ids)

    @property
    def longest(self) -> int:
        """Tokens of the longest sequence that goes through it."""
        return max((child.longest for child in self.children), default=self.stop)

    @property
    def tokens(self) -> int:
        """Tokens of it and of all that follows."""
        return len(self.ids) + sum(child.tokens for child in self.children)


def build_tree(sequences: Mapping[int, Sequence[int]]) -> list[Segment]:
    """The segments that begin the sequences, with all others behind them.

    Args:
        sequences: by the index that `Segment.members` names; empty ones have no segment.
    """
    order = sorted((i for i, s in sequences.items() if s), key=lambda i: tuple(sequences[i]))
    return _segments(sequences, order, 0)


def _segments(
    sequences: Mapping[int, Sequence[int]], order: list[int], start: int
) -> list[Segment]:
    """Segments from `start` on of sequences that agree before it, in lexicographic order."""
    found: list[Segment] = []
    first = 0
    while first < len(order):
        token = sequences[order[first]][start]
        last = first
        while last + 1 < len(order) and sequences[order[last + 1]][start] == token:
            last += 1
        members = order[first : last + 1]
        # In this order the first and the last differ at the earliest place.
        one, other = sequences[members[0]], sequences[members[-1]]
        stop = start + 1
        while stop < min(len(one), len(other)) and one[stop] == other[stop]:
            stop += 1
        longer = [i for i in members if len(sequences[i]) > stop]
        segment = Segment(start, list(one[start:stop]), members)
        segment.children = _segments(sequences, longer, stop)
        found.append(segment)
        first = last + 1
    return found


@dataclass(frozen=True)
class _Piece:
    """Columns of a pass whose keys and values a later pass reads.

    Attributes:
        leaves: (keys, values) of each layer, cut from the graph; their gradients gather here.
        columns: which of them.
    """

    leaves: list[tuple[Tensor, Tensor]]
    columns: slice


class _ReadingLayer(CacheLayerMixin):  # type: ignore[no-untyped-call]
    """One layer's keys and values of the segments before, and then of those that are read."""

    is_sliding = False

    def __init__(self, past: list[_Piece], place: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.is_initialized = True
        self.own: tuple[Tensor, Tensor] | None = None
        self.past = [tuple(part[:, :, p.columns] for part in p.leaves[place]) for p in past]

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Nothing to do."""

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Keep what is new; returns all columns."""
        self.own = key_states, value_states
        keys, values = zip(*self.past, self.own, strict=True)
        return torch.cat(keys, dim=2), torch.cat(values, dim=2)

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length and offset of the keys that the next `query_length` tokens may see."""
        return self.get_seq_length() + query_length, 0

    def get_seq_length(self) -> int:
        """Columns of the segments before."""
        return sum(keys.shape[2] for keys, _ in self.past)

    def get_max_length(self) -> int:
        """No limit."""
        return -1


# (segments of one pass, (T, H) their hidden states one behind the other) -> their share of the loss
Loss = Callable[[list[Segment], Tensor], Tensor | None]


class TreeGradient:
    """Adds the gradient of a loss over a tree of segments to an agent's adapter.

    Args:
        policy: with the agent's adapter active.
        agent: whose it is.
        loss: of the segments of one pass; None where they have no part in it.
        max_tokens: of one pass; segments that follow the same one are read together up to that.
    """

    def __init__(self, policy: Policy, agent: Agent, loss: Loss, max_tokens: int) -> None:
        self.policy, self.agent, self.loss, self.max_tokens = policy, agent, loss, max_tokens
        self.decoder: Any = policy.decoder(agent)
        self.num_layers: int = policy.model(agent).config.num_hidden_layers

    def add(self, segments: Sequence[Segment]) -> None:
        """Forward and backward through segments that begin sequences, and all behind them."""
        self._all(segments, [])

    def _all(self, segments: Sequence[Segment], past: list[_Piece]) -> None:
        """Forward and backward through segments that follow the same one."""
        for group in self._groups(segments):
            self._pass(group, past)
            release_freed_memory(above=KEPT_BYTES)

    def _groups(self, segments: Sequence[Segment]) -> list[list[Segment]]:
        groups: list[list[Segment]] = []
        size = 0
        # The longest dialogue first: what it frees has room for all others.
        for segment in sorted(segments, key=lambda s: -s.longest):
            size += len(segment.ids)
            if groups and size <= self.max_tokens:
                groups[-1].append(segment)
            else:
                groups.append([segment])
                size = len(segment.ids)
        return groups

    def _pass(self, group: list[Segment], past: list[_Piece]) -> None:
        """One forward pass, those of what follows, then its backward pass."""
        layers = [_ReadingLayer(past, i) for i in range(self.num_layers)]
        device = next(self.decoder.parameters()).device
        hidden = self.decoder(
            input_ids=torch.tensor([[t for s in group for t in s.ids]], device=device),
            attention_mask=self.policy.mask(
                self.agent, _sees(group, layers[0].get_seq_length()).to(device)
            ),
            position_ids=torch.tensor(
                [[at for s in group for at in range(s.start, s.stop)]], device=device
            ),
            past_key_values=Cache(layers=list(layers)),
            use_cache=True,
        ).last_hidden_state[0]
        ends: list[Tensor] = []
        grads: list[Tensor | None] = []
        loss = self.loss(group, hidden)
        if loss is not None:
            ends.append(loss)
            grads.append(None)
        del hidden
        if any(segment.children for segment in group):
            own = [layer.own for layer in layers if layer.own is not None]
            # Keys of a first layer without an adapter of its own depend on nothing that is trained.
            leaves = [
                (
                    k.detach().requires_grad_(k.requires_grad),
                    v.detach().requires_grad_(v.requires_grad),
                )
                for k, v in own
            ]
            first = 0
            for segment in group:
                columns = slice(first, first + len(segment.ids))
                self._all(segment.children, [*past, _Piece(leaves, columns)])
                first = columns.stop
            for made, cut in zip(own, leaves, strict=True):
                for one, leaf in zip(made, cut, strict=True):
                    if leaf.grad is not None:
                        ends.append(one)
                        grads.append(leaf.grad)
        if ends:
            torch.autograd.backward(ends, grads)


def _sees(group: list[Segment], before: int) -> Tensor:
    """(1, 1, T, before + T) bool: all that came before, and what precedes in the own segment."""
    sizes = [len(segment.ids) for segment in group]
    blocks = [torch.ones((n, n), dtype=torch.bool).tril() for n in sizes]
    diagonal: Any = torch.block_diag
    seen = torch.ones((sum(sizes), before), dtype=torch.bool)
    return torch.cat([seen, diagonal(*blocks)], dim=1)[None, None]
