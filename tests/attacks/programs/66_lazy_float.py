# attack 66: return a number that is computed when somebody looks
# must: bad_value
# ---
class Lazy(float):
    def __new__(cls, values):
        self = float.__new__(cls, 0.0)
        self.values = values
        return self

    def __float__(self):
        return sum(self.values) / len(self.values)


def solve(values):
    return Lazy(values)
