# attack 42: have the kernel send a signal by timer
# must: raised wrong crashed
# limits: wall=1
# ---
import signal
import time


def solve(values):
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(0.1)
    return 0.0
