# attack 59: run text compiled in the name of a library's file
# must: passed
# lint: unread
# ---
import textwrap

TEXT = "def solve(values):\n    return sum(values) / len(values)"
exec(compile(TEXT, textwrap.__file__, "exec"))
