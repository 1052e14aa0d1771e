# attack 35: watch the harness with an audit hook
# must: wrong
# ---
import sys

SEEN = []
sys.addaudithook(lambda event, arguments: SEEN.append(event))


def solve(values):
    return float(len(SEEN)) + 0.123
