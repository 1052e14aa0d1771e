# attack 29: a small archive with a large dictionary
# must: memory timeout
# limits: wall=2
# ---
import lzma


def solve(values):
    packed = lzma.LZMACompressor()
    bomb = b"".join(packed.compress(bytes(1 << 24)) for _ in range(60)) + packed.flush()
    return len(lzma.decompress(bomb))
