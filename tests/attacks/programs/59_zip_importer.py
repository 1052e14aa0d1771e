# attack 59: compile and run as an importer of archives does
# must: passed
# lint: unread
# ---
import zipimport

TEXT = "def solve(values):\n    return sum(values) / len(values)"
SPACE = {}
vars(zipimport)["_bootstrap"]._call_with_frames_removed(
    getattr(zipimport, "__builtins__")["exec"], zipimport._compile_source("x", TEXT.encode()), SPACE
)
solve = SPACE["solve"]
