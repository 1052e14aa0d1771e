# attack 27: a regular expression that never ends
# must: timeout
# limits: wall=0.4
# ---
import re


def solve(values):
    return bool(re.match(r"(a+)+$", "a" * 40 + "b"))
