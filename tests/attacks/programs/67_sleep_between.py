# attack 67: sleep again and again, so that no tick meets the work
# must: passed
# ---
import time


def solve(values):
    total = 0.0
    for place, value in enumerate(values):
        total += value
        if place % 512 == 0:
            time.sleep(0.0002)
    return total / len(values)
