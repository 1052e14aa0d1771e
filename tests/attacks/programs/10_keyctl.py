# attack 10: join a keyring
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).syscall(250, 1, 0, 0, 0, 0) >= 0 else "refused"
