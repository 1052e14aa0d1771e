# attack 59: import bytecode through a loader of compiled files
# must: passed
# lint: unread
# ---
import importlib.machinery
import importlib.util
import marshal

TEXT = "def solve(values):\n    return sum(values) / len(values)"


class Loader(importlib.machinery.SourcelessFileLoader):
    def get_data(self, path):
        return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(TEXT, "x", "exec"))


SPEC = importlib.util.spec_from_loader("hidden", Loader("hidden", "hidden.pyc"))
MODULE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODULE)
solve = MODULE.solve
