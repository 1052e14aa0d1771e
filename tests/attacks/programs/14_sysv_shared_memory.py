# attack 14: leave a segment of shared memory
# must: wrong
# repeat: 2
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).shmget(0x5041, 4096, 0o1666) >= 0 else "refused"
