"""Gated blocks and norms whose gradient keeps less than autograd does, and takes fewer passes.

Of a Qwen2 model these make two thirds of what autograd keeps. A block is replaced only where trying
it shows that it computes, bit for bit, what is written here.
"""

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

from parelha.kernels.active import ActiveAdapters
from parelha.kernels.adapted import AdaptedLinear, FusedProjection
from parelha.kernels.groups import Group


def make_lean(model: nn.Module, groups: Sequence[Group], dtype: torch.dtype) -> bool:
    """Put the gated blocks and the norms below in the place of those of an adapted model.

    Returns: whether there are any.
    """
    tried: dict[tuple[type, type], bool] = {}
    found: dict[nn.Module, nn.Module] = {}  # a block may have several places
    for group in groups:
        if group.projection is not None and _is_gated(group.block):
            found[group.block] = GatedBlock(group.block, group.projection)
    found |= {block: LeanNorm(block) for block in model.modules() if _may_be_norm(block)}
    for parent in list(model.modules()):
        for name, block in list(parent.named_children()):
            if (other := found.get(block)) is None:
                continue
            kind = type(block), type(other)
            if kind not in tried:
                tried[kind] = _computes(other, block, dtype)
            if tried[kind]:
                setattr(parent, name, other)
    return any(tried.values())


def leave_blocks_plain(model: nn.Module) -> None:
    """Undo `make_lean`."""
    for parent in list(model.modules()):
        for name, block in list(parent.named_children()):
            if isinstance(block, (GatedBlock, LeanNorm)):
                setattr(parent, name, block.stands_for[0])


def _computes(found: nn.Module, block: Any, dtype: torch.dtype) -> bool:
    """Whether a module computes what a block does, bit for bit."""
    layer = block.down_proj.base_layer if isinstance(found, GatedBlock) else block
    weight = layer.weight
    x = torch.linspace(-2, 3, 3 * len(weight), device=weight.device).to(dtype)
    x = x.view(1, 3, len(weight))
    with torch.no_grad():
        return bool(torch.equal(found(x), block(x)))


_GATED = ("gate_proj", "up_proj", "down_proj")


def _is_gated(block: nn.Module) -> bool:
    """Whether a block is made of the parts of a gated one, each computed by a projection."""
    if {name for name, _ in block.named_children()} != {*_GATED, "act_fn"}:
        return False
    layers = [getattr(block, name) for name in _GATED]
    return all(isinstance(one, AdaptedLinear) and one.alone is not None for one in layers)


class GatedBlock(nn.Module):
    """down(act(gate(x)) · up(x)), of which the outputs of gate and up are kept for the gradient.

    Autograd would keep the activation and the product too: as much again. The parts are the
    block's own, under its own names; `projection` is that of its gate and up.
    """

    def __init__(self, block: Any, projection: FusedProjection) -> None:
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = (getattr(block, name) for name in _GATED)
        self.act_fn = block.act_fn
        self.first, self.last = projection, block.down_proj.alone
        self.stands_for: tuple[nn.Module] = (block,)  # in a tuple, else it would be a part

    def forward(self, x: Tensor) -> Tensor:
        """(..., H) of (..., H)."""
        active: ActiveAdapters = self.down_proj.active()
        if not torch.is_grad_enabled():
            return self.compute(x, active)[0]
        if not active.names:
            return cast(Tensor, self.down_proj(self.act_fn(self.gate_proj(x)) * self.up_proj(x)))
        factors = [
            factor for one in (self.first, self.last) for factor in one.factors(active.names)
        ]
        return cast(Tensor, _Mlp.apply(x, self, active, *factors))  # type: ignore[no-untyped-call]

    def compute(self, x: Tensor, active: ActiveAdapters) -> tuple[Tensor, ...]:
        """The output; A·x of gate and up, their outputs, and A·x of down."""
        (gate, up), inner = self.first.compute(x, active)
        (found,), inner_last = self.last.compute(self.act_fn(gate) * up, active)
        return found, inner, gate, up, inner_last


# torch finds `forward` by name and passes it what `apply` was given.
class _Mlp(torch.autograd.Function):  # pylint: disable=abstract-method
    """A gated block with its gradient written out but for the activation's."""

    @staticmethod
    def forward(  # pylint: disable=arguments-differ
        ctx: Any, x: Tensor, block: GatedBlock, active: ActiveAdapters, *_: Tensor
    ) -> Tensor:
        """The output; the factors are arguments for their gradients alone."""
        found, *kept = block.compute(x, active)
        ctx.block, ctx.names = block, active.names
        ctx.save_for_backward(x, *kept)
        return found

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients by x and by every half of the adapters."""
        x, inner, gate, up, inner_last = ctx.saved_tensors
        block, names = ctx.block, ctx.names
        with torch.enable_grad():
            ends = gate.detach().requires_grad_(True), up.detach().requires_grad_(True)
            product = block.act_fn(ends[0]) * ends[1]
        grad_product, of_last = block.last.gradient(
            product.detach(), inner_last, grads, names, True
        )
        grads = torch.autograd.grad(product, ends, grad_product)
        by_x, of_first = block.first.gradient(x, inner, grads, names, ctx.needs_input_grad[0])
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


class LeanNorm(nn.Module):
    """An RMS norm with the weight of another; it keeps its input alone for the gradient."""

    def __init__(self, norm: Any) -> None:
        super().__init__()
        self.weight: nn.Parameter = norm.weight
        self.variance_epsilon: float = norm.variance_epsilon
        self.stands_for: tuple[nn.Module] = (norm,)

    def forward(self, x: Tensor) -> Tensor:
        """(..., H) of (..., H)."""
        if torch.is_grad_enabled() and x.requires_grad:
            return cast(Tensor, _Norm.apply(x, self))  # type: ignore[no-untyped-call]
        return _norm(self, x)[0]


def _norm(module: LeanNorm, x: Tensor) -> tuple[Tensor, Tensor]:
    """The norm of (..., H), and the (..., 1) factor of each token."""
    wide = x.float()
    factor = torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + module.variance_epsilon)
    return module.weight * (wide * factor).to(x.dtype), factor


# torch finds `forward` by name and passes it what `apply` was given.
class _Norm(torch.autograd.Function):  # pylint: disable=abstract-method
    """An RMS norm with its gradient written out."""

    @staticmethod
    # pylint: disable-next=arguments-differ
    def forward(ctx: Any, x: Tensor, module: LeanNorm) -> Tensor:
        """The norm."""
        found, factor = _norm(module, x)
        ctx.save_for_backward(x, factor, module.weight)
        return found

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """With n = x · factor and g = w · gradient: factor · (g - n · mean(g · n))."""
        x, factor, weight = ctx.saved_tensors
        normed = x * factor  # float32, as the factor is
        grad = (grads[0] * weight).float()
        share = (grad * normed).mean(-1, keepdim=True)
        return grad.sub_(normed.mul_(share)).mul_(factor).to(x.dtype), None
