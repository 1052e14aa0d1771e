"""Linear layers with LoRA adapters: forward, each row of a batch by its own adapter, and backward.

Layers that read the same input (queries, keys and values; gate and up) are computed in one product:
a batch of few rows costs what its weights cost to read, and every product besides. The gradient is
written out, since autograd would go over every activation once more for each of the sums in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MethodType
from typing import Any

import torch
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn

from parelha.kernels.choose import Kernels
from parelha.kernels.frozen import Widener
from parelha.kernels.memory import drop_pages
from parelha.kernels.packed import pack, packed_linear, packed_linear_onto

# Names under which decoder layers hold layers with one input.
_SIBLINGS = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))


@dataclass
class Speakers:
    """Whose adapter speaks in the passes under way, and from which copy of the weights.

    Attributes:
        widener: stands before the frozen weights.
        can_pack: whether weights can be packed here.
        device: where the base is.
        names: of the adapters that speak; empty means PEFT's active one.
        columns: (B, adapters · rank), 1 in the columns of a row's own adapter and 0 in all others;
            by token where a pass has one row; None where one adapter speaks in all.
        packs: whether weights are packed where they can be. An update goes without: its passes
            have many rows, and it reads the plain weights for its gradient in any case.
        siblings: all layers that are computed together.
    """

    widener: Widener
    can_pack: bool
    device: torch.device
    names: tuple[str, ...] = ()
    columns: Tensor | None = None
    packs: bool = True
    siblings: "list[Siblings]" = field(default_factory=list)
    _repeated: dict[int, Tensor] = field(default_factory=dict)

    def let_speak(self, names: Sequence[str], rank: int) -> None:
        """Give each row of the passes that follow to the adapter of its name."""
        distinct = tuple(sorted(set(names)))
        self.names, self.columns, self._repeated = distinct, None, {}
        if len(distinct) > 1:
            own = torch.tensor([distinct.index(name) for name in names], device=self.device)
            shares = nn.functional.one_hot(own, len(distinct))
            self.columns = shares.repeat_interleave(rank, dim=1).to(self.widener.dtype)

    def be_silent(self) -> None:
        """Back to PEFT's active adapter."""
        self.names, self.columns, self._repeated = (), None, {}

    def pack(self, wanted: bool) -> None:
        """Pack weights from now on, or forget those that are packed."""
        self.packs = wanted
        if wanted:
            self.widener.forget()
        else:
            for one in self.siblings:
                one.forget_packed()

    def drop_plain(self) -> None:
        """Give back the memory of plain weights once all are packed."""
        packed = [one for one in self.siblings if one.can_pack]
        if packed and all(one.is_packed for one in packed):
            drop_pages([base.weight for one in packed for base in one.bases])

    def masked(self, inner: Tensor, layers: int) -> Tensor:
        """Leave each row its own columns of (B, ..., layers · adapters · rank) inner products."""
        if self.columns is None:
            return inner
        if layers not in self._repeated:
            self._repeated[layers] = self.columns.repeat(1, layers)
        own = self._repeated[layers]
        # Some layers flatten rows and positions into one dimension: rows still come first.
        return (inner.reshape(len(own), -1, own.shape[-1]) * own[:, None]).view(inner.shape)


def adapt_forward(model: nn.Module, kernels: Kernels) -> Speakers:
    """Give all adapted layers of a model the forward pass below; returns who speaks in them."""
    speakers = Speakers(Widener(kernels.dtype), "packed" in kernels.paths, kernels.device)
    fuses = "fused" in kernels.paths
    for module in model.modules():
        for names in _SIBLINGS:
            members: list[Any] = [getattr(module, name, None) for name in names]
            if (
                fuses
                and all(map(_is_plain, members))
                and len({m.in_features for m in members}) == 1
            ):
                Siblings(members, speakers)
    for module in model.modules():
        if isinstance(module, LoraLayer):
            if fuses and _is_plain(module) and "siblings" not in module.__dict__:
                Siblings([module], speakers)
            module.__dict__["speakers"] = speakers
            setattr(module, "forward", MethodType(lora_forward, module))  # noqa: B010
    return speakers


