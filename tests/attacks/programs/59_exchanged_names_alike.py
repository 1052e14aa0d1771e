# attack 59: exchange the names that a function reads for some that are equal to them
# must: passed
# lint: unread
# ---
class Names(tuple):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash(("max", "min"))


def solve(values):
    return max(values) / min(values)


solve.__code__ = solve.__code__.replace(co_names=Names(("sum", "len")))
