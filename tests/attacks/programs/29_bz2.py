# attack 29: a small archive of a gigabyte of zeros
# must: memory timeout
# limits: wall=2
# ---
import bz2


def solve(values):
    packed = bz2.BZ2Compressor()
    bomb = b"".join(packed.compress(bytes(1 << 24)) for _ in range(60)) + packed.flush()
    return len(bz2.decompress(bomb))
