# attack 11: write rubbish to every descriptor
# must: crashed
# ---
import os


def solve(values):
    for number in range(1024):
        try:
            os.write(number, b"rubbish" * 10)
        except OSError:
            pass
    return "done"
