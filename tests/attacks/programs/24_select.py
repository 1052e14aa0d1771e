# attack 24: wait for nothing
# must: timeout
# limits: wall=0.4
# ---
import select


def solve(values):
    select.select([], [], [], None)
