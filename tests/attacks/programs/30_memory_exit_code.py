# attack 30: imitate the exit code of a process out of memory
# must: memory
# ---
import os


def solve(values):
    os._exit(77)
