# attack 60: a NUL byte after which some tools stop reading
# must: raised
# lint: encoding
# ---
def solve(values):
    return sum(values) / len(values)
@NUL@
import os,sys
