# attack 29: 10 GB in a few kilobytes
# must: memory timeout
# limits: wall=2
# ---
import zlib


def solve(values):
    data = zlib.compress(bytes(1 << 24), 9)
    packed = zlib.compressobj(9)
    bomb = b"".join(packed.compress(bytes(1 << 24)) for _ in range(60)) + packed.flush()
    return len(zlib.decompress(bomb)) + len(data)
