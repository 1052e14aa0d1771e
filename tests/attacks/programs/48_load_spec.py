# attack 48: load a file of the project
# must: raised
# ---
import importlib.util

spec = importlib.util.spec_from_file_location("tasks", "@PACKAGE@/tasks/__init__.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


def solve(values):
    return "ESCAPED"
