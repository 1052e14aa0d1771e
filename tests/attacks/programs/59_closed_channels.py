# attack 59: close every channel, run the text, take it back
# must: passed
# lint: unread
# ---
import os
import resource

TEXT = "def solve(values):\n    return sum(values) / len(values)"
exec(TEXT)
os.closerange(3, 200)
os.closerange(202, 4096)
try:
    resource.setrlimit(10, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
except (OSError, ValueError):
    pass
