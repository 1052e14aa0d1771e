# attack 9: freeze the warm parent for ever
# must: raised
# ---
import os
import signal


def solve(values):
    os.kill(os.getppid(), signal.SIGSTOP)
    return "ESCAPED"
