# attack 60: an encoding that is no encoding
# must: passed raised
# lint: encoding
# ---
# -*- coding: rot13 -*-
def solve(values):
    return sum(values) / len(values)
