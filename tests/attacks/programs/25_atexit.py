# attack 25: run code at the end
# must: passed
# ---
import atexit


def forever():
    while True:
        pass


atexit.register(forever)


def solve(values):
    return sum(values) / len(values)
