# attack 38: the right number in another type
# must: bad_value
# ---
from decimal import Decimal


def solve(values):
    return Decimal(sum(values)) / len(values)
