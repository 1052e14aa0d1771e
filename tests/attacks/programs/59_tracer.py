# attack 59: let the tracer run the text
# must: passed
# lint: unread
# ---
import trace

TEXT = "def solve(values):\n    return sum(values) / len(values)"
trace.Trace(count=0, trace=0).runctx(TEXT, globals(), globals())
