"""Frozen weights that are held in a narrower type than products are computed in.

A float32 copy of a bfloat16 file would take twice its memory for no digit more. So the file stays
mapped as it is: generation packs a float32 copy of each weight, and an update upcasts one weight at
a time into a piece of memory that the next one uses again, which costs a hundredth of a product.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from parelha.kernels.memory import drop_pages
from parelha.kernels.packed import pack, packed_linear


class Upcaster:
    """Gives weights in the type of products; one weight at a time where they are held otherwise."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype
        self._room = torch.empty(0, dtype=dtype)

    def upcast(self, weight: Tensor) -> Tensor:
        """The weight in the type of products; valid until the next call."""
        if weight.dtype == self.dtype or not weight.is_floating_point():
            return weight
        with torch.inference_mode(False), torch.no_grad():
            if len(self._room) < weight.numel():
                self._room = torch.empty(weight.numel(), dtype=self.dtype)
            return self._room[: weight.numel()].view(weight.shape).copy_(weight)

    def packed(self, weights: Iterable[Tensor]) -> Tensor:
        """A packed copy of (N, K) weights, one below the other."""
        with torch.inference_mode(False), torch.no_grad():
            return pack(torch.cat([weight.detach().to(self.dtype) for weight in weights]))

    def forget(self) -> None:
        """Free the memory."""
        self._room = torch.empty(0, dtype=self.dtype)


class FrozenHead:
    """The output head: (..., H) hidden states to (..., V) logits.

    All but an `nn.Linear` that is not quantised are simply called.
    """

    def __init__(self, layer: nn.Module, upcaster: Upcaster, packs: bool) -> None:
        self.layer, self._upcaster = layer, upcaster
        self._is_plain = isinstance(layer, nn.Linear) and layer.weight.is_floating_point()
        self._packs = packs and self._is_plain
        self._packed: Tensor | None = None

    @property
    def weight(self) -> Tensor:
        """(V, H) in the type of products; valid until another weight is upcast."""
        held: Any = self.layer.weight
        return self._upcaster.upcast(held)

    def logits(self, hidden: Tensor) -> Tensor:
        """Logits, by the packed copy where no gradient is asked for."""
        layer: Any = self.layer
        if self._packs and not torch.is_grad_enabled():
            if self._packed is None:
                self._packed = self._upcaster.packed([layer.weight])
                drop_pages([layer.weight])
            return packed_linear(hidden, self._packed, layer.bias)
        return self.plain_logits(hidden)

    def plain_logits(self, hidden: Tensor) -> Tensor:
        """Logits by the plain weight; no gradient goes through one that is upcast."""
        layer: Any = self.layer
        if self._is_plain and layer.weight.dtype != self._upcaster.dtype:
            return nn.functional.linear(hidden, self.weight, layer.bias)
        found: Tensor = layer(hidden)
        return found

    def forget_packed(self) -> None:
        """Free the packed copy, if there is one."""
        self._packed = None


def keep_stored_types(model: Any, weights: Iterable[Any], dtype: torch.dtype) -> None:
    """Let a base compute in a wider type than some of its weights are held in.

    Args:
        model: a base whose weights are narrower than `dtype`.
        weights: those that stay as they are, since a `Upcaster` stands before them; and the input
            embeddings, of which few rows are read.
        dtype: that all other weights are converted to, and so of the activations.
    """
    embedding = model.get_input_embeddings()
    kept = {id(weight) for weight in (*weights, embedding.weight)}
    for parameter in model.parameters():
        if id(parameter) not in kept and parameter.is_floating_point():
            parameter.data = parameter.data.to(dtype)

    def upcast(_: nn.Module, __: Any, found: Tensor) -> Tensor:
        return found.to(dtype)

    embedding.register_forward_hook(upcast)
