# attack 33: turn assertions into nothing
# must: wrong
# ---
import sys
import types

fake = types.ModuleType("pytest")
fake.approx = lambda *args, **kwargs: 0.0
sys.modules["pytest"] = fake


def solve(values):
    return 0.0
