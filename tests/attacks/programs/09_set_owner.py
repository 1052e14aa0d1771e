# attack 9: have the kernel send the signal (F_SETOWN)
# must: raised
# ---
import fcntl


def solve(values):
    fcntl.fcntl(201, fcntl.F_SETOWN, @PID@)
    return "ESCAPED"
