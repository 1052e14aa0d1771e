# attack 68: trace and profile itself, to stop the count
# must: passed
# ---
import sys
import threading


def silence(frame, event, argument):
    frame.f_trace_lines = False
    return None


sys.settrace(silence)
sys.setprofile(None)
threading.settrace(silence)


def solve(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)
