# attack 31: an object that says it is a float
# must: bad_value
# ---
class Liar:
    @property
    def __class__(self):
        return float

    def __eq__(self, other):
        return True


def solve(values):
    return Liar()
