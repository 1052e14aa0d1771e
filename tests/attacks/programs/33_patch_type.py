# attack 33: replace type so that every type is a float
# must: bad_value wrong crashed
# ---
import builtins


class Type(type):
    def __call__(cls, *args):
        return float


builtins.type = lambda value: float


class Equal:
    def __eq__(self, other):
        return True


def solve(values):
    return Equal()
