# attack 59: look the interpreter's function up with the C library's own dlsym
# must: passed
# lint: unread
# ---
import ctypes

TEXT = "def solve(values):\n    return sum(values) / len(values)"
FIND = ctypes.CDLL(None).dlsym
FIND.restype = ctypes.c_void_p
FIND.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
OBJECT = ctypes.py_object
RUN = ctypes.PYFUNCTYPE(OBJECT, OBJECT, OBJECT, OBJECT)(FIND(None, b"PyEval_EvalCode"))
RUN(compile(TEXT, "x", "exec"), globals(), globals())
