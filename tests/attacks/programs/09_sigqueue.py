# attack 9: signal with a payload
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).sigqueue(@PID@, 9, 0) >= 0 else "refused"
