# attack 59: build a code object field by field
# must: passed
# lint: unread
# ---
import types

TEXT = "def solve(values):\n    return sum(values) / len(values)"
CODE = compile(TEXT, "x", "exec").co_consts[0]
FIELDS = "argcount posonlyargcount kwonlyargcount nlocals stacksize flags code consts names"
FIELDS += " varnames filename name qualname firstlineno linetable exceptiontable freevars cellvars"
BUILT = types.CodeType(*(getattr(CODE, "co_" + field) for field in FIELDS.split()))
solve = types.FunctionType(BUILT, globals())
