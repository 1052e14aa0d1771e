"""Attention in which the queries that read one head of keys are computed together.

Models with fewer heads of keys than of queries have each repeated for every query that reads it
before torch's kernel runs, and the gradients of the copies summed up behind it. On a CPU the kernel
is also slow where a head has few queries. As one head with all of the queries' rows nothing is
repeated, and its products are larger.
"""

from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

_NAME = "grouped_sdpa"
_ROWS = "_mask_of_rows"


def group_queries(base: PreTrainedModel) -> None:
    """Let a model that uses torch's attention use it with its queries grouped."""
    if base.config._attn_implementation == "sdpa":  # pylint: disable=protected-access
        base.set_attn_implementation(_NAME)


def _grouped_attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **how: Any,
) -> tuple[Tensor, None]:
    """Attention as transformers' interface has it; (B, Q, heads, D) and no weights.

    Args:
        module: the layer.
        query: (B, heads, Q, D).
        key: (B, heads of keys, K, D).
        value: (B, heads of keys, K, D').
        attention_mask: (B, 1, Q, K) bool, True where a query sees a key, or added to the scores.
        scaling: of the scores.
        how: anything else that torch's attention is told by transformers.
    """
    (b, heads, q, d), groups = query.shape, query.shape[1] // key.shape[1]
    if (
        attention_mask is None
        or attention_mask.shape[1] != 1
        or q == 1  # transformers groups these
        or groups == 1
        or query.device.type != "cpu"
        or how.get("dropout")
        or any(how.get(name) is not None for name in ("softcap", "position_bias", "cache"))
    ):
        found: tuple[Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **how
        )
        return found
    out = torch.nn.functional.scaled_dot_product_attention(
        query.reshape(b, key.shape[1], groups * q, d),
        key,
        value,
        attn_mask=_of_rows(attention_mask, groups, query.dtype),
        scale=scaling,
    )
    return out.view(b, heads, q, -1).transpose(1, 2).contiguous(), None


def _of_rows(mask: Tensor, groups: int, dtype: torch.dtype) -> Tensor:
    """(B, 1, groups · Q, K) what is added to the scores; made once for all layers of a pass."""
    made: tuple[int, torch.dtype, Tensor] | None = getattr(mask, _ROWS, None)
    if made is None or made[:2] != (groups, dtype):
        added = mask.to(dtype)
        if mask.dtype == torch.bool:
            added = torch.zeros_like(mask, dtype=dtype).masked_fill_(~mask, float("-inf"))
        made = groups, dtype, added.repeat(1, 1, groups, 1)
        setattr(mask, _ROWS, made)
    return made[2]


AttentionInterface.register(_NAME, _grouped_attention)
AttentionMaskInterface.register(_NAME, sdpa_mask)
