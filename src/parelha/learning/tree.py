"""The gradient through a tree of token sequences, each token once.

The rounds of a task repeat each other: drafts share their prompt, a revision begins with its draft,
reviews of a draft share it too. A pass reads segments with all that follows them, as many as fit.
What leads to them and does not fit is read before without gradient; its keys and values are leaves,
in which the gradients of all passes behind it gather, and then it goes backward itself. So the
activations of a single pass are held at a time, however long the sequences are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

import torch
from torch import Tensor

from parelha.engines.passes import SegmentsRead, filled, read_segments
from parelha.engines.segments import Segment
from parelha.models.memory import Holes
from parelha.models.policy import Policy
from parelha.types import Agent

# Tokens of trees that are worked on at a time and whose keys and values are kept, with gradients.
_KEPT_TOKENS = 4096

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
        # Keys and values of each layer, cut from the graph: gradients gather in them.
        self._known: dict[Segment, list[tuple[Tensor, Tensor]]] = {}
        self._holes = Holes()

    def read(self, roots: Sequence[Segment]) -> Iterator[tuple[list[Segment], Tensor]]:
        """All segments and their (T, H) hidden states, pass by pass, without gradient."""
        for root in roots:
            for group in filled(root.all(), self.max_tokens):
                with torch.no_grad():
                    done = self._read(group)
                    self._keep((s for s in group if s.children), done)
                yield group, done.hidden
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
        for some in self._batches(roots):
            self._add_gradient(some, loss)

    def _batches(self, roots: Sequence[Segment]) -> Iterator[list[Segment]]:
        """Trees that are worked on together: so many as what is kept of them stays small."""
        batch: list[Segment] = []
        kept = 0
        for root in roots:
            tokens = sum(len(s.ids) for s in root.all() if self._size(s) > self.max_tokens)
            if batch and kept + tokens > _KEPT_TOKENS:
                yield batch
                batch, kept = [], 0
            batch.append(root)
            kept += tokens
        if batch:
            yield batch

    def _add_gradient(self, roots: Sequence[Segment], loss: Loss) -> None:
        subtrees: list[Segment] = []
        upper: list[Segment] = []  # followed by more than a pass holds
        ahead = list(reversed(roots))
        while ahead:
            segment = ahead.pop()
            if self._size(segment) <= self.max_tokens:
                subtrees.append(segment)
            else:
                upper.append(segment)
                ahead += reversed(segment.children)
        levels = groupby(sorted(upper, key=_depth), key=_depth)
        passes = [group for _, level in levels for group in filled(level, self.max_tokens)]
        for group in passes:
            with torch.no_grad():
                self._keep(group, self._read(group))
        for known in self._known.values():
            for leaf in (leaf for pair in known for leaf in pair):
                leaf.grad = torch.zeros_like(leaf)
        for some in self._packed(subtrees):
            self._backward([segment for one in some for segment in one.all()], loss)
        for group in reversed(passes):
            self._backward(group, loss)

    def _packed(self, subtrees: list[Segment]) -> list[list[Segment]]:
        """Subtrees for each pass: the largest first, each where it fits first."""
        groups: list[list[Segment]] = []
        free: list[int] = []
        for subtree in sorted(subtrees, key=self._size, reverse=True):
            size = self._size(subtree)
            place = next((i for i, room in enumerate(free) if room >= size), len(groups))
            if place == len(groups):
                groups.append([])
                free.append(self.max_tokens)
            groups[place].append(subtree)
            free[place] -= size
        return groups

    @staticmethod
    def _size(segment: Segment) -> int:
        """Tokens of a segment and all that follow it."""
        return sum(len(one.ids) for one in segment.all())

    def _read(self, group: list[Segment]) -> SegmentsRead:
        return read_segments(self.policy, self.agent, group, self._known)

    def _keep(self, group: Iterable[Segment], done: SegmentsRead) -> None:
        """Remember the keys and values of segments; views would hold on to the whole pass."""
        for segment in group:
            self._known[segment] = [(k.clone(), v.clone()) for k, v in done.keys_values(segment)]

    def _backward(self, group: list[Segment], loss: Loss) -> None:
        """One pass forward and backward; all that follows it has been."""
        for known in {b for segment in group for b in segment.before} - set(group):
            for key, value in self._known[known]:
                key.requires_grad_(True)
                value.requires_grad_(True)
        done = self._read(group)
        ends: list[Tensor] = []
        grads: list[Tensor | None] = []
        share = loss(group, done.hidden)
        if share is not None:
            ends.append(share)
            grads.append(None)
        for segment in (segment for segment in group if segment in self._known):
            made = [one for pair in done.keys_values(segment) for one in pair]
            leaves = [leaf for pair in self._known.pop(segment) for leaf in pair]
            for one, leaf in zip(made, leaves, strict=True):
                # Without an adapter before them, keys depend on nothing that is trained.
                if one.requires_grad:
                    ends.append(one)
                    grads.append(leaf.grad)
        if ends:
            torch.autograd.backward(ends, grads)
        del done, share, ends
        self._holes.after_pass()


def _depth(segment: Segment) -> int:
    return len(segment.before)
