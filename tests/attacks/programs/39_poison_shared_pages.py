# attack 39: write to every page shared with the parent
# must: wrong crashed
# repeat: 2
# ---
import gc


def solve(values):
    for thing in gc.get_objects():
        if isinstance(thing, dict) and "mean" in thing:
            thing["mean"] = None
    gc.collect()
    return 0.0