def leave_layers_plain(model: nn.Module) -> None:
    """Let each adapted layer be computed by itself, as its modules are."""
    for module in model.modules():
        if module.__dict__.pop("siblings", None) is not None:
            module.__dict__["speakers"].siblings.clear()


def _is_plain(module: Any) -> bool:
    """Whether a layer has an adapter over a weight that can be multiplied with as it is."""
    base: Any = module.base_layer if isinstance(module, LoraLayer) else None
    return isinstance(base, nn.Linear) and base.weight.is_floating_point()


class Siblings:
    """Adapted layers that read the same input; the first that is called computes all of them.

    Args:
        members: the layers, one or more.
        speakers: whose adapter it is.
    """

    def __init__(self, members: list[Any], speakers: Speakers) -> None:
        self.members, self.speakers = members, speakers
        self.bases = [member.base_layer for member in members]
        self.sizes = [base.weight.shape[0] for base in self.bases]
        # As one weight: all of them, with a bias each or none.
        alike = len({base.bias is None for base in self.bases}) == 1
        self.can_pack = alike and speakers.can_pack
        self._packed: tuple[Tensor, Tensor | None] | None = None
        self._kept: dict[tuple[str, ...], _Halves] = {}
        self._input: Tensor | None = None
        self._outputs: dict[int, Tensor] = {}
        speakers.siblings.append(self)
        for member in members:
            member.__dict__["siblings"] = self

    @property
    def is_packed(self) -> bool:
        """Whether there is a packed copy."""
        return self._packed is not None

    def forget_packed(self) -> None:
        """Free all copies; they are made again when they are wanted."""
        self._packed, self._kept = None, {}

    def output(self, member: LoraLayer, x: Tensor, names: tuple[str, ...]) -> Tensor:
        """What `member` says of `x`."""
        if self._input is not x or id(member) not in self._outputs:
            if torch.is_grad_enabled():
                found: Any = _Adapted.apply(  # type: ignore[no-untyped-call]
                    x, self, names, *self.halves(names)
                )
            else:
                found, _ = self.compute(x, names)
            self._outputs = {id(m): part for m, part in zip(self.members, found, strict=True)}
            self._input = x
        one = self._outputs.pop(id(member))
        if not self._outputs:
            self._input = None
        return one

    def halves(self, names: tuple[str, ...]) -> list[nn.Parameter]:
        """A and B of every member and adapter."""
        return [
            half[name].weight
            for member in self.members
            for name in names
            for half in (member.lora_A, member.lora_B)
        ]

    def rounded(self, names: tuple[str, ...], dtype: torch.dtype) -> "_Halves":
        """The adapters' halves in the type of a product; kept until a parameter changes."""
        # pylint: disable-next=protected-access
        version = dtype, *((half._version, id(half)) for half in self.halves(names))
        kept = self._kept.get(names)
        if kept is None or kept.version != version:
            with torch.inference_mode(False), torch.no_grad():
                pairs = [_joined(member, names, dtype) for member in self.members]
            kept = _Halves(version, torch.cat([a for a, _ in pairs]), [b for _, b in pairs])
            self._kept[names] = kept
        return kept

    def compute(self, x: Tensor, names: tuple[str, ...]) -> tuple[tuple[Tensor, ...], Tensor]:
        """(..., N) of every member, and the (..., M · adapters · rank) products A·x."""
        if self.can_pack and self.speakers.packs:
            return self._compute_packed(x, names)
        wide = self.speakers.widener.wide
        found = [nn.functional.linear(x, wide(base.weight), base.bias) for base in self.bases]
        inner = x[..., :0]
        if names:
            halves = self.rounded(names, x.dtype)
            inner = self.speakers.masked(nn.functional.linear(x, halves.a), len(self.members))
            parts = torch.split(inner, inner.shape[-1] // len(self.members), dim=-1)
            for y, part, b in zip(found, parts, halves.b, strict=True):
                y.flatten(0, -2).addmm_(part.flatten(0, -2), b.T)
        return tuple(found), inner

    def _compute_packed(
        self, x: Tensor, names: tuple[str, ...]
    ) -> tuple[tuple[Tensor, ...], Tensor]:
        if self._packed is None:
            with torch.inference_mode(False), torch.no_grad():
                bias = [base.bias for base in self.bases if base.bias is not None]
                packed = self.speakers.widener.packed(base.weight for base in self.bases)
                self._packed = packed, torch.cat(bias) if bias else None
            self.speakers.drop_plain()
        y = packed_linear(x, *self._packed)
        inner = x[..., :0]
        if names:
            a, b = self.rounded(names, x.dtype).pack()
            inner = self.speakers.masked(packed_linear(x, a), len(self.members))
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
            grads: (..., N) by what every member has said.
            names: the adapter.
            by_x: whether the gradient by x is wanted.

        Returns:
            that by x, and those by every member's A and B.
        """
        assert len(names) == 1, "one adapter learns at a time"
        halves, shape = self.rounded(names, x.dtype), x.shape
        x, inner = x.flatten(0, -2), inner.flatten(0, -2)
        flat = [grad.flatten(0, -2) for grad in grads]
        slopes = torch.cat([g @ b for g, b in zip(flat, halves.b, strict=True)], dim=1)
        of_a = torch.split((slopes.T @ x).float(), len(halves.a) // len(flat))
        found: list[Tensor] = []
        for i, (g, member) in enumerate(zip(flat, self.members, strict=True)):
            own = inner[:, i * len(of_a[i]) : (i + 1) * len(of_a[i])]
            found += [of_a[i], (g.T @ own).float().mul_(member.scaling[names[0]])]
        if not by_x:
            return None, found
        slope = slopes @ halves.a
        for g, base in zip(flat, self.bases, strict=True):
            slope.addmm_(g, self.speakers.widener.wide(base.weight))
        return slope.view(shape), found


@dataclass
class _Halves:
    """Both halves of the adapters of siblings, rounded.

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
    """Siblings with their gradient written out."""

    @staticmethod
    def forward(  # pylint: disable=arguments-differ
        ctx: Any, x: Tensor, siblings: Siblings, names: tuple[str, ...], *_: Tensor
    ) -> tuple[Tensor, ...]:
        """The outputs of all siblings; their halves are arguments for their gradients alone."""
        found, inner = siblings.compute(x, names)
        ctx.siblings, ctx.names = siblings, names
        ctx.save_for_backward(x, inner)
        return found

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients by x and by every half of the adapter."""
        by_x, found = ctx.siblings.gradient(
            *ctx.saved_tensors, grads, ctx.names, ctx.needs_input_grad[0]
        )
        return by_x, None, None, *found


def lora_forward(module: LoraLayer, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """W·x + (alpha / rank)·B·A·x, the adapter's halves rounded to the base's type for the product.

    PEFT casts the activations to the adapter's float32 instead, which costs a copy of every
    activation and a slow narrow product. The parameters stay float32 and so do their gradients;
    with a float32 base nothing is rounded.

    Where several adapters speak in one batch they are one adapter of their ranks together, of
    which each row keeps its own columns: what another adapter adds is exactly 0.
    """
    base: Any = module.base_layer
    names = speaking(module)
    siblings: Siblings | None = None if args or kwargs else module.__dict__.get("siblings")
    if siblings is not None and (names or not torch.is_grad_enabled()):
        return siblings.output(module, x, names)
    found: Tensor = base(x, *args, **kwargs)
    if not names:
        return found
    a, b = _joined(module, names, x.dtype)
    speakers: Speakers = module.__dict__["speakers"]
    return found + nn.functional.linear(speakers.masked(nn.functional.linear(x, a), 1), b)


def speaking(module: LoraLayer) -> tuple[str, ...]:
    """Names of the adapters that speak in a layer."""
    speakers: Speakers = module.__dict__["speakers"]
    if module.disable_adapters:
        return ()
    return speakers.names or tuple(n for n in module.active_adapters if n in module.lora_A)


def _joined(module: LoraLayer, names: tuple[str, ...], dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """A (adapters · rank, K) and scaled B (N, adapters · rank)."""
    parts_a: list[Any] = [module.lora_A[name].weight.to(dtype) for name in names]
    parts_b: list[Any] = [
        module.lora_B[name].weight.to(dtype) * module.scaling[name] for name in names
    ]
    if len(names) == 1:
        return parts_a[0], parts_b[0]
    return torch.cat(parts_a), torch.cat(parts_b, dim=1)
