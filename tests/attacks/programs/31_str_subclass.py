# attack 31: a text equal to everything
# must: bad_value
# ---
class Text(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


def solve(values):
    return Text("")
