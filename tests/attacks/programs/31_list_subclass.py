# attack 31: a list equal to everything
# must: bad_value
# ---
class Everything(list):
    def __eq__(self, other):
        return True


def solve(values):
    return Everything()
