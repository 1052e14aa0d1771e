"""The gradient through a tree of token sequences, each token once.

The rounds of a task repeat each other: drafts share their prompt, revisions begin as they do,
reviews of a draft share it. A pass reads segments with all that follows them, as many as fit.
What leads to them and does not fit is read before without gradient; its keys and values are leaves,
in which the gradients of all passes behind it gather, and then it goes backward itself. So the
activations of a single pass are held at a time, however long the sequences are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import groupby

import torch
from torch import Tensor

from parelha.kernels.memory import HeapTrimmer, release_freed_memory
from parelha.kernels.saved import SavedActivations, saved_activations
from parelha.learning.lockstep import Lockstep
from parelha.models.passes import SegmentsRead, in_passes, read_segments
from parelha.models.policy import Policy
from parelha.models.prefix_tree import Segment, in_order, outside
from parelha.types import Agent

# Tokens of trees that are worked on at a time and whose keys and values are kept, with gradients.
_KEPT_TOKENS = 4096
# Each segment of a pass holds a copy of the keys and values that it sees for its gradient: at most
# these tokens of them in one pass, where a single subtree does not have more.
_SEEN_TOKENS = 8192

# (segments of one pass, (T, H) their hidden states one behind the other) -> their share of the loss
Loss = Callable[[list[Segment], Tensor], Tensor | None]


class TreePasses:
    """Passes of an agent's model, its adapter active, through a tree of segments."""

    def __init__(self, policy: Policy, agent: Agent, max_tokens: int) -> None:
        self.policy, self.agent, self.max_tokens = policy, agent, max_tokens
        # Keys and values of each layer, cut from the graph: gradients gather in them.
        self._known: dict[Segment, list[tuple[Tensor, Tensor]]] = {}
        self._saved: SavedActivations | None = None
        self._lockstep = Lockstep(policy, agent)

    def read(self, roots: Sequence[Segment]) -> Iterator[tuple[list[Segment], Tensor]]:
        """All segments and their (T, H) hidden states, pass by pass, without gradient."""
        for root in roots:
            for group in in_passes(root.all(), self.max_tokens):
                done = self._read_only(group)
                self._keep((s for s in group if s.children), done)
                yield group, done.hidden
            self._known.clear()
        self._lockstep.wait_for("none")

    def add_gradient(self, roots: Sequence[Segment], loss: Loss) -> None:
        """Add the gradient of a loss over all segments behind some roots to the agent's adapter."""
        # What outlives a pass is allocated before it, else it would fragment the heap.
        for parameter in self.policy.parameters(self.agent).values():
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        release_freed_memory()  # what another agent's update has left
        kernels = self.policy.fast(self.agent).kernels
        if "saved" in kernels.paths:
            self._saved = saved_activations(
                self.policy.model(self.agent), self.max_tokens, kernels.dtype
            )
        heap = HeapTrimmer()
        for some in self._batches(roots):
            for _ in self._passes(some, loss):
                heap.after_pass()
        self._lockstep.wait_for("none")
        self._saved = None

    def _batches(self, roots: Sequence[Segment]) -> Iterator[list[Segment]]:
        """Trees that are worked on together, as long as what is kept of them stays small.

        With one mask over a pass each by itself: its tokens would be compared with all trees' keys.
        """
        if not self.policy.supports_varlen(self.agent):
            return ([root] for root in roots)
        return in_order(roots, self._kept, _KEPT_TOKENS)

    def _kept(self, root: Segment) -> int:
        """Tokens of a tree that are followed by more than a pass holds."""
        return sum(len(s.ids) for s in root.all() if self._size(s) > self.max_tokens)

    def _passes(self, roots: Sequence[Segment], loss: Loss) -> Iterator[None]:
        """Add the gradient of some trees; yields after each pass backward."""
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
        passes = [group for _, level in levels for group in in_passes(level, self.max_tokens)]
        for group in passes:
            self._keep(group, self._read_only(group))
        for known in self._known.values():
            for leaf in (leaf for pair in known for leaf in pair):
                leaf.grad = torch.zeros_like(leaf)
        for some in self._packed(subtrees):
            self._backward([segment for one in some for segment in one.all()], loss)
            yield
        for group in reversed(passes):
            self._backward(group, loss)
            yield

    def _packed(self, subtrees: list[Segment]) -> list[list[Segment]]:
        """Subtrees for each pass: the largest first, each where it fits first."""
        groups: list[list[Segment]] = []
        room: list[tuple[int, int]] = []  # tokens, and tokens that are seen
        for subtree in sorted(subtrees, key=self._size, reverse=True):
            size, seen = self._size(subtree), sum(one.stop for one in subtree.all())
            fits = (i for i, (own, other) in enumerate(room) if own >= size and other >= seen)
            place = next(fits, len(groups))
            if place == len(groups):
                groups.append([])
                room.append((self.max_tokens, _SEEN_TOKENS))
            groups[place].append(subtree)
            room[place] = room[place][0] - size, room[place][1] - seen
        return groups

    @staticmethod
    def _size(segment: Segment) -> int:
        """Tokens of a segment and all that follow it."""
        return sum(len(one.ids) for one in segment.all())

    def _read_only(self, group: list[Segment]) -> SegmentsRead:
        """One pass without gradient."""
        self._lockstep.wait_for("read")
        with torch.no_grad():
            return self._read(group)

    def _read(self, group: list[Segment]) -> SegmentsRead:
        return read_segments(self.policy, self.agent, group, self._known)

    def _keep(self, group: Iterable[Segment], done: SegmentsRead) -> None:
        """Remember the keys and values of segments; views would hold on to the whole pass."""
        for segment in group:
            self._known[segment] = [(k.clone(), v.clone()) for k, v in done.keys_values(segment)]

    def _backward(self, group: list[Segment], loss: Loss) -> None:
        """One pass forward and backward; all that follows it has been."""
        self._lockstep.wait_for("backward")
        for known in outside(group):
            for key, value in self._known[known]:
                key.requires_grad_(True)
                value.requires_grad_(True)
        with nullcontext() if self._saved is None else self._saved.of_pass():
            done = self._read(group)
            share = loss(group, done.hidden)
        ends: list[Tensor] = []
        grads: list[Tensor | None] = []
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
        if self._lockstep.is_shared:  # every layer goes backward, in the order of all ranks
            ends.append(0.0 * done.hidden.sum())
            grads.append(None)
        if ends:
            torch.autograd.backward(ends, grads)


def _depth(segment: Segment) -> int:
    return len(segment.before)
