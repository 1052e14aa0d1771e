# attack 31: an object equal to everything, as a key
# must: bad_value
# ---
class Equal:
    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash("mean")


def solve(values):
    return {Equal(): 1.0}
