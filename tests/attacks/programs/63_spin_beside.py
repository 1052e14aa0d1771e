# attack 63: keep the processor busy while others are timed
# must: passed crashed
# ---
import threading


def spin():
    while True:
        pass


threading.Thread(target=spin, daemon=True).start()


def solve(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)
