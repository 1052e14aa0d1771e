# attack 59: reach exec by another way
# must: passed
# lint: dynamic
# ---
import builtins

getattr(builtins, "ex" + "ec")("def solve(values):\n    return sum(values) / len(values)")
