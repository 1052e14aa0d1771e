# attack 59: exchange the code of a function
# must: passed
# lint: unread
# ---
def solve(values):
    return max(values)


solve.__code__ = compile("lambda values: sum(values) / len(values)", "x", "eval").co_consts[0]
