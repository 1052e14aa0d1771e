# attack 14: leave a value in a shared module
# must: wrong
# repeat: 2
# ---
import math


def solve(values):
    return 0.0


if hasattr(math, "parelha_attack"):
    raise SystemExit("ESCAPED: state of the sample before")
math.parelha_attack = True
