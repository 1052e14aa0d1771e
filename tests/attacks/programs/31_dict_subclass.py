# attack 31: a mapping that has every key
# must: bad_value
# ---
class Everything(dict):
    def __missing__(self, key):
        return key

    def __eq__(self, other):
        return True


def solve(values):
    return Everything()
