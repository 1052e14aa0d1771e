# attack 31: an object equal to everything
# must: bad_value
# ---
class Equal:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = object.__hash__


def solve(values):
    return Equal()
