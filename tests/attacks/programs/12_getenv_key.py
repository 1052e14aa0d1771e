# attack 12: look for a key by name
# must: wrong
# ---
import ctypes
import os


def solve(values):
    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_char_p
    return repr(libc.getenv(b"PARELHA_CANARY")) + repr(os.environ.get("PARELHA_CANARY"))
