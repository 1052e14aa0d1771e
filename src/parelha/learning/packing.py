"""Many token sequences as few packs in which a shared prefix stands once.

The rounds of a tree repeat each other: drafts share their prompt, a revision begins with its
draft, reviews of a draft share it too. A pack lays the sequences out as a prefix tree: one node a
token, each node seeing its ancestors alone. Forward and backward then compute every shared token
once, and nothing is padded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Pack:
    """A prefix tree of sequences, ready for one forward pass.

    Attributes:
        ids: (T,) token of each node.
        positions: (T,) depth of each node, which is its position in its sequence.
        mask: (T, T) bool, True where a node (row) sees a node (column).
        members: for each sequence of the pack, its index and (L,) its nodes in order.
    """

    ids: Tensor
    positions: Tensor
    mask: Tensor
    members: tuple[tuple[int, Tensor], ...]


def pack_sequences(sequences: Sequence[Sequence[int]], max_tokens: int) -> list[Pack]:
    """Pack all sequences, as many in one pack as fit into `max_tokens` nodes.

    Sequences are taken in lexicographic order, so that those with a common beginning are
    neighbours; a sequence longer than `max_tokens` gets a pack of its own.
    """
    order = sorted(range(len(sequences)), key=lambda i: tuple(sequences[i]))
    packs: list[Pack] = []
    builder = _Builder()
    for i in order:
        if builder.members and len(builder.ids) + builder.new_nodes(sequences[i]) > max_tokens:
            packs.append(builder.build())
            builder = _Builder()
        builder.add(i, sequences[i])
    if builder.members:
        packs.append(builder.build())
    return packs


class _Builder:
    """A pack while it grows; `path` is the branch of the sequence added last."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.positions: list[int] = []
        self.path: list[int] = []
        self.members: list[tuple[int, list[int]]] = []

    def _shared(self, sequence: Sequence[int]) -> int:
        n = 0
        for node, token in zip(self.path, sequence, strict=False):
            if self.ids[node] != token:
                break
            n += 1
        return n

    def new_nodes(self, sequence: Sequence[int]) -> int:
        """Nodes that adding this sequence would cost."""
        return len(sequence) - self._shared(sequence)

    def add(self, index: int, sequence: Sequence[int]) -> None:
        """Add a sequence that sorts after all added before."""
        shared = self._shared(sequence)
        first = len(self.ids)
        self.ids += sequence[shared:]
        self.positions += range(shared, len(sequence))
        self.path = self.path[:shared] + list(range(first, len(self.ids)))
        self.members.append((index, list(self.path)))

    def build(self) -> Pack:
        """The finished pack."""
        t = len(self.ids)
        mask = torch.zeros((t, t), dtype=torch.bool)
        members = []
        for index, path in self.members:
            nodes = torch.tensor(path)
            # Nodes ascend along a path, so the lower triangle of path x path is "ancestors".
            mask[nodes[:, None], nodes[None, :]] |= nodes[:, None] >= nodes[None, :]
            members.append((index, nodes))
        return Pack(torch.tensor(self.ids), torch.tensor(self.positions), mask, tuple(members))
