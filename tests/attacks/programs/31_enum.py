# attack 31: an enumeration that is also a number
# must: bad_value
# ---
import enum


class Answer(float, enum.Enum):
    VALUE = 2.0

    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


def solve(values):
    return Answer.VALUE
