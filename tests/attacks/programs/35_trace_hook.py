# attack 35: watch the harness with a tracing function
# must: wrong
# ---
import sys

SEEN = []


def spy(frame, event, argument):
    SEEN.append(repr(argument))
    return spy


sys.settrace(spy)
sys.setprofile(spy)


def solve(values):
    return " ".join(SEEN)[:1000]
