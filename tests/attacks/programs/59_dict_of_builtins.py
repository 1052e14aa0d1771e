# attack 59: reach exec through __dict__
# must: passed
# lint: unread
# ---
import builtins

TEXT = "def solve(values):\n    return sum(values) / len(values)"
builtins.__dict__["EXEC".lower()](TEXT)
