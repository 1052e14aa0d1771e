# attack 40: an exception that breaks those who look at it
# must: raised
# ---
class Hostile(BaseException):
    def __str__(self):
        raise Hostile

    __repr__ = __str__

    def __getattribute__(self, name):
        raise Hostile


def solve(values):
    raise Hostile
