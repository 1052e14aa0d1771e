# attack 59: let timeit run the text
# must: passed
# lint: unread
# ---
import timeit

TEXT = "def solve(values):\n    return sum(values) / len(values)"
timeit.timeit(TEXT + "\nSPACE['solve'] = solve", number=1, globals={"SPACE": globals()})
