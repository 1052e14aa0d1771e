# attack 40: ten thousand exceptions at once
# must: raised
# ---
def solve(values):
    raise ExceptionGroup("x", [ValueError(str(n)) for n in range(10_000)])
