# attack 47: answer later calls from earlier ones
# must: wrong
# ---
SEEN = {}


def solve(values):
    SEEN[len(SEEN)] = values
    return SEEN[0][0]
