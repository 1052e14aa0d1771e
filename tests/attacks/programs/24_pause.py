# attack 24: wait for a signal
# must: timeout
# limits: wall=0.4
# ---
import signal


def solve(values):
    signal.pause()
