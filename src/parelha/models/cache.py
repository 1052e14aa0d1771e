"""Layers of a cache of keys and values that transformers takes; their masks are made outside."""

from abc import abstractmethod
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import CacheLayerMixin


class CacheLayer(CacheLayerMixin):  # type: ignore[no-untyped-call]
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


class PrefillLayer(CacheLayer):  # type: ignore[no-untyped-call]
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
