"""Frozen bfloat16 weights in the layout that the processor's matrix unit reads fastest.

oneDNN otherwise brings a weight into that layout at every call, which takes longer than the
product itself where a batch has few rows. The copies serve generation; an update reads the plain
weights, and of each pair only one is held in memory at a time: the plain ones are a mapped file.
"""

from typing import cast

import torch
from torch import Tensor, nn

from parelha.models.memory import drop_pages

# torch has no public name for these operators.
# pylint: disable=protected-access
_ROWS_HINT = 16  # the layout is the same for all sizes that were tried
_PACKED = "packed_weight"


def frozen_linear(module: nn.Module, x: Tensor) -> Tensor:
    """Return ``module(x)``, by the packed copy where no gradient is asked for.

    Args:
        module: a layer whose weight never changes; all but an `nn.Linear` are simply called.
        x: (..., K) in the weight's type.

    Returns:
        (..., N).
    """
    if not isinstance(module, nn.Linear) or torch.is_grad_enabled() or not can_pack(module.weight):
        return cast(Tensor, module(x))
    packed = getattr(module, _PACKED, None)
    if packed is None:
        packed = pack(module.weight)
        setattr(module, _PACKED, packed)
        drop_pages([module.weight])
    return packed_linear(x, packed, module.bias)


def forget_packed(module: nn.Module) -> None:
    """Free the packed copy of a layer's weight, if there is one."""
    if hasattr(module, _PACKED):
        delattr(module, _PACKED)


def can_pack(weight: Tensor) -> bool:
    """Return whether there is such a layout for a weight."""
    return (
        weight.device.type == "cpu"
        and weight.dtype == torch.bfloat16
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    )


def pack(weight: Tensor) -> Tensor:
    """Return a packed copy of an (N, K) weight; opaque, only for the functions below."""
    with torch.inference_mode(False), torch.no_grad():
        packed = torch.ops.mkldnn._reorder_linear_weight(weight.detach(), _ROWS_HINT)
    return cast(Tensor, packed)


def packed_linear(x: Tensor, packed: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return (..., N) = x·Wᵀ + bias for (..., K) `x`."""
    return cast(Tensor, torch.ops.mkldnn._linear_pointwise(x, packed, bias, "none", [], ""))


def packed_linear_onto(y: Tensor, x: Tensor, packed: Tensor) -> Tensor:
    """Return y + x·Wᵀ in one pass, for (..., N) `y` and (..., K) `x`."""
    return cast(Tensor, torch.ops.mkldnn._linear_pointwise.binary(x, y, packed, None, "add"))
