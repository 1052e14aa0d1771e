# attack 39: break sum for those who come after
# must: wrong
# repeat: 2
# ---
import builtins

real = builtins.sum
if not callable(real) or getattr(real, "__name__", "") != "sum":
    raise SystemExit("ESCAPED")
builtins.sum = lambda *args: 0


def solve(values):
    return 0.0
