# attack 15: loop for ever before the first call
# must: timeout
# limits: wall=0.4
# ---
import itertools

for _ in itertools.count():
    pass


def solve(values):
    return 0.0
