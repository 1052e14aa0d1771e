"""A picture that came out of a program, looked at before it is written: a plain PNG alone.

Source: Portable Network Graphics (PNG) Specification, third edition, sections 5 to 11.
"""

import struct
import zlib

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"pHYs", b"IDAT", b"IEND")


def checked_png(data: bytes) -> bytes:
    """The picture without texts, profiles and whatever else could stand beside it.

    Raises:
        ValueError: it is no PNG of 8 bits a channel whose pixels are all there, or is too large.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"it weighs more than {MAX_BYTES // 2**20} MiB")
    if not data.startswith(_SIGNATURE):
        raise ValueError("it is no PNG")
    chunks = _chunks(data)
    names = [name for name, _, _ in chunks]
    if names[:1] != [b"IHDR"] or names[-1] != b"IEND" or names.count(b"IHDR") > 1:
        raise ValueError("its parts are not in order")
    if any(not name[0] & 0x20 and name not in _KEPT for name in names):  # critical, by its case
        raise ValueError("it is of an unknown kind")
    _check_pixels(chunks[0][1], b"".join(body for name, body, _ in chunks if name == b"IDAT"))
    return _SIGNATURE + b"".join(chunk for name, _, chunk in chunks if name in _KEPT)


def _chunks(data: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Name, body and whole of each chunk, up to the one that ends the picture and the data."""
    found: list[tuple[bytes, bytes, bytes]] = []
    place = len(_SIGNATURE)
    while place < len(data) and not (found and found[-1][0] == b"IEND"):
        if place + 12 > len(data):
            raise ValueError("it is cut")
        length, name = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        body = data[place + 8 : end - 4]
        if end > len(data) or zlib.crc32(name + body) != struct.unpack_from(">I", data, end - 4)[0]:
            raise ValueError("it is damaged")
        found.append((name, body, data[place:end]))
        place = end
    if place < len(data) or not found:
        raise ValueError("its parts are not in order")
    return found


def _check_pixels(head: bytes, pixels: bytes) -> None:
    """Refuse another kind of picture, one that is too large, and one whose pixels are not there."""
    if len(head) != 13:
        raise ValueError("it is damaged")
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", head)
    if depth != 8 or colour not in _CHANNELS or any(rest):
        raise ValueError("it is of an unknown kind")
    if not 0 < width * height <= MAX_PIXELS:
        raise ValueError(f"it has {width} x {height} pixels")
    whole = height * (width * _CHANNELS[colour] + 1)
    inflate = zlib.decompressobj()
    try:
        found = len(inflate.decompress(pixels, whole + 1))
    except zlib.error:
        raise ValueError("it is damaged") from None
    if found != whole:
        raise ValueError("its pixels do not fit its size")
