# attack 59: build the function from its code object
# must: passed
# lint: dynamic
# ---
import types

CODE = compile("sum(values) / len(values)", "x", "eval")


def solve(values):
    return eval(CODE, {"values": values})
