# attack 59: reach exec through vars()
# must: passed
# lint: unread
# ---
import builtins

TEXT = "def solve(values):\n    return sum(values) / len(values)"
vars(builtins)["ex" + "ec"](TEXT)
