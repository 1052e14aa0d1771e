"""Frozen weights in the layout that products of few rows read fastest.

oneDNN otherwise brings a weight into that layout at every call, which takes longer than the
product itself where a batch has few rows. The copies serve generation; an update reads the plain
weights, and of each pair only one is held in memory at a time: the plain ones are a mapped file.
"""

from typing import cast

import torch
from torch import Tensor

# torch has no public name for these operators.
# pylint: disable=protected-access
_ROWS_HINT = 16  # the layout is the same for all sizes that were tried


def pack(weight: Tensor) -> Tensor:
    """Return a packed copy of an (N, K) weight; opaque, only for the functions below.

    Raises:
        RuntimeError: this processor has no such layout for the weight's type.
    """
    with torch.inference_mode(False), torch.no_grad():
        packed = torch.ops.mkldnn._reorder_linear_weight(weight.detach(), _ROWS_HINT)
    return cast(Tensor, packed)


def packed_linear(x: Tensor, packed: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return (..., N) = x·Wᵀ + bias for (..., K) `x`."""
    return cast(Tensor, torch.ops.mkldnn._linear_pointwise(x, packed, bias, "none", [], ""))


def packed_linear_onto(y: Tensor, x: Tensor, packed: Tensor) -> Tensor:
    """Return y + x·Wᵀ in one pass, for (..., N) `y` and (..., K) `x`."""
    return cast(Tensor, torch.ops.mkldnn._linear_pointwise.binary(x, y, packed, None, "add"))
