"""Linear layers with LoRA adapters: forward, each row of a batch by its own adapter, and backward.

Layers that read the same input (queries, keys and values; gate and up) are computed in one product:
a batch of few rows costs what its weights cost to read, and every product besides. The gradient is
written out, since autograd would go over every activation once more for each of the sums in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MethodType
from typing import Any, cast

import torch
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn

from parelha.models.packed import can_pack, pack, packed_linear, packed_linear_onto

# Names under which decoder layers hold layers with one input.
_SIBLINGS = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))


@dataclass
class Speakers:
    """Whose adapter speaks in the passes under way.

    Attributes:
        names: of the adapters that speak; empty means PEFT's active one.
        columns: (B, adapters · rank), 1 in the columns of a row's own adapter and 0 in all others;
            None where one adapter speaks in all rows.
    """

    names: tuple[str, ...] = ()
    columns: Tensor | None = None
    _repeated: dict[int, Tensor] = field(default_factory=dict)

    def let_speak(self, names: Sequence[str], rank: int, like: Tensor) -> None:
        """Give each row of the passes that follow to the adapter of its name."""
        distinct = tuple(sorted(set(names)))
        self.names, self.columns, self._repeated = distinct, None, {}
        if len(distinct) > 1:
            own = torch.tensor([distinct.index(name) for name in names], device=like.device)
            shares = nn.functional.one_hot(own, len(distinct))
            self.columns = shares.repeat_interleave(rank, dim=1).to(like.dtype)

    def be_silent(self) -> None:
        """Back to PEFT's active adapter."""
        self.names, self.columns, self._repeated = (), None, {}

    def masked(self, inner: Tensor, layers: int) -> Tensor:
        """Leave each row its own columns of (B, ..., layers · adapters · rank) inner products."""
        if self.columns is None:
            return inner
        if layers not in self._repeated:
            self._repeated[layers] = self.columns.repeat(1, layers)
        own = self._repeated[layers]
        # Some layers flatten rows and positions into one dimension: rows still come first.
        return (inner.reshape(len(own), -1, own.shape[-1]) * own[:, None]).view(inner.shape)


def adapt_forward(model: nn.Module) -> Speakers:
    """Give all adapted layers of a model the forward pass below; returns who speaks in them."""
    speakers = Speakers()
    for module in model.modules():
        for names in _SIBLINGS:
            members: list[Any] = [getattr(module, name, None) for name in names]
            if all(map(_is_plain, members)) and len({m.in_features for m in members}) == 1:
                _Siblings(members, speakers)
    for module in model.modules():
        if isinstance(module, LoraLayer):
            if _is_plain(module) and "siblings" not in module.__dict__:
                _Siblings([module], speakers)
            module.__dict__["speakers"] = speakers
            setattr(module, "forward", MethodType(lora_forward, module))  # noqa: B010
    return speakers


def _is_plain(module: Any) -> bool:
    """Whether a layer has an adapter over a weight that can be multiplied with as it is."""
    base: Any = module.base_layer if isinstance(module, LoraLayer) else None
    return isinstance(base, nn.Linear) and base.weight.is_floating_point()


