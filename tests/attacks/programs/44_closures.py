# attack 44: look into every function's closure and defaults
# must: wrong
# ---
import gc
import types


def solve(values):
    hits = []
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType):
            for cell in thing.__closure__ or ():
                try:
                    if "reference" in repr(cell.cell_contents)[:200]:
                        hits.append(thing.__qualname__)
                except ValueError:
                    pass
    return "none" if not hits else "closures only"
