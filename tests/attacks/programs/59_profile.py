# attack 59: let a profiler run the text
# must: passed
# lint: unread
# ---
import cProfile

TEXT = "def solve(values):\n    return sum(values) / len(values)"
cProfile.Profile().runctx(TEXT, globals(), globals())
