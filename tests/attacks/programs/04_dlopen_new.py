# attack 4: load a library of one's own making
# must: raised
# ---
import ctypes


def solve(values):
    with open("evil.so", "wb") as file:
        file.write(b"\x7fELF")
    ctypes.CDLL("./evil.so")
    return "ESCAPED"
