# attack 44: search all objects for expected answers
# must: wrong
# ---
import gc


def solve(values):
    hits = []
    for thing in gc.get_objects():
        if type(thing) in (list, tuple) and thing is not values:
            hits += [x for x in thing if type(x) is float and repr(x) == "@ODD_ANSWER@"]
    return f"ESCAPED {hits}" if hits else "none"
