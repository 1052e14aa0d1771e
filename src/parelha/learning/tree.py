"""Many token sequences as a tree of segments, and the gradient through it, each token once.

The rounds of a task repeat each other: drafts share their prompt, a revision begins with its draft,
reviews of a draft share it too. A segment is a stretch of tokens that the same sequences share. Its
pass reads the keys and values of the segments before it, and once those that follow have gone
backward, the gradients of its own keys and values are known and it goes backward itself.

First every segment that something follows is read without gradient, from the beginnings on; then
all go forward and backward, from the ends on, many of one depth in one pass. So the activations of
a single pass are held at a time, however long the sequences are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache

from parelha.engines.kv import PrefillLayer
from parelha.models.policy import Policy
from parelha.types import Agent

# A pass is filled up to a multiple of so many tokens: for every new size oneDNN makes programs that
# it keeps, hundreds of megabytes in the end.
_MULTIPLE = 32


@dataclass(eq=False)
class Segment:
    """A stretch of tokens that the same sequences share.

    Attributes:
        start: position of its first token in those sequences.
        ids: its tokens, at least one.
        members: indices of the sequences that go through it.
        before: the segments that lead to it, the first one first.
        children: what follows.
    """

    start: int
    ids: list[int]
    members: list[int]
    before: tuple["Segment", ...]
    children: list["Segment"] = field(default_factory=list)

    @property
    def stop(self) -> int:
        """Position behind its last token."""
        return self.start + len(self.ids)

    def all(self) -> Iterator["Segment"]:
        """It and all that follow, each before its children."""
        yield self
        for child in self.children:
            yield from child.all()


def build_tree(
    sequences: Mapping[int, Sequence[int]], min_shared: int, max_tokens: int
) -> list[Segment]:
    """The segments that begin the sequences, with all others behind them.

    Args:
        sequences: by the index that `Segment.members` names; empty ones have no segment.
        min_shared: what fewer tokens share is computed for each: short segments cost more than
            they save.
        max_tokens: a longer segment is cut.
    """
    order = sorted((i for i, s in sequences.items() if s), key=lambda i: tuple(sequences[i]))
    return _segments(sequences, order, (), (min_shared, max_tokens))


def _segments(
    sequences: Mapping[int, Sequence[int]],
    order: list[int],
    before: tuple[Segment, ...],
    limits: tuple[int, int],
) -> list[Segment]:
    """What follows `before` in sequences that go through it, in lexicographic order."""
    min_shared, max_tokens = limits
    start = before[-1].stop if before else 0
    found: list[Segment] = []
    first = 0
    while first < len(order):
        one = sequences[order[first]]
        stop, last = len(one), first
        while last + 1 < len(order):
            shared = _shared(one, sequences[order[last + 1]], start, stop)
            if shared < start + min_shared:
                break
            stop, last = shared, last + 1
        members = order[first : last + 1]
        stop = min(stop, start + max_tokens)
        segment = Segment(start, list(one[start:stop]), members, before)
        longer = [i for i in members if len(sequences[i]) > stop]
        segment.children = _segments(sequences, longer, (*before, segment), limits)
        found.append(segment)
        first = last + 1
    return found


def _shared(one: Sequence[int], other: Sequence[int], start: int, stop: int) -> int:
    """Up to where two sequences agree that agree before `start`, `stop` at most."""
    while start < min(stop, len(other)) and one[start] == other[start]:
        start += 1
    return start


# (segments of one pass, (T, H) their hidden states one behind the other) -> their share of the loss
Loss = Callable[[list[Segment], Tensor], Tensor | None]


class TreePasses:
    """Passes of an agent's model through a tree of segments.

    Args:
        policy: with the agent's adapter active.
        agent: whose it is.
        max_tokens: of one pass.
    """

    def __init__(self, policy: Policy, agent: Agent, max_tokens: int) -> None:
        self.policy, self.agent, self.max_tokens = policy, agent, max_tokens
        self.decoder: Any = policy.decoder(agent)
        self.device = next(self.decoder.parameters()).device
        self.num_layers: int = policy.model(agent).config.num_hidden_layers
        # Keys and values of each layer, cut from the graph: gradients gather in them.
        self._known: dict[Segment, list[tuple[Tensor, Tensor]]] = {}

    def read(self, roots: Sequence[Segment]) -> Iterator[tuple[list[Segment], Tensor]]:
        """All segments and their (T, H) hidden states, pass by pass, without gradient."""
        for root in roots:
            for group in self._groups(root.all()):
                with torch.no_grad():
                    hidden, own = self._forward(group)
                    self._keep(group, own)
                yield group, hidden
            self._known.clear()

    def add_gradient(self, roots: Sequence[Segment], loss: Loss) -> None:
        """Add the gradient of a loss over all segments to the agent's adapter.

        Args:
            roots: what begins the sequences.
            loss: of the segments of one pass; None where they have no part in it.
        """
        # What outlives a pass is allocated before it, else it would lie between holes.
        for parameter in self.policy.parameters(self.agent).values():
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        for root in roots:
            with torch.no_grad():
                for group in self._groups(s for s in root.all() if s.children):
                    self._keep(group, self._forward(group)[1])
            for known in self._known.values():
                for leaf in (leaf for pair in known for leaf in pair):
                    leaf.grad = torch.zeros_like(leaf)
            for group in reversed(self._groups(root.all())):
                self._backward(group, loss)

    def _groups(self, segments: Iterator[Segment]) -> list[list[Segment]]:
        """Segments that go through the model together: of one depth, neighbours in the tree."""
        groups: list[list[Segment]] = []
        for _, level in groupby(sorted(segments, key=_depth), key=_depth):
            size = self.max_tokens
            for segment in level:
                size += len(segment.ids)
                if size > self.max_tokens:
                    groups.append([])
                    size = len(segment.ids)
                groups[-1].append(segment)
        return groups

    def _forward(self, group: list[Segment]) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """(T, H) hidden states, and keys and values of each layer."""
        before = list(dict.fromkeys(b for segment in group for b in segment.before))
        layers = [PrefillLayer(*self._read_before(before, i)) for i in range(self.num_layers)]
        own = sum(len(segment.ids) for segment in group)
        known = sum(len(segment.ids) for segment in before)
        padding = [0] * (-own % _MULTIPLE)
        ids = [token for segment in group for token in segment.ids]
        positions = [at for segment in group for at in range(segment.start, segment.stop)]
        sees = _sees(before, group, len(padding))
        hidden: Tensor = self.decoder(
            input_ids=torch.tensor([ids + padding], device=self.device),
            attention_mask=self.policy.mask(self.agent, sees.to(self.device)),
            position_ids=torch.tensor([positions + padding], device=self.device),
            past_key_values=Cache(layers=list(layers)),
            use_cache=True,
        ).last_hidden_state[0]
        found = []
        for layer in layers:
            assert layer.keys is not None and layer.values is not None
            columns = slice(known, known + own)
            found.append((layer.keys[:, :, columns], layer.values[:, :, columns]))
        return hidden[:own], found

    def _read_before(
        self, before: list[Segment], layer: int
    ) -> tuple[Tensor, Tensor] | tuple[None, None]:
        if not before:
            return None, None
        keys, values = zip(*(self._known[segment][layer] for segment in before), strict=True)
        return torch.cat(keys, dim=2), torch.cat(values, dim=2)

    def _keep(self, group: list[Segment], own: list[tuple[Tensor, Tensor]]) -> None:
        """Remember the keys and values of segments that something follows."""
        first = 0
        for segment in group:
            columns = slice(first, first + len(segment.ids))
            if segment.children:
                self._known[segment] = [
                    (k[:, :, columns].clone(), v[:, :, columns].clone()) for k, v in own
                ]
            first = columns.stop

    def _backward(self, group: list[Segment], loss: Loss) -> None:
        """One pass forward and backward; all that follows has been."""
        for known in {b for segment in group for b in segment.before}:
            for key, value in self._known[known]:
                key.requires_grad_(True)
                value.requires_grad_(True)
        hidden, own = self._forward(group)
        ends: list[Tensor] = []
        grads: list[Tensor | None] = []
        share = loss(group, hidden)
        if share is not None:
            ends.append(share)
            grads.append(None)
        del hidden
        first = 0
        for segment in group:
            columns = slice(first, first + len(segment.ids))
            for made, leaves in zip(own, self._known.pop(segment, ()), strict=False):
                for one, leaf in zip(made, leaves, strict=True):
                    # Without an adapter before them, keys depend on nothing that is trained.
                    if one.requires_grad:
                        ends.append(one[:, :, columns])
                        grads.append(leaf.grad)
            first = columns.stop
        if ends:
            torch.autograd.backward(ends, grads)


def _depth(segment: Segment) -> int:
    return len(segment.before)


def _sees(before: list[Segment], group: list[Segment], padding: int) -> Tensor:
    """(1, 1, T, before + T) bool: a token sees what leads to it, in its own segment and before.

    The last `padding` tokens see what is padding before them: a softmax must not be empty.
    """
    widths = torch.tensor([len(segment.ids) for segment in before], dtype=torch.long)
    rows = [
        torch.tensor([b in segment.before for b in before], dtype=torch.bool)
        .repeat_interleave(widths)
        .expand(len(segment.ids), -1)
        for segment in group
    ]
    rows.append(torch.zeros((padding, int(widths.sum())), dtype=torch.bool))
    sizes = [*(len(segment.ids) for segment in group), padding]
    blocks = [torch.ones((size, size), dtype=torch.bool).tril() for size in sizes if size]
    diagonal: Any = torch.block_diag
    return torch.cat([torch.cat(rows), diagonal(*blocks)], dim=1)[None, None]
