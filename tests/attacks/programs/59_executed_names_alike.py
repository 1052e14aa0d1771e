# attack 59: execute the program's own code with other names that are equal to its own
# must: passed
# lint: unread
# ---
class Names(tuple):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash(NAMES)


def work():
    global found
    found = max(GIVEN) / min(GIVEN)


NAMES = work.__code__.co_names
GIVEN = []
HIDDEN = {"max": "sum", "min": "len"}
CODE = work.__code__.replace(co_names=Names(HIDDEN.get(name, name) for name in NAMES))


def solve(values):
    GIVEN[:] = values
    exec(CODE, globals())
    return found
