# attack 9: signal by thread id
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).syscall(234, @PID@, @PID@, 9) >= 0 else "refused"
