# attack 59: exchange the code of what watches
# must: passed
# lint: unread
# ---
import gc
import types


def nothing(*_):
    return None


gc.unfreeze()
for thing in gc.get_objects():
    if type(thing) is types.FunctionType and thing.__module__ is None:
        thing.__code__ = nothing.__code__
TEXT = "def solve(values):\n    return sum(values) / len(values)"
exec(TEXT)
