"""Attention on a CPU: grouped queries as one head, and packed segments without one large mask.

Models with fewer heads of keys than of queries have each repeated for every query that reads it
before torch's kernel runs, and the gradients of the copies summed up behind it. The kernel is also
slow where a head has few queries. As one head with all of the queries' rows nothing is repeated,
and its products are larger.

A packed sequence may hold many segments, each of which sees little of what the others see. One mask
over all would have the kernel compute what it hides, so each attends by itself (variable-length
attention). Or it holds a few tokens of each of many rows of a cache, a number of its own for each:
only attention needs to know where a row begins.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
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

from parelha.kernels.active import during
from parelha.kernels.cache_argument import as_argument

_NAME = "grouped_sdpa"
# For every number of queries and keys torch and oneDNN make programs, and some of them are kept for
# good: a quarter of a megabyte forward, nine backward. So there are few different ones.
_MULTIPLE = 64
_AGREE = 0.05  # of the largest hidden state; bfloat16 keeps eight bits

# (heads, N, D) keys and values of every layer
KeysValues = Sequence[tuple[Tensor, Tensor]]


@dataclass
class PackedSegment:
    """A segment of a packed sequence, and what it sees besides itself.

    Attributes:
        own: where its tokens stand in the pass.
        known: keys and values that are there already, one behind the other.
        earlier: where other tokens of the pass stand that it sees, behind those.
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

        Groups are heads of queries that read one head of keys; what is behind the keys is padding.
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
    """The number of queries, or keys, that a segment of this length is padded to."""
    return -(-length // _MULTIPLE) * _MULTIPLE


class PackedRows:
    """A packed sequence of the next tokens of every row of a cache, `counts` of each.

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


_segments: ContextVar[tuple[PackedSegment, ...]] = ContextVar("packed_segments", default=())
_rows: ContextVar[PackedRows | None] = ContextVar("rows", default=None)


def use_varlen(base: PreTrainedModel) -> str:
    """Let passes of a model use `attend_in_segments` and `attend_in_rows`; or say what it lacks.

    Each model is tried: there are some whose cache holds something else than what attention reads
    (DeepSeek's latent vectors).
    """
    if base.config._attn_implementation not in ("sdpa", _NAME):  # pylint: disable=protected-access
        return "needs torch's attention"
    base.set_attn_implementation(_NAME)
    if _agrees_by_segments(base):
        return ""
    leave_attention_plain(base)
    return "needs attention that gives the same by segments"


def leave_attention_plain(base: PreTrainedModel) -> None:
    """Undo `use_varlen`."""
    if base.config._attn_implementation == _NAME:  # pylint: disable=protected-access
        base.set_attn_implementation("sdpa")


def _agrees_by_segments(base: Any) -> bool:
    """Whether six tokens, the last three read by themselves, are what they are read at once."""
    ids = torch.arange(6)[None] * 7 % base.get_input_embeddings().weight.shape[0]
    sees = torch.ones((6, 6), dtype=torch.bool).tril()[None, None]
    cache = DynamicCache()
    try:
        with torch.no_grad():
            read: Any = base.get_decoder()
            whole = read(ids, attention_mask=sees, use_cache=False).last_hidden_state[0, 3:]
            begin = {"attention_mask": sees[:, :, :3, :3], **as_argument(read, cache)}
            read(ids[:, :3], **begin)
            layers: list[Any] = cache.layers
            known = [(layer.keys[0], layer.values[0]) for layer in layers]
            segment = PackedSegment(slice(0, 3), (known,))
            with attend_in_segments([segment]):
                last = read(
                    ids[:, 3:],
                    attention_mask=sees[:, :, 3:, :1],
                    position_ids=torch.arange(3, 6)[None],
                    use_cache=False,
                ).last_hidden_state[0]
    except (RuntimeError, IndexError, AttributeError, TypeError, ValueError):
        return False  # it is run with one mask over a pass
    near = (last - whole).abs().max() <= _AGREE * whole.abs().max()
    return bool(near) and segment.was_read


def attend_in_segments(segments: Sequence[PackedSegment]) -> AbstractContextManager[None]:
    """Let the passes inside, of one packed sequence, attend by segments; the rest is padding.

    The model's mask is not read, and of its cache attention sees only what the pass itself adds.
    """
    return during(_segments, tuple(segments))


def attend_in_rows(rows: PackedRows) -> AbstractContextManager[None]:
    """Let the passes inside, of one packed sequence, attend to the rows that their cache returns.

    The model's mask is not read. Only after `use_varlen`.
    """
    return during(_rows, rows)


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
        attention_mask: as transformers has it; not read inside the two contexts above.
        scaling: of the scores.
        how: anything else that torch's attention is told by transformers.
    """
    rows = _rows.get()
    if rows is not None:
        return _row_attention(rows, (query, key, value), scaling), None
    segments = _segments.get()
    if not segments:
        found: tuple[Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **how
        )
        return found
    parts = [_segment_attention(one, module, (query, key, value), scaling) for one in segments]
    padding = query.shape[2] - segments[-1].own.stop
    if padding:
        parts.append(query.new_zeros((1, query.shape[1], padding, value.shape[-1])))
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous(), None


def _segment_attention(
    segment: PackedSegment, module: Any, pass_: tuple[Tensor, Tensor, Tensor], scaling: float | None
) -> Tensor:
    """(1, heads, N, D') attention of a segment."""
    query, key, value = pass_
    heads, heads_of_keys = query.shape[1], key.shape[1]
    length = segment.own.stop - segment.own.start
    known = [one[module.layer_idx] for one in segment.known]
    at = (*segment.earlier, segment.own)
    keys = [*(k[None] for k, _ in known), *(key[:, :, one] for one in at)]
    values = [*(v[None] for _, v in known), *(value[:, :, one] for one in at)]
    count = sum(part.shape[2] for part in keys)
    if padding := padded(count) - count:
        keys.append(key.new_zeros((1, heads_of_keys, padding, key.shape[-1])))
        values.append(value.new_zeros((1, heads_of_keys, padding, value.shape[-1])))
    rows = torch.nn.functional.pad(query[:, :, segment.own], (0, 0, 0, padded(length) - length))
    out = torch.nn.functional.scaled_dot_product_attention(
        rows.reshape(1, heads_of_keys, -1, rows.shape[-1]),
        torch.cat(keys, dim=2),
        torch.cat(values, dim=2),
        attn_mask=segment.mask(heads // heads_of_keys, count, query.dtype),
        scale=scaling,
    )
    return out.view(1, heads, -1, value.shape[-1])[:, :, :length]


def _row_attention(
    rows: PackedRows, pass_: tuple[Tensor, Tensor, Tensor], scaling: float | None
) -> Tensor:
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
