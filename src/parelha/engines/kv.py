"""Keys and values: a slab of rows that are decoded together, and prefixes already computed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers.cache_utils import Cache, DynamicLayer

from parelha.kernels.attention import KeysValues, padded
from parelha.kernels.choose import beside
from parelha.kernels.memory import give_back, may_stay_untouched, untouched_zeros

# Columns left free behind the rows when the slab is laid out anew.
_COLUMNS_BEHIND = 512


@dataclass(frozen=True, eq=False)  # one is itself alone: arrays do not compare as a whole
class KVBlock:
    """Keys and values of a segment; all sequences that go through it hold the same one.

    Attributes:
        layers: (heads, N, D) keys and (heads, N, D') values of every layer.
        size: tokens that it takes the memory of; N is less where a sequence leaves it early.
    """

    layers: KeysValues
    size: int

    @property
    def length(self) -> int:
        """N, its tokens."""
        return self.layers[0][0].shape[1]

    def first(self, length: int) -> "KVBlock":
        """Its first tokens, in the same memory."""
        if length >= self.length:
            return self
        return KVBlock([(k[:, :length], v[:, :length]) for k, v in self.layers], self.size)

    @property
    def memory(self) -> int:
        """Where it lies: the same number for what is in the same memory."""
        return self.layers[0][0].untyped_storage().data_ptr()


def make_block(layers: KeysValues) -> KVBlock:
    """A copy of keys and values, in one piece of memory outside the heap.

    Blocks live longer than what is computed beside them, and in the heap would leave holes.
    """
    parts = [part for pair in layers for part in pair]
    memory = untouched_zeros((sum(part.numel() for part in parts),), parts[0])
    places = torch.split(memory, [part.numel() for part in parts])
    copies = [place.view(part.shape).copy_(part) for place, part in zip(places, parts, strict=True)]
    pairs = list(zip(copies[::2], copies[1::2], strict=True))
    return KVBlock(pairs, parts[0].shape[1])


@dataclass(frozen=True, eq=False)
class Prefix:
    """A computed token sequence.

    Attributes:
        ids: (L,) the tokens.
        blocks: their keys and values, one behind the other.
    """

    ids: np.ndarray[Any, np.dtype[np.int64]]
    blocks: tuple[KVBlock, ...]

    def first(self, length: int) -> "Prefix":
        """Its first tokens."""
        blocks: list[KVBlock] = []
        rest = length
        for block in self.blocks:
            if rest > 0:
                blocks.append(block.first(rest))
            rest -= block.length
        return Prefix(self.ids[:length], tuple(blocks))


class PrefixCache:
    """Prefixes of one adapter; beyond `max_tokens` the least recently used is evicted.

    Blocks that several of them go through count once.
    """

    def __init__(self, max_tokens: int) -> None:
        self.max_tokens = max_tokens
        self._entries: list[Prefix] = []

    def longest(self, ids: Sequence[int]) -> tuple[Prefix | None, int]:
        """The entry that shares most leading tokens with `ids`, and how many.

        At least one token of `ids` is always left over, since its logits are wanted.
        """
        wanted = np.asarray(ids[:-1], dtype=np.int64)
        best, best_length = None, 0
        for entry in self._entries:
            length = _common(entry.ids, wanted)
            if length > best_length:
                best, best_length = entry, length
        if best is not None:
            self._entries.remove(best)
            self._entries.append(best)
        return best, best_length

    def add(self, prefix: Prefix) -> None:
        """Keep a prefix; one that begins another is not needed."""
        common = [_common(entry.ids, prefix.ids) for entry in self._entries]
        if len(prefix.ids) in common:
            return
        self._entries = [
            entry for entry, n in zip(self._entries, common, strict=True) if n < len(entry.ids)
        ]
        self._entries.append(prefix)
        held = Counter(block.memory for entry in self._entries for block in entry.blocks)
        sizes = {block.memory: block.size for entry in self._entries for block in entry.blocks}
        tokens = sum(sizes.values())
        while tokens > self.max_tokens and self._entries:
            for block in self._entries.pop(0).blocks:
                held[block.memory] -= 1
                if not held[block.memory]:
                    tokens -= block.size

    def clear(self) -> None:
        """Forget everything (the adapter changed)."""
        self._entries.clear()


def _common(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> int:
    n = min(len(one), len(other))
    differs = np.flatnonzero(one[:n] != other[:n])
    return int(differs[0]) if len(differs) else n


class Slab:
    """Keys and values of the rows that are decoded together.

    transformers' own growing cache concatenates at every token, which copies all that came before,
    and all of its rows grow alike. Here every row begins at the first column and has a length of
    its own: a new row joins by being copied in, a pass writes behind what a row has, as many tokens
    as the row is given, and those that turn out not to be its own are written over.

    Attributes:
        cache: what the model takes (`kernels/cache_argument.py`).
        lengths: tokens of each row.
        places: (T,) rows and (T,) columns that the pass under way writes, its first T tokens.
        columns: that it sees, of which the last ones may be nobody's.
    """

    def __init__(self, num_layers: int) -> None:
        self.layers = [_SlabLayer(self) for _ in range(num_layers)]
        self.cache = Cache(layers=list(self.layers))
        self.lengths: list[int] = []
        self._begun: list[Prefix] = []  # what each row joined with
        self._ids: list[list[int]] = []  # and its tokens since
        self.places = (torch.empty(0, dtype=torch.int64),) * 2
        self.columns = 0
        self._open = 0  # tokens of a row that may be written and not kept yet, at most

    def clear(self) -> None:
        """Take all rows out and free the memory, which a slab and its layers else keep alive."""
        for layer in self.layers:
            layer.keys = layer.values = None
        self.lengths, self._begun, self._ids = [], [], []

    def join(self, prefixes: Sequence[Prefix]) -> None:
        """Add rows behind those that are there."""
        rows = len(self.lengths)
        lengths = [len(prefix.ids) for prefix in prefixes]
        self._make_room(rows + len(prefixes), max(lengths, default=0), prefixes[0])
        for i, layer in enumerate(self.layers):
            assert layer.keys is not None and layer.values is not None
            for row, prefix in enumerate(prefixes, rows):
                at = 0
                for block in prefix.blocks:
                    columns = slice(at, at + block.length)
                    layer.keys[row, :, columns], layer.values[row, :, columns] = block.layers[i]
                    at = columns.stop
        self._begun += prefixes
        self._ids += [[] for _ in prefixes]
        self.lengths += lengths

    def leave(self, row: int) -> Prefix:
        """Take a row out; the last one takes its place."""
        last = len(self.lengths) - 1
        begun, ids = self._begun[row], self._ids[row]
        blocks = begun.blocks
        if ids:
            own = slice(len(begun.ids), self.lengths[row])
            blocks = (*blocks, make_block([layer.of_row(row, own) for layer in self.layers]))
        if row != last:
            used = slice(0, self.lengths[last])
            for layer in self.layers:
                for place, moved in zip(
                    layer.of_row(row, used), layer.of_row(last, used), strict=True
                ):
                    place.copy_(moved)
        self.lengths[row], self._begun[row] = self.lengths[last], self._begun[last]
        self._ids[row] = self._ids[last]
        for of_rows in (self.lengths, self._begun, self._ids):
            of_rows.pop()
        for layer in self.layers:
            for unused in layer.of_row(last, slice(None)):
                give_back(unused)
        return Prefix(np.concatenate([begun.ids, np.array(ids, dtype=np.int64)]), blocks)

    def open(self, counts: Sequence[int]) -> None:
        """Say how many tokens of each row the next pass holds; they count once they are kept."""
        ends = [length + count for length, count in zip(self.lengths, counts, strict=True)]
        self._make_room(len(ends), max(ends))
        self.columns, self._open = padded(max(ends)), max(counts)
        rows = [row for row, count in enumerate(counts) for _ in range(count)]
        columns = [at for n, end in zip(self.lengths, ends, strict=True) for at in range(n, end)]
        self.places = beside(self._keys, rows), beside(self._keys, columns)

    def keep(self, row: int, tokens: Sequence[int]) -> None:
        """Count tokens that a pass has written behind a row."""
        self._ids[row] += tokens
        self.lengths[row] += len(tokens)

    def sees(self) -> Tensor:
        """(B, 1, 1, columns) bool, for a pass of one token a row: what each row's token sees."""
        columns, lengths = torch.arange(self.columns), torch.tensor(self.lengths)
        return beside(self._keys, (columns[None, :] <= lengths[:, None])[:, None, None, :])

    @property
    def _keys(self) -> Tensor:
        """Those of the first layer, once there are rows."""
        keys = self.layers[0].keys
        assert keys is not None
        return keys

    def _make_room(self, rows: int, columns: int, like: Prefix | None = None) -> None:
        """Reallocate where the rows, or columns of the longest of them, would not fit.

        Where there are no keys yet, they are of the kind of those of `like`.
        """
        keys = self.layers[0].keys
        have_rows, have_columns = (0, 0) if keys is None else (keys.shape[0], keys.shape[2])
        if rows <= have_rows and padded(columns) <= have_columns:
            return
        pattern = self._keys if like is None else like.blocks[0].layers[0][0]
        generous = may_stay_untouched(pattern)
        if not generous:  # what rows that have left took is not held for good
            held = padded(max((n + self._open for n in self.lengths), default=0))
            have_rows, have_columns = 0, held
        rows = max(have_rows, 2 * rows if generous else rows + rows // 8)
        columns = max(have_columns, padded(columns) + (_COLUMNS_BEHIND if generous else 64))
        for i, layer in enumerate(self.layers):
            kind = None if like is None else like.blocks[0].layers[i]
            layer.lay_out((rows, columns), [n + self._open for n in self.lengths], kind)


class _SlabLayer(DynamicLayer):
    """One layer of a slab: (rows, heads, columns, D) keys and values; `lay_out` allocates."""

    def __init__(self, slab: Slab) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.is_initialized = True  # `lay_out` allocates
        self.slab = slab

    def lay_out(
        self, size: tuple[int, int], lengths: Sequence[int], like: tuple[Tensor, Tensor] | None
    ) -> None:
        """Allocate rows and columns, and copy the rows that there are.

        Zeros, since masked columns are multiplied by zero weights, and 0 x NaN is NaN.
        """

        def anew(now: Tensor | None, other: Tensor | None) -> Tensor:
            pattern = other if now is None else now[0]
            assert pattern is not None
            shape = (size[0], pattern.shape[0], size[1], pattern.shape[-1])
            found = untouched_zeros(shape, pattern)
            if now is not None:
                for row, length in enumerate(lengths):
                    used = slice(min(length, now.shape[2]))
                    found[row, :, used] = now[row, :, used]
            return found

        self.keys = anew(self.keys, like[0] if like else None)
        self.values = anew(self.values, like[1] if like else None)

    def of_row(self, row: int, columns: slice) -> tuple[Tensor, Tensor]:
        """(heads, N, D) keys and values of some columns of a row, in place."""
        assert self.keys is not None and self.values is not None
        return self.keys[row, :, columns], self.values[row, :, columns]

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Write the pass's tokens, one of each row or all in one; returns views of all rows."""
        assert self.keys is not None and self.values is not None
        rows, columns = self.slab.places
        for held, states in ((self.keys, key_states), (self.values, value_states)):
            held[rows, :, columns] = states.transpose(1, 2).flatten(0, 1)[: len(rows)]
        own = slice(len(self.slab.lengths))
        return self.keys[own, :, : self.slab.columns], self.values[own, :, : self.slab.columns]

    def get_seq_length(self) -> int:
        """Tokens of the longest row."""
        return max(self.slab.lengths, default=0)
