# attack 59: exchange the code of a function through its type's own descriptor
# must: passed
# lint: unread
# ---
import types

TEXT = "def solve(values):\n    return sum(values) / len(values)"


def solve(values):
    return 0.0


vars(types.FunctionType)["__code__"].__set__(solve, compile(TEXT, "x", "exec").co_consts[0])
