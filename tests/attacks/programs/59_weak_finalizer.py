# attack 59: run the text when an object is finalised
# must: passed
# lint: unread
# ---
import weakref

SPACE = {}
TEXT = "def solve(values):\n    return sum(values) / len(values)"


class Thing:
    pass


THING = Thing()
weakref.finalize(THING, vars(weakref.sys.modules["builtins"])["exec"], TEXT, SPACE)
del THING
solve = SPACE["solve"]