class _Siblings:
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
        self.can_pack = alike and all(can_pack(base.weight) for base in self.bases)
        self._packed: tuple[Tensor, Tensor | None] | None = None
        self._kept: dict[tuple[str, ...], tuple[Any, ...]] = {}
        self._input: Tensor | None = None
        self._outputs: dict[int, Tensor] = {}
        for member in members:
            member.__dict__["siblings"] = self

    def output(self, member: LoraLayer, x: Tensor, names: tuple[str, ...]) -> Tensor:
        """What `member` says of `x`."""
        if self._input is not x or id(member) not in self._outputs:
            if torch.is_grad_enabled():
                # What other speakers need is made again when they speak.
                self._kept = {names: self.rounded(names, x.dtype)}
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

    def rounded(self, names: tuple[str, ...], dtype: torch.dtype) -> tuple[Any, ...]:
        """Version, A of all members (M · adapters · rank, K), scaled B of each, and A and B packed.

        Kept until an update changes a parameter. The last is None where layers are not packed.
        """
        # pylint: disable-next=protected-access
        version = dtype, *((half._version, id(half)) for half in self.halves(names))
        if self._kept.get(names, (None,))[0] != version:
            with torch.inference_mode(False), torch.no_grad():
                pairs = [_joined(member, names, dtype) for member in self.members]
                a, packed = torch.cat([a for a, _ in pairs]), None
                if self.can_pack:
                    diagonal: Any = torch.block_diag
                    packed = pack(a), pack(diagonal(*[b for _, b in pairs]))
                self._kept[names] = version, a, [b for _, b in pairs], packed
        return self._kept[names]

    def compute(self, x: Tensor, names: tuple[str, ...]) -> tuple[tuple[Tensor, ...], Tensor]:
        """(..., N) of every member, and the (..., M · adapters · rank) products A·x."""
        if not self.can_pack:
            _, a, b, _ = self.rounded(names, x.dtype)
            inner = self.speakers.masked(nn.functional.linear(x, a), len(self.members))
            parts = torch.split(inner, inner.shape[-1] // len(self.members), dim=-1)
            return tuple(
                base(x) + nn.functional.linear(part, half)
                for base, part, half in zip(self.bases, parts, b, strict=True)
            ), inner
        if self._packed is None:
            with torch.inference_mode(False), torch.no_grad():
                bias = [base.bias for base in self.bases if base.bias is not None]
                weight = torch.cat([base.weight for base in self.bases])
                self._packed = pack(weight), torch.cat(bias) if bias else None
        y = packed_linear(x, *self._packed)
        inner = x[..., :0]
        if names:
            a, b = self.rounded(names, x.dtype)[3]
            inner = self.speakers.masked(packed_linear(x, a), len(self.members))
            y = packed_linear_onto(y, inner, b)
        return torch.split(y, self.sizes, dim=-1), inner


# torch finds `forward` by name and passes it what `apply` was given.
class _Adapted(torch.autograd.Function):  # pylint: disable=abstract-method
    """y = W·x + s·B·A·x of siblings, W frozen.

    With g the gradient by y: B has s·gᵀ·(A·x), A has (s·g·B)ᵀ·x, and x has g·W + (s·g·B)·A.
    """

    @staticmethod
    def forward(  # pylint: disable=arguments-differ
        ctx: Any, x: Tensor, siblings: _Siblings, names: tuple[str, ...], *halves: Tensor
    ) -> tuple[Tensor, ...]:
        """The outputs of all siblings; `halves` are there for their gradients alone."""
        assert len(halves) == 2 * len(siblings.members), "one adapter learns at a time"
        found, inner = siblings.compute(x, names)
        ctx.siblings, ctx.names = siblings, names
        ctx.save_for_backward(x, inner)
        return found

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients by x and by every half of the adapter."""
        siblings: _Siblings = ctx.siblings
        x, inner = (saved.flatten(0, -2) for saved in ctx.saved_tensors)
        _, a, halves, _ = siblings.rounded(ctx.names, x.dtype)
        rank = len(a) // len(halves)
        flat = [grad.flatten(0, -2) for grad in grads]
        slopes = torch.cat([g @ b for g, b in zip(flat, halves, strict=True)], dim=1)
        found: list[Tensor] = []
        for i, (g, member) in enumerate(zip(flat, siblings.members, strict=True)):
            own = slice(i * rank, (i + 1) * rank)
            scaling = member.scaling[ctx.names[0]]
            found.append((slopes[:, own].T @ x).float())
            found.append((g.T @ inner[:, own]).float() * scaling)
        if not ctx.needs_input_grad[0]:
            return None, None, None, *found
        by_x = slopes @ a
        for g, base in zip(flat, siblings.bases, strict=True):
            by_x.addmm_(g, base.weight)
        return by_x.view_as(ctx.saved_tensors[0]), None, None, *found


def lora_forward(module: LoraLayer, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """W·x + (alpha / rank)·B·A·x, the adapter's halves rounded to the base's type for the product.

    PEFT casts the activations to the adapter's float32 instead, which costs a copy of every
    activation and a slow narrow product. The parameters stay float32 and so do their gradients;
    with a float32 base nothing is rounded.

    Where several adapters speak in one batch they are one adapter of their ranks together, of
    which each row keeps its own columns: what another adapter adds is exactly 0.
    """
    base: Any = module.base_layer
    speakers: Speakers = module.__dict__["speakers"]
    names = speakers.names or tuple(n for n in module.active_adapters if n in module.lora_A)
    siblings: _Siblings | None = module.__dict__.get("siblings")
    if module.disable_adapters or not names:
        if siblings is None or args or kwargs or not siblings.can_pack or torch.is_grad_enabled():
            return cast(Tensor, base(x, *args, **kwargs))
        return siblings.output(module, x, ())
    if siblings is not None and not args and not kwargs:
        return siblings.output(module, x, names)
    a, b = _joined(module, names, x.dtype)
    inner = speakers.masked(nn.functional.linear(x, a), 1)
    return cast(Tensor, base(x, *args, **kwargs) + nn.functional.linear(inner, b))


def _joined(module: LoraLayer, names: tuple[str, ...], dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """A (adapters · rank, K) and scaled B (N, adapters · rank)."""
    parts_a: list[Any] = [module.lora_A[name].weight.to(dtype) for name in names]
    parts_b: list[Any] = [
        module.lora_B[name].weight.to(dtype) * module.scaling[name] for name in names
    ]
    if len(names) == 1:
        return parts_a[0], parts_b[0]
    return torch.cat(parts_a), torch.cat(parts_b, dim=1)
