"""Gated blocks and norms whose gradient keeps less than autograd does, and takes fewer passes.

Of a Qwen2 model these make two thirds of what autograd keeps. A block is replaced only where trying
it shows that it computes, bit for bit, what is written here.
"""

from types import MethodType
from typing import Any, cast

import torch
from torch import Tensor, nn

from parelha.kernels.adapted import Siblings, speaking


def make_lean(model: nn.Module, dtype: torch.dtype) -> None:
    """Give the gated blocks and the norms of an adapted model the forward passes below.

    Args:
        model: with adapted layers.
        dtype: of its activations.
    """
    tried: dict[tuple[type, Any], bool] = {}
    for module in list(model.modules()):
        forward: Any = _mlp_forward if _may_be_gated(module) else None
        if _may_be_norm(module):
            forward = _norm_forward
        if forward is not None:
            kind = type(module), forward
            if kind not in tried:
                tried[kind] = _computes(module, forward, dtype)
            if tried[kind]:
                setattr(module, "forward", MethodType(forward, module))  # noqa: B010


def leave_blocks_plain(model: nn.Module) -> None:
    """Undo `make_lean`."""
    for module in model.modules():
        own: Any = module.__dict__.get("forward")
        if getattr(own, "__func__", None) in (_mlp_forward, _norm_forward):
            del module.__dict__["forward"]


def _computes(module: Any, forward: Any, dtype: torch.dtype) -> bool:
    """Whether `forward` is what a block computes."""
    layer = module.down_proj.base_layer if forward is _mlp_forward else module
    weight = layer.weight
    x = torch.linspace(-2, 3, 3 * len(weight), device=weight.device).to(dtype)
    x = x.view(1, 3, len(weight))
    with torch.no_grad():
        return bool(torch.equal(forward(module, x), module(x)))


def _may_be_gated(module: nn.Module) -> bool:
    """Whether a block has the layers of a gated one, each with an adapter."""
    layers = [getattr(module, name, None) for name in ("gate_proj", "up_proj", "down_proj")]
    held: list[Any] = [getattr(layer, "__dict__", {}).get("siblings") for layer in layers]
    gate, up, down = held
    return (
        gate is not None
        and down is not None
        and gate is up
        and [len(gate.members), len(down.members)] == [2, 1]
        and isinstance(getattr(module, "act_fn", None), nn.Module)
    )


def _mlp_forward(module: Any, x: Tensor) -> Tensor:
    """down(act(gate(x)) · up(x)), of which the outputs of gate and up are kept for the gradient.

    Autograd would keep the activation and the product too: as much again.
    """
    names = speaking(module.down_proj)
    if not torch.is_grad_enabled():
        return _mlp(module, x, names)[0]
    if not names:
        return cast(Tensor, type(module).forward(module, x))
    halves = [half for layers in _layers(module) for half in layers.halves(names)]
    return cast(Tensor, _Mlp.apply(x, module, names, *halves))  # type: ignore[no-untyped-call]


def _layers(module: Any) -> tuple[Siblings, Siblings]:
    """Gate and up, and down."""
    return module.gate_proj.__dict__["siblings"], module.down_proj.__dict__["siblings"]


def _mlp(module: Any, x: Tensor, names: tuple[str, ...]) -> tuple[Tensor, ...]:
    """What a gated block says; A·x of gate and up, what they say, and A·x of down."""
    first, last = _layers(module)
    (gate, up), inner = first.compute(x, names)
    (found,), inner_last = last.compute(module.act_fn(gate) * up, names)
    return found, inner, gate, up, inner_last


# torch finds `forward` by name and passes it what `apply` was given.
class _Mlp(torch.autograd.Function):  # pylint: disable=abstract-method
    """A gated block with its gradient written out but for the activation's."""

    @staticmethod
    def forward(  # pylint: disable=arguments-differ
        ctx: Any, x: Tensor, module: Any, names: tuple[str, ...], *_: Tensor
    ) -> Tensor:
        """What the block says; the halves are arguments for their gradients alone."""
        found, *kept = _mlp(module, x, names)
        ctx.module, ctx.names = module, names
        ctx.save_for_backward(x, *kept)
        return found

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients by x and by every half of the adapters."""
        x, inner, gate, up, inner_last = ctx.saved_tensors
        module, names = ctx.module, ctx.names
        first, last = _layers(module)
        with torch.enable_grad():
            ends = gate.detach().requires_grad_(True), up.detach().requires_grad_(True)
            product = module.act_fn(ends[0]) * ends[1]
        slope, of_last = last.gradient(product.detach(), inner_last, grads, names, True)
        slopes = torch.autograd.grad(product, ends, slope)
        by_x, of_first = first.gradient(x, inner, slopes, names, ctx.needs_input_grad[0])
        return by_x, None, None, *of_first, *of_last


def _may_be_norm(module: nn.Module) -> bool:
    """Whether a module may be an RMS norm (arXiv 1910.07467) with a frozen weight."""
    weight = getattr(module, "weight", None)
    return (
        type(module).__name__.endswith("RMSNorm")
        and isinstance(weight, Tensor)
        and not weight.requires_grad
        and isinstance(getattr(module, "variance_epsilon", None), float)
    )


def _norm_forward(module: Any, x: Tensor) -> Tensor:
    """An RMS norm; for the gradient it keeps its input and no copies of it in float32."""
    if torch.is_grad_enabled() and x.requires_grad:
        return cast(Tensor, _Norm.apply(x, module))  # type: ignore[no-untyped-call]
    return _norm(module, x)[0]


def _norm(module: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    """The norm of (..., H), and the (..., 1) factor of each token."""
    wide = x.float()
    factor = torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + module.variance_epsilon)
    return module.weight * (wide * factor).to(x.dtype), factor


# torch finds `forward` by name and passes it what `apply` was given.
class _Norm(torch.autograd.Function):  # pylint: disable=abstract-method
    """An RMS norm with its gradient written out."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, module: Any) -> Tensor:  # pylint: disable=arguments-differ
        """The norm."""
        found, factor = _norm(module, x)
        ctx.save_for_backward(x, factor, module.weight)
        return found

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """With n = x · factor and g = w · gradient: factor · (g - n · mean(g · n))."""
        x, factor, weight = ctx.saved_tensors
        normed = x * factor  # float32, as the factor is
        slope = (grads[0] * weight).float()
        share = (slope * normed).mean(-1, keepdim=True)
        return slope.sub_(normed.mul_(share)).mul_(factor).to(x.dtype), None
