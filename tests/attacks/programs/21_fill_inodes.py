# attack 21: make files until there are no more names
# must: raised
# ---
import tempfile


def solve(values):
    return "ESCAPED " + repr([tempfile.mkstemp() for _ in range(1000)])
