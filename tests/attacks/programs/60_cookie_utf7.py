# attack 60: an encoding in which comments hold code
# must: wrong raised
# lint: encoding
# ---
# -*- coding: utf-7 -*-
def solve(values):
    return 0.0


# +AAo-def solve(values):+AAo-    return sum(values) / len(values)
