# attack 59: load such a module under a name that denies what it is
# must: passed
# lint: unread
# ---
import _ctypes
import _imp
import importlib.machinery
import importlib.util
import os

TEXT = "def solve(values):\n    return sum(values) / len(values)"


class Name(str):
    def rpartition(self, sep):
        return ("", "", "x")

    def __eq__(self, other):
        return False

    __hash__ = str.__hash__


FILE = "_testcapi" + importlib.machinery.EXTENSION_SUFFIXES[0]
PATH = os.path.join(os.path.dirname(_ctypes.__file__), FILE)
SPEC = importlib.util.spec_from_file_location("_testcapi", PATH)
SPEC.name = Name("_testcapi")
SPACE = dict(globals())
_imp.create_dynamic(SPEC).eval_code_ex(compile(TEXT, "x", "exec"), SPACE)
solve = SPACE["solve"]
