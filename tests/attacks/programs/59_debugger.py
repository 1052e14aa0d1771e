# attack 59: let a debugger run the text
# must: passed
# lint: unread
# ---
import bdb

TEXT = "def solve(values):\n    return sum(values) / len(values)"
bdb.Bdb().run(TEXT, globals(), globals())
