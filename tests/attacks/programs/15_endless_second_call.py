# attack 15: answer once, then loop
# must: timeout
# limits: wall=0.4
# ---
CALLS = []


def solve(values):
    CALLS.append(1)
    while len(CALLS) > 1:
        pass
    return sum(values) / len(values)
