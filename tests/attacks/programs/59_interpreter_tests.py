# attack 59: run a code object through a module for tests of the interpreter
# must: passed
# lint: unread
# ---
import _testcapi

TEXT = "def solve(values):\n    return sum(values) / len(values)"
SPACE = dict(globals())
_testcapi.eval_code_ex(compile(TEXT, "x", "exec"), SPACE)
solve = SPACE["solve"]
