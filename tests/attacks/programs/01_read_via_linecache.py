# attack 1: read a private file as if it were source
# must: wrong
# ---
import linecache


def solve(values):
    return "".join(linecache.getlines("@SECRET@"))
