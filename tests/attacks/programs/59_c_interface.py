# attack 59: run a code object through the interpreter's C interface
# must: passed
# lint: unread
# ---
import ctypes

CODE = compile("def solve(values):\n    return sum(values) / len(values)", "x", "exec")
RUN = ctypes.pythonapi.PyEval_EvalCode
RUN.restype = ctypes.py_object
RUN.argtypes = [ctypes.py_object] * 3
RUN(CODE, globals(), globals())
