# attack 72: a set of integers that share one hash, a few at a time
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import itertools


def solve(values):
    # The table of the encoder is its own; what the reader builds is dear.
    prime = 2**61 - 1
    return [dict.fromkeys(k * prime + n for k in range(60)) for n in range(200)]
