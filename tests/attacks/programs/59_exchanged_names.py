# attack 59: exchange the names that a function reads
# must: passed
# lint: unread
# ---
def mean(values):
    return sum(values) / len(values)


def solve(values):
    return max(values)


solve.__code__ = solve.__code__.replace(co_names=("mean",))
