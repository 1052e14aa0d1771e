# attack 4: fork with a terminal
# must: raised
# ---
import pty


def solve(values):
    pid, _ = pty.fork()
    return "ESCAPED"
