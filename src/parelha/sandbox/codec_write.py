"""The writing half of the codec.

In a program's process it meets hostile objects, so it looks at exact types only and calls nothing
that a program could have defined on them.
"""

# One branch per type, and never isinstance, which would let subclasses through.
# pylint: disable=unidiomatic-typecheck,too-many-branches

import datetime as dt
import itertools
import operator
import struct
from collections import Counter, OrderedDict, defaultdict
from typing import Any

from . import codec_pandas
from .codec import (
    C128,
    F64,
    I64,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_INT_BYTES,
    MAX_NODES,
    SHORTEST_RUN,
    U32,
    CodecError,
    dtype_allowed,
    zone_name,
)


class Encoder:
    """Writes values as bytes.

    Args:
        limit: bytes one message may weigh.
        numpy, pandas: the modules, or None where the process has not imported them (no value of
            theirs can exist then).
        named_tuples: write a value of a class that inherits from tuple as the tuple that it is;
            else it is refused, since whoever reads it could not ask for a field.
    """

    def __init__(
        self, limit: int, numpy: Any = None, pandas: Any = None, *, named_tuples: bool = False
    ) -> None:
        self.limit = limit
        self.named_tuples = named_tuples
        self.numpy = numpy
        self.pandas = pandas
        self.uses_numpy = False
        self.uses_pandas = False
        self._out = bytearray()
        self._nodes = 0

    def encode(self, value: object) -> bytes:
        """The bytes of `value`.

        Raises:
            CodecError: a type outside the closed list, too deep, too many parts, or too heavy.
        """
        self._out = bytearray()
        self._nodes = 0
        self.write(value, 0)
        return bytes(self._out)

    def put(self, *parts: bytes | memoryview) -> None:
        """Append raw parts, refusing to grow past the limit."""
        if len(self._out) + sum(len(part) for part in parts) > self.limit:
            raise CodecError(f"the value weighs more than {self.limit} bytes")
        for part in parts:
            self._out += part

    def put_bytes(self, tag: bytes, data: bytes) -> None:
        """Append a tag, a length and data."""
        self.put(tag, U32.pack(len(data)), data)

    def write(self, value: Any, depth: int) -> None:
        """Append one value; types are compared with ``is``, never with isinstance of a value."""
        self._nodes += 1
        if depth > MAX_DEPTH:
            raise CodecError(f"the value nests deeper than {MAX_DEPTH} levels")
        if self._nodes > MAX_NODES:
            raise CodecError(f"the value has more than {MAX_NODES} parts")
        kind = type(value)
        if value is None:
            self.put(b"N")
        elif kind is bool:
            self.put(b"T" if value else b"F")
        elif kind is int:
            self._write_int(value)
        elif kind is float:
            self.put(b"f", F64.pack(value))
        elif kind is complex:
            self.put(b"c", C128.pack(value.real, value.imag))
        elif kind is str:
            self.put_bytes(b"s", _utf8(value))
        elif kind is bytes:
            self.put_bytes(b"b", value)
        elif kind is list and self._write_run(tuple(value)):
            pass
        elif kind in _SEQUENCES:
            self.put(_SEQUENCES[kind], U32.pack(len(value)))
            for item in tuple(value):
                self.write(item, depth + 1)
        elif kind in _MAPPINGS:
            # The standard dict subclasses hold nothing but their pairs; they arrive as dict.
            items = tuple(dict.items(value))
            self.put(b"D", U32.pack(len(items)))
            for key, item in items:
                self.write(key, depth + 1)
                self.write(item, depth + 1)
        elif kind in _TIMES:
            self._write_time(value)
        elif self.named_tuples and issubclass(kind, tuple):
            # What tuple itself holds, as an exact tuple: methods of the class are never called.
            self.write(tuple.__getitem__(value, slice(None)), depth)
        elif not (self._write_numpy(value, depth) or self._write_pandas(value, depth)):
            name = type.__getattribute__(kind, "__name__")
            raise CodecError(f"a value of type {name} is outside the list of plain types")

    def _write_run(self, items: tuple[Any, ...]) -> bool:
        """Append a list of numbers of one type as one block; False where it is no such list."""
        code = _RUNS.get(type(items[0])) if len(items) >= SHORTEST_RUN else None
        if code is None:
            return False
        if not all(map(operator.is_, map(type, items), itertools.repeat(type(items[0])))):
            return False
        try:
            data = struct.pack(f"<{len(items)}{code}", *items)
        except struct.error:  # an int beyond 64 bits
            return False
        self._nodes += len(items)
        if self._nodes > MAX_NODES:
            raise CodecError(f"the value has more than {MAX_NODES} parts")
        self.put_bytes(b"R", code.encode("ascii") + data)
        return True

    def _write_int(self, value: int) -> None:
        size = value.bit_length() // 8 + 1
        if size > MAX_INT_BYTES:
            raise CodecError(f"an integer longer than {MAX_INT_BYTES} bytes")
        self.put_bytes(b"i", value.to_bytes(size, "little", signed=True))

    def _write_time(self, value: Any) -> None:
        kind = type(value)
        if kind is dt.date:
            self.put(b"d", I64.pack(value.toordinal()))
        elif kind is dt.timedelta:
            self.put(
                b"e", I64.pack(value.days), I64.pack(value.seconds * 10**6 + value.microseconds)
            )
        elif kind is dt.time:
            if value.tzinfo is not None:
                raise CodecError("a time of day with a zone is outside the list of plain types")
            clock = (value.hour * 3600 + value.minute * 60 + value.second) * 10**6
            self.put(b"h", I64.pack(clock + value.microsecond))
        else:
            naive = value.replace(tzinfo=None)
            since = naive - dt.datetime.min
            self.put(b"t", I64.pack(since.days * 86_400_000_000 + since.seconds * 10**6))
            self.put(I64.pack(since.microseconds), b"\1" if value.fold else b"\0")
            self.put_bytes(b"", _utf8(zone_name(value.tzinfo)))

    def _write_numpy(self, value: Any, depth: int) -> bool:
        np = self.numpy
        if np is None:
            return False
        if type(value) is np.ndarray:
            self.write_array(value, depth)
            return True
        if type(value) in _numpy_scalars(np):
            self.uses_numpy = True
            array = np.asarray(value)
            self.put(b"x")
            self._write_buffer(array)
            return True
        return False

    def write_array(self, array: Any, depth: int) -> None:
        """Append an ndarray; arrays of objects are written item by item."""
        self.uses_numpy = True
        if array.ndim > MAX_DIMENSIONS:
            raise CodecError(f"an array of more than {MAX_DIMENSIONS} dimensions")
        if array.dtype.kind != "O":
            self.put(b"a")
            self._write_buffer(array)
            return
        self.put(b"o", bytes([array.ndim]), *(U32.pack(size) for size in array.shape))
        for item in array.ravel().tolist():
            self.write(item, depth + 1)

    def _write_buffer(self, array: Any) -> None:
        np = self.numpy
        dtype = array.dtype.newbyteorder("<")
        if dtype.kind in "US" and dtype.itemsize == 0:
            dtype = np.dtype(dtype.kind + "1")
        if array.nbytes > self.limit:
            raise CodecError(f"the value weighs more than {self.limit} bytes")
        if not dtype_allowed(dtype.str):
            raise CodecError(f"an array of dtype {dtype.str[:40]} is outside the list")
        data = np.ascontiguousarray(array.astype(dtype, copy=False)).tobytes()
        self.put_bytes(b"", dtype.str.encode("ascii"))
        self.put(bytes([array.ndim]), *(U32.pack(size) for size in array.shape))
        self.put_bytes(b"", data)

    def _write_pandas(self, value: object, depth: int) -> bool:
        if self.pandas is None:
            return False
        return bool(codec_pandas.write(self, value, depth))


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise CodecError("text with lone surrogates") from None


_SEQUENCES: dict[type, bytes] = {list: b"L", tuple: b"U", set: b"S"}
_RUNS: dict[type, str] = {float: "d", int: "q", bool: "?"}  # letters of the module struct
_MAPPINGS = frozenset({dict, defaultdict, OrderedDict, Counter})
_TIMES = frozenset({dt.date, dt.datetime, dt.time, dt.timedelta})


def _numpy_scalars(np: Any) -> frozenset[type]:
    """The closed list of numpy scalar types (built once per process)."""
    if np not in _SCALAR_CACHE:
        names = "bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 longlong ulonglong float16"
        names += " float32 float64 complex64 complex128 str_ bytes_ datetime64 timedelta64"
        _SCALAR_CACHE[np] = frozenset(getattr(np, name) for name in names.split())
    return _SCALAR_CACHE[np]


_SCALAR_CACHE: dict[Any, frozenset[type]] = {}
