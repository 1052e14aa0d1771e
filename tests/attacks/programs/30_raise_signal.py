# attack 30: kill oneself
# must: raised wrong
# ---
import signal


def solve(values):
    signal.raise_signal(signal.SIGKILL)
    return 0.0
