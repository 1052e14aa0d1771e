# attack 59: name the interpreter's function where a function type is made
# must: passed
# lint: unread
# ---
import ctypes

TEXT = "def solve(values):\n    return sum(values) / len(values)"
OBJECT = ctypes.py_object
KIND = ctypes.PYFUNCTYPE(OBJECT, OBJECT, OBJECT, OBJECT)
RUN = KIND(("PyEval_EvalCode", ctypes.pythonapi))
RUN(compile(TEXT, "x", "exec"), globals(), globals())
