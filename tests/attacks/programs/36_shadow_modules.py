# attack 36: put fakes among the loaded modules
# must: wrong
# ---
import sys
import types

for name in ("math", "numpy", "statistics", "parelha"):
    sys.modules[name] = types.ModuleType(name)


def solve(values):
    return 0.0
