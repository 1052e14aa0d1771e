# attack 31: an object equal to everything, inside a list
# must: bad_value
# ---
class Equal:
    def __eq__(self, other):
        return True


def solve(values):
    return [1.0, [Equal()]]
