"""The forward pass of a linear layer with LoRA adapters, each row of a batch by its own."""

from collections.abc import Sequence
from dataclasses import dataclass
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

    def let_speak(self, names: Sequence[str], rank: int, like: Tensor) -> None:
        """Give each row of the passes that follow to the adapter of its name."""
        distinct = tuple(sorted(set(names)))
        self.names, self.columns = distinct, None
        if len(distinct) > 1:
            own = torch.tensor([distinct.index(name) for name in names], device=like.device)
            shares = nn.functional.one_hot(own, len(distinct))
            self.columns = shares.repeat_interleave(rank, dim=1).to(like.dtype)

    def be_silent(self) -> None:
        """Back to PEFT's active adapter."""
        self.names, self.columns = (), None


def adapt_forward(model: nn.Module) -> Speakers:
    """Give all adapted layers of a model the forward pass below; returns who speaks in them."""
    speakers = Speakers()
    for module in model.modules():
        if isinstance(module, LoraLayer):
            module.__dict__["speakers"] = speakers
            setattr(module, "forward", MethodType(lora_forward, module))  # noqa: B010
    return speakers


def lora_forward(module: LoraLayer, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """W·x + (alpha / rank)·B·A·x, the adapter's halves rounded to the base's type for the product.

    PEFT casts the activations to the adapter's float32 instead, which costs a copy of every
    activation and a slow narrow product. The parameters stay float32 and so do their gradients;
    with a float32 base nothing is rounded.

    Where several adapters speak in one batch they are one adapter of their ranks together, of
    which each row keeps its own columns: what another adapter adds is exactly 0.
    """
    base: Any = module.base_layer
    y = base(x, *args, **kwargs) if args or kwargs else frozen_linear(base, x)
    if module.disable_adapters:
        return cast(Tensor, y)
    speakers: Speakers = module.__dict__["speakers"]
    names = speakers.names or tuple(n for n in module.active_adapters if n in module.lora_A)
    if not names:
        return cast(Tensor, y)
    a, b = _halves(module, names, x.dtype)
    inner = packed_linear(x, a) if a.is_mkldnn else nn.functional.linear(x, a)
    if speakers.columns is not None:
        shape = (x.shape[0], *(1,) * (x.ndim - 2), -1)
        inner = inner * speakers.columns.view(shape)
    if b.is_mkldnn:
        return packed_linear_onto(y, inner, b)
    return cast(Tensor, y + nn.functional.linear(inner, b))


def _halves(
    module: LoraLayer, names: tuple[str, ...], dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """A (rank, K) and (alpha / rank)·B (N, rank) in `dtype`, those of several adapters joined.

    Without gradient they are kept, packed where that is faster, until an update changes a
    parameter, which its version tells.
    """
    halves_a: list[Any] = [module.lora_A[name].weight for name in names]
    halves_b: list[Any] = [module.lora_B[name].weight for name in names]
    if torch.is_grad_enabled():
        return _joined(module, names, halves_a, halves_b, dtype)
    kept: dict[tuple[str, ...], Any] = module.__dict__.setdefault("rounded_halves", {})
    parameters = [*halves_a, *halves_b]
    version = (dtype, *((p._version, id(p)) for p in parameters))  # pylint: disable=protected-access
    if kept.get(names, (None,))[0] != version:
        with torch.inference_mode(False), torch.no_grad():
            halves = _joined(module, names, halves_a, halves_b, dtype)
            if all(map(can_pack, halves)):
                halves = (pack(halves[0]), pack(halves[1]))
        kept[names] = (version, *halves)
    return cast(tuple[Tensor, Tensor], kept[names][1:])


def _joined(
    module: LoraLayer,
    names: tuple[str, ...],
    halves_a: list[Tensor],
    halves_b: list[Tensor],
    dtype: torch.dtype,
) -> tuple[Tensor, Tensor]:
    parts_a = [a.to(dtype) for a in halves_a]
    parts_b = [b.to(dtype) * module.scaling[n] for n, b in zip(names, halves_b, strict=True)]
    if len(names) == 1:
        return parts_a[0], parts_b[0]
    return torch.cat(parts_a), torch.cat(parts_b, dim=1)
