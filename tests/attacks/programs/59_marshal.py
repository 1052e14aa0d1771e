# attack 59: hide the code as bytecode
# must: passed
# lint: dynamic
# ---
import marshal
import types

CODE = compile("def solve(values):\n    return sum(values) / len(values)", "x", "exec")
exec(marshal.loads(marshal.dumps(CODE)))
