# attack 59: trace what watches
# must: passed
# lint: unread
# ---
import sys


def tracer(frame, event, argument):
    return tracer


sys.settrace(tracer)
TEXT = "def solve(values):\n    return sum(values) / len(values)"
exec(TEXT)
sys.settrace(None)
