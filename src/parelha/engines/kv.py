"""Keys and values: slabs that grow in place, and a store of prefixes already computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin


class SlabLayer(CacheLayerMixin):  # type: ignore[no-untyped-call]
    """One layer's keys and values in buffers allocated once.

    transformers' own growing layer concatenates at every token, which copies all that came
    before. Here a token is written behind the last column; `keys` and `values` are views.
    """

    is_sliding = False

    def __init__(self, capacity: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.capacity = capacity
        self.length = 0

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Allocate; shapes are (B, heads, capacity, D), D of keys and values may differ."""
        b, h, _, dk = key_states.shape
        dv = value_states.shape[-1]
        self.keys = key_states.new_empty((b, h, self.capacity, dk))
        self.values = value_states.new_empty((b, h, self.capacity, dv))
        self.is_initialized = True

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Append columns; returns views of all columns so far."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        assert self.keys is not None and self.values is not None
        end = self.length + key_states.shape[-2]
        self.keys[:, :, self.length : end] = key_states
        self.values[:, :, self.length : end] = value_states
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length and offset of the keys that the next `query_length` tokens may see."""
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        """Columns in use."""
        return self.length

    def get_max_length(self) -> int:
        """Columns that fit."""
        return self.capacity

    def select(self, rows: Tensor) -> None:
        """Keep, reorder or repeat rows; `rows` is (B',) indices."""
        assert self.keys is not None and self.values is not None
        keys, values = self.keys, self.values
        shape = (len(rows), *keys.shape[1:])
        self.keys = keys.new_empty(shape)
        self.values = values.new_empty((len(rows), *values.shape[1:]))
        used = slice(0, self.length)
        self.keys[:, :, used] = keys[:, :, used].index_select(0, rows)
        self.values[:, :, used] = values[:, :, used].index_select(0, rows)


@dataclass(frozen=True)
class Prefix:
    """A computed token sequence.

    Attributes:
        ids: (L,) the tokens.
        keys: a tensor (heads, L, D) for each layer.
        values: a tensor (heads, L, D) for each layer.
    """

    ids: np.ndarray[Any, np.dtype[np.int64]]
    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]


class PrefixStore:
    """Prefixes of one adapter, oldest dropped first once they hold more than `max_tokens`."""

    def __init__(self, max_tokens: int) -> None:
        self.max_tokens = max_tokens
        self._entries: list[Prefix] = []
        self._tokens = 0

    def longest(self, ids: Sequence[int]) -> tuple[Prefix | None, int]:
        """The entry that shares most leading tokens with `ids`, and how many.

        At least one token of `ids` is always left over, since its logits are wanted.
        """
        wanted = np.asarray(ids[:-1], dtype=np.int64)
        best, best_length = None, 0
        for entry in self._entries:
            n = min(len(entry.ids), len(wanted))
            differs = np.flatnonzero(entry.ids[:n] != wanted[:n])
            length = int(differs[0]) if len(differs) else n
            if length > best_length:
                best, best_length = entry, length
        return best, best_length

    def add(self, prefix: Prefix) -> None:
        """Keep a prefix."""
        self._entries.append(prefix)
        self._tokens += len(prefix.ids)
        while self._tokens > self.max_tokens and self._entries:
            self._tokens -= len(self._entries.pop(0).ids)

    def clear(self) -> None:
        """Forget everything (the adapter changed)."""
        self._entries.clear()
        self._tokens = 0


def slab_cache(num_layers: int, capacity: int) -> Cache:
    """An empty cache of slabs with room for `capacity` columns."""
    return Cache(layers=[SlabLayer(capacity) for _ in range(num_layers)])
