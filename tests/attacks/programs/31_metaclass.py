# attack 31: a type that claims to be float
# must: bad_value
# ---
class Meta(type):
    def __eq__(cls, other):
        return True

    def __hash__(cls):
        return hash(float)


class Value(metaclass=Meta):
    pass


def solve(values):
    return Value()
