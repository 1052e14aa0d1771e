# attack 42: stop itself, so that nobody hears of it
# must: raised
# ---
import os
import signal


def solve(values):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 0.0
