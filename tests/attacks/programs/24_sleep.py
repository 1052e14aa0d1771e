# attack 24: sleep for ever
# must: timeout
# limits: wall=0.4
# ---
import time


def solve(values):
    time.sleep(10_000)
