# attack 31: a float that is close to everything
# must: bad_value
# ---
class Near(float):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__
    __hash__ = float.__hash__


def solve(values):
    return Near(0)
