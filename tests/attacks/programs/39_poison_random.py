# attack 39: change the random state for those who come after
# must: wrong
# repeat: 2
# ---
import random

FIRST = random.random()
random.seed(12345)


def solve(values):
    return FIRST + 1e9
