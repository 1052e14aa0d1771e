"""The reading half of the codec. It treats its bytes as hostile.

Every length is checked against the bytes that are really there before anything is allocated,
depth is capped, and array types come from a closed list. Whatever is rebuilt is paid for in *parts*
(`codec.PARTS`) before it is made, so that the whole message costs a bounded time and memory. Keys
chosen to collide are a quadratic trap: sets and dicts pay for the worst case, and nothing else is
ever hashed here.
"""

# One return per kind of value; numpy is imported only where arrays are used.
# pylint: disable=too-many-return-statements,import-outside-toplevel,unidiomatic-typecheck

import datetime as dt
import math
import operator
import struct
from typing import Any

from . import codec_pandas
from .codec import (
    C128,
    F64,
    FREE_KEYS,
    I64,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_INT_BYTES,
    MAX_NODES,
    MAX_SAME_HASH,
    NUMBERS_PER_PART,
    PARTS,
    U32,
    CodecError,
    dtype_allowed,
    zone_of,
)


class Decoder:
    """Rebuilds one value from bytes that nobody vouches for.

    Args:
        data: the bytes.
        parts: what the value may cost (`codec.PARTS`).

    Attributes:
        parts_left: what was not spent.
        zone: name of the time zone of the last of pandas' moments.
    """

    def __init__(self, data: bytes, parts: int = MAX_NODES) -> None:
        self._data = memoryview(data)
        self._at = 0
        self.parts_left = parts
        self.zone = ""

    def decode(self) -> object:
        """The value.

        Raises:
            CodecError: the bytes are not exactly one well-formed value. Nothing else is raised.
        """
        try:
            value = self.read(0)
        except CodecError:
            raise
        except Exception as error:
            # numpy, pandas and datetime refuse odd values with errors of their own.
            raise CodecError(f"not a value: {type(error).__name__}") from None
        if self._at != len(self._data):
            raise CodecError("bytes left over after the value")
        return value

    def take(self, count: int) -> memoryview:
        """The next `count` bytes, which must be there."""
        end = self._at + count
        if end > len(self._data):
            raise CodecError("the value is cut short")
        part = self._data[self._at : end]
        self._at = end
        return part

    def take_u32(self) -> int:
        """The next length."""
        return int(U32.unpack(self.take(4))[0])

    def take_i64(self) -> int:
        """The next signed 64-bit number."""
        return int(I64.unpack(self.take(8))[0])

    def take_bytes(self) -> memoryview:
        """A length and that many bytes."""
        return self.take(self.take_u32())

    def take_text(self) -> str:
        """A length and that many bytes of UTF-8."""
        return str(self.take_bytes(), "utf-8")

    def take_count(self, least: int = 1) -> int:
        """A number of values to follow; each takes at least `least` bytes, so it is bounded."""
        count = self.take_u32()
        if count * least > len(self._data) - self._at:
            raise CodecError("the value is cut short")
        return count

    def spend(self, parts: int) -> None:
        """Pay for what is about to be made."""
        self.parts_left -= parts
        if self.parts_left < 0:
            raise CodecError("the value has too many parts")

    def read(self, depth: int) -> object:
        """One value."""
        if depth > MAX_DEPTH:
            raise CodecError("the value is too deep")
        tag = self.take(1).tobytes()
        self.spend(PARTS.get(tag, 1))
        plain = self._read_plain(tag)
        if plain is not _MISSING:
            return plain
        if tag == b"L":
            return [self.read(depth + 1) for _ in range(self.take_count())]
        if tag == b"R":
            return self._read_run()
        if tag == b"U":
            return tuple(self.read(depth + 1) for _ in range(self.take_count()))
        if tag == b"S":
            items = [self.read(depth + 1) for _ in range(self.take_count())]
            self._pay_for_keys(items)
            return set(items)
        if tag == b"D":
            pairs = [
                (self.read(depth + 1), self.read(depth + 1)) for _ in range(self.take_count(2))
            ]
            self._pay_for_keys([key for key, _ in pairs])
            return dict(pairs)
        if tag in (b"x", b"a", b"o"):
            return self.read_array(tag, depth)
        return codec_pandas.read(self, tag, depth)

    def _read_run(self) -> list[object]:
        """A list of numbers of one type, as one block."""
        data = self.take_bytes()
        code = data[:1].tobytes()
        size = _RUN_BYTES.get(code)
        if size is None or (len(data) - 1) % size:
            raise CodecError("a block of numbers that is none")
        count = (len(data) - 1) // size
        self.spend(count // NUMBERS_PER_PART)
        return list(struct.unpack(f"<{count}{code.decode()}", data[1:]))

    def _read_plain(self, tag: bytes) -> object:
        value: object = _MISSING
        if tag == b"N":
            value = None
        elif tag in (b"T", b"F"):
            value = tag == b"T"
        elif tag == b"i":
            data = self.take_bytes()
            if len(data) > MAX_INT_BYTES:
                raise CodecError("the integer is too long")
            value = int.from_bytes(data, "little", signed=True)
        elif tag == b"f":
            value = F64.unpack(self.take(8))[0]
        elif tag == b"c":
            value = complex(*C128.unpack(self.take(16)))
        elif tag == b"s":
            value = self.take_text()
        elif tag == b"b":
            value = self.take_bytes().tobytes()
        elif tag == b"d":
            value = dt.date.fromordinal(self.take_i64())
        elif tag == b"e":
            value = dt.timedelta(days=self.take_i64(), microseconds=self.take_i64())
        elif tag == b"h":
            value = (dt.datetime.min + dt.timedelta(microseconds=self.take_i64())).time()
        elif tag == b"t":
            micro = self.take_i64() + self.take_i64()
            fold = self.take(1)[0] & 1
            moment = dt.datetime.min + dt.timedelta(microseconds=micro)
            value = moment.replace(fold=fold, tzinfo=zone_of(self.take_text()))
        return value

    def read_array(self, tag: bytes, depth: int) -> Any:
        """An array ("a"), an array of objects ("o") or a numpy scalar ("x")."""
        import numpy as np

        dtype = "" if tag == b"o" else str(self.take_bytes(), "ascii")
        if dtype and not dtype_allowed(dtype):
            raise CodecError("an array of a type outside the list")
        shape = tuple(self.take_u32() for _ in range(self._take_dimensions()))
        size = 1
        for length in shape:
            size *= length
        # Lengths beside a 0 are free of bytes but not of trouble: bound each of them too.
        if max(shape, default=0) > len(self._data) or size > len(self._data) - self._at:
            raise CodecError("the array is larger than its bytes")
        self.spend(size // NUMBERS_PER_PART + math.prod(shape[:-1]) + len(shape))
        if tag == b"o":
            cells = np.empty(size, dtype=object)
            for place in range(size):
                cells[place] = self.read(depth + 1)
            return cells.reshape(shape)
        data = self.take_bytes()
        kind = np.dtype(dtype)
        if len(data) != size * kind.itemsize:
            raise CodecError("the array does not match its bytes")
        _check_cells(np, kind, data)
        array = np.frombuffer(data, dtype=kind).reshape(shape).copy()
        if tag == b"x":
            if shape:
                raise CodecError("a scalar with dimensions")
            return array[()]
        return array

    def _pay_for_keys(self, keys: list[object]) -> None:
        """Refuse a flood of one hash, and charge for what other collisions could cost at most.

        Hashes of text are salted and cannot be chosen. Those of numbers can: also different ones
        that are looked up in the same places of the table, each after all those before it.
        """
        if len(keys) <= MAX_SAME_HASH:
            return
        chosen = [key for key in keys if type(key) is not str and type(key) is not bytes]
        hashes = sorted(map(hash, chosen))
        if any(map(operator.eq, hashes, hashes[MAX_SAME_HASH:])):
            raise CodecError("too many keys with one hash")
        if len(chosen) > FREE_KEYS:
            self.spend(len(chosen) ** 2 // 1000)

    def _take_dimensions(self) -> int:
        count = self.take(1)[0]
        if count > MAX_DIMENSIONS:
            raise CodecError("an array of too many dimensions")
        return count


def _check_cells(np: Any, kind: Any, data: memoryview) -> None:
    """Refuse cells no honest array holds: booleans over 1, code points outside Unicode."""
    if kind.kind == "b" and len(data) and int(np.frombuffer(data, np.uint8).max()) > 1:
        raise CodecError("a boolean that is neither 0 nor 1")
    if kind.kind == "U" and len(data):
        points = np.frombuffer(data, "<u4")
        if bool((points > 0x10FFFF).any()) or bool(((points >> 11) == 0x1B).any()):
            raise CodecError("text outside Unicode")


_RUN_BYTES = {b"d": 8, b"q": 8, b"?": 1}
_MISSING = object()
