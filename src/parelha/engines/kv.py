"""Keys and values: a slab whose rows all end at one column, and prefixes already computed."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

from parelha.models.attention import KeysValues
from parelha.models.memory import give_back, untouched_zeros

# Columns left free before and behind the rows when the slab is laid out anew.
_COLUMNS_BEFORE = 32
_COLUMNS_BEHIND = 128


@dataclass(frozen=True, eq=False)  # one is itself alone: arrays do not compare as a whole
class Block:
    """Keys and values of a stretch of tokens; all sequences that go through it hold the same one.

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

    def first(self, length: int) -> "Block":
        """Its first tokens, in the same memory."""
        if length >= self.length:
            return self
        return Block([(k[:, :length], v[:, :length]) for k, v in self.layers], self.size)

    @property
    def memory(self) -> int:
        """Where it lies: the same number for what is in the same memory."""
        return self.layers[0][0].untyped_storage().data_ptr()


def make_block(layers: KeysValues) -> Block:
    """A copy of keys and values, in one piece of memory outside the heap.

    Blocks live longer than what is computed beside them, and in the heap would leave holes.
    """
    parts = [part for pair in layers for part in pair]
    memory = untouched_zeros((sum(part.numel() for part in parts),), parts[0])
    places = torch.split(memory, [part.numel() for part in parts])
    copies = [place.view(part.shape).copy_(part) for place, part in zip(places, parts, strict=True)]
    pairs = list(zip(copies[::2], copies[1::2], strict=True))
    return Block(pairs, parts[0].shape[1])


@dataclass(frozen=True, eq=False)
class Prefix:
    """A computed token sequence.

    Attributes:
        ids: (L,) the tokens.
        blocks: their keys and values, one behind the other.
    """

    ids: np.ndarray[Any, np.dtype[np.int64]]
    blocks: tuple[Block, ...]

    def first(self, length: int) -> "Prefix":
        """Its first tokens."""
        blocks: list[Block] = []
        rest = length
        for block in self.blocks:
            if rest > 0:
                blocks.append(block.first(rest))
            rest -= block.length
        return Prefix(self.ids[:length], tuple(blocks))


class PrefixStore:
    """Prefixes of one adapter; the one unused for longest goes first beyond `max_tokens`.

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


class _Layer(CacheLayerMixin):  # type: ignore[no-untyped-call]
    """One layer of a cache whose masks are made outside, and that allocates by itself."""

    is_sliding = False

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.is_initialized = True

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Nothing to do."""

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length and offset of the keys that the next `query_length` tokens may see."""
        return self.get_seq_length() + query_length, 0

    def get_max_length(self) -> int:
        """No limit."""
        return -1

    @abstractmethod
    def get_seq_length(self) -> int:
        """Columns in use."""

    @abstractmethod
    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Add columns; returns all in use."""


