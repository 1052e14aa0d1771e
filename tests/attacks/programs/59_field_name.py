# attack 59: run the text as a field's name
# must: passed
# lint: unread
# ---
import dataclasses

FOUND = []


def solve(values):
    names = {"__annotations__": {"x, FOUND.append(sum(values) / len(values))": float}}
    kind = type("Kind", (), names)
    kind.__module__ = __name__
    kind.x = 0
    globals()["values"] = values
    try:
        kind = dataclasses.dataclass(init=False, repr=False)(kind)
        kind.FOUND = type("", (), {"append": staticmethod(FOUND.append)})
        assert kind() == kind()
    except AttributeError:
        pass
    return FOUND[-1] if FOUND else sum(values) / len(values)
