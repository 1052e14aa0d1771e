# attack 59: run the text as an annotation
# must: passed
# lint: unread
# ---
import typing


class Holder:
    pass


def solve(values):
    Holder.__annotations__ = {"mean": "SPACE.append(sum(values) / len(values))"}
    space = []
    typing.get_type_hints(Holder, {"SPACE": space, "values": values})
    return space[0]
