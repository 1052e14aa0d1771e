"""A strict, self-describing byte format for plain values: what may cross the sandbox's border.

`codec_write` and `codec_read` are its two halves, `codec_pandas` both halves for tables; this file
holds what they share. Both sides of the border use them, so they import nothing of the package
but each other. There is no pickle and no hook: a value is written by its *exact* type from a
closed list and rebuilt by ours, so a subclass, an object with a clever ``__eq__`` or a lazy object
cannot be sent at all. Of a named tuple, where a program answers with one, the plain tuple is sent.

Layout: one tag byte, then a payload whose lengths are little-endian unsigned 32-bit numbers.
"""

# Exact types are the whole point here, and isinstance would let subclasses through.
# pylint: disable=unidiomatic-typecheck

import datetime as dt
import functools
import re
import struct
import zoneinfo
from typing import Any

MAX_DEPTH = 64
MAX_NODES = 2_000_000  # values in one message; a node costs the parent up to ~100 bytes
MAX_INT_BYTES = 1_700  # under the interpreter's 4,300 digits: `str` of it works everywhere
MAX_SAME_HASH = 64
FREE_KEYS = 500  # keys of a set or a dict that may collide as they like
MAX_DIMENSIONS = 8

U32 = struct.Struct("<I")
I64 = struct.Struct("<q")
F64 = struct.Struct("<d")
C128 = struct.Struct("<dd")

SHORTEST_RUN = 8  # a list of at least these numbers, of one type, travels as one block

# What a kind of value costs its reader, in parts: a part is about a microsecond and at most about a
# hundred bytes. Kinds that are not here cost one.
PARTS = {b"L": 2, b"U": 2, b"S": 3, b"D": 3, b"t": 4, b"x": 4, b"a": 4, b"o": 3}
PARTS |= {b"m": 25, b"l": 12, b"r": 15, b"1": 60, b"2": 100, b"3": 40, b"p": 100}
COLUMN_PARTS = {b"a": 12, b"s": 30, b"t": 30, b"z": 40, b"c": 70, b"k": 50}
ZONE_PARTS = 300  # pandas' first moment in a zone after one in another
NUMBERS_PER_PART = 8  # of a block of numbers
CODES_PER_PART = 2  # of labels that are made of a code: a byte here, an object for who looks at it

_NUMBER_DTYPE = re.compile(r"\|[biu]1\Z|<[iu][248]\Z|<f[248]\Z|<c(?:8|16)\Z")
_TIME_DTYPE = re.compile(r"<[mM]8(\[(?:Y|M|W|D|h|m|s|ms|us|ns)\])?\Z")
_TEXT_DTYPE = re.compile(r"(?:<U|\|S)([1-9][0-9]{0,6})\Z")


class CodecError(ValueError):
    """The value is outside the closed list, or the bytes do not spell one."""


def zone_name(zone: Any) -> str:
    """A name for a time zone: "" naive, "+5400" seconds east of UTC, "=Europe/Lisbon" by key."""
    if zone is None:
        return ""
    if type(zone) is dt.timezone:
        offset = zone.utcoffset(None)
        return f"{offset.days * 86400 + offset.seconds:+d}"
    if type(zone) is zoneinfo.ZoneInfo and type(zone.key) is str:
        return "=" + zone.key
    raise CodecError("a time zone that is neither a fixed offset nor a zoneinfo key")


def zone_of(name: str) -> dt.tzinfo | None:
    """The zone that `zone_name` named."""
    if not name:
        return None
    if name[0] == "=":
        key = name[1:]
        if key not in zone_keys():
            raise CodecError("an unknown time zone")
        return zoneinfo.ZoneInfo(key)
    return dt.timezone(dt.timedelta(seconds=int(name)))


@functools.cache
def zone_keys() -> frozenset[str]:
    """Every time zone this machine knows, so that no key becomes a path."""
    return frozenset(zoneinfo.available_timezones())


def dtype_allowed(text: str) -> bool:
    """Whether `text` spells an array type of plain cells (never objects, never records)."""
    return bool(_NUMBER_DTYPE.match(text) or _TIME_DTYPE.match(text) or _TEXT_DTYPE.match(text))
