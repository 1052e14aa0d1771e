# attack 52: silence pylint line by line
# must: passed
# lint: suppression
# ---
# pylint: disable-next=missing-function-docstring, invalid-name
def solve(V):
    return sum(V) / len(V)  # pylint:disable=C,R,W
