# attack 59: let a class be built of a code object
# must: passed
# lint: unread
# ---
import builtins
import types

TEXT = "class Hidden:\n    def solve(self, values):\n        return sum(values) / len(values)"
BODY = types.FunctionType(compile(TEXT, "x", "exec").co_consts[0], globals())
solve = builtins.__build_class__(BODY, "Hidden")().solve
