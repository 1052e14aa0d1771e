# attack 5: try every system call number that creates or changes something
# must: wrong
# ---
import ctypes

NUMBERS = [41, 53, 56, 57, 58, 59, 62, 76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 92, 101, 105,
           117, 126, 133, 141, 155, 157, 160, 161, 163, 165, 166, 167, 169, 170, 172, 175, 188,
           203, 240, 246, 248, 249, 250, 253, 272, 279, 298, 303, 304, 308, 310, 311, 312, 313,
           314, 317, 319, 320, 321, 322, 323, 424, 425, 426, 427, 428, 429, 430, 431, 432, 433,
           434, 435, 437, 438, 440, 442, 443, 444, 445, 446, 447, 448, 451]


def solve(values):
    libc = ctypes.CDLL(None)
    held = [number for number in NUMBERS if libc.syscall(number, 0, 0, 0, 0, 0, 0) >= 0]
    return f"ESCAPED {held}" if held else "refused"
