"""Linear layers with LoRA adapters: forward, each row of a batch by its own adapter, and backward.

Layers that read the same input (queries, keys and values; gate and up) are computed in one product:
a batch of few rows costs what its weights cost to read, and every product besides. The gradient is
written out, since autograd would go over every activation once more for each of the sums in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from peft import LoraConfig
from peft.tuners import lora
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from parelha.kernels.active import ActiveAdapters, active_adapters
from parelha.kernels.choose import Kernels
from parelha.kernels.frozen import Upcaster
from parelha.kernels.memory import drop_pages
from parelha.kernels.packed import pack, packed_linear, packed_linear_onto


def use_adapted_layers(config: LoraConfig) -> None:
    """Let PEFT make layers of the kind below, under the names that its own ones would have."""
    # PEFT's documented way to layers of one's own.
    # pylint: disable-next=protected-access
    config._register_custom_module({nn.Linear: AdaptedLinear, Conv1D: AdaptedLinear})


class AdaptedLinear(lora.Linear):
    """W·x + (alpha / rank)·B·A·x; PEFT's own layer until `adapt` gives it a `model`.

    PEFT casts the activations to the adapter's float32, which costs a copy of every activation and
    a slow narrow product. Here A and B are rounded to the base's type for the product. The
    parameters stay float32 and so do their gradients; with a float32 base nothing is rounded.

    Where several adapters are active in one batch they are one adapter of their ranks together, of
    which each row keeps its own columns: what another adapter adds is exactly 0.

    Attributes:
        model: what the adapted layers of a model share.
        alone: computes this layer by itself; None where its weight cannot be multiplied with as it
            is.
        given: what the fused projection that the layer belongs to has computed for it, from the
            opening of the block that holds both until the layer is called.
    """

    def __init__(
        self, base_layer: nn.Module, adapter_name: str, config: LoraConfig, **kwargs: Any
    ) -> None:
        base: Any = (
            base_layer.get_base_layer() if isinstance(base_layer, lora.Linear) else base_layer
        )
        kwargs["is_target_conv_1d_layer"] = isinstance(base, Conv1D)
        super().__init__(base_layer, adapter_name, config=config, **kwargs)
        self.model: AdaptedModel | None = None
        self.alone: FusedProjection | None = None
        self.given: Tensor | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the weight can be multiplied with as it is."""
        base: Any = self.base_layer
        return isinstance(base, nn.Linear) and base.weight.is_floating_point()

    def active(self) -> ActiveAdapters:
        """The adapters of the rows of the pass under way."""
        if self.disable_adapters:
            return ActiveAdapters(())
        own = tuple(name for name in self.active_adapters if name in self.lora_A)
        return active_adapters() or ActiveAdapters(own)

    def forward(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """(..., N) of (..., K)."""
        if self.given is not None:
            found, self.given = self.given, None
            return found
        if self.model is None:
            plain: Tensor = super().forward(x, *args, **kwargs)
            return plain
        active = self.active()
        if self.alone is not None and self.alone.computes(active) and not (args or kwargs):
            return self.alone.outputs(x, active)[0]
        result: Tensor = self.base_layer(x, *args, **kwargs)
        if not active.names:
            return result
        a, b = _joined(self, active.names, x.dtype)
        return result + nn.functional.linear(active.masked(nn.functional.linear(x, a), 1), b)


@dataclass
class AdaptedModel:
    """What the adapted layers of a model share.

    Attributes:
        upcaster: stands before the frozen weights.
        can_pack: whether weights can be packed here.
        packs: whether weights are packed where they can be. An update goes without: its passes
            have many rows, and it reads the plain weights for its gradient in any case.
        projections: by which its layers are computed.
    """

    upcaster: Upcaster
    can_pack: bool
    packs: bool = True
    projections: "list[FusedProjection]" = field(default_factory=list)

    def pack(self, wanted: bool) -> None:
        """Pack weights from now on, or forget those that are packed."""
        self.packs = wanted
        if wanted:
            self.upcaster.forget()
        else:
            for one in self.projections:
                one.forget_packed()

    def drop_plain(self) -> None:
        """Give back the memory of plain weights once all are packed."""
        packed = [one for one in self.projections if one.can_pack]
        if packed and all(one.is_packed for one in packed):
            drop_pages([base.weight for one in packed for base in one.bases])


def adapted_layers(model: nn.Module) -> "Iterator[AdaptedLinear]":
    """The adapted layers of a model."""
    return (module for module in model.modules() if isinstance(module, AdaptedLinear))


def adapt(model: nn.Module, kernels: Kernels) -> AdaptedModel:
    """Let all adapted layers of a model be computed as here, each by itself."""
    found = AdaptedModel(Upcaster(kernels.dtype), "packed" in kernels.paths)
    for layer in adapted_layers(model):
        layer.model = found
        if "fused" in kernels.paths and layer.is_plain:
            layer.alone = FusedProjection([layer], found)
    found.projections = [layer.alone for layer in adapted_layers(model) if layer.alone is not None]
    return found


def leave_layers_plain(model: nn.Module) -> None:
    """Undo `adapt`."""
    for layer in adapted_layers(model):
        layer.model = layer.alone = None


class FusedProjection:
    """Adapted layers that read the same input, computed in one product."""

    def __init__(self, members: list[AdaptedLinear], model: AdaptedModel) -> None:
        self.members, self.model = members, model
        self.bases: list[Any] = [member.base_layer for member in members]
        self.sizes = [base.weight.shape[0] for base in self.bases]
        # As one weight: all of them, with a bias each or none.
        alike = len({base.bias is None for base in self.bases}) == 1
        self.can_pack = alike and model.can_pack
        self._packed: tuple[Tensor, Tensor | None] | None = None
        self._kept: dict[tuple[str, ...], _Factors] = {}

    @property
    def is_packed(self) -> bool:
        """Whether there is a packed copy."""
        return self._packed is not None

    def forget_packed(self) -> None:
        """Free all copies; they are made again when they are wanted."""
        self._packed, self._kept = None, {}

    @staticmethod
    def computes(active: ActiveAdapters) -> bool:
        """Whether a pass is computed here: one with adapters, or without gradient."""
        return bool(active.names) or not torch.is_grad_enabled()

    def outputs(self, x: Tensor, active: ActiveAdapters) -> tuple[Tensor, ...]:
        """(..., N) of every member."""
        if not torch.is_grad_enabled():
            return self.compute(x, active)[0]
        factors = self.factors(active.names)
        found: Any = _Adapted.apply(x, self, active, *factors)  # type: ignore[no-untyped-call]
        return tuple(found)

    def factors(self, names: tuple[str, ...]) -> list[nn.Parameter]:
        """A and B of every member and adapter."""
        found: list[Any] = [
            factor[name].weight
            for member in self.members
            for name in names
            for factor in (member.lora_A, member.lora_B)
        ]
        return found

    def rounded(self, names: tuple[str, ...], dtype: torch.dtype) -> "_Factors":
        """The adapters' A and B in the type of a product; kept until a parameter changes."""
        # pylint: disable-next=protected-access
        version = dtype, *((factor._version, id(factor)) for factor in self.factors(names))
        kept = self._kept.get(names)
        if kept is None or kept.version != version:
            with torch.inference_mode(False), torch.no_grad():
                pairs = [_joined(member, names, dtype) for member in self.members]
            kept = _Factors(version, torch.cat([a for a, _ in pairs]), [b for _, b in pairs])
            self._kept[names] = kept
        return kept

    def compute(self, x: Tensor, active: ActiveAdapters) -> tuple[tuple[Tensor, ...], Tensor]:
        """(..., N) of every member, and the (..., M · adapters · rank) products A·x."""
        if self.can_pack and self.model.packs:
            return self._compute_packed(x, active)
        upcast = self.model.upcaster.upcast
        found = [nn.functional.linear(x, upcast(base.weight), base.bias) for base in self.bases]
        inner = x[..., :0]
        if active.names:
            factors = self.rounded(active.names, x.dtype)
            inner = active.masked(nn.functional.linear(x, factors.a), len(self.members))
            parts = torch.split(inner, inner.shape[-1] // len(self.members), dim=-1)
            for y, part, b in zip(found, parts, factors.b, strict=True):
                y.flatten(0, -2).addmm_(part.flatten(0, -2), b.T)
        return tuple(found), inner

    def _compute_packed(
        self, x: Tensor, active: ActiveAdapters
    ) -> tuple[tuple[Tensor, ...], Tensor]:
        if self._packed is None:
            with torch.inference_mode(False), torch.no_grad():
                bias = [base.bias for base in self.bases if base.bias is not None]
                packed = self.model.upcaster.packed(base.weight for base in self.bases)
                self._packed = packed, torch.cat(bias) if bias else None
            self.model.drop_plain()
        y = packed_linear(x, *self._packed)
        inner = x[..., :0]
        if active.names:
            a, b = self.rounded(active.names, x.dtype).pack()
            inner = active.masked(packed_linear(x, a), len(self.members))
            y = packed_linear_onto(y, inner, b)
        return torch.split(y, self.sizes, dim=-1), inner

    def gradient(
        self, x: Tensor, inner: Tensor, grads: Sequence[Tensor], names: tuple[str, ...], by_x: bool
    ) -> tuple[Tensor | None, list[Tensor]]:
        """The gradient of y = W·x + s·B·A·x, W frozen, of one adapter.

        With g the gradient by y: B has s·gᵀ·(A·x), A has (s·g·B)ᵀ·x, and x has g·W + (s·g·B)·A.

        Args:
            x: (..., K) what the layers have read.
            inner: (..., M · rank) A·x.
            grads: (..., N) by every member's output.
            names: the adapter.
            by_x: whether the gradient by x is wanted.

        Returns:
            that by x, and those by every member's A and B.
        """
        assert len(names) == 1, "one adapter learns at a time"
        factors, shape = self.rounded(names, x.dtype), x.shape
        x, inner = x.flatten(0, -2), inner.flatten(0, -2)
        flat = [grad.flatten(0, -2) for grad in grads]
        grad_inner = torch.cat([g @ b for g, b in zip(flat, factors.b, strict=True)], dim=1)
        of_a = torch.split((grad_inner.T @ x).float(), len(factors.a) // len(flat))
        found: list[Tensor] = []
        for i, (g, member) in enumerate(zip(flat, self.members, strict=True)):
            own = inner[:, i * len(of_a[i]) : (i + 1) * len(of_a[i])]
            found += [of_a[i], (g.T @ own).float().mul_(member.scaling[names[0]])]
        if not by_x:
            return None, found
        grad_x = grad_inner @ factors.a
        for g, base in zip(flat, self.bases, strict=True):
            grad_x.addmm_(g, self.model.upcaster.upcast(base.weight))
        return grad_x.view(shape), found


@dataclass
class _Factors:
    """A and B of the adapters of a projection, rounded.

    Attributes:
        version: changes with every parameter.
        a: (M · adapters · rank, K).
        b: (N, adapters · rank) of every member, scaled.
    """

    version: tuple[Any, ...]
    a: Tensor
    b: list[Tensor]
    _packed: tuple[Tensor, Tensor] | None = None

    def pack(self) -> tuple[Tensor, Tensor]:
        """A, and the B of all members as one."""
        if self._packed is None:
            with torch.inference_mode(False), torch.no_grad():
                diagonal: Any = torch.block_diag
                self._packed = pack(self.a), pack(diagonal(*self.b))
        return self._packed


# torch finds `forward` by name and passes it what `apply` was given.
class _Adapted(torch.autograd.Function):  # pylint: disable=abstract-method
    """A fused projection with its gradient written out."""

    @staticmethod
    def forward(  # pylint: disable=arguments-differ
        ctx: Any, x: Tensor, projection: FusedProjection, active: ActiveAdapters, *_: Tensor
    ) -> tuple[Tensor, ...]:
        """The outputs of all members; their factors are arguments for their gradients alone."""
        found, inner = projection.compute(x, active)
        ctx.projection, ctx.names = projection, active.names
        ctx.save_for_backward(x, inner)
        return found

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients by x and by every factor of the adapter."""
        by_x, found = ctx.projection.gradient(
            *ctx.saved_tensors, grads, ctx.names, ctx.needs_input_grad[0]
        )
        return by_x, None, None, *found


def _joined(
    module: AdaptedLinear, names: tuple[str, ...], dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """A (adapters · rank, K) and scaled B (N, adapters · rank)."""
    parts_a: list[Any] = [module.lora_A[name].weight.to(dtype) for name in names]
    parts_b: list[Any] = [
        module.lora_B[name].weight.to(dtype) * module.scaling[name] for name in names
    ]
    if len(names) == 1:
        return parts_a[0], parts_b[0]
    return torch.cat(parts_a), torch.cat(parts_b, dim=1)
