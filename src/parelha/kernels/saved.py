"""What a pass keeps for its gradient, in memory that is used again by the next pass.

Left to the C library's heap, what is kept and what is freed at once lie side by side, and the heap
fragments with every pass: in glibc not even the gap that an aligned block leaves is large enough
for another aligned block of its size. So what is kept is copied into one piece of memory.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef

from parelha.kernels.estimates import ACTIVATION_BYTES
from parelha.kernels.memory import untouched_zeros

_SMALLEST_BYTES = 1 << 16  # smaller ones are left where they are
_ALIGNMENT = 64  # bytes; torch's own


def saved_activations(model: Any, max_tokens: int, dtype: torch.dtype) -> "SavedActivations":
    """Memory for what passes of at most `max_tokens` keep, their activations in `dtype`."""
    config = model.config
    size = ACTIVATION_BYTES * max_tokens * config.num_hidden_layers * config.hidden_size
    return SavedActivations(list(model.parameters()), size * dtype.itemsize // 2)


class SavedActivations:
    """Holds what passes keep for their gradients, one pass at a time; on a CPU.

    Args:
        weights: frozen or trained: they are kept as they are.
        max_bytes: what does not fit in stays in the heap. Memory is taken as it is used.
    """

    def __init__(self, weights: Sequence[Tensor], max_bytes: int) -> None:
        self._weights = {weight.untyped_storage().data_ptr() for weight in weights}
        self._memory = untouched_zeros((max_bytes,), torch.empty(0, dtype=torch.uint8))
        self._used = 0
        self._copies: dict[Any, tuple[StorageWeakRef, Tensor]] = {}

    @contextmanager
    def of_pass(self) -> Iterator[None]:
        """Hold what the pass inside keeps; it must have gone backward before the next begins."""
        self._used, self._copies = 0, {}
        with torch.autograd.graph.saved_tensors_hooks(self._pack, lambda kept: kept):
            yield
        self._copies = {}

    def _pack(self, tensor: Tensor) -> Tensor:
        """The copy of a tensor, or itself where there is none."""
        size, storage = tensor.nbytes, tensor.untyped_storage()
        if size < _SMALLEST_BYTES or storage.data_ptr() in self._weights:
            return tensor
        place = tensor.storage_offset(), tensor.shape, tensor.stride(), tensor.dtype
        key = storage.data_ptr(), tensor._version, place  # pylint: disable=protected-access
        known = self._copies.get(key)
        # Another tensor may lie where a freed one has lain.
        if known is not None and not known[0].expired():  # type: ignore[no-untyped-call]
            return known[1]
        if self._used + size > len(self._memory):
            return tensor
        free = self._memory[self._used : self._used + size]
        copy = free.view(tensor.dtype).view(tensor.shape).copy_(tensor)
        self._used += -(-size // _ALIGNMENT) * _ALIGNMENT
        self._copies[key] = StorageWeakRef(storage), copy  # type: ignore[no-untyped-call]
        return copy