class PrefillLayer(_Layer):  # type: ignore[no-untyped-call]
    """One layer's keys and values of prompts: known ones first, those of one pass behind them.

    Args:
        keys: (B, heads, N, D) of the known tokens, or None.
        values: (B, heads, N, D').
    """

    def __init__(self, keys: Tensor | None, values: Tensor | None) -> None:
        super().__init__()
        self.keys, self.values = keys, values

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Append columns; returns all of them."""
        if self.keys is not None and self.values is not None:
            key_states = torch.cat([self.keys, key_states], dim=2)
            value_states = torch.cat([self.values, value_states], dim=2)
        else:  # copies: views would hold on to all that was computed beside them
            key_states, value_states = key_states.clone(), value_states.clone()
        self.keys, self.values = key_states, value_states
        return key_states, value_states

    def get_seq_length(self) -> int:
        """Columns in use."""
        return 0 if self.keys is None else self.keys.shape[2]


class Slab:
    """Keys and values of the rows that are decoded together.

    transformers' own growing cache concatenates at every token, which copies all that came before,
    and pads rows that join late. Here every row ends at the same column, so that a new row joins
    by being copied in front of it, and a token is written behind it.

    Args:
        num_layers: of the model.
        device: that the model is on.

    Attributes:
        cache: what the model takes as `past_key_values`; a pass with one token a row.
        lengths: tokens of each row.
    """

    def __init__(self, num_layers: int, device: torch.device) -> None:
        self.device = device
        self.layers = [_SlabLayer(self) for _ in range(num_layers)]
        self.cache = Cache(layers=list(self.layers))
        self.lengths: list[int] = []
        self._begun: list[Prefix] = []  # what each row joined with
        self._ids: list[list[int]] = []  # and its tokens since
        self.end = 0  # the column behind the newest tokens

    def clear(self) -> None:
        """Take all rows out and free the memory, which a slab and its layers else keep alive."""
        for layer in self.layers:
            layer.keys = layer.values = None
        self.lengths, self._begun, self._ids, self.end = [], [], [], 0

    @property
    def first(self) -> int:
        """The first column that a row uses."""
        return self.end - max(self.lengths, default=0)

    def join(self, prefixes: Sequence[Prefix]) -> None:
        """Add rows behind those that are there."""
        rows = len(self.lengths)
        self._make_room(prefixes)
        for i, layer in enumerate(self.layers):
            assert layer.keys is not None and layer.values is not None
            for row, prefix in enumerate(prefixes, rows):
                at = self.end - len(prefix.ids)
                for block in prefix.blocks:
                    columns = slice(at, at + block.length)
                    layer.keys[row, :, columns], layer.values[row, :, columns] = block.layers[i]
                    at = columns.stop
        self._begun += prefixes
        self._ids += [[] for _ in prefixes]
        self.lengths += [len(prefix.ids) for prefix in prefixes]

    def leave(self, row: int) -> Prefix:
        """Take a row out; the last one takes its place."""
        last = len(self.lengths) - 1
        begun, ids = self._begun[row], self._ids[row]
        blocks = begun.blocks
        if ids:
            own = slice(self.end - len(ids), self.end)
            blocks = (*blocks, make_block([layer.of_row(row, own) for layer in self.layers]))
        if row != last:
            used = slice(self.end - self.lengths[last], self.end)
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

    def sees(self) -> Tensor:
        """(B, 1, 1, columns) bool for the pass that follows: what each row's new token sees."""
        columns = torch.arange(self.first, self.end + 1, device=self.device)
        starts = self.end - torch.tensor(self.lengths, device=self.device)
        return (columns[None, :] >= starts[:, None])[:, None, None, :]

    def grow(self, tokens: Sequence[int]) -> None:
        """Count the tokens that a pass has written."""
        self.end += 1
        for row, token in enumerate(tokens):
            self._ids[row].append(token)
            self.lengths[row] += 1

    def make_column(self) -> None:
        """See that there is a column for the tokens of the next pass."""
        self._make_room(())

    def _make_room(self, prefixes: Sequence[Prefix]) -> None:
        """Lay the rows out anew where a joining row or the next column would not fit."""
        joining = max((len(prefix.ids) for prefix in prefixes), default=0)
        need_rows = len(self.lengths) + len(prefixes)
        keys = self.layers[0].keys
        have_rows, columns = (0, 0) if keys is None else (keys.shape[0], keys.shape[2])
        if need_rows <= have_rows and joining <= self.end < columns:
            return
        # On a CPU rows that stay empty take no memory.
        rows = 2 * need_rows if self.device.type == "cpu" else need_rows + need_rows // 8
        old = slice(self.first, self.end)
        used = old.stop - old.start
        end = max(used, joining) + _COLUMNS_BEFORE
        like = prefixes[0] if prefixes else None
        for i, layer in enumerate(self.layers):
            layer.lay_out(
                rows,
                end + _COLUMNS_BEHIND,
                (len(self.lengths), old, slice(end - used, end)),
                None if like is None else like.blocks[0].layers[i],
            )
        self.end = end


class _SlabLayer(_Layer):  # type: ignore[no-untyped-call]
    """One layer of a slab: (rows, heads, columns, D) keys and values; `lay_out` allocates."""

    def __init__(self, slab: Slab) -> None:
        super().__init__()
        self.slab = slab

    def lay_out(
        self,
        rows: int,
        columns: int,
        moved: tuple[int, slice, slice],
        like: tuple[Tensor, Tensor] | None,
    ) -> None:
        """Allocate anew and copy (rows, their old columns, their new columns).

        Zeros, since masked columns are multiplied by zero weights, and 0 x NaN is NaN.
        """
        count, old, new = moved

        def anew(now: Tensor | None, other: Tensor | None) -> Tensor:
            pattern = other if now is None else now[0]
            assert pattern is not None
            found = untouched_zeros((rows, pattern.shape[0], columns, pattern.shape[-1]), pattern)
            if now is not None and count:
                found[:count, :, new] = now[:count, :, old]
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
        """Write one column; returns views of all columns in use."""
        assert self.keys is not None and self.values is not None
        rows, first, end = len(self.slab.lengths), self.slab.first, self.slab.end
        self.keys[:rows, :, end : end + 1] = key_states
        self.values[:rows, :, end : end + 1] = value_states
        return self.keys[:rows, :, first : end + 1], self.values[:rows, :, first : end + 1]

    def get_seq_length(self) -> int:
        """Columns in use."""
        return self.slab.end - self.slab.first
