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
    kept: list[bytes] = [_SIGNATURE]
    pixels, place, names = list[bytes](), len(_SIGNATURE), list[bytes]()
    while place < len(data):
        if place + 12 > len(data):
            raise ValueError("it is cut")
        length, name = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        body = data[place + 8 : end - 4]
        if end > len(data) or zlib.crc32(name + body) != struct.unpack_from(">I", data, end - 4)[0]:
            raise ValueError("it is damaged")
        names.append(name)
        if name in _KEPT:
            kept.append(data[place:end])
        elif not name[0] & 0x20:  # a critical chunk, by the case of its first letter
            raise ValueError("it is of an unknown kind")
        pixels += [body] if name == b"IDAT" else []
        place = end
        if name == b"IEND":
            break
    whole_file = place == len(data) and names[-1:] == [b"IEND"]
    if not whole_file or names[0] != b"IHDR" or names.count(b"IHDR") > 1:
        raise ValueError("its parts are not in order")
    if len(kept[1]) != 25:
        raise ValueError("it is damaged")
    width, height, depth, colour, *rest = struct.unpack_from(">IIBBBBB", kept[1], 8)
    if depth != 8 or colour not in _CHANNELS or any(rest):
        raise ValueError("it is of an unknown kind")
    if not 0 < width * height <= MAX_PIXELS:
        raise ValueError(f"it has {width} x {height} pixels")
    whole = height * (width * _CHANNELS[colour] + 1)
    inflate = zlib.decompressobj()
    try:
        found = len(inflate.decompress(b"".join(pixels), whole + 1))
    except zlib.error:
        raise ValueError("it is damaged") from None
    if found != whole:
        raise ValueError("its pixels do not fit its size")
    return b"".join(kept)
