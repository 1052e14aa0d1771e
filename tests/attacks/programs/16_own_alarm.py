# attack 16: cancel alarms in a loop
# must: timeout
# limits: wall=0.4
# ---
import signal


def solve(values):
    while True:
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_REAL, 0)
