# attack 59: import the text in the name of a library's file
# must: passed
# lint: unread
# ---
import importlib.machinery
import importlib.util
import textwrap

TEXT = "def solve(values):\n    return sum(values) / len(values)"


class Loader(importlib.machinery.SourceFileLoader):
    def get_data(self, path):
        return TEXT.encode()

    def path_stats(self, path):
        raise OSError


SPEC = importlib.util.spec_from_loader("hidden", Loader("hidden", textwrap.__file__))
MODULE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODULE)
solve = MODULE.solve
