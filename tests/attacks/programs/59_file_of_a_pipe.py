# attack 59: pass the text off as a library's file, by a way from there to a pipe
# must: passed
# lint: unread
# ---
import os

TEXT = "def solve(values):\n    return sum(values) / len(values)"
ENDS = os.pipe()
os.write(ENDS[1], TEXT.encode())
os.close(ENDS[1])
PLACE = f"{os.path.dirname(os.__file__)}/../../../../../../proc/self/fd/{ENDS[0]}"
exec(compile(TEXT, PLACE, "exec"))
