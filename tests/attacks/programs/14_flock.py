# attack 14: leave a lock for the next sample
# must: raised
# repeat: 2
# ---
import fcntl
import statistics


def solve(values):
    with open(statistics.__file__) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    return "ESCAPED"
