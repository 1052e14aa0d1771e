# attack 31: a number equal to everything
# must: bad_value
# ---
class Number(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


def solve(values):
    return Number()
