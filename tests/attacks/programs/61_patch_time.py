# attack 61: stop every clock that a program can reach
# must: passed
# ---
import time

for name in ("time", "perf_counter", "process_time", "thread_time", "monotonic"):
    setattr(time, name, lambda: 0.0)
    setattr(time, name + "_ns", lambda: 0)
time.clock_gettime = lambda clock: 0.0


def solve(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)
