"""Attention on a CPU: queries of one head of keys together, stretches of a pass by themselves.

Models with fewer heads of keys than of queries have each repeated for every query that reads it
before torch's kernel runs, and the gradients of the copies summed up behind it. The kernel is also
slow where a head has few queries. As one head with all of the queries' rows nothing is repeated,
and its products are larger.

A pass may hold many stretches of tokens one behind the other, each of which sees little of what the
others see. One mask over all would have the kernel compute what it hides. Or it holds a few tokens
of each of many rows, as many as each is given: only attention needs to know where a row begins.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers import (
    AttentionInterface,
    AttentionMaskInterface,
    DynamicCache,
    PreTrainedModel,
)
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

_NAME = "grouped_sdpa"
_STRETCHES = "_parelha_takes_stretches"
# For every number of queries and keys torch and oneDNN make programs, and some of them are kept for
# good: a quarter of a megabyte forward, nine backward. So there are few different ones.
_MULTIPLE = 64
_AGREE = 0.05  # of the largest hidden state; bfloat16 keeps eight bits

# (heads, N, D) keys and values of every layer
KeysValues = Sequence[tuple[Tensor, Tensor]]


@dataclass
class Stretch:
    """Tokens of a pass that follow each other, and what they see besides those before them in it.

    Attributes:
        own: where they stand in the pass.
        known: keys and values that are there already, one behind the other.
        earlier: where other tokens stand in the pass that they see, behind those.
    """

    own: slice
    known: tuple[KeysValues, ...] = ()
    earlier: tuple[slice, ...] = ()
    _mask: Tensor | None = field(default=None, repr=False)

    @property
    def was_read(self) -> bool:
        """Whether the attention below has read it."""
        return self._mask is not None

    def mask(self, groups: int, keys: int, dtype: torch.dtype) -> Tensor:
        """(groups · Q, K) what is added to the scores of padded rows; the same in every layer.

        Args:
            groups: heads of queries that read one head of keys.
            keys: that there are; what is behind them is padding.
            dtype: of the queries.
        """
        if self._mask is None:
            length = self.own.stop - self.own.start
            mask = torch.zeros((padded(length), padded(keys)), dtype=dtype)
            mask[:, keys:] = float("-inf")
            later = torch.full((length, length), float("-inf"), dtype=dtype).triu_(1)
            mask[:length, keys - length : keys] = later
            self._mask = mask.repeat(groups, 1)
        return self._mask


def padded(length: int) -> int:
    """How many queries, or keys, a stretch of so many is filled up to."""
    return -(-length // _MULTIPLE) * _MULTIPLE


class Rows:
    """Tokens of a pass one behind the other, so many of each row of a cache.

    Args:
        lengths: keys of each row before the pass.
        counts: tokens of each row in it, at least one.
        columns: keys of all rows, the pass's own ones written.
        size: tokens of the pass; what is behind the rows' own is padding.
    """

    def __init__(
        self, lengths: Sequence[int], counts: Sequence[int], columns: int, size: int
    ) -> None:
        most = max(counts)
        count = torch.tensor(counts)[:, None]
        first = count.cumsum(0) - count
        nth = torch.minimum(torch.arange(most)[None], count - 1)  # (B, Q): the last one repeated
        self.tokens = (first + nth).flatten()
        row = torch.arange(len(counts)).repeat_interleave(count[:, 0])
        places = row * most + torch.arange(len(row)) - first[row, 0]
        self.places = torch.nn.functional.pad(places, (0, size - len(row)))
        seen = torch.tensor(lengths)[:, None] + nth
        self.hidden = torch.arange(columns) > seen[:, :, None]  # (B, Q, K)
        self._mask: Tensor | None = None

    def mask(self, groups: int, dtype: torch.dtype) -> Tensor:
        """(B, 1, groups · Q, K) what is added to the scores; the same in every layer."""
        if self._mask is None:
            mask = torch.zeros(self.hidden.shape, dtype=dtype)
            mask.masked_fill_(self.hidden, float("-inf"))
            self._mask = mask.repeat(1, groups, 1)[:, None]
        return self._mask


_stretches: ContextVar[tuple[Stretch, ...]] = ContextVar("stretches", default=())
_rows: ContextVar[Rows | None] = ContextVar("rows", default=None)


def group_queries(base: PreTrainedModel, *, stretches: bool = True) -> None:
    """Let a model that uses torch's attention use the one below.

    Args:
        base: the model.
        stretches: whether its passes may attend by `in_stretches`. Not on a GPU, where many small
            products are slow; and each model is tried: there are some whose cache holds something
            else than what attention reads (DeepSeek's latent vectors).
    """
    if base.config._attn_implementation == "sdpa":  # pylint: disable=protected-access
        base.set_attn_implementation(_NAME)  # does nothing where a model has its own
        setattr(base, _STRETCHES, stretches and _agrees_in_stretches(base))


def leave_attention_plain(base: PreTrainedModel) -> None:
    """Undo `group_queries`."""
    if base.config._attn_implementation == _NAME:  # pylint: disable=protected-access
        base.set_attn_implementation("sdpa")
    setattr(base, _STRETCHES, False)


def takes_stretches(base: PreTrainedModel) -> bool:
    """Whether a model attends as `in_stretches` says."""
    return bool(getattr(base, _STRETCHES, False))


def _agrees_in_stretches(base: Any) -> bool:
    """Whether six tokens, the last three read by themselves, are what they are read at once."""
    ids = torch.arange(6)[None] * 7 % base.get_input_embeddings().weight.shape[0]
    sees = torch.ones((6, 6), dtype=torch.bool).tril()[None, None]
    cache = DynamicCache()
    try:
        with torch.no_grad():
            read: Any = base.get_decoder()
            whole = read(ids, attention_mask=sees, use_cache=False).last_hidden_state[0, 3:]
            read(ids[:, :3], attention_mask=sees[:, :, :3, :3], past_key_values=cache)
            layers: list[Any] = cache.layers
            known = [(layer.keys[0], layer.values[0]) for layer in layers]
            stretch = Stretch(slice(0, 3), (known,))
            with in_stretches([stretch]):
                last = read(
                    ids[:, 3:],
                    attention_mask=sees[:, :, 3:, :1],
                    position_ids=torch.arange(3, 6)[None],
                    use_cache=False,
                ).last_hidden_state[0]
    except (RuntimeError, IndexError, AttributeError, TypeError, ValueError):
        return False  # it is played with a mask over all
    near = (last - whole).abs().max() <= _AGREE * whole.abs().max()
    return bool(near) and stretch.was_read


@contextmanager
def in_stretches(stretches: Sequence[Stretch]) -> Iterator[None]:
    """Let the passes inside, of one row, attend by stretches; other tokens are padding.

    The model is given a mask that says nothing, and a cache of which attention sees only what the
    pass itself adds.
    """
    token = _stretches.set(tuple(stretches))
    try:
        yield
    finally:
        _stretches.reset(token)


@contextmanager
def in_rows(rows: Rows) -> Iterator[None]:
    """Let the passes inside, of one row of tokens, attend to the rows that their cache returns.

    The model is given a mask that says nothing. Only where `takes_stretches`.
    """
    token = _rows.set(rows)
    try:
        yield
    finally:
        _rows.reset(token)


def _attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **how: Any,
) -> tuple[Tensor, None]:
    """Attention as transformers' interface has it; (B, Q, heads, D') and no weights.

    Args:
        module: the layer.
        query: (B, heads, Q, D).
        key: (B, heads of keys, K, D).
        value: (B, heads of keys, K, D').
        attention_mask: as transformers has it; without meaning inside `in_stretches`, `in_rows`.
        scaling: of the scores.
        how: anything else that torch's attention is told by transformers.
    """
    rows = _rows.get()
    if rows is not None:
        return _of_rows(rows, (query, key, value), scaling), None
    stretches = _stretches.get()
    if not stretches:
        found: tuple[Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **how
        )
        return found
    parts = [_of_stretch(one, module, (query, key, value), scaling) for one in stretches]
    padding = query.shape[2] - stretches[-1].own.stop
    if padding:
        parts.append(query.new_zeros((1, query.shape[1], padding, value.shape[-1])))
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous(), None


def _of_stretch(
    stretch: Stretch, module: Any, pass_: tuple[Tensor, Tensor, Tensor], scaling: float | None
) -> Tensor:
    """(1, heads, N, D') attention of a stretch."""
    query, key, value = pass_
    heads, heads_of_keys = query.shape[1], key.shape[1]
    length = stretch.own.stop - stretch.own.start
    known = [one[module.layer_idx] for one in stretch.known]
    at = (*stretch.earlier, stretch.own)
    keys = [*(k[None] for k, _ in known), *(key[:, :, one] for one in at)]
    values = [*(v[None] for _, v in known), *(value[:, :, one] for one in at)]
    count = sum(part.shape[2] for part in keys)
    if padding := padded(count) - count:
        keys.append(key.new_zeros((1, heads_of_keys, padding, key.shape[-1])))
        values.append(value.new_zeros((1, heads_of_keys, padding, value.shape[-1])))
    rows = torch.nn.functional.pad(query[:, :, stretch.own], (0, 0, 0, padded(length) - length))
    out = torch.nn.functional.scaled_dot_product_attention(
        rows.reshape(1, heads_of_keys, -1, rows.shape[-1]),
        torch.cat(keys, dim=2),
        torch.cat(values, dim=2),
        attn_mask=stretch.mask(heads // heads_of_keys, count, query.dtype),
        scale=scaling,
    )
    return out.view(1, heads, -1, value.shape[-1])[:, :, :length]


def _of_rows(rows: Rows, pass_: tuple[Tensor, Tensor, Tensor], scaling: float | None) -> Tensor:
    """(1, T, heads, D') attention of a few tokens of each row."""
    query, key, value = pass_
    heads, (count, heads_of_keys) = query.shape[1], key.shape[:2]
    groups = heads // heads_of_keys
    spread = query[0].transpose(0, 1).index_select(0, rows.tokens)
    spread = spread.view(count, -1, heads, query.shape[-1])
    out = torch.nn.functional.scaled_dot_product_attention(
        spread.transpose(1, 2).reshape(count, heads_of_keys, -1, query.shape[-1]),
        key,
        value,
        attn_mask=rows.mask(groups, query.dtype),
        scale=scaling,
    )
    by_token = out.view(count, heads, -1, value.shape[-1]).transpose(1, 2)
    return by_token.reshape(-1, heads, value.shape[-1]).index_select(0, rows.places)[None]


AttentionInterface.register(_NAME, _attention)
AttentionMaskInterface.register(_NAME, sdpa_mask)
