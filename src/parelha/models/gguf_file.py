"""Reads a GGUF file: its metadata, its table of tensors, and tensors as bf16.

Source of the layout: the GGUF specification (ggml, docs/gguf.md), versions 2 and 3. The general
readers build a numpy view per string, which takes 10 s and more for a vocabulary of 150,000 tokens;
this one slices one memory map and takes half a second. The arithmetic of the quantised blocks is
the `gguf` package's.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

from parelha.errors import ModelFileError

_STRING, _ARRAY = 8, 9
_SCALARS = dict(zip((*range(8), 10, 11, 12), "BbHhIif?Qqd", strict=True))  # in `struct`'s letters
_CHUNK_VALUES = 16 * 1024 * 1024  # dequantised in fp32 at a time: 64 MiB


@dataclass(frozen=True)
class TensorEntry:
    """One tensor's place in the file.

    Attributes:
        shape: in torch's order (rows first).
        type: how its blocks are quantised.
        offset: bytes from the start of the file.
        row_bytes: bytes of one row (of the last axis).
    """

    shape: tuple[int, ...]
    type: GGMLQuantizationType
    offset: int
    row_bytes: int


class _Cursor:
    """Walks over the bytes of a memory map."""

    def __init__(self, data: memoryview, position: int) -> None:
        self.data = data
        self.position = position

    def scalar(self, layout: str) -> Any:
        """Read one number of a `struct` layout."""
        (value,) = struct.unpack_from(layout, self.data, self.position)
        self.position += struct.calcsize(layout)
        return value

    def string(self) -> str:
        """Read a string; its length stands before it."""
        length = self.scalar("<Q")
        start = self.position
        self.position = start + length
        return str(self.data[start : start + length], "utf-8", errors="replace")

    def value(self, kind: int) -> Any:
        """Read a metadata value of a type of the specification; arrays become lists."""
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            inner = self.scalar("<I")
            count = self.scalar("<Q")
            if inner in (_STRING, _ARRAY):
                return [self.value(inner) for _ in range(count)]
            layout = f"<{count}{_SCALARS[inner]}"
            values = struct.unpack_from(layout, self.data, self.position)
            self.position += struct.calcsize(layout)
            return list(values)
        return self.scalar(f"<{_SCALARS[kind]}")


class GgufFile:
    """A GGUF file, memory-mapped: its keys (arrays as lists), and its tensors by llama.cpp's names.

    Raises:
        ModelFileError: the file is no GGUF of version 2 or 3, or ends too early.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise ModelFileError(f"{path} is not a GGUF file")
        self._bytes = np.memmap(path, dtype=np.uint8, mode="r")
        cursor = _Cursor(self._bytes.data, 4)
        version = cursor.scalar("<I")
        if version not in (2, 3):
            raise ModelFileError(f"{path} is GGUF version {version}; only 2 and 3 can be read")
        try:
            self.metadata, self.tensors = self._read_header(cursor)
        except (struct.error, LookupError, ValueError) as error:
            raise ModelFileError(f"{path} is a damaged GGUF file ({error})") from error
        if any(self._end(entry) > len(self._bytes) for entry in self.tensors.values()):
            raise ModelFileError(f"{path} is a damaged GGUF file (it ends too early)")

    @staticmethod
    def _end(entry: TensorEntry) -> int:
        return entry.offset + entry.row_bytes * prod(entry.shape[:-1])

    @staticmethod
    def _read_header(cursor: _Cursor) -> tuple[dict[str, Any], dict[str, TensorEntry]]:
        num_tensors = cursor.scalar("<Q")
        num_keys = cursor.scalar("<Q")
        metadata: dict[str, Any] = {}
        for _ in range(num_keys):
            key = cursor.string()
            if key in metadata:
                raise ValueError(f"two keys {key}")
            metadata[key] = cursor.value(cursor.scalar("<I"))
        table = []
        for _ in range(num_tensors):
            name = cursor.string()
            num_axes = cursor.scalar("<I")
            axes = [cursor.scalar("<Q") for _ in range(num_axes)]
            kind = GGMLQuantizationType(cursor.scalar("<I"))
            table.append((name, tuple(reversed(axes)), kind, cursor.scalar("<Q")))
        alignment = metadata.get("general.alignment", 32)
        start = -(-cursor.position // alignment) * alignment
        tensors = {}
        for name, shape, kind, offset in table:
            if name in tensors:
                raise ValueError(f"two tensors {name}")
            block, block_bytes = GGML_QUANT_SIZES[kind]
            row_bytes = shape[-1] // block * block_bytes
            tensors[name] = TensorEntry(shape, kind, start + offset, row_bytes)
        return metadata, tensors

    def rows(self, name: str) -> Iterator[torch.Tensor]:
        """Yield the tensor in pieces along its first axis, fp32, at most 64 MiB each."""
        entry = self.tensors[name]
        columns = entry.shape[-1]
        num_rows = prod(entry.shape[:-1])
        raw = self._bytes[entry.offset : self._end(entry)].reshape(num_rows, entry.row_bytes)
        step = max(1, _CHUNK_VALUES // columns)
        for first in range(0, num_rows, step):
            # a copy: an F32 tensor would else be a read-only view of the file
            try:
                values = dequantize(np.array(raw[first : first + step]), entry.type)
            except NotImplementedError:
                raise ModelFileError(
                    f"{self.path}: the tensor {name} is in {entry.type.name} blocks, which cannot "
                    "be read: choose another file"
                ) from None
            yield torch.from_numpy(values.reshape(-1, columns).astype(np.float32, copy=False))

    def tensor(self, name: str, dtype: torch.dtype = torch.bfloat16) -> torch.Tensor:
        """Return the dequantised tensor in `dtype`; peak memory is the result plus 64 MiB."""
        entry = self.tensors[name]
        result = torch.empty((prod(entry.shape[:-1]), entry.shape[-1]), dtype=dtype)
        first = 0
        for piece in self.rows(name):
            result[first : first + len(piece)] = piece
            first += len(piece)
        return result.reshape(entry.shape)
