"""The forward pass of linear layers with LoRA adapters, each row of a batch by its own.

Layers that read the same input (queries, keys and values; gate and up) are computed in one product
where no gradient is asked for: a batch of few rows costs what its weights cost to read, and every
product besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MethodType
from typing import Any, cast

import torch
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn

from parelha.models.packed import (
    can_pack,
    frozen_linear,
    pack,
    packed_linear,
    packed_linear_onto,
)

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
        if isinstance(module, LoraLayer):
            module.__dict__["speakers"] = speakers
            setattr(module, "forward", MethodType(lora_forward, module))  # noqa: B010
        for names in _SIBLINGS:
            members = [getattr(module, name, None) for name in names]
            if all(isinstance(member, LoraLayer) for member in members):
                _Siblings.join(cast(list[LoraLayer], members))
    return speakers


class _Siblings:
    """Adapted layers that read the same input; the first that is called computes all of them."""

    def __init__(self, members: list[Any]) -> None:
        self.members = members
        self.sizes = [member.base_layer.weight.shape[0] for member in members]
        self._packed: tuple[Tensor, Tensor | None] | None = None
        self._kept: dict[tuple[str, ...], Any] = {}
        self._input: Tensor | None = None
        self._outputs: dict[int, Tensor] = {}

    @classmethod
    def join(cls, members: list[Any]) -> None:
        """Make siblings of layers that can be one."""
        bases = [member.base_layer for member in members]
        if not all(isinstance(base, nn.Linear) and can_pack(base.weight) for base in bases):
            return
        if len({(base.weight.shape[1], base.bias is None) for base in bases}) > 1:
            return
        group = cls(members)
        for member in members:
            member.__dict__["siblings"] = group

    def output(self, member: LoraLayer, x: Tensor, names: tuple[str, ...]) -> Tensor:
        """What `member` says of `x`."""
        if self._input is not x or id(member) not in self._outputs:
            parts = torch.split(self._compute(x, names), self.sizes, dim=-1)
            self._outputs = {id(m): part for m, part in zip(self.members, parts, strict=True)}
            self._input = x
        found = self._outputs.pop(id(member))
        if not self._outputs:
            self._input = None
        return found

    def _compute(self, x: Tensor, names: tuple[str, ...]) -> Tensor:
        """(..., N1 + N2 + ...) of all members, side by side."""
        if self._packed is None:
            bases = [member.base_layer for member in self.members]
            bias = None if bases[0].bias is None else torch.cat([base.bias for base in bases])
            self._packed = pack(torch.cat([base.weight for base in bases])), bias
        y = packed_linear(x, *self._packed)
        versions = [_version(member, names, x.dtype) for member in self.members]
        if self._kept.get(names, (None,))[0] != versions:
            with torch.inference_mode(False), torch.no_grad():
                pairs = [_joined(member, names, x.dtype) for member in self.members]
                a = pack(torch.cat([a for a, _ in pairs]))
                diagonal: Any = torch.block_diag
                b = pack(diagonal(*[b for _, b in pairs]))
            self._kept[names] = versions, a, b
        _, a, b = self._kept[names]
        speakers: Speakers = self.members[0].__dict__["speakers"]
        inner = speakers.masked(packed_linear(x, a), len(self.members))
        return packed_linear_onto(y, inner, b)


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
    plain = bool(args or kwargs or module.disable_adapters or not names)
    if siblings is not None and not plain and not torch.is_grad_enabled():
        return siblings.output(module, x, names)
    y = base(x, *args, **kwargs) if args or kwargs else frozen_linear(base, x)
    if module.disable_adapters or not names:
        return cast(Tensor, y)
    a, b = _halves(module, names, x.dtype)
    inner = packed_linear(x, a) if a.is_mkldnn else nn.functional.linear(x, a)
    inner = speakers.masked(inner, 1)
    if b.is_mkldnn:
        return packed_linear_onto(y, inner, b)
    return cast(Tensor, y + nn.functional.linear(inner, b))


def _halves(module: LoraLayer, names: tuple[str, ...], dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """A (rank, K) and (alpha / rank)·B (N, rank) in `dtype`, those of several adapters joined.

    Without gradient they are kept, packed where that is faster, until an update changes a
    parameter.
    """
    if torch.is_grad_enabled():
        return _joined(module, names, dtype)
    kept: dict[tuple[str, ...], Any] = module.__dict__.setdefault("rounded_halves", {})
    version = _version(module, names, dtype)
    if kept.get(names, (None,))[0] != version:
        with torch.inference_mode(False), torch.no_grad():
            halves = _joined(module, names, dtype)
            if all(map(can_pack, halves)):
                halves = (pack(halves[0]), pack(halves[1]))
        kept[names] = (version, *halves)
    return cast(tuple[Tensor, Tensor], kept[names][1:])


def _version(module: LoraLayer, names: tuple[str, ...], dtype: torch.dtype) -> tuple[Any, ...]:
    """Another one whenever a parameter of the adapters has changed."""
    parameters = (half[name].weight for name in names for half in (module.lora_A, module.lora_B))
    # pylint: disable-next=protected-access
    return (dtype, *((parameter._version, id(parameter)) for parameter in parameters))


def _joined(module: LoraLayer, names: tuple[str, ...], dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """A (adapters · rank, K) and scaled B (N, adapters · rank)."""
    parts_a: list[Any] = [module.lora_A[name].weight.to(dtype) for name in names]
    parts_b: list[Any] = [
        module.lora_B[name].weight.to(dtype) * module.scaling[name] for name in names
    ]
    if len(names) == 1:
        return parts_a[0], parts_b[0]
    return torch.cat(parts_a), torch.cat(parts_b, dim=1)
