# attack 19: fork for ever, whatever happens
# must: timeout
# limits: wall=0.4
# ---
import os


def solve(values):
    while True:
        try:
            os.fork()
        except OSError:
            pass
