# attack 14: leave a record lock for a peer to see
# must: raised
# repeat: 2
# ---
import fcntl
import statistics


def solve(values):
    with open(statistics.__file__) as file:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return "ESCAPED"
